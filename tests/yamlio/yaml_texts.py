"""Random YAML texts, ordinary and odd: what `test_plain` compares the two readers on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

KEYS: Final = [
    "a", "b", "c", "name", "a-b", "a.b/c", "x:y", "'q'", '"dq"', '"a\\tb"', "é", "key with space",
    "<<", "1", "1.5", "true", "null", "~", "no", "? a", "''", "-a", "k" * 129, "k" * 600,
    "'it''s'", "&k a", "!!str a", "a#b", "a #b", "{a: b}", "[a]", "*x", "2001-01-01", "0x1F",
    "a ", '"a"b',
]  # fmt: skip
PLAIN: Final = [
    "x", "word", "two words", "a:b", "a#b", "http://x/y?z=1", "x:", "a: b", "x #c", "1", "-1",
    "1.10", "0755", "0o17", "0x1F", "1e3", "1e400", "+1", "1_000", ".5", ".inf", ".nan", "~",
    "null", "NULL", "true", "True", "yes", "NO", "on", "2001-01-01", "2001-01-01T00:00:00Z",
    "22:30", "-", "- x", "-x", "?x", "? x", ":x", "<<", "=", "é", "中文", "\U0001f600", "\u2028x",
    "\u00a0", "\x85", "\ufeffx", "a,b", "a]b", "[x", "{x", "@x", "`x", "%x", "!x", "!!str 5",
    "!!int '5'", "!!binary YWJj", "&a x", "&b 1", "*a", "*b", "a\tb", "x\t", "\tx", "---",
    "--- x", "...", "---x", "12345678901234567890", "123456789012345678901234567890",
    "9007199254740993", "x" * 90, "word " * 30 + "end", "",
]  # fmt: skip
SIMPLE: Final = [
    "x", "two words", "a:b", "http://x/y?z=1", "1", "-1", "1.10", "0x1F", "~", "null", "true",
    "yes", "a,b", '""', "'x'", '"a\\nb"', "'it''s'", '"#"', "x # c", "'a: b'", "é", "2001-01-01",
    "-x", "<<", "",
]  # fmt: skip
QUOTED: Final = [
    '""', "''", '"x"', "'x'", '"a\\nb"', '"\\u00e9"', '"\\x41"', '"a\\\\b"', '"a\\"b"', "'it''s'",
    '"#"', "'a: b'", '"a: b" # c', "'x' #c", "'x'#c", '"x" y', '"x', "'x", '"\\q"', '"\\/"',
    '"a\tb"', '"é"', '"\\t\\r"', '" x "', "' x '", "'\\n'", '"a": b', "'a': 1", "!!str ''",
    '"<<"',
]  # fmt: skip
FLOW: Final = [
    "{}", "[]", "[a, b]", "[a,b]", "[1, 2.50, x]", "{a: b}", "{a: b, c: 1}", "{a: b, a: c}",
    "{a}", "[a: b]", "{a:b}", "[a, , b]", "[a, b", "[[a], {b: c}]", "{a: }", "{a: , b: x}",
    "[http://x]", '["a", \'b\']', "[] # c", "[]x", "{} x", "[~, null, 0x1F]", "[&a x, *a]",
    '{"a":b}', '{"a": b}', "{1: a}", "[-1, +1]", "[a\n b]", "[ ]", "{ }", "{a: 'b', c: \"d\"}",
    "[yes, no]", "[2001-01-01]", "{a: [b, c]}", "[a/b, c.d]", "{true: x}",
]  # fmt: skip
HEADS: Final = [
    "|", "|-", "|+", ">", ">-", ">+", "|2", "|2-", "|-2", ">2", ">1+", "|1", "|4", "| # c",
    ">- #c", "|x", "|0",
]  # fmt: skip
BLOCK_LINES: Final = [
    "text", "", "  indented", "# no comment", "key: value", "- item", " ", "   ", "\tx", "---",
    "a", "b", "two words", "trailing ", "é", "'", '"', "...", "{{ x }}",
]  # fmt: skip
NOISE: Final = ["", "  ", "# comment", "  # comment", "\t", "\t# x", "%YAML 1.1", "...", " \t"]


class Texts:
    """Makes one text; every choice is taken from `random`."""

    def __init__(self, random: Random, oddness: float) -> None:
        self.random = random
        self.oddness = oddness

    def document(self) -> str:
        """A text that may or may not be YAML."""
        lines: list[str] = []
        if self.chance(0.1):
            lines.append(self.random.choice(["---", "--- # c", "--- ", "---x", "# c"]))
        self.collection(0, 0, lines)
        text = "\n".join(lines) + ("" if self.chance(0.15) else "\n")
        while self.chance(0.25 * self.oddness):
            text = self.spoiled(text)
        return text

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.random.random() < share

    def odd(self) -> bool:
        """Whether something unusual is to come."""
        return self.chance(0.12 * self.oddness)

    def collection(self, indent: int, depth: int, lines: list[str]) -> None:
        """A block mapping or list."""
        sequence = self.chance(0.35)
        used: set[str] = set()
        for _ in range(self.random.randint(1, 4)):
            if self.odd():
                lines.append(self.random.choice(NOISE))
            shift = self.random.choice([-1, 1]) if self.chance(0.03 * self.oddness) else 0
            pad = " " * max(0, indent + shift)
            if sequence:
                self.item(pad, indent, depth, lines)
                continue
            key = self.random.choice(KEYS) if self.odd() else self.random.choice(KEYS[:8])
            if key in used and not self.odd():
                continue
            used.add(key)
            colon = self.random.choice([" :", ":\t", ":"]) if self.odd() else ":"
            self.value(f"{pad}{key}{colon}", indent, depth, lines)

    def item(self, pad: str, indent: int, depth: int, lines: list[str]) -> None:
        """An item of a list; a collection may begin behind its dash."""
        dash = pad + self.random.choice(["- ", "- ", "- ", "-   "])
        if depth < 3 and self.chance(0.4):
            inner: list[str] = []
            self.collection(len(dash), depth + 1, inner)
            lines.append(dash + inner[0].lstrip(" "))
            lines.extend(inner[1:])
        else:
            self.value(dash.rstrip(" "), indent, depth, lines)

    def value(self, head: str, indent: int, depth: int, lines: list[str]) -> None:
        """What stands behind a key or dash, with the lines below it."""
        deeper = indent + self.random.choice([0, 1, 2, 4] if self.odd() else [1, 2, 2, 4])
        anchor = self.random.choice([" &a", " !!map", " # c", " *a"]) if self.odd() else ""
        kind = self.random.random()
        if depth < 3 and kind < 0.35:
            lines.append(head + anchor)
            self.collection(deeper, depth + 1, lines)
        elif kind < 0.45:
            lines.append(f"{head}{anchor} {self.random.choice(HEADS if self.odd() else HEADS[:6])}")
            pad = " " * deeper
            for _ in range(self.random.randint(0, 5)):
                line = self.random.choice(BLOCK_LINES)
                lines.append(pad + line if line or self.odd() else "")
        elif kind < 0.55:
            self.long(head, deeper, lines)
        elif kind < 0.65:
            lines.append(f"{head} {self.random.choice(FLOW if self.odd() else FLOW[:6])}")
        else:
            often = SIMPLE if self.chance(1 - 0.15 * self.oddness) else PLAIN + QUOTED
            scalar = self.random.choice(often)
            lines.append(f"{head}{anchor} {scalar}" if scalar else head + anchor)

    def long(self, head: str, indent: int, lines: list[str]) -> None:
        """A plain or quoted scalar of several lines."""
        quote = self.random.choice(["", "", "'", '"'])
        words = [self.random.choice(PLAIN if self.odd() else PLAIN[:2]) for _ in range(4)]
        lines.append(f"{head} {quote}{words[0]}" if self.chance(0.9) else head)
        for word in words[1:]:
            gap = self.random.choice(["", "# c", "  "]) if self.chance(0.1) else None
            if gap is not None:
                lines.append(gap)
            lines.append(" " * indent + word)
        lines[-1] += quote

    def spoiled(self, text: str) -> str:
        """The text with one character, or one line's indentation, changed."""
        at = self.random.randrange(len(text) + 1)
        piece = self.random.choice(
            ["\t", " ", ":", "-", "#", "'", '"', "\n", "&", ",", "\r", "", "\x00", "\\"]
        )
        return text[:at] + piece + text[at + self.random.randint(0, 1) :]

"""Scalars that readers and writers of YAML disagree about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.nodes import Raw

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.nodes import Node

_SPELLED = """\
0755|0o755|1e3|.5|0x1F|~|yes|1_000|2001-01-01|+1|NO|1.10|1e400|12345678901234567890|on
123456789012345678901234567890|-0|0b11|22:30|1.0|100000000.0|1e21|"\\u00e9\\u4e2d\\U0001F600"|Off
"tab\\tx"|"y"|"n"|"null"|"1.5"|"0755"|"<<"|"="|TRUE|True|Null|0.1|3.14159265358979312|1e-7
9007199254740993|!!str 5|'say "hi"'|"\\x07"|null|false|-7|1E5|0.0|-1.5e-3|'~'|"0o17"|010|08|0x|1.
"trail "|" lead"|12e03|-.inf0|+.5|0.10e2|1__0|"a\\u0000b"|2001-01-01T00:00:00Z|0b12|1:2:3|y|n"""
SPELLED = [text for line in _SPELLED.splitlines() for text in line.split("|")]

TEXTS = [
    "", " ", "-", "- a", "?", "a: b", "#x", "x #y", "[x", "{{ x }}", "@x", "`x", "%x", "&x", "*x",
    "!x", "|x", ">x", "x:", ":x", "a,b", "it's", 'say "hi"', "\\d+", "é", "1_000", "0x1F", "1e3",
    "~", "22:30", "2001-01-01", "true", "No", "null", "0755", "1.10", "-1", "+5", "=", "<<", "---",
    "...", "日本語", "🚀 go", "'", '"', "\\", "\x07 bell", "nb\u00a0space", "zero\u200bwidth",
    "line one\nline two", "ends\n", "ends twice\n\n", "\nstarts", "  deep\nshallow", "a \nb",
    "a\tb\nc", "tab\t", "a\r\nb", "trailing space \n", "- item\n- item\n", "# comment\nbody\n",
    "key: value\nlist:\n- 1\n- 2\n", "a" * 90, "word " * 20 + "end", "x" * 70 + " " + "y" * 30,
    "word " * 10 + "\n" + "more " * 30, "$(VAR) and $$(ESCAPED)", "%s %d",
]  # fmt: skip


def odd_scalar(dice: Dice) -> Node:
    """A scalar of any type."""
    if dice.chance(0.5):
        return Raw(dice.pick(SPELLED))
    return dice.pick(TEXTS)


def odd_text(dice: Dice) -> str:
    """A text that is hard to write down."""
    return dice.pick(TEXTS)


def text(dice: Dice) -> str:
    """A text, mostly an easy one."""
    if dice.chance(0.25):
        return odd_text(dice)
    return dice.pick(
        ["info", "debug", "http://api:8080", "5s", "on-demand", "v1.2.3", "a b c", "100"]
    )

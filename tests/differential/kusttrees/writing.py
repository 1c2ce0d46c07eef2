"""Values written as YAML in one of the many ways in which people write it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from kusttrees.dice import Dice
from kusttrees.nodes import Alias, Anchor, Raw, TextFile

if TYPE_CHECKING:
    from pathlib import Path

    from kusttrees.nodes import File, Node, Style, Tree, YamlFile

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*\Z")
_RESERVED = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def write_tree(tree: Tree, folder: Path) -> None:
    """Write all files of a tree under a folder."""
    for name, file in tree.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(file))


def content(file: File) -> bytes:
    """The bytes of a file."""
    if isinstance(file, TextFile):
        return file.content
    if not file.documents:
        return b""
    return _Writer(file.style).file(file).encode()


class _Writer:
    def __init__(self, style: Style) -> None:
        self._style = style
        self._dice = Dice(style.seed)

    def file(self, file: YamlFile) -> str:
        if self._style.json:
            return json.dumps(_plain(file.documents[0]), indent=2) + "\n"
        documents = [self._document(each) for each in file.documents]
        text = self._style.marker + "---\n".join(documents)
        return text.replace("\n", self._style.newline)

    def _document(self, node: Node) -> str:
        if node is None:
            return "# nothing here\n"
        return "".join(f"{line}\n" for line in self._block(node))

    def _block(self, node: Node) -> list[str]:
        """The lines of a value, without indentation."""
        if isinstance(node, dict) and node:
            return [line for key, value in node.items() for line in self._entry(key, value)]
        if isinstance(node, list) and node:
            return [line for item in node for line in self._item(item)]
        return self._scalar(node)

    def _entry(self, key: str, value: Node) -> list[str]:
        name = key if key == "<<" else self._key(key)
        label = f"{name}:"
        lines = ["# why this is here"] if self._dice.chance(self._style.comments) else []
        if isinstance(value, Anchor):
            label, value = f"{label} &{value.name}", value.value
        if isinstance(value, dict | list) and value and not self._fits_flow(value):
            step = "" if isinstance(value, list) and not self._style.indented else "  "
            return [*lines, label, *(step + line for line in self._block(value))]
        first, *rest = self._inline(value)
        return [*lines, f"{label} {first}", *(f"  {line}" if line else "" for line in rest)]

    def _item(self, item: Node) -> list[str]:
        label = "-"
        if isinstance(item, Anchor):
            label, item = f"- &{item.name}", item.value
            if isinstance(item, dict | list) and item:
                return [label, *("  " + line for line in self._block(item))]
        if isinstance(item, dict | list) and item and not self._fits_flow(item):
            first, *rest = self._block(item)
            if first.startswith("#"):
                return [label, "  " + first, *("  " + line for line in rest)]
            return [f"- {first}", *("  " + line for line in rest)]
        first, *rest = self._inline(item)
        return [f"{label} {first}", *("  " + line if line else "" for line in rest)]

    def _inline(self, value: Node) -> list[str]:
        if isinstance(value, dict | list) and value:
            return [_flow(value)]
        return self._scalar(value)

    def _fits_flow(self, value: Node) -> bool:
        return _flowable(value) and self._dice.chance(self._style.flow)

    def _key(self, key: str) -> str:
        return (
            key
            if _is_plain(key) or (re.fullmatch(r"[$a-zA-Z0-9_./~-]+", key) and not _odd(key))
            else json.dumps(key)
        )

    def _scalar(self, node: Node) -> list[str]:
        if not isinstance(node, str):
            return [_token(node)]
        if "\n" in node:
            return self._lines(node)
        if _is_plain(node) and self._dice.chance(0.8):
            return [node]
        if node.isprintable() and self._dice.chance(0.4):
            return ["'" + node.replace("'", "''") + "'"]
        return [json.dumps(node, ensure_ascii=False)]

    def _lines(self, text: str) -> list[str]:
        """Text of several lines: a block where YAML can hold it so, else with escapes."""
        lines = text.split("\n")
        safe = all(line == line.rstrip() and line.isprintable() for line in lines)
        if not safe or not lines[0] or lines[0].startswith(" ") or self._dice.chance(0.2):
            return [json.dumps(text, ensure_ascii=False)]
        if not text.endswith("\n"):
            return ["|-", *lines]
        body = text.rstrip("\n").split("\n")
        extra = len(text) - len(text.rstrip("\n")) - 1
        return ["|+" if extra else "|", *body, *[""] * extra]


def _token(node: Node) -> str:
    if isinstance(node, Raw):
        return node.text
    if isinstance(node, Alias):
        return f"*{node.name}"
    if isinstance(node, Anchor):
        return f"&{node.name} {_token(node.value)}"
    return json.dumps(node, ensure_ascii=False)


def _flow(value: Node) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _token(value)


def _flowable(value: Node) -> bool:
    """Small, and free of what only block style can hold."""
    if isinstance(value, dict):
        return len(value) < 5 and all(_flowable(each) for each in value.values())
    if isinstance(value, list):
        return len(value) < 5 and all(_flowable(each) for each in value)
    return not isinstance(value, Raw | Alias | Anchor)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.match(text)) and not _odd(text)


def _odd(text: str) -> bool:
    """Text that YAML, unquoted, could take for something else."""
    return text.lower() in _RESERVED or (not text[:1].isalpha() and text[:1] not in "$./_")


def _plain(node: Node) -> object:
    """A value as JSON has it; a scalar whose spelling matters becomes a text."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if isinstance(node, Raw | Alias):
        return "x"
    return _plain(node.value) if isinstance(node, Anchor) else node

"""The tables of docs/project-file.md, made of the schema of `promote.yaml`.

`pytest tests/tools/test_project_reference.py --refresh` writes them anew.
"""

from __future__ import annotations

import json
from typing import Any

from promote.config import schema

_TYPES = {
    "object": "mapping", "array": "list", "string": "text", "boolean": "true or false",
    "integer": "whole number", "number": "number",
}  # fmt: skip
BEGIN = "<!-- made of the schema: begin -->"
END = "<!-- made of the schema: end -->"

# A schema's nodes are JSON of any shape.
_Node = dict[str, Any]


def tables() -> str:
    """A table for each mapping of the project file, in the order in which they are met."""
    document: _Node = schema()
    waiting: list[tuple[str, _Node]] = [("The whole file", document)]
    lines: list[str] = []
    seen: dict[str, str] = {}
    while waiting:
        title, node = waiting.pop(0)
        fields = ", ".join(node["properties"])
        if fields in seen:
            lines += [f"### {title}", "", f"The fields of {seen[fields]}.", ""]
            continue
        seen[fields] = title
        required = set(node.get("required", ()))
        lines += [f"### {title}", "", "| field | holds | meaning |", "|---|---|---|"]
        for name, part in node["properties"].items():
            resolved = _resolved(part, document)
            mark = ", required" if name in required else ""
            kind = _kind(part, document)
            lines.append(f"| `{name}`{mark} | {kind} | {resolved.get('description', '')} |")
            waiting += _inner(name, part, document, title)
        lines.append("")
    return "\n".join(lines)


def filled(text: str) -> str:
    """A document with the tables between its marks made anew."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


def _resolved(part: _Node, document: _Node) -> _Node:
    if "$ref" not in part:
        return part
    named: _Node = document["$defs"][part["$ref"].rpartition("/")[2]]
    return {**named, **part}


def _inner(name: str, part: _Node, document: _Node, above: str) -> list[tuple[str, _Node]]:
    """The mappings that stand in a field, each with a title."""
    resolved = _resolved(part, document)
    found: list[tuple[str, _Node]] = []
    prefix = "" if above == "The whole file" else f"{above}."
    here = f"{prefix}{name}"
    if "properties" in resolved:
        found.append((here, resolved))
    for key, suffix in (("items", "[]"), ("additionalProperties", ".NAME")):
        inner = resolved.get(key)
        if isinstance(inner, dict):
            below = _resolved(inner, document)
            if "properties" in below:
                found.append((f"{here}{suffix}", below))
    for choice in resolved.get("anyOf", ()):
        found += _inner(name, choice, document, above)
    return found


def _kind(part: _Node, document: _Node) -> str:
    resolved = _resolved(part, document)
    if "const" in resolved:
        const = resolved["const"]
        return f"`{const if isinstance(const, str) else json.dumps(const)}`"
    if "enum" in resolved:
        return " or ".join(f"`{one}`" for one in resolved["enum"])
    if "anyOf" in resolved:
        return " or ".join(_kind(one, document) for one in resolved["anyOf"])
    kinds = resolved.get("type", "anything")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    named = " or ".join(_TYPES.get(kind, str(kind)) for kind in kinds if kind != "null")
    items = resolved.get("items")
    if named == "list" and isinstance(items, dict):
        inner = _kind(items, document)
        return f"list of {inner}s" if inner in {"text", "mapping"} else f"list of {inner}"
    return named

"""Mappings that know which of their keys have nothing at all written behind the colon.

Such a value is null, as one that is spelled out; but kustomize drops it in a merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Json


class WithBlanks(dict[str, "Json"]):
    """A mapping with the keys that have nothing as their value. A copy is an ordinary one."""

    blanks: frozenset[str] = frozenset()


def with_blanks(mapping: dict[str, Json], keys: frozenset[str]) -> dict[str, Json]:
    """The mapping, knowing its blank keys."""
    marked = WithBlanks(mapping)
    marked.blanks = keys
    return marked


def marked(node: Json, found: Mapping[int, list[str]]) -> Json:
    """A document in which some mappings know their blank keys.

    Args:
        node: the document, just read and nobody else's: its containers are filled anew.
        found: keys that were read with nothing behind them, by the identity of their mapping; those
            that got a value from the lines below are not null any more.
    """
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, dict | list):
                node[key] = marked(value, found)
        keys = frozenset(key for key in found.get(id(node), ()) if node[key] is None)
        return with_blanks(node, keys) if keys else node
    if isinstance(node, list):
        node[:] = [marked(item, found) for item in node]
    return node

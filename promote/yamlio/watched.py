"""Fields that more is expected below, and whether a plain value has been read in their place.

Where nearly every document is in order, asking each of them takes longer than reading does. The
readers come by such values anyway, and most lines are looked at but once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Json

    _Tree = dict[str, "_Tree"]

# Every document has this one, and often in braces; a value in its place is an error in any case.
_NOT_WATCHED: Final = frozenset(["metadata"])


class _Watch:
    """What is watched in this process.

    Attributes:
        tree: the fields, each with those below it.
        names: what they are called, wherever they are.
        seen: whether a plain value has stood in the place of one, in a document of any kind.
    """

    def __init__(self) -> None:
        self.tree: _Tree = {}
        self.names: frozenset[str] = frozenset()
        self.seen = False


watch: Final = _Watch()


def watch_paths(paths: Iterable[Sequence[str]]) -> None:
    """Watch all fields on the way to some others, but not these."""
    names: set[str] = set()
    for path in paths:
        tree = watch.tree
        for name in path:
            tree = tree.setdefault(name, {})
        names.update(path[:-1])
    watch.names |= names - _NOT_WATCHED


def holds_names(value: Json) -> bool:
    """Whether there is a list of lists, or a mapping with one of the fields somewhere within."""
    if isinstance(value, dict):
        return any(key in watch.names or holds_names(item) for key, item in value.items())
    return isinstance(value, list) and any(
        isinstance(item, list) or holds_names(item) for item in value
    )


def note(path: Iterable[str], value: Json) -> None:
    """Note what has been read at a path, in which lists are not counted."""
    tree = watch.tree
    for name in path:
        if name not in tree:
            return
        tree = tree[name]
    if tree:
        _note(value, tree)


def _note(value: Json, tree: _Tree) -> None:
    if isinstance(value, dict):
        for name, below in tree.items():
            if below and name in value:
                _note(value[name], below)
    elif isinstance(value, list):
        for item in value:
            _note(item, tree)
    elif value is not None:
        watch.seen = True

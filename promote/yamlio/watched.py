"""Fields that a later step walks to, and whether something has been read that it would refuse.

Nearly every document is in order, and walking through each one takes longer than reading it does.
So the readers look where something may be wrong: they come by such values anyway, and look at most
lines but once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Json

    _Tree = dict[str, "_Tree"]

# Every document has this one, often in braces and with nothing of interest there.
_METADATA: Final = "metadata"


class _Watch:
    """What is watched in this process.

    Attributes:
        tree: the fields on the way and the last ones, each with those below it.
        ways: what the fields on the way are called, wherever they are.
        ends: what the last ones are called.
        seen: whether something has been read that cannot stand at one of them, in a document of any
            kind. It is never unset: what is not in order is only looked for once more in vain.
    """

    def __init__(self) -> None:
        self.tree: _Tree = {}
        self.ways: frozenset[str] = frozenset()
        self.ends: frozenset[str] = frozenset()
        self.seen = False


watch: Final = _Watch()


def watch_paths(paths: Iterable[Sequence[str]]) -> None:
    """Watch the fields at some paths, instead of those that were watched before."""
    whole: _Tree = {}
    ways: set[str] = set()
    ends: set[str] = set()
    for path in paths:
        tree = whole
        for name in path:
            tree = tree.setdefault(name, {})
        ways.update(path[:-1])
        ends.update(path[-1:])
    # Set when they are complete, since another thread may be reading.
    watch.tree, watch.ways, watch.ends = whole, frozenset(ways), frozenset(ends)


def is_doubtful(key: str | None, value: Json) -> bool:
    """Whether a value on one line may be wrong for what is watched.

    Args:
        key: the key in front of it; None for an item of a list.
        value: a scalar, or what stands in brackets.
    """
    if key is None or key == _METADATA:
        return _is_nested(value)
    return key in watch.ways or (key in watch.ends and isinstance(value, dict | list))


def _is_nested(value: Json) -> bool:
    if not isinstance(value, dict):
        return isinstance(value, list)
    return any(key in watch.ways or isinstance(item, dict | list) for key, item in value.items())


def note(document: Json) -> None:
    """Note what stands at the fields that are watched."""
    _note(document, watch.tree)


def _note(value: Json, below: _Tree) -> None:
    """Note a value that has these fields below it, or none if it is that of a last one.

    A last one holds a name: as a scalar, in a mapping, or several in a list.
    """
    if isinstance(value, dict):
        if not below and "name" not in value:
            watch.seen = True
        for name, inner in below.items():
            if name in value:
                _note(value[name], inner)
    elif isinstance(value, list):
        for item in value:
            if not below and isinstance(item, list):
                watch.seen = True
            else:
                _note(item, below)
    elif value is not None and below:
        watch.seen = True

"""Random changes anywhere in a tree's YAML: what both programs make of it must be the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kusttrees.nodes import Alias, Anchor, Raw, YamlFile
from kusttrees.scalars import odd_scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node, Tree

    Place = tuple[dict[str, Node] | list[Node], str | int]


def mutate(dice: Dice, tree: Tree) -> None:
    """Change one place of one file."""
    files = [(path, file) for path, file in sorted(tree.files.items()) if _changeable(file)]
    path, file = dice.pick(files)
    assert isinstance(file, YamlFile)
    documents = [_copied(document) for document in file.documents]
    places = list(_places(documents))
    container, key = dice.pick(places)
    change = dice.pick(_CHANGES)
    tree.features.add(f"mutated: {change.__name__.lstrip('_')}")
    change(dice, container, key)
    tree.files[path] = replace(file, documents=documents)


def _changeable(file: object) -> bool:
    return isinstance(file, YamlFile) and any(isinstance(each, dict) for each in file.documents)


def _copied(node: Node) -> Node:
    """A copy that may be changed; parts that several documents share are apart afterwards."""
    if isinstance(node, dict):
        return {key: _copied(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_copied(item) for item in node]
    return Anchor(node.name, _copied(node.value)) if isinstance(node, Anchor) else node


def _places(node: Node) -> Iterator[Place]:
    """Where everything under a node is."""
    if isinstance(node, Anchor):
        yield from _places(node.value)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield node, key
            yield from _places(value)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield node, index
            yield from _places(item)


def _get(container: dict[str, Node] | list[Node], key: str | int) -> Node:
    return container[key]


def _set(container: dict[str, Node] | list[Node], key: str | int, value: Node) -> None:
    container[key] = value


def _remove(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:  # noqa: ARG001 - one signature
    del container[key]  # type: ignore[arg-type] # the key is of its container


def _blank(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:
    blanks: list[Node] = [None, "", {}, [], [None]]
    _set(container, key, dice.pick(blanks))


def _scalar(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:
    _set(container, key, odd_scalar(dice))


def _wrapped(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:
    value = _get(container, key)
    _set(container, key, [value] if dice.chance(0.5) else {"name": value})


def _unwrapped(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:
    value = _get(container, key)
    if isinstance(value, dict | list) and value:
        _set(container, key, dice.pick(list(value.values() if isinstance(value, dict) else value)))
    else:
        _blank(dice, container, key)


def _doubled(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:
    if isinstance(container, list):
        container.append(_copied(_get(container, key)))
        return
    copy: Mapping = {f"{key}{dice.pick(['x', ' ', '.', '/y'])}": _copied(container[str(key)])}
    container.update(copy)


def _respelled(dice: Dice, container: dict[str, Node] | list[Node], key: str | int) -> None:
    """The same text without quotes, or another one."""
    value = _get(container, key)
    if isinstance(value, str) and value.isalnum():
        _set(container, key, Raw(value))
    elif isinstance(value, int | bool):
        _set(container, key, str(value).lower())
    elif not isinstance(value, Raw | Alias | Anchor):
        _scalar(dice, container, key)


_CHANGES: tuple[Callable[[Dice, dict[str, Node] | list[Node], str | int], None], ...] = (
    _remove, _blank, _scalar, _wrapped, _unwrapped, _doubled, _respelled,
)  # fmt: skip

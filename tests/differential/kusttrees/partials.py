"""Merge patches cut out of the resource itself: a few of its fields, changed, at any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.nodes import Anchor
from kusttrees.scalars import odd_scalar, odd_text

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node

_KEYS = (
    "name", "containerPort", "port", "mountPath", "topologyKey", "key", "kind", "ip", "protocol",
    "number", "conditionType", "devicePath",
)  # fmt: skip
_HEAD = ("apiVersion", "kind", "metadata")


def partial_body(dice: Dice, doc: Mapping) -> Mapping:
    """Some of what a document has beside its identity, changed."""
    body = {key: value for key, value in doc.items() if key not in _HEAD}
    cut = _cut(dice, body) if body else None
    return cut if isinstance(cut, dict) else {}


def _cut(dice: Dice, node: Node) -> Node:
    """A patch for a value."""
    if isinstance(node, Anchor):
        node = node.value
    if isinstance(node, dict) and node:
        return _of_mapping(dice, node)
    if isinstance(node, list) and node:
        return _of_list(dice, node)
    form = dice.pick(["other", "other", "same", "none", "text"])
    if form == "none" and (dice.bold or not isinstance(node, str)):
        return None
    if form in ("same", "none"):
        return node
    return odd_text(dice) if form == "text" or isinstance(node, str) else odd_scalar(dice)


def _of_mapping(dice: Dice, node: Mapping) -> Node:
    chosen = dice.some(sorted(node), 1, 2)
    patch = {key: _cut(dice, node[key]) for key in chosen}
    form = dice.number(0, 39)
    if form == 0 and dice.bold:
        return None
    if form == 1:
        return {}
    if form == 2 and dice.bold:
        return {"$patch": "delete"}
    if form == 3:
        return {"$patch": dice.pick(["replace", "merge"]), **patch}
    if form == 4:
        retained: list[Node] = [*chosen, "added"]
        return {"$retainKeys": retained, **patch, "added": odd_scalar(dice)}
    if form in (5, 6, 7):
        patch[dice.pick(["added", "added.dot", "with/slash", "x"])] = odd_scalar(dice)
    lists = [key for key in sorted(node) if _plain_list(node[key])]
    if lists and form < 20:
        key = dice.pick(lists)
        old = node[key]
        assert isinstance(old, list)
        gone: list[Node] = [dice.pick(old), "nothing"]
        patch[f"$deleteFromPrimitiveList/{key}"] = gone
    return patch


def _plain_list(node: Node) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(each, str) for each in node)


def _of_list(dice: Dice, node: list[Node]) -> Node:
    if not all(isinstance(item, dict) for item in node):
        others: list[Node] = [[*dice.some(node, 1, 2), "added"], ["only"], [], None, list(node)]
        return dice.pick(others)
    if not dice.bold and not any("name" in item for item in node if isinstance(item, dict)):
        return list(node)
    items = [_of_item(dice, item) for item in dice.some(node, 1, 2) if isinstance(item, dict)]
    form = dice.number(0, 19)
    if form == 0:
        items.append({"$patch": "replace"})
    elif form == 1:
        items.insert(0, {"$patch": dice.pick(["delete", "replace", "merge"])})
    elif form in (2, 3, 4):
        items.insert(dice.number(0, 1), {**_keys(items[0]), dice.pick(_KEYS): "added"})
    elif form == 5:
        items *= 2
    return list(items)


def _of_item(dice: Dice, item: Mapping) -> Mapping:
    keys = _keys(item)
    if dice.chance(0.12):
        return {**keys, "$patch": dice.pick(["delete", "delete", "replace", "merge"])}
    if len(keys) > 1 and dice.risk(0.5):
        del keys[dice.pick(sorted(keys))]
    rest = {key: value for key, value in item.items() if key not in keys}
    cut = _of_mapping(dice, rest) if rest else {}
    return {**keys, **cut} if isinstance(cut, dict) else keys


def _keys(item: Mapping) -> Mapping:
    """What lists merge by, as far as an item has it."""
    return {key: item[key] for key in _KEYS if key in item and not isinstance(item[key], dict)}

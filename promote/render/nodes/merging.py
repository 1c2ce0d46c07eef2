"""A strategic merge of nodes: which nodes of which side are left, and in which order.

Only what a patch does to something that was generated is told here, as far as it can be: lists of
which both sides have one, and whose elements are merged, are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.render.nodes.node import MAPPING, NULL, SCALAR, SEQUENCE, Node

if TYPE_CHECKING:
    from promote.render.merge.schema import Type


_DIRECTIVE: Final = "$patch"


class UntoldError(Exception):
    """What becomes of the nodes is not told here."""


def merge(target: Node | None, patch: Node | None, known: Type | None) -> Node | None:
    """What is left of a target and a patch of it, either of which may be missing.

    Args:
        target: the target, which is changed.
        patch: the patch, parts of which become parts of the target.
        known: what the schema says of the field.

    Raises:
        UntoldError: the patch merges lists.
    """
    first = next((node for node in (target, patch) if not _is_nothing(node)), None)
    if first is None or first.kind == MAPPING:
        return _mapping(target, patch, known)
    if first.kind == SEQUENCE and known is not None and known.merges:
        return _list(target, patch, known)
    if first.kind == SEQUENCE:
        _take_style(target, patch)
    return target if patch is None else patch


def _mapping(target: Node | None, patch: Node | None, known: Type | None) -> Node | None:
    _take_style(target, patch)
    directive = patch.get(_DIRECTIVE) if patch is not None and patch.kind == MAPPING else None
    if patch is not None and directive is not None:
        patch.clear(_DIRECTIVE)
        if directive.value == "delete":
            return None
    if directive is not None and directive.value == "replace":
        result = patch
    elif _is_nothing(target):
        if patch is None and target is not None and target.value:
            raise UntoldError
        result = patch
    else:
        result = None if patch is not None and patch.tag == NULL else target
    if result is None or result.kind == SCALAR:
        return result
    sides = (result, patch)
    names = {key.value for side in sides if side is not None for key, _ in side.fields()}
    for name in sorted(names):
        mine, theirs = (side.get(name) if side is not None else None for side in sides)
        left = merge(mine, theirs, known.field(name) if known is not None else None)
        side = result if left is mine else patch
        style = side.key_style(name) if left is not None and side is not None else 0
        result.set(name, left, style)
    return result


def _list(target: Node | None, patch: Node | None, known: Type) -> Node | None:
    """A list whose elements are merged, which is made anew even where nothing is merged."""
    if target is None or patch is not None:
        raise UntoldError
    made = Node(SEQUENCE)
    for element in target.content:
        left = merge(element, None, known.elements())
        if left is None or left.kind != MAPPING:
            raise UntoldError
        made.content.append(left)
    return made


def _take_style(target: Node | None, patch: Node | None) -> None:
    """What is empty takes the braces of what is merged into it, or loses its own."""
    if target is not None and patch is not None and target.kind != SCALAR and not target.content:
        target.style = patch.style


def _is_nothing(node: Node | None) -> bool:
    return node is None or node.tag == NULL

"""`$patch`: what a strategic merge patch says about how to merge a mapping or a list."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from promote.errors import PatchError
from promote.render.merge.written import text_of
from promote.yamlio.blanks import with_words, words_of
from promote.yamlio.faults import like

if TYPE_CHECKING:
    from promote.model.json import Json

KEY: Final = "$patch"


class Directive(Enum):
    """What to do with the part of the target that the patch is about."""

    MERGE = "merge"
    REPLACE = "replace"
    DELETE = "delete"


def of_mapping(patch: dict[str, Json]) -> tuple[Directive, dict[str, Json]]:
    """The directive of a mapping, and the mapping without it.

    Raises:
        PatchError: the directive is not one that there is.
    """
    if KEY not in patch:
        return Directive.MERGE, patch
    directive = _directive(patch[KEY])
    return directive, without_directive(patch)


def without_directive(patch: dict[str, Json]) -> dict[str, Json]:
    """A mapping of a patch without its directive, if that is one."""
    if KEY in patch and text_of(patch[KEY]) in {known.value for known in Directive}:
        rest = {key: value for key, value in patch.items() if key != KEY}
        return like(with_words(rest, words_of(patch)), patch)
    return patch


def of_list(patch: list[Json]) -> tuple[Directive, list[Json]]:
    """The directive of a list, which is an element of its own, and the list without it.

    An element that states more than the directive has it for itself. Only the first element with a
    directive is looked at.

    Raises:
        PatchError: the directive is not one that there is.
    """
    stated = next((item for item in patch if isinstance(item, dict) and KEY in item), None)
    if stated is None or len(stated) > 1:
        return Directive.MERGE, patch
    directive = _directive(stated[KEY])
    kept = [item for item in patch if not _is_idle(item, directive)]
    return directive, kept


def _is_idle(item: Json, directive: Directive) -> bool:
    """Whether an element goes away with the directive: it, and elements that hold nothing."""
    if isinstance(item, dict):
        return not item or (KEY in item and text_of(item[KEY]) == directive.value)
    return item is None


def _directive(value: Json) -> Directive:
    text = text_of(value)
    try:
        return Directive(text)
    except ValueError:
        raise PatchError(
            f"the patch has an unknown directive {KEY}: {text}",
            hint="it is delete, replace or merge",
        ) from None

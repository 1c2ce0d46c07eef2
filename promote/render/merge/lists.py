"""Merging the elements of lists that tell their elements apart by keys, as kustomize does it.

Elements that a patch states come first, in the patch's order; the rest of the target follows. That
is simple while every element has its own keys. When keys repeat or are missing, which ports without
a protocol do all the time, the result depends on the steps that kustomize takes, so those lists are
merged by the same steps: `_Steps`. It works on slots, since in kustomize an element stays one node
in all lists that hold it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from promote.errors import PatchError
from promote.render.merge import directives
from promote.render.merge.directives import Directive
from promote.render.merge.written import MISSING, Missing, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Json
    from promote.render.merge.spot import Spot

    Texts = tuple[str, ...]


class Walk(Protocol):
    """Merges one element; MISSING stands for one that is not there."""

    def __call__(
        self, target: Json | Missing, patch: Json | Missing, spot: Spot, /
    ) -> Json | Missing:
        """Merge it."""
        ...


def merge_elements(target: list[Json], patch: list[Json], spot: Spot, walk: Walk) -> list[Json]:
    """A list of the target merged with that of a patch.

    Args:
        target: the list, which is `patch` itself where the target had none.
        patch: what the patch states; empty when it states nothing.
        spot: where the list is, and its type.
        walk: merges an element.

    Raises:
        PatchError: an element is not of the type that the schema gives it.
    """
    keys = (spot.known.merge_keys if spot.known is not None else ()) or ("",)
    merged = _simple(target, patch, keys[0], spot, walk) if len(keys) == 1 else None
    if merged is None:
        merged = _Steps(target, patch, keys, spot, walk).run()
    unchanged = len(merged) == len(target) and all(
        new is old for new, old in zip(merged, target, strict=True)
    )
    return target if unchanged else merged


def _simple(
    target: list[Json], patch: list[Json], key: str, spot: Spot, walk: Walk
) -> list[Json] | None:
    """The merged list if every element has a key of its own, else None."""
    old = _by_key(target, key)
    new = old if patch is target else _by_key(patch, key)
    if old is None or new is None:
        return None
    merged: list[Json] = []
    for text in (*new, *(text for text in old if text not in new)):
        before, stated = old.get(text, MISSING), new.get(text, MISSING)
        value = walk(before, stated, spot.element(text))
        if value is MISSING or value is None or value == {}:
            continue
        if before is not MISSING and before is not stated and _replaces(stated):
            value = before  # kustomize puts it back over the element that is to replace it
        merged.append(value)
    return merged


def _by_key(items: list[Json], key: str) -> dict[str, Json] | None:
    """The elements by their keys, or None if one has no key of its own."""
    found: dict[str, Json] = {}
    for item in items:
        if key:
            value = item.get(key) if isinstance(item, dict) else None
        else:
            value = item if isinstance(item, str) else None
        text = text_of(value) if value is not None else ""
        if not text or text in found:
            return None
        found[text] = item
    return found


def _replaces(stated: Json | Missing) -> bool:
    return isinstance(stated, dict) and stated.get(directives.KEY) == Directive.REPLACE.value


class _Slot:
    """An element that several lists may hold, so that a change to it shows in all of them."""

    __slots__ = ("value",)

    def __init__(self, value: Json) -> None:
        self.value = value


class _Steps:
    """The steps of one merge, in kustomize's order and with its side effects.

    Attributes:
        target, patch: the elements; one list when the target had none.
        made: the merged list as it grows.
    """

    def __init__(
        self, target: list[Json], patch: list[Json], keys: Texts, spot: Spot, walk: Walk
    ) -> None:
        self.target = [_Slot(item) for item in target]
        self.patch = self.target if patch is target else [_Slot(item) for item in patch]
        self.keys = keys
        self.spot = spot
        self.walk = walk
        self.made: list[_Slot] = []

    def run(self) -> list[Json]:
        """The merged list."""
        wanted = self._wanted()
        keys = self.keys
        for texts in wanted:
            keys, values = _keys_in_use(wanted, texts, self.keys)
            self._merge_one(keys, values)
        if wanted:
            for slot in self.target:
                self._put_back(slot, keys)
        else:
            self.made = self.target
        return [slot.value for slot in self.made]

    def _wanted(self) -> list[Texts]:
        """The texts of the keys of every element, those of the patch first, each once."""
        seen: dict[Texts, None] = {}
        for slot in (*self.patch, *self.target):
            seen.setdefault(tuple(_text_at(slot.value, key) for key in self.keys))
        wanted = list(seen)
        if len(self.keys) > 1:
            _complete(wanted)
        return wanted

    def _merge_one(self, keys: Texts, values: Texts) -> None:
        """Merge what has these keys, and put it into the list that is made."""
        pairs = tuple(zip(keys, values, strict=True))
        sure = tuple((key, text) for key, text in pairs if text) or pairs
        old, new = _find(self.target, sure), _find(self.patch, sure)
        merged = self.walk(
            old.value if old else MISSING,
            new.value if new else MISSING,
            self.spot.element(",".join(values)),
        )
        slot = _survivor(old, new)
        if new is not None and isinstance(new.value, dict):
            new.value = directives.without_directive(new.value)
        if slot is None or merged is MISSING or merged is None or merged == {}:
            self._set(self.target, None, keys, values)
            return
        slot.value = merged
        self._set(self.made, slot, keys, values)

    def _put_back(self, slot: _Slot, keys: Texts) -> None:
        """Lay an element of the target over its merged self, or after what is there."""
        if keys[0] == "":
            self._set(self.made, slot, keys, (text_of(slot.value),))
            return
        values: list[str] = []
        for key in keys:
            found = MISSING if slot.value is None else self._fields(slot.value).get(key, MISSING)
            if found is MISSING:
                self.made.append(slot)
            else:
                values.append(text_of(found))
        if len(keys) > 1:
            self._set(self.made, None, keys, values)
        self._set(self.made, slot, keys, values)

    def _set(
        self, slots: list[_Slot], element: _Slot | None, keys: Texts, values: Sequence[str]
    ) -> None:
        """Put an element in the place of those with these keys, or at the end; None takes them out.

        On the way elements that hold nothing go, and where no value is given all that do not match.
        """
        kept: list[_Slot] = []
        matched = False
        skips_scalars = keys[0] != "" and bool(values) and values[0] != ""
        for slot in slots:
            if slot.value is None or slot.value == {}:
                continue
            if skips_scalars and not isinstance(slot.value, dict):
                kept.append(slot)
            elif not self._matches(slot.value, keys, values):
                if values:
                    kept.append(slot)
            else:
                matched = True
                if element is not None:
                    kept.append(element)
        if element is not None and element.value is not None and not matched:
            kept.append(element)
        slots[:] = kept

    def _matches(self, item: Json, keys: Texts, values: Sequence[str]) -> bool:
        """Whether an element has these keys; an empty text stands for any value."""
        if not values:
            return False
        if keys[0] == "":
            if isinstance(item, dict | list):
                raise self._wrong(item, "a plain value")
            return text_of(item) == values[0]
        fields = self._fields(item)
        return all(
            key in fields and (not text or text_of(fields[key]) == text)
            for key, text in zip(keys, values, strict=False)
        )

    def _fields(self, item: Json) -> dict[str, Json]:
        if not isinstance(item, dict):
            raise self._wrong(item, f"a mapping with {self.keys[0]!r}")
        return item

    def _wrong(self, item: Json, expected: str) -> PatchError:
        shown = "a mapping or list" if isinstance(item, dict | list) else repr(text_of(item))
        return PatchError(f"{self.spot} holds {shown}, where each is to be {expected}")


def _survivor(old: _Slot | None, new: _Slot | None) -> _Slot | None:
    """Which of the two is the one that the merged value is written to."""
    if new is None:
        return old
    if old is None or not isinstance(old.value, dict) or _replaces(new.value):
        return new
    return old


def _text_at(item: Json, key: str) -> str:
    if not key:
        return text_of(item)
    value = item.get(key) if isinstance(item, dict) else None
    return "" if value is None else text_of(value)


def _complete(wanted: list[Texts]) -> None:
    """Fill in the keys that an element lacks from another that agrees with it in the rest."""
    for i, first in enumerate(wanted):
        for j, second in enumerate(wanted):
            if both := _agreed(first, second):
                wanted[i] = wanted[j] = both


def _agreed(first: Texts, second: Texts) -> Texts | None:
    pairs = tuple(zip(first, second, strict=True))
    same = any(one == other for one, other in pairs)
    contradict = any(one and other and one != other for one, other in pairs)
    return tuple(one or other for one, other in pairs) if same and not contradict else None


def _keys_in_use(wanted: Iterable[Texts], values: Texts, keys: Texts) -> tuple[Texts, Texts]:
    """The keys that at least one element has, and their values; all of them if none has any."""
    used = {key for texts in wanted for key, text in zip(keys, texts, strict=True) if text}
    if not used:
        return keys, values
    chosen = [(key, text) for key, text in zip(keys, values, strict=True) if key in used]
    return tuple(key for key, _ in chosen), tuple(text for _, text in chosen)


def _find(slots: Iterable[_Slot], pairs: tuple[tuple[str, str], ...]) -> _Slot | None:
    """The first element with these keys; an empty text is found only where it is written."""
    for slot in slots:
        item = slot.value
        if not pairs[0][0]:
            if text_of(item) == pairs[0][1]:
                return slot
        elif isinstance(item, dict) and all(
            key in item and text_of(item[key]) == text for key, text in pairs
        ):
            return slot
    return None

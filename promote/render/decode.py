"""Reading typed values out of a mapping that a person wrote, strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.model.names import similar
from promote.yamlio.numbers import MAX_SIGNED, MIN_INT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import FieldPath, Json


_SHORT = 40


class FieldError(KustomizationError):
    """A field of a configuration file is wrong; whoever read the file knows its line.

    Args:
        message: what is wrong.
        path: which field, from the top of the document.
        hint: the next step.
    """

    def __init__(self, message: str, path: FieldPath, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class Fields:
    """The fields of one mapping, taken by name and type.

    Names match whatever their case, as kustomize reads them. `null` reads as absent.

    Args:
        data: the mapping.
        known: every name that it may have.
        path: where it stands in its document, for errors.

    Raises:
        FieldError: a name that is not known.
    """

    def __init__(
        self, data: Mapping[str, Json], known: Iterable[str], path: FieldPath = ()
    ) -> None:
        names = tuple(known)
        folded = {name.lower(): name for name in names}
        self.path = path
        self._values: dict[str, Json] = {}
        self._written: dict[str, str] = {}
        # Go writes a mapping's keys in order, and of two that differ in case reads the last.
        for key in sorted(data):
            value = data[key]
            name = key if key in names else folded.get(key.lower())
            if name is None:
                hint = similar(key, names)
                raise FieldError(f"unknown field {key!r}", (*path, key), hint=hint)
            if value is None and name in self._values:
                continue
            self._values[name] = value
            self._written[name] = key

    def __contains__(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(name) is not None

    def at(self, name: str) -> FieldPath:
        """Where a field stands in the document, spelled as the document spells it."""
        return (*self.path, self._written.get(name, name))

    def raw(self, name: str) -> Json:
        """The value as it is."""
        return self._values.get(name)

    def fail(self, name: str, expected: str) -> FieldError:
        """The error for a field whose value is not what was expected."""
        found = self._values.get(name)
        return FieldError(f"{name!r} is to be {expected}, not {_describe(found)}", self.at(name))

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.fail(name, "a string")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.fail(name, "true or false")
        return value

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fail(name, "a whole number")
        if not MIN_INT <= value <= MAX_SIGNED:
            raise self.fail(name, "a whole number of 64 bits")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; a null in it is an empty one, as Go reads it."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.fail(name, "a list of strings")
        for index, item in enumerate(value):
            if not isinstance(item, str | None):
                raise FieldError(
                    f"{name!r} is to be a list of strings, and holds {_describe(item)}",
                    (*self.at(name), index),
                )
        return tuple(item if isinstance(item, str) else "" for item in value)

    def text_map(self, name: str) -> dict[str, str]:
        """A mapping of strings to strings."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.fail(name, "a mapping of strings")
        for key, item in value.items():
            if not isinstance(item, str | None):
                raise FieldError(
                    f"{name}.{key} is to be a string, not {_describe(item)}",
                    (*self.at(name), key),
                    hint="put the value in quotes",
                )
        return {key: item if isinstance(item, str) else "" for key, item in value.items()}

    def mapping(self, name: str) -> dict[str, Json] | None:
        """A mapping, or None when the field is absent."""
        value = self._values.get(name)
        if value is None or isinstance(value, dict):
            return value
        raise self.fail(name, "a mapping")

    def mappings(self, name: str, *, nulls: bool = True) -> list[tuple[dict[str, Json], FieldPath]]:
        """A list of mappings, each with its place; a null is an empty one, if there may be any."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fail(name, "a list")
        result = []
        for index, item in enumerate(value):
            path = (*self.at(name), index)
            if item is None and nulls:
                item = {}  # noqa: PLW2901 - a null entry reads as an empty one
            if not isinstance(item, dict):
                raise FieldError(f"{name!r} holds {_describe(item)}, not a mapping", path)
            result.append((item, path))
        return result


def _describe(value: Json) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the string {value!r}" if len(value) < _SHORT else "a long string"
    return f"the number {value}"

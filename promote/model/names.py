"""The hint of an error about a name that is not there: the one that is meant, or all others."""

from __future__ import annotations

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def similar(name: str, known: Iterable[str]) -> str | None:
    """A hint with the name that was probably meant; None where none is like it."""
    import difflib  # noqa: PLC0415 - only an error needs it

    near = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {near[0]!r}?" if near else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint with the name that was probably meant, else with all that there are."""
    names = list(known)
    return similar(name, names) or listed(names)


def listed(names: Sequence[str]) -> str | None:
    """A hint with the names that there are, if any."""
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}" if names else None

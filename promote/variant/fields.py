"""The table of fields that hold a name, ready to walk: a resource is visited only where it has one."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import BugError
from promote.render.fields import Path, parse_path
from promote.variant.values import RENAMERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.config.model import NameField
    from promote.model.json import Json
    from promote.model.resource import Gvk
    from promote.variant.values import Renamer


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        group, kind: globs over the kinds that have the field.
        text: its path.
        holds: what is in it, a key of `RENAMERS`.
        of: the kind that it names.
        source: where the row was taken from.
        path, renamer: the same, ready to use.
    """

    group: str
    kind: str
    text: str
    holds: str
    of: str
    source: str
    path: Path
    renamer: Renamer


@cache
def table() -> tuple[Row, ...]:
    """The rows of the package."""
    text = resources.files("promote.variant").joinpath("fields.yaml").read_bytes()
    loaded = yamlio.load_one(text, "fields.yaml")
    if not isinstance(loaded, list):
        raise BugError("the table of fields is not a list")
    return tuple(_row(entry) for entry in loaded)


def _row(entry: Json) -> Row:
    if not isinstance(entry, dict):
        raise BugError("a row of the table of fields is not a mapping")
    data = {key: str(value) for key, value in entry.items()}
    return make_row(
        data["group"], data["kind"], data["path"], data["holds"], data.get("of", ""), data["source"]
    )


def make_row(group: str, kind: str, path: str, holds: str, of: str, source: str) -> Row:
    """A row from its words."""
    return Row(group, kind, path, holds, of, source, parse_path(path), RENAMERS[holds])


class FieldTable:
    """The rows for each kind, looked up once.

    Args:
        own: rows that a project adds for its own kinds.
    """

    def __init__(self, own: Sequence[NameField] = ()) -> None:
        added = [make_row(f.group or "*", f.kind, f.path, f.holds, f.of, "project") for f in own]
        self._rows = (*table(), *added)
        self._by_kind: dict[Gvk, tuple[Row, ...]] = {}

    def of(self, gvk: Gvk) -> tuple[Row, ...]:
        """The rows that hold for a kind."""
        found = self._by_kind.get(gvk)
        if found is None:
            found = self._by_kind[gvk] = tuple(
                row
                for row in self._rows
                if fnmatchcase(gvk.group, row.group) and fnmatchcase(gvk.kind, row.kind)
            )
        return found

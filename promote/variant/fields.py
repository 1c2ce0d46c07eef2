"""The table of fields that hold a name, compiled for each kind so that a walk visits only those."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import BugError, VariantError
from promote.variant.parts import Row
from promote.variant.readers import READERS
from promote.variant.targets import KindPattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.config.model import NameField
    from promote.model.json import Document, Json
    from promote.model.resource import Gvk

_ALTERNATIVES = re.compile(r"\{([^{}]*)\}")
_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_HOLDS = re.compile(r"(?P<holds>[^,]+?)(?: of (?P<of>[^,\s]+))?(?:, (?P<more>.*))?")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of fields.yaml: fields that some kinds have in common.

    Attributes:
        places: the path that the fields stand under, for each kind.
        source: where the rows were taken from.
        fields: what each field holds, by its path.
        when: values that other fields of the document must have, by path.
    """

    places: Mapping[str, str]
    source: str
    fields: Mapping[str, str]
    when: Mapping[str, str]


@dataclass(slots=True)
class Step:
    """The fields below one place in the documents of a kind.

    Attributes:
        rows: the rows that end here.
        keys: what follows by key.
        globs: what follows any key that fits.
        deep: what may follow at any depth.
    """

    rows: list[Row] = field(default_factory=list)
    keys: dict[str, Step] = field(default_factory=dict)
    globs: dict[str, Step] = field(default_factory=dict)
    deep: Step | None = None

    def add(self, path: Sequence[str], row: Row) -> None:
        """Put a row at the end of a path."""
        if not path:
            self.rows.append(row)
            return
        head, *rest = path
        if head == "**":
            self.deep = self.deep or Step()
            self.deep.add(rest, row)
            return
        known = self.globs if "*" in head else self.keys
        known.setdefault(head, Step()).add(rest, row)

    def below(self, key: str) -> Iterator[Step]:
        """What follows a key."""
        if key in self.keys:
            yield self.keys[key]
        for pattern, step in self.globs.items():
            if fnmatchcase(key, pattern):
                yield step


class FieldTable:
    """The rows of each kind, compiled when the kind is first met.

    Args:
        own: rows that a project adds for its own kinds; they come before those of the package.

    Raises:
        VariantError: a project's row says what no reader knows.
    """

    def __init__(self, own: Sequence[NameField] = ()) -> None:
        self._rows = (*(_own_row(one) for one in own), *table())
        self._compiled: dict[Gvk, Step] = {}

    def of(self, gvk: Gvk) -> Step:
        """Where the documents of a kind hold names."""
        found = self._compiled.get(gvk)
        if found is None:
            found = self._compiled[gvk] = Step()
            for row in self._rows:
                if row.on.fits(gvk.group, gvk.kind):
                    found.add(row.path, row)
        return found


@cache
def entries() -> tuple[Entry, ...]:
    """The entries of the package's table."""
    text = resources.files("promote.variant").joinpath("fields.yaml").read_bytes()
    loaded = yamlio.load_one(text, "fields.yaml")
    if not isinstance(loaded, list):
        raise BugError("the table of fields is not a list")
    return tuple(_entry(one) for one in loaded if isinstance(one, dict))


@cache
def table() -> tuple[Row, ...]:
    """The rows of the package."""
    return tuple(row for entry in entries() for row in rows_of(entry))


def rows_of(entry: Entry) -> Iterator[Row]:
    """The rows that an entry stands for: one for each kind and field."""
    when = tuple((parse_path(path), value) for path, value in entry.when.items())
    for kind, base in entry.places.items():
        for text, holds in entry.fields.items():
            for alternative in _alternatives(text):
                path = f"{base}.{alternative}" if base else alternative
                yield make_row(kind, path, holds, entry.source, when)


def make_row(
    kind: str,
    path: str,
    holds: str,
    source: str,
    when: tuple[tuple[tuple[str, ...], str], ...] = (),
) -> Row:
    """A row from its words.

    Raises:
        VariantError: `holds` says what no reader knows.
    """
    match = _HOLDS.fullmatch(holds)
    if match is None or match["holds"] not in READERS:
        known = ", ".join(sorted(READERS))
        raise VariantError(f"a field cannot hold {holds!r}", hint=f"it may hold: {known}")
    more = match["more"].split(", ") if match["more"] else []
    within = next((word.removeprefix("in ") for word in more if word.startswith("in ")), "")
    return Row(
        on=KindPattern.parse(kind),
        text=path,
        path=parse_path(path),
        holds=match["holds"],
        of=tuple(map(KindPattern.parse, (match["of"] or "").split("|"))) if match["of"] else (),
        source=source,
        anywhere="anywhere" in more,
        within=parse_path(within),
        makes="made" in more,
        base64="base64" in more,
        when=when,
    )


def parse_path(text: str) -> tuple[str, ...]:
    """The keys of a path of the table; lists on the way are walked through unsaid."""
    return tuple(plain or bracket for bracket, plain in _STEP.findall(text) if plain or bracket)


def _alternatives(text: str) -> list[str]:
    match = _ALTERNATIVES.search(text)
    if match is None:
        return [text]
    head, tail = text[: match.start()], text[match.end() :]
    return [more for word in match[1].split(",") for more in _alternatives(f"{head}{word}{tail}")]


def _own_row(one: NameField) -> Row:
    kind = f"{one.kind}.{one.group}" if one.group else one.kind
    holds = f"{one.holds} of {one.of}" if one.of else one.holds
    return make_row(kind, one.path, holds, "project")


def _entry(data: Document) -> Entry:
    kinds = data.get("kinds")
    places = dict.fromkeys(map(str, kinds), "") if isinstance(kinds, list) else _texts(data, "at")
    return Entry(places, str(data["source"]), _texts(data, "fields"), _texts(data, "when"))


def _texts(data: Mapping[str, Json], key: str) -> dict[str, str]:
    value = data.get(key)
    return {k: str(v) for k, v in value.items()} if isinstance(value, dict) else {}

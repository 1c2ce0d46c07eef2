"""The entries of `replacements` as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.render.decode import FieldError, Fields
from promote.render.selectors import Selector
from promote.render.shapes import REPLACEMENT, conformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promote.model.json import FieldPath, Json

    Load = Callable[[str], Json]

DEFAULT_PATH: Final = "metadata.name"
_SOURCE: Final = ("group", "version", "kind", "name", "namespace", "fieldPath", "options")
_TARGET: Final = ("select", "reject", "fieldPaths", "options")
_OPTIONS: Final = ("delimiter", "index", "encoding", "create")
_ENTRY: Final = ("source", "sourceValue", "targets", "path")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Options:
    """How much of a field is meant.

    Attributes:
        delimiter: splits the field's text into parts; empty for the whole field.
        index: which part, from 0.
        create: make the field of a target where it is missing.
    """

    delimiter: str = ""
    index: int = 0
    create: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Source:
    """The field that a value comes from; an empty part of the identity matches everything."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    path: str = DEFAULT_PATH
    options: Options = Options()

    def __str__(self) -> str:
        words = (self.kind or "anything", self.name, self.namespace and f"in {self.namespace}")
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Target:
    """The fields that a value goes to."""

    select: Selector
    reject: tuple[Selector, ...] = ()
    paths: tuple[str, ...] = (DEFAULT_PATH,)
    options: Options = Options()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replacement:
    """One value and where it goes. Either `source` or `text` says what it is."""

    targets: tuple[Target, ...]
    source: Source | None = None
    text: str | None = None


def parse_replacements(
    entries: Iterable[tuple[Mapping[str, Json], FieldPath]], load: Load
) -> tuple[Replacement, ...]:
    """Read the entries of `replacements`, and those of the files that they name.

    Args:
        entries: each with its place in the file, for errors.
        load: gives the document of a file that an entry names; such a file may have fields that
            are not known.

    Raises:
        FieldError: a field is unknown or of the wrong type.
        KustomizationError: an entry lacks something, or has too much.
    """
    found: list[Replacement] = []
    for data, path in entries:
        fields = Fields(data, _ENTRY, path)
        file = fields.text("path")
        if not file:
            found.append(_replacement(fields))
        elif "source" in fields or fields.mappings("targets"):
            raise FieldError("a replacement has both a 'path' and a source or targets", path)
        else:
            found += _of_file(load(file), file)
    return tuple(found)


def _of_file(content: Json, file: str) -> list[Replacement]:
    entries = [content] if isinstance(content, dict) else content
    if not isinstance(entries, list):
        raise KustomizationError(f"{file!r} holds no replacement and no list of them")
    found = []
    for entry in entries:
        read = conformed(entry, REPLACEMENT)
        if not isinstance(read, dict):
            raise KustomizationError(f"{file!r} holds something else among its replacements")
        found.append(_replacement(Fields(read, _ENTRY)))
    return found


def _replacement(fields: Fields) -> Replacement:
    source, targets = fields.mapping("source"), fields.mappings("targets")
    text = fields.text("sourceValue") if "sourceValue" in fields else None
    if (source is None and text is None) or not targets:
        raise FieldError(
            "a replacement needs a source and at least one target",
            fields.path,
            hint="give it source: or sourceValue:, and targets:",
        )
    if source is not None and text is not None:
        raise FieldError("a replacement has both 'source' and 'sourceValue'", fields.path)
    return Replacement(
        tuple(_target(Fields(data, _TARGET, path)) for data, path in targets),
        None if source is None else _source(Fields(source, _SOURCE, fields.at("source"))),
        text,
    )


def _source(fields: Fields) -> Source:
    return Source(
        fields.text("group"),
        fields.text("version"),
        fields.text("kind"),
        fields.text("name"),
        fields.text("namespace"),
        fields.text("fieldPath") or DEFAULT_PATH,
        _options(fields),
    )


def _target(fields: Fields) -> Target:
    select = fields.mapping("select")
    if select is None:
        raise FieldError("a target has no 'select'", fields.path, hint="select: {kind: …}")
    return Target(
        Selector.read(select, fields.at("select")),
        tuple(Selector.read(data, path) for data, path in fields.mappings("reject", nulls=False)),
        fields.texts("fieldPaths") or (DEFAULT_PATH,),
        _options(fields),
    )


def _options(fields: Fields) -> Options:
    data = fields.mapping("options")
    options = Fields(data or {}, _OPTIONS, fields.at("options"))
    options.text("encoding")  # known to kustomize, and without an effect
    return Options(options.text("delimiter"), options.integer("index"), options.flag("create"))

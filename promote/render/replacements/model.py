"""The entries of `replacements` as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.render.decode import FieldError, Fields
from promote.render.selectors import Selector

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
    entries: Iterable[tuple[Mapping[str, Json], FieldPath]], load: Load, *, strict: bool = True
) -> tuple[Replacement, ...]:
    """Read the entries of `replacements`, and those of the files that they name.

    Args:
        entries: each with its place in the file, for errors.
        load: gives the document of a file that an entry names.
        strict: refuse unknown fields, as in a kustomization; files and documents of their own may
            have them.

    Raises:
        FieldError: a field is unknown or of the wrong type.
        KustomizationError: an entry lacks something, or has too much.
    """
    found: list[Replacement] = []
    for data, path in entries:
        fields = _fields(data, _ENTRY, path, strict=strict)
        file = fields.text("path")
        if not file:
            found.append(_replacement(fields, strict=strict))
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
        if not isinstance(entry, dict):
            raise KustomizationError(f"{file!r} holds something else among its replacements")
        found.append(_replacement(_fields(entry, _ENTRY, (), strict=False), strict=False))
    return found


def _fields(
    data: Mapping[str, Json], known: tuple[str, ...], path: FieldPath, *, strict: bool
) -> Fields:
    if not strict:
        folded = {name.lower() for name in known}
        data = {key: value for key, value in data.items() if key.lower() in folded}
    return Fields(data, known, path)


def _replacement(fields: Fields, *, strict: bool) -> Replacement:
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
        tuple(_target(_fields(data, _TARGET, path, strict=strict)) for data, path in targets),
        None
        if source is None
        else _source(_fields(source, _SOURCE, fields.at("source"), strict=strict)),
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
        tuple(Selector.read(data, path) for data, path in fields.mappings("reject")),
        fields.texts("fieldPaths") or (DEFAULT_PATH,),
        _options(fields),
    )


def _options(fields: Fields) -> Options:
    data = fields.mapping("options")
    options = Fields(data or {}, _OPTIONS, fields.at("options"))
    options.text("encoding")  # known to kustomize, and without an effect
    return Options(options.text("delimiter"), options.integer("index"), options.flag("create"))

"""`vars`: fields of resources that are filled in wherever `$(NAME)` stands.

What a var reads is fixed in the layer that declares it, by the name that its resource has there.
The value is read, and filled in, when all names are final.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import ConflictError, KustomizationError
from promote.render.decode import Fields
from promote.render.fields import update_document
from promote.render.layer import PathsByKind
from promote.render.merge.written import MISSING, text_of
from promote.render.places import written_at
from promote.render.record import DEFAULT_NAMESPACE
from promote.render.replacements.model import DEFAULT_PATH
from promote.render.replacements.paths import look_up, place_of, split_path
from promote.yamlio.numbers import MAX_SIGNED, MIN_INT, go_int, go_shortest, json_float, written
from promote.yamlio.quotes import Untagged, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promote.model.json import FieldPath, Json
    from promote.render.accumulator import Accumulator
    from promote.render.kustomization import Entry
    from promote.render.record import Key, Record


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Var:
    """A name, and the field that it stands for.

    Attributes:
        name: what stands in `$(…)`.
        group, version, kind: of the resource that is read, exactly; empty is not a wildcard.
        object_name: its name in the layer that declares the var.
        namespace: its namespace; empty for any.
        field_path: the field.
    """

    name: str
    group: str
    version: str
    kind: str
    object_name: str
    namespace: str = ""
    field_path: str = DEFAULT_PATH

    @classmethod
    def read(cls, data: Mapping[str, Json], path: FieldPath = ()) -> Var:
        """Read an entry of `vars`.

        Raises:
            FieldError: an unknown field or a value that is not a string.
        """
        fields = Fields(data, ("name", "objref", "fieldref"), path)
        known = ("apiVersion", "group", "version", "kind", "name", "namespace")
        ref = Fields(fields.mapping("objref") or {}, known, fields.at("objref"))
        field = Fields(fields.mapping("fieldref") or {}, ("fieldPath",), fields.at("fieldref"))
        group, version = ref.text("group"), ref.text("version")
        stated, slash, after = ref.text("apiVersion").partition("/")
        if slash and "/" not in after:
            group, version = stated, after
        elif stated and not slash:
            version = stated
        return cls(
            fields.text("name"),
            group,
            version,
            ref.text("kind"),
            ref.text("name"),
            ref.text("namespace"),
            field.text("fieldPath") or DEFAULT_PATH,
        )

    def means(self, key: Key) -> bool:
        """Whether a resource that is or was called so is the one that is read."""
        return (
            key[:4] == (self.group, self.version, self.kind, self.object_name)
            and (not self.namespace or self.namespace == (key.namespace or DEFAULT_NAMESPACE))
        )  # fmt: skip


# Collecting


def merge_variables(resources: Accumulator, entries: Iterable[Entry]) -> None:
    """Add the vars that a layer declares, and note which resources they read.

    Raises:
        FieldError: an entry is not a var.
        ConflictError: a var has a name that is taken, or means several resources.
    """
    for data, path in entries:
        var = Var.read(data, path)
        found = [
            record
            for record in resources.by_name(var.object_name)
            if any(map(var.means, (record.key, *record.former_keys)))
        ]
        if len(found) > 1:
            raise ConflictError(
                f"the var {var.name!r} means {len(found)} resources",
                hint="state the namespace in its objref",
            )
        for record in found:
            record.variables = (*record.variables, var.name)
        _add(resources, var)


def merge_sets(resources: Accumulator, below: Accumulator) -> None:
    """Add the vars of a directory that a layer is built on.

    Raises:
        ConflictError: a var has a name that is taken.
    """
    for var in below.variables.values():
        if isinstance(var, Var):
            _add(resources, var)


def _add(resources: Accumulator, var: Var) -> None:
    if var.name in resources.variables:
        raise ConflictError(f"there are two vars {var.name!r}", hint="give one another name")
    resources.variables[var.name] = var


# Filling in


def fill_in(resources: Accumulator, warn: Callable[[str], None]) -> None:
    """Fill the values of all vars in where the field rules allow it.

    Args:
        resources: the resources, with their final names.
        warn: takes one line for the user.

    Raises:
        KustomizationError: a var reads what is not there, or stands where text is expected and is
            something else.
    """
    variables = [var for var in resources.variables.values() if isinstance(var, Var)]
    if not variables:
        return
    readers = {name: record for record in reversed(resources.records) for name in record.variables}
    expansion = _Expansion({var.name: _value(var, readers.get(var.name)) for var in variables})
    paths = PathsByKind(resources.config.var_reference)
    for record in resources.records:
        doc = record.doc
        for path, _ in paths[record.key.gvk]:
            try:
                doc = update_document(doc, path, expansion.fill)
            except KustomizationError as error:
                raise KustomizationError(f"{record.key}: {error.message}") from None
        record.doc = doc
    resources.changed()
    if unused := sorted(expansion.values.keys() - expansion.used):
        warn(f"vars that are declared and never used: {', '.join(unused)}")


_DECIMAL: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
_INDEXED: Final = re.compile(r"(.*)\[([0-9]+)\]", re.ASCII | re.DOTALL)


def _shown(var: Var) -> str:
    return f"{var.kind or 'a resource'} {var.object_name or 'without a name'}"


def _value(var: Var, record: Record | None) -> Json:
    if record is None:
        raise KustomizationError(
            f"the var {var.name!r} reads {_shown(var)}, which is not there",
            hint="its objref states apiVersion, kind and name as in the resource's file",
        )
    parts = tuple(_parts(var.field_path))
    found = look_up(record.doc, parts)
    if found is MISSING:
        raise KustomizationError(
            f"the var {var.name!r} reads {var.field_path}, which {record.key} does not have"
        )
    if isinstance(found, Untagged):
        return str(found)  # it has no type yet
    found = resolved(found)
    if isinstance(found, bool | dict | list):
        return found
    if found is None:
        word = written_at(record.doc, place_of(record.doc, parts))
        return "null" if word is None else word
    try:
        return _as_go_reads(found)
    except ValueError:
        raise KustomizationError(
            f"the var {var.name!r} reads {text_of(found)} in {record.key}, which it cannot hold",
            hint="write the number in plain digits, or put it in quotes",
        ) from None


def _as_go_reads(value: Json) -> Json:
    """A scalar as Go's parsers of numbers read its text, which know less than YAML's.

    Raises:
        ValueError: a number is not in their form.
    """
    text = text_of(value)
    if isinstance(value, str | None):
        return str(text)
    if go_int(text.replace("_", "")) is None:
        if "_" in text:
            raise ValueError(text)
        return float(text)
    if not _DECIMAL.fullmatch(text) or not MIN_INT <= int(text) <= MAX_SIGNED:
        raise ValueError(text)
    return int(text)


def _parts(path: str) -> Iterable[str]:
    """The parts of a path, in which `ports[0]` is `ports` and `0`."""
    for part in split_path(path):
        indexed = _INDEXED.fullmatch(part)
        yield from (piece for piece in (indexed.groups() if indexed else (part,)) if piece)


def _in_digits(value: float) -> Json:
    """A number that is all of a field, where kustomize writes it without an exponent."""
    from decimal import Decimal  # noqa: PLC0415 - few vars are such numbers

    text = format(Decimal(repr(value)), "f")
    return written(json_float(value), text.rstrip("0").rstrip(".") if "." in text else text)


_REFERENCE: Final = re.compile(r"\$(?:\$|\(([^)]*)\)|(.))", re.DOTALL)


class _Expansion:
    """Fills values in.

    Attributes:
        values: by name.
        used: the names that were met.
    """

    def __init__(self, values: Mapping[str, Json]) -> None:
        self.values = values
        self.used: set[str] = set()

    def fill(self, node: Json) -> Json:
        """A text, the texts of a list or those of a mapping with values filled in.

        Raises:
            KustomizationError: a list holds something other than text.
        """
        if isinstance(node, str):
            return self._expand(node)
        if isinstance(node, dict):
            new = {k: self._expand(v) if isinstance(v, str) else v for k, v in node.items()}
            return node if all(new[key] is node[key] for key in node) else new
        if isinstance(node, list):
            if not all(isinstance(item, str) for item in node):
                raise KustomizationError("a list in which vars are filled in is to hold only text")
            items = [self._expand(item) if isinstance(item, str) else item for item in node]
            return node if all(a is b for a, b in zip(items, node, strict=True)) else items
        return node

    def _expand(self, text: str) -> Json:
        """The text with what it refers to; the value itself, of its type, if that is all of it."""
        if "$" not in text:
            return text
        whole = _REFERENCE.fullmatch(text)
        if whole and whole[1] is not None:
            value = self._lookup(whole[1])
            return _in_digits(value) if isinstance(value, float) else value
        return _REFERENCE.sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        if match[1] is not None:
            value = self._lookup(match[1])
            return go_shortest(value) if isinstance(value, float) else text_of(value)
        return match[0] if match[2] else "$"

    def _lookup(self, name: str) -> Json:
        """The value of a var; what is not one, or is no scalar, stays as it is written."""
        value = self.values.get(name, MISSING)
        if value is MISSING or isinstance(value, dict | list):
            return f"$({name})"
        self.used.add(name)
        return value

"""Name references: where a resource was renamed, those that name it follow.

Source of the rules: kustomize's documentation of name references, and its behaviour. A reference is
followed to the one resource that had the name before, is of the kind that the field refers to, and
may be referred to from where the reference stands.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, TypeAlias

from promote.errors import KustomizationError
from promote.model.resource import Gvk
from promote.render.branching import DeadEndError, update_all
from promote.render.fields import PlainValueError, stops_short, update_document
from promote.render.fieldspecs import default_config
from promote.render.merge.written import in_field, text_at, text_of, untagged
from promote.render.record import CLUSTER_SCOPE, DEFAULT_NAMESPACE, selects
from promote.render.reference_fields import ReferenceField, fields_by_kind
from promote.render.referrers import check_histories, check_referrers, subject_namespaces
from promote.yamlio.lines import forget_lines
from promote.yamlio.watched import watch, watch_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Document, Json
    from promote.render.branching import Branch
    from promote.render.fieldspecs import FieldConfig
    from promote.render.record import Record


_Place: TypeAlias = tuple[str, str]
"""A namespace, and how the resources that are in it have it written down: perhaps not at all."""


def follow_references(records: Sequence[Record], config: FieldConfig) -> None:
    """Bring every field that holds a former name up to date.

    The work is linear in the records: candidates are found by the name that they had.

    Raises:
        KustomizationError: a name may mean several resources, or one cannot be read.
    """
    fields_of = fields_by_kind(config)
    check_histories(records)
    check_referrers(records, lambda record: bool(fields_of[record.original.gvk][0]))
    targets = _Targets(records)
    # Other rules may lead where no name is, which is an error, as is a plain value on the way.
    if not targets.any_renamed and config is default_config() and not watch.seen:
        return
    for record in records:
        fields, together = fields_of[record.original.gvk]
        if together is None or not _follow_all(record, together, targets):
            _follow_each(record, fields, targets)


@cache
def watch_references() -> None:
    """Have the readers note whether a plain value stands on the way to a reference.

    kustomize walks to all references of all resources, and refuses such a value.
    """
    watch_paths(
        [step.name for step in spec.path]
        for reference in default_config().name_reference
        for spec in reference.referrers
    )
    forget_lines()


def _follow_each(record: Record, fields: Iterable[ReferenceField], targets: _Targets) -> None:
    finder = _Finder(record, targets)  # one for all: what is seen does not change with the fields
    for target, path in fields:
        if not stops_short(record.doc, path):
            change = partial(finder.change, field=ReferenceField(target, path))
            try:
                record.doc = update_document(record.doc, path, change)
            except PlainValueError as error:
                raise KustomizationError(
                    f"{record.key}: {error.message}, where names of others are looked for",
                    hint="write what the kind has there",
                ) from None


def _follow_all(record: Record, fields: Branch[ReferenceField], targets: _Targets) -> bool:
    """The same in one walk; says whether nothing stood in its way."""
    try:
        record.doc = update_all(record.doc, fields, _Finder(record, targets).change)
    except DeadEndError:
        return False
    return True


class _Targets:
    """Renamed resources, by a name that they had and the namespace that they have."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._by_name: dict[str, list[tuple[int, Record]]] = {}
        self._by_place: dict[tuple[str, _Place], list[tuple[int, Record]]] = {}
        self._origins: dict[_Place, set[str]] = {}
        self._places: dict[str, set[_Place]] = {}
        self._visible: dict[tuple[str, frozenset[str]], list[_Place]] = {}
        for index, record in enumerate(records):
            place = record.key.namespace, record.id.namespace
            self._origins.setdefault(place, set()).add(record.original.namespace)
            self._places.setdefault(place[0], set()).add(place)
            for name in {former.name for former in record.formers}:
                self._by_name.setdefault(name, []).append((index, record))
                self._by_place.setdefault((name, place), []).append((index, record))
        self.any_renamed = bool(self._by_name)

    def visible_from(self, namespace: str, written: frozenset[str]) -> list[_Place]:
        """What is seen from a namespace: itself, the cluster, and those written down as named."""
        known = self._visible.get((namespace, written))
        if known is None:
            found = {*self._places.get(namespace, ()), *self._places.get(CLUSTER_SCOPE, ())}
            for other in written:
                places = self._places.get(other or DEFAULT_NAMESPACE, ())
                found.update(place for place in places if place[1] == other)
            known = self._visible[namespace, written] = sorted(found)
        return known

    def seen_from(self, name: str, places: Sequence[_Place] | None) -> list[Record]:
        """Those that had the name and are in one of the places, in the order of the build."""
        if places is None:
            return [record for _, record in self._by_name.get(name, ())]
        found: list[tuple[int, Record]] = []
        for place in places:
            found += self._by_place.get((name, place), ())
        found.sort(key=lambda item: item[0])
        return [record for _, record in found]

    def anyone_came_from(self, namespace: str, places: Sequence[_Place] | None) -> bool:
        """Whether a resource in one of the places was in `namespace` in its file."""
        known = self._origins if places is None else places
        return any(namespace in self._origins.get(place, ()) for place in known)


class _Finder:
    """Follows the references in the fields of one resource."""

    __slots__ = ("_visible", "_visible_known", "referrer", "targets")

    def __init__(self, referrer: Record, targets: _Targets) -> None:
        self.referrer = referrer
        self.targets = targets
        self._visible: Sequence[_Place] | None = None
        self._visible_known = False

    def change(self, node: Json, field: ReferenceField) -> Json:
        """What becomes of the value at a field."""
        if node is None:
            return None
        if isinstance(node, list):
            items = [self._change_one(item, field) for item in node]
            same = all(new is old for new, old in zip(items, node, strict=True))
            return node if same else items
        return self._change_one(node, field)

    def _change_one(self, node: Json, field: ReferenceField) -> Json:
        if node is None:
            return None
        if isinstance(node, dict):
            return self._change_mapping(node, field)
        if isinstance(node, list):
            raise KustomizationError("a field for a name holds a list of lists")
        name = text_of(node)
        found = self._choose(name, self._candidates(name), field, with_namespace=False)
        if found is None or found.key.name == name:
            return node
        return untagged(node, found.key.name)

    def _change_mapping(self, node: Document, field: ReferenceField) -> Document:
        """A field of the form {name, namespace}."""
        if "name" not in node:
            where = "/".join(step.name for step in field.path)
            raise KustomizationError(f"{self.referrer.key} has no name in {where}")
        name = text_of(node["name"])
        found = self._choose(name, self._in_namespace(node, name), field, with_namespace=True)
        if found is None:
            return node
        identity = found.id
        if identity.name == name and not identity.namespace:
            return node
        changed: Document = {**node, "name": untagged(node["name"], identity.name)}
        if identity.namespace:
            changed["namespace"] = in_field(node, "namespace", identity.namespace)
        return changed

    def _in_namespace(self, node: Document, name: str) -> list[Record]:
        candidates = self._candidates(name)
        if "namespace" not in node:
            return candidates
        namespace = node["namespace"]
        if namespace == CLUSTER_SCOPE:
            return []
        if self.targets.anyone_came_from(str(namespace), self._visible_places()):
            return [record for record in candidates if record.original.namespace == namespace]
        return [record for record in candidates if record.key.namespace == namespace]

    def _candidates(self, name: str) -> list[Record]:
        return self.targets.seen_from(name, self._visible_places())

    def _visible_places(self) -> Sequence[_Place] | None:
        """Where the resource may refer to; None for everywhere."""
        if not self._visible_known:
            self._visible_known = True
            if not self.referrer.is_cluster_scoped:
                self._visible = self.targets.visible_from(
                    self.referrer.key.namespace, subject_namespaces(self.referrer)
                )
        return self._visible

    def _choose(
        self, name: str, candidates: list[Record], field: ReferenceField, *, with_namespace: bool
    ) -> Record | None:
        candidates = self._sieve(candidates, field)
        if len(candidates) == 1:
            return candidates[0]
        candidates = [one for one in candidates if _same_layers(one, self.referrer, lenient=True)]
        if len(candidates) > 1:
            candidates = [
                one for one in candidates if _same_layers(one, self.referrer, lenient=False)
            ]
        if not candidates:
            return None
        meanings = {(one.id.name, one.id.namespace if with_namespace else "") for one in candidates}
        if len(meanings) > 1:
            names = ", ".join(str(one.key) for one in candidates)
            raise KustomizationError(
                f"{self.referrer.key} names {name!r}, which may be any of {names}",
                hint="give the resources different names in their bases",
            )
        return candidates[0]

    def _sieve(self, candidates: list[Record], field: ReferenceField) -> list[Record]:
        if not candidates:
            return candidates
        role = self._role(field)
        return [
            one
            for one in candidates
            if _was(one, field.target)
            and (role is None or _was(one, role))
            and (self.referrer.is_cluster_scoped or self._is_near(one))
        ]

    def _is_near(self, one: Record) -> bool:
        return (
            one.is_cluster_scoped
            or one.key.kind == "ServiceAccount"
            or one.key.namespace == self.referrer.key.namespace
        )

    def _role(self, field: ReferenceField) -> Gvk | None:
        """A `roleRef` says by its kind and group what it names."""
        if [step.name for step in field.path[-2:]] != ["roleRef", "name"]:
            return None
        role = self.referrer.doc.get("roleRef")
        if not isinstance(role, dict) or "apiGroup" not in role or "kind" not in role:
            return None
        return Gvk(text_at(role, "apiGroup"), "", text_at(role, "kind"))


def _was(record: Record, selector: Gvk) -> bool:
    group, version = record.key[:2]
    return any(selects(selector, Gvk(group, version, former.kind)) for former in record.formers)


def _same_layers(one: Record, other: Record, *, lenient: bool) -> bool:
    """Whether both passed the same prefixes and suffixes, so that they belong together."""
    return _same_ending(one.prefixes, other.prefixes, lenient=lenient) and _same_ending(
        one.suffixes, other.suffixes, lenient=lenient
    )


def _same_ending(left: tuple[str, ...], right: tuple[str, ...], *, lenient: bool) -> bool:
    if not left or not right:
        return lenient or left == right
    shared = min(len(left), len(right))
    return left[-shared:] == right[-shared:]

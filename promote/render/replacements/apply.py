"""Carrying out replacements, one after the other: each sees what those before it did."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from promote.errors import KustomizationError
from promote.render.label_selectors import label_test
from promote.render.merge.written import MISSING
from promote.render.patterns import whole_match
from promote.render.record import DEFAULT_NAMESPACE
from promote.render.replacements.paths import Updater, look_up, place_of, split_path
from promote.render.replacements.structured import update_text
from promote.render.replacements.values import CREATED, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from promote.model.json import Document, FieldPath, Json
    from promote.render.merge.written import Missing
    from promote.render.replacements.model import Replacement, Source, Target
    from promote.render.replacements.values import Created
    from promote.render.selectors import Selector


class Identity(Protocol):
    """What a resource is or was called."""

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        ...

    @property
    def version(self) -> str:
        """The API version."""
        ...

    @property
    def kind(self) -> str:
        """The kind."""
        ...

    @property
    def name(self) -> str:
        """The name."""
        ...

    @property
    def namespace(self) -> str:
        """The namespace as it is written; empty when there is none."""
        ...


class HasDocument(Protocol):
    """A resource; its document is replaced when a field of it is."""

    doc: Document


R = TypeVar("R", bound=HasDocument)


def apply_replacements(
    resources: Sequence[R],
    replacements: Iterable[Replacement],
    identities: Callable[[R], Iterable[Identity]],
) -> None:
    """Carry out the replacements; the documents of the targets are replaced by new ones.

    Args:
        resources: all resources, sources and targets alike.
        replacements: what to do.
        identities: what a resource is called, and what it was called before.

    Raises:
        KustomizationError: there is not exactly one source, or a field is missing or does not take
            the value.
    """
    known = _Resources(resources, identities)
    for replacement in replacements:
        value = _Live(replacement, known)
        for target in replacement.targets:
            for resource in known.chosen(target):
                for path in target.paths:
                    resource.doc = _replaced(resource.doc, value.now(), path, target)


class _Live(Generic[R]):
    """The value of a replacement: that of its source's field, also once a target has changed it.

    kustomize holds on to the field itself, but for a part of it, which is a copy.
    """

    def __init__(self, replacement: Replacement, known: _Resources[R]) -> None:
        self._source = replacement.source
        self._of: R | None = None
        if self._source is None:
            self._value = Value.of_text(replacement.text or "")
            return
        self._of = known.source(self._source)
        self._doc = self._of.doc
        self._value = _value_of(self._source, self._doc)
        self._place = place_of(self._doc, split_path(self._source.path))

    def now(self) -> Value:
        """The value as it is now."""
        source = self._source
        if self._of is None or source is None or self._of.doc is self._doc:
            return self._value
        self._doc = self._of.doc
        if not source.options.delimiter:
            self._value = Value.of(_at(self._doc, self._place))
        return self._value


def _at(node: Json, place: FieldPath) -> Json:
    """What is at a place: replacements change what there is, and take nothing away."""
    for step in place:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
    return node


class _Resources(Generic[R]):
    """The resources, and what each is called: read once, and again when its document changes."""

    def __init__(
        self, resources: Sequence[R], identities: Callable[[R], Iterable[Identity]]
    ) -> None:
        self.all = resources
        self._identities = identities
        self._known: dict[int, tuple[Document, tuple[Identity, ...]]] = {}

    def identities(self, resource: R) -> tuple[Identity, ...]:
        """What it is called now, and was before."""
        known = self._known.get(id(resource))
        if known is None or known[0] is not resource.doc:
            known = resource.doc, tuple(self._identities(resource))
            self._known[id(resource)] = known
        return known[1]

    def source(self, source: Source) -> R:
        """The one resource that a source means."""
        found = [
            resource
            for resource in self.all
            if any(_is_meant(source, identity) for identity in self.identities(resource))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise KustomizationError(
                f"{len(found)} resources are the source {source}",
                hint="state its kind, name and namespace",
            )
        names = {identity.name for resource in self.all for identity in self.identities(resource)}
        near = difflib.get_close_matches(source.name, names, 1)
        hint = f"is {near[0]!r} meant?" if near and near[0] != source.name else None
        raise KustomizationError(f"no resource is the source {source}", hint=hint)

    def chosen(self, target: Target) -> list[R]:
        """The resources that a target means."""
        return [resource for resource in self.all if self._is_chosen(resource, target)]

    def _is_chosen(self, resource: R, target: Target) -> bool:
        identities = self.identities(resource)
        if not any(_matches(target.select, identity) for identity in identities):
            return False
        if not _has_labels(resource.doc, target.select):
            return False
        return not any(_rejects(reject, resource.doc, identities) for reject in target.reject)


def _is_meant(source: Source, identity: Identity) -> bool:
    return (
        source.kind in {"", identity.kind}
        and source.name in {"", identity.name}
        and source.group in {"", identity.group}
        and source.version in {"", identity.version}
        and (not source.namespace or _default(source.namespace) == _default(identity.namespace))
    )


def _default(namespace: str) -> str:
    return namespace or DEFAULT_NAMESPACE


def _matches(selector: Selector, identity: Identity) -> bool:
    pairs = (
        (selector.kind, identity.kind),
        (selector.name, identity.name),
        (selector.namespace, identity.namespace),
        (selector.group, identity.group),
        (selector.version, identity.version),
    )
    return all(not pattern or bool(whole_match(pattern)(text)) for pattern, text in pairs)


def _rejects(reject: Selector, doc: Document, identities: Iterable[Identity]) -> bool:
    """Whether a resource is left out: by its labels and annotations, or else by what it is called.

    kustomize looks at the two apart, so either is enough.
    """
    if (reject.labels or reject.annotations) and _has_labels(doc, reject):
        return True
    names = (reject.group, reject.version, reject.kind, reject.name, reject.namespace)
    return any(names) and any(_matches(reject, identity) for identity in identities)


def _has_labels(doc: Document, selector: Selector) -> bool:
    if not selector.labels and not selector.annotations:
        return True
    metadata = doc.get("metadata")
    meta = metadata if isinstance(metadata, dict) else {}
    return all(
        label_test(text)(found if isinstance(found := meta.get(field), dict) else {})
        for field, text in (("labels", selector.labels), ("annotations", selector.annotations))
    )


def _value_of(source: Source, doc: Document) -> Value:
    try:
        found = look_up(doc, split_path(source.path))
    except KustomizationError as error:
        raise KustomizationError(f"{source}: {source.path}: {error.message}") from None
    if found is MISSING or found is None or found in ({}, []):
        raise KustomizationError(f"the source {source} has nothing at {source.path}")
    return Value.of(found).part(source.options)


def _replaced(doc: Document, value: Value, path: str, target: Target) -> Document:
    try:
        return _put(doc, value, path, target)
    except KustomizationError as error:
        name = f"{doc.get('kind')} {_name(doc)}"
        raise KustomizationError(f"{name}: {path}: {error.message}", hint=error.hint) from None


def _put(doc: Document, value: Value, path: str, target: Target) -> Document:
    options = target.options
    parts = split_path(path)
    create = _kind_to_make(value.node) if options.create else MISSING
    in_text = update_text(doc, parts, value, create)
    if in_text is not None:
        return in_text
    updater = Updater(lambda old: value.put(old, options), create)
    new = updater.update(doc, parts)
    if not updater.matched or not isinstance(new, dict):
        hint = None if options.create else "options: {create: true} makes it"
        raise KustomizationError("there is no such field", hint=hint)
    return new


def _kind_to_make(node: Json) -> Json | Created | Missing:
    if isinstance(node, dict):
        return {}
    return [] if isinstance(node, list) else CREATED


def _name(doc: Document) -> str:
    metadata = doc.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""

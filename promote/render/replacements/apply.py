"""Carrying out replacements, one after the other: each sees what those before it did."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from promote.errors import KustomizationError
from promote.render.label_selectors import label_test
from promote.render.merge.written import MISSING
from promote.render.patterns import whole_match
from promote.render.places import written_at
from promote.render.record import DEFAULT_NAMESPACE
from promote.render.replacements.live import HasDocument, Live, put_in_turn
from promote.render.replacements.paths import look_up, place_of, split_path
from promote.render.replacements.structured import update_text
from promote.render.replacements.updating import Updater
from promote.render.replacements.values import CREATED, TypeMismatchError, Value
from promote.yamlio.quotes import Mistagged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from promote.model.json import Document, FieldPath, Json
    from promote.render.merge.written import Missing
    from promote.render.replacements.model import Options, Replacement, Source, Target
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


R = TypeVar("R", bound=HasDocument)


def apply_replacements(
    resources: Sequence[R],
    replacements: Iterable[Replacement],
    identities: Callable[[R], Iterable[Identity]],
    word_at: Callable[[R, FieldPath], str | None] = lambda _, __: None,
) -> list[KustomizationError]:
    """Carry out the replacements; the documents of the targets are replaced by new ones.

    Args:
        resources: all resources, sources and targets alike.
        replacements: what to do.
        identities: what a resource is called, and what it was called before.
        word_at: how a boolean in a list of a resource is written, if not as it is printed.

    Returns:
        The errors that there will be if the documents are read as they are now: some values are
        not of the type that their fields have.

    Raises:
        KustomizationError: there is not exactly one source, or a field is missing or does not take
            the value.
    """
    unread: list[KustomizationError] = []
    known = _Resources(resources, identities)
    for replacement in replacements:
        live = _live(replacement, known, word_at)
        node = live.value.node
        if isinstance(node, Mistagged) and isinstance(node.error, KustomizationError):
            unread.append(node.error)
        for target in replacement.targets:
            for resource in known.chosen(target):
                for path in target.paths:
                    resource.doc = _replaced(resource, live, path, target, unread)
    return unread


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


def _live(
    replacement: Replacement,
    known: _Resources[R],
    word_at: Callable[[R, FieldPath], str | None],
) -> Live:
    """The value of a replacement: its own text, a field of its source, or a part of one."""
    source = replacement.source
    if source is None:
        return Live(Value.of_text(replacement.text or ""))
    resource = known.source(source)
    value, place = _value_of(source, resource.doc)
    if isinstance(value.node, bool) and isinstance(place[-1], int):
        value = Value.of(value.node, word_at(resource, place))
    if source.options.delimiter:
        return Live(value.part(source.options))
    return Live(value, resource, place)


def _value_of(source: Source, doc: Document) -> tuple[Value, FieldPath]:
    """The value of the field that a source means, and the place of that."""
    parts = split_path(source.path)
    try:
        found = look_up(doc, parts)
    except KustomizationError as error:
        raise KustomizationError(f"{source}: {source.path}: {error.message}") from None
    if found is MISSING or found is None or found in ({}, []):
        raise KustomizationError(f"the source {source} has nothing at {source.path}")
    place = place_of(doc, parts)
    return Value.of(found, written_at(doc, place)), place


def _replaced(
    resource: HasDocument,
    live: Live,
    path: str,
    target: Target,
    unread: list[KustomizationError],
) -> Document:
    name = f"{resource.doc.get('kind')} {_name(resource.doc)}"

    def put(value: Value, old: Json | Created) -> Json:
        try:
            return value.put(old, target.options)
        except TypeMismatchError as error:
            error.message = f"{name}: {path}: {error.message}"
            unread.append(error)
            return error.unread()

    try:
        return _put(resource, live, path, target.options, put)
    except KustomizationError as error:
        raise KustomizationError(f"{name}: {path}: {error.message}", hint=error.hint) from None


def _put(
    resource: HasDocument,
    live: Live,
    path: str,
    options: Options,
    put: Callable[[Value, Json | Created], Json],
) -> Document:
    doc, parts = resource.doc, split_path(path)
    live.refresh()
    value = live.value
    create = _kind_to_make(value.node) if options.create else MISSING
    new = update_text(doc, parts, value, create)
    if new is not None:
        return new
    if live.is_in(resource):
        new = put_in_turn(doc, parts, live, create, put)
    else:
        updater = Updater(lambda old: put(value, old), create)
        new = updater.update_document(doc, parts)
        new = new if updater.matched else None
    if new is None:
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

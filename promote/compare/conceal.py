"""Taking secrets out of a comparison before any of it is written.

Formats take a `Concealed` comparison and nothing else, so that none can print what it never had.
The values of Secrets are replaced by a word that is the same for all of them: even a digest would
let a short password be guessed. What is concealed, everywhere it stands:

- `data` and `stringData` of every kind named Secret;
- the annotation in which `kubectl apply` keeps the last document, whatever the kind;
- texts that have the form of a well-known token or private key, whatever the field.
"""

from __future__ import annotations

import re
from dataclasses import replace
from operator import is_
from typing import TYPE_CHECKING, NewType

from promote.compare.patch import apply, edits
from promote.compare.paths import Item
from promote.compare.records import Change, Diff, FieldChange, IgnoredChange, ResourceChange
from promote.model.resource import Resource

if TYPE_CHECKING:
    from promote.model.json import Document, FieldPath, Json

Concealed = NewType("Concealed", Diff)
"""A comparison without secrets: what formats may write."""

REDACTED = "<redacted>"
REDACTED_CHANGED = "<redacted, changed>"

_ANYWHERE = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
_IN_SECRET = _ANYWHERE | {"data", "stringData"}

# Forms that their makers publish so that scanners find them: GitHub, GitLab, AWS, Slack, Google,
# npm, JSON Web Tokens with a signature, and PEM private keys.
_TOKEN = re.compile(
    r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bAIza[\w-]{35}|\bnpm_[A-Za-z0-9]{36}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|\Z)",
    re.ASCII,
)


def conceal(diff: Diff) -> Concealed:
    """Give a comparison with the same differences, in which no secret can be read.

    The documents of its changed resources are new ones: the right document is the left one with
    the differences that are shown, so that what is ignored is no difference of the documents.
    """
    return Concealed(replace(diff, resources=tuple(map(_resource, diff.resources))))


def conceal_document(doc: Document) -> Document:
    """Give a document in which no secret can be read; the same one if it has none."""
    fields = _mapping(doc, REDACTED)
    return doc if fields is doc else dict(fields)


def _resource(change: ResourceChange) -> ResourceChange:
    left, right = _conceal(change.left), _conceal(change.right)
    if change.left is None or change.right is None or left is None:
        return replace(change, left=left, right=right)
    before, after = change.left.doc, change.right.doc
    changes = tuple(_change(field, before, after) for field in change.changes)
    ignored = tuple(
        IgnoredChange(_change(one.change, before, after), one.rule) for one in change.ignored
    )
    doc = apply(left.doc, edits(left.doc, changes))
    return replace(change, left=left, right=Resource(doc), changes=changes, ignored=ignored)


def _conceal(resource: Resource | None) -> Resource | None:
    return resource and resource.with_doc(conceal_document(resource.doc))


def _change(change: FieldChange, left: Document, right: Document) -> FieldChange:
    secret = _in_secret(left, change.left) or _in_secret(right, change.right)
    hide = _blank if secret else _value
    old, new = hide(change.old, REDACTED), hide(change.new, REDACTED)
    if change.kind is Change.CHANGED and old == new:
        new = hide(change.new, REDACTED_CHANGED)
    path = tuple(_item(step) if isinstance(step, Item) else step for step in change.path)
    return replace(change, path=path, old=old, new=new)


def _in_secret(doc: Json, path: FieldPath) -> bool:
    """Whether a path leads into what is secret."""
    here = doc
    for step in path:
        if isinstance(here, dict) and isinstance(step, str):
            if step in _secret_keys(here):
                return True
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            return False
    return False


def _secret_keys(fields: dict[str, Json]) -> frozenset[str]:
    # Also where a custom resource holds a whole Secret, as templates and lists do.
    return _IN_SECRET if fields.get("kind") == "Secret" else _ANYWHERE


def _value(value: Json, mark: str) -> Json:
    if isinstance(value, str):
        return _TOKEN.sub(mark, value)
    if isinstance(value, dict):
        return _mapping(value, mark)
    if isinstance(value, list):
        items = [_value(item, mark) for item in value]
        return value if all(map(is_, items, value)) else items
    return value


def _mapping(fields: dict[str, Json], mark: str) -> dict[str, Json]:
    secret = _secret_keys(fields)
    after = {
        key: _blank(value, mark) if key in secret else _value(value, mark)
        for key, value in fields.items()
    }
    return fields if all(map(is_, after.values(), fields.values())) else after


def _blank(value: Json, mark: str) -> Json:
    """Blank every value, and keep the keys, which say what a Secret holds."""
    if isinstance(value, dict):
        return {key: _blank(item, mark) for key, item in value.items()}
    if isinstance(value, list):
        return [_blank(item, mark) for item in value]
    return None if value is None else mark


def _item(item: Item) -> Item:
    return Item(
        tuple(
            (key, _TOKEN.sub(REDACTED, value) if isinstance(value, str) else value)
            for key, value in item.keys
        )
    )

"""The hash that the name of a generated resource ends in.

It is the one of kustomize and kubectl: the SHA-256 of a JSON text that Go's encoder would write of
some fields, its first ten hexadecimal digits with the vowels and digits replaced that could make
words. The name has a place in that text but never a value, so renaming does not change the hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.render.generate.go_json import go_json
from promote.render.merge.written import text_of
from promote.yamlio.quotes import resolved

if TYPE_CHECKING:
    from promote.model.json import Document, Json

_LETTERS: Final = str.maketrans("013ae", "ghkmt")
_LENGTH: Final = 10
_HASHED: Final = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData")}


def content_hash(doc: Document) -> str:
    """Ten letters and digits that change when the content of the resource does.

    For kinds other than ConfigMap and Secret it is the hash of the whole document, where the nodes
    that kustomize hashes (see `promote.render.nodes`) are not known.
    """
    kind = doc.get("kind")
    hashed: Json = doc
    if isinstance(kind, str) and has_own_hash(kind):
        always, if_there = _HASHED[kind]
        fields: dict[str, Json] = {"kind": kind, "name": "", always: _field(doc, always)}
        if kind == "Secret":
            fields["type"] = _field(doc, "type")
        if isinstance(doc.get(if_there), dict):
            fields[if_there] = doc[if_there]
        hashed = fields
    return hash_of_text(go_json(_read_back(resolved(hashed))))


def has_own_hash(kind: Json) -> bool:
    """Whether a kind is hashed by its data alone."""
    return isinstance(kind, str) and kind in _HASHED


def hash_of_text(text: str) -> str:
    """Ten letters and digits for a text."""
    import hashlib  # noqa: PLC0415 - most renders hash nothing, and it takes milliseconds

    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH].translate(_LETTERS)


def _read_back(value: Json) -> Json:
    """The value as kustomize hashes it: written as YAML and read, and with floats for numbers."""
    if isinstance(value, dict):
        return {key: _read_back(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_read_back(item) for item in value]
    return value if isinstance(value, str | bool | None) else float(value)


def _field(doc: Document, name: str) -> Json:
    """A mapping as it is, anything else as text, and empty text for what is not there."""
    value = doc.get(name, "")
    return value if isinstance(value, dict) else text_of(value)

"""Values that live elsewhere: a layer names them, and they are fetched only where they are needed.

password: {$secret: {sops: secrets/prod.enc.yaml, key: db.password}}
token: {$secret: {vault: kv/shop/checkout, key: token}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.model.names import similar

if TYPE_CHECKING:
    from promote.model.json import Document, Json

SECRET: Final = "$secret"  # noqa: S105 - the name of a directive
SOURCES: Final = ("sops", "vault")
_FIELDS: Final = (*SOURCES, "key")


class ExternalError(Exception):
    """A reference that cannot be read.

    Args:
        message: what is wrong.
        hint: the next step.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class External:
    """A value that lives elsewhere.

    Attributes:
        source: what keeps it: `sops` for an encrypted file of the repository, or `vault`.
        path: the file, relative to the project; or the path in Vault.
        key: which value of it, as keys joined by dots; empty for all of it.
    """

    source: str
    path: str
    key: str = ""

    def written(self) -> Document:
        """The reference as a layer writes it; it holds nothing secret."""
        inner: Document = {self.source: self.path}
        if self.key:
            inner["key"] = self.key
        return {SECRET: inner}


def is_external(value: Json) -> bool:
    """Whether a layer means a reference by this value."""
    return isinstance(value, dict) and SECRET in value


def read_external(value: Document) -> External:
    """The reference that a layer writes.

    Raises:
        ExternalError: it is not one.
    """
    inner = value[SECRET]
    form = (
        f"write {{{SECRET}: {{sops: FILE, key: a.b}}}} or {{{SECRET}: {{vault: PATH, key: a.b}}}}"
    )
    if len(value) > 1:
        raise ExternalError(f"{SECRET!r} stands alone in its mapping", form)
    if not isinstance(inner, dict):
        raise ExternalError(f"{SECRET!r} is to be a mapping", form)
    for name in inner:
        if name not in _FIELDS:
            hint = similar(name, _FIELDS) or form
            raise ExternalError(f"{SECRET!r} has an unknown field {name!r}", hint)
    sources = [name for name in SOURCES if name in inner]
    if len(sources) != 1:
        raise ExternalError(f"{SECRET!r} names one source, {' or '.join(SOURCES)}", form)
    path, key = inner[sources[0]], inner.get("key", "")
    if not isinstance(path, str) or not path or not isinstance(key, str):
        raise ExternalError(f"{SECRET!r} has a path and a key that are texts", form)
    return External(sources[0], path, key)

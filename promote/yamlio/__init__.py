"""YAML in and out: read as go-yaml reads it, printed as kustomize prints it, edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import Place, YamlError
from promote.yamlio.documents import load
from promote.yamlio.numbers import without_text
from promote.yamlio.quotes import without_styles
from promote.yamlio.writer import dump, dump_all

if TYPE_CHECKING:
    from promote.model.json import FieldPath, Json

__all__ = ["dump", "dump_all", "load_all", "load_one", "locate", "locate_key"]


def load_all(
    data: bytes | str, source: str, *, patch: bool = False, inner: bool = False
) -> list[Json]:
    """Every document of a text; an empty one is None.

    Args:
        data: the text.
        source: the file's name, for errors.
        patch: read as kustomize reads strategic merge patches: keys need not be strings, and may
            stand twice; see `faults.py`.
        inner: read as it reads the texts in resources: scalars need not be what their tags say.

    Raises:
        YamlError: it is not YAML, or not YAML that JSON can hold.
    """
    return load(data, source, patch=patch, inner=inner)


def load_one(data: bytes | str, source: str, *, own: bool = False) -> Json:
    """The one document of a text; None if there is none.

    Args:
        data: the text.
        source: the file's name, for errors.
        own: read as kustomize reads its own files: a key may stand twice, the last one
            counting; `yes` and `off` are booleans, as in YAML 1.1; what follows the first document
            is not looked at.

    Raises:
        YamlError: as `load_all`, or there are several documents.
    """
    documents = load(data, source, own=own)
    if own:
        # How a number was written matters to kustomize alone, and to it too how a string was, in
        # resources.
        return without_styles(documents[0]) if documents else None
    documents = [document for document in documents if document is not None]
    if len(documents) > 1:
        raise YamlError(
            f"{len(documents)} documents, where one is expected",
            place=Place(source),
            hint="take out what follows the first '---'",
        )
    if not documents:
        return None
    return without_text(documents[0])


def locate(data: bytes | str, path: FieldPath, *, document: int = 0) -> tuple[int, int] | None:
    """Line and column, from 1, of the value at a path; of its nearest parent if it is missing.

    Returns:
        None if the text is not YAML or has no such document.
    """
    from promote.yamlio import places  # noqa: PLC0415 - PyYAML, which only errors need

    return places.locate(data, path, document=document)


def locate_key(data: bytes | str, path: FieldPath, *, document: int = 0) -> tuple[int, int] | None:
    """Line and column, from 1, of the key that the path ends in; of the item, in a list.

    Returns:
        None as `locate`, and for a path that leads nowhere.
    """
    from promote.yamlio import places  # noqa: PLC0415 - as above

    return places.locate_key(data, path, document=document)

"""YAML in and out: read as go-yaml reads it, printed as kustomize prints it, edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.yamlio.exact import load
from promote.yamlio.places import locate, locate_key
from promote.yamlio.writer import dump, dump_all

if TYPE_CHECKING:
    from promote.model.json import Json

__all__ = ["dump", "dump_all", "load_all", "load_one", "locate", "locate_key"]


def load_all(data: bytes | str, source: str) -> list[Json]:
    """Every document of a text; an empty one is None.

    Args:
        data: the text.
        source: the file's name, for errors.

    Raises:
        YamlError: it is not YAML, or not YAML that JSON can hold.
    """
    return load(data, source)


def load_one(data: bytes | str, source: str, *, duplicates: bool = False) -> Json:
    """The first document of a text; None if there is none.

    Args:
        data: the text.
        source: the file's name, for errors.
        duplicates: let a key stand twice, the last one counting, as kustomize does in its own
            files.

    Raises:
        YamlError: as `load_all`.
    """
    documents = load(data, source, duplicates=duplicates)
    return documents[0] if documents else None

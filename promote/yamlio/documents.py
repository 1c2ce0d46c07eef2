"""Reading a file's documents: the text, where kustomize parts it, and which reader takes each."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from promote.errors import Place, YamlError
from promote.yamlio import plain
from promote.yamlio.comments import may_hold_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Json

MAX_SIZE: Final = 100 * 1024 * 1024
# What may be a boolean of YAML 1.1, or begins as a date does: where it can be a value or a key, or
# a part of one. Comments that hold no quotes are surely comments, and say nothing.
_OLD_WORD: Final = re.compile(
    r"(?<![^\s\[{,:])(?:(?:y|n|yes|no|on|off)(?![^\s\]},:])|[0-9]{4}-[0-9]{1,2}-[0-9])",
    re.ASCII | re.IGNORECASE,
)
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#[^'\"\n]*$", re.MULTILINE)
_SEPARATOR: Final = re.compile(r"\n---(.*)\n")


def load(
    data: bytes | str,
    source: str,
    *,
    own: bool = False,
    patch: bool = False,
    inner: bool = False,
) -> list[Json]:
    """Every document of a text, as kustomize parts it; an empty one is None.

    Comments above the first separator count where a `List` would be alone otherwise: as a document
    that is the last, so that the others are where they are found in the text.

    Args:
        data: the text.
        source: the file's name, for errors.
        own: read as kustomize reads its own files; see `load_one`.
        patch: read as it reads patches; see `load_all`.
        inner: read as it reads the texts in resources, of which only the first document counts.

    Raises:
        YamlError: it is not YAML, or not YAML that JSON can hold.
    """
    text = decode(data, source)
    if inner:
        return [] if _is_blank(text) else [_read(text, source, 0, own=own, patch=patch, inner=True)]
    described = not own and may_hold_schemas(text)
    documents = [
        _read(chunk, source, line, own=own, patch=patch, inner=inner, described=described)
        for chunk, line in chunks(text, source)
    ]
    if not own and len(documents) == 1 and isinstance(documents[0], dict):
        kind = documents[0].get("kind")
        if kind in ("List", "ResourceList") and _SEPARATOR.search(text):
            documents.append(None)
    return documents


def _read(
    text: str,
    source: str,
    line: int,
    *,
    own: bool,
    patch: bool,
    inner: bool,
    described: bool = False,
) -> Json:
    try:
        if not (_has_old_words(text) if own else described and may_hold_schemas(text)):
            return plain.read(text, own=own, patch=patch)
    except plain.OddError:
        pass
    from promote.yamlio import exact  # noqa: PLC0415 - PyYAML is not needed for most documents

    return exact.read(text, source, line=line, own=own, patch=patch, inner=inner)


def _has_old_words(text: str) -> bool:
    """Whether kustomize may read something in a file of its own otherwise than in others."""
    return bool(_OLD_WORD.search(text) and _OLD_WORD.search(_COMMENT.sub("", text)))


def chunks(text: str, source: str) -> Iterator[tuple[str, int]]:
    """The texts between separators, each with the number of lines before it.

    As in kustomize a separator is a line that starts with three dashes, whatever it stands in, and
    of what stands between two of them only one document counts.

    Raises:
        YamlError: something stands behind the dashes.
    """
    start, line = 0, 0
    while True:
        match = _SEPARATOR.search(text, start)
        chunk = text[start : match.start() + 1] if match else text[start:]
        # Comments before the first separator are no document of their own.
        if start or not _is_blank(chunk):
            yield chunk, line
        if not match:
            return
        start = match.end()
        line += chunk.count("\n") + 1
        after = match[1].strip()
        if after and not after.startswith("#"):
            raise YamlError(
                f"a separator with {after!r} behind its dashes",
                place=Place(source, line),
                hint="start the document on the next line",
            )


def _is_blank(text: str) -> bool:
    return all(line.lstrip().startswith("#") or not line.strip() for line in text.split("\n"))


def decode(data: bytes | str, source: str) -> str:
    """The text of a file, its lines ended by line feeds, without a byte order mark.

    Raises:
        YamlError: it is not UTF-8 (or UTF-16 with a mark), or it is too large.
    """
    if len(data) > MAX_SIZE:
        raise YamlError(f"larger than {MAX_SIZE // 2**20} MiB", place=Place(source))
    if isinstance(data, str):
        text = data
    else:
        marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        try:
            text = data.decode("utf-16" if marked else "utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            column = error.start - before.rfind(b"\n")
            raise YamlError(
                f"not text: {error.reason} (byte 0x{data[error.start]:02x})",
                place=Place(source, before.count(b"\n") + 1, column),
                hint="save it as UTF-8",
            ) from None
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if "\r" in text else text

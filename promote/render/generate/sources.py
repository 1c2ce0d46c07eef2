"""The keys and values of generated ConfigMaps and Secrets, and where they come from.

Nothing is read from the environment of the process: a line of an env file with a key alone has an
empty value, as in kustomize v5.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Final

from promote.errors import ConflictError, KustomizationError
from promote.render.merge.written import check_new_keys
from promote.yamlio.escapes import without_next_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document, Json
    from promote.render.generate.args import GeneratorArgs, GeneratorOptions

    Read = Callable[[str], bytes]
    Pair = tuple[str, bytes]

_BOM: Final = b"\xef\xbb\xbf"
_LINE_LIMIT: Final = 2**16
_SPACES: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_BASE64_WIDTH: Final = 70


def pairs(args: GeneratorArgs, read: Read) -> dict[str, bytes]:
    """All keys and values of a generator: those of env files, literals, and files.

    Args:
        args: where they are.
        read: gives the content of a path as the kustomization writes it.

    Raises:
        KustomizationError: a source is not written as it should be, or a key is no text in YAML.
        ConflictError: a key is there twice.
    """
    found: dict[str, bytes] = {}
    for key, value in _all(args, read):
        if key in found:
            raise ConflictError(
                f"{args.name} generates the key {key!r} twice", hint="keep one of its sources"
            )
        found[key] = value
    check_new_keys(found)
    return found


def _all(args: GeneratorArgs, read: Read) -> Iterator[Pair]:
    for path in args.envs:
        yield from env_pairs(read(path), path)
    for number, text in enumerate(args.literals, 1):
        pair = _literal(text)
        if pair is None:
            # The text itself is not shown: it may hold a secret.
            raise KustomizationError(
                f"literal {number} of {args.name} is not key=value", hint="write it as key=value"
            )
        yield pair
    for text in args.files:
        key, path = file_source(text)
        yield key, read(path)


def env_pairs(content: bytes, source: str) -> Iterator[Pair]:
    """The pairs of an env file: a `key=value` on each line, `#` before a comment.

    Values are taken as they are, with quotes and trailing spaces.

    Raises:
        KustomizationError: a line is not UTF-8.
    """
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n"), 1):
        if len(line) >= _LINE_LIMIT:
            # kustomize leaves out such a line and all that follow, without a word.
            raise KustomizationError(f"{source}:{number}: the line is longer than 64 KiB")
        try:
            text = line.removesuffix(b"\r").decode().lstrip(_SPACES)
        except UnicodeDecodeError:
            raise KustomizationError(
                f"{source}:{number}: the line is not UTF-8", hint="name the file under files:"
            ) from None
        key, _, value = text.partition("=")
        if key and not key.startswith("#"):
            yield key, value.encode()


def _literal(text: str) -> Pair | None:
    """The key and value; quotes around the whole of the value go."""
    text = without_next_lines(text)  # a field of the kustomization, which is written once more
    key, equals, value = text.partition("=")
    if not key or not equals:
        return None
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return key, value.encode()


def file_source(text: str) -> tuple[str, str]:
    """The key and the path of an entry of `files`: `key=path`, or a path that ends in the key.

    Raises:
        KustomizationError: the key or the path is missing, or there are several equals signs.
    """
    key, equals, path = text.partition("=")
    if not equals:
        return text.rstrip("/").rpartition("/")[2] or ("/" if text else "."), text
    if "=" in path or not key or not path:
        raise KustomizationError(
            f"{text!r} under files: is not a path and not key=path",
            hint="neither the key nor the path may hold an equals sign or be empty",
        )
    return key, path


def to_base64(value: bytes) -> str:
    """The value in base64, in lines of 70 when it is longer, as kustomize writes it."""
    text = binascii.b2a_base64(value, newline=False).decode()
    if len(text) < _BASE64_WIDTH:
        return text
    lines = (text[at : at + _BASE64_WIDTH] for at in range(0, len(text), _BASE64_WIDTH))
    return "".join(f"{line}\n" for line in lines)


def base_document(kind: str, args: GeneratorArgs, options: GeneratorOptions) -> Document:
    """A generated resource without its data.

    Raises:
        KustomizationError: it has no name, or a label that is no text in YAML.
    """
    if not args.name:
        raise KustomizationError(f"a generated {kind} has no name", hint="add name:")
    metadata: dict[str, Json] = {"name": args.name}
    if args.namespace:
        metadata["namespace"] = args.namespace
    check_new_keys((*options.labels, *options.annotations))
    if options.labels:
        metadata["labels"] = dict(options.labels)
    if options.annotations:
        metadata["annotations"] = dict(options.annotations)
    doc: Document = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    return {**doc, "immutable": True} if options.immutable else doc

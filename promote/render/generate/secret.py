"""Generated Secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.generate.sources import base_document, pairs, to_base64

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json
    from promote.render.generate.args import GeneratorArgs, GeneratorOptions


def make_secret(
    args: GeneratorArgs, options: GeneratorOptions, read: Callable[[str], bytes]
) -> Document:
    """The Secret of a generator, all its values in base64.

    Args:
        args: what it is made of.
        options: those of the generator completed by the shared ones.
        read: gives the content of a path as the kustomization writes it.

    Raises:
        PromoteError: a source is missing or wrong.
    """
    doc = base_document("Secret", args, options)
    data: dict[str, Json] = {key: to_base64(value) for key, value in pairs(args, read).items()}
    return doc | {"type": args.type or "Opaque", "data": data}

"""Generated ConfigMaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.generate.sources import base_document, pairs, to_base64

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json
    from promote.render.generate.args import GeneratorArgs, GeneratorOptions


def make_config_map(
    args: GeneratorArgs, options: GeneratorOptions, read: Callable[[str], bytes]
) -> Document:
    """The ConfigMap of a generator; what is not UTF-8 goes to `binaryData`, in base64.

    Args:
        args: what it is made of.
        options: those of the generator completed by the shared ones.
        read: gives the content of a path as the kustomization writes it.

    Raises:
        PromoteError: a source is missing or wrong.
    """
    doc = base_document("ConfigMap", args, options)
    data: dict[str, Json] = {}
    binary: dict[str, Json] = {}
    for key, value in pairs(args, read).items():
        try:
            data[key] = value.decode()
        except UnicodeDecodeError:
            binary[key] = to_base64(value)
    filled = {"data": data, "binaryData": binary}
    return doc | {field: values for field, values in filled.items() if values}

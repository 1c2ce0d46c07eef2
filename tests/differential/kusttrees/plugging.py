"""Where the documents of generators, transformers and validators stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees import plugins
from kusttrees.writing import content

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping


def transformers(layer: Layer) -> None:
    """`transformers`: built-in ones, in files, inline, or a directory of them."""
    _plug_some(layer, "transformers", plugins.TRANSFORMERS)


def generators(layer: Layer) -> None:
    """`generators`."""
    _plug_some(layer, "generators", plugins.GENERATORS)


def validators(layer: Layer) -> None:
    """`validators`: transformers that find nothing to change."""
    _plug_some(layer, "validators", plugins.VALIDATORS)


def _plug_some(layer: Layer, key: str, makers: Sequence[Callable[[Layer], Mapping | None]]) -> None:
    configs = []
    for _ in range(layer.dice.number(1, 3)):
        config = layer.dice.pick(makers)(layer)
        if config is not None:
            layer.note(f"{key}: {config['kind']}")
            configs.append(config)
    if not configs:
        return
    if layer.dice.chance(0.3):
        _plug(layer, key, configs)
        return
    for config in configs:
        _plug(layer, key, [config])


def _plug(layer: Layer, key: str, configs: list[Mapping]) -> None:
    form = layer.dice.pick(["file", "file", "inline", "directory"])
    layer.note(f"{key}: {form}")
    name = layer.file(f"{key}.yaml", *configs)
    if form == "file":
        layer.append(key, name)
        return
    file = layer.tree.files.pop(f"{layer.directory}/{name}")
    if form == "inline":
        layer.append(key, content(file).decode().replace("\r\n", "\n"))
        return
    folder = f"{key}-{len(layer.tree.files)}"
    layer.tree.files[f"{layer.directory}/{folder}/{name}"] = file
    body: Mapping = {"resources": [name]}
    if layer.dice.chance(0.2):
        body["namePrefix"] = "own-"
    inner = layer.file(f"{folder}/kustomization.yaml", body)
    layer.append(key, inner.rpartition("/")[0])

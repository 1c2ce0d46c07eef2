"""Generators of ConfigMaps and Secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.scalars import odd_text
from kusttrees.things import Thing

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node

_ENV = b"""# settings
HOST=db.example.com
PORT=5432

EMPTY=
QUOTED="in quotes"
SPACED = a b
"""
_PROPERTIES = b"color=blue\nsize = large\nurl=http://x?a=b&c=d\n"
_TEXT = b"first line\n  second: line\n\ttabbed\nlast without newline"
_BINARY = bytes(range(256))


def config_maps(layer: Layer) -> None:
    """`configMapGenerator`."""
    for _ in range(layer.dice.number(1, 2)):
        _generate(layer, "configMapGenerator", "ConfigMap")


def secrets(layer: Layer) -> None:
    """`secretGenerator`."""
    entry = _generate(layer, "secretGenerator", "Secret")
    if layer.dice.chance(0.4):
        entry["type"] = layer.dice.pick(["Opaque", "kubernetes.io/tls", "custom"])


def _generate(layer: Layer, key: str, kind: str) -> Mapping:
    earlier = [t for t in layer.things if t.generated and t.kind == kind and t in layer.unique()]
    if earlier and layer.dice.chance(0.6):
        entry = _change(layer, layer.dice.pick(earlier))
    else:
        entry = _create(layer, kind)
    _sources(layer, entry)
    if layer.dice.chance(0.3):
        entry["options"] = _options(layer)
        layer.note("generator: options")
    layer.append(key, entry)
    return entry


def _create(layer: Layer, kind: str) -> Mapping:
    taken = {t.first for t in layer.things if t.kind == kind}
    pool = ["settings", "app-config", "env", "files", "creds"]
    pool = [name + layer.tag for name in pool]
    free = [name for name in pool if name not in taken] or [f"more-{len(taken)}{layer.tag}"]
    entry: Mapping = {"name": layer.dice.pick(free)}
    if layer.dice.chance(0.1):
        entry["behavior"] = "create"
    namespace = ""
    if layer.dice.chance(0.15):
        namespace = "team-a"
        entry["namespace"] = namespace
    doc: Mapping = {"apiVersion": "v1", "kind": kind, "metadata": {"name": entry["name"]}}
    name = str(entry["name"])
    layer.things.append(Thing(doc, name, name, namespace, namespace, generated=True))
    return entry


def _change(layer: Layer, thing: Thing) -> Mapping:
    behavior = layer.dice.pick(["merge", "merge", "replace"])
    layer.note(f"generator: {behavior}")
    entry: Mapping = {"name": thing.first, "behavior": behavior}
    if thing.first_namespace:
        entry["namespace"] = thing.first_namespace
    return entry


def _sources(layer: Layer, entry: Mapping) -> None:
    for form in layer.dice.some(["literals", "files", "envs", "env", "binary", "renamed"], 1, 3):
        layer.note(f"generator: {form}")
        if form == "literals":
            entry["literals"] = _literals(layer)
        elif form == "envs":
            entry["envs"] = [layer.text("settings.env", _ENV)]
        elif form == "env":
            entry["env"] = layer.text("one.properties", _PROPERTIES)
        else:
            files = entry.setdefault("files", [])
            assert isinstance(files, list)
            files.append(_file(layer, form))


def _literals(layer: Layer) -> list[Node]:
    values = ["a=1", "b=two words", 'c="quoted"', "d='single'", "e=x=y", "f=", "yes=no", "g=0755"]
    literals: list[Node] = [*layer.dice.some(values, 1, 4)]
    if layer.dice.chance(0.4):
        literals.append("odd=" + odd_text(layer.dice))
    return literals


def _file(layer: Layer, form: str) -> str:
    if form == "binary":
        return layer.text("data.bin", _BINARY)
    if form == "renamed":
        return "renamed.txt=" + layer.text("original.txt", _TEXT)
    body = layer.dice.pick(
        [_TEXT, _PROPERTIES, b"", b"one\r\ntwo\r\n", "\ufeffbom\n".encode(), b"- a\n"]
    )
    return layer.text("note.txt", body)


def _options(layer: Layer) -> Mapping:
    options: list[tuple[str, Node]] = [
        ("disableNameSuffixHash", True),
        ("labels", {"from": "options"}),
        ("annotations", {"note": odd_text(layer.dice)}),
        ("immutable", True),
    ]
    return dict(layer.dice.some(options, 1, 3))


def options(layer: Layer) -> None:
    """`generatorOptions`, for all of the directory's generators."""
    layer.kustomization["generatorOptions"] = _options(layer)

"""Generators: resources made from files and values, and how they join those that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import ConflictError
from promote.model.resource import Origin
from promote.render.generate.args import GeneratorArgs, GeneratorOptions
from promote.render.generate.config_map import make_config_map
from promote.render.generate.secret import make_secret
from promote.render.merge.written import check_kept_keys, in_field, text_at
from promote.render.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import Document, FieldPath, Json
    from promote.render.accumulator import Accumulator
    from promote.render.kustomization import Entry
    from promote.render.layer import Layer

    Make = Callable[[GeneratorArgs, GeneratorOptions, Callable[[str], bytes]], Document]

Generator = Callable[[], list[Record]]
_DATA = ("data", "binaryData")


class Recipe(NamedTuple):
    """How an entry of a kind of generator is read, and what is made of it."""

    read: Callable[[Mapping[str, Json], FieldPath], GeneratorArgs]
    make: Make


_CONFIG_MAP = Recipe(GeneratorArgs.of_config_map, make_config_map)
_SECRET = Recipe(GeneratorArgs.of_secret, make_secret)


def absorb(resources: Accumulator, made: list[Record]) -> None:
    """Add generated resources, or merge them into those of their name, as each one says.

    Raises:
        ConflictError: one is to be created and is there, or is to be merged and is not.
    """
    for record in made:
        same = resources.by_any(record.key)
        if len(same) > 1:
            raise ConflictError(f"{len(same)} resources could take what {record.key} generates")
        if not same:
            if record.behavior in {"merge", "replace"}:
                raise ConflictError(
                    f"{record.key} is generated with behavior {record.behavior!r}, "
                    "and there is none to do that to",
                    hint="use behavior create, or check its name and namespace",
                )
            resources.append(record)
            continue
        if record.behavior not in {"merge", "replace"}:
            raise ConflictError(
                f"{record.key} is generated and exists already",
                hint="give the generator behavior: merge or behavior: replace",
            )
        _take_over(record, same[0])
        place = resources.by_current(record.key)
        if not place:
            raise ConflictError(
                f"{record.key} is generated to merge with one that is {same[0].key} by now",
                hint="let the patch that made another kind of it be applied in a later layer",
            )
        resources.replace(place[0], record)


def _take_over(new: Record, old: Record) -> None:
    """Let a generated resource replace or merge with the one that it stands for."""
    doc = new.doc
    for field in ("labels", "annotations"):
        both = {**_texts(old.metadata_map(field)), **new.metadata_map(field)}
        if field == "labels":  # annotations are made anew once more at the end
            check_kept_keys(both, f"labels of {old.original}")
        doc = _with_metadata(doc, field, both or None)
    identity = old.id
    metadata = new.metadata
    doc = _with_metadata(doc, "name", in_field(metadata, "name", identity.name))
    namespace = in_field(metadata, "namespace", identity.namespace) if identity.namespace else None
    doc = _with_metadata(doc, "namespace", namespace)
    if new.behavior == "merge":
        for field in _DATA:
            older, newer = old.doc.get(field), doc.get(field)
            both = {
                **(_values(older) if isinstance(older, dict) else {}),
                **(newer if isinstance(newer, dict) else {}),
            }
            check_kept_keys(both, f"{field} of {old.original}")
            doc = {key: value for key, value in doc.items() if key != field}
            if both:
                doc = {**doc, field: both}
        new.made_by = old.made_by or new.made_by
    new.doc = doc
    new.take_history(old)
    new.took_over, new.behavior = new.behavior, old.behavior
    new.needs_hash = new.needs_hash and old.needs_hash
    new.changed_by = old.changed_by


def _texts(entries: dict[str, Json]) -> dict[str, Json]:
    """Labels or annotations, which kustomize takes for text; those of other types become text."""
    return {key: str(text_at(entries, key)) for key in entries}


def _values(data: dict[str, Json]) -> dict[str, Json]:
    """Data as text, in which null is empty."""
    return {key: "" if value is None else text_at(data, key) for key, value in data.items()}


def _with_metadata(doc: Document, field: str, value: Json) -> Document:
    metadata = doc.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    rest = {key: item for key, item in known.items() if key != field}
    return {**doc, "metadata": rest if value is None else {**rest, field: value}}


def _made(
    doc: Document, args: GeneratorArgs, options: GeneratorOptions, layer: Layer
) -> list[Record]:
    record = Record(
        doc, layer.schema, Origin(f"{layer.directory.root}/{layer.file}", 0, str(doc["kind"]))
    )
    record.behavior = args.behavior or "unspecified"  # as kustomize notes it
    record.needs_hash = not options.disable_name_suffix_hash
    return [record]


def _entries(recipe: Recipe, entries: Iterable[Entry], layer: Layer) -> Iterator[Generator]:
    shared = GeneratorOptions.read(layer.kustomization.generator_options, ("generatorOptions",))
    for data, path in entries:
        args = recipe.read(data, path)
        yield partial(_generate, recipe.make, args, args.options.under(shared), layer)


def _generate(
    make: Make, args: GeneratorArgs, options: GeneratorOptions, layer: Layer
) -> list[Record]:
    return _made(make(args, options, layer.directory.read), args, options, layer)


def _config_maps(layer: Layer) -> Iterator[Generator]:
    return _entries(_CONFIG_MAP, layer.kustomization.config_maps, layer)


def _secrets(layer: Layer) -> Iterator[Generator]:
    return _entries(_SECRET, layer.kustomization.secrets, layer)


def _charts(layer: Layer) -> Iterator[Generator]:
    wanted = layer.kustomization
    if not (wanted.helm_charts or wanted.helm_inflations):
        return iter(())
    from promote.render import helm  # noqa: PLC0415 - few have charts

    return helm.from_kustomization(layer)


def _chart_from_config(doc: Document, layer: Layer) -> Generator:
    from promote.render import helm  # noqa: PLC0415 - as above

    return helm.from_config(doc, layer)


def _service_account(doc: Document, layer: Layer) -> Generator:
    from promote.render.generate.iam_policy import make_service_account  # noqa: PLC0415 - few ask

    def generate() -> list[Record]:
        return [Record(make_service_account(doc), layer.schema)]

    return generate


def _from_config(recipe: Recipe, doc: Document, layer: Layer) -> Generator:
    """A generator that has a document of its own: its name may stand in its metadata."""
    metadata = doc.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    data = {key: value for key, value in doc.items() if key not in {"kind", "metadata"}}
    for key in ("name", "namespace"):
        if not data.get(key) and known.get(key):
            data[key] = known[key]
    args = recipe.read(data, ())
    return partial(_generate, recipe.make, args, args.options, layer)


FROM_KUSTOMIZATION: tuple[tuple[str, Callable[[Layer], Iterator[Generator]]], ...] = (
    ("ConfigMapGenerator", _config_maps),
    ("SecretGenerator", _secrets),
    ("HelmChartInflationGenerator", _charts),
)
"""The generators that the fields of a kustomization ask for, in kustomize's order."""

GENERATORS: dict[str, Callable[[Document, Layer], Generator]] = {
    "ConfigMapGenerator": partial(_from_config, _CONFIG_MAP),
    "SecretGenerator": partial(_from_config, _SECRET),
    "HelmChartInflationGenerator": _chart_from_config,
    "IAMPolicyGenerator": _service_account,
}
"""Those that a document of `generators:` may ask for."""

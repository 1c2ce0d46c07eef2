"""`kustomization.yaml` as data: every field, validated at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.render.decode import FieldError, Fields
from promote.render.fieldspecs import FieldSpec, field_spec
from promote.render.selectors import Selector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, FieldPath, Json

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

KUSTOMIZATION = "Kustomization"
COMPONENT = "Component"
_VERSIONS = {
    KUSTOMIZATION: "kustomize.config.k8s.io/v1beta1",
    COMPONENT: "kustomize.config.k8s.io/v1alpha1",
}

_KNOWN = (
    "apiVersion", "kind", "metadata", "openapi", "namePrefix", "nameSuffix", "namespace",
    "commonLabels", "labels", "commonAnnotations", "patchesStrategicMerge", "patchesJson6902",
    "patches", "images", "imageTags", "replacements", "replicas", "vars", "sortOptions",
    "resources", "components", "crds", "bases", "configMapGenerator", "secretGenerator",
    "helmGlobals", "helmCharts", "helmChartInflationGenerator", "generatorOptions",
    "configurations", "generators", "transformers", "validators", "buildMetadata",
)  # fmt: skip

_DEPRECATED = {
    "bases": "resources",
    "commonLabels": "labels",
    "imageTags": "images",
    "patchesJson6902": "patches",
    "patchesStrategicMerge": "patches",
    "vars": "replacements",
}

Entry = tuple["Document", "FieldPath"]
"""A mapping of the file, for the part that understands it, and where it stands."""


class Patch(NamedTuple):
    """One entry of `patches` or `patchesJson6902`: text or a file, and what it is aimed at."""

    place: FieldPath
    text: str = ""
    file: str = ""
    target: Selector | None = None
    allow_name_change: bool = False
    allow_kind_change: bool = False


class Labels(NamedTuple):
    """One entry of `labels`."""

    pairs: Mapping[str, str]
    include_selectors: bool = False
    include_templates: bool = False
    fields: tuple[FieldSpec, ...] = ()


class Image(NamedTuple):
    """One entry of `images`: which images, and what they become."""

    name: str
    new_name: str = ""
    new_tag: str = ""
    tag_suffix: str = ""
    digest: str = ""


class Replica(NamedTuple):
    """One entry of `replicas`."""

    name: str
    count: int  # type: ignore[assignment]  # hides the method of tuples
    place: FieldPath = ()


class SortOptions(NamedTuple):
    """`sortOptions`: the order of the output.

    Attributes:
        order: `legacy` or `fifo`.
        first, last: the kinds that come first and last in the former.
        wrong: what is wrong with them. It is told of the directory that is built, and not of its
            bases, where the order says nothing.
    """

    order: str
    first: tuple[str, ...] | None = None
    last: tuple[str, ...] | None = None
    wrong: FieldError | None = None


class Kustomization(NamedTuple):
    """What a kustomization file asks for; deprecated fields are folded into their successors."""

    kind: str
    resources: tuple[str, ...]
    components: tuple[str, ...]
    name_prefix: str
    name_suffix: str
    namespace: str
    labels: tuple[Labels, ...]
    common_labels: Mapping[str, str]
    common_annotations: Mapping[str, str]
    patches: tuple[Patch, ...]
    patches_json: tuple[Patch, ...]
    patches_strategic: tuple[str, ...]
    images: tuple[Image, ...]
    replicas: tuple[Replica, ...]
    replacements: tuple[Entry, ...]
    variables: tuple[Entry, ...]
    config_maps: tuple[Entry, ...]
    secrets: tuple[Entry, ...]
    generator_options: Document | None
    helm_charts: tuple[Entry, ...]
    helm_globals: Document | None
    helm_inflations: tuple[Entry, ...]
    configurations: tuple[str, ...]
    crds: tuple[str, ...]
    generators: tuple[str, ...]
    transformers: tuple[str, ...]
    validators: tuple[str, ...]
    openapi: Mapping[str, str]
    sort_options: SortOptions | None
    build_metadata: tuple[str, ...]
    warnings: tuple[str, ...]


def read_kustomization(data: Json) -> Kustomization:
    """Read a kustomization's document.

    Raises:
        FieldError: it is not one; the error names the field.
    """
    if data is not None and not isinstance(data, dict):
        raise FieldError(
            "a kustomization is to be a mapping", (), hint="such as resources: [a.yaml]"
        )
    if data is None or not any(
        value is not None and value != ""
        for key, value in data.items()
        if key not in {"apiVersion", "kind"}
    ):
        raise FieldError("the kustomization is empty", (), hint="name at least one resource")
    fields = Fields(data, _KNOWN)
    kind = _kind(fields)
    _check_metadata(fields)
    return Kustomization(
        kind=kind,
        resources=fields.texts("resources") + fields.texts("bases"),
        components=fields.texts("components"),
        name_prefix=fields.text("namePrefix"),
        name_suffix=fields.text("nameSuffix"),
        namespace=fields.text("namespace"),
        labels=tuple(_labels(*entry) for entry in fields.mappings("labels")),
        common_labels=fields.text_map("commonLabels"),
        common_annotations=fields.text_map("commonAnnotations"),
        patches=tuple(_patch(*entry) for entry in fields.mappings("patches")),
        patches_json=tuple(_patch(*entry) for entry in fields.mappings("patchesJson6902")),
        patches_strategic=fields.texts("patchesStrategicMerge"),
        images=tuple(
            read_image(*entry)
            for name in ("images", "imageTags")
            for entry in fields.mappings(name)
        ),
        replicas=tuple(read_replica(*entry) for entry in fields.mappings("replicas")),
        replacements=tuple(fields.mappings("replacements")),
        variables=tuple(fields.mappings("vars")),
        config_maps=tuple(fields.mappings("configMapGenerator")),
        secrets=tuple(fields.mappings("secretGenerator")),
        generator_options=fields.mapping("generatorOptions"),
        helm_charts=tuple(fields.mappings("helmCharts")),
        helm_globals=fields.mapping("helmGlobals"),
        helm_inflations=tuple(fields.mappings("helmChartInflationGenerator")),
        configurations=fields.texts("configurations"),
        crds=fields.texts("crds"),
        generators=fields.texts("generators"),
        transformers=fields.texts("transformers"),
        validators=fields.texts("validators"),
        openapi=fields.text_map("openapi"),
        sort_options=_sort_options(fields),
        build_metadata=fields.texts("buildMetadata"),
        warnings=tuple(
            f"'{old}' is deprecated, use '{new}'"
            for old, new in _DEPRECATED.items()
            if old in fields
        ),
    )


def _kind(fields: Fields) -> str:
    kind = fields.text("kind") or KUSTOMIZATION
    if kind not in _VERSIONS:
        raise fields.fail("kind", f"{KUSTOMIZATION} or {COMPONENT}")
    version = fields.text("apiVersion")
    if version and version != _VERSIONS[kind]:
        raise fields.fail("apiVersion", f"{_VERSIONS[kind]} for a {kind}")
    return kind


def _check_metadata(fields: Fields) -> None:
    known = ("name", "namespace", "labels", "annotations")
    metadata = Fields(fields.mapping("metadata") or {}, known, fields.at("metadata"))
    for name in known[:2]:
        metadata.text(name)
    for name in known[2:]:
        metadata.text_map(name)


def _patch(data: Mapping[str, Json], path: FieldPath) -> Patch:
    fields = Fields(data, ("path", "patch", "target", "options"), path)
    options = Fields(
        fields.mapping("options") or {},
        ("allowNameChange", "allowKindChange"),
        fields.at("options"),
    )
    target = fields.mapping("target")
    return Patch(
        path,
        fields.text("patch"),
        fields.text("path"),
        None if target is None else Selector.read(target, fields.at("target")),
        options.flag("allowNameChange"),
        options.flag("allowKindChange"),
    )


def _labels(data: Mapping[str, Json], path: FieldPath) -> Labels:
    fields = Fields(data, ("pairs", "includeSelectors", "includeTemplates", "fields"), path)
    return Labels(
        fields.text_map("pairs"),
        fields.flag("includeSelectors"),
        fields.flag("includeTemplates"),
        tuple(field_spec(spec) for spec, _ in fields.mappings("fields")),
    )


def read_image(data: Mapping[str, Json], path: FieldPath = ()) -> Image:
    """Read an entry of `images`.

    Raises:
        FieldError: it is not one.
    """
    fields = Fields(data, ("name", "newName", "newTag", "tagSuffix", "digest"), path)
    return Image(
        fields.text("name"),
        fields.text("newName"),
        fields.text("newTag"),
        fields.text("tagSuffix"),
        fields.text("digest"),
    )


def read_replica(data: Mapping[str, Json], path: FieldPath = ()) -> Replica:
    """Read an entry of `replicas`.

    Raises:
        FieldError: it is not one.
    """
    fields = Fields(data, ("name", "count"), path)
    return Replica(fields.text("name"), fields.integer("count"), path)


def _sort_options(fields: Fields) -> SortOptions | None:
    data = fields.mapping("sortOptions")
    if data is None:
        return None
    options = Fields(data, ("order", "legacySortOptions"), fields.at("sortOptions"))
    order = options.text("order")
    legacy = options.mapping("legacySortOptions")
    if order not in {"legacy", "fifo"}:
        return SortOptions(order, wrong=options.fail("order", "legacy or fifo"))
    if legacy is None:
        return SortOptions(order)
    if order != "legacy":
        expected = "absent, since the order is not legacy"
        return SortOptions(order, wrong=options.fail("legacySortOptions", expected))
    lists = Fields(legacy, ("orderFirst", "orderLast"), options.at("legacySortOptions"))
    return SortOptions(order, lists.texts("orderFirst"), lists.texts("orderLast"))

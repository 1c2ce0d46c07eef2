"""`helmCharts`: resources that helm makes of a chart.

This module says what helm is asked for and reads what it answers; running it is handed to the
build, since rendering itself starts no program.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from promote import yamlio
from promote.errors import InputError, KustomizationError
from promote.render.decode import Fields
from promote.render.manifests import read_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.model.json import Document, FieldPath, Json
    from promote.render.generators import Generator
    from promote.render.layer import Layer
    from promote.render.loading import Directory
    from promote.render.record import Record

_CHART = (
    "name", "version", "repo", "releaseName", "namespace", "additionalValuesFiles", "valuesFile",
    "valuesInline", "valuesMerge", "includeCRDs", "skipHooks", "apiVersions", "kubeVersion",
    "nameTemplate", "skipTests", "debug", "devel",
)  # fmt: skip
_GLOBALS = ("chartHome", "configHome")
_OLD = (
    "chartName", "chartVersion", "chartRepoUrl", "chartHome", "chartRepoName", "helmBin",
    "helmHome", "values", "valuesLocal", "valuesMerge", "releaseName", "releaseNamespace",
    "extraArgs",
)  # fmt: skip
_OLD_IDLE = ("chartRepoName", "helmBin", "helmHome", "releaseNamespace")
_MERGES = ("override", "merge", "replace")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Chart:
    """A chart, and how it is inflated.

    Attributes:
        name, version, repo: which chart; without a repo it is in `home` already.
        home: the directory that holds charts, relative to the kustomization's.
        release, name_template, namespace: what the templates see of the release.
        values_file, more_values_files: values instead of the chart's own, and after them.
        values, values_merge: values in the kustomization, and how they join those of the file:
            `override` them, `merge` under them, or `replace` them.
        include_crds, skip_hooks, skip_tests, devel: as helm's flags of these names.
        api_versions, kube_version: what the templates see of the cluster.
    """

    name: str
    version: str = ""
    repo: str = ""
    home: str = "charts"
    release: str = ""
    name_template: str = ""
    namespace: str = ""
    values_file: str = ""
    more_values_files: tuple[str, ...] = ()
    values: Mapping[str, Json] = field(default_factory=dict)
    values_merge: str = "override"
    include_crds: bool = False
    skip_hooks: bool = False
    skip_tests: bool = False
    devel: bool = False
    api_versions: tuple[str, ...] = ()
    kube_version: str = ""

    @property
    def folder(self) -> str:
        """Where the chart is kept, relative to the kustomization's directory."""
        if self.version and self.repo:
            return posixpath.join(self.home, f"{self.name}-{self.version}", self.name)
        return posixpath.join(self.home, self.name)


class Helm(Protocol):
    """Inflates charts with the real helm."""

    def inflate(self, chart: Chart, directory: Directory) -> bytes:
        """What `helm template` prints for a chart.

        Raises:
            OutsideError: helm is missing, the chart cannot be had, or a template of it fails.
        """
        ...


def from_kustomization(layer: Layer) -> Iterator[Generator]:
    """The generators of the `helmCharts` and `helmChartInflationGenerator` fields."""
    wanted = layer.kustomization
    old = [_read_old(*entry) for entry in wanted.helm_inflations]
    home = next((chart.home for chart in reversed(old) if chart.home != "charts"), "charts")
    if wanted.helm_globals is not None:
        home = Fields(wanted.helm_globals, _GLOBALS).text("chartHome") or "charts"
    for chart in (*(_read(*entry) for entry in wanted.helm_charts), *old):
        yield _generator(chart, home, layer)


def from_config(doc: Document, layer: Layer) -> Generator:
    """The generator that a `HelmChartInflationGenerator` document asks for."""
    known = {*_CHART, *_GLOBALS}
    data = {key: value for key, value in doc.items() if key in known}
    home = data.pop("chartHome", None)
    data.pop("configHome", None)
    return _generator(_read(data, ()), home if isinstance(home, str) else "charts", layer)


def _read(data: Mapping[str, Json], path: FieldPath) -> Chart:
    fields = Fields(data, _CHART, path)
    merge = fields.text("valuesMerge") or "override"
    if merge not in _MERGES:
        raise fields.fail("valuesMerge", f"one of {', '.join(_MERGES)}")
    if not fields.text("name"):
        raise fields.fail("name", "the name of a chart")
    return Chart(
        name=fields.text("name"),
        version=fields.text("version"),
        repo=fields.text("repo"),
        release=fields.text("releaseName"),
        name_template=fields.text("nameTemplate"),
        namespace=fields.text("namespace"),
        values_file=fields.text("valuesFile"),
        more_values_files=fields.texts("additionalValuesFiles"),
        values=fields.mapping("valuesInline") or {},
        values_merge=merge,
        include_crds=fields.flag("includeCRDs"),
        skip_hooks=fields.flag("skipHooks"),
        skip_tests=fields.flag("skipTests"),
        devel=fields.flag("devel"),
        api_versions=fields.texts("apiVersions"),
        kube_version=fields.text("kubeVersion"),
    )


def _read_old(data: Mapping[str, Json], path: FieldPath) -> Chart:
    """An entry of the field that `helmCharts` replaced."""
    fields = Fields(data, _OLD, path)
    for name in _OLD_IDLE:
        fields.text(name)
    fields.texts("extraArgs")
    return Chart(
        name=fields.text("chartName"),
        version=fields.text("chartVersion"),
        repo=fields.text("chartRepoUrl"),
        home=fields.text("chartHome") or "charts",
        release=fields.text("releaseName"),
        values_file=fields.text("values"),
        values=fields.mapping("valuesLocal") or {},
        values_merge=fields.text("valuesMerge") or "override",
    )


def _generator(chart: Chart, home: str, layer: Layer) -> Generator:
    chart = replace(chart, home=home, namespace=chart.namespace or layer.helm_namespace)

    def generate() -> list[Record]:
        if layer.helm is None:
            raise KustomizationError(
                f"the chart {chart.name!r} needs helm, which is off", hint="pass --enable-helm"
            )
        records = _parse(layer.helm.inflate(chart, layer.directory), chart, layer)
        for record in records:
            record.from_helm = True
        return records

    return generate


def _parse(text: bytes, chart: Chart, layer: Layer) -> list[Record]:
    """Helm may print messages before its first document."""
    shown = f"helm template {chart.name}"
    try:
        return read_records(yamlio.load_all(text, shown), layer.schema)
    except InputError:
        _, separator, rest = text.partition(b"\n---")
        if not separator:
            raise
        return read_records(yamlio.load_all(b"---" + rest, shown), layer.schema)

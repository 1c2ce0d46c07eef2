"""What a project is: frozen records that `promote.yaml` is read into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, Json


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are; `{app}`, `{environment}` and `{cluster}` stand for names.

    Attributes:
        base: an app's base.
        overlay: an app's overlay in an environment.
        values: the files of values, the lowest layer first.
    """

    base: str = "bases/{app}"
    overlay: str = "overlays/{environment}/{app}"
    values: tuple[str, ...] = (
        "bases/{app}/values.yaml",
        "overlays/{environment}/values.yaml",
        "overlays/{environment}/{app}/values.yaml",
        "overlays/{environment}/clusters/{cluster}/values.yaml",
    )


@dataclass(frozen=True, slots=True)
class ForgeConfig:
    """Where pull requests live.

    Attributes:
        url: the address of its API; empty for the one that follows from the remote's.
        repository: its name there; empty for the one that follows from the remote's address.
        token_env: the variable that holds the token; empty for the usual ones.
        ca_file: certificate authorities besides the system's.
        approvals: how many a merge needs on the local forge; others have a rule of their own.
    """

    kind: str = "local"
    remote: str = "origin"
    branch: str = "main"
    url: str = ""
    repository: str = ""
    token_env: str = ""
    ca_file: str = ""
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class Promotable:
    """Which fields make a release.

    Attributes:
        images, charts, refs: whether those of the overlay's kustomization do.
        values: paths of values.
    """

    images: bool = True
    charts: bool = True
    refs: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """An application.

    Attributes:
        name: its name.
        base: where its base is, relative to the project.
        per_cluster: rendered once for each cluster of an environment, not once for all.
        promotable: which of its fields make a release.
    """

    name: str
    base: str
    per_cluster: bool = False
    promotable: Promotable = field(default_factory=Promotable)


@dataclass(frozen=True, slots=True)
class RenameRule:
    r"""A rule of a rename; an empty selector stands for all.

    Attributes:
        group, kind, name, pattern: what it is for; `pattern` is a regular expression for the whole
            name.
        to: the new name, in which `\1` stands for the pattern's first group.
        prefix, suffix: what is put before and behind the name, without `to`.
    """

    group: str = ""
    kind: str = ""
    name: str = ""
    pattern: str = ""
    to: str = ""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class TextRule:
    """What to do with names in one field of free text."""

    field: str
    rewrite: bool
    kind: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class NameField:
    """A field of a project's own kind that holds a name, as a row of the package's table."""

    kind: str
    path: str
    holds: str
    group: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Rename:
    """How names change from a primary to its variant.

    Attributes:
        clusters, namespaces, names: rules, of which the first that fits counts.
        shared: what both sides use under one name.
        text: what to do with names in free text.
        fields: fields of the project's own kinds that hold names.
    """

    clusters: tuple[RenameRule, ...] = ()
    namespaces: tuple[RenameRule, ...] = ()
    names: tuple[RenameRule, ...] = ()
    shared: tuple[str, ...] = ()
    text: tuple[TextRule, ...] = ()
    fields: tuple[NameField, ...] = ()


class GateConfig(NamedTuple):
    """A condition of a promotion.

    Attributes:
        kind: what sort of condition.
        value: what it is told.
        at: when it decides; empty for when its kind does by itself.
        override: whether it may be passed all the same.
    """

    kind: str
    value: Json
    at: Literal["", "open", "merge"] = ""
    override: bool = True


@dataclass(frozen=True, slots=True)
class Environment:
    """A node of the graph of environments.

    Attributes:
        name: its name.
        upstreams: where releases come from.
        variant_of: the primary, for a variant.
        rename: how names change from the primary.
        clusters: its clusters.
        apps: the apps that run here; None for all that have an overlay.
        gates: the conditions of a promotion.
        auto_merge: whether the forge shall merge a promotion once all that it requires is there.
    """

    name: str
    upstreams: tuple[str, ...] = ()
    variant_of: str | None = None
    rename: Rename = field(default_factory=Rename)
    clusters: tuple[str, ...] = ()
    apps: tuple[str, ...] | None = None
    gates: tuple[GateConfig, ...] = ()
    auto_merge: bool = False


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """What is not compared; None says nothing. `promote.compare` says what each part means."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    pointer: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Compatible:
    """Which versions of one app the configuration of another needs.

    Attributes:
        app: whose configuration it is.
        field, version: only where this field of it is in this range; both empty for always.
        needs, needs_field, needs_version: the other app, its field, and the range that does.
    """

    app: str
    needs: str
    needs_field: str
    needs_version: str
    field: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """What promotions may use besides the repository, as the base branch says.

    Attributes:
        helm: whether charts are inflated.
        remotes: the hosts that bases may be fetched from.
        commands: whether gates may run commands of the project's own.
    """

    helm: bool = False
    remotes: tuple[str, ...] = ()
    commands: bool = False


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """A project.

    Attributes:
        name: its name.
        layout: where things are.
        forge: where pull requests live.
        clusters: facts about each cluster.
        apps, environments: by name, in the order of the file.
        bundles: apps that move together, by the name of the bundle.
        ignore: what is not compared.
        trust: what promotions may use besides the repository.
        stop: why nothing moves anywhere; false when something may.
        compatible: which versions of one app the configuration of another needs.
        calendars: windows of time in which nothing moves, by the name that gates give them.
    """

    name: str
    layout: Layout
    forge: ForgeConfig
    clusters: Mapping[str, Document]
    apps: Mapping[str, App]
    environments: Mapping[str, Environment]
    bundles: Mapping[str, tuple[str, ...]]
    ignore: tuple[IgnoreRule, ...]
    trust: Trust = field(default_factory=Trust)
    stop: bool | str = False
    calendars: Mapping[str, Document] = field(default_factory=dict)
    compatible: tuple[Compatible, ...] = ()

    def downstream(self, environment: str) -> tuple[str, ...]:
        """The environments whose releases come from this one."""
        return tuple(
            name for name, other in self.environments.items() if environment in other.upstreams
        )

    def variants_of(self, environment: str) -> tuple[str, ...]:
        """The variants of an environment."""
        return tuple(
            name for name, other in self.environments.items() if other.variant_of == environment
        )

    def in_order(self) -> tuple[str, ...]:
        """The environments, each after those that its releases come from."""
        done: dict[str, None] = {}

        def visit(name: str) -> None:
            if name not in done:
                environment = self.environments[name]
                above = [*environment.upstreams, *filter(None, [environment.variant_of])]
                for upstream in above:
                    visit(upstream)
                done[name] = None

        for name in self.environments:
            visit(name)
        return tuple(done)

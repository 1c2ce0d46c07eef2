"""Sending traffic to a variant, and back: what to change, in which order, and the files for it.

Everything that a failover changes is added beside what is there: a file of patches in each overlay
concerned, which comes after all that the overlay asks for itself, and holds. The way back takes
exactly that away again, whatever else changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal

from promote import yamlio
from promote.compare.parity import check_parity
from promote.compare.paths import format_path
from promote.errors import UsageError, VariantError
from promote.project.variants import field_table, rename_map
from promote.promotion.failover.files import changed_overlays, patched, unnamed
from promote.promotion.holds import Hold, lift_hold, read_holds, set_hold
from promote.render.files import EditedTree
from promote.variant.references import references
from promote.variant.targets import What

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.model.json import FieldPath, Json
    from promote.model.resource import Resource, ResourceId
    from promote.project import Project

_REPLICAS: Final = ("replicas", "minReplicas", "maxReplicas", "minReplicaCount", "maxReplicaCount")
_ENTRANCES: Final = "gateway.*tsb.tetrate.io"
_GATEWAYS: Final = frozenset({"Gateway", "IngressGateway", "Tier1Gateway", "Ingress"})

Sort = Literal["hold", "replicas", "clusters", "by hand"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change.

    Attributes:
        sort: what is changed: a hold on releases, replicas, the clusters that a gateway sends
            traffic to, or something that no file of the project says.
        subject: the resource, or what else it is about, in words.
        field: the field, for a resource.
        old, new: its value before and after; None for what is not there.
        file: the file that the change is written to; empty for what is done by hand.
    """

    sort: Sort
    subject: str
    field: str
    old: Json
    new: Json
    file: str


@dataclass(frozen=True, slots=True)
class Failover:
    """The plan of a failover, or of the way back.

    Attributes:
        variant, primary: between which environments.
        back: whether it is the way back.
        steps: what to do, in this order.
        edits: the files to write, by their path in the tree; None for one that goes.
    """

    variant: str
    primary: str
    back: bool
    steps: tuple[Step, ...]
    edits: Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field of an app in an environment that a failover sets."""

    sort: Sort
    environment: str
    app: str
    resource: ResourceId
    path: FieldPath
    old: Json
    new: Json


def plan_failover(project: Project, variant: str, releases: Mapping[str, str]) -> Failover:
    """What to change so that traffic goes to a variant.

    First the releases of the primary are held, so that nothing moves meanwhile; then the variant
    grows to the size of its primary; then the gateways of the primary send traffic to the clusters
    of the variant; last what has to be done by hand.

    Args:
        project: the project.
        variant: which variant.
        releases: the release of each app in the primary, by its id.

    Raises:
        VariantError: the environment is no variant.
        UsageError: traffic goes there already.
        PromoteError: the variant or its primary cannot be rendered.
    """
    primary = _primary(project, variant)
    if list(changed_overlays(project, variant, primary)):
        raise UsageError(
            f"traffic goes to {variant} already", hint=f"`promote dr failover {variant} --back`"
        )
    edits: dict[str, bytes | None] = {}
    steps: list[Step] = []
    for app, release in sorted(releases.items()):
        hold = Hold(primary, app, release, _reason(variant))
        changed = set_hold(EditedTree(project.tree, edits), project.root, hold)
        edits |= changed
        steps += [
            Step("hold", f"{app} in {primary}", "", None, release, project.tree.display(file))
            for file in changed
        ]
    wanted = [*_replicas(project, variant), *_clusters(project, variant, primary)]
    for (environment, app), group in _grouped(wanted).items():
        file, more = patched(project, environment, app, variant, group)
        edits |= more
        steps += [_step(one, project.tree.display(file)) for one in group]
    order = {"hold": 0, "replicas": 1, "clusters": 2}
    steps.sort(key=lambda step: order[step.sort])
    return Failover(variant, primary, False, (*steps, *_by_hand(project, variant, wanted)), edits)


def plan_return(project: Project, variant: str) -> Failover:
    """What to change so that traffic goes to the primary again.

    Raises:
        VariantError: the environment is no variant.
        UsageError: traffic goes to the primary.
    """
    primary = _primary(project, variant)
    found = list(changed_overlays(project, variant, primary))
    if not found:
        raise UsageError(
            f"traffic goes to {primary}, not to {variant}",
            hint=f"`promote dr failover {variant}` sends it to the variant",
        )
    edits: dict[str, bytes | None] = {}
    steps: list[Step] = []
    for environment, app, file in found:
        shown = project.tree.display(file)
        steps += _undone(project.tree.read(file), shown, environment)
        edits |= {file: None, **unnamed(project, environment, app, variant)}
    steps.sort(key=lambda step: step.sort != "clusters")
    for hold in reversed(read_holds(project.tree, project.root)):
        if (hold.environment, hold.reason) == (primary, _reason(variant)):
            tree = EditedTree(project.tree, edits)
            changed = lift_hold(tree, project.root, primary, hold.app)
            edits |= changed
            steps += [
                Step("hold", f"{hold.app} in {primary}", "", hold.release, None, tree.display(one))
                for one in changed
            ]
    return Failover(variant, primary, True, tuple(steps), edits)


# What to change


def _replicas(project: Project, variant: str) -> Iterator[Wanted]:
    """The replicas that the variant declares to have fewer of."""
    apps = {str(unit): unit.app for unit in project.units(variant)}
    for one in check_parity(project, variant).parity.declared:
        is_fewer = (
            isinstance(one.primary, int)
            and isinstance(one.variant, int)
            and one.variant < one.primary
        )
        if one.path and one.path[-1] in _REPLICAS and is_fewer:
            yield Wanted(
                "replicas", variant, apps[one.unit], one.resource, one.path, one.variant,
                one.primary,
            )  # fmt: skip


def _clusters(project: Project, variant: str, primary: str) -> Iterator[Wanted]:
    """The clusters that the gateways of the primary send traffic to."""
    names, table = rename_map(project, variant), field_table(project, variant)
    for unit in project.units(primary):
        for resource in project.render(unit):
            identity = resource.id
            if not fnmatchcase(identity.group, _ENTRANCES):
                continue
            for mention in references(resource, names.inventory, table):
                new = names.new_name(mention.target)
                is_cluster = mention.target.what is What.CLUSTER
                whole = _at(resource.doc, mention.path) == mention.target.name
                if is_cluster and whole and new != mention.target.name:
                    yield Wanted(
                        "clusters", primary, unit.app, identity, mention.path,
                        mention.target.name, new,
                    )  # fmt: skip


def _by_hand(project: Project, variant: str, wanted: Sequence[Wanted]) -> Iterator[Step]:
    """The hosts that people reach the variant by, where no gateway shares the traffic out."""
    if any(one.sort == "clusters" for one in wanted):
        return
    seen: dict[str, str] = {}
    for resource in project.render_all(variant):
        if resource.id.kind in _GATEWAYS:
            for host in _hosts(resource):
                seen.setdefault(host, f"{resource.id}")
    for host, gateway in sorted(seen.items()):
        yield Step("by hand", f"DNS of {host}", "", None, f"the address of {gateway}", "")


def _hosts(resource: Resource) -> Iterator[str]:
    """The hosts of a gateway that are not of the mesh."""
    todo: list[Json] = [resource.doc.get("spec")]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            for key, value in node.items():
                found = value if key == "hosts" and isinstance(value, list) else [value]
                if key in {"hosts", "hostname", "host"}:
                    for host in found:
                        name = host.rpartition("/")[2] if isinstance(host, str) else ""
                        if "." in name and ".svc" not in name:
                            yield name
            todo += node.values()


def _undone(patches: bytes, file: str, environment: str) -> Iterator[Step]:
    """The steps of a file of patches, the other way round."""
    for document in yamlio.load_all(patches, file):
        target = document.get("target") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(target, dict):
            continue
        name = str(target.get("name")).replace("\\", "")
        subject = f"{target.get('kind')}/{name} in {environment}"
        operations = yamlio.load_one(str(document.get("patch")), file)
        values: dict[str, Json] = {}
        for one in operations if isinstance(operations, list) else ():
            if not isinstance(one, dict):
                continue
            path = str(one.get("path"))
            if one.get("op") == "test":
                values[path] = one.get("value")
            elif path in values:
                sort: Sort = "replicas" if path.rpartition("/")[2] in _REPLICAS else "clusters"
                field = format_path(_field(path))
                yield Step(sort, subject, field, one.get("value"), values[path], file)


def _field(text: str) -> FieldPath:
    words = (one.replace("~1", "/").replace("~0", "~") for one in text.strip("/").split("/"))
    return tuple(int(word) if word.isdecimal() else word for word in words)


# Small things


def _primary(project: Project, variant: str) -> str:
    primary = project.environment(variant).variant_of
    if primary is None:
        raise VariantError(
            f"{variant!r} is not a variant of another environment", hint="add variant-of: to it"
        )
    return primary


def _reason(variant: str) -> str:
    return f"traffic goes to {variant}"


def _grouped(wanted: Sequence[Wanted]) -> dict[tuple[str, str], list[Wanted]]:
    found: dict[tuple[str, str], list[Wanted]] = {}
    for one in wanted:
        found.setdefault((one.environment, one.app), []).append(one)
    return found


def _step(one: Wanted, file: str) -> Step:
    subject = f"{one.resource.kind}/{one.resource.name} in {one.environment}"
    return Step(one.sort, subject, format_path(one.path), one.old, one.new, file)


def _at(node: Json, path: FieldPath) -> Json:
    for step in path:
        if isinstance(node, dict):
            node = node.get(str(step))
        elif isinstance(node, list):
            node = node[int(step)]
    return node

"""Finding what a question is about: the resource, and the field in it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from promote.compare.paths import Item, format_path, parse_path, resolve
from promote.errors import UnknownNameError, UsageError
from promote.model.names import listed
from promote.project.origins import value_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.compare.paths import Path, Step
    from promote.model.json import FieldPath, Json
    from promote.model.resource import Resource, ResourceId
    from promote.project import Project, Unit


def find_units(project: Project, environment: str, app: str = "", cluster: str = "") -> list[Unit]:
    """The units to look in.

    Raises:
        UnknownNameError: there is no such environment, app or cluster.
    """
    return project.units(environment, [app] if app else (), cluster)


def find_resource(project: Project, units: Sequence[Unit], wanted: str) -> tuple[Unit, Resource]:
    """The resource of a name, `KIND/NAME` or `KIND/NAMESPACE/NAME`, `KIND` perhaps `KIND.GROUP`.

    A name that ends in a hash may be given without it.

    Raises:
        UsageError: the text is no such name, or more than one resource has it.
        UnknownNameError: none has it.
    """
    kind, *rest = wanted.split("/")
    if not kind or len(rest) not in {1, 2} or not all(rest):
        raise UsageError(
            f"{wanted!r} names no resource", hint="write KIND/NAME or KIND/NAMESPACE/NAME"
        )
    name, place = rest[-1], rest[0] if rest[1:] else None
    everything = [(unit, one) for unit in units for one in project.render(unit)]
    alike = [
        (unit, one)
        for unit, one in everything
        if _is_kind(one.id, kind) and place in {None, one.id.namespace}
    ]
    found = [(unit, one) for unit, one in alike if one.id.name == name]
    found = found or [(unit, one) for unit, one in alike if _without_hash(one) == name]
    if not found:
        raise _unknown(wanted, [one.id for _, one in everything])
    if len(found) > 1:
        raise _ambiguous(wanted, found)
    return found[0]


def find_field(doc: Json, text: str) -> FieldPath:
    """The field that a text names: a path in dots and brackets, or a JSON pointer.

    Raises:
        UsageError: the text is neither.
        UnknownNameError: the document has no such field.
    """
    if text.startswith("/"):
        return _pointed(doc, text)
    path = parse_path(text)
    found = resolve(doc, path)
    if found is None:
        raise _no_field(doc, path, text)
    return found


def _pointed(doc: Json, text: str) -> FieldPath:
    path: list[str | int] = []
    for word in text.removeprefix("/").split("/"):
        key = word.replace("~1", "/").replace("~0", "~")
        here = value_at(doc, tuple(path))
        known: Sequence[str | int] = ()
        if isinstance(here, dict):
            known = list(here)
        elif isinstance(here, list):
            known = range(len(here))
        step: str | int = int(key) if isinstance(here, list) and key.isdecimal() else key
        if step not in known:
            raise UnknownNameError(f"there is no field {text!r}", hint=_near(key, map(str, known)))
        path.append(step)
    return tuple(path)


def _no_field(doc: Json, path: Path, text: str) -> UnknownNameError:
    """The error for a path that leads nowhere: it names what there is where it ends."""
    for end in range(len(path) - 1, -1, -1):
        found = resolve(doc, path[:end])
        if found is None:
            continue
        here = value_at(doc, found)
        near: list[str] = []
        if isinstance(here, dict):
            near = [format_path((*path[:end], key)) for key in _closest(str(path[end]), here)]
        elif isinstance(here, list):
            near = [format_path((*path[:end], step)) for step in _items(here)[:5]]
        hint = listed(near)
        return UnknownNameError(f"there is no field {text!r}", hint=hint)
    return UnknownNameError(f"there is no field {text!r}")


def _closest(wanted: str, known: Sequence[str] | dict[str, Json]) -> list[str]:
    return difflib.get_close_matches(wanted, list(known), 3, 0.5) or sorted(known)[:8]


def _items(items: list[Json]) -> list[Step]:
    found: list[Step] = []
    for index, item in enumerate(items):
        name = item.get("name") if isinstance(item, dict) else None
        found.append(Item((("name", name),)) if isinstance(name, str) else index)
    return found


def _is_kind(identity: ResourceId, wanted: str) -> bool:
    known = {identity.kind.lower(), f"{identity.kind}.{identity.group}".lower()}
    return wanted.lower() in known


def _without_hash(resource: Resource) -> str | None:
    """The name of a generated resource as its generator states it."""
    if resource.origin is None or not resource.origin.generator:
        return None
    return resource.id.name.rpartition("-")[0]


def _unknown(wanted: str, known: list[ResourceId]) -> UnknownNameError:
    kind, _, rest = wanted.partition("/")
    of_kind = sorted({_short(one) for one in known if _is_kind(one, kind)})
    near = difflib.get_close_matches(f"{kind}/{rest.rpartition('/')[2]}", of_kind, 3, 0.5)
    near = near or of_kind[:5] or difflib.get_close_matches(wanted, map(_short, known), 3, 0.5)
    return UnknownNameError(f"there is no {wanted}", hint=listed(near))


def _short(identity: ResourceId) -> str:
    return f"{identity.kind}/{identity.name}"


def _ambiguous(wanted: str, found: list[tuple[Unit, Resource]]) -> UsageError:
    units = sorted({str(unit) for unit, _ in found})
    if len({one.id.namespace for _, one in found}) > 1:
        named = sorted(f"{one.id.kind}/{one.id.namespace}/{one.id.name}" for _, one in found)
        return UsageError(f"several resources are {wanted}", hint=f"say {' or '.join(named)}")
    groups = sorted({f"{one.id.kind}.{one.id.group}" for _, one in found})
    if len(units) > 1:
        hint = f"say --app or --cluster: it is in {', '.join(units)}"
    else:
        hint = f"say {' or '.join(groups)}"
    return UsageError(f"several resources are {wanted}", hint=hint)


def _near(wanted: str, known: Sequence[str] | map[str]) -> str | None:
    names = list(known)
    near = difflib.get_close_matches(wanted, names, 3, 0.5) or names[:8]
    return listed(near)

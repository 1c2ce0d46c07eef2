"""What edits do to the manifests: each environment rendered before and after, and compared."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.compare import diff
from promote.compare.conceal import conceal
from promote.promotion.view import View

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from promote.compare.conceal import Concealed
    from promote.model.resource import Resource
    from promote.promotion.session import Session


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes in one environment.

    Attributes:
        cluster: the cluster, for apps that are rendered once for each; else None.
        diff: the difference, without secrets.
    """

    environment: str
    cluster: str | None
    diff: Concealed

    @property
    def place(self) -> str:
        """The environment, and the cluster if it is about one."""
        return f"{self.environment} ({self.cluster})" if self.cluster else self.environment


def effects(
    session: Session,
    edits: dict[str, bytes],
    environments: Sequence[str],
    apps: Collection[str],
) -> tuple[Effect, ...]:
    """Render environments with and without edits.

    Only the apps that the edits are for are rendered. Nothing is written.
    """
    if not edits:
        return ()
    found = []
    with closing(View.open(session.edited(edits), session.root)) as after:
        for environment in environments:
            left = _rendered(session.view, environment, apps)
            right = _rendered(after, environment, apps)
            for cluster in sorted(left.keys() | right.keys(), key=lambda name: name or ""):
                compared = diff(left.get(cluster, []), right.get(cluster, []))
                found.append(Effect(environment, cluster, conceal(compared)))
    return tuple(found)


def _rendered(
    view: View, environment: str, apps: Collection[str]
) -> dict[str | None, list[Resource]]:
    """The resources of some apps in an environment, apart for each cluster where they differ."""
    result: dict[str | None, list[Resource]] = {}
    for unit in view.units(environment):
        if unit.app in apps:
            result.setdefault(unit.cluster, []).extend(view.render(unit))
    return result

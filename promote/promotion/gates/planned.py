"""What is planned for one app, as plain data for policies and commands, and as rendered images."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Final

from promote.promotion.effects import effects
from promote.promotion.gates.base import PromotedImage
from promote.promotion.releases.fields import IMAGE_PARTS
from promote.promotion.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.forge import PullRequest
    from promote.model.json import Document, Json
    from promote.promotion.plans import AppPlan
    from promote.promotion.releases.release import Release
    from promote.promotion.session import Session

_CONTAINERS: Final = frozenset({"containers", "initContainers", "ephemeralContainers"})


def app_document(
    session: Session,
    target: str,
    plan: AppPlan,
    edits: Mapping[str, bytes] | None,
    pull: PullRequest | None = None,
) -> Document:
    """The plan of one app. `docs/promotion.md` says what it holds; it only grows.

    Args:
        session: the project on its base branch.
        target: the environment to promote into.
        plan: what would move.
        edits: the files that would change, to render them; None to leave out what they do.
        pull: the promotion's pull request, if it has one: then its author is the promotion's.
    """
    document: Document = {
        "app": plan.app,
        "target": target,
        "sources": [*plan.sources],
        "author": pull.author if pull is not None else str(session.repository.identity()),
        "release": _release(plan.wanted),
        "current": _release(plan.current),
        "moves": [
            {
                "kind": move.key.kind,
                "name": move.key.name,
                "part": move.key.part,
                "old": move.old,
                "new": move.new,
            }
            for move in plan.moves
        ],
        "images": [*_images(plan.wanted)],
    }
    if edits is not None:
        document["effects"] = _effects(session, target, plan.app, dict(edits))
    return document


def rendered_images(
    session: Session, target: str, app: str, edits: Mapping[str, bytes]
) -> list[PromotedImage]:
    """The images of the app's containers in the target, were the edits merged."""
    found: dict[str, str] = {}
    with closing(View.open(session.edited(dict(edits)), session.root)) as after:
        for unit in after.units(target):
            if unit.app == app:
                for resource in after.render(unit):
                    for image in _containers(resource.doc):
                        tagged, _, digest = image.partition("@")
                        # A colon before a slash is that of a registry's port.
                        name = re.sub(r":[^:/]*$", "", tagged)
                        found[name] = digest if found.get(name, digest) else ""
    return [PromotedImage(name, digest) for name, digest in sorted(found.items())]


def _release(release: Release) -> Json:
    return {"id": release.id, "label": release.label}


def _images(release: Release) -> Iterator[Json]:
    for subject in sorted(release.subjects()):
        if subject[0] == "image":
            parts: Document = dict.fromkeys(IMAGE_PARTS, "")
            parts |= {key.part: str(value) for key, value in release.part_of(subject)}
            yield {"name": subject[1], **parts}


def _effects(session: Session, target: str, app: str, edits: dict[str, bytes]) -> Json:
    """How many resources of each kind come, go and change, in the target and its variants."""
    counts: dict[str, dict[str, int]] = {"added": {}, "changed": {}, "removed": {}}
    environments = (target, *session.view.variants(target))
    for effect in effects(session, edits, environments, {app}):
        for change in effect.diff.shown:
            kinds = counts[change.kind.value]
            kinds[change.id.kind] = kinds.get(change.id.kind, 0) + 1
    return {name: {**kinds} for name, kinds in counts.items()}


def _containers(node: Json) -> Iterator[str]:
    """The images of all containers in a document, however deep its Pod template lies."""
    if isinstance(node, list):
        for item in node:
            yield from _containers(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in _CONTAINERS and isinstance(value, list):
            for container in value:
                image = container.get("image") if isinstance(container, dict) else None
                if isinstance(image, str):
                    yield image
        else:
            yield from _containers(value)

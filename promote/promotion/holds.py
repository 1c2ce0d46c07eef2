"""`holds.yaml`: the pins that keep an app on a release in an environment."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.errors import Place, ProjectError
from promote.yamlio.editing import DELETE, edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.config import ProjectConfig
    from promote.model.json import Document, Json
    from promote.model.tree import Tree

FILE: Final = "holds.yaml"


@dataclass(frozen=True, slots=True)
class Hold:
    """One pin.

    Attributes:
        release: id of the release that it keeps.
        index: its place in the file.
    """

    environment: str
    app: str
    release: str
    reason: str
    index: int = 0

    def __str__(self) -> str:
        return f"held on {self.release}" + (f": {self.reason}" if self.reason else "")


def read_holds(tree: Tree, root: str) -> list[Hold]:
    """The holds of a project; none when it has no such file.

    Raises:
        ProjectError: the file does not say what a hold is.
    """
    path = posixpath.join(root, FILE)
    if tree.kind(path) != "file":
        return []
    data = tree.read(path)
    document = yamlio.load_one(data, tree.display(path))
    entries = [] if document is None else document
    if not isinstance(entries, list):
        raise ProjectError("holds are a list", place=Place(tree.display(path)))
    return [_hold(entry, index, data, tree.display(path)) for index, entry in enumerate(entries)]


def _hold(entry: Json, index: int, data: bytes, shown: str) -> Hold:
    text = {
        key: entry.get(key) if isinstance(entry, dict) else None
        for key in ("environment", "app", "release")
    }
    for key, value in text.items():
        if not isinstance(value, str) or not value:
            where = yamlio.locate(data, (index,)) or (None, None)
            raise ProjectError(
                f"a hold has a {key}",
                place=Place(shown, *where),
                hint="- {environment: prod, app: cart, release: 0123456789ab, reason: why}",
            )
    reason = entry.get("reason") if isinstance(entry, dict) else ""
    return Hold(
        str(text["environment"]), str(text["app"]), str(text["release"]), str(reason or ""), index
    )


def find_hold(holds: list[Hold], environment: str, app: str) -> Hold | None:
    """The hold of an app in an environment."""
    return next((h for h in holds if (h.environment, h.app) == (environment, app)), None)


def set_hold(tree: Tree, root: str, hold: Hold) -> dict[str, bytes]:
    """The file with a hold added, or put in the place of the one of the same app."""
    path = posixpath.join(root, FILE)
    holds = read_holds(tree, root)
    entry: Document = {
        "environment": hold.environment,
        "app": hold.app,
        "release": hold.release,
        "reason": hold.reason,
    }
    if not holds:
        return {path: yamlio.dump([entry]).encode()}
    old = find_hold(holds, hold.environment, hold.app)
    if old is not None and old.release == hold.release:
        return {}
    at = len(holds) if old is None else old.index
    return {path: edit(tree.read(path), {(at,): entry}, tree.display(path))}


def set_holds(tree: Tree, root: str, holds: Sequence[Hold]) -> dict[str, bytes]:
    """The file with several holds added; nothing if all are there."""
    from promote.render.files import EditedTree  # noqa: PLC0415 - reading needs no rendering

    changed: dict[str, bytes] = {}
    for hold in holds:
        changed |= set_hold(EditedTree(tree, changed), root, hold)
    return changed


def astray(holds: Sequence[Hold], config: ProjectConfig) -> list[str]:
    """The holds of environments or apps that the project does not have: they hold nothing."""
    return [
        f"the hold of {hold.app} in {hold.environment} holds nothing: there is no such "
        + ("environment" if hold.environment not in config.environments else "app")
        for hold in holds
        if hold.environment not in config.environments or hold.app not in config.apps
    ]


def lift_hold(tree: Tree, root: str, environment: str, app: str) -> dict[str, bytes]:
    """The file without the hold of an app; nothing if there is none."""
    path = posixpath.join(root, FILE)
    hold = find_hold(read_holds(tree, root), environment, app)
    if hold is None:
        return {}
    return {path: edit(tree.read(path), {(hold.index,): DELETE}, tree.display(path))}

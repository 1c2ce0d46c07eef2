"""The forge that a project names."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING

from promote.errors import ProjectError
from promote.forge.local import LocalForge

if TYPE_CHECKING:
    from promote.forge.protocol import Forge
    from promote.git import Identity, ObjectStore, Remote

Opener = Callable[["ObjectStore", "Remote", "Identity"], "Forge"]

FORGES: dict[str, Opener] = {"local": LocalForge}
"""The kinds of forge, by the name that `promote.yaml` uses."""


def open_forge(kind: str, store: ObjectStore, remote: Remote, identity: Identity) -> Forge:
    """Open a forge.

    Raises:
        ProjectError: this version has no such forge.
    """
    opener = FORGES.get(kind)
    if opener is None:
        near = difflib.get_close_matches(kind, FORGES, 1) or sorted(FORGES)
        raise ProjectError(
            f"the forge {kind!r} is not supported by this version", hint=f"use {near[0]!r}"
        )
    return opener(store, remote, identity)

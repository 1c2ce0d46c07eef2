"""How to build a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.render.ordering import LEGACY

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.render.helm import Helm
    from promote.render.loading import ParsedFiles
    from promote.render.remote import Remotes
    from promote.render.trace import Trace


def _silent(message: str) -> None:
    """Drop a warning."""


class BuildOptions(NamedTuple):
    """How to build a directory.

    Attributes:
        restrict: refuse files above a kustomization's directory.
        reorder: `legacy`, or `none` for the order of the build; `sortOptions` overrides it.
        expand: makes the text of a template's file; None to treat templates as plain files.
        files: parsed files to share with other builds of the same tree; None to share none.
        helm: inflates charts; None refuses them.
        managed_by: label each resource with what built it, as `buildMetadata` may ask for.
        remotes: fetches bases and files that live elsewhere; None refuses them.
        warn: takes each warning, one line.
        trace: is told what each step does to the resources; None costs nothing.
    """

    restrict: bool = True
    reorder: str = LEGACY
    expand: Callable[[str], bytes] | None = None
    files: ParsedFiles | None = None
    helm: Helm | None = None
    managed_by: bool = False
    remotes: Remotes | None = None
    warn: Callable[[str], None] = _silent
    trace: Trace | None = None

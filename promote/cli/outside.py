"""What a command may use that is no file here: the helm program, and other hosts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.render.helm import Helm
    from promote.render.remote import Remotes


class Outside(NamedTuple):
    """What a project may use besides files; None refuses it.

    Attributes:
        helm: inflates charts.
        remotes: fetches bases and files that live elsewhere.
    """

    helm: Helm | None
    remotes: Remotes | None


@contextmanager
def outside(
    enable_helm: bool,
    helm_command: str,
    hosts: Sequence[str] | None,
) -> Iterator[Outside]:
    """What the flags of a command allow."""
    helm = None
    if enable_helm:
        from promote.registry.helm import HelmProgram  # noqa: PLC0415 - few projects have charts

        helm = HelmProgram(helm_command)
    if not hosts:
        yield Outside(helm, None)
        return
    from promote.project.remotes import Remotes as Fetching  # noqa: PLC0415 - as few

    fetching = Fetching(hosts)
    try:
        yield Outside(helm, fetching)
    finally:
        fetching.close()

"""What is rendered at once: an app in an environment, and in a cluster where that matters."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """An app in an environment.

    Attributes:
        app, environment: which.
        cluster: the cluster, for an app that is rendered once for each; else None.
    """

    app: str
    environment: str
    cluster: str | None = None

    def __str__(self) -> str:
        where = f"{self.environment}/{self.cluster}" if self.cluster else self.environment
        return f"{self.app} in {where}"

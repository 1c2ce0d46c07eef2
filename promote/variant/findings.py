"""What is noted about a rename, for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.errors import Place
    from promote.model.json import FieldPath
    from promote.model.resource import Resource, ResourceId

    Locate = Callable[[Resource, FieldPath], Place | None]


class Severity(Enum):
    """How grave a finding is: an error fails a check, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noted.

    Attributes:
        severity: how grave it is.
        code: a short name of its sort, for programs.
        message: what it is, in one line; never a secret.
        resource: the resource that it is about, under the name that it has now.
        path: the field of the resource; for a rule, its place in `rename`.
        place: where in the repository.
    """

    severity: Severity
    code: str
    message: str
    resource: ResourceId | None = None
    path: FieldPath = ()
    place: Place | None = None

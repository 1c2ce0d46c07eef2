"""Every error that `promote` raises on purpose.

PromoteError                 exit 1
├── InputError               a file in the repository is wrong
│   ├── YamlError            not YAML, or YAML that JSON cannot hold
│   ├── ProjectError         promote.yaml, or a file it names
│   ├── KustomizationError   a kustomization.yaml, or what it asks for
│   ├── PatchError           a patch that cannot be applied
│   ├── ConflictError        two things with one identity
│   ├── TemplateError        a Jinja2 template
│   ├── ValuesError          values that fail their schema
│   ├── VariantError         a rename that cannot be followed
│   ├── UnknownNameError     a name that nothing in the project has
│   └── MergeConflictError   upstream and the target were both changed
├── OutsideError             the world outside the process
│   ├── FileMissingError     a file or folder that is not there
│   ├── GitError             Git, or a Git remote
│   ├── ForgeError           a forge's API
│   └── RegistryError        an OCI registry
├── UsageError               exit 2: the command line
├── GateHoldsError           exit 11: a gate holds
└── BugError                 exit 3: an internal promise was broken
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class ExitCode(IntEnum):
    """What the process tells its caller."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    BUG = 3
    DIFFERENT = 10
    GATE_HOLDS = 11


class Place(NamedTuple):
    """Where something stands: a file, and when known a 1-based line and column."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


class PromoteError(Exception):
    """An error that a user can act on.

    Args:
        message: what is wrong, in one line, without the place.
        place: where it is wrong, if it has a place in a file.
        hint: the next step, in one line.
    """

    exit_code = ExitCode.ERROR

    def __init__(
        self, message: str, *, place: Place | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def at(self, place: Place) -> PromoteError:
        """Give the error a place, unless one nearer to the cause already did."""
        if self.place is None:
            self.place = place
        return self

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        then = f"\n  {self.hint}" if self.hint else ""
        return f"{where}{self.message}{then}"


class InputError(PromoteError):
    """A file in the repository is wrong."""


class YamlError(InputError):
    """Text that is not YAML, or YAML that JSON cannot hold."""


class ProjectError(InputError):
    """`promote.yaml`, or a file that it names, is wrong."""


class KustomizationError(InputError):
    """A `kustomization.yaml`, or what it asks for, is wrong."""


class PatchError(InputError):
    """A patch cannot be applied."""


class ConflictError(InputError):
    """Two things have one identity."""


class TemplateError(InputError):
    """A Jinja2 template cannot be rendered."""


class ValuesError(InputError):
    """Values fail their schema, or cannot be merged."""


class VariantError(InputError):
    """A rename cannot be followed."""


class UnknownNameError(InputError):
    """Nothing in the project has the name: no environment, app, cluster or release."""


class MergeConflictError(InputError):
    """People edited on the target what upstream changed to something else."""


class OutsideError(PromoteError):
    """Something outside the process did not do what was asked."""


class FileMissingError(OutsideError):
    """A file or folder is not there, or is not what was expected."""


class GitError(OutsideError):
    """Git, or a Git remote, refused."""


class ForgeError(OutsideError):
    """A forge's API refused."""


class RegistryError(OutsideError):
    """An OCI registry refused."""


class UsageError(PromoteError):
    """The command line asks for something that does not make sense."""

    exit_code = ExitCode.USAGE


class GateHoldsError(PromoteError):
    """A gate holds a promotion back."""

    exit_code = ExitCode.GATE_HOLDS


class BugError(PromoteError):
    """An internal promise was broken: always our fault, never the user's."""

    exit_code = ExitCode.BUG

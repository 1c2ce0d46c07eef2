"""What a part is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class PartError(Exception):
    """Why a part cannot be had, in one line."""


@dataclass(frozen=True)
class Part:
    """Something real that tests need: a program, or a folder of files.

    Attributes:
        name: what it is installed by.
        version: the pinned version; another one is built anew. A change of how a part is made
            belongs here too.
        make: fills an empty folder with the outputs.
        outputs: paths in the cache by the names that `tools/parts path` knows; none for a program
            that only the machine can have.
        machine: names of programs on PATH that serve as well as one that is built.
        asked: left out of `all`, since it changes the machine.
    """

    name: str
    version: str
    make: Callable[[Path], None]
    outputs: Mapping[str, str] = field(default_factory=dict)
    machine: tuple[str, ...] = ()
    asked: bool = False

"""The command line of `tools/parts`."""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from partskit.cache import Cache, default_folder
from partskit.records import PartError
from partskit.table import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partskit.records import Part

_ABOUT = """\
Builds the real programs that tests and benchmarks compare with, at pinned versions, into
$PROMOTE_PARTS (by default promote-parts in your cache folder). What is there is not built again."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line: 0 when done, 1 when a part cannot be had, 2 when it makes no sense."""
    options = _parser().parse_args(argv)
    cache = Cache(default_folder())
    try:
        if options.command == "list":
            _list(cache, PARTS)
        elif options.command == "path":
            print(path_of(cache, PARTS, options.name))
        else:
            for part in _chosen(PARTS, options.names):
                install(cache, part)
    except PartError as error:
        print(f"tools/parts: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/parts", description=_ABOUT)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every part, its version, and where it is")
    path = commands.add_parser("path", help="print where a part is; fail if it is not there")
    path.add_argument("name", metavar="NAME")
    installing = commands.add_parser("install", help="make parts that are not there")
    installing.add_argument("names", metavar="NAME", nargs="+", help="a part, or 'all'")
    return parser


def install(cache: Cache, part: Part) -> None:
    """Make a part, unless it is there.

    Raises:
        PartError: it cannot be made; what was there before is untouched.
    """
    if _on_machine(part) or (part.outputs and cache.has(part)):
        return
    with cache.lock(part):
        if part.outputs and cache.has(part):
            return  # another process made it while this one waited
        _say(f"{part.name}: making {part.version}")
        begun = time.monotonic()
        with cache.workspace(part) as made:
            try:
                part.make(made)
            except PartError as error:
                message = f"{part.name}: {error}"
                raise PartError(message) from error
            cache.keep(part, made)
        _say(f"{part.name}: made in {time.monotonic() - begun:.0f} s")


def path_of(cache: Cache, parts: Mapping[str, Part], name: str) -> Path:
    """Where a part is, or a second thing that came with it.

    Raises:
        PartError: there is no such part, or it is not there.
    """
    part = next((part for part in parts.values() if name in {part.name, *part.outputs}), None)
    if part is None:
        raise _unknown(
            name, [name for part in parts.values() for name in (part.name, *part.outputs)]
        )
    found = _on_machine(part) if name == part.name else None
    if found is None and part.outputs and cache.has(part):
        found = cache.folder / part.outputs[name]
    if found is None:
        message = f"{name} ({part.version}) is not there: 'tools/parts install {part.name}'"
        raise PartError(message)
    return found


def _chosen(parts: Mapping[str, Part], names: Sequence[str]) -> list[Part]:
    if "all" in names:
        names = [*(name for name, part in parts.items() if not part.asked), *set(names) - {"all"}]
    for name in names:
        if name not in parts:
            raise _unknown(name, [*parts, "all"])
    return [parts[name] for name in dict.fromkeys(names)]


def _list(cache: Cache, parts: Mapping[str, Part]) -> None:
    for part in parts.values():
        try:
            where = str(path_of(cache, parts, part.name))
        except PartError:
            where = "not there"
        print(f"{part.name}\t{part.version}\t{where}")


def _on_machine(part: Part) -> Path | None:
    found = next(filter(None, map(shutil.which, part.machine)), None)
    return Path(found) if found else None


def _unknown(name: str, known: Sequence[str]) -> PartError:
    near = difflib.get_close_matches(name, known, n=1)
    known_names = ", ".join(dict.fromkeys(known))
    return PartError(f"no part {name!r}: " + (f"is it {near[0]!r}?" if near else known_names))


def _say(text: str) -> None:
    print(f"tools/parts: {text}", file=sys.stderr, flush=True)

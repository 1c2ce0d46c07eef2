"""The list of what is in the store for one project or folder, and what each result depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import orjson

from promote.store.inputs import Found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.store.inputs import Inputs

_FORMAT = 2


class Entry(NamedTuple):
    """A result and what it was made of.

    Attributes:
        digest: SHA-256 of the result.
        inputs: the paths that were asked for on the way.
        warnings: what was said on the way.
    """

    digest: str
    inputs: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Index:
    """Results by the name of what was rendered.

    Attributes:
        entries: the results.
        found: what was at each path that any of them depends on.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)

    def holds(self, name: str, inputs: Inputs) -> Entry | None:
        """The entry of a name, if all that it was made of still is what it was."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        return entry if inputs.all_same(entry.inputs, self.found) else None

    def merge(self, made: Mapping[str, Entry], found: Mapping[str, Found]) -> None:
        """Note what was just made.

        An older result that depends on another state of a path goes: the state that is noted for
        the path must be the one that each result was made of.

        Args:
            made: the results.
            found: what was at each of their inputs.
        """
        changed = set()
        for path, now in found.items():
            then = self.found.get(path)
            both = now if then is None else then.joined(now)
            if both is None:
                changed.add(path)
            self.found[path] = both or now
        self.entries = {
            name: entry
            for name, entry in self.entries.items()
            if name not in made and not (changed and changed.intersection(entry.inputs))
        }
        self.entries.update(made)

    def dump(self) -> bytes:
        """The index as bytes."""
        paths = sorted({path for entry in self.entries.values() for path in entry.inputs})
        number = {path: index for index, path in enumerate(paths)}
        entries = {
            name: (entry.digest, [number[path] for path in entry.inputs], entry.warnings)
            for name, entry in self.entries.items()
        }
        return orjson.dumps(
            {
                "format": _FORMAT,
                "paths": paths,
                "found": [_packed(path, self.found[path]) for path in paths],
                "entries": entries,
            }
        )

    @classmethod
    def load(cls, data: bytes) -> Index:
        """Read it again; an empty one if it cannot be read."""
        try:
            raw = orjson.loads(data)
            if raw["format"] != _FORMAT:
                return cls()
            paths = raw["paths"]
            found = {
                path: Found(
                    kind, path if place is None else place, digest, names, seen and tuple(seen)
                )
                for path, (kind, place, digest, names, seen) in zip(
                    paths, raw["found"], strict=True
                )
            }
            entries = {
                name: Entry(digest, tuple(paths[index] for index in inputs), tuple(warnings))
                for name, (digest, inputs, warnings) in raw["entries"].items()
            }
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, IndexError):
            return cls()
        return cls(entries, found)


def _packed(path: str, found: Found) -> tuple[object, ...]:
    """What was at a path, without saying its own name again for its place."""
    return (found.kind, None if found.place == path else found.place, *found[2:])

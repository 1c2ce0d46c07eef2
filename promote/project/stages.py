"""What the names of environments tell: how late in a release's life each is, and what follows what.

Names are a guess, so each guess says what it could not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# From first to last in the life of a release; the first word that a name contains counts.
_STAGES = (
    ("dev", "development", "develop", "sandbox", "local"),
    ("test", "testing", "tst", "qa", "int", "integration", "ci", "nonprod", "npd"),
    ("staging", "stage", "stg", "uat", "preprod", "pre", "acc", "acceptance", "canary"),
    ("prod", "production", "prd", "live"),
)
_LAST = len(_STAGES) - 1
_RECOVERY = ("dr", "recovery", "standby", "failover")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an environment is in the graph.

    Attributes:
        name: the environment.
        upstream: where its releases come from.
        primary: the environment that it is a variant of.
        note: what the names do not tell.
    """

    name: str
    upstream: str | None = None
    primary: str | None = None
    note: str = ""


def rank(name: str) -> int | None:
    """How late in the life of a release an environment of this name is; None if it does not say."""
    for word in _words(name):
        for place, names in enumerate(_STAGES):
            if word in names:
                return place
    return None


def is_stage(name: str) -> bool:
    """Whether a name is the word of a stage and nothing else, but for a number."""
    return len(_words(name)) == 1 and rank(name) is not None


def is_recovery(name: str) -> bool:
    """Whether an environment of this name is one for disaster recovery."""
    return any(word in _RECOVERY for word in _words(name))


def stages(environments: Mapping[str, Collection[str]]) -> list[Stage]:
    """The environments in the order in which a release goes through them.

    Args:
        environments: the apps of each.
    """
    ranked = {name: place for name in environments if (place := rank(name)) is not None}
    main = {name: place for name, place in ranked.items() if not is_recovery(name)}
    found = [
        _recovery(name, main) if is_recovery(name) else _upstream(name, main, environments)
        for name in environments
    ]
    return sorted(found, key=lambda stage: _life(stage.name))


def _upstream(name: str, main: Mapping[str, int], apps: Mapping[str, Collection[str]]) -> Stage:
    place = main.get(name)
    if place is None:
        return Stage(name, note="its place does not follow from its name: say `from:`")
    before = max((other for other in main.values() if other < place), default=None)
    if before is None:
        return Stage(name)
    candidates = [other for other in main if main[other] == before]
    # Where most of its apps come from, then the one that is named most like it (prod-eu after
    # staging-eu), then the first by name: which is a guess, and is said to be one.
    fitting = {other: (_common(apps, name, other), _like(name, other)) for other in candidates}
    best = sorted(other for other in candidates if fitting[other] == max(fitting.values()))
    chosen, others = best[0], best[1:]
    note = f"or from {_listed(others)}, which the names put at the same stage" if others else ""
    return Stage(name, chosen, note=note)


def _recovery(name: str, main: Mapping[str, int]) -> Stage:
    words = [word for word in _words(name) if word not in _RECOVERY]
    same = [other for other in main if _words(other) == words]
    last = sorted(other for other in main if main[other] == _LAST)
    if not same and not last:
        return Stage(name, note="what it is a variant of does not follow from its name")
    primary = (same or last)[0]
    unsure = "" if same or len(last) == 1 else f"or of {_listed(last[1:])}: its name does not say"
    return Stage(name, primary=primary, note=unsure)


def _words(name: str) -> list[str]:
    plain = re.sub(r"non[-_.]prod(uction)?", "nonprod", name.lower())
    return [word for word in re.split(r"[^a-z]+", plain) if word]


def _life(name: str) -> tuple[int, bool, str]:
    place = rank(name)
    return (_LAST + 1 if place is None else place, is_recovery(name), name)


def _common(apps: Mapping[str, Collection[str]], one: str, other: str) -> int:
    return len({*apps[one]} & {*apps[other]})


def _like(one: str, other: str) -> int:
    return len({*_words(one)} & {*_words(other)})


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)

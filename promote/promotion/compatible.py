"""`compatible:` rules: which versions of one app the configuration of another needs.

They are asked about an environment as it would be after a promotion or a rollback, whichever of the
two apps moves. Versions are numbers with dots; a `v` before them and what follows `-` or `+` do not
count, so that `1.24.0-rc1` is compared as `1.24.0`.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from promote.promotion.gates.base import Verdict
from promote.promotion.releases.fields import find
from promote.promotion.releases.merging import name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from promote.config.model import Compatible
    from promote.model.tree import Tree
    from promote.promotion.session import Session
    from promote.promotion.view import View

GATE: Final = "compatible"
"""What `--override` calls the rules."""

_TERM: Final = re.compile(r"(?P<sign>>=|<=|>|<|=|!=) ?v?(?P<version>[0-9]+(?:\.[0-9]+)*)")
_VERSION: Final = re.compile(r"v?(?P<version>[0-9]+(?:\.[0-9]+)*)(?:[-+].*)?")


def in_range(version: str, wanted: str) -> bool | None:
    """Whether a version is in a range such as `>=1.22 <1.24`; None if it is no version."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    return all(_holds(match["version"], t["sign"], t["version"]) for t in _TERM.finditer(wanted))


def compatible(
    session: Session,
    target: str,
    moving: Collection[str],
    tree: Tree,
    overrides: Mapping[str, str],
) -> dict[str, Verdict]:
    """What the rules say of the apps that move; nothing for an app that no rule is about.

    Args:
        session: the project on its base branch.
        target: the environment that changes.
        moving: the apps that move.
        tree: the files as they would be.
        overrides: reasons by the gate that is to be passed all the same.
    """
    view = session.view
    found: dict[str, list[tuple[bool, str]]] = {}
    for rule in view.config.compatible:
        present = view.apps(target)
        if rule.app in present and rule.needs in present and {rule.app, rule.needs} & {*moving}:
            said = _ask(session, tree, target, rule)
            if said is not None:
                for app in sorted({rule.app, rule.needs} & {*moving}):
                    found.setdefault(app, []).append(said)
    return {
        app: Verdict(
            GATE,
            all(passed for passed, _ in said),
            "; ".join(text for passed, text in said if not passed) or said[0][1],
            overridden=overrides.get(GATE),
        )
        for app, said in found.items()
    }


def _ask(session: Session, tree: Tree, target: str, rule: Compatible) -> tuple[bool, str] | None:
    view = session.view
    if rule.field:
        own = _version(view, tree, target, rule.app, rule.field)
        if own is None or not in_range(own, rule.version):
            return None
        subject = f"{rule.app} with {rule.field} {own}"
    else:
        subject = rule.app
    has = _version(view, tree, target, rule.needs, rule.needs_field)
    needs = f"{subject} needs {rule.needs} {rule.needs_field} {rule.needs_version}"
    passed = has is not None and in_range(has, rule.needs_version)
    shown = "does not say it" if has is None else f"would have {has}"
    return bool(passed), f"{needs}, and {target} {shown}" + (
        "" if passed else _way_out(session, target, rule)
    )


def _way_out(session: Session, target: str, rule: Compatible) -> str:
    """What else would have to move, where an upstream has it."""
    for source in session.view.sources_of(target, rule.needs):
        there = _version(session.view, session.tree, source, rule.needs, rule.needs_field)
        if there is not None and in_range(there, rule.needs_version):
            return f"; {rule.needs} {there} of {source} would have to move with it"
    return ""


def _version(view: View, tree: Tree, environment: str, app: str, field: str) -> str | None:
    """The version that a field has: of an image its tag."""
    release = find(tree, view.overlay(environment, app), view.promotable(app)).release
    return next(
        (
            str(value)
            for key, value in release.fields.items()
            if name_of(key.subject) == field and key.part in {"", "newTag"}
        ),
        None,
    )


def _holds(left: str, sign: str, right: str) -> bool:
    pairs = list(zip_longest(_numbers(left), _numbers(right), fillvalue=0))
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    return {
        ">=": one >= other,
        "<=": one <= other,
        ">": one > other,
        "<": one < other,
        "=": one == other,
        "!=": one != other,
    }[sign]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]

"""Prefix wildcards such as `shop-*`: they must go on standing for the same things."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from promote.variant.findings import Finding, Severity
from promote.variant.targets import Target, What

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.variant.rename_map import RenameMap


def rename_patterns(names: RenameMap) -> tuple[dict[Target, str], list[Finding]]:
    """New wildcards for those of the inventory whose things are renamed.

    A wildcard stays if, after the rename, it stands for the same things as before. Otherwise it
    becomes one that does: with its own beginning renamed, or with what the new names have in
    common.

    Returns:
        The new wildcard of each that changes, and a warning for each that no wildcard can follow.
    """
    found: dict[Target, str] = {}
    taken: dict[tuple[What, str], Target] = {}
    findings = []
    for pattern in sorted(names.inventory.patterns, key=lambda one: (one.what.value, one.name)):
        renamed = names.namespaces if pattern.what is What.NAMESPACE else names.clusters
        known = names.inventory.namespaces
        if pattern.what is What.CLUSTER:
            known = names.inventory.clusters
        after = {name: renamed.get(name, name) for name in known}
        wanted = {new for old, new in after.items() if _fits(pattern.name, old)}
        fitting = (
            text
            for text in _candidates(pattern.name, renamed, wanted)
            if {new for new in after.values() if _fits(text, new)} == wanted
            and taken.setdefault((pattern.what, text), pattern) == pattern
        )
        new = next(fitting, None)
        if new is None:
            findings.append(_lost(pattern))
        elif new != pattern.name:
            found[pattern] = new
    return found, findings


def _candidates(text: str, renamed: Mapping[str, str], wanted: set[str]) -> Iterator[str]:
    yield text
    stem = text[:-1]
    if stem in renamed:
        yield renamed[stem] + "*"
    common = posixpath.commonprefix(sorted(wanted))
    words = common.rpartition("-")
    if words[0]:
        yield words[0] + "-*"
    if common:
        yield common + "*"


def _fits(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1])


def _lost(pattern: Target) -> Finding:
    return Finding(
        Severity.WARNING,
        "wildcard",
        f"no wildcard stands for what the {pattern} stands for, under the new names",
    )

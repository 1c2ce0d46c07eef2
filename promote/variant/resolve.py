"""Applying the rules of a variant to what its primary has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from promote.errors import VariantError
from promote.variant.findings import Finding, Severity
from promote.variant.limits import check_name
from promote.variant.rename_map import RenameMap
from promote.variant.shared import Shared
from promote.variant.targets import What, cluster, namespace, what_is
from promote.variant.wildcards import rename_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from promote.config.model import Rename, RenameRule
    from promote.errors import Place
    from promote.model.json import FieldPath
    from promote.variant.inventory import Inventory
    from promote.variant.targets import Named, Target

    LocateRule: TypeAlias = Callable[[FieldPath], Place | None]

# Renamed only by a rule that names them: what the platform calls so on every side.
RESERVED_NAMESPACES = frozenset(
    {
        "istio-system", "kube-system", "kube-public", "kube-node-lease",
        "argocd", "flux-system",
    }
)  # fmt: skip


def resolve_map(rules: Rename, inventory: Inventory, locate: LocateRule | None = None) -> RenameMap:
    """Apply the rules of a variant to what its primary has.

    Args:
        rules: the rules; the first that fits a name counts.
        inventory: what the primary has.
        locate: finds a rule in the project file by its path in `rename`.

    Raises:
        VariantError: two things would have one name, or a name would be too long or not allowed.
    """
    return _Resolver(rules, inventory, locate or (lambda _: None)).resolve()


class _Resolver:
    def __init__(self, rules: Rename, inventory: Inventory, locate: LocateRule) -> None:
        self.rules = rules
        self.inventory = inventory
        self.locate = locate
        self.shared = Shared(rules.shared)
        self.findings: list[Finding] = []
        # The rule behind each new name, for the place of an error about it.
        self.reasons: dict[Target | Named, FieldPath] = {}

    def resolve(self) -> RenameMap:
        known = self.inventory
        clusters = self._plain("clusters", self.rules.clusters, known.clusters)
        reserved = RESERVED_NAMESPACES | known.control
        namespaces = self._plain("namespaces", self.rules.namespaces, known.namespaces, reserved)
        names = self._names()
        self._refuse_one_name("clusters", clusters, known.clusters)
        self._refuse_one_name("namespaces", namespaces, known.namespaces)
        exact = RenameMap(clusters, namespaces, names, known)
        self._refuse_one_identity(exact)
        patterns, findings = rename_patterns(exact)
        return RenameMap(
            clusters,
            namespaces,
            names,
            known,
            patterns,
            self.rules.text,
            (*self.findings, *findings),
            self.reasons,
        )

    def _plain(
        self,
        section: str,
        rules: Sequence[RenameRule],
        known: frozenset[str],
        reserved: frozenset[str] = frozenset(),
    ) -> dict[str, str]:
        """New names of clusters or namespaces; a rule that names one needs no such thing to be."""
        make = cluster if section == "clusters" else namespace
        result: dict[str, str] = {}
        for index, rule in enumerate(rules):
            path = (section, index, rule.name)
            matched = False
            for name in sorted(known | ({rule.name} if rule.name else set())):
                wide = rule.name != name
                if (wide and name in reserved) or self.shared.covers(make(name)):
                    continue
                new = new_name(rule, name)
                if new is None:
                    continue
                matched = matched or name in known or not wide
                if name not in result:
                    self._check(new, section.removesuffix("s"), path)
                    result[name] = new
                    self.reasons[make(name)] = path
            if not matched or (rule.name and rule.name not in known):
                self._matches_nothing(section, path, rule)
        return result

    def _names(self) -> dict[Named, str]:
        result: dict[Named, str] = {}
        used: set[int] = set()
        for thing in sorted(self.inventory.resources):
            is_plain = what_is(thing.group, thing.kind) is not What.RESOURCE
            if not is_plain and not self.shared.covers_thing(thing):
                self._name(thing, result, used, mentioned=False)
        for thing in sorted(self.inventory.mentioned - self.inventory.resources):
            self._name(thing, result, used, mentioned=True)
        for index, rule in enumerate(self.rules.names):
            if index not in used:
                self._matches_nothing("names", ("names", index, rule.name), rule)
        return result

    def _name(
        self, thing: Named, result: dict[Named, str], used: set[int], *, mentioned: bool
    ) -> None:
        """Let the first rule that fits name a resource; one only spoken of must be named by it."""
        for index, rule in enumerate(self.rules.names):
            if rule.kind not in {"", thing.kind} or rule.group not in {"", thing.group}:
                continue
            if mentioned and not (rule.kind and rule.name):
                continue
            new = new_name(rule, thing.name)
            if new is not None:
                path = ("names", index, rule.name)
                self._check(new, thing.kind, path)
                used.add(index)
                result[thing] = new
                self.reasons[thing] = path
                return

    def _check(self, name: str, kind: str, path: FieldPath) -> None:
        problem = check_name(name, kind)
        if problem:
            raise VariantError(
                f"the {kind} would be called {name!r}, which {problem}",
                place=self.locate(path),
                hint="change the rule of the rename that makes this name",
            )

    def _matches_nothing(self, section: str, path: FieldPath, rule: RenameRule) -> None:
        self.findings.append(
            Finding(
                Severity.WARNING,
                "rule-matches-nothing",
                f"the rename of {section} {_shown(rule)} matches nothing",
                path=path,
                place=self.locate(path),
            )
        )

    def _refuse_one_name(
        self, section: str, renamed: Mapping[str, str], known: Iterable[str]
    ) -> None:
        """Refuse two clusters, or two namespaces, of one name."""
        make = cluster if section == "clusters" else namespace
        owner: dict[str, str] = {}
        for old in sorted({*known, *renamed}):
            new = renamed.get(old, old)
            other = owner.setdefault(new, old)
            if other != old:
                raise self._collision(
                    f"the {section} {other!r} and {old!r} would both be called {new!r}",
                    make(old),
                    make(other),
                )

    def _refuse_one_identity(self, names: RenameMap) -> None:
        owner: dict[Named, Named] = {}
        for thing in sorted(self.inventory.resources | self.inventory.mentioned):
            new = names.moved(thing)
            other = owner.setdefault(new, thing)
            if other != thing:
                raise self._collision(f"{other} and {thing} would both be {new}", thing, other)

    def _collision(self, message: str, *things: Target | Named) -> VariantError:
        reasons = (self.reasons[one] for one in things if one in self.reasons)
        path = next(reasons, None)
        return VariantError(
            message,
            place=self.locate(path) if path else None,
            hint="give one of them another name, or rename both so that they swap",
        )


def new_name(rule: RenameRule, name: str) -> str | None:
    """The new name that a rule gives, or None if the rule is not for this name."""
    if rule.name and rule.name != name:
        return None
    if rule.pattern:
        match = re.fullmatch(rule.pattern, name)
        if match is None:
            return None
        if rule.to:
            return match.expand(rule.to)
    return rule.to or f"{rule.prefix}{name}{rule.suffix}"


def _shown(rule: RenameRule) -> str:
    parts = ("group", "kind", "name", "pattern", "to", "prefix", "suffix")
    said = [f"{part}: {value}" for part in parts if (value := getattr(rule, part))]
    return "{" + ", ".join(said) + "}"

"""Names in free text: PromQL, kubeconfigs, arguments, environment values, data of ConfigMaps.

What looks like a name there may be a word, so it is found and told, and rewritten only in the
fields that the project's rules name.
"""

from __future__ import annotations

import base64
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, cast

from promote.variant.fields import FieldTable, parse_path
from promote.variant.references import decoded, fields_of, references
from promote.variant.targets import KindPattern, Named, Target, What, cluster, namespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from promote.config.model import TextRule
    from promote.model.json import Document, FieldPath, Json
    from promote.model.resource import Resource
    from promote.variant.rename_map import RenameMap

    _Rules: TypeAlias = list[tuple[TextRule, tuple[str, ...]]]

# Names hold dashes, so a word ends where neither a letter, a digit, a dash nor an underscore
# follows; a dot ends it too, since a namespace is a part of a host.
_WORD = re.compile(r"[A-Za-z0-9_-]+")

# Kinds whose names are written into text: as hosts, as principals, as files' and volumes' names.
_IN_TEXT = frozenset({"ConfigMap", "Secret", "Service", "ServiceAccount", "StatefulSet"})

# Labels are not renamed, images and versions hold no names of the cluster.
_NOT_TEXT = frozenset(
    {
        "apiVersion", "image", "kind", "labels", "matchExpressions", "matchLabels", "nodeSelector",
        "selector",
    }
)  # fmt: skip
_OWN = {("metadata", "name"), ("metadata", "namespace")}
_DATA = {("data",), ("stringData",)}


class TextMention(NamedTuple):
    """A name of the primary in the text of a variant.

    Attributes:
        resource: the resource whose text it is.
        path: the field.
        line: in which line of a text of several lines, from 0.
        target: what seems to be meant.
        new: what it is called in the variant.
        is_left: a rule of the project says that it is to stay.
    """

    resource: Resource
    path: FieldPath
    line: int
    target: Target
    new: str
    is_left: bool

    @property
    def name(self) -> str:
        """The name that stands there."""
        return self.target.name


class TextScanner:
    """Finds, and where a rule says so rewrites, the names of a map in text.

    Linear in the text: each word is looked up, however many names there are.

    Args:
        names: the rename.
        rules: what the project says of fields; the first that fits a field counts.
        table: the fields that hold names, and so are no free text.
    """

    def __init__(
        self, names: RenameMap, rules: Sequence[TextRule] = (), table: FieldTable | None = None
    ) -> None:
        self._names = names
        self._rules = [(rule, parse_path(rule.field)) for rule in rules]
        self._table = table or FieldTable()
        self._words = _vocabulary(names)
        # Rules name resources as the primary does, which here may be the name before or after.
        self._former = {names.moved(thing): thing.name for thing in names.names}

    def rewritten(self, resource: Resource) -> Document:
        """The document with the fields rewritten that a rule says so of."""
        rules = self._for(resource)
        if not self._words or not any(rule.rewrite for rule, _ in rules):
            return resource.doc
        is_secret = resource.doc.get("kind") == "Secret"
        return cast("Document", self._rewritten(resource.doc, (), rules, is_secret))

    def _rewritten(self, node: Json, path: FieldPath, rules: _Rules, is_secret: bool) -> Json:
        if isinstance(node, str):
            return self._replaced(node, path, is_secret) if _says_rewrite(path, rules) else node
        if isinstance(node, dict):
            new = {k: self._rewritten(v, (*path, k), rules, is_secret) for k, v in node.items()}
            return node if all(new[key] is node[key] for key in node) else new
        if isinstance(node, list):
            items = [self._rewritten(v, (*path, i), rules, is_secret) for i, v in enumerate(node)]
            return node if all(a is b for a, b in zip(items, node, strict=True)) else items
        return node

    def _replaced(self, value: str, path: FieldPath, is_secret: bool) -> str:
        encoded = is_secret and path[0] == "data"
        text = decoded(value) if encoded else value
        if text is None:
            return value
        pieces, at = [], 0
        for start, target, new in self._found(text):
            if self._is_plain(target):
                pieces += [text[at:start], new]
                at = start + len(target.name)
        if not pieces:
            return value
        result = "".join((*pieces, text[at:]))
        return base64.b64encode(result.encode()).decode() if encoded else result

    def mentions(self, resources: Iterable[Resource]) -> Iterator[TextMention]:
        """The names that stand in the text of resources; of a Secret too, but never its text."""
        if not self._words:
            return
        for resource in resources:
            rules = self._for(resource)
            known = self._covered(resource)
            is_secret = resource.doc.get("kind") == "Secret"
            for path, value in _texts(resource.doc, (), known):
                text = decoded(value) if is_secret and path[0] == "data" else value
                for start, target, new in self._found(text or ""):
                    line = (text or "").count("\n", 0, start)
                    is_left = any(_fits(path, keys) for _, keys in rules)
                    yield TextMention(resource, path, line, target, new, is_left)

    def _covered(self, resource: Resource) -> set[FieldPath]:
        """The fields that the table knows."""
        known = {
            path for path, value, _ in fields_of(resource, self._table) if isinstance(value, str)
        }
        known |= {one.path for one in references(resource, self._names.inventory, self._table)}
        return known | _OWN

    def _found(self, text: str) -> Iterator[tuple[int, Target, str]]:
        """Where names are that change, what they name and what they become."""
        for match in _WORD.finditer(text):
            for target, new in self._words.get(match.group(), ()):
                end = match.start() + len(target.name)
                if text.startswith(target.name, match.start()) and not _WORD.match(text, end):
                    yield match.start(), target, new
                    break

    def _is_plain(self, target: Target) -> bool:
        """Whether the name, whatever it is of, becomes one and the same."""
        entries = self._words[_WORD.findall(target.name)[0]]
        return len({new for one, new in entries if one.name == target.name}) == 1

    def _for(self, resource: Resource) -> _Rules:
        if not self._rules:
            return []
        group, _, kind, name, place = resource.id
        known = {name, self._former.get(Named(group, kind, place, name), name)}
        return [
            (rule, keys)
            for rule, keys in self._rules
            if fnmatchcase(kind, rule.kind or "*")
            and any(fnmatchcase(one, rule.name or "*") for one in known)
        ]


def _vocabulary(names: RenameMap) -> dict[str, list[tuple[Target, str]]]:
    """The names that change, by their first word; longer names first, then namespaces."""
    changed = [(namespace(old), new) for old, new in names.namespaces.items()]
    changed += [(cluster(old), new) for old, new in names.clusters.items()]
    changed += [
        (_target(thing), new) for thing, new in names.names.items() if thing.kind in _IN_TEXT
    ]
    words: dict[str, list[tuple[Target, str]]] = {}
    for target, new in changed:
        first = _WORD.match(target.name)
        if first is not None and target.name != new:
            words.setdefault(first.group(), []).append((target, new))
    for entries in words.values():
        entries.sort(key=lambda entry: -len(entry[0].name))
    return words


def _target(thing: Named) -> Target:
    kind = KindPattern(thing.kind, thing.group)
    return Target(What.RESOURCE, thing.name, (kind,), thing.namespace)


def _says_rewrite(path: FieldPath, rules: _Rules) -> bool:
    """Whether the first rule that fits a field, or something above it, has it rewritten."""
    return next((rule.rewrite for rule, keys in rules if _fits(path, keys)), False)


def _fits(path: FieldPath, keys: Sequence[str]) -> bool:
    """Whether a path of the table's form leads to a field or above it."""
    plain = [step for step in path if isinstance(step, str)]
    return len(keys) <= len(plain) and all(map(fnmatchcase, plain, keys))


def _texts(node: Json, path: FieldPath, known: set[FieldPath]) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(node, str):
        if path not in known:
            yield path, node
    elif isinstance(node, dict):
        for key, item in node.items():
            if key not in _NOT_TEXT or path[:1] in _DATA:
                yield from _texts(item, (*path, key), known)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, (*path, index), known)

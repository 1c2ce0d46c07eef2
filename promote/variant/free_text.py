"""Names in free text: PromQL, kubeconfigs, arguments, environment values, data of ConfigMaps.

Such text is never rewritten unless the project says so of the field, since what looks like a name
may be a word.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from promote.render.fields import parse_path, update_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.config.model import TextRule
    from promote.model.json import Document, FieldPath, Json
    from promote.model.resource import Resource
    from promote.variant.rename_map import RenameMap


class Mention(NamedTuple):
    """A name of the primary in the text of a variant.

    Attributes:
        resource: the resource whose text it is.
        path: the field.
        name: the name that stands there.
        is_left: a rule of the project says that it is to stay.
    """

    resource: Resource
    path: FieldPath
    name: str
    is_left: bool


class TextScanner:
    """Finds, and where a rule says so rewrites, the names of a map in text.

    Args:
        names: the rename.
        rules: what the project says of fields.
    """

    def __init__(self, names: RenameMap, rules: Sequence[TextRule]) -> None:
        changed = {**names.clusters, **names.namespaces}
        self._new = {old: new for old, new in changed.items() if old != new}
        self._rules = rules
        # Names hold dashes, so a word ends where neither a letter, a digit nor a dash follows; a
        # dot ends it too, since a namespace is a part of a host.
        words = "|".join(re.escape(old) for old in sorted(self._new, key=len, reverse=True))
        self._pattern = (
            re.compile(f"(?<![A-Za-z0-9-])(?:{words})(?![A-Za-z0-9-])") if words else None
        )

    def rewritten(self, resource: Resource) -> Document:
        """The document with the fields rewritten that a rule says so of."""
        doc = resource.doc
        pattern = self._pattern
        if pattern is None:
            return doc
        for rule in self._for(resource):
            if rule.rewrite:
                doc = update_document(doc, parse_path(rule.field), self._rewrite)
        return doc

    def _rewrite(self, value: Json) -> Json:
        if isinstance(value, str) and self._pattern is not None:
            new = self._pattern.sub(lambda match: self._new[match.group()], value)
            return value if new == value else new
        if isinstance(value, dict):
            changed: Document = {key: self._rewrite(item) for key, item in value.items()}
            return value if changed == value else changed
        return [self._rewrite(item) for item in value] if isinstance(value, list) else value

    def mentions(self, resources: Iterable[Resource]) -> Iterator[Mention]:
        """The names that stand in the text of resources."""
        if self._pattern is None:
            return
        for resource in resources:
            left = [parse_path(rule.field) for rule in self._for(resource) if not rule.rewrite]
            names = [tuple(step.name for step in path) for path in left]
            for path, text in _texts(resource.doc, ()):
                for match in self._pattern.finditer(text):
                    keys = tuple(step for step in path if isinstance(step, str))
                    is_left = any(keys[: len(name)] == name for name in names)
                    yield Mention(resource, path, match.group(), is_left)

    def _for(self, resource: Resource) -> list[TextRule]:
        identity = resource.id
        return [
            rule
            for rule in self._rules
            if fnmatchcase(identity.kind, rule.kind or "*")
            and fnmatchcase(identity.name, rule.name or "*")
        ]


def _texts(node: Json, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from _texts(item, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, (*path, index))

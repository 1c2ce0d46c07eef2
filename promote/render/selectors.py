"""Choosing resources by kind, name, namespace, labels and annotations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promote.model.json import FieldPath, Json
    from promote.render.record import Key, Record

FIELDS = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")


@dataclass(frozen=True)
class Selector:
    """What a patch or replacement is aimed at. An empty part matches everything.

    Group, version, kind, name and namespace are regular expressions that match the whole of it;
    name and namespace match what the resource was called in its file or is called now.
    """

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Json], path: FieldPath = ()) -> Selector:
        """Read a selector as a kustomization writes it.

        Raises:
            FieldError: an unknown field or a value that is not a string.
        """
        fields = Fields(data, FIELDS, path)
        return cls(
            fields.text("group"),
            fields.text("version"),
            fields.text("kind"),
            fields.text("name"),
            fields.text("namespace"),
            fields.text("labelSelector"),
            fields.text("annotationSelector"),
        )

    def choose(self, records: Iterable[Record]) -> list[Record]:
        """Those that match, in their order.

        Raises:
            KustomizationError: a part is not a regular expression or a label selector.
        """
        return [record for record in records if self.matches(record)]

    def matches(self, record: Record) -> bool:
        """Whether one resource is meant.

        Raises:
            KustomizationError: as `choose`.
        """
        return self._matches_identity(record.original, record.key) and all(
            test(record.metadata_map(field))
            for field, test in (("labels", self._labels), ("annotations", self._annotations))
        )

    def _matches_identity(self, original: Key, current: Key) -> bool:
        group, version, kind, name, namespace = self._patterns
        return (
            (
                not self.namespace
                or bool(namespace(original.namespace) or namespace(current.namespace))
            )
            and (not self.name or bool(name(original.name) or name(current.name)))
            and (not self.group or bool(group(current.group)))
            and (not self.version or bool(version(current.version)))
            and (not self.kind or bool(kind(current.kind)))
        )

    @cached_property
    def _patterns(self) -> tuple[Callable[[str], object], ...]:
        parts = (self.group, self.version, self.kind, self.name, self.namespace)
        return tuple(whole_match(part) for part in parts)

    @cached_property
    def _labels(self) -> Callable[[Mapping[str, Json]], bool]:
        return label_test(self.labels)

    @cached_property
    def _annotations(self) -> Callable[[Mapping[str, Json]], bool]:
        return label_test(self.annotations)


@lru_cache(maxsize=1024)
def whole_match(pattern: str) -> Callable[[str], object]:
    """A test for strings that the pattern matches from end to end.

    Raises:
        KustomizationError: the pattern is not a regular expression.
    """
    try:
        return re.compile(f"(?:{_as_python(pattern)})\\Z").match
    except re.error as error:
        raise KustomizationError(f"{pattern!r} is not a regular expression: {error}") from None


def _as_python(pattern: str) -> str:
    """Go spells the end of the text with a small z, Python with a capital one."""
    return pattern.replace("\\z", "\\Z")


_TERM = re.compile(
    r"""\s*(?:
        (?P<not>!)\s*(?P<absent>[^\s,!=<>()]+)
      | (?P<key>[^\s,!=<>()]+)\s*
        (?: (?P<op>==|=|!=)\s*(?P<value>[^\s,=!()]*)
          | (?P<set>in|notin)\s*\((?P<values>[^()]*)\)
          | (?P<order>[<>])\s*(?P<bound>-?\d+)
        )?
    )\s*(?:,|$)""",
    re.VERBOSE,
)


@lru_cache(maxsize=1024)
def label_test(selector: str) -> Callable[[Mapping[str, Json]], bool]:
    """A test for label maps, from a selector such as `app=web,tier in (a, b),!legacy`.

    Raises:
        KustomizationError: it is not a label selector.
    """
    terms: list[Callable[[Mapping[str, Json]], bool]] = []
    position = 0
    text = selector.strip()
    while position < len(text):
        match = _TERM.match(text, position)
        if not match or match.end() == position:
            raise KustomizationError(
                f"{selector!r} is not a label selector",
                hint="write key=value, key in (a, b), key or !key",
            )
        terms.append(_term(match))
        position = match.end()
    return lambda labels: all(term(labels) for term in terms)


def _term(match: re.Match[str]) -> Callable[[Mapping[str, Json]], bool]:  # noqa: PLR0911 - one a form of term
    if match["not"]:
        absent = match["absent"]
        return lambda labels: absent not in labels
    key = match["key"]
    if match["op"]:
        value = match["value"]
        if match["op"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if match["set"]:
        values = {value.strip() for value in match["values"].split(",")}
        if match["set"] == "in":
            return lambda labels: key in labels and labels[key] in values
        return lambda labels: key not in labels or labels[key] not in values
    if match["order"]:
        return _ordering(key, match["order"], int(match["bound"]))
    return lambda labels: key in labels


def _ordering(key: str, order: str, bound: int) -> Callable[[Mapping[str, Json]], bool]:
    def test(labels: Mapping[str, Json]) -> bool:
        try:
            number = int(str(labels[key]))
        except (KeyError, ValueError):
            return False
        return number > bound if order == ">" else number < bound

    return test

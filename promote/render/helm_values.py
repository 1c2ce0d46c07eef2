"""The values file that helm is given for an entry of `helmCharts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from promote import yamlio
from promote.errors import FileMissingError, KustomizationError
from promote.render.merge.schema import builtin_schema
from promote.render.merge.strategic import strategic_merge
from promote.render.places import value_at
from promote.yamlio.merge_keys import MERGE
from promote.yamlio.quotes import by_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document, Json
    from promote.render.helm import Chart
    from promote.render.loading import Directory


def merged_values(chart: Chart, directory: Directory, own: bytes | None) -> bytes:
    """The values file that helm is given: the chart's own or the named one, with those inline.

    Both are merged as a patch into a resource, in which what is null goes away.

    Args:
        chart: the chart.
        directory: where a named values file is looked for.
        own: the content of the chart's `values.yaml`; None if it has none.

    Raises:
        FileMissingError: the file is not there.
        PatchError: one has a mapping or a list where the other has something else.
        YamlError: a file is not YAML.
    """
    inline = dict(chart.values)
    if inline and chart.values_merge == "replace":
        return yamlio.dump(inline).encode()
    text = directory.read(chart.values_file) if chart.values_file else own
    if text is None:
        raise FileMissingError(
            f"the chart {chart.name!r} has no values.yaml", hint="name another as valuesFile:"
        )
    if not inline:
        return text
    from_file = _values(text, chart.values_file or "values.yaml")
    over_file = chart.values_merge == "override"
    for fields in _with_aliases(text):
        from_file = _without(from_file, fields.path, fields.drops)
        if over_file:
            inline = _without(inline, fields.path, fields.aliased.__contains__)
        else:
            _must_not_meet(inline, fields)
    under, over = (from_file, inline) if over_file else (inline, from_file)
    merged = strategic_merge(under, over, builtin_schema())
    return yamlio.dump(by_type(merged or {})).encode()


def _values(text: bytes, shown: str) -> Document:
    documents = yamlio.load_all(text, shown)
    found = documents[0] if documents else None
    if not isinstance(found, dict):
        raise KustomizationError(f"{shown} holds no values", hint="a values file is a mapping")
    return found


class _Fields(NamedTuple):
    """A mapping in which some values are aliases; kustomize leaves these out when it merges.

    Attributes:
        path: where the mapping is; there is no list above it, in which aliases would stay.
        aliased: the fields that have an alias.
        own: the other fields that stand in it.
    """

    path: tuple[str, ...]
    aliased: tuple[str, ...]
    own: tuple[str, ...]

    def drops(self, key: str) -> bool:
        """Whether a field is left out: its value is an alias, or an alias would merge it in."""
        return key in self.aliased or (MERGE in self.aliased and key not in self.own)


def _with_aliases(text: bytes) -> list[_Fields]:
    """The mappings with aliases, the innermost first."""
    if b"*" not in text or b"&" not in text:
        return []
    import yaml  # noqa: PLC0415 - few values have aliases

    parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[_Fields] = []
    try:
        events = iter(yaml.parse(text, Loader=parser))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                _visit(next(events), events, (), found)
                break
    except yaml.YAMLError:
        pass  # nothing is left out of the few files that go-yaml reads and libyaml does not
    return found


def _visit(
    event: Any,  # noqa: ANN401 - PyYAML has no types
    events: Iterator[Any],
    path: tuple[str, ...] | None,
    found: list[_Fields],
) -> None:
    """Find the mappings with aliases in a node.

    Args:
        event: where the node begins.
        events: what follows.
        path: where the node is; None within a list or a key.
        found: takes them.
    """
    kind = type(event).__name__
    if kind == "SequenceStartEvent":
        while type(event := next(events)).__name__ != "SequenceEndEvent":
            _visit(event, events, None, found)
    if kind != "MappingStartEvent":
        return
    aliased: list[str] = []
    own: list[str] = []
    while type(key := next(events)).__name__ != "MappingEndEvent":
        _visit(key, events, None, found)
        name = str(getattr(key, "value", ""))
        value = next(events)
        (aliased if type(value).__name__ == "AliasEvent" else own).append(name)
        _visit(value, events, None if path is None else (*path, name), found)
    if aliased and path is not None:
        found.append(_Fields(path, tuple(aliased), tuple(own)))


def _without(values: Document, path: tuple[str, ...], drops: Callable[[str], bool]) -> Document:
    """The values without some fields of the mapping at a path, if there is one."""
    if not path:
        return {key: value for key, value in values.items() if not drops(key)}
    inner: Json = values.get(path[0])
    if not isinstance(inner, dict):
        return values
    return {**values, path[0]: _without(inner, path[1:], drops)}


def _must_not_meet(inline: Document, fields: _Fields) -> None:
    """Refuse inline values of which one has an alias in the file."""
    met = value_at(inline, fields.path)
    for key in met if isinstance(met, dict) else ():
        if key in fields.aliased:
            raise KustomizationError(
                f"{key!r} is an alias in the values file, which valuesInline cannot be merged with",
                hint="write the value in the place of the alias",
            )

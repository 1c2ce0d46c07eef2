"""Making the frozen records of a project from its validated document."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from promote.config.model import (
    App,
    Compatible,
    Environment,
    ForgeConfig,
    GateConfig,
    IgnoreRule,
    Layout,
    NameField,
    ProjectConfig,
    Promotable,
    Rename,
    RenameRule,
    TextRule,
    Trust,
)
from promote.config.validate import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, FieldPath, Json
    from promote.model.tree import Tree


_GATE_OPTIONS: Final = frozenset({"at", "override"})


def build(document: Document, tree: Tree, root: str) -> ProjectConfig:
    """The records of a document that the schema holds good."""
    layout = _layout(_mapping(document, "layout"))
    promotable = _promotable(_mapping(document, "promotable"), Promotable())
    apps = document.get("apps")
    entries = apps if isinstance(apps, dict) else dict.fromkeys(_found(tree, root, layout.base))
    return ProjectConfig(
        name=cast("str", document["name"]),
        layout=layout,
        forge=forge_config(_mapping(document, "forge")),
        clusters={
            name: facts if isinstance(facts, dict) else {}
            for name, facts in _mapping(document, "clusters").items()
        },
        apps={
            name: _app(name, _as_mapping(entry), layout, promotable)
            for name, entry in entries.items()
        },
        environments={
            name: _environment(name, _as_mapping(entry))
            for name, entry in _mapping(document, "environments").items()
        },
        bundles={name: _texts(apps) for name, apps in _mapping(document, "bundles").items()},
        ignore=tuple(
            IgnoreRule(**cast("dict[str, str]", entry)) for entry in _entries(document, "ignore")
        ),
        trust=_trust(_mapping(document, "trust")),
        stop=cast("bool | str", document.get("stop", False)),
        calendars={
            name: _as_mapping(entry) for name, entry in _mapping(document, "calendars").items()
        },
        compatible=tuple(_compatible(entry) for entry in _entries(document, "compatible")),
    )


def forge_config(data: Document) -> ForgeConfig:
    """The record of the `forge` of a project file, which the schema holds good."""
    words = {key.replace("-", "_"): value for key, value in data.items()}
    return ForgeConfig(**cast("dict[str, Any]", words))


def _mapping(data: Mapping[str, Json], key: str) -> Document:
    return _as_mapping(data.get(key))


def _as_mapping(value: Json) -> Document:
    return value if isinstance(value, dict) else {}


def _entries(data: Mapping[str, Json], key: str) -> list[Document]:
    value = data.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _texts(value: Json) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _compatible(data: Document) -> Compatible:
    needs = _mapping(data, "needs")
    return Compatible(
        cast("str", data["app"]),
        cast("str", needs["app"]),
        cast("str", needs["field"]),
        cast("str", needs["version"]),
        cast("str", data.get("field", "")),
        cast("str", data.get("version", "")),
    )


def _trust(data: Document) -> Trust:
    return Trust(
        bool(data.get("helm", False)),
        _texts(data.get("remotes")),
        bool(data.get("commands", False)),
    )


def _layout(data: Document) -> Layout:
    default = Layout()
    return Layout(
        cast("str", data.get("base", default.base)),
        cast("str", data.get("overlay", default.overlay)),
        _texts(data["values"]) if "values" in data else default.values,
    )


def _promotable(data: Document, default: Promotable) -> Promotable:
    return Promotable(
        bool(data.get("images", default.images)),
        bool(data.get("charts", default.charts)),
        bool(data.get("refs", default.refs)),
        _texts(data["values"]) if "values" in data else default.values,
    )


def _found(tree: Tree, root: str, pattern: str) -> list[str]:
    """The apps of a project that names none: the directories that fit the pattern of bases."""
    before, placeholder, after = pattern.partition("{app}")
    if not placeholder:
        return []
    folder = posixpath.normpath(posixpath.join(root, posixpath.dirname(before + "x")))
    if tree.kind(folder) != "directory":
        return []
    return [
        name
        for name in tree.entries(folder)
        if tree.kind(posixpath.join(folder, name + after)) == "directory"
    ]


def _app(name: str, data: Document, layout: Layout, promotable: Promotable) -> App:
    return App(
        name,
        cast("str", data.get("base") or layout.base.replace("{app}", name)),
        data.get("scope") == "cluster",
        _promotable(_mapping(data, "promotable"), promotable),
    )


def _environment(name: str, data: Document) -> Environment:
    variant_of = data.get("variant-of")
    return Environment(
        name,
        _texts(data.get("from")),
        variant_of if isinstance(variant_of, str) else None,
        _rename(_mapping(data, "rename"), ("environments", name, "rename")),
        _texts(data.get("clusters")),
        _texts(data["apps"]) if "apps" in data else None,
        tuple(_gate(name, at, entry) for at, entry in enumerate(_entries(data, "gates"))),
        bool(data.get("auto-merge", False)),
    )


def _gate(environment: str, index: int, entry: Document) -> GateConfig:
    kinds = [key for key in entry if key not in _GATE_OPTIONS]
    if len(kinds) != 1:
        said = f"both {kinds[0]!r} and {kinds[1]!r}" if kinds else "none"
        raise Problem(
            f"a gate has one condition, and this has {said}",
            ("environments", environment, "gates", index),
            hint="each condition is an entry of its own: - soak: 24h",
        )
    at = cast('Literal["", "open", "merge"]', entry.get("at", ""))
    return GateConfig(kinds[0], entry[kinds[0]], at, bool(entry.get("override", True)))


def _rename(data: Document, path: FieldPath) -> Rename:
    return Rename(
        clusters=_rules(data.get("clusters"), (*path, "clusters")),
        namespaces=_rules(data.get("namespaces"), (*path, "namespaces")),
        names=_rules(data.get("names"), (*path, "names")),
        shared=_texts(data.get("shared")),
        text=tuple(
            TextRule(
                cast("str", entry["field"]),
                entry["action"] == "rewrite",
                cast("str", entry.get("kind", "")),
                cast("str", entry.get("name", "")),
            )
            for entry in _entries(data, "text")
        ),
        fields=tuple(
            NameField(**cast("dict[str, str]", entry)) for entry in _entries(data, "fields")
        ),
    )


def _rules(value: Json, path: FieldPath) -> tuple[RenameRule, ...]:
    """Rules as a list, or in short as a mapping of old names to new ones."""
    if isinstance(value, dict):
        for old, new in value.items():
            if old in {"prefix", "suffix"} and "-" in {str(new)[:1], str(new)[-1:]}:
                raise Problem(
                    f"{old!r} would be the name of something here, and {new!r} its new name",
                    (*path, old),
                    hint=f"a rule for all stands in a list: [{{{old}: {new}}}]",
                )
        return tuple(RenameRule(name=old, to=str(new)) for old, new in value.items())
    entries = value if isinstance(value, list) else []
    return tuple(
        RenameRule(**cast("dict[str, str]", entry)) for entry in entries if isinstance(entry, dict)
    )

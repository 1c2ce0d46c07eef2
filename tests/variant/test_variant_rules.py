"""The rules of a rename: which names they are for, what they make, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from variant_worlds import renaming

from promote.config.model import NameField, Rename, RenameRule, TextRule
from promote.errors import Place, VariantError
from promote.model.resource import Resource
from promote.variant import inventory_of, rename, resolve_map
from promote.variant.fields import FieldTable
from promote.variant.findings import Severity
from promote.variant.free_text import TextScanner
from promote.variant.parity import Sides, check

if TYPE_CHECKING:
    from promote.model.json import Document, FieldPath


def doc(kind: str, name: str, namespace: str = "shop", group: str = "") -> Document:
    version = f"{group}/v1" if group else "v1"
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": {**metadata}}


def no_difference(*_: object) -> tuple[()]:
    """Compares nothing."""
    return ()


DOCS = [
    doc("Service", "web"),
    doc("Service", "web-admin"),
    doc("Secret", "web"),
    doc("Widget", "web", group="example.com"),
    doc("Widget", "web", group="example.org"),
]


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ([RenameRule(name="web", to="site")], ["site", "web-admin", "site", "site", "site"]),
        ([RenameRule(prefix="dr-")], ["dr-web", "dr-web-admin", "dr-web", "dr-web", "dr-web"]),
        (
            [RenameRule(kind="Service", suffix="-dr")],
            ["web-dr", "web-admin-dr", "web", "web", "web"],
        ),
        (
            [RenameRule(group="example.com", prefix="a-", suffix="-b")],
            ["web", "web-admin", "web", "a-web-b", "web"],
        ),
        (
            [RenameRule(pattern=r"(\w+)-(\w+)", to=r"\2-of-\1")],
            ["web", "admin-of-web", "web", "web", "web"],
        ),
        (
            [RenameRule(kind="Service", name="web", to="first"), RenameRule(suffix="-x")],
            ["first", "web-admin-x", "web-x", "web-x", "web-x"],
        ),
    ],
)
def test_the_first_rule_that_fits_gives_the_name(
    rules: list[RenameRule], wanted: list[str]
) -> None:
    names = renaming(DOCS, Rename(names=tuple(rules)))
    renamed = rename(map(Resource, DOCS), names)
    assert [one.id.name for one in renamed] == wanted
    assert [one.doc for one in rename(renamed, names.inverse())] == DOCS


def test_two_names_may_swap() -> None:
    rules = (RenameRule(name="web", to="web-admin"), RenameRule(name="web-admin", to="web"))
    names = renaming(DOCS[:2], Rename(names=rules))
    assert [one.id.name for one in rename(map(Resource, DOCS[:2]), names)] == ["web-admin", "web"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            Rename(names=(RenameRule(name="web", to="web-admin"),)),
            "would both be Service shop/web-admin",
        ),
        (
            Rename(namespaces=(RenameRule(name="shop", to="other"),)),
            "the namespaces 'other' and 'shop' would both be called 'other'",
        ),
        (
            Rename(clusters=(RenameRule(pattern="c.", to="one"),)),
            "the clusters 'c1' and 'c2' would both be called 'one'",
        ),
    ],
)
def test_a_collision_has_the_place_of_its_rule(rules: Rename, message: str) -> None:
    inventory = inventory_of(map(Resource, [*DOCS, doc("Secret", "x", "other")]), ["c1", "c2"])

    def locate(path: FieldPath) -> Place:
        return Place("promote.yaml", 40 + int(path[1]))

    with pytest.raises(VariantError, match=message) as caught:
        resolve_map(rules, inventory, locate)
    assert caught.value.place == Place("promote.yaml", 40)
    assert caught.value.hint


def test_what_the_platform_names_is_renamed_only_by_name() -> None:
    docs = [doc("Secret", "x", "istio-system"), doc("Secret", "y")]
    wide = renaming(docs, Rename(namespaces=(RenameRule(suffix="-dr"),)))
    assert [one.id.namespace for one in rename(map(Resource, docs), wide)] == [
        "istio-system", "shop-dr",
    ]  # fmt: skip
    exact = Rename(namespaces=(RenameRule(name="istio-system", to="istio-dr"),))
    renamed = rename(map(Resource, docs), renaming(docs, exact))
    assert renamed[0].id.namespace == "istio-dr"


def test_what_is_shared_keeps_its_name() -> None:
    rules = Rename(names=(RenameRule(suffix="-dr"),), shared=("Secret/web", "Service/shop/web-*"))
    renamed = rename(map(Resource, DOCS), renaming(DOCS, rules))
    assert [one.id.name for one in renamed[:3]] == ["web-dr", "web-admin", "web"]


def test_a_wildcard_goes_on_standing_for_the_same() -> None:
    workspace = doc("Workspace", "w", group="tsb.tetrate.io")
    workspace["spec"] = {"namespaceSelector": {"names": ["*/shop-*", "*/x*"]}}
    docs = [workspace, doc("Secret", "a", "shop-a"), doc("Secret", "b", "shop-b"),
            doc("Secret", "c", "xa"), doc("Secret", "d", "xb")]  # fmt: skip
    rules = Rename(
        namespaces=(
            RenameRule(pattern="shop-(.)", to=r"store-\1"),
            RenameRule(name="xa", to="one"),
            RenameRule(name="xb", to="two"),
        )
    )
    names = renaming(docs, rules)
    assert rename([Resource(workspace)], names)[0].doc["spec"] == {
        "namespaceSelector": {"names": ["*/store-*", "*/x*"]}
    }
    (warning,) = names.findings
    assert (warning.severity, warning.code) == (Severity.WARNING, "wildcard")
    assert "'x*'" in warning.message


def test_a_project_adds_fields_of_its_own_kinds() -> None:
    widget = doc("Widget", "w", group="example.com")
    widget["spec"] = {"backend": "web.shop", "peers": [{"in": "shop"}]}
    own = (
        NameField("Widget", "spec.backend", "host", "example.com"),
        NameField("Widget", "spec.peers[].in", "ns", "example.com"),
    )
    docs = [widget, doc("Service", "web")]
    table = FieldTable(own)
    rules = Rename(namespaces=(RenameRule(name="shop", to="store"),))
    names = resolve_map(rules, inventory_of(map(Resource, docs), (), table))
    (renamed, _) = rename(map(Resource, docs), names, table)
    assert renamed.doc["spec"] == {"backend": "web.store", "peers": [{"in": "store"}]}
    with pytest.raises(VariantError, match="cannot hold 'hots'"):
        FieldTable([NameField("Widget", "spec.backend", "hots")])


def test_a_rule_for_text_names_a_resource_as_the_primary_does() -> None:
    notes: Document = {**doc("ConfigMap", "notes"), "data": {"a": "see shop and shopping"}}
    text = (TextRule("data", rewrite=True, kind="ConfigMap", name="notes"),)
    rules = Rename(
        namespaces=(RenameRule(name="shop", to="store"),),
        names=(RenameRule(kind="ConfigMap", suffix="-dr"),),
        text=text,
    )
    names = renaming([notes], rules)
    (renamed,) = rename([Resource(notes)], names)
    there = TextScanner(names, text).rewritten(renamed)
    assert there["data"] == {"a": "see store and shopping"}
    (back,) = rename([Resource(there)], names.inverse())
    assert TextScanner(names.inverse(), text).rewritten(back) == notes


def test_a_reference_that_the_map_does_not_cover_is_a_warning() -> None:
    route: Document = doc("VirtualService", "web", group="networking.istio.io")
    route["spec"] = {"exportTo": ["elsewhere"]}
    resources = [Resource(route)]
    rules = Rename(namespaces=(RenameRule(name="shop", to="store"),))
    names = renaming([route], rules)
    renamed = rename(resources, names)
    side = Sides("web", resources, renamed, renamed, lambda _, path: Place("web.yaml", len(path)))
    found = check([side], names, rules, no_difference)
    assert found.holds
    (warning,) = found.warnings
    assert (warning.code, warning.place) == ("not-covered", Place("web.yaml", 3))
    declared = Rename(namespaces=rules.namespaces, shared=("elsewhere",))
    assert check([side], names, declared, no_difference).warnings == ()

"""What holds of a rename whatever the mesh is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variant_meshes import CLUSTERS, NAMESPACES, SERVICES, large_mesh, mesh, meshes

from promote.config.model import Rename, RenameRule
from promote.errors import VariantError
from promote.model.resource import Resource
from promote.variant import inventory_of, rename, resolve_map
from promote.variant.fields import FieldTable
from promote.variant.references import references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.model.json import Document
    from promote.variant import RenameMap
    from promote.variant.inventory import Inventory

TABLE = FieldTable()
# Words that are names of several sorts at once, so that a rename by text alone would go wrong.
WORDS = [*NAMESPACES, *SERVICES, "dr-east", "shop-dr"]


def rules(names: Sequence[str], **more: st.SearchStrategy[str]) -> st.SearchStrategy[RenameRule]:
    exact = st.builds(RenameRule, name=st.sampled_from(names), to=st.sampled_from(WORDS), **more)
    wide = st.builds(RenameRule, suffix=st.sampled_from(["-dr", "-x"]), **more)
    by_pattern = st.builds(
        RenameRule, pattern=st.just(r"(\w+)-(\w+)"), to=st.just(r"\2-\1"), **more
    )
    return st.one_of(exact, wide, by_pattern)


kinds = st.sampled_from(["", "Service", "ServiceAccount", "Deployment", "Group"])
renames = st.builds(
    Rename,
    clusters=st.lists(rules(CLUSTERS), max_size=2).map(tuple),
    namespaces=st.lists(rules(NAMESPACES), max_size=3).map(tuple),
    names=st.lists(rules(SERVICES, kind=kinds), max_size=3).map(tuple),
)


def resolved(docs: list[Document], wanted: Rename) -> tuple[list[Resource], RenameMap] | None:
    """The resources and the map; None for a rename that is refused, as colliding ones are."""
    resources = [Resource(doc) for doc in docs]
    try:
        return resources, resolve_map(wanted, inventory_of(resources, CLUSTERS, TABLE))
    except VariantError:
        return None


def leading_nowhere(resources: list[Resource], known: Inventory) -> int:
    mentions = [one for each in resources for one in references(each, known, TABLE)]
    return sum(not known.has(one.target) for one in mentions)


@given(meshes(), renames)
def test_the_inverse_takes_a_rename_back(docs: list[Document], wanted: Rename) -> None:
    found = resolved(docs, wanted)
    if found is None:
        return
    resources, names = found
    renamed = rename(resources, names, TABLE)
    back = rename(renamed, names.inverse(), TABLE)
    assert [one.doc for one in back] == docs
    # What a rename makes is what the inverse says there was.
    assert inventory_of(renamed, map(names.cluster, CLUSTERS), TABLE) == names.renamed_inventory


@given(meshes(), renames)
def test_no_reference_dangles_after_a_rename(docs: list[Document], wanted: Rename) -> None:
    found = resolved(docs, wanted)
    if found is None:
        return
    resources, names = found
    renamed = rename(resources, names, TABLE)
    before = leading_nowhere(resources, names.inventory)
    clusters = [names.cluster(one) for one in CLUSTERS]
    assert leading_nowhere(renamed, inventory_of(renamed, clusters, TABLE)) == before


@given(meshes(), renames)
def test_a_rename_changes_no_document_in_place(docs: list[Document], wanted: Rename) -> None:
    kept = [repr(doc) for doc in docs]
    found = resolved(docs, wanted)
    if found is not None:
        rename(found[0], found[1], TABLE)
    assert [repr(doc) for doc in docs] == kept


def test_a_mirror_changes_clusters_and_nothing_else() -> None:
    docs = large_mesh(3)
    clusters = (RenameRule(name="prod-east", to="dr-east"),)
    found = resolved(docs, Rename(clusters=clusters))
    assert found is not None
    renamed = rename(*found, TABLE)
    changed = {new.id.kind for old, new in zip(docs, renamed, strict=True) if new.doc is not old}
    assert changed == {"Group"}
    assert [one.id.name for one in renamed] == [Resource(doc).id.name for doc in docs]


def test_a_namespace_and_a_service_of_one_name_are_told_apart() -> None:
    docs = mesh([("shop", "cart"), ("cart", "shop")], [(0, 1), (1, 0)])
    found = resolved(docs, Rename(namespaces=(RenameRule(name="shop", to="store"),)))
    assert found is not None
    text = str([one.doc for one in rename(*found, TABLE)])
    assert "cart.store.svc.cluster.local" in text
    assert "shop.cart.svc.cluster.local" in text
    assert "cart.shop.svc" not in text


def calls_made(count: int) -> int:
    """How many calls of functions a rename, its check of references and its inverse take."""
    docs = large_mesh(count)
    made = 0

    def counting(frame: object, event: str, argument: object) -> None:  # noqa: ARG001 - a profiler's
        nonlocal made
        made += event == "call"

    wanted = Rename(
        clusters=(RenameRule(name="prod-east", to="dr-east"),),
        namespaces=(RenameRule(suffix="-dr"),),
        names=(RenameRule(kind="Service", suffix="-dr"),),
    )
    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        found = resolved(docs, wanted)
        assert found is not None
        resources, names = found
        renamed = rename(resources, names, TABLE)
        leading_nowhere(renamed, names.renamed_inventory)
        rename(renamed, names.inverse(), TABLE)
    finally:
        sys.setprofile(before)
    return made


def test_the_work_grows_as_the_mesh_does() -> None:
    calls_made(4)  # what is done once, such as reading the table, is done here
    small, large = calls_made(20), calls_made(80)
    assert large < 4.4 * small


@pytest.mark.parametrize(
    ("kind", "limit"), [("Service", 63), ("StatefulSet", 63), ("CronJob", 52), ("ConfigMap", 253)]
)
def test_names_keep_to_the_limits_of_their_kind(kind: str, limit: int) -> None:
    group = {"StatefulSet": "apps/v1", "CronJob": "batch/v1"}.get(kind, "v1")
    doc: Document = {"apiVersion": group, "kind": kind, "metadata": {"name": "a" * (limit - 3)}}
    fits = Rename(names=(RenameRule(kind=kind, suffix="-dr"),))
    assert resolved([doc], fits) is not None
    inventory = inventory_of([Resource(doc)])
    with pytest.raises(VariantError, match=f"allows {limit}"):
        resolve_map(Rename(names=(RenameRule(kind=kind, suffix="-dr2"),)), inventory)

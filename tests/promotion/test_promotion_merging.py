"""What people edited on a target survives promotions, and what both sides changed stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import overlay

from promote.errors import MergeConflictError, UnknownNameError
from promote.git import GitTree
from promote.promotion import FieldKey, make_plan, promote
from promote.promotion.releases.merging import choose

if TYPE_CHECKING:
    from stage import Stage

    from promote.git import Repository
    from promote.promotion.releases.ancestors import Fields
    from promote.promotion.releases.merging import Choice

TAG, DIGEST = FieldKey("image", "a", "newTag"), FieldKey("image", "a", "digest")
ONE, TWO, THREE = {TAG: "1"}, {TAG: "2"}, {TAG: "3"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "choice"),
    [
        (ONE, ONE, ONE, "same"),
        (ONE, ONE, TWO, "upstream"),
        (ONE, TWO, ONE, "kept"),
        (ONE, TWO, TWO, "same"),
        (ONE, TWO, THREE, "conflict"),
        (None, ONE, TWO, "upstream"),
        (None, {}, TWO, "upstream"),
        ({TAG: "1", DIGEST: "x"}, {TAG: "1"}, {TAG: "1", DIGEST: "x"}, "kept"),
        (ONE, {TAG: "1", DIGEST: "x"}, TWO, "conflict"),
    ],
)
def test_each_case(base: Fields | None, ours: Fields, theirs: Fields, choice: Choice) -> None:
    assert choose(base, ours, theirs) == choice


FIELDS = st.dictionaries(st.sampled_from([TAG, DIGEST]), st.sampled_from("xyz"), max_size=2)


@given(FIELDS, FIELDS)
def test_where_nothing_was_edited_upstream_moves(base: Fields, theirs: Fields) -> None:
    assert choose(base, base, theirs) == ("same" if base == theirs else "upstream")
    assert choose(base, theirs, theirs) == "same"


@given(FIELDS, FIELDS, FIELDS)
def test_conflicts_are_those_of_both_sides(base: Fields, left: Fields, right: Fields) -> None:
    one, other = choose(base, left, right), choose(base, right, left)
    assert (one == "conflict") == (other == "conflict")
    mirrored: dict[Choice, Choice] = {"kept": "upstream", "upstream": "kept"}
    assert other == mirrored.get(one, one)


def edit(stage: Stage, tag: str) -> str:
    """Someone changes the tag that staging has, by hand."""
    path = "overlays/staging/cart/kustomization.yaml"
    return stage.push({path: overlay("staging", "cart", tag)}, "a hotfix")


def promoted(stage: Stage, tag: str) -> None:
    """A release goes to staging by a pull request."""
    stage.release("cart", tag)
    outcome = stage.promote("staging", "cart")
    assert outcome.pull is not None
    stage.merge(outcome.pull.number)


def test_an_edit_of_the_target_stays_and_is_named(stage: Stage) -> None:
    promoted(stage, "1.1")
    commit = edit(stage, "9")
    with stage.session() as session:
        plan = make_plan(session, "staging", ["cart"], render=False)
    assert (plan.apps[0].state, plan.edits) == ("same", {})
    (kept,) = plan.apps[0].kept
    assert str(kept) == f"image shop/cart newTag 9 (edited by Ada in commit {commit[:12]})"
    assert stage.promote("staging", "cart").status == "up to date"


def test_both_sides_changed_and_nothing_is_written(stage: Stage) -> None:
    promoted(stage, "1.1")
    ours = edit(stage, "9")
    stage.release("cart", "1.2")
    refs = stage.git("for-each-ref", where=stage.bare)
    with pytest.raises(MergeConflictError) as caught:
        stage.promote("staging", "cart")
    assert "image shop/cart was newTag 1.1; the target has newTag 9" in str(caught.value)
    assert f"(edited by Ada in commit {ours[:12]}), upstream newTag 1.2" in str(caught.value)
    assert "--take image:shop/cart=upstream" in str(caught.value)
    assert stage.git("for-each-ref", where=stage.bare) == refs


@pytest.mark.parametrize("name", ["", "image:shop/cart"])
def test_a_conflict_is_settled_by_taking_a_side(stage: Stage, name: str) -> None:
    edit(stage, "9")
    stage.release("cart", "1.2")
    with stage.session() as session:
        plan = make_plan(session, "staging", ["cart"], take={name: "target"}, render=False)
        assert (plan.apps[0].state, len(plan.apps[0].kept)) == ("same", 1)
        outcome = promote(session, "staging", ["cart"], take={name: "upstream"})
    assert stage.tag("staging", "cart", outcome.branch) == "1.2"
    said = stage.git("log", "-1", "--format=%B", outcome.branch, where=stage.bare)
    assert "Promotion-Take: cart image:shop/cart=upstream" in said
    assert outcome.pull is not None
    stage.merge(outcome.pull.number)
    promoted(stage, "1.3")
    assert stage.tag("staging", "cart") == "1.3"


def test_upstream_moved_on_before_the_promotion_was_merged(stage: Stage) -> None:
    stage.release("cart", "1.1")
    outcome = stage.promote("staging", "cart")
    stage.release("cart", "1.2")
    assert outcome.pull is not None
    stage.merge(outcome.pull.number)
    with stage.session() as session:
        plan = make_plan(session, "staging", ["cart"], render=False)
    assert plan.apps[0].state == "moves", "staging never had what dev had at that time"


def test_a_squash_that_lost_its_trailers_is_no_edit(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.release("cart", "1.2")
    edit(stage, "1.1")
    with stage.session() as session:
        assert make_plan(session, "staging", ["cart"], render=False).apps[0].state == "moves"


def test_what_never_came_from_upstream_has_no_ancestor(stage: Stage) -> None:
    path = "overlays/dev/cart/kustomization.yaml"
    for number in range(3):
        new = overlay("dev", "cart", f"2.{number}").replace("shop/cart\n", "shop/new\n")
        old = stage.show("overlays/staging/cart/kustomization.yaml")
        there = overlay("staging", "cart", f"7.{number}").replace("shop/cart\n", "shop/new\n")
        assert old != there
        stage.push({path: new, "overlays/staging/cart/kustomization.yaml": there})
    with stage.session() as session:
        plan = make_plan(session, "staging", ["cart"], render=False)
    assert [(move.old, move.new) for move in plan.apps[0].moves] == [("7.2", "2.2")]


def test_a_deep_history_is_not_walked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        stage.release("cart", f"1.{number}")
    promoted(stage, "2")
    stage.release("cart", "3")
    read: list[str] = []

    def counted(repository: Repository, commit: str) -> GitTree:
        read.append(commit)
        return GitTree(repository, commit)

    monkeypatch.setattr("promote.promotion.releases.history.GitTree", counted)
    with stage.session() as session:
        assert make_plan(session, "staging", ["cart"], render=False).apps[0].state == "moves"
    assert len(set(read)) <= 2


def test_one_field_moves_on_a_branch_of_its_own(stage: Stage) -> None:
    path = "overlays/dev/cart/kustomization.yaml"
    two = overlay("dev", "cart", "1.1") + '  - {name: side, newTag: "5"}\n'
    stage.push({path: two}, "two images")
    with stage.session() as session:
        part = promote(session, "staging", ["cart"], fields=["image:side"])
        again = promote(session, "staging", ["cart"], fields=["image:side"])
        whole = promote(session, "staging", ["cart"])
    assert (part.status, again.status, whole.status) == ("opened", "open already", "opened")
    assert part.branch == again.branch == "promote/staging/cart--image-side-" + part.branch[-6:]
    assert stage.tag("staging", "cart", part.branch) == "1.0"
    assert "newTag: '5'" in stage.show("overlays/staging/cart/kustomization.yaml", part.branch)
    assert part.pull is not None
    assert whole.pull is not None
    stage.merge(part.pull.number)
    with stage.session() as session:
        rest = promote(session, "staging", ["cart"])
        assert [str(move.key) for move in rest.plan.apps[0].moves] == ["image shop/cart newTag"]
        assert promote(session, "staging", ["cart"], fields=["image:side"]).status == "up to date"
    stage.merge(whole.pull.number)
    assert stage.tag("staging", "cart") == "1.1"


def test_a_field_that_nobody_has(stage: Stage) -> None:
    with stage.session() as session, pytest.raises(UnknownNameError) as caught:
        promote(session, "staging", ["cart"], fields=["image:shop/crat"])
    assert str(caught.value) == (
        "no release for staging has a field 'image:shop/crat'\n  did you mean 'image:shop/cart'?"
    )


def based(environment: str, ref: str, chart: str, more: str = "") -> str:
    """An overlay whose base is remote, at a ref, and which has a chart."""
    text = overlay(environment, "cart", "1.0")
    remote = f"  - ../../../bases/cart\n  - https://git.example/shop//base?ref={ref}\n{more}"
    charts = f"helmCharts:\n  - {{name: mesh, version: {chart}, repo: https://charts.example}}\n"
    return text.replace("  - ../../../bases/cart\n", remote) + charts


def test_the_base_and_the_chart_move_and_what_has_no_place_is_named(stage: Stage) -> None:
    paths = {one: f"overlays/{one}/cart/kustomization.yaml" for one in ("dev", "staging")}
    stage.push({path: based(one, "v1", "1.0.0") for one, path in paths.items()}, "remote")
    stage.push({paths["dev"]: based("dev", "v2", "1.1.0", "  - https://git.example/x?ref=v9\n")})
    with stage.session() as session:
        (app,) = make_plan(session, "staging", ["cart"], render=False).apps
    assert [(str(move.key), move.old, move.new) for move in app.moves] == [
        ("chart mesh", "1.0.0", "1.1.0"),
        ("ref https://git.example/shop//base", "v1", "v2"),
    ]
    assert [str(move.key) for move in app.homeless] == ["ref https://git.example/x"]
    stage.push({paths["staging"]: based("staging", "v1-hotfix", "1.0.0")}, "a hotfix")
    with stage.session() as session:
        (app,) = make_plan(session, "staging", ["cart"], render=False).apps
    assert [edit.subject for edit in app.conflicts] == [("ref", "https://git.example/shop//base")]

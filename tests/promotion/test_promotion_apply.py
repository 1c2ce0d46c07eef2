from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from git_sandbox import snapshot

from promote.errors import (
    GateHoldsError,
    GitError,
    PromoteError,
    UnknownNameError,
    UsageError,
    YamlError,
)
from promote.promotion import make_plan, promote, roll_back

if TYPE_CHECKING:
    from stage import Stage

BRANCH = "promote/staging/cart"
FILE = "overlays/staging/cart/kustomization.yaml"


def test_a_release_goes_from_dev_to_prod_and_nothing_doubles(stage: Stage) -> None:
    (stage.work / "bases/cart/deployment.yaml").write_text("half: written")
    (stage.work / "staged").write_text("x")
    stage.git("add", "staged")
    before = snapshot(stage.work)
    stage.release("cart", "1.1")
    for number, target in enumerate(("staging", "prod"), start=1):
        outcome = stage.promote(target, "cart")
        assert (outcome.status, outcome.pull and outcome.pull.number) == ("opened", number)
        refs = stage.git("for-each-ref", where=stage.bare)
        again = stage.promote(target, "cart")
        assert (again.status, again.pull) == ("open already", outcome.pull)
        assert stage.git("for-each-ref", where=stage.bare) == refs
        assert stage.tag(target, "cart") == "1.0"
        stage.merge(number)
        assert stage.tag(target, "cart") == "1.1"
        assert stage.promote(target, "cart").status == "up to date"
    assert stage.branches() == ["main"]
    assert stage.tag("prod", "web") == "1.0"
    assert snapshot(stage.work) == before


def test_one_line_changes_and_the_commit_says_why(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    diff = stage.git("diff", "--stat=200", "-U0", f"main...{BRANCH}", where=stage.bare)
    assert FILE in diff
    patch = stage.git("diff", "-U0", f"main...{BRANCH}", where=stage.bare).splitlines()
    assert [line for line in patch if line[0] in "+-" and line[1:3] not in ("++", "--")] == [
        '-    newTag: "1.0"   # moved by promotions',
        '+    newTag: "1.1"   # moved by promotions',
    ]
    log = stage.git("log", "-1", "--format=%B", BRANCH, where=stage.bare)
    with stage.session() as session:
        wanted = make_plan(session, "staging", ["cart"], render=False).apps[0].wanted
    assert log == (
        "Promote cart 1.1 to staging\n\n"
        "cart: image shop/cart newTag: 1.0 -> 1.1\n\n"
        "Promotion: staging/cart\n"
        "Promotion-To: staging\n"
        f"Promotion-Release: cart {wanted.id}\n"
        "Promotion-From: cart dev\n"
        f"Promotion-Base: {stage.git('rev-parse', 'main', where=stage.bare)}\n"
        f"Promotion-Tree: {stage.git('rev-parse', f'{BRANCH}^{{tree}}', where=stage.bare)}"
    )


def test_the_text_has_releases_the_rendered_difference_and_the_commits(stage: Stage) -> None:
    stage.release("cart", "1.1", "staging")
    stage.wait(minutes=1)
    stage.push({"bases/cart/notes.md": "x"}, "`code` @everyone ::error::")
    pull = stage.promote("prod", "cart").pull
    assert pull is not None
    assert (pull.title, pull.labels) == ("Promote cart 1.1 to prod", ("promote", "prod"))
    for text in (
        "| `cart` | `image shop/cart newTag` | `1.0` | `1.1` |",
        "Rendered difference: `prod now` → `prod then`",
        "Rendered difference: `prod-dr now` → `prod-dr then`",
        "`cart 1.1`",
        "✓ **hold**",
    ):
        assert text in pull.body
    assert "`` `code` @everyone" in pull.body


def test_several_apps_move_together_or_not_at_all(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.release("web", "2.0")
    stage.push({"holds.yaml": "- {environment: staging, app: web, release: x, reason: y}\n"})
    with pytest.raises(GateHoldsError, match="web: hold holds: held on x: y"):
        stage.promote("staging", "both")
    assert stage.branches() == ["main"]
    stage.push({"holds.yaml": "[]\n"})
    outcome = stage.promote("staging", "web", "cart")
    assert outcome.branch == "promote/staging/cart+web"
    assert stage.promote("staging", "both").status == "open already"
    stage.merge(1)
    assert (stage.tag("staging", "cart"), stage.tag("staging", "web")) == ("1.1", "2.0")


def test_a_newer_release_updates_the_one_pull_request(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    stage.release("cart", "1.2")
    outcome = stage.promote("staging", "cart")
    assert outcome.status == "updated"
    assert outcome.pull is not None
    assert (outcome.pull.number, outcome.pull.title) == (1, "Promote cart 1.2 to staging")
    assert stage.git("rev-list", "--count", f"main..{BRANCH}", where=stage.bare) == "1"
    assert stage.tag("staging", "cart", BRANCH) == "1.2"


def test_an_unrelated_commit_on_the_base_branch_changes_nothing(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    tip = stage.git("rev-parse", BRANCH, where=stage.bare)
    stage.push({"README.md": "x"})
    assert stage.promote("staging", "cart").status == "open already"
    assert stage.git("rev-parse", BRANCH, where=stage.bare) == tip


def test_a_base_branch_that_moved_beneath_is_built_upon(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    text = stage.show(FILE).replace("count: 2", "count: 5").replace("# moved", "# is moved")
    main = stage.push({FILE: text}, "a hand edit on main")
    assert stage.promote("staging", "cart").status == "updated"
    assert stage.git("rev-parse", f"{BRANCH}^", where=stage.bare) == main
    assert "count: 5" in stage.show(FILE, BRANCH)


def test_commits_of_others_on_the_branch_are_kept(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    theirs = stage.push_to(BRANCH, {FILE: stage.show(FILE, BRANCH).replace("count: 2", "count: 9")})
    outcome = stage.promote("staging", "cart")
    assert [commit.object_id for commit in outcome.kept] == [theirs]
    assert stage.git("rev-parse", BRANCH, where=stage.bare) == theirs
    stage.release("cart", "1.2")
    stage.push({"README.md": "x"})
    outcome = stage.promote("staging", "cart")
    assert outcome.status == "updated"
    assert stage.git("merge-base", theirs, BRANCH, where=stage.bare) == theirs
    assert "count: 9" in stage.show(FILE, BRANCH)
    assert stage.tag("staging", "cart", BRANCH) == "1.2"
    assert outcome.pull is not None
    assert "Commits of others on this branch, kept" in outcome.pull.body
    stage.merge(1)
    assert "count: 9" in stage.show(FILE)


def test_a_commit_of_ours_that_someone_amended_is_theirs(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    text = stage.git("log", "-1", "--format=%B", BRANCH, where=stage.bare)
    edited = stage.show(FILE, BRANCH).replace("count: 2", "count: 9")
    theirs = stage.push_to(BRANCH, {FILE: edited}, text)
    stage.release("cart", "1.2")
    outcome = stage.promote("staging", "cart")
    assert [commit.object_id for commit in outcome.kept] == [theirs]
    assert "count: 9" in stage.show(FILE, BRANCH)


def test_commits_of_others_that_conflict_are_reported_and_nothing_is_written(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    stage.push_to(BRANCH, {FILE: stage.show(FILE, BRANCH).replace("count: 2", "count: 9")})
    stage.push({FILE: stage.show(FILE).replace("count: 2", "count: 7")})
    refs = stage.git("for-each-ref", where=stage.bare)
    with pytest.raises(GitError, match=f"conflict with main in {FILE}"):
        stage.promote("staging", "cart")
    assert stage.git("for-each-ref", where=stage.bare) == refs


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_a_branch_merged_elsewhere_and_left_behind(stage: Stage, how: str) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    if how == "merge":
        tip = stage.git("rev-parse", BRANCH, where=stage.bare)
        stage.git("update-ref", "refs/heads/main", tip, where=stage.bare)
    else:
        stage.push({FILE: stage.show(FILE, BRANCH)}, "squashed")
    assert stage.promote("staging", "cart").status == "closed"
    stage.release("cart", "1.2")
    assert stage.promote("staging", "cart").status == "opened"
    assert stage.tag("staging", "cart", BRANCH) == "1.2"


def test_a_gate_holds_and_an_override_is_recorded(stage: Stage) -> None:
    stage.gates("staging", "[{soak: 24h}]")
    stage.release("cart", "1.1")
    with pytest.raises(GateHoldsError, match="held back from staging: cart: soak holds"):
        stage.promote("staging", "cart")
    assert stage.branches() == ["main"]
    pull = stage.promote("staging", "cart", soak="urgent\nPromotion: forged").pull
    log = stage.git(
        "log", "-1", "--format=%(trailers:key=Promotion-Override)", BRANCH, where=stage.bare
    )
    assert log == "Promotion-Override: cart soak: urgent Promotion: forged"
    assert pull is not None
    assert "! **soak**" in pull.body
    assert "overridden: `urgent\\nPromotion: forged`" in pull.body


def test_what_would_move_with_the_held_is_named(stage: Stage) -> None:
    stage.release("web", "1.1")
    stage.wait(days=2)
    stage.gates("staging", "[{soak: 24h}]")
    stage.release("cart", "1.1")
    with pytest.raises(GateHoldsError, match=r"staging: cart: soak .*; web would move with it\n"):
        stage.promote("staging", "cart", "web")
    assert stage.promote("staging", "web").status == "opened"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("images:\n- &one {name: shop/cart, newTag: '1.0'}\n- *one\n", ":3:3: "),
        ("images: &all\n- {name: shop/cart, newTag: '1.0'}\nx: *all\n", ":3:4: "),
    ],
)
def test_what_an_alias_repeats_is_not_changed(stage: Stage, text: str, place: str) -> None:
    stage.push({FILE: text})
    stage.release("cart", "1.1")
    with pytest.raises(YamlError, match="a change would reach what") as caught:
        stage.promote("staging", "cart")
    assert str(caught.value).startswith(FILE + place)
    assert stage.branches() == ["main"]


def test_no_app_is_named(stage: Stage) -> None:
    with pytest.raises(UsageError, match="which apps should move to staging"):
        stage.promote("staging")


def test_a_broken_upstream_writes_nothing(stage: Stage) -> None:
    stage.push({"overlays/dev/cart/kustomization.yaml": "images: [\n"})
    with pytest.raises(PromoteError):
        stage.promote("staging", "cart")
    assert stage.branches() == ["main"]


class TestRollback:
    @pytest.fixture
    def moved(self, stage: Stage) -> Stage:
        """Prod had cart 1.0, 1.1 and 1.2."""
        for tag in ("1.1", "1.2"):
            stage.wait(hours=1)
            stage.release("cart", tag, "prod")
        return stage

    def _roll_back(self, stage: Stage, to: str | None = None) -> str:
        with stage.session() as session:
            return roll_back(session, "prod", "cart", to=to, reason="it broke").status

    def test_goes_back_to_the_previous_release_and_holds_it(self, moved: Stage) -> None:
        assert self._roll_back(moved) == "opened"
        assert self._roll_back(moved) == "open already"
        moved.merge(1)
        assert moved.tag("prod", "cart") == "1.1"
        with pytest.raises(UsageError, match=r"cart in prod is held on .* already: it broke"):
            self._roll_back(moved)
        holds = moved.show("holds.yaml")
        assert "app: cart" in holds
        assert "reason: it broke" in holds
        moved.release("cart", "1.3", "staging")
        with pytest.raises(GateHoldsError, match="hold holds: held on"):
            moved.promote("prod", "cart")
        outcome = moved.promote("prod", "cart", hold="fixed")
        assert outcome.pull is not None
        assert "ends the hold of `cart`" in outcome.pull.body
        moved.merge(outcome.pull.number)
        assert moved.tag("prod", "cart") == "1.3"
        assert moved.show("holds.yaml").strip() in ("[]", "")

    def test_goes_to_a_named_release(self, moved: Stage) -> None:
        with moved.session() as session:
            first = make_plan(session, "prod", ["cart"], render=False).apps[0].wanted
        assert self._roll_back(moved, first.id[:6]) == "opened"
        assert moved.tag("prod", "cart", "rollback/prod/cart") == "1.0"

    def test_goes_to_a_release_by_its_label(self, moved: Stage) -> None:
        assert self._roll_back(moved, "1.0") == "opened"
        assert moved.tag("prod", "cart", "rollback/prod/cart") == "1.0"

    def test_a_release_that_never_was(self, moved: Stage) -> None:
        with pytest.raises(UnknownNameError, match="'zzz' is no release of cart in prod") as caught:
            self._roll_back(moved, "zzz")
        assert re.match(r"the latest: [0-9a-f]{12} \(1\.2\), ", str(caught.value.hint))
        with (
            moved.session() as session,
            pytest.raises(UnknownNameError, match="cart has no earlier release in staging"),
        ):
            roll_back(session, "staging", "cart")

    def test_existing_holds_and_their_comments_stay(self, moved: Stage) -> None:
        text = "# pins\n- {environment: prod, app: web, release: abc, reason: why}  # ours\n"
        moved.push({"holds.yaml": text})
        self._roll_back(moved)
        after = moved.show("holds.yaml", "rollback/prod/cart")
        assert after.startswith(text)
        assert "app: cart" in after

    def test_is_exact(self, stage: Stage) -> None:
        old = stage.show("overlays/prod/cart/kustomization.yaml")
        added = old + "  - name: side\n    newTag: x\n"
        stage.wait(hours=1)
        stage.push({"overlays/prod/cart/kustomization.yaml": added})
        self._roll_back(stage)
        path = "overlays/prod/cart/kustomization.yaml"
        assert stage.show(path, "rollback/prod/cart") == old


def test_promote_is_importable_as_a_library(stage: Stage) -> None:
    stage.release("cart", "1.1")
    with stage.session() as session:
        outcome = promote(session, "staging", ["cart"])
    assert outcome.plan.moving[0].wanted.label == "1.1"

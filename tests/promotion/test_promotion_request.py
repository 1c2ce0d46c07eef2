"""What a pull request gets: owners who review, texts that fit, one comment, links, auto-merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stage import overlay

from promote.forge import Limits, LocalForge
from promote.forge.azure import AzureForge
from promote.forge.bitbucket import BitbucketForge
from promote.forge.gitea import GiteaForge
from promote.forge.github import GitHubForge
from promote.forge.gitlab import GitLabForge
from promote.forge.marking import hide
from promote.forge.sizes import size
from promote.promotion import promote
from promote.promotion.pulls.owners import reviewers

if TYPE_CHECKING:
    from stage import Stage
    from support.gitea import GiteaServer

    from promote.forge import PullRequest
    from promote.promotion import Outcome

BRANCH = "promote/staging/cart"
FORGES = (LocalForge, GitHubForge, GitLabForge, GiteaForge, BitbucketForge, AzureForge)


def pull_of(outcome: Outcome) -> PullRequest:
    assert outcome.pull is not None
    return outcome.pull


def owned(stage: Stage, text: str, path: str = "CODEOWNERS") -> tuple[str, ...]:
    stage.push({path: text}, "owners")
    stage.release("cart", "1.1")
    return pull_of(stage.promote("staging", "cart")).reviewers


def test_the_owners_of_what_changes_are_asked(stage: Stage) -> None:
    text = (
        "* @all\n/overlays/prod/ @ops\n/overlays/staging/cart/ @bob @shop/carts carl@example.com\n"
    )
    assert owned(stage, text) == ("bob", "shop/carts", "carl@example.com")


def test_the_author_is_never_asked(stage: Stage) -> None:
    assert owned(stage, "* ada@example.com @bob @Ada\n") == ("bob",)


def test_owners_are_those_of_the_base_branch(stage: Stage) -> None:
    assert owned(stage, "* @bob\n") == ("bob",)
    stage.push_to(BRANCH, {"CODEOWNERS": "* @mallory\n"})
    stage.release("cart", "1.2")
    assert pull_of(stage.promote("staging", "cart")).reviewers == ("bob",)


@pytest.mark.parametrize(
    ("forge", "path", "asked"),
    [
        ("github", ".github/CODEOWNERS", ("bob", "shop/ops")),
        ("github", ".gitlab/CODEOWNERS", ()),
        ("gitlab", ".gitlab/CODEOWNERS", ("bob", "shop/ops")),
        ("gitlab", ".github/CODEOWNERS", ()),
        ("gitea", ".gitea/CODEOWNERS", ("bob", "shop/ops")),
        ("forgejo", ".forgejo/CODEOWNERS", ("bob", "shop/ops")),
        ("azure", "CODEOWNERS", ()),
        ("bitbucket", "CODEOWNERS", ()),
    ],
)
def test_each_forge_has_places_of_its_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, forge: str, path: str, asked: tuple[str, ...]
) -> None:
    owners = "@bob x@example.com @shop/ops @@maintainer"
    # Gitea's are regular expressions: to it, a star is none.
    stage.push({path: f"{'.*' if 'gitea' in path or 'forgejo' in path else '*'} {owners}\n"})
    monkeypatch.setattr(LocalForge, "name", forge)
    with stage.session() as session:
        assert reviewers(session, ["/overlays/staging/cart/kustomization.yaml"]) == asked


def test_gitea_asks_the_owners_it_knows(any_stage: Stage, request: pytest.FixtureRequest) -> None:
    stage = any_stage
    if stage.remote:
        server: GiteaServer = request.getfixturevalue("gitea_server")
        server.user("bob")
        server.invite(stage.name, "bob")
    assert owned(stage, f"{'.*' if stage.remote else '*'} @bob @ada\n")[0] == "bob"
    pull = pull_of(stage.promote("staging", "cart"))
    assert "ada" not in pull.reviewers or not stage.remote


@pytest.mark.parametrize("forge", FORGES, ids=lambda forge: forge.__name__)
def test_texts_fit_each_forge_and_stay_as_they_are(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, forge: type[LocalForge]
) -> None:
    limits = forge.limits
    name = "overlays/dev/cart/kustomization.yaml"
    many = "".join(f"  - {{name: side/{'x' * 60}{n}, newTag: 'a'}}\n" for n in range(60))
    stage.push({name: overlay("dev", "cart", "1.1") + many}, "s" * 300)
    for number in range(30):
        # Forges count characters, bytes, or halves of UTF-16: here these are far apart.
        stage.push({"bases/cart/notes": str(number)}, f"note {number} " + "→🚀" * 1000)
    monkeypatch.setattr(LocalForge, "limits", limits)
    pull = pull_of(stage.promote("staging", "cart"))
    assert len(pull.title) <= limits.title
    marked = hide(pull.body, "marker", pull.marker, getattr(forge, "style", "html"))
    assert size(marked, limits.unit) <= limits.body
    again = hide(pull.body, "marker", pull.marker, limit=limits.body, unit=limits.unit)
    assert again.startswith(pull.body)
    assert stage.promote("staging", "cart").status == "open already"
    if limits.body < 10_000:
        assert "This text is cut" in pull.body
        assert "Rendered difference" in pull.comments[0].body


@pytest.mark.parametrize("room", [600, 800, 1_000, 1_500, 2_000, 3_000])
def test_what_is_cut_is_whole_sections_and_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    stage.release("cart", "1.1")
    for number in range(8):
        stage.push({"bases/cart/notes": str(number)}, f"note {number}")
    monkeypatch.setattr(LocalForge, "limits", Limits(200, room))
    body = pull_of(stage.promote("staging", "cart")).body
    assert len(body) <= room
    assert body.startswith("### Into `staging`")
    assert body.count("```") % 2 == 0
    assert ("This text is cut" in body) == (
        "Rendered difference" not in body or "note 7" not in body
    )


def test_a_promotion_and_its_siblings_name_each_other(any_stage: Stage) -> None:
    stage = any_stage
    text = stage.show("promote.yaml").replace(
        "  prod-dr: ", "  west: {from: staging, clusters: [w-1]}\n  prod-dr: "
    )
    west = stage.show("overlays/prod/cart/kustomization.yaml").replace("shop-prod", "shop-west")
    stage.push({"promote.yaml": text, "overlays/west/cart/kustomization.yaml": west})
    stage.release("cart", "1.1")
    stage.merge(pull_of(stage.promote("staging", "cart")).number)
    first = pull_of(stage.promote("prod", "cart"))
    assert "### The same release elsewhere\n\n- `staging`: #1" in first.body
    second = pull_of(stage.promote("west", "cart"))
    assert "- `prod`: #2" in second.body
    again = stage.promote("prod", "cart")
    assert "- `west`: #3" in pull_of(again).body
    assert (again.status, stage.promote("prod", "cart").status) == ("updated", "open already")
    stage.merge(3)
    assert stage.promote("prod", "cart").status == "open already", "merged or open, it is the same"


def test_an_environment_may_merge_by_itself(
    any_stage: Stage, request: pytest.FixtureRequest
) -> None:
    stage = any_stage
    if stage.remote:
        server: GiteaServer = request.getfixturevalue("gitea_server")
        name = stage.name
        server.protect(name, required_approvals=1)
    text = stage.show("promote.yaml").replace("{from: dev, ", "{from: dev, auto-merge: true, ")
    stage.push({"promote.yaml": text})
    stage.release("cart", "1.1")
    pull = pull_of(stage.promote("staging", "cart"))
    assert (pull.state, pull.auto_merge) == ("open", True), "never past a required review"
    assert stage.promote("staging", "cart").status == "open already"
    stage.release("cart", "1.2", "staging")
    assert not pull_of(stage.promote("prod", "cart")).auto_merge


def test_what_is_proposed_again_is_asked_of_nobody_twice(stage: Stage) -> None:
    stage.push({"CODEOWNERS": "* @bob\n"})
    stage.release("cart", "1.1")
    with stage.session() as session:
        first = promote(session, "staging", ["cart"])
        second = promote(session, "staging", ["cart"])
    assert (first.status, second.status) == ("opened", "open already")
    assert pull_of(second).reviewers == ("bob",)

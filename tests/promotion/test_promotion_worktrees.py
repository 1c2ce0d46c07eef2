"""Whatever state the user's clone is in, all works, and leaves every byte of it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from git_sandbox import snapshot

from promote.errors import PromoteError
from promote.promotion import make_plan, promote, read_status, roll_back

if TYPE_CHECKING:
    from pathlib import Path

    from stage import Stage

FILE = "overlays/staging/cart/kustomization.yaml"


def _dirty(stage: Stage) -> Path:
    (stage.work / FILE).write_text("not: [yaml")
    (stage.work / "staged").write_text("x")
    stage.git("add", "staged")
    (stage.work / "untracked").write_text("x")
    return stage.work


def _detached(stage: Stage) -> Path:
    stage.git("checkout", "-q", "--detach")
    return stage.work


def _other_branch(stage: Stage) -> Path:
    stage.git("checkout", "-q", "--orphan", "elsewhere")
    stage.git("rm", "-rqf", "--ignore-unmatch", "bases", "overlays")
    stage.git("commit", "-q", "-m", "another history")
    return stage.work


def _linked(stage: Stage) -> Path:
    stage.git("worktree", "add", "-q", "-b", "linked", str(stage.sandbox.folder / "linked"))
    return stage.sandbox.folder / "linked"


def _shallow(stage: Stage) -> Path:
    clone = stage.sandbox.folder / "shallow"
    stage.git("clone", "-q", "--depth=1", f"file://{stage.bare}", str(clone))
    return clone


def _sparse(stage: Stage) -> Path:
    stage.git("sparse-checkout", "set", "bases")
    stage.git("sparse-checkout", "add", "overlays/dev")
    return stage.work


def _subfolder(stage: Stage) -> Path:
    return stage.work / "overlays" / "dev"


def _crlf(stage: Stage) -> Path:
    stage.git("config", "core.autocrlf", "true")
    (stage.work / ".gitattributes").write_text("* text eol=crlf\n")
    stage.git("checkout", "-q", "--", ".")
    return stage.work


def _diverge(stage: Stage) -> None:
    """A branch `side` that conflicts with the one that is checked out."""
    stage.git("checkout", "-q", "-b", "side")
    stage.sandbox.commit(stage.work, {FILE: "a: 1\n"}, "side")
    stage.git("checkout", "-q", "main")
    stage.sandbox.commit(stage.work, {FILE: "a: 2\n"}, "main")


def _merging(stage: Stage) -> Path:
    _diverge(stage)
    with pytest.raises(Exception, match="merge"):
        stage.git("merge", "-q", "side")
    return stage.work


def _submodule(stage: Stage) -> Path:
    stage.git("pull", "-q", "origin", "main")
    inner = stage.sandbox.make("inner", {"x": "1\n"})
    allowed = ("-c", "protocol.file.allow=always")
    stage.git(*allowed, "submodule", "--quiet", "add", str(inner), "vendored")
    stage.git("commit", "-q", "-m", "a submodule")
    stage.git("push", "-q", "origin", "main")
    (stage.work / "vendored" / "x").write_text("changed in the submodule\n")
    return stage.work


def _within_a_submodule(stage: Stage) -> Path:
    """The project is itself a submodule of another repository."""
    outer = stage.sandbox.make("outer", {"y": "1\n"})
    allowed = ("-c", "protocol.file.allow=always")
    stage.git(*allowed, "submodule", "--quiet", "add", str(stage.bare), "shop", where=outer)
    return outer / "shop"


def _ignoring_case(stage: Stage) -> Path:
    """Two paths that differ by case, where the file system is said to know one of them only."""
    stage.push({"docs/Notes.md": "A\n", "docs/notes.md": "b\n"}, "two notes")
    stage.git("config", "core.ignorecase", "true")
    stage.git("pull", "-q", "origin", "main")
    return stage.work


def _autocrlf_input(stage: Stage) -> Path:
    stage.git("config", "core.autocrlf", "input")
    stage.git("config", "core.eol", "crlf")
    return stage.work


def _bare(stage: Stage) -> Path:
    clone = stage.sandbox.folder / "mine.git"
    stage.git("clone", "-q", "--bare", str(stage.bare), str(clone))
    return clone


def _unborn(stage: Stage) -> Path:
    """A branch without a commit, with the project's file in the work tree."""
    stage.git("checkout", "-q", "--orphan", "unborn")
    return stage.work


def _rebasing(stage: Stage) -> Path:
    _diverge(stage)
    with pytest.raises(Exception, match="rebase"):
        stage.git("rebase", "-q", "side")
    return stage.work


def _locked(stage: Stage) -> Path:
    """Another git is at work on the index, or was killed."""
    (stage.work / ".git" / "index.lock").write_text("")
    return stage.work


STATES = [
    *(_dirty, _detached, _other_branch, _linked, _shallow),
    *(_sparse, _subfolder, _crlf, _merging, _rebasing, _locked),
    *(_submodule, _within_a_submodule, _ignoring_case, _autocrlf_input, _bare, _unborn),
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__.strip("_"))
def test_all_that_moves_leaves_the_clone_as_it_was(stage: Stage, state: object) -> None:
    assert callable(state)
    stage.wait(hours=1)
    stage.release("cart", "0.9", "prod")
    folder = state(stage)
    stage.wait(hours=1)
    stage.release("cart", "1.1")
    if not (stage.work / ".git" / "index.lock").exists():
        stage.git("rev-parse", where=folder)
    before = snapshot(stage.work), snapshot(folder)
    with stage.session(folder) as session:
        assert make_plan(session, "staging", ["cart"]).moving
        assert promote(session, "staging", ["cart"]).status == "opened"
        assert roll_back(session, "prod", "cart").status == "opened"
        assert read_status(session).cell("staging", "cart").pull == 1
        session.forge.merge(1)
    assert (snapshot(stage.work), snapshot(folder)) == before
    assert stage.tag("staging", "cart") == "1.1"
    assert stage.tag("prod", "cart", "rollback/prod/cart") == "1.0"


def test_an_empty_repository(stage: Stage) -> None:
    empty = stage.sandbox.folder / "empty"
    stage.git("init", "-q", str(empty))
    with pytest.raises(PromoteError, match=r"there is no promote\.yaml"), stage.session(empty):
        pass


def test_an_empty_repository_without_a_work_tree(stage: Stage) -> None:
    empty = stage.sandbox.folder / "empty.git"
    stage.git("init", "-q", "--bare", str(empty))
    with pytest.raises(PromoteError, match="has no commit yet") as caught, stage.session(empty):
        pass
    assert len(str(caught.value).splitlines()) <= 2


def test_an_empty_remote(stage: Stage) -> None:
    empty = stage.sandbox.folder / "empty.git"
    stage.git("init", "-q", "--bare", "-b", "main", str(empty))
    stage.git("remote", "set-url", "origin", str(empty))
    with pytest.raises(PromoteError, match="the remote origin has no branch main"), stage.session():
        pass


@pytest.mark.parametrize("branch", ["trunk", "release/2026.1", "HEAD-is-here", "über"])
def test_a_base_branch_of_an_unusual_name(stage: Stage, branch: str) -> None:
    text = stage.show("promote.yaml").replace("branch: main", f"branch: {branch}")
    stage.push({"promote.yaml": text})
    stage.release("cart", "1.1")
    stage.git(
        "push", "-q", "origin", f"main:refs/heads/{branch}", where=stage.bare.parent / "colleague"
    )
    stage.git("symbolic-ref", "HEAD", f"refs/heads/{branch}", where=stage.bare)
    stage.git("branch", "-D", "main", where=stage.bare)
    clone = stage.sandbox.folder / "clone"
    stage.git("clone", "-q", str(stage.bare), str(clone))
    before = snapshot(clone)
    with stage.session(clone) as session:
        assert promote(session, "staging", ["cart"]).status == "opened"
        session.forge.merge(1)
    assert stage.tag("staging", "cart", branch) == "1.1"
    assert snapshot(clone) == before


def test_a_file_with_crlf_keeps_it(stage: Stage) -> None:
    old = stage.show(FILE).replace("\n", "\r\n")
    stage.push({FILE: old})
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    done = stage.sandbox.git(stage.bare, "cat-file", "blob", f"promote/staging/cart:{FILE}")
    assert done == old.replace('"1.0"', '"1.1"').strip()


def test_nothing_that_the_clone_or_its_branch_plants_runs(stage: Stage) -> None:
    canary = stage.sandbox.folder / "canary"
    script = stage.sandbox.folder / "evil"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    for hook in ("pre-commit", "pre-push", "post-commit", "reference-transaction"):
        (stage.work / ".git" / "hooks").mkdir(exist_ok=True)
        (stage.work / ".git" / "hooks" / hook).symlink_to(script)
    for key in ("core.fsmonitor", "filter.evil.smudge", "filter.evil.clean", "merge.evil.driver"):
        stage.git("config", key, str(script))
    stage.push({".gitattributes": "* filter=evil merge=evil diff=evil\n"})
    stage.release("cart", "1.1")
    assert stage.promote("staging", "cart").status == "opened"
    stage.merge(1)
    assert not canary.exists()

"""Whatever state the user's clone is in, promoting works, and leaves every byte of it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from git_sandbox import snapshot

from promote.errors import PromoteError
from promote.promotion import promote

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


def _merging(stage: Stage) -> Path:
    stage.git("checkout", "-q", "-b", "side")
    stage.sandbox.commit(stage.work, {FILE: "a: 1\n"}, "side")
    stage.git("checkout", "-q", "main")
    stage.sandbox.commit(stage.work, {FILE: "a: 2\n"}, "main")
    with pytest.raises(Exception, match="merge"):
        stage.git("merge", "-q", "side")
    return stage.work


STATES = [
    *(_dirty, _detached, _other_branch, _linked, _shallow),
    *(_sparse, _subfolder, _crlf, _merging),
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__.strip("_"))
def test_promoting_leaves_the_clone_as_it_was(stage: Stage, state: object) -> None:
    assert callable(state)
    folder = state(stage)
    stage.release("cart", "1.1")
    stage.git("status", where=folder)  # which may write to the index, as we must not
    before = snapshot(stage.work), snapshot(folder)
    with stage.session(folder) as session:
        assert promote(session, "staging", ["cart"]).status == "opened"
    assert (snapshot(stage.work), snapshot(folder)) == before
    assert stage.tag("staging", "cart", "promote/staging/cart") == "1.1"


def test_an_empty_repository(stage: Stage) -> None:
    empty = stage.sandbox.folder / "empty"
    stage.git("init", "-q", str(empty))
    with pytest.raises(PromoteError, match=r"there is no promote\.yaml"), stage.session(empty):
        pass


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

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from git_sandbox import Sandbox, snapshot

from promote.config import ForgeConfig
from promote.errors import ForgeError, GitError, ProjectError
from promote.forge import Change, Check, Forge, LocalForge, Proposal, open_forge
from promote.git import Identity, Program, RefUpdate, Repository, commit
from promote.git.program import Call, Completed, Runner, run_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PROPOSAL = Proposal("promote/prod/shop", "main", "Shop to prod", "body", marker="m1")


@pytest.fixture
def bare(sandbox: Sandbox) -> Path:
    """A remote with main and a branch ahead of it, and the clones `one` and `two`."""
    work = sandbox.make(files={"a": "1\n", "b": "1\n"})
    bare = sandbox.bare(work)
    sandbox.git(work, "checkout", "-q", "-b", PROPOSAL.head)
    sandbox.commit(work, {"a": "2\n"}, "promote")
    sandbox.git(work, "push", "-q", "origin", "HEAD")
    for name in ("one", "two"):
        sandbox.git(sandbox.folder, "clone", "-q", str(bare), name)
    return bare


def _forge(repository: Repository) -> LocalForge:
    store, remote = repository.store, repository.remote()
    return LocalForge(store, remote, repository.identity(), clock=lambda: NOON)


@pytest.fixture
def repository(sandbox: Sandbox, bare: Path) -> Iterator[Repository]:
    assert bare.exists()
    with sandbox.open(sandbox.folder / "one") as repository:
        yield repository


@pytest.fixture
def forge(repository: Repository) -> Forge:
    return _forge(repository)


@pytest.fixture
def other(sandbox: Sandbox, repository: Repository) -> Iterator[Forge]:
    assert repository
    with sandbox.open(sandbox.folder / "two") as second:
        yield _forge(second)


def _refs(sandbox: Sandbox, bare: Path) -> list[str]:
    return sandbox.git(bare, "for-each-ref", "--format=%(refname)").splitlines()


def test_what_one_clone_opens_the_other_sees(sandbox: Sandbox, forge: Forge, other: Forge) -> None:
    before = snapshot(sandbox.folder / "one")
    pull = forge.create(PROPOSAL)
    assert (pull.number, pull.state, pull.author) == (1, "open", "Ada <ada@example.com>")
    assert other.pulls() == [pull]
    assert other.show(1) == pull == other.find(PROPOSAL.head, "main")
    assert other.find("nope", "main") is None
    assert snapshot(sandbox.folder / "one") == before


def test_opening_again_returns_the_open_one(forge: Forge, other: Forge) -> None:
    first = forge.create(PROPOSAL)
    assert other.create(PROPOSAL) == first
    assert len(forge.pulls(None)) == 1


def test_update_and_comment_are_in_place_and_converge(
    sandbox: Sandbox, bare: Path, forge: Forge
) -> None:
    forge.create(PROPOSAL)
    change = Change(title="New", body="text", draft=True, labels=("prod",))
    pull = forge.update(1, change)
    assert (pull.title, pull.body, pull.draft, pull.labels) == ("New", "text", True, ("prod",))
    forge.comment(1, "plan", "first")
    forge.comment(1, "plan", "second")
    tip = sandbox.git(bare, "rev-parse", "refs/promote/pulls/1")
    forge.update(1, change)
    pull = forge.comment(1, "plan", "second")
    assert [comment.body for comment in pull.comments] == ["second"]
    assert sandbox.git(bare, "rev-parse", "refs/promote/pulls/1") == tip
    log = sandbox.git(bare, "log", "--format=%s", "refs/promote/pulls/1")
    assert log.splitlines() == [
        "comment plan: New",
        "comment plan: New",
        "update: New",
        "open: Shop to prod",
    ]


def test_merge_moves_everything_at_once(sandbox: Sandbox, bare: Path, forge: Forge) -> None:
    opened = forge.create(PROPOSAL)
    pull = forge.merge(1, expect=opened.head_commit)
    assert pull.state == "merged"
    assert pull.merge_commit == sandbox.git(bare, "rev-parse", "main")
    assert sandbox.git(bare, "show", "main:a") == "2"
    parents = sandbox.git(bare, "log", "-1", "--format=%P", "main").split()
    assert parents[1] == opened.head_commit
    assert _refs(sandbox, bare) == ["refs/heads/main", "refs/promote/pulls/1"]
    assert forge.merge(1) == pull, "merged again"
    assert (forge.pulls(), forge.pulls("merged")) == ([], [pull])


def test_a_conflict_writes_nothing(sandbox: Sandbox, bare: Path, forge: Forge) -> None:
    forge.create(PROPOSAL)
    work = sandbox.folder / "two"
    sandbox.commit(work, {"a": "3\n"}, "elsewhere")
    sandbox.git(work, "push", "-q", "origin", "main")
    before = sandbox.git(bare, "for-each-ref")
    with pytest.raises(ForgeError, match="conflicts with main in a\n"):
        forge.merge(1)
    assert sandbox.git(bare, "for-each-ref") == before


def test_a_head_that_moved_is_not_merged_unseen(sandbox: Sandbox, forge: Forge) -> None:
    opened = forge.create(PROPOSAL)
    work = sandbox.folder / "work"
    sandbox.commit(work, {"c": "1\n"}, "more")
    sandbox.git(work, "push", "-q", "origin", "HEAD")
    with pytest.raises(ForgeError, match="since it was looked at"):
        forge.merge(1, expect=opened.head_commit)
    assert forge.show(1).head_commit != opened.head_commit


def test_a_draft_is_not_merged(forge: Forge) -> None:
    forge.create(PROPOSAL)
    forge.update(1, Change(draft=True))
    with pytest.raises(ForgeError, match="is a draft"):
        forge.merge(1)


def test_close_reopen_and_a_second_of_the_same_branch(forge: Forge) -> None:
    forge.create(PROPOSAL)
    assert forge.close(1).state == "closed"
    assert forge.close(1).state == "closed"
    with pytest.raises(ForgeError, match="is closed and cannot be merged"):
        forge.merge(1)
    assert forge.create(PROPOSAL).number == 2
    with pytest.raises(ForgeError, match="another pull request of the branch"):
        forge.reopen(1)
    forge.close(2)
    assert forge.reopen(1).state == "open"
    assert forge.reopen(1).state == "open"
    forge.merge(1)
    with pytest.raises(ForgeError, match="is merged and cannot be opened"):
        forge.reopen(1)


def test_a_branch_that_is_merged_already(sandbox: Sandbox, bare: Path, forge: Forge) -> None:
    forge.create(PROPOSAL)
    tip = sandbox.git(bare, "rev-parse", PROPOSAL.head)
    sandbox.git(bare, "update-ref", "refs/heads/main", tip)
    assert forge.merge(1).merge_commit == tip


def test_what_is_not_there(sandbox: Sandbox, bare: Path, forge: Forge) -> None:
    with pytest.raises(ForgeError, match="there is no pull request 7"):
        forge.show(7)
    with pytest.raises(ForgeError, match="has no branch nope"):
        forge.create(Proposal("nope", "main", "t", "b"))
    with pytest.raises(GitError, match="is not a branch name"):
        forge.create(Proposal("--force", "main", "t", "b"))
    forge.create(PROPOSAL)
    sandbox.git(bare, "update-ref", "-d", f"refs/heads/{PROPOSAL.head}")
    assert forge.show(1).head_commit is None
    with pytest.raises(ForgeError, match="has no branch promote/prod/shop"):
        forge.merge(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is damaged"),
        ("{", "is damaged"),
        ('{"format": 2}', "written by another version"),
        ('{"format": 1, "state": "ajar"}', "is damaged: state 'ajar'"),
    ],
)
def test_records_of_others_are_read_with_care(
    sandbox: Sandbox, bare: Path, forge: Forge, text: str, message: str
) -> None:
    blob = sandbox.git(bare, "hash-object", "-w", "--stdin", stdin=text.encode())
    tree = sandbox.git(bare, "mktree", stdin=f"100644 blob {blob}\tpull.json\n".encode())
    forged = sandbox.git(
        bare, *["-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-m", "x"], tree
    )
    sandbox.git(bare, "update-ref", "refs/promote/pulls/1", forged)
    with pytest.raises(ForgeError, match=message):
        forge.pulls()


def test_an_unknown_forge_names_the_nearest(repository: Repository) -> None:
    config, identity = ForgeConfig(kind="locale"), repository.identity()
    with pytest.raises(ProjectError, match="'locale' is not supported") as caught:
        open_forge(config, repository.store, repository.remote(), identity, {})
    assert caught.value.hint == "use 'local'"


def _fork(sandbox: Sandbox, act: str, number: int) -> int:
    """One racer in a process of its own; returns its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        with sandbox.open(sandbox.folder / ("one", "two")[number % 2]) as repository:
            forge = _forge(repository)
            if act == "create":
                code = 10 + forge.create(PROPOSAL).number
            elif act == "merge":
                forge.merge(1)
                code = 0
            else:
                head = repository.remote().fetch("refs/heads/main")["refs/heads/main"]
                branch = f"topic/{number}"
                edits = {f"f{number}": b"x"}
                new = commit(repository.store, head, edits, "m", repository.identity())
                repository.remote().push([RefUpdate(f"refs/heads/{branch}", None, new)])
                code = 10 + forge.create(Proposal(branch, "main", branch, "")).number
    finally:
        os._exit(code)


def _race(sandbox: Sandbox, act: str, racers: int) -> list[int]:
    children = [_fork(sandbox, act, number) for number in range(racers)]
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_twenty_racers_open_one_pull_request(sandbox: Sandbox, bare: Path) -> None:
    assert _race(sandbox, "create", 20) == [11] * 20
    refs = [ref for ref in _refs(sandbox, bare) if ref.startswith("refs/promote/")]
    assert len([ref for ref in refs if "/pulls/" in ref]) == 1
    assert len([ref for ref in refs if "/open/" in ref]) == 1


def test_racers_of_different_branches_get_different_numbers(sandbox: Sandbox, bare: Path) -> None:
    assert bare.exists()
    assert sorted(_race(sandbox, "topic", 8)) == [11 + number for number in range(8)]


def test_racing_merges_merge_once(sandbox: Sandbox, bare: Path, forge: Forge) -> None:
    forge.create(PROPOSAL)
    assert _race(sandbox, "merge", 6) == [0] * 6
    assert sandbox.git(bare, "rev-list", "--merges", "--count", "main") == "1"


def test_a_merge_between_two_looks_is_seen(
    sandbox: Sandbox, bare: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.create(PROPOSAL)
    tip = LocalForge._tip  # noqa: SLF001 - to act between its two looks

    def late(self: LocalForge, branch: str) -> str:
        monkeypatch.setattr(LocalForge, "_tip", tip)
        assert _race(sandbox, "merge", 1) == [0]
        return tip(self, branch)

    monkeypatch.setattr(LocalForge, "_tip", late)
    assert forge.merge(1).state == "merged"
    assert sandbox.git(bare, "rev-list", "--merges", "--count", "main") == "1"


def _dying(after: int) -> Runner:
    """A runner whose process dies, as of SIGKILL, in place of its call number `after`."""
    left = after

    def runner(call: Call) -> Completed:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)
        return run_process(call)

    return runner


def _killed(sandbox: Sandbox, act: str, runner: Runner) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            program = Program(sandbox.environ, runner=runner)
            with Repository.open(sandbox.folder / "one", program=program) as repository:
                forge = _forge(repository)
                if act == "create":
                    forge.create(PROPOSAL)
                else:
                    forge.merge(1)
                code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(("act", "states"), [("create", 2), ("merge", 2)])
def test_killed_at_every_call_of_git_a_rerun_finishes(
    sandbox: Sandbox, bare: Path, forge: Forge, act: str, states: int
) -> None:
    """A push is all or nothing, so a kill leaves what was before it, or what is after."""
    if act == "merge":
        forge.create(PROPOSAL)
    start = sandbox.git(bare, "for-each-ref", "--format=update %(refname) %(objectname)")
    calls, seen = 0, set()
    while True:
        calls += 1
        code = _killed(sandbox, act, _dying(calls))
        refs = tuple(_refs(sandbox, bare))
        if refs not in seen:
            seen.add(refs)
            pull = forge.create(PROPOSAL) if act == "create" else forge.merge(1)
            assert (pull.number, pull.state) == (1, "open" if act == "create" else "merged")
            assert len(forge.pulls(None)) == 1
        if code == 0:
            break
        assert code == 9
        _reset(sandbox, bare, start)
    assert calls > 5
    assert len(seen) == states


def _reset(sandbox: Sandbox, bare: Path, start: str) -> None:
    now = sandbox.git(bare, "for-each-ref", "--format=delete %(refname)")
    sandbox.git(bare, "update-ref", "--stdin", stdin=(now + "\n").encode())
    sandbox.git(bare, "update-ref", "--stdin", stdin=(start + "\n").encode())


def _commit_ahead(forge: Forge) -> str:
    return forge.create(PROPOSAL).head_commit or ""


def test_checks_are_reported_in_place(
    sandbox: Sandbox, bare: Path, forge: Forge, other: Forge
) -> None:
    commit = _commit_ahead(forge)
    assert forge.checks(commit) == []
    forge.report(commit, Check("verify", "pending"))
    other.report(commit, Check("build", "success", "it built", "https://ci.example.com/1"))
    other.report(commit, Check("verify", "success"))
    assert [(check.name, check.state) for check in forge.checks(commit)] == [
        ("build", "success"),
        ("verify", "success"),
    ]
    tip = sandbox.git(bare, "rev-parse", f"refs/promote/checks/{commit}")
    forge.report(commit, Check("verify", "success"))
    assert sandbox.git(bare, "rev-parse", f"refs/promote/checks/{commit}") == tip


def test_a_merge_waits_for_the_approvals_that_the_project_asks_for(
    sandbox: Sandbox, bare: Path, repository: Repository
) -> None:
    assert bare.exists()
    store, remote = repository.store, repository.remote()
    ada = LocalForge(store, remote, repository.identity(), approvals=1)
    bob = LocalForge(store, remote, Identity("Bob", "bob@example.com"), approvals=1)
    ada.create(PROPOSAL)
    ada.review(1, "approved")
    with pytest.raises(ForgeError, match="has 0 of the 1 approvals"):
        ada.merge(1)
    bob.review(1, "changes requested", "not like this")
    with pytest.raises(ForgeError, match=r"Bob .* requested changes"):
        ada.merge(1)
    pull = bob.review(1, "approved")
    assert [(review.author[:3], review.state) for review in pull.reviews] == [
        ("Ada", "approved"),
        ("Bob", "approved"),
    ]
    work = sandbox.folder / "work"
    sandbox.commit(work, {"c": "1\n"}, "not looked at")
    sandbox.git(work, "push", "-q", "origin", "HEAD")
    with pytest.raises(ForgeError, match="has 0 of the 1 approvals"):
        ada.merge(1)
    bob.review(1, "approved")
    assert ada.merge(1).state == "merged"

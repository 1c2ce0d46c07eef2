from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from git_sandbox import Sandbox, snapshot

from promote.errors import BugError, GitError
from promote.git import GitTree, Program, RefUpdate, Repository, commit
from promote.git.program import Call, Completed, run_process

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "refs/heads/main"


def test_fetch_brings_what_the_clone_lacks_and_leaves_it_as_it_was(sandbox: Sandbox) -> None:
    work = sandbox.make()
    remote_dir = sandbox.bare(work)
    sandbox.git(work, "fetch", "-q", "origin")
    sandbox.git(sandbox.folder, "clone", "-q", str(remote_dir), "other")
    new = sandbox.commit(sandbox.folder / "other", {"README": "new\n"}, "second")
    sandbox.git(sandbox.folder / "other", "push", "-q", "origin", "main", "main:topic/a")
    before = snapshot(work)
    with sandbox.open(work) as repository:
        remote = repository.remote()
        assert remote.fetch(MAIN, "refs/heads/nope") == {MAIN: new}
        assert GitTree(repository, new).read("/README") == b"new\n"
        assert remote.fetch("refs/heads/topic/*") == {"refs/heads/topic/a": new}
        assert remote.fetch("refs/heads/none/*") == {}
        assert remote.refs("refs/heads/*") == {MAIN: new, "refs/heads/topic/a": new}
    assert snapshot(work) == before


def test_what_was_fetched_or_pushed_is_not_fetched_again(sandbox: Sandbox) -> None:
    work = sandbox.make()
    bare = sandbox.bare(work)
    calls: list[str] = []

    def counting(call: Call) -> Completed:
        calls.extend({"fetch", "ls-remote"} & {*call.argv})
        return run_process(call)

    with Repository.open(work, program=Program(sandbox.environ, runner=counting)) as repository:
        remote, head = repository.remote(), repository.resolve()
        for _ in range(3):
            assert remote.fetch("refs/heads/*", "refs/heads/none") == {MAIN: head}
        assert calls.count("fetch") == 1
        new = commit(repository.store, head, {"f": b"1"}, "m", repository.identity())
        assert remote.push([RefUpdate(MAIN, head, new)]) == "done"
        assert remote.fetch(MAIN) == {MAIN: new}
        assert calls.count("fetch") == 1
        sandbox.git(bare, "update-ref", "refs/heads/other", head)
        assert remote.fetch("refs/heads/*") == {MAIN: new, "refs/heads/other": head}
        assert calls.count("fetch") == 1, "another name for what is here"
        sandbox.commit(work, {"README": "new\n"}, "second")
        newest = sandbox.git(work, "rev-parse", "HEAD")
        sandbox.git(work, "push", "-q", "-f", "origin", "main")
        assert remote.fetch(MAIN) == {MAIN: newest}
        assert GitTree(repository, newest).read("/README") == b"new\n"
        assert calls.count("fetch") == 2


def test_a_ref_that_ends_alike_is_another_ref(sandbox: Sandbox) -> None:
    work = sandbox.make()
    bare = sandbox.bare(work)
    sandbox.git(bare, "update-ref", "refs/x/refs/heads/topic", MAIN)
    with sandbox.open(work) as repository:
        assert repository.remote().refs("refs/heads/topic") == {}


def test_push_is_all_or_nothing_with_a_lease_on_each(sandbox: Sandbox) -> None:
    work = sandbox.make()
    bare = sandbox.bare(work)
    before = snapshot(work)
    with sandbox.open(work) as repository:
        remote, head, who = repository.remote(), repository.resolve(), repository.identity()
        new = commit(repository.store, head, {"f": b"1"}, "m", who)
        create = RefUpdate("refs/heads/promote/a", None, new)
        assert remote.push([create, RefUpdate(MAIN, head, new)]) == "done"
        assert remote.push([create, RefUpdate(MAIN, head, new)]) == "done", "pushed again"
        newer = commit(repository.store, new, {"f": b"2"}, "m", who)
        stale = [RefUpdate("refs/heads/b", None, newer), RefUpdate(MAIN, head, newer)]
        assert remote.push(stale) == "lost"
        assert "refs/heads/b" not in remote.refs("refs/heads/*")
        assert remote.push([RefUpdate("refs/heads/promote/a", None, newer)]) == "lost"
        assert remote.push([RefUpdate("refs/heads/promote/a", new, None)]) == "done"
        assert list(remote.refs("refs/heads/*")) == [MAIN]
    assert sandbox.git(bare, "rev-parse", MAIN) == new
    assert snapshot(work) == before


def test_commits_are_not_lost_by_a_push(sandbox: Sandbox) -> None:
    work = sandbox.make()
    sandbox.bare(work)
    with sandbox.open(work) as repository:
        remote, head, who = repository.remote(), repository.resolve(), repository.identity()
        theirs = commit(repository.store, head, {"f": b"theirs"}, "m", who)
        ours = commit(repository.store, head, {"f": b"ours"}, "m", who)
        assert remote.push([RefUpdate("refs/heads/a", None, theirs)]) == "done"
        with pytest.raises(BugError, match="would lose commits"):
            remote.push([RefUpdate("refs/heads/a", theirs, ours)])
        update = RefUpdate("refs/heads/a", theirs, ours, rewrite=True)
        assert remote.push([update]) == "done"


def test_an_unreachable_remote(sandbox: Sandbox) -> None:
    work = sandbox.make()
    sandbox.git(work, "remote", "add", "origin", "../gone.git")
    with sandbox.open(work) as repository:
        remote = repository.remote()
        with pytest.raises(GitError) as caught:
            remote.fetch(MAIN)
        with pytest.raises(GitError, match="cannot read the remote origin"):
            remote.push([RefUpdate("refs/heads/x", None, repository.resolve())])
    gone = sandbox.folder / "gone.git"
    assert str(caught.value) == (
        f"cannot read the remote origin ({gone}): '{gone}' does not appear to be a git repository"
        "\n  does `git ls-remote origin` work?"
    )


def test_a_remote_that_refuses_says_why(sandbox: Sandbox) -> None:
    work = sandbox.make()
    bare = sandbox.bare(work)
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with (
        sandbox.open(work) as repository,
        pytest.raises(GitError, match=r"cannot push to origin.*pre-receive hook declined"),
    ):
        repository.remote().push([RefUpdate("refs/heads/x", None, repository.resolve())])


def test_a_lost_answer_is_found_out(sandbox: Sandbox) -> None:
    """The push arrives, and the connection breaks before its answer does."""
    work = sandbox.make()
    sandbox.bare(work)

    def lossy(call: Call) -> Completed:
        done = run_process(call)
        return Completed(128, b"", b"fatal: hung up") if "push" in call.argv else done

    with Repository.open(work, program=Program(sandbox.environ, runner=lossy)) as repository:
        update = RefUpdate("refs/heads/x", None, repository.resolve())
        assert repository.remote().push([update]) == "done"


@pytest.mark.parametrize(
    ("said", "times", "asked"),
    [
        ("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", 2, 3),
        ("fatal: unable to access 'https://f/': The requested URL returned error: 503", 99, 4),
        ("fatal: unable to access 'https://f/': The requested URL returned error: 403", 99, 1),
    ],
)
def test_a_server_that_is_not_there_for_a_moment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, said: str, times: int, asked: int
) -> None:
    work = sandbox.make()
    sandbox.bare(work)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    calls: list[Call] = []

    def failing(call: Call) -> Completed:
        if "ls-remote" not in call.argv:
            return run_process(call)
        calls.append(call)
        return Completed(128, b"", said.encode()) if len(calls) <= times else run_process(call)

    with Repository.open(work, program=Program(sandbox.environ, runner=failing)) as repository:
        remote = repository.remote()
        if asked > times:
            assert MAIN in remote.refs("refs/heads/*")
        else:
            with pytest.raises(GitError, match="returned error"):
                remote.refs("refs/heads/*")
    assert len(calls) == asked


def test_a_remote_that_hangs_is_cut_off(sandbox: Sandbox) -> None:
    work = sandbox.make()
    sandbox.git(work, "remote", "add", "origin", "ssh://git@forge.invalid/x")
    started = time.monotonic()
    slow = Program({**sandbox.environ, "GIT_SSH_COMMAND": "sleep 60 #"}, network_seconds=0.3)
    with (
        Repository.open(work, program=slow) as repository,
        pytest.raises(GitError, match="git ls-remote did not end within 0 s"),
    ):
        repository.remote().fetch(MAIN)
    assert time.monotonic() - started < 10


class TestShallow:
    @pytest.fixture
    def clone(self, sandbox: Sandbox) -> Path:
        work = sandbox.make()
        bare = sandbox.bare(work)
        for number in range(3):
            sandbox.commit(work, {"f": str(number)}, f"number {number}")
        sandbox.git(work, "push", "-q", "origin", "main")
        sandbox.git(sandbox.folder, "clone", "-q", "--depth=1", f"file://{bare}", "clone")
        return sandbox.folder / "clone"

    def test_is_deepened_in_private(self, sandbox: Sandbox, clone: Path) -> None:
        before = snapshot(clone)
        with sandbox.open(clone) as repository:
            assert repository.store.shallow
            tip = repository.remote().fetch(MAIN)[MAIN]
            assert len(repository.history.log(tip)) == 1
            repository.remote().fetch(MAIN, history=True)
            assert len(repository.history.log(tip)) == 4
            assert not (repository.store.git_dir / "shallow").exists()
        assert snapshot(clone) == before

    def test_can_be_committed_on_and_pushed(self, sandbox: Sandbox, clone: Path) -> None:
        with sandbox.open(clone) as repository:
            head = repository.resolve()
            new = commit(repository.store, head, {"f": b"x"}, "m", repository.identity())
            assert repository.remote().push([RefUpdate(MAIN, head, new)]) == "done"

    def test_a_question_of_history_is_refused(self, sandbox: Sandbox, clone: Path) -> None:
        orphan = sandbox.git(
            clone, "commit-tree", "-m", "x", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        )
        with (
            sandbox.open(clone) as repository,
            pytest.raises(GitError, match="the clone is shallow"),
        ):
            repository.history.merge_base(repository.resolve(), orphan)


class TestHistory:
    def test_log_by_path_and_first_parent(self, sandbox: Sandbox) -> None:
        work = sandbox.make()
        first = sandbox.git(work, "rev-parse", "HEAD")
        sandbox.git(work, "checkout", "-qb", "topic")
        message = "subject\n\nbody\n\nRelease: a1\nFrom: dev\nRelease: b2"
        topic = sandbox.commit(work, {"a/x": "1"}, message)
        sandbox.git(work, "checkout", "-q", "main")
        sandbox.commit(work, {"b": "1"}, "other")
        sandbox.git(work, "merge", "-q", "--no-ff", "-m", "merge", "topic")
        with sandbox.open(work) as repository:
            history, head = repository.history, repository.resolve()
            by_path = history.log(head, paths=["/a"])
            assert [commit.object_id for commit in by_path] == [topic]
            assert by_path[0].trailer("release") == "b2"
            assert by_path[0].trailers[1] == ("From", "dev")
            landed = history.log(head, paths=["a"], first_parent=True)
            assert [commit.subject for commit in landed] == ["merge"]
            between = history.log(head, since=first)
            assert {commit.subject for commit in between} == {"merge", "other", "subject"}
            assert len(history.log(head, limit=2)) == 2
            assert history.merge_base(head, topic) == topic
            assert history.is_ancestor(first, head)
            assert not history.is_ancestor(head, first)

    def test_conflicts_are_named(self, sandbox: Sandbox) -> None:
        with sandbox.open(sandbox.make()) as repository:
            head, who = repository.resolve(), repository.identity()
            store = repository.store
            ours = commit(store, head, {"README": b"ours\n", "a": b"1"}, "m", who)
            theirs = commit(store, head, {"README": b"theirs\n", "b": b"2"}, "m", who)
            assert repository.history.merge(ours, theirs).conflicts == ("README",)
            clean = commit(store, head, {"b": b"2"}, "m", who)
            merged = repository.history.merge(ours, clean)
            assert merged.conflicts == ()
            assert set(store.tree(merged.tree)) == {"README", "a", "b", "overlays"}


def test_racing_pushes_have_one_winner(sandbox: Sandbox) -> None:
    work = sandbox.make()
    bare = sandbox.bare(work)
    children = []
    for number in range(8):
        child = os.fork()
        if child == 0:
            code = 2
            try:
                with sandbox.open(work) as repository:
                    head = repository.resolve()
                    edits = {"f": str(number).encode()}
                    new = commit(repository.store, head, edits, "m", repository.identity())
                    outcome = repository.remote().push([RefUpdate(MAIN, head, new)])
                    code = 0 if outcome == "done" else 1
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(codes) == [0] + [1] * 7
    assert sandbox.git(bare, "rev-list", "--count", MAIN) == "2"

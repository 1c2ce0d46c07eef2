from __future__ import annotations

import os

import pytest
from git_sandbox import Sandbox, snapshot

from promote.errors import FileMissingError, GitError
from promote.git import GitTree, Identity, Repository, commit


def test_not_a_repository(sandbox: Sandbox) -> None:
    with pytest.raises(GitError, match="is not in a Git repository"):
        sandbox.open(sandbox.folder)


def test_empty_repository(sandbox: Sandbox) -> None:
    sandbox.git(sandbox.folder, "init", "-q", "empty")
    with (
        sandbox.open(sandbox.folder / "empty") as repository,
        pytest.raises(GitError, match="has no commit yet"),
    ):
        repository.resolve()


def test_no_git_program(sandbox: Sandbox) -> None:
    with pytest.raises(GitError, match="not installed"):
        sandbox.program(PATH="/nowhere")


def test_an_old_git_is_refused(sandbox: Sandbox) -> None:
    work = sandbox.make()
    old = sandbox.folder / "old"
    old.mkdir()
    (old / "git").write_text("#!/bin/sh\necho git version 2.30.2\n")
    (old / "git").chmod(0o755)
    with pytest.raises(GitError, match=r"2\.30\.2 is too old"):
        Repository.open(work, program=sandbox.program(PATH=str(old)))


@pytest.mark.parametrize("where", ["work", "work/overlays/dev", "work/.git", "bare", "linked"])
def test_every_kind_of_repository_reads_alike(sandbox: Sandbox, where: str) -> None:
    work = sandbox.make()
    sandbox.git(sandbox.folder, "clone", "-q", "--bare", "work", "bare")
    sandbox.git(work, "worktree", "add", "-q", "--detach", str(sandbox.folder / "linked"))
    with sandbox.open(sandbox.folder / where) as repository:
        tree = GitTree(repository, repository.resolve())
        assert tree.read("/README") == b"hello\n"
        assert (repository.top is None) == (where == "bare")


def test_a_linked_work_tree_has_its_own_head(sandbox: Sandbox) -> None:
    work = sandbox.make()
    first = sandbox.git(work, "rev-parse", "HEAD")
    sandbox.git(work, "worktree", "add", "-q", "--detach", str(sandbox.folder / "linked"))
    second = sandbox.commit(work, {"README": "new\n"}, "second")
    with sandbox.open(sandbox.folder / "linked") as linked, sandbox.open(work) as main:
        assert (linked.resolve(), main.resolve()) == (first, second)
        assert linked.resolve("main") == second


def test_a_buried_bare_repository_is_passed_over(sandbox: Sandbox) -> None:
    work = sandbox.make()
    buried = work / "fixtures" / "evil.git"
    buried.parent.mkdir()
    sandbox.git(sandbox.folder, "clone", "-q", "--bare", "work", str(buried))
    sandbox.git(buried, "config", "core.fsmonitor", f"touch {sandbox.folder}/canary")
    with sandbox.open(buried) as repository:
        assert repository.top == work


def test_sha256(sandbox: Sandbox) -> None:
    sandbox.git(sandbox.folder, "init", "-q", "--object-format=sha256", "work")
    work = sandbox.folder / "work"
    head = sandbox.commit(work, {"a/b": "x"}, "first")
    with sandbox.open(work) as repository:
        assert repository.resolve() == head
        new = commit(repository.store, head, {"a/c": b"y"}, "m", Identity("A", "a@x"))
        assert GitTree(repository, new).entries("/a") == ["b", "c"]


def test_an_unknown_revision_and_an_option(sandbox: Sandbox) -> None:
    with sandbox.open(sandbox.make()) as repository:
        with pytest.raises(GitError, match="has no commit 'nope'"):
            repository.resolve("nope")
        with pytest.raises(GitError, match="is not a revision"):
            repository.resolve("--output=canary")
    assert not list(sandbox.folder.rglob("canary"))


def test_a_remote_that_is_not_there(sandbox: Sandbox) -> None:
    work = sandbox.make()
    sandbox.bare(work)
    with sandbox.open(work) as repository, pytest.raises(GitError) as caught:
        repository.remote("orign")
    assert str(caught.value) == ("the repository has no remote 'orign'\n  did you mean 'origin'?")


def test_identity(sandbox: Sandbox) -> None:
    work = sandbox.make()
    with sandbox.open(work) as repository:
        assert repository.identity() == Identity("Ada", "ada@example.com")
    changed = sandbox.program(GIT_AUTHOR_NAME="Eve", GIT_AUTHOR_EMAIL="eve@example.com")
    with Repository.open(work, program=changed) as repository:
        assert repository.identity() == Identity("Eve", "eve@example.com")
    (sandbox.folder / "home" / ".gitconfig").unlink()
    with sandbox.open(work) as repository, pytest.raises(GitError, match="who you are"):
        repository.identity()


def test_reading_and_committing_leave_every_byte_of_the_users(sandbox: Sandbox) -> None:
    work = sandbox.make()
    (work / "README").write_text("unstaged\n")
    (work / "staged").write_text("staged\n")
    sandbox.git(work, "add", "staged")
    (work / "untracked").write_text("untracked\n")
    sandbox.git(work, "checkout", "-q", "--detach")
    before = snapshot(work)
    with sandbox.open(work) as repository:
        head = repository.resolve()
        new = commit(repository.store, head, {"README": b"ours\n"}, "m", repository.identity())
        assert GitTree(repository, new).read("/README") == b"ours\n"
        assert "staged" not in GitTree(repository, new).entries("/")
    assert snapshot(work) == before


def test_nothing_is_left_in_the_temporary_folder(sandbox: Sandbox) -> None:
    with sandbox.open(sandbox.make()) as repository:
        private = repository.store.git_dir
        GitTree(repository, repository.resolve()).read("/README")
        assert private.stat().st_mode & 0o077 == 0
    assert not private.exists()


class TestTree:
    def test_bytes_are_those_of_the_commit(self, sandbox: Sandbox) -> None:
        text = b"a: 1\r\nb: 2\n\xff"
        work = sandbox.make(files={".gitattributes": "* text eol=crlf\n", "x.yaml": "a\n"})
        blob = sandbox.git(work, "hash-object", "-w", "--stdin", "--no-filters", stdin=text)
        sandbox.git(work, "update-index", "--cacheinfo", f"100755,{blob},x.yaml")
        sandbox.git(work, "commit", "-qm", "crlf")
        with sandbox.open(work) as repository:
            head = repository.resolve()
            assert GitTree(repository, head).read("/x.yaml") == text
            new = commit(repository.store, head, {"/x.yaml": b"z\r\n"}, "m", repository.identity())
            assert GitTree(repository, new).read("/x.yaml") == b"z\r\n"
            old_root = repository.store.tree(repository.store.commit(head).tree)
            new_root = repository.store.tree(repository.store.commit(new).tree)
            assert new_root["x.yaml"].mode == old_root["x.yaml"].mode == "100755"

    def test_kinds_entries_and_errors(self, sandbox: Sandbox) -> None:
        with sandbox.open(sandbox.make()) as repository:
            tree = GitTree(repository, repository.resolve())
            assert tree.entries("/") == ["README", "overlays"]
            assert tree.entries("/overlays/dev") == ["kustomization.yaml"]
            assert (tree.kind("/overlays"), tree.kind("/README")) == ("directory", "file")
            assert tree.kind("/nope/nope") is None
            assert tree.resolve("/overlays/./dev/../dev") == "/overlays/dev"
            assert tree.display("/overlays/dev") == "overlays/dev"
            for path in ("/nope", "/overlays", "/README/x", "/../README"):
                with pytest.raises(FileMissingError):
                    tree.read(path)
            with pytest.raises(FileMissingError, match="there is no directory README"):
                tree.entries("/README")

    def test_links_inside_are_followed_and_others_are_not(self, sandbox: Sandbox) -> None:
        work = sandbox.make()
        secret = sandbox.folder / "secret"
        secret.write_text("secret")
        links = {
            "inside": "overlays/dev",
            "up": "overlays/../README",
            "absolute": str(secret),
            "out": "../secret",
            "loop": "loop",
        }
        for name, target in links.items():
            (work / name).symlink_to(target)
        sandbox.commit(work, {}, "links")
        with sandbox.open(work) as repository:
            tree = GitTree(repository, repository.resolve())
            assert tree.read("/inside/kustomization.yaml") == b"a: 1\n"
            assert tree.resolve("/inside/x") == "/overlays/dev/x"
            assert tree.read("/up") == b"hello\n"
            for name in ("absolute", "out", "loop"):
                assert tree.kind(f"/{name}") is None
                with pytest.raises(FileMissingError):
                    tree.read(f"/{name}")
            with pytest.raises(GitError, match="symbolic link"):
                commit(repository.store, tree.commit, {"up": b"x"}, "m", repository.identity())

    def test_submodules_are_not_followed(self, sandbox: Sandbox) -> None:
        work = sandbox.make()
        head = sandbox.git(work, "rev-parse", "HEAD")
        modules = f'[submodule "s"]\n\tpath = s\n\turl = ext::touch {sandbox.folder}/canary\n'
        (work / ".gitmodules").write_text(modules)
        sandbox.git(work, "add", ".gitmodules")
        sandbox.git(work, "update-index", "--add", "--cacheinfo", f"160000,{head},s")
        sandbox.git(work, "commit", "-qm", "submodule")
        with sandbox.open(work) as repository:
            tree = GitTree(repository, repository.resolve())
            assert tree.kind("/s") is None
            assert tree.kind("/s/README") is None
            with pytest.raises(FileMissingError, match="submodule"):
                tree.read("/s")
            new = commit(repository.store, tree.commit, {"a": b"x"}, "m", repository.identity())
            root = repository.store.tree(repository.store.commit(new).tree)
            assert root["s"].mode == "160000"
        assert not (sandbox.folder / "canary").exists()

    def test_case_and_odd_names(self, sandbox: Sandbox) -> None:
        odd = os.fsdecode(b"\xff.yaml")
        work = sandbox.make(files={"a": "1", "A": "2", odd: "3", "new\nline": "4"})
        with sandbox.open(work) as repository:
            tree = GitTree(repository, repository.resolve())
            assert [tree.read(f"/{name}") for name in ("a", "A", odd)] == [b"1", b"2", b"3"]
            new = commit(repository.store, tree.commit, {"b": b"5"}, "m", repository.identity())
            assert GitTree(repository, new).read("/new\nline") == b"4"

    def test_a_very_large_file_is_refused(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("promote.git.store.LARGEST_OBJECT", 10)
        work = sandbox.make(files={"big": "x" * 11, "small": "x"})
        with sandbox.open(work) as repository:
            # The commit itself has more than 10 bytes.
            monkeypatch.setattr("promote.git.store.LARGEST_OBJECT", 10_000)
            tree = GitTree(repository, repository.resolve())
            tree.entries("/")
            monkeypatch.setattr("promote.git.store.LARGEST_OBJECT", 10)
            with pytest.raises(GitError, match="too large"):
                tree.read("/big")
            assert tree.read("/small") == b"x"


class TestCommit:
    def test_edits_create_change_and_delete(self, sandbox: Sandbox) -> None:
        work = sandbox.make(files={"a/b/c": "1", "a/d": "2", "e": "3"})
        with sandbox.open(work) as repository:
            head = repository.resolve()
            edits = {"a/b/c": None, "a/d": b"4", "x/y/z": b"5"}
            new = commit(repository.store, head, edits, "why\n\nbody", repository.identity())
            tree = GitTree(repository, new)
            assert (tree.entries("/"), tree.entries("/a")) == (["a", "e", "x"], ["d"])
            assert (tree.read("/a/d"), tree.read("/x/y/z")) == (b"4", b"5")
            record = repository.store.commit(new)
            assert record.parents == (head,)
            assert (record.subject, str(record.author)) == ("why", "Ada <ada@example.com>")

    def test_no_change_is_no_commit(self, sandbox: Sandbox) -> None:
        with sandbox.open(sandbox.make()) as repository:
            head = repository.resolve()
            edits = {"README": b"hello\n", "nope": None}
            assert commit(repository.store, head, edits, "m", repository.identity()) == head

    @pytest.mark.parametrize(
        "path", ["../x", "/../x", "a/../../x", ".git/config", "a/.GIT/hooks/x", "", "a//b", "a/."]
    )
    def test_paths_that_leave_the_tree(self, sandbox: Sandbox, path: str) -> None:
        with sandbox.open(sandbox.make()) as repository, pytest.raises(GitError, match="not the"):
            commit(repository.store, repository.resolve(), {path: b""}, "m", repository.identity())

    def test_a_file_is_not_a_directory(self, sandbox: Sandbox) -> None:
        with sandbox.open(sandbox.make()) as repository:
            head, who = repository.resolve(), repository.identity()
            with pytest.raises(GitError, match="README is not a directory"):
                commit(repository.store, head, {"README/x": b""}, "m", who)
            with pytest.raises(GitError, match="overlays is a directory"):
                commit(repository.store, head, {"overlays": b""}, "m", who)

    def test_an_author_cannot_forge_a_header(self, sandbox: Sandbox) -> None:
        with sandbox.open(sandbox.make()) as repository:
            head = repository.resolve()
            author = Identity("A\nparent 0", "a@x>\ncommitter B <b")
            new = commit(repository.store, head, {"x": b""}, "m", author)
            assert repository.store.commit(new).parents == (head,)

"""What a repository, a remote or an environment plants must not run, and must not be believed."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote.errors import BugError, GitError
from promote.git import GitTree, RefUpdate, Repository, commit
from promote.git.credentials import authenticate
from promote.git.program import COMMANDS, Call, Completed, Program, run_process

if TYPE_CHECKING:
    from git_sandbox import Sandbox


@pytest.fixture
def canary(sandbox: Sandbox) -> Path:
    return sandbox.folder / "canary"


def _script(path: Path, canary: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho ran $0 >> {canary}\ncat\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _plant(sandbox: Sandbox, work: Path, canary: Path) -> None:
    """Everything in a git directory that is known to make git run something."""
    script = _script(sandbox.folder / "evil", canary)
    for hook in (
        *("pre-commit", "commit-msg", "post-commit", "pre-push", "reference-transaction"),
        *("post-index-change", "fsmonitor-watchman", "post-checkout", "post-merge", "pre-auto-gc"),
    ):
        _script(work / ".git" / "hooks" / hook, canary)
    settings = {
        "core.fsmonitor": script,
        "core.sshCommand": script,
        "core.gitProxy": script,
        "core.askPass": script,
        "core.pager": script,
        "core.editor": script,
        "core.alternateRefsCommand": script,
        "core.attributesFile": str(sandbox.folder / "attributes"),
        "credential.helper": f"!{script}",
        "diff.external": script,
        "diff.evil.textconv": script,
        "filter.evil.clean": script,
        "filter.evil.smudge": script,
        "filter.evil.process": script,
        "merge.evil.driver": script,
        "gpg.program": script,
        "commit.gpgSign": "true",
        "push.gpgSign": "if-asked",
        "log.showSignature": "true",
        "uploadpack.packObjectsHook": script,
        "remote.origin.uploadpack": script,
        "remote.origin.receivepack": script,
        "remote.origin.vcs": "evil",
        "alias.push": f"!{script}",
        "protocol.ext.allow": "always",
        "trailer.evil.command": script,
        "gc.recentObjectsHook": script,
        "include.path": str(sandbox.folder / "included"),
    }
    (sandbox.folder / "included").write_text(f'[url "ext::{script} %S "]\n\tinsteadOf = /\n')
    (sandbox.folder / "attributes").write_text("* filter=evil diff=evil merge=evil\n")
    for key, value in settings.items():
        sandbox.git(work, "config", key, value)


def test_nothing_planted_in_a_repository_runs(sandbox: Sandbox, canary: Path) -> None:
    attributes = "* filter=evil diff=evil merge=evil text eol=crlf\n"
    work = sandbox.make(files={".gitattributes": attributes, "f": "1\n2\n3\n4\n5\n6\n7\n8\n"})
    sandbox.bare(work)
    head = sandbox.git(work, "rev-parse", "HEAD")
    _plant(sandbox, work, canary)
    with sandbox.open(work) as repository:
        store, who, remote = repository.store, repository.identity(), repository.remote()
        assert repository.resolve("main") == head
        ours = commit(store, head, {"f": b"0\n2\n3\n4\n5\n6\n7\n8\n"}, "ours", who)
        theirs = commit(store, head, {"f": b"1\n2\n3\n4\n5\n6\n7\n9\n"}, "theirs", who)
        merged = repository.history.merge(ours, theirs)
        assert merged.conflicts == ()
        assert repository.history.log(ours, paths=["f"])
        assert GitTree(repository, ours).read("/f").startswith(b"0\n")
        assert remote.fetch("refs/heads/*") == {"refs/heads/main": head}
        assert remote.push([RefUpdate("refs/heads/new", None, ours)]) == "done"
    assert not canary.exists(), canary.read_text()


def test_the_canary_can_sing(sandbox: Sandbox, canary: Path) -> None:
    work = sandbox.make()
    _script(work / ".git" / "hooks" / "pre-commit", canary)
    sandbox.git(work, "commit", "--allow-empty", "-qm", "x")
    assert canary.exists()


@pytest.mark.parametrize("url", ["ext::sh -c 'touch %C'", "--upload-pack=touch %C", "-oProxy=%C"])
def test_hostile_addresses_in_the_configuration(sandbox: Sandbox, canary: Path, url: str) -> None:
    work = sandbox.make()
    config = work / ".git" / "config"
    address = url.replace("%C", str(canary))
    config.write_text(config.read_text() + f'[remote "origin"]\n\turl = "{address}"\n')
    with (
        sandbox.open(work) as repository,
        pytest.raises(GitError, match="not one that promote uses"),
    ):
        repository.remote()
    assert not canary.exists()


@pytest.mark.parametrize("ref", ["--force", "refs/heads/$(touch canary)", "-d", "refs/heads/../x"])
def test_hostile_refs_are_not_pushed_or_fetched(sandbox: Sandbox, ref: str) -> None:
    work = sandbox.make()
    sandbox.bare(work)
    with sandbox.open(work) as repository:
        remote, head = repository.remote(), repository.resolve()
        with pytest.raises(GitError):
            remote.push([RefUpdate(ref, None, head)])
        with pytest.raises(GitError):
            remote.fetch(ref)


def test_nothing_that_looks_like_an_option_reaches_git(sandbox: Sandbox) -> None:
    program = sandbox.program()
    with pytest.raises(GitError):
        program.run("resolve", "--output=x")
    with pytest.raises(GitError):
        program.run("log", "0" * 40, paths=["--output=x"])
    with pytest.raises(BugError):
        program.run("push", options=["--receive-pack=touch x"])
    assert all("--exec" not in command for command in COMMANDS.values())


def test_the_environment_cannot_redirect_git(sandbox: Sandbox, canary: Path) -> None:
    work, other = sandbox.make(), sandbox.make("other", {"f": "other"})
    script = _script(sandbox.folder / "evil", canary)
    program = sandbox.program(
        GIT_DIR=str(other / ".git"),
        GIT_WORK_TREE=str(other),
        GIT_INDEX_FILE=str(other / "index"),
        GIT_OBJECT_DIRECTORY=str(other / ".git" / "objects"),
        GIT_EXTERNAL_DIFF=script,
        GIT_PROXY_COMMAND=script,
        GIT_EDITOR=script,
        GIT_PAGER=script,
        GIT_TRACE=str(canary),
        GIT_TRACE_CURL=str(canary),
        GIT_NAMESPACE="evil",
        GIT_REPLACE_REF_BASE="refs/heads/",
        GIT_CONFIG_PARAMETERS=f"'core.fsmonitor'='{script}'",
    )
    with Repository.open(work, program=program) as repository:
        assert GitTree(repository, repository.resolve()).read("/README") == b"hello\n"
    assert not canary.exists()


def test_replacement_refs_are_not_believed(sandbox: Sandbox) -> None:
    work = sandbox.make()
    head = sandbox.git(work, "rev-parse", "HEAD")
    other = sandbox.commit(work, {"README": "forged\n"}, "second")
    sandbox.git(work, "replace", head, other)
    with sandbox.open(work) as repository:
        assert GitTree(repository, head).read("/README") == b"hello\n"


def test_a_damaged_object_is_an_error(sandbox: Sandbox) -> None:
    work = sandbox.make()
    blob = sandbox.git(work, "rev-parse", "HEAD:README")
    (work / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with sandbox.open(work) as repository:
        tree = GitTree(repository, repository.resolve())
        with pytest.raises(GitError, match="has no blob"):
            tree.read("/README")


def test_the_users_own_helper_and_token_do_not_show(sandbox: Sandbox) -> None:
    """A password in the address is passed to git in a private file, and never printed."""
    work = sandbox.make()
    seen = sandbox.folder / "argv"
    wrapper = sandbox.folder / "bin" / "git"
    wrapper.parent.mkdir()
    real = sandbox.git(work, "--exec-path")
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real}/git "$@"\n')
    wrapper.chmod(0o755)
    sandbox.git(work, "remote", "add", "origin", "https://ada:hunter22@127.0.0.1:1/x.git")
    program = sandbox.program(PATH=f"{wrapper.parent}:{sandbox.environ['PATH']}")
    with Repository.open(work, program=program) as repository:
        with pytest.raises(GitError) as caught:
            repository.remote().fetch("refs/heads/main")
        private = repository.store.git_dir
        assert "hunter22" in (private / "config").read_text()
    assert "ls-remote" in seen.read_text()
    assert "hunter22" not in str(caught.value) + seen.read_text()


def test_a_token_that_a_server_repeats_is_not_shown(sandbox: Sandbox) -> None:
    token = "s3cret-of-no-known-form"  # noqa: S105 - nobody's
    shown = [token, base64.b64encode(f"promote:{token}".encode()).decode()]

    def repeat(call: Call) -> Completed:
        if call.environment["GIT_ALLOW_PROTOCOL"] == "none":
            return run_process(call)
        said = f"remote: who is {shown[0]}, {shown[1]}?\nfatal: {shown[0]} {shown[1]}\n"
        return Completed(128, f"! refs/x\t{shown[0]}\n".encode(), said.encode())

    work = sandbox.make()
    sandbox.git(work, "remote", "add", "origin", "https://forge.example/x.git")
    program = Program(sandbox.environ, runner=repeat)
    with Repository.open(work, program=program) as repository:
        remote = repository.remote()
        authenticate(repository.store, remote.url, "promote", token)
        head = repository.resolve("refs/heads/main")
        with pytest.raises(GitError) as read:
            remote.refs("refs/heads/main")
        with pytest.raises(GitError) as pushed:
            remote.push([RefUpdate("refs/heads/new", None, head)])
    for caught in (read, pushed):
        assert "***" in str(caught.value)
        assert not any(secret in str(caught.value) for secret in shown)


def test_the_users_settings_are_carried_and_the_repositorys_are_not(sandbox: Sandbox) -> None:
    work = sandbox.make()
    home = Path(sandbox.environ["HOME"])
    with (home / ".gitconfig").open("a") as file:
        file.write('[credential "https://forge.example"]\n\thelper = "!mine \\"q\\""\n')
        file.write("[core]\n\tsshCommand = ssh -i mine\n\tfsmonitor = theirs\n")
    header = "http.https://forge.example/.extraheader"
    sandbox.git(work, "config", header, "AUTHORIZATION: basic eA==")
    sandbox.git(work, "config", "credential.helper", "!theirs")
    with sandbox.open(work) as repository:
        settings = dict(repository.configuration.carried())
        private = repository.store.git_dir / "user.gitconfig"
        written = sandbox.git(work, "config", "--file", str(private), "--list")
    assert settings == {
        "credential.https://forge.example.helper": '!mine "q"',
        "core.sshcommand": "ssh -i mine",
        header: "AUTHORIZATION: basic eA==",
    }
    assert written.splitlines() == [f"{key}={value}" for key, value in settings.items()]

"""The one place that starts git: a table of commands, checked arguments, a clean environment."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import BugError, GitError
from promote.git.credentials import secrets_of
from promote.git.names import scrub

if TYPE_CHECKING:
    from pathlib import Path

GLOBAL_OPTIONS: Final = (
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.attributesFile=/dev/null"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "credential.interactive=never"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)

_LOG_FORMAT = "--format=tformat:%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "version": ("version",),
    "configuration": ("config", "--list", "-z", "--show-scope", "--includes"),
    "resolve": ("rev-parse", "--verify", "--quiet"),
    "read objects": ("cat-file", "--batch"),
    "write blob": ("hash-object", "-w", "--stdin", "--no-filters", "-t", "blob"),
    "write tree": ("mktree", "-z"),
    "write commit": ("hash-object", "-w", "--stdin", "--no-filters", "-t", "commit"),
    "merge trees": ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"),
    "merge base": ("merge-base",),
    "is ancestor": ("merge-base", "--is-ancestor"),
    "log": ("log", "-z", "--no-show-signature", "--no-color", _LOG_FORMAT),
    "line": (
        *("log", "-z", "--no-show-signature", "--no-color", "--first-parent"),
        *("--diff-merges=first-parent", "--raw", "--no-renames", "--format=tformat:%H %ct"),
    ),
    "renames": (
        *("diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status"),
        "--no-commit-id",
    ),
    "blame": ("blame", "--porcelain"),
    "verify commit": ("verify-commit", "--raw"),
    "refs": ("for-each-ref", "--format=%(objectname) %(refname)"),
    "remote refs": ("ls-remote", "--quiet", "--refs"),
    "remote tips": ("ls-remote", "--quiet"),
    "fetch": (
        *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--force", "--prune"),
        *("--no-recurse-submodules", "--no-auto-maintenance", "--no-show-forced-updates"),
    ),
    "push": (
        *("push", "--quiet", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags"),
        *("--recurse-submodules=no", "--no-signed"),
    ),
}
"""Everything that git is ever asked to do. Names from outside come after `--end-of-options`."""

# It knows no such mark; no argument begins with a dash in any case.
_WITHOUT_END = frozenset({"blame"})

_VARIABLE_OPTION = re.compile(
    r"--force-with-lease=refs/[^\s:]+:(?:[0-9a-f]{40,64})?|--max-count=[0-9]+|--first-parent|--unshallow|--depth=1"
    r"|-L[0-9]+,[0-9]+"
)

# GIT_DIR and its kin point git at another repository; GIT_TRACE* print tokens; GIT_CONFIG_* and
# GIT_EXTERNAL_DIFF run things. These few choose how to reach a remote, and are the user's own.
_KEPT = frozenset(
    {
        "GIT_EXEC_PATH",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_ASKPASS",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_NO_VERIFY",
        "GIT_HTTP_PROXY_AUTHMETHOD",
        "GIT_PROXY_SSL_CAINFO",
    }
)
_KEPT_FOR_CONFIGURATION = re.compile(
    r"GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)"
)

OLDEST: Final = (2, 38)
"""The first git with `merge-tree --write-tree` and `safe.bareRepository`."""

LOCAL_SECONDS: Final = 60.0
NETWORK_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Call:
    """One start of git, as the operating system sees it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    stdin: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Completed:
    """What git answered."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def reason(self) -> str:
        """The line of its complaint that says most, fit to print."""
        lines = [line.strip() for line in self.stderr.decode(errors="replace").splitlines()]
        said = [line for line in lines if line.startswith(("fatal:", "error:", "remote: error"))]
        line = (said or [line for line in lines if line] or [f"git ended with {self.code}"])[0]
        return scrub(re.sub(r"^(?:fatal|error|remote): ", "", line))


Runner = Callable[[Call], Completed]
"""Starts git and waits; tests put one in place that fails or kills at a chosen call."""


def run_process(call: Call) -> Completed:
    """Start git in a session of its own, with no terminal to ask on, and wait for it.

    Raises:
        GitError: it did not end within its time; it and all that it started were killed.
    """
    with subprocess.Popen(  # noqa: S603 - argv comes from COMMANDS and checked arguments
        call.argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(call.environment),
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(call.stdin, timeout=call.seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            verb = next((part for part in call.argv[1:] if part in _VERBS), "git")
            raise GitError(f"git {verb} did not end within {call.seconds:.0f} s") from None
        except BaseException:
            _kill(process)
            raise
    return Completed(process.returncode, stdout, stderr)


_VERBS = frozenset(command[0] for command in COMMANDS.values())


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()


class Program:
    """The git program, found once, and the environment that it runs in.

    Args:
        environ: the user's environment; `os.environ` when not given.
        runner: what starts git.
        network_seconds: how long a fetch or a push may take.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        runner: Runner = run_process,
        network_seconds: float = NETWORK_SECONDS,
    ) -> None:
        self.environ = dict(os.environ if environ is None else environ)
        self.network_seconds = network_seconds
        self._runner = runner
        self._user_config: Path | None = None
        self._credentials: Mapping[str, str] = {}
        found = shutil.which("git", path=self.environ.get("PATH"))
        if found is None:
            raise GitError("the git program is not installed", hint="install Git 2.38 or later")
        self._git = found

    def with_config(self, path: Path) -> Program:
        """The same program, to which `path`, which we wrote, is all of the user's settings."""
        other = copy(self)
        other._user_config = path  # noqa: SLF001 - of our own class
        return other

    def with_credentials(self, environment: Mapping[str, str]) -> Program:
        """The same program, which gets these variables wherever it may speak to a remote."""
        other = copy(self)
        other._credentials = dict(environment)  # noqa: SLF001 - of our own class
        return other

    def version(self) -> tuple[int, ...]:
        """The version of git.

        Raises:
            GitError: it is too old.
        """
        text = self.run("version").stdout.decode(errors="replace")
        match = re.search(r"\d+(?:\.\d+)+", text)
        numbers = tuple(int(part) for part in match.group().split(".")) if match else ()
        if numbers < OLDEST:
            raise GitError(f"{text.strip()} is too old", hint="install Git 2.38 or later")
        return numbers

    def run(
        self,
        command: str,
        *arguments: str,
        git_dir: Path | None = None,
        options: Sequence[str] = (),
        paths: Sequence[str] = (),
        stdin: bytes = b"",
        allow: Container[int] = (0,),
        protocols: str = "none",
    ) -> Completed:
        """Run one command of `COMMANDS`.

        Args:
            command: its name in the table.
            arguments: names and ids, already checked; no option among them.
            git_dir: the git directory to work in.
            options: options that carry a value of ours, such as a lease.
            paths: file names, passed after `--` and never as patterns.
            stdin: what git reads.
            allow: exit codes that are an answer and not a failure.
            protocols: what git may speak to others; nothing, unless a remote is meant.

        Raises:
            GitError: git failed, took too long, or could not be started.
        """
        network = protocols != "none"
        call = Call(
            (*self._argv(command, arguments, options, paths),),
            self._environment(git_dir, protocols, configuration=command == "configuration"),
            stdin,
            self.network_seconds if network else LOCAL_SECONDS,
        )
        try:
            completed = self._runner(call)
        except OSError as error:
            raise GitError(f"git could not be started: {error.strerror}") from error
        if network:
            completed = self._without_secrets(completed)
        if completed.code not in allow:
            raise GitError(f"git {COMMANDS[command][0]}: {completed.reason}")
        return completed

    def _without_secrets(self, completed: Completed) -> Completed:
        """What git answered without the token, which a server or a proxy may repeat."""
        out, err = completed.stdout, completed.stderr
        for secret in secrets_of(self._credentials):
            out, err = out.replace(secret, b"***"), err.replace(secret, b"***")
        return Completed(completed.code, out, err)

    def start(self, command: str, *, git_dir: Path) -> subprocess.Popen[bytes]:
        """Start a command of `COMMANDS` that answers for as long as it is asked."""
        return subprocess.Popen(  # noqa: S603 - as in run_process
            self._argv(command, (), (), ()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(git_dir, "none", configuration=False),
            cwd="/",
            start_new_session=True,
        )

    def _argv(
        self,
        command: str,
        arguments: Sequence[str],
        options: Sequence[str],
        paths: Sequence[str],
    ) -> list[str]:
        for option in options:
            if not _VARIABLE_OPTION.fullmatch(option):
                raise BugError(f"the option {option!r} is not one that git is given")
        for argument in (*arguments, *paths):
            if argument.startswith("-") or "\0" in argument or "\n" in argument:
                raise GitError(f"{argument!r} cannot be passed to git")
        argv = [self._git, *GLOBAL_OPTIONS, *COMMANDS[command], *options]
        if arguments:
            argv += [*([] if command in _WITHOUT_END else ["--end-of-options"]), *arguments]
        if paths:
            argv += ["--", *paths]
        return argv

    def _environment(
        self, git_dir: Path | None, protocols: str, *, configuration: bool
    ) -> dict[str, str]:
        kept = {
            name: value
            for name, value in self.environ.items()
            if not name.startswith("GIT_")
            or name in _KEPT
            or (configuration and _KEPT_FOR_CONFIGURATION.fullmatch(name))
        }
        kept |= {
            "GIT_ALLOW_PROTOCOL": protocols,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_ADVICE": "0",
            "LC_ALL": "C",
            "LANGUAGE": "",
        }
        if not configuration:
            kept["GIT_CONFIG_NOSYSTEM"] = "1"
            kept["GIT_CONFIG_GLOBAL"] = str(self._user_config or "/dev/null")
        if protocols != "none":
            kept |= self._credentials
        if git_dir is not None:
            kept["GIT_DIR"] = str(git_dir)
        return kept

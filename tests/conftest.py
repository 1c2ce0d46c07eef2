"""What every test has: an environment of its own, golden files, real programs and repositories."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from support.golden import golden
from support.isolation import isolated_environment
from support.parts import (
    age,
    chromium,
    crane,
    dyff,
    gitea,
    helm,
    kubeconform,
    kubectl,
    kustomize,
    part,
    sops,
)
from support.repositories import bare_remote, git_repo
from support.worktree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "age", "bare_remote", "chromium", "crane", "dyff", "git_repo", "gitea", "golden", "helm",
    "isolated_environment", "kubeconform", "kubectl", "kustomize", "part", "sops",
]  # fmt: skip

ROOT = Path(__file__).parents[1]
SHARED_CONFORMANCE = ROOT.parent / "shared" / "conformance"

# In CI the same examples are tried on each run, so that a failure belongs to the change that is
# being checked; new examples are found by those who work on the code.
hypothesis.settings.register_profile(
    "ci", derandomize=True, max_examples=100, deadline=None, database=None, print_blob=True
)
hypothesis.settings.register_profile("dev", max_examples=100, deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh", action="store_true", help="rewrite golden files with what is there now"
    )


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Tests write to temporary folders only; a new file in the work tree is a bug of a test."""
    work_tree = session.config.stash.get(WORK_TREE, None)
    changes = work_tree.changes() if work_tree else []
    if changes:
        session.config.stash[CHANGES] = changes
        # Elsewhere someone may be editing while the tests run.
        if os.environ.get("CI"):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


WORK_TREE = pytest.StashKey[WorkTree]()
CHANGES = pytest.StashKey[list[str]]()


def pytest_sessionstart(session: pytest.Session) -> None:
    # Workers of pytest-xdist leave the watching to the process that started them.
    if not hasattr(session.config, "workerinput") and not session.config.getoption("--refresh"):
        session.config.stash[WORK_TREE] = WorkTree(ROOT)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    changes = config.stash.get(CHANGES, [])
    if changes:
        terminalreporter.section("the work tree changed while the tests ran", red=True)
        for change in changes:
            terminalreporter.line(change)


@pytest.fixture(scope="session")
def shared_conformance() -> Path:
    """The folder of cases that are kept beside the repository."""
    if not SHARED_CONFORMANCE.is_dir():
        pytest.skip("the shared cases are not beside this checkout")
    return SHARED_CONFORMANCE

"""CODEOWNERS, by the rules of GitHub, GitLab and Gitea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.explain import Owners
from promote.explain.history import pull_of
from promote.render.files import DiskTree

if TYPE_CHECKING:
    from pathlib import Path

GITHUB = """\
# The last match counts.
*       @all
*.js    @js # words behind
/build/logs/ @logs
docs/*  docs@example.com
apps/   @apps
/scripts/ @one @two
**/logs @anyone
/apps/github
my\\ file @space
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ["@all"]),
        ("src/x.js", ["@js"]),
        ("build/logs/a/b.txt", ["@anyone"]),
        ("docs/a.md", ["docs@example.com"]),
        ("docs/deep/a.md", ["@all"]),
        ("x/apps/a", ["@apps"]),
        ("scripts/a.sh", ["@one", "@two"]),
        ("x/scripts/a.sh", ["@all"]),
        ("deep/logs/a", ["@anyone"]),
        ("apps/github", []),
        ("my file", ["@space"]),
    ],
)
def test_github(tmp_path: Path, path: str, owners: list[str]) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/CODEOWNERS").write_text(GITHUB)
    (tmp_path / "CODEOWNERS").write_text("* @not-read\n")
    assert list(Owners(DiskTree(), str(tmp_path)).of(path).owners) == owners


GITLAB = """\
* @top
[Documentation] @writers
docs/
README.md @lead
^[Data][2]
db/ @dba
!db/generated/
db/generated/own.sql @nobody
[documentation]
docs/api/ @api
"""


GITEA = r"""
.* @all bob
overlays/prod/.*\\.yaml @ops # words
!overlays/.* @rest
* @never
a|(b @nobody x@example.com
docs/.*
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("overlays/prod/a.yaml", ["@all", "@bob", "@ops"]),
        ("overlays/prod/axyaml", ["@all", "@bob"]),
        ("README.md", ["@all", "@bob", "@rest"]),
    ],
)
def test_expressions_of_gitea(tmp_path: Path, path: str, owners: list[str]) -> None:
    """All that match the whole path count; what is no expression, or names nobody, is nothing."""
    (tmp_path / "CODEOWNERS").write_text(GITEA)
    found = Owners(DiskTree(), str(tmp_path), expressions=True)
    assert list(found.of(path).owners) == owners
    (tmp_path / ".gitea").mkdir()
    (tmp_path / "CODEOWNERS").rename(tmp_path / ".gitea" / "CODEOWNERS")
    assert list(Owners(DiskTree(), str(tmp_path)).of(path).owners) == owners


@pytest.mark.parametrize(
    ("path", "owners", "lines"),
    [
        ("docs/a.md", ["@top", "@writers"], [1, 3]),
        ("README.md", ["@top", "@lead"], [1, 4]),
        ("docs/api/a.md", ["@top", "@api"], [1, 10]),
        ("db/generated/own.sql", ["@top"], [1]),
        ("db/x.sql", ["@top", "@dba"], [1, 6]),
    ],
)
def test_sections_of_gitlab(tmp_path: Path, path: str, owners: list[str], lines: list[int]) -> None:
    (tmp_path / "CODEOWNERS").write_text(GITLAB)
    found = Owners(DiskTree(), str(tmp_path)).of(path)
    assert list(found.owners) == owners
    assert [place.line for place in found.places] == lines


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge pull request #12 from acme/branch\n\nTitle", 12),
        ("Merge pull request 3: Promote cart 1.2.3 to prod", 3),
        ("Merge pull request 'Title' (#5) from b into main", 5),
        ("Merged PR 44: Title", 44),
        ("Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request acme/shop!19", 19),
        ("Merged in feature (pull request #8)\n\nTitle", 8),
        ("Title (#77)\n\nBody (#1)", 77),
        ("Fix (#77) again", None),
        ("Title\n\nCloses #4", None),
    ],
)
def test_pull_requests_are_read_as_forges_write_them(message: str, number: int | None) -> None:
    assert pull_of(message) == number

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.errors import GitError
from promote.git import Repository

if TYPE_CHECKING:
    from support.repositories import MakeRepo


def test_blame_names_the_commit_that_changed_a_line(git_repo: MakeRepo) -> None:
    repository = git_repo({"dir/a.yaml": "one: 1\ntwo: 2\n"})
    repository.commit({"dir/a.yaml": "one: 1\ntwo: 3\n"}, "three")
    tip = repository.commit({"dir/b.yaml": "x: 1\n"}, "another file")
    with Repository.open(repository.path) as opened:
        assert opened.history.blame(tip, "dir/a.yaml", 1).subject == "first"
        assert opened.history.blame(tip, "/dir/a.yaml", 2).subject == "three"
        for path, line in (("dir/a.yaml", 3), ("none.yaml", 1)):
            with pytest.raises(GitError):
                opened.history.blame(tip, path, line)

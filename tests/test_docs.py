"""What the documents show does run: commands on a copy of the example, Python as scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.documents import Block, blocks, commands, documents

if TYPE_CHECKING:
    from support.repositories import MakeRemote, MakeRepo

ROOT = Path(__file__).parents[1]
EXAMPLE = ("promote.yaml", "bases", "components", "overlays")

# The script that users call, of the environment that the tests run in.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def marked(language: str) -> list[object]:
    return [
        pytest.param(block, id=f"{document.relative_to(ROOT)}:{block.line}")
        for document in documents(ROOT)
        for block in blocks(document.read_text(encoding="utf-8"))
        if block.language == language and block.run
    ]


@pytest.fixture
def example(git_repo: MakeRepo, bare_remote: MakeRemote) -> Path:
    """A copy of the example, committed and pushed."""
    repository = git_repo()
    for name in EXAMPLE:
        source, target = ROOT / name, repository.path / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    repository.commit(message="the shop")
    bare_remote(repository)
    return repository.path


@pytest.mark.parametrize("block", marked("console"))
def test_commands_end_as_they_are_said_to(block: Block, example: Path) -> None:
    shown = commands(block.text)
    assert shown, "a console block without a line that begins with '$ '"
    for command, ends in shown:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=example,
            env={**os.environ, "PATH": PATH},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == ends, f"$ {command}\n{done.stdout[-2000:]}{done.stderr}"


@pytest.mark.parametrize("block", marked("python"))
def test_scripts_run(block: Block, example: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", block.text]
    done = subprocess.run(command, cwd=example, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", documents(ROOT), ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_shows_something_of_each() -> None:
    assert marked("console")
    assert marked("python")


DOCUMENT = """\
A block of its own kind:

```yaml
a: 1
```

```console
$ promote status
anything
$ promote diff \\
    a b  # exit 10
```

<!-- not run: needs a forge -->

```console
$ promote watch
```

- in a list:

  ~~~python
  x = 1
  if x: pass
  ~~~

```console
$ true
```
"""


def test_blocks_are_read_with_their_marks() -> None:
    found = [(block.line, block.language, block.run) for block in blocks(DOCUMENT)]
    assert found == [
        (4, "yaml", True),
        (8, "console", True),
        (17, "console", False),
        (23, "python", True),
        (28, "console", True),
    ]
    assert blocks(DOCUMENT)[3].text == "x = 1\nif x: pass\n"


def test_commands_are_read_with_their_ends() -> None:
    shown = [(" ".join(command.split()), ends) for command, ends in commands(DOCUMENT)]
    assert shown[:2] == [("promote status", 0), ("promote diff a b", 10)]

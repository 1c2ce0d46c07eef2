from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.errors import FileMissingError
from promote.render.files import DiskTree, EditedTree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a file in it, and a secret beside it."""
    folder = tmp_path / "project"
    (folder / "bases").mkdir(parents=True)
    (folder / "bases" / "a.yaml").write_text("a: 1\n")
    (tmp_path / "secret").write_text("token")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("token")
    return folder


def test_reads_regular_files(project: Path) -> None:
    tree = DiskTree(confine=str(project), cwd=str(project))
    assert tree.read(f"{project}/bases/../bases/a.yaml") == b"a: 1\n"
    assert tree.kind(f"{project}/bases") == "directory"
    assert tree.kind(f"{project}/bases/a.yaml") == "file"
    assert tree.kind(f"{project}/bases/b.yaml") is None
    assert tree.entries(str(project)) == ["bases"]
    assert tree.display(f"{project}/bases/a.yaml") == "bases/a.yaml"


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "bases/../../secret",
        "link-to-file",
        "link-to-folder/secret",
        "through",
        "/etc/passwd",
    ],
)
def test_nothing_outside_is_read(project: Path, path: str) -> None:
    (project / "link-to-file").symlink_to(project.parent / "secret")
    (project / "link-to-folder").symlink_to("../outside")
    (project / "through").symlink_to("link-to-file")
    tree = DiskTree(confine=str(project))
    full = os.path.join(project, path)  # noqa: PTH118 - `..` is to stay as it is
    assert tree.kind(full) is None
    with pytest.raises(FileMissingError, match="leads out of"):
        tree.read(full)


def test_a_directory_outside_is_not_listed(project: Path) -> None:
    (project / "link").symlink_to("../outside")
    with pytest.raises(FileMissingError, match="leads out of"):
        DiskTree(confine=str(project)).entries(f"{project}/link")


def test_links_inside_are_followed(project: Path) -> None:
    (project / "link").symlink_to("bases")
    tree = DiskTree(confine=str(project))
    assert tree.read(f"{project}/link/a.yaml") == b"a: 1\n"
    assert tree.resolve(f"{project}/link/a.yaml") == f"{project}/bases/a.yaml"


def test_a_pipe_is_no_file_and_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "pipe")
    tree = DiskTree(confine=str(project))
    assert tree.kind(f"{project}/pipe") is None
    with pytest.raises(FileMissingError, match="not a regular file"):
        tree.read(f"{project}/pipe")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "/proc/self/mem"])
def test_devices_are_no_files(path: str) -> None:
    with pytest.raises(FileMissingError):
        DiskTree(confine="/dev").read(path)


@pytest.mark.parametrize("path", ["bases", "missing", "bases/a.yaml/b", "a\0b"])
def test_what_is_not_a_file_is_an_error(project: Path, path: str) -> None:
    with pytest.raises(FileMissingError):
        DiskTree(confine=str(project)).read(f"{project}/{path}")
    with pytest.raises(FileMissingError):
        DiskTree().read(f"{project}/{path}")


def test_a_folder_exchanged_for_a_link_is_not_followed(project: Path) -> None:
    (project / "shared").mkdir()
    (project / "shared" / "secret").write_text("harmless")
    tree = DiskTree(confine=str(project))
    assert tree.read(f"{project}/shared/secret") == b"harmless"  # the path is resolved now
    (project / "shared").rename(project / "away")
    (project / "shared").symlink_to("../outside")
    with pytest.raises(FileMissingError, match="cannot read"):
        tree.read(f"{project}/shared/secret")


def test_a_folder_exchanged_again_and_again_is_never_followed(project: Path) -> None:
    shared, away = project / "shared", project / "away"
    shared.mkdir()
    (shared / "secret").write_text("harmless")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            shared.rename(away)
            shared.symlink_to("../outside")
            shared.unlink()
            away.rename(shared)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen: set[bytes] = set()
    deadline = time.monotonic() + 60
    tries = 0
    try:
        # Whether any try meets the folder itself is for the machine to say.
        while tries < 200 or (not seen and time.monotonic() < deadline):
            tries += 1
            with contextlib.suppress(FileMissingError):
                seen.add(DiskTree(confine=str(project)).read(f"{project}/shared/secret"))
    finally:
        stop.set()
        swapper.join()
    assert seen == {b"harmless"}


names = st.sampled_from(["..", ".", "bases", "a.yaml", "link", "loop", "", "x", "secret"])


@given(st.lists(names, max_size=8))
def test_no_path_leads_out(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    top = tmp_path_factory.getbasetemp() / "paths"
    if not top.exists():
        (top / "project" / "bases").mkdir(parents=True)
        (top / "project" / "bases" / "a.yaml").write_text("inside")
        (top / "project" / "link").symlink_to("../..")
        (top / "project" / "loop").symlink_to("loop")
        (top / "secret").write_text("token")
    tree = DiskTree(confine=str(top / "project"))
    path = "/".join([str(top / "project"), *steps])
    with contextlib.suppress(FileMissingError):
        assert tree.read(path) == b"inside"


def test_edits_lie_over_a_tree(project: Path) -> None:
    base = DiskTree(confine=str(project))
    tree = EditedTree(
        base,
        {
            f"{project}/bases/a.yaml": b"a: 2\n",
            f"{project}/bases/gone.yaml": None,
            f"{project}/new/deep/b.yaml": b"b: 1\n",
        },
    )
    assert tree.read(f"{project}/bases/a.yaml") == b"a: 2\n"
    assert tree.read(f"{project}/new/../bases/a.yaml") == b"a: 2\n"
    assert tree.kind(f"{project}/new/deep") == "directory"
    assert tree.entries(str(project)) == ["bases", "new"]
    assert tree.entries(f"{project}/new") == ["deep"]
    assert base.read(f"{project}/bases/a.yaml") == b"a: 1\n"


def test_a_file_can_be_taken_away(project: Path) -> None:
    tree = EditedTree(DiskTree(confine=str(project)), {f"{project}/bases/a.yaml": None})
    assert tree.kind(f"{project}/bases/a.yaml") is None
    assert tree.entries(f"{project}/bases") == []
    with pytest.raises(FileMissingError, match="not there any more"):
        tree.read(f"{project}/bases/a.yaml")


def test_an_edit_holds_under_every_name_of_a_file(project: Path) -> None:
    (project / "link").symlink_to("bases")
    edits = {f"{project}/bases/a.yaml": b"a: 2\n"}
    tree = EditedTree(DiskTree(confine=str(project)), edits)
    assert tree.read(f"{project}/link/a.yaml") == b"a: 2\n"

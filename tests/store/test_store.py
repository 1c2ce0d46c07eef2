"""The store of results: nothing stale, whatever happens to it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote.render.files import DiskTree
from promote.store.database import ResultStore
from promote.store.index import Entry, Index
from promote.store.inputs import Found, Inputs, RecordingTree, look

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = time.time() - 3600


def write(path: Path, text: str, *, old: bool = True) -> None:
    """A file, as if it had been there for an hour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if old:
        os.utime(path, (OLD, OLD))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def recorded(folder: Path, ask: Callable[[RecordingTree], object]) -> dict[str, Found]:
    tree = RecordingTree(DiskTree(str(folder)))
    ask(tree)
    return {path: tree.found(path) for path in tree.take()}


def still(folder: Path, found: dict[str, Found]) -> bool:
    inputs = Inputs(DiskTree(str(folder)))
    return all(inputs.same(path, then) for path, then in found.items())


ASKS: dict[str, Callable[[str], Callable[[RecordingTree], object]]] = {
    "content": lambda folder: lambda tree: tree.read(f"{folder}/a"),
    "missing": lambda folder: lambda tree: tree.kind(f"{folder}/new"),
    "listing": lambda folder: lambda tree: tree.entries(folder),
    "directory": lambda folder: lambda tree: tree.kind(f"{folder}/d"),
    "place": lambda folder: lambda tree: tree.resolve(f"{folder}/d/x"),
}


def each(*acts: Callable[[Path], object]) -> Callable[[Path], None]:
    """One after the other."""

    def act(folder: Path) -> None:
        for one in acts:
            one(folder)

    return act


CHANGES: dict[str, tuple[set[str], Callable[[Path], object]]] = {
    "a file has other content": ({"content"}, lambda folder: write(folder / "a", "2")),
    "of the same size and time": (
        {"content"},
        each(
            lambda folder: write(folder / "a", "2"),
            lambda folder: os.utime(folder / "a", (OLD, OLD)),
        ),
    ),
    "a file goes": ({"content", "listing"}, lambda folder: (folder / "a").unlink()),
    "a file appears": ({"missing", "listing"}, lambda folder: write(folder / "new", "")),
    "a directory appears": ({"missing", "listing"}, lambda folder: (folder / "new").mkdir()),
    "a directory becomes a file": (
        {"directory"},
        each(lambda folder: (folder / "d").rmdir(), lambda folder: write(folder / "d", "")),
    ),
    "a directory becomes a link": (
        {"place", "listing", "directory"},
        each(
            lambda folder: (folder / "d").rmdir(),
            lambda folder: (folder / "e").mkdir(),
            lambda folder: (folder / "d").symlink_to("e"),
        ),
    ),
    "nothing": (set(), lambda _: None),
    "a file is touched": (set(), lambda folder: (folder / "a").touch()),
    "a file is exchanged for its copy": (
        set(),
        each(
            lambda folder: write(folder / "b", "1"),
            lambda folder: (folder / "b").rename(folder / "a"),
        ),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("settled", [True, False], ids=["settled", "recent"])
def test_what_changed_is_seen(tmp_path: Path, ask: str, change: str, settled: bool) -> None:
    folder = tmp_path / "project"
    write(folder / "a", "1")
    (folder / "d").mkdir()
    found = recorded(folder, ASKS[ask](str(folder)))
    if settled:
        # A look that can be trusted, as one has that comes long after the last change.
        found = {path: then._replace(signature=trusted(path, then)) for path, then in found.items()}
    assert still(folder, found)
    affected, act = CHANGES[change]
    act(folder)
    assert still(folder, found) is (ask not in affected)


def trusted(path: str, then: Found) -> tuple[int, int, int, int, int] | None:
    if then.kind == "directory" or (then.kind == "file" and then.digest is None):
        return None
    status = os.lstat(path if then.kind == "file" else Path(path).parent)
    return (
        status.st_ctime_ns, status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev
    )  # fmt: skip


def test_a_recent_file_is_read_again_and_an_old_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", "1")
    assert look(str(tmp_path / "a")) is None, "its change time is now, whatever its times say"
    later = time.time_ns() + 10_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    found = recorded(tmp_path, lambda tree: tree.read(f"{tmp_path}/a"))
    inputs = Inputs(DiskTree(str(tmp_path)))
    assert all(inputs.same(path, then) for path, then in found.items())
    assert inputs.hashed == 0


def test_a_file_that_changes_while_it_is_used_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a", "1")
    tree = RecordingTree(DiskTree(str(tmp_path)))
    tree.read(f"{tmp_path}/a")
    write(tmp_path / "a", "2")
    tree.read(f"{tmp_path}/a")
    assert tree.torn == {f"{tmp_path}/a"}


def one(digest_: str = "1") -> dict[str, Found]:
    return {"/a": Found("file", "/a", digest_)}


def test_a_result_of_an_older_state_goes_when_the_state_is_renewed() -> None:
    index = Index()
    index.merge({"x": Entry("", ("/a",)), "y": Entry("", ("/a",))}, one("1"))
    index.merge({"x": Entry("", ("/a",))}, one("2"))
    assert set(index.entries) == {"x"}, "y was made of the first /a, and only the second is known"


def test_a_state_that_is_looked_at_less_closely_stays_known() -> None:
    index = Index()
    index.merge({"x": Entry("", ("/a",))}, one("1"))
    index.merge({"y": Entry("", ("/a",))}, {"/a": Found("file", "/a")})
    assert index.found["/a"].digest == "1"
    assert set(index.entries) == {"x", "y"}


def kept(folder: Path, scope: str = "s", data: bytes = b"text") -> ResultStore:
    store = ResultStore(folder)
    index = Index()
    index.merge({"x": Entry(digest(data), ("/a",), ("careful",))}, one())
    store.keep(scope, index, {"x": data})
    return store


def test_what_is_kept_is_there_for_the_next_run(tmp_path: Path) -> None:
    kept(tmp_path).close()
    with ResultStore(tmp_path) as store:
        index = store.index("s")
        assert index.entries == {"x": Entry(digest(b"text"), ("/a",), ("careful",))}
        assert index.found == one()
        assert store.result("s", "x", digest(b"text")) == b"text"
        assert store.index("other").entries == {}


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    kept(tmp_path / "cache").close()
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "cache").iterdir())


def test_a_result_that_is_not_whole_is_not_given(tmp_path: Path) -> None:
    store = kept(tmp_path)
    store.keep("s", store.index("s"), {"x": b"torn"})
    assert store.result("s", "x", digest(b"text")) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"no database at all" * 100,
        lambda data: data[: len(data) // 2],
        lambda data: data[:4096] + b"\xff" * (len(data) - 4096),
        lambda data: data[:16] + b"\xff" * 84 + data[100:],
    ],
    ids=["empty", "text", "half", "pages", "header"],
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    store = kept(tmp_path)
    store.close()
    store.path.write_bytes(damage(store.path.read_bytes()))
    with ResultStore(tmp_path) as again:
        index = again.index("s")
        entry = index.entries.get("x")
        if entry is not None:
            assert again.result("s", "x", entry.digest) in {None, b"text"}
    kept(tmp_path).close()
    kept(tmp_path).close()
    with ResultStore(tmp_path) as again:
        assert again.result("s", "x", digest(b"text")) == b"text"


def test_a_folder_that_cannot_be_made_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = kept(tmp_path / "file")
    assert store.index("s").entries == {}
    assert store.result("s", "x", digest(b"text")) is None


def test_a_folder_that_cannot_be_read_costs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with ResultStore(folder) as store:
        store.keep("s", Index(), {})
    folder.chmod(0)
    try:
        if os.access(folder, os.X_OK):
            pytest.skip("this user may read everything")
        with ResultStore(folder) as store:
            assert store.index("s").entries == {}
            store.keep("s", Index(), {})
    finally:
        folder.chmod(0o700)


def test_it_is_bounded_and_keeps_what_was_used_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"x" * 100_000
    for number in range(20):
        monkeypatch.setattr(time, "time", lambda now=1000.0 + number: now)
        with ResultStore(tmp_path, limit=500_000) as store:
            index = Index()
            index.merge({"x": Entry(digest(data), ("/a",))}, one())
            store.keep(f"s{number}", index, {"x": data})
    with ResultStore(tmp_path) as store:
        assert store.result("s19", "x", digest(data)) == data
        assert store.result("s0", "x", digest(data)) is None
        assert store.info().results == 4
        assert store.info().size < 1_000_000
        store.prune()
        assert store.info().results == 0
        assert store.info().size < 50_000


WRITER = """
import sys, hashlib
from pathlib import Path
from promote.store.database import ResultStore
from promote.store.index import Entry, Index
from promote.store.inputs import Found
number = sys.argv[2]
print("ready", flush=True)
for turn in range(int(sys.argv[3])):
    data = f"{number} {turn} ".encode() * 20_000
    with ResultStore(Path(sys.argv[1])) as store:
        index = store.index("s")
        entry = Entry(hashlib.sha256(data).hexdigest(), ("/a",))
        index.merge({number: entry, "all": entry}, {"/a": Found("file", "/a", "1")})
        store.keep("s", index, {number: data, "all": data})
"""


def writer(folder: Path, number: int, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), str(number), str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def whole(folder: Path) -> int:
    """Every result that the index names is the one that it means, or is not given."""
    with ResultStore(folder) as store:
        index = store.index("s")
        results = [store.result("s", name, entry.digest) for name, entry in index.entries.items()]
    for result, entry in zip(results, index.entries.values(), strict=True):
        assert result is None or digest(result) == entry.digest
    return sum(result is not None for result in results)


def test_parallel_runs_do_not_harm_each_other(tmp_path: Path) -> None:
    running = [writer(tmp_path, number, 10) for number in range(4)]
    for process in running:
        assert process.wait() == 0
    assert whole(tmp_path) >= 2


def test_a_killed_run_leaves_what_was_there(tmp_path: Path) -> None:
    kept(tmp_path, data=b"before").close()
    for number in range(5):
        process = writer(tmp_path, number, 10_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1 + number * 0.037)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        whole(tmp_path)
    with ResultStore(tmp_path) as store:
        assert store.result("s", "x", digest(b"before")) == b"before"

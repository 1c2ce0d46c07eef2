"""Records in notes of Git: nothing lost, nothing twice, nothing believed that is no record."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import overlay

from promote.git import RefUpdate
from promote.git.commits import commit_tree, edit_tree
from promote.promotion import reconcile, records, roll_back
from promote.promotion.recording.lines import encode, parse_note, shortened, to_milliseconds
from promote.promotion.recording.notes import (
    NOTES,
    GateRecord,
    Record,
    read_notes,
    write_records,
)

if TYPE_CHECKING:
    from stage import Stage

    from promote.promotion import Session

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
COMMIT = "a" * 40
ONE = Record(COMMIT, "merged", "prod", "cart", "0123456789ab", NOON, "Ada <ada@example.org>")

TEXT = st.text(max_size=40).map(lambda text: " ".join(text.split()))
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
RECORDS = st.builds(
    Record,
    commit=st.just(COMMIT),
    outcome=st.sampled_from(["merged", "rolled back", "succeeded", "failed"]),
    environment=NAMES,
    app=NAMES,
    release=st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    time=st.datetimes(
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(to_milliseconds),
    by=NAMES | st.just(""),
    sources=st.lists(NAMES, max_size=3).map(tuple),
    pull=st.none() | st.integers(1, 10**6),
    gates=st.lists(
        st.builds(GateRecord, gate=NAMES, passed=st.booleans(), saw=NAMES | st.just("")), max_size=3
    ).map(tuple),
    reconciled=st.booleans(),
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was_written(record: Record) -> None:
    line = encode(record)
    assert b"\n" not in line
    assert parse_note(COMMIT, line + b"\n") == ([record], 0)


@given(st.binary(max_size=200), RECORDS, TEXT)
def test_what_is_no_record_is_counted_and_hides_none(junk: bytes, record: Record, by: str) -> None:
    record = replace(record, reason=by)
    found, ignored = parse_note(COMMIT, b"\n".join([junk, encode(record), b"{}", b"[1]"]))
    assert len(found) == 1
    assert ignored == 2 + sum(bool(line.strip()) for line in junk.splitlines())


def test_lies_of_every_kind_are_no_records() -> None:
    good = json.loads(encode(ONE))
    wrong: list[dict[str, object]] = [
        {"v": 2},
        {"outcome": "deployed"},
        {"environment": "../../etc"},
        {"release": "latest"},
        {"time": "2026-03-04T12:00:00"},
        {"time": "soon"},
        {"by": 7},
        {"from": "staging"},
        {"gates": ["soak"]},
        {"gates": [{"gate": "<b>", "passed": True, "saw": ""}]},
    ]
    lines = [json.dumps(good | change).encode() for change in wrong]
    lines += [b"[" * 100_000, b'{"v":1,"time":"' + b"9" * 50_000, b"\xff\xfe", encode(ONE)]
    assert parse_note(COMMIT, b"\n".join(lines)) == ([ONE], len(lines) - 1)


def test_a_record_is_one_line_without_control_characters() -> None:
    (found,), _ = parse_note(
        COMMIT, encode(replace(ONE, outcome="failed", reason="a\n\x1b[31mb\u2028c" + "x" * 900))
    )
    assert found.reason.startswith("a [31mb c")
    assert len(found.reason) == 500


def test_a_note_stays_small_and_keeps_the_newest() -> None:
    lines = [
        encode(replace(ONE, outcome="failed", time=NOON + timedelta(minutes=n), reason="x" * 400))
        for n in range(700)
    ]
    kept = shortened([*lines, b"zzz garbage"], lines[:1])
    assert kept == [lines[0], *lines[-500:]]


def landed(stage: Stage, tag: str = "2.0") -> str:
    """A release of cart promoted into prod and merged; the merge's commit."""
    stage.release("cart", tag, "staging")
    outcome = stage.promote("prod", "cart")
    assert outcome.pull is not None
    with stage.session() as session:
        merged = session.forge.merge(outcome.pull.number)
    assert merged.merge_commit is not None
    return merged.merge_commit


def test_git_itself_shows_the_notes_and_merges_two_that_differ(stage: Stage) -> None:
    commit = landed(stage)
    record = replace(ONE, commit=commit)
    with stage.session() as session:
        assert write_records(session, [record])
        assert not write_records(session, [record]), "the same again changes nothing"
        assert records(session) == [record]
        assert (records(session, "dev"), records(session, app="web")) == ([], [])
    stage.git("fetch", "-q", "origin", f"{NOTES}:{NOTES}")
    assert encode(record).decode() in stage.git("notes", "--ref", "promote", "show", commit)
    other = replace(record, outcome="succeeded", time=NOON + timedelta(hours=1))
    stage.git("notes", "--ref", "promote", "append", "-m", encode(other).decode(), commit)
    third = replace(record, outcome="failed", time=NOON + timedelta(hours=2))
    with stage.session() as session:
        write_records(session, [third])
    stage.git("fetch", "-q", "origin", f"{NOTES}:refs/notes/theirs")
    stage.git("notes", "--ref", "promote", "merge", "-q", "-s", "cat_sort_uniq", "theirs")
    stage.git("push", "-q", "origin", f"{NOTES}:{NOTES}")
    with stage.session() as session:
        assert records(session) == [record, other, third]


def test_writers_at_once_lose_nothing(stage: Stage) -> None:
    commit = landed(stage)
    wanted = [
        replace(ONE, commit=commit, outcome="failed", reason=f"run {n}", by=f"ci {n}")
        for n in range(8)
    ]
    errors: list[Exception] = []

    def write(record: Record) -> None:
        try:
            with stage.session() as session:
                write_records(session, [record])
        except Exception as error:  # noqa: BLE001 - the test says which
            errors.append(error)

    threads = [threading.Thread(target=write, args=[record]) for record in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with stage.session() as session:
        assert {record.reason for record in records(session)} == {f"run {n}" for n in range(8)}


def _forge_notes(session: Session, edits: dict[str, bytes | None]) -> None:
    store = session.repository.store
    tree = edit_tree(store, store.write_tree({}), edits)
    identity = session.repository.identity()
    commit = commit_tree(store, tree, [], "hostile", identity, time=NOON)
    assert session.remote.push([RefUpdate(NOTES, None, commit)]) == "done"


def test_hostile_notes_are_read_with_care_and_written_around(stage: Stage) -> None:
    commit = landed(stage)
    record = replace(ONE, commit=commit)
    with stage.session() as session:
        _forge_notes(
            session,
            {
                "README": b"hello",
                commit[:2]: b"a file where a directory belongs",
                "b" * 40: b"not json\n\x00\xff\n",
                "c" * 40 + "/x": b"{}",
                "dd/" + "d" * 38: b"x" * 2_000_000,
            },
        )
        assert read_notes(session).records == ()
        assert write_records(session, [record])
        notes = read_notes(session)
    assert notes.records == (record,)
    assert notes.ignored == 3
    assert notes.of(commit) == (record,)


def test_a_merge_elsewhere_is_recorded_later_once(stage: Stage) -> None:
    commit = landed(stage)
    with stage.session() as session:
        assert records(session) == []
        (found,) = reconcile(session)
        assert reconcile(session) == []
        assert records(session) == [found]
    assert (found.commit, found.outcome, found.environment, found.app) == (
        commit,
        "merged",
        "prod",
        "cart",
    )
    assert (found.label, found.sources, found.pull) == ("2.0", ("staging",), 1)
    assert found.reconciled
    assert found.gates == ()


def test_squashed_and_rolled_back_and_lied_about(stage: Stage) -> None:
    """A squash keeps the trailers; trailers of a commit that moves nothing record nothing."""
    stage.gates("prod", "[{stop: incident}]")
    stage.release("cart", "2.0", "staging")
    outcome = stage.promote("prod", "cart", stop="a fix")
    message = stage.git("log", "-1", "--format=%B", outcome.branch, where=stage.bare)
    path = "overlays/prod/cart/kustomization.yaml"
    stage.push({path: stage.show(path, outcome.branch)}, message)
    stage.push({"README": "x"}, message)
    with stage.session() as session:
        back = roll_back(session, "prod", "cart", reason="it broke")
        assert back.pull is not None
        session.forge.merge(back.pull.number)
        session.refresh()
        reconcile(session)
        found = records(session)
    assert [(one.outcome, one.label) for one in found] == [
        ("merged", "2.0"),
        ("rolled back", "1.0"),
    ]
    assert found[0].gates == (GateRecord("stop", passed=False, saw="", overridden="a fix"),)


@pytest.mark.parametrize(
    ("forwards", "back"),
    [
        ("Promote cart 2.0 to prod (#1)", "Roll back cart 1.0 in prod (#2)"),
        ("Merged PR 1: Promote cart 2.0 to prod", "Merged PR 2: Roll back cart 1.0 in prod"),
        (
            "Merge branch 'promote/prod/cart' into 'main'\n\nSee merge request ada/shop!1",
            "Merge branch 'rollback/prod/cart' into 'main'\n\nSee merge request ada/shop!2",
        ),
    ],
)
def test_a_squash_that_lost_its_trailers_is_recorded(
    stage: Stage, forwards: str, back: str
) -> None:
    stage.release("cart", "2.0", "staging")
    branch = stage.promote("prod", "cart").branch
    path = "overlays/prod/cart/kustomization.yaml"
    stage.push({path: stage.show(path, branch)}, forwards)
    stage.wait(hours=1)
    stage.push({path: overlay("prod", "cart", "1.0")}, back)
    stage.push({path: overlay("prod", "cart", "9")}, "an edit by hand")
    stage.push({"README": "x"}, "Promote our shop to everyone")
    with stage.session() as session:
        assert len(reconcile(session)) == 2
        assert reconcile(session) == []
        found = records(session)
    assert [(one.outcome, one.label, one.sources, one.pull) for one in found] == [
        ("merged", "2.0", ("staging",), 1),
        ("rolled back", "1.0", (), 2),
    ]


def test_a_shallow_clone_has_all_records(stage: Stage) -> None:
    record = replace(ONE, commit=landed(stage))
    with stage.session() as session:
        write_records(session, [record])
    shallow = stage.sandbox.folder / "shallow"
    stage.git("clone", "-q", "--depth=1", f"file://{stage.bare}", str(shallow))
    with stage.session(shallow) as session:
        assert records(session) == [record]
        assert reconcile(session) == []

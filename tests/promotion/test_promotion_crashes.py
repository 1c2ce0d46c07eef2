"""Runs that are killed at each call of git in turn, and runs that race: one branch, one result."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from promote.git.program import Call, Completed, Runner, run_process
from promote.promotion import promote, roll_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage

    from promote.promotion import Session

BRANCH = "promote/staging/cart"
RACERS = 20


def _promote(session: Session) -> None:
    promote(session, "staging", ["cart"])


def _roll_back(session: Session) -> None:
    roll_back(session, "staging", "cart")


def _merge(session: Session) -> None:
    promote(session, "staging", ["cart"])
    session.forge.merge(1)


def _dying(after: int) -> Runner:
    """A runner whose process dies, as of SIGKILL, in place of its call number `after`."""
    left = after

    def runner(call: Call) -> Completed:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)
        return run_process(call)

    return runner


def _fork(stage: Stage, act: Callable[[Session], None], runner: Runner = run_process) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with stage.session(runner=runner) as session:
                act(session)
            code = 0
        finally:
            os._exit(code)
    return child


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _refs(stage: Stage) -> dict[str, str]:
    lines = stage.git("for-each-ref", "--format=%(refname) %(objectname)", where=stage.bare)
    return dict(line.split() for line in lines.splitlines())


def _restore(stage: Stage, wanted: dict[str, str]) -> None:
    commands = [f"delete {ref}" for ref in _refs(stage).keys() - wanted.keys()]
    commands += [f"update {ref} {object_id}" for ref, object_id in wanted.items()]
    text = "\n".join([*commands, ""]).encode()
    stage.sandbox.git(stage.bare, "update-ref", "--stdin", stdin=text)


def _shape(stage: Stage) -> frozenset[str]:
    """Which refs there are, and whether main moved; commit ids differ from run to run."""
    return frozenset([*_refs(stage), stage.tag("staging", "cart")])


@pytest.mark.parametrize(("act", "states"), [(_promote, 3), (_roll_back, 3), (_merge, 4)])
def test_killed_at_every_call_a_rerun_finishes(
    stage: Stage, act: Callable[[Session], None], states: int
) -> None:
    stage.release("cart", "1.1")
    if act is _roll_back:
        stage.release("cart", "1.1", "staging")
    start, seen, calls = _refs(stage), set(), 0
    while True:
        calls += 1
        code = _wait(_fork(stage, act, _dying(calls)))
        shape = _shape(stage)
        if shape not in seen:
            seen.add(shape)
            with stage.session() as session:
                if not (act is _merge and stage.tag("staging", "cart") == "1.1"):
                    act(session)
                pulls = session.forge.pulls(None)
            assert [pull.number for pull in pulls] == [1]
            assert len(stage.branches()) == (1 if act is _merge else 2)
        if code == 0:
            break
        assert code == 9
        _restore(stage, start)
    assert calls > 20
    assert len(seen) == states


def test_twenty_promoters_at_once_make_one_pull_request(stage: Stage) -> None:
    stage.release("cart", "1.1")
    codes = [_wait(child) for child in [_fork(stage, _promote) for _ in range(RACERS)]]
    assert codes == [0] * RACERS
    assert [ref for ref in _refs(stage) if "/heads/" in ref] == [
        "refs/heads/main",
        f"refs/heads/{BRANCH}",
    ]
    assert len([ref for ref in _refs(stage) if "/pulls/" in ref]) == 1
    assert stage.git("rev-list", "--count", f"main..{BRANCH}", where=stage.bare) == "1"


def test_promoters_that_race_a_merge_and_a_new_release_lose_nothing(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    children = [_fork(stage, _promote) for _ in range(4)]
    stage.merge(1)
    stage.release("cart", "1.2")
    assert [_wait(child) for child in children] == [0] * 4
    stage.promote("staging", "cart")
    with stage.session() as session:
        pulls = session.forge.pulls("open")
    assert len(pulls) == 1
    assert stage.tag("staging", "cart", BRANCH) == "1.2"
    assert stage.tag("staging", "cart") == "1.1"

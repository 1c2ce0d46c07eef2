"""What a promotion says of itself: its title, its commit message and its pull request's text.

The same state gives the same text, however often and whenever it is asked: no clock, no ages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from promote.compare.formats.markdown import code, to_markdown
from promote.compare.formats.safe import one_line, without_commands
from promote.git.records import with_trailers
from promote.promotion.branch import MARKER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.forge import Limits
    from promote.git import Commit
    from promote.model.json import Json
    from promote.promotion.effects import Effect
    from promote.promotion.gates import Verdict
    from promote.promotion.plan import AppPlan, Plan

_MOST_COMMITS: Final = 20
_LEAST_ROOM: Final = 400
_ABSENT: Final = "none"


def title(verb: str, plan: Plan, limit: int) -> str:
    """`Promote cart 1.4.2 to prod`, cut to the forge's limit."""
    names = [f"{app.app} {app.wanted.label}" for app in plan.moving]
    named = names[0] if len(names) == 1 else ", ".join(app.app for app in plan.moving)
    direction = "to" if verb == "Promote" else "in"
    return _cut(one_line(f"{verb} {named} {direction} {plan.target}"), limit)


def message(verb: str, plan: Plan, marker: str) -> str:
    """A commit message whose trailers record what moved, from where, and past which gates."""
    lines = [
        f"{app.app}: {move.key}: {_plain(move.old)} -> {_plain(move.new)}"
        for app in plan.moving
        for move in app.moves
    ]
    trailers = [(MARKER, marker), ("Promotion-To", plan.target)]
    for app in plan.moving:
        trailers.append(("Promotion-Release", f"{app.app} {app.wanted.id}"))
        trailers += [("Promotion-From", f"{app.app} {source}") for source in app.sources]
        trailers += [
            ("Promotion-Override", f"{app.app} {verdict.gate}: {verdict.overridden}")
            for verdict in _overridden(app)
        ]
    subject = title(verb, plan, 72)
    return with_trailers("\n\n".join([subject, "\n".join(lines)]), dict.fromkeys(trailers))


def body(
    plan: Plan,
    limits: Limits,
    *,
    since: Sequence[Commit] = (),
    kept: Sequence[Commit] = (),
    notes: Sequence[str] = (),
) -> str:
    """The text of a pull request, within the forge's limit.

    Args:
        plan: what moves.
        limits: how much fits; rendered differences are cut first, by whole sections.
        since: the upstream's commits that come with it.
        kept: commits of others on the branch.
        notes: lines to say at the end.
    """
    head = [_releases(plan)]
    gates = _gates(plan)
    tail = [
        *([gates] if gates else []),
        *([_commits("Commits since the last promotion", since)] if since else []),
        *([_commits("Commits of others on this branch, kept", kept)] if kept else []),
        *([_notes(plan, notes)] if _notes(plan, notes) else []),
    ]
    fixed = len("\n\n".join([*head, *tail])) + 2
    shown = _effects(plan.effects, limits.body - fixed)
    return _cut("\n\n".join([*head, *shown, *tail]), limits.body) + "\n"


def _releases(plan: Plan) -> str:
    rows = [
        f"| {code(app.app)} | {code(str(move.key))} | {_value(move.old)} | {_value(move.new)} |"
        for app in plan.moving
        for move in app.moves
    ]
    heads = [
        f"- {code(app.app)}: release {code(app.current.id)} → {code(app.wanted.id)}"
        + (f", from {', '.join(map(code, app.sources))}" if app.sources else "")
        for app in plan.moving
    ]
    table = ["| app | field | now | then |", "|---|---|---|---|", *rows]
    return "\n".join([f"### Into {code(plan.target)}", "", *heads, "", *table])


def _effects(found: Sequence[Effect], room: int) -> list[str]:
    """The rendered differences, each with a fair part of the room."""
    texts: list[str] = []
    for index, effect in enumerate(found):
        share = max(_LEAST_ROOM, (room - 2 * len(found)) // (len(found) - index))
        names = (f"{effect.place} now", f"{effect.place} then")
        text = to_markdown(effect.diff, names=names, limit=share).rstrip()
        texts.append(text)
        room -= len(text)
    return texts


def _gates(plan: Plan) -> str:
    lines = [
        f"- {code(app.app)} {_mark(verdict)} **{verdict.gate}**: {code(verdict.saw)}"
        + (f" — overridden: {code(verdict.overridden or '')}" if not verdict.passed else "")
        for app in plan.moving
        for verdict in app.verdicts
    ]
    return "\n".join(["### Gates", "", *lines]) if lines else ""


def _mark(verdict: Verdict) -> str:
    return "✓" if verdict.passed else "!"


def _commits(heading: str, commits: Sequence[Commit]) -> str:
    lines = [
        f"- {code(commit.object_id[:12])} {code(commit.subject)} ({code(commit.author.name)})"
        for commit in commits[:_MOST_COMMITS]
    ]
    if len(commits) > _MOST_COMMITS:
        lines.append(f"- and {len(commits) - _MOST_COMMITS} more")
    return "\n".join([f"### {heading}", "", *lines])


def _notes(plan: Plan, notes: Sequence[str]) -> str:
    lines = [f"- {note}" for note in notes]
    lines += [f"- ends the hold of {code(app)}" for app in plan.lifted]
    lines += [
        f"- {code(app.app)}: the overlay has no place for {code(str(move.key))}"
        for app in plan.moving
        for move in app.homeless
    ]
    return "\n".join(["### Notes", "", *lines]) if lines else ""


def _overridden(app: AppPlan) -> list[Verdict]:
    return [verdict for verdict in app.verdicts if not verdict.passed and verdict.overridden]


def _value(value: Json) -> str:
    return _ABSENT if value is None else code(_plain(value))


def _plain(value: Json) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return without_commands(one_line(text))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit - 1 else text[: limit - 2] + "…"

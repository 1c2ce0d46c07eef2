"""What a promotion says of itself: its title, its commit message and its pull request's text.

The same state gives the same text, however often and whenever it is asked: no clock, no ages.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from promote.compare.formats.markdown import code, to_markdown
from promote.compare.formats.safe import one_line, without_commands
from promote.git.records import with_trailers
from promote.promotion.gates.base import stamp
from promote.promotion.pulls.branch import MARKER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.forge import Limits
    from promote.git import Commit
    from promote.model.json import Json
    from promote.promotion.effects import Effect
    from promote.promotion.gates import Verdict
    from promote.promotion.plans import AppPlan, Plan

_MOST_COMMITS: Final = 20
_LEAST_ROOM: Final = 400
_ABSENT: Final = "none"


def title(verb: str, plan: Plan, limit: int) -> str:
    """`Promote cart 1.4.2 to prod`, cut to the forge's limit."""
    names = [f"{app.app} {app.wanted.label}" for app in plan.moving]
    named = names[0] if len(names) == 1 else ", ".join(app.app for app in plan.moving)
    direction = "to" if verb == "Promote" else "in"
    return cut(one_line(f"{verb} {named} {direction} {plan.target}"), limit)


def message(verb: str, plan: Plan, marker: str) -> str:
    """A commit message whose trailers record what moved, from where, and past which gates."""
    lines = [
        f"{app.app}: {move.key}: {_plain(move.old)} -> {_plain(move.new)}"
        for app in plan.moving
        for move in app.moves
    ]
    trailers = [(MARKER, marker)]
    trailers += [("Promotion-To", one.target) for one in (plan, *plan.also)]
    for app in plan.moving:
        trailers.append(("Promotion-Release", f"{app.app} {app.wanted.id}"))
        trailers += [("Promotion-From", f"{app.app} {source}") for source in app.sources]
        trailers += [
            ("Promotion-Override", f"{app.app} {verdict.gate}: {verdict.overridden}")
            for verdict in _overridden(app)
        ]
        trailers += [("Promotion-Take", f"{app.app} {name}={side}") for name, side in app.took]
    subject = title(verb, plan, 72)
    return with_trailers("\n\n".join([subject, "\n".join(lines)]), dict.fromkeys(trailers))


def body(
    plan: Plan,
    limits: Limits,
    *,
    since: Sequence[Commit] = (),
    kept: Sequence[Commit] = (),
    notes: Sequence[str] = (),
    elsewhere: Sequence[tuple[str, str]] = (),
) -> str:
    """The text of a pull request, within the forge's limit.

    Args:
        plan: what moves.
        limits: how much fits; rendered differences are cut first, by whole sections, and then
            what is said besides, also by sections. A notice says what is missing.
        since: the upstream's commits that come with it.
        kept: commits of others on the branch.
        notes: lines to say at the end.
        elsewhere: environments and pull requests in which the same release moves.
    """
    # What stands first is given up first.
    besides = {
        "commits": _commits("Commits since the last promotion", since) if since else "",
        "links": _elsewhere(elsewhere) if elsewhere else "",
        "notes": _notes(plan, notes),
        "kept": _commits("Commits of others on this branch, kept", kept) if kept else "",
        "gates": _gates(plan),
    }
    head, room, missing = _releases(plan), limits.body - 1, list[str]()
    for name in (*besides, ""):
        tail = [besides[key] for key in _ORDER if besides[key]]
        fixed = len("\n\n".join([head, *tail])) + (_NOTICE_ROOM if missing else 0)
        if fixed <= room or not name:
            break
        if besides[name]:
            missing.append(_NAMES[name])
            besides[name] = ""
    if plan.effects and room - fixed < _LEAST_ROOM * len(plan.effects):
        missing.append("the rendered difference")
        shown: list[str] = []
    else:
        shown = _effects(plan.effects, room - fixed - 2)
    notice = [_NOTICE.format(", ".join(missing))] if missing else []
    head = _lines_within(head, room - len("\n\n".join(["", *notice, *tail])))
    return "\n\n".join([head, *notice, *shown, *tail]) + "\n"


_ORDER: Final = ("gates", "links", "commits", "kept", "notes")
_NAMES: Final = {
    "commits": "the commits",
    "links": "the pull requests of the same release",
    "notes": "the notes",
    "kept": "the commits of others on this branch",
    "gates": "the gates",
}
_NOTICE: Final = "> **This text is cut** to what the forge takes. It is without {}."
_NOTICE_ROOM: Final = 300


def _lines_within(text: str, room: int) -> str:
    """As many lines as fit, and a last one that says how many do not."""
    if len(text) <= room:
        return text
    lines = text.split("\n")
    while lines and len("\n".join(lines)) + 40 > room:
        lines.pop()
    return "\n".join([*lines, f"… {text.count(chr(10)) + 1 - len(lines)} more lines"])


def comment(plan: Plan, limit: int) -> str:
    """What the gates say of a pull request that is open, and what it does: kept up to date."""
    lines = [_waiting(app, verdict) for app in plan.moving for verdict in app.verdicts]
    waits = [line for line in lines if line]
    first = "### Not to be merged yet" if waits else "### The gates let it pass"
    head = "\n".join([first, *(["", *waits] if waits else [])])
    return "\n\n".join([head, *_effects(plan.effects, limit - len(head) - 2)])


def _waiting(app: AppPlan, verdict: Verdict) -> str:
    if not verdict.holds:
        return ""
    until = f", until {stamp(verdict.until)}" if verdict.until else ""
    return f"- {code(app.app)} waits for **{verdict.gate}**: {code(verdict.saw)}{until}"


def releases_in(text: str) -> dict[str, str]:
    """The id of the release of each app that the text of a pull request proposes."""
    return {match["app"]: match["then"] for match in _RELEASE.finditer(text)}


_RELEASE: Final = re.compile(
    r"^- `(?P<app>[^`\n]+)`: release `\w+` → `(?P<then>[0-9a-f]{12})`", re.MULTILINE
)


def _elsewhere(found: Sequence[tuple[str, str]]) -> str:
    lines = [f"- {code(environment)}: {reference}" for environment, reference in found]
    return "\n".join(["### The same release elsewhere", "", *lines])


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
        + _how_it_went_on(verdict)
        for app in plan.moving
        for verdict in app.verdicts
    ]
    return "\n".join(["### Gates", "", *lines]) if lines else ""


def _mark(verdict: Verdict) -> str:
    return "✓" if verdict.passed else "!" if verdict.overridden is not None else "…"


def _how_it_went_on(verdict: Verdict) -> str:
    if verdict.passed:
        return ""
    if verdict.overridden is not None:
        return f" — overridden: {code(verdict.overridden)}"
    return f" — until {stamp(verdict.until)}" if verdict.until else " — waits"


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
        f"- {code(app.app)} keeps {code(str(edit))}" for app in plan.apps for edit in app.kept
    ]
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


def cut(text: str, limit: int) -> str:
    """A text within a limit; one that was cut ends in an ellipsis."""
    return text if len(text) <= limit - 1 else text[: limit - 2] + "…"

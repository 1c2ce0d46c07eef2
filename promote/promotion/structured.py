"""Plans, outcomes and the matrix as JSON for programs. `docs/promotion.md` says what they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.compare.formats.structured import summary
from promote.compare.patch import json_patch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.forge import PullRequest
    from promote.model.json import Json
    from promote.promotion.apply import Outcome
    from promote.promotion.effects import Effect
    from promote.promotion.gates import Verdict
    from promote.promotion.holds import Hold
    from promote.promotion.landing import Landing
    from promote.promotion.plans import AppPlan, Plan
    from promote.promotion.recording.lines import Record
    from promote.promotion.releases.merging import Edit
    from promote.promotion.releases.release import FieldKey, Move, Release
    from promote.promotion.status import Cell, Status

API_VERSION = "promote/v1"


def to_json(kind: str, content: Mapping[str, Json]) -> str:
    """A document of ours: ASCII only, so that nothing in it acts on a terminal."""
    document: Json = {"apiVersion": API_VERSION, "kind": kind, **content}
    return json.dumps(document, indent=2).replace("##", "#\\u0023") + "\n"


def plan_document(plan: Plan) -> dict[str, Json]:
    """What would happen to one environment."""
    return {
        "target": plan.target,
        "commit": plan.tip,
        "apps": [_app(app) for app in plan.apps],
        "endsHolds": list(plan.lifted),
        "effects": [_effect(effect) for effect in plan.effects],
        "also": [plan_document(one) for one in plan.also],
        "notRestored": list(plan.not_restored),
        "warnings": list(plan.warnings),
    }


def outcome_document(outcome: Outcome) -> dict[str, Json]:
    """What a promotion or a rollback came to."""
    return {
        "status": outcome.status,
        "branch": outcome.branch,
        "pull": None if outcome.pull is None else pull_document(outcome.pull),
        "kept": [commit.object_id for commit in outcome.kept],
        "plan": plan_document(outcome.plan),
    }


def status_document(status: Status) -> dict[str, Json]:
    """The matrix, one entry a cell."""
    return {
        "commit": status.tip,
        "environments": list(status.environments),
        "apps": list(status.apps),
        "cells": [_cell(cell) for cell in status.cells],
    }


def pulls_document(pulls: Sequence[PullRequest]) -> dict[str, Json]:
    """Pull requests."""
    return {"items": [pull_document(pull) for pull in pulls]}


def holds_document(holds: Sequence[Hold], pull: PullRequest | None = None) -> dict[str, Json]:
    """Holds, and the pull request that asks for one or for its end."""
    return {
        "holds": [
            {
                "environment": hold.environment,
                "app": hold.app,
                "release": hold.release,
                "reason": hold.reason,
            }
            for hold in holds
        ],
        "pull": None if pull is None else pull_document(pull),
    }


def pull_document(pull: PullRequest) -> dict[str, Json]:
    """A pull request."""
    return {
        "number": pull.number,
        "title": pull.title,
        "state": pull.state,
        "draft": pull.draft,
        "head": pull.head,
        "base": pull.base,
        "headCommit": pull.head_commit,
        "mergeCommit": pull.merge_commit,
        "author": pull.author,
        "created": pull.created.isoformat(),
        "labels": list(pull.labels),
        "url": pull.url,
        "marker": pull.marker,
        "body": pull.body,
    }


def landing_document(landing: Landing) -> dict[str, Json]:
    """A merge, and what it moved."""
    return {
        "pull": pull_document(landing.pull),
        "plans": [plan_document(plan) for plan in landing.plans],
        "records": [record_document(record) for record in landing.records],
    }


def record_document(record: Record) -> dict[str, Json]:
    """One thing that happened to a release."""
    return {
        "commit": record.commit,
        "outcome": record.outcome,
        "environment": record.environment,
        "app": record.app,
        "release": {"id": record.release, "label": record.label},
        "previous": record.previous or None,
        "from": list(record.sources),
        "time": record.time.isoformat(),
        "by": record.by,
        "pull": record.pull,
        "reason": record.reason,
        "url": record.url,
        "gates": [
            {
                "gate": gate.gate,
                "passed": gate.passed,
                "saw": gate.saw,
                "overridden": gate.overridden,
            }
            for gate in record.gates
        ],
        "reconciled": record.reconciled,
    }


def _app(app: AppPlan) -> Json:
    return {
        "app": app.app,
        "state": app.state,
        "from": list(app.sources),
        "current": _release(app.current),
        "wanted": _release(app.wanted),
        "moves": [_move(move) for move in app.moves],
        "withoutPlace": [_move(move) for move in app.homeless],
        "gates": [_verdict(verdict) for verdict in app.verdicts],
        "kept": [_edit(edit) for edit in app.kept],
        "conflicts": [_edit(edit) for edit in app.conflicts],
        "took": dict(app.took),
    }


def _edit(edit: Edit) -> Json:
    """An edit of people on the target: what both had, what each has now, and who changed it."""

    def values(fields: Mapping[FieldKey, Json]) -> Json:
        return {key.part or key.kind: value for key, value in sorted(fields.items())}

    return {
        "kind": edit.subject[0],
        "name": edit.subject[1],
        "base": values(edit.base),
        "target": values(edit.ours),
        "upstream": values(edit.theirs),
        "commit": None if edit.commit is None else edit.commit.object_id,
        "by": None if edit.commit is None else edit.commit.author.name,
        "upstreamCommit": None if edit.upstream is None else edit.upstream.object_id,
        "upstreamBy": None if edit.upstream is None else edit.upstream.author.name,
    }


def _release(release: Release) -> Json:
    return {"id": release.id, "label": release.label}


def _move(move: Move) -> Json:
    key = move.key
    return {
        "kind": key.kind,
        "name": key.name,
        "part": key.part,
        "old": move.old,
        "new": move.new,
    }


def _verdict(verdict: Verdict) -> Json:
    until = verdict.until if not verdict.passed else None
    return {
        "gate": verdict.gate,
        "passed": verdict.passed,
        "holds": verdict.holds,
        "stage": verdict.stage,
        "saw": verdict.saw,
        "until": until.isoformat() if until else None,
        "overridden": verdict.overridden if not verdict.passed else None,
    }


def _effect(effect: Effect) -> Json:
    changes: list[Json] = []
    for change in effect.diff.shown:
        left = change.left
        patch: Json = [*json_patch(left.doc, change.changes)] if left and change.right else None
        changes.append({"resource": str(change.id), "change": change.kind.value, "patch": patch})
    return {
        "environment": effect.environment,
        "cluster": effect.cluster,
        "summary": summary(effect.diff),
        "resources": changes,
    }


def _cell(cell: Cell) -> Json:
    return {
        "environment": cell.environment,
        "app": cell.app,
        "state": cell.state,
        "release": None if cell.release is None else _release(cell.release),
        "behind": cell.behind,
        "gates": [_verdict(verdict) for verdict in cell.verdicts],
        "hold": None
        if cell.hold is None
        else {"release": cell.hold.release, "reason": cell.hold.reason},
        "pull": cell.pull,
        "kept": [_edit(edit) for edit in cell.kept],
        "conflicts": [_edit(edit) for edit in cell.conflicts],
    }

"""Moving releases: plan, gates, the pull request of a promotion, rollback, holds, status.

`plan` and `status` only read. `apply` and `rollback` write one branch and one pull request, and
may be run again, anywhere and by anyone, until they are merged.
"""

from promote.promotion.apply import Outcome, promote
from promote.promotion.gates import Verdict
from promote.promotion.holds import Hold
from promote.promotion.landing import Landing, land
from promote.promotion.plan import make_plan
from promote.promotion.plans import AppPlan, Plan
from promote.promotion.recording.notes import GateRecord, Record, records
from promote.promotion.recording.reconcile import reconcile
from promote.promotion.releases.release import FieldKey, Move, Release
from promote.promotion.rollback import roll_back
from promote.promotion.session import Session, open_session
from promote.promotion.status import Cell, Status, read_status

__all__ = [
    "AppPlan",
    "Cell",
    "FieldKey",
    "GateRecord",
    "Hold",
    "Landing",
    "Move",
    "Outcome",
    "Plan",
    "Record",
    "Release",
    "Session",
    "Status",
    "Verdict",
    "land",
    "make_plan",
    "open_session",
    "promote",
    "read_status",
    "reconcile",
    "records",
    "roll_back",
]

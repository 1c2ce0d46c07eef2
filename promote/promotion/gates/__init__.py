"""Gates: conditions that a promotion must meet, each of which says what it saw.

`GATES` is the registry. A gate that a project asks for and this version does not have is an error
and never passed over.
"""

from promote.promotion.gates.base import Case, Gate, Stage, Verdict
from promote.promotion.gates.registry import GATES, Asked, judge, parse_gates

__all__ = ["GATES", "Asked", "Case", "Gate", "Stage", "Verdict", "judge", "parse_gates"]

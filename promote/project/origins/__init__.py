"""Who set what: the file, line and layer behind each field of what a project renders."""

from promote.project.origins.following import ABSENT, Absent, value_at
from promote.project.origins.texts import Line, ValueUse
from promote.project.origins.tracer import Setting, Traced, Tracer

__all__ = ["ABSENT", "Absent", "Line", "Setting", "Traced", "Tracer", "ValueUse", "value_at"]

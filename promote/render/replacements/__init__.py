"""`replacements`: values copied from a field of one resource to fields of others."""

from promote.render.replacements.apply import apply_replacements
from promote.render.replacements.model import Replacement, parse_replacements

__all__ = ["Replacement", "apply_replacements", "parse_replacements"]

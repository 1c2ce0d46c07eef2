"""Variants: an environment that is another one under other names, through every reference."""

from promote.variant.rename import rename
from promote.variant.rename_map import RenameMap
from promote.variant.resolve import resolve_map
from promote.variant.survey import inventory_of

__all__ = ["RenameMap", "inventory_of", "rename", "resolve_map"]

"""Variants: an environment that is another one under other names, followed through every reference."""

from promote.variant.rename import rename
from promote.variant.rename_map import RenameMap, inventory_of, resolve_map

__all__ = ["RenameMap", "inventory_of", "rename", "resolve_map"]

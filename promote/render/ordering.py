"""The order of the output: as built, or what others depend on first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.fieldspecs import ORDER_FIRST, ORDER_LAST, gvk_text, kind_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.render.kustomization import SortOptions
    from promote.render.record import Record

LEGACY = "legacy"


def in_order(records: Sequence[Record], options: SortOptions | None, default: str) -> list[Record]:
    """The records in the order that the kustomization, or else the command line, asks for.

    Args:
        records: the records, in the order of the build.
        options: `sortOptions` of the kustomization that is built.
        default: `legacy`, or anything else for the order of the build.
    """
    order = options.order if options else default
    if order != LEGACY:
        return list(records)
    first = ORDER_FIRST if options is None or options.first is None else options.first
    last = ORDER_LAST if options is None or options.last is None else options.last
    ranks = kind_ranks(first, last)
    return sorted(records, key=lambda record: _sort_key(record, ranks))


def _sort_key(
    record: Record, ranks: dict[str, int]
) -> tuple[int, bool, str | tuple[int, ...], str, str]:
    identity = record.id
    gvk = identity.gvk
    # Only among kinds of this name, which share a rank with no other kind if they have one.
    is_core = gvk.kind == "Namespace" and not gvk.group and gvk.kind in ranks
    return (
        ranks.get(gvk.kind, 0),
        not is_core,
        _backwards(gvk_text(gvk)) if is_core else gvk_text(gvk),
        identity.namespace or "~X",
        identity.name or "~N",
    )


def _backwards(text: str) -> tuple[int, ...]:
    """What sorts as the text does, the other way round: as kustomize has versions of namespaces."""
    return (*(-ord(character) for character in text), 1)

"""The resources in a list of resources, which kustomize writes as JSON and reads again.

So all their texts are in quotes, and nothing is left of how numbers, nulls and dates were written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.generate.go_json import go_float
from promote.yamlio.numbers import written
from promote.yamlio.quotes import Rewritten, in_quotes

if TYPE_CHECKING:
    from promote.model.json import Json


def through_json(value: Json) -> Json:
    """An item of a list as it is read from what kustomize has written."""
    if isinstance(value, dict):
        return {key: through_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [through_json(item) for item in value]
    if isinstance(value, str):
        return in_quotes(value.text if isinstance(value, Rewritten) else str(value))
    if isinstance(value, float):
        plain = float(value)
        return written(plain, go_float(plain))
    return int(value) if type(value) is not bool and isinstance(value, int) else value

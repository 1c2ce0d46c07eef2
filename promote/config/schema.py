"""The JSON Schema of `promote.yaml`: the one list of its fields, for editors and for us."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from promote.model.json import Document


@cache
def schema() -> Document:
    """The schema, in JSON Schema 2020-12."""
    data = Path(__file__).with_name("promote.schema.json").read_bytes()
    loaded: Document = orjson.loads(data)
    return loaded

"""How a comparison is written: one file a format, none of which ever holds a secret."""

from __future__ import annotations

from promote.compare.formats.markdown import to_markdown
from promote.compare.formats.structured import to_json
from promote.compare.formats.text import to_text
from promote.compare.formats.unified import to_unified

__all__ = ["to_json", "to_markdown", "to_text", "to_unified"]

"""Digest: what is promoted is named by what it holds, not by a tag that someone may move."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from promote.model.json import Json

_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Digest:
    """Holds while an image of the release has no digest.

    Attributes:
        exempt: patterns of names of images that need none.
    """

    exempt: tuple[str, ...] = ()
    kind = "digest"

    @classmethod
    def parse(cls, value: Json) -> Digest:
        """Read `true` or `{except: [pattern, …]}`."""
        if value is True:
            return cls()
        patterns = value.get("except") if isinstance(value, dict) else None
        if not isinstance(patterns, list) or not isinstance(value, dict) or len(value) > 1:
            raise ProjectError("digest is true, or names what it excepts", hint="{except: [NAME]}")
        return cls(tuple(str(pattern) for pattern in patterns))

    def check(self, case: Case) -> Verdict:
        """Say which images have a tag alone."""
        images = [image for image in case.images() if not self._exempt(image.name)]
        bare = [image.name for image in images if not image.digest]
        if not bare:
            return Verdict(self.kind, True, f"{len(images)} image(s), each with a digest")
        shown = ", ".join(bare[:_MOST_SHOWN])
        more = f" and {len(bare) - _MOST_SHOWN} more" if len(bare) > _MOST_SHOWN else ""
        return Verdict(self.kind, False, f"without a digest: {shown}{more}")

    def _exempt(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.exempt)

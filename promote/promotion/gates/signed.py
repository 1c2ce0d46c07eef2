"""Signed: the upstream's release was set by commits that allowed keys have signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from promote.model.json import Json


@dataclass(frozen=True, slots=True)
class Signed:
    """Holds unless the commits that gave every upstream its release are signed.

    Attributes:
        signers: a file of allowed signers in the base branch, as `ssh-keygen` has them.
    """

    signers: str
    kind = "signed"

    @classmethod
    def parse(cls, value: Json) -> Signed:
        """Read the path of the file."""
        if not isinstance(value, str) or not value:
            raise ProjectError(
                "signed names a file of allowed signers", hint="signed: .promote/allowed_signers"
            )
        return cls(value)

    def check(self, case: Case) -> Verdict:
        """Say who signed what."""
        seen, wrong = [], []
        for source in case.sources:
            found = case.signatures(source, self.signers)
            if not found:
                wrong.append(f"{source} has no release in the history")
            for one in found:
                if one.signer is None:
                    wrong.append(f"{one.commit[:12]} in {source} is not signed by an allowed key")
                else:
                    seen.append(f"{one.commit[:12]} in {source} by {one.signer}")
        return Verdict(self.kind, not wrong, "; ".join(wrong or seen))

"""Who is asked to review a promotion: the owners of the files that it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.project.owners import EXPRESSIONS, FILES, FILES_OF, Owners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.promotion.session import Session

_MOST: Final = 15
"""As many as GitHub lets be asked at once."""


def reviewers(session: Session, files: Iterable[str]) -> tuple[str, ...]:
    """The owners of files, as CODEOWNERS of the base branch says and the forge calls them.

    A proposed branch does not choose who reviews it. The author is never asked: forges leave out
    whoever opened the pull request, and the local one is told here. Owners that are named by an
    address count on the local forge alone, as others have names for people.

    Args:
        session: the project on its base branch.
        files: what changes, by path in the tree.
    """
    forge = session.forge.name
    places = FILES if forge == "local" else FILES_OF.get(forge, ())
    owners = Owners(session.tree, "/", places, expressions=forge in EXPRESSIONS)
    found: dict[str, None] = {}
    for path in sorted(files):
        found |= dict.fromkeys(owners.of(path.removeprefix("/")).owners)
    named = [one.removeprefix("@") for one in found if _is_of(forge, one)]
    if forge == "local":
        identity = session.repository.identity()
        named = [one for one in named if one not in {identity.name, identity.email}]
    return tuple(named[:_MOST])


def _is_of(forge: str, owner: str) -> bool:
    """Whether a forge can ask an owner; a role of GitLab's (`@@maintainer`) is nobody by name."""
    if owner.startswith("@"):
        return not owner.startswith("@@") and len(owner) > 1
    return forge == "local"

"""Where a kustomization says what it asks for, so that what goes wrong with it is shown there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.errors import PromoteError
from promote.render.loading import place_of

if TYPE_CHECKING:
    from promote.errors import Place
    from promote.model.json import FieldPath
    from promote.render.loading import Directory


class FieldPlaces(NamedTuple):
    """The places of a kustomization's fields.

    Attributes:
        directory: where it is.
        file: the name of its file there.
    """

    directory: Directory
    file: str

    def of(self, path: FieldPath) -> Place:
        """Where a field stands; the empty path is the file."""
        full = f"{self.directory.root}/{self.file}"
        tree = self.directory.tree
        return place_of(tree.read(full), path, tree.display(full))

    def at(self, field: str, index: int | None = None) -> _At:
        """A `with` that gives errors the place of a field, or of an element of it."""
        return _At(self, (field,) if index is None else (field, index))


class _At:
    """Gives the errors raised within it the place of a field, unless they have a nearer one."""

    def __init__(self, places: FieldPlaces, path: FieldPath) -> None:
        self._places = places
        self._path = path

    def __enter__(self) -> None:
        """Nothing to do before."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Place the error."""
        if isinstance(error, PromoteError) and error.place is None:
            error.at(self._places.of(self._path))

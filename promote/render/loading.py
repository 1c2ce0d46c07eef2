"""Reading files the way kustomize may: relative to a directory, not above it, never in a circle."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from promote import yamlio
from promote.errors import FileMissingError, KustomizationError, Place
from promote.render.decode import FieldError
from promote.render.kustomization import FILE_NAMES, Kustomization, read_kustomization

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import FieldPath, Json
    from promote.model.tree import Tree
    from promote.render.remote import FetchedBase, RemoteBase
    from promote.render.sharing import BuiltBase

MAX_DEPTH = 100


class ParsedFiles:
    """What has been read and parsed already, shared by every directory that names the same file.

    Attributes:
        documents: the documents of each file, by path.
        definitions: OpenAPI definitions by the JSON that they were read from.
        kustomizations: each directory's kustomization and the name of its file.
        remote: the same for each remote repository at each commit.
        bases: what directories made, as `sharing.build_once` keeps it; None for what every
            overlay has to build for itself.
        parsed, built: how many files were parsed and directories built, for tests that count work.
    """

    def __init__(self) -> None:
        self.documents: dict[str, list[Json]] = {}
        self.definitions: dict[bytes, Json] = {}
        self.kustomizations: dict[str, tuple[Kustomization, str]] = {}
        self.remote: dict[tuple[str, str], ParsedFiles] = {}
        self.bases: dict[tuple[str, bool, str], BuiltBase | None] = {}
        self.parsed = 0
        self.built = 0


class Directory(NamedTuple):
    """A directory that is being built: where it is, how it was reached, and what it may read.

    Attributes:
        tree: where the files are.
        root: the directory, resolved.
        files: the shared store of parsed files.
        restricted: whether files above the root are refused.
        expand: makes the text of a file out of a template's; None where templates are not in use.
        parent: the directory that named this one.
    """

    tree: Tree
    root: str
    files: ParsedFiles
    restricted: bool = True
    expand: Callable[[str], bytes] | None = None
    parent: Directory | None = None

    def child(self, path: str) -> Directory:
        """The directory that a `resources` or `components` entry names.

        Raises:
            FileMissingError: it is not a directory.
            KustomizationError: it is this one or one above it: a circle.
        """
        if posixpath.isabs(path):
            raise KustomizationError(
                f"a base is named relative to its overlay, and {path!r} is absolute"
            )
        joined = self.join(path)
        if self.tree.kind(joined) != "directory":
            raise FileMissingError(
                f"{path!r} is neither a file nor a directory",
                hint=f"looked for {self.tree.display(joined)}",
            )
        root = self.tree.resolve(joined)
        depth = 0
        above: Directory | None = self
        while above is not None:
            if above.files is self.files and is_within(above.root, root):
                raise KustomizationError(
                    f"{path!r} leads back to {self.tree.display(root)}, which is being built",
                    hint="a base must not contain the overlay that uses it",
                )
            depth += 1
            above = above.parent
        if depth > MAX_DEPTH:
            raise KustomizationError(f"bases are nested more than {MAX_DEPTH} deep")
        return Directory(self.tree, root, self.files, self.restricted, self.expand, self)

    def remote(self, wanted: RemoteBase, fetched: FetchedBase) -> Directory:
        """A directory of a remote repository; it never reads outside of that.

        Raises:
            FileMissingError: the repository has no such directory.
            KustomizationError: it is being built already: a circle.
        """
        files = self.files.remote.setdefault((wanted.repository, fetched.commit), ParsedFiles())
        top = Directory(fetched.tree, "/", files, parent=self)
        root = posixpath.normpath(f"/{wanted.path}")
        if fetched.tree.kind(root) != "directory":
            raise FileMissingError(
                f"{wanted.repository} has no directory {wanted.path!r} at {fetched.commit[:12]}"
            )
        root = fetched.tree.resolve(root)
        above: Directory | None = self
        while above is not None:
            if above.files is files and is_within(above.root, root):
                raise KustomizationError(f"{wanted.repository} leads back to itself")
            above = above.parent
        return top._replace(root=root)

    def join(self, path: str) -> str:
        """Where a path that a kustomization names leads, whether or not something is there."""
        return posixpath.normpath(posixpath.join(self.root, path))

    def file(self, path: str) -> str:
        """The absolute path of a file that a kustomization names.

        Raises:
            FileMissingError: it is not a file.
            KustomizationError: it lies above the directory, and that is refused.
        """
        joined = self.join(path)
        if self.tree.kind(joined) != "file":
            raise FileMissingError(
                f"{path!r} is not a file", hint=f"looked for {self.tree.display(joined)}"
            )
        if self.restricted and not is_within(self.tree.resolve(joined), self.root):
            raise KustomizationError(
                f"{path!r} is not in or below {self.tree.display(self.root)}",
                hint="move the file below it, or pass --load-restrictor LoadRestrictionsNone",
            )
        return joined

    def _may_read(self, full: str) -> bool:
        """Whether there is a file that no link leads to from elsewhere."""
        if self.tree.kind(full) != "file":
            return False
        return not self.restricted or is_within(self.tree.resolve(full), self.root)

    def read(self, path: str) -> bytes:
        """The content of a file that a kustomization names, templates filled in.

        Raises:
            FileMissingError, KustomizationError: as `file`.
        """
        full = self.file(path)
        if self.expand is not None and full.endswith(".j2"):
            return self.expand(full)
        return self.tree.read(full)

    def documents(self, path: str) -> list[Json]:
        """The documents of a file that a kustomization names.

        Raises:
            FileMissingError, KustomizationError: as `file`.
            YamlError: it is not YAML.
        """
        full = self.file(path)
        if self.expand is not None and full.endswith(".j2"):
            return yamlio.load_all(self.expand(full), self.tree.display(full))
        known = self.files.documents.get(full)
        if known is None:
            known = yamlio.load_all(self.tree.read(full), self.tree.display(full))
            self.files.documents[full] = known
            self.files.parsed += 1
        return known

    def place(self, path: str, document: int) -> Place:
        """Where a document of a file begins that a kustomization names."""
        full = self.file(path)
        shown = self.tree.display(full)
        if self.expand is not None and full.endswith(".j2"):
            return Place(shown)  # its lines are not those of its text
        return Place(shown, *yamlio.locate(self.tree.read(full), (), document=document) or ())

    def own_document(self, path: str) -> Json:
        """The first document of a file of kustomize's own, such as one with replacements.

        Raises:
            FileMissingError, KustomizationError: as `file`.
            YamlError: it is not YAML, or has a key twice.
        """
        documents = self.documents(path)
        if not documents or (self.expand is not None and path.endswith(".j2")):
            return documents[0] if documents else None
        full = self.file(path)
        return yamlio.load_one(self.tree.read(full), self.tree.display(full), own=True)

    def kustomization(self) -> tuple[Kustomization, str]:
        """The directory's kustomization, and the name of its file.

        Raises:
            KustomizationError: there is none, there are several, or it is wrong.
            YamlError: it is not YAML.
        """
        # Asked for each time, so that a tree can tell what a build depends on.
        names = [name for name in FILE_NAMES if self._may_read(f"{self.root}/{name}")]
        known = self.files.kustomizations.get(self.root)
        if known is None:
            known = self._read_kustomization(names)
            self.files.kustomizations[self.root] = known
        return known

    def _read_kustomization(self, names: list[str]) -> tuple[Kustomization, str]:
        shown = self.tree.display(self.root)
        if not names:
            raise KustomizationError(
                f"no {', '.join(FILE_NAMES[:-1])} or {FILE_NAMES[-1]} in {shown}",
                hint="name the directory that holds one",
            )
        if len(names) > 1:
            raise KustomizationError(f"{' and '.join(names)} are both in {shown}", hint="keep one")
        path = f"{self.root}/{names[0]}"
        data = self.tree.read(path)
        document = yamlio.load_one(data, self.tree.display(path), own=True)
        try:
            return read_kustomization(document), names[0]
        except FieldError as error:
            raise error.at(place_of(data, error.path, self.tree.display(path))) from None


def place_of(data: bytes, path: FieldPath, shown: str) -> Place:
    """Where a field stands in a file, or as near to it as the file has something."""
    found = (yamlio.locate_key(data, path) or yamlio.locate(data, path)) if path else None
    return Place(shown, *found) if found else Place(shown)


def is_within(path: str, root: str) -> bool:
    """Whether a normalised path is a directory or lies below it."""
    return path == root or path.startswith(root.rstrip("/") + "/")

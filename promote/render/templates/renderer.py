"""Rendering templates in a worker process: with limits, and away from tokens and the network.

A template may come from anyone who can propose a change. What the worker asks for is read here,
through the tree, so that it reads nothing else. One worker serves all templates of a project; one
that was killed is replaced.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import FileMissingError, Place, TemplateError
from promote.model.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.model.json import Document, Json
    from promote.model.tree import Tree
    from promote.render.templates.process import Worker, WorkerEndedError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one template may use.

    Attributes:
        seconds: of the processor.
        output: characters that it may make.
        memory: bytes that the worker may take, about 60 million of them before any template.
        patience: seconds of the wall clock, on a machine that is busy with other things.
    """

    seconds: float = 5.0
    output: int = 10_000_000
    memory: int = 500_000_000
    patience: float = 30.0


class TemplateRenderer(Closing):
    """Renders the templates of one tree. Use it as a context manager, or `close` it.

    The files of the tree are taken not to change while it is in use: the worker keeps what it has
    compiled. Not for use from several threads at once.

    Attributes:
        included: for each template, the files that it asked for, whether or not they are there. The
            worker asks for each once.

    Args:
        tree: where templates, and what they include, are read from.
        root: the folder that they may include from.
        limits: what each may use.
    """

    def __init__(self, tree: Tree, root: str, limits: Limits | None = None) -> None:
        self._tree = tree
        self._root = root
        self._limits = limits or Limits()
        self._worker: Worker | None = None
        self._paths: list[str] = []
        self.included: dict[str, dict[str, None]] = {}

    def start(self) -> None:
        """Start the worker, so that it is ready when the first template is."""
        if self._worker is None:
            from promote.render.templates.process import Worker  # noqa: PLC0415 - none without templates

            limits = self._limits
            told: Document = {
                "seconds": limits.seconds, "output": limits.output, "memory": limits.memory
            }  # fmt: skip
            self._worker = Worker(told, limits.patience, limits.output)

    def close(self) -> None:
        """End the worker."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def render(self, path: str, context: Mapping[str, Json]) -> bytes:
        """The text that a template makes.

        Args:
            path: the template, absolute in its tree.
            context: the names that it sees.

        Raises:
            FileMissingError: there is no such file.
            TemplateError: it cannot be rendered, or takes more than it may; with file and line.
        """
        return self._text(path, {"context": dict(context)}).encode()

    def trace(
        self, path: str, context: Mapping[str, Json]
    ) -> tuple[bytes, Sequence[tuple[str, int]]]:
        """The text that a template makes, and where each of its lines comes from.

        Args:
            path: the template, absolute in its tree.
            context: the names that it sees.

        Returns:
            The text, which filters that count characters may make another than `render` does, and
            for each of its lines the template's file and the line in it.

        Raises:
            FileMissingError, TemplateError: as `render`.
        """
        from promote.render.templates.marks import read_marks  # noqa: PLC0415 - it needs Jinja2

        text, sources = read_marks(self._text(path, {"context": dict(context), "marks": True}))
        known = {f"t{index}": file for index, file in enumerate(self._paths)}
        # A value may hold what looks like a mark.
        return text.encode(), [(known.get(number, path), line) for number, line in sources]

    def _text(self, path: str, request: Document) -> str:
        if self._tree.kind(path) != "file":
            raise FileMissingError(f"there is no template {self._tree.display(path)}")
        self.start()
        answer: Document = {}
        try:
            answer = self._converse(self._number(path), request)
        finally:
            if not answer or answer.get("spent"):
                self.close()  # it waits for an answer, or is in no state to go on
        if "text" not in answer:
            raise self._error(answer)
        return str(answer["text"])

    def _converse(self, number: str, request: Document) -> Document:
        """Ask for a template, give what is asked in return, until there is an answer."""
        from promote.render.templates.process import WorkerEndedError  # noqa: PLC0415 - as above

        message: Document = {"render": number, **request}
        while True:
            try:
                answer = self._worker.ask(message)  # type: ignore[union-attr]  # started before
            except WorkerEndedError as end:
                raise self._killed(end, number) from None
            if "need" not in answer:
                return answer
            message = self._needed(str(answer["need"]))

    def _number(self, path: str) -> str:
        """What the worker knows a template by."""
        if path not in self._paths:
            self._paths.append(path)
        return f"t{self._paths.index(path)}"

    def _path(self, number: str) -> str:
        return self._paths[int(number[1:])]

    def _needed(self, name: str) -> Document:
        """A template that is to be rendered, or that another one includes or imports."""
        above, _, wanted = name.partition(" ")
        path = self._path(above[1:]) if not wanted else self._beside(self._path(above), wanted)
        if path is None:
            return {}
        return {"template": self._number(path), "source": self._source(path)}

    def _beside(self, path: str, wanted: str) -> str | None:
        """The file that a template asks for: `./` and `../` from its folder, else from the root."""
        near = wanted.startswith(("./", "../"))
        folder = posixpath.dirname(path) if near else self._root
        found = posixpath.normpath(posixpath.join(folder, wanted))
        self.included.setdefault(path, {})[found] = None
        try:
            top, real = self._tree.resolve(self._root), self._tree.resolve(found)
        except FileMissingError:
            return None
        within = all(
            place.startswith(above.rstrip("/") + "/")
            for place, above in ((found, self._root), (real, top))
        )
        return found if within and self._tree.kind(found) == "file" else None

    def _source(self, path: str) -> str:
        try:
            return self._tree.read(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            place = Place(self._tree.display(path), line)
            raise TemplateError("the template is not UTF-8", place=place) from None

    def _error(self, answer: Document) -> TemplateError:
        line, hint = answer.get("line"), answer.get("hint")
        file = self._tree.display(self._path(str(answer["template"])))
        place = Place(file, line if isinstance(line, int) else None)
        return TemplateError(
            str(answer["error"]), place=place, hint=hint if isinstance(hint, str) else None
        )

    def _killed(self, end: WorkerEndedError, main: str) -> TemplateError:
        number, line = end.where or (main, None)
        place = Place(self._tree.display(self._path(number)), line)
        return TemplateError(str(end), place=place)

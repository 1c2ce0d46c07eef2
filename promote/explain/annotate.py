"""Rendered manifests with the file and line that set each field beside it, as comments.

The output stays YAML of the same documents: a comment stands at the end of a line on which a value
begins and ends, and the whole is read back before it is given out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.compare.formats.safe import one_line
from promote.project.origins import Tracer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.model.json import FieldPath, Json
    from promote.project import Project
    from promote.project.origins import Traced

_BLOCK = ("|", ">")


def annotated(
    project: Project, environment: str, apps: Sequence[str] = (), cluster: str = ""
) -> str:
    """The manifests of an environment, as `Project.render_all` orders them, with comments.

    Raises:
        PromoteError: as `Project.render_all`.
    """
    tracer = Tracer(project)
    units = project.units(environment, apps, cluster)
    return "---\n".join(
        _document(tracer, traced) for unit in units for traced in tracer.traced(unit)
    )


def _document(tracer: Tracer, traced: Traced) -> str:
    doc = traced.resource.doc
    text = yamlio.dump(doc)
    lines = text.split("\n")
    with_notes = list(lines)
    for path, value in _leaves(doc, ()):
        place = tracer.last_place(traced, path)
        found = yamlio.locate(text, path)
        if place is None or found is None:
            continue
        line, column = found[0] - 1, found[1] - 1
        if _ends_here(lines[line], column, value):
            with_notes[line] = f"{with_notes[line]} # {one_line(str(place))}"
    result = "\n".join(with_notes)
    begins = tracer.place(traced.unit, traced.resource, ())
    head = f"# from {one_line(str(begins))}\n" if begins is not None else ""
    return head + (result if yamlio.load_one(result, "the output") == doc else text)


def _ends_here(line: str, column: int, value: Json) -> bool:
    """Whether a comment may follow on the line where a value begins."""
    rest = line[column:]
    if rest.startswith(_BLOCK):
        return True
    if isinstance(value, str) and rest[:1] in {'"', "'"}:
        return len(rest) > 1 and rest.endswith(rest[0])
    return True


def _leaves(node: Json, path: FieldPath) -> Iterator[tuple[FieldPath, Json]]:
    """The values that hold nothing further, and empty mappings and lists."""
    if isinstance(node, dict) and node:
        for key, item in node.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(node, list) and node:
        for index, item in enumerate(node):
            yield from _leaves(item, (*path, index))
    else:
        yield path, node

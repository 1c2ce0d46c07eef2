"""Environments of any shape: several upstreams, parallel regions, diamonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from promote.config import load_config
from promote.promotion import make_plan
from promote.promotion.releases.merging import choose
from promote.promotion.releases.release import FieldKey

if TYPE_CHECKING:
    from stage import Stage

    from promote.model.tree import EntryKind
    from promote.promotion.releases.ancestors import Fields

KEY = FieldKey("image", "a", "newTag")

Graph = dict[str, list[str]]


class Project:
    """A tree that has the overlays of every environment, and a project file."""

    def __init__(self, graph: Graph) -> None:
        rows = [f"  {name}: {{from: [{', '.join(above)}]}}" for name, above in graph.items()]
        head = "apiVersion: promote/v1\nkind: Project\nname: x\napps: {a: {}}\nenvironments:\n"
        self._text = head + "\n".join(rows).replace("{from: []}", "{}") + "\n"

    def read(self, path: str) -> bytes:
        assert path == "/promote.yaml"
        return self._text.encode()

    def kind(self, path: str) -> EntryKind | None:
        return "file" if path.endswith(".yaml") else "directory"

    def entries(self, path: str) -> list[str]:
        return ["a"] if path.endswith("bases") else []

    def resolve(self, path: str) -> str:
        return path

    def display(self, path: str) -> str:
        return path.lstrip("/")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph without circles, its environments in any order."""
    names = [f"e{number}" for number in range(draw(st.integers(1, 7)))]
    above = {
        name: sorted(draw(st.sets(st.sampled_from(names[:at]), max_size=3))) if at else []
        for at, name in enumerate(names)
    }
    return {name: above[name] for name in draw(st.permutations(names))}


def _of(value: str) -> Fields:
    return {KEY: value}


def depth(graph: Graph, name: str) -> int:
    return 1 + max((depth(graph, one) for one in graph[name]), default=0)


@given(graphs())
def test_upstreams_come_first_and_none_is_left_out(graph: Graph) -> None:
    order = load_config(Project(graph), "/").in_order()
    assert sorted(order) == sorted(graph)
    for name, above in graph.items():
        assert all(order.index(one) < order.index(name) for one in above)


@given(graphs(), st.data())
def test_promoting_everything_again_and_again_ends(graph: Graph, data: st.DataObject) -> None:
    """After as many rounds as the graph is deep, whatever order each round takes."""
    has = {name: "old" if graph[name] else "new" for name in graph}
    for _ in range(max(depth(graph, name) for name in graph) - 1):
        for name in data.draw(st.permutations(sorted(graph))):
            sources = {has[one] for one in graph[name]}
            if len(sources) == 1:  # several upstreams must agree
                theirs = sources.pop()
                if choose(_of("old"), _of(has[name]), _of(theirs)) == "upstream":
                    has[name] = theirs
    assert set(has.values()) == {"new"}


DIAMOND = """\
  prod-east: {from: staging, clusters: [east-1]}
  prod-west: {from: staging, clusters: [west-1]}
  global: {from: [prod-east, prod-west], clusters: [global-1]}
"""


def test_two_regions_and_what_comes_after_both(stage: Stage) -> None:
    project = stage.show("promote.yaml")
    head, tail = project.split("  prod: ")
    rest = tail[tail.index("promotable:") :]
    files: dict[str, str | None] = {"promote.yaml": head + DIAMOND + rest}
    text = stage.show("overlays/prod/cart/kustomization.yaml")
    for name in ("prod-east", "prod-west", "global"):
        files[f"overlays/{name}/cart/kustomization.yaml"] = text
    stage.push(files, "regions")
    stage.release("cart", "1.1", "staging")
    numbers = []
    for region in ("prod-east", "prod-west"):
        pull = stage.promote(region, "cart").pull
        assert pull is not None
        numbers.append(pull.number)
    stage.merge(numbers[0])
    with stage.session() as session:
        plan = make_plan(session, "global", ["cart"], render=False)
    assert [(app.app, [v.gate for v in app.verdicts if v.holds]) for app in plan.held] == [
        ("cart", ["upstreams"])
    ]
    stage.merge(numbers[1])
    assert stage.promote("global", "cart").status == "opened"

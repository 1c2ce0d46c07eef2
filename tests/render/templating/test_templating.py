"""What templates make, and how they fail.

Each folder of `cases/` has `main.yaml.j2`, what it includes, and `expected.txt` or, for `error-…`,
`error.txt`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote.errors import FileMissingError, TemplateError
from promote.render.files import DiskTree
from promote.render.templates import TemplateRenderer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document

CASES = Path(__file__).parent / "cases"
MAIN = "main.yaml.j2"
CONTEXT: Document = {
    "app": "checkout",
    "environment": {"name": "prod", "from": ["staging"], "clusters": ["east"]},
    "values": {
        "image": {"repository": "registry.example/checkout", "tag": "1.10"},
        "replicas": {"min": 2, "max": 6},
        "resources": {"requests": {"cpu": "200m"}, "limits": {"memory": "512Mi"}},
        "features": {"expressCheckout": False, "giftCards": True},
        "steps": [{"service": "cart", "timeout": "2s"}, {"service": "orders", "attempts": 3}],
        "hosts": {"shop": "shop.example", "partners": "partners.example"},
        "odd": {"items": "a key", "get": 1},
        "empty": "",
    },
}


@pytest.fixture(scope="module")
def renderers() -> Iterator[Callable[[Path], TemplateRenderer]]:
    made: list[TemplateRenderer] = []

    def make(folder: Path) -> TemplateRenderer:
        tree = DiskTree(confine=str(CASES), cwd=str(folder))
        made.append(TemplateRenderer(tree, str(folder)))
        return made[-1]

    yield make
    for renderer in made:
        renderer.close()


@pytest.mark.parametrize("case", [c for c in sorted(CASES.iterdir()) if "error-" not in c.name])
def test_what_a_template_makes(
    case: Path,
    renderers: Callable[[Path], TemplateRenderer],
    golden: Callable[[Path, str], None],
) -> None:
    made = renderers(case).render(str(case / MAIN), CONTEXT)
    golden(case / "expected.txt", made.decode())


@pytest.mark.parametrize("case", sorted(CASES.glob("error-*")), ids=lambda case: case.name)
def test_how_a_template_fails(
    case: Path,
    renderers: Callable[[Path], TemplateRenderer],
    golden: Callable[[Path, str], None],
) -> None:
    with pytest.raises(TemplateError) as caught:
        renderers(case).render(str(case / MAIN), CONTEXT)
    golden(case / "error.txt", f"{caught.value}\n")


def test_one_worker_serves_many_templates_and_survives_errors(tmp_path: Path) -> None:
    (tmp_path / "good.j2").write_text("{{ app }}")
    (tmp_path / "bad.j2").write_text("{{ ap }}")
    with TemplateRenderer(DiskTree(), str(tmp_path)) as renderer:
        renderer.start()
        worker = renderer._worker  # noqa: SLF001 - that it is the same one is the point
        for number in range(5):
            with pytest.raises(TemplateError):
                renderer.render(f"{tmp_path}/bad.j2", {"app": "x"})
            made = renderer.render(f"{tmp_path}/good.j2", {"app": number})
            assert made == str(number).encode()
        assert renderer._worker is worker  # noqa: SLF001 - as above


def test_what_one_template_sees_the_next_does_not(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{{ secret }}")
    with TemplateRenderer(DiskTree(), str(tmp_path)) as renderer:
        assert renderer.render(f"{tmp_path}/a.j2", {"secret": "x"}) == b"x"
        with pytest.raises(TemplateError, match="'secret' is not defined"):
            renderer.render(f"{tmp_path}/a.j2", {})


def test_big_numbers_and_all_texts_arrive_whole(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{{ values | to_json }}")
    values: Document = {"big": 2**70, "text": "ü\u2028\U0001f600", "small": 1e-7}
    with TemplateRenderer(DiskTree(), str(tmp_path)) as renderer:
        made = renderer.render(f"{tmp_path}/a.j2", {"values": values}).decode()
    assert made == '{"big": 1180591620717411303424, "small": 1e-07, "text": "ü\u2028😀"}'


def test_a_template_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_bytes(b"a\nb\nc \xff\n")
    with TemplateRenderer(DiskTree(cwd=str(tmp_path)), str(tmp_path)) as renderer:
        with pytest.raises(TemplateError, match=r"^a\.j2:3: the template is not UTF-8$"):
            renderer.render(f"{tmp_path}/a.j2", {})
        with pytest.raises(FileMissingError, match="there is no template"):
            renderer.render(f"{tmp_path}/b.j2", {})


def test_a_link_to_a_file_outside_the_project_is_not_included(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "secret").write_text("token")
    (project / "link").symlink_to("../secret")
    (project / "a.j2").write_text("{% include 'link' %}")
    tree = DiskTree(confine=str(tmp_path))
    with (
        TemplateRenderer(tree, str(project)) as renderer,
        pytest.raises(TemplateError, match="there is no template 'link' in the project"),
    ):
        renderer.render(f"{project}/a.j2", {})

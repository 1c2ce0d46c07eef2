"""The import rule of ARCHITECTURE.md, and what starting up may cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.imports import cycle, imports, loaded, ranks, upward

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
RANKS = ranks((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))

# What a small render can do without, and what would take longer to import than to render. Those
# that the commands need for a special purpose import them there.
HEAVY = frozenset(
    {
        *("asyncio", "deepmerge", "http.client", "httpx", "jinja2"),
        *("jsonschema_rs", "rich", "ruamel", "urllib.request", "yaml"),
    }
)


def test_packages_import_downwards_only() -> None:
    assert upward(imports(ROOT / "promote"), RANKS) == []


def test_no_modules_import_each_other() -> None:
    assert cycle(imports(ROOT / "promote")) == []


def test_the_table_names_every_package() -> None:
    assert {path.parent.name for path in (ROOT / "promote").glob("*/__init__.py")} <= set(RANKS)


class TestTheCheckItself:
    """A check that cannot fail would be worse than none."""

    def package(self, folder: Path, files: Mapping[str, str]) -> Path:
        package = folder / "promote"
        for name, text in files.items():
            path = package / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return package

    @pytest.mark.parametrize(
        "statement",
        [
            "import promote.cli.main",
            "from promote.cli import main",
            "from promote.cli.main import run",
            "from ..cli import main",
            "def late():\n    from promote.cli.main import run",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import promote.cli.main",
        ],
    )
    def test_it_sees_an_import_upwards(self, tmp_path: Path, statement: str) -> None:
        package = self.package(
            tmp_path,
            {"model/__init__.py": "", "model/a.py": f"{statement}\n", "cli/__init__.py": ""}
            | {"cli/main.py": "from promote.model import a\n"},
        )
        (found,) = upward(imports(package), {"model": 1, "cli": 9})
        line = statement.count("\n") + 1
        assert found == f"promote.model.a:{line} imports promote.cli.main"

    def test_it_sees_an_import_sideways(self, tmp_path: Path) -> None:
        files = {"git/a.py": "import promote.render.b\n", "render/b.py": ""}
        found = imports(self.package(tmp_path, files))
        assert upward(found, {"git": 4, "render": 4}) == [
            "promote.git.a:1 imports promote.render.b"
        ]

    def test_only_the_version_may_come_from_the_top(self, tmp_path: Path) -> None:
        files = {
            "__init__.py": "__version__ = '1'\n",
            "cli/a.py": "from promote import __version__\n",
            "cli/b.py": "from promote import diff\n",
        }
        found = imports(self.package(tmp_path, files))
        assert upward(found, {"cli": 9}) == ["promote.cli.b:1 imports promote"]

    def test_it_sees_a_ring(self, tmp_path: Path) -> None:
        files = {
            "model/a.py": "from promote.model import b\n",
            "model/b.py": "def late():\n    from promote.model.c import x\n",
            "model/c.py": "import promote.model.a\n",
        }
        ring = cycle(imports(self.package(tmp_path, files)))
        assert set(ring) == {"promote.model.a", "promote.model.b", "promote.model.c"}

    def test_types_alone_make_no_ring(self, tmp_path: Path) -> None:
        files = {
            "model/a.py": "from promote.model import b\n",
            "model/b.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from promote.model import a\n",
        }
        assert cycle(imports(self.package(tmp_path, files))) == []


def test_importing_the_library_imports_nothing_else_of_it() -> None:
    modules = loaded("import promote")
    assert {name for name in modules if name.startswith("promote")} == {"promote"}
    assert not modules & (HEAVY | {"typer", "click"})


def test_starting_the_command_imports_nothing_heavy() -> None:
    assert not loaded("import promote.cli.main") & HEAVY


def test_rendering_a_directory_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\nnamePrefix: x-\n")
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    code = (
        "import sys; from promote.cli.main import main; assert main(['render', sys.argv[1]]) == 0"
    )
    # Reading YAML is what a render is; the parser may be there.
    assert not loaded(code, str(tmp_path)) & (HEAVY - {"yaml"})


def test_the_names_of_what_is_heavy_are_right() -> None:
    """A misspelt name, or one that nothing uses any more, would guard nothing."""
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    assert loaded(code, *HEAVY) >= HEAVY

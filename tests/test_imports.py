"""The import rule of ARCHITECTURE.md, and what starting up may cost."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_ROW = re.compile(r"^\| (.+?) \| (\d) \|")


def _ranks() -> dict[str, int]:
    """The rank of each package, as the table in ARCHITECTURE.md has it."""
    ranks = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        row = _ROW.match(line)
        if row:
            for name in re.findall(r"`(\w+)(?:/|\.py)`", row[1]):
                ranks[name] = int(row[2])
    return ranks


def violations(package: Path, ranks: dict[str, int]) -> list[str]:
    """Every import of a package from one of its own rank or a higher one."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        own = parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
                if node.module == package.name:
                    names = [f"{package.name}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                head, _, rest = name.partition(".")
                other = rest.split(".")[0]
                if head != package.name or other in {own, "", "__version__"}:
                    continue
                if ranks[other] >= ranks[own]:
                    found.append(f"{'/'.join(parts)}:{node.lineno} imports {name}")
    return found


def test_packages_import_downwards_only() -> None:
    assert violations(ROOT / "promote", _ranks()) == []


def test_the_table_names_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "promote").glob("*/__init__.py")}
    assert packages <= set(_ranks())


def test_the_check_can_fail(tmp_path: Path) -> None:
    package = tmp_path / "promote"
    for name, text in (("model", "from promote.cli import main\n"), ("cli", "")):
        (package / name).mkdir(parents=True)
        (package / name / "a.py").write_text(text)
    assert violations(package, {"model": 1, "cli": 9}) == ["model/a.py:1 imports promote.cli"]


HEAVY = ("deepmerge", "git", "jinja2", "jsonpatch", "jsonschema_rs", "rich", "ruamel")


@pytest.mark.parametrize("statement", ["import promote", "import promote.cli.main"])
def test_starting_up_imports_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_rendering_a_directory_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\nnamePrefix: x-\n")
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    code = (
        "import sys; from promote.cli.main import main; main(['render', sys.argv[1]]);"
        f"print('#', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "name: x-a" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "#"

"""Builds in one process: whatever was built before or is built beside it, each is as if alone."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {x: '5'}\n"
_TARGET = "  target: {kind: Pod, version: v1, name: a}\n"
_VOLUME = _POD + "  volumes:\n  - name: v\n    configMap:\n      name: x\n"
_BUILD = """
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from promote import yamlio
from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.pipeline import build
from promote.yamlio.quotes import by_type

def render(directory):
    try:
        docs = [resource.doc for resource in build(DiskTree(), directory)]
    except PromoteError as error:
        return error.message
    return yamlio.dump_all(docs) + yamlio.dump_all(map(by_type, docs))

threads, *directories = sys.argv[1:]
with ThreadPoolExecutor(int(threads)) as pool:
    print(json.dumps(list(pool.map(render, directories))))
"""

# Fields of a pod in which names of others are looked for, and what cannot stand there.
_WRONG = {
    "word": "  volumes: True\n",
    "block": "  volumes: |\n    text\n",
    "long": '  volumes: "a\n    text"\n',
    "item": "  volumes:\n  - name: v\n  - 5\n",
    "null": "  imagePullSecrets:\n  -\n  - 5\n",
    "lists": "  serviceAccountName:\n  - - a\n",
    "listed": "  serviceAccountName:\n  - [a]\n",
    "mapping": "  serviceAccountName:\n    x: y\n",
    "braces": "  imagePullSecrets:\n  - {name: {x: y}}\n",
    "mixed": "  serviceAccountName:\n  - x\n  - a: b\n",
}


def _tree(folder: Path, resource: str, fields: str = "", other: str = "") -> str:
    folder.mkdir()
    (folder / "a.yaml").write_text(resource)
    (folder / "b.yaml").write_text(other)
    (folder / "kustomization.yaml").write_text(f"resources: [a.yaml, b.yaml]\n{fields}")
    return str(folder)


def _replacement(path: str, options: str = "{}") -> str:
    return dedent(f"""\
        replacements:
        - source: {{kind: ConfigMap, fieldPath: data.x}}
          targets:
          - select: {{kind: Pod}}
            fieldPaths: [{path}]
            options: {options}
        """)


@pytest.fixture
def directories(tmp_path: Path) -> list[str]:
    """Trees of which each makes something that is rare, or would be misled by it."""
    patch = "patches:\n- patch: '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {x: 1}}'\n"
    plain = "- {op: replace, path: /spec/volumes, value: 5}"
    trees: dict[str, tuple[str, ...]] = {
        "blank": ("{apiVersion: v1, kind: X, metadata: {name: a}, x: , y: {z: }}\n",),
        "folded": (_POD + "  x: >\n    a\n\n     b\n\n    c\n  y: ~\n",),
        "merged": (_POD + "  b: &b\n    c: &c {d: 1}\n    <<: *c\n  e:\n    <<: *b\n", patch),
        "described": (_POD + '  x: # {"type": "array"}\n  - 1\n', patch.replace("1}", "[2]}")),
        "quoted": (_POD + '  x: "2"\n', patch),
        "patched": (_VOLUME, f"patchesJson6902:\n- patch: '{plain}'\n{_TARGET}"),
        "made": (_VOLUME, _replacement("spec.x", "{create: true}"), _MAP),
        "replaced": (_VOLUME, _replacement("spec.volumes.0.configMap"), _MAP),
        "refused": (_POD + "  volumes: 5\n",),
        **{name: (_POD + text,) for name, text in _WRONG.items()},
    }
    return [_tree(tmp_path / name, *tree) for name, tree in trees.items()]


def _rendered(directories: list[str], threads: int = 1) -> list[str]:
    command = [sys.executable, "-c", _BUILD, str(threads), *directories]
    done = subprocess.run(command, capture_output=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def test_a_build_does_not_depend_on_others_before_it_or_beside_it(directories: list[str]) -> None:
    alone = [_rendered([directory])[0] for directory in directories]
    assert _rendered(directories) == alone
    assert _rendered(directories[::-1])[::-1] == alone
    assert _rendered(directories * 4, threads=8) == alone * 4


@pytest.mark.parametrize("name", _WRONG)
def test_what_cannot_stand_where_names_are_is_refused_alone(name: str, tmp_path: Path) -> None:
    (said,) = _rendered([_tree(tmp_path / name, _POD + _WRONG[name])])
    assert said.startswith(("Pod/a", "a field for a name")), said

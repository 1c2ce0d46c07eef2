"""Reading `promote.yaml`: errors name the line, what was expected, and the nearest valid name."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from promote import yamlio
from promote.config.build import build
from promote.config.graph import check_graph
from promote.config.validate import Problem, validate
from promote.errors import Place, ProjectError

if TYPE_CHECKING:
    from promote.config.model import ProjectConfig
    from promote.model.tree import Tree

PROJECT_FILE = "promote.yaml"


def load_config(tree: Tree, root: str) -> ProjectConfig:
    """Read the project file of a folder.

    Args:
        tree: where the files are.
        root: the folder, absolute in its tree.

    Raises:
        FileMissingError: there is no `promote.yaml`.
        YamlError: it is not YAML.
        ProjectError: it is wrong; the error has its line, and names what was expected.
    """
    path = posixpath.join(root, PROJECT_FILE)
    data = tree.read(path)
    shown = tree.display(path)
    try:
        document = validate(yamlio.load_one(data, shown))
        config = build(document, tree, root)
        check_graph(config, tree, root)
    except Problem as problem:
        where = yamlio.locate_key(data, problem.path) if problem.at_key else None
        found = where or yamlio.locate(data, problem.path)
        raise ProjectError(
            str(problem), place=Place(shown, *(found or ())), hint=problem.hint
        ) from None
    return config

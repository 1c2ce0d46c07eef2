"""The `promote.yaml` that `promote init` proposes: what was found, and what could not be known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.project.stages import Stage, stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.project.adoption import Findings
    from promote.project.home import Home

_SHOWN: Final = 50
_EXAMPLE: Final = """\
# No overlays of environments were found, so this is an example to edit. An app is a folder of
# bases/, and what an environment changes of it a folder of overlays/: bases/web/kustomization.yaml,
# overlays/dev/web/kustomization.yaml, overlays/prod/web/kustomization.yaml.
# 'promote schema' prints what may stand here."""


def project_name(folder: str) -> str:
    """A folder's name as a project or an app may have it."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", folder).strip("._-")
    return plain or "project"


def propose(findings: Findings, home: Home, name: str) -> str:
    """The text of a `promote.yaml` for a repository.

    Args:
        findings: its overlays; without any, the text is an example.
        home: where its pull requests live.
        name: what it is called.
    """
    found = bool(findings.environments)
    first = "# Proposed by 'promote init' from the overlays that it found: read it, and correct it."
    lines = [
        first if found else _EXAMPLE,
        "apiVersion: promote/v1",
        "kind: Project",
        f"name: {_scalar(name)}",
        *(_layout(findings) if found else _DEFAULT_LAYOUT),
        *([f"# {home.note}"] if home.note else []),
        _forge(home),
        *(_apps(findings) if found else []),
        "environments:",
        *(_environments(findings) if found else ("  dev: {}", "  prod: {from: dev}")),
        *_left_out(findings),
    ]
    return "\n".join(lines) + "\n"


_DEFAULT_LAYOUT: Final = (
    "layout:",
    "  base: bases/{app}",
    "  overlay: overlays/{environment}/{app}",
)


def _layout(findings: Findings) -> Iterator[str]:
    yield "layout:"
    if findings.base_pattern is not None:
        yield f"  base: {_scalar(findings.base_pattern)}"
    yield f"  overlay: {_scalar(findings.pattern)}"


def _forge(home: Home) -> str:
    remote, branch = _inner(home.remote), _inner(home.branch)
    return f"forge: {{kind: {home.kind}, remote: {remote}, branch: {branch}}}"


def _apps(findings: Findings) -> Iterator[str]:
    yield "apps:"
    for app in findings.apps:
        base = findings.bases.get(app)
        yield f"  {_scalar(app)}: " + ("{}" if base is None else f"{{base: {_inner(base)}}}")


def _environments(findings: Findings) -> Iterator[str]:
    found = stages(findings.environments)
    if len(found) > 1 and all(stage.upstream is None and stage.primary is None for stage in found):
        yield "  # What comes before what does not follow from the names: say `from:`."
        found = [Stage(stage.name) for stage in found]
    elif any(stage.upstream for stage in found):
        yield "  # The order follows from the names."
    for stage in found:
        if stage.note:
            yield f"  # {stage.name}: {stage.note}"
        yield f"  {_scalar(stage.name)}: {_entry(stage)}"


def _left_out(findings: Findings) -> Iterator[str]:
    """What has no place; of hundreds, the first."""
    if findings.left_out:
        yield "# Left out:"
    for path, why in findings.left_out[:_SHOWN]:
        yield f"#   {path}: {' '.join(why.split())}"
    if len(findings.left_out) > _SHOWN:
        yield f"#   and {len(findings.left_out) - _SHOWN} more"


def _entry(stage: Stage) -> str:
    if stage.primary is not None:
        return f"{{variant-of: {_inner(stage.primary)}}}"
    return "{}" if stage.upstream is None else f"{{from: {_inner(stage.upstream)}}}"


def _scalar(text: str) -> str:
    """A text as YAML has it on a line of its own; names like `on` and `1.0` are texts too."""
    return yamlio.dump(text).strip()


def _inner(text: str) -> str:
    """A text as YAML has it inside braces, where commas and brackets mean something."""
    plain = _scalar(text)
    bare = plain[0] not in "\"'"
    return f'"{plain}"' if bare and set(plain) & set(",[]{}") else plain

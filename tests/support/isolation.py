"""An environment in which the user's settings, name, time zone and language do not count."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from support.parts import parts_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

# GIT_* would lead tests out of their repositories when they run in a hook; a proxy, out of the
# machine; the others would change what is printed.
_SCRUBBED = ("GIT_", "PROMOTE_", "HELM_", "KUBE", "SOPS_", "XDG_", "LC_", "NO_COLOR", "FORCE_COLOR",
             "CLICOLOR", "COLUMNS", "LANGUAGE", "EDITOR", "VISUAL", "PAGER", "SSH_")  # fmt: skip
_KINDS = ("CONFIG", "CACHE", "DATA", "STATE")
_ROLES = ("AUTHOR", "COMMITTER")
_PERSON = (("NAME", "Ada Test"), ("EMAIL", "ada@example.com"))


@pytest.fixture(scope="session", autouse=True)
def isolated_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every test runs in this environment, and so does each program that it starts."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMOTE_PARTS", str(parts_folder()))
        for name in list(os.environ):
            if name.startswith(_SCRUBBED) and name != "PROMOTE_PARTS":
                patch.delenv(name)
            if name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name, value in _settings(str(home)).items():
            patch.setenv(name, value)
        time.tzset()
        yield
    time.tzset()


def _settings(home: str) -> dict[str, str]:
    return {
        "HOME": home,
        **{f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in _KINDS},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **{f"GIT_{role}_{key}": value for role in _ROLES for key, value in _PERSON},
        "NO_COLOR": "1",
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }

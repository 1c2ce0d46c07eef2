"""Regular expressions as Go has them: what a selector's parts and the names of images are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError

if TYPE_CHECKING:
    from collections.abc import Callable

# Alternatives of literal text with at most two wildcards, which mean the same everywhere and are
# quick everywhere. That is nearly all that people write, and for it no library has to be loaded.
_TEXT: Final = r"[A-Za-z0-9_/ -]*"
_ALTERNATIVE: Final = rf"\^?{_TEXT}(?:\.[*+]?{_TEXT}){{0,2}}\$?"
_ORDINARY_IMAGE: Final = re.compile(r"[A-Za-z0-9_/.:@-]*", re.ASCII)
_ORDINARY: Final = re.compile(rf"{_ALTERNATIVE}(?:\|{_ALTERNATIVE})*", re.ASCII)
# RE2 can match single bytes, and Go's expressions cannot.
_HALF: Final = re.compile(r"(?<!\\)(?:\\\\)*\\C")
# It takes letters of any script for the names of groups.
_ODD_NAME: Final = re.compile(r"\(\?P?<[^>]*[^\w>]", re.ASCII)


@lru_cache(maxsize=1024)
def whole_match(pattern: str) -> Callable[[str], object]:
    """A test for strings that the pattern matches from end to end.

    Go's regular expressions are RE2's: other classes and escapes than Python's, no looking around,
    and a time that grows with the text alone, whoever wrote the pattern.

    Raises:
        KustomizationError: the pattern is not a regular expression.
    """
    if _ORDINARY.fullmatch(pattern):
        python = pattern.replace("$", "\\Z")
        return re.compile(f"(?:{python})\\Z").match
    return _compiled(f"^(?:{pattern})$", pattern).match


@lru_cache(maxsize=1024)
def part_match(pattern: str) -> Callable[[str], object]:
    """A test for strings that the pattern is found in.

    Raises:
        KustomizationError: the pattern is not a regular expression.
    """
    if _ORDINARY.fullmatch(pattern):
        return re.compile(pattern.replace("$", "\\Z")).search
    return _compiled(pattern, pattern).search


@lru_cache(maxsize=1024)
def image_match(name: str) -> Callable[[str], object]:
    """A test for images, with any tag or digest, of a name that kustomize takes as a pattern.

    Raises:
        KustomizationError: the name is not a regular expression.
    """
    pattern = f"^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"
    if _ORDINARY_IMAGE.fullmatch(name):
        return re.compile(pattern[:-1] + "\\Z").match
    return _compiled(pattern, name).search


def _compiled(pattern: str, shown: str) -> re.Pattern[str]:
    import re2  # noqa: PLC0415 - few patterns need it

    options = re2.Options()
    options.log_errors = False  # they are raised
    if _HALF.search(pattern):
        raise _wrong(shown, "\\C matches half a character")
    if _ODD_NAME.search(pattern):
        raise _wrong(shown, "a group's name is of ASCII letters, digits and '_'")
    try:
        compiled: re.Pattern[str] = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        raise _wrong(shown, reason.decode() if isinstance(reason, bytes) else reason) from None
    return compiled


def _wrong(pattern: str, reason: object) -> KustomizationError:
    return KustomizationError(
        f"{pattern!r} is not a regular expression: {reason}",
        hint="write it as Go's regular expressions are written",
    )

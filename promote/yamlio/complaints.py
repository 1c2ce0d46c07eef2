"""What libyaml complains of, as an error with its place and a next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.errors import Place, YamlError

if TYPE_CHECKING:
    import yaml

# What each of libyaml's problems most often is.
_HINTS: Final = {
    "mapping values are not allowed": "put a value with ': ' in quotes, or check the indentation",
    "cannot start any token": "put the value in quotes; indent with spaces, not with tabs",
    "unexpected end of stream": "close the quotes or the bracket that opens before this",
    "did not find expected": "check the indentation and the quotes here and just before",
    "could not find expected ':'": "a key needs ': ' behind it, on the same line",
    "could not determine a constructor": "remove the tag",
    "undefined alias": "define it with & before it is used",
}


def not_yaml(error: yaml.MarkedYAMLError, source: str, line: int) -> YamlError:
    """The error of a parser."""
    mark = error.problem_mark or error.context_mark
    place = Place(source, line + mark.line + 1, mark.column + 1) if mark else Place(source)
    problem = str(error.problem or error.context)
    hint = next((text for start, text in _HINTS.items() if start in problem), None)
    return YamlError(f"not YAML: {problem}", place=place, hint=hint)


def not_text(error: yaml.reader.ReaderError, text: str, source: str, line: int) -> YamlError:
    """Libyaml counts bytes or characters there, so the character is looked for."""
    character = (
        error.character if isinstance(error.character, int) else ord(str(error.character)[0])
    )
    index = text.find(chr(character))
    place = place_in(text, index, source, line) if index >= 0 else Place(source)
    return YamlError(
        f"not YAML: the character U+{character:04X} is not allowed",
        place=place,
        hint='write it in double quotes, as "\\u...."',
    )


def place_in(text: str, index: int, source: str, line: int) -> Place:
    """The place of a character."""
    before = text[:index]
    return Place(source, line + before.count("\n") + 1, index - before.rfind("\n"))

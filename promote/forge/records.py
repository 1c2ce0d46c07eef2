"""How the local forge writes a pull request down, and reads what is there with care."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING

from promote.errors import ForgeError
from promote.forge.protocol import (
    Check,
    CheckState,
    Comment,
    PullRequest,
    Review,
    ReviewState,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import Document, Json

FORMAT = 1

_STATES: Mapping[str, State] = {"open": "open", "merged": "merged", "closed": "closed"}
_CHECKS: Mapping[str, CheckState] = {
    "success": "success",
    "failure": "failure",
    "pending": "pending",
}
_REVIEWS: Mapping[str, ReviewState] = {
    "approved": "approved",
    "changes requested": "changes requested",
    "commented": "commented",
}


def encode(pull: PullRequest) -> bytes:
    """A pull request as JSON that a person can read in `git show`."""
    document: Document = {"format": FORMAT}
    for field in dataclasses.fields(pull):
        value = getattr(pull, field.name)
        if field.name == "comments":
            document["comments"] = [_plain_comment(comment) for comment in pull.comments]
        elif field.name == "reviews":
            document["reviews"] = [dataclasses.asdict(review) for review in pull.reviews]
        elif isinstance(value, datetime):
            document[field.name] = value.isoformat()
        else:
            document[field.name] = list(value) if isinstance(value, tuple) else value
    return _json(document)


def decode(data: bytes, number: int) -> PullRequest:
    """Read a pull request back.

    Raises:
        ForgeError: it was not written by this forge, or by a later version of it.
    """
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise ForgeError(
                f"pull request {number} was written by another version of promote",
                hint="use the newest version",
            )
        return _read(document, number)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForgeError(f"pull request {number} is damaged: {error}") from error


def encode_checks(checks: Iterable[Check]) -> bytes:
    """What was reported of a commit, as JSON."""
    return _json({"format": FORMAT, "checks": [dataclasses.asdict(check) for check in checks]})


def decode_checks(data: bytes, commit: str) -> list[Check]:
    """Read reports back.

    Raises:
        ForgeError: they were not written by this forge, or by a later version of it.
    """
    try:
        document = json.loads(data)
        return [
            Check(
                _text(check["name"]),
                _CHECKS[_text(check["state"])],
                _text(check["description"]),
                _text(check["url"]),
            )
            for check in _list(document["checks"])
            if isinstance(check, dict)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForgeError(f"the checks of {commit[:12]} are damaged: {error}") from error


def _json(document: Json) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _read(document: Document, number: int) -> PullRequest:
    state = _STATES.get(_text(document["state"]))
    if state is None:
        raise ValueError(f"state {document['state']!r}")
    return PullRequest(
        number=number,
        title=_text(document["title"]),
        body=_text(document["body"]),
        head=_text(document["head"]),
        base=_text(document["base"]),
        state=state,
        author=_text(document["author"]),
        created=datetime.fromisoformat(_text(document["created"])),
        marker=_text(document["marker"]),
        draft=document["draft"] is True,
        labels=tuple(_text(label) for label in _list(document["labels"])),
        comments=tuple(_comment(comment) for comment in _list(document["comments"])),
        head_commit=_text_or_none(document["head_commit"]),
        merge_commit=_text_or_none(document["merge_commit"]),
        # Those written before there were reviews have none.
        reviewers=tuple(_text(name) for name in _list(document.get("reviewers", []))),
        auto_merge=document.get("auto_merge") is True,
        reviews=tuple(_review(review) for review in _list(document.get("reviews", []))),
    )


def _plain_comment(comment: Comment) -> Json:
    return {
        "key": comment.key,
        "author": comment.author,
        "body": comment.body,
        "time": comment.time.isoformat(),
    }


def _comment(value: Json) -> Comment:
    if not isinstance(value, dict):
        raise TypeError("a comment is a mapping")
    time = datetime.fromisoformat(_text(value["time"]))
    return Comment(_text(value["key"]), _text(value["author"]), _text(value["body"]), time)


def _review(value: Json) -> Review:
    if not isinstance(value, dict):
        raise TypeError("a review is a mapping")
    state = _REVIEWS[_text(value["state"])]
    return Review(_text(value["author"]), state, _text_or_none(value["commit"]))


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _text_or_none(value: Json) -> str | None:
    return None if value is None else _text(value)

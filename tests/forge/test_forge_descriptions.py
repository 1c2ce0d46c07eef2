"""The descriptions of the forges' APIs judge: what they do not allow is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract import HEAD, fake
from graphql import OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from support.fakeazure import BESIDES as VERSION
from support.fakebitbucket import BESIDES, OPTIONAL
from support.openapi import load
from support.serving import Asked, Said, serving

from promote.forge import Change, Proposal

if TYPE_CHECKING:
    from support.openapi import Description
    from support.parts import Part

GITLAB = "/projects/ada%2Fshop/merge_requests"
BITBUCKET = "/repositories/ada/shop/pullrequests"
GITHUB = "/repos/ada/shop/pulls"
AZURE = "/org/project/_apis/git/repositories/shop/pullrequests"
SIZES = {"github": 500, "gitlab": 600, "bitbucket": 150, "azure": 10}


def description(name: str, part: Part) -> Description:
    path = part(f"{name}-openapi")
    if name == "bitbucket":
        return load(path, OPTIONAL, BESIDES)
    return load(path, besides=VERSION) if name == "azure" else load(path)


@pytest.mark.parametrize("name", SIZES)
def test_the_whole_of_the_api_is_described(name: str, part: Part) -> None:
    assert len(description(name, part).document["paths"]) > SIZES[name]


@pytest.mark.parametrize(
    ("name", "call", "query", "body", "complaint"),
    [
        ("github", ("GET", GITHUB), {"status": "open"}, None, "no parameter status"),
        ("github", ("POST", GITHUB), {}, {"head": "a"}, "base"),
        ("gitlab", ("GET", GITLAB), {"status": "opened"}, None, "no parameter status"),
        ("gitlab", ("GET", GITLAB), {"per_page": "many"}, None, "per_page"),
        ("gitlab", ("PUT", f"{GITLAB}/x"), {}, {"title": "t"}, "mergeRequest"),
        ("gitlab", ("PUT", f"{GITLAB}/1"), {}, {"body": "t"}, "the body has no body"),
        ("gitlab", ("PUT", f"{GITLAB}/1"), {}, {"reviewer_ids": "1"}, "reviewer_ids"),
        ("gitlab", ("PUT", f"{GITLAB}/1"), {}, {"title": None}, "title"),
        ("gitlab", ("POST", "/projects/7/statuses/abc"), {}, {"state": "green"}, "state"),
        (
            "gitlab",
            ("POST", f"{GITLAB}/1/unapprove"),
            {},
            {"sha": "a"},
            "a body where there is none",
        ),
        ("azure", ("GET", AZURE), {"status": "active"}, None, "no parameter status"),
        ("azure", ("GET", AZURE), {"$top": "all"}, None, "$top"),
        ("azure", ("POST", AZURE), {}, {"title": "t", "body": "b"}, "the body has no body"),
        ("azure", ("PATCH", f"{AZURE}/1"), {}, {"isDraft": "yes"}, "isDraft"),
        ("azure", ("PATCH", f"{AZURE}/1"), {}, {"completionOptions": {"squash": 1}}, "squash"),
        ("bitbucket", ("GET", BITBUCKET), {"status": "OPEN"}, None, "no parameter status"),
        ("bitbucket", ("POST", BITBUCKET), {}, {"title": 1}, "title"),
        ("bitbucket", ("POST", BITBUCKET), {}, {"labels": []}, "the body has no labels"),
        ("bitbucket", ("POST", f"{BITBUCKET}/1/merge"), {}, {"merge_strategy": "any"}, "strategy"),
    ],
)
def test_what_is_not_allowed_is_found(  # noqa: PLR0917 - a row of the table
    part: Part,
    name: str,
    call: tuple[str, str],
    query: dict[str, str],
    body: object,
    complaint: str,
) -> None:
    judge = description(name, part)
    found = judge.complaints(judge.operation(*call), query, body)
    assert any(complaint in each for each in found), found


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("github", "PUT", f"{GITHUB}/1"),
        ("gitlab", "PATCH", f"{GITLAB}/1"),
        ("gitlab", "GET", "/projects/ada/shop/merge_requests"),
        ("bitbucket", "POST", f"{BITBUCKET}/1/reopen"),
        ("azure", "DELETE", f"{AZURE}/1"),
    ],
)
def test_calls_that_there_are_not(name: str, method: str, path: str, part: Part) -> None:
    with pytest.raises(AssertionError, match=f"the description has no {method}"):
        description(name, part).operation(method, path)


def test_what_graphql_is_asked(part: Part) -> None:
    """Drafts and merging by itself, which GitHub's REST does not offer, by the published schema."""
    schema = build_schema(part("github-graphql").read_text(), assume_valid=True)
    stand_in, connect = fake("github", part)
    stand_in.repository.commit(HEAD, {"a": "2"})
    asked: list[Any] = []

    def recorded(each: Asked) -> Said:
        asked.extend([each.body] if each.path == "/graphql" else [])
        return stand_in(each)

    with serving(recorded) as url:
        forge = connect(url, "ada", 20)
        number = forge.create(Proposal(HEAD, "main", "t", "b")).number
        for wanted in (True, False):
            forge.update(number, Change(draft=wanted))
            forge.update(number, Change(auto_merge=wanted))
    assert len(asked) == 4
    for body in asked:
        document = parse(body["query"])
        assert validate(schema, document) == []
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        defined = operation.variable_definitions or ()
        values = get_variable_values(schema, defined, body["variables"])
        assert not isinstance(values, list), values
    wrong = parse(asked[0]["query"].replace("pullRequestId", "pullId"))
    assert validate(schema, wrong)

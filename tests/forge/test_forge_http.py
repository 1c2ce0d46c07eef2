"""How calls are made: what is waited for, what is refused, and that the token stays inside."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from support.serving import Asked, Said, said, serving

from promote.config import ForgeConfig
from promote.errors import ForgeError, PromoteError
from promote.forge.address import address
from promote.forge.answers import LostAnswerError, RefusedError
from promote.forge.http import Api
from promote.forge.tokens import Token, token_of
from promote.git.names import check_url

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "glpat-0123456789abcdefghij"  # noqa: S105 - nobody's


class Server:
    """Answers with what it was given, in order; the last again and again."""

    def __init__(self, *answers: Said) -> None:
        self.answers = [*answers]
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def waits(server: Server, method: str = "GET") -> tuple[object, list[float]]:
    """What a call ends in, and what was waited for on the way."""
    slept: list[float] = []
    with serving(server) as url:
        api = Api(url, Token(SECRET), sleep=slept.append)
        try:
            return api.send(method, "/x", {"a": 1} if method != "GET" else None).document, slept
        except ForgeError as error:
            return error, slept


def test_a_time_to_wait_is_kept_to() -> None:
    server = Server(
        said(429, None, Retry_After="7"), said(503, None, Retry_After="3"), said(200, 1)
    )
    assert waits(server) == (1, [7.0, 3.0])


def test_a_date_to_wait_for_is_kept_to() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    ended, slept = waits(Server(said(429, None, Retry_After=date), said(200, 1)))
    assert ended == 1
    assert 90 <= slept[0] <= 100


@pytest.mark.parametrize("header", ["X_RateLimit_Reset", "RateLimit_Reset"])
def test_a_limit_that_is_used_up_is_waited_for(header: str) -> None:
    reset = str(int(time.time()) + 100)
    limits = {"X_RateLimit_Remaining": "0", header: reset}
    ended, slept = waits(Server(said(403, {"message": "no"}, **limits), said(200, 1)))
    assert ended == 1
    assert 95 <= slept[0] <= 102


def test_without_a_time_a_minute_is_waited() -> None:
    ended, slept = waits(Server(said(403, {"message": "secondary rate limit"}), said(200, 1)))
    assert ended == 1
    assert 60 <= slept[0] <= 75


def test_a_limit_may_be_given_as_a_span() -> None:
    ended, slept = waits(Server(said(429, None, RateLimit_Reset="30"), said(200, 1)))
    assert (ended, slept) == (1, [31.0])


@pytest.mark.parametrize(("said_so", "least"), [("1.5", 1.5), ("\xb2", 60), ("soon", 60)])
def test_odd_times_to_wait(said_so: str, least: float) -> None:
    ended, slept = waits(Server(said(429, None, Retry_After=said_so), said(200, 1)))
    assert ended == 1
    assert least <= slept[0] <= least * 1.25


def test_a_query_that_is_too_much_is_waited_for() -> None:
    """GitHub's GraphQL says it with 200."""
    limits = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    reset = str(int(time.time()) + 100)
    server = Server(said(200, limits, X_RateLimit_Reset=reset), said(200, {"data": 1}))
    ended, slept = waits(server, "POST")
    assert ended == {"data": 1}
    assert 95 <= slept[0] <= 102


def test_nobody_waits_for_an_hour() -> None:
    ended, slept = waits(Server(said(429, None, Retry_After="3600")))
    assert isinstance(ended, ForgeError)
    assert slept == []


def test_a_read_is_tried_six_times() -> None:
    server = Server(said(502))
    ended, slept = waits(server)
    assert isinstance(ended, ForgeError)
    assert "after 6 tries" in str(ended)
    assert (len(server.asked), len(slept)) == (6, 5)


@pytest.mark.parametrize("lost", [Said(0, cut=0), said(502), Said(200, b'{"a": 1}', cut=0.5)])
def test_a_post_whose_answer_is_lost_is_not_repeated(lost: Said) -> None:
    server = Server(lost)
    ended, _ = waits(server, "POST")
    assert isinstance(ended, LostAnswerError)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 500])
def test_the_token_is_in_no_message(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = Server(said(status, {"message": f"bad token {SECRET} of Basic {SECRET}"}))
    ended, _ = waits(server)
    assert isinstance(ended, ForgeError)
    assert SECRET not in f"{ended} {ended!r} {ended.hint} {caplog.text} {Token(SECRET)}"
    assert "bad token ***" in str(ended)
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"


def test_another_host_never_gets_the_token() -> None:
    thief = Server(said(200, 1))
    with serving(thief) as elsewhere:
        ended, _ = waits(Server(said(302, None, Location=f"{elsewhere}/x")))
    assert isinstance(ended, ForgeError)
    assert "points to another host" in str(ended)
    assert thief.asked == []


def test_a_repository_that_was_renamed_is_followed() -> None:
    server = Server(said(301, None, Location="/repositories/7"), said(200, {"id": 7}))
    assert waits(server)[0] == {"id": 7}
    assert server.asked[1].path == "/repositories/7"


def test_an_address_that_is_none_is_not_followed() -> None:
    ended, _ = waits(Server(said(302, None, Location="http://[bad/x")))
    assert isinstance(ended, ForgeError)
    assert "points to what is no address" in str(ended)


def test_a_page_to_sign_in_is_a_refusal() -> None:
    """Azure DevOps sends one, with 203, to a token that it does not know."""
    server = Server(Said(203, b"<html>Sign in</html>", {"Content-Type": "text/html"}))
    ended, _ = waits(server)
    assert isinstance(ended, RefusedError)
    assert (ended.status, len(server.asked)) == (401, 1)
    assert "PROMOTE_TOKEN" in (ended.hint or "")


def _pages_of(*answers: Said) -> tuple[list[object], list[str]]:
    server = Server(*answers)
    with serving(server) as url:
        api = Api(url, Token(SECRET), sleep=lambda _: None)
        found: list[object] = [each["n"] for each in api.pages("/x", {}, size=("limit", 50))]
    return found, [asked.query["page"] for asked in server.asked]


ONE, TWO, THREE = ([{"n": number}] for number in (1, 2, 3))


def test_pages_may_be_smaller_than_asked_for() -> None:
    """As a server that was told to give no more: a short page is not the last there."""
    link = '<https://x.example.com/x?page={}>; rel="next"'
    linked = [said(200, ONE, Link=link.format(2)), said(200, TWO, Link=link.format(3))]
    assert _pages_of(*linked, said(200, THREE, Link='<https://x>; rel="prev"')) == (
        [1, 2, 3],
        ["1", "2", "3"],
    )
    counted = [said(200, page, X_Total_Count="3") for page in (ONE, TWO, THREE)]
    assert _pages_of(*counted) == ([1, 2, 3], ["1", "2", "3"])
    assert _pages_of(said(200, ONE)) == ([1], ["1"])


def test_pages_that_name_the_next_one() -> None:
    """As Bitbucket does; a page of another host is not asked for."""
    server = Server(said(200))
    with serving(server) as url:
        api = Api(url, Token(SECRET), sleep=lambda _: None)
        more = said(200, {"values": ONE, "next": f"{url}/x?page=abc&q=a%3Db"})
        server.answers = [more, said(200, {"values": TWO})]
        assert [each["n"] for each in api.linked("/x", {"pagelen": 50}, key="values")] == [1, 2]
        assert server.asked[1].query == {"page": "abc", "q": "a=b"}
        server.answers = [said(200, {"values": ONE, "next": "https://elsewhere.example.com/x"})]
        with pytest.raises(ForgeError, match="points to another host"):
            list(api.linked("/x", {}, key="values"))


def test_a_page_of_a_proxy_is_no_message() -> None:
    ended, _ = waits(Server(Said(418, b"<html><body>blocked</body></html>")))
    assert isinstance(ended, RefusedError)
    assert ended.said == "no reason given"


def test_nobody_there() -> None:
    api = Api("http://127.0.0.1:1", Token(SECRET), sleep=lambda _: None)
    with pytest.raises(ForgeError, match="after 6 tries"):
        api.get("/x")


def test_certificate_authorities_that_cannot_be_read(tmp_path: Path) -> None:
    for file in (tmp_path / "missing", tmp_path / "wrong"):
        if file.name == "wrong":
            file.write_text("no certificate")
        with pytest.raises(ForgeError, match=r"certificate authorities in .* cannot be read"):
            Api("https://forge.example.com", Token(""), ca=str(file))


def test_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(said(200, 1))
    with serving(server) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        assert Api("http://forge.invalid", Token(SECRET)).get("/x") == 1
    assert httpx.URL(url).host == "127.0.0.1"
    assert server.asked[0].headers["host"] == "forge.invalid"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks5://user:hunter2@proxy:1080"),
        ("HTTPS_PROXY", "proxy://user:hunter2@proxy:1"),
        ("HTTPS_PROXY", "http://proxy:port"),
        ("NO_PROXY", "[::1]"),
    ],
)
def test_proxies_that_cannot_be_used(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ForgeError, match="proxy that the environment names") as caught:
        Api("https://forge.example.com", Token(SECRET))
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "url", "api", "repository"),
    [
        ("github", "https://github.com/o/r.git", "https://api.github.com", "o/r"),
        ("github", "git@github.com:o/r.git", "https://api.github.com", "o/r"),
        ("github", "ssh://git@ghe.corp:2222/o/r", "https://ghe.corp/api/v3", "o/r"),
        ("gitlab", "https://gl.corp:8443/g/s/r.git", "https://gl.corp:8443/api/v4", "g/s/r"),
        ("gitea", "http://localhost:3000/o/r.git", "http://localhost:3000/api/v1", "o/r"),
        ("forgejo", "git@codeberg.org:o/r.git", "https://codeberg.org/api/v1", "o/r"),
        ("bitbucket", "git@bitbucket.org:w/r.git", "https://api.bitbucket.org/2.0", "w/r"),
        ("azure", "https://o@dev.azure.com/o/my%20p/_git/r", "https://dev.azure.com", "o/my p/r"),
        ("azure", "git@ssh.dev.azure.com:v3/o/p/r", "https://dev.azure.com", "o/p/r"),
        ("azure", "https://o.visualstudio.com/p/_git/r", "https://dev.azure.com", "o/p/r"),
        ("azure", "https://dev.azure.com/o/_git/p", "https://dev.azure.com", "o/p/p"),
        (
            *("azure", "https://o.visualstudio.com/DefaultCollection/p/_git/r"),
            *("https://dev.azure.com", "o/p/r"),
        ),
        ("github", "https://corp.ghe.com/o/r.git", "https://api.corp.ghe.com", "o/r"),
        ("github", "git@corp.ghe.com:o/r.git", "https://api.corp.ghe.com", "o/r"),
    ],
)
def test_addresses(kind: str, url: str, api: str, repository: str, tmp_path: Path) -> None:
    found = address(ForgeConfig(kind=kind), check_url(url, tmp_path))
    assert (found.api, found.repository) == (api, repository)


@pytest.mark.parametrize(
    ("kind", "api", "url", "repository"),
    [
        ("gitea", "https://a.b/git/api/v1", "https://a.b/git/o/r.git", "o/r"),
        ("gitea", "https://a.b/git/api/v1/", "git@a.b:o/r.git", "o/r"),
        ("gitea", "https://a.b/git/api/v1", "ssh://git@a.b/git/r.git", "git/r"),
        ("gitlab", "https://a.b/x/y/api/v4", "https://a.b/x/y/g/s%20p/r.git", "g/s p/r"),
        ("github", "https://a.b/api/v3", "https://a.b/o/r", "o/r"),
        ("azure", "https://a.b/tfs", "https://a.b/tfs/DefaultCollection/p/_git/r",
         "DefaultCollection/p/r"),
    ],
)  # fmt: skip
def test_a_server_below_a_path(
    kind: str, api: str, url: str, repository: str, tmp_path: Path
) -> None:
    found = address(ForgeConfig(kind=kind, url=api), check_url(url, tmp_path))
    assert (found.api, found.repository) == (api.rstrip("/"), repository)


@pytest.mark.parametrize(
    ("config", "url", "message"),
    [
        (ForgeConfig(kind="gitea", url="https://[a/api/v1"), "https://a.b/o/r", "no address"),
        (ForgeConfig(kind="gitea", url="https://a:b/api/v1"), "https://a.b/o/r", "no address"),
        (ForgeConfig(kind="gitea", url="https://u:p@a/api"), "https://a.b/o/r", r"\*\*\*@a/api"),
        (ForgeConfig(kind="gitea", url="https://a/api?x=1"), "https://a.b/o/r", "more than"),
        (ForgeConfig(kind="gitea"), "https://a.b/git/o/r", "name on the gitea forge"),
        (ForgeConfig(kind="bitbucket"), "https://git.corp/w/r", "does not follow"),
        (ForgeConfig(kind="gitea"), "/srv/r.git", "does not follow"),
        (ForgeConfig(kind="gitea"), "https://git.corp/r.git", "name on the gitea forge"),
        (ForgeConfig(kind="azure"), "https://dev.azure.com/o/r", "name on the azure forge"),
        (ForgeConfig(kind="gitea", url="http://a.b/api/v1"), "https://a.b/o/r", "encryption"),
    ],
)
def test_addresses_that_do_not_do(
    config: ForgeConfig, url: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(PromoteError, match=message) as caught:
        address(config, check_url(url, tmp_path))
    assert caught.value.hint


def _named(variable: str) -> ForgeConfig:
    return ForgeConfig(kind="gitlab", token_env=variable)


@pytest.mark.parametrize(
    ("config", "environ", "header"),
    [
        (ForgeConfig(kind="github"), {"GH_TOKEN": "a"}, "Bearer a"),
        (ForgeConfig(kind="github"), {"GH_TOKEN": "a", "PROMOTE_TOKEN": "b\n"}, "Bearer b"),
        (ForgeConfig(kind="gitea"), {"GITEA_TOKEN": "a"}, "token a"),
        (ForgeConfig(kind="azure"), {"SYSTEM_ACCESSTOKEN": "a"}, "Basic cHJvbW90ZTph"),
        (ForgeConfig(kind="bitbucket"), {"BITBUCKET_TOKEN": "a@b.c:d"}, "Basic YUBiLmM6ZA=="),
        (ForgeConfig(kind="bitbucket"), {"BITBUCKET_TOKEN": "a"}, "Bearer a"),
        (_named("CI_PUSH_TOKEN"), {"CI_PUSH_TOKEN": "a"}, "Bearer a"),
        (_named("AWS_SECRET"), {"AWS_SECRET": "a"}, None),
        (ForgeConfig(kind="gitlab"), {}, None),
    ],
)
def test_tokens(config: ForgeConfig, environ: dict[str, str], header: str | None) -> None:
    assert token_of(config, environ).header.get("Authorization") == header


@pytest.mark.parametrize(
    ("token", "user"),
    [("a@b.c:d", "x-bitbucket-api-token-auth"), ("ada:d", "ada"), ("d", "x-token-auth")],
)
def test_who_git_is_to_bitbucket(token: str, user: str) -> None:
    """An address is for the API alone."""
    assert token_of(ForgeConfig(kind="bitbucket"), {"BITBUCKET_TOKEN": token}).git_user == user

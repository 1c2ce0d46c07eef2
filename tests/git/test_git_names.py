from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.errors import GitError
from promote.git.names import check_branch, check_ref, check_remote_name, check_url, scrub

HOSTILE = ["--upload-pack=touch", "-x", "$(id)", "<script>", "a|b", "a b", "a\nb", "a\0b"]


@pytest.mark.parametrize("name", ["main", "promote/prod/checkout", "release-1.2_x", "añb", "v1.0"])
def test_branches_that_people_use(name: str) -> None:
    assert check_branch(name) == name


@pytest.mark.parametrize(
    "name", [*HOSTILE, "", "a..b", "a/", "/a", "a//b", ".a", "a.lock", "@{u}", "a.", "x" * 300]
)
def test_hostile_branches_are_refused(name: str) -> None:
    with pytest.raises(GitError):
        check_branch(name)


@pytest.mark.parametrize("name", ["main", "refs/", "refs/heads", "refs/heads/-x", "HEAD"])
def test_only_full_refs(name: str) -> None:
    with pytest.raises(GitError):
        check_ref(name)


@pytest.mark.parametrize("name", [*HOSTILE, "ext::sh -c id", "../x", "https://x"])
def test_hostile_remote_names(name: str) -> None:
    with pytest.raises(GitError):
        check_remote_name(name)


@pytest.mark.parametrize(
    ("text", "transport"),
    [
        ("https://github.com/o/r.git", "https"),
        ("https://u:t@forge.example:8443/o/r", "https"),
        ("ssh://git@forge.example:2222/o/r", "ssh"),
        ("git@github.com:o/r.git", "ssh"),
        ("http://127.0.0.1:3111/dev/shop.git", "http"),
        ("../remote.git", "file"),
        ("/srv/git/remote.git", "file"),
        ("file:///srv/git/remote.git", "file"),
        ("./a:b", "file"),
    ],
)
def test_addresses_that_are_used(text: str, transport: str) -> None:
    assert check_url(text, Path("/work/shop")).transport == transport


@pytest.mark.parametrize(
    "text",
    [
        "ext::sh -c 'touch canary'",
        "fd::3",
        "foo::bar",
        "-oProxyCommand=touch canary",
        "--upload-pack=touch",
        "ssh://-oProxyCommand=touch/x",
        "ssh://-l@host/x",
        "-x@host:path",
        "-host:path",
        "https://$TOKEN@evil.example/x",
        "https://evil.example/${TOKEN}",
        "git@host:$(touch canary)",
        "git@host:`id`",
        "http://evil.example/x",
        "git://evil.example/x",
        "ftp://evil.example/x",
        "https://evil.example/a b",
        "https://[::1/x",
        "https:///x",
        "file://evil.example/share",
        "https://x\n.example",
        "",
    ],
)
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(GitError, match="not one that promote uses"):
        check_url(text, Path("/work/shop"))


def test_a_relative_address_starts_at_the_repository_and_expands_nothing() -> None:
    assert check_url("~/x/$HOME", Path("/work/shop")).text == "/work/shop/~/x/$HOME"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("fatal: https://ada:hunter22@forge/x not found", "hunter22"),
        ("fatal: 'https://ada:hunter@22@forge/x': no", "22@"),
        ("https://hunter22@forge:8443/x", "hunter22"),
        ("token ATATT3xFfGF0123456789=ABCD", "0123456789"),
        ("https://x-access-token:ghs_abcdefghijklmnop@github.com/", "ghs_abcdefghijklmnop"),
        ("Authorization: Basic c2VjcmV0", "c2VjcmV0"),
        ("token ghp_0123456789abcdef", "ghp_0123456789abcdef"),
        ("glpat-0123456789abcdef", "0123456789abcdef"),
        ("?private_token=abcdef", "abcdef"),
    ],
)
def test_credentials_are_scrubbed(text: str, secret: str) -> None:
    assert secret not in scrub(text)


@given(st.text(alphabet="abc123", min_size=8, max_size=20), st.text(alphabet="xyz", min_size=1))
def test_a_password_in_an_address_never_survives(password: str, user: str) -> None:
    assert password not in scrub(f"cannot read https://{user}:{password}@forge.example/r: no")


def test_controls_and_direction_marks_are_escaped() -> None:
    assert scrub("a\x1b[31mb\u202ec\rd") == "a\\x1b[31mb\\x202ec\\x0dd"

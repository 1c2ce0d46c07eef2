from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.errors import ConflictError, InputError, KustomizationError
from promote.render.decode import FieldError
from promote.render.generate.args import GeneratorArgs, GeneratorOptions
from promote.render.generate.config_map import make_config_map
from promote.render.generate.content_hash import content_hash
from promote.render.generate.secret import make_secret

if TYPE_CHECKING:
    from promote.model.json import Document, Json

FILES = {
    "app.env": b'\xef\xbb\xbfA=one\n# comment\r\n\n  B= two \r\nC\nD=x=y\nE="quoted"\n =nokey\n',
    "dir/app.conf": b"<a> & b\n",
    "latin1": b"\xe9",
    "empty": b"",
    "long": b"x" * 52,
    "short": b"x" * 51,
}


def config_map(**entry: Json) -> Document:
    args = GeneratorArgs.of_config_map({"name": "web", **entry})
    return make_config_map(args, args.options, FILES.__getitem__)


def secret(**entry: Json) -> Document:
    args = GeneratorArgs.of_secret({"name": "web", **entry})
    return make_secret(args, args.options, FILES.__getitem__)


def test_lines_of_an_env_file() -> None:
    made = config_map(envs=["app.env"])
    assert made["data"] == {"A": "one", "B": " two ", "C": "", "D": "x=y", "E": '"quoted"'}


def test_a_key_alone_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C", "token")
    assert config_map(env="app.env")["data"]["C"] == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k=v", "v"),
        ("k=a=b", "a=b"),
        ("k=", ""),
        ('k="v"', "v"),
        ("k='v'", "v"),
        ("k='", "'"),
        ("k=''", ""),
        ("k='v\"", "'v\""),
        ('k=""v""', '"v"'),
        ("k= v ", " v "),
    ],
)
def test_literals(text: str, expected: str) -> None:
    assert config_map(literals=[text])["data"] == {"k": expected}


def test_files_have_their_own_name_or_a_given_one() -> None:
    made = config_map(files=["dir/app.conf", "key=empty", "latin1"])
    assert made["data"] == {"app.conf": "<a> & b\n", "key": ""}
    assert made["binaryData"] == {"latin1": "6Q=="}


def test_a_generator_without_sources() -> None:
    assert config_map() == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
    assert secret() == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "web"},
        "type": "Opaque",
        "data": {},
    }


def test_base64_breaks_into_lines_only_where_it_is_long() -> None:
    data = secret(files=["short", "long"], type="x/y")["data"]
    assert data["short"] == "eHh4" * 17
    assert data["long"] == "eHh4" * 17 + "eA\n==\n"


def test_options_of_one_generator_come_before_those_of_all() -> None:
    own = GeneratorOptions.read({"labels": {"a": "own", "b": "own"}, "immutable": True})
    shared = GeneratorOptions.read(
        {
            "labels": {"a": "all", "c": "all"},
            "annotations": {"n": "1"},
            "disableNameSuffixHash": True,
        }
    )
    options = own.under(shared)
    assert options.disable_name_suffix_hash
    made = make_config_map(GeneratorArgs("web", "shop"), options, FILES.__getitem__)
    assert made["immutable"] is True
    assert made["metadata"] == {
        "name": "web",
        "namespace": "shop",
        "labels": {"a": "own", "b": "own", "c": "all"},
        "annotations": {"n": "1"},
    }


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"literals": ["a=1", "a=2"]}, "generates the key 'a' twice"),
        ({"literals": ["empty=1"], "files": ["empty"]}, "generates the key 'empty' twice"),
        ({"literals": ["secret-token"]}, "literal 1 of web is not key=value"),
        ({"literals": ["=a"]}, "literal 1 of web is not key=value"),
        ({"files": ["=empty"]}, "'=empty' under files"),
        ({"files": ["a="]}, "'a=' under files"),
        ({"files": ["a=b=c"]}, "'a=b=c' under files"),
        ({"envs": ["latin1"]}, "latin1:1: the line is not UTF-8"),
        ({"name": ""}, "has no name"),
    ],
)
def test_refuses(entry: Document, error: str) -> None:
    with pytest.raises((KustomizationError, ConflictError), match=error):
        config_map(**entry)


def test_a_wrong_literal_is_not_shown() -> None:
    with pytest.raises(InputError) as raised:
        secret(literals=["hunter2"])
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"type": "x"}, "unknown field 'type'"),
        ({"literal": []}, "unknown field 'literal'"),
        ({"options": {"labels": {"a": 1}}}, "labels.a is to be a string"),
        ({"options": {"immutable": "true"}}, "'immutable' is to be true or false"),
        ({"literals": [{"a": "b"}]}, "list of strings"),
    ],
)
def test_refuses_what_kustomize_cannot_read(entry: Document, error: str) -> None:
    with pytest.raises(FieldError, match=error):
        config_map(**entry)


# The hashes are those that kustomize v5.8.1 prints.
@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        ({"kind": "ConfigMap"}, "6ct58987ht"),
        ({"kind": "ConfigMap", "data": {"a": "b"}}, "4h2mbtbbt6"),
        ({"kind": "ConfigMap", "data": {"a": "b"}, "metadata": {"name": "x"}}, "4h2mbtbbt6"),
        ({"kind": "ConfigMap", "data": {"k": "<a> & b\n\u2028é\b"}}, "fgd9k9gm94"),
        ({"kind": "ConfigMap", "binaryData": {"k": "6Q=="}}, "78ht24c8g4"),
        ({"kind": "Secret", "type": "Opaque", "data": {}}, "46f8b28mk5"),
        ({"kind": "Secret", "type": "x/y", "data": {"a": "Yg=="}}, "79g7mt4h4m"),
    ],
)
def test_hashes(doc: Document, expected: str) -> None:
    assert content_hash(doc) == expected


def test_any_document_has_a_hash() -> None:
    one = content_hash({"kind": "Shop", "spec": {"a": 1.0}})
    assert one == content_hash({"spec": {"a": 1}, "kind": "Shop"})
    assert one != content_hash({"kind": "Shop", "spec": {"a": "1"}})

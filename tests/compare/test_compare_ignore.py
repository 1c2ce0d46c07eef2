from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.compare import Diff, diff, format_path
from promote.compare.patch import apply, edits
from promote.compare.patterns import Pattern
from promote.config.model import IgnoreRule
from promote.errors import UsageError
from promote.model.resource import Resource

if TYPE_CHECKING:
    from promote.model.json import Document, Json


def thing(spec: Json, name: str = "web") -> Document:
    metadata: Document = {"name": name, "namespace": "shop"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def compared(left: Json, right: Json, *rules: IgnoreRule) -> Diff:
    return diff([Resource(thing(left))], [Resource(thing(right))], ignore=rules)


def shown(found: Diff) -> list[str]:
    return [format_path(field.path) for change in found.shown for field in change.changes]


def ignored(found: Diff) -> list[str]:
    return [format_path(one.change.path) for change in found.resources for one in change.ignored]


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (IgnoreRule(), True),
        (IgnoreRule(kind="Deploy*", group="apps", name="w?b", namespace="*"), True),
        (IgnoreRule(kind="deployment"), False),
        (IgnoreRule(group="batch"), False),
        (IgnoreRule(group=""), False),
        (IgnoreRule(name="we"), False),
        (IgnoreRule(namespace="other"), False),
    ],
)
def test_a_rule_is_for_the_resources_that_it_names(rule: IgnoreRule, fits: bool) -> None:
    assert compared({"a": 1}, {"a": 2}, rule).is_empty is fits


BEFORE: Json = {"list": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}], "x/y": 1}
AFTER: Json = {"list": [{"name": "a", "image": "a:2"}, {"name": "b", "image": "b:2"}], "x/y": 2}


@pytest.mark.parametrize(
    ("pointer", "taken"),
    [
        ("/spec/list/*/image", ["a", "b"]),
        ("/spec/list/0/image", ["a"]),
        ("/spec/list/[name=b]/image", ["b"]),
        ("/spec/list/[name=c]/image", []),
        ("/spec/list/[*]/image", []),
        ("/spec/**/image", ["a", "b"]),
        ("/**/im?ge", ["a", "b"]),
        ("/**", ["a", "b", "x/y"]),
        ("/spec/*", ["a", "b", "x/y"]),
        ("/spec/x~1y", ["x/y"]),
        ("/spec/list/**/image/**", []),
        ("/spec/lis", []),
        ("/spec/list", ["a", "b"]),
        ("/spec/l*", ["a", "b"]),
    ],
)
def test_a_pointer_may_have_globs(pointer: str, taken: list[str]) -> None:
    paths = {
        "a": "spec.list[name=a].image",
        "b": "spec.list[name=b].image",
        "x/y": "spec.x/y",
    }
    found = compared(BEFORE, AFTER, IgnoreRule(pointer=pointer))
    assert ignored(found) == [paths[name] for name in taken]
    assert shown(found) == [path for name, path in paths.items() if name not in taken]
    assert found.summary.ignored == len(taken)


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(UsageError) as caught:
        Pattern("spec.replicas")
    assert caught.value.hint == "write it as /spec/replicas"


def test_a_rule_takes_only_its_part_of_what_was_added() -> None:
    found = compared({}, {"a": {"b": 1, "c": 2}}, IgnoreRule(pointer="/spec/a/b"))
    (change,) = found.shown[0].changes
    assert change.new == {"c": 2}
    assert ignored(found) == ["spec.a.b"]


def test_a_rule_takes_only_its_part_of_what_was_removed() -> None:
    left: Json = {"a": {"b": 1, "c": 2, "d": [{"name": "x", "v": 1}, 2]}}
    found = compared(
        left, {}, IgnoreRule(pointer="/spec/a/b"), IgnoreRule(pointer="/spec/a/d/[name=x]")
    )
    (change,) = found.shown[0].changes
    assert change.old == {"c": 2, "d": [2]}
    assert ignored(found) == ["spec.a.b", "spec.a.d[0]"]
    assert apply(thing(left), edits(thing(left), [change])) == thing(
        {"a": {"b": 1, "d": [{"name": "x", "v": 1}]}}
    )


def test_what_rules_take_whole_is_not_shown_empty() -> None:
    found = compared({}, {"a": {"b": 1}}, IgnoreRule(pointer="/spec/a/*"))
    assert found.is_empty
    assert ignored(found) == ["spec.a"]
    assert not compared({}, {"a": {}}, IgnoreRule(pointer="/spec/a/*")).is_empty


def test_a_rule_for_every_element_covers_their_order() -> None:
    left: Json = {"l": [{"name": "a"}, {"name": "b"}]}
    right: Json = {"l": [{"name": "b"}, {"name": "a"}]}
    assert shown(compared(left, right)) == ["spec.l"]
    assert compared(left, right, IgnoreRule(pointer="/spec/l/*")).is_empty
    assert not compared(left, right, IgnoreRule(pointer="/spec/l/*/name")).is_empty


def test_a_rule_without_a_pointer_covers_whole_resources() -> None:
    found = diff([Resource(thing({}))], [], ignore=[IgnoreRule(name="web")])
    assert found.is_empty
    assert found.summary.ignored == 1
    assert found.resources[0].ignored_whole == "*/web (all of it)"


def autoscaler(kind: str, target: Json) -> Resource:
    metadata: Document = {"name": "scaler", "namespace": "shop"}
    return Resource({"kind": kind, "metadata": metadata, "spec": {"scaleTargetRef": target}})


SCALER = autoscaler(
    "HorizontalPodAutoscaler", {"apiVersion": "apps/v1beta2", "kind": "Deployment", "name": "web"}
)


@pytest.mark.parametrize(
    ("scaler", "holds"),
    [
        (SCALER, True),
        (autoscaler("ScaledObject", {"name": "web"}), True),
        (autoscaler("ScaledObject", {"name": "other"}), False),
        (autoscaler("HorizontalPodAutoscaler", {"kind": "StatefulSet", "name": "web"}), False),
        (autoscaler("HorizontalPodAutoscaler", None), False),
    ],
)
def test_replicas_belong_to_the_autoscaler(scaler: Resource, holds: bool) -> None:
    left, right = Resource(thing({"replicas": 1})), Resource(thing({"replicas": 5}))
    found = diff([left, scaler], [right, scaler], ignore=[IgnoreRule(when="hpa")])
    assert found.is_empty is holds
    assert found.summary.ignored == holds


def test_an_autoscaler_on_either_side_is_enough() -> None:
    left, right = Resource(thing({"replicas": 1})), Resource(thing({}))
    there = diff([left], [right, SCALER], ignore=[IgnoreRule(when="hpa")])
    back = diff([right, SCALER], [left], ignore=[IgnoreRule(when="hpa")])
    assert there.summary.ignored == back.summary.ignored == 1
    assert there.summary.changed == back.summary.changed == 0

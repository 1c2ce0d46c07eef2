"""Gates that look at something: the forge, notes, signatures, images, expressions, programs."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from promote.config import GateConfig
from promote.errors import ProjectError, UsageError
from promote.forge import Check, PullRequest, Review
from promote.promotion import make_plan
from promote.promotion.gates import Case, judge, parse_gates
from promote.promotion.gates.base import PromotedImage
from promote.promotion.releases.release import FieldKey, Release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stage import Stage

    from promote.model.json import Document, Json
    from promote.promotion import Verdict

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ONE = Release({FieldKey("image", "a", "newTag"): "1"})
COMMIT = "ab" * 20


def case(**facts: object) -> Case:
    return Case(NOON, "cart", "prod", ("staging",), (ONE,), **facts)  # type: ignore[arg-type]  # each test names its own


def ask(kind: str, value: Json, case: Case) -> Verdict:
    return judge(parse_gates([GateConfig(kind, value)]), case, {})[-1]


def reported(*checks: Check) -> Case:
    return case(arrival=lambda _: COMMIT, statuses=lambda _: checks)


def test_checks_that_are_missing_or_run_or_failed_hold() -> None:
    good, runs = Check("build", "success"), Check("e2e", "pending")
    assert ask("checks", ["build"], reported(good, runs)).passed
    assert ask("checks", ["build", "e2e"], reported(good, runs)).saw == (
        "e2e is pending of abababababab in staging"
    )
    assert ask("checks", ["lint"], reported(good)).saw.startswith("lint is missing of")
    assert ask("checks", "all", reported(good)).saw == "build succeeded of abababababab in staging"
    assert ask("checks", "all", reported(good, Check("x", "failure"))).holds
    assert ask("checks", "all", reported()).saw.startswith("no check was reported")
    ours = Check("promote/prod", "pending")
    assert ask("checks", "all", reported(ours)).holds, "ours alone say nothing"
    assert ask("checks", "all", reported(good, ours)).passed
    assert ask("checks", "all", case(arrival=lambda _: None)).holds


def test_checks_are_of_the_commit_that_brought_the_release(stage: Stage) -> None:
    stage.gates("prod", "[{checks: [ci]}]")
    stage.release("cart", "2.0", "staging")
    stage.push({"README.md": "later, and about something else"})
    brought = stage.git("rev-parse", "main~1", where=stage.bare)
    with stage.session() as session:
        held = make_plan(session, "prod", ["cart"], render=False).apps[0].verdicts[-1]
        session.forge.report(brought, Check("ci", "success"))
        passed = make_plan(session, "prod", ["cart"], render=False).apps[0].verdicts[-1]
    assert (held.holds, held.saw) == (True, f"ci is missing of {brought[:12]} in staging")
    assert (passed.passed, passed.saw) == (True, f"ci succeeded of {brought[:12]} in staging")


def pull(*reviews: Review) -> Case:
    found = PullRequest(
        1, "t", "b", "h", "main", "open", "bot", NOON, head_commit=COMMIT, reviews=reviews
    )
    return case(pull=lambda: found)


def test_approvals() -> None:
    ada, eve = Review("ada", "approved", COMMIT), Review("eve", "approved", COMMIT)
    assert ask("approvals", 2, pull(ada, eve)).saw == "2 of 2 for abababababab by ada, eve"
    assert ask("approvals", 2, pull(ada, Review("eve", "approved", "cd" * 20))).saw == (
        "1 of 2 for abababababab by ada; 1 for an older commit"
    )
    assert ask("approvals", 1, pull(Review("bot", "approved", COMMIT))).holds
    assert ask("approvals", 1, pull(Review("ada", "commented", COMMIT))).holds
    assert ask("approvals", 1, pull(ada, Review("eve", "changes requested", None))).holds
    assert ask("approvals", {"from": ["eve"]}, pull(ada)).holds
    assert ask("approvals", {"from": ["eve"]}, pull(ada, eve)).passed
    none = ask("approvals", 1, case(pull=lambda: None))
    assert (none.holds, none.stage, none.stops("open")) == (True, "merge", False)


def images(*found: tuple[str, str]) -> Case:
    return case(images=lambda: [PromotedImage(*one) for one in found])


def test_digests() -> None:
    assert ask("digest", True, images(("a", "sha256:1"))).saw == "1 image(s), each with a digest"
    assert ask("digest", True, images(("a", "sha256:1"), ("b", ""))).saw == "without a digest: b"
    assert ask("digest", {"except": ["shop/*"]}, images(("shop/b", ""))).passed
    many = ask("digest", True, images(*((f"i{n}", "") for n in range(7))))
    assert many.saw.endswith("i4 and 2 more")


def test_digests_of_a_release_and_of_what_values_say(stage: Stage) -> None:
    stage.gates("prod", "[{digest: true}]")
    stage.release("cart", "2.0", "staging")
    assert asked(stage).saw == "without a digest: shop/cart"
    text = stage.show("overlays/staging/cart/kustomization.yaml")
    digest = "sha256:" + "1" * 64
    pinned = text.replace('    newTag: "2.0"', f"    digest: {digest}")
    stage.push({"overlays/staging/cart/kustomization.yaml": pinned})
    assert asked(stage).passed
    # Values may say images in ways of their own, so that what is rendered counts.
    project = stage.show("promote.yaml").replace("{values: []}", "{values: [image.tag]}")
    sidecar = "        - {name: side, image: shop/side:1}\n"
    base = stage.show("bases/cart/deployment.yaml")
    stage.push({"promote.yaml": project, "bases/cart/deployment.yaml": base + sidecar})
    assert asked(stage).saw == "without a digest: shop/side"


def asked(stage: Stage) -> Verdict:
    """What the last gate of prod says of cart."""
    with stage.session() as session:
        return make_plan(session, "prod", ["cart"], render=False).apps[0].verdicts[-1]


PLAN: Document = {
    "app": "cart",
    "target": "prod",
    "sources": ["staging"],
    "author": "Ada <ada@example.org>",
    "release": {"id": "1", "label": "2.0"},
    "current": {"id": "0", "label": "1.0"},
    "moves": [{"kind": "image", "name": "a", "part": "newTag", "old": "1", "new": "2"}],
    "images": [{"name": "a", "newName": "", "newTag": "2", "digest": ""}],
    "effects": {"added": {}, "changed": {"Deployment": 2}, "removed": {}},
}


def planned() -> tuple[Case, list[bool]]:
    rendered: list[bool] = []

    def document(effects: bool) -> Document:
        rendered.append(effects)
        return PLAN

    return case(document=document), rendered


@pytest.mark.parametrize(
    "expression",
    [
        'app == "cart" && target == "prod" && "staging" in sources',
        'moves.all(m, m.kind == "image") && size(moves) == 1',
        'images.exists(i, i.newTag.matches("^[0-9]+$"))',
        'release.label != current.label && author.contains("ada")',
        "effects.changed.Deployment < 3 && size(effects.removed) == 0",
        'now.getDayOfWeek("Europe/Zurich") == 3',
        'now < timestamp("2027-01-01T00:00:00Z")',
    ],
)
def test_a_policy_sees_the_plan(expression: str) -> None:
    where, rendered = planned()
    assert ask("policy", expression, where).passed
    assert rendered == ["effects" in expression], "nothing is rendered that is not asked for"


def test_a_broken_policy_says_its_message() -> None:
    rules: Json = [{"cel": "size(moves) > 5", "message": "too few"}, "true", "app == 'web'"]
    assert ask("policy", rules, planned()[0]).saw == "too few; app == 'web'"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("app ==", "is wrong at 1:7: Syntax error"),
        ("app == 'x' &&\n  foo", "is wrong at 2:3: undeclared reference to 'foo'"),
        ("app + 1 == 2", "is wrong at 1:5: found no matching overload"),
        ("x" * 5000, "at most 4000 characters"),
    ],
)
def test_a_wrong_policy_is_known_before_anything_is_asked(expression: str, said: str) -> None:
    with pytest.raises(ProjectError, match=said):
        parse_gates([GateConfig("policy", expression)])


def test_a_policy_that_is_no_answer_is_an_error_and_no_pass() -> None:
    with pytest.raises(ProjectError, match="is not true or false"):
        ask("policy", "size(moves)", planned()[0])
    with pytest.raises(ProjectError, match=r"no such key|not found"):
        ask("policy", "release.tag == ''", planned()[0])


def test_a_policy_cannot_run_for_ever() -> None:
    ones = f"[{', '.join(['1'] * 100)}]"
    loops = f"{ones}.all(a, {ones}.all(b, {ones}.all(c, a + b + c > 0)))"
    with pytest.raises(ProjectError, match=r"[Bb]udget exceeded"):
        ask("policy", loops, planned()[0])


def test_a_wrong_policy_of_a_project_has_its_line(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 1s}, {policy: [{cel: 'foo > 1'}]}]")
    stage.release("cart", "2.0", "staging")
    with stage.session() as session, pytest.raises(ProjectError) as caught:
        make_plan(session, "prod", ["cart"], render=False)
    text = stage.show("promote.yaml").splitlines()
    line = next(n for n, one in enumerate(text, 1) if "policy" in one)
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == ("promote.yaml", line)


def test_a_command_gets_the_plan_and_nothing_of_ours(stage: Stage) -> None:
    script = (
        "#!/bin/sh\necho $PWD/$1 $(cat) | tr -d ' ' > $TMPDIR/seen\nenv | cut -d= -f1 | sort\n"
        "ls -a; grep -o '.label.:.2.0.' $TMPDIR/seen\n"
    )
    commands(stage, "check.sh", script, "[./check.sh, '$HOME;x']")
    verdict = asked(secret(stage))
    assert (verdict.passed, verdict.saw) == (True, './check.sh: "label":"2.0"')


def test_what_a_command_sees(stage: Stage) -> None:
    commands(stage, "check.sh", "#!/bin/sh\nenv | grep -c TOKEN; env | grep -c GIT_\nexit 3\n")
    verdict = asked(secret(stage))
    assert (verdict.holds, verdict.saw) == (True, "./check.sh: 0 (ended with 3)")
    commands(stage, "check.sh", "#!/bin/sh\ntest ! -e .git && cat promote.yaml | grep ^name:\n")
    assert asked(stage).saw == "./check.sh: name: shop"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sleep 60 & sleep 60", "did not end within 1 s"),
        ("yes", "said more than 64 KiB"),
        ("exit 9", "said nothing (ended with 9)"),
        ("kill -9 $$", "said nothing (ended with -9)"),
    ],
)
def test_a_command_has_limits(stage: Stage, script: str, said: str) -> None:
    commands(stage, "check.sh", f"#!/bin/sh\n{script}\n", "{run: [./check.sh], seconds: 1}")
    verdict = asked(stage)
    assert (verdict.holds, verdict.saw) == (True, f"./check.sh: {said}")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("[./missing.sh]", "the base branch has no file ./missing.sh"),
        ("[../../../bin/true]", "has no file ../../../bin/true"),
        ("[/bin/true]", "has no file /bin/true"),
        ("[no-such-program-here]", "there is no program no-such-program-here on PATH"),
        ("[./promote.yaml]", "cannot be started"),
    ],
)
def test_a_command_that_is_not_there(stage: Stage, argv: str, said: str) -> None:
    commands(stage, "check.sh", "#!/bin/sh\n", argv)
    with stage.session() as session, pytest.raises(ProjectError, match=said):
        make_plan(session, "prod", ["cart"], render=False)


def test_a_command_is_run_where_the_base_branch_trusts_commands_alone(stage: Stage) -> None:
    stage.gates("prod", "[{command: [touch, /tmp/canary]}]")
    with pytest.raises(ProjectError, match="does not let gates run commands"), stage.session():
        pass


def commands(stage: Stage, name: str, script: str, value: str = "[./check.sh]") -> None:
    """A gate of prod that runs a script of the base branch, and a release that waits for it."""
    project = stage.show("promote.yaml").split("trust:")[0]
    head, _, tail = project.partition("  prod: {")
    tail = tail[tail.index("from: staging") :]
    gate = f"gates: [{{command: {value}}}], "
    text = f"{head}  prod: {{{gate}{tail}trust: {{commands: true}}\n"
    other = stage.sandbox.folder / "colleague"
    stage.push({"promote.yaml": text, name: script})
    (other / name).chmod(0o755)
    stage.git("commit", "-q", "--allow-empty", "-am", "executable", where=other)
    stage.git("push", "-q", "origin", "main", where=other)
    if stage.tag("staging", "cart") != "2.0":
        stage.release("cart", "2.0", "staging")


def secret(stage: Stage) -> Stage:
    stage.sandbox.environ["GITEA_TOKEN"] = "s3cret"  # noqa: S105 - what must not be seen
    return stage


def keys(folder: Path, name: str) -> tuple[Path, str]:
    """An ssh key, and its line in a list of allowed signers."""
    key = folder / name
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)]
    subprocess.run(command, check=True)
    public = key.with_suffix(".pub").read_text(encoding="utf-8").strip()
    return key, f"{name}@example.org {public}\n"


def signing(stage: Stage, key: Path) -> Callable[[str, str], str]:
    """Releases of cart in staging, by a commit that a key signed."""

    def release(tag: str, branch: str = "main") -> str:
        other = stage.sandbox.folder / "colleague"
        path = other / "overlays/staging/cart/kustomization.yaml"
        stage.git("fetch", "-q", "origin", where=other)
        stage.git("checkout", "-q", "-B", branch, "origin/main", where=other)
        path.write_text(path.read_text(encoding="utf-8").replace(stage.tag("staging", "cart"), tag))
        options = ["-c", "gpg.format=ssh", "-c", f"user.signingKey={key}"]
        stage.git(*options, "commit", "-q", "-S", "-am", f"cart {tag}", where=other)
        stage.git("push", "-q", "origin", branch, where=other)
        return stage.git("rev-parse", "HEAD", where=other)

    return release


def test_releases_are_signed_by_allowed_keys(stage: Stage) -> None:
    ada, line = keys(stage.sandbox.folder, "ada")
    eve, _ = keys(stage.sandbox.folder, "eve")
    stage.gates("prod", "[{signed: .promote/signers}]")
    stage.release("cart", "2.0", "staging")
    with (
        stage.session() as session,
        pytest.raises(ProjectError, match=r"no file \.promote/signers"),
    ):
        make_plan(session, "prod", ["cart"], render=False)
    stage.push({".promote/signers": line})
    assert asked(stage).saw.endswith("in staging is not signed by an allowed key")
    commit = signing(stage, eve)("3.0", "main")
    assert asked(stage).saw == f"{commit[:12]} in staging is not signed by an allowed key"
    commit = signing(stage, ada)("4.0", "main")
    verdict = asked(stage)
    assert (verdict.passed, verdict.saw) == (True, f"{commit[:12]} in staging by ada@example.org")


def test_an_unsigned_merge_of_signed_commits_that_adds_nothing_is_signed(stage: Stage) -> None:
    ada, line = keys(stage.sandbox.folder, "ada")
    stage.gates("prod", "[{signed: signers}]")
    stage.push({"signers": line})
    commit = signing(stage, ada)("2.0", "topic")
    other = stage.sandbox.folder / "colleague"
    stage.git("checkout", "-q", "-B", "main", "origin/main", where=other)
    stage.git("merge", "-q", "--no-ff", "-m", "merge", "topic", where=other)
    stage.git("push", "-q", "origin", "main", where=other)
    assert asked(stage).saw == f"{commit[:12]} in staging by ada@example.org"
    commit = signing(stage, ada)("3.0", "topic2")
    stage.git("checkout", "-q", "-B", "main", "origin/main", where=other)
    stage.git("merge", "-q", "--no-ff", "--no-commit", "topic2", where=other)
    (other / "README.md").write_text("what nobody signed", encoding="utf-8")
    stage.git("add", "README.md", where=other)
    stage.git("commit", "-q", "-m", "evil merge", where=other)
    stage.git("push", "-q", "origin", "main", where=other)
    assert asked(stage).holds


def test_a_stop_of_the_whole_project_and_a_calendar(stage: Stage) -> None:
    text = stage.show("promote.yaml")
    calendars = "calendars: {xmas: {windows: [{from: 2026-03-01, to: 2026-03-05}]}}\n"
    gated = text.replace("prod: {from", "prod: {gates: [{freeze: xmas}], from") + calendars
    stage.push({"promote.yaml": gated})
    stage.release("cart", "2.0", "staging")
    stage.release("cart", "2.0", "dev")
    assert "is in the window 2026-03-01 to 2026-03-05" in asked(stage).saw
    stage.push({"promote.yaml": gated + "stop: incident 7\n"})
    stage.release("web", "5.0", "dev")
    with stage.session() as session:
        for target, app in (("staging", "web"), ("prod", "cart")):
            plan = make_plan(session, target, [app], render=False).apps[0]
            assert plan.state == "held"
            assert plan.verdicts[1].saw == "incident 7"
        make_plan(session, "staging", ["web"], overrides={"stop": "a fix"}, render=False)


def test_an_override_may_be_forbidden() -> None:
    gates = parse_gates([GateConfig("stop", "x", override=False)])
    with pytest.raises(UsageError, match="the gate 'stop' of prod is never overridden"):
        judge(gates, case(), {"stop": "please"})


def test_no_fact_is_looked_up_that_no_gate_asks_for() -> None:
    judge(parse_gates([GateConfig("stop", False)]), case(), {})


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        (GateConfig("checks", []), "checks are a list"),
        (GateConfig("approvals", 0), "counted from 1"),
        (GateConfig("approvals", {"count": 2, "from": ["a"]}), "cannot give 2"),
        (GateConfig("approvals", 1, at="open"), "they decide at its merge"),
        (GateConfig("verification", False), "is true, or says within when"),
        (GateConfig("verification", {"within": "soon"}), "'soon' is not a duration"),
        (GateConfig("signed", True), "names a file"),
        (GateConfig("digest", {"accept": []}), "digest is true"),
        (GateConfig("policy", []), "has an expression"),
        (GateConfig("policy", [{"message": "x"}]), "a policy is an expression"),
        (GateConfig("command", "rm -rf"), "a command is a list"),
        (GateConfig("command", {"run": ["x"], "seconds": 0}), "is no number of seconds"),
    ],
)
def test_what_a_gate_may_not_be_told(gate: GateConfig, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        parse_gates([gate])

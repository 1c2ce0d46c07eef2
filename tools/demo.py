"""Play a release from dev to production and its disaster recovery, in a temporary folder.

Every command is the installed `promote` (or plain git), really run; what it answers is shown as it
comes, shortened where it is long. Nothing outside the temporary folder is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_WIDTH = 120
EXAMPLE = ("promote.yaml", "bases", "components", "overlays")
STOREFRONT = "overlays/dev/storefront/kustomization.yaml"


class DemoError(Exception):
    """A command did not end as the play needs it to."""


@dataclass(frozen=True)
class Stage:
    """A clone of the example, with a bare repository as its `origin`."""

    folder: Path
    colour: bool

    @property
    def clone(self) -> Path:
        """The work tree in which the commands run."""
        return self.folder / "shop"

    def say(self, text: str) -> None:
        """Tell the reader what comes next."""
        print("\n" + textwrap.fill(" ".join(text.split()), 88))

    def run(self, *command: str, lines: int = 40, ends: tuple[int, ...] = (0,)) -> str:
        """Run a command, and show it and what it answers.

        Args:
            command: the program and its arguments.
            lines: how many lines of the answer are shown.
            ends: the exit codes that the play expects.

        Returns:
            What it wrote to standard output.

        Raises:
            DemoError: it ended with another exit code.
        """
        print(self._bold("\n  $ " + " ".join(_quoted(word) for word in command)))
        begun = time.monotonic()
        done = subprocess.run(  # noqa: S603 - the demo's own commands
            command,
            cwd=self.clone,
            env=environment(self.folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - begun
        _show(done.stdout, lines)
        if done.returncode or seconds > 1:
            print(self._dim(f"    (exit {done.returncode}, {seconds:.1f} s)"))
        if done.returncode not in ends:
            raise DemoError(f"'{' '.join(command)}' ended with {done.returncode}")
        return done.stdout

    def git(self, *arguments: str) -> None:
        """Run git without showing it: what sets the stage."""
        subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - the user's own git
            cwd=self.folder,
            env=environment(self.folder),
            check=True,
            capture_output=True,
        )

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a file of the clone, as a developer would in an editor."""
        file = self.clone / path
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise DemoError(f"{path} does not say {old!r}")
        file.write_text(text.replace(old, new), encoding="utf-8")

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self.colour else text

    def _dim(self, text: str) -> str:
        return f"\033[2m{text}\033[0m" if self.colour else text


def environment(folder: Path) -> dict[str, str]:
    """The variables that the commands see: nobody's Git configuration, and this `promote` first."""
    programs = Path(sys.executable).parent
    kept = {name: os.environ[name] for name in ("LANG", "TERM", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@shop.example",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@shop.example",
    }


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else f"'{word}'"


def _show(answer: str, lines: int) -> None:
    shown = answer.rstrip("\n").splitlines()
    for line in shown[:lines]:
        print("\n".join(_folded(line)) if len(line) > _WIDTH else f"    {line}")
    if len(shown) > lines:
        print(f"    … {len(shown) - lines} more lines")


def _folded(line: str) -> list[str]:
    """A long line in several, which all begin where it does."""
    start = "    " + " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line.strip(), _WIDTH, initial_indent=start, subsequent_indent=f"{start}    "
    )


def set_up(stage: Stage) -> None:
    """Make the repository: the example as its first commit, pushed to a bare `origin`."""
    stage.git("init", "-q", "--bare", "--initial-branch=main", "origin.git")
    stage.git("clone", "-q", "origin.git", "shop")
    for name in EXAMPLE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, stage.clone / name)
    stage.git("-C", "shop", "checkout", "-q", "-B", "main")
    stage.git("-C", "shop", "add", "-A")
    stage.git("-C", "shop", "commit", "-q", "-m", "An online shop")
    stage.git("-C", "shop", "push", "-q", "-u", "origin", "main")


def look_around(stage: Stage) -> None:
    """What is where, and what differs."""
    stage.say("""A repository holds an online shop: ten apps, in four environments. Which release of
        which app is where?""")
    stage.run("promote", "status")
    stage.say("What will be applied in production? The manifests of one app:")
    stage.run("promote", "render", "--env", "prod", "--app", "storefront", lines=18)
    stage.say("""What differs between dev and staging? Differences end the command with exit code
        10, so that scripts see them.""")
    stage.run("promote", "diff", "dev", "staging", "--app", "catalog", ends=(10,))


def look_at_recovery(stage: Stage) -> None:
    """The variant of production, and the proof that it is one."""
    stage.say("""prod-dr is written down nowhere: it is prod under other names for clusters,
        namespaces and gateways, plus the little that its overlay declares. Is it still?""")
    stage.run("promote", "dr", "check", "prod-dr")
    stage.say("""What it declares to differ. The new names are no difference: resources are paired
        through the rename.""")
    stage.run("promote", "diff", "prod", "prod-dr", "--app", "storefront", ends=(10,))


def new_release(stage: Stage) -> None:
    """A build makes a new image, and dev takes it by a commit."""
    stage.say("A build has made storefront 3.9.0, and a commit brings it to dev:")
    stage.edit(STOREFRONT, "newTag: 3.8.0", "newTag: 3.9.0")
    stage.run("git", "commit", "-q", "-a", "-m", "storefront 3.9.0 in dev")
    stage.run("git", "push", "-q")
    stage.say("Someone is in the midst of other work, which nothing that follows may touch:")
    stage.edit("bases/storefront/robots.txt", "/cart", "/basket")
    stage.run("git", "status", "--short")


def to_staging(stage: Stage) -> None:
    """Plan, promote twice, look, and merge."""
    stage.say("What would move to staging, and what would change there? A plan changes nothing.")
    stage.run("promote", "plan", "storefront", "--to", "staging")
    stage.say("""Open the pull request. Its branch is built in the object store: neither the work
        tree nor the current branch is touched.""")
    stage.run("promote", "promote", "storefront", "--to", "staging")
    stage.run("git", "status", "--short")
    stage.say("Once more, as a pipeline that was started twice would. Nothing doubles:")
    stage.run("promote", "promote", "storefront", "--to", "staging")
    stage.run("promote", "pull", "list")
    stage.say(
        "The pull request lives in the Git remote itself. A reviewer reads it, and merges it:"
    )
    stage.run("promote", "pull", "show", "1", lines=36)
    merge(stage, "1")


def to_production(stage: Stage) -> None:
    """The same again, with disaster recovery beside it."""
    stage.say("""On to production. The plan shows what changes there, and what follows in disaster
        recovery:""")
    stage.run("promote", "plan", "storefront", "--to", "prod")
    stage.run("promote", "promote", "storefront", "--to", "prod")
    merge(stage, "2")
    stage.say("prod-dr has followed without a change of its own, and is still prod:")
    stage.run("promote", "status", lines=2)
    stage.run("promote", "dr", "check", "prod-dr", lines=1)


def back(stage: Stage) -> None:
    """A rollback, and the hold that it leaves."""
    stage.say("The new storefront is slow. Back to what ran before, by a pull request too:")
    stage.run("promote", "rollback", "prod", "storefront", "--reason", "pages load slowly")
    merge(stage, "3")
    stage.say("""A hold now keeps the slow release out until someone lifts it, and says so with exit
        code 11:""")
    stage.run("promote", "promote", "storefront", "--to", "prod", ends=(11,))
    stage.run("promote", "status")


def merge(stage: Stage, number: str) -> None:
    """Merge a pull request, and bring the clone up to date."""
    stage.run("promote", "pull", "merge", number)
    stage.run("git", "pull", "-q")


def main() -> int:
    """Play in a temporary folder, and clean up."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="promote-demo-") as folder:
        stage = Stage(Path(folder), colour=sys.stdout.isatty())
        try:
            set_up(stage)
            for act in (
                look_around,
                look_at_recovery,
                new_release,
                to_staging,
                to_production,
                back,
            ):
                act(stage)
        except (DemoError, subprocess.CalledProcessError) as error:
            print(f"\nThe demo stopped: {error}", file=sys.stderr)
            return 1
    print(f"\nThat was all of it, in {time.monotonic() - begun:.0f} seconds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

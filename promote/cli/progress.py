"""Saying how far long work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from promote.model.closing import Closing

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 0.5  # seconds before a bar is worth drawing
_EVERY = 10.0  # seconds between two lines in a log


class Meter(Closing):
    """Counts what is done, on stderr.

    Args:
        total: how much there is to do.
        quiet: say nothing.
    """

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        self._total = total
        self._quiet = quiet
        self._done = 0
        self._started = self._said = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def close(self) -> None:
        """End what is open."""
        if self._bar is not None:
            self._bar.stop()

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._quiet:
            return
        now = time.monotonic()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done)
        elif sys.stderr.isatty():
            if now - self._started > _PATIENCE:
                self._draw()
        elif now - self._said > _EVERY:
            self._said = now
            print(f"promote: rendered {self._done} of {self._total}", file=sys.stderr)

    def _draw(self) -> None:
        # Only long work pays for it.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

        columns = TextColumn("rendering"), BarColumn(), MofNCompleteColumn()
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("rendering", total=self._total, completed=self._done)
        self._bar.start()

"""The streams of the process: UTF-8 whatever the locale says, and never the end of a command."""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Sink(io.FileIO):
    """A stream of the process, which is led to nowhere once nobody can have what is written."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, as far as someone reads it.

        Raises:
            OutsideError: the output cannot be kept, as on a disk that is full.
        """
        try:
            return super().write(data)
        except BrokenPipeError:
            # Whoever read it has seen enough. The command goes on: its exit code is a verdict.
            self._abandon()
        except OSError as error:
            # What is left in the buffers must not fail at the process's end once more.
            self._abandon()
            if self.fileno() != 2:  # noqa: PLR2004 - an error that cannot be said is not one more
                from promote.errors import OutsideError  # noqa: PLC0415 - hardly ever

                raise OutsideError(f"cannot write the output: {error.strerror}") from error
        return memoryview(data).nbytes

    def _abandon(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def prepare() -> None:
    """Make stdout and stderr ready for a command."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The caller closed it. The next file that is opened must not get its number, or what
            # is printed would go into that file.
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = _text(1, "strict"), _text(2, "backslashreplace")


def _text(number: int, errors: str) -> io.TextIOWrapper:
    # Manifests are UTF-8 with line feeds, whatever the locale says of a terminal.
    raw = _Sink(number, "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding="utf-8",
        errors=errors,
        newline="\n",
        line_buffering=number == 2 or raw.isatty(),  # noqa: PLR2004 - stderr, as Python has it
    )

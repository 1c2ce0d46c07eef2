"""Workers on other machines: a Dask cluster as an executor.

The folder of the project must be shared with the workers, at the same path. That is not taken on
trust: what each worker read is compared with the files here, by content.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from promote.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

_SECONDS = 10


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """The workers of a Dask scheduler, and how many there are.

    Raises:
        UsageError: the extra is not installed.
        OutsideError: the scheduler cannot be reached.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise UsageError("--scheduler needs Dask", hint="pip install 'promote[dask]'") from None
    try:
        client = Client(  # type: ignore[no-untyped-call]  # Dask has no types
            address, timeout=_SECONDS, set_as_default=False
        )
    except (OSError, ValueError) as error:
        raise OutsideError(f"no Dask scheduler at {address}: {error}") from None
    with client:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        # A task whose worker ends is given to another one; `pure` would keep results of other runs.
        executor: Executor = client.get_executor(pure=False, retries=3)  # type: ignore[no-untyped-call]
        yield executor, max(1, workers)

"""Blocks of members over the workers of a Dask cluster."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from ..errors import SpillsimError
from .runner import Block, Compute

ANSWER = 10.0
"""Seconds in which a scheduler must answer, and a first worker must be there."""
ALONE = 60.0
"""Seconds for which a cluster may have lost all its workers."""
_TURN = 0.2
"""Seconds between two looks at whether anything has gone wrong."""
_COUNTED = 5.0
"""Seconds between two counts of the workers; more may join at any time."""
_RETRIES = 3
_FINISHED = "Members that are finished and in a store are kept."


class DaskPool:
    """Workers of a Dask cluster."""

    patience = 1
    """The scheduler has tried a block on several workers before it says that they died of it."""

    def __init__(self, compute: Compute, client: Any) -> None:
        self._client = client
        self._workers, self._counted = self._count(), time.monotonic()
        self._since: float | None = None
        if self._workers == 0:
            _wait_for_worker(client)
        # sent once, not with every block; as a result of its own, which unlike what is scattered
        # the scheduler can make again when the workers that hold it die
        with warnings.catch_warnings(), _scheduler_there(client):
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            self._compute = client.submit(_same, compute, pure=False)
        self._over: SimpleQueue[Any] = SimpleQueue()

    def _count(self) -> int:
        return sum(self._client.nthreads().values())

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now."""
        if time.monotonic() - self._counted > _COUNTED:
            with _scheduler_there(self._client):
                self._workers, self._counted = self._count(), time.monotonic()
        return max(1, self._workers)

    def submit(self, block: int) -> Any:
        """Begin a block; one whose worker dies is begun again by the scheduler."""
        with _scheduler_there(self._client):
            handle = self._client.submit(_call, self._compute, block, pure=False, retries=_RETRIES)
            handle.add_done_callback(self._over.put)
        return handle

    def ended(self, handles: Sequence[Any]) -> Iterator[tuple[Any, Block | None]]:
        """Wait for one to end.

        Raises
        ------
        SpillsimError
            The scheduler or all workers are gone, or a worker has no spillsim.
        """
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        handle = None
        while handle is None:
            with suppress(Empty):  # in turns, so that Ctrl-C is heard
                handle = self._over.get(timeout=_TURN)
            if handle is None:
                self._look()
        self._since = None
        try:
            with _scheduler_there(self._client):
                found = handle.result()
            yield handle, found
        except KilledWorker:
            yield handle, None
        except CancelledError:
            raise SpillsimError(_lost(self._client)) from None
        except ImportError as failure:
            raise SpillsimError(
                f"a worker of the cluster cannot compute members: {failure}. Install the same "
                "spillsim there as here."
            ) from None

    def _look(self) -> None:
        """Raise where nothing more can come."""
        if self._client.status != "running":
            raise SpillsimError(_lost(self._client))
        _ = self.workers
        if self._workers:
            self._since = None
            return
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        if now - self._since > ALONE:
            raise SpillsimError(f"all workers of the cluster are gone. {_FINISHED}")

    def stop(self) -> None:
        """The cluster is not ours: futures that nobody holds are given up by its scheduler."""


def _same(compute: Compute) -> Compute:
    return compute


def _call(compute: Compute, block: int) -> Block:
    return compute(block)


def _lost(client: Any) -> str:
    where = getattr(getattr(client, "scheduler", None), "address", "") or "the cluster"
    return f"the Dask scheduler at {where} is gone. {_FINISHED}"


@contextmanager
def _scheduler_there(client: Any) -> Iterator[None]:
    """Say in words that the scheduler is gone."""
    from distributed.client import ClosedClientError

    try:
        yield
    except (OSError, ClosedClientError) as failure:
        raise SpillsimError(_lost(client)) from failure


def _wait_for_worker(client: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=ANSWER)
    except TimeoutError:
        raise SpillsimError(
            "the Dask cluster has no workers. Begin some with: dask worker ADDRESS"
        ) from None


@contextmanager
def dask_client(scheduler: Any, answer: float = ANSWER) -> Iterator[Any]:
    """A client of a cluster: the one given, or one for the address given.

    answer : seconds in which the scheduler must answer

    Raises
    ------
    SpillsimError
        Dask is not installed, or nobody answers at the address.
    """
    if not isinstance(scheduler, str):
        yield scheduler
        return
    try:
        from distributed import Client
    except ImportError:
        raise SpillsimError(
            'a cluster needs Dask: pip install "spillsim[distributed]", or leave --scheduler out.'
        ) from None
    try:
        connect: Any = Client
        client = connect(scheduler, timeout=answer, set_as_default=False)
    except (OSError, ValueError) as failure:
        raise SpillsimError(
            f"no Dask scheduler answers at {scheduler}: {str(failure) or type(failure).__name__}. "
            "Is it running (dask scheduler), and is the address right (tcp://HOST:8786)?"
        ) from None
    with _silent():
        try:
            yield client
        finally:
            client.close()


@contextmanager
def _silent() -> Iterator[None]:
    """That a connection is lost is said in words; Dask's own account of it is pages long."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

"""Blocks of members over threads, processes or a Dask cluster; the results do not tell which.

A block is a pure function of its number, so it may run anywhere, twice, or after a restart. At
most a few blocks per worker are under way, which bounds the memory. Results are written by the
one who asked, whole block by whole block.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import SimulationError, SpillsimError

UNDER_WAY = 2
"""Blocks per worker that are computed or wait for a worker."""
KILLED = "the process that computed it was killed"
DEATHS = 3
"""Times that a block may take its worker along before its members count as failed."""


@dataclass(frozen=True)
class Block:
    """What the members of a block came to."""

    values: Mapping[str, NDArray[Any]]
    """(members of the block, ...) by name."""
    failed: Mapping[int, str] = field(default_factory=dict)
    """Number of a member -> why it failed; its values are NaN."""


Compute = Callable[[int], Block]
"""Computes a block from its number; for processes and clusters it must be picklable."""
Lost = Callable[[int, str], Block]
"""A block whose members all failed for a reason, where no worker lives to compute it."""


class Pool(Protocol):
    """Where blocks are computed."""

    workers: int

    def submit(self, block: int) -> Any:
        """Begin a block; returns a handle."""
        ...

    def ended(self, handles: Sequence[Any]) -> Iterator[tuple[Any, Block | None]]:
        """Wait for some to end; None for a block whose worker died."""
        ...

    def stop(self) -> None:
        """Give up what has not begun."""
        ...


class LocalPool:
    """Threads or processes of this machine."""

    def __init__(self, compute: Compute, workers: int, *, processes: bool) -> None:
        self.workers = workers
        self._compute = compute
        self._processes = processes
        self._executor = self._begin()

    def _begin(self) -> Executor:
        if self._processes:
            # a fresh interpreter: forking one that has threads, as numba may, can hang
            context = multiprocessing.get_context("spawn")
            return ProcessPoolExecutor(self.workers, mp_context=context)
        return ThreadPoolExecutor(self.workers, thread_name_prefix="members")

    def submit(self, block: int) -> Future[Block]:
        """Begin a block."""
        try:
            return self._executor.submit(self._compute, block)
        except BrokenProcessPool:
            self._executor = self._begin()
            return self._executor.submit(self._compute, block)

    def ended(
        self, handles: Sequence[Future[Block]]
    ) -> Iterator[tuple[Future[Block], Block | None]]:
        """Wait for some to end."""
        done, _ = wait(handles, return_when=FIRST_COMPLETED)
        for handle in done:
            try:
                yield handle, handle.result()
            except BrokenProcessPool:
                yield handle, None

    def stop(self) -> None:
        """Give up what has not begun."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class DaskPool:
    """Workers of a Dask cluster."""

    def __init__(self, compute: Compute, client: Any) -> None:
        self.workers = max(1, sum(client.nthreads().values()))
        self._client = client
        # sent once, not with every block
        self._compute = client.scatter(compute, broadcast=True)
        self._over: SimpleQueue[Any] = SimpleQueue()

    def submit(self, block: int) -> Any:
        """Begin a block; one whose worker dies is begun again by the scheduler."""
        handle = self._client.submit(_call, self._compute, block, pure=False, retries=DEATHS)
        handle.add_done_callback(self._over.put)
        return handle

    def ended(self, handles: Sequence[Any]) -> Iterator[tuple[Any, Block | None]]:
        """Wait for one to end."""
        from distributed import KilledWorker

        handle = None
        while handle is None:
            with suppress(Empty):  # in turns, so that Ctrl-C is heard
                handle = self._over.get(timeout=0.2)
        try:
            yield handle, handle.result()
        except KilledWorker:
            yield handle, None

    def stop(self) -> None:
        """The cluster is not ours: futures that nobody holds are given up by its scheduler."""


def _call(compute: Compute, block: int) -> Block:
    return compute(block)


@contextmanager
def dask_client(scheduler: Any) -> Iterator[Any]:
    """A client of a cluster: the one given, or one for the address given.

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
        client = connect(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as failure:
        raise SpillsimError(
            f"no Dask scheduler answers at {scheduler}: {str(failure) or type(failure).__name__}. "
            "Is it running (dask scheduler), and is the address right (tcp://HOST:8786)?"
        ) from None
    try:
        yield client
    finally:
        client.close()


def usable_workers() -> int:
    """Processors that this process may use."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on every system
        return max(1, os.cpu_count() or 1)


def run_blocks(
    pool: Pool, blocks: Sequence[int], lost: Lost, take: Callable[[int, Block], bool]
) -> None:
    """Compute blocks, the first ones first, and hand each over as it ends.

    Parameters
    ----------
    pool : where they are computed
    blocks : their numbers
    lost : a block of failed members, for one that kills its workers
    take : called with the number and the block; returns True when no more are wanted
    """
    waiting = list(reversed(blocks))
    under_way: dict[Any, int] = {}
    deaths: dict[int, int] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < UNDER_WAY * pool.workers:
                block = waiting.pop()
                under_way[pool.submit(block)] = block
            for handle, found in pool.ended(list(under_way)):
                block = under_way.pop(handle)
                if found is None:
                    deaths[block] = deaths.get(block, 0) + 1
                    if deaths[block] < DEATHS:
                        waiting.append(block)
                        continue
                if take(block, found or lost(block, KILLED)):
                    return
    finally:
        pool.stop()


@dataclass
class Prefix:
    """The members that count when a run may end early: those of all blocks up to one.

    Which blocks end first depends on the machine; to give the same answer everywhere, whether to
    stop is asked of whole beginnings only, one block after the other.
    """

    enough: Callable[[int], bool]
    """Asked with the number of blocks in the beginning, once each, in order."""
    done: set[int] = field(default_factory=set)
    length: int = 0
    reached: bool = False

    def add(self, block: int) -> bool:
        """Note that a block is done; True once enough are."""
        self.done.add(block)
        while not self.reached and self.length in self.done:
            self.length += 1
            self.reached = self.enough(self.length)
        return self.reached


def alone(members: range, one: Callable[[int], Mapping[str, Any]],
          empty: Callable[[int], dict[str, NDArray[Any]]]) -> Block:  # fmt: skip
    """Compute the members of a block one by one; those that fail are noted, the rest goes on."""
    values = empty(len(members))
    failed: dict[int, str] = {}
    for row, member in enumerate(members):
        try:
            found = one(member)
        except (SpillsimError, SimulationError, ArithmeticError, MemoryError) as error:
            failed[member] = " ".join(str(error).split()) or type(error).__name__
            for array in values.values():
                array[row] = np.nan if array.dtype.kind == "f" else 0
            continue
        for name, value in found.items():
            values[name][row] = value
    return Block(values, failed)

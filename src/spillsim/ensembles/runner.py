"""Blocks of members over threads or processes of this machine; the results do not tell which.

A block is a pure function of its number, so it may run anywhere, twice, or after a restart. At
most a few blocks per worker are under way, which bounds the memory. Results are written by the
one who asked, whole block by whole block.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
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
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import SimulationError, SpillsimError

UNDER_WAY = 2
"""Blocks per worker that are computed or wait for a worker."""
KILLED = "the process that computed it was killed"
DEATHS = 3
"""Times that a block may take its worker along, running alone, before its members have failed."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What tells libraries how many threads they may have."""


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

    @property
    def workers(self) -> int:
        """Blocks that are computed at the same time; may change."""
        ...

    @property
    def patience(self) -> int:
        """Times that a block may take its worker along, running alone."""
        ...

    def submit(self, block: int) -> Any:
        """Begin a block; returns a handle."""
        ...

    def ended(self, handles: Sequence[Any]) -> Iterator[tuple[Any, Block | None]]:
        """Wait for some to end; None for a block whose worker died."""
        ...

    def stop(self) -> None:
        """Give up what has not ended."""
        ...


class LocalPool:
    """Threads or processes of this machine."""

    patience = DEATHS

    def __init__(self, compute: Compute, workers: int, *, processes: bool) -> None:
        self.workers = workers
        self._compute = compute
        self._processes = processes
        self._executor = self._begin()

    def _begin(self) -> Executor:
        if self._processes:
            # a fresh interpreter: forking one that has threads, as numba may, can hang
            context = multiprocessing.get_context("spawn")
            return ProcessPoolExecutor(self.workers, context, begin_worker)
        return ThreadPoolExecutor(self.workers, thread_name_prefix="members")

    def submit(self, block: int) -> Future[Block]:
        """Begin a block."""
        # processes are begun here, and take over what the environment says
        with _for_new_processes() if self._processes else nullcontext():
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
        """Give up what has not ended; threads end their blocks, processes are ended."""
        # asked before, since a pool that is shut down forgets them
        own = list((getattr(self._executor, "_processes", None) or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in own:
            process.terminate()


def begin_worker() -> None:
    """In a new process: Ctrl-C is for the one who asked, and without that one there is no work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # killed, it could not tell us, and the queue that we wait for will stay empty
        os._exit(1)


@contextmanager
def _for_new_processes() -> Iterator[None]:
    with one_thread_each(), without_script():
        yield


@contextmanager
def without_script() -> Iterator[None]:
    """Processes begun meanwhile do not run the script again that asked for the members.

    They would, to find what it defines, and unless it was written with that in mind each of them
    would ask for the members in turn. Nothing that is sent to them is defined there.
    """
    main = vars(sys.modules["__main__"])
    kept = {name: main.pop(name) for name in ("__file__", "__spec__") if name in main}
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update({"__spec__": None} | kept)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes begun meanwhile keep to one thread each: there are as many as processors."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


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

    Where a worker dies, which of the blocks under way killed it cannot be known: each of them is
    then computed with no other beside it, until one is found that dies alone.

    Parameters
    ----------
    pool : where they are computed
    blocks : their numbers
    lost : a block of failed members, for one that kills its workers
    take : called with the number and the block; returns True when no more are wanted
    """
    waiting, suspects = deque(blocks), deque[int]()
    under_way: dict[Any, int] = {}
    deaths: dict[int, int] = {}
    try:
        while waiting or suspects or under_way:
            alone = bool(suspects) and not under_way
            if alone:
                block = suspects.popleft()
                under_way[pool.submit(block)] = block
            while not alone and not suspects and waiting:
                if len(under_way) >= UNDER_WAY * pool.workers:
                    break
                block = waiting.popleft()
                under_way[pool.submit(block)] = block
            for handle, found in pool.ended(list(under_way)):
                block = under_way.pop(handle)
                if found is None:
                    deaths[block] = deaths.get(block, 0) + alone
                    if deaths[block] < pool.patience:
                        suspects.append(block)
                        continue
                if take(block, found or lost(block, KILLED)):
                    return
    finally:
        pool.stop()


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

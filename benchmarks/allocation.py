"""Whether a march allocates more when it takes more steps.

``python -m benchmarks.allocation`` marches the same river with the same time step and the same
number of outputs for longer and longer, and counts what the kernels allocate (the counters of
numba's own allocator) and the peak of what Python and numpy hold on top of what they held before.
State, outputs and ledger are made once, before the first step.
"""

from __future__ import annotations

import argparse
import gc
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from . import tasks
from .table import table
from .tasks import TASKS, Task

FACTORS = (1, 2, 4, 8)
_ERROR, _OUTPUTS = 0.01, 60


@dataclass(frozen=True)
class Count:
    """Steps of a march, allocations inside kernels, peak of Python's and numpy's memory [bytes]."""

    steps: int
    in_kernels: int
    peak: int


def kernel_allocations() -> int:
    """How often compiled code has allocated; the first call starts the count."""
    runtime: Any = import_module("numba.core.runtime")
    runtime._nrt_python.memsys_enable_stats()
    return int(runtime.rtsys.get_allocation_stats().alloc)


def count(task: Task, factor: int) -> Count:
    """March ``factor`` times as long as the first quarter of the task."""
    duration = 0.25 * factor * task.duration
    step = tasks.prepare(task, _ERROR).model.time_step
    longer = replace(task, duration=duration)
    prepared = tasks.prepare(longer, _ERROR, step, duration / _OUTPUTS)
    tasks.march(prepared)  # compiles and fills what is kept between runs
    gc.collect()
    before = kernel_allocations()
    tracemalloc.start()
    try:
        held, _ = tracemalloc.get_traced_memory()
        tasks.march(prepared)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    after = kernel_allocations()
    return Count(prepared.model.steps, after - before, peak - held)


def rows(names: Sequence[str], factors: Sequence[int] = FACTORS) -> list[list[str]]:
    """Rows of the table."""
    found = []
    for name in names:
        for factor in factors:
            seen = count(TASKS[name], factor)
            line = [name, str(seen.steps), str(seen.in_kernels), f"{seen.peak / 1e3:.1f}"]
            found.append(line)
    return found


def main() -> None:
    """Read the options, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.allocation", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    head = ["task", "steps", "allocations in kernels", "peak kB"]
    print(table(head, rows(options.tasks), options.markdown))


if __name__ == "__main__":
    main()

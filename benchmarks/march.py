"""spillsim's march alone: error reached, cells, steps and time, as chosen by ``error`` and at most.

``python -m benchmarks.march`` marches each task at the time step that ``error`` chooses and at the
longest step that still meets the target, with the usual outputs and with a handful. All
settings of a task are timed in turn; state and output arrays are part of the time.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from . import machine, tasks
from .table import table
from .tasks import TASKS, Prepared, Task

TARGETS = (0.01, 0.001)
_FEW_OUTPUTS = 4
_GROWTH = 1.2
_BISECTIONS = 5
_SHORTEST = 0.02


@dataclass(frozen=True)
class Step:
    """A time step [s], the error at the worst station, and the task ready to march with it."""

    time_step: float
    error: float
    prepared: Prepared


def _attempt(task: Task, target: float, time_step: float | None) -> Step:
    prepared = tasks.prepare(task, target, time_step)
    error = tasks.march_error(task, tasks.march(prepared))
    return Step(prepared.model.time_step, error, prepared)


def find_longest_step(task: Task, target: float) -> Step | None:
    """Longest time step whose measured error meets `target`; None when out of reach.

    Starts where `numerics.error` puts it, shortens until the target is met, then lengthens until
    it fails, and bisects. A step that the model shortens of its own accord ends the search.
    """
    chosen = found = _attempt(task, target, None)
    failed = None
    while found.error > target:
        failed = found.time_step
        if failed < _SHORTEST * chosen.time_step:
            return None
        found = _attempt(task, target, failed / _GROWTH)
    while failed is None:
        longer = _attempt(task, target, found.time_step * _GROWTH)
        if longer.time_step < found.time_step * (1.0 + 1e-6):
            return found
        if longer.error > target:
            failed = longer.time_step
        else:
            found = longer
    for _ in range(_BISECTIONS):
        middle = _attempt(task, target, float((failed * found.time_step) ** 0.5))
        if middle.error <= target:
            found = middle
        else:
            failed = middle.time_step
    return found


def _settings(task: Task, target: float) -> list[tuple[str, Step]]:
    """The settings of a task to time, with what sets the step and the outputs."""
    few = task.duration / _FEW_OUTPUTS
    usual = f"{tasks.OUTPUT_INTERVAL[task.name]:g} s"
    steps = [("error", _attempt(task, target, None))]
    longest = find_longest_step(task, target)
    if longest is not None:
        steps.append(("longest", longest))
    every = [(f"{name}|{usual}", step) for name, step in steps]
    for name, step in steps:
        prepared = tasks.prepare(task, target, step.time_step, few)
        every.append((f"{name}|5 times", Step(step.time_step, step.error, prepared)))
    return every


def _rows(task: Task, target: float, repeats: int) -> list[list[str]]:
    settings = _settings(task, target)
    seconds: list[list[float]] = [[] for _ in settings]
    for _ in range(repeats):
        for number, (_, step) in enumerate(settings):
            seconds[number].append(tasks.march(step.prepared).seconds_in_solver)
    rows = []
    for (name, step), times in zip(settings, seconds, strict=True):
        cell_steps = tasks.march(step.prepared).cell_steps
        model = step.prepared.model
        rows.append(
            [
                task.name,
                f"{100 * target:g} %",
                *name.split("|"),
                f"{100 * step.error:.3f}",
                f"{step.time_step:.0f}",
                str(model.cells),
                str(model.steps),
                str(cell_steps),
                f"{1e3 * min(times):.3f}",
                f"{1e3 * median(times):.3f}",
                f"{1e9 * min(times) / cell_steps:.2f}",
            ]
        )
    return rows


def march_table(names: Sequence[str], repeats: int, markdown: bool) -> str:
    """The table of all tasks and targets."""
    head = [
        "task",
        "target",
        "step by",
        "output",
        "error %",
        "step s",
        "cells",
        "steps",
        "cell-steps",
        "best ms",
        "median ms",
        "best ns/cell-step",
    ]
    rows = [
        row for name in names for target in TARGETS for row in _rows(TASKS[name], target, repeats)
    ]
    return table(head, rows, markdown)


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.march", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--repeats", type=int, default=51)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    print(march_table(options.tasks, options.repeats, options.markdown))


if __name__ == "__main__":
    main()

"""Cost of the march against the length of the river and the number of substances.

``python -m benchmarks.scaling`` marches W1's river at lengths that double, each until the plume
has left it, and T1 with more and more substances.  Reaches and releases are the matter of
``benchmarks.scale``, members of ``benchmarks.members``.  All settings of a table are timed in turn;
times are the fastest of the turns.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from . import tasks
from .table import table
from .tasks import KILOMETRE, T1, W1, Task
from .world import describe_run

LENGTHS = (50, 100, 200, 400, 800, 1600, 3200)
SUBSTANCES = (1, 2, 4, 8, 16, 32)
ERROR = 0.01
_OUTPUTS = 100


def of_length(kilometres: float) -> Task:
    """W1's river with a length of its own, a station at nine tenths, until the plume is past."""
    river, length = W1.river, kilometres * KILOMETRE
    spread = (2.0 * river.dispersion_coefficient * length / river.velocity**3) ** 0.5
    duration = length / river.velocity + 6.0 * spread + 2.0 * river.pulse_duration
    return replace(W1, length=length, duration=duration, stations=(0.9 * length,))


def with_substances(task: Task, count: int) -> Any:
    """The task as an assembled model with ``count`` substances released together."""
    from spillsim import model, scenario

    data = tasks.scenario_data(task, ERROR)
    substance, release = data["substance"][0], data["release"][0]
    names = [f"tracer {number + 1}" for number in range(count)]
    data["substance"] = [substance | {"name": name} for name in names]
    data["release"] = [release | {"substance": name, "name": name} for name in names]
    return model.assemble(scenario.parse(data, None))


def fastest(runs: Sequence[Callable[[], float]], turns: int) -> list[float]:
    """The least of what each run returns [s], one run of each in turn."""
    best = [float("inf")] * len(runs)
    for _ in range(turns):
        for number, run in enumerate(runs):
            best[number] = min(best[number], run())
    return best


def by_length(turns: int, lengths: Sequence[float] = LENGTHS) -> list[list[str]]:
    """Rows of the table of lengths."""
    rivers = [of_length(length) for length in lengths]
    ready = [tasks.prepare(task, ERROR, interval=task.duration / _OUTPUTS) for task in rivers]
    marched = [tasks.march(prepared) for prepared in ready]
    errors = [tasks.march_error(*pair) for pair in zip(rivers, marched, strict=True)]
    runs = [lambda own=own: tasks.march(own).seconds_in_solver for own in ready]
    found = []
    for number, seconds in enumerate(fastest(runs, turns)):
        model, work = ready[number].model, marched[number].cell_steps
        found.append(
            [
                f"{lengths[number]:g}",
                f"{100 * errors[number]:.2f}",
                str(model.cells),
                str(model.steps),
                str(work),
                f"{100.0 * work / (model.cells * model.steps):.1f}",
                f"{1e3 * seconds:.3f}",
                f"{1e9 * seconds / work:.2f}",
                f"{1e6 * seconds / lengths[number]:.2f}",
            ]
        )
    return found


def by_substances(turns: int, counts: Sequence[int] = SUBSTANCES) -> list[list[str]]:
    """Rows of the table of substances; building deposits and exchange is part of the time."""
    from spillsim.simulation import simulate

    models = [with_substances(T1, count) for count in counts]
    for model in models:
        simulate(model)
    runs = [lambda own=own: simulate(own).profile["march"] for own in models]
    return [
        [str(count), f"{1e3 * seconds:.3f}", f"{1e3 * seconds / count:.3f}"]
        for count, seconds in zip(counts, fastest(runs, turns), strict=True)
    ]


def main() -> None:
    """Read the options, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(describe_run(), end="\n\n", flush=True)
    head = [
        "km",
        "error %",
        "cells",
        "steps",
        "cell-steps",
        "share of all %",
        "ms",
        "ns/cell-step",
        "µs/km",
    ]
    print(table(head, by_length(options.turns), options.markdown), end="\n\n")
    head = ["substances", "ms", "ms each"]
    print(table(head, by_substances(options.turns), options.markdown))


if __name__ == "__main__":
    main()

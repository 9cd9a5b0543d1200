"""The transfer engine alone: time per scenario from a prepared river to curves.

``python -m benchmarks.transfer`` times, on one thread and after warm-up,

* 100 different reaches in a row, slug at the head, the curve at the border at the foot;
* a way like that of W3, 230 reaches of 5 km below a headwater with a tributary at every node;
* W1 and W2 with all their curves at the usual output times.

*Whole* cuts the river into zones, finds the windows, sweeps and adds up the curves; *solve* is
sweep and curves, as the march's time is without its grid; *sweep* the sweep alone. Timed in turn;
minimum and median of many. Errors are those against exact curves (W1, W2).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import machine, tasks
from .exact import Array
from .table import table
from .tasks import TASKS


@dataclass(frozen=True)
class Case:
    """Something to time."""

    name: str
    zones: int
    points: int
    """Frequencies times curves."""
    error: float
    """Worst L1 error against exact curves, nan where there are none [-]."""
    run: Callable[[], object]


def _river(length: Array, area: Array, discharge: Array, spread: Array, links: Any = None) -> Any:
    """Plain arrays in place of a network and its hydraulics."""
    from spillsim import network, transfer

    reaches = length.size
    nodes = [f"n{k}" for k in range(reaches + 1)]
    ids = [f"r{k:05d}" for k in range(reaches)]
    heads, feet = (nodes[:-1], nodes[1:]) if links is None else links
    if links is not None:
        nodes = list(dict.fromkeys([*heads, *feet]))
    built = network.build(nodes, ids, heads, feet, length)
    none = np.zeros(reaches)
    flow = SimpleNamespace(
        discharge_head=discharge, discharge_foot=discharge, lateral_inflow=none,
        node_abstraction=np.zeros(len(nodes)), cross_section_area=area,
        velocity=discharge / area, dispersion_coefficient=spread, storage_area_ratio=none,
        exchange_coefficient=none,
    )  # fmt: skip
    return transfer.prepare(built, flow)  # type: ignore[arg-type]


def _curve(name: str, river: Any, foot: Any, time: Array) -> list[Case]:
    """From a prepared river to the curve at a border, and the sweep of it alone."""
    from spillsim.network import Position
    from spillsim.transfer import build_course
    from spillsim.transfer.response import CONCENTRATION, SLUG, ask, questions_at, sweep_for

    start = Position(0, 0.0)

    def whole() -> Any:
        course = build_course(river, start, [foot])
        (answers,) = ask(course, SLUG, questions_at(course, [foot], CONCENTRATION))
        return course, answers, answers.series(0).at(time)

    course, answers, _ = whole()
    count = answers.coefficient.shape[1]
    questions = questions_at(course, [foot], CONCENTRATION)
    omega = 2.0 * np.pi / answers.period * np.arange(count)
    factor = np.ones(count, dtype=np.complex128)

    def sweep() -> Any:
        return sweep_for(course, False, questions, 1j * omega, factor, np.zeros(1))

    def solve() -> Any:
        (answers,) = ask(course, SLUG, questions)
        return answers.series(0).at(time)

    parts = (("whole", whole), ("solve", solve), ("sweep", sweep))
    return [Case(f"{name}: {part}", course.size, count, float("nan"), run) for part, run in parts]


def _reaches(count: int) -> list[Case]:
    """A chain of reaches that all differ."""
    from spillsim.network import Position

    random = np.random.default_rng(0)
    length = np.full(count, 10e3)
    area = random.uniform(30.0, 80.0, count)
    river = _river(length, area, np.full(count, 35.0), random.uniform(20.0, 50.0, count))
    end = 3.0 * float((length * area).sum()) / 35.0
    foot = Position(count - 1, 10e3)
    return _curve(f"{count} reaches, {count * 10:,} km", river, foot, np.arange(0.0, end, 3600.0))


def _comb(count: int) -> list[Case]:
    """A stem with a tributary at every node: the way of a spill in a large tree."""
    from spillsim.network import Position

    stem = [f"s{k}" for k in range(count + 1)]
    heads = stem[:-1] + [f"t{k}" for k in range(1, count)]
    feet = stem[1:] + stem[1:-1]
    flow = np.concatenate([0.5 * np.arange(1, count + 1), np.full(count - 1, 0.5)])
    river = _river(np.full(flow.size, 5e3), flow / (0.6 * flow**0.12), flow,
                   np.full(flow.size, 50.0), (heads, feet))  # fmt: skip
    time = np.arange(0.0, 30.0 * tasks.DAY, 3600.0)
    return _curve(f"{count} reaches with a tributary each", river, Position(count - 1, 5e3), time)


def _task(name: str) -> list[Case]:
    """A standard task with all its curves."""
    from spillsim.sources import decay_rates
    from spillsim.transfer import build_course, prepare, source_of
    from spillsim.transfer.response import CONCENTRATION, ask, questions_at

    task = TASKS[name]
    model = tasks.assemble(task, 0.01)
    rates = decay_rates(model.scenario.substances[0], model.flow)
    river = prepare(model.network, model.flow, *rates)
    places = [place.position for place in model.stations]
    (release,) = model.releases
    source = source_of([release.schedule], task.duration)
    time = model.output_time

    course = build_course(river, release.position, places)
    questions = questions_at(course, places, CONCENTRATION)

    def solve(course: Any = course, questions: Any = questions) -> Any:
        curves, points = np.zeros((len(places), time.size)), 0
        for answers in ask(course, source, questions):
            answers.add_to(curves, time)
            points += answers.coefficient.size
        return curves, points

    def whole() -> Any:
        course = build_course(river, release.position, places)
        return solve(course, questions_at(course, places, CONCENTRATION))

    curves, points = solve()
    error = tasks.worst_error(time, curves, tasks.exact_curves(task, time))
    return [
        Case(f"{name}, all curves: whole", course.size, points, error, whole),
        Case(f"{name}, all curves: solve", course.size, points, error, solve),
    ]


def _time(cases: list[Case], repeats: int) -> list[list[float]]:
    seconds: list[list[float]] = [[] for _ in cases]
    for case in cases:
        case.run()
    for _ in range(repeats):
        for number, case in enumerate(cases):
            begun = perf_counter()
            case.run()
            seconds[number].append(perf_counter() - begun)
    return seconds


def transfer_table(repeats: int, markdown: bool) -> str:
    """The table of all cases."""
    cases = [*_reaches(100), *_comb(230), *_task("W1"), *_task("W2")]
    head = ["case", "zones", "frequencies", "error", "best ms", "median ms"]
    rows = []
    for case, seconds in zip(cases, _time(cases, repeats), strict=True):
        error = "" if np.isnan(case.error) else f"{case.error:.0e}"
        best, middle = 1e3 * min(seconds), 1e3 * median(seconds)
        rows.append([case.name, f"{case.zones}", f"{case.points}", error,
                     f"{best:.3f}", f"{middle:.3f}"])  # fmt: skip
    return table(head, rows, markdown)


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transfer", description=__doc__)
    parser.add_argument("--repeats", type=int, default=301)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    print(transfer_table(options.repeats, options.markdown))


if __name__ == "__main__":
    main()

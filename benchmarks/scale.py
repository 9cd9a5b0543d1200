"""From tables on disk to a marched result on large networks, and what it grows with.

``python -m benchmarks.scale`` runs W3 (see ``trees``) stage by stage with its error against the
exact curves, then one table each of cost against the number of reaches, the length of the river
and the number of releases.  Stages are told in processor time, the least of several turns in one
process: other programs on the machine disturb it less than wall time, which stands in the columns
marked so.  Imports and compilation are left out; the part ``whole`` times ``spillsim check`` and
``run`` as whole processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from . import machine, trees
from .table import table
from .trees import Tree
from .whole_process import time_process

STAGES = ("parse", "assemble", "simulate", "dataset", "write")
"""What a run does, in order; up to ``simulate`` it is "from tables to a marched result"."""


@dataclass
class Stages:
    """Fastest wall and processor time of every stage [s], and the last model and run."""

    wall: dict[str, float]
    processor: dict[str, float]
    model: Any = None
    run: Any = None

    def time(self, stage: str, work: Callable[[], Any]) -> Any:
        """Do some work and keep its time if it is the fastest so far."""
        wall, processor = perf_counter(), process_time()
        made = work()
        self.keep(stage, perf_counter() - wall, process_time() - processor)
        return made

    def keep(self, stage: str, wall: float, processor: float) -> None:
        """Keep a time if it is the fastest so far."""
        self.wall[stage] = min(wall, self.wall.get(stage, np.inf))
        self.processor[stage] = min(processor, self.processor.get(stage, np.inf))

    def total(self) -> float:
        """Wall time from tables to the marched result [s]."""
        return sum(self.wall[stage] for stage in STAGES[:3])


def run_case(folder: Path, turns: int, results_too: bool = False) -> Stages:
    """Load, assemble and simulate a case several times, in turn."""
    from spillsim import scenario
    from spillsim.model import assemble
    from spillsim.simulation import simulate

    found = Stages({}, {})
    for _ in range(turns):
        loaded = found.time("parse", lambda: scenario.load(folder))
        model = found.time("assemble", lambda loaded=loaded: assemble(loaded))
        run = found.time("simulate", lambda model=model: simulate(model))
        # the engine alone: state and outputs, deposits and exchange, and the march
        alone = run.profile[run.engine]
        found.keep("engine", alone, alone)
        found.model, found.run = model, run
        if results_too:
            _write(found, model, run, folder)
    return found


def _write(found: Stages, model: Any, run: Any, folder: Path) -> None:
    from spillsim import analysis, results

    made = found.time("dataset", lambda: analysis.add_metrics(results.to_dataset(model, run)))
    found.time("write", lambda: results.write(made, folder / "result.nc"))


def errors(tree: Tree, spill: int, run: Any) -> np.ndarray:
    """L1 error of the curve at each station, as a share of the area under the exact one."""
    stations = trees.station_reaches(tree, spill)
    exact = trees.exact_curves(tree, spill, stations, run.output_time)
    apart = np.trapezoid(np.abs(run.concentration[0] - exact), run.output_time, axis=1)
    return np.asarray(apart / np.trapezoid(exact, run.output_time, axis=1))


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.1f}"


def _case(
    room: Path, tree: Tree, spills: list[int], error: float = 0.01, engine: str = "march"
) -> Path:
    return trees.write_case(tree, Path(tempfile.mkdtemp(dir=room)), spills, error, engine)


def w3(room: Path, turns: int) -> tuple[list[str], list[list[str]]]:
    """W3 by the error asked for: every stage, and the error reached at the stations."""
    tree = trees.random_tree(5001)
    spill = tree.spill(230)
    rows = []
    asked = [(0.01, "march"), (0.005, "march"), (0.0035, "march"), (0.0025, "march")]
    for error, engine in (*asked, (0.01, "transfer")):
        case = _case(room, tree, [spill], error, engine)
        found = run_case(case, turns, results_too=True)
        reached = " ".join(f"{100.0 * e:.2g}" for e in errors(tree, spill, found.run))
        rows.append(
            [engine, f"{100.0 * error:g} %", reached, f"{found.model.time_step:.0f}",
             str(found.model.cells), _milliseconds(found.wall["engine"]),
             *(_milliseconds(found.processor[stage]) for stage in STAGES),
             _milliseconds(found.total())]
        )  # fmt: skip
    head = ["engine", "asked", "error % at 10, 50, 90 %", "step s", "cells", "engine (wall)",
            *STAGES, "tables to result (wall)"]  # fmt: skip
    return head, rows


def _growth(
    room: Path, turns: int, cases: Sequence[tuple[str, Tree, list[int]]], what: str
) -> tuple[list[str], list[list[str]]]:
    """One row per case."""
    rows = []
    for name, tree, spills in cases:
        found = run_case(_case(room, tree, spills), turns, results_too=True)
        rows.append(
            [name, str(tree.size), str(found.model.cells), str(found.model.steps),
             _milliseconds(found.wall["engine"]),
             *(_milliseconds(found.processor[stage]) for stage in STAGES),
             _milliseconds(found.total())]
        )  # fmt: skip
    head = [what, "reaches", "cells", "steps", "engine (wall)", *STAGES,
            "tables to result (wall)"]  # fmt: skip
    return head, rows


def by_reaches(room: Path, turns: int) -> tuple[list[str], list[list[str]]]:
    """A spill 230 reaches, or as far as there are, above the outlet of trees of all sizes."""
    cases = []
    for headwaters in (501, 5001, 50001):
        tree = trees.random_tree(headwaters)
        cases.append((str(tree.size), tree, [tree.spill(230)]))
    return _growth(room, turns, cases, "tree of")


def by_length(room: Path, turns: int) -> tuple[list[str], list[list[str]]]:
    """A spill at the head of one river, of reaches of 5 km."""
    rivers = [trees.single_river(count) for count in (100, 400, 1600)]
    cases = [(f"{trees.LENGTH * r.size / 1000.0:g} km", r, [0]) for r in rivers]
    return _growth(room, turns, cases, "river of")


def by_releases(room: Path, turns: int) -> tuple[list[str], list[list[str]]]:
    """Spills at up to every headwater of a tree of 2501 reaches."""
    tree = trees.random_tree(1251)
    first = tree.spill(tree.size)
    others = [int(r) for r in np.flatnonzero(tree.headwater) if r != first]
    cases = [(str(n), tree, [first, *others[: n - 1]]) for n in (1, 10, 100, 1250)]
    return _growth(room, turns, cases, "releases")


def whole(room: Path, turns: int) -> tuple[list[str], list[list[str]]]:
    """``spillsim check`` and ``run`` of W3 from start to exit."""
    tree = trees.random_tree(5001)
    folder = _case(room, tree, [tree.spill(230)])
    program = [sys.executable, "-m", "spillsim"]
    environment = dict(os.environ)
    rows = []
    for name, command in (
        ("check", [*program, "check", str(folder)]),
        ("run", [*program, "run", str(folder), "--output", str(room / "w3.nc")]),
    ):
        timings = [time_process(command, environment) for _ in range(turns + 1)][1:]
        rows.append(
            [f"spillsim {name}", f"{min(t.wall for t in timings):.2f}",
             f"{min(t.processor for t in timings):.2f}",
             f"{max(t.peak_memory for t in timings) / 1e6:.0f}"]
        )  # fmt: skip
    return ["process", "wall s", "processor s", "peak MB"], rows


PARTS: dict[str, Callable[[Path, int], tuple[list[str], list[list[str]]]]] = {
    "w3": w3,
    "reaches": by_reaches,
    "length": by_length,
    "releases": by_releases,
    "whole": whole,
}


def main() -> None:
    """Read the options, print the machine's limits and the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    chosen = options.parts or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="spillsim-benchmark-") as name:
        # libraries and kernels are loaded before anything is timed
        run_case(_case(Path(name), trees.single_river(40), [0]), 1, results_too=True)
        tables = [(part, PARTS[part](Path(name), options.turns)) for part in chosen]
    print(machine.describe(machine.measure()), end="\n\n")
    for part, (head, rows) in tables:
        print(part if part == "whole" else f"{part}: milliseconds, least of {options.turns} turns")
        print(table(head, rows, options.markdown), end="\n\n")


if __name__ == "__main__":
    main()

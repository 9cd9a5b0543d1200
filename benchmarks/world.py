"""spillsim's engines, the peer kernels and every installed package on the same tasks, in one run.

``python -m benchmarks.world`` finds for each solver the coarsest resolution at which the worst
station's L1 error meets the target, scored against the exact curve below the solver's own inlet,
and times the solvers in turn, each at that resolution.  What does not reach the target is shown
with its best error and the reason, what is not installed as absent.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import isnan
from time import perf_counter

from . import machine, tasks
from .march import find_longest_step
from .packages import PACKAGES, seek
from .peers import PEERS
from .peers.search import LARGEST_COST, reach
from .table import table
from .tasks import TASKS, Task

HEAD = ("task", "target", "solver", "how", "resolution", "error %", "best ms", "times spillsim")
ENGINE = "spillsim march"


@dataclass(frozen=True)
class Entry:
    """One solver on one task: how to run it again, or why it is not timed.

    run : one run, seconds in the solver; None where there is nothing to time
    seconds, wall : what one run took in the search, without and with compiling [s]
    remark : stands for the ratio where the target is not reached
    """

    solver: str
    how: str
    resolution: str = ""
    error: float = float("nan")
    seconds: float = float("nan")
    run: Callable[[], float] | None = None
    remark: str = ""
    wall: float = 0.0


def march_entry(task: Task, target: float) -> Entry:
    """spillsim's march at the longest time step that meets the target."""
    how = "longest step that meets the target"
    longest = find_longest_step(task, target)
    if longest is None:
        return Entry(ENGINE, how, remark="not reached")

    def run() -> float:
        return tasks.march(longest.prepared).seconds_in_solver

    step = f"{longest.time_step:.0f} s"
    return Entry(ENGINE, how, step, longest.error, run(), run)


def transfer_entry(task: Task, target: float) -> Entry:
    """spillsim's transfer engine, exact where the march is at its target."""
    name, how = "spillsim transfer", "concentration and mass passed, exact"
    prepared = tasks.prepare_transfer(task)
    result = tasks.run_transfer(prepared)
    error = tasks.march_error(task, result)
    if error > target:
        return Entry(name, how, "", error, result.seconds_in_solver, remark="not reached")

    def run() -> float:
        return tasks.run_transfer(prepared).seconds_in_solver

    return Entry(name, how, "", error, run(), run)


def kernel_entry(task: Task, target: float, name: str) -> Entry:
    """A peer kernel of this repository."""
    peer = PEERS[name]
    found = reach(peer, task, target, repeats=1)
    if found is None:
        remark = f"not reached: more than {LARGEST_COST:.2g} cell-steps"
        return Entry(name, peer.description, remark=remark)

    def run() -> float:
        return peer.run(task, found.cell_length, found.courant_number).seconds_in_solver

    resolution = f"{found.cell_length:.0f} m"
    return Entry(name, peer.description, resolution, found.error, found.seconds, run)


def package_entry(task: Task, target: float, name: str, allowed: float) -> Entry:
    """A package of others, if it is installed."""
    package = PACKAGES[name]
    if package.version is None:
        return Entry(package.name, package.setting, remark=f"absent: pip install {name}")
    outcome = seek(package, task, target, allowed)
    how = f"{package.setting} ({package.version})"
    remark = "" if outcome.reached else f"not reached: {outcome.reason}"
    if outcome.solution is None:
        return Entry(package.name, how, remark=remark)

    def run() -> float:
        return package.solve(task, outcome.resolution, float("inf")).seconds

    resolution = f"{outcome.resolution:.0f} {package.unit}"
    seconds = outcome.solution.seconds
    return Entry(package.name, how, resolution, outcome.error, seconds, run, remark, outcome.wall)


def _turns(seconds: float) -> int:
    """How often a solver is timed; where it takes over ten seconds the search's run has to do."""
    for limit, count in ((0.05, 15), (1.0, 5), (10.0, 2)):
        if seconds < limit:
            return count
    return 0


def time_in_turn(entries: Sequence[Entry]) -> list[float]:
    """Fastest run of each entry [s], one run of each at a time."""
    counts = [
        0 if entry.run is None else _turns(max(entry.seconds, entry.wall)) for entry in entries
    ]
    best = [
        entry.seconds if count == 0 else float("inf")
        for entry, count in zip(entries, counts, strict=True)
    ]
    for turn in range(max(counts)):
        for number, entry in enumerate(entries):
            if entry.run is not None and turn < counts[number]:
                best[number] = min(best[number], entry.run())
    return best


def rows(task: Task, target: float, entries: Sequence[Entry]) -> list[list[str]]:
    """Rows of the table, the ratio to the first entry."""
    best = time_in_turn(entries)
    found = []
    for entry, seconds in zip(entries, best, strict=True):
        known = not isnan(seconds)
        ratio = f"{seconds / best[0]:.3g}" if known and not entry.remark else entry.remark
        error = f"{100.0 * entry.error:.3g}" if known else ""
        time = f"{1e3 * seconds:.3f}" if known else ""
        line = [task.name, f"{100 * target:g} %", entry.solver, entry.how, entry.resolution]
        found.append([*line, error, time, ratio])
    return found


def describe_run() -> str:
    """When and on what: date, load of the machine, its limits."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{now}, load {load}, {os.cpu_count()} cores\n{machine.describe(machine.measure())}"


def find_entries(task: Task, target: float, chosen: argparse.Namespace) -> Iterator[Entry]:
    """Find each solver's resolution, and tell on the error stream how far it is."""
    found = [partial(march_entry, task, target), partial(transfer_entry, task, target)]
    found += [partial(kernel_entry, task, target, name) for name in chosen.kernels]
    found += [
        partial(package_entry, task, target, name, chosen.allowed) for name in chosen.packages
    ]
    for find in found:
        started = perf_counter()
        entry = find()
        told = f"{task.name}: {entry.solver}, {perf_counter() - started:.0f} s"
        print(told, file=sys.stderr, flush=True)
        yield entry


def main() -> None:
    """Read the options; print date, load, limits of the machine and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--target", type=float, default=0.01, help="worst L1 error (0.01)")
    parser.add_argument("--kernels", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--packages", nargs="*", choices=list(PACKAGES), default=list(PACKAGES))
    parser.add_argument(
        "--allowed", type=float, default=120.0, help="seconds a single run may take (120)"
    )
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(describe_run(), end="\n\n", flush=True)
    lines: list[list[str]] = []
    for name in options.tasks:
        entries = list(find_entries(TASKS[name], options.target, options))
        lines += rows(TASKS[name], options.target, entries)
    print(table(HEAD, lines, options.markdown))
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""An ensemble by the transfer engine: members of one long river with other water, all metrics.

``python -m benchmarks.ensemble`` solves 10,000 members of a river of 1000 km in 100 reaches that
all differ, with transient storage and decay. Velocity, dispersion, the area ratio and the exchange
coefficient of the storage and the mass differ by member. Of every member it finds, at ten stations,
the peak and its time, arrival above a limit and at 10 % of the peak, the time above both and the
mass passed. Processor time is counted as well as time on the clock: other work on the machine
changes the latter. A share of the members is held against rivers solved one by one.

Before that it runs such a river as ``spillsim ensemble`` does, from a scenario with five uncertain
inputs to the answers, statistics only: drawing, solving and summing up are all timed, kernels
compiled beforehand. ``--end-to-end`` does that alone, for a million members with
``--members 1000000 --threads 2 --repeats 1``.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import machine, tasks
from .exact import Array
from .table import table
from .transfer import _river

REACHES, REACH = 100, 10e3
DISCHARGE = 35.0
STATIONS = 10
LIMIT = 1e-4
"""[kg/m3]"""
SEED = 7
MILLION = 1_000_000


@dataclass(frozen=True)
class Case:
    """A prepared river, what enters it, and what is asked."""

    river: Any
    releases: list[Any]
    wanted: Any


@dataclass(frozen=True)
class Timing:
    """One run of all members."""

    seconds: float
    processor: float
    points: int
    """Reaches times frequencies of all members."""


def build(accuracy: float) -> Case:
    """The river with its release and the questions."""
    from spillsim import transfer
    from spillsim.network import Position
    from spillsim.sources import RateSchedule
    from spillsim.transfer import MembersWanted

    random = np.random.default_rng(SEED)
    area, spread = random.uniform(30.0, 80.0, REACHES), random.uniform(20.0, 50.0, REACHES)
    bare = _river(np.full(REACHES, REACH), area, np.full(REACHES, DISCHARGE), spread)
    flow = SimpleNamespace(**vars(bare.flow))
    flow.storage_area_ratio = np.full(REACHES, 0.1)
    flow.exchange_coefficient = np.full(REACHES, 2e-5)
    rate = np.full(REACHES, 1e-7)
    river = transfer.prepare(bare.network, flow, rate, rate)  # type: ignore[arg-type]
    every = REACHES // STATIONS
    places = [Position(k - 1, REACH) for k in range(every, REACHES + 1, every)]
    pulse = RateSchedule(np.array([0.0, tasks.HOUR]), np.full(2, 1000.0 / tasks.HOUR))
    wanted = MembersWanted(places, 60.0 * tasks.DAY, level=np.array([LIMIT]), accuracy=accuracy)
    return Case(river, [(Position(0, 0.0), pulse)], wanted)


def draw(count: int) -> Any:
    """Members, the same in every run."""
    from spillsim.transfer import Factors

    random = np.random.default_rng(SEED)

    def lognormal(spread: float) -> Array:
        return np.asarray(np.exp(spread * random.standard_normal(count)))

    return Factors(
        count, velocity=lognormal(0.15), dispersion=lognormal(0.4), storage_ratio=lognormal(0.3),
        exchange=lognormal(0.4), mass=lognormal(0.5),
    )  # fmt: skip


def run(case: Case, factors: Any, threads: int) -> Timing:
    """All members once, in blocks that are dropped when they have been counted."""
    from spillsim.transfer import stream_members

    begun, busy, points = perf_counter(), process_time(), 0
    for block in stream_members(case.river, case.releases, factors, case.wanted, threads=threads):
        assert block.found
        points += int(block.points.sum())
    return Timing(perf_counter() - begun, process_time() - busy, points)


def worst_error(case: Case, factors: Any, count: int) -> float:
    """Largest difference from rivers solved one by one, as a share of the peak."""
    from spillsim import transfer
    from spillsim.transfer import Factors, solve_members

    time = np.arange(0.0, case.wanted.until, 2.0 * tasks.HOUR)
    names = ("velocity", "dispersion", "storage_ratio", "exchange", "mass")
    own = {name: getattr(factors, name)[:count] for name in names}
    found = solve_members(case.river, case.releases, Factors(count, **own),
                          replace(case.wanted, time=time))  # fmt: skip
    ((release, schedule),) = case.releases
    source = transfer.source_of([schedule], case.wanted.until)
    worst = 0.0
    for m in range(count):
        flow = SimpleNamespace(**vars(case.river.flow))
        flow.velocity = flow.velocity * own["velocity"][m]
        flow.cross_section_area = flow.cross_section_area / own["velocity"][m]
        flow.dispersion_coefficient = flow.dispersion_coefficient * own["dispersion"][m]
        flow.storage_area_ratio = flow.storage_area_ratio * own["storage_ratio"][m]
        flow.exchange_coefficient = flow.exchange_coefficient * own["exchange"][m]
        river = transfer.prepare(case.river.network, flow, case.river.decay,  # type: ignore[arg-type]
                                 case.river.storage_decay)  # fmt: skip
        passages = transfer.passages(river, release, case.wanted.places, source)
        for p, passage in enumerate(passages):
            exact = own["mass"][m] * passage.concentration.at(time)
            error = np.abs(found.concentration[m, p] - exact).max() / exact.max()
            worst = max(worst, float(error))
    return worst


def scenario(count: int) -> Any:
    """A river like that of ``build`` as a checked scenario, five inputs uncertain."""
    from spillsim.scenario import parse

    random = np.random.default_rng(SEED)
    velocity = random.uniform(0.45, 1.0, REACHES).tolist()
    spread = random.uniform(20.0, 50.0, REACHES).tolist()
    names = [f"n{k}" for k in range(REACHES + 1)]
    reaches = [
        {"id": f"r{k}", "from": names[k], "to": names[k + 1], "length": f"{REACH!r} m",
         "hydraulics": "velocity", "velocity": f"{velocity[k]!r} m/s", "width": "50 m",
         "dispersion_coefficient": f"{spread[k]!r} m2/s"}
        for k in range(REACHES)
    ]  # fmt: skip
    kinds = {names[0]: "headwater", names[-1]: "outlet"}
    uncertain = [
        {"name": name, "factor_of": name, "distribution": "lognormal", "median": 1,
         "factor": float(np.exp(deviation))}
        for name, deviation in (
            ("velocity", 0.15), ("dispersion_coefficient", 0.4), ("storage_area_ratio", 0.3),
            ("exchange_coefficient", 0.4), ("mass", 0.5),
        )
    ]  # fmt: skip
    every = REACHES // STATIONS
    return parse({
        "spillsim": 1,
        "case": {"title": "Long river", "start": datetime(2000, 1, 1, tzinfo=UTC),
                 "duration": "60 d"},
        "network": {"nodes": [{"id": name, "kind": kinds.get(name, "junction")} for name in names],
                    "reaches": reaches},
        "flow": {"kind": "inflows", "table": [{"node": names[0], "inflow": f"{DISCHARGE!r} m3/s"}]},
        "storage": {"area_ratio": 0.1, "exchange_coefficient": "2e-5 1/s"},
        "substance": [{"name": "tracer", "decay_rate": "1e-7 1/s",
                       "limits": [{"name": "limit", "value": f"{LIMIT!r} kg/m3"}]}],
        "release": [{"name": "spill", "kind": "constant", "at": {"node": names[0]},
                     "substance": "tracer", "mass": "1000 kg", "start": "0 s",
                     "duration": "1 h"}],
        "station": [{"name": name, "at": {"node": name}} for name in names[every::every]],
        "output": {"interval": "1 h"},
        "ensemble": {"members": count, "seed": SEED},
        "uncertain": uncertain,
    }, None)  # fmt: skip


def end_to_end_table(
    members: int, repeats: int, markdown: bool, several: Sequence[int] = (1, 2)
) -> str:
    """From the scenario to the answers, on one and two threads."""
    from spillsim.ensembles import Asked, run_ensemble

    run_ensemble(scenario(64), Asked(workers=1))
    ready, rows, told = scenario(members), [], ""
    for threads in several:
        found = []
        for _ in range(repeats):
            begun, busy = perf_counter(), process_time()
            outcome = run_ensemble(ready, Asked(workers=threads))
            found.append((perf_counter() - begun, process_time() - busy))
            told = f"{outcome.way}, {len(outcome.failures)} failed"
        best, least = min(own[0] for own in found), min(own[1] for own in found)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        rows.append([str(members), str(threads), f"{best:.2f}", f"{least:.2f}",
                     f"{1e6 * least / members:.0f}", f"{most:.0f}"])  # fmt: skip
    head = ["members", "threads", "seconds", "processor s", "us per member", "most memory MB"]
    return (
        table(head, rows, markdown)
        + f"\n\n{told}; at multiplying and adding two threads gain {machine.two_threads():.2f}"
    )


def ensemble_table(members: int, repeats: int, markdown: bool) -> str:
    """The table of accuracies and threads."""
    head = ["accuracy", "error", "threads", "seconds", "processor s", "us per member",
            "frequencies", "ns per reach and frequency", "1e6 members, processor min"]  # fmt: skip
    rows = []
    factors = draw(members)
    for accuracy in (1e-4, 1e-6):
        case = build(accuracy)
        run(case, draw(10), 1)
        error = worst_error(case, factors, 3)
        for threads in (1, 2):
            best = min((run(case, factors, threads) for _ in range(repeats)),
                       key=lambda timing: timing.processor)  # fmt: skip
            each = best.processor / members
            rows.append([
                f"{accuracy:.0e}", f"{error:.0e}", f"{threads}", f"{best.seconds:.2f}",
                f"{best.processor:.2f}", f"{1e6 * each:.0f}",
                f"{best.points / members / REACHES:.0f}",
                f"{1e9 * best.processor / best.points:.1f}", f"{each * MILLION / 60.0:.1f}",
            ])  # fmt: skip
    return table(head, rows, markdown)


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ensemble", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--end-to-end", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    whole = end_to_end_table(options.members, options.repeats, options.markdown, options.threads)
    print(whole, end="\n\n")
    if options.end_to_end:
        return
    print(ensemble_table(options.members, options.repeats, options.markdown))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"\nmost memory of the process: {most:.0f} MB")


if __name__ == "__main__":
    main()

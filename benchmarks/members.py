"""W4: an ensemble of W1 with other velocities, dispersion coefficients and masses, from end to end.

``python -m benchmarks.members`` draws a thousand members from a scenario with uncertain inputs,
marches them on one and on two threads and sums them up, as ``spillsim ensemble`` does: all of that
is timed, kernels compiled beforehand, in turn so that other work on the machine meets both alike.
Velocity is uniform in 0.5 to 1.0 m/s, dispersion within 2 % log-uniform in 20 to 120 m2/s, mass
lognormal. How much two threads gain is told beside what they gain at multiplying and adding.
Curves of a share of the members are held against exact ones.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import Any

import numpy as np

from . import exact, machine, tasks
from .exact import Array
from .table import table

SEED = 4
INTERVAL = 1800.0
"""Output interval [s], less than the standard deviation of the narrowest curve."""


def scenario(count: int, error: float) -> Any:
    """W1 with three uncertain inputs, as a checked scenario."""
    from spillsim.scenario import parse

    river = tasks.W1.river
    data = tasks.scenario_data(tasks.W1, error, None, INTERVAL)
    data["numerics"]["engine"] = "march"
    data["release"][0]["name"] = "spill"
    data["substance"][0]["limits"] = [{"name": "limit", "value": "0.5 mg/L"}]
    data["ensemble"] = {"members": count, "seed": SEED}
    data["uncertain"] = [
        {"name": "velocity", "factor_of": "velocity", "distribution": "uniform",
         "low": 0.5 / river.velocity, "high": 1.0 / river.velocity},
        # so wide a distribution is even, on a scale of logarithms, over what is left of it
        {"name": "dispersion", "key": "dispersion.value", "distribution": "lognormal",
         "median": "49 m2/s", "factor": 1e4, "lowest": "20 m2/s", "highest": "120 m2/s"},
        {"name": "mass", "key": "release.spill.mass", "distribution": "lognormal",
         "median": f"{river.mass!r} kg", "factor": float(np.exp(0.5))},
    ]  # fmt: skip
    return parse(data, None)


@dataclass(frozen=True)
class Timing:
    """One run from the scenario to the answers."""

    seconds: float
    processor: float
    outcome: Any


def run(ready: Any, threads: int) -> Timing:
    """Draw, march, sum up."""
    from spillsim.ensembles import Asked, run_ensemble

    begun, busy = perf_counter(), process_time()
    outcome = run_ensemble(ready, Asked(workers=threads))
    return Timing(perf_counter() - begun, process_time() - busy, outcome)


def errors(ready: Any, most: int) -> Array:
    """L1 error at the worst station of up to ``most`` members, as a share of the area."""
    from spillsim.ensembles import Asked
    from spillsim.ensembles.ensemble import _prepare
    from spillsim.model import assemble
    from spillsim.sampling import draw

    draws, base = draw(ready), assemble(ready)
    work, layout, _ = _prepare(draws, [base], Asked(curves=True))
    found = []
    every = max(1, draws.members // most)
    for block in range(layout.blocks):
        curves = work(block).values["concentration"][:, :, 0] / 1e3
        for row, member in enumerate(work.members(block)):
            if member % every:
                continue
            pace, dispersion, mass = draws.value[member].tolist()
            own = tasks.W1.river
            # the discharge is given, so water that is faster has a smaller cross-section
            river = replace(
                own, velocity=own.velocity * pace, dispersion_coefficient=dispersion, mass=mass,
                cross_section_area=own.cross_section_area / pace,
            )  # fmt: skip
            reference = np.stack(
                [exact.concentration(river, x, base.output_time) for x in tasks.W1.stations]
            )
            found.append(tasks.worst_error(base.output_time, curves[row], reference))
    return np.array(found)


def members_table(options: argparse.Namespace) -> str:
    """Time on one and two threads, in turn, and the errors."""
    ready = scenario(options.members, options.error)
    run(scenario(16, options.error), 1)
    timings: dict[int, list[Timing]] = {1: [], 2: []}
    gains = []
    for _ in range(options.repeats):
        for threads, own in timings.items():
            own.append(run(ready, threads))
        gains.append(machine.two_threads())
    one, two = (timings[threads][-1].outcome.summary for threads in (1, 2))
    rows = [
        [
            str(options.members), str(threads), f"{min(t.seconds for t in own):.3f}",
            f"{float(np.median([t.seconds for t in own])):.3f}",
            f"{min(t.processor for t in own):.3f}",
        ]
        for threads, own in timings.items()
    ]  # fmt: skip
    best = [min(t.seconds for t in own) for own in timings.values()]
    found = errors(ready, options.checked)
    low, middle, high = (100.0 * np.quantile(found, q) for q in (0.05, 0.5, 0.95))
    head = ["members", "threads", "best s", "median s", "processor s"]
    return (
        table(head, rows, options.markdown)
        + f"\n\n{timings[2][-1].outcome.way}; two threads gain {best[0] / best[1]:.2f}, at "
        + f"multiplying and adding {min(gains):.2f} to {max(gains):.2f} between the runs"
        + f"\nerror of {found.size} members: 5 % {low:.3f} %, median {middle:.3f} %, "
        + f"95 % {high:.3f} %, worst {100.0 * found.max():.3f} %; "
        + ("the same" if one.identical(two) else "NOT the same")
        + " bits on one and on two threads"
    )


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.members", description=__doc__)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--error", type=float, default=0.01)
    parser.add_argument("--checked", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    print(members_table(options))


if __name__ == "__main__":
    main()

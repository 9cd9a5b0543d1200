"""W4: an ensemble of W1 with other velocities, dispersion coefficients and masses.

``python -m benchmarks.members`` draws the members, marches all of them on one and on two threads
and compares every curve of a share of them with its exact one. Velocity is uniform in 0.5 to
1.0 m/s, dispersion log-uniform in 20 to 120 m2/s, mass lognormal. Members that need alike steps
share a grid; grids, coefficients and deposits are part of the time, the exact curves are not.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from . import exact, machine, tasks
from .exact import Array
from .table import table

SEED = 4
MASS_SPREAD = 0.5
"""Standard deviation of the logarithm of the mass."""
INTERVAL = 1800.0
"""Output interval [s], less than the standard deviation of the narrowest curve."""


@dataclass(frozen=True)
class Drawn:
    """Velocity [m/s], dispersion coefficient [m2/s] and mass [kg] of M members."""

    velocity: Array
    dispersion: Array
    mass: Array


@dataclass(frozen=True)
class Ran:
    """One run of all members."""

    seconds: float
    cell_steps: int
    groups: tuple[tuple[Array, Any], ...]
    """Numbers of the members that share a grid, and their curves."""
    times: Array


def draw(count: int) -> Drawn:
    """The members of W4, the same in every run."""
    random = np.random.default_rng(SEED)
    return Drawn(
        random.uniform(0.5, 1.0, count),
        np.exp(random.uniform(np.log(20.0), np.log(120.0), count)),
        tasks.W1.river.mass * random.lognormal(0.0, MASS_SPREAD, count),
    )


def needed_length(drawn: Drawn, error: float) -> Array:
    """(M,) longest cell for an error at the first station: velocity times the longest step [m]."""
    from spillsim.transport.resolution import EDGE_WEIGHT, step_for_error

    first = tasks.W1.stations[0]
    dispersed = 2.0 * drawn.dispersion * first / drawn.velocity**3
    total = dispersed + tasks.W1.river.pulse_duration**2 / 12.0
    width = np.sqrt(total) * (dispersed / total) ** (EDGE_WEIGHT / 2.0)
    longest = np.array([step_for_error(float(one), error) for one in width])
    return np.asarray(drawn.velocity * longest)


def run(drawn: Drawn, error: float, groups: int, threads: int) -> Ran:
    """March all members; those with alike cells share a grid."""
    from spillsim.transport.members import Ensemble, Members, march_members

    begun = perf_counter()
    length = needed_length(drawn, error)
    order = np.argsort(length)
    found, cell_steps = [], 0
    times = np.zeros(0)
    for chosen in np.array_split(order, groups):
        step = float(length[chosen].min()) / tasks.W1.river.velocity
        case = tasks.prepare(tasks.W1, error, step, INTERVAL)
        releases = [(r.position, r.schedule) for r in case.model.releases]
        none = np.zeros(1)
        ones = np.ones(chosen.size)
        river = tasks.W1.river
        members = Members(
            drawn.velocity[chosen] / river.velocity,
            drawn.dispersion[chosen] / river.dispersion_coefficient,
            drawn.mass[chosen] / river.mass,
            ones,
            ones,
        )
        plan = case.model.march.plan
        curves = march_members(Ensemble(plan, releases, none, none), members, threads)
        found.append((chosen, curves))
        cell_steps += curves.cell_steps
        times = plan.output_time
    return Ran(perf_counter() - begun, cell_steps, tuple(found), times)


def errors(drawn: Drawn, ran: Ran, most: int) -> tuple[Array, float]:
    """Worst station's L1 error of up to ``most`` members of every grid; worst mass error."""
    found = []
    for chosen, curves in ran.groups:
        for at in range(0, chosen.size, max(1, chosen.size * len(ran.groups) // most)):
            river = replace(
                tasks.W1.river,
                velocity=float(drawn.velocity[chosen[at]]),
                dispersion_coefficient=float(drawn.dispersion[chosen[at]]),
                mass=float(drawn.mass[chosen[at]]),
            )
            reference = np.stack(
                [exact.concentration(river, x, ran.times) for x in tasks.W1.stations]
            )
            # of slow members the plume has not passed the last station by the end
            passing = reference.max(axis=1) > 0.0
            own = curves.concentration(at)
            found.append(tasks.worst_error(ran.times, own[passing], reference[passing]))
    return np.array(found), max(float(curves.mass_error.max()) for _, curves in ran.groups)


def members_table(options: argparse.Namespace) -> str:
    """Time on one and two threads, in turn, and the errors of the last run."""
    drawn = draw(options.members)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    runs: dict[int, Ran] = {}
    run(draw(16), options.error, 1, 1)
    for _ in range(options.repeats):
        for threads, own in seconds.items():
            runs[threads] = run(drawn, options.error, options.groups, threads)
            own.append(runs[threads].seconds)
    same = all(
        np.array_equal(one, two)
        for (_, a), (_, b) in zip(runs[1].groups, runs[2].groups, strict=True)
        for one, two in zip(a.curves, b.curves, strict=True)
    )
    found, mass = errors(drawn, runs[2], options.checked)
    low, middle, high = (100.0 * np.quantile(found, q) for q in (0.05, 0.5, 0.95))
    rows: list[Sequence[str]] = [
        [
            str(options.members),
            str(threads),
            f"{min(own):.3f}",
            f"{float(np.median(own)):.3f}",
            f"{runs[threads].cell_steps:.3g}",
            f"{1e9 * min(own) / runs[threads].cell_steps:.2f}",
        ]
        for threads, own in seconds.items()
    ]
    head = ["members", "threads", "best s", "median s", "cell-steps", "ns/cell-step"]
    return (
        table(head, [list(row) for row in rows], options.markdown)
        + f"\n\nerror of {found.size} members: 5 % {low:.3f} %, median {middle:.3f} %, "
        + f"95 % {high:.3f} %, worst {100.0 * found.max():.3f} %; mass error at most {mass:.1e}; "
        + ("the same" if same else "NOT the same")
        + " bits on one and on two threads"
    )


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.members", description=__doc__)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--error", type=float, default=0.01)
    parser.add_argument("--groups", type=int, default=4)
    parser.add_argument("--checked", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(machine.describe(machine.measure()), end="\n\n")
    print(members_table(options))


if __name__ == "__main__":
    main()

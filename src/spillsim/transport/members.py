"""Ensembles: many members on one geometry, marched side by side in blocks.

In the clock of a member whose water is ``f`` times as fast, everything but dispersion, exchange,
decay and the release happens as in the case itself: the same water moves through the same cells
in the same steps. So members of one grid share steps and windows, and differ in D / f, in rates
over f, in when their mass comes and in when their outputs are due.

Blocks are small enough for what changes in a step to stay in the processor's cache, and go
through all their time one after the other or, on several threads, side by side. Members that
spread alike share a block. What a member gives does not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from ..network.network import Position
from .arrays import Deposits, Exchange, FloatArray, IntArray
from .deposits import Schedule, build_deposits
from .grid import Grid, face_resistance
from .march import TRIM, gather_deposits, gather_medium, new_outputs, new_state, run_kernel
from .medium import build_dispersions, build_exchange
from .plan import Plan, in_steps

BLOCK_MEMBERS = 8
"""Members that march side by side: as many doubles as the widest registers hold."""
LATEST = 256
"""Steps after the end of a release in which, set back for storage, the last of it may enter."""


@dataclass(frozen=True)
class Members:
    """What sets M members apart: factors on what the case has, each (M,) and above zero [-]."""

    velocity: FloatArray
    """On all velocities; discharges change alike, areas stay."""
    dispersion: FloatArray
    """On all dispersion coefficients."""
    mass: FloatArray
    """On all released masses."""
    exchange: FloatArray
    """On all exchange coefficients of transient storage."""
    decay: FloatArray
    """On all decay rates."""

    def __post_init__(self) -> None:
        """Refuse factors that no river can have."""
        for name, factor in vars(self).items():
            if factor.shape != self.velocity.shape or factor.ndim != 1:
                raise ValueError(f"{name} needs one factor for each member")
            if not (np.isfinite(factor).all() and (factor > 0.0).all()):
                raise ValueError(f"every factor of {name} must be finite and above zero")

    @property
    def count(self) -> int:
        """Number of members."""
        return int(self.velocity.size)

    def only(self, chosen: IntArray) -> Members:
        """Some of the members."""
        return Members(*(factor[chosen] for factor in vars(self).values()))


@dataclass(frozen=True)
class MemberCurves:
    """What marching members leaves behind: S places, T times."""

    curves: tuple[FloatArray, ...]
    """For each block (2, B, S, T) resident concentration [kg/m3] and mass passed [kg]."""
    place: IntArray
    """(M, 2) block of each member and its place in the block."""
    ledger: FloatArray
    """(M, 6) released, river, storage, decayed, abstracted, past the outlet at the end [kg]."""
    cell_steps: int

    def concentration(self, member: int) -> FloatArray:
        """(S, T) resident concentration of a member [kg/m3]."""
        block, at = self.place[member]
        return np.asarray(self.curves[block][0, at])

    def cumulative_mass(self, member: int) -> FloatArray:
        """(S, T) mass passed of a member [kg]."""
        block, at = self.place[member]
        return np.asarray(self.curves[block][1, at])

    @property
    def mass_error(self) -> FloatArray:
        """(M,) mass unaccounted for at the end as a share of what was released [-]."""
        released = self.ledger[:, 0]
        return np.asarray(np.abs(released - self.ledger[:, 1:].sum(axis=1)) / released)


@dataclass(frozen=True)
class _Stretched:
    """A release in the clock of a member."""

    schedule: Schedule
    start: float
    """Time at which the clocks agree [s]."""
    velocity: float
    mass: float

    def _time(self, clock: FloatArray) -> FloatArray:
        return self.start + (clock - self.start) / self.velocity

    def _clock(self, time: float) -> float:
        return self.start + (time - self.start) * self.velocity

    @property
    def span(self) -> tuple[float, float]:
        """First and last time of the release [s]."""
        first, last = self.schedule.span
        return self._clock(first), self._clock(last)

    @property
    def changing(self) -> tuple[float, float]:
        """First and last time between which the mass released changes [s]."""
        first, last = self.schedule.changing
        return self._clock(first), self._clock(last)

    def cumulative(self, time: FloatArray) -> FloatArray:
        """(n,) mass released before each time [kg]."""
        return self.mass * self.schedule.cumulative(self._time(time))

    def cumulative_integral(self, time: FloatArray) -> FloatArray:
        """(n,) integral over time of ``cumulative`` [kg s]."""
        own = self.schedule.cumulative_integral(self._time(time))
        return self.mass * self.velocity * own


@dataclass(frozen=True)
class Ensemble:
    """A case whose members are to be marched.

    The time step must suit the narrowest member: in its own clock a member of factors f (velocity)
    and d (dispersion) spreads as the case with d / f times its dispersion would.
    """

    plan: Plan
    """Its output times and its end hold for every member."""
    releases: Sequence[tuple[Position, Schedule]]
    decay_rate: FloatArray
    """(R,) in the channel [1/s]."""
    storage_decay_rate: FloatArray
    """(R,) in the storage zone [1/s]."""


def march_members(ensemble: Ensemble, members: Members, threads: int = 1) -> MemberCurves:
    """March all members of an ensemble through the whole time of its plan.

    Parameters
    ----------
    ensemble : Ensemble
        Grid, steps, places, output times and releases of the case.
    members : Members
        What sets the members apart.
    threads : int
        Blocks that march at the same time; the results do not depend on it.
    """
    order = np.argsort(members.dispersion / members.velocity, kind="stable")
    blocks = [order[at : at + BLOCK_MEMBERS] for at in range(0, order.size, BLOCK_MEMBERS)]

    def march_block(chosen: IntArray) -> tuple[FloatArray, FloatArray, int]:
        return _march_block(ensemble, members.only(chosen))

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            done = list(pool.map(march_block, blocks))
    else:
        done = [march_block(chosen) for chosen in blocks]
    place = np.empty((members.count, 2), dtype=np.int64)
    ledger = np.empty((members.count, 6))
    for number, chosen in enumerate(blocks):
        place[chosen, 0] = number
        place[chosen, 1] = np.arange(chosen.size)
        ledger[chosen] = done[number][1]
    return MemberCurves(tuple(own[0] for own in done), place, ledger, sum(own[2] for own in done))


def _march_block(ensemble: Ensemble, members: Members) -> tuple[FloatArray, FloatArray, int]:
    """Curves (2, B, S, T), last ledger (B, 6) and cell-steps of members side by side."""
    case = ensemble.plan
    grid, start = case.grid, case.start
    steps = int(np.ceil(case.steps * members.velocity.max() - 1e-9))
    plan = replace(case, steps=steps, ledger_step=np.array([steps]), field_step=case.field_step[:0])
    grids = [_own_grid(grid, members, j) for j in range(members.count)]
    resistance = np.stack([own.resistance for own in grids], axis=1)
    factor = members.dispersion / members.velocity
    dispersion = build_dispersions(grid, resistance, factor, case.limiter)
    slowed = members.decay / members.velocity
    exchanges = [
        _own_exchange(ensemble, own, float(k)) for own, k in zip(grids, slowed, strict=True)
    ]
    deposits = []
    for own, velocity, mass in zip(grids, members.velocity, members.mass, strict=True):
        releases = [
            (position, _Stretched(schedule, start, float(velocity), float(mass)))
            for position, schedule in ensemble.releases
        ]
        deposits.append(_own_deposits(own, releases, start, steps))
    feed = gather_deposits(plan, deposits)
    clocks = case.output_step * members.velocity[:, None]
    outputs, record = new_outputs(plan, members.count, in_steps(clocks))
    state = new_state(grid, TRIM * feed.mass.sum(axis=(0, 1)))
    medium = gather_medium(grid, dispersion, exchanges)
    run_kernel(plan, medium, feed, state, outputs, record)
    curves = outputs.curves
    if case.asked_order is not None:
        curves = curves[:, :, case.asked_order]
    return curves, record.ledger[:, 0], int(state.work[0])


def _own_grid(grid: Grid, members: Members, j: int) -> Grid:
    """The grid with the water of a member, in its clock."""
    flow = grid.route.flow
    factor = float(members.dispersion[j] / members.velocity[j])
    own = replace(
        flow,
        dispersion_coefficient=flow.dispersion_coefficient * factor,
        exchange_coefficient=flow.exchange_coefficient
        * float(members.exchange[j] / members.velocity[j]),
    )
    stores = bool(np.any((flow.storage_area_ratio > 0.0) & (flow.exchange_coefficient > 0.0)))
    resistance = grid.resistance / factor
    if stores:
        # what splitting adds to dispersion does not go with it
        resistance = face_resistance(grid.paths, grid.mouths, resistance.size, own, grid.time_step)
    return replace(grid, route=replace(grid.route, flow=own), resistance=resistance)


def _own_deposits(
    grid: Grid, releases: Sequence[tuple[Position, Schedule]], start: float, steps: int
) -> Deposits:
    """Deposits of a member, worked out only for the steps in which there can be any."""
    last = max(schedule.changing[1] for _, schedule in releases)
    few = min(steps, max(int((last - start) / grid.time_step), 0) + LATEST)
    deposits = build_deposits(grid, releases, start, few)
    pointer = np.full(steps + 1, deposits.pointer[-1])
    pointer[: few + 1] = deposits.pointer
    return deposits._replace(pointer=pointer)


def _own_exchange(ensemble: Ensemble, grid: Grid, factor: float) -> Exchange:
    """Exchange and decay of a member, in its clock."""
    rates = (ensemble.decay_rate * factor, ensemble.storage_decay_rate * factor)
    flow = grid.route.flow
    if not (rates[0].any() or rates[1].any() or flow.exchange_coefficient.any()):
        none = np.zeros(0)
        return Exchange(none, none, none, none, False, False)
    return build_exchange(grid, *rates)

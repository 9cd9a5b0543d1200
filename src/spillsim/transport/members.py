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
from dataclasses import dataclass, field, replace

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..network.network import Position
from .arrays import Exchange, FloatArray, IntArray
from .deposits import Schedule
from .grid import Grid, face_resistance
from .march import TRIM, gather_medium, new_outputs, new_state, run_kernel
from .medium import build_dispersions, build_exchange
from .member_deposits import Clocks, build_feed
from .plan import Plan, in_steps
from .splitting import splitting_dispersion

BLOCK_MEMBERS = 32
"""Most members that march side by side: what a plume of some hundred cells takes of each step's
arrays then still lies in the cache, and what a block costs besides is shared by many."""


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
    longer: FloatArray = field(default_factory=lambda: np.ones(0))
    """On the duration of every release, which keeps its mass; 1 if not given."""
    later: FloatArray = field(default_factory=lambda: np.zeros(0))
    """By how much all releases begin later; nothing if not given [s]."""

    def __post_init__(self) -> None:
        """Refuse factors that no river can have."""
        for name in ("longer", "later"):
            if not getattr(self, name).size:
                usual = np.full(self.velocity.shape, 1.0 if name == "longer" else 0.0)
                object.__setattr__(self, name, usual)
        for name, factor in vars(self).items():
            if factor.shape != self.velocity.shape or factor.ndim != 1:
                raise ValueError(f"{name} needs one factor for each member")
            least = -np.inf if name == "later" else 0.0
            fits = factor >= least if name == "decay" else factor > least
            if not (np.isfinite(factor).all() and fits.all()):
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
    blocks = blocks_of(members)

    def march_one(chosen: IntArray) -> tuple[FloatArray, FloatArray, int]:
        return march_block(ensemble, members.only(chosen))

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            done = list(pool.map(march_one, blocks))
    else:
        done = [march_one(chosen) for chosen in blocks]
    place = np.empty((members.count, 2), dtype=np.int64)
    ledger = np.empty((members.count, 6))
    for number, chosen in enumerate(blocks):
        place[chosen, 0] = number
        place[chosen, 1] = np.arange(chosen.size)
        ledger[chosen] = done[number][1]
    return MemberCurves(tuple(own[0] for own in done), place, ledger, sum(own[2] for own in done))


def blocks_of(members: Members) -> list[IntArray]:
    """Numbers of the members of each block: those that spread alike, about as many in each."""
    order = np.argsort(members.dispersion / members.velocity, kind="stable")
    return np.array_split(order, -(-order.size // BLOCK_MEMBERS))


def march_block(ensemble: Ensemble, members: Members) -> tuple[FloatArray, FloatArray, int]:
    """Curves (2, B, S, T), last ledger (B, 6) and cell-steps of members side by side."""
    case = ensemble.plan
    grid, dt = case.grid, case.grid.time_step
    later = members.later[:, None] / dt
    steps = max(int(np.ceil(((case.steps - later[:, 0]) * members.velocity).max() - 1e-9)), 1)
    plan = replace(case, steps=steps, ledger_step=np.array([steps]), field_step=case.field_step[:0])
    factor = members.dispersion / members.velocity
    flows: list[SteadyFlow] = []
    taken = np.zeros((members.count, grid.route.flow.velocity.size))
    resistance = grid.resistance[:, None] / factor
    if _stores(grid) or ensemble.decay_rate.any() or ensemble.storage_decay_rate.any():
        flows = [_own_flow(grid.route.flow, members, j) for j in range(members.count)]
    if _stores(grid):
        # what splitting adds to dispersion does not go with it
        size, mouths = grid.resistance.size, grid.mouths
        for j, flow in enumerate(flows):
            resistance[:, j] = face_resistance(grid.paths, mouths, size, flow, dt)
            taken[j] = splitting_dispersion(flow, dt)
    dispersion = build_dispersions(grid, resistance, factor, case.limiter)
    clocks = Clocks(case.start, members.velocity, members.mass, members.longer, factor, taken)
    feed = build_feed(grid, ensemble.releases, clocks, steps)
    outputs, record = new_outputs(
        plan, members.count, in_steps((case.output_step - later) * members.velocity[:, None])
    )
    state = new_state(grid, TRIM * feed.mass.sum(axis=(0, 1)))
    medium = gather_medium(grid, dispersion, _exchanges(ensemble, members, flows))
    medium = medium._replace(peaks=False)
    run_kernel(plan, medium, feed, state, outputs, record)
    curves = outputs.curves
    if case.asked_order is not None:
        curves = curves[:, :, case.asked_order]
    return curves, record.ledger[:, 0], int(state.work[0])


def _stores(grid: Grid) -> bool:
    """Tell whether any reach has a storage zone."""
    flow = grid.route.flow
    return bool(np.any((flow.storage_area_ratio > 0.0) & (flow.exchange_coefficient > 0.0)))


def _own_flow(flow: SteadyFlow, members: Members, j: int) -> SteadyFlow:
    """The flow of a member, in its clock."""
    pace = members.velocity[j]
    return replace(
        flow,
        dispersion_coefficient=flow.dispersion_coefficient * float(members.dispersion[j] / pace),
        exchange_coefficient=flow.exchange_coefficient * float(members.exchange[j] / pace),
    )


def _exchanges(ensemble: Ensemble, members: Members, flows: Sequence[SteadyFlow]) -> list[Exchange]:
    """Exchange and decay of members, in their clocks."""
    grid = ensemble.plan.grid
    rates = (ensemble.decay_rate, ensemble.storage_decay_rate)
    if not (rates[0].any() or rates[1].any() or _stores(grid)):
        none = np.zeros(0)
        return [Exchange(none, none, none, none, False, False)] * members.count
    slowed = (members.decay / members.velocity).tolist()
    return [
        build_exchange(
            replace(grid, route=replace(grid.route, flow=flow)), rates[0] * k, rates[1] * k
        )
        for flow, k in zip(flows, slowed, strict=True)
    ]

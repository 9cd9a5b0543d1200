"""Marching pools that exchange: all of them side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import (
    MASS,
    PEAK,
    PEAK_STEP,
    STORAGE,
    Deposits,
    Dispersion,
    Exchange,
    FloatArray,
    Medium,
    Outputs,
    Record,
    State,
)
from .grid import face_resistance
from .kinetics import Kinetics
from .march import TRIM, gather_deposits, gather_medium, new_outputs, new_state, run_kernel
from .medium import build_dispersions
from .plan import Plan
from .reactions import build_reactions, floors
from .splitting import SPLITTING_SHARE, bed_splitting
from .zones import zones_of

LEAST_ADDED = 1e-6
"""Share of the dispersion that splitting may add without being taken off."""


@dataclass(frozen=True)
class PoolMarch:
    """What marching pools leaves behind: B mobile and F fixed pools of N constituents."""

    concentration: FloatArray
    """(B, S, T) resident concentration [kg/m3]."""
    cumulative_mass: FloatArray
    """(B, S, T) mass passed [kg]."""
    ledger: FloatArray
    """(L, 6, B) released, river, storage, left by reaction less what came, abstracted, past the
    outlet [kg]."""
    fixed_ledger: FloatArray
    """(L, F) in each fixed pool, above the outlet [kg]."""
    peak: FloatArray
    """(N, K) highest concentration of all mobile pools of a constituent together [kg/m3]."""
    peak_time: FloatArray
    """(N, K) when [s since the start of the case]; nan where nothing came."""
    field: FloatArray
    """(B, field times, K) concentration [kg/m3]; no K where no field is wanted."""
    fixed_field: FloatArray
    """(F, field times, K) mass in each cell [kg]; likewise."""
    mobile: FloatArray
    """(B, K) mass in the water of each cell at the end [kg]."""
    storage: FloatArray
    """(B, K) in its storage zone [kg]."""
    fixed: FloatArray
    """(F, K) in its fixed pools [kg]."""
    cell_steps: int


def march_pools(
    plan: Plan,
    dispersion: Dispersion,
    kinetics: Kinetics,
    deposits: Sequence[Deposits],
    progress: Callable[[float], None] | None = None,
) -> PoolMarch:
    """March all pools of all constituents through the whole time of the plan.

    Parameters
    ----------
    plan : Plan
        Grid, steps and outputs.
    dispersion : Dispersion
        From ``medium``. What splitting the step from exchange with the bed adds to that of single
        pools is taken off here.
    kinetics : Kinetics
        Of all reaches at one discharge each; storage exchange and all losses are in it.
    deposits : one for each of the B mobile pools
        From ``deposits``; empty ones for pools into which nothing is released.
    progress : callable, optional
        Called now and then with the share of steps done.
    """
    if len(deposits) != kinetics.mobile:
        raise ValueError(f"{kinetics.mobile} mobile pools need as many deposits")
    feed = gather_deposits(plan, deposits)
    floor = floors(kinetics, feed.mass.sum(axis=(0, 1)), TRIM)
    zoned, zone = zones_of(kinetics, plan.grid)
    reactions = build_reactions(zoned, zone, plan.grid.time_step, floor)
    reactions.values[-1] = plan.grid.cells.volume
    reactions.sums[-1] = plan.grid.cells.inverse_volume
    state = new_state(plan.grid, floor[: kinetics.mobile])
    outputs, record = new_outputs(plan, kinetics.mobile, fixed=kinetics.fixed)
    none = np.zeros(0)
    bare = Exchange(none, none, none, none, False, False)
    own = _own_dispersion(plan, kinetics) or dispersion
    medium = gather_medium(plan.grid, own, [bare] * kinetics.mobile)._replace(
        has_storage=bool(reactions.shape[2]), decays=True, reacts=True,
        returns=bool(reactions.shape[4]), reactions=reactions,
    )  # fmt: skip
    run_kernel(plan, medium, feed, state, outputs, record, progress)
    return _gather(plan, medium, state, outputs, record)


def _own_dispersion(plan: Plan, kinetics: Kinetics) -> Dispersion | None:
    """Dispersion of each pool less what splitting adds, None where it adds next to nothing."""
    grid = plan.grid
    flow = grid.route.flow
    given = flow.dispersion_coefficient
    added = bed_splitting(kinetics, flow, grid.time_step)
    if not (added > LEAST_ADDED * given[:, None]).any():
        return None
    resistance = np.empty((grid.resistance.size, kinetics.mobile))
    for m in range(kinetics.mobile):
        left = np.maximum(given - added[:, m], (1.0 - SPLITTING_SHARE) * given)
        reduced = replace(flow, dispersion_coefficient=left)
        resistance[:, m] = face_resistance(
            grid.paths, grid.mouths, grid.resistance.size, reduced, grid.time_step
        )
    return build_dispersions(grid, resistance, np.ones(kinetics.mobile), plan.limiter)


def _gather(
    plan: Plan, medium: Medium, state: State, outputs: Outputs, record: Record
) -> PoolMarch:
    """What the kernel left, with the places in the order asked for."""
    members, constituents = state.total.shape[1], int(medium.reactions.shape[6])
    size = plan.grid.cells.volume.size
    # as ``pools.note_sums`` lays them out
    peak, peak_time = (
        state.cells[row].reshape(members, size)[:constituents] for row in (PEAK, PEAK_STEP)
    )
    curves = outputs.curves
    if plan.asked_order is not None:
        curves = curves[:, :, plan.asked_order]
    mobile, storage = (state.cells[row].reshape(size, members).T for row in (MASS, STORAGE))
    return PoolMarch(
        curves[0], curves[1], record.ledger.transpose(1, 2, 0), record.fixed, peak,
        peak_time * plan.grid.time_step + plan.start, record.field,
        record.fixed_field.transpose(1, 0, 2), mobile, storage, medium.reactions.fixed,
        int(state.work[0]) // members,
    )  # fmt: skip

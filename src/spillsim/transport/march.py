"""Marching members through the grid: set up state and record, run the kernel in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import (
    DECAYED,
    FLOOR,
    INVERSE,
    MASS,
    PEAK,
    PEAK_STEP,
    START,
    STAY,
    STORAGE,
    SUMMED,
    THINNED,
    Deposits,
    Dispersion,
    Exchange,
    Feed,
    FloatArray,
    Medium,
    Outputs,
    Record,
    State,
    Watch,
)
from .grid import Grid
from .kernels import march_steps
from .mouths import thinned
from .plan import Plan
from .reactions import no_reactions

TRIM = 1e-14
"""Share of the released mass below which the rim of the active window counts as empty."""

PIECE = 20_000_000
"""Cell-steps marched between two looks at the clock and at Ctrl-C, some hundredths of a second."""

WATCHED_STEPS = 32
"""Steps for which the water around places is noted before curves are made of it, at most."""
WATCHED_ROWS = 4096
"""Rows of watched places, members times steps, above which fewer steps are noted."""


@dataclass(frozen=True)
class March:
    """What marching one substance leaves behind."""

    concentration: FloatArray
    """(S, T) resident concentration [kg/m3]."""
    cumulative_mass: FloatArray
    """(S, T) mass passed [kg]."""
    ledger: FloatArray
    """(L, 6) released, river, storage, decayed, abstracted, past the outlet [kg]."""
    peak: FloatArray
    """(K,) highest concentration [kg/m3]."""
    peak_time: FloatArray
    """(K,) when [s since the start of the case]; nan where nothing came."""
    field: FloatArray
    left: FloatArray
    """(3, K) mass at the end in the water and in the storage zone, and what decayed [kg]."""
    cell_steps: int


def new_state(grid: Grid, floor: FloatArray) -> State:
    """An empty river for members with the given traces that count as nothing [kg]."""
    paths, members = grid.closed_windows.copy(), floor.size
    size = grid.cells.volume.size
    cells = np.zeros((9, size * members))
    cells[PEAK_STEP] = np.nan
    total = np.zeros((5, members))
    total[FLOOR] = floor
    count = paths.shape[1]
    return State(
        cells, np.zeros((3, size if grid.mixes else 0)), paths,
        np.zeros(count + 1, dtype=np.int64), np.zeros((count, members)),
        np.zeros(grid.mouths.cell.size * members), total,
        np.zeros(2, dtype=np.int64),
    )  # fmt: skip


def new_watch(plan: Plan, members: int) -> Watch:
    """Room for the water around the places of a plan."""
    places = plan.gauges.cell.size
    steps = max(min(WATCHED_STEPS, WATCHED_ROWS // max(places * members, 1)), 1)
    return Watch(
        plan.watched_paths.copy(), np.zeros((2, places, members)),
        np.zeros((places, steps + 1, 8, members)), np.full((places, steps + 1), -1),
        np.zeros(places + 1, dtype=np.int64), np.zeros((2, 3, 4)),
        np.zeros(7),
    )  # fmt: skip


def new_outputs(
    plan: Plan, members: int, clocks: FloatArray | None = None, fixed: int = 0
) -> tuple[Outputs, Record]:
    """Empty output arrays; the only ones that depend on the number of outputs.

    ``clocks`` (B, T) holds output times in steps where each member has its own; there are
    ``fixed`` pools.
    """
    places, count = plan.gauges.cell.size, plan.output_time.size
    size = plan.grid.cells.volume.size if plan.field_step.size else 0
    relative = plan.output_step if clocks is None else clocks
    first = np.zeros((relative.shape[0], places), dtype=np.int64)
    curves = np.zeros((2, members, places, count))
    outputs = Outputs(relative, first, curves)
    record = Record(
        plan.ledger_step, np.zeros((members, plan.ledger_step.size, 6)),
        plan.field_step, np.zeros((members, plan.field_step.size, size)),
        np.zeros((plan.ledger_step.size, fixed)), np.zeros((plan.field_step.size, fixed, size)),
    )  # fmt: skip
    return outputs, record


def gather_deposits(plan: Plan, deposits: Sequence[Deposits]) -> Feed:
    """Deposits of all members as one table: a row holds those of one member, nothing of others."""
    starts = plan.grid.ways.table[START]
    pointer, cell = deposits[0].pointer, deposits[0].cell
    masses = np.empty((2, cell.size, 1))
    masses[0, :, 0], masses[1, :, 0] = deposits[0].mass_early, deposits[0].mass_late
    if len(deposits) > 1:
        step = [np.repeat(np.arange(plan.steps), np.diff(own.pointer)) for own in deposits]
        order = np.argsort(np.concatenate(step), kind="stable")
        member = np.repeat(np.arange(len(deposits)), [own.cell.size for own in deposits])
        values = np.concatenate([np.array(own[2:]) for own in deposits], axis=1)
        masses = np.zeros((2, order.size, len(deposits)))
        masses[:, np.arange(order.size), member[order]] = values[:, order]
        cell = np.concatenate([own.cell for own in deposits])[order]
        pointer = np.sum([own.pointer for own in deposits], axis=0)
    place = np.zeros((2, cell.size), dtype=np.int64)
    place[0] = cell
    if starts.size > 1:
        place[1] = starts.searchsorted(cell, side="right") - 1
    return Feed(pointer, place, masses)


def gather_medium(grid: Grid, dispersion: Dispersion, exchanges: Sequence[Exchange]) -> Medium:
    """Coefficients of all members in one array, member by member in each cell.

    The arrays of ``dispersion`` are (K,), the same for all, or (K, B).
    """
    members, size = len(exchanges), grid.cells.volume.size
    has_storage = any(own.has_storage for own in exchanges)
    decays = any(own.decays for own in exchanges)
    cells = np.empty((8, size * members))
    shared = (grid.cells.inverse_volume, dispersion.conductance, dispersion.correction)
    for k, values in enumerate(shared):
        if values.size == cells.shape[1]:
            cells[k] = values.ravel()
        else:
            cells[k].reshape(size, members)[:] = values[:, None]
    count = 4 if has_storage else 1 if decays else 0  # no one reads the others
    for j, exchange in enumerate(exchanges):
        rows = (exchange.stay, exchange.back, exchange.into, exchange.hold)
        for k, values in enumerate(rows[:count]):
            cells[STAY + k, j::members] = values
    mouths = np.empty((2, dispersion.substeps, grid.mouths.cell.size * members))
    for k, own in enumerate((thinned(grid, dispersion.withheld), dispersion.withheld)):
        if own.size == mouths[k].size:
            mouths[k] = own.reshape(mouths[k].shape)
        else:
            mouths[k] = np.repeat(own, members, axis=1)
    cells[THINNED] = cells[INVERSE]
    cells[THINNED].reshape(size, members)[grid.mouths.cell] = mouths[0, 0].reshape(-1, members)
    return Medium(cells, grid.mouths.cell, mouths, dispersion.substeps, has_storage, decays,
                  False, False, no_reactions(), True)  # fmt: skip


def march(
    plan: Plan,
    dispersion: Dispersion,
    exchange: Exchange,
    deposits: Deposits,
    progress: Callable[[float], None] | None = None,
) -> March:
    """March one substance through the whole time of the plan; see ``march_together``."""
    return march_together(plan, dispersion, [exchange], [deposits], progress)[0]


def march_substances(
    plan: Plan,
    dispersion: Dispersion,
    exchanges: Sequence[Exchange],
    deposits: Sequence[Deposits],
    progress: Callable[[float], None] | None = None,
) -> list[March]:
    """March all substances, side by side those whose release begins in the same cell and step.

    Others would only be computed where there is nothing of them. Arguments as in
    ``march_together``.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for number, own in enumerate(deposits):
        first = (int(np.searchsorted(own.pointer, 0, side="right")), *own.cell[:1].tolist())
        groups.setdefault(first, []).append(number)
    found: dict[int, March] = {}
    for group in groups.values():
        begun = len(found)

        def report(share: float, begun: int = begun, count: int = len(group)) -> None:
            if progress is not None:
                progress((begun + share * count) / len(deposits))

        done = march_together(
            plan, dispersion, [exchanges[n] for n in group], [deposits[n] for n in group], report
        )
        found.update(zip(group, done, strict=True))
    return [found[number] for number in range(len(deposits))]


def march_together(
    plan: Plan,
    dispersion: Dispersion,
    exchanges: Sequence[Exchange],
    deposits: Sequence[Deposits],
    progress: Callable[[float], None] | None = None,
) -> list[March]:
    """March substances side by side through the whole time of the plan.

    Parameters
    ----------
    plan : Plan
        Grid, steps and outputs.
    dispersion : Dispersion
        From ``medium``; the same for all.
    exchanges, deposits : one for each substance
        From ``medium`` and ``deposits``.
    progress : callable, optional
        Called now and then with the share of steps done.
    """
    members = len(deposits)
    feed = gather_deposits(plan, deposits)
    state = new_state(plan.grid, TRIM * feed.mass.sum(axis=(0, 1)))
    outputs, record = new_outputs(plan, members)
    medium = gather_medium(plan.grid, dispersion, exchanges)
    run_kernel(plan, medium, feed, state, outputs, record, progress)
    return _marches(plan, state, outputs, record)


def run_kernel(
    plan: Plan,
    medium: Medium,
    feed: Feed,
    state: State,
    outputs: Outputs,
    record: Record,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Run the kernel over all steps, with a look at the clock between pieces."""
    grid = plan.grid
    members = state.total.shape[1]
    watch = new_watch(plan, members)
    position = np.zeros(3, dtype=np.int64)
    at = 0
    rate = 1.0 / (max(grid.size, 1) * members)
    while at < plan.steps:
        upto = min(plan.steps, at + max(1, int(PIECE * rate)))
        march_steps(
            (at, upto), position, grid.ways, grid.cells, grid.motion, medium, feed,
            plan.gauges, state, watch, outputs, record, plan.limiter,
        )  # fmt: skip
        at = upto
        rate = at / max(int(state.work[0]), 1)
        if progress is not None:
            progress(at / plan.steps)


def _marches(plan: Plan, state: State, outputs: Outputs, record: Record) -> list[March]:
    """Sort what the kernel left by member, with the places in the order asked for."""
    members = state.total.shape[1]
    peak = state.cells[PEAK].reshape(-1, members)
    peak_time = state.cells[PEAK_STEP].reshape(-1, members)
    peak_time *= plan.grid.time_step
    peak_time += plan.start
    curves = outputs.curves
    if plan.asked_order is not None:
        curves = curves[:, :, plan.asked_order]
    rows = state.cells.reshape(state.cells.shape[0], -1, members)
    left = np.stack([rows[MASS], rows[STORAGE], rows[DECAYED] + rows[SUMMED]])
    return [
        March(
            curves[0, j], curves[1, j], record.ledger[j], peak[:, j], peak_time[:, j],
            record.field[j], left[:, :, j], int(state.work[0]) // members,
        )
        for j in range(members)
    ]  # fmt: skip

"""Marching one substance through the grid: set up state and record, run the kernel in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..network.network import Position
from .arrays import (
    LIMITER_MONOTONE,
    LIMITER_NONE,
    LIMITER_POSITIVE,
    Deposits,
    Dispersion,
    Exchange,
    FloatArray,
    Gauges,
    IntArray,
    Record,
    State,
)
from .grid import Grid, cell_position, locate
from .kernels import march_steps

LIMITERS = {"none": LIMITER_NONE, "positive": LIMITER_POSITIVE, "monotone": LIMITER_MONOTONE}

TRIM = 1e-16
"""Share of the released mass below which the rim of the active window is swept inward."""

PIECE = 20_000_000
"""Cell-steps marched between two looks at the clock and at Ctrl-C, some hundredths of a second."""


@dataclass(frozen=True)
class Plan:
    """What is marched besides the substance: steps, places, output times."""

    grid: Grid
    limiter: int
    start: float
    """Time of the first step since the start of the case [s]."""
    steps: int
    gauges: Gauges
    gauge_order: IntArray
    """(S,) index of each place among the places asked for."""
    output_time: FloatArray
    """(T,) [s since the start of the case]."""
    ledger_step: IntArray
    field_step: IntArray


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
    cell_steps: int


def place_gauges(grid: Grid, places: Sequence[Position]) -> tuple[Gauges, IntArray]:
    """Cells and shares of the places to observe; LookupError where nothing is computed."""
    rows = []
    for index, place in enumerate(places):
        number, theta = locate(grid, place)
        own = grid.paths[number]
        position = min(max(cell_position(own, theta), 0.0), own.slow.size - 1e-9)
        cell = int(np.floor(position))
        offset = position - cell
        stride = grid.time_step / float(own.theta[cell + 1] - own.theta[cell])
        if abs(stride - 1.0) < 1e-9:
            stride = 1.0
        upper = int(np.floor(position - stride))
        jumps = grid.cells.edge_jump[own.start + upper + 1 : own.start + cell + 1]
        rows.append((number, own.start + cell, offset, stride, bool(jumps.any()), index))
    rows.sort(key=lambda row: (row[0], row[5]))
    pointer = np.searchsorted([row[0] for row in rows], np.arange(len(grid.paths) + 1))
    gauges = Gauges(
        pointer.astype(np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=np.float64),
        np.array([row[4] for row in rows], dtype=np.bool_),
    )
    return gauges, np.array([row[5] for row in rows], dtype=np.int64)


def new_state(grid: Grid, gauges: Gauges) -> State:
    """An empty river."""
    size = grid.cells.volume.size
    paths = len(grid.paths)
    start = grid.path_arrays.start
    return State(
        np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size),
        start.copy(), start.copy(), np.zeros(paths), np.zeros(gauges.cell.size),
        np.zeros(size), np.full(size, -1, dtype=np.int64), np.zeros(4),
        np.zeros(2, dtype=np.int64),
    )


def new_record(plan: Plan) -> Record:
    """Empty output arrays; the only allocation that depends on the number of outputs."""
    places, outputs = plan.gauges.cell.size, plan.output_time.size
    size = plan.grid.cells.volume.size if plan.field_step.size else 0
    relative = (plan.output_time - plan.start) / plan.grid.time_step
    # an output meant for the end of a step must not fall just behind it
    near = np.round(relative)
    relative = np.where(np.abs(relative - near) < 1e-9 * np.maximum(1.0, near), near, relative)
    return Record(
        relative,
        np.zeros((places, outputs)), np.zeros((places, outputs)),
        plan.ledger_step, np.zeros((plan.ledger_step.size, 6)),
        plan.field_step, np.zeros((plan.field_step.size, size)),
    )


def march(
    plan: Plan, dispersion: Dispersion, exchange: Exchange, deposits: Deposits,
    progress: Callable[[float], None] | None = None,
) -> March:
    """March one substance through the whole time of the plan.

    Parameters
    ----------
    plan : Plan
        Grid, steps and outputs.
    dispersion, exchange, deposits
        The medium and the release, from ``medium`` and ``deposits``.
    progress : callable, optional
        Called now and then with the share of steps done.
    """
    grid = plan.grid
    state = new_state(grid, plan.gauges)
    record = new_record(plan)
    total = float(deposits.mass_early.sum() + deposits.mass_late.sum())
    settings = (plan.limiter, TRIM * total)
    # outputs before the first step are zero and stay so
    first = int(np.searchsorted(record.time, 0.0, side="right"))
    position = np.array([first, 0.0, 0.0])
    at = 0
    rate = 1.0 / max(grid.size, 1)
    while at < plan.steps:
        upto = min(plan.steps, at + max(1, int(PIECE * rate)))
        march_steps(at, upto, position, grid.path_arrays, grid.cells, dispersion, exchange,
                    deposits, plan.gauges, state, record, settings)
        at = upto
        done = max(int(state.work[0]), 1)
        rate = at / done
        if progress is not None:
            progress(at / plan.steps)
    back = np.argsort(plan.gauge_order)
    peak_time = np.where(state.peak_step >= 0, plan.start + grid.time_step * state.peak_step,
                         np.nan)
    return March(record.concentration[back], record.cumulative_mass[back], record.ledger,
                 state.peak, peak_time, record.field, int(state.work[0]))


__all__ = ["LIMITERS", "March", "Plan", "march", "place_gauges"]

"""Marching one substance through the grid: set up state and record, run the kernel in pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arrays import (
    Deposits,
    Dispersion,
    Exchange,
    FloatArray,
    Gauges,
    Outputs,
    Record,
    State,
)
from .grid import Grid
from .kernels import march_steps
from .plan import Plan

TRIM = 1e-14
"""Share of the released mass below which the rim of the active window is swept inward."""

PIECE = 20_000_000
"""Cell-steps marched between two looks at the clock and at Ctrl-C, some hundredths of a second."""


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


def new_state(grid: Grid, gauges: Gauges) -> State:
    """An empty river."""
    size = grid.cells.volume.size
    paths = len(grid.paths)
    start = grid.path_arrays.start
    return State(
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        start.copy(),
        start.copy(),
        np.zeros(paths),
        np.zeros(gauges.cell.size),
        np.zeros(size),
        np.full(size, -1.0),
        np.zeros(size),
        np.zeros(3),
        np.zeros(paths, dtype=np.bool_),
        np.zeros(2, dtype=np.int64),
        np.zeros((gauges.cell.size, 4)),
        np.zeros((3, 4)),
    )


def new_outputs(plan: Plan) -> tuple[Outputs, Record]:
    """Empty output arrays; the only allocation that depends on the number of outputs."""
    places, count = plan.gauges.cell.size, plan.output_time.size
    size = plan.grid.cells.volume.size if plan.field_step.size else 0
    relative = (plan.output_time - plan.start) / plan.grid.time_step
    # an output meant for the end of a step must not fall just behind it
    near = np.round(relative)
    relative = np.where(np.abs(relative - near) < 1e-9 * np.maximum(1.0, near), near, relative)
    outputs = Outputs(relative, np.zeros((places, count)), np.zeros((places, count)))
    record = Record(
        plan.ledger_step, np.zeros((plan.ledger_step.size, 6)),
        plan.field_step, np.zeros((plan.field_step.size, size)),
    )  # fmt: skip
    return outputs, record


def march(
    plan: Plan,
    dispersion: Dispersion,
    exchange: Exchange,
    deposits: Deposits,
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
    outputs, record = new_outputs(plan)
    total = float(deposits.mass_early.sum() + deposits.mass_late.sum())
    settings = (plan.limiter, TRIM * total)
    # outputs before the first step are zero and stay so
    first = int(np.searchsorted(outputs.time, 0.0, side="right"))
    position = np.array([first, 0.0, 0.0])
    at = 0
    rate = 1.0 / max(grid.size, 1)
    while at < plan.steps:
        upto = min(plan.steps, at + max(1, int(PIECE * rate)))
        march_steps(
            (at, upto), position, grid.path_arrays, grid.cells, grid.motion, dispersion,
            exchange, deposits, plan.gauges, state, outputs, record, settings,
        )  # fmt: skip
        at = upto
        done = max(int(state.work[0]), 1)
        rate = at / done
        if progress is not None:
            progress(at / plan.steps)
    back = np.argsort(plan.gauge_order)
    peak_time = np.where(
        state.peak_step >= 0, plan.start + grid.time_step * state.peak_step, np.nan
    )
    return March(
        outputs.concentration[back],
        outputs.cumulative_mass[back],
        record.ledger,
        state.peak,
        peak_time,
        record.field,
        int(state.work[0]),
    )

"""Writing down the whole river at chosen steps."""

from __future__ import annotations

from .arrays import Cells, FloatArray, IntArray, Paths, Record, State
from .compiler import jit
from .reconstruct import fill_concentration


@jit
def is_due(row: int, at_step: IntArray, step: int) -> bool:
    """Tell whether the next row of a record is to be written at the end of a step."""
    return bool(row < at_step.shape[0] and at_step[row] == step + 1)


@jit
def total_of(values: FloatArray) -> float:
    """Sum, in four strands that do not wait for each other."""
    a = b = c = d = 0.0
    whole = values.shape[0] // 4 * 4
    for i in range(0, whole, 4):
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
    for i in range(whole, values.shape[0]):
        a += values[i]
    return (a + b) + (c + d)


@jit
def write_ledger(row: int, decays: bool, paths: Paths, state: State, record: Record) -> None:
    """Sum what is in the river and in storage; independent of the running totals."""
    river = 0.0
    stored = 0.0
    for p in range(paths.start.shape[0]):
        river += total_of(state.mass[state.low[p] : state.high[p]])
        stored += total_of(state.storage[state.low[p] : state.high[p]])
    record.ledger[row, 0] = state.total[0]
    record.ledger[row, 1] = river
    record.ledger[row, 2] = stored
    if decays:
        record.ledger[row, 3] = total_of(state.decayed)
    record.ledger[row, 4] = state.total[1]
    record.ledger[row, 5] = state.total[2]


@jit
def write_field(row: int, paths: Paths, cells: Cells, state: State, record: Record) -> None:
    """Write the concentration of all cells."""
    for p in range(paths.start.shape[0]):
        a, b = state.low[p], state.high[p]
        fill_concentration(a, b, state.mass, cells.inverse_volume, record.field[row])

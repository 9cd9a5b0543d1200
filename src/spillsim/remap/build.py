"""Laying out a river whose flow changes: chains, cells, water, places and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..hydraulics.varying import VaryingFlow
from ..network.network import Position
from .arrays import CHAIN, COUNT, FIRST, FloatArray, Gauges, IntArray, Tables
from .columns import Columns, cut_columns
from .graph import Layout, Reaches, find_chains, lay_out
from .tables import DrainedError, build_tables, joined_reaches

SMALLEST_NUMBER = 1.25
"""Cells are at least this many times sqrt(D dt) long, so that dispersion needs one substep."""


@dataclass(frozen=True)
class Plan:
    """Everything but the substances: S places, T output times."""

    reaches: Reaches
    flow: VaryingFlow
    columns: Columns
    """What the reaches are cut into; the layout numbers these."""
    layout: Layout
    tables: Tables
    time: FloatArray
    """(N + 1,) ends of the steps [s since the start of the case]."""
    limiter: int
    gauges: Gauges
    gauge_order: IntArray
    """(S,) index of each place among the places asked for."""
    output_time: FloatArray
    """(T,) [s since the start of the case]."""
    ledger_step: IntArray
    field_step: IntArray
    own_cells: IntArray
    """Cells in the river, neither padding nor beyond an outlet nor a lower layer."""
    cell_reach: IntArray
    """(K,) reach that each cell lies in, as given; -1 in the padding and beyond outlets."""
    cell_head: FloatArray
    """(K,) distance of its upper face from the head of the reach [m]."""
    cell_foot: FloatArray
    """(K,) distance of its lower face [m]."""

    @property
    def time_step(self) -> float:
        """Time step [s]."""
        return float(self.time[1] - self.time[0])

    @property
    def steps(self) -> int:
        """Number of steps."""
        return int(self.time.size - 1)

    @property
    def size(self) -> int:
        """Number of cells in the river."""
        return int(self.own_cells.size)


def cell_counts(reaches: Reaches, flow: VaryingFlow, time_step: float) -> IntArray:
    """(R,) cells of each reach: dx = max(U dt, 1.25 sqrt(D dt)) at the typical flow."""
    typical = flow.reference
    travel = np.abs(typical.velocity) * time_step
    mixing = SMALLEST_NUMBER * np.sqrt(typical.dispersion_coefficient * time_step)
    spacing = np.maximum(np.maximum(travel, mixing), 1e-3 * reaches.length)
    counts = np.maximum(np.floor(reaches.length / spacing + 1e-9), 1.0).astype(np.int64)
    return np.where(reaches.tank, 1, counts)


def build(
    reaches: Reaches, flow: VaryingFlow, steps: tuple[float, float, int], limiter: int,
    places: Sequence[Position], outputs: tuple[FloatArray, IntArray, IntArray],
    cells: IntArray | None = None,
) -> Plan:  # fmt: skip
    """Lay out chains, cells, water and places.

    Parameters
    ----------
    reaches, flow : the network and its flow, R reaches each
    steps : first time [s since the start of the case], time step [s], number of steps
    limiter : code from ``transport.arrays``
    places : where the plume is observed
    outputs : (T,) output times [s]; steps after which ledger and field are written
    cells : (R,) number of cells, chosen by ``cell_counts`` where not given

    Raises
    ------
    DrainedError
        More water leaves a reach than it holds.
    """
    start, time_step, count = steps
    time = np.asarray(start + time_step * np.arange(count + 1), dtype=np.float64)
    wanted = cell_counts(reaches, flow, time_step) if cells is None else cells
    columns = cut_columns(reaches, flow, np.where(reaches.tank, 1, wanted))
    layout = _lay_out_columns(columns, time_step)
    try:
        tables = build_tables(columns.reaches, columns.flow, layout, time)
    except DrainedError as error:
        raise DrainedError(int(columns.reach[error.reach]), error.time) from None
    gauges, order = _place_gauges(layout, columns, places)
    graph = layout.graph
    own = np.flatnonzero(graph.cell_reach >= 0)
    shown = (layout.own_reach >= 0) & (layout.lower == 0.0)
    own = own[shown[graph.cell_reach[own]]]
    r = graph.cell_reach[own]
    column = layout.own_reach[r]
    reach = np.full(graph.cell_reach.size, -1, dtype=np.int64)
    reach[own] = columns.reach[column]
    head, foot = np.zeros(graph.cell_reach.size), np.zeros(graph.cell_reach.size)
    local = own - graph.reach[r, FIRST]
    head[own] = columns.head[column] + local * layout.spacing[r]
    foot[own] = columns.head[column] + (local + 1) * layout.spacing[r]
    output_time, ledger_step, field_step = outputs
    return Plan(
        reaches, flow, columns, layout, tables, time, limiter, gauges, order, output_time,
        ledger_step, field_step, own, reach, head, foot,
    )  # fmt: skip


def _lay_out_columns(columns: Columns, time_step: float) -> Layout:
    """Chains and cells of the columns."""
    reaches, typical = columns.reaches, columns.flow.reference
    spacing = reaches.length / columns.cells
    number = np.where(reaches.tank, 0.0, typical.dispersion_coefficient * time_step / spacing**2)
    chains = find_chains(reaches, joined_reaches(reaches, columns.flow))
    return lay_out(
        reaches, chains, columns.cells, number, typical.discharge_foot, time_step, columns.reach
    )


def _place_gauges(
    layout: Layout, columns: Columns, places: Sequence[Position]
) -> tuple[Gauges, IntArray]:
    """Cells and shares of the places to observe, ordered by chain."""
    graph = layout.graph
    rows = []
    for index, place in enumerate(map(columns.locate, places)):
        r = int(layout.place[place.reach])
        n = int(graph.reach[r, COUNT])
        position = place.distance / float(columns.reaches.length[place.reach]) * n
        cell = min(int(position), n - 1)
        rows.append(
            (int(graph.reach[r, CHAIN]), int(graph.reach[r, FIRST]) + cell, position - cell, index)
        )
    rows.sort(key=lambda row: (row[0], row[-1]))
    pointer = np.searchsorted([row[0] for row in rows], np.arange(graph.chain.shape[0] + 1))
    gauges = Gauges(
        pointer.astype(np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )
    return gauges, np.array([row[3] for row in rows], dtype=np.int64)

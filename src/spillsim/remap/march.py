"""Marching all substances at once: state and record set up, the kernel run in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..transport.arrays import LIMITER_NONE, Reactions
from ..transport.reactions import no_reactions
from .arrays import (
    CHAIN,
    COUNT,
    DECAYED,
    END,
    END_STAMP,
    GIVEN,
    HIGH,
    IS_LIVE,
    LIVE,
    LOW,
    MASS,
    MEMBER,
    PEAK,
    PEAK_STEP,
    START,
    STORED,
    Deposits,
    FloatArray,
    IntArray,
    Medium,
    Now,
    Record,
    State,
)
from .build import Plan
from .deposits import Release, allow_for_decay, build_deposits
from .medium import Substance, build_medium
from .steps import march_steps

TRIM = 1e-14
"""Share of the released mass below which the rim of the active window is swept inward."""
PIECE = 2_000_000
"""Cell-steps marched between two looks at the clock and at Ctrl-C."""


@dataclass(frozen=True)
class March:
    """What marching leaves of one substance."""

    concentration: FloatArray
    """(S, T) resident concentration [kg/m3]."""
    cumulative_mass: FloatArray
    """(S, T) mass passed [kg]."""
    ledger: FloatArray
    """(L, 6) released, river, storage, decayed, abstracted, past the outlets [kg]."""
    peak: FloatArray
    """(K,) highest concentration [kg/m3]."""
    peak_time: FloatArray
    """(K,) when [s since the start of the case]; nan where nothing came."""
    field: FloatArray
    """(F, K) concentration [kg/m3]."""
    left: FloatArray
    """(3, K) mass at the end in the water and in the storage zone, and what decayed, in the cells
    of the river alone; of a reservoir in two layers in one cell [kg]."""
    cell_steps: int


@dataclass(frozen=True)
class Background:
    """What is in the water before anything is released, for B members, R reaches, N nodes."""

    concentration: FloatArray
    """(B, R) in the river at the first time [kg/m3]."""
    inflow: FloatArray
    """(B, N) in water that enters at a node from outside [kg/m3]."""


def new_water(plan: Plan, members: int, fixed: int = 0) -> Now:
    """Scratch for the water of a step; nothing prepared, nothing active."""
    graph = plan.layout.graph
    chains, reaches, nodes = graph.chain.shape[0], graph.reach.shape[0], graph.node.shape[0]
    window = np.zeros((chains, 12), dtype=np.int64)
    window[:, LOW] = window[:, HIGH] = graph.chain[:, START]
    window[:, END_STAMP] = -1
    return Now(
        window=window,
        pool=np.zeros((reaches, 5)),
        stamp=np.full(reaches, np.iinfo(np.int64).min),
        water=np.zeros(reaches + chains),
        node=np.zeros((nodes, 3)),
        passing=np.full((nodes, 2), -1, dtype=np.int64),
        node_net=np.zeros((nodes, members)),
        end_water=np.zeros((chains, 2)),
        counter=np.zeros(6, dtype=np.int64),
        way=np.zeros((4 * chains + 64, 4)),
        row=np.zeros(max(members, fixed)),
    )


def new_state(plan: Plan, members: int, floor: FloatArray, releases: int) -> State:
    """An empty river."""
    graph = plan.layout.graph
    size, chains = graph.cell_reach.size, graph.chain.shape[0]
    longest = int(graph.reach[:, COUNT].max()) + 1
    cells = np.zeros((10, size * members))
    cells[PEAK_STEP] = -1.0
    return State(
        cells=cells,
        origin=np.zeros(size, dtype=np.int64),
        ramp=np.repeat(np.arange(longest, dtype=np.float64), members),
        total=np.zeros((4, members)),
        floor=floor,
        through=np.zeros((plan.gauges.cell.size, members)),
        inflow=np.zeros((graph.node.shape[0], members)),
        entering=np.zeros((graph.node.shape[0], members)),
        tank_in=np.zeros((chains, members)),
        waiting=np.zeros((max(releases, 1), members)),
        link_flux=np.zeros((chains, 2, members)),
    )


def fill_background(plan: Plan, background: Background, now: Now, state: State) -> Plan:
    """Put the background into the river; returns the plan with the nodes that bring some."""
    graph, tables = plan.layout.graph, plan.tables
    members = background.concentration.shape[0]
    m = int(tables.since_row[0])
    held = tables.volume[m].copy()
    head = np.arange(held.size) + graph.reach[:, CHAIN]
    for at, weight in zip((m, min(m + 1, tables.volume.shape[0] - 1)), tables.since_weight[0],
                          strict=True):  # fmt: skip
        gain = tables.boundary[at, head] - tables.boundary[at, head + 1]
        held += weight * (gain + (tables.lateral[at] if tables.lateral.size else 0.0))
    inside = np.flatnonzero(graph.cell_reach >= 0)
    r = graph.cell_reach[inside]
    cell_volume = (np.maximum(held, 0.0) / graph.reach[:, COUNT])[r]
    for b in range(members):
        state.cells[MASS, inside * members + b] = (
            background.concentration[b][plan.columns.reach[plan.layout.above[r]]] * cell_volume
        )
        # nodes between columns of a reach come last, and nothing flows in there
        state.inflow[: background.inflow.shape[1], b] = background.inflow[b]
    now.window[:, LOW], now.window[:, HIGH] = graph.chain[:, START], graph.chain[:, END]
    now.window[:, LIVE] = np.arange(graph.chain.shape[0])
    now.window[:, IS_LIVE] = 1
    now.counter[0] = graph.chain.shape[0]
    state.total[0] += state.cells[MASS].reshape(-1, members).sum(axis=0)
    state.floor[:] = TRIM * np.maximum(state.total[0], 1e-300)
    brings = np.flatnonzero((background.inflow > 0.0).any(axis=0)).astype(np.int64)
    layout = replace(plan.layout, graph=graph._replace(brings=brings))
    return replace(plan, layout=layout)


def march(
    plan: Plan,
    substances: Sequence[Substance],
    releases: Sequence[Sequence[Release]],
    progress: Callable[[float], None] | None = None,
    background: Background | None = None,
) -> list[March]:
    """March all substances through the whole time of the plan.

    Parameters
    ----------
    plan : Plan
        From ``build``.
    substances : for each of the B members, its losses
    releases : for each member, its releases as (position, schedule)
    progress : callable, optional
        Called now and then with the share of steps done.
    background : Background, optional
        What is in the water already; none where not given.
    """
    members = len(substances)
    columns = plan.columns
    entering = [[(columns.locate(place), given) for place, given in own] for own in releases]
    deposits = build_deposits(columns.reaches, columns.flow, plan.layout, entering, plan.time)
    given = mass_given(deposits, members)
    now = new_water(plan, members)
    state = new_state(plan, members, np.asarray(TRIM * given), sum(len(own) for own in releases))
    if background is not None:
        plan = fill_background(plan, background, now, state)
    losses = [
        Substance(own.decay_rate[columns.reach], own.storage_decay_rate[columns.reach])
        for own in substances
    ]
    if deposits.inlet_mass.size:
        rates = np.stack([own.decay_rate for own in losses])[:, plan.layout.above]
        bringing = rates[deposits.inlet[:, 1], deposits.inlet[:, 2]]
        deposits = allow_for_decay(deposits, bringing, plan.time_step)
    medium = build_medium(plan.layout, columns.flow.reference, plan.time_step, losses)
    record = new_record(plan, members)
    run_kernel(plan, medium, no_reactions(), deposits, now, state, record, progress)
    # what passes a place within a step has decayed for half of it by then, not only at its end
    seen = plan.layout.above[plan.layout.graph.cell_reach[plan.gauges.cell]]
    decayed = np.stack([own.decay_rate[seen] for own in losses], axis=1)
    record.passed[...] *= np.exp(-0.5 * plan.time_step * decayed)
    return gather_members(plan, members, now, state, record)


def mass_given(deposits: Deposits, members: int) -> FloatArray:
    """(B,) mass released [kg]."""
    who = np.concatenate([deposits.row[:, MEMBER], deposits.inlet[:, 1]])
    mass = np.concatenate([deposits.value[:, GIVEN], deposits.inlet_mass])
    return np.asarray(np.bincount(who, weights=np.abs(mass), minlength=members))


def new_record(plan: Plan, members: int, fixed: int = 0) -> Record:
    """Empty outputs, the only allocation that depends on the number of steps.

    fixed : number of fixed pools
    """
    places = plan.gauges.cell.size
    size = plan.layout.graph.cell_reach.size * members if plan.field_step.size else 0
    return Record(
        np.zeros((plan.steps + 1, places, members)),
        np.zeros((plan.steps + 1, places, members)),
        plan.ledger_step, np.zeros((plan.ledger_step.size, 6, members)),
        plan.field_step, np.zeros((plan.field_step.size, size)),
        np.zeros((plan.ledger_step.size, fixed)),
        np.zeros((plan.field_step.size, fixed, plan.layout.graph.cell_reach.size)),
    )  # fmt: skip


def run_kernel(
    plan: Plan, medium: Medium, reactions: Reactions, deposits: Deposits, now: Now, state: State,
    record: Record, progress: Callable[[float], None] | None,
) -> None:  # fmt: skip
    """Run the kernel in pieces, so that Ctrl-C and the progress are looked at."""
    members = state.floor.size
    rows = (0, 0)
    at, rate = 0, 1.0 / max(plan.size, 1)
    while at < plan.steps:
        upto = min(plan.steps, at + max(1, int(PIECE * rate)))
        rows = march_steps(
            (at, upto), rows, plan.layout.graph, plan.tables, medium, reactions, deposits,
            plan.gauges, now, state, record, (members, plan.limiter),
        )  # fmt: skip
        at = upto
        rate = at / max(int(now.counter[2]) * members, 1)
        if progress is not None:
            progress(at / plan.steps)
    if now.counter[3]:
        raise ValueError("water runs in circles within a time step; make time_step shorter")


def gather_members(plan: Plan, members: int, now: Now, state: State, record: Record) -> list[March]:
    """Arrays of each member in the order asked for."""
    back = np.argsort(plan.gauge_order)
    found = []
    relative = (plan.output_time - plan.time[0]) / plan.time_step
    free = plan.limiter == LIMITER_NONE
    rows = state.cells[[MASS, STORED, DECAYED]].reshape(3, -1, members)
    left = of_river(plan, rows.transpose(2, 0, 1))
    for b in range(members):
        step = state.cells[PEAK_STEP, b::members]
        when = np.where(step >= 0.0, plan.time[0] + plan.time_step * step, np.nan)
        fields = record.field[:, b::members]
        found.append(
            March(
                at_times(record.concentration[:, back, b], relative, False, free).T,
                at_times(record.passed[:, back, b], relative, True, free).T,
                record.ledger[:, :, b],
                state.cells[PEAK, b::members],
                when,
                fields,
                left[b],
                int(now.counter[2]),
            )
        )
    return found


def of_river(plan: Plan, values: FloatArray) -> FloatArray:
    """(..., K) of the cells of the river out of all cells; lower layers go to the upper ones."""
    graph = plan.layout.graph
    below: IntArray = np.flatnonzero(
        (graph.cell_reach >= 0) & (plan.layout.lower[graph.cell_reach] > 0.0)
    )
    whole = values.copy()
    # the lower of two layers is the cell behind the upper one
    whole[..., below - 1] += whole[..., below]
    return np.asarray(whole[..., plan.own_cells])


def at_times(series: FloatArray, steps: FloatArray, rising: bool, free: bool) -> FloatArray:
    """(T, S) values between step ends: a cubic through four, straight where that is not enough.

    Parameters
    ----------
    series : (N + 1, S) values at the ends of the steps
    steps : (T,) times as steps since the first
    rising : True keeps values between their neighbours, False only above zero
    free : True keeps the cubic everywhere
    """
    last = series.shape[0] - 1
    near = np.round(steps)
    steps = np.where(np.abs(steps - near) < 1e-9 * np.maximum(1.0, near), near, steps)
    inside = np.minimum(np.maximum(steps, 0.0), float(last))
    n = np.minimum(inside.astype(np.int64), max(last - 1, 0))
    x = (inside - n)[:, None]
    p0, p1 = series[np.maximum(n - 1, 0)], series[n]
    p2, p3 = series[np.minimum(n + 1, last)], series[np.minimum(n + 2, last)]
    straight = (1.0 - x) * p1 + x * p2
    bend = -x * (1.0 - x) / 6.0
    cubic = straight + bend * ((2.0 - x) * (p0 - 2.0 * p1 + p2) + (1.0 + x) * (p1 - 2.0 * p2 + p3))
    low = np.minimum(p1, p2) if rising else np.minimum(0.0, np.minimum(p1, p2))
    fits = cubic >= low
    if rising:
        fits &= cubic <= np.maximum(p1, p2)
    return np.asarray(np.where(fits | free, cubic, straight))

"""The water that the march moved: what came in, went out and lies in the river."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..hydraulics.varying import VaryingFlow
from ..network.network import Position
from .arrays import FOOT_NODE, HEAD_NODE, LEAF, REACH, REACH_END, BoolArray, FloatArray
from .build import Plan
from .tables import weights_since_row

ROUNDING = 1e-13
"""Difference of the water entering and leaving a node that counts as rounding, as a share."""


@dataclass(frozen=True)
class WaterLedger:
    """Where the water is: L times [m3]."""

    time: FloatArray
    """(L,) [s since the start of the case]."""
    entered: FloatArray
    """From outside at nodes and along reaches since the first time of the march."""
    left: FloatArray
    """Through the outlets."""
    abstracted: FloatArray
    """At other nodes and along reaches."""
    stored: FloatArray
    """In the river, tanks included."""
    initial: float
    """In the river at the first time of the march [m3]."""

    @property
    def error(self) -> FloatArray:
        """(L,) what was there and entered, minus what went and is there."""
        return self.initial + self.entered - (self.left + self.abstracted + self.stored)

    @property
    def share(self) -> float:
        """Largest error at any time, as a share of what was there and entered [-]."""
        whole = self.initial + self.entered
        return float(np.max(np.abs(self.error) / np.where(whole > 0.0, whole, 1.0), initial=0.0))


def balance_water(plan: Plan) -> WaterLedger:
    """Draw up the water ledger of a march at the times of its mass ledger.

    The volumes are those that cells are given, the inflows and outflows are summed over the
    steps as those through faces are: two ways to integrate the same discharges.
    """
    tables = plan.tables
    inflow, outlet = _outside(plan)
    # what never changes its sign is summed up before it is summed over time
    turning = (inflow.max(axis=0) > 0.0) & (inflow.min(axis=0) < 0.0)
    given = np.maximum(inflow[:, ~turning], 0.0).sum(axis=1)
    gone = np.minimum(inflow, 0.0)
    kept = [given, gone[:, ~turning & outlet].sum(axis=1), gone[:, ~turning & ~outlet].sum(axis=1)]
    each = _over_steps(plan, np.concatenate([np.stack(kept, axis=1), inflow[:, turning]], axis=1))
    at_outlet = np.concatenate([[False, True, False], outlet[turning]])
    given, taken = np.maximum(each, 0.0), np.maximum(-each, 0.0)
    entered, left, abstracted = (
        np.cumsum(part.sum(axis=1))[plan.ledger_step - 1]
        for part in (given, taken[:, at_outlet], taken[:, ~at_outlet])
    )
    # the volumes, in cells beyond an outlet left out
    inside = plan.layout.own_reach >= 0
    at = np.concatenate([[0], plan.ledger_step])
    row, weight = tables.since_row[at], tables.since_weight[at]
    net = inflow.sum(axis=1)
    following = np.minimum(row + 1, net.size - 1)
    stored = tables.volume[:, inside].sum(axis=1)[row]
    stored = stored + weight[:, 0] * net[row] + weight[:, 1] * net[following]
    return WaterLedger(
        plan.time[plan.ledger_step], entered, left, abstracted, stored[1:], float(stored[0])
    )


def _over_steps(plan: Plan, rates: FloatArray) -> FloatArray:
    """(N, n) integrals over the steps of rates (M, n) at the table's times."""
    tables = plan.tables
    each = np.zeros((plan.steps, rates.shape[1]))
    step = np.repeat(np.arange(plan.steps), np.diff(tables.pointer))
    np.add.at(each, step, tables.weight[:, None] * rates[tables.row])
    return each


def _outside(plan: Plan) -> tuple[FloatArray, BoolArray]:
    """(M, n) net inflow at nodes and along reaches at the table's times; (n,) true at outlets."""
    graph, boundary, own = plan.layout.graph, plan.tables.boundary, plan.layout.own_reach
    number = np.arange(graph.chain.shape[0])
    # a chain that goes on beyond an outlet ends there
    last = graph.chain[:, REACH_END] - 1
    last = np.where(own[last] < 0, last - 1, last)
    head, foot = boundary[:, graph.chain[:, REACH] + number], boundary[:, last + number + 1]
    into, most = (np.zeros((graph.node.shape[0], boundary.shape[0])) for _ in range(2))
    for node, flow, sign in (
        (graph.chain[:, HEAD_NODE], head, 1.0), (graph.chain[:, FOOT_NODE], foot, -1.0)
    ):  # fmt: skip
        np.add.at(into, node, sign * flow.T)
        np.maximum.at(most, node, np.abs(flow.T))
    into[np.abs(into) <= ROUNDING * most] = 0.0
    outlet = graph.node[:, LEAF] == 1
    side = plan.tables.lateral
    if not side.size:
        return into.T, outlet
    return (
        np.concatenate([into.T, side], axis=1),
        np.concatenate([outlet, np.zeros(side.shape[1], dtype=np.bool_)]),
    )


def discharge_over_time(plan: Plan, places: Sequence[Position], time: FloatArray) -> FloatArray:
    """(S, T) discharge at places [m3/s]."""
    return np.array([_discharge(plan, place, time) for place in places]).reshape(-1, time.size)


def _discharge(plan: Plan, place: Position, time: FloatArray) -> FloatArray:
    """(T,) discharge at one place."""
    columns = plan.columns
    flow: VaryingFlow = columns.flow
    here = columns.locate(place)
    share = here.distance / float(columns.reaches.length[here.reach])
    head, foot = flow.discharge_head[:, here.reach], flow.discharge_foot[:, here.reach]
    at = head + share * (foot - head)
    if flow.linear:
        return np.asarray(np.interp(time, flow.time, at))
    row, _ = weights_since_row(flow.time, False, time)
    return np.asarray(at[row])

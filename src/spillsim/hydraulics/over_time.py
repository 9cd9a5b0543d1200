"""Flow that changes, from a table of discharges; and steady flow seen as such a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import Fault, Notice, ScenarioError
from ..network.network import Network
from .discharge import Balance
from .flow import Array, SteadyFlow
from .given_area import close_with_areas, given_areas
from .varying import VaryingFlow

if TYPE_CHECKING:
    from ..scenario import Scenario

REVERSING = 0.5
"""Mean discharge over its root mean square below which a reach counts as flowing both ways."""
DRY = 1e-9
"""Share of the largest area below which a negative area is round-off."""
DRIFT = 3.0
"""Factor between the area that the table leaves at the end and the largest its discharges ask
for, from which the table is doubted."""


def read_table(scenario: Scenario, network: Network) -> tuple[Array, Array, Array, Array]:
    """Times (M,) and discharges at head and foot and lateral inflow (M, R) of the table.

    Reaches may have times of their own: all are brought to the union of them.
    """
    flow = scenario.flow
    by_id = {series.reach: series for series in getattr(flow, "series", ())}
    rows = [by_id[name] for name in network.reach_id]
    time = np.unique(np.concatenate([np.array(row.time) for row in rows]))
    steps = getattr(flow, "interpolation", "linear") == "steps"

    def at_all(own: Array, values: Array) -> Array:
        if not steps:
            return np.asarray(np.interp(time, own, values))
        held = np.maximum(np.searchsorted(own, time, side="right") - 1, 0)
        return np.asarray(values[held])

    head = np.stack([at_all(np.array(r.time), np.array(r.discharge)) for r in rows], axis=1)
    foot = np.stack([at_all(np.array(r.time), np.array(r.discharge_foot)) for r in rows], axis=1)
    given = [row.lateral_inflow or 0.0 for row in scenario.reaches]
    lateral = np.broadcast_to(np.array(given) * network.reach_length, head.shape)
    return time, head, foot, np.asarray(lateral, dtype=np.float64)


def reference_balance(scenario: Scenario, network: Network) -> tuple[Balance, list[Fault]]:
    """Typical discharges during the run: the mean, or the root mean square of a reversing reach.

    What a node's reaches do not balance counts as inflow or abstraction there.
    """
    time, head, foot, _ = read_table(scenario, network)
    linear = getattr(scenario.flow, "interpolation", "linear") == "linear"
    span = (0.0, scenario.case.duration)
    typical = []
    for values in (head, foot):
        mean, size = _mean_and_size(time, values, linear, span)
        typical.append(np.where(mean < REVERSING * size, size, mean))
    faults = [
        scenario.fault(
            scenario.reaches[reach],
            f"the table of discharges gives reach {network.reach_id[reach]} no water at any time",
            "Leave the reach out, or give it a discharge.",
        )
        for reach in np.flatnonzero(~(np.minimum(*typical) > 0.0)).tolist()
    ]
    return balance_between(network, *typical), faults


def balance_between(network: Network, head: Array, foot: Array) -> Balance:
    """Balance of given discharges: what a node's reaches lack flows in there or is taken out.

    head, foot : (R,) [m3/s]
    """
    brought, taken = np.zeros(len(network.node_id)), np.zeros(len(network.node_id))
    np.add.at(taken, network.reach_from, head)
    np.add.at(brought, network.reach_to, foot)
    leaving = taken.copy()
    leaving[network.outlet] = brought[network.outlet]
    missing = leaving - brought
    return Balance(
        head=head,
        foot=foot,
        lateral_inflow=(foot - head) / network.reach_length,
        node_inflow=np.maximum(missing, 0.0),
        node_abstraction=np.maximum(-missing, 0.0),
        leaving=leaving,
        closures=(),
    )


def _mean_and_size(
    time: Array, values: Array, linear: bool, span: tuple[float, float]
) -> tuple[Array, Array]:
    """(R,) mean and root mean square over a span; the first and last row hold before and after."""
    inner = time[(time > span[0]) & (time < span[1])]
    edges = np.concatenate([[span[0]], inner, [span[1]]])
    if linear:
        at = np.stack([np.interp(edges, time, column) for column in values.T], axis=1)
        first, second = at[:-1], at[1:]
    else:
        held = np.maximum(np.searchsorted(time, edges[:-1], side="right") - 1, 0)
        first = second = values[held]
    share = np.diff(edges) / (span[1] - span[0])
    square = share @ (first * first + first * second + second * second) / 3.0
    return np.asarray(share @ (0.5 * (first + second))), np.sqrt(square)


def varying_flow(
    scenario: Scenario, network: Network, reference: SteadyFlow, initial_area: Array
) -> tuple[VaryingFlow, list[Notice]]:
    """The table of discharges with the areas that follow from it, or are given with it.

    initial_area : (R,) flowing area at the first time of the table [m2]

    Raises ScenarioError where a reach is asked for more water than it holds.
    """
    time, head, foot, lateral = read_table(scenario, network)
    linear = getattr(scenario.flow, "interpolation", "linear") == "linear"
    flow = VaryingFlow(time, head, foot, lateral, linear, initial_area, reference)
    areas = given_areas(scenario, network, time)
    flow, notices = close_with_areas(flow, areas, network)
    end = max(float(time[-1]), scenario.case.duration)
    lowest, when, last = _lowest_area(flow, network.reach_length, end)
    largest = np.maximum(reference.cross_section_area, flow.initial_area)
    empty = np.flatnonzero(lowest < -DRY * largest)
    if empty.size:
        raise ScenarioError(
            [
                scenario.fault(
                    scenario.reaches[reach],
                    f"the table of discharges takes more water out of reach "
                    f"{network.reach_id[reach]} than it holds: it lacks "
                    f"{-lowest[reach] * network.reach_length[reach]:.4g} m3 by "
                    f"{when[reach] / 3600.0:.4g} h after the start",
                    "Check discharge against discharge_foot, or give the reach more water to "
                    "begin with.",
                )
                for reach in empty.tolist()
            ],
            scenario.name,
        )
    free = np.isnan(areas[0])
    drifted = np.flatnonzero(free & (last > DRIFT * largest) & (last > 0.0))
    if drifted.size:
        worst = int(drifted[np.argmax(last[drifted] / largest[drifted])])
        notices.append(
            Notice(
                "flow, table of discharges",
                f"more water enters than leaves: reach {network.reach_id[worst]} ends with an "
                f"area of {last[worst]:.4g} m2, {last[worst] / largest[worst]:.3g} times what its "
                "discharge needs",
            )
        )
    return flow, notices


def _lowest_area(flow: VaryingFlow, length: Array, end: float) -> tuple[Array, Array, Array]:
    """(R,) lowest area, when it is reached, and the area at the end."""
    gain = (flow.discharge_head - flow.discharge_foot + flow.lateral_inflow) / length
    start = min(0.0, float(flow.time[0]))
    # the rows hold before the first and after the last time
    time = np.concatenate([[start], flow.time, [end]])
    gain = np.concatenate([gain[:1], gain, gain[-1:]])
    area = np.array(flow.initial_area - gain[0] * (flow.time[0] - start))
    lowest, when = area.copy(), np.full(area.size, start)
    for row in range(time.size - 1):
        step = time[row + 1] - time[row]
        first = gain[row]
        second = gain[row + 1] if flow.linear else first
        change = second - first
        turns = (first < 0.0) & (second > 0.0)
        share = np.where(turns, -first / np.where(turns, change, 1.0), 1.0)
        for part in (share, np.ones_like(share)):
            found = area + step * part * (first + 0.5 * part * change)
            lower = found < lowest
            lowest = np.where(lower, found, lowest)
            when = np.where(lower, time[row] + part * step, when)
        area = area + step * 0.5 * (first + second)
    return lowest, when, area


def as_varying(flow: SteadyFlow, length: Array) -> VaryingFlow:
    """Steady flow as a table of one row."""
    return VaryingFlow(
        np.zeros(1),
        flow.discharge_head[None, :],
        flow.discharge_foot[None, :],
        (flow.lateral_inflow * length)[None, :],
        False,
        flow.cross_section_area,
        flow,
    )

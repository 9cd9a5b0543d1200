"""The flow that a plume meets on its way down a river whose flow changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..network.network import Network, Position
from .flow import Array, SteadyFlow
from .varying import VaryingFlow

SAMPLES = 33
"""Times between the first and the last of a plume at which the discharge is taken."""
TANK_SPANS = 3.0
"""Residence times that a plume needs to leave a mixed volume."""
MOSTLY = 0.5
"""Mean discharge over its root mean square below which a reach counts as flowing both ways."""


def discharges_met(
    network: Network, varying: VaryingFlow, tank: np.ndarray, base: SteadyFlow,
    releases: Sequence[tuple[Position, float, float]], duration: float,
) -> tuple[Array, Array]:  # fmt: skip
    """(R,) discharges at head and foot of each reach while a plume passes it [m3/s].

    The first and the last of each release go with the water, which takes V / Q through a reach
    halfway through its own passage; between the two the discharge is a mean, or the root mean
    square where the reach flows both ways. Reaches that nothing gets to, have the mean of the run.

    Parameters
    ----------
    tank : (R,) true where a reach is mixed throughout
    base : lends its discharge to reaches that fall dry
    releases : (place, first time, last time) [s since the start of the case]
    """
    first = np.full(len(network.node_id), np.inf)
    last = np.full(len(network.node_id), -np.inf)
    begin = np.full(len(network.reach_id), np.inf)
    end = np.full(len(network.reach_id), -np.inf)
    for position, start, stop in releases:
        begin[position.reach] = min(begin[position.reach], start)
        end[position.reach] = max(end[position.reach], stop)
    water = _Water(network, varying)
    for reach in network.order.tolist():
        head, foot = int(network.reach_from[reach]), int(network.reach_to[reach])
        begin[reach] = min(begin[reach], first[head])
        end[reach] = max(end[reach], last[head])
        if begin[reach] > duration:
            continue
        leaves = min(water.passage(reach, end[reach], TANK_SPANS if tank[reach] else 1.0), duration)
        end[reach] = max(leaves, begin[reach])
        first[foot] = min(first[foot], water.passage(reach, begin[reach], float(not tank[reach])))
        last[foot] = max(last[foot], end[reach])
    reached = begin < np.minimum(end, duration)
    begin = np.where(reached, begin, min(0.0, float(varying.time[0])))
    end = np.where(reached, end, duration)
    found = []
    for number, own in enumerate((base.discharge_head, base.discharge_foot)):
        values = np.stack([
            water.discharge(number, begin + (end - begin) * (k + 0.5) / SAMPLES)
            for k in range(SAMPLES)
        ])  # fmt: skip
        mean, size = values.mean(axis=0), np.sqrt((values * values).mean(axis=0))
        typical = np.where(mean < MOSTLY * size, size, mean)
        found.append(np.where(typical > 1e-6 * own, typical, own))
    return found[0], found[1]


class _Water:
    """Discharge and volume of whole reaches over time."""

    def __init__(self, network: Network, varying: VaryingFlow) -> None:
        length = network.reach_length
        reach = np.arange(length.size)
        if varying.sections is not None:
            length, reach = varying.sections.length, varying.sections.reach
        count = len(network.reach_id)
        top = np.searchsorted(reach, np.arange(count))
        bottom = np.searchsorted(reach, np.arange(count), side="right") - 1
        self._time, self._linear = varying.time, varying.linear
        self._ends = (varying.discharge_head[:, top], varying.discharge_foot[:, bottom])
        net = varying.discharge_head - varying.discharge_foot + varying.lateral_inflow
        gap = np.diff(varying.time)[:, None]
        gained = gap * (0.5 * (net[1:] + net[:-1]) if varying.linear else net[:-1])
        volume = np.concatenate([np.zeros((1, length.size)), np.cumsum(gained, axis=0)])
        volume += varying.initial_area * length
        self._volume = np.add.reduceat(volume, top, axis=1)

    def discharge(self, number: int, time: Array) -> Array:
        """(R,) discharge at head (0) or foot (1), each at a time of its own [m3/s]."""
        table, each = self._ends[number], np.arange(time.size)
        row = np.searchsorted(self._time, time, side="right") - 1
        final = self._time.size - 1
        low = np.minimum(np.maximum(row, 0), final)
        if not self._linear:
            return np.asarray(table[low, each])
        high = np.minimum(np.maximum(row + 1, 0), final)
        span = np.where(high > low, self._time[high] - self._time[low], 1.0)
        share = np.minimum(np.maximum((time - self._time[low]) / span, 0.0), 1.0)
        return np.asarray((1.0 - share) * table[low, each] + share * table[high, each])

    def passage(self, reach: int, time: float, spans: float) -> float:
        """When water that enters a reach at a time has left it, or after so many spans [s]."""
        halfway = time
        for _ in range(3):
            row = int(np.searchsorted(self._time, halfway))
            row = min(row, self._time.size - 1)
            flowing = 0.5 * float(self._ends[0][row, reach] + self._ends[1][row, reach])
            if not flowing > 0.0:
                return np.inf
            taken = max(float(self._volume[row, reach]), 0.0) / flowing
            halfway = time + 0.5 * spans * taken
        return time + spans * taken

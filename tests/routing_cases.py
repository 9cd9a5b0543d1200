"""Channels and scenarios that tests of flow routing share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spillsim import hydraulics, scenario
from spillsim.formulas import manning_normal_depth, trapezoid_section
from spillsim.hydraulics.routed import Routed, route_in_full
from spillsim.routing.muskingum_cunge import Forcing, Water, first_volumes, route_reaches
from spillsim.routing.river import Hydraulics, River, tabulate

Array = NDArray[np.float64]
HOUR = 3600.0


class Channel(NamedTuple):
    """A prismatic channel; the rectangle is wide where ``wide``."""

    length: float
    width: float
    slope: float
    manning_n: float
    wide: bool = False

    def area(self, discharge: Array) -> Array:
        """Normal area."""
        if self.wide:  # R = h
            unit = discharge / self.width * self.manning_n / math.sqrt(self.slope)
            return np.asarray(self.width * unit**0.6)
        depth = manning_normal_depth(discharge, self.width, 0.0, self.slope, self.manning_n)
        return trapezoid_section(self.width, 0.0, depth).area

    def table(self, low: float, high: float, points: int = 64) -> Hydraulics:
        """What the kernel reads."""
        discharge = np.geomspace(low, high, points)[None, :]
        area = self.area(discharge[0])[None, :]
        return tabulate(discharge, area, np.full_like(area, self.width), np.array([self.slope]))


def run_channel(
    channel: Channel, sections: int, time: Array, inflow: Array, table: Hydraulics
) -> tuple[Water, NDArray[np.int64]]:
    """Route through one channel from the steady flow of the first inflow."""
    river = River(
        np.array([0]), np.array([1]), np.ones(1), np.array([0, sections]),
        np.full(sections, channel.length / sections), table,
    )  # fmt: skip
    node = np.zeros((2, time.size))
    node[0] = inflow
    water = Water(*(np.zeros((sections, time.size)) for _ in range(3)))
    water.head[:, 0] = water.foot[:, 0] = inflow[0]
    water.volume[:, 0] = first_volumes(river, water.head[:, 0], water.foot[:, 0])
    tally = np.zeros((1, 3), dtype=np.int64)
    none = np.full(sections, -1)
    forcing = Forcing(time, node, np.zeros(sections), none, np.zeros((1, time.size)))
    route_reaches(river, np.array([0]), forcing, water, tally)
    return water, tally


def points(discharge: Callable[[float], float], hours: Sequence[float]) -> list[dict[str, Any]]:
    """Rows of a hydrograph."""
    return [{"time [h]": hour, "discharge [m3/s]": discharge(hour)} for hour in hours]


def flood(hour: float, base: float = 100.0, top: float = 900.0, peak: float = 24.0) -> float:
    """A gamma-shaped flood."""
    return base + (top - base) * (hour / peak * math.exp(1.0 - hour / peak)) ** 16


REACH = {"id": "r", "from": "a", "to": "b", "length [km]": 60, "width [m]": 50,
         "slope": 5e-4, "manning_n": 0.035}  # fmt: skip


def case(**given: Any) -> scenario.Scenario:
    """A river with a flood; sections of the scenario may be replaced."""
    data: dict[str, Any] = {
        "spillsim": 1,
        "case": {
            "title": "Flood", "start": datetime(2024, 1, 1, tzinfo=UTC), "duration": "96 h"
        },
        "network": {
            "nodes": [{"id": "a"}, {"id": "b"}],
            "reaches": [REACH],
        },
        "flow": {"kind": "inflows", "table": [{"node": "a", "inflow [m3/s]": 100}]},
        "hydrograph": [{"at": {"node": "a"}, "table": points(flood, range(97))}],
        "substance": [{"name": "salt"}],
        "release": [
            {"at": {"node": "a"}, "kind": "slug", "substance": "salt", "mass": "100 kg"}
        ],
    }  # fmt: skip
    return scenario.parse(data | given)


def routed(what: scenario.Scenario) -> Routed:
    """The flow of a scenario, routed."""
    network = what.build_network()
    reference = hydraulics.solve(what, network)
    places = [what.locate(network, release.at) for release in what.releases]
    return route_in_full(what, network, reference, places)

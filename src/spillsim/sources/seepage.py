"""A release that is spread evenly along a reach, cut into stretches.

The marches put the mass of a stretch into its cells. The transfer engine takes it at its middle
(the midpoint rule): mass and first moment are exact. Stations within the reach are ends of
stretches. With the travel time h of a stretch and its length l, what points leave out is

- of what decays at a rate k by h2 k2 / 24 of what seeps in, at stations;
- at the edges of a release that lasts T: the rise while the water of the whole reach comes by is
  a staircase, h / (2 T) of the area under the curve where nothing smooths it and nothing once
  dispersion spreads each point over more than h;
- at a station within the reach what dispersion holds there, D / U of the distance along which it
  has seeped in, unless l is no longer than that;
- between the points of the reach itself up to one point's share of what seeps in, first order.

The number of stretches is chosen so that the first two are below ``numerics.error``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..network.network import Position

LEAST = 8
"""Stretches of a reach at least."""
MOST = 200
"""Stretches of a reach at most, besides those that stations ask for."""


def stretches_along(
    flow: SteadyFlow, reach: int, length: float, stations: Sequence[float], lasting: float,
    decay_rate: float, error: float,
) -> list[tuple[Position, float]]:  # fmt: skip
    """Stretches of a reach, and share of the release that enters along each.

    Parameters
    ----------
    length : of the reach [m]
    stations : distances at which concentrations are asked for; those outside are left out [m]
    lasting : how long it seeps [s]
    decay_rate : largest first-order loss rate of what seeps in [1/s]
    error : that may be made [-]
    """
    travel = float(flow.travel_time[reach])
    mixing = float(flow.dispersion_coefficient[reach]) / float(flow.velocity[reach]) ** 2
    apart = max(2.0 * error * lasting, math.sqrt(2.0 * mixing * travel))
    if decay_rate > 0.0:
        apart = min(apart, math.sqrt(24.0 * error) / decay_rate)
    wanted = math.ceil(min(max(travel / apart, LEAST), MOST))
    edges = [0.0, *sorted({x for x in stations if 0.0 < x < length}), length]
    found = []
    for begin, end in pairwise(edges):
        count = max(1, math.ceil(wanted * (end - begin) / length - 1e-9))
        half = 0.5 * (end - begin) / count
        middle = begin + half * (2.0 * np.arange(count) + 1.0)
        found += [(Position(reach, float(x), half), 2.0 * half / length) for x in middle]
    return found

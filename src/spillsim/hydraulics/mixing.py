"""How far below a release the cross-section is well mixed, and which stations lie too near."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..formulas import (
    MIXING_BANK,
    MIXING_CENTRELINE,
    complete_mixing_length,
    transverse_mixing_coefficient,
)
from ..network.network import Network, Position
from ..network.paths import distance_between, sum_to_outlet
from .flow import SteadyFlow

Array = NDArray[np.float64]


def mixing_length(flow: SteadyFlow, centreline: bool = False) -> Array:
    """Transverse mixing length of each reach if it went on unchanged.

    L = k U W^2 / e_y with e_y = 0.6 H u* (natural rivers, within about +-50 %) and k = 0.4 for a
    release at the bank, 0.1 in mid-stream (Fischer et al. 1979).

    Returns (R,) length [m]
    """
    return complete_mixing_length(
        flow.velocity,
        flow.width,
        transverse_mixing_coefficient(flow.depth, flow.shear_velocity),
        MIXING_CENTRELINE if centreline else MIXING_BANK,
    )


def mixing_distance(
    flow: SteadyFlow, network: Network, release: Position, centreline: bool = False
) -> float:
    """Distance below a release at which the section is well mixed [m].

    Each reach on the way contributes its length over its own mixing length; mixing is complete
    where the sum reaches one. Infinite when that is not so before the outlet.
    """
    local = mixing_length(flow, centreline)
    return _mixed_after(network, local, release)


def _mixed_after(network: Network, local: Array, release: Position) -> float:
    """Distance below a release at which mixing is complete [m].

    local : (R,) mixing length of each reach [m]
    """
    reach, inside = release.reach, release.distance
    mixed = passed = 0.0
    while reach >= 0:
        length = float(network.reach_length[reach]) - inside
        after = mixed + length / float(local[reach])
        if after >= 1.0:
            return passed + (1.0 - mixed) * float(local[reach])
        mixed, passed, inside = after, passed + length, 0.0
        reach = int(network.below[reach])
    return float("inf")


def _distances(
    network: Network, release: Sequence[Position], station: Sequence[Position]
) -> Iterator[tuple[int, int, float]]:
    """Number of a release, of a station below it, and the distance between them [m]."""
    if not network.is_tree:
        for number, place in enumerate(release):
            for other, at in enumerate(station):
                distance = distance_between(network, place, at)
                if distance is not None:
                    yield number, other, distance
        return
    first, end = network.descent
    to_outlet = sum_to_outlet(network, network.reach_length)
    reach = np.array([at.reach for at in station], dtype=np.int64)
    left = to_outlet[reach] - np.array([at.distance for at in station])
    for number, place in enumerate(release):
        own = first[place.reach]
        distance = to_outlet[place.reach] - place.distance - left
        below = (first[reach] <= own) & (own < end[reach]) & (distance >= 0.0)
        for other in np.flatnonzero(below).tolist():
            yield number, other, float(distance[other])


def mixing_notices(
    flow: SteadyFlow,
    network: Network,
    release_name: Sequence[str],
    release: Sequence[Position],
    station_name: Sequence[str],
    station: Sequence[Position],
) -> tuple[Notice, ...]:
    """Warn of every station that lies below a release but inside its mixing distance.

    Releases are taken to be at the bank, which mixes most slowly.
    """
    local = mixing_length(flow)
    longest = sum_to_outlet(network, network.reach_length / local)
    known: dict[int, float] = {}
    notices = []
    for number, other, distance in _distances(network, release, station):
        if number not in known:
            place = release[number]
            left = float(longest[place.reach] - place.distance / local[place.reach])
            # a walk only where mixing may be complete before the outlet
            never = left < 1.0 - 1e-9 and network.is_tree
            known[number] = float("inf") if never else _mixed_after(network, local, place)
        mixed = known[number]
        if distance >= mixed:
            continue
        reach = "" if np.isinf(mixed) else f" of about {mixed / 1000:.3g} km"
        notices.append(
            Notice(
                f"station {station_name[other]}",
                f"lies {distance / 1000:.3g} km below release {release_name[number]}, inside the "
                f"transverse mixing length{reach} for a release at the bank"
                + (", which is not reached before the outlet" if np.isinf(mixed) else "")
                + "; concentrations differ across the river there, near one bank they can be "
                "several times the computed mean",
            )
        )
    return tuple(notices)

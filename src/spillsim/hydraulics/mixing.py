"""How far below a release the cross-section is well mixed, and which stations lie too near."""

from __future__ import annotations

from collections.abc import Sequence

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
from ..network.paths import distance_between, downstream_reaches
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
    path = downstream_reaches(network, release.reach)
    length = network.reach_length[path].copy()
    length[0] -= release.distance
    local = mixing_length(flow, centreline)[path]
    share = np.cumsum(length / local)
    last = int(np.searchsorted(share, 1.0))
    if last == path.size:
        return float("inf")
    before = float(share[last - 1]) if last else 0.0
    return float(length[:last].sum() + (1.0 - before) * local[last])


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
    notices = []
    for source, place in zip(release_name, release, strict=True):
        mixed = mixing_distance(flow, network, place)
        for name, at in zip(station_name, station, strict=True):
            distance = distance_between(network, place, at)
            if distance is None or distance >= mixed:
                continue
            reach = "" if np.isinf(mixed) else f" of about {mixed / 1000:.3g} km"
            notices.append(
                Notice(
                    f"station {name}",
                    f"lies {distance / 1000:.3g} km below release {source}, inside the transverse "
                    f"mixing length{reach} for a release at the bank"
                    + (", which is not reached before the outlet" if np.isinf(mixed) else "")
                    + "; concentrations differ across the river there, near one bank they can be "
                    "several times the computed mean",
                )
            )
    return tuple(notices)

"""Reaches that are not routed as a channel: what they let out of what comes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Notice
from .flow import Array, SteadyFlow
from .wave import Waves
from .works import Pool, Works, pass_pool

if TYPE_CHECKING:
    from ..network.network import Network

Element = Callable[[Array, Array, Array], tuple[Array, Array]]
"""Times (M,) [s], inflow at the head (M,) and lateral inflow (M,) [m3/s] -> outflow (M,) [m3/s]
and volume (M,) [m3], in balance with discharges linear between the times."""


def find_elements(
    network: Network, reference: SteadyFlow, waves: Waves, works: Works, told: list[Notice]
) -> Mapping[int, Element]:
    """Reach -> element, for the reaches that are no channels to route through.

    told : takes what is to be said when the elements have been passed
    """
    volume = reference.cross_section_area * network.reach_length
    still: dict[int, Element] = {
        reach: _constant_volume(float(volume[reach]))
        for reach in np.flatnonzero(waves.still).tolist()
    }
    return still | {reach: _reservoir(pool, told) for reach, pool in works.pools.items()}


def _reservoir(pool: Pool, told: list[Notice]) -> Element:
    """A reservoir by its level and outlets."""

    def element(time: Array, inflow: Array, lateral: Array) -> tuple[Array, Array]:
        found, notices = pass_pool(pool, time, inflow + lateral)
        told.extend(notices)
        return found.outflow, found.volume

    return element


def _constant_volume(volume: float) -> Element:
    """A tank or a reach of given volume: what enters leaves at once."""

    def element(time: Array, inflow: Array, lateral: Array) -> tuple[Array, Array]:
        return inflow + lateral, np.full(time.size, volume)

    return element

"""Reaches that are not routed as a channel: what they let out of what comes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..network.network import Network
from .flow import Array, SteadyFlow
from .wave import Waves

if TYPE_CHECKING:
    from ..scenario import Scenario

Element = Callable[[Array, Array, Array], tuple[Array, Array]]
"""Times (M,) [s], inflow at the head (M,) and lateral inflow (M,) [m3/s] -> outflow (M,) [m3/s]
and volume (M,) [m3], in balance with discharges linear between the times."""


def find_elements(
    scenario: Scenario, network: Network, reference: SteadyFlow, waves: Waves
) -> Mapping[int, Element]:
    """Reach -> element, for the reaches that are no channels to route through."""
    volume = reference.cross_section_area * network.reach_length
    return {
        reach: _constant_volume(float(volume[reach]))
        for reach in np.flatnonzero(waves.still).tolist()
    }


def _constant_volume(volume: float) -> Element:
    """A tank or a reach of given volume: what enters leaves at once."""

    def element(time: Array, inflow: Array, lateral: Array) -> tuple[Array, Array]:
        return inflow + lateral, np.full(time.size, volume)

    return element

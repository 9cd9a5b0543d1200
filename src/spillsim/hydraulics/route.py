"""The door to flow routing: by the method that a scenario asks for, with what is to be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Notice
from ..network.network import Network, Position
from .backwater_notices import backwater_notices
from .flow import SteadyFlow
from .routed import route_in_full
from .routed_notices import routed_notices
from .varying import Sections, VaryingFlow
from .water_ledger import WaterLedger

if TYPE_CHECKING:
    from ..scenario import Scenario


def route(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position]
) -> tuple[VaryingFlow, WaterLedger, list[Notice]]:
    """The flow of a scenario routed down its network, see ``routed.route_in_full``.

    With the diffusive wave the whole network is solved for at once, see ``route_levels``.
    """
    if scenario.routing is not None and scenario.routing.method == "diffusive_wave":
        return route_levels(scenario, network, reference, places)
    routed = route_in_full(scenario, network, reference, places)
    return routed.flow, routed.ledger, routed_notices(scenario, network, reference, routed)


def route_levels(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position]
) -> tuple[VaryingFlow, WaterLedger, list[Notice]]:
    """Route the inflows of a scenario by the diffusive wave.

    The flow at first is the steady one of the inflows at first, with its backwater.

    reference : steady flow, the releases' own water left out
    places : where each release enters

    Raises ScenarioError where a reach has no slope or no wave, or more water is taken out than
    there is.
    """
    from .backwater import (  # with kernels that the other method does not need
        route_levels_in_full,
        section_heads,
    )

    levels = route_levels_in_full(scenario, network, reference, places)
    layout, found = levels.layout, levels.routed
    length = layout.channels.length
    flow = VaryingFlow(
        time=found.edges[:-1],
        discharge_head=found.discharge_head,
        discharge_foot=found.discharge_foot,
        lateral_inflow=found.lateral_inflow,
        linear=False,
        initial_area=found.volume[0] / length,
        reference=reference,
        sections=Sections(layout.reach, section_heads(layout), length),
    )
    return flow, levels.ledger, backwater_notices(scenario, network, reference, levels)

"""What a flood starts from, and when things happen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ..network.network import Network
from .flow import SteadyFlow

if TYPE_CHECKING:
    from ..scenario import Scenario


def base_flow(network: Network, reference: SteadyFlow, node: str) -> float:
    """Discharge leaving a node in the steady flow [m3/s]."""
    leaving = network.reach_from == network.node_index[node]
    return float(reference.discharge_head[leaving].sum())


def moment(scenario: Scenario, seconds: float) -> str:
    """A time since the start of the case as a date [ISO 8601]."""
    start: dt.datetime = scenario.case.start
    return (start + dt.timedelta(seconds=round(seconds))).isoformat()

"""Water that releases bring along, as a steady inflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..network.network import Network, Position

if TYPE_CHECKING:
    from ..scenario import Scenario


def release_inflow(
    scenario: Scenario, network: Network, positions: Sequence[Position]
) -> tuple[NDArray[np.float64], tuple[Notice, ...]]:
    """Steady inflow of the releases' own water, ready for ``solve``.

    A release over a time brings water / duration, a hydrograph with discharge its mean over its
    time; a slug has no duration, its water is left out with a notice. The water enters at the
    head node of the reach where the release lies and flows during the whole run.

    Where the flow is routed there is none.

    positions : one per release of the scenario, in their order

    Returns (N,) inflow [m3/s] and the notices
    """
    inflow = np.zeros(len(network.node_id))
    notices: list[Notice] = []
    if scenario.is_routed:
        return inflow, ()  # it joins the flow while it lasts
    for release, position in zip(scenario.releases, positions, strict=True):
        name = release.name or release.kind
        water = getattr(release, "water", None)
        discharge = _mean_discharge(release)
        if scenario.flow.kind == "table" and (water is not None or discharge > 0):
            notices.append(
                Notice(
                    f"release {name}",
                    "its water is not added to the discharges of the table, which hold as given",
                )
            )
        elif water is not None and release.kind == "slug":
            notices.append(
                Notice(
                    f"release {name}",
                    f"its {water:.4g} m3 of water enter at once and are not added to the river's "
                    "discharge; give the release a duration to have them counted",
                )
            )
        elif discharge > 0:
            node = int(network.reach_from[position.reach])
            inflow[node] += discharge
            notices.append(
                Notice(
                    f"release {name}",
                    f"its water is added to the river as a steady {discharge:.4g} m3/s from node "
                    f"{network.node_id[node]} downstream, during the whole run",
                )
            )
    return inflow, tuple(notices)


def _mean_discharge(release: Any) -> float:
    """Mean discharge of the release's own water while it lasts [m3/s]."""
    water = getattr(release, "water", None)
    if water is not None and hasattr(release, "duration"):
        return float(water / release.duration)
    series = getattr(release, "discharge", None)
    if series is None:
        return 0.0
    times = np.array(release.times, dtype=np.float64)
    return float(np.trapezoid(np.array(series), times) / (times[-1] - times[0]))

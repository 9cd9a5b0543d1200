"""What is to be said of a flow that was routed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import Notice
from ..network.network import Network
from .fallback import range_notices
from .flow import SteadyFlow
from .inflow_series import inflow_notices
from .withheld import dam_notices

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .routed import Routed

SUBJECT = "flow routing"
LEANT, EMPTIED = 0, 1
STILL = "a constant volume, so that what enters leaves at once,"
GIVEN = (
    "sections given for one discharge, which follow it by at-a-station hydraulic geometry (Leopold "
    "& Maddock 1953),"
)
ESTIMATED_SLOPE = "an estimated slope, on which the flattening of flood waves depends,"


def routed_notices(
    scenario: Scenario, network: Network, reference: SteadyFlow, routed: Routed
) -> list[Notice]:
    """How the flow was routed, where that is doubtful, and what did not go as asked for."""
    found = [_how(scenario, routed), *_doubts(network, routed), *routed.told]
    for node, (volume, when) in routed.lacking.items():
        message = (
            f"the abstraction there takes more than the river brings from {when / 3600.0:.4g} h "
            f"after the start on: {volume:.4g} m3 of it could not be taken, and nothing is left "
            "in the river meanwhile"
        )
        found.append(Notice(f"node {network.node_id[node]}", message))
    pools = [network.reach_index[one.reach] for one in scenario.reservoirs]
    found += _assumed(network, reference, routed, pools)
    found += inflow_notices(scenario, network, reference, routed.flow.time)
    if routed.ledger.dam is not None:
        found += dam_notices(scenario, routed.ledger.dam)
    peak = np.maximum.reduceat(
        np.maximum(routed.flow.discharge_head.max(axis=0), routed.flow.discharge_foot.max(axis=0)),
        routed.river.first[:-1],
    )
    table = routed.waves.table
    found += range_notices(table.columns, table.methods, network.reach_id, peak)
    return found


def _how(scenario: Scenario, routed: Routed) -> Notice:
    """Method, sections, step and the balance."""
    length, time = routed.river.length, routed.flow.time
    step = float(time[1] - time[0])
    given = scenario.routing is not None and scenario.routing.time_step is not None
    basis = "given" if given else "chosen"
    if not given and step > 1.01 * routed.longest_step:
        basis = f"the hydrographs ask for {routed.longest_step:.4g} s; longer to save memory"
    elif not given and step < 0.99 * routed.longest_step:
        basis = f"halved from {routed.longest_step:.4g} s, which short reaches cannot take"
    message = (
        f"Muskingum-Cunge (Todini 2007) in {length.size} sections of "
        f"{length.min() / 1000.0:.4g} to {length.max() / 1000.0:.4g} km, time step {step:.4g} s "
        f"({basis}); no backwater; water balance closed to "
        f"{float(np.max(np.abs(routed.ledger.error))):.1e}"
    )
    return Notice(SUBJECT, message)


def _doubts(network: Network, routed: Routed) -> list[Notice]:
    """Where the scheme was at its bounds."""
    found = []
    texts = {
        LEANT: "the water surface falls so much less than the bed that the diffusive wave does not "
        "hold; its slope was bounded",
        EMPTIED: "the inflow rises so suddenly that the section was emptied as a reservoir",
    }
    sections = np.diff(routed.river.first)
    for column, text in texts.items():
        share = routed.tally[:, column] / (sections * (routed.flow.time.size - 1))
        if share.any():
            worst = int(np.argmax(share))
            message = (
                f"{text}, in {100.0 * share[worst]:.3g} % of the steps of reach "
                f"{network.reach_id[worst]}"
            )
            count = int(np.count_nonzero(share))
            if count > 1:
                message += f" and fewer of {count - 1} more"
            found.append(Notice(SUBJECT, message))
    return found


def _assumed(
    network: Network, reference: SteadyFlow, routed: Routed, pools: list[int]
) -> list[Notice]:
    """What stands in for the rating of a reach."""
    waves = routed.waves
    still = waves.still.copy()
    still[pools] = False
    texts = (
        (still, STILL),
        (waves.given, GIVEN),
        (reference.estimated["bed_slope"] & ~waves.still, ESTIMATED_SLOPE),
    )
    found = []
    for mask, text in texts:
        rows = np.flatnonzero(mask).tolist()
        if rows:
            names = ", ".join(network.reach_id[row] for row in rows[:4])
            more = f" and {len(rows) - 4} more" if len(rows) > 4 else ""
            found.append(Notice(SUBJECT, f"{text} on {names}{more}"))
    return found

"""What is to be said of a flow routed by the diffusive wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import Notice
from ..network.network import Network
from .fallback import range_notices
from .flow import Array, SteadyFlow
from .inflow_series import inflow_notices
from .routed_notices import GIVEN, SUBJECT

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .backwater import Levels

UNLIKE = 0.05
"""Difference of a reach's discharge at first from the steady one that is told, as a share."""
BENT = 0.2
"""Difference of the fall of an island's arm from its own slope that is told, as a share."""


def backwater_notices(
    scenario: Scenario, network: Network, reference: SteadyFlow, levels: Levels
) -> list[Notice]:
    """How the flow was routed, where it differs from what was given, and where it turns."""
    found = [_how(scenario, levels), *_split(network, reference, levels)]
    found += _turning(network, levels)
    found += _short(network, levels)
    names = [network.reach_id[row] for row in np.flatnonzero(levels.waves.given)]
    if names:
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        found.append(Notice(SUBJECT, f"{GIVEN} on {', '.join(names[:4])}{more}"))
    found += inflow_notices(scenario, network, reference, levels.routed.edges)
    table = levels.waves.table
    peak = _by_reach(levels, np.maximum, levels.routed.discharge_foot.max(axis=0))
    highest = np.maximum(peak, 0.5 * (reference.discharge_head + reference.discharge_foot))
    found += range_notices(table.columns, table.methods, network.reach_id, highest)
    return found


def _by_reach(levels: Levels, most: np.ufunc, values: Array) -> Array:
    return np.asarray(most.reduceat(values, levels.layout.first[:-1]))


def _how(scenario: Scenario, levels: Levels) -> Notice:
    """Method, sections, step, boundary and balance."""
    length, steps = levels.layout.channels.link_length, levels.routed.steps
    routing = scenario.routing
    given = routing is not None and routing.time_step is not None
    depth = None if routing is None else routing.outlet_depth
    below = "uniform flow" if depth is None else f"a depth of {depth:.4g} m held"
    missing = float(np.max(np.abs(levels.ledger.error)))
    message = (
        f"diffusive wave in links of {length.min() / 1000.0:.4g} to {length.max() / 1000.0:.4g} "
        f"km, time step {levels.step:.4g} s ({'given' if given else 'chosen'}); {below} at the "
        f"outlet; water balance closed to {missing:.1e}"
    )
    halved = int(np.count_nonzero(steps[:, 0] > 1.0))
    simple = int(np.count_nonzero(steps[:, 1] > 0.0))
    if halved:
        message += f"; {halved} of {steps.shape[0]} steps were cut, the finest into "
        message += f"{int(steps[:, 0].max())}"
    if simple:
        message += f"; {simple} in part of the first order, where little water is left"
    return Notice(SUBJECT, message)


def _split(network: Network, reference: SteadyFlow, levels: Levels) -> list[Notice]:
    """Arms of islands whose discharge at first, or whose fall, is not the given one."""
    found = []
    steady = 0.5 * (reference.discharge_head + reference.discharge_foot)
    off = np.abs(levels.first_discharge - steady) / steady
    divided = np.diff(network.downstream_pointer)[network.reach_from] > 1
    for row in np.flatnonzero(divided & (off > UNLIKE)).tolist():
        message = (
            f"takes {levels.first_discharge[row]:.4g} m3/s at first by the levels at its ends, not "
            f"the {steady[row]:.4g} m3/s that its share gives it"
        )
        found.append(Notice(f"reach {network.reach_id[row]}", message))
    reaches = levels.layout.reaches
    slope = (reaches.bed_head - reaches.bed_foot) / reaches.length
    bent = np.abs(slope - reference.bed_slope) > BENT * reference.bed_slope
    bent &= reaches.links > 0
    for row in np.flatnonzero(bent).tolist():
        message = (
            f"falls by {slope[row]:.3g} between the beds of its nodes, which the main arm sets, "
            f"not by its slope of {reference.bed_slope[row]:.3g}"
        )
        found.append(Notice(f"reach {network.reach_id[row]}", message))
    return found


def _turning(network: Network, levels: Levels) -> list[Notice]:
    """Reaches that flow back for a time."""
    routed = levels.routed
    least = np.minimum(routed.discharge_head, routed.discharge_foot)
    lowest = _by_reach(levels, np.minimum, least.min(axis=0))
    highest = _by_reach(levels, np.maximum, routed.discharge_foot.max(axis=0))
    found = []
    for row in np.flatnonzero(lowest < -1e-3 * np.maximum(highest, 1e-9)).tolist():
        own = slice(int(levels.layout.first[row]), int(levels.layout.first[row + 1]))
        when = routed.edges[int(np.argmax((least[:, own] < 0.0).any(axis=1)))]
        message = (
            f"flows back from {when / 3600.0:.4g} h after the start on, by up to "
            f"{-lowest[row]:.4g} m3/s"
        )
        found.append(Notice(f"reach {network.reach_id[row]}", message))
    return found


def _short(network: Network, levels: Levels) -> list[Notice]:
    """Ways out that found too little water, and reservoirs that rose above their tables."""
    routed, found = levels.routed, []
    for d, name in enumerate(levels.out.name):
        missing = levels.asked[:, d] - routed.taken[:, d]
        lacks = missing > 1e-6 * levels.asked[:, d]
        if lacks.any():
            volume = float(np.sum(np.where(lacks, missing, 0.0) * np.diff(routed.edges)))
            when = float(routed.edges[int(np.argmax(lacks))])
            message = (
                f"takes more than there is from {when / 3600.0:.4g} h after the start on: "
                f"{volume:.4g} m3 of it could not be taken"
            )
            found.append(Notice(name, message))
    for reach, pool in levels.works.pools.items():
        level = routed.levels[:, levels.layout.place[network.reach_from[reach]]]
        high = float(pool.storage.stage[-1])
        if pool.has_top and level.max() > high:
            when = float(routed.edges[int(np.argmax(level))])
            message = (
                f"rises to {level.max():.6g} m {when / 3600.0:.4g} h after the start, above the "
                f"highest stage of its table, {high:.6g} m; its surface is taken to be as large "
                "as at the top, and nothing to overflow"
            )
            found.append(Notice(f"reservoir {pool.name}", message))
    return found

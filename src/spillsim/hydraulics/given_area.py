"""Areas that come with the discharges: what they leave open is water from or to the side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Notice
from ..network.network import Network
from .columns import Array
from .varying import VaryingFlow

if TYPE_CHECKING:
    from ..scenario import Scenario

TOLD = 1e-6
"""Share of the discharge below which the water from the side is the rounding of the table."""


def given_areas(scenario: Scenario, network: Network, time: Array) -> Array:
    """(M, R) areas at the times of the table, NaN for a reach whose area is not given [m2]."""
    found = np.full((time.size, len(network.reach_id)), np.nan)
    for series in getattr(scenario.flow, "series", ()):
        if series.cross_section_area:
            reach = network.reach_index[series.reach]
            found[:, reach] = np.interp(time, series.time, series.cross_section_area)
    return found


def close_with_areas(
    flow: VaryingFlow, area: Array, network: Network
) -> tuple[VaryingFlow, list[Notice]]:
    """Flow whose areas are those given: exactly at the times of the table, linear in between.

    Continuity along a reach of length L then leaves a lateral inflow L dA/dt + Q_foot - Q_head,
    spread along it; where it is negative the reach loses water with what is in it. It jumps where
    the slope of the area changes: with linear discharges every time then stands twice.

    area : (M, R) given areas, NaN where a reach has none [m2]
    """
    has = ~np.isnan(area[0])
    if not has.any():
        return flow, []
    length = network.reach_length
    given = flow.lateral_inflow
    gain = np.zeros((flow.time.size + 1, length.size))  # L dA/dt before the first time, ...
    gap = np.diff(flow.time)[:, None]
    gain[1:-1] = length * np.diff(area, axis=0) / gap
    need = flow.discharge_foot - flow.discharge_head
    if flow.linear:
        twice = np.repeat(np.arange(flow.time.size), 2)
        change = np.repeat(gain, 2, axis=0)[1:-1]
    else:
        # only the first time stands twice: before it the area does not change
        twice, change = np.concatenate([[0], np.arange(flow.time.size)]), gain
    lateral = np.where(has, change + need[twice], given[twice])
    found = replace(
        flow,
        time=flow.time[twice],
        discharge_head=flow.discharge_head[twice],
        discharge_foot=flow.discharge_foot[twice],
        lateral_inflow=lateral,
        initial_area=np.where(has, area[0], flow.initial_area),
    )
    return found, _told(found, given[twice], has, network)


def _told(flow: VaryingFlow, given: Array, has: Array, network: Network) -> list[Notice]:
    """One notice of the water that discharges and areas leave open."""
    gap = np.diff(flow.time)
    total = float(gap.sum())

    def mean(values: Array) -> Array:
        if total <= 0.0:
            return np.asarray(values[0])
        upper = values[1:] if flow.linear else values[:-1]
        return np.asarray(gap @ (0.5 * (values[:-1] + upper)) / total)

    unexplained = np.where(has, flow.lateral_inflow - given, 0.0)
    size = mean(np.abs(unexplained))
    through = mean(0.5 * (np.abs(flow.discharge_head) + np.abs(flow.discharge_foot)))
    share = np.where(has, size / np.where(through > 0.0, through, 1.0), 0.0)
    worst = int(np.argmax(share))
    if not share[worst] > TOLD:
        return []
    gained, lost = (float(mean(np.maximum(s * unexplained, 0.0)).sum()) for s in (1.0, -1.0))
    return [
        Notice(
            "flow, areas given",
            f"discharges and areas of {int(has.sum())} reaches leave {gained:.3g} m3/s gained and "
            f"{lost:.3g} m3/s lost on average, which enters clean and leaves with what is in it "
            f"along the reaches; at most {100.0 * share[worst]:.2g} % of the discharge, in reach "
            f"{network.reach_id[worst]}",
        )
    ]

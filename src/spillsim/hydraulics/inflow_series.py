"""Inflows over time on the routing times: hydrographs, steady inflows and releases' own water."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Notice
from ..network.network import Network, Position
from .flow import Array, SteadyFlow

if TYPE_CHECKING:
    from ..scenario import Scenario

TIMES_PER_RISE = 20.0
"""Routing steps in the time that the steepest rise or fall of a hydrograph would take for all of
it (HEC-HMS Technical Reference Manual, Muskingum-Cunge: a twentieth of the time of rise)."""
TIMES_PER_RELEASE = 4.0
"""Routing steps in a release that brings water."""
NICE_STEPS = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""Routing steps to choose from [s]."""
MOST_STEPS = 3000
"""Steps from which the next longer of the nice ones is taken."""
ON_GRID = 1e-9
"""Share of a step by which a point of a hydrograph may miss a routing time."""

Pieces = tuple[Array, Array, Array, Array]
"""Begin, end [s], and the discharges there [m3/s], (P,) each."""


@dataclass(frozen=True)
class Inflows:
    """Water coming in at M times."""

    node: Array
    """(N, M) at the nodes [m3/s]."""
    reach: dict[int, Array]
    """Reach -> (M,) along the whole of it, where that is not steady [m3/s]."""
    release: tuple[tuple[Position, Array], ...]
    """Place and (M,) discharge of releases within reaches [m3/s]."""


def choose_step(scenario: Scenario, switching: float = np.inf, rise: float = np.inf) -> float:
    """Routing step that the hydrographs and releases ask for [s].

    switching : shortest time in which something at a reservoir or diversion works [s]
    rise : time in which a flood rises that no hydrograph tells of [s]
    """
    longest = min(NICE_STEPS[-1], switching / TIMES_PER_RELEASE, rise / TIMES_PER_RISE)
    for item in scenario.hydrographs:
        time, discharge = np.array(item.time), np.array(item.discharge)
        if time.size > 1 and np.ptp(discharge) > 0.0:
            steepest = np.max(np.abs(np.diff(discharge)) / np.diff(time))
            longest = min(longest, float(np.ptp(discharge) / steepest) / TIMES_PER_RISE)
    for release in scenario.releases:
        for begin, end, _, _ in (_water(release, 0.0),):
            if begin.size and end[-1] > begin[0]:
                longest = min(longest, float(end[-1] - begin[0]) / TIMES_PER_RELEASE)
    duration = scenario.case.duration
    few = [step for step in NICE_STEPS if step >= duration / MOST_STEPS] or [duration / MOST_STEPS]
    fine = [step for step in few if step <= longest]
    return fine[-1] if fine else few[0]


def routing_times(duration: float, step: float) -> Array:
    """(M,) times of routing, from the start of the case to its end or just beyond [s]."""
    count = max(1, int(np.ceil(duration / step - 1e-9)))
    return np.asarray(step * np.arange(count + 1), dtype=np.float64)


def inflows(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position],
    time: Array,
) -> Inflows:  # fmt: skip
    """All water that comes in, on the routing times; volumes are those of the tables.

    places : where each release enters
    """
    node = np.repeat(reference.node_inflow[:, None], time.size, axis=1)
    reach: dict[int, Array] = {}
    steady = reference.lateral_inflow * network.reach_length
    for item in sorted(scenario.hydrographs, key=lambda one: one.mode == "add"):
        values = on_times(time, np.array(item.time), np.array(item.discharge))
        replaces = item.mode == "replace"
        name = getattr(item.at, "reach", None)
        if name is None:
            row = network.node_index[item.at.node]  # type: ignore[union-attr]
            node[row] = values if replaces else node[row] + values
        else:
            number = network.reach_index[name]
            before = reach.get(number, np.full(time.size, steady[number]))
            reach[number] = values if replaces else before + values
    within = []
    for release, place in zip(scenario.releases, places, strict=True):
        pieces = _water(release, float(time[1] - time[0]))
        if not pieces[0].size:
            continue
        values = hat_means(time, pieces)
        if place.distance == 0.0:
            node[network.reach_from[place.reach]] += values
        else:
            within.append((place, values))
    return Inflows(node, reach, tuple(within))


def on_times(time: Array, points: Array, discharge: Array) -> Array:
    """(M,) a table of discharges, linear between its points, at evenly spaced times.

    The values are those of the table where all its points within the run lie on the times;
    else those whose straight lines hold the same volume, see ``hat_means``.
    """
    step = time[1] - time[0]
    inside = points[(points > time[0]) & (points < time[-1])]
    off = np.abs(inside / step - np.round(inside / step)) if inside.size else np.zeros(1)
    if np.max(off) <= ON_GRID:
        return np.asarray(np.interp(time, points, discharge))
    edges = np.concatenate([time[:1], inside, time[-1:]])
    values = np.interp(edges, points, discharge)
    return hat_means(time, (edges[:-1], edges[1:], values[:-1], values[1:]))


def hat_means(time: Array, pieces: Pieces) -> Array:
    """(M,) discharges at evenly spaced times that hold the volume of straight pieces.

    Each is the mean of the discharge, weighted with the hat that rises from the time before and
    falls to the time after; hats add up to one, so that nothing is lost or made.
    """
    step = float(time[1] - time[0])
    total = np.zeros(time.size)
    for begin, end, first, last in zip(*(part.tolist() for part in pieces), strict=True):
        begin_in, end_in = max(begin, float(time[0])), min(end, float(time[-1]))
        if end_in <= begin_in:
            continue
        cuts = time[(time > begin_in) & (time < end_in)]
        edges = np.concatenate([[begin_in], cuts, [end_in]])
        middle = 0.5 * (edges[1:] + edges[:-1])
        left = np.minimum(((middle - time[0]) / step).astype(np.int64), time.size - 2)
        slope = (last - first) / (end - begin)
        weight = np.diff(edges) / 6.0
        for at, share in ((edges[:-1], 1.0), (middle, 4.0), (edges[1:], 1.0)):  # Simpson: exact
            part = share * weight * (first + slope * (at - begin))
            up = (at - time[left]) / step
            np.add.at(total, left, part * (1.0 - up))
            np.add.at(total, left + 1, part * up)
    width = np.full(time.size, step)
    width[[0, -1]] = 0.5 * step
    return np.asarray(total / width)


def _water(release: Any, step: float) -> Pieces:
    """A release's own water as straight pieces; a slug's over one routing step."""
    water = getattr(release, "water", None)
    none = np.zeros(0)
    if water is not None:
        slug = release.kind == "slug"
        begin = release.time if slug else release.start
        lasts = step if slug else release.duration
        if lasts <= 0.0:
            return none, none, none, none
        even = np.array([water / lasts])
        return np.array([begin]), np.array([begin + lasts]), even, even
    series = getattr(release, "discharge", None)
    if series is None:
        return none, none, none, none
    at, values = release.start + np.array(release.times), np.array(series)
    return at[:-1], at[1:], values[:-1], values[1:]


def inflow_notices(
    scenario: Scenario, network: Network, reference: SteadyFlow, time: Array
) -> list[Notice]:
    """What is to be said of hydrographs and of the releases' own water."""
    found = []
    steady = reference.lateral_inflow * network.reach_length
    for item in scenario.hydrographs:
        name = getattr(item.at, "reach", None)
        if name is None:
            name = item.at.node  # type: ignore[union-attr]
            base, what = float(reference.node_inflow[network.node_index[name]]), f"node {name}"
        else:
            base, what = float(steady[network.reach_index[name]]), f"reach {name}"
        first = float(np.interp(0.0, item.time, item.discharge))
        if item.mode == "replace" and abs(first - base) > 0.01 * max(first, base):
            message = (
                f"begins with {first:.4g} m3/s while the flow at first has {base:.4g} m3/s there; "
                "the river starts from the latter"
            )
            found.append(Notice(f"hydrograph of {what}", message))
        passing = item.mode == "add" and item.discharge[0] == item.discharge[-1] == 0.0
        if not passing and (item.time[-1] < scenario.case.duration or item.time[0] > 0.0):
            message = (
                f"covers {item.time[0] / 3600.0:.4g} to {item.time[-1] / 3600.0:.4g} h; its first "
                "and last discharge hold before and after"
            )
            found.append(Notice(f"hydrograph of {what}", message))
    step = float(time[1] - time[0])
    for release in scenario.releases:
        begin, end, first_values, last_values = _water(release, step)
        if not begin.size:
            continue
        volume = float(np.sum(0.5 * (end - begin) * (first_values + last_values)))
        text = f"its {volume:.4g} m3 of water join the flow at its place while it lasts"
        if release.kind == "slug":
            text = f"its {volume:.4g} m3 of water join the flow over a routing step of {step:.4g} s"
        found.append(Notice(f"release {release.name or release.kind}", text))
    return found

"""Stations and borders on the network, with what is known of the river there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .network import way_between
from .network.network import Network, Position
from .transport.paths import Route, travel_time_to
from .transport.resolution import temporal_deviations

if TYPE_CHECKING:
    from .scenario import Scenario
    from .scenario.sections import Border, Station


@dataclass(frozen=True)
class StationPlace:
    """A station or border; numbers that are not known are nan."""

    name: str
    kind: str
    """``station`` or ``border``."""
    position: Position
    river: str
    river_km: float
    """Distance from the river's mouth [m]."""
    latitude: float
    longitude: float
    from_country: str
    to_country: str
    discharge: float
    """[m3/s]"""
    velocity: float
    """[m/s]"""
    travel_time: float
    """Time of travel of the water from the first release above; nan if there is none [s]."""
    distance: float
    """Distance along the river from that release; nan if there is none [m]."""
    spread: float
    """Standard deviation in time that dispersion gives on that way; nan if there is none [s]."""


def station_places(
    scenario: Scenario, network: Network, route: Route, releases: Sequence[Position]
) -> tuple[StationPlace, ...]:
    """Place every station, then every border, in the order of the scenario."""
    rows: list[tuple[Station | Border, str, str, str]] = [
        (station, "station", "", "") for station in scenario.stations
    ]
    rows += [(b, "border", b.from_country, b.to_country) for b in scenario.borders]
    positions = [scenario.locate(network, row.at) for row, _, _, _ in rows]
    first = first_releases(network, releases, positions)
    distinct = sorted({number for number in first if number >= 0})
    spans = [(releases[number], 0.0) for number in distinct]
    spreads = temporal_deviations(network, route.flow, spans, positions)
    numbers = [distinct[row] for row in spreads.release.tolist()]
    pairs = zip(numbers, spreads.place.tolist(), strict=True)
    edges = dict(zip(pairs, spreads.edge.tolist(), strict=True))
    found = []
    for place, (row, kind, source, target) in enumerate(rows):
        position, number = positions[place], first[place]
        latitude, longitude, river_km = _coordinates(scenario, network, position)
        release = releases[number] if number >= 0 else None
        time, distance = _from_release(network, route, release, position)
        flow = route.flow
        lateral = float(flow.lateral_inflow[position.reach])
        discharge = float(flow.discharge_head[position.reach]) + lateral * position.distance
        found.append(
            StationPlace(
                row.name,
                kind,
                position,
                scenario.reaches[position.reach].river,
                getattr(row.at, "river_km", river_km),
                latitude,
                longitude,
                source,
                target,
                discharge,
                discharge / float(flow.cross_section_area[position.reach]),
                time,
                distance,
                edges.get((number, place), math.nan),
            )
        )
    return tuple(found)


def first_releases(
    network: Network, releases: Sequence[Position], places: Sequence[Position]
) -> list[int]:
    """Number of the first release that lies upstream of each place, -1 where none does."""
    own: dict[int, list[int]] = {}
    for number, release in enumerate(releases):
        own.setdefault(release.reach, []).append(number)
    # the first release whose water enters each reach, from the headwaters down
    none = len(releases)
    entering = [none] * len(network.node_id)
    start, foot = network.reach_from.tolist(), network.reach_to.tolist()
    for reach in network.order.tolist():
        first = min(entering[start[reach]], own[reach][0] if reach in own else none)
        entering[foot[reach]] = min(entering[foot[reach]], first)
    found = []
    for place in places:
        within = [n for n in own.get(place.reach, ())
                  if releases[n].distance <= place.distance]  # fmt: skip
        first = min([entering[start[place.reach]], *within])
        found.append(first if first < none else -1)
    return found


def _from_release(
    network: Network, route: Route, release: Position | None, place: Position
) -> tuple[float, float]:
    """Time of travel and distance from a release; nan without one."""
    way = None if release is None else way_between(network, release, place)
    if release is None or way is None:
        return math.nan, math.nan
    flow = route.flow
    time = travel_time_to(flow, place.reach, place.distance)
    time -= travel_time_to(flow, release.reach, release.distance)
    time += float(flow.travel_time[way[:-1]].sum())
    distance = float(network.reach_length[way[:-1]].sum())
    distance += place.distance - release.distance
    return time, distance


def _coordinates(
    scenario: Scenario, network: Network, position: Position
) -> tuple[float, float, float]:
    """Latitude, longitude and river kilometre between the nodes of the reach, nan if unknown."""
    ends = (network.reach_from[position.reach], network.reach_to[position.reach])
    share = position.distance / float(network.reach_length[position.reach])
    river = scenario.reaches[position.reach].river
    values = []
    for name in ("latitude", "longitude", "river_km"):
        pair = [getattr(scenario.nodes[int(node)], name) for node in ends]
        if name == "river_km":
            # a confluence carries the kilometre of one river only
            pair = [
                km if scenario.nodes[int(node)].river == river else None
                for km, node in zip(pair, ends, strict=True)
            ]
        known = [math.nan if value is None else float(value) for value in pair]
        if share in (0.0, 1.0):
            values.append(known[int(share)])
        else:
            values.append(float(np.interp(share, (0.0, 1.0), known)))
    return values[0], values[1], values[2]

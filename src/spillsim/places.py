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
    found = []
    for row, kind, source, target in rows:
        position = scenario.locate(network, row.at)
        latitude, longitude, river_km = _coordinates(scenario, network, position)
        time, distance, spread = _from_first_release(network, route, releases, position)
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
                spread,
            )
        )
    return tuple(found)


def _from_first_release(
    network: Network, route: Route, releases: Sequence[Position], place: Position
) -> tuple[float, float, float]:
    """Time of travel, distance and spread from the first release that lies upstream."""
    for release in releases:
        way = way_between(network, release, place)
        if way is not None:
            flow = route.flow
            time = travel_time_to(flow, place.reach, place.distance)
            time -= travel_time_to(flow, release.reach, release.distance)
            time += float(flow.travel_time[way[:-1]].sum())
            distance = float(network.reach_length[way[:-1]].sum())
            distance += place.distance - release.distance
            (spread,) = temporal_deviations(network, flow, [(release, 0.0)], [place])
            return time, distance, spread.edge
    return math.nan, math.nan, math.nan


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

"""Reaches along a path in the coordinate of travel time, with confluences on faces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..hydraulics.flow import SteadyFlow
from .arrays import FloatArray, IntArray
from .paths import Path, Route


@dataclass(frozen=True)
class Along:
    """Where the water of each reach of a path lies once its confluences stand on faces."""

    flow: SteadyFlow
    path: Path
    edges: FloatArray
    """(J + 1,) coordinate at which each reach takes over, confluences on faces [s]."""

    def place(self, theta: FloatArray) -> IntArray:
        """Place j in the path of the reach that holds each coordinate."""
        return np.searchsorted(self.edges[1:-1], theta, side="right").astype(np.int64)

    def distance(self, place: IntArray, theta: FloatArray) -> FloatArray:
        """Distance from the head of the reach at ``place``; beyond it the reach goes on [m].

        Beyond its foot it neither gains nor loses water: carried on for a long time step, an
        inflow along a short reach would grow without bound, and a loss leave a cell without water.
        """
        reach = self.path.reaches[place]
        time = theta - self.path.theta[place]
        head = self.flow.discharge_head[reach]
        area = self.flow.cross_section_area[reach]
        lateral = self.flow.lateral_inflow[reach]
        if not lateral.any():
            return np.asarray(head * time / area)
        passed = self.flow.travel_time[reach]
        within = np.minimum(time, passed)
        growth = lateral * within / area
        small = np.abs(growth) < 1e-9
        grown = head / np.where(small, 1.0, lateral) * np.expm1(np.where(small, 0.0, growth))
        inside = np.where(small, head * within / area * (1.0 + 0.5 * growth), grown)
        return np.asarray(inside + (time - within) * self.flow.discharge_foot[reach] / area)

    def integral(self, per_length: FloatArray, theta: FloatArray) -> FloatArray:
        """Integral from the head of the path of a quantity constant in each reach [unit m]."""
        return self.measure(theta).integral(per_length)

    def measure(self, theta: FloatArray) -> Measure:
        """Lengths along the path up to given coordinates."""
        every = np.arange(self.path.reaches.size)
        first = self.distance(every, self.edges[:-1])
        length = self.distance(every, self.edges[1:]) - first
        place = self.place(theta)
        inside = self.distance(place, theta) - first[place]
        return Measure(self.path.reaches, length, place, inside)


@dataclass(frozen=True)
class Measure:
    """How far n coordinates lie along a path of J reaches."""

    reaches: IntArray
    """(J,) reach indices."""
    length: FloatArray
    """(J,) length of each reach as the cells see it [m]."""
    place: IntArray
    """(n,) place in the path of the reach that holds each coordinate."""
    inside: FloatArray
    """(n,) distance of each coordinate from where that reach takes over [m]."""

    def integral(self, per_length: FloatArray) -> FloatArray:
        """(n,) integral from the head of the path of a quantity constant in each reach."""
        rate = per_length[self.reaches]
        at_head = np.concatenate([[0.0], np.cumsum(rate * self.length)])
        return np.asarray(at_head[self.place] + rate[self.place] * self.inside)


def nearest_face(faces: FloatArray, theta: float) -> int:
    """Number of the face nearest to a coordinate, the upper one of two as near."""
    below = min(max(int(np.searchsorted(faces, theta)), 1), faces.size - 1)
    return below - 1 if theta - faces[below - 1] <= faces[below] - theta else below


def place_reaches(
    route: Route, path: Path, faces: FloatArray, mouths: Mapping[int, float]
) -> Along:
    """Move every point at which the discharge jumps to the nearest face of the path.

    ``mouths`` holds the coordinate at which the cells of a tributary end, by node: a tributary
    shorter than a cell reaches past its mouth, and the confluence goes along.
    """
    flow = route.flow
    edges = path.theta.copy()
    for j in jumping(flow, path):
        node = int(route.network.reach_from[path.reaches[j]])
        place = mouths.get(node, float(path.theta[j]))
        edges[j] = faces[nearest_face(faces, place)]
    return Along(flow, path, np.maximum.accumulate(edges))


def jumping(flow: SteadyFlow, path: Path) -> list[int]:
    """Places j in the path at whose head water joins or leaves."""
    above, below = path.reaches[:-1], path.reaches[1:]
    change = np.abs(flow.discharge_head[below] / flow.discharge_foot[above] - 1.0)
    return [int(j) for j in np.flatnonzero(change > 1e-9) + 1]


def inflows(route: Route, along: Along, faces: FloatArray) -> dict[int, tuple[float, float]]:
    """Inner faces at which water comes in: discharge that does, and that along the path [m3/s]."""
    flow, path = route.flow, along.path
    found: dict[int, tuple[float, float]] = {}
    for j in jumping(flow, path):
        above, below = int(path.reaches[j - 1]), int(path.reaches[j])
        passing = float(flow.discharge_foot[above])
        taken = float(flow.node_abstraction[route.network.reach_from[below]])
        gained = float(flow.discharge_head[below]) + taken - passing
        face = nearest_face(faces, float(along.edges[j]))
        if gained > 0.0 and 0 < face < faces.size - 1:
            before, first = found.get(face, (0.0, passing))
            found[face] = (before + gained, first)
    return found

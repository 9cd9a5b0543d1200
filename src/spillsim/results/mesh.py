"""Cells along the rivers: profiles, fields and the geometry that places them on a map.

Cells are *edges* of a one-dimensional mesh between the places where they begin and end. A cell
average belongs to the stretch between two faces, so nothing is averaged onto nodes; MDAL (the mesh
reader of QGIS) draws data on edges as readily as on nodes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import Notice
from ..network.locate import locate_node, locate_reach, locate_river_km
from ..network.network import Network, Position
from .contracts import Array, ModelLike, RunLike
from .conventions import KG_M3_TO_MG_L, attributes
from .countries import cut_at_borders, cut_cells
from .instants import METRES_PER_KM, instants
from .provenance import release_start

_NODE_TOLERANCE = 1e-3
"""Places closer than this are one mesh node [m]."""

_Place = tuple[int, float]
"""(reach, distance), or (-1 - node, 0.0) at a node of the network."""


def cell_variables(
    model: ModelLike, run: RunLike, start: np.datetime64
) -> tuple[xr.Dataset, list[Notice]]:
    """Return profiles and fields over the cells, on a mesh when the nodes have coordinates."""
    if run.cell_reach.size == 0:
        return xr.Dataset(), []
    found = _profiles(model, run, start).merge(_bed(model, run))
    node_xy = node_coordinates(model)
    ends, places = connect(model.network, run.cell_reach, run.cell_head, run.cell_foot)
    xy = np.array([place_coordinates(model.network, node_xy, place) for place in places])
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        message = (
            f"{int(lost.sum())} of {len(places)} cell ends have no longitude and latitude, "
            "so the result holds no map mesh; give both for every node to get one."
        )
        return found, [Notice("map", message)]
    return found.merge(_mesh(ends, xy)), []


def node_coordinates(model: ModelLike) -> Array:
    """Return (nodes, 2) longitude and latitude of the network's nodes, NaN where not given."""
    by_id = {node.id: node for node in model.scenario.nodes}
    rows = [by_id[name] for name in model.network.node_id]
    pairs = [(row.longitude, row.latitude) for row in rows]
    return np.array([[np.nan if v is None else v for v in pair] for pair in pairs], dtype=float)


def connect(
    network: Network, reach: NDArray[np.int64], head: Array, foot: Array
) -> tuple[NDArray[np.int32], list[_Place]]:
    """Return (cells, 2) mesh node of both ends of every cell, and the place of every mesh node.

    A cell may reach over the ends of its reach: a head below zero lies in the reach above, a foot
    beyond the length in the reach below.
    """
    number: dict[tuple[int, int], int] = {}
    places: list[_Place] = []
    ends = np.empty((reach.size, 2), dtype=np.int32)
    for cell in range(reach.size):
        for side, distance in enumerate((head[cell], foot[cell])):
            place = _resolve(network, int(reach[cell]), float(distance))
            key = (place[0], round(place[1] / _NODE_TOLERANCE))
            if key not in number:
                number[key] = len(places)
                places.append(place)
            ends[cell, side] = number[key]
    return ends, places


def _resolve(network: Network, reach: int, distance: float) -> _Place:
    """Return the place at a distance from the head of a reach that may lie outside the reach."""
    while distance < -_NODE_TOLERANCE:
        node = int(network.reach_from[reach])
        first, last = network.upstream_pointer[node], network.upstream_pointer[node + 1]
        if last - first != 1:  # headwater or junction: no single reach above, so it ends here
            return -1 - node, 0.0
        reach = int(network.upstream_reach[first])
        distance += float(network.reach_length[reach])
    while distance > network.reach_length[reach] + _NODE_TOLERANCE:
        node = int(network.reach_to[reach])
        below = int(network.reach_below[node])
        if below < 0:
            return -1 - node, 0.0
        distance -= float(network.reach_length[reach])
        reach = below
    if abs(distance) <= _NODE_TOLERANCE:
        return -1 - int(network.reach_from[reach]), 0.0
    if abs(distance - network.reach_length[reach]) <= _NODE_TOLERANCE:
        return -1 - int(network.reach_to[reach]), 0.0
    return reach, distance


def place_coordinates(network: Network, node_xy: Array, place: _Place) -> Array:
    """Return longitude and latitude, linear along the straight line between a reach's nodes."""
    reach, distance = place
    if reach < 0:
        return np.asarray(node_xy[-1 - reach], dtype=np.float64)
    share = distance / float(network.reach_length[reach])
    above, below = node_xy[network.reach_from[reach]], node_xy[network.reach_to[reach]]
    return np.asarray(above + share * (below - above), dtype=np.float64)


def _profiles(model: ModelLike, run: RunLike, start: np.datetime64) -> xr.Dataset:
    edge, both = ("mesh_edge",), ("substance", "mesh_edge")
    centre = 0.5 * (run.cell_head + run.cell_foot)
    columns: dict[str, tuple[tuple[str, ...], Any]] = {
        "mesh_edge_reach": (edge, run.cell_reach.astype(np.int32)),
        "mesh_edge_length": (edge, (run.cell_foot - run.cell_head) / METRES_PER_KM),
        "mesh_edge_river_km": (edge, cell_river_km(model, run.cell_reach, centre)),
        "mesh_edge_distance": (edge, cell_distance(model, run.cell_reach, centre)),
        "peak_concentration_profile": (both, run.peak_concentration * KG_M3_TO_MG_L),
        "peak_time_profile": (both, instants(start, run.peak_time)),
    }
    if run.field is not None and run.field_time is not None and run.field_time.size:
        dims = ("substance", "field_time", "mesh_edge")
        columns["field_time"] = (("field_time",), instants(start, run.field_time))
        columns["concentration_field"] = (dims, run.field * KG_M3_TO_MG_L)
    return xr.Dataset(
        {name: xr.Variable(d, v, attributes(name)) for name, (d, v) in columns.items()}
    )


def _bed(model: ModelLike, run: RunLike) -> xr.Dataset:
    """Return what lies on the bed, per area where the river's width is known, else per length.

    A cell's bed is its length times the width of the river in the flow that cells were laid out
    by. Empty where nothing can lie on the bed.
    """
    if "bed" not in run.left or not (_has_bed(model.scenario) or np.any(run.left["bed"])):
        return xr.Dataset()
    regions = cut_at_borders(model.network, [])
    pieces = cut_cells(model.network, model.flow.cross_section_area, regions, run)
    width, unit = model.flow.width, "kg m-2"
    if not np.isfinite(width[np.unique(pieces.reach)]).all():
        width, unit = np.ones(width.size), "kg m-1"
    under = pieces.over_cells(width, run.cell_reach.size)
    found = xr.Dataset()
    both = ("substance", "mesh_edge")
    found["bed_mass_profile"] = (both, run.left["bed"] / under, attributes("bed_mass_profile"))
    if run.bed_field is not None and run.field_time is not None and run.field_time.size:
        dims = ("substance", "field_time", "mesh_edge")
        found["bed_mass_field"] = (dims, run.bed_field / under, attributes("bed_mass_field"))
    for variable in found.data_vars.values():
        variable.attrs["units"] = unit
    return found


def _has_bed(scenario: Any) -> bool:
    return bool(getattr(scenario, "solids", ()))


def cell_river_km(model: ModelLike, reach: NDArray[np.int64], distance: Array) -> Array:
    """Return the river kilometre of places on reaches [km], NaN where no node gives one.

    Linear between the two nodes of a reach when both lie on its river (surveyed kilometres and
    lengths seldom agree exactly); counted from one end when only that end does, as at a mouth.
    """
    network = model.network
    by_id = {node.id: node for node in model.scenario.nodes}
    nodes = [by_id[name] for name in network.node_id]

    def at_ends(ends: NDArray[np.int64]) -> Array:
        pairs = zip(model.scenario.reaches, ends, strict=True)
        found = [nodes[n].river_km if nodes[n].river == r.river else None for r, n in pairs]
        return np.array([np.nan if v is None else v for v in found], dtype=np.float64)

    above, below = at_ends(network.reach_from)[reach], at_ends(network.reach_to)[reach]
    length = network.reach_length[reach]
    both = above + (below - above) * distance / length
    one = np.where(np.isfinite(above), above - distance, below + length - distance)
    return np.where(np.isfinite(both), both, one) / METRES_PER_KM


def cell_distance(model: ModelLike, reach: NDArray[np.int64], distance: Array) -> Array:
    """Return the distance along the river below the first release [km].

    NaN for places that water from the first release does not pass, and everywhere when the place
    of the release is not known.
    """
    found = np.full(reach.size, np.nan)
    release = first_release_position(model)
    if release is None:
        return found
    network, here, travelled = model.network, release.reach, -release.distance
    while here >= 0:
        inside = reach == here
        found[inside] = travelled + distance[inside]
        travelled += float(network.reach_length[here])
        here = int(network.reach_below[network.reach_to[here]])
    found[found < 0] = np.nan
    return found / METRES_PER_KM


def first_release_position(model: ModelLike) -> Position | None:
    """Return where the earliest release enters the network; None when there is no release."""
    releases = sorted(model.scenario.releases, key=release_start)
    if not releases:
        return None
    at, network = releases[0].at, model.network
    if hasattr(at, "node"):
        return locate_node(network, network.node_id.index(at.node))
    if hasattr(at, "reach"):
        return locate_reach(network, network.reach_id.index(at.reach), getattr(at, "distance", 0.0))
    by_id = {node.id: node for node in model.scenario.nodes}
    nodes = [by_id[name] for name in network.node_id]
    rivers = [reach.river for reach in model.scenario.reaches]
    km = [np.nan if node.river_km is None else node.river_km for node in nodes]
    return locate_river_km(
        network, km, rivers, at.river, at.river_km, [node.river for node in nodes]
    )


def _mesh(ends: NDArray[np.int32], xy: Array) -> xr.Dataset:
    middle = xy[ends].mean(axis=1)
    columns: dict[str, tuple[tuple[str, ...], Any]] = {
        "mesh_edge_nodes": (("mesh_edge", "mesh_end"), ends),
        "mesh_node_longitude": (("mesh_node",), xy[:, 0]),
        "mesh_node_latitude": (("mesh_node",), xy[:, 1]),
        "mesh_edge_longitude": (("mesh_edge",), middle[:, 0]),
        "mesh_edge_latitude": (("mesh_edge",), middle[:, 1]),
    }
    return xr.Dataset({n: xr.Variable(d, v, attributes(n)) for n, (d, v) in columns.items()})

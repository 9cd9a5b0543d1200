"""A reach map as an xarray dataset (CF, UGRID) and as rows of plain numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import Notice
from ..results.conventions import GRID_MAPPING, MAP_CONVENTIONS, MESH, attributes
from ..results.mesh import (
    cell_river_km,
    connect,
    node_coordinates,
    place_coordinates,
)
from ..results.provenance import notices_text, version
from .mapping import ReachMap, Sites

Array = NDArray[np.float64]

KIND = "reach map"
"""What the global attribute ``spillsim_kind`` says."""
_HOUR, _KM = 3600.0, 1000.0
_PER_TONNE = 1e6
"""1/m3 to mg/L per t."""
_MG_PER_L = 1e3

_QUANTITIES: dict[str, tuple[str, str]] = {
    "distance": ("km", "distance along the river to the border"),
    "travel_time": ("h", "travel time of the water to the border"),
    "arrival_time": ("h", "time from the release to the arrival at the border"),
    "peak_time": ("h", "time from the release to the peak at the border"),
    "end_time": ("h", "time from the release to the last fall below the threshold"),
    "peak_per_tonne": ("mg L-1 t-1", "highest concentration at the border per tonne released"),
    "peak_concentration": ("mg L-1", "highest concentration at the border"),
    "dilution_volume": ("m3", "volume of water that the mass would fill at the peak's value"),
    "share_passed": ("1", "share of the mass released that passes the border"),
    "resolved": ("1", "1 where the time step meets the error asked for"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A release at the head of one reach, as the border sees it; nan where nothing comes."""

    reach: str
    river: str
    distance: float
    """[km]"""
    travel_time: float
    arrival: float
    peak_time: float
    end: float
    """[h] since the release."""
    peak_per_tonne: float
    """[mg/L]"""
    peak: float
    """For the mass given, nan without one [mg/L]."""
    dilution: float
    """[m3]"""
    passed: float
    """[-]"""
    resolved: bool


def table_rows(found: ReachMap) -> list[Row]:
    """Return a row per reach upstream, the nearest to the border first."""
    heads, network = found.heads, found.model.network
    columns = _columns(found, heads)
    peak = columns.get("peak_concentration", np.full(heads.reach.size, np.nan))
    order = np.argsort(heads.distance, kind="stable")
    return [
        Row(
            reach=network.reach_id[heads.reach[i]],
            river=found.model.scenario.reaches[heads.reach[i]].river,
            distance=float(columns["distance"][i]),
            travel_time=float(columns["travel_time"][i]),
            arrival=float(columns["arrival_time"][i]),
            peak_time=float(columns["peak_time"][i]),
            end=float(columns["end_time"][i]),
            peak_per_tonne=float(columns["peak_per_tonne"][i]),
            peak=float(peak[i]),
            dilution=float(columns["dilution_volume"][i]),
            passed=float(columns["share_passed"][i]),
            resolved=bool(heads.resolved[i]),
        )
        for i in order
    ]


def _columns(found: ReachMap, sites: Sites) -> dict[str, NDArray[Any]]:
    """Return the quantities of a set of places in the units of the file."""
    columns: dict[str, NDArray[Any]] = {
        "distance": sites.distance / _KM,
        "travel_time": sites.travel_time / _HOUR,
        "arrival_time": sites.arrival / _HOUR,
        "peak_time": sites.peak_time / _HOUR,
        "end_time": sites.ending / _HOUR,
        "peak_per_tonne": sites.peak * _PER_TONNE,
        "dilution_volume": 1.0 / sites.peak,
        "share_passed": sites.passed,
        "resolved": sites.resolved.astype(np.int8),
    }
    if found.level.mass is not None:
        columns["peak_concentration"] = sites.peak * found.level.mass * _MG_PER_L
    return columns


def map_dataset(found: ReachMap) -> xr.Dataset:
    """Return a reach map with names, units and origin.

    Over ``reach`` stand releases at the heads of reaches, over ``mesh_edge`` releases in the
    middle of every cell; cells are edges of a UGRID mesh where all nodes have coordinates.
    """
    model, heads, cells = found.model, found.heads, found.cells
    network, rows = model.network, model.scenario.reaches
    number = np.full(len(network.reach_id), -1, dtype=np.int32)
    number[heads.reach] = np.arange(heads.reach.size, dtype=np.int32)
    dataset = xr.Dataset(
        {
            "reach_id": ("reach", np.array([network.reach_id[r] for r in heads.reach])),
            "reach_river": ("reach", np.array([rows[r].river for r in heads.reach])),
        }
    )
    dataset["reach_id"].attrs["long_name"] = "reach whose head the release is at"
    dataset["reach_river"].attrs = attributes("reach_river")
    for name, values in _columns(found, heads).items():
        unit, words = _QUANTITIES[name]
        told = {"long_name": f"{words}, from the head of the reach", "units": unit}
        dataset[f"reach_{name}"] = ("reach", values, told)
    mesh, notices = _mesh(found)
    dataset = dataset.merge(mesh)
    on_mesh = {"mesh": MESH, "location": "edge", "grid_mapping": GRID_MAPPING} if mesh else {}
    dataset["mesh_edge_reach"] = ("mesh_edge", number[cells.reach], {
        "long_name": "index of the reach of the cell, counted from 0"})  # fmt: skip
    shape: Any = model  # only its network and scenario are read
    dataset["river_km"] = ("mesh_edge", cell_river_km(shape, cells.reach, cells.inside),
                           {"long_name": "river kilometre", "units": "km", **on_mesh})  # fmt: skip
    for name, values in _columns(found, cells).items():
        unit, words = _QUANTITIES[name]
        dataset[name] = ("mesh_edge", values, {"long_name": words, "units": unit, **on_mesh})
    dataset.attrs = _origin(found, (*found.notices, *notices))
    return dataset


def _mesh(found: ReachMap) -> tuple[xr.Dataset, list[Notice]]:
    """Return the cells as edges of a mesh, empty where nodes lack coordinates."""
    network, head, foot = found.model.network, found.cell_ends[:, 0], found.cell_ends[:, 1]
    shape: Any = found.model  # only its network and scenario are read
    node_xy = node_coordinates(shape)
    upstream = found.model.ways.reaches
    nodes = np.union1d(network.reach_from[upstream], network.reach_to[upstream])
    lost = int((~np.isfinite(node_xy[nodes]).all(axis=1)).sum())
    if lost:
        message = (
            f"{lost} of {nodes.size} nodes upstream have no longitude and latitude, so there is "
            "no map; give both for every node to get one"
        )
        return xr.Dataset(), [Notice("map", message)]
    ends, places = connect(network, found.cells.reach, head, foot)
    xy = np.array([place_coordinates(network, node_xy, place) for place in places])
    mesh = xr.Dataset({name: ((), np.int32(0), attributes(name)) for name in (MESH, GRID_MAPPING)})
    columns: tuple[tuple[str, tuple[str, ...], Any], ...] = (
        ("mesh1d_edge_nodes", ("mesh_edge", "mesh_end"), ends),
        ("mesh1d_node_x", ("mesh_node",), xy[:, 0]),
        ("mesh1d_node_y", ("mesh_node",), xy[:, 1]),
    )
    for name, dims, values in columns:
        mesh[name] = (dims, values, attributes(name))
    return mesh, []


def _origin(found: ReachMap, notices: tuple[Notice, ...]) -> dict[str, Any]:
    """Return the global attributes."""
    model, level = found.model, found.level
    case, place = model.scenario.case, model.place
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    source = f"spillsim {version()}"
    origin: dict[str, Any] = {
        "Conventions": MAP_CONVENTIONS,
        "spillsim_kind": KIND,
        "title": case.title,
        "summary": f"What {place.name} sees of {found.substance.name} released anywhere upstream",
        "references": "\n".join(case.references) or "none given",
        "history": f"{now} computed by {source}",
        "source": source,
        "border": place.name,
        "border_kind": place.kind,
        "border_discharge": place.discharge,
        "border_from": place.from_country,
        "border_to": place.to_country,
        "substance": found.substance.name,
        "arrival": level.basis,
        "error": model.error,
        "time_step": model.grid.time_step,
        "resolved_from": found.resolved_from / _KM,
        "notices": notices_text(list(notices)),
        "scenario_text": next(
            (file.text for file in model.scenario.files if file.name.endswith((".toml", ".json"))),
            "",
        ),
    }
    if np.isfinite([place.longitude, place.latitude]).all():
        origin |= {"border_longitude": place.longitude, "border_latitude": place.latitude}
    if level.mass is not None:
        origin["mass"] = level.mass
    if level.threshold is not None:
        origin["arrival_threshold"] = level.threshold * _MG_PER_L
    else:
        origin["arrival_share"] = level.share
    return origin


def csv_lines(found: ReachMap) -> Iterator[str]:
    """Return the lines of a table with a row per reach; empty where nothing comes."""
    with_mass = found.level.mass is not None
    head = ["reach", "river", "distance [km]", "travel_time [h]", "arrival [h]", "peak_time [h]",
            "end [h]", "peak_per_tonne [mg/L]", "dilution_volume [m3]", "share_passed",
            "resolved"]  # fmt: skip
    if with_mass:
        head.insert(8, "peak [mg/L]")
    yield ",".join(head)
    for row in table_rows(found):
        values = [row.distance, row.travel_time, row.arrival, row.peak_time, row.end,
                  row.peak_per_tonne, *([row.peak] if with_mass else []), row.dilution,
                  row.passed]  # fmt: skip
        numbers = ["" if np.isnan(value) else f"{value:.6g}" for value in values]
        texts = [_quoted(row.reach), _quoted(row.river), *numbers, "yes" if row.resolved else "no"]
        yield ",".join(texts)


def _quoted(text: str) -> str:
    """Return a text as a field of a CSV table."""
    if any(c in text for c in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text

"""Names, units and attributes of everything in a result file (CF-1.11, UGRID-1.0).

The result file is a CF time-series file and holds the geometry of the cells as plain variables;
the map file made from it (``map_dataset``) is the UGRID file. They are two because the IOOS
compliance checker allows one ``cf_role`` per file and knows none of UGRID's, and because MDAL
reads no variable with a substance dimension, so a mesh in the result file would show nothing.

Standard names are given only where the CF standard name table (version 93) has one that fits;
river concentration, mass ledgers and arrival times have none, and an invented one would be a
fault. Lengths along the river are km and concentrations mg L-1 because that is what users read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..variables import VARIABLES

CONVENTIONS = "CF-1.11"
MAP_CONVENTIONS = "CF-1.11 UGRID-1.0"
FORMAT_VERSION = 1
"""Raised whenever an older reader would misread a file."""

EPOCH = "seconds since 1970-01-01 00:00:00"

KG_M3_TO_MG_L = 1000.0

ATTRIBUTES: dict[str, dict[str, Any]] = {
    "time": {
        "axis": "T",
        "units_metadata": "leap_seconds: none",
    },
    "field_time": {
        "axis": "T",
        "units_metadata": "leap_seconds: none",
    },
    "ledger_time": {
        "units_metadata": "leap_seconds: none",
    },
    "station": {
        "cf_role": "timeseries_id",
    },
    "concentration": {
        "cell_methods": "time: point",
    },
    "cumulative_mass": {
        "cell_methods": "time: point",
        "comment": "Accumulated since the start of the case.",
    },
    "discharge_over_time": {
        "cell_methods": "time: point",
        "comment": "What the transport was computed with.",
    },
    "water_stored": {
        "comment": "Less what entered, more what went: what was there at first.",
    },
    "dissolved_concentration": {
        "cell_methods": "time: point",
    },
    "suspended_concentration": {
        "cell_methods": "time: point",
        "comment": "Grains, or bound to grains; with the dissolved part it is the concentration.",
    },
    "species_concentration": {
        "cell_methods": "time: point",
        "comment": "The species of a substance together are its dissolved part.",
    },
    "species": {
        "long_name": "substance and species",
    },
    "species_substance": {
        "long_name": "substance that the species is a form of",
    },
    "limit_of": {
        "long_name": "part of the substance that the limit is set for",
    },
    "mass_left": {
        "comment": "Cells on a border are shared by volume. The compartments decayed, volatilised, "
        "transformed and stranded are lost, the others are still there.",
    },
    "country_mass_released": {
        "long_name": "mass released in the country",
    },
    "country_mass_gained": {
        "long_name": "mass made of other constituents in the country",
    },
    "country_mass_entered": {
        "long_name": "mass that came over borders into the country",
    },
    "country_mass_left_or_lost": {
        "long_name": "mass left or lost in the country by the end of the run",
    },
    "country_mass_abstracted": {
        "long_name": "mass abstracted with water in the country",
    },
    "country_mass_past_outlet": {
        "long_name": "mass past the outlet, which lies in the country",
    },
    "country_mass_passed_on": {
        "long_name": "mass that went over borders out of the country",
    },
    "country_mass_error": {
        "long_name": "mass the account of the country does not account for",
        "comment": "released + gained + entered - (left_or_lost + abstracted + past_outlet + "
        "passed_on); a part that is not there is zero. What entered and passed on differs from "
        "cumulative_mass at the border by what the cells there hold, have lost and made, at most.",
    },
    "bed_mass_profile": {
        "long_name": "mass on the bed at the end of the run",
    },
    "bed_mass_field": {
        "long_name": "mass on the bed",
        "cell_methods": "field_time: point",
    },
    "jobson_scope": {
        "long_name": "what keeps the relations of Jobson (1996) from being applied",
        "flag_values": np.arange(10, dtype=np.int8),
        "flag_meanings": "whole several_places tank_on_the_way settles_or_sorbs flow_changes "
        "no_release_upstream floats made_of_others seepage flow_reverses",
    },
    "jobson_earliest_arrival": {
        "standard_name": "time",
        "units_metadata": "leap_seconds: none",
        "comment": "Leading edge at the fastest probable velocity of Jobson (1996); missing where "
        "the drainage area of a reach on the way is not known.",
    },
    "jobson_discharge_ratio": {
        "comment": "Mean along the way of the reaches; missing where one is not known.",
    },
    "release_centre_time": {
        "standard_name": "time",
        "units_metadata": "leap_seconds: none",
    },
    "release_duration": {
        "comment": "Of the even release with the same variance in time; 0 for a slug.",
    },
    "river_km": {
        "comment": "Falls in the direction of flow.",
    },
    "stated_arrival_threshold": {
        "long_name": "arrival threshold stated in the scenario",
        "units": "mg L-1",
    },
    "limit_source": {
        "long_name": "source of the limit",
    },
    "reach_river": {
        "long_name": "river of the reach",
    },
    "peak_concentration_profile": {
        "long_name": "highest concentration in the cell",
    },
    "peak_time_profile": {
        "long_name": "time of the highest concentration in the cell",
        "standard_name": "time",
        "units_metadata": "leap_seconds: none",
    },
    "concentration_field": {
        "long_name": "resident concentration in the cell",
        "cell_methods": "field_time: point",
    },
    "mesh_edge_nodes": {
        "long_name": "index of the mesh nodes above and below the cell, counted from 0",
    },
    "mesh_node_longitude": {
        "standard_name": "longitude",
        "long_name": "longitude of cell ends",
        "units": "degrees_east",
    },
    "mesh_node_latitude": {
        "standard_name": "latitude",
        "long_name": "latitude of cell ends",
        "units": "degrees_north",
    },
    "mesh_edge_longitude": {
        "standard_name": "longitude",
        "long_name": "longitude of cell middles",
        "units": "degrees_east",
    },
    "mesh_edge_latitude": {
        "standard_name": "latitude",
        "long_name": "latitude of cell middles",
        "units": "degrees_north",
    },
    "mesh_edge_reach": {
        "long_name": "index of the reach of the cell, counted from 0",
    },
    "mesh_edge_river_km": {
        "long_name": "river kilometre of the cell",
        "units": "km",
    },
    "mesh_edge_distance": {
        "long_name": "distance of the cell along the river below the first release",
        "units": "km",
    },
    "mesh_edge_length": {
        "long_name": "length of the cell along the river",
        "units": "km",
    },
}
"""What the table of names does not say: names it lacks, CF and UGRID attributes."""

CURVES = ("concentration", "cumulative_mass")
SCOPES = (
    "whole", "several_places", "tank_on_the_way", "settles_or_sorbs", "flow_changes",
    "no_release_upstream", "floats", "made_of_others", "seepage", "flow_reverses",
)  # fmt: skip
"""What can be held against the relations of Jobson (1996): front and peak with the first, the front
alone with the next four, nothing with the others."""
FRONT_SCOPES = SCOPES[:5]
LEDGER = ("released", "in_river", "in_storage", "decayed", "abstracted", "past_outlet", "error")
FATES = ("gained", "on_bed", "volatilised", "transformed", "stranded")
"""Parts of the ledger that only some constituents have."""
ACCOUNT = (
    "released", "gained", "entered", "left_or_lost", "abstracted", "past_outlet", "passed_on",
    "error",
)  # fmt: skip
"""The account of a country, ``country_mass_<name>``: the first three less the next four leave the
error."""
WATER = ("entered", "left", "abstracted", "stored", "error")
TYPICAL = "At the steady flow that cells were laid out by; the flow of the run varies around it."
"""What is said of flow along the river where the flow varies."""

MESH = "mesh1d"
GRID_MAPPING = "wgs84"
"""MDAL looks for a variable of this very name when it asks for the coordinate system."""
MESH_VARIABLES: dict[str, dict[str, Any]] = {
    MESH: {
        "cf_role": "mesh_topology",
        "long_name": "river cells as edges between their ends",
        "topology_dimension": np.int32(1),
        "node_coordinates": "mesh1d_node_x mesh1d_node_y",
        "edge_node_connectivity": "mesh1d_edge_nodes",
        "edge_dimension": "mesh_edge",
    },
    "mesh1d_edge_nodes": {
        "cf_role": "edge_node_connectivity",
        "long_name": "upstream and downstream node of every cell",
        "start_index": np.int32(0),
    },
    "mesh1d_node_x": {"standard_name": "longitude", "long_name": "longitude of mesh nodes",
                      "units": "degrees_east"},
    "mesh1d_node_y": {"standard_name": "latitude", "long_name": "latitude of mesh nodes",
                      "units": "degrees_north"},
    GRID_MAPPING: {
        "grid_mapping_name": "latitude_longitude",
        "long_name": "WGS 84",
        "semi_major_axis": 6378137.0,
        "inverse_flattening": 298.257223563,
        "longitude_of_prime_meridian": 0.0,
        "EPSG_code": "EPSG:4326",
    },
}  # fmt: skip


def attributes(name: str) -> dict[str, Any]:
    """Return a fresh copy of the attributes of one variable.

    The table of names comes first (``reach_width`` is the table's ``width``), then what only a
    file needs.
    """
    found: dict[str, Any] = {}
    known = VARIABLES.get(name) or VARIABLES.get(name.removeprefix("reach_"))
    if known is not None:
        told = {
            "long_name": known.long_name,
            "units": known.unit,
            "standard_name": known.standard_name,
        }
        found = {key: text for key, text in told.items() if text}
    if name.startswith("country_mass_"):
        found["units"] = "kg"
    found.update(ATTRIBUTES.get(name, {}))
    found.update(MESH_VARIABLES.get(name, {}))
    if not found:
        raise KeyError(f"{name} has no attributes: add it to variables or conventions")
    return found

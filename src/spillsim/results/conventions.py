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

CONVENTIONS = "CF-1.11"
MAP_CONVENTIONS = "CF-1.11 UGRID-1.0"
FORMAT_VERSION = 1
"""Raised whenever an older reader would misread a file."""

EPOCH = "seconds since 1970-01-01 00:00:00"

CONCENTRATION_UNIT = "mg L-1"
KG_M3_TO_MG_L = 1000.0

_MG_L = {"units": CONCENTRATION_UNIT}
_KG = {"units": "kg"}

ATTRIBUTES: dict[str, dict[str, Any]] = {
    # coordinates
    "time": {"standard_name": "time", "long_name": "time", "axis": "T",
             "units_metadata": "leap_seconds: none"},
    "field_time": {"standard_name": "time", "long_name": "time of the concentration field",
                   "axis": "T", "units_metadata": "leap_seconds: none"},
    "station": {"long_name": "station name", "cf_role": "timeseries_id"},
    "substance": {"long_name": "substance name"},
    "latitude": {"standard_name": "latitude", "long_name": "latitude of the station",
                 "units": "degrees_north"},
    "longitude": {"standard_name": "longitude", "long_name": "longitude of the station",
                  "units": "degrees_east"},
    # curves
    "concentration": {"long_name": "resident concentration", "cell_methods": "time: point", **_MG_L},
    "cumulative_mass": {"long_name": "mass that has passed the station",
                        "cell_methods": "time: point",
                        "comment": "Accumulated since the start of the case.", **_KG},
    # stations
    "station_kind": {"long_name": "kind of station: station or border"},
    "river": {"long_name": "river of the station"},
    "river_km": {"long_name": "river kilometre of the station", "units": "km",
                 "comment": "Falls in the direction of flow."},
    "from_country": {"long_name": "country upstream of the border"},
    "to_country": {"long_name": "country downstream of the border"},
    "distance": {"long_name": "distance along the river below the first release", "units": "km"},
    "discharge": {"standard_name": "water_volume_transport_in_river_channel",
                  "long_name": "discharge at the station", "units": "m3 s-1"},
    "velocity": {"long_name": "mean velocity of the water at the station", "units": "m s-1"},
    "travel_time": {"long_name": "time of travel of the water from the first release",
                    "units": "h"},
    # substances and limits
    "decay_rate": {"long_name": "first-order decay rate at the reference temperature",
                   "units": "s-1"},
    "stated_arrival_threshold": {"long_name": "arrival threshold stated in the scenario", **_MG_L},
    "limit_name": {"long_name": "name of the limit"},
    "limit_substance": {"long_name": "substance that the limit is for"},
    "limit_value": {"long_name": "concentration limit", **_MG_L},
    "limit_source": {"long_name": "source of the limit"},
    # ledger
    "mass_released": {"long_name": "mass released so far", **_KG},
    "mass_in_river": {"long_name": "mass in the flowing water", **_KG},
    "mass_in_storage": {"long_name": "mass in transient storage", **_KG},
    "mass_decayed": {"long_name": "mass decayed so far", **_KG},
    "mass_abstracted": {"long_name": "mass abstracted so far", **_KG},
    "mass_past_outlet": {"long_name": "mass that has left through the outlet", **_KG},
    "mass_error": {"long_name": "mass released that no other account holds", **_KG},
    # reaches
    "reach_id": {"long_name": "identifier of the reach"},
    "reach_river": {"long_name": "river of the reach"},
    "reach_length": {"long_name": "length of the reach", "units": "km"},
    "reach_discharge_head": {"standard_name": "water_volume_transport_in_river_channel",
                             "long_name": "discharge at the head of the reach",
                             "units": "m3 s-1"},
    "reach_discharge_foot": {"standard_name": "water_volume_transport_in_river_channel",
                             "long_name": "discharge at the foot of the reach",
                             "units": "m3 s-1"},
    "reach_lateral_inflow": {"long_name": "net lateral inflow per length", "units": "m2 s-1"},
    "reach_cross_section_area": {"long_name": "flowing cross-section area", "units": "m2"},
    "reach_velocity": {"long_name": "mean velocity", "units": "m s-1"},
    "reach_travel_time": {"long_name": "time of travel of the water", "units": "h"},
    "reach_width": {"long_name": "water surface width", "units": "m"},
    "reach_depth": {"long_name": "hydraulic depth", "units": "m"},
    "reach_hydraulic_radius": {"long_name": "hydraulic radius", "units": "m"},
    "reach_bed_slope": {"long_name": "energy slope", "units": "1"},
    "reach_shear_velocity": {"long_name": "shear velocity", "units": "m s-1"},
    "reach_dispersion_coefficient": {"long_name": "longitudinal dispersion coefficient",
                                     "units": "m2 s-1"},
    "reach_storage_area_ratio": {"long_name": "storage area / flowing area", "units": "1"},
    "reach_exchange_coefficient": {"long_name": "transient-storage exchange coefficient",
                                   "units": "s-1"},
    "reach_temperature": {"long_name": "water temperature", "units": "degC"},
    # cells
    "peak_concentration_profile": {"long_name": "highest concentration in the cell", **_MG_L},
    "peak_time_profile": {"long_name": "time of the highest concentration in the cell",
                          "standard_name": "time", "units_metadata": "leap_seconds: none"},
    "concentration_field": {"long_name": "resident concentration in the cell",
                            "cell_methods": "field_time: point", **_MG_L},
    "mesh_edge_nodes": {"long_name": "index of the upstream and downstream end of the cell among "
                                     "the mesh nodes, counted from 0"},
    "mesh_node_longitude": {"standard_name": "longitude", "long_name": "longitude of cell ends",
                            "units": "degrees_east"},
    "mesh_node_latitude": {"standard_name": "latitude", "long_name": "latitude of cell ends",
                           "units": "degrees_north"},
    "mesh_edge_longitude": {"standard_name": "longitude", "long_name": "longitude of cell middles",
                            "units": "degrees_east"},
    "mesh_edge_latitude": {"standard_name": "latitude", "long_name": "latitude of cell middles",
                           "units": "degrees_north"},
    "mesh_edge_reach": {"long_name": "index of the reach of the cell, counted from 0"},
    "mesh_edge_river_km": {"long_name": "river kilometre of the cell", "units": "km"},
    "mesh_edge_distance": {"long_name": "distance of the cell along the river below the first "
                                        "release", "units": "km"},
    "mesh_edge_length": {"long_name": "length of the cell along the river", "units": "km"},
}  # fmt: skip

CURVES = ("concentration", "cumulative_mass")
LEDGER = ("released", "in_river", "in_storage", "decayed", "abstracted", "past_outlet", "error")

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
    """Return a fresh copy of the attributes of one variable."""
    return dict(ATTRIBUTES[name] if name in ATTRIBUTES else MESH_VARIABLES[name])

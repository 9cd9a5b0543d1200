"""The one table of names: symbol, unit, long name, CF standard name and scale of every output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """How a quantity is named and written outside of the program."""

    name: str
    """Name in the dataset."""
    symbol: str
    """Symbol in formulas and tables; may be empty."""
    unit: str
    """Unit in the dataset, as UDUNITS reads it; empty for text and times."""
    long_name: str
    """Words for ``long_name`` and axis labels."""
    scale: float = 1.0
    """Value in ``unit`` = SI value * scale."""
    standard_name: str = ""
    """CF standard name; empty where the CF table has none that fits."""

    @property
    def display_unit(self) -> str:
        """Unit for people, e.g. ``"mg/L"`` for ``"mg L-1"``."""
        return _DISPLAY.get(self.unit, self.unit)

    @property
    def axis_label(self) -> str:
        """Label of an axis, e.g. ``"Concentration [mg/L]"``."""
        words = self.long_name[:1].upper() + self.long_name[1:]
        return f"{words} [{self.display_unit}]" if self.display_unit else words


_DISPLAY = {
    "1": "",
    "mg L-1": "mg/L",
    "kg s-1": "kg/s",
    "m3 s-1": "m³/s",
    "m2 s-1": "m²/s",
    "kg m-2": "kg/m²",
    "kg m-1": "kg/m",
    "m2": "m²",
    "m3": "m³",
    "m s-1": "m/s",
    "s-1": "1/s",
    "d-1": "1/d",
    "degC": "°C",
    "degrees_north": "°N",
    "degrees_east": "°E",
}

_HOUR = 1 / 3600
_KM = 1e-3
_MG_PER_LITRE = 1e3

_ALL = (
    # Coordinates
    Variable("time", "t", "", "time", standard_name="time"),
    Variable("ledger_time", "t", "", "time of the mass ledger", standard_name="time"),
    Variable("field_time", "t", "", "time of the concentration field", standard_name="time"),
    Variable("station", "", "", "name of the station"),
    Variable("substance", "", "", "name of the substance"),
    Variable("latitude", "", "degrees_north", "latitude", standard_name="latitude"),
    Variable("longitude", "", "degrees_east", "longitude", standard_name="longitude"),
    # At stations over time
    Variable("concentration", "C", "mg L-1", "concentration", _MG_PER_LITRE),
    Variable("dissolved_concentration", "", "mg L-1", "dissolved concentration", _MG_PER_LITRE),
    Variable("suspended_concentration", "", "mg L-1", "suspended concentration", _MG_PER_LITRE),
    Variable("species_concentration", "", "mg L-1", "concentration of a species", _MG_PER_LITRE),
    Variable("cumulative_mass", "M", "kg", "mass that has passed the station"),
    Variable("achieved_error", "", "1", "numerical error achieved, as a share of the curve's area"),
    Variable(
        "discharge_over_time",
        "Q",
        "m3 s-1",
        "discharge at the station",
        standard_name="water_volume_transport_in_river_channel",
    ),
    Variable("mass_flux", "W", "kg s-1", "mass passing the station per time"),
    # Mass ledger
    Variable("mass_released", "", "kg", "mass released"),
    Variable("mass_in_river", "", "kg", "mass in the flowing water"),
    Variable("mass_in_storage", "", "kg", "mass in transient storage"),
    Variable("mass_gained", "", "kg", "mass made of other constituents"),
    Variable("mass_dissolved", "", "kg", "dissolved mass in the flowing water"),
    Variable("mass_suspended", "", "kg", "mass suspended in the flowing water"),
    Variable("mass_on_bed", "", "kg", "mass on the bed"),
    Variable("mass_volatilised", "", "kg", "mass lost to the air"),
    Variable("mass_transformed", "", "kg", "mass turned into other constituents"),
    Variable("mass_stranded", "", "kg", "mass stranded on the banks"),
    Variable("mass_decayed", "", "kg", "mass decayed"),
    Variable("mass_abstracted", "", "kg", "mass abstracted"),
    Variable("mass_past_outlet", "", "kg", "mass past the outlet"),
    Variable("mass_error", "", "kg", "mass the ledger does not account for"),
    # By country at the end of the run
    Variable("country", "", "", "country"),
    Variable("compartment", "", "", "what the mass is left as, or lost by"),
    Variable("mass_left", "", "kg", "mass left or lost in the country by the end of the run"),
    # Water ledger, where the flow varies
    Variable("water_entered", "", "m3", "water that entered from outside"),
    Variable("water_left", "", "m3", "water past the outlets"),
    Variable("water_abstracted", "", "m3", "water abstracted"),
    Variable("water_stored", "", "m3", "water in the river"),
    Variable("water_error", "", "m3", "water the ledger does not account for"),
    # Stations
    Variable("station_kind", "", "", "station or border"),
    Variable("river", "", "", "river"),
    Variable("river_km", "", "km", "river kilometre, falling downstream", _KM),
    Variable("from_country", "", "", "country upstream of the border"),
    Variable("to_country", "", "", "country downstream of the border"),
    Variable("distance", "x", "km", "distance below the first release", _KM),
    Variable(
        "discharge",
        "Q",
        "m3 s-1",
        "discharge",
        standard_name="water_volume_transport_in_river_channel",
    ),
    Variable("velocity", "U", "m s-1", "mean flow velocity"),
    Variable("travel_time", "", "h", "time of travel of the water", _HOUR),
    # Metrics
    Variable("arrival_time", "", "", "first time above the arrival threshold"),
    Variable("arrival_threshold", "", "mg L-1", "arrival threshold", _MG_PER_LITRE),
    Variable("peak_concentration", "", "mg L-1", "peak concentration", _MG_PER_LITRE),
    Variable("peak_time", "", "", "time of the peak concentration"),
    Variable("end_time", "", "", "last time above the arrival threshold"),
    Variable("passage_duration", "", "h", "duration of the passage", _HOUR),
    # The check by Jobson (1996)
    Variable("jobson_scope", "", "", "what the relations of Jobson (1996) can be applied to"),
    Variable("jobson_earliest_arrival", "", "", "earliest plausible leading edge"),
    Variable("jobson_discharge_ratio", "", "1", "discharge / mean annual discharge"),
    Variable("release_centre_time", "", "", "centre in time of the release upstream"),
    Variable("release_duration", "", "h", "duration of the release upstream", _HOUR),
    Variable("leading_edge_time", "", "", "first rise to 10 % of the peak"),
    Variable("unit_peak_concentration", "", "s-1", "peak times discharge / mass passed"),
    Variable("jobson_unit_peak", "", "s-1", "unit peak concentration by Jobson (1996)"),
    Variable("jobson_check", "", "", "outcome of the check by Jobson (1996)"),
    Variable("jobson_reason", "", "", "reason for that outcome"),
    Variable("limit_name", "", "", "name of the limit"),
    Variable("limit_substance", "", "", "substance of the limit"),
    Variable("constituent_kind", "", "", "substance or solids"),
    Variable("limit_of", "", "", "part of the substance of the limit"),
    Variable("limit_value", "", "mg L-1", "limit", _MG_PER_LITRE),
    Variable("time_above_limit", "", "h", "time above the limit", _HOUR),
    Variable("first_exceedance", "", "", "first time above the limit"),
    Variable("mass_passed", "", "kg", "mass that passed the station"),
    # Along the river
    Variable("peak_concentration_profile", "", "mg L-1", "peak concentration", _MG_PER_LITRE),
    Variable("peak_time_profile", "", "", "time of the peak concentration"),
    Variable("bed_mass_profile", "", "kg m-2", "mass on the bed"),
    Variable("bed_mass_field", "", "kg m-2", "mass on the bed"),
    Variable("concentration_field", "C", "mg L-1", "concentration", _MG_PER_LITRE),
    # Reaches
    Variable("reach_id", "", "", "id of the reach"),
    Variable("reach_length", "", "km", "length of the reach", _KM),
    Variable("discharge_head", "Q", "m3 s-1", "discharge at the head of the reach",
             standard_name="water_volume_transport_in_river_channel"),
    Variable("discharge_foot", "Q", "m3 s-1", "discharge at the foot of the reach",
             standard_name="water_volume_transport_in_river_channel"),
    Variable("lateral_inflow", "q", "m2 s-1", "net lateral inflow per length"),
    Variable("cross_section_area", "A", "m2", "flowing cross-section area"),
    Variable("width", "W", "m", "water surface width"),
    Variable("depth", "H", "m", "hydraulic depth"),
    Variable("hydraulic_radius", "R", "m", "hydraulic radius"),
    Variable("bed_slope", "S", "1", "slope of the energy line"),
    Variable("shear_velocity", "u*", "m s-1", "shear velocity"),
    Variable("dispersion_coefficient", "D", "m2 s-1", "longitudinal dispersion coefficient"),
    Variable("storage_area_ratio", "", "1", "storage area / flowing area"),
    Variable("exchange_coefficient", "", "s-1", "transient-storage exchange coefficient"),
    Variable("temperature", "T", "degC", "water temperature"),
    Variable("decay_rate", "k", "d-1", "first-order decay rate", 86_400.0),
    Variable("gas_exchange_rate", "", "d-1", "first-order loss rate to the air", 86_400.0),
)  # fmt: skip

VARIABLES: Mapping[str, Variable] = {variable.name: variable for variable in _ALL}
"""Name in the dataset -> names, unit and scale."""

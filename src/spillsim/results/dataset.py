"""The run as an xarray dataset with names, units and origin.

Layout (S stations, T times, N substances, L limits, R reaches, K cells, F field times)::

    concentration, cumulative_mass          (station, substance, time)
    dissolved_, suspended_concentration     (station, substance, time)  where there are such parts
    mass_*  (the ledger)                    (substance, ledger_time)
    mass_left                               (country, compartment, substance)
    country_mass_*                          (country, substance)
    discharge_over_time                     (station, time)      where the flow varies
    water_* (the ledger of water)           (ledger_time)        where the flow varies
    station_kind, river, discharge, ...     (station)
    limit_name, limit_value, ...            (limit)
    reach_*                                 (reach)
    peak_concentration_profile, ...         (substance, mesh_edge)
    concentration_field                     (substance, field_time, mesh_edge)

``time`` stands last among a station's dimensions because a breakthrough curve is what is read and
compressed as one piece. Station, substance and limit names are text labels; on disk they are
character arrays (see ``files``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import Notice
from ..outcome import PARTS
from . import provenance
from .account import account_variables
from .contracts import Array, ModelLike, RunLike, constituents
from .conventions import FATES, KG_M3_TO_MG_L, LEDGER, TYPICAL, WATER, attributes
from .instants import METRES_PER_KM, SECONDS_PER_DAY, SECONDS_PER_HOUR, instants, utc
from .jobson import jobson_variables
from .mesh import cell_variables


def to_dataset(model: ModelLike, run: RunLike) -> xr.Dataset:
    """Return everything a run found, with names, units, attributes and origin.

    Concentrations become mg/L, distances km, spans of time h, instants ``datetime64`` (UTC).
    Values that are not known are NaN, an empty text or NaT; a coordinate that no station has is
    left out. Metrics are not here: ``analysis.add_metrics`` adds them.
    """
    dataset = xr.Dataset()
    start = utc(model.scenario.case.start)
    names = [constituent.name for constituent in constituents(model.scenario)]
    dataset = dataset.assign_coords(
        time=_variable("time", ("time",), instants(start, run.output_time)),
        station=_variable("station", ("station",), _text(p.name for p in model.stations)),
        substance=_variable("substance", ("substance",), _text(names)),
    )
    curve = ("station", "substance", "time")
    swap = (1, 0, 2)
    dataset["concentration"] = _variable(
        "concentration", curve, run.concentration.transpose(swap) * KG_M3_TO_MG_L
    )
    for part in PARTS:
        if part in run.parts:
            values = run.parts[part].transpose(swap) * KG_M3_TO_MG_L
            name = f"{part}_concentration"
            dataset[name] = _variable(name, curve, values)
    if run.species is not None:
        dataset = dataset.merge(_species(model.scenario, run.species))
    dataset["cumulative_mass"] = _variable(
        "cumulative_mass", curve, run.cumulative_mass.transpose(swap)
    )
    if run.achieved_error is not None:
        dataset["achieved_error"] = _achieved(model, run, run.achieved_error)
        dataset["concentration"].attrs["ancillary_variables"] = "achieved_error"
    dataset = dataset.merge(_ledger(model, run, start))
    dataset = dataset.merge(_stations(model)).merge(_substances(model.scenario))
    dataset = dataset.merge(_limits(model.scenario)).merge(_reaches(model))
    dataset = _with_water(dataset, run).merge(jobson_variables(model, start))
    cells, notices = cell_variables(model, run, start)
    account, doubts = account_variables(model, run)
    dataset = dataset.merge(cells).merge(account)
    dataset.attrs = provenance.global_attributes(model, run)
    if notices or doubts or run.notices:
        every: list[Notice] = [*run.notices, *model.notices, *notices, *doubts]
        dataset.attrs["notices"] = provenance.notices_text(every)
    return _with_coordinates(dataset)


def _variable(name: str, dims: tuple[str, ...], values: Any) -> xr.Variable:
    return xr.Variable(dims, values, attributes(name))


def _ledger(model: ModelLike, run: RunLike, start: np.datetime64) -> xr.Dataset:
    """Return where the mass is; parts that nothing can be in are left out.

    The ledger is drawn up at the ends of steps, where the mass in the river is known exactly.
    """
    time = ("ledger_time",)
    found = xr.Dataset({"ledger_time": _variable("ledger_time", time, instants(
        start, run.ledger.time))})  # fmt: skip
    names = [*LEDGER[:-1], *_fates(model.scenario, run)]
    for part in [*names, *(PARTS if run.parts else ()), LEDGER[-1]]:
        values = getattr(run.ledger, part)
        found[f"mass_{part}"] = _variable(f"mass_{part}", ("substance", "ledger_time"), values)
    came = [f"mass_{part}" for part in names if part in ("released", "gained")]
    gone = [f"mass_{part}" for part in names if part not in ("released", "gained")]
    found["mass_error"].attrs["comment"] = f"{' + '.join(came)} - ({' + '.join(gone)})"
    return found


def _fates(scenario: Any, run: RunLike) -> list[str]:
    """Return the parts of the ledger that the constituents can be in, or are."""
    can = set()
    if getattr(scenario, "reactions", ()):
        can |= {"gained", "transformed"}
    if getattr(scenario, "solids", ()):
        can.add("on_bed")
    return [part for part in FATES if part in can or np.any(getattr(run.ledger, part))]


def _species(scenario: Any, curves: Array) -> xr.Dataset:
    """Return the curve of every species, with the substance that it is a form of."""
    owners = [(own.name, one.name) for own in scenario.substances for one in own.species]
    labels = _text(f"{owner}: {name}" for owner, name in owners)
    dims = ("station", "species", "time")
    found = xr.Dataset({
        "species_concentration": _variable(
            "species_concentration", dims, curves.transpose(1, 0, 2) * KG_M3_TO_MG_L
        ),
        "species_substance": _variable(
            "species_substance", ("species",), _text(owner for owner, _ in owners)
        ),
    })  # fmt: skip
    return found.assign_coords(species=_variable("species", ("species",), labels))


def _achieved(model: ModelLike, run: RunLike, error: Array) -> xr.Variable:
    """Return the error of every curve, with what was asked for and how it was measured."""
    found = _variable("achieved_error", ("station", "substance"), error.T)
    found.attrs["error_asked_for"] = float(model.scenario.numerics.error)
    found.attrs["measured_by"] = run.achieved_by
    found.attrs["comment"] = (
        "Sum of |C - C_exact| over the output times over the sum of C_exact, measured as: "
        f"{run.achieved_by}. Missing where nothing passes."
    )
    return found


def _with_water(dataset: xr.Dataset, run: RunLike) -> xr.Dataset:
    """Add discharges over time and the water ledger where the flow varies.

    Then what is known of stations and reaches once is said to hold at the typical flow.
    """
    if run.discharge is not None:
        dataset["discharge_over_time"] = _variable(
            "discharge_over_time", ("station", "time"), run.discharge
        )
        once = [f"reach_{name}" for name in _REACH_QUANTITIES if name not in _WITHOUT_FLOW]
        for name in ("discharge", "velocity", "travel_time", *once):
            dataset[name].attrs["comment"] = TYPICAL
    if run.water is not None:
        for part in WATER:
            dataset[f"water_{part}"] = _variable(
                f"water_{part}", ("ledger_time",), getattr(run.water, part)
            )
    return dataset


def _text(values: Any) -> NDArray[Any]:
    return np.array([str(value) for value in values], dtype=np.str_)


def _stations(model: ModelLike) -> xr.Dataset:
    """Return what is known of every station; longitude and latitude only where some are known."""
    places = model.stations

    def numbers(name: str, scale: float = 1.0) -> Array:
        return np.array([float(getattr(place, name)) for place in places]) / scale

    columns: dict[str, Any] = {
        "station_kind": _text(place.kind for place in places),
        "river": _text(place.river for place in places),
        "river_km": numbers("river_km", METRES_PER_KM),
        "from_country": _text(place.from_country or "" for place in places),
        "to_country": _text(place.to_country or "" for place in places),
        "distance": numbers("distance", METRES_PER_KM),
        "discharge": numbers("discharge"),
        "velocity": numbers("velocity"),
        "travel_time": numbers("travel_time", SECONDS_PER_HOUR),
    }
    found = xr.Dataset({name: _variable(name, ("station",), v) for name, v in columns.items()})
    for name in ("longitude", "latitude"):
        values = numbers(name)
        if np.isfinite(values).any():
            found = found.assign_coords({name: _variable(name, ("station",), values)})
    return found


def _substances(scenario: Any) -> xr.Dataset:
    """Return what is known of every constituent; rates that solids do not have are NaN."""
    rows = constituents(scenario)
    threshold = [getattr(row, "arrival_threshold", None) for row in rows]

    def rates(name: str) -> Array:
        lacking = [np.nan if _kind(row) == "solids" else 0.0 for row in rows]
        found = [getattr(row, name, other) for row, other in zip(rows, lacking, strict=True)]
        return np.array(found, dtype=np.float64) * SECONDS_PER_DAY

    columns = {
        "constituent_kind": _text(map(_kind, rows)),
        "decay_rate": rates("decay_rate"),
        "gas_exchange_rate": rates("gas_exchange_rate"),
        "stated_arrival_threshold": np.array(
            [np.nan if value is None else value * KG_M3_TO_MG_L for value in threshold]
        ),
    }
    return xr.Dataset({name: _variable(name, ("substance",), v) for name, v in columns.items()})


def _kind(constituent: Any) -> str:
    return str(getattr(constituent, "kind", "substance"))


def _limits(scenario: Any) -> xr.Dataset:
    """Return one entry per limit of any constituent; nothing at all when there is none.

    A dimension of length zero would become an unlimited one in netCDF.
    """
    rows = [(one, limit) for one in constituents(scenario) for limit in one.limits]
    if not rows:
        return xr.Dataset()
    columns = {
        "limit_name": _text(limit.name for _, limit in rows),
        "limit_substance": _text(substance.name for substance, _ in rows),
        "limit_of": _text(getattr(limit, "of", "total") for _, limit in rows),
        "limit_value": np.array([limit.value * KG_M3_TO_MG_L for _, limit in rows]),
        "limit_source": _text(limit.source for _, limit in rows),
    }
    return xr.Dataset({name: _variable(name, ("limit",), v) for name, v in columns.items()})


_REACH_QUANTITIES = {
    "discharge_head": 1.0, "discharge_foot": 1.0, "lateral_inflow": 1.0,
    "cross_section_area": 1.0, "velocity": 1.0, "travel_time": SECONDS_PER_HOUR,
    "width": 1.0, "depth": 1.0, "hydraulic_radius": 1.0, "bed_slope": 1.0,
    "shear_velocity": 1.0, "dispersion_coefficient": 1.0, "storage_area_ratio": 1.0,
    "exchange_coefficient": 1.0, "temperature": 1.0,
}  # fmt: skip

_WITHOUT_FLOW = ("storage_area_ratio", "exchange_coefficient", "temperature")


def _reaches(model: ModelLike) -> xr.Dataset:
    """Return the hydraulics of every reach, each with how it was obtained where that is known."""
    flow = model.flow
    dims = ("reach",)
    found = {
        "reach_id": _variable("reach_id", dims, _text(model.network.reach_id)),
        "reach_river": _variable(
            "reach_river", dims, _text(reach.river for reach in model.scenario.reaches)
        ),
        "reach_length": _variable("reach_length", dims, model.network.reach_length / METRES_PER_KM),
    }
    for quantity, scale in _REACH_QUANTITIES.items():
        name = f"reach_{quantity}"
        found[name] = _variable(name, dims, getattr(flow, quantity) / scale)
        what = found[name].attrs["long_name"]
        related = []
        if quantity in flow.method:
            text = {"long_name": f"how the {what} was obtained"}
            found[f"{name}_method"] = xr.Variable(dims, _text(flow.method[quantity]), text)
            related.append(f"{name}_method")
        if quantity in flow.estimated:
            flag = {
                "long_name": f"whether the {what} is an estimate",
                "flag_values": np.array([0, 1], dtype=np.int8),
                "flag_meanings": "given estimated",
            }
            values = np.asarray(flow.estimated[quantity], dtype=np.int8)
            found[f"{name}_estimated"] = xr.Variable(dims, values, flag)
            related.append(f"{name}_estimated")
        if related:
            found[name].attrs["ancillary_variables"] = " ".join(related)
    cover = getattr(flow, "ice_cover", None)
    if cover is not None:
        flag = {
            "long_name": "whether the reach lies under ice",
            "flag_values": np.array([0, 1], dtype=np.int8),
            "flag_meanings": "open under_ice",
        }
        found["reach_ice_cover"] = xr.Variable(dims, np.asarray(cover, dtype=np.int8), flag)
    return xr.Dataset(found)


def _with_coordinates(dataset: xr.Dataset) -> xr.Dataset:
    """Make labels coordinates, so that they travel with every selection."""
    labels = [
        "station_kind", "river", "from_country", "to_country", "constituent_kind", "country",
        "compartment", "reach_id", "reach_river", "mesh_edge_longitude", "mesh_edge_latitude",
    ]  # fmt: skip
    return dataset.set_coords([name for name in labels if name in dataset])

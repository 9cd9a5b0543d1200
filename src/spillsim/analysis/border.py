"""The tables people ask for: one row per station (or border) and substance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import xarray as xr

from .metrics import add_metrics
from .passage import STATUS
from .reading import first_release, local


@dataclass(frozen=True, slots=True)
class PassageRow:
    """What passed one place; times are None and numbers NaN where there is nothing to tell."""

    station: str
    kind: str
    """``"station"`` or ``"border"``."""
    river: str
    from_country: str
    to_country: str
    distance: float
    """Below the first release, along the river [km]."""
    substance: str
    arrival: dt.datetime | None
    """In the time zone of the case."""
    arrival_after_release: float
    """From the start of the first release [h]."""
    peak_concentration: float
    """[mg/L]"""
    peak: dt.datetime | None
    end: dt.datetime | None
    passage_duration: float
    """[h]"""
    status: str
    """One of ``passage.STATUS``."""
    arrival_threshold: float
    """[mg/L]"""
    limit_name: str
    """The strictest limit of the substance, with "(dissolved)" where it is set for that part;
    empty when it has none."""
    hours_over_limit: float
    """Time above that limit [h]."""
    load: float
    """Mass that passed in the run [kg]."""
    achieved_error: float
    """Numerical error of the curve over the area under it, as measured [-]."""


def border_table(dataset: xr.Dataset) -> list[PassageRow]:
    """Return a row for every border and substance, in the order of the dataset."""
    return [row for row in station_table(dataset) if row.kind == "border"]


def station_table(dataset: xr.Dataset) -> list[PassageRow]:
    """Return a row for every station or border and substance; adds metrics when missing."""
    whole = dataset if "arrival_time" in dataset else add_metrics(dataset)
    shape = (whole.sizes["station"], whole.sizes["substance"])
    return [_row(whole, *place) for place in np.ndindex(shape)]


def _row(dataset: xr.Dataset, station: int, substance: int) -> PassageRow:
    def at(name: str) -> float:
        return float(dataset[name].values[station, substance])

    def text(name: str) -> str:
        return str(dataset[name].values[station])

    def moment(name: str) -> dt.datetime | None:
        return local(dataset, dataset[name].values[station, substance])

    name = str(dataset["substance"].values[substance])
    arrival = moment("arrival_time")
    after = np.nan
    if arrival is not None:
        after = (arrival - first_release(dataset)).total_seconds() / 3600.0
    limit_name, hours = _strictest(dataset, station, name)
    return PassageRow(
        station=text("station"), kind=text("station_kind"), river=text("river"),
        from_country=text("from_country"), to_country=text("to_country"),
        distance=float(dataset["distance"].values[station]), substance=name,
        arrival=arrival, arrival_after_release=after,
        peak_concentration=at("peak_concentration"), peak=moment("peak_time"),
        end=moment("end_time"), passage_duration=at("passage_duration"),
        status=STATUS[int(at("passage_status"))], arrival_threshold=at("arrival_threshold"),
        limit_name=limit_name, hours_over_limit=hours, load=at("mass_passed"),
        achieved_error=at("achieved_error") if "achieved_error" in dataset else np.nan,
    )  # fmt: skip


def _strictest(dataset: xr.Dataset, station: int, substance: str) -> tuple[str, float]:
    if "limit_value" not in dataset:
        return "", np.nan
    own = np.flatnonzero(dataset["limit_substance"].values == substance)
    if not own.size:
        return "", np.nan
    lowest = own[np.argmin(dataset["limit_value"].values[own])]
    hours = float(dataset["time_above_limit"].values[station, lowest])
    told = str(dataset["limit_name"].values[lowest])
    if "limit_of" in dataset and str(dataset["limit_of"].values[lowest]) == "dissolved":
        told += " (dissolved)"
    return told, hours

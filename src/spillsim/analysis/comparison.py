"""Runs side by side: what the borders see of each regime or measure. Reads datasets only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from .border import PassageRow, station_table
from .reading import SECONDS_PER_HOUR, first_release

AS_WRITTEN = "as written"
"""Label of a run of a file without regime and measure."""


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """What one place sees of one substance in one run.

    Times are None and numbers NaN where there is nothing to tell.
    """

    run: str
    """Label of the run: its regime and measure, ``"as written"`` without."""
    title: str
    """Their titles; empty when they have none."""
    station: str
    kind: str
    """``"station"`` or ``"border"``."""
    river: str
    from_country: str
    to_country: str
    distance: float
    """Below the first release, along the river [km]."""
    substance: str
    discharge: float
    """Of the river at the place [m3/s]."""
    arrival: dt.datetime | None
    """First time above the threshold, in the time zone of the case."""
    arrival_after_release: float
    """From the start of the first release [h]."""
    peak_concentration: float
    """[mg/L]"""
    peak: dt.datetime | None
    peak_after_release: float
    """[h]"""
    hours_over_limit: float
    """Time above the strictest limit [h]."""
    load: float
    """Mass that passed in the run [kg]."""
    limit_name: str
    """The strictest limit of the substance; empty when it has none."""
    limit: float
    """[mg/L]"""
    arrival_threshold: float
    """[mg/L]"""
    threshold_basis: str
    """Where that comes from."""
    status: str
    """One of ``passage.STATUS``."""
    achieved_error: float
    """Numerical error of the curve over the area under it, as measured [-]."""


def label_of(dataset: xr.Dataset) -> str:
    """Return the label of a run: ``"low"``, ``"low, dilution"`` or ``"as written"``."""
    names = [str(dataset.attrs.get(kind, "")) for kind in ("regime", "measure")]
    return ", ".join(filter(None, names)) or AS_WRITTEN


def title_of(dataset: xr.Dataset) -> str:
    """Return the titles of the regime and measure of a run; empty when they have none."""
    names = [str(dataset.attrs.get(f"{kind}_title", "")) for kind in ("regime", "measure")]
    return "; ".join(filter(None, names))


def compare(
    datasets: Sequence[xr.Dataset],
    labels: Sequence[str] | None = None,
    *,
    stations: bool = False,
) -> list[ComparisonRow]:
    """Return a row for every place, substance and run, in this order of sorting.

    Parameters
    ----------
    datasets : results of runs; metrics are added where they are missing
    labels : one for each run; default: its regime and measure
    stations : stations as well as borders; without any border stations are told in any case

    Raises
    ------
    SpillsimError
        There is no run, the labels are not as many, or two runs have the same label.
    """
    if not datasets:
        raise SpillsimError("there is no run to compare.")
    named = [label_of(dataset) for dataset in datasets] if labels is None else list(labels)
    if len(named) != len(datasets):
        raise SpillsimError(f"{len(datasets)} runs need as many labels, not {len(named)}.")
    twice = [label for number, label in enumerate(named) if label in named[:number]]
    if twice:
        raise SpillsimError(f"two runs are called {twice[0]!r}: give a label to each.")
    rows = [
        row for dataset, label in zip(datasets, named, strict=True) for row in _rows(dataset, label)
    ]
    if not stations and any(row.kind == "border" for row in rows):
        rows = [row for row in rows if row.kind == "border"]
    places = list(dict.fromkeys(row.station for row in rows))
    far = {place: min(r.distance for r in rows if r.station == place) for place in places}
    places.sort(key=lambda place: (np.isnan(far[place]), far[place]))
    order = {
        "station": {place: number for number, place in enumerate(places)},
        "substance": {s: n for n, s in enumerate(dict.fromkeys(row.substance for row in rows))},
    }
    rows.sort(key=lambda r: (order["station"][r.station], order["substance"][r.substance]))
    return rows


def _rows(dataset: xr.Dataset, label: str) -> Iterator[ComparisonRow]:
    released, title = first_release(dataset), title_of(dataset)
    stations = [str(name) for name in dataset["station"].values]
    substances = [str(name) for name in dataset["substance"].values]
    known = station_table(dataset)
    for row in known:
        station, substance = stations.index(row.station), substances.index(row.substance)
        after = np.nan
        is_seen = row.peak is not None and row.peak_concentration > 0.0
        if row.peak is not None and is_seen:
            after = (row.peak - released).total_seconds() / SECONDS_PER_HOUR
        basis = ""
        if "arrival_threshold_basis" in dataset:
            basis = str(dataset["arrival_threshold_basis"].values[station, substance])
        yield ComparisonRow(
            run=label, title=title, station=row.station, kind=row.kind, river=row.river,
            from_country=row.from_country, to_country=row.to_country, distance=row.distance,
            substance=row.substance, discharge=float(dataset["discharge"].values[station]),
            arrival=row.arrival, arrival_after_release=row.arrival_after_release,
            peak_concentration=row.peak_concentration, peak=row.peak if is_seen else None,
            peak_after_release=after, hours_over_limit=row.hours_over_limit, load=row.load,
            limit_name=row.limit_name, limit=_limit(dataset, row),
            arrival_threshold=row.arrival_threshold, threshold_basis=basis, status=row.status,
            achieved_error=row.achieved_error,
        )  # fmt: skip


def _limit(dataset: xr.Dataset, row: PassageRow) -> float:
    """Value of the strictest limit of a substance [mg/L]."""
    if not row.limit_name:
        return np.nan
    own = dataset["limit_substance"].values == row.substance
    return float(dataset["limit_value"].values[own].min())


_HEAD = (
    "run", "title", "station", "kind", "river", "from", "to", "distance [km]", "substance",
    "discharge [m3/s]", "arrival", "arrival_after_release [h]", "peak [mg/L]", "peak_time",
    "peak_after_release [h]", "over_limit [h]", "load [kg]", "limit_name", "limit [mg/L]",
    "arrival_threshold [mg/L]", "threshold_basis", "status", "achieved_error",
)  # fmt: skip


def csv_head() -> tuple[str, ...]:
    """The names of the columns of a CSV table."""
    return _HEAD


def csv_cells(row: ComparisonRow) -> tuple[str, ...]:
    """The cells of a row; empty where there is nothing to tell."""
    return tuple(cell(getattr(row, name)) for name in row.__slots__)


def csv_lines(rows: Sequence[ComparisonRow]) -> Iterator[str]:
    """Return the lines of a CSV table of the rows; empty where there is nothing to tell."""
    yield ",".join(_HEAD)
    for row in rows:
        yield ",".join(csv_cells(row))


def cell(value: object) -> str:
    """Return a value as it stands in a CSV table."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6g}"
    text = str(value)
    if any(c in text for c in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text

"""What figures need of a dataset, as plain arrays and texts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import SpillsimError
from ..network.faults import nearest

Array = NDArray[np.float64]
_PARTS_APART = 1e-3
"""Share of the peak from which a curve and its dissolved part are two lines."""
_DAY = np.timedelta64(86_400_000_000_000, "ns")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the substance [mg/L]."""

    name: str
    value: float
    of: str = "total"
    """What it is set for: ``"total"`` or ``"dissolved"``."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One station or border; times in days since the first release, NaN where there is none."""

    name: str
    river: str
    distance: float
    """Below the first release [km]; NaN when not downstream of it."""
    from_country: str
    to_country: str
    concentration: Array
    """(T,) [mg/L]"""
    arrival: float
    arrival_threshold: float
    """[mg/L]"""
    peak: float
    """[mg/L]"""
    peak_time: float
    end: float
    dissolved: Array | None = None
    """(T,) the dissolved part, where another is suspended [mg/L]."""

    @property
    def is_border(self) -> bool:
        """Whether the place is a border between two countries."""
        return bool(self.from_country or self.to_country)

    @property
    def label(self) -> str:
        """Name, with the countries of a border unless the name tells them already."""
        told = self.from_country in self.name and self.to_country in self.name
        if not self.is_border or told:
            return self.name
        return f"{self.name} ({self.from_country or '?'} → {self.to_country or '?'})"

    @property
    def is_reached(self) -> bool:
        """Whether any of the substance comes here within the run."""
        return self.peak > 0.0


def substance_name(dataset: xr.Dataset, wanted: str | None) -> str:
    """Return the name of the substance to draw: the wanted one, else the first.

    Raises
    ------
    SpillsimError
        The dataset does not hold it; names the nearest.
    """
    names = [str(name) for name in dataset["substance"].values]
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise SpillsimError(unknown("substance", wanted, names))
    return wanted


def station_indices(dataset: xr.Dataset, wanted: Sequence[str] | None) -> list[int]:
    """Return the stations to draw, in the order of the flow; all when none is named.

    Raises
    ------
    SpillsimError
        The dataset does not hold one of them; names the nearest.
    """
    names = [str(name) for name in dataset["station"].values]
    chosen = list(range(len(names)))
    if wanted is not None:
        wrong = [name for name in wanted if name not in names]
        if wrong:
            raise SpillsimError("\n".join(unknown("station", name, names) for name in wrong))
        chosen = sorted({names.index(name) for name in wanted})
    if not chosen:
        raise SpillsimError("there is no station or border to draw.")
    distance = dataset["distance"].values
    return sorted(chosen, key=lambda s: (not np.isfinite(distance[s]), distance[s]))


def unknown(kind: str, name: str, names: Sequence[str]) -> str:
    """Return what is said of a name that the result does not hold."""
    few = ", ".join(f'"{known}"' for known in names[:12]) + (", ..." if len(names) > 12 else "")
    hint = nearest(name, names)
    return f'there is no {kind} "{name}" in the result. {hint or f"It holds {few}."}'


def curve(dataset: xr.Dataset, station: int, substance: str) -> Curve:
    """Return what is known of one place; metrics that the dataset lacks are NaN."""
    here = dataset.isel(station=station).sel(substance=substance)

    def value(name: str) -> float:
        return float(here[name].values) if name in here else np.nan

    def days(name: str) -> float:
        return float(since_release(dataset, here[name].values)) if name in here else np.nan

    concentration = np.asarray(here["concentration"].values, dtype=np.float64)
    return Curve(
        name=str(here["station"].values),
        river=str(here["river"].values),
        distance=value("distance"),
        from_country=str(here["from_country"].values),
        to_country=str(here["to_country"].values),
        concentration=concentration,
        arrival=days("arrival_time"),
        arrival_threshold=value("arrival_threshold"),
        peak=value("peak_concentration") if "peak_concentration" in here
        else float(concentration.max()),
        peak_time=days("peak_time"),
        end=days("end_time"),
        dissolved=_dissolved(here, concentration),
    )  # fmt: skip


def _dissolved(here: xr.Dataset, concentration: Array) -> Array | None:
    """Return the dissolved part of a curve; None where there is none, or nothing else."""
    if "dissolved_concentration" not in here:
        return None
    found = np.asarray(here["dissolved_concentration"].values, dtype=np.float64)
    peak = float(concentration.max(initial=0.0))
    apart = float(np.abs(concentration - found).max(initial=0.0)) > _PARTS_APART * peak
    return found if apart and float(found.max(initial=0.0)) > 0.0 else None


def limits(dataset: xr.Dataset, substance: str) -> list[Limit]:
    """Return the limits of a substance, the highest first."""
    if "limit_value" not in dataset:
        return []
    own = np.flatnonzero(dataset["limit_substance"].values == substance)
    of = dataset["limit_of"].values if "limit_of" in dataset else None
    found = [
        Limit(
            str(dataset["limit_name"].values[i]),
            float(dataset["limit_value"].values[i]),
            "total" if of is None else str(of[i]),
        )
        for i in own
    ]
    return sorted(found, key=lambda limit: -limit.value)


def release(dataset: xr.Dataset) -> dt.datetime:
    """Return the start of the first release on the local clock of the case."""
    return dt.datetime.fromisoformat(dataset.attrs["first_release"])


def since_release(dataset: xr.Dataset, moments: NDArray[np.datetime64]) -> Array:
    """Return instants (UTC) in days since the first release; NaT becomes NaN."""
    utc = release(dataset).astimezone(dt.UTC).replace(tzinfo=None)
    return np.asarray((moments - np.datetime64(utc, "ns")) / _DAY, dtype=np.float64)


def title(dataset: xr.Dataset) -> str:
    """Return the title of a run, with that (or the name) of its regime and measure."""
    parts = [str(dataset.attrs.get("title", ""))]
    for kind in ("regime", "measure"):
        name = str(dataset.attrs.get(kind, ""))
        parts.append(str(dataset.attrs.get(f"{kind}_title", name)))
    return " · ".join(filter(None, parts))


def source_line(dataset: xr.Dataset) -> str:
    """Return where the numbers come from: program, version, hash of the scenario."""
    parts = [str(dataset.attrs.get("source", "spillsim"))]
    try:
        hashes = json.loads(dataset.attrs.get("input_sha256", "{}"))
    except ValueError:
        hashes = {}
    for name, digest in hashes.items():
        if name.endswith((".toml", ".json")):
            parts.append(f"{name} sha256 {str(digest)[:16]}")
            break
    history = str(dataset.attrs.get("history", ""))
    if " computed by" in history:
        parts.append(f"computed {history.split(' computed by', maxsplit=1)[0]}")
    return " · ".join(parts)

"""What figures of an ensemble need of its answers, as plain arrays and texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from .reading import (
    Array,
    Limit,
    release,
    source_line,
    station_indices,
    substance_name,
    title,
    unknown,
)

_SAMPLING = {"latin_hypercube": "Latin hypercube", "sobol": "Sobol sequence",
             "random": "plain chance", "saltelli": "Saltelli design"}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A station or border of an ensemble."""

    name: str
    number: int
    """Among the stations of the dataset."""
    distance: float
    """Below the first release as written [km]; NaN when not downstream of it."""
    is_border: bool

    @property
    def label(self) -> str:
        """Name, marked where it is a border."""
        return f"◆ {self.name}" if self.is_border else self.name


@dataclass(frozen=True)
class Answers:
    """One group of members and one substance of an ensemble."""

    dataset: xr.Dataset
    """Of the group and the substance alone."""
    substance: str
    places: tuple[Place, ...]
    limits: tuple[tuple[int, Limit], ...]
    """Number among the limits of the dataset, the highest limit first."""
    release: dt.datetime
    """As written, on the local clock."""
    title: str
    told: str
    """Members and group, for the line below the title."""
    source: str

    @property
    def names(self) -> list[str]:
        """Uncertain inputs."""
        return [str(name) for name in self.dataset["input"].values]

    def at(self, place: Place, name: str) -> Array:
        """Values of an answer at a place, in the order of its other dimensions."""
        found = self.dataset[name].isel(station=place.number).values
        return np.asarray(found, dtype=np.float64)

    def days(self, hours: Array) -> Array:
        """Hours since the start of the case as days since the release as written."""
        start = dt.datetime.fromisoformat(str(self.dataset.attrs["case_start"]))
        return (hours - (self.release - start).total_seconds() / 3600.0) / 24.0


def answers(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    group: str | None = None,
) -> Answers:
    """Read a group of members of an ensemble.

    Parameters
    ----------
    dataset : the answers of an ensemble
    stations : default: the borders; where there are none, all stations
    substance : default: the first
    group : default: all members

    Raises
    ------
    SpillsimError
        a station, substance or group that the dataset does not hold, or too few members.
    """
    name = substance_name(dataset, substance)
    groups = [str(label) for label in dataset["group"].values]
    label = groups[0] if group is None else group
    if label not in groups:
        raise SpillsimError(unknown("group of members", label, groups))
    own = dataset.isel(group=groups.index(label)).sel(substance=name)
    count = int(own["members"])
    if not bool(np.isfinite(own["arrival_chance"].values).any()):
        raise SpillsimError(f"{count} members of the group {label!r} are too few for an answer.")
    every = [_place(dataset, number) for number in station_indices(dataset, stations)]
    borders = [place for place in every if place.is_border]
    kind = str(own["group_kind"].values)
    told = f"{count:,} members"
    if kind != "all":
        told += f" given {label}" if kind == "condition" else f" · {label}"
    sampling = str(dataset.attrs.get("sampling", ""))
    drawn = f"{_SAMPLING.get(sampling, sampling)}, seed {dataset.attrs.get('seed', '?')}"
    return Answers(
        own, name, tuple(every if stations is not None or not borders else borders),
        _limits(own, name), release(dataset), title(dataset), told,
        f"{source_line(dataset)} · {drawn}",
    )  # fmt: skip


def _place(dataset: xr.Dataset, number: int) -> Place:
    here = dataset.isel(station=number)
    return Place(str(here["station"].values), number, float(here["distance"].values),
                 str(here["station_kind"].values) == "border")  # fmt: skip


def _limits(own: xr.Dataset, name: str) -> tuple[tuple[int, Limit], ...]:
    if "limit_value" not in own:
        return ()
    found = [
        (number, Limit(str(own["limit"].values[number]), float(own["limit_value"].values[number])))
        for number in np.flatnonzero(own["limit_substance"].values == name).tolist()
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1].value))

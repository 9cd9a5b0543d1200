"""Every curve held against the relations of Jobson (1996), which no part of the model knows.

H. E. Jobson (1996), USGS Water-Resources Investigations Report 96-4013: regressions through dye
studies in about 980 subreaches of about 90 rivers. Three things are asked of a curve:

- *front*: does it rise to 10 % of its peak before dye has ever come (fastest probable velocity,
  eqs 13, 15, 17, and eq. 18)? Only where drainage areas are known; computed by ``results.jobson``.
- *peak*: is the unit peak Cup = C Q / M what dye has after the same time of travel (eqs 7 and 19)?
- *leading edge*: is its share of the time to the peak that of dye (eq. 18)?

M is what passed the station, so that decay, loss and water taken out do not count. The time on
the falling limb, 2e6 / Cup, is not asked after: one hump of given mass and height has it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..formulas import LEADING_EDGE_SHARE, unit_peak_concentration
from .curves import crossings, peaks
from .reading import SECONDS_PER_HOUR, TIME, curves, instants, named, seconds

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ENVELOPE = 3.0
"""Largest factor between a curve and the relation for its peak, or for the gap between leading edge
and peak, either way. Three times the scatter of measured dye curves about eq. 19 (rms 0.15 in the
decimal logarithm; the case ``jobson_envelope`` of the validation pack)."""
SHORTEST, LONGEST = 1.0 * SECONDS_PER_HOUR, 240.0 * SECONDS_PER_HOUR
"""Times of travel of the dye curves that the envelope was measured on [s]."""
EDGE = 0.1
"""Share of the peak that counts as leading edge [-]."""
SLUG = 0.1
"""Longest release, as a share of the passage of a slug, whose leading edge is that of one [-]."""
LEAST_SAMPLES = 4
"""Samples above the edge that a curve needs before its shape is judged."""

OUTCOMES = (
    "nothing_passes", "not_compared", "front_within", "within", "front_too_early", "peak_too_high",
    "peak_too_low", "edge_too_near_peak", "edge_too_far_from_peak",
)  # fmt: skip
FLAGGED = OUTCOMES.index("front_too_early")
"""From here on an outcome is a warning."""
SUBJECT = "check by Jobson (1996)"
_SURE = ("front_too_early", "peak_too_high")
"""What curves show that are known at few times only."""

_PLACE = ("station", "substance")
_WHY = {
    "several_places": "released at several places",
    "tank_on_the_way": "a tank lies on the way",
    "settles_or_sorbs": "it settles or sorbs",
    "flow_changes": "the flow changes",
    "no_release_upstream": "no release lies upstream",
    "floats": "it floats",
    "made_of_others": "it is made of other constituents",
    "seepage": "it seeps in along a reach",
    "flow_reverses": "the flow turns round",
}


@dataclass(frozen=True)
class _Curves:
    """What the curves show, each (station, substance); times in s since the first."""

    peak: Array
    """[mg/L]"""
    peak_time: Array
    edge: Array
    """Rise to 10 % of the peak."""
    unit_peak: Array
    """[1/s]"""
    risen: Flags
    """True where the peak is over by the end of the run and was not there at its start."""
    passed: Flags
    """True where the curve has fallen to 10 % of it too, in one hump."""
    sampled: Flags
    """True where enough samples show the hump; a peak between few is higher than they are."""


@dataclass(frozen=True)
class _Relations:
    """What the relations say, each (station, substance)."""

    earliest: Array
    """[s since the first time]"""
    travel: Array
    """Of the peak, from the middle of the release [s]."""
    duration: Array
    """Of the release [s]."""
    slug: Array
    """Unit peak of a slug [1/s]."""
    unit_peak: Array
    """For a release of that duration [1/s]."""
    low: Array
    high: Array
    """Envelope of the unit peak; high is inf where the release alone limits the peak [1/s]."""


def jobson_check(dataset: xr.Dataset) -> xr.Dataset:
    """Return the outcome of the check with its reason, and the numbers that it compares.

    All over (station, substance): ``jobson_check`` (one of ``OUTCOMES``), ``jobson_reason``,
    ``leading_edge_time``, ``unit_peak_concentration``, ``jobson_unit_peak``. Empty for a dataset
    that does not hold ``jobson_scope``, as one written by an older version.
    """
    coordinates = {str(name): dataset.variables[name] for name in dataset.coords}
    kept = {name: v for name, v in coordinates.items() if set(v.dims) <= set(_PLACE)}
    found = check_variables(dataset)
    return found.assign_coords(kept) if len(found) else found


def check_variables(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``jobson_check`` without labels, which would take most of its time."""
    if "jobson_scope" not in dataset:
        return xr.Dataset()
    seen = _observe(dataset)
    said = _relate(dataset, seen)
    words = str(dataset.variables["jobson_scope"].attrs["flag_meanings"]).split()
    scope = np.array(words)[_values(dataset, "jobson_scope").astype(np.int64)]
    outcome, reason = _judge(seen, said, scope)
    known = np.isfinite(seen.unit_peak) & (scope == "whole") & (said.travel > 0.0)
    columns: dict[str, tuple[Any, dict[str, Any]]] = {
        "leading_edge_time": (instants(dataset, seen.edge), TIME),
        "unit_peak_concentration": (seen.unit_peak, {}),
        "jobson_unit_peak": (np.where(known, said.unit_peak, np.nan), {
            "comment": "After the same time to the peak, for the release's duration; the check "
            f"allows a factor of {ENVELOPE:g} for a slug."}),
        "jobson_check": (outcome, {
            "flag_values": np.arange(len(OUTCOMES), dtype=np.int8),
            "flag_meanings": " ".join(OUTCOMES),
            "ancillary_variables": "jobson_reason jobson_scope"}),
        "jobson_reason": (reason, {}),
    }  # fmt: skip
    return named(columns, _PLACE)


def _values(dataset: xr.Dataset, name: str) -> NDArray[Any]:
    """Return a variable over (station, substance); without labels, which would take most time."""
    return np.asarray(dataset.variables[name].transpose(*_PLACE).values)


def _moment(dataset: xr.Dataset, name: str) -> Array:
    """Return instants as seconds since the first time of the curves; NaT becomes nan."""
    since = _values(dataset, name) - dataset.variables["time"].values[0]
    found = np.asarray(since / np.timedelta64(1, "ns"), dtype=np.float64) * 1e-9
    return np.where(np.isnat(since), np.nan, found)


def _observe(dataset: xr.Dataset) -> _Curves:
    time, values = seconds(dataset), curves(dataset)
    peak, moment = peaks(time, values)
    level = EDGE * peak
    passed = crossings(time, values, level)
    samples = np.count_nonzero(values > level[..., None], axis=-1)
    top = np.argmax(values, axis=-1) if time.size else np.zeros(peak.shape)
    load = dataset.variables["cumulative_mass"].isel(time=-1).transpose(*_PLACE).values
    load = np.asarray(load, dtype=np.float64)
    flux = 1e-3 * peak * dataset.variables["discharge"].values[:, None]
    unit = np.divide(flux, load, out=np.full(peak.shape, np.nan), where=(load > 0.0) & (peak > 0.0))
    risen = (peak > 0.0) & (top < time.size - 1) & ~passed.above_at_start
    whole = risen & ~passed.above_at_end & (passed.spans == 1)
    return _Curves(peak, moment, passed.first, unit, risen, whole, samples >= LEAST_SAMPLES)


def _relate(dataset: xr.Dataset, seen: _Curves) -> _Relations:
    ratio = _values(dataset, "jobson_discharge_ratio")
    duration = SECONDS_PER_HOUR * _values(dataset, "release_duration")
    travel = seen.peak_time - _moment(dataset, "release_centre_time")
    safe = np.where(travel > 0.0, travel, np.nan)
    slug = 1e-6 * np.where(
        np.isnan(ratio),
        unit_peak_concentration(safe),
        unit_peak_concentration(safe, ratio, np.ones(ratio.shape)),
    )
    limited = 0.5 * ENVELOPE * slug * duration >= 1.0
    return _Relations(
        earliest=_moment(dataset, "jobson_earliest_arrival"),
        travel=travel,
        duration=duration,
        slug=slug,
        unit_peak=lasting_unit_peak(slug, duration),
        low=lasting_unit_peak(slug / ENVELOPE, duration),
        high=np.where(limited, np.inf, lasting_unit_peak(slug * ENVELOPE, duration)),
    )


def lasting_unit_peak(slug: Array, duration: Array) -> Array:
    """Unit peak of an even release from that of a slug [1/s].

    The unit response is taken as a triangle of height h and base 2 / h; its largest mean over a
    span d is h (1 - h d / 4), and 1 / d where d exceeds the base, however skew the triangle is.

    slug : (...) h [1/s]; duration : (...) d [s]
    """
    share = 0.5 * slug * duration
    longer = np.where(duration > 0.0, duration, 1.0)
    return np.where(share > 1.0, 1.0 / longer, slug * (1.0 - 0.5 * share))


def _judge(
    seen: _Curves, said: _Relations, scope: NDArray[np.str_]
) -> tuple[NDArray[np.int8], NDArray[np.str_]]:
    """Return outcome and reason of every curve."""
    outcome = np.zeros(scope.shape, dtype=np.int8)
    reasons = np.full(scope.shape, "", dtype=object)
    columns = (seen.peak_time, seen.edge, seen.unit_peak, said.earliest, said.travel,
               said.duration, said.slug, said.unit_peak, said.low, said.high)  # fmt: skip
    for place in np.ndindex(scope.shape):
        if not seen.peak[place] > 0.0:
            continue
        one = _One(*(float(column[place]) for column in columns))
        open_peak = _unjudged_peak(one, str(scope[place]), bool(seen.passed[place]))
        front = bool(seen.risen[place]) and np.isfinite(one.earliest)
        found = _faults(one, front, not open_peak)
        if not seen.sampled[place]:
            found = {kind: told for kind, told in found.items() if kind in _SURE}
            open_peak = open_peak or "too few output times show the peak"
        if found:
            outcome[place] = OUTCOMES.index(next(iter(found)))
            reasons[place] = "; ".join(found.values())
        elif not open_peak:
            outcome[place] = OUTCOMES.index("within")
        else:
            outcome[place] = OUTCOMES.index("front_within" if front else "not_compared")
            reasons[place] = f"{'front alone' if front else 'not'} compared: {open_peak}"
    return outcome, np.asarray(reasons, dtype=np.str_)


@dataclass(frozen=True)
class _One:
    """One curve and what the relations say of it."""

    peak_time: float
    edge: float
    unit_peak: float
    earliest: float
    travel: float
    duration: float
    slug: float
    expected: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """Leading edge over peak, both from the middle of the release [-]."""
        return 1.0 - (self.peak_time - self.edge) / self.travel


def _unjudged_peak(one: _One, scope: str, passed: bool) -> str:
    """Return why the peak is not compared; empty where it is."""
    if scope != "whole":
        return _WHY.get(scope, scope)
    if not passed:
        return "the run does not show one whole hump"
    if not one.travel > 0.0 or 0.5 * one.slug * one.duration > 1.0:
        return "the release lasts longer than dye takes to pass"
    if not SHORTEST <= one.travel <= LONGEST:
        hours = (SHORTEST / SECONDS_PER_HOUR, LONGEST / SECONDS_PER_HOUR)
        return f"the peak comes after less than {hours[0]:g} or more than {hours[1]:g} h"
    return ""


def _faults(one: _One, front: bool, peak: bool) -> dict[str, str]:
    """Return what lies outside the envelope, worst kind first: outcome -> reason."""
    found = {}
    if front and one.edge < one.earliest:
        ahead = (one.earliest - one.edge) / SECONDS_PER_HOUR
        found["front_too_early"] = f"front {ahead:.3g} h before the earliest plausible"
    if not peak:
        return found
    hours = one.travel / SECONDS_PER_HOUR
    ratio = one.unit_peak / one.expected
    if one.unit_peak > one.high:
        found["peak_too_high"] = f"peak {ratio:.3g} times that of dye after {hours:.3g} h"
    elif one.unit_peak < one.low:
        found["peak_too_low"] = f"peak {ratio:.2g} of that of dye after {hours:.3g} h"
    elif one.duration <= SLUG * 2.0 / one.slug:
        gap = (1.0 - one.share) / (1.0 - LEADING_EDGE_SHARE)
        told = f"leading edge at {one.share:.3g} of the time to the peak"
        if gap < 1.0 / ENVELOPE:
            found["edge_too_near_peak"] = told
        elif gap > ENVELOPE:
            found["edge_too_far_from_peak"] = told
    return found


@dataclass(frozen=True, slots=True)
class Flag:
    """Curves of one constituent that the check warns of for the same kind of reason."""

    outcome: str
    substance: str
    stations: tuple[str, ...]
    """Nearest to the release first."""
    reason: str
    """At the first of them."""

    @property
    def message(self) -> str:
        """One line."""
        more = len(self.stations) - 1
        rest = f" (and at {more} more)" if more else ""
        return f"{self.substance} at {self.stations[0]}{rest}: {self.reason}"


def flags(dataset: xr.Dataset) -> list[Flag]:
    """Return what the check warns of, grouped; empty where it was not made."""
    if "jobson_check" not in dataset:
        return []
    outcome, reason = _values(dataset, "jobson_check"), _values(dataset, "jobson_reason")
    stations, names = dataset.variables["station"].values, dataset.variables["substance"].values
    groups: dict[tuple[int, int], list[int]] = {}
    for station in np.argsort(dataset.variables["distance"].values, kind="stable").tolist():
        for substance in np.flatnonzero(outcome[station] >= FLAGGED).tolist():
            groups.setdefault((int(outcome[station, substance]), substance), []).append(station)
    return [
        Flag(
            OUTCOMES[code],
            str(names[substance]),
            tuple(str(stations[place]) for place in places),
            str(reason[places[0], substance]),
        )
        for (code, substance), places in groups.items()
    ]


def with_flags_told(dataset: xr.Dataset) -> xr.Dataset:
    """Return the dataset with the warnings of the check among its notices, each once."""
    told = json.loads(dataset.attrs.get("notices", "[]"))
    others = [notice for notice in told if notice["subject"] != SUBJECT]
    mine = [{"subject": SUBJECT, "message": flag.message} for flag in flags(dataset)]
    if told == others and not mine:
        return dataset
    return dataset.assign_attrs(notices=json.dumps([*others, *mine], ensure_ascii=False))

"""What the relations of Jobson (1996) need to know of the way from release to station.

It stands here and not beside the comparison (``analysis.jobson``) because only the model knows
releases, reaches and drainage areas; the comparison needs nothing but the dataset then, so that it
can be made again from a file.

The earliest plausible leading edge is accumulated reach by reach with the fastest probable velocity
(eqs 13, 15 and 17, exceeded by about 1 % of the dye studies) at the largest discharge of the run,
and eq. 18. A stirred tank lets some of what enters pass at once, so it counts as no way at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..formulas import (
    LEADING_EDGE_SHARE,
    peak_velocity_from_area,
    peak_velocity_with_slope,
    peak_velocity_without_slope,
)
from ..network.network import Network, Position
from .contracts import Array, ModelLike, constituents
from .conventions import FRONT_SCOPES, SCOPES, attributes
from .instants import SECONDS_PER_HOUR, instants

STEADY = 0.2
"""Largest range of a reach's discharge over its mean at which the flow counts as steady."""

_NUMBERS = (
    "jobson_earliest_arrival", "jobson_discharge_ratio", "release_centre_time", "release_duration",
)  # fmt: skip

_Rows = tuple[tuple[Position, float], ...]
"""Places and beginnings of releases."""


@dataclass(frozen=True)
class _State:
    """The fastest water of a release, somewhere below it."""

    time: float
    """Earliest leading edge [s since the start of the case]."""
    known: bool
    """False where the drainage area of a reach on the way is not known."""
    tank: bool
    """True where a tank lies on the way."""
    length: float
    """Of the way [m]."""
    weighted: float
    """Integral over the way of discharge / mean annual discharge, nan where unknown [m]."""

    def joined(self, other: _State | None) -> _State:
        """The faster of two, with the doubts of both."""
        if other is None:
            return self
        first = self if self.time <= other.time else other
        return _State(first.time, self.known and other.known, self.tank or other.tank,
                      first.length, first.weighted)  # fmt: skip


@dataclass(frozen=True)
class _Reaches:
    """What the R reaches are to the fastest water."""

    pace: list[float]
    """Time of the leading edge per length [s/m]."""
    known: list[bool]
    tank: list[bool]
    ratio: list[float]
    """Discharge / mean annual discharge, nan where that is not known [-]."""

    def after(self, state: _State, reach: int, length: float) -> _State:
        """What a state becomes along a length of a reach [m]."""
        if self.tank[reach]:
            return _State(state.time, state.known, True, state.length, state.weighted)
        return _State(
            state.time + self.pace[reach] * length,
            state.known and self.known[reach],
            state.tank,
            state.length + length,
            state.weighted + self.ratio[reach] * length,
        )


@dataclass(frozen=True)
class _Pulse:
    """The time course of what is released: its moments as a rectangle has them."""

    begin: float
    mass: float
    centre: float
    variance: float


def jobson_variables(model: ModelLike, start: np.datetime64) -> xr.Dataset:
    """Return what can be compared, the earliest leading edge and the release that it comes from.

    All over (station, substance): ``jobson_scope``, ``jobson_earliest_arrival`` (NaT where the
    drainage area of a reach on the way is not known), ``release_centre_time``,
    ``release_duration`` (of the even release with the same variance in time) and
    ``jobson_discharge_ratio``; only of the releases whose water comes by the station.
    """
    names = [one.name for one in constituents(model.scenario)]
    shape = (len(model.stations), len(names))
    scope = np.full(shape, SCOPES.index("no_release_upstream"), dtype=np.int8)
    numbers = {name: np.full(shape, np.nan) for name in _NUMBERS}
    if releases := getattr(model, "releases", ()):
        courses = _Courses(model, releases)
        for number, name in enumerate(names):
            own = [k for k, release in enumerate(releases) if release.substance == number]
            kind = _kind(model.scenario, name, [releases[k] for k in own])
            if kind == "made_of_others":
                scope[:, number] = SCOPES.index(kind)
            below = courses.below(own)
            for station, place in enumerate(model.stations):
                if (found := courses.at(place.position, below, kind)) is not None:
                    scope[station, number] = SCOPES.index(found[0])
                    for quantity, value in zip(_NUMBERS, found[1], strict=True):
                        numbers[quantity][station, number] = value
    return _dataset(scope, numbers, start)


@dataclass(frozen=True)
class _Origin:
    """A place where a constituent is released."""

    pulse: _Pulse
    state_at: Callable[[Position], _State | None]


class _Courses:
    """Every release with its pulse and what is below it; followed once for each place."""

    def __init__(self, model: ModelLike, releases: Sequence[Any]) -> None:
        self._network = model.network
        self._changes, self._reverses, largest = _change(model)
        self._reaches = _reaches(model, largest)
        self._pulses = [_pulse(release.schedule) for release in releases]
        self._origins: list[Position] = [
            getattr(release, "origin", release.position) for release in releases
        ]
        self._followed: dict[_Rows, Callable[[Position], _State | None]] = {}

    def below(self, own: Sequence[int]) -> list[_Origin]:
        """Return the places of one constituent's releases, each with its pulse and what follows."""
        groups: dict[Position, list[_Pulse]] = {}
        for k in own:
            groups.setdefault(self._origins[k], []).append(self._pulses[k])
        found = []
        for origin, pulses in groups.items():
            rows = tuple((origin, pulse.begin) for pulse in pulses)
            if rows not in self._followed:
                self._followed[rows] = _fastest(self._network, self._reaches, rows)
            found.append(_Origin(_together(pulses), self._followed[rows]))
        return found

    def at(
        self, place: Position, origins: Sequence[_Origin], kind: str
    ) -> tuple[str, tuple[float, ...]] | None:
        """Return scope and numbers of one constituent's releases at a place; None without any."""
        known = [(one.pulse, one.state_at(place)) for one in origins]
        seen = [(pulse, state) for pulse, state in known if state is not None]
        if not seen:
            return None
        state = reduce(_State.joined, (state for _, state in seen))
        code = "flow_reverses" if self._reverses else kind
        if code == "whole":
            doubts = {"several_places": len(seen) > 1, "tank_on_the_way": state.tank,
                      "flow_changes": self._changes}  # fmt: skip
            code = next((name for name, holds in doubts.items() if holds), code)
        pulse = _together([pulse for pulse, _ in seen])
        early = state.time if state.known and code in FRONT_SCOPES else np.nan
        ratio = state.weighted / state.length if state.length > 0.0 else np.nan
        return code, (early, ratio, pulse.centre, math.sqrt(12.0 * pulse.variance))


def _dataset(
    scope: NDArray[np.int8], numbers: dict[str, Array], start: np.datetime64
) -> xr.Dataset:
    columns: dict[str, Any] = {"jobson_scope": scope, **numbers}
    for name in ("jobson_earliest_arrival", "release_centre_time"):
        columns[name] = instants(start, numbers[name])
    columns["release_duration"] = numbers["release_duration"] / SECONDS_PER_HOUR
    dims = ("station", "substance")
    return xr.Dataset({n: xr.Variable(dims, v, attributes(n)) for n, v in columns.items()})


def _kind(scenario: Any, name: str, releases: Sequence[Any]) -> str:
    """Return how far the relations hold for a constituent, wherever it is looked at."""
    one = next(row for row in constituents(scenario) if row.name == name)
    if getattr(one, "form", "") == "floating":
        return "floats"
    if any(reaction.to == name for reaction in getattr(scenario, "reactions", ())):
        return "made_of_others"
    if any(getattr(release, "seep", None) is not None for release in releases):
        return "seepage"
    bound = any(getattr(release, "carrier", "") for release in releases)
    if getattr(one, "kind", "substance") == "solids" or getattr(one, "sorption", ()) or bound:
        return "settles_or_sorbs"
    return "whole"


def _change(model: ModelLike) -> tuple[bool, bool, Array]:
    """Tell whether the flow changes, whether it turns round, and (R,) the largest discharge."""
    flow = model.flow
    largest = np.maximum(flow.discharge_head, flow.discharge_foot)
    varying = getattr(model, "varying", None)
    if varying is None:
        return False, False, largest
    active = np.asarray(model.route.active)  # type: ignore[attr-defined]
    sections = varying.sections
    reach = np.arange(largest.size) if sections is None else sections.reach
    pair = (varying.discharge_head, varying.discharge_foot)
    high = np.max([values.max(axis=0) for values in pair], axis=0)
    low = np.min([values.min(axis=0) for values in pair], axis=0)
    spread = np.max([np.ptp(values, axis=0) for values in pair], axis=0)
    mean = 0.5 * np.abs(sum(values.mean(axis=0) for values in pair))
    np.maximum.at(largest, reach, high)
    own = active[reach]
    return bool(np.any(spread[own] > STEADY * mean[own])), bool(np.any(low[own] < 0.0)), largest


def _reaches(model: ModelLike, largest: Array) -> _Reaches:
    """Return the pace of the leading edge in every reach; that of the water where unknown."""

    def column(name: str) -> Array:
        found = [getattr(reach, name, None) for reach in model.scenario.reaches]
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    flow = model.flow
    area, annual = column("drainage_area"), column("mean_annual_discharge")
    speed = fastest_velocity(largest, area, annual, column("slope"))
    unknown = np.isnan(speed)
    own = flow.travel_time / model.network.reach_length
    pace = np.where(unknown, own, LEADING_EDGE_SHARE / np.where(unknown, 1.0, speed))
    mean = 0.5 * (flow.discharge_head + flow.discharge_foot)
    tank = [getattr(reach, "kind", "") == "tank" for reach in model.scenario.reaches]
    return _Reaches(pace.tolist(), (~unknown).tolist(), tank, (mean / annual).tolist())


def fastest_velocity(discharge: Array, area: Array, annual: Array, slope: Array) -> Array:
    """(R,) fastest probable velocity of the peak by the best of eqs 13, 15 and 17 [m/s].

    nan where the drainage area is not known; the slope counts only with the mean discharge.

    discharge : (R,) [m3/s]; area : (R,) drainage area [m2]; annual : (R,) mean annual discharge
    [m3/s]; slope : (R,) [-]; nan where not known
    """
    found = peak_velocity_from_area(discharge, area, True)
    better = peak_velocity_without_slope(discharge, area, annual, True)
    best = peak_velocity_with_slope(discharge, area, annual, slope, True)
    found = np.where(np.isnan(better), found, better)
    return np.where(np.isnan(best), found, best)


def _fastest(
    network: Network, reaches: _Reaches, rows: _Rows
) -> Callable[[Position], _State | None]:
    """Follow the fastest water of releases down the network; the answer tells it of any place."""
    own: dict[int, list[tuple[float, float]]] = {}
    for place, begin in rows:
        own.setdefault(place.reach, []).append((place.distance, begin))
    entering: dict[int, _State] = {}
    start, foot = network.reach_from.tolist(), network.reach_to.tolist()

    def within(reach: int, distance: float) -> _State | None:
        above = entering.get(start[reach])
        state = None if above is None else reaches.after(above, reach, distance)
        for head, begin in own.get(reach, ()):
            if head <= distance:
                here = _State(begin, True, False, 0.0, 0.0)
                state = reaches.after(here, reach, distance - head).joined(state)
        return state

    length = network.reach_length.tolist()
    for reach in network.order.tolist():
        if start[reach] in entering or reach in own:
            state = within(reach, length[reach])
            if state is not None:
                entering[foot[reach]] = state.joined(entering.get(foot[reach]))
    return lambda place: within(place.reach, place.distance)


def _pulse(schedule: Any) -> _Pulse:
    """Return the beginning, mass and moments of a schedule; its pieces are straight lines."""
    begin, end = schedule.span
    weight = getattr(schedule, "rate", getattr(schedule, "concentration", None))
    total = float(schedule.mass)
    if weight is None or end <= begin:
        return _Pulse(begin, total, begin, 0.0)
    time = np.asarray(schedule.time, dtype=np.float64)
    positive = np.flatnonzero(weight > 0.0)
    if not positive.size:
        return _Pulse(begin, 0.0, begin, 0.0)
    since, middle = time - begin, 0.5 * (weight[1:] + weight[:-1])
    step, half = np.diff(since), 0.5 * (since[1:] + since[:-1])

    def moment(power: int) -> float:
        """By Simpson's rule, exact for the square of the time times a straight line."""
        ends = since**power * weight
        return float(np.sum(step * (ends[1:] + ends[:-1] + 4.0 * half**power * middle)) / 6.0)

    area = moment(0)
    mean = moment(1) / area
    first = float(time[max(int(positive[0]) - 1, 0)])
    return _Pulse(first, total, begin + mean, max(moment(2) / area - mean**2, 0.0))


def _together(pulses: Sequence[_Pulse]) -> _Pulse:
    """Return the moments of several pulses as one; where nothing is released, of the first."""
    mass = sum(pulse.mass for pulse in pulses)
    if len(pulses) == 1 or not mass > 0.0:
        return pulses[0]
    centre = sum(pulse.mass * pulse.centre for pulse in pulses) / mass
    variance = sum(p.mass * (p.variance + (p.centre - centre) ** 2) for p in pulses) / mass
    return _Pulse(min(pulse.begin for pulse in pulses), mass, centre, variance)

"""Direct runoff of rain on a snow pack: melt, what the pack holds, and a unit hydrograph."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .shapes import SCS_RECESSION

Array = NDArray[np.float64]
Melt = Literal["forest", "open", "degree_day"]

_DAY = 86_400.0
_INCH = 0.0254
_MILE_PER_HOUR = 0.44704
_FAHRENHEIT = 1.8
"""Degrees Fahrenheit in one degree Celsius."""
RAIN_HEAT = 0.007 * _FAHRENHEIT
"""Melt by the heat of rain, as a share of the rain per degree Celsius: 0.0126 [1/degC].

The heat capacity of water over its heat of fusion; the figure is that of USACE (1998).
"""
_STEPS_TO_PEAK = 24
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class Weather:
    """Rain and temperature over P intervals; each row holds up to the next time."""

    time: Array
    """(P + 1,) rising edges of the intervals [s]."""
    rain: Array
    """(P,) precipitation [m/s]."""
    temperature: Array
    """(P,) of the air, saturated while it rains [degC]."""


@dataclass(frozen=True)
class Snow:
    """A catchment, its snow pack and how that melts."""

    area: float
    """Of the catchment [m2]."""
    water_equivalent: float
    """Of the pack at the start, over the whole catchment [m]."""
    runoff_coefficient: float
    """Share of rain and melt that runs off at once [-]."""
    time_to_peak: float
    """Of the unit hydrograph [s]."""
    melt: Melt = "forest"
    degree_day_factor: float = 0.0
    """For ``degree_day``: melt without rain [m/(s degC)]."""
    wind: float = 0.0
    """For ``open`` [m/s]."""
    wind_exposure: float = 1.0
    """For ``open``: 1 for no forest, about 0.3 under dense forest [-]."""


@dataclass(frozen=True)
class Runoff:
    """Direct runoff and where the water went."""

    time: Array
    """(P,) [s] from the first of the weather."""
    discharge: Array
    """(P,) on top of the base flow, zero at both ends [m3/s]."""
    precipitation: float
    """Rain and snow fallen [m3]."""
    melt: float
    """[m3]"""
    volume: float
    """Run off [m3]."""
    lost: float
    """Rain and melt that did not run off [m3]."""
    snow_left: float
    """Water in the pack at the end [m3]."""


def melt_rate(rain: Array, temperature: Array, snow: Snow) -> Array:
    """Melt while it rains [m/s], zero at or below 0 degC.

    ``forest`` (cover above 80 %), USACE (1998) eq. 5-20, in inches a day and degrees Fahrenheit:
    M = (0.074 + 0.007 P) (T - 32) + 0.05. ``open`` (cover 10 to 80 %), eq. 5-19:
    M = (0.029 + 0.0084 k v + 0.007 P) (T - 32) + 0.09 with the wind v in miles an hour and its
    exposure k. ``degree_day``: M = (C + 0.0126 P) T, SI. The constant terms are the radiation
    under a clouded sky; hours without rain are melted by the same equation with P = 0.

    rain : (P,) [m/s]
    temperature : (P,) [degC]
    """
    if snow.melt == "degree_day":
        found = (snow.degree_day_factor + RAIN_HEAT * rain) * temperature
        return np.where(temperature > 0.0, found, 0.0)
    if snow.melt == "forest":
        factor, constant = 0.074, 0.05
    else:
        factor = 0.029 + 0.0084 * snow.wind_exposure * snow.wind / _MILE_PER_HOUR
        constant = 0.09
    inches = (factor + 0.007 * rain * _DAY / _INCH) * (_FAHRENHEIT * temperature) + constant
    return np.where(temperature > 0.0, inches * _INCH / _DAY, 0.0)


def direct_runoff(weather: Weather, snow: Snow) -> Runoff:
    """Discharge hydrograph of rain and melt.

    Precipitation at or below 0 degC joins the pack. Melt ends when the pack is gone. A share of
    rain and melt runs off through the triangular unit hydrograph of the SCS (Mockus 1957); the
    volume of the discharge, joined by straight lines, is that share to round-off.
    """
    edge, gained, pack, melted = _gains(weather, snow)
    span = float(weather.time[-1] - weather.time[0])
    base = snow.time_to_peak * (1.0 + SCS_RECESSION)
    # The peak of the unit hydrograph falls on a step
    step = snow.time_to_peak / max(_STEPS_TO_PEAK, 1)
    step = max(step, (span + base) / _MOST_STEPS)
    count = math.ceil(span / step - 1e-9)
    grid = step * np.arange(count + 1, dtype=np.float64)
    excess = np.diff(np.interp(grid, edge - edge[0], gained)) * snow.runoff_coefficient
    weights = np.diff(_risen(step * np.arange(math.ceil(base / step - 1e-9) + 1.0), snow))
    weights /= weights.sum()
    passed = np.convolve(excess, weights) * snow.area / step
    time = step * np.arange(passed.size + 2, dtype=np.float64)
    fallen = float((weather.rain * np.diff(weather.time)).sum())
    return Runoff(
        time=np.asarray(time, dtype=np.float64),
        discharge=np.concatenate([[0.0], passed, [0.0]]),
        precipitation=fallen * snow.area,
        melt=melted * snow.area,
        volume=float(passed.sum() * step),
        lost=float(gained[-1]) * (1.0 - snow.runoff_coefficient) * snow.area,
        snow_left=pack * snow.area,
    )


def _gains(weather: Weather, snow: Snow) -> tuple[Array, Array, float, float]:
    """Cumulative rain and melt at edges of time [m], the pack left and the melt [m].

    Where the pack runs out within an interval an edge is put in.
    """
    edges, gained = [float(weather.time[0])], [0.0]
    pack, melted = snow.water_equivalent, 0.0
    rates = melt_rate(weather.rain, weather.temperature, snow)
    for number, length in enumerate(np.diff(weather.time).tolist()):
        begin, rain, rate = edges[-1], float(weather.rain[number]), float(rates[number])
        if weather.temperature[number] <= 0.0:
            pack += rain * length
            edges.append(begin + length)
            gained.append(gained[-1])
            continue
        lasts = pack / rate if rate > 0.0 else math.inf
        if lasts < length:
            if lasts > 0.0:
                edges.append(begin + lasts)
                gained.append(gained[-1] + rain * lasts + pack)
            gained.append(gained[-1] + rain * (length - lasts))
            melted, pack = melted + pack, 0.0
        else:
            gained.append(gained[-1] + (rain + rate) * length)
            melted, pack = melted + rate * length, pack - rate * length
        edges.append(begin + length)
    return np.array(edges), np.array(gained), pack, melted


def _risen(time: NDArray[np.floating[Any]], snow: Snow) -> Array:
    """Share of a sudden excess that has run off: the integral of the triangle."""
    at = time / snow.time_to_peak
    whole = 1.0 + SCS_RECESSION
    rise = at * at / whole
    fall = 1.0 - (whole - at) ** 2 / (SCS_RECESSION * whole)
    return np.asarray(np.where(at <= 1.0, rise, np.where(at < whole, fall, 1.0)))

"""Releases without a breach: overtopping, decant pipes, pipelines, process water, seepage."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .facility import Facility, Failure
from .hydrographs import lasting, outflow
from .peak_outflow import GRAVITY
from .spread import Array

OVERTOPPING_LASTS = 6 * 3600.0
PROCESS_WATER_LASTS = 3600.0


@dataclass(frozen=True)
class WaterRelease:
    """What flows out when no dam breaks; every number is certain."""

    time: Array
    """(P,) from 0 [s]."""
    discharge: Array
    """(P,) [m3/s]."""
    dilution: float = 1.0
    """Share of pond water in the water that flows out [-]."""

    @property
    def volume(self) -> float:
        """[m3]"""
        return float(np.trapezoid(self.discharge, self.time))


def spilled_volume(inflow_volume: float, free_storage: float) -> float:
    """Volume that flows over a crest: what comes in less the room there is [m3]."""
    return max(inflow_volume - free_storage, 0.0)


def overtopping(facility: Facility) -> WaterRelease:
    """Flood water that flows over the crest, evenly mixed with the pond.

    The dam holds; where it fails, that is a ``tailings_breach`` with ``cause = "overtopping"``.
    """
    failure = facility.failure
    volume = spilled_volume(failure.inflow_volume, failure.free_storage)
    lasts = failure.duration or OVERTOPPING_LASTS
    mixed = facility.pond_volume / (facility.pond_volume + failure.inflow_volume)
    return _shaped(failure.hydrograph, volume, lasts, mixed)


def decant_failure(facility: Facility) -> WaterRelease:
    """Pond that empties through a pipe, until it is shut or the pond is empty.

    Q = C A (2 g h)^0.5 at first (Torricelli). In a pond of even area the level falls so that Q
    falls in a straight line to zero after 2 V / Q.
    """
    failure = facility.failure
    first = orifice_discharge(failure.pipe_diameter, failure.head, failure.discharge_coefficient)
    empty_after = 2.0 * facility.pond_volume / first
    lasts = min(failure.duration or empty_after, empty_after)
    last = first * (1.0 - lasts / empty_after)
    return WaterRelease(np.array([0.0, lasts]), np.array([first, last]))


def orifice_discharge(diameter: float, head: float, coefficient: float = 0.6) -> float:
    """Discharge of a round opening, Q = C A (2 g h)^0.5 (Torricelli) [m3/s].

    diameter : [m]
    head : water above its middle [m]
    """
    return coefficient * 0.25 * math.pi * diameter**2 * math.sqrt(2.0 * GRAVITY * head)


def pipeline_rupture(failure: Failure) -> WaterRelease:
    """What the pump brings until it is shut, and then what runs back out of the pipe.

    The pipe drains in a straight line from the pump's rate to zero.
    """
    time, discharge = [0.0, failure.time_to_shut], [failure.pump_rate] * 2
    if failure.drain_volume > 0.0:
        time.append(failure.time_to_shut + 2.0 * failure.drain_volume / failure.pump_rate)
        discharge.append(0.0)
    return WaterRelease(np.array(time), np.array(discharge))


def process_water(facility: Facility) -> WaterRelease:
    """Water that is let go at once: what is given, or the whole pond."""
    failure = facility.failure
    volume = failure.released_volume or facility.pond_volume
    return _shaped(failure.hydrograph, volume, failure.duration or PROCESS_WATER_LASTS, 1.0)


def seepage(failure: Failure, lasts: float) -> WaterRelease:
    """A steady rate.

    lasts : how long it is looked at [s]
    """
    rate = failure.seepage_rate
    return WaterRelease(np.array([0.0, failure.duration or lasts]), np.array([rate, rate]))


def _shaped(shape: str, volume: float, lasts: float, dilution: float) -> WaterRelease:
    peak = volume * lasting(shape) / lasts
    return WaterRelease(*outflow(shape, volume, peak), dilution)

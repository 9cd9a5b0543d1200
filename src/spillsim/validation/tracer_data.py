"""Dye curves of real rivers: read, sorted out by rules that know no simulation, and measured.

The rules look at a curve alone: its units, its times, how much of the dye came by, whether it rises
and falls within the record. How well a simulation meets it plays no part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from .case import Source, Table
from .data import rows

Array = NDArray[np.float64]

HOUR = 3600.0
SHARE = 0.1
"""Share of its own peak at which a cloud is said to arrive and to have passed."""
RECOVERED = (0.3, 1.5)
"""Recovered over injected dye outside which a peak says nothing."""
UNSURE_UNITS = ("LOO", "SMI")
"""Tests whose river and units the source does not settle."""

DYE = Source(
    "Nordin & Sabol (1974), Empirical data on longitudinal dispersion in rivers, US Geological "
    "Survey Water-Resources Investigations 20-74; read in the collection TIERRAS, "
    "https://zenodo.org/records/17051166, by way of "
    "https://github.com/liroca01/Deep-Learning-on-Solute-Transport (commit a92b360)",
    "measurements of the US Geological Survey, in the public domain; facts transcribed. The terms "
    "of the collection were not checked",
)


@dataclass(frozen=True)
class Section:
    """A section of a river, as it was gauged."""

    distance: float
    """From the injection [m]."""
    width: float
    depth: float
    velocity: float
    """Mean over the section, not over the reach above it [m/s]."""
    discharge: float


@dataclass(frozen=True)
class Marks:
    """What is read off a curve [s since the injection]."""

    arrival: float
    """First time at ``SHARE`` of the peak."""
    peak_time: float
    peak: float
    passed: float
    """Last time at that share; nan where the record ends before."""
    area: float
    """Integral over time."""

    @property
    def duration(self) -> float:
        """From arrival to passage [s]."""
        return self.passed - self.arrival


@dataclass(frozen=True)
class DyeCurve:
    """Concentration over time at one station."""

    test: str
    """Place and date, one injection."""
    station: str
    river: str
    mass: float
    """Injected [kg]."""
    section: Section
    time: Array
    """[s since the injection]"""
    concentration: Array
    """[kg/m3]"""

    @property
    def name(self) -> str:
        """As in the source."""
        return f"{self.test} {self.station}"

    @cached_property
    def marks(self) -> Marks:
        """Arrival, peak and passage."""
        return marks(self.time, self.concentration)

    @property
    def recovery(self) -> float:
        """Dye that came by over dye injected [-]."""
        return self.section.discharge * self.marks.area / self.mass

    @property
    def mean_time(self) -> float:
        """Centre of mass of the curve [s]."""
        weighted = float(np.trapezoid(self.time * self.concentration, self.time))
        return weighted / self.marks.area

    @property
    def density(self) -> Array:
        """Concentration over its integral [1/s]: what is left when no dye is lost."""
        return self.concentration / self.marks.area

    @property
    def peak_counts(self) -> bool:
        """Tell whether enough and not too much of the dye was found for the peak to be judged."""
        return RECOVERED[0] <= self.recovery <= RECOVERED[1]


def marks(time: Array, value: Array) -> Marks:
    """Read arrival, peak and passage off a curve, linear between its points.

    Arrival is nan where the record begins above the share, passage where it ends above it.
    """
    top = int(np.argmax(value))
    level = SHARE * float(value[top])
    below = np.flatnonzero(value[:top] < level)
    after = np.flatnonzero(value[top:] < level)
    arrival = _crossing(time, value, int(below[-1]), level) if below.size else math.nan
    passed = _crossing(time, value, top + int(after[0]) - 1, level) if after.size else math.nan
    area = float(np.trapezoid(value, time))
    return Marks(arrival, float(time[top]), float(value[top]), passed, area)


def _crossing(time: Array, value: Array, first: int, level: float) -> float:
    """Time between a point and the next at which a level is met."""
    share = (level - value[first]) / (value[first + 1] - value[first])
    return float(time[first] + share * (time[first + 1] - time[first]))


@cache
def all_curves() -> tuple[DyeCurve, ...]:
    """Every curve that is shipped, usable or not; times as read."""
    points: dict[str, list[tuple[float, float]]] = {}
    for row in rows("dye_curves.csv"):
        pair = (HOUR * float(row["time [h]"]), 1e-6 * float(row["concentration [ug/L]"]))
        points.setdefault(row["number"], []).append(pair)
    found = []
    for row in rows("dye_curves_sites.csv"):
        time, concentration = np.array(points[row["number"]]).T
        section = Section(
            float(row["distance [m]"]),
            float(row["width [m]"] or math.nan),
            float(row["depth [m]"] or math.nan),
            float(row["velocity [m/s]"]),
            float(row["discharge [m3/s]"]),
        )
        mass = float(row["mass [kg]"])
        curve = DyeCurve(
            row["test"], row["station"], row["river"], mass, section, time, concentration
        )
        found.append(curve)
    return tuple(found)


def fault(curve: DyeCurve) -> str:
    """Why a curve is not used at all; empty where it is."""
    if curve.test.split()[0] in UNSURE_UNITS:
        return "river and units not settled by the source"
    if not (math.isfinite(curve.section.width) and math.isfinite(curve.section.depth)):
        return "no width or depth"
    if not bool(np.all(np.diff(curve.time) > 0.0)):
        return "times do not rise"
    # a row at the injection itself says that there was no dye before, it is no sample
    first = 1 if curve.time[0] == 0.0 and curve.concentration[0] == 0.0 else 0
    if curve.concentration[first] > SHARE * curve.marks.peak:
        return "sampling begins above 10 % of the peak"
    return ""


@cache
def usable() -> tuple[DyeCurve, ...]:
    """Curves that no rule sorts out, in the order of the source."""
    return tuple(curve for curve in all_curves() if not fault(curve))


def tests(curves: Sequence[DyeCurve]) -> list[tuple[DyeCurve, ...]]:
    """Curves by injection, from the first station down.

    Two injections of one day into one river differ in mass.
    """
    groups: dict[tuple[str, float], list[DyeCurve]] = {}
    for curve in curves:
        groups.setdefault((curve.test, curve.mass), []).append(curve)
    return [tuple(sorted(g, key=lambda c: c.section.distance)) for g in groups.values()]


def rules_table() -> Table:
    """How many curves each rule leaves."""
    faults = [fault(curve) for curve in all_curves()]
    left = len(faults)
    rows_: list[tuple[str, float, float]] = [("shipped", 0, left)]
    for reason in dict.fromkeys(reason for reason in faults if reason):
        count = faults.count(reason)
        left -= count
        rows_.append((reason, count, left))
    kept = usable()
    no_peak = sum(not curve.peak_counts for curve in kept)
    text = f"recovered dye outside {RECOVERED[0]:g} to {RECOVERED[1]:g}: times yes, peak no"
    rows_.append((text, no_peak, len(kept) - no_peak))
    open_ended = sum(math.isnan(curve.marks.passed) for curve in kept)
    rows_.append(
        ("record ends above 10 % of the peak: no duration", open_ended, len(kept) - open_ended)
    )
    return Table("What the rules leave of the dye curves", ("rule", "out", "left"), rows_)

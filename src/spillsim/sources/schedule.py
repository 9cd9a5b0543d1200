"""Mass released as a function of time, integrated exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..analytic import StreamZone, inlet_mass_from_series

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


@dataclass(frozen=True)
class SlugSchedule:
    """All mass at one instant."""

    time: float
    """When [s since the start of the case]."""
    mass: float
    """How much [kg]."""

    @property
    def span(self) -> tuple[float, float]:
        """First and last time of the release [s]."""
        return self.time, self.time

    @property
    def changing(self) -> tuple[float, float]:
        """First and last time between which the mass released changes [s]."""
        return self.span

    def cumulative(self, time: Array) -> Array:
        """(n,) mass released before each time [kg]."""
        return np.where(time > self.time, self.mass, 0.0)

    def cumulative_integral(self, time: Array) -> Array:
        """(n,) integral over time of ``cumulative`` [kg s]."""
        return self.mass * np.maximum(time - self.time, 0.0)


@dataclass(frozen=True)
class RateSchedule:
    """A mass rate, linear between break points and zero outside them."""

    time: Array
    """(B,) break points, increasing [s since the start of the case]."""
    rate: Array
    """(B,) mass rate at the break points [kg/s]."""

    @property
    def span(self) -> tuple[float, float]:
        """First and last time of the release [s]."""
        return float(self.time[0]), float(self.time[-1])

    @property
    def mass(self) -> float:
        """Total mass [kg]."""
        return float(np.trapezoid(self.rate, self.time))

    def _piece(self, time: Array) -> tuple[NDArray[np.int64], Array, Array]:
        """Piece that holds each time, time into the piece, slope of the rate there."""
        inside = np.minimum(np.maximum(time, self.time[0]), self.time[-1])
        last = self.time.size - 2
        piece = np.minimum(np.searchsorted(self.time, inside, side="right") - 1, last)
        slope = np.diff(self.rate) / np.diff(self.time)
        return piece, inside - self.time[piece], slope[piece]

    @property
    def changing(self) -> tuple[float, float]:
        """First and last time between which the mass released changes [s]."""
        return self.span

    def cumulative(self, time: Array) -> Array:
        """(n,) mass released before each time [kg]."""
        length = np.diff(self.time)
        each = 0.5 * (self.rate[1:] + self.rate[:-1]) * length
        before = np.concatenate([[0.0], np.cumsum(each)])
        piece, into, slope = self._piece(time)
        return np.asarray(before[piece] + into * (self.rate[piece] + 0.5 * slope * into))

    def cumulative_integral(self, time: Array) -> Array:
        """(n,) integral over time of ``cumulative`` [kg s]."""
        length = np.diff(self.time)
        mass = np.concatenate([[0.0], np.cumsum(0.5 * (self.rate[1:] + self.rate[:-1]) * length)])
        slope = np.diff(self.rate) / length
        each = length * (mass[:-1] + length * (self.rate[:-1] / 2.0 + slope * length / 6.0))
        before = np.concatenate([[0.0], np.cumsum(each)])
        piece, into, slope = self._piece(time)
        inner = into * (mass[piece] + into * (self.rate[piece] / 2.0 + slope * into / 6.0))
        return np.asarray(before[piece] + inner + mass[-1] * np.maximum(time - self.time[-1], 0.0))


@dataclass(frozen=True)
class InletSchedule:
    """A concentration measured at a headwater, turned into the mass that enters with it.

    Holding the concentration at the inlet (first-type condition) takes in more mass than the
    flow alone carries while it rises: dispersion draws some in. For a long uniform reach that
    inflow is known in closed form; the series is a sum of jumps and ramps, and so is the mass.
    After its last point the concentration is taken to be zero.
    """

    time: Array
    """(B,) times of the series, increasing [s since the start of the case]."""
    concentration: Array
    """(B,) concentration, linear between the times [kg/m3]."""
    discharge: float
    zone: StreamZone

    @property
    def span(self) -> tuple[float, float]:
        """First and last time of the release [s]."""
        return float(self.time[0]), float(self.time[-1])

    @property
    def mass(self) -> float:
        """Mass entered long after the end, without the dispersive return [kg]."""
        return float(np.trapezoid(self.concentration, self.time) * self.discharge)

    @property
    def changing(self) -> tuple[float, float]:
        """First and last time between which the mass released changes [s]."""
        return self.span[0], np.inf  # dispersion draws some back for long

    def cumulative(self, time: Array) -> Array:
        """(n,) mass entered before each time [kg]."""
        return inlet_mass_from_series(
            time, self.time, self.concentration, self.discharge, self.zone
        )

    def cumulative_integral(self, time: Array) -> Array:
        """(n,) integral over time of ``cumulative`` [kg s].

        By Simpson's rule between the times. Right after a point of the series the mass goes up by
        a root of the time since; there the times are split, and the root is the variable of a
        Gauss rule. A series that is over within a step has its true mean age so.
        """
        inside = self.time[(self.time > time[0]) & (self.time < time[-1])]
        edge = np.union1d(time, inside)
        length = np.diff(edge)
        ends, centres = self.cumulative(edge), self.cumulative(edge[:-1] + 0.5 * length)
        each = length * (ends[1:] + 4.0 * centres + ends[:-1]) / 6.0
        fresh = np.isin(edge[:-1], self.time)
        begin, long = edge[:-1][fresh], length[fresh]
        root = 0.5 * (1.0 + _NODES)
        value = self.cumulative((begin[:, None] + long[:, None] * root**2).ravel())
        each[fresh] = long * (value.reshape(-1, root.size) @ (_WEIGHTS * root))
        return np.concatenate([[0.0], np.cumsum(each)])[np.searchsorted(edge, time)]


Schedule = SlugSchedule | RateSchedule | InletSchedule


def scaled(schedule: Schedule, factor: float) -> Schedule:
    """The same schedule with another mass."""
    if isinstance(schedule, SlugSchedule):
        return replace(schedule, mass=factor * schedule.mass)
    if isinstance(schedule, RateSchedule):
        return replace(schedule, rate=factor * schedule.rate)
    return replace(schedule, concentration=factor * schedule.concentration)


def proportion(schedule: Schedule, other: Schedule) -> float | None:
    """Factor by which a schedule releases more than another at all times; None if there is none."""
    if isinstance(schedule, SlugSchedule) and isinstance(other, SlugSchedule):
        return schedule.mass / other.mass if schedule.time == other.time else None
    if isinstance(schedule, RateSchedule) and isinstance(other, RateSchedule):
        own, its = schedule.rate, other.rate
    elif isinstance(schedule, InletSchedule) and isinstance(other, InletSchedule):
        if (schedule.discharge, schedule.zone) != (other.discharge, other.zone):
            return None
        own, its = schedule.concentration, other.concentration
    else:
        return None
    if not np.array_equal(schedule.time, other.time) or not np.any(its):
        return None
    largest = int(np.argmax(np.abs(its)))
    factor = float(own[largest] / its[largest])
    return factor if np.allclose(own, factor * its, rtol=1e-14, atol=0.0) else None

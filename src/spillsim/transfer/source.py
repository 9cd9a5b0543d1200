"""What a release puts in, as a function of frequency."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..sources.schedule import InletSchedule, RateSchedule, Schedule, SlugSchedule
from .river import Array

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Source:
    """A mass rate [kg/s], or a concentration [kg/m3] held at a headwater, over time."""

    start: float
    """[s]"""
    time: Array
    """(B,) break points since the start; a single one for a slug [s]."""
    value: Array
    """(B,) linear between them, zero outside; the mass of a slug [kg]."""
    held: bool = False
    """True where the value is a concentration."""

    @property
    def duration(self) -> float:
        """[s]"""
        return float(self.time[-1])

    @property
    def total(self) -> float:
        """Mass [kg], or integral of the concentration [kg s/m3]."""
        if self.time.size == 1:
            return float(self.value[0])
        return float(np.trapezoid(self.value, self.time))

    def transform(self, omega: Array) -> Complex:
        """(K,) integral of value exp(-i omega t) dt from the start.

        Every linear piece on its own, about its middle: nothing cancels however small omega is.
        """
        if self.time.size == 1:
            return np.full(omega.shape, self.value[0], dtype=np.complex128)
        half = 0.5 * np.diff(self.time)
        middle = self.time[:-1] + half
        mean = 0.5 * (self.value[1:] + self.value[:-1])
        rise = 0.5 * np.diff(self.value)
        if self.time.size == 2:
            y = half[0] * omega
            piece = 2.0 * half[0] * (mean[0] * _bell(y) - 1j * rise[0] * _slant(y))
            return np.asarray(piece * np.exp(-1j * omega * middle[0]))
        y = np.multiply.outer(half, omega)
        weight = 2.0 * half[:, None]
        each = weight * (mean[:, None] * _bell(y) - 1j * rise[:, None] * _slant(y))
        return np.asarray((each * np.exp(-1j * np.multiply.outer(middle, omega))).sum(axis=0))


def _bell(y: Array) -> Array:
    """sin y / y, half the integral of exp(-i y u) over u from -1 to 1."""
    safe = np.where(y == 0.0, 1.0, y)
    return np.where(y == 0.0, 1.0, np.sin(safe) / safe)


def _slant(y: Array) -> Array:
    """(sin y - y cos y) / y2, half the integral of u exp(-i y u) over i, from -1 to 1."""
    small = np.abs(y) < 0.3
    safe = np.where(small, 1.0, y)
    square = y * y
    series = y / 3.0 * (1.0 - square / 10.0 * (1.0 - square / 28.0 * (
        1.0 - square / 54.0 * (1.0 - square / 88.0 * (1.0 - square / 130.0)))))  # fmt: skip
    return np.where(small, series, (np.sin(safe) - safe * np.cos(safe)) / safe**2)


def source_of(schedule: Schedule, until: float) -> Source:
    """The source that a release's schedule describes, as far as it matters ``until`` a time [s]."""
    if isinstance(schedule, SlugSchedule):
        return Source(schedule.time, np.zeros(1), np.array([schedule.mass]))
    held = isinstance(schedule, InletSchedule)
    value = schedule.concentration if isinstance(schedule, InletSchedule) else schedule.rate
    source = Source(float(schedule.time[0]), schedule.time - schedule.time[0], value, held)
    end = until - source.start
    if 0.0 < end < source.duration:
        inside = source.time < end
        time = np.append(source.time[inside], end)
        shown = np.append(value[inside], np.interp(end, source.time, value))
        return replace(source, time=time, value=shown)
    return source


__all__ = ["RateSchedule", "Source", "source_of"]

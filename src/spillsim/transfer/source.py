"""What a release puts in, as a function of frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sources.schedule import InletSchedule, Schedule, SlugSchedule
from .river import Array

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Part:
    """A mass rate [kg/s], or a concentration [kg/m3], over time; or a mass at once [kg]."""

    start: float
    """[s]"""
    time: Array
    """(B,) break points since the start; a single one for a mass at once [s]."""
    value: Array
    """(B,) linear between them, zero outside."""

    @property
    def end(self) -> float:
        """[s]"""
        return self.start + float(self.time[-1])

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
        found = np.zeros(omega.shape, dtype=np.complex128)
        half = 0.5 * np.diff(self.time)
        middle = self.time[:-1] + half
        for i in np.flatnonzero(half > 0.0).tolist():
            mean = 0.5 * (self.value[i] + self.value[i + 1])
            rise = 0.5 * (self.value[i + 1] - self.value[i])
            y = half[i] * omega
            shape = mean * _bell(y)
            if rise != 0.0:
                shape = shape - 1j * rise * _slant(y)
            found += 2.0 * half[i] * shape * np.exp(-1j * middle[i] * omega)
        return found


@dataclass(frozen=True)
class Source:
    """Everything that enters at one place in the same way."""

    parts: tuple[Part, ...]
    held: bool = False
    """True where the values are concentrations held at a headwater."""

    @property
    def start(self) -> float:
        """[s]"""
        return min(part.start for part in self.parts)

    @property
    def duration(self) -> float:
        """[s]"""
        return max(part.end for part in self.parts) - self.start

    @property
    def total(self) -> float:
        """Mass [kg], or integral of the concentration [kg s/m3]."""
        return sum(part.total for part in self.parts)

    def transform(self, omega: Array) -> Complex:
        """(K,) integral of all parts times exp(-i omega t) dt from the start."""
        found = np.zeros(omega.shape, dtype=np.complex128)
        for part in self.parts:
            late = part.start - self.start
            own = part.transform(omega)
            found += own * np.exp(-1j * late * omega) if late > 0.0 else own
        return found


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


def source_of(schedules: Sequence[Schedule], until: float) -> Source:
    """The source that schedules of one kind describe, as far as it matters ``until`` a time [s]."""
    held = isinstance(schedules[0], InletSchedule)
    if any(isinstance(schedule, InletSchedule) != held for schedule in schedules):
        raise ValueError("a concentration and a mass rate cannot be one source")
    return Source(tuple(_part(schedule, until) for schedule in schedules), held)


def _part(schedule: Schedule, until: float) -> Part:
    if isinstance(schedule, SlugSchedule):
        return Part(schedule.time, np.zeros(1), np.array([schedule.mass]))
    value = schedule.concentration if isinstance(schedule, InletSchedule) else schedule.rate
    part = Part(float(schedule.time[0]), schedule.time - schedule.time[0], value)
    end = until - part.start
    if 0.0 < end < part.time[-1]:
        inside = part.time < end
        time = np.append(part.time[inside], end)
        return Part(part.start, time, np.append(value[inside], np.interp(end, part.time, value)))
    return part

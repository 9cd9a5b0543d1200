"""The standard tasks as plain data, and the one place where they meet spillsim.

Everything spillsim-specific in the benchmarks goes through this file (the ADAPTER part at the
end): `scenario`, `assemble` and `march`.  The peers know only `Task`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import exact
from .exact import Array, UniformRiver

HOUR = 3600.0
DAY = 86400.0
KILOMETRE = 1000.0


@dataclass(frozen=True)
class Task:
    """A uniform river, its stations (metres below the inlet) and the time to simulate; SI."""

    name: str
    river: UniformRiver
    length: float
    duration: float
    stations: tuple[float, ...]


_WIDE = UniformRiver(
    velocity=0.8,
    dispersion_coefficient=50.0,
    cross_section_area=100.0,
    mass=1000.0,
    pulse_duration=HOUR,
)

T1 = Task(
    name="T1",
    river=UniformRiver(
        velocity=0.7,
        dispersion_coefficient=30.0,
        cross_section_area=100.0,
        mass=1000.0,
        pulse_duration=HOUR,
    ),
    length=140.0 * KILOMETRE,
    duration=60.0 * HOUR,
    stations=(20.0 * KILOMETRE, 100.0 * KILOMETRE),
)

W1 = Task(
    name="W1",
    river=_WIDE,
    length=1000.0 * KILOMETRE,
    duration=30.0 * DAY,
    stations=(100.0 * KILOMETRE, 500.0 * KILOMETRE, 900.0 * KILOMETRE),
)

W2 = Task(
    name="W2",
    river=UniformRiver(
        velocity=0.8,
        dispersion_coefficient=50.0,
        cross_section_area=100.0,
        mass=1000.0,
        pulse_duration=HOUR,
        exchange_coefficient=1e-5,
        area_ratio=0.1,
        decay_rate=1e-6,
        storage_decay_rate=1e-6,
    ),
    length=W1.length,
    duration=W1.duration,
    stations=W1.stations,
)

TASKS: dict[str, Task] = {task.name: task for task in (T1, W1, W2)}


def exact_curves(task: Task, time: Array) -> Array:
    """Exact resident concentration, (S, T) [kg/m3], at `time` (T,) seconds after the release."""
    return np.stack([exact.concentration(task.river, x, time) for x in task.stations])


def exact_means(task: Task, edges: Array) -> Array:
    """Exact mean concentration, (S, T) [kg/m3], over the intervals between `edges` (T + 1,)."""
    return np.stack([exact.interval_mean(task.river, x, edges) for x in task.stations])


def worst_error(time: Array, curves: Array, reference: Array) -> float:
    """Worst station's L1 error, integral |c - c_exact| dt over integral c_exact dt.

    time : (T,) the solver's own output times [s]
    curves, reference : (S, T) concentration of the solver and exact [kg/m3]
    """
    difference = np.trapezoid(np.abs(curves - reference), time, axis=1)
    return float((difference / np.trapezoid(reference, time, axis=1)).max())

"""What every peer takes and gives, and the arithmetic they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..exact import Array
from ..tasks import Task

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class PeerResult:
    """Curves of one peer run, SI units.

    times : (T,) every time step, seconds after the start of the release [s]
    curves : (S, T) resident concentration at the stations [kg/m3]
    seconds_in_solver : wall time of the compiled march alone [s]
    cell_steps : cells updated, summed over the steps
    mass_left, mass_past_outlet : [kg]
    """

    times: Array
    curves: Array
    seconds_in_solver: float
    cell_steps: int
    mass_left: float
    mass_past_outlet: float


@dataclass(frozen=True)
class Peer:
    """A named solver with the Courant numbers it runs best at, the default first."""

    name: str
    description: str
    courant_numbers: tuple[float, ...]
    solve: Callable[[Task, float, float], PeerResult]

    def run(
        self, task: Task, cell_length: float, courant_number: float | None = None
    ) -> PeerResult:
        """Solve `task` on cells of about `cell_length` metres (rounded to divide the river)."""
        return self.solve(task, cell_length, courant_number or self.courant_numbers[0])


@dataclass(frozen=True)
class Steps:
    """Cells and time steps of one run.

    entering : (T,) mean inlet concentration of each step; sums to the released mass [kg/m3]
    courant : U dt / dx; spread : D dt / dx^2
    """

    cells: int
    cell_length: float
    time_step: float
    count: int
    entering: Array
    courant: float
    spread: float

    @property
    def times(self) -> Array:
        """(T,) end of each step [s]."""
        return np.asarray(self.time_step * np.arange(1, self.count + 1), dtype=np.float64)


def divide(task: Task, cell_length: float, largest_time_step: float) -> Steps:
    """Whole numbers of cells and steps, and the pulse shared out exactly over the steps."""
    river = task.river
    cells = max(8, round(task.length / cell_length))
    dx = task.length / cells
    count = int(np.ceil(task.duration / largest_time_step))
    dt = task.duration / count
    edges = np.minimum(dt * np.arange(count + 1), river.pulse_duration)
    entering = river.mass * np.diff(edges) / river.pulse_duration / (river.discharge * dt)
    courant = river.velocity * dt / dx
    spread = river.dispersion_coefficient * dt / dx**2
    return Steps(cells, dx, dt, count, entering, courant, spread)


def station_stencil(task: Task, cells: int) -> tuple[IntArray, Array]:
    """First cell (S,) and weights (S, 4) that turn cell means into the value at each station.

    The weights are the derivative of the quartic through the running integral at five faces, so
    the value is fourth-order accurate.
    """
    cell_length = task.length / cells
    first = np.empty(len(task.stations), dtype=np.int64)
    weights = np.empty((len(task.stations), 4))
    for index, station in enumerate(task.stations):
        place = station / cell_length
        first[index] = min(max(round(place) - 2, 0), cells - 4)
        inside = place - float(first[index])
        for cell in range(4):
            running = (np.arange(5) > cell).astype(np.float64)
            quartic = np.polynomial.Polynomial.fit(np.arange(5.0), running, 4)
            weights[index, cell] = quartic.deriv()(inside)
    return first, weights


def exchange_propagator(task: Task, time: float) -> Array:
    """(2, 2) exact propagator of channel and storage concentration over `time` seconds.

    Matrix exponential of [[-alpha - k, alpha], [r, -r - k_s]] by its eigenvalues, r = alpha/beta.
    """
    river = task.river
    alpha, rate = river.exchange_coefficient, river.return_rate
    a, b = -alpha - river.decay_rate, -rate - river.storage_decay_rate
    middle, half = 0.5 * (a + b), 0.5 * float(np.hypot(a - b, 2.0 * np.sqrt(alpha * rate)))
    shift = np.array([[a - middle, alpha], [rate, b - middle]])
    slope = np.sinh(half * time) / half if half > 0.0 else time
    return np.asarray(np.exp(middle * time) * (np.cosh(half * time) * np.eye(2) + slope * shift))


def total_mass(task: Task, channel: Array, storage: Array, cell_length: float) -> float:
    """Mass in channel and storage [kg]."""
    river = task.river
    volume = river.cross_section_area * cell_length
    return float(volume * (channel.sum() + river.area_ratio * storage.sum()))

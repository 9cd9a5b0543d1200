"""py-pde: the equation as an expression, central differences, fixed Runge-Kutta steps, numba.

The inlet is the package's own mixed (Robin) condition, the outlet its zero gradient. The time
step stands just below the limit of stability; an adaptive step finds the same one at more cost.
Every run compiles its expressions anew, which is left out of its time.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np

from ..exact import Array
from ..peers.interface import station_stencil
from ..tasks import OUTPUT_INTERVAL, Task
from .interface import OutOfTimeError, Package, Solution

_DIFFUSIVE, _ADVECTIVE = 0.6, 2.0


def solve(task: Task, cell_length: float, allowed: float, backend: str = "numba") -> Solution:
    """One run; results at the usual output interval."""
    import pde

    river = task.river
    u, d = river.velocity, river.dispersion_coefficient
    cells = max(8, round(task.length / cell_length))
    dx = task.length / cells
    grid = pde.CartesianGrid([[0.0, task.length]], cells)
    inlet = river.mass / (river.discharge * river.pulse_duration)
    entering = {
        "type": "mixed_expression",
        "value": f"{u / d!r}",
        "const": f"{u / d * inlet!r} * heaviside({river.pulse_duration!r} - t, 0)",
    }
    ends = {"x-": entering, "x+": {"derivative": 0.0}}
    rates = {"c": f"{d!r} * laplace(c) - {u!r} * d_dx(c) - {river.decay_rate!r} * c"}
    state: Any = pde.ScalarField(grid, 0.0, label="c")
    conditions = {"c:laplace": ends, "c:d_dx": ends}
    if river.exchange_coefficient:
        rates["c"] += f" + {river.exchange_coefficient!r} * (s - c)"
        rates["s"] = f"{river.return_rate!r} * (c - s) - {river.storage_decay_rate!r} * s"
        state = pde.FieldCollection([state, pde.ScalarField(grid, 0.0, label="s")])
    equation = pde.PDE(rates, bc_ops=conditions)
    first, weights = station_stencil(task, cells)
    times: list[float] = []
    values: list[Array] = []
    clock: list[float] = []

    def note(field: Any, time: float) -> None:
        clock.append(perf_counter())
        if len(clock) > 1 and clock[-1] - clock[1] > allowed:
            raise OutOfTimeError
        channel = field.data[0] if river.exchange_coefficient else field.data
        times.append(time)
        values.append(channel[first[:, None] + np.arange(4)])

    interval = OUTPUT_INTERVAL[task.name]
    step = min(_DIFFUSIVE * dx**2 / d, _ADVECTIVE * dx / u)
    step = interval / np.ceil(interval / step)
    tracker = pde.CallbackTracker(note, interrupts=interval)
    equation.solve(
        state, task.duration, dt=step, tracker=tracker, solver="runge-kutta", backend=backend,
        adaptive=False,
    )  # fmt: skip
    # Some of the compiling falls into the first interval: it counts as long as the others.
    seconds = (clock[-1] - clock[1]) * (len(clock) - 1) / (len(clock) - 2)
    curves = np.einsum("sj,tsj->st", weights, np.array(values))
    return Solution(np.array(times), curves, seconds, cells)


PY_PDE = Package(
    name="py-pde",
    distribution="py-pde",
    setting="central differences, Runge-Kutta",
    inlet_type=3,
    solve=solve,
    begin={"T1": 86.0, "W1": 128.0, "W2": 138.0},
    lacks=lambda _task: "",
    cost_power=3.0,
)

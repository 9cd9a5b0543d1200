"""SciPy's method of lines: third-order upwind in space, an integrator of `solve_ivp` in time.

Advection is third-order upwind-biased and dispersion fourth-order central on cell means; the
right-hand side is one product with a constant sparse matrix. The pulse is integrated apart from
what follows, so that no step straddles its end. Of `METHODS`, each at the coarsest cells that meet
1 %, RK45 was the fastest on W1 and W2 and as fast as any on T1; BDF is given its Jacobian. Tighter
tolerances cost time and win nothing: stability sets the step.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.integrate import solve_ivp  # type: ignore[import-untyped]

from ..exact import Array
from ..peers.interface import station_stencil
from ..tasks import OUTPUT_INTERVAL, Task
from .interface import OutOfTimeError, Package, Solution

METHODS = ("RK45", "RK23", "DOP853", "BDF")
_RELATIVE, _ABSOLUTE_SHARE = 1e-2, 1e-6


def _matrix(task: Task, cells: int) -> sparse.csr_matrix:
    """(cells, cells), or with storage (2 cells, 2 cells): dc/dt = A c without what enters."""
    river, dx = task.river, task.length / cells
    u, d = river.velocity, river.dispersion_coefficient / dx
    # what passes face f (upstream of cell f) by cells f - 2 .. f + 1
    weights = (
        -u / 6.0 - d / 12.0,
        5.0 * u / 6.0 + 15.0 * d / 12.0,
        2.0 * u / 6.0 - 15.0 * d / 12.0,
        d / 12.0,
    )
    face = sparse.lil_matrix((cells + 1, cells))
    for offset, weight in zip((-2, -1, 0, 1), weights, strict=True):
        face.setdiag(weight, offset)
    # beside the ends the second-order formulas, at the ends the inlet and free outflow
    face[0, :] = 0.0
    for f in (1, cells - 1):
        face[f, :] = 0.0
        face[f, f - 1], face[f, f] = 0.5 * u + d, 0.5 * u - d
    face[cells, :] = 0.0
    face[cells, cells - 1] = u
    face = face.tocsr()
    channel = (face[:-1] - face[1:]) / dx
    one = sparse.identity(cells, format="csr")
    alpha, rate = river.exchange_coefficient, river.return_rate
    channel -= (alpha + river.decay_rate) * one
    if alpha == 0.0:
        return channel.tocsr()
    back = -(rate + river.storage_decay_rate) * one
    return sparse.bmat([[channel, alpha * one], [rate * one, back]], format="csr")


def solve(task: Task, cell_length: float, allowed: float, method: str = "RK45") -> Solution:
    """One run; results at the usual output interval."""
    river = task.river
    cells = max(8, round(task.length / cell_length))
    matrix = _matrix(task, cells)
    first, weights = station_stencil(task, cells)
    entering = np.zeros(matrix.shape[0])
    inlet = river.mass / (river.discharge * river.pulse_duration)
    entering[0] = river.velocity * inlet * cells / task.length
    interval = OUTPUT_INTERVAL[task.name]
    every = np.arange(0.0, task.duration, interval)
    columns = (first[:, None] + np.arange(4)).ravel()
    options: dict[str, object] = {"rtol": _RELATIVE, "atol": _ABSOLUTE_SHARE * inlet}
    if method == "BDF":
        options["jac"] = matrix
    started = perf_counter()

    def rate(source: Array | float, _time: float, state: Array) -> Array:
        if perf_counter() - started > allowed:
            raise OutOfTimeError
        return np.asarray(matrix @ state + source)

    state, times, values = np.zeros(matrix.shape[0]), [], []
    for begin, end, source in (
        (0.0, river.pulse_duration, entering),
        (river.pulse_duration, task.duration, 0.0),
    ):
        outputs = every[(every >= begin) & (every < end)]
        wanted = np.append(outputs, end)
        found = solve_ivp(
            partial(rate, source), (begin, end), state, method=method, t_eval=wanted, **options
        )
        state = found.y[:, -1]
        times.append(outputs)
        values.append(found.y[columns, : outputs.size])
    seconds = perf_counter() - started
    at = np.concatenate(values, axis=1).reshape(len(task.stations), 4, -1)
    curves = np.einsum("sj,sjt->st", weights, at)
    return Solution(np.concatenate(times), curves, seconds, cells)


SCIPY = Package(
    name="SciPy method of lines",
    distribution="scipy",
    setting="third-order upwind, RK45",
    inlet_type=3,
    solve=solve,
    begin={"T1": 224.0, "W1": 420.0, "W2": 620.0},
    lacks=lambda _task: "",
)

"""FiPy: van Leer's limited convection term, implicit dispersion, one backward step at a time.

`VanLeerConvectionTerm` is FiPy's own second-order transient convection (explicit, with its time
correction), stable up to a Courant number of one; dispersion is the implicit `DiffusionTerm`,
solved by the direct solver, which is the fastest for a band this narrow. What enters is a source
in the first cell, the third-type condition exactly; what leaves is a sink in the last. Decay and
exchange with storage take their exact step between two steps of FiPy: its own coupled pair of
equations is implicit, of first order, and several times as dear.
"""

from __future__ import annotations

import os
from time import perf_counter

import numpy as np

from ..peers.interface import divide, exchange_propagator, station_stencil
from ..tasks import Task
from .interface import OutOfTimeError, Package, Solution

COURANT = 0.9


def solve(task: Task, cell_length: float, allowed: float) -> Solution:
    """One run; results after every step."""
    os.environ.setdefault("FIPY_SOLVERS", "scipy")
    import fipy

    river = task.river
    steps = divide(task, cell_length, COURANT * cell_length / river.velocity)
    mesh = fipy.Grid1D(nx=steps.cells, dx=steps.cell_length)
    channel = fipy.CellVariable(mesh=mesh, value=0.0, hasOld=True)
    storage = np.zeros(steps.cells)
    entering = fipy.CellVariable(mesh=mesh, value=0.0)
    sink = fipy.CellVariable(mesh=mesh, value=0.0)
    sink[-1] = river.velocity / steps.cell_length
    left = fipy.TransientTerm()
    left += fipy.VanLeerConvectionTerm(coeff=(river.velocity,))
    right = fipy.DiffusionTerm(coeff=river.dispersion_coefficient) + entering
    right -= fipy.ImplicitSourceTerm(coeff=sink)
    equation = left == right
    whole = exchange_propagator(task, steps.time_step)
    half = exchange_propagator(task, 0.5 * steps.time_step)
    first, weights = station_stencil(task, steps.cells)
    columns = first[:, None] + np.arange(4)
    curves = np.zeros((len(task.stations), steps.count))
    exchanging = river.exchange_coefficient > 0.0 or river.decay_rate > 0.0
    solver = fipy.LinearLUSolver()
    started = perf_counter()
    for step in range(steps.count):
        channel.updateOld()
        entering[0] = steps.entering[step] * river.velocity / steps.cell_length
        equation.solve(var=channel, dt=steps.time_step, solver=solver)
        now = np.array(channel.value)
        seen = half[0, 0] * now[columns] + half[0, 1] * storage[columns]
        curves[:, step] = np.einsum("sj,sj->s", weights, seen)
        if exchanging:
            channel.setValue(whole[0, 0] * now + whole[0, 1] * storage)
            storage = whole[1, 0] * now + whole[1, 1] * storage
        if perf_counter() - started > allowed:
            raise OutOfTimeError
    return Solution(steps.times, curves, perf_counter() - started, steps.cells)


FIPY = Package(
    name="FiPy",
    distribution="fipy",
    setting="van Leer convection, implicit dispersion",
    inlet_type=3,
    solve=solve,
    begin={"T1": 420.0, "W1": 710.0, "W2": 1120.0},
    lacks=lambda _task: "",
    cost_power=1.3,
)

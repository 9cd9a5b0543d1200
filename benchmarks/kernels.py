"""The marching kernels against the limits of the machine: operations, traffic, shares.

``python -m benchmarks.kernels`` times each pass of a step alone, on windows that fit into the first
cache, and compares its operations per second and its traffic with what ``benchmarks.machine``
measures on the same core.  Operations and traffic per cell-step are counted by running the kernels'
own code (``benchmarks.counting``).  The last rows are whole marches, with the operations of the
passes that they are made of: what they need beyond the passes is the loop around them.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np
from numba import njit

from spillsim.transport.arrays import LIMITER_MONOTONE, LIMITER_POSITIVE

from . import machine, tasks
from .counting import Column, Number, Tally, uncompiled
from .exact import Array
from .table import table
from .tasks import TASKS
from .world import describe_run

_PAD = 8
"""Cells beside the window that a pass may read, never all of them."""
_COUNTED = 256
CELLS = (64, 1024)
_CELL_STEPS = 4_000_000


@dataclass(frozen=True)
class Pass:
    """A pass of the step: where its kernel lives and the values of its switches."""

    name: str
    module: str
    kernel: str
    switches: dict[str, Any]

    @property
    def compiled(self) -> Any:
        """The compiled kernel."""
        return getattr(import_module(f"spillsim.{self.module}"), self.kernel)


def _passes() -> tuple[Pass, ...]:
    steady, slow, remap = "transport.passes", "transport.advect", "remap"
    positive, monotone = {"limiter": LIMITER_POSITIVE}, {"limiter": LIMITER_MONOTONE}
    return (
        Pass("carry", steady, "carry", {}),
        Pass("disperse", steady, "disperse", {}),
        Pass("settle", steady, "settle", {}),
        Pass("decay", steady, "decay", {}),
        Pass("exchange", steady, "exchange", {}),
        Pass("exchange and decay", steady, "exchange_stored", {}),
        Pass("note peaks", steady, "note_peaks", {}),
        Pass("slow reach, positive", slow, "remap", positive),
        Pass("slow reach, monotone", slow, "remap", monotone),
        Pass("remap: concentrations", f"{remap}.profile", "scale", {}),
        Pass("remap: edges", f"{remap}.profile", "even_edges", {"bounded": False}),
        Pass("remap: departures, positive", f"{remap}.movement", "rest_of_cells", positive),
        Pass("remap: departures, monotone", f"{remap}.movement", "rest_of_cells", monotone),
        Pass("remap: new masses", f"{remap}.movement", "shifted_cells", {}),
        Pass("remap: dispersion", f"{remap}.spread", "even_fluxes", {}),
        Pass("remap: settle", f"{remap}.spread", "apply_fluxes", {}),
    )


PASSES = _passes()
STEP = ("carry", "disperse", "settle", "note peaks")
"""Passes of every step."""
STEP_OF = {"T1": STEP, "W1": STEP, "W2": (*STEP, "exchange and decay")}


def _values(name: str, size: int) -> Array:
    """Plausible contents of an array: a plume, coefficients between 0 and 1."""
    place = np.linspace(-3.0, 3.0, size)
    plume: Array = np.exp(-(place**2))
    return plume if name in {"mass", "c", "carried", "storage"} else 0.25 + 0.1 * plume


def arguments(one: Pass, cells: int) -> dict[str, Any]:
    """What the kernel is called with, by name, on a window of ``cells`` cells."""
    size = cells + 2 * _PAD
    scalars = {
        "lo": _PAD, "hi": _PAD + cells, "a": _PAD, "b": _PAD + cells, "members": 1, "back": 1,
        "step": 3.0, "face": _PAD, "cell": _PAD, "count": cells, "shift": 1, "x": 0.4,
        "slope": 0.0, "volume": 2.0, "factor": 0.5, "g": 0.2, "h": 0.02,
    }  # fmt: skip
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(one.compiled.py_func).parameters.items():
        kind = str(parameter.annotation)
        if name in one.switches:
            given[name] = one.switches[name]
        elif kind == "BoolArray":
            given[name] = np.zeros(size, dtype=np.bool_)
        elif kind == "FloatArray" and name == "edge_weight":
            given[name] = np.tile([-1.0 / 12.0, 7.0 / 12.0, 7.0 / 12.0, -1.0 / 12.0], (size, 1))
        elif kind == "FloatArray":
            given[name] = _values(name, size)
        elif kind.startswith("tuple[FloatArray"):
            given[name] = tuple(_values("mass", size) for _ in range(kind.count("FloatArray")))
        else:
            given[name] = scalars[name]
    return given


def _counted(name: str, value: Any, tally: Tally) -> Any:
    """The same argument made of counting numbers; rows and bundles become lists of columns."""
    if isinstance(value, tuple):
        return tuple(_counted(f"{name}{i}", part, tally) for i, part in enumerate(value))
    if not isinstance(value, np.ndarray) or value.dtype == np.bool_:
        return value
    if value.ndim == 2:
        return [_counted(f"{name}{i}", row, tally) for i, row in enumerate(value)]
    return Column(name, [Number(float(x), tally) for x in value], tally)


def count(one: Pass) -> tuple[float, float]:
    """Operations and bytes per cell-step."""
    tally = Tally()
    given = {name: _counted(name, x, tally) for name, x in arguments(one, _COUNTED).items()}
    uncompiled(one.compiled)(**given)
    return tally.operations / _COUNTED, tally.traffic / _COUNTED


def _repeated(kernel: Any, places: int) -> Any:
    """A compiled loop that calls the kernel again and again."""
    names = ", ".join(f"x{i}" for i in range(places))
    code = f"def run(rounds, {names}):\n    for _ in range(rounds):\n        kernel({names})\n"
    scope: dict[str, Any] = {"kernel": kernel}
    exec(code, scope)
    return njit(error_model="numpy")(scope["run"])


def time_passes(cells: int, turns: int) -> list[float]:
    """Fastest time per cell-step of each pass [s], in turn."""
    rounds = max(1, _CELL_STEPS // cells)
    calls = []
    for one in PASSES:
        given = list(arguments(one, cells).values())
        run = _repeated(one.compiled, len(given))
        run(1, *given)
        calls.append((run, given))
    best = [float("inf")] * len(calls)
    for _ in range(turns):
        for number, (run, given) in enumerate(calls):
            started = perf_counter()
            run(rounds, *given)
            best[number] = min(best[number], (perf_counter() - started) / (rounds * cells))
    return best


def _row(
    name: str, cells: str, counts: tuple[float, float], seconds: float, limits: machine.Limits
) -> list[str]:
    operations, traffic = counts
    flops, rate = 1e-9 * operations / seconds, 1e-9 * traffic / seconds
    reach = max(flops / limits.gigaflops, rate / limits.triad["L1"])
    return [
        name,
        cells,
        f"{operations:.1f}",
        f"{traffic:.0f}",
        f"{1e9 * seconds:.3f}",
        f"{flops:.1f}",
        f"{rate:.0f}",
        f"{100.0 * flops / limits.gigaflops:.0f}",
        f"{100.0 * rate / limits.triad['L1']:.0f}",
        f"{100.0 * reach:.0f}",
    ]


HEAD = (
    "pass",
    "cells",
    "operations",
    "bytes",
    "ns/cell-step",
    "GFLOP/s",
    "GB/s",
    "% of arithmetic",
    "% of L1 traffic",
    "% of the nearer limit",
)


def _marches(
    counts: dict[str, tuple[float, float]], limits: machine.Limits, turns: int
) -> list[list[str]]:
    found = []
    for name, task in TASKS.items():
        prepared = tasks.prepare(task, 0.001, interval=task.duration / 4)
        results = [tasks.march(prepared) for _ in range(turns)]
        best = min(result.seconds_in_solver / result.cell_steps for result in results)
        own = [counts[part] for part in STEP_OF[name]]
        total = (sum(o for o, _ in own), sum(t for _, t in own))
        cells = f"{results[0].cell_steps / prepared.model.steps:.0f}"
        found.append(_row(f"march of {name}, 0.1 %", cells, total, best, limits))
    return found


def rows(limits: machine.Limits, turns: int, cells: Sequence[int] = CELLS) -> list[list[str]]:
    """Rows of the table: each pass on each window, then the whole marches."""
    counts = {one.name: count(one) for one in PASSES}
    found = []
    for size in cells:
        for one, seconds in zip(PASSES, time_passes(size, turns), strict=True):
            found.append(_row(one.name, str(size), counts[one.name], seconds, limits))
    return [*found, *_marches(counts, limits, turns)]


def main() -> None:
    """Read the options, print the limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    print(describe_run(), flush=True)
    limits = machine.measure_well()
    print(f"shares of: {machine.describe(limits)}", end="\n\n", flush=True)
    print(table(HEAD, rows(limits, options.turns), options.markdown))


if __name__ == "__main__":
    main()

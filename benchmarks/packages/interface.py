"""What every package of others takes and gives, and how its resolution is sought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from math import log
from time import perf_counter
from typing import Literal

from ..exact import Array
from ..tasks import Task, exact_curves, worst_error


@dataclass(frozen=True)
class Solution:
    """Curves of one run.

    times : (T,) the package's own output times since the start of the release [s]
    curves : (S, T) concentration at the stations [kg/m3]
    seconds : time to solve, without imports, compiling and setting up [s]
    """

    times: Array
    curves: Array
    seconds: float
    cells: int


class OutOfTimeError(Exception):
    """A run was given up because it passed the time allowed for it."""


@dataclass(frozen=True)
class Package:
    """A package that others made, set up for the tasks.

    distribution : its name for pip; setting : how it is set up, in a line
    inlet_type : first- or third-type, which its curves are scored against
    lacks : what the equations of a task ask for and the package does not have, or ""
    shortfall : why refining does not help, or ""
    solve : task, resolution [m or s], seconds allowed
    begin : resolution at which the search begins, by task; `unit` is theirs
    cost_power : the run time grows with this power of the refinement
    """

    name: str
    distribution: str
    setting: str
    inlet_type: Literal[1, 3]
    solve: Callable[[Task, float, float], Solution]
    begin: dict[str, float]
    lacks: Callable[[Task], str]
    cost_power: float = 2.0
    unit: str = "m"
    shortfall: str = ""

    @property
    def version(self) -> str | None:
        """The installed version; None where the package is absent."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None

    def error(self, task: Task, solution: Solution) -> float:
        """Worst station's L1 error against the exact curve below the package's own inlet."""
        own = replace(task, river=replace(task.river, inlet_type=self.inlet_type))
        reference = exact_curves(own, solution.times)
        return worst_error(solution.times, solution.curves, reference)


@dataclass(frozen=True)
class Outcome:
    """The best run found: whether it meets the target, and why the search ended if not.

    wall : what the whole run took, setting up and compiling included [s]
    """

    reached: bool
    error: float
    resolution: float
    solution: Solution | None
    reason: str
    wall: float = 0.0


_CLOSE = 0.85
_LEAST_STEP, _LARGEST_STEP = 1.06, 2.5
_MOST_RUNS = 14


def _refined(tried: list[tuple[float, float]], target: float) -> float:
    """The next resolution, from the order of convergence seen so far."""
    resolution, error = tried[-1]
    order = 2.0
    if len(tried) > 1:
        coarse, coarse_error = tried[-2]
        order = max(0.7, log(coarse_error / error) / log(coarse / resolution))
    factor = float((error / (0.93 * target)) ** (1.0 / order))
    return resolution / min(_LARGEST_STEP, max(_LEAST_STEP, factor))


def seek(package: Package, task: Task, target: float, allowed: float) -> Outcome:
    """Coarsest resolution that meets `target`, no run of the search longer than `allowed` seconds.

    Refines at the order of convergence seen, then bisects between the last that failed and the
    first that met the target.
    """
    lacking = package.lacks(task)
    if lacking:
        return Outcome(False, float("nan"), float("nan"), None, f"has no {lacking}")
    tried: list[tuple[float, float]] = []
    best = Outcome(False, float("inf"), float("nan"), None, "")
    failed, resolution = float("inf"), package.begin[task.name]
    for _ in range(_MOST_RUNS):
        started = perf_counter()
        try:
            solution = package.solve(task, resolution, allowed)
        except OutOfTimeError:
            return best if best.reached else replace(best, reason=f"more than {allowed:g} s")
        wall = perf_counter() - started
        error = package.error(task, solution)
        if error <= target:
            best = Outcome(True, error, resolution, solution, "", wall)
            if error >= _CLOSE * target or failed < resolution * _LEAST_STEP:
                return best
            following = 1.5 * resolution if failed == float("inf") else (failed * resolution) ** 0.5
        else:
            failed = resolution
            if not best.reached:
                if error < best.error:
                    best = Outcome(False, error, resolution, solution, "", wall)
                if package.shortfall and package.cost_power == 0.0:
                    return replace(best, reason=package.shortfall)
                tried.append((resolution, error))
                following = _refined(tried, target)
                growth = (resolution / following) ** package.cost_power
                if solution.seconds * growth > allowed:
                    reason = package.shortfall or "too slow"
                    return replace(best, reason=f"{reason}; next run over {allowed:g} s")
            else:
                following = (failed * best.resolution) ** 0.5
                if failed < best.resolution * _LEAST_STEP:
                    return best
        resolution = following
    return best if best.reached else replace(best, reason=package.shortfall or "stalls")

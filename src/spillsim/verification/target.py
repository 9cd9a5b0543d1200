"""Measuring the error of a run, and meeting the error asked for.

The measure is the L1 distance between a station's curve and an exact or better one over the area
under that one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from .. import simulation
from ..errors import Notice, ScenarioError, SimulationError
from ..model import with_time_step
from ..stepping import MOST_STEPS
from .reference import Array, Progress, Reference, exact_reference, half_step_reference

if TYPE_CHECKING:
    from ..model import Model
    from ..simulation import Run

NOTHING_PASSES = 1e-9
"""Share of the released mass below which a curve counts as empty."""
AIM = 0.7
"""Share of the error asked for that a finer step aims at."""
FINEST = 1.0 / 8.0
"""A finer step is no less than this share of the one before."""
MOST_WORK = 5e7
"""Cell-steps, some tenths of a second, beyond which a run is not computed again."""
HALF_AS_WELL = 5.0
"""Work of a run and of another with half its step, over that of the run."""
MOST_REFINEMENTS = 3
"""Times that a run which misses its target is computed again."""
EXPECTED_ORDER = 1.5
"""Order of the error that the first finer step counts on."""
ORDERS = (0.7, 3.0)
"""Range in which a measured order is believed."""
NICE_STEPS = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0)
"""Seconds or minutes that an offered step is rounded down to."""


_RUN_STAGES = ("load_kernels", "march", "transfer", "gather")


@dataclass(frozen=True)
class Verified:
    """A run, the model it belongs to, and how far it is from its target."""

    model: Model
    run: Run

    @property
    def worst(self) -> float:
        """Largest error achieved over the error asked for; nan where nothing is known [-]."""
        error = self.run.achieved_error
        if error is None or not np.isfinite(error).any():
            return np.nan
        return float(np.nanmax(error)) / self.model.scenario.numerics.error


def simulate_to_target(model: Model, progress: Progress | None = None) -> tuple[Model, Run]:
    """Simulate, measure the error and, where that can be relied on, meet the error asked for.

    A run whose step was chosen from the error asked for and that misses it against exact curves
    is computed again with a finer step; with pools, which have no exact curves, against curves of
    half the step, each time its own.

    Parameters
    ----------
    model : Model
        From ``assemble``.
    progress : callable, optional
        Called from time to time with the share done, 0 to 1.

    Returns
    -------
    (Model, Run)
        The model whose run it is: with another time step where it had to be made finer.

    Raises
    ------
    SimulationError
        From ``simulate``.
    """
    numerics = model.scenario.numerics
    if numerics.error_check == "none":
        return model, simulation.simulate(model, progress)
    begun = perf_counter()
    run = simulation.simulate(model, _part(progress, 0.0, 0.2))
    # a curve may have been too sharp for the engine that was chosen
    model = replace(model, engine=run.engine)
    try:
        reference = reference_for(model, _part(progress, 0.2, 1.0))
    except (ScenarioError, SimulationError) as error:
        # the run itself is sound; only half its step cannot be computed
        message = f"could not be measured with half the step: {' '.join(str(error).split())}"
        told = (*run.notices, Notice("numerical error", message))
        return model, replace(run, notices=told)
    found = [Verified(model, measured(model, run, reference))]
    given = numerics.time_step is not None or numerics.cell_length is not None
    relied_on = reference.exact or model.pools is not None
    ours = relied_on and not given and run.engine == "march"
    while found[-1].worst > 1.0 and ours and len(found) <= MOST_REFINEMENTS:
        finer = _finer(found)
        if finer is None:
            break
        again = simulation.simulate(finer)
        try:
            better = reference if reference.exact else half_step_reference(finer)
        except (ScenarioError, SimulationError):
            break
        found.append(Verified(finer, measured(finer, again, better)))
    best = min(found, key=lambda one: one.worst if np.isfinite(one.worst) else 0.0)
    spent = perf_counter() - begun
    run = best.run
    run.profile["verify"] = spent - sum(run.profile.get(k, 0.0) for k in _RUN_STAGES)
    told = (*run.notices, *_refined(found, best), *_missed(found, best))
    return best.model, replace(run, notices=told)


def measured(model: Model, run: Run, reference: Reference | None = None) -> Run:
    """The same run with the error it achieved at every station.

    Parameters
    ----------
    reference : Reference, optional
        Better curves; as ``reference_for`` finds them when left out.

    Raises
    ------
    SimulationError
        From marching again with half the step.
    """
    better = reference if reference is not None else reference_for(model)
    apart = distance(run, better.concentration)
    error = better.factor * apart + better.error
    return replace(run, achieved_error=error, achieved_by=better.words)


def reference_for(model: Model, progress: Progress | None = None) -> Reference:
    """Exact curves where they can be had and are asked for, else a march with half the step."""
    if model.engine == "transfer" or model.scenario.numerics.error_check != "half_step":
        exact = exact_reference(model)
        if exact is not None:
            return exact
    return half_step_reference(model, progress)


def distance(run: Run, better: Array) -> Array:
    """(N, S) L1 distance of a run's curves from better ones over the area under those.

    nan where less than a 1e-9 of the released mass passes.

    Parameters
    ----------
    better : (N, S, T) concentration [kg/m3]
    """
    area = np.abs(better).sum(axis=2)
    put_in = np.abs(run.ledger.released) + np.abs(run.ledger.gained)
    released = put_in.max(axis=1)[:, None]
    passed = np.abs(run.cumulative_mass).max(axis=2)
    seen = (passed > NOTHING_PASSES * released) & (area > 0.0)
    apart = np.abs(run.concentration - better).sum(axis=2)
    return np.where(seen, apart / np.where(seen, area, 1.0), np.nan)


def next_step(found: list[Verified]) -> float:
    """Time step that should meet the error asked for [s], from the errors measured so far.

    The order is that between the last two runs, 1.5 before there are two.
    """
    last = found[-1]
    order = EXPECTED_ORDER
    if len(found) > 1:
        before = found[-2]
        fall = np.log(before.worst / last.worst)
        order = fall / np.log(before.model.time_step / last.model.time_step)
    order = min(max(order, ORDERS[0]), ORDERS[1])
    share = (AIM / last.worst) ** (1.0 / order)
    return float(last.model.time_step * max(share, FINEST))


def _helped(found: list[Verified]) -> bool:
    """Tell whether finer steps brought at least what an error of order a half would."""
    if len(found) < 2:
        return True
    last, first = found[-1], found[0]
    ratio = last.model.time_step / first.model.time_step
    return bool(last.worst < first.worst * ratio**0.5)


def _finer(found: list[Verified]) -> Model | None:
    """The model with the next step; None where that would be too much work."""
    last = found[-1].model
    step = next_step(found)
    work = found[-1].run.cell_steps * (last.time_step / step) ** 2
    if last.pools is not None:
        work *= HALF_AS_WELL * len(last.pools.mobile)
    if last.steps * last.time_step / step > MOST_STEPS or work > MOST_WORK:
        return None
    try:
        finer = with_time_step(last, step)
    except ScenarioError:
        return None
    return finer if finer.time_step < last.time_step else None


def _refined(found: list[Verified], best: Verified) -> list[Notice]:
    """Tell that the step was made finer, and why."""
    first = found[0]
    if best is first:
        return []
    steps = f"{span(first.model.time_step)} to {span(best.model.time_step)}"
    asked = first.model.scenario.numerics.error
    message = (
        f"made finer, {steps}: with the first an error of {percent(first.worst * asked)} was "
        f"measured, {percent(asked)} is asked for"
    )
    return [Notice("time step", message)]


def _missed(found: list[Verified], best: Verified) -> list[Notice]:
    """Tell of every station that misses the error asked for, and what would meet it."""
    error, model = best.run.achieved_error, best.model
    if error is None or not best.worst > 1.0:
        return []
    asked = model.scenario.numerics.error
    offer = f'time_step = "{nice_step(next_step(found))}" under [numerics] should meet it'
    if best.run.engine == "transfer":
        offer = "that is as near as the transfer engine comes here"
    elif not _helped(found):
        offer = "a finer step helps little there"
    names = np.array([one.name for one in model.scenario.constituents])
    told = []
    for station, place in enumerate(model.stations):
        missed = error[:, station] > asked
        if missed.any():
            of = f" ({', '.join(names[missed])})" if names.size > 1 else ""
            error_there = percent(float(error[missed, station].max()))
            message = (
                f"misses the numerical error asked for: {error_there}{of} in place of "
                f"{percent(asked)}; {offer}"
            )
            told.append(Notice(f"{place.kind} {place.name}", message))
    return told


def percent(share: float) -> str:
    """A share in per cent with two digits: ``"0.64 %"``."""
    return f"{100.0 * share:.2g} %" if share < 1.0 else f"{100.0 * share:.0f} %"


def span(seconds: float) -> str:
    """A time step with its unit: ``"15 min"``, ``"8.4 s"``."""
    if seconds >= 120.0:
        return f"{seconds / 60.0:.3g} min"
    return f"{seconds:.3g} s"


def nice_step(seconds: float) -> str:
    """A time step rounded down to what one would write: ``"5 min"``."""
    scale, unit = (60.0, "min") if seconds >= 60.0 else (1.0, "s")
    if seconds >= 3600.0:
        scale, unit = 3600.0, "h"
    fitting = [nice for nice in NICE_STEPS if nice * scale <= seconds]
    if not fitting:
        return f"{seconds:.2g} s"
    return f"{fitting[-1]:g} {unit}"


def _part(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """A share of the whole bar."""
    if progress is None:
        return None
    return lambda share: progress(begin + (end - begin) * share)

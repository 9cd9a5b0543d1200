"""Curves to hold a run against: exact ones, or those of a march with half the step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import simulation
from ..model import with_time_step
from ..sources import SlugSchedule, decay_rates

if TYPE_CHECKING:
    from ..model import Model
    from ..sources import CompiledRelease
    from ..transfer import River, Series

Array = NDArray[np.float64]
Progress = Callable[[float], None]

HALVING_FACTOR = 2.0
"""Error of a run over its distance from one with half the step.

That ratio is 1 / (1 - 2^-p) for an error of order p: 2, 4/3, 8/7, ..., 1. So 2 is never below the
error and at most twice the error, whatever the order from one on.
"""
STAIRCASE = 5e-5
"""Error of exact curves where water comes or goes along a reach, which is done by small steps."""
HALVED = "twice the distance from a run with half the step"
EXACT = "distance from the transfer engine's curves plus their own error"
OWN = "distance from the same curves on whole windows plus what those leave out"
ROUND_OFF = 1e-10
"""Error down to which exact curves can be told from closed forms."""


@dataclass(frozen=True)
class Reference:
    """Better curves than those of a run."""

    concentration: Array
    """(N, S, T) [kg/m3]."""
    factor: float
    """Largest error of the run over its distance from these curves [-]."""
    error: Array
    """(N, S) error of these curves themselves [-]."""
    words: str
    """How the error is found with them."""
    exact: bool
    """True where they do not depend on a step."""


def half_step_reference(model: Model, progress: Progress | None = None) -> Reference:
    """Curves from marching again with half the step, at stations only.

    Raises
    ------
    ScenarioError, SimulationError
        From marching again.
    """
    half = with_time_step(replace(model, engine="march"), 0.5 * model.time_step)
    found = simulation.simulate(half.curves_only(), progress).concentration
    return Reference(found, HALVING_FACTOR, np.zeros(found.shape[:2]), HALVED, False)


def exact_reference(model: Model) -> Reference | None:
    """Curves of the transfer engine for the same river; None where it cannot have them.

    It cannot where constituents have pools that exchange, where flow changes or a reservoir is in
    two layers, or where a curve is too sharp; and what is spread along a reach it has at points
    only.

    Their own error is what a Fourier series on a window leaves: the size of the last frequencies
    and what the curve still holds at the ends of its window; round-off; and, where water comes or
    goes along a reach, that of the staircase of discharges it is cut into.
    """
    from ..transfer import NotSmoothError, prepare

    spread = any(release.seep is not None for release in model.releases)
    if model.pools is not None or model.varies or model.scenario.is_layered or spread:
        return None
    tank = np.array([reach.kind == "tank" for reach in model.scenario.reaches], dtype=np.bool_)
    shape = (len(model.scenario.substances), len(model.stations), model.output_time.size)
    found = np.zeros(shape)
    left = np.zeros(shape[:2])
    known: dict[tuple[object, ...], list[_Curve]] = {}
    for number, substance in enumerate(model.scenario.substances):
        rates = decay_rates(substance, model.flow)
        river = prepare(model.network, model.flow, *rates, tank)
        for release in model.releases:
            if release.substance != number:
                continue
            key = (release.position, *(rate.tobytes() for rate in rates), _shape(release))
            try:
                if key not in known:
                    known[key] = _curves(model, river, release)
            except NotSmoothError:
                return None
            for curve in known[key]:
                found[number, curve.station] += _mass(release) * curve.value
                left[number, curve.station] += _mass(release) * curve.left
    seen = model.output_time
    interval = float(seen[1] - seen[0]) if seen.size > 1 else 1.0
    area = interval * np.abs(found).sum(axis=2)
    error = left / np.where(area > 0.0, area, np.inf)
    error += ROUND_OFF + _staircase(model)
    return Reference(found, 1.0, error, OWN if model.engine == "transfer" else EXACT, True)


@dataclass(frozen=True)
class _Curve:
    """What a kilogram of a release does at a station."""

    station: int
    value: Array
    """(T,) concentration [1/m3]."""
    left: float
    """What its series leaves out, integrated over time [s/m3]."""


def _curves(model: Model, river: River, release: CompiledRelease) -> list[_Curve]:
    """Curves at the stations below a release."""
    from ..transfer import build_course, source_of
    from ..transfer.response import CONCENTRATION, ask, questions_at

    below = [s for s, place in enumerate(model.stations) if np.isfinite(place.travel_time)]
    course = build_course(river, release.position, [model.stations[s].position for s in below])
    below = [s for s in below if course.locate(model.stations[s].position) is not None]
    places = [model.stations[s].position for s in below]
    source = source_of([release.schedule], model.scenario.case.duration)
    weight = 1.0 / _mass(release)
    found = []
    for answers in ask(course, source, questions_at(course, places, CONCENTRATION)):
        for number, row in enumerate(answers.rows.tolist()):
            series = answers.series(number)
            value = series.at(model.output_time)
            found.append(_Curve(below[row], weight * value, weight * _left_out(series)))
    return found


def _staircase(model: Model) -> float:
    """Error of exact curves by cutting a discharge that changes along reaches into steps.

    Where water is lost, mass that disperses upstream from a release, D / U far, loses its share
    of it at a step instead of on the way.
    """
    flow, active = model.flow, model.route.active
    lateral = flow.lateral_inflow[active]
    if not lateral.any():
        return 0.0
    layer = flow.dispersion_coefficient[active] / flow.velocity[active]
    lost = layer * np.maximum(-lateral, 0.0) / flow.discharge_foot[active]
    return STAIRCASE + float(lost.max())


def _left_out(series: Series) -> float:
    """What a series on a window leaves out or folds back, integrated over time."""
    size = np.abs(series.coefficient)
    ends = abs(float(series.coefficient.real.sum()))
    return series.period * (4.0 * float(size[-4:].max()) + ends)


def _mass(release: CompiledRelease) -> float:
    """What a release is scaled by; any number in proportion to it will do [kg]."""
    schedule = release.schedule
    if isinstance(schedule, SlugSchedule):
        return schedule.mass or 1.0
    return abs(schedule.mass) or 1.0


def _shape(release: CompiledRelease) -> tuple[object, ...]:
    """What makes two releases alike but for their mass."""
    schedule = release.schedule
    if isinstance(schedule, SlugSchedule):
        return ("slug", schedule.time)
    height = getattr(schedule, "rate", getattr(schedule, "concentration", None))
    scaled = np.round(np.asarray(height) / _mass(release), 15)
    return (type(schedule).__name__, schedule.time.tobytes(), scaled.tobytes())

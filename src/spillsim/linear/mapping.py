"""From the answers of a border to what it sees of a release anywhere upstream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..sources import decay_rates
from ..transport.adjoint import answer_steps
from ..transport.backward import SHARE, Answers, backward, point_reading
from ..transport.medium import build_exchange
from ..transport.resolution import step_for_error
from .level import Level, choose_level, substance_called
from .sampling import Sampled, head_coordinates, sample, site_coordinates
from .upstream import UpstreamModel, assemble_upstream

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.sections import Substance
    from ..transport.backward import Backward

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LONGEST = 4.0
"""How many times the longest way answers are followed; longer tails end there."""
LEAST_SHARE = 1e-30
"""Part of the largest answer down to which a low level lets the window widen."""


@dataclass(frozen=True)
class Sites:
    """P places upstream and what the border sees of a mass released there; nan: nothing."""

    reach: Indices
    """(P,) reach that holds each place."""
    inside: Array
    """(P,) distance from the head of that reach [m]."""
    distance: Array
    """(P,) along the river down to the border [m]."""
    travel_time: Array
    """(P,) of the water down to the border [s]."""
    arrival: Array
    """(P,) time from the release to the first rise above the level [s]."""
    ending: Array
    """(P,) time from the release to the last fall below the level [s]."""
    peak_time: Array
    """(P,) time from the release to the peak [s]."""
    peak: Array
    """(P,) highest concentration per mass released [1/m3]."""
    passed: Array
    """(P,) share of the mass that passes the border; the rest decays or is taken out [-]."""
    resolved: NDArray[np.bool_]
    """(P,) true where the curve is wide enough for the time step to meet the error."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for, as the user writes it; None: what the scenario says."""

    substance: str | None = None
    mass: str | None = None
    threshold: str | None = None
    error: float | None = None


@dataclass(frozen=True)
class ReachMap:
    """What a border sees of releases anywhere upstream."""

    model: UpstreamModel
    substance: Substance
    level: Level
    heads: Sites
    """At the head of every reach upstream, each after all below it."""
    cells: Sites
    """At the middle of every cell upstream."""
    cell_ends: Array
    """(P, 2) distance of both ends of each cell from the head of its reach [m]."""
    notices: tuple[Notice, ...]
    cell_steps: int
    profile: dict[str, float]
    """Seconds per stage."""

    @property
    def resolved_from(self) -> float:
        """Distance above the border from which on the error is met everywhere [m]."""
        far = self.cells.distance[~self.cells.resolved]
        return float(far.max()) if far.size else 0.0


def reach_map(question: Question, progress: Callable[[float], None] | None = None) -> ReachMap:
    """March the answers of the border back through all that drains to it.

    Where arrival is a share of each place's own peak the march is done twice, first for the
    peaks. So it is where a level lies so far below them that the window must be wider.
    """
    model, substance, level = question.model, question.substance, question.level
    grid = model.grid
    exchange = build_exchange(grid, *decay_rates(substance, model.flow))
    reading = point_reading(grid, model.place.position)
    backwards = backward(grid, reading, model.dispersion, exchange)
    begun = perf_counter()
    backwards.march(1)  # loads the kernel
    loaded = perf_counter()
    answers, steps = _march(question, backwards, progress)
    marched = perf_counter()
    flux = dispersive_surplus(model, substance)
    heads = _heads(model, answers, flux)
    cells, ends = _cells(model, answers, flux)
    notices = list(model.notices)
    if answers.steps >= steps:
        message = (
            f"answers were followed for {steps * grid.time_step / 86_400.0:.4g} d; "
            "what comes later is left out"
        )
        notices.append(Notice("long tails", message))
    gathered = perf_counter()
    profile = {
        "load_kernels": loaded - begun, "march": marched - loaded, "gather": gathered - marched
    }  # fmt: skip
    return ReachMap(
        model, substance, level, heads, cells, ends, tuple(notices), answers.cell_steps, profile
    )


@dataclass(frozen=True)
class Question:
    """A border and what is asked of it, ready to be marched back."""

    model: UpstreamModel
    substance: Substance
    level: Level

    @property
    def longest_way(self) -> float:
        """Time in which the longest way and the width of its curve pass [s]."""
        ways, flow = self.model.ways, self.model.flow
        reaches = ways.reaches
        beta = np.where(flow.exchange_coefficient > 0.0, flow.storage_area_ratio, 0.0)
        travel = self.model.theta - self.model.route.theta_head[reaches]
        held = 1.0 + float(beta[reaches].max())
        return float(np.max(held * travel + 8.0 * np.sqrt(ways.variance[reaches])))


def ask(scenario: Scenario, border: str | None, wanted: Wanted) -> Question:
    """Fix everything that is needed to find what a border or station sees.

    Raises
    ------
    ScenarioError, SpillsimError
        The case cannot be marched back, or border, substance, mass or threshold cannot be used.
    """
    substance = substance_called(scenario, wanted.substance)
    level = choose_level(substance, wanted.mass, wanted.threshold)
    return Question(assemble_upstream(scenario, border, wanted.error), substance, level)


def compiled() -> bool:
    """Tell whether the kernel lies compiled in numba's cache, so that a map starts at once."""
    if not hasattr(answer_steps, "stats"):
        return True  # compilation is switched off (NUMBA_DISABLE_JIT)
    place = getattr(answer_steps.stats, "cache_path", None)
    return place is not None and any(Path(place).glob("adjoint.answer_steps-*.nbi"))


def _march(
    question: Question, backwards: Backward, progress: Callable[[float], None] | None
) -> tuple[Answers, int]:
    """Answers with arrivals, and the number of steps they were followed at most."""
    grid, level = question.model.grid, question.level
    longest = question.longest_way / grid.time_step
    steps = int(np.ceil(LONGEST * longest)) + 100
    passes = 2 if level.threshold is None else 1

    def told(before: int) -> Callable[[float], None]:
        def report(step: float) -> None:
            if progress is not None:
                progress(min((before + min(step / longest, 1.0)) / passes, 1.0))

        return report

    if level.threshold is None:
        wanted = level.share * backwards.march(steps, None, told(0)).largest
        share = min(SHARE, 1e-3 * level.share)
        # where nothing comes nothing arrives
        wanted = np.where(wanted > 0.0, wanted, np.inf)
        return backwards.march(steps, wanted, told(1), share), steps
    wanted = np.full(grid.cells.volume.size, level.per_mass)
    answers = backwards.march(steps, wanted, told(0))
    highest = float(np.nanmax(answers.peak, initial=0.0))
    share = max(1e-3 * level.per_mass / highest, LEAST_SHARE) if highest > 0.0 else SHARE
    if share < SHARE:
        answers = backwards.march(steps, wanted, None, share)
    return answers, steps


def dispersive_surplus(model: UpstreamModel, substance: Substance) -> float:
    """Mass that passes the border over what its discharge carries past it [-].

    Where a substance decays, the exposure falls down the river like exp(-kappa x), and dispersion
    carries a part D kappa / U along, with kappa = [sqrt(U2 + 4 k D) - U] / (2 D); what decays in
    storage adds alpha k_s / (alpha / beta + k_s) to k.
    """
    flow, reach = model.flow, model.place.position.reach
    channel, stored = (float(rate[reach]) for rate in decay_rates(substance, flow))
    alpha, beta = float(flow.exchange_coefficient[reach]), float(flow.storage_area_ratio[reach])
    if alpha > 0.0 and beta > 0.0:
        channel += alpha * stored / (alpha / beta + stored)
    spread = float(flow.dispersion_coefficient[reach]) / model.place.velocity**2
    return 0.5 * (1.0 + float(np.sqrt(1.0 + 4.0 * channel * spread)))


def _heads(model: UpstreamModel, answers: Answers, flux: float) -> Sites:
    """What the border sees of releases at the heads of reaches."""
    reach = model.ways.reaches
    return _sites(
        model, (reach, np.zeros(reach.size), model.route.theta_head[reach]), flux,
        sample(answers, *head_coordinates(model.grid, reach)),
    )  # fmt: skip


def _cells(model: UpstreamModel, answers: Answers, flux: float) -> tuple[Sites, Array]:
    """What the border sees of releases in the middle of every cell that lies upstream."""
    grid = model.grid
    upstream = np.zeros(len(model.network.reach_id), dtype=np.bool_)
    upstream[model.ways.reaches] = True
    own = grid.own_cells
    theta = np.concatenate([0.5 * (p.theta[1:] + p.theta[:-1])[: p.length] for p in grid.paths])
    inside = grid.cell_distance[own].mean(axis=1)
    reach = grid.cell_reach[own]
    above = upstream[reach] & (theta < model.theta)
    above &= (reach != model.place.position.reach) | (inside < model.place.position.distance)
    chosen = own[above]
    sites = _sites(
        model, (reach[above], inside[above], theta[above]), flux,
        sample(answers, *site_coordinates(grid, chosen, theta[above])),
    )  # fmt: skip
    return sites, grid.cell_distance[chosen]


def _sites(
    model: UpstreamModel, where: tuple[Indices, Array, Array], flux: float, found: Sampled
) -> Sites:
    """``where`` holds reach, distance in it and coordinate of every place."""
    reach, inside, theta = where
    ways = model.ways
    variance = ways.variance[reach] - ways.per_length[reach] * inside
    widest = np.sqrt(np.maximum(variance, 0.0))
    return Sites(
        reach, inside, ways.distance[reach] - inside, model.theta - theta,
        found.arrival, found.ending, found.peak_time, found.peak,
        found.exposure * model.place.discharge * flux,
        step_for_error(1.0, model.error) * widest >= model.grid.time_step * (1.0 - 1e-9),
    )  # fmt: skip

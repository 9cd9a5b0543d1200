"""The time step of a case from the error asked for, and the interval of its outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .errors import Notice
from .hydraulics import SteadyFlow
from .network.network import Network, Position
from .places import StationPlace
from .sources import CompiledRelease
from .transport.kinetics import Kinetics
from .transport.paths import Route
from .transport.resolution import (
    step_for_error,
    step_for_length,
    step_for_reactions,
    step_for_splitting,
    temporal_deviations,
)

if TYPE_CHECKING:
    from .scenario import Scenario

MOST_STEPS = 200_000
"""Steps beyond which a place close to the release is not resolved any further."""
MOST_OUTPUTS = 10_000
"""Output times beyond which the interval is not made any shorter."""
NICE_INTERVALS = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0, 21600.0)
"""Output intervals to choose from when the scenario names none [s]."""


def time_step(
    scenario: Scenario, network: Network, route: Route, releases: Sequence[CompiledRelease],
    places: Sequence[StationPlace],
) -> tuple[float, str, list[Notice], float]:  # fmt: skip
    """Time step, what set it, doubts, and the width of the narrowest front [s]."""
    numerics, flow = scenario.numerics, route.flow
    releases = _each_once(releases)
    spans = [(r.origin, r.schedule.span[1] - r.schedule.span[0]) for r in releases]
    spreads = temporal_deviations(network, flow, spans, [place.position for place in places])
    shortest = scenario.case.duration / MOST_STEPS
    narrowest = shortest / step_for_error(1.0, numerics.error)
    if not bool(np.any(spreads.deviation >= narrowest)):
        # no place is far enough below a release to be resolved: the way to the outlet is
        last = int(np.flatnonzero(network.reach_to == network.outlet)[0])
        foot = Position(last, float(network.reach_length[last]))
        outlet = temporal_deviations(network, flow, spans, [foot])
        outlet = replace(outlet, place=np.full(outlet.place.size, -1))
        spreads = spreads.join(outlet)
    spreads = spreads.take(np.argsort(spreads.deviation, kind="stable"))
    resolved = spreads.deviation >= narrowest
    kept = spreads.take(resolved) if resolved.any() else spreads
    narrow = kept.place[0]
    near = spreads.take(~resolved & (spreads.place >= 0))
    doubts = [
        Notice(
            f"{places[place].kind} {places[place].name}",
            f"is so close to release {releases[release].name} that an error of "
            f"{numerics.error:.3g} would take more than {MOST_STEPS} steps; it is larger there",
        )
        for release, place in zip(near.release.tolist(), near.place.tolist(), strict=True)
    ]
    named = places[narrow].name if narrow >= 0 else "the outlet"
    step = max(step_for_error(float(kept.deviation[0]), numerics.error), shortest)
    basis = f"error = {100.0 * numerics.error:.3g} % at {named}"
    along = _step_along_seeps(network, flow, releases, places, numerics.error)
    if max(along, shortest) < step:
        step, basis = max(along, shortest), f"error = {100.0 * numerics.error:.3g} % along seepage"
    if numerics.cell_length is not None:
        limit = step_for_length(flow, route.active, numerics.cell_length)
        if numerics.time_step is None or limit < numerics.time_step:
            step, basis = limit, f"cell_length = {numerics.cell_length:.4g} m"
    if numerics.time_step is not None and basis.startswith("error"):
        step, basis = numerics.time_step, "time_step given"
    step = min(step, scenario.case.duration)
    if basis != "time_step given":
        step = fit_releases(step, [span for _, span in spans])
    split = step_for_splitting(flow, route.active, step)
    if split < min(shortest, step):
        message = (
            "exchange is so fast for the dispersion there that the step would have to be "
            f"{split:.3g} s; with {shortest:.3g} s the computed plume is wider than it should be"
        )
        doubts.append(Notice("transient storage", message))
        split = shortest
    if split < step:
        step, basis = split, basis + ", shortened for transient storage"
    return step, basis, doubts, float(kept.edge.min())


def shorten_for_pools(
    kinetics: Kinetics, route: Route, duration: float, step: float
) -> tuple[float, list[Notice]]:
    """Step that exchange between pools allows [s], and what to tell if it is still too long."""
    wanted = step_for_reactions(kinetics, route.flow, route.active, step)
    shortest = min(duration / MOST_STEPS, step)
    if wanted >= shortest:
        return wanted, []
    message = (
        "exchange with the bed is so fast for the dispersion there that the step would have to be "
        f"{wanted:.3g} s; with {shortest:.3g} s the computed plume is wider than it should be"
    )
    return shortest, [Notice("exchange with the bed", message)]


def _step_along_seeps(
    network: Network, flow: SteadyFlow, releases: Sequence[CompiledRelease],
    places: Sequence[StationPlace], error: float,
) -> float:  # fmt: skip
    """Longest step that shows how concentration grows along reaches with seepage, inf if none [s].

    At the foot of such a reach the growth ends. Cells of c round that off, by up to a third of c
    times the growth per length there (both marches, measured), so c may be 3 times the error of
    the reach's length. Only reaches with a station in them, or in the reach below, count.
    """
    watched = {place.position.reach for place in places}
    reaches = {r.position.reach for r in releases if r.seep is not None}
    near = [r for r in reaches if watched & {r, int(network.below[r])}]
    return min((3.0 * error * float(flow.travel_time[r]) for r in near), default=math.inf)


def fit_releases(step: float, durations: Sequence[float]) -> float:
    """Shorten a step so that the shortest release that is longer takes a whole number of them."""
    longer = [duration for duration in durations if duration >= step]
    if not longer:
        return step
    shortest = min(longer)
    return shortest / math.ceil(shortest / step - 1e-9)


def output_interval(deviation: float, duration: float) -> float:
    """Interval that shows a front of a standard deviation well, in at most 10,000 values [s]."""
    enough = [nice for nice in NICE_INTERVALS if nice >= duration / MOST_OUTPUTS]
    fine = [nice for nice in enough if nice <= deviation / 3.0]
    return fine[-1] if fine else (enough or NICE_INTERVALS[-1:])[0]


def _each_once(releases: Sequence[CompiledRelease]) -> list[CompiledRelease]:
    """The releases, each that is spread along a reach only by the first of its parts."""
    return [release for release in releases if release.seep is None or release.seep.part == 0]

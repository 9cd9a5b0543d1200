"""The steps that members marched side by side need, each in its own clock.

By the rules of ``stepping``: the error asked for at the narrowest curve, or what the scenario
says. In the clock of a member whose water is as many times as fast, velocities are those of the
case, and dispersion and exchange are over that factor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from .single import Array

if TYPE_CHECKING:
    from ..model import Model

POINTS = 33
"""Ratios of D to U at which the width of curves is worked out; between them it is interpolated."""
SAFETY = 0.97
"""On steps for an error: releases of members do not take a whole number of steps, as those of runs
of their own do."""


def needed_steps(model: Model, factors: Sequence[Mapping[str, Array]]) -> Array:
    """(M,) longest step of each member in its own clock [s].

    Parameters
    ----------
    model : the case
    factors : (N,) for each substance, factors by name, (M,) each
    """
    from ..transport.resolution import DISPERSION_NUMBER

    numerics, flow, active = model.scenario.numerics, model.route.flow, model.route.active
    pace = factors[0]["velocity"]
    ratio = factors[0]["dispersion"] / pace
    step = _for_error(model, factors, ratio)
    if numerics.cell_length is not None:
        length = numerics.cell_length
        travel = float((length / flow.velocity[active]).min())
        most = float(flow.dispersion_coefficient[active].max())
        limit = np.minimum(travel, DISPERSION_NUMBER * length**2 / most / ratio)
        if numerics.time_step is not None:
            limit = np.minimum(limit, numerics.time_step * pace)
        step = limit
    elif numerics.time_step is not None:
        step = numerics.time_step * pace
    step = np.minimum(step, model.scenario.case.duration * pace)
    return _for_splitting(model, step, ratio, factors[0]["exchange"] / pace)


def _for_error(model: Model, factors: Sequence[Mapping[str, Array]], ratio: Array) -> Array:
    """(M,) step for the error asked for at the narrowest curve that can be resolved [s]."""
    from ..stepping import MOST_STEPS
    from ..transport.resolution import EDGE_WEIGHT, step_for_error, temporal_deviations

    scenario, flow = model.scenario, model.route.flow
    pace = factors[0]["velocity"]
    most_widths = 1.0 / step_for_error(1.0, scenario.numerics.error)
    shortest = scenario.case.duration * pace / MOST_STEPS
    tried = np.geomspace(ratio.min(), ratio.max() * (1.0 + 1e-12), POINTS)
    places = [place.position for place in model.stations]
    spans = [(r.origin, 0.0) for r in model.releases]
    edges = []
    for one in tried.tolist():
        own = replace(flow, dispersion_coefficient=flow.dispersion_coefficient * one)
        spreads = temporal_deviations(model.network, own, spans, places)
        edges.append(spreads.edge)
    narrowest = np.full(ratio.shape, np.inf)
    for pair, release in enumerate(spreads.release.tolist()):
        at = np.array([edge[pair] for edge in edges])
        if not (at > 0.0).all():
            continue
        edge = np.exp(np.interp(np.log(ratio), np.log(tried), np.log(at)))
        first, last = model.releases[release].schedule.span
        longer = factors[model.releases[release].substance]["duration"]
        total = edge**2 + ((last - first) * longer * pace) ** 2 / 12.0
        width = np.sqrt(total) * (edge**2 / total) ** (EDGE_WEIGHT / 2.0)
        resolved = width >= shortest * most_widths
        narrowest = np.where(resolved, np.minimum(narrowest, width), narrowest)
    found = SAFETY * narrowest / most_widths
    # no place is far enough below a release to be resolved: as long as the case's own step
    return np.where(np.isfinite(found), found, model.march.time_step)


def _for_splitting(model: Model, step: Array, ratio: Array, exchange: Array) -> Array:
    """(M,) the step, shortened as ``step_for_splitting`` does it for one member [s]."""
    from ..stepping import MOST_STEPS
    from ..transport.splitting import SPLITTING_SHARE, splitting_dispersion

    flow, active = model.route.flow, model.route.active
    if not np.any((flow.storage_area_ratio > 0.0) & (flow.exchange_coefficient > 0.0)):
        return step
    own: Any = SimpleNamespace(
        velocity=flow.velocity, storage_area_ratio=flow.storage_area_ratio,
        exchange_coefficient=flow.exchange_coefficient * exchange[:, None],
    )  # fmt: skip
    allowed = SPLITTING_SHARE * flow.dispersion_coefficient * ratio[:, None]
    least = np.minimum(model.scenario.case.duration / MOST_STEPS, step)
    given = step
    while True:
        added = splitting_dispersion(own, given[:, None])  # type: ignore[arg-type]
        short = ((added > allowed) & active).any(axis=1) & (given > least)
        if not short.any():
            return given
        given = np.where(short, np.maximum(0.8 * given, least), given)

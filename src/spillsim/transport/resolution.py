"""How long a time step may be for the error that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..network.network import Network, Position
from .arrays import FloatArray
from .splitting import SPLITTING_SHARE, splitting_dispersion

STEPS_AT_ONE_PERCENT = 3.7
"""Steps per standard deviation of the breakthrough curve at which the error is 1 %."""
ORDER = 0.38
"""The step falls with this power of the error asked for; measured order of the error 2.4 to 3."""
DISPERSION_NUMBER = 0.64
"""Largest D dt / dx2 of a cell; dx = max(U dt, 1.25 sqrt(D dt)) keeps below it."""
EDGE_WEIGHT = 0.4
"""How far the edges of a long release, as narrow as dispersion leaves them, set the step."""


@dataclass(frozen=True)
class Spread:
    """Width in time of a release's curve at a place, as the step has to follow it."""

    release: int
    place: int
    deviation: float
    """Width that sets the step [s]."""
    edge: float
    """Standard deviation that dispersion alone gives, the width of front and tail [s]."""


def temporal_deviations(
    network: Network,
    flow: SteadyFlow,
    releases: Sequence[tuple[Position, float]],
    places: Sequence[Position],
) -> list[Spread]:
    """Spread of every release at every place below it.

    The variance grows by 2 D L (1 + beta)2 / U3 along a reach of length L (Aris 1956), but no
    more than in a vessel that is mixed by D, T2 [2 / P - 2 / P2 (1 - exp(-P))] with P = U L / D
    and the residence time T (Levenspiel & Smith 1957), which is the same for large P; an even
    release of duration tau starts with tau2 / 12. Where that dominates, the curve is a plateau
    and the error lies at its edges, which are narrower than the whole: the width that counts is
    sigma ^ 0.6 sigma_dispersion ^ 0.4 (found by comparing with exact curves; the tests hold it to
    that). What transient storage adds besides is left
    out on purpose: it lengthens the tail, while the front and the peak that the step has to
    follow stay as narrow as dispersion leaves them.

    Parameters
    ----------
    releases : sequence of (position, duration [s])
    places : sequence of Position
    """
    per_length = variance_per_length(network, flow)
    found = []
    for r, (origin, duration) in enumerate(releases):
        below = _variance_below(network, per_length, origin)
        for p, place in enumerate(places):
            if place.reach not in below:
                continue
            variance = below[place.reach] + per_length[place.reach] * place.distance
            if place.reach == origin.reach and place.distance < origin.distance:
                continue
            dispersed = max(float(variance), 0.0)
            total = dispersed + duration**2 / 12.0
            share = dispersed / total if total > 0.0 else 1.0
            width = float(np.sqrt(total) * share ** (EDGE_WEIGHT / 2.0))
            found.append(Spread(r, p, width, float(np.sqrt(dispersed))))
    return found


def variance_per_length(network: Network, flow: SteadyFlow) -> FloatArray:
    """(R,) variance in time that a curve gains per length of a reach [s2/m].

    As told in ``temporal_deviations``.
    """
    length = network.reach_length
    beta = np.where(flow.exchange_coefficient > 0.0, flow.storage_area_ratio, 0.0)
    residence = (1.0 + beta) * length / flow.velocity
    peclet = flow.velocity * length / flow.dispersion_coefficient
    # the difference cancels for small P, where 1 - P/3 takes over
    small = peclet < 1e-4
    safe = np.where(small, 1.0, peclet)
    mixed = np.where(small, 1.0 - peclet / 3.0, 2.0 / safe + 2.0 / safe**2 * np.expm1(-safe))
    return np.asarray(residence**2 * mixed / length)


def _variance_below(network: Network, per_length: np.ndarray, origin: Position) -> dict[int, float]:
    """Variance gained from a release to the head of each reach below it [s2]."""
    gained: dict[int, float] = {}
    reach = origin.reach
    variance = -float(per_length[reach]) * origin.distance
    while reach >= 0:
        gained[reach] = variance
        variance += float(per_length[reach] * network.reach_length[reach])
        reach = int(network.reach_below[network.reach_to[reach]])
    return gained


def step_for_error(deviation: float, error: float) -> float:
    """Longest time step for an error at a curve of a given standard deviation [s].

    Parameters
    ----------
    deviation : standard deviation of the breakthrough curve [s]
    error : L1 error as a share of the area under the curve [-]
    """
    return float(deviation / (STEPS_AT_ONE_PERCENT * (0.01 / error) ** ORDER))


def step_for_splitting(flow: SteadyFlow, active: np.ndarray, step: float) -> float:
    """Shorten a step until splitting adds no more dispersion than can be taken off again [s]."""
    allowed = SPLITTING_SHARE * flow.dispersion_coefficient
    while bool(np.any((splitting_dispersion(flow, step) > allowed) & active)):
        step *= 0.8
    return step


def step_for_length(flow: SteadyFlow, active: np.ndarray, length: float) -> float:
    """Time step at which no cell is longer than ``length`` [s].

    A cell holds one step of travel, or sqrt(D dt / 0.64) where dispersion asks for more.
    """
    travel = length / flow.velocity[active]
    mixing = DISPERSION_NUMBER * length**2 / flow.dispersion_coefficient[active]
    return float(np.minimum(travel, mixing).min())

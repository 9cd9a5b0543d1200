"""How long a time step may be for the error that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..network.network import Network, Position
from ..network.paths import sum_to_outlet
from .arrays import BoolArray, FloatArray, IntArray
from .kinetics import Kinetics
from .splitting import SPLITTING_SHARE, bed_splitting, splitting_dispersion

STEPS_AT_ONE_PERCENT = 3.7
"""Steps per standard deviation of the breakthrough curve at which the error is 1 %."""
ORDER = 0.38
"""The step falls with this power of the error asked for; measured order of the error 2.4 to 3."""
DISPERSION_NUMBER = 0.64
"""Largest D dt / dx2 of a cell; dx = max(U dt, 1.25 sqrt(D dt)) keeps below it."""
SETTLED = 0.5
"""Settling rate times the step above which rates that follow concentration ask for less."""
EDGE_WEIGHT = 0.4
"""How far the edges of a long release, as narrow as dispersion leaves them, set the step."""


@dataclass(frozen=True)
class Spreads:
    """Width in time of M curves, each of a release at a place, as the step has to follow it.

    Ordered by release, then by place.
    """

    release: IntArray
    """(M,) number of the release."""
    place: IntArray
    """(M,) number of the place."""
    deviation: FloatArray
    """(M,) width that sets the step [s]."""
    edge: FloatArray
    """(M,) standard deviation that dispersion alone gives, the width of front and tail [s]."""

    def take(self, rows: IntArray | BoolArray) -> Spreads:
        """Some of the curves."""
        return Spreads(self.release[rows], self.place[rows], self.deviation[rows], self.edge[rows])

    def join(self, other: Spreads) -> Spreads:
        """These curves, then those of another."""
        return Spreads(
            np.concatenate([self.release, other.release]),
            np.concatenate([self.place, other.place]),
            np.concatenate([self.deviation, other.deviation]),
            np.concatenate([self.edge, other.edge]),
        )


def temporal_deviations(
    network: Network,
    flow: SteadyFlow,
    releases: Sequence[tuple[Position, float]],
    places: Sequence[Position],
) -> Spreads:
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
    origin = [position for position, _ in releases]
    gained = _gained_on_tree if network.is_tree else _gained_through_arms
    found = gained(network, per_length, origin, places)
    release_variance = np.array([duration for _, duration in releases]) ** 2 / 12.0
    none = np.zeros(0)
    release = np.concatenate([none.astype(np.int64), *(rows for rows, _ in found)])
    numbers = np.repeat(np.arange(len(found)), [rows.size for rows, _ in found])
    dispersed = np.maximum(np.concatenate([none, *(variance for _, variance in found)]), 0.0)
    total = dispersed + release_variance[release]
    share = np.where(total > 0.0, dispersed / np.where(total > 0.0, total, 1.0), 1.0)
    width = np.sqrt(total) * share ** (EDGE_WEIGHT / 2.0)
    order = np.lexsort((numbers, release))
    return Spreads(release, numbers.astype(np.int64), width, np.sqrt(dispersed)).take(order)


def _gained_on_tree(
    network: Network, per_length: FloatArray, origin: Sequence[Position], places: Sequence[Position]
) -> list[tuple[IntArray, FloatArray]]:
    """Of each place the releases above it and the variance gained from them [s2].

    From sums to the outlet, so that nothing is walked for each release.
    """
    number, end = network.descent
    to_outlet = sum_to_outlet(network, per_length * network.reach_length)
    held = np.array([position.reach for position in origin], dtype=np.int64)
    within = np.array([position.distance for position in origin], dtype=np.float64)
    above = to_outlet[held] - per_length[held] * within
    found = []
    for place in places:
        reach = place.reach
        passes = (number[reach] <= number[held]) & (number[held] < end[reach])
        rows = np.flatnonzero(passes & ~((held == reach) & (place.distance < within)))
        left = to_outlet[reach] - per_length[reach] * place.distance
        # in the same reach nothing of the way to the outlet is left to round off
        near = per_length[reach] * (place.distance - within[rows])
        found.append((rows, np.where(held[rows] == reach, near, above[rows] - left)))
    return found


def _gained_through_arms(
    network: Network, per_length: FloatArray, origin: Sequence[Position], places: Sequence[Position]
) -> list[tuple[IntArray, FloatArray]]:
    """The same where the river divides: every way is walked."""
    rows: list[list[int]] = [[] for _ in places]
    gained: list[list[float]] = [[] for _ in places]
    for r, release in enumerate(origin):
        below = _variance_below(network, per_length, release)
        for p, place in enumerate(places):
            upstream = place.reach == release.reach and place.distance < release.distance
            if place.reach in below and not upstream:
                rows[p].append(r)
                gained[p].append(below[place.reach] + per_length[place.reach] * place.distance)
    return [(np.array(r, dtype=np.int64), np.array(v)) for r, v in zip(rows, gained, strict=True)]


def variance_per_length(network: Network, flow: SteadyFlow) -> FloatArray:
    """(R,) variance in time that a curve gains per length of a reach [s2/m].

    As told in ``temporal_deviations``.
    """
    length = network.reach_length
    beta = np.where(flow.exchange_coefficient > 0.0, flow.storage_area_ratio, 0.0)
    residence = (1.0 + beta) * length / flow.velocity
    with np.errstate(divide="ignore"):  # a mixed tank has no dispersion, and no front to follow
        peclet = flow.velocity * length / flow.dispersion_coefficient
    # the difference cancels for small P, where 1 - P/3 takes over
    small = peclet < 1e-4
    safe = np.where(small, 1.0, peclet)
    mixed = np.where(small, 1.0 - peclet / 3.0, 2.0 / safe + 2.0 / safe**2 * np.expm1(-safe))
    return np.asarray(residence**2 * mixed / length)


def _variance_below(network: Network, per_length: np.ndarray, origin: Position) -> dict[int, float]:
    """Variance gained from a release to the head of each reach below it [s2].

    Where arms of a river meet again, the smaller one: the narrower curve sets the step.
    """
    gained = {origin.reach: -float(per_length[origin.reach]) * origin.distance}
    pointer, leaving = network.downstream_pointer, network.downstream_reach
    below = [origin.reach]
    for reach in below:  # grows while it is walked
        node = network.reach_to[reach]
        variance = gained[reach] + float(per_length[reach] * network.reach_length[reach])
        for arm in leaving[pointer[node] : pointer[node + 1]].tolist():
            if arm not in gained or variance < gained[arm]:
                gained[arm] = variance
                below.append(arm)
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


def step_for_reactions(
    kinetics: Kinetics, flow: SteadyFlow, active: BoolArray, step: float
) -> float:
    """Shorten a step for pools that exchange with the bed, and for what is not linear [s].

    Mobile pools move alike, so exchange among them and losses are exact at any step where cells
    move at Courant number one. What lies still for a while is spread by splitting the step, which
    ``exchanging.march_pools`` takes off the dispersion: that must leave enough of it, as in
    ``step_for_splitting``. Rates that follow concentration are taken twice in a step, and change
    as grains settle: a step holds at most ``SETTLED`` of what settles, but is at most quartered
    for it, for grains that settle within a step lie where they came in anyway.
    """
    shortest = 0.25 * step
    grains = kinetics.grains
    if grains is not None:
        bends = np.isfinite(grains.gelling) | (grains.floc[:, 0] > 0.0)
        if kinetics.sorption is not None:
            bends |= np.isin(grains.member, kinetics.sorption.member)
        rate = float(grains.settling[active][:, :, bends].max(initial=0.0))
        if rate * step > SETTLED:
            step = max(SETTLED / rate, shortest)
    allowed = SPLITTING_SHARE * flow.dispersion_coefficient
    while True:
        added = splitting_dispersion(flow, step) + bed_splitting(kinetics, flow, step).max(axis=1)
        if not bool(np.any((added > allowed) & (allowed > 0.0) & active)):
            return step
        step *= 0.8


def step_for_length(flow: SteadyFlow, active: np.ndarray, length: float) -> float:
    """Time step at which no cell is longer than ``length`` [s].

    A cell holds one step of travel, or sqrt(D dt / 0.64) where dispersion asks for more.
    """
    travel = length / flow.velocity[active]
    with np.errstate(divide="ignore"):
        mixing = DISPERSION_NUMBER * length**2 / flow.dispersion_coefficient[active]
    return float(np.minimum(travel, mixing).min())

"""The flows at which rates are tabulated where the flow changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..hydraulics import SteadyFlow, VaryingFlow, solve_met
from ..network.network import Network
from .reaches import reach_water

if TYPE_CHECKING:
    from ..scenario import Scenario

Array = NDArray[np.float64]

DISCHARGES = 9
"""Discharges per reach, evenly spaced in their logarithm."""
MOST_KINKS = 6
"""Further ones, where the stress on the bed passes a critical one."""
LEAST = 1e-3
"""Smallest discharge of a table over the largest of the reach."""
NARROW = 1.01
"""Largest over smallest discharge of a table at least."""


def flows_met(
    scenario: Scenario, network: Network, base: SteadyFlow, varying: VaryingFlow
) -> tuple[SteadyFlow, ...]:
    """Steady flows over the range of discharges that each reach carries, rising in every reach.

    Rates have kinks where the stress on the bed passes what lets grains settle or rise: a
    discharge of the table is put there.
    """
    low, high = discharge_range(network, base, varying)
    share = np.linspace(0.0, 1.0, DISCHARGES)
    knots = low[:, None] * (high / low)[:, None] ** share
    stresses = critical_stresses(scenario)[:MOST_KINKS]
    if stresses:
        rough = [solve_met(scenario, network, base, (q, q)) for q in knots.T]
        table = np.stack([reach_water(scenario, flow).shear_stress for flow in rough], axis=1)
        for stress in stresses:
            knots = _with_knot(knots, _crossing(table, knots[:, :DISCHARGES], stress))
        knots = np.sort(knots, axis=1)
    return tuple(solve_met(scenario, network, base, (q, q)) for q in knots.T)


def critical_stresses(scenario: Scenario) -> list[float]:
    """Stresses on the bed at which grains begin to settle or to rise, in rising order [Pa]."""
    found = {one.critical_erosion_stress for one in scenario.solids}
    found |= {
        one.critical_deposition_stress for one in scenario.solids if one.deposition != "always"
    }
    return sorted(found)


def discharge_range(
    network: Network, base: SteadyFlow, varying: VaryingFlow
) -> tuple[Array, Array]:
    """(R,) smallest and largest discharge of each reach, either way, the latter above zero [m3/s].

    A reach that stays dry has that of ``base``.
    """
    size = 0.5 * np.abs(varying.discharge_head + varying.discharge_foot)
    reach = np.arange(size.shape[1]) if varying.sections is None else varying.sections.reach
    count = len(network.reach_id)
    low, high = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(low, reach, size.min(axis=0))
    np.maximum.at(high, reach, size.max(axis=0))
    usual = 0.5 * (base.discharge_head + base.discharge_foot)
    high = np.where(high > 0.0, high, usual)
    return np.minimum(np.maximum(low, LEAST * high), high / NARROW), high


def _crossing(stress: Array, discharge: Array, critical: float) -> Array:
    """(R,) discharge at which the stress is a given one, by a power law between two; nan: never.

    stress, discharge : (R, J)
    """
    above = stress >= critical
    crosses = above[:, 1:] != above[:, :-1]
    row = np.arange(stress.shape[0])
    at = np.argmax(crosses, axis=1)
    found = crosses[row, at] & (stress[row, at] > 0.0) & (stress[row, at + 1] > 0.0)
    safe = np.where(found[:, None], stress[row[:, None], at[:, None] + np.arange(2)], [1.0, 2.0])
    part = np.log(critical / safe[:, 0]) / np.log(safe[:, 1] / safe[:, 0])
    ends = discharge[row[:, None], at[:, None] + np.arange(2)]
    return np.where(found, ends[:, 0] * (ends[:, 1] / ends[:, 0]) ** part, np.nan)


def _with_knot(knots: Array, wanted: Array) -> Array:
    """(R, J + 1) discharges with another one; in the middle of the widest gap where it is nan, or
    where there is one already."""
    rising = np.sort(knots, axis=1)
    row = np.arange(knots.shape[0])
    widest = np.argmax(rising[:, 1:] / rising[:, :-1], axis=1)
    middle = np.sqrt(rising[row, widest] * rising[row, widest + 1])
    near = (np.abs(knots / wanted[:, None] - 1.0) < 1e-6).any(axis=1)
    extra = np.where(np.isnan(wanted) | near, middle, wanted)
    return np.concatenate([knots, extra[:, None]], axis=1)

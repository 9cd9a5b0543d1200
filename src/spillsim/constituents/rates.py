"""From pools and flow to the rates that the marches take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..hydraulics.flow import SteadyFlow
from ..sources import coefficient_of
from ..transport.kinetics import Kinetics, Sorption, groups_of
from .grains import add_bed_exchange, bed_exchange, build_grains, is_linear
from .losses import add_losses, add_reactions, add_sorption, add_storage
from .matrices import Rates
from .pools import BED, RIVER_MATTER, Pools, carrier_of
from .reaches import reach_water

if TYPE_CHECKING:
    from ..scenario import Scenario

Array = NDArray[np.float64]


def build_kinetics(
    pools: Pools, scenario: Scenario, flows: Sequence[SteadyFlow], typical: SteadyFlow | None = None
) -> Kinetics:
    """Rates of exchange between all pools, for every reach at every flow.

    Parameters
    ----------
    pools : from ``build_pools``
    scenario : Scenario
    flows : (J,) steady flows; one where the flow is steady, else of rising discharge in every reach
    typical : at which what depends on a volume of water is given; the first flow when left out

    Returns
    -------
    Kinetics
        Linear rates K, and what is not linear. Columns of K sum to zero, but those of what turns
        into another constituent: its sink counts it besides.
    """
    area = (typical or flows[0]).cross_section_area
    waters = [reach_water(scenario, flow) for flow in flows]
    first = len(scenario.substances)
    exchanges = {
        first + k: [bed_exchange(one, water) for water in waters]
        for k, one in enumerate(scenario.solids)
    }
    linear = {n: is_linear(scenario.solids[n - first], own) for n, own in exchanges.items()}
    tables = []
    for j, water in enumerate(waters):
        rates = Rates(pools, area.size)
        add_storage(rates, water)
        add_losses(rates, pools, scenario, water)
        add_sorption(rates, pools, scenario, water, area)
        add_reactions(rates, pools, scenario, water)
        for n, own in exchanges.items():
            add_bed_exchange(rates, pools, n, own[j], linear[n])
        # where nothing comes into the storage zone, nothing happens there
        empty = np.flatnonzero(water.into_storage == 0.0)
        rates.matrix[empty, :, rates.mobile : 2 * rates.mobile] = 0.0
        tables.append(rates.matrix)
    matrix = np.stack(tables, axis=1)
    frozen = [n for n, it_is in linear.items() if not it_is]
    grains = build_grains(pools, scenario, frozen, exchanges, waters)
    discharge = np.stack([0.5 * (f.discharge_head + f.discharge_foot) for f in flows], axis=1)
    returns = _returns(pools, matrix)
    if grains is not None:
        returns[grains.bed] |= (grains.erosion > 0.0).any(axis=(0, 1))
        for c, _, bed in grains.follower.tolist():
            returns[bed] |= returns[grains.bed[c]]
    return Kinetics(
        groups_of(np.array([pool.constituent for pool in pools.mobile], dtype=np.int64)),
        len(pools.fixed), returns, discharge, matrix, grains, _sorption(pools, scenario),
        np.array([pool.constituent for pool in pools.fixed], dtype=np.int64), pools.gains,
    )  # fmt: skip


def _returns(pools: Pools, matrix: Array) -> NDArray[np.bool_]:
    """(F,) true for fixed pools from which something comes back to the water, at once or later."""
    water = 2 * len(pools.mobile)
    leads = np.asarray((matrix > 0.0).any(axis=(0, 1)))
    found: NDArray[np.bool_] = np.any(leads[:water, water:], axis=0)
    between = leads[water:, water:]
    for _ in range(len(pools.fixed)):
        found |= np.any(between & found[:, None], axis=0)
    return found


def _sorption(pools: Pools, scenario: Scenario) -> Sorption | None:
    """Pairs of a dissolved part and a part on a size class, whose concentration changes."""
    rows = []
    for n, one in enumerate(scenario.substances):
        for pair in one.sorption:
            carrier = -1 if pair.to == BED else carrier_of(scenario, pair.to)
            if carrier in (-1, RIVER_MATTER):
                continue
            back = np.inf if pair.rate is None else pair.rate
            places = (pools.first(n), pools.bound(n, carrier), pools.first(carrier))
            rows.append((*places, coefficient_of(one, pair), back))
    if not rows:
        return None
    dissolved, bound, member, coefficient, rate = zip(*rows, strict=True)
    return Sorption(
        np.array(dissolved, dtype=np.int64), np.array(bound, dtype=np.int64),
        np.array(member, dtype=np.int64), np.array(coefficient, dtype=np.float64),
        np.array(rate, dtype=np.float64),
    )  # fmt: skip

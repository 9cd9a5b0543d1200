"""Settling and resuspension of size classes and of what is bound to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..formulas import (
    deposition_rate,
    krone_deposition_rate,
    partheniades_erosion,
    resuspension_rate,
    settling_velocity,
)
from ..transport.kinetics import Grains
from .matrices import Rates
from .pools import Pools
from .reaches import ReachWater

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.solids import Solids

Array = NDArray[np.float64]

REFERENCE_FLOC = 1e-3
"""Settling velocity that the rates of a class which forms flocs are made with [m/s]."""


@dataclass(frozen=True)
class BedExchange:
    """What the bed does to one size class in R reaches at one flow."""

    settling: Array
    """(R,) rate at which grains in the channel reach the bed [1/s]."""
    still: Array
    """(R,) rate at which grains in the storage zone reach the bed [1/s]."""
    resuspension: Array
    """(R,) share of what lies on the bed that comes back per time [1/s]."""
    erosion: Array
    """(R,) mass per area that comes back as long as something lies there [kg/(m2 s)]."""


def velocity_of(solids: Solids, water: ReachWater) -> Array:
    """(R,) settling velocity of single grains, given or of their diameter [m/s]."""
    if solids.settling_velocity is not None:
        return np.full(water.depth.size, solids.settling_velocity)
    if solids.diameter is not None:
        return settling_velocity(
            solids.diameter, solids.density, water.flow.temperature, solids.shape
        )
    # flocs alone are given: at least as fast as the slowest of them
    assert solids.flocculation is not None
    return np.full(water.depth.size, solids.flocculation.smallest)


def bed_exchange(solids: Solids, water: ReachWater) -> BedExchange:
    """Exchange of a class with the bed.

    Grains settle by Krone (1962), w (1 - tau / tau_cd)+ / h, or whatever the stress; in the
    storage zone the water is still, so that they settle at w / h there, onto the same bed. They
    come back at rate (tau / tau_ce - 1)+ of what lies there, or at M (tau / tau_ce - 1)+ per area
    (Partheniades 1965).
    """
    grains = velocity_of(solids, water)
    moving = grains
    if solids.flocculation is not None:
        moving = np.full(grains.size, REFERENCE_FLOC)
    if solids.deposition == "always":
        settling = deposition_rate(moving, water.depth)
    else:
        settling = krone_deposition_rate(
            moving, water.depth, water.shear_stress, solids.critical_deposition_stress
        )
    none = np.zeros(grains.size)
    stress, critical = water.shear_stress, solids.critical_erosion_stress
    loose = solids.resuspension_rate
    firm = solids.erosion
    return BedExchange(
        settling,
        np.where(water.into_storage > 0.0, deposition_rate(grains, water.depth), 0.0),
        none if loose is None else resuspension_rate(loose, stress, critical),
        none if firm is None else partheniades_erosion(firm, stress, critical),
    )


def is_linear(solids: Solids, found: Sequence[BedExchange]) -> bool:
    """Tell whether a class settles and comes back at rates that do not depend on what is there.

    So it is without hindrance and flocs, where the bed gives back a share of what lies on it, or
    where nothing erodes that can lie at any of the flows.
    """
    if solids.hindered_settling is not None or solids.flocculation is not None:
        return False
    lies = np.any([one.settling + one.still > 0.0 for one in found], axis=0)
    erodes = np.any([one.erosion > 0.0 for one in found], axis=0)
    return not bool(np.any(lies & erodes))


def riders(pools: Pools, constituent: int) -> list[tuple[int, int]]:
    """Mobile pool and bed state of a class, then of everything that is bound to it."""
    bed = pools.fixed_state(constituent, "bed")
    assert bed is not None
    found = [(pools.first(constituent), bed)]
    for i, pool in enumerate(pools.mobile):
        if pool.form == "bound" and pool.carrier == constituent:
            own = pools.fixed_state(pool.constituent, "bed", constituent)
            assert own is not None
            found.append((i, own))
    return found


def add_bed_exchange(
    rates: Rates, pools: Pools, constituent: int, exchange: BedExchange, linear: bool
) -> None:
    """Linear part of a class's exchange with the bed, for it and for what is bound to it."""
    for mobile, bed in riders(pools, constituent):
        rates.move(rates.stored(mobile), bed, exchange.still)
        rates.move(bed, mobile, exchange.resuspension)
        if linear:
            rates.move(mobile, bed, exchange.settling)


def build_grains(
    pools: Pools, scenario: Scenario, classes: Sequence[int],
    exchanges: dict[int, list[BedExchange]], waters: Sequence[ReachWater],
) -> Grains | None:  # fmt: skip
    """Exchange with the bed of the classes for which it is not linear; None without any.

    classes : their numbers as constituents
    exchanges : of every class, one for each flow
    """
    if not classes:
        return None
    own = [scenario.solids[n - len(scenario.substances)] for n in classes]
    offset = 2 * len(pools.mobile)
    followers: list[tuple[int, int, int]] = []
    beds, velocity, gelling, exponent = [], [], [], []
    floc = np.zeros((len(own), 4))
    for c, (n, one) in enumerate(zip(classes, own, strict=True)):
        (_, bed), *bound = riders(pools, n)
        beds.append(bed - offset)
        followers += [(c, mobile, state - offset) for mobile, state in bound]
        hindered, flocs = one.hindered_settling, one.flocculation
        gelling.append(np.inf if hindered is None else hindered.gelling_concentration)
        exponent.append(1.0 if hindered is None else hindered.exponent)
        velocity.append(REFERENCE_FLOC if flocs else float(velocity_of(one, waters[0]).mean()))
        if flocs is not None:
            floc[c] = (flocs.coefficient, flocs.exponent, flocs.smallest, flocs.largest)

    def table(name: str) -> Array:
        """(R, J, C) of one quantity."""
        each = [[getattr(found, name) for found in exchanges[n]] for n in classes]
        return np.ascontiguousarray(np.array(each).transpose(2, 1, 0))

    return Grains(
        member=np.array([pools.first(n) for n in classes], dtype=np.int64),
        bed=np.array(beds, dtype=np.int64),
        velocity=np.array(velocity),
        settling=table("settling"),
        erosion=table("erosion"),
        depth=np.stack([water.depth for water in waters], axis=1),
        gelling=np.array(gelling, dtype=np.float64),
        exponent=np.array(exponent, dtype=np.float64),
        floc=floc,
        follower=np.array(followers, dtype=np.int64).reshape(-1, 3),
    )

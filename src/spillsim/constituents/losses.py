"""How substances are lost, go into the storage zone, sorb to what stays put, and react."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..formulas import (
    VOLATILE_COMPOUNDS,
    adsorption_rate,
    photolysis_rate,
    rate_at_temperature,
    rate_of_half_life,
    volatilisation_rate,
)
from ..sources import AT_ONCE, coefficient_of, decay_rates, sediment_within
from .matrices import Rates
from .pools import BED, SUSPENDED_MATTER, Pools, carrier_of
from .reaches import ReachWater

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.reactions import Reaction
    from ..scenario.substances import Substance

Array = NDArray[np.float64]


def add_storage(rates: Rates, water: ReachWater) -> None:
    """Exchange of every mobile pool with the storage zone, alpha and alpha / beta."""
    for pool in range(rates.mobile):
        rates.move(pool, rates.stored(pool), water.into_storage)
        rates.move(rates.stored(pool), pool, water.from_storage)


def add_losses(rates: Rates, pools: Pools, scenario: Scenario, water: ReachWater) -> None:
    """Losses of the dissolved part of every substance, and radioactive decay of all its parts.

    Air and light reach the channel but not the storage zone. A floating substance is dissolved
    here, but for the banks that take some.
    """
    flow, at_surface = water.flow, water.open_surface
    for n, one in enumerate(scenario.substances):
        own, decayed = pools.first(n), pools.fixed_state(n, "decayed")
        stored = rates.stored(own)
        if decayed is not None:
            silent = one.model_copy(update={"gas_exchange_rate": 0.0, "half_life": None})
            channel, storage = decay_rates(silent, flow)
            light = photolysis_rate(one.photolysis_rate, scenario.water.daylight)
            rates.move(own, decayed, channel + light * at_surface)
            rates.move(stored, decayed, storage)
        if decayed is not None and one.half_life is not None:
            for state in states_of(pools, n):
                rates.move(state, decayed, rate_of_half_life(one.half_life))
        volatilised = pools.fixed_state(n, "volatilised")
        if volatilised is not None:
            rates.move(own, volatilised, at_surface * to_air(one, scenario, water))
        stranded = pools.fixed_state(n, "stranded")
        if stranded is not None:
            rates.move(own, stranded, one.stranding_rate)


def to_air(substance: Substance, scenario: Scenario, water: ReachWater) -> Array:
    """(R,) rate at which a substance leaves open water for the air [1/s]."""
    flow, river = water.flow, scenario.water
    found = np.full(water.depth.size, substance.gas_exchange_rate)
    if substance.volatilisation is not None:
        compound = VOLATILE_COMPOUNDS[substance.volatilisation.compound]
        found += volatilisation_rate(
            compound, flow.velocity, water.depth, flow.temperature, river.wind_speed, river.ph
        )
    return found


def states_of(pools: Pools, constituent: int) -> list[int]:
    """Every state in which a constituent still is itself: in the water, in storage, on the bed."""
    count = len(pools.mobile)
    own = [i for i, pool in enumerate(pools.mobile) if pool.constituent == constituent]
    beds = [
        2 * count + f
        for f, pool in enumerate(pools.fixed)
        if pool.constituent == constituent and pool.form in ("bed", "bed_sorbed")
    ]
    return [*own, *(count + i for i in own), *beds]


def add_sorption(
    rates: Rates, pools: Pools, scenario: Scenario, water: ReachWater, typical: Array
) -> None:
    """Linear sorption: to the river's own suspended matter, and to the bed of the channel.

    Towards the bed as Bencala (1983) and OTIS write it, dC/dt = rho lambda (C_sed - K_d C): the
    desorption rate is lambda, the sorption rate lambda K_d rho. The sediment within reach is given
    per volume of water at the typical flow; where the river carries more it is the same mass of
    sediment beside more water.

    typical : (R,) flowing area at which ``sediment`` is given [m2]
    """
    matter = scenario.water.suspended_matter
    for n, one in enumerate(scenario.substances):
        own = pools.first(n)
        for pair in one.sorption:
            back = AT_ONCE if pair.rate is None else pair.rate
            coefficient = coefficient_of(one, pair)
            if pair.to == BED:
                within = (
                    sediment_within(one, pair, water.flow) * typical / water.flow.cross_section_area
                )
                there = pools.fixed_state(n, "bed_sorbed")
                assert there is not None
                rates.move(own, there, adsorption_rate(back, coefficient, within))
                rates.move(there, own, back)
            elif pair.to == SUSPENDED_MATTER:
                bound = pools.bound(n, carrier_of(scenario, pair.to))
                assert bound is not None
                uptake = adsorption_rate(back, coefficient, matter)
                for zone in (0, rates.mobile):
                    rates.move(zone + own, zone + bound, uptake)
                    rates.move(zone + bound, zone + own, back)


def add_reactions(rates: Rates, pools: Pools, scenario: Scenario, water: ReachWater) -> None:
    """First-order change of one constituent into another.

    The dissolved part reacts, in the channel and, unless it takes light, in the storage zone. A
    radioactive one changes wherever it is: what it becomes stays bound to the same grains or to
    the bed where that can be, else it is dissolved.
    """
    names = [one.name for one in scenario.constituents]
    for number, one in enumerate(scenario.reactions):
        source, target = names.index(one.from_substance), names.index(one.to)
        sink = pools.fixed_state(source, "transformed", number)
        assert sink is not None
        rate = _reaction_rate(one, scenario, water)
        own, other = pools.first(source), pools.first(target)
        ratio = one.yield_
        if one.radioactive:
            for state in states_of(pools, source):
                rates.turn(state, _alike(pools, state, target), sink, rate, ratio)
            continue
        rates.turn(own, other, sink, rate, ratio)
        if not one.light:
            rates.turn(rates.stored(own), rates.stored(other), sink, rate, ratio)


def _reaction_rate(reaction: Reaction, scenario: Scenario, water: ReachWater) -> Array:
    """(R,) first-order rate of a reaction in the channel [1/s]."""
    constant = np.full(water.depth.size, reaction.rate_constant)
    if reaction.radioactive:
        return constant
    theta = reaction.temperature_coefficient
    rate = rate_at_temperature(constant, theta, water.flow.temperature)
    if reaction.light:
        rate = photolysis_rate(rate, scenario.water.daylight) * water.open_surface
    return rate


def _alike(pools: Pools, state: int, constituent: int) -> int:
    """State in which another constituent is as the given one; dissolved where it has none."""
    count = len(pools.mobile)
    if state >= 2 * count:
        pool = pools.fixed[state - 2 * count]
        found = pools.fixed_state(constituent, pool.form, pool.carrier)
        return pools.first(constituent) if found is None else found
    zone, number = divmod(state, count)
    pool = pools.mobile[number]
    bound = pools.bound(constituent, pool.carrier) if pool.form == "bound" else None
    return zone * count + (pools.first(constituent) if bound is None else bound)

"""What the river's own bed takes up of a substance, reach by reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..analytic import TransientStorage
from ..formulas import adsorption_rate, distribution_coefficient
from ..hydraulics.flow import SteadyFlow
from .schedule import Array

if TYPE_CHECKING:
    from ..scenario import Substance
    from ..scenario.substances import Sorption

AT_ONCE = 1.0
"""Rate of desorption that stands for equilibrium with what stays put or is everywhere alike: it
is there within seconds, which no river and no time step tells from at once [1/s]."""


def coefficient_of(substance: Substance, pair: Sorption) -> float:
    """Distribution coefficient, from the library where that is asked for [m3/kg]."""
    if pair.from_library:
        return distribution_coefficient(substance.name).value
    return float(pair.distribution_coefficient)


def sediment_within(substance: Substance, pair: Sorption, flow: SteadyFlow) -> Array:
    """(R,) bed grains within reach of a substance, per volume of water [kg/m3]."""
    found = np.full(flow.temperature.size, pair.sediment or 0.0)
    own = {row.reach: row.sediment for row in substance.rates if row.sediment is not None}
    for reach, name in enumerate(flow.reach_id) if own else ():
        found[reach] = own.get(name, found[reach])
    return found


def beside(
    storage: TransientStorage | None, substance: Substance, flow: SteadyFlow, reach: int
) -> TransientStorage | None:
    """What the closed form of an inlet sees beside the stream: storage zone or bed.

    Sorption to a bed that stays put has the equations of a storage zone, with rho K_d for the
    area ratio and rho K_d lambda for the exchange coefficient (Bencala 1983). The closed form has
    one of either; where there are both, the one that exchanges faster draws more in.
    """
    found = storage
    for pair in substance.sorption:
        within = float(sediment_within(substance, pair, flow)[reach]) if pair.to == "bed" else 0.0
        if within > 0.0:
            back = AT_ONCE if pair.rate is None else pair.rate
            coefficient = coefficient_of(substance, pair)
            rate = float(adsorption_rate(back, coefficient, within))
            if rate > (0.0 if found is None else found.exchange_coefficient):
                found = TransientStorage(coefficient * within, rate)
    return found

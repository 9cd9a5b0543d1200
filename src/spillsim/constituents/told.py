"""What the rates of constituents assume, in words: defaults that were used, and their origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..formulas import VOLATILE_COMPOUNDS, VolatileCompound, distribution_coefficient
from ..hydraulics.flow import SteadyFlow
from .grains import bed_exchange
from .losses import to_air
from .pools import BED, SUSPENDED_MATTER, Pools
from .reaches import reach_water

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.solids import Solids
    from ..scenario.substances import Substance

LITRE_PER_KG = 1e-3
"""m3/kg"""
DAY = 86_400.0
"""s"""


def constituent_notices(
    pools: Pools, scenario: Scenario, flows: Sequence[SteadyFlow]
) -> list[Notice]:
    """Tell of every default that was used, and of what a constituent cannot do here."""
    found = _water(scenario)
    for substance in scenario.substances:
        found += _sorption(scenario, substance)
        if substance.volatilisation is not None:
            compound = VOLATILE_COMPOUNDS[substance.volatilisation.compound]
            found += _extrapolated(scenario, substance, compound, flows)
        if substance.form == "floating":
            found.append(_floats(substance))
    for solids in scenario.solids:
        found += _recalled(solids)
        found += _stays(scenario, solids, flows)
    if any(pool.form == "bound" and pool.carrier >= 0 for pool in pools.mobile):
        message = (
            "what is bound to grains on the bed stays bound there; in the storage zone grains and "
            "water exchange nothing"
        )
        found.append(Notice("sorption", message))
    return found


def _extrapolated(
    scenario: Scenario, substance: Substance, compound: VolatileCompound,
    flows: Sequence[SteadyFlow],
) -> list[Notice]:  # fmt: skip
    """Tell of volatilisation at temperatures at which Henry's constant was not measured."""
    low, high = compound.henry_range
    degrees = np.stack([flow.temperature for flow in flows])
    if degrees.min() >= low and degrees.max() <= high:
        return []
    waters = [reach_water(scenario, flow) for flow in flows]
    rates = np.stack([to_air(substance, scenario, water) for water in waters]) * DAY
    message = (
        f"volatilises from open water at {_span(rates)} 1/d; Henry's constant was measured from "
        f"{low:.0f} to {high:.0f} degC and is extrapolated to {_span(degrees)} degC"
    )
    return [Notice(f"substance {substance.name}", message)]


def _span(values: NDArray[np.float64]) -> str:
    """Smallest and largest value in words."""
    low, high = f"{values.min():.3g}", f"{values.max():.3g}"
    return low if low == high else f"{low} to {high}"


def _floats(substance: Substance) -> Notice:
    """How fast something floats, and what its concentration is."""
    ratio = substance.surface_velocity_ratio
    origin = "" if _given(substance, "surface_velocity_ratio") else ", a recalled default"
    message = (
        f"moves at {ratio:g} times the mean velocity{origin}; its concentration C is mass per "
        f"volume of the river's water, of which {ratio:g} Q C passes in the discharge Q"
    )
    return Notice(f"substance {substance.name}", message)


def plain_notices(scenario: Scenario) -> list[Notice]:
    """Tell where decay and loss to the air are one loss, as they are without pools."""
    message = "decay and loss to the air are one loss here: the ledger counts both as decayed"
    return [
        Notice(f"substance {one.name}", message)
        for one in scenario.substances
        if one.gas_exchange_rate > 0.0 and one.decays
    ]


def _given(section: object, key: str) -> bool:
    """Tell whether a key stands in the scenario."""
    return key in getattr(section, "model_fields_set", ())


def _water(scenario: Scenario) -> list[Notice]:
    """Defaults of the river's water that something depends on."""
    water, substances = scenario.water, scenario.substances
    volatile = any(one.volatilisation is not None for one in substances)
    light = any(one.photolysis_rate > 0.0 for one in substances)
    light |= any(one.light for one in scenario.reactions)
    assumed = []
    if volatile and not _given(water, "ph"):
        assumed.append(f"pH {water.ph:g}")
    if volatile and not _given(water, "wind_speed"):
        assumed.append(f"wind of {water.wind_speed:g} m/s")
    if light and not _given(water, "daylight"):
        assumed.append(f"daylight for {100.0 * water.daylight:g} % of the time")
    found = []
    if assumed:
        found.append(Notice("water", f"assumed: {', '.join(assumed)}; give them under [water]"))
    sorbs = any(pair.to == SUSPENDED_MATTER for one in substances for pair in one.sorption)
    if sorbs and water.suspended_matter == 0.0:
        message = "there is no suspended matter of the river's own, so nothing sorbs to it"
        found.append(Notice("water", message))
    return found


def _sorption(scenario: Scenario, substance: Substance) -> list[Notice]:
    """Values from the library with their mark, and the density of the bed's grains."""
    found = []
    for pair in substance.sorption:
        if pair.from_library:
            entry = distribution_coefficient(substance.name)
            low, high = entry.lowest / LITRE_PER_KG, entry.highest / LITRE_PER_KG
            message = (
                f"distribution coefficient to {pair.to} of {entry.value / LITRE_PER_KG:.3g} L/kg "
                f"({low:.2g} to {high:.2g}), {entry.source}, {entry.quality}"
            )
            found.append(Notice(f"substance {substance.name}", message))
        if pair.to == BED and pair.rate is None:
            message = "is at equilibrium with the bed within seconds; a rate would delay it"
            found.append(Notice(f"substance {substance.name}", message))
    return found


def _recalled(solids: Solids) -> list[Notice]:
    """Critical stresses and erosion rate that were not given."""
    used = []
    if solids.deposition == "krone" and not _given(solids, "critical_deposition_stress"):
        used.append(f"settles below {solids.critical_deposition_stress:g} Pa")
    if not _given(solids, "critical_erosion_stress"):
        used.append(f"erodes above {solids.critical_erosion_stress:g} Pa")
    if solids.resuspension_rate is None and solids.erosion_rate is None:
        used.append(f"at {solids.erosion:g} kg/m2/s")
    if not used:
        return []
    return [Notice(f"solids {solids.name}", f"{', '.join(used)}: recalled defaults")]


def _stays(scenario: Scenario, solids: Solids, flows: Sequence[SteadyFlow]) -> list[Notice]:
    """Tell of a class that the stress on the bed keeps in the water everywhere."""
    for flow in flows:
        exchange = bed_exchange(solids, reach_water(scenario, flow))
        if (exchange.settling + exchange.still > 0.0).any():
            return []
    message = (
        "settles nowhere: the stress on the bed is above "
        f"{solids.critical_deposition_stress:g} Pa in every reach"
    )
    return [Notice(f"solids {solids.name}", message)]

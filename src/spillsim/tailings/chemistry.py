"""Substances in the water and on the grains that come to the river."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .composition import Parts, class_shares
from .facility import Facility
from .spread import Array, Spread

WATER, PORES, SOLIDS = "water of ", "pore water of ", "solids of "
"""Names of samples begin with these."""


def uncertain_names(facility: Facility) -> list[str]:
    """Names of the samples that the composition needs."""
    groups = ((WATER, facility.water), (PORES, facility.pore_water), (SOLIDS, facility.solids))
    return [mark + name for mark, group in groups for name in group]


def dissolved_masses(
    facility: Facility, parts: Parts, draws: Mapping[str, Array], dilution: float = 1.0
) -> dict[str, Array]:
    """Mass of each substance in the water [kg].

    parts : of what comes to the river, (S,)
    draws : (S,) probability of each uncertain number, by name
    dilution : share of pond water in the free water
    """
    found = {}
    for name in dict.fromkeys([*facility.water, *facility.pore_water]):
        pond = _sampled(facility.water, WATER, name, draws, parts.pond_water.size)
        pores = pond
        if name in facility.pore_water:
            pores = _sampled(facility.pore_water, PORES, name, draws, parts.pond_water.size)
        found[name] = pond * dilution * parts.pond_water + pores * parts.pore_water
    return found


def bound_masses(
    facility: Facility, solids: Array, draws: Mapping[str, Array]
) -> dict[tuple[str, str], Array]:
    """Mass of each substance on the grains of each size [kg].

    solids : (S,) mass of all grains [kg]
    """
    _, rich = class_shares(facility.size_classes)
    found = {}
    for name in facility.solids:
        content = _sampled(facility.solids, SOLIDS, name, draws, solids.size)
        for one, share in zip(facility.size_classes, rich, strict=True):
            found[name, one.name] = np.asarray(content * solids * share)
    return found


def solids_by_class(facility: Facility, solids: Array) -> dict[str, Array]:
    """Mass of the grains of each size [kg]."""
    shares, _ = class_shares(facility.size_classes)
    pairs = zip(facility.size_classes, shares, strict=True)
    return {one.name: np.asarray(solids * share) for one, share in pairs}


def _sampled(
    group: Mapping[str, Spread], mark: str, name: str, draws: Mapping[str, Array], count: int
) -> Array:
    if name not in group:
        return np.zeros(count)
    return group[name].quantile(draws[mark + name])

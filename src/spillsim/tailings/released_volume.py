"""How much of what is stored flows out when a tailings dam fails: regressions on past failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .methods import Method, chosen
from .spread import LogMixture

_STORED = (1e4, 1e8)
_ASSUMED_RANGE = "recalled: about the smallest and largest failures in the case tables"
_FROM_R2 = (
    "derived from r2 by b s sqrt(1 - r2) / r, where s = 0.9 decades is assumed for how far the "
    "stored volumes of the case table spread"
)

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            "rico_2008", "V_F = 0.354 V_T^1.01 (10^6 m3)",
            "Rico, Benito & Diez-Herrero (2008), J. Hazardous Materials 154, 79-87; r2 = 0.86",
            0.37, _FROM_R2, ranges={"stored volume": _STORED}, ranges_from=_ASSUMED_RANGE,
        ),
        Method(
            "concha_larrauri_lall_2018", "V_F = 0.332 V_T^0.95 (10^6 m3)",
            "Concha Larrauri & Lall (2018), Environments 5(2), 28",
            0.35, "assumed to be like that of rico_2008, which it refits with more failures",
            ranges={"stored volume": _STORED}, ranges_from=_ASSUMED_RANGE,
        ),
        Method(
            "piciullo_2022", "V_F = 10^0.33 V_T^0.611 H^0.994 (m3, m)",
            "Piciullo, Storrosten, Liu, Nadim & Lacasse (2022), Engineering Geology 303, 106657",
            0.37, "assumed to be like that of rico_2008",
            ranges={"stored volume": _STORED, "dam height": (5.0, 120.0)},
            ranges_from=_ASSUMED_RANGE,
        ),
    )
}  # fmt: skip
"""Regressions by name. V_T is what is impounded, tailings and water, V_F what flows out."""

DEFAULT_METHODS = tuple(METHODS)
EROSION = "pond_erosion"
"""The pond with the tailings it erodes, and no more: what CDA (2021) calls process I."""
NAMES = (*DEFAULT_METHODS, EROSION)


def rico_2008(stored: float) -> float:
    """Released volume V_F = 0.354 V_T^1.01, in 10^6 m3, of Rico et al. (2008) [m3].

    stored : what is impounded [m3]
    """
    return float(1e6 * 0.354 * (stored / 1e6) ** 1.01)


def concha_larrauri_lall_2018(stored: float) -> float:
    """Released volume V_F = 0.332 V_T^0.95, in 10^6 m3, of Concha Larrauri & Lall (2018) [m3].

    stored : what is impounded [m3]
    """
    return float(1e6 * 0.332 * (stored / 1e6) ** 0.95)


def piciullo_2022(stored: float, dam_height: float) -> float:
    """Released volume V_F = 10^0.33 V_T^0.611 H^0.994 of Piciullo et al. (2022) [m3].

    stored : what is impounded [m3]
    dam_height : [m]
    """
    return float(10.0**0.33 * stored**0.611 * dam_height**0.994)


def median_volume(name: str, stored: float, dam_height: float) -> float:
    """Released volume that a regression predicts, not limited by what is stored [m3].

    Raises ValueError for a name that is no regression.
    """
    if name == "rico_2008":
        return rico_2008(stored)
    if name == "concha_larrauri_lall_2018":
        return concha_larrauri_lall_2018(stored)
    if name == "piciullo_2022":
        return piciullo_2022(stored, dam_height)
    raise ValueError(f"there is no regression {name!r}; possible: {', '.join(METHODS)}")


def distribution(
    names: Sequence[str], stored: float, dam_height: float, deviation: float | None = None
) -> LogMixture:
    """The released volume as an equally weighted mixture of regressions with what they miss by.

    None releases more than is stored: each is conditional on that, see ``LogMixture``.

    names : regressions
    stored : what is impounded, tailings and water [m3]
    deviation : standard deviation of the decimal logarithm instead of each method's own
    """
    methods = chosen(METHODS, names)
    centre = [[np.log10(median_volume(one.name, stored, dam_height))] for one in methods]
    spread = [one.deviation if deviation is None else deviation for one in methods]
    return LogMixture(np.array(centre, dtype=np.float64), np.array(spread), limit=stored)

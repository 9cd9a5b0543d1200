"""Half-lives of the uranium chain as it is found in tailings, and what decays into what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

YEAR = 365.25 * 86_400.0
"""Julian year, in which half-lives are given [s]."""

AVOGADRO = 6.02214076e23
"""Particles per mole."""


@dataclass(frozen=True, slots=True)
class Radionuclide:
    """One long-lived member of the chain of uranium-238."""

    name: str
    """Name, e.g. ``"radium_226"``."""
    symbol: str
    """Symbol, e.g. ``"Ra-226"``."""
    mass_number: int
    """Nucleons; stands for the atomic mass, which differs by less than 0.03 %."""
    half_life: float
    """[s]"""
    daughter: str
    """Symbol of the next member that lives long; what lies between lives at most a month."""
    source: str
    """Where the half-life is from."""

    @property
    def specific_activity(self) -> float:
        """Decays per time and mass, ln 2 N_A / (T_half M) [Bq/kg]."""
        return math.log(2.0) * AVOGADRO / (self.half_life * self.mass_number * 1e-3)


_COMPILED = "compilations of evaluated data (secondary copies)"
_ROWS = (
    ("uranium_238", "U-238", 238, 4.468e9 * YEAR, "U-234", "Jaffey et al. (1971), rounded"),
    ("uranium_234", "U-234", 234, 245_500.0 * YEAR, "Th-230", _COMPILED),
    ("thorium_230", "Th-230", 230, 75_400.0 * YEAR, "Ra-226", _COMPILED),
    ("radium_226", "Ra-226", 226, 1600.0 * YEAR, "Pb-210", _COMPILED),
    ("lead_210", "Pb-210", 210, 22.20 * YEAR, "Po-210", "Basunia (2014)"),
    ("polonium_210", "Po-210", 210, 138.376 * 86_400.0, "Pb-206", _COMPILED),
)

RADIONUCLIDES: Mapping[str, Radionuclide] = MappingProxyType(
    {row[1]: Radionuclide(*row) for row in _ROWS}
)
"""Radionuclides by symbol, in the order of the chain."""


def mass_ratio(parent: str, daughter: str) -> float:
    """Mass of a daughter per mass of its parent decayed: the ratio of the mass numbers [-].

    Parameters
    ----------
    parent, daughter : symbols such as ``"Ra-226"`` and ``"Pb-210"``

    Raises
    ------
    ValueError
        A symbol does not end with a mass number.
    """
    return _mass_number(daughter) / _mass_number(parent)


def _mass_number(symbol: str) -> int:
    digits = symbol.rpartition("-")[2]
    if not digits.isdigit() or int(digits) == 0:
        raise ValueError(f"{symbol!r} does not end with a mass number, such as Ra-226")
    return int(digits)

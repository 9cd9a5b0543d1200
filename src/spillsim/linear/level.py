"""Which concentration counts as arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SpillsimError
from ..network.faults import nearest
from ..units import UnitError, parse

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.sections import Substance

SHARE_OF_PEAK = 0.01
"""What counts as arrival where neither mass nor threshold is known, as a share of the peak."""


@dataclass(frozen=True)
class Level:
    """A concentration for a mass, or a share of each place's own peak."""

    basis: str
    """Where it comes from, in words."""
    mass: float | None = None
    """Mass released [kg]."""
    threshold: float | None = None
    """Concentration that counts as arrival [kg/m3]; None for a share of the peak."""
    share: float = SHARE_OF_PEAK
    """Share of the peak that counts as arrival where there is no threshold [-]."""

    @property
    def per_mass(self) -> float:
        """Concentration that counts as arrival, per mass released [1/m3]."""
        assert self.threshold is not None
        assert self.mass is not None
        return self.threshold / self.mass


def substance_called(scenario: Scenario, wanted: str | None) -> Substance:
    """The substance meant, the first of the scenario without a name.

    Raises
    ------
    SpillsimError
        There is none of that name; names the nearest.
    """
    names = [substance.name for substance in scenario.substances]
    if wanted is not None and wanted not in names:
        hint = nearest(wanted, names) or f"There is {', '.join(names)}."
        raise SpillsimError(f'there is no substance "{wanted}". {hint}')
    return scenario.substances[0 if wanted is None else names.index(wanted)]


def choose_level(substance: Substance, mass: str | None, threshold: str | None) -> Level:
    """Level of a substance for a mass and a threshold as the user wrote them.

    With a mass the threshold is the one given, else the one stated for the substance, else its
    lowest limit. A share of the peak (``"1 %"``) needs no mass, and is taken without a threshold.

    Raises
    ------
    SpillsimError
        A text is no positive mass, concentration or share; a concentration is given without mass.
    """
    released = _positive("mass", mass, "mass") if mass is not None else None
    if threshold is not None and threshold.strip().endswith("%"):
        share = _positive("threshold", threshold, "dimensionless")
        if share >= 1.0:
            raise SpillsimError(f'threshold "{threshold}": must be less than the peak itself.')
        return Level(f"{100.0 * share:.3g} % of each peak", released, None, share)
    if threshold is not None:
        value = _positive("threshold", threshold, "concentration")
        if released is None:
            raise SpillsimError(
                f'threshold "{threshold}": how soon a concentration is reached depends on the '
                'mass; give it too, or a share of the peak such as "1 %".'
            )
        return Level("given", released, value)
    if released is not None and substance.arrival_threshold is not None:
        return Level("stated in the scenario", released, substance.arrival_threshold)
    if released is not None and substance.limits:
        lowest = min(substance.limits, key=lambda limit: limit.value)
        return Level(f"lowest limit: {lowest.name}", released, lowest.value)
    return Level(f"{100.0 * SHARE_OF_PEAK:.3g} % of each peak", released)


def _positive(what: str, text: str, dimension: str) -> float:
    try:
        value: float = parse(text, dimension)
    except UnitError as fault:
        raise SpillsimError(f'{what} "{text}": {fault}') from None
    if not value > 0.0:
        raise SpillsimError(f'{what} "{text}": must be more than zero.')
    return value

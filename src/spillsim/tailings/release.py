"""What a failure releases: distributions, and single members of them that agree with themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..errors import Notice
from .composition import Parts
from .facility import Facility
from .spread import Array

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class FacilityRelease:
    """One release as it comes to the river; masses, water and discharge belong together."""

    time: Array
    """(P,) from 0 [s]."""
    discharge: Array
    """(P,) of the mixture of water and grains, joined by straight lines [m3/s]."""
    water: float
    """[m3]"""
    solids: Mapping[str, float]
    """Size class -> mass [kg]."""
    dissolved: Mapping[str, float]
    """Substance -> mass in the water [kg]."""
    bound: Mapping[tuple[str, str], float]
    """Substance and size class -> mass on these grains [kg]."""

    @property
    def volume(self) -> float:
        """Of the mixture [m3]."""
        return float(np.trapezoid(self.discharge, self.time))

    def share(self) -> Array:
        """(P,) share of everything that comes to the river in a second [1/s].

        Water, grains and what they hold come in the same proportion all the time. Zero where
        nothing comes.
        """
        volume = self.volume
        return np.asarray(self.discharge / volume if volume > 0.0 else np.zeros_like(self.time))


@dataclass(frozen=True)
class Outcome:
    """(S,) cases of what flows out and what comes to the river."""

    released: Array
    """Volume that flows out of the facility [m3]."""
    parts: Parts
    """Of what flows out."""
    at_river: Parts
    """Of what comes to the river."""
    peak_outflow: Array
    """At the facility [m3/s]."""
    formation_time: Array
    """Up to the peak [s]; zero where there is none."""
    duration: Array
    """[s]"""
    run_out: Array
    """How far the tailings run [m]; zero where they do not."""
    share_to_river: Array
    """Of the solids [-]."""
    solids: Mapping[str, Array]
    """Size class -> mass that comes to the river [kg]."""
    dissolved: Mapping[str, Array]
    """Substance -> mass that comes to the river in the water [kg]."""
    bound: Mapping[tuple[str, str], Array]
    """Substance and size class -> mass that comes to the river on the grains [kg]."""
    eroded: Array
    """Tailings that pond water carried away [m3]; the rest of them has flowed by itself."""

    @property
    def peak_at_river(self) -> Array:
        """Peak of what comes to the river, in as long as it flows out [m3/s]."""
        volume = self.parts.volume
        return np.asarray(
            self.peak_outflow * self.at_river.volume / np.where(volume > 0.0, volume, 1.0)
        )

    def bound_in_all(self, substance: str) -> Array:
        """(S,) mass of a substance on grains of all sizes [kg]."""
        return np.asarray(sum(mass for (name, _), mass in self.bound.items() if name == substance))


@dataclass(frozen=True)
class MethodResult:
    """What one method says by itself."""

    quantity: str
    name: str
    low: float
    median: float
    high: float
    """5, 50 and 95 % [SI]."""
    equation: str
    source: str
    spread: str
    """Where its range comes from."""
    quality: str


@dataclass(frozen=True)
class ReleaseEstimate:
    """What a failure of a facility releases, with what is not known about it."""

    facility: Facility
    case: str
    """Case of CDA (2021); empty where no dam breaks."""
    outcome: Outcome
    """(S,) samples."""
    methods: tuple[MethodResult, ...]
    notices: tuple[Notice, ...]
    _member: Callable[[float], Outcome] = field(repr=False)
    """One case by the probability of its released volume."""
    _shape: Callable[[Outcome, int], tuple[Array, Array]] = field(repr=False)
    """Outflow over time of one of the cases."""

    def quantiles(self, values: Array) -> tuple[float, float, float]:
        """5, 50 and 95 % of samples."""
        low, middle, high = np.quantile(values, QUANTILES)
        return float(low), float(middle), float(high)

    def band(self, time: Array) -> Array:
        """(3, T) 5, 50 and 95 % of what comes to the river at every time by itself [m3/s].

        time : (T,) from the start of the failure [s]
        """
        each = np.empty((self.outcome.released.size, time.size))
        for case in range(len(each)):
            at, discharge = self._shape(self.outcome, case)
            each[case] = np.interp(time, at, discharge, left=0.0, right=0.0)
        return np.asarray(np.quantile(each, QUANTILES, axis=0))

    def member(self, estimate: str | float = "median") -> Outcome:
        """One case: the released volume at its rank, all else at its median for this volume."""
        return self._member(rank(estimate))

    def at(self, estimate: str | float = "median") -> FacilityRelease:
        """One release that agrees with itself.

        The released volume has the rank that is asked for. What else is uncertain is at its
        median: densities, composition, erosion, and peak, formation time and run-out at the median
        of their mixture for this volume. Masses therefore fit the volume exactly, and the 95 %
        member is not the 95 % of everything at once.

        estimate : ``"median"``, ``"p5"``, ``"p95"`` or any other ``"pNN"``, or a probability

        Raises ValueError for anything else.
        """
        one = self.member(estimate)
        time, discharge = self._shape(one, 0)
        return FacilityRelease(
            time,
            discharge,
            float(one.at_river.water[0]),
            {name: float(mass[0]) for name, mass in one.solids.items()},
            {name: float(mass[0]) for name, mass in one.dissolved.items()},
            {name: float(mass[0]) for name, mass in one.bound.items()},
        )


def rank(estimate: str | float) -> float:
    """Probability that an estimate stands for.

    Raises ValueError where it is none between 0 and 1.
    """
    if isinstance(estimate, str):
        if estimate == "median":
            return 0.5
        match = re.fullmatch(r"p(\d+(?:\.\d+)?)", estimate)
        probability = float(match[1]) / 100.0 if match else float("nan")
    else:
        probability = float(estimate)
    if not 0.0 < probability < 1.0:
        raise ValueError(
            f"{estimate!r} is no estimate: median, p5, p95 or another pNN between 0 and 100"
        )
    return probability

"""Inputs that nobody knew, as distributions with a reason; and their stratified sample.

An *assumption* is one unknown input: its distribution stands in the code of the case beside the
source or the reason of it, and is printed with the case. A *draw* is one value of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Draw = dict[str, float]
"""One value of each assumption, by name."""

_STANDARD = NormalDist()
_INSIDE = 0.05, 0.95


@dataclass(frozen=True)
class Assumption:
    """One unknown input."""

    name: str
    """Key of the draws."""
    what: str
    """In words, with what it acts on."""
    shape: str
    """``uniform``, ``log_uniform``, ``triangular``, ``normal`` or ``lognormal``."""
    values: tuple[float, ...]
    """Ends; ends and mode (triangular: low, mode, high); mean and standard deviation (normal);
    median and standard deviation of the logarithm to base 10 (lognormal)."""
    unit: str
    """As printed, "-" for factors."""
    reason: str
    """Source, or why assumed."""
    scale: float = 1.0
    """What a value is multiplied by to become SI."""

    def __post_init__(self) -> None:
        """Refuse a distribution that there is not."""
        needed = {"triangular": 3}.get(self.shape, 2)
        if self.shape not in _QUANTILES or len(self.values) != needed:
            raise ValueError(f"{self.name}: {self.shape} with {len(self.values)} values")
        ends = self.values
        spread = self.shape in ("normal", "lognormal")
        rising = ends[1] > 0.0 if spread else all(np.diff(ends) >= 0.0) and ends[0] < ends[-1]
        positive = self.shape not in ("log_uniform", "lognormal") or ends[0] > 0.0
        if not (np.isfinite(ends).all() and rising and positive):
            raise ValueError(f"{self.name}: {self.values} are no values of a {self.shape}")

    def quantile(self, share: Array) -> Array:
        """(n,) value below which a share of the distribution lies [SI].

        Parameters
        ----------
        share : (n,) between 0 and 1, both excluded
        """
        return self.scale * _QUANTILES[self.shape](np.asarray(share, dtype=np.float64), self.values)

    @property
    def told(self) -> str:
        """What, its range of 5 to 95 % and the reason, as printed with a case."""
        low, high = self.quantile(np.array(_INSIDE)) / self.scale
        unit = "" if self.unit == "-" else f" {self.unit}"
        shape = self.shape.replace("_", "-")
        return f"{self.what}: {low:.3g} to {high:.3g}{unit} (5–95 %, {shape}); {self.reason}"


def _uniform(share: Array, ends: tuple[float, ...]) -> Array:
    return np.asarray(ends[0] + (ends[1] - ends[0]) * share)


def _log_uniform(share: Array, ends: tuple[float, ...]) -> Array:
    low, high = math.log(ends[0]), math.log(ends[1])
    return np.exp(low + (high - low) * share)


def _triangular(share: Array, ends: tuple[float, ...]) -> Array:
    low, mode, high = ends
    at_mode = (mode - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - share) * (high - low) * (high - mode))
    return np.where(share < at_mode, rising, falling)


def _standard(share: Array) -> Array:
    return np.array([_STANDARD.inv_cdf(one) for one in share.tolist()])


def _normal(share: Array, values: tuple[float, ...]) -> Array:
    return np.asarray(values[0] + values[1] * _standard(share))


def _lognormal(share: Array, values: tuple[float, ...]) -> Array:
    return np.asarray(values[0] * 10.0 ** (values[1] * _standard(share)))


_QUANTILES = {
    "uniform": _uniform,
    "log_uniform": _log_uniform,
    "triangular": _triangular,
    "normal": _normal,
    "lognormal": _lognormal,
}


LOWLAND_BEDS = Assumption(
    "bed", "roughness of the beds over 0.030", "triangular", (0.83, 1.0, 1.33), "-",
    "0.025 to 0.040 of natural lowland channels, Chow 1959",
)  # fmt: skip
DISPERSION = Assumption(
    "dispersion", "dispersion coefficients", "lognormal", (1.0, 0.4), "-",
    "scatter of the formulas on measured coefficients, 0.35-0.45 in log10",
)  # fmt: skip
DEAD_ZONES = Assumption(
    "storage", "area of the dead zone over that of the river", "log_uniform", (0.02, 0.2), "-",
    "never measured here",
)  # fmt: skip
EXCHANGE = Assumption(
    "exchange", "exchange with the dead zone", "log_uniform", (3e-6, 1e-4), "1/s",
    "never measured here",
)  # fmt: skip


def beds_of(rivers: Mapping[str, str]) -> tuple[Assumption, ...]:
    """How much rougher each river is by itself: ``bed_KEY`` for every key -> name in words."""
    return tuple(
        Assumption(f"bed_{key}", f"roughness of {name} by itself", "lognormal", (1.0, 0.07), "-",
                   "rivers differ; assumed")
        for key, name in rivers.items()
    )  # fmt: skip


def strata(members: int, inputs: int, seed: int) -> Array:
    """(members, inputs) shares, in every column one from each of as many equal strata.

    Latin hypercube (McKay, Beckman and Conover 1979): column by column a random order of the
    strata and a random place within each.
    """
    generator = np.random.default_rng(seed)
    order = np.stack([generator.permutation(members) for _ in range(inputs)], axis=1)
    return np.asarray((order + generator.random((members, inputs))) / members)


def draws(assumptions: Sequence[Assumption], members: int, seed: int) -> list[Draw]:
    """Draw all assumptions, each from its own strata and all independently [SI].

    Raises
    ------
    ValueError
        Two have the same name.
    """
    names = [one.name for one in assumptions]
    if len(set(names)) < len(names):
        raise ValueError("two assumptions have the same name")
    shares = strata(members, len(assumptions), seed)
    columns = [one.quantile(shares[:, i]) for i, one in enumerate(assumptions)]
    return [dict(zip(names, row, strict=True)) for row in np.stack(columns, axis=1).tolist()]


def common_and_own(common: float, own: float, correlation: float) -> float:
    """Join a standard normal value of the whole network with one of a river of its own.

    Two rivers with the same common value then have the given correlation, and each is standard
    normal.
    """
    return math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * own

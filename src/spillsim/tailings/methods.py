"""What every empirical method says of itself: range, spread, source, and how sure these are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import Notice


@dataclass(frozen=True)
class Method:
    """An empirical equation as its authors fitted it."""

    name: str
    equation: str
    source: str
    deviation: float
    """Standard deviation of the decimal logarithm of what it misses by; nan where nobody says."""
    deviation_from: str
    """Where the deviation comes from."""
    bias: float = 0.0
    """Mean of log10(predicted / observed), which is taken off."""
    quality: str = "read"
    """Of the coefficients: ``read`` or ``recalled``."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """What it was fitted on: name of an input -> least and most, in SI."""
    ranges_from: str = ""


_UNITS = {"stored volume": ("million m³", 1e-6), "water volume": ("million m³", 1e-6)}


def outside_range(method: Method, **inputs: float) -> list[Notice]:
    """Notices where an input lies outside the range that a method was fitted on.

    inputs : value of each input, blanks of its name as underscores [SI]
    """
    found = []
    for key, value in inputs.items():
        name = key.replace("_", " ")
        least, most = method.ranges.get(name, (-math.inf, math.inf))
        if not least <= value <= most:
            unit, factor = _UNITS.get(name, ("m", 1.0))
            found.append(
                Notice(
                    f"method {method.name}",
                    f"{name} {value * factor:.4g} {unit} lies outside the range it was fitted on, "
                    f"{least * factor:.4g} to {most * factor:.4g} {unit} ({method.ranges_from})",
                )
            )
    return found


def chosen(methods: Mapping[str, Method], names: Sequence[str]) -> list[Method]:
    """The methods of the names.

    Raises ValueError for a name that is none.
    """
    for name in names:
        if name not in methods:
            raise ValueError(f"there is no method {name!r}; possible: {', '.join(methods)}")
    return [methods[name] for name in names]

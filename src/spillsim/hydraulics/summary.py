"""Short sentences about what in a flow is estimated and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .flow import SteadyFlow

PRINCIPAL = (
    "discharge",
    "velocity",
    "width",
    "bed_slope",
    "dispersion_coefficient",
    "temperature",
)
"""Quantities that others (area, depth, radius, travel time, shear velocity) follow from."""

_SHORT = {"dispersion_coefficient": "dispersion", "bed_slope": "slope"}


def estimated_quantities(
    flow: SteadyFlow, quantities: Sequence[str] = PRINCIPAL
) -> tuple[str, ...]:
    """List what is estimated, such as ``"dispersion (disley_2015) on 61 reaches"``.

    Most frequent method first within a quantity; empty when everything is given.
    """
    lines = []
    for quantity in quantities:
        marks = flow.estimated[quantity].tolist()
        methods = zip(flow.method[quantity], marks, strict=True)
        counted = Counter(method for method, estimated in methods if estimated)
        for method, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
            plural = "reach" if count == 1 else "reaches"
            lines.append(f"{_SHORT.get(quantity, quantity)} ({method}) on {count} {plural}")
    return tuple(lines)

"""Longitudinal dispersion per reach: given, one value for all, or a formula by name."""

from __future__ import annotations

import numpy as np

from ..errors import Notice
from ..formulas import DISPERSION_FORMULAS, dispersion_coefficient
from .columns import Array, Columns
from .fallback import Friction
from .sections import GIVEN, Quantity, Sections, unknown


def dispersion(
    columns: Columns,
    sections: Sections,
    friction: Friction,
    value: float | None,
    formula: str,
) -> tuple[Quantity, list[Notice]]:
    """Dispersion coefficient: the reach's own, else ``value``, else the formula's; each times the
    column ``dispersion_factor``.

    value : one coefficient for every reach without its own [m2/s], or None
    formula : key of ``formulas.DISPERSION_FORMULAS``, used when ``value`` is None

    Returns the coefficient [m2/s] and a notice where the formula leaves its range of W/H.
    """
    found = unknown(columns.length.size)
    found.fill(
        columns.given("dispersion_coefficient"), columns["dispersion_coefficient"], GIVEN, False
    )
    rest = found.unknown
    if value is not None:
        found.fill(rest, np.full(rest.size, value), "given for all reaches", False)
    if value is not None or not rest.any():
        found.multiply(columns.factor("dispersion_factor"))
        return found, []
    estimate = dispersion_coefficient(
        formula,
        sections.width.value,
        sections.depth.value,
        sections.velocity.value,
        friction.shear_velocity.value,
    )
    found.fill(rest, estimate, formula, True)
    found.multiply(columns.factor("dispersion_factor"))
    shape = (sections.width.value / sections.depth.value)[rest]
    return found, _range_notices(formula, shape)


def _range_notices(formula: str, shape: Array) -> list[Notice]:
    """One notice if reaches lie outside the range of W/H in which the formula was tested."""
    entry = DISPERSION_FORMULAS[formula]
    low, high = entry.width_to_depth
    if not np.isfinite(low):
        return [Notice(f"dispersion formula {formula}", f"{entry.reference}: {entry.valid_range}")]
    outside = shape[(shape < low) | (shape > high)]
    if outside.size == 0:
        return []
    return [
        Notice(
            f"dispersion formula {formula}",
            f"{outside.size} of {shape.size} reaches have a width / depth of "
            f"{outside.min():.3g} to {outside.max():.3g}, outside {low:.4g} to {high:.4g} where "
            "the formula was tested; the dispersion coefficient is an extrapolation there",
        )
    ]

"""What splitting transport from exchange adds, so that it can be taken off."""

from __future__ import annotations

import numpy as np

from ..hydraulics.flow import SteadyFlow
from .arrays import FloatArray

SPLITTING_SHARE = 0.8
"""Largest share of the dispersion that the correction for splitting may take off."""


def splitting_dispersion(flow: SteadyFlow, time_step: float) -> FloatArray:
    """(R,) dispersion that advancing and exchanging in turn adds to the mobile water [m2/s].

    Within a step the mobile share phi = 1 / (1 + beta) moves U dt while the rest stands still.
    That spreads the mass as D_split = 1/2 U2 phi (1 - phi) dt [coth(z / 2) - 2 / z] does, with
    z = alpha (1 + 1/beta) dt; as only the mobile share disperses, D_split / phi is taken off D.
    """
    beta = flow.storage_area_ratio
    has = (beta > 0.0) & (flow.exchange_coefficient > 0.0)
    if not has.any():
        return np.zeros(beta.shape)
    safe = np.where(has, beta, 1.0)
    phi = 1.0 / (1.0 + safe)
    z = flow.exchange_coefficient * (1.0 + 1.0 / safe) * time_step
    z = np.where(has, z, 1.0)
    # coth(z/2) - 2/z cancels for small z, where its series z/6 - z3/360 takes over
    bracket = np.where(z < 0.05, z / 6.0 - z**3 / 360.0, 1.0 / np.tanh(z / 2.0) - 2.0 / z)
    added = 0.5 * flow.velocity**2 * (1.0 - phi) * time_step * bracket
    return np.where(has, added, 0.0)


def remaining_dispersion(flow: SteadyFlow, time_step: float) -> FloatArray:
    """(R,) dispersion left once what splitting adds is taken off, above zero everywhere [m2/s].

    Where the plume passes, the time step is short enough for all of it to be taken off. A path
    also holds reaches upstream of every release, which did not shorten the step: there the
    correction stops at its largest share, for a negative coefficient would blow up.
    """
    given = flow.dispersion_coefficient
    return np.asarray(
        np.maximum(given - splitting_dispersion(flow, time_step), (1.0 - SPLITTING_SHARE) * given)
    )

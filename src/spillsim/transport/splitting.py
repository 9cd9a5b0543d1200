"""What splitting transport from exchange adds, so that it can be taken off."""

from __future__ import annotations

import numpy as np

from ..hydraulics.flow import SteadyFlow
from .arrays import FloatArray
from .kinetics import Kinetics

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
    added = 0.5 * flow.velocity**2 * (1.0 - phi) * time_step * _bracket(z)
    return np.where(has, added, 0.0)


def _bracket(z: FloatArray) -> FloatArray:
    """coth(z/2) - 2/z, which cancels for small z, where its series z/6 - z3/360 takes over."""
    safe = np.where(z > 0.0, z, 1.0)
    found = np.where(z < 0.05, z / 6.0 - z**3 / 360.0, 1.0 / np.tanh(safe / 2.0) - 2.0 / safe)
    return np.asarray(found)


def bed_splitting(kinetics: Kinetics, flow: SteadyFlow, time_step: float) -> FloatArray:
    """(R, B) dispersion that moving, then exchanging with the bed, adds to a pool [m2/s].

    As in ``splitting_dispersion``, with the share phi = b / (a + b) of what takes part that is in
    the water and z = (a + b) dt, where a is the rate into fixed pools that it may come back from,
    and b the mean rate at which it does. The most at any discharge of the kinetics.
    """
    mobile, fixed = kinetics.mobile, slice(2 * kinetics.mobile, None)
    into = kinetics.linear[:, :, fixed, :mobile]
    back = kinetics.linear[:, :, :mobile, fixed].sum(axis=2)[..., None]
    takes_part = (into > 0.0) & (back > 0.0)
    a = np.where(takes_part, into, 0.0).sum(axis=2)
    lying = np.where(takes_part, into / np.where(back > 0.0, back, 1.0), 0.0).sum(axis=2)
    phi = 1.0 / (1.0 + lying)
    b = np.where(lying > 0.0, a / np.where(lying > 0.0, lying, 1.0), 0.0)
    moved = 0.5 * flow.velocity**2 * time_step
    return np.asarray(moved[:, None] * ((1.0 - phi) * _bracket((a + b) * time_step)).max(axis=1))


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

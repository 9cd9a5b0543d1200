"""Dispersion and exchange coefficients of the reaches, ready for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..hydraulics.flow import SteadyFlow
from .arrays import CHAIN, TANK, BoolArray, FloatArray, Medium
from .graph import Layout


@dataclass(frozen=True)
class Substance:
    """First-order losses of a substance in R reaches."""

    decay_rate: FloatArray
    """(R,) in the flowing water [1/s]."""
    storage_decay_rate: FloatArray
    """(R,) in the storage zone [1/s]."""


def _storage(flow: SteadyFlow, time_step: float) -> tuple[BoolArray, FloatArray, FloatArray]:
    """(R,) where there is a storage zone; there beta and z = alpha (1 + 1/beta) dt [-]."""
    beta = flow.storage_area_ratio
    has = (beta > 0.0) & (flow.exchange_coefficient > 0.0)
    safe = np.where(has, beta, 1.0)
    z = np.where(has, flow.exchange_coefficient * (1.0 + 1.0 / safe) * time_step, 1.0)
    return has, safe, z


def splitting_factor(flow: SteadyFlow, time_step: float) -> FloatArray:
    """(R,) (1 - phi) [coth(z / 2) - 2 / z] with z = alpha (1 + 1/beta) dt [-].

    Moving and exchanging in turn spreads mobile water by 1/2 U2 dt times this, and carries a fresh
    release ahead by dt times it (see ``transport.splitting``).
    """
    has, safe, z = _storage(flow, time_step)
    bracket = np.where(z < 0.05, z / 6.0 - z**3 / 360.0, 1.0 / np.tanh(z / 2.0) - 2.0 / z)
    return np.where(has, (1.0 - 1.0 / (1.0 + safe)) * bracket, 0.0)


def inlet_lag(flow: SteadyFlow, time_step: float) -> FloatArray:
    """(R,) steps by which mass that enters with the water of a headwater would come late [-].

    It exchanges for a whole step though its mean age is half of one, so that the plume observed
    after the exchange is beta [1/z - 1/(exp(z) - 1)] steps behind, where what the splitting takes
    off the dispersion at the closed end is counted in.
    """
    has, safe, z = _storage(flow, time_step)
    behind = np.where(z < 0.01, 0.5 - z / 12.0, 1.0 / z - 1.0 / np.expm1(z))
    return np.where(has, safe * behind, 0.0)


def _ahead_of_halves(z: FloatArray) -> FloatArray:
    """1 / sinh(z / 2) - 2 / z, to the last digits where both are large [-]."""
    x = 0.5 * z
    return np.where(z < 0.05, -x / 6.0 + 7.0 * x**3 / 360.0, 1.0 / np.sinh(x) - 1.0 / x)


def halved_lead(flow: SteadyFlow, time_step: float, age: FloatArray, reach: int) -> FloatArray:
    """(n,) steps by which mass released in a reach would come early, exchange being halved [-].

    Half of the exchange comes before water moves and half after; mass that is ``age`` old at the
    end of its first step has been put where it is unless stored, and exchanges for 2 age halves.
    The sum over all later steps of the share that is mobile, against its integral, is
    (1 - phi) [1 / sinh(z/2) - 2/z + g(age)] ahead; with q = exp(-z/2), g is age (1 - q) / (1 + q)
    up to half a step and age - (q + (2 age - 1) q2) / (1 + q) beyond.
    """
    has, beta, z = (value[reach] for value in _storage(flow, time_step))
    if not has:
        return np.zeros(age.size)
    q = np.exp(-0.5 * z)
    young = age * (1.0 - q) / (1.0 + q)
    old = age - (q + (2.0 * age - 1.0) * q * q) / (1.0 + q)
    first = np.where(age <= 0.5, young, old)
    return np.asarray((1.0 - 1.0 / (1.0 + beta)) * (_ahead_of_halves(z) + first))


def halved_lag(flow: SteadyFlow, time_step: float) -> FloatArray:
    """(R,) the like of ``inlet_lag`` where exchange is halved: beta [1/z - 1 / (2 sinh(z/2))]."""
    has, beta, z = _storage(flow, time_step)
    return np.where(has, -0.5 * beta * _ahead_of_halves(z), 0.0)


def build_medium(
    layout: Layout, flow: SteadyFlow, time_step: float, substances: Sequence[Substance],
    reacts: bool = False,
) -> Medium:  # fmt: skip
    """Coefficients of all members.

    reacts : True leaves exchange with storage to the reactions of pools, but for zones that keep
    their volume, which exchange for half a step at a time

    The exchange is the exact propagator of dM/dt = -(a + k) M + b S, dS/dt = a M - (b + k_s) S
    with a = alpha and b = alpha / beta (Bencala & Walters 1983, eqs 1 and 2, per volume). M and S
    are masses and beta a ratio of areas, so a river that rises takes its storage zone with it.
    Where the storage zone stays, b = alpha V / V_s follows the water in every step.
    """
    graph, above = layout.graph, layout.above
    tank = graph.chain[graph.reach[:, CHAIN], TANK] > 0
    number = flow.dispersion_coefficient[above] * time_step / layout.spacing**2
    splitting = 0.5 * splitting_factor(flow, time_step)[above] / layout.spacing**2
    beta = flow.storage_area_ratio
    has = (beta > 0.0) & (flow.exchange_coefficient > 0.0)
    stays = (
        np.zeros(beta.size, dtype=np.bool_) if flow.storage_stays is None else flow.storage_stays
    )
    interval = time_step
    if reacts:
        has, interval = has & stays, 0.5 * time_step
    a = np.where(has, flow.exchange_coefficient, 0.0)
    b = np.where(has, a / np.where(has, beta, 1.0), 0.0)
    decays = any(
        bool(np.any(s.decay_rate > 0.0) or np.any(s.storage_decay_rate > 0.0)) for s in substances
    )
    parts = [
        _propagator(a, b, s.decay_rate, s.storage_decay_rate, interval, decays) for s in substances
    ]
    zone = np.where(has & stays & (beta > 0.0), beta * flow.cross_section_area, 0.0)
    losses = [
        np.where(tank, 0.0, rate[above] * interval)
        for s in substances
        for rate in (s.decay_rate, s.storage_decay_rate)
    ]
    inside = graph.cell_reach >= 0
    shape = (graph.cell_reach.size, len(substances))
    spread: list[FloatArray] = []
    for k, outside in enumerate((1.0, 0.0, 0.0, 1.0)):
        values = np.full(shape, outside)
        for m, own in enumerate(parts):
            values[inside, m] = own[k][above[graph.cell_reach[inside]]]
        spread.append(values.ravel())
    return Medium(
        np.stack(
            [
                np.where(tank, 0.0, number), np.where(tank, 0.0, splitting), layout.spacing,
                a[above] * interval, zone[above] * layout.spacing, *losses,
            ],
            axis=1,
        ),
        np.stack(spread),
        bool(has.any()),
        decays,
        bool(zone.any()),
    )  # fmt: skip


def _propagator(
    a: FloatArray, b: FloatArray, k: FloatArray, ks: FloatArray, time_step: float, decays: bool
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """(R,) entries stay, back, into, hold of the matrix exponential; none is negative."""
    p, q = -(a + k), -(b + ks)
    mean = 0.5 * (p + q)
    root = np.sqrt((0.5 * (p - q)) ** 2 + a * b)
    fast, slow = np.exp((mean + root) * time_step), np.exp((mean - root) * time_step)
    cosine = 0.5 * (fast + slow)
    safe = np.where(root > 0.0, root, 1.0)
    sine = np.where(root * time_step > 1e-12, 0.5 * (fast - slow) / safe, fast * time_step)
    into, back = sine * a, sine * b
    if decays:
        half = 0.5 * (p - q) * sine
        return cosine + half, back, into, cosine - half
    return 1.0 - into, back, into, 1.0 - back

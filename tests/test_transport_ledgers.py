"""Propagators of constituents that turn into each other: every one keeps its mass."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from spillsim.transport.kinetics import Kinetics, ledgers_of
from spillsim.transport.propagators import propagators

RATE = 1e-4


def two_constituents() -> tuple[np.ndarray, Kinetics]:
    """A (yield 1/2) to B and back (yield 2), each with a fast partner, with storage and decay.

    States: A, A bound, B, B bound; their storage zones; A decayed, A transformed, B likewise.
    """
    k = np.zeros((12, 12))

    def move(of: int, to: int, rate: float, ratio: float = 1.0) -> None:
        k[to, of] += ratio * rate
        k[of, of] -= rate

    for zone in (0, 4):
        for own in (zone, zone + 2):
            move(own, own + 1, 3.0)
            move(own + 1, own, 1.0)
        for of, to, sink, ratio in ((0, 2, 9, 0.5), (2, 0, 11, 2.0)):
            move(zone + of, zone + to, RATE, ratio)
            k[sink, zone + of] += RATE
        move(zone, 8, 1e-5)
        move(zone + 2, 10, 1e-5)
    for pool in range(4):
        move(pool, pool + 4, 1e-4)
        move(pool + 4, pool, 4e-4)
    kinetics = Kinetics(
        np.array([0, 2, 4]), 4, np.zeros(4, dtype=bool), np.ones((1, 1)), k[None, None],
        owner=np.array([0, 0, 1, 1]), gains=((1, 1, 0.5), (3, 0, 2.0)),
    )  # fmt: skip
    return k, kinetics


def test_every_constituent_keeps_its_mass_though_the_rates_are_stiff() -> None:
    k, kinetics = two_constituents()
    p = propagators(k, 1281.0, ledgers_of(kinetics))
    assert p.min() >= 0.0
    np.testing.assert_allclose(p, expm(k * 1281.0), rtol=1e-9, atol=1e-10)  # scipy's own error
    for ledger in ledgers_of(kinetics):
        wanted = np.isin(np.arange(12), ledger.states).astype(float)
        for sink, ratio in ledger.gained:
            wanted += ratio * (p[sink] - (np.arange(12) == sink))
        assert np.abs(p[ledger.states].sum(axis=0) - wanted).max() < 5e-16


def test_rates_that_lose_mass_are_refused() -> None:
    k, kinetics = two_constituents()
    k[0, 0] *= 1.1
    with pytest.raises(ValueError, match="keep its mass"):
        propagators(k, 1.0, ledgers_of(kinetics))

"""Matrices of rates between the states of a cell, filled move by move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .pools import Pools

Array = NDArray[np.float64]


class Rates:
    """K of dx/dt = K x for R reaches, x = [mobile pools | their storage zones | fixed pools].

    What is taken from one state arrives in another, so that columns sum to zero; only what turns
    into another constituent is counted by its sink besides.
    """

    def __init__(self, pools: Pools, reaches: int) -> None:
        self.mobile = len(pools.mobile)
        self.matrix: Array = np.zeros((reaches, pools.states, pools.states))

    def move(self, source: int, target: int, rate: Array | float) -> None:
        """Let a share per time of one state go into another; rate (R,) or one for all [1/s]."""
        self.matrix[:, target, source] += rate
        self.matrix[:, source, source] -= rate

    def turn(self, source: int, target: int, sink: int, rate: Array, ratio: float) -> None:
        """Let one state turn into another, ``ratio`` mass per mass; the sink counts what left."""
        self.matrix[:, target, source] += ratio * rate
        self.matrix[:, sink, source] += rate
        self.matrix[:, source, source] -= rate

    def stored(self, mobile: int) -> int:
        """State of the storage zone of a mobile pool."""
        return self.mobile + mobile

"""Exchange between the pools of a cell as the marches take it: rates, no names.

The state of a cell is x = [B mobile pools, the storage zone of each, F fixed pools] [kg]. Mobile
pools go with the water, fixed ones lie on the bed or only count what has left (sinks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Grains:
    """Bed exchange of C size classes that depends on what is there, and of what is bound to them.

    A class settles at ``settling``, slowed where the water holds so much of all classes that it
    hinders itself, or hastened where grains form flocs; it comes back at ``erosion`` per area of
    bed as long as something lies there (Partheniades 1965). Pools bound to a class go with it.
    """

    member: IntArray
    """(C,) mobile pool of the class."""
    bed: IntArray
    """(C,) fixed pool of the class."""
    velocity: FloatArray
    """(C,) settling velocity that ``settling`` was made with [m/s]."""
    settling: FloatArray
    """(R, J, C) rate at which grains reach the bed [1/s]."""
    erosion: FloatArray
    """(R, J, C) [kg/(m2 s)]"""
    depth: FloatArray
    """(R, J) water depth; the bed under a cell is its volume of water over this [m]."""
    gelling: FloatArray
    """(C,) concentration of all classes at which nothing settles any more, inf for none [kg/m3]."""
    exponent: FloatArray
    """(C,) of hindered settling [-]."""
    floc: FloatArray
    """(C, 4) coefficient and exponent of w = k c^m (c in kg/m3, w in m/s), least and most w [m/s];
    coefficient 0 for none."""
    follower: IntArray
    """(W, 3) class, mobile pool and fixed pool of what is bound to it."""


@dataclass(frozen=True)
class Sorption:
    """X pairs of a dissolved pool and its part on a size class whose concentration changes."""

    dissolved: IntArray
    """(X,) mobile pool."""
    bound: IntArray
    """(X,) mobile pool."""
    member: IntArray
    """(X,) mobile pool of the class."""
    coefficient: FloatArray
    """(X,) distribution coefficient [m3/kg]."""
    rate: FloatArray
    """(X,) of desorption, inf where equilibrium is instantaneous [1/s]."""


@dataclass(frozen=True)
class Ledger:
    """States that hold the mass of one constituent, and those that count what it gains."""

    states: IntArray
    gained: list[tuple[int, float]]
    """States whose growth is, times a factor, mass that these states gain."""


@dataclass(frozen=True)
class Kinetics:
    """Exchange of B mobile and F fixed pools in R reaches at J discharges; n = 2 B + F states."""

    groups: IntArray
    """(N + 1,) mobile pools of constituent k are ``groups[k]`` to ``groups[k + 1]``."""
    fixed: int
    """F"""
    returns: BoolArray
    """(F,) true where a fixed pool may come back to the water, somewhere at some discharge."""
    discharge: FloatArray
    """(R, J) rising [m3/s]; J = 1 where the flow is steady."""
    linear: FloatArray
    """(R, J, n, n) rates K of dx/dt = K x, exchange with the storage zone included [1/s]. None but
    those on the diagonal is negative; columns sum to zero, but for what a yield other than one
    makes of the mass that turns into another constituent."""
    grains: Grains | None = None
    sorption: Sorption | None = None
    owner: IntArray | None = None
    """(F,) constituent whose mass each fixed pool holds or counts; None where no constituent turns
    into another. What did is counted by a sink of the one, and arrives in the other besides."""
    gains: tuple[tuple[int, int, float], ...] = ()
    """Of every such change the sink (a fixed pool), the constituent that it becomes, and the mass
    of that for the mass that the sink counts [-]."""

    @property
    def mobile(self) -> int:
        """B"""
        return int(self.groups[-1])


def ledgers_of(kinetics: Kinetics) -> list[Ledger]:
    """States of every constituent, and what its mass grows by; empty where all is one ledger."""
    if kinetics.owner is None:
        return []
    mobile = kinetics.mobile
    pool = np.repeat(np.arange(kinetics.groups.size - 1), np.diff(kinetics.groups))
    of = np.concatenate([pool, pool, kinetics.owner])
    return [
        Ledger(
            np.flatnonzero(of == number),
            [(2 * mobile + sink, ratio) for sink, to, ratio in kinetics.gains if to == number],
        )
        for number in range(kinetics.groups.size - 1)
    ]


def groups_of(constituent: NDArray[np.int64]) -> IntArray:
    """(N + 1,) where the mobile pools of each constituent begin, given that of each pool."""
    count = int(constituent.max()) + 1
    return np.searchsorted(constituent, np.arange(count + 1)).astype(np.int64)

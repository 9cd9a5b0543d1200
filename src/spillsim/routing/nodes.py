"""What happens to the water at a node: some is taken out, the rest divides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .outlets import Array, window_weight

SHORT = 1e-9
"""Share of what a diversion asks for that counts as rounding."""


@dataclass(frozen=True)
class Diversion:
    """Water taken out at a node."""

    discharge: float = 0.0
    """Taken while it works, as far as there is so much [m3/s]."""
    share: float = 0.0
    """Share of the water there, taken besides [-]."""
    start: float = -math.inf
    """It works from here [s]."""
    stop: float = math.inf
    """... to here [s]."""


@dataclass(frozen=True)
class Split:
    """How much of the water leaving a node an arm of a river takes."""

    arm: int
    """Reach."""
    by_time: bool
    """True where ``at`` are times, false where they are discharges leaving the node."""
    at: Array
    """(P,) rising [s or m3/s]."""
    share: Array
    """(P,) 0 to 1, linear between them and constant outside [-]."""


def divert(
    time: Array, available: Array, diversions: Sequence[Diversion]
) -> tuple[Array, NDArray[np.bool_]]:
    """(n, M) what each of n diversions takes [m3/s], (n, M) true where it gets less than it asks.

    They take in the order given, each no more than what is left.

    Parameters
    ----------
    time : (M,) rising [s]
    available : (M,) discharge that comes to the node, linear between the times [m3/s]
    """
    left = np.maximum(available, 0.0)
    taken, short = [], []
    for each in diversions:
        asked = window_weight(time, each.start, each.stop) * (each.discharge + each.share * left)
        taken.append(np.minimum(asked, left))
        short.append(asked > left * (1.0 + SHORT))
        left = left - taken[-1]
    shape = (len(taken), time.size)
    return np.array(taken).reshape(shape), np.array(short, dtype=np.bool_).reshape(shape)


def divide(
    time: Array, leaving: Array, arms: Sequence[int], fixed: Sequence[float],
    splits: Sequence[Split],
) -> Array:  # fmt: skip
    """(A, M) discharge of each arm that leaves a node; they sum to what leaves it [m3/s].

    An arm with a split takes its share of the table; what these leave goes to the others in the
    proportion of their fixed shares. The last arm takes what is over, to the last digit.

    Parameters
    ----------
    time : (M,) [s]
    leaving : (M,) discharge leaving the node [m3/s]
    arms : A reaches
    fixed : A shares [-]

    Raises
    ------
    ValueError
        The tables ask for more than there is, or every arm has one.
    """
    tables = {split.arm: split for split in splits}
    shares = np.full((len(arms), time.size), np.nan)
    for row, arm in enumerate(arms):
        if arm in tables:
            split = tables[arm]
            shares[row] = np.interp(time if split.by_time else leaving, split.at, split.share)
    others = [row for row, arm in enumerate(arms) if arm not in tables]
    rest = 1.0 - np.nansum(shares, axis=0)
    if bool(np.any(rest < -1e-12)) or not others:
        raise ValueError("the shares of a node's arms do not add up to one")
    own = sum(fixed[row] for row in others)
    for row in others:
        shares[row] = np.maximum(rest, 0.0) * (fixed[row] / own if own > 0.0 else 1 / len(others))
    found = shares * leaving
    last = others[-1]
    found[last] = leaving - (found.sum(axis=0) - found[last])
    return found

"""Exact propagators of linear exchange between pools, matrices without negative entries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .arrays import FloatArray
from .kinetics import Ledger

TERMS = 10
"""Of the series of a matrix whose rates are at most ``FIRST_RATE``: the rest is below 1e-17."""
FIRST_RATE = 0.25
ROUND_OFF = 1e-14
"""Share of the largest rate of a column below which its sum counts as zero."""


def propagators(rates: FloatArray, time_step: float, ledgers: Sequence[Ledger] = ()) -> FloatArray:
    """Matrix exponentials P = exp(K dt) of exchange between compartments.

    K has no negative entry but on its diagonal. With q the largest rate at which any pool loses
    mass, exp(K h) = exp(-q h) exp((K + q I) h), and the series of the second factor adds up terms
    that are never negative; h = dt / 2^s makes it short, and s squarings go the rest of the way
    (uniformisation, Jensen 1953, with scaling and squaring, Moler & Van Loan 2003, method 3).
    Nothing cancels, so that every entry is right to a few digits of the last, however small it is
    and however stiff the rates are, and none is negative.

    Parameters
    ----------
    rates : (..., n, n) K of dx/dt = K x [1/s]
    time_step : dt [s]
    ledgers : sequence of Ledger, optional
        Where pools belong to constituents that turn into each other.

    Returns
    -------
    (..., n, n) P, not negative. Where the columns of K sum to zero, for a pool and for all that it
    can turn into, the column of P sums to one, to less than the last digit. With ledgers every
    column does so in each of them: to one if it is its own, else to nothing, and what is gained.

    Raises
    ------
    ValueError
        An entry off the diagonal is negative or one is not finite, or a ledger does not close.
    """
    size = rates.shape[-1]
    if not np.isfinite(rates).all():
        raise ValueError("rates of exchange must be finite")
    diagonal = np.arange(size)
    off = rates.copy()
    off[..., diagonal, diagonal] = 0.0
    if (off < 0.0).any():
        raise ValueError("rates of exchange from one pool to another must not be negative")
    flat = rates.reshape(-1, size, size)
    # reaches often repeat each other: exp is dearer than looking for that
    seen: dict[bytes, int] = {}
    back = np.array([seen.setdefault(own.tobytes(), len(seen)) for own in flat], dtype=np.int64)
    unique = flat[np.unique(back, return_index=True)[1]]
    fastest = float(max(-unique[:, diagonal, diagonal].min(initial=0.0), 0.0)) * time_step
    halvings = max(int(np.ceil(np.log2(fastest / FIRST_RATE))), 0) if fastest > 0.0 else 0
    _refuse_open_ledgers(unique, ledgers)
    closed = _closed_columns(unique)
    part = time_step * 0.5**halvings
    shift = np.maximum(-unique[:, diagonal, diagonal].min(axis=1, initial=0.0), 0.0) * part
    shifted = unique * part
    shifted[:, diagonal, diagonal] += shift[:, None]
    shifted[:, diagonal, diagonal] = np.maximum(shifted[:, diagonal, diagonal], 0.0)
    term = np.zeros(unique.shape)
    term[:, diagonal, diagonal] = np.exp(-shift)[:, None]
    found = term.copy()
    for order in range(1, TERMS + 1):
        term = term @ shifted / order
        found += term
    _close(found, closed, ledgers, halvings == 0)
    for left in range(halvings, 0, -1):
        found = found @ found
        _close(found, closed, ledgers, left == 1)
    return np.asarray(found[back].reshape(rates.shape))


def _closed_columns(rates: FloatArray) -> NDArray[np.bool_]:
    """(M, n) true for pools that lose nothing unaccounted for, nor anything they turn into."""
    least = ROUND_OFF * np.abs(rates).max(axis=1)
    closed = np.abs(rates.sum(axis=1)) <= least
    turns = rates > 0.0
    for _ in range(rates.shape[-1]):
        # what a column has in a row that is not closed makes it open itself
        opens = (turns & ~closed[:, :, None]).any(axis=1) & closed
        if not opens.any():
            break
        closed &= ~opens
    return np.asarray(closed)


def _wanted(values: FloatArray, ledger: Ledger, own: float) -> FloatArray:
    """(M, n) what the columns of a ledger's rows sum to; ``own`` for those that are its own."""
    wanted = np.zeros((values.shape[0], values.shape[-1]))
    wanted[:, ledger.states] = own
    for state, ratio in ledger.gained:
        wanted += ratio * values[:, state, :]
        wanted[:, state] -= ratio * own  # what the sink has counted before
    return wanted


def _refuse_open_ledgers(rates: FloatArray, ledgers: Sequence[Ledger]) -> None:
    """Raise ValueError where a constituent loses or gains mass that its ledger does not know of."""
    least = ROUND_OFF * np.abs(rates).max(axis=(1, 2), initial=0.0)[:, None]
    for ledger in ledgers:
        sums = rates[:, ledger.states, :].sum(axis=1)
        if not (np.abs(sums - _wanted(rates, ledger, 0.0)) <= least).all():
            raise ValueError("the rates of a constituent do not keep its mass")
        if any(rates[:, :, state].any() for state, _ in ledger.gained):
            raise ValueError("what counts the mass that turned into another must not lose any")


def _close(
    found: FloatArray, closed: NDArray[np.bool_], ledgers: Sequence[Ledger], last: bool
) -> None:
    """Make the columns sum to what they must, in every ledger or as a whole."""
    if not ledgers:
        _complete(found, np.ones((found.shape[0], found.shape[-1])), closed, last)
    counting = [state for ledger in ledgers for state, _ in ledger.gained]
    found[:, :, counting] = 0.0
    found[:, counting, counting] = 1.0
    for ledger in ledgers:
        part = found[:, ledger.states, :]
        wanted = _wanted(found, ledger, 1.0)
        _complete(part, wanted, np.ones(wanted.shape, dtype=np.bool_), last)
        found[:, ledger.states, :] = part


def _complete(found: FloatArray, wanted: FloatArray, closed: NDArray[np.bool_], last: bool) -> None:
    """Make closed columns sum to what is wanted: their largest entry is what the others leave.

    What rounding that entry leaves over goes to the second largest, which is finer: a step of a
    march after the other, the same error in the last digit would add up. Only at the ``last``
    squaring: those before it, doubled every time, would take digits from what is small.

    found : (M, k, n); wanted, closed : (M, n)
    """
    total, closed = wanted[:, None, :], closed[:, None, :]
    if found.shape[1] == 1:
        found[...] = np.where(closed, total, found)
        return
    order = np.argsort(found, axis=1)[:, -2:]
    largest, second = order[:, 1:2], order[:, 0:1]
    kept = np.take_along_axis(found, largest, axis=1)
    np.put_along_axis(found, largest, 0.0, axis=1)
    # rows from the smallest up, so that the sum is good to its last digit
    others = np.sort(found, axis=1).sum(axis=1, keepdims=True)
    whole = np.where(closed, total - others, kept)
    np.put_along_axis(found, largest, whole, axis=1)
    if not last:
        return
    rest = np.where(closed, (total - whole) - others, 0.0)
    beside = np.take_along_axis(found, second, axis=1)
    np.put_along_axis(found, second, np.where(beside + rest >= 0.0, beside + rest, beside), axis=1)

"""Exact propagators of linear exchange between pools, matrices without negative entries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .arrays import FloatArray

TERMS = 10
"""Of the series of a matrix whose rates are at most ``FIRST_RATE``: the rest is below 1e-17."""
FIRST_RATE = 0.25
ROUND_OFF = 1e-14
"""Share of the largest rate of a column below which its sum counts as zero."""


def propagators(rates: FloatArray, time_step: float) -> FloatArray:
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

    Returns
    -------
    (..., n, n) P, not negative. Where the columns of K sum to zero, for a pool and for all that it
    can turn into, the column of P sums to one, to less than the last digit.

    Raises
    ------
    ValueError
        An entry off the diagonal is negative or one is not finite.
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
    unique, back = np.unique(flat, axis=0, return_inverse=True)
    fastest = float(max(-unique[:, diagonal, diagonal].min(initial=0.0), 0.0)) * time_step
    halvings = max(int(np.ceil(np.log2(fastest / FIRST_RATE))), 0) if fastest > 0.0 else 0
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
    _complete(found, closed)
    for _ in range(halvings):
        found = found @ found
        _complete(found, closed)
    return np.asarray(found[back.ravel()].reshape(rates.shape))


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


def _complete(found: FloatArray, closed: NDArray[np.bool_]) -> None:
    """Make closed columns sum to one: their largest entry is what the others leave.

    What rounding that entry leaves over goes to the second largest, which is finer: a step
    after the other, the same error in the last digit would add up.
    """
    size = found.shape[-1]
    if size == 1:
        found[closed[:, 0]] = 1.0
        return
    order = np.argsort(found, axis=1)[:, -2:]
    largest, second = order[:, 1:2], order[:, 0:1]
    kept = np.take_along_axis(found, largest, axis=1)
    np.put_along_axis(found, largest, 0.0, axis=1)
    # rows from the smallest up, so that the sum is good to its last digit
    others = np.sort(found, axis=1).sum(axis=1, keepdims=True)
    whole = np.where(closed[:, None, :], 1.0 - others, kept)
    np.put_along_axis(found, largest, whole, axis=1)
    rest = np.where(closed[:, None, :], (1.0 - whole) - others, 0.0)
    beside = np.take_along_axis(found, second, axis=1)
    np.put_along_axis(found, second, np.where(beside + rest >= 0.0, beside + rest, beside), axis=1)

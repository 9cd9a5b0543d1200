"""The bundles of arrays in which members go into the kernel and come out of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from .river import Array, Index
from .series import Complex
from .sweep import Points, Probes

GOOD, NOTHING, SHARP, ENDLESS = 0, 1, 2, 3
"""Of a member at a place: found; nothing comes until the end of the case; too sharp a curve for
the frequencies that may be spent; a tail without end."""


class Change(NamedTuple):
    """What sets B members apart."""

    factor: Array
    """(B, 5, G) on velocity, dispersion, storage ratio, exchange, decay of each group of zones."""
    discharge: Array
    """(B, G) on the discharge of each group of zones."""
    mass: Array
    later: Array
    """(B,) by how much all releases begin later [s]."""
    longer: Array
    """(B,) factor on the duration of all releases, the mass staying."""


class Asked(NamedTuple):
    """What is asked of every member."""

    level: Array
    """(S, A) levels of concentration [kg/m3]."""
    share: Array
    """(V - A,) further levels as shares of the peak [-]."""
    time: Array
    """(T,) times of the curves [s since the start of the case]."""
    until: float
    """End of the case [s]."""
    tail: Array
    """(2,) what may lie outside the windows, minus its logarithm: usual and finest."""
    small: Array
    """(2,) what the last frequencies may hold as a share of the largest."""


class Found(NamedTuple):
    """What B members leave at S places; nan where a curve was not found."""

    peak: Array
    peak_time: Array
    passed: Array
    """(B, S) highest concentration [kg/m3], its time [s], mass passed until the end [kg]."""
    first: Array
    last: Array
    above: Array
    """(B, S, V) first rise above a level, last fall below it, time above [s]."""
    status: Any
    """(B, S) int8."""
    points: Index
    """(B,) zones times frequencies swept."""
    concentration: Any
    mass: Any
    """(B, S, T) or (B, S, 0) curves [kg/m3], [kg]; single or double precision."""


class Sweeping(NamedTuple):
    """Scratch of the sweep of a thread; S places, K frequencies, Z zones."""

    window: Array
    """(4, S) begin, end, narrow deviation, squared size of the largest coefficient."""
    group: Index
    """(S,)"""
    coefficient: Complex
    """(2, S, K) of concentration and flux."""
    work: Array
    """(Z SIZE,)"""
    rows: Array
    """(Z, ROWS, LANES) the same memory."""
    way: Array
    omega: Array
    source: Array
    zero: Array
    buffer: Array
    """(4 LANES,), (LANES,), (2 LANES,), (LANES,) zeros, (4 LANES,)"""
    filled: Index
    """(Z,)"""
    points: Points
    probes: Probes
    """Questions of a sweep where water divides, (2,): concentration and flux."""


class Looking(NamedTuple):
    """Scratch of a thread for curves."""

    kept: Array
    """(K + TERMS, 2) coefficients of a curve."""
    value: Array
    """As many as it can have samples."""
    near: Array
    sums: Array
    """(LANES,), (5 LANES,)"""

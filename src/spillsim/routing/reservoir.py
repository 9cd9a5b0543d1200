"""Level-pool routing of one reservoir: a level surface, outlets that depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ..formulas import GRAVITY
from .compiler import inner, jit
from .outlets import (
    COEFFICIENT,
    CREST,
    GATE,
    GIVEN,
    OVER_SILL,
    PASSING,
    WEIR,
    WIDTH,
    Array,
    Outlet,
    OutletRows,
    rows_at,
)

OUTFLOW, VOLUME, LIMITED, STIFFNESS = 0, 1, 2, 3
"""Rows of what the kernel fills in."""
MOST_PARTS = 200
"""Most parts that a routing step is cut into."""


@dataclass(frozen=True)
class StageVolume:
    """Volume of the water in a reservoir at P levels, linear between them."""

    stage: Array
    """(P,) rising, P >= 2 [m]."""
    volume: Array
    """(P,) rising, not negative [m3]."""

    def __post_init__(self) -> None:
        for values in (self.stage, self.volume):
            if values.size < 2 or not bool(np.all(np.diff(values) > 0.0)):
                raise ValueError("stage and volume need at least two values that rise")
        if self.stage.size != self.volume.size or self.volume[0] < 0.0:
            raise ValueError("stage and volume must pair, and no volume be negative")

    @classmethod
    def prismatic(cls, area: float, bottom: float) -> StageVolume:
        """A reservoir of the same surface [m2] at every level above its bottom [m]."""
        return cls(np.array([bottom, bottom + 1.0]), np.array([0.0, area]))

    def volume_at(self, stage: float) -> float:
        """Volume at a level, the ends of the table extended [m3]."""
        return _extended(stage, self.stage, self.volume)

    def level_at(self, volume: Array) -> Array:
        """(n,) level at each volume, the ends of the table extended [m]."""
        return np.array([_extended(v, self.volume, self.stage) for v in volume.tolist()])


def _extended(x: float, at: Array, values: Array) -> float:
    k = min(max(int(np.searchsorted(at, x)) - 1, 0), at.size - 2)
    share = (x - at[k]) / (at[k + 1] - at[k])
    return float(values[k] + share * (values[k + 1] - values[k]))


@dataclass(frozen=True)
class Routed:
    """What a reservoir does with its inflow at M times."""

    outflow: Array
    """(M,) linear between the times [m3/s]."""
    volume: Array
    """(M,) [m3]"""
    level: Array
    """(M,) [m]"""
    limited: NDArray[np.bool_]
    """(M,) true where the outlets ask for more water than there is."""


@inner
def level_of(volume: float, storage: Array) -> tuple[float, float]:
    """Level [m] at a volume and its rise per volume [1/m2]; ends of the table extended."""
    low, high = 0, storage.shape[1] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if storage[1, middle] <= volume:
            low = middle
        else:
            high = middle
    rise = (storage[0, high] - storage[0, low]) / (storage[1, high] - storage[1, low])
    return storage[0, low] + rise * (volume - storage[1, low]), rise


@inner
def outlet_discharge(
    level: float, inflow: float, row: int, outlets: OutletRows
) -> tuple[float, float]:
    """Discharge of all outlets [m3/s] and its growth per level [m2/s]; for use in kernels.

    level : of the water [m]
    inflow : of the reservoir, which run-of-river outlets pass [m3/s]
    row : time, as a row of ``outlets``
    """
    total, growth = 0.0, 0.0
    for k in range(outlets.kind.size):
        works = outlets.weight[row, k]
        if works == 0.0:
            continue
        if outlets.kind[k] == GIVEN:
            total += works * outlets.value[row, k]
            continue
        if outlets.kind[k] == PASSING:
            total += works * max(inflow, 0.0)
            continue
        head = level - outlets.shape[k, CREST]
        if head <= 0.0:
            continue
        width = works * outlets.shape[k, WIDTH]
        over = WEIR if outlets.kind[k] == WEIR else GATE
        sill = outlets.shape[k, COEFFICIENT if over == WEIR else OVER_SILL]
        found = sill * width * head * sqrt(head)
        steep = 1.5 * found / head
        if over == GATE:
            under = outlets.shape[k, COEFFICIENT] * outlets.value[row, k] * width
            under *= sqrt(2.0 * GRAVITY * head)
            if under < found:
                found, steep = under, 0.5 * under / head
        total += found
        growth += steep
    return total, growth


@inner
def end_of_step(
    held: float, step: tuple[float, float], inflow: float, row: int, storage: Array,
    outlets: OutletRows,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Volume at the end of a step: S1 + dt/2 O(S1) = S0 + dt/2 (I0 + I1 - O0).

    Outlets take no more than O <= I + 2 S / dt of the next step: a reservoir can then at no time
    of it hold less than no water, and an empty one passes what comes.

    held : S0 + dt/2 (I0 + I1 - O0) [m3]
    step : length of the step and of the next one [s]

    Returns outflow [m3/s], volume [m3], 1 where the outlets were limited, and dt/2 dO/dS
    """
    half = 0.5 * step[0]
    low, high = 0.0, held
    volume = held
    asked, stiffness = 0.0, 0.0
    for _ in range(200):
        level, rise = level_of(volume, storage)
        asked, growth = outlet_discharge(level, inflow, row, outlets)
        stiffness = half * growth * rise
        gap = volume + half * asked - held
        if abs(gap) <= 1e-15 * held or high - low <= 1e-15 * held:
            break
        if gap > 0.0:
            high = volume
        else:
            low = volume
        volume -= gap / (1.0 + stiffness)
        if not low < volume < high:
            volume = 0.5 * (low + high)
    outflow = asked
    volume = held - half * outflow
    limited = 0.0
    most = inflow + 2.0 * volume / step[1]
    if outflow > most:
        outflow = (inflow + 2.0 * held / step[1]) / (1.0 + step[0] / step[1])
        volume = held - half * outflow
        level, rise = level_of(volume, storage)
        asked, _ = outlet_discharge(level, inflow, row, outlets)
        if asked > outflow * (1.0 + 1e-9):
            limited = 1.0
    return outflow, max(volume, 0.0), limited, stiffness


@jit
def march(time: Array, inflow: Array, storage: Array, outlets: OutletRows, made: Array) -> None:
    """Fill in outflow, volume, limits and stiffness at M times; ``made[VOLUME, 0]`` is given.

    Parameters
    ----------
    time : (M,) rising [s]
    inflow : (M,) linear between the times [m3/s]
    storage : (2, P) level [m] and volume [m3]
    made : (4, M)
    """
    last = time.size - 1
    volume = made[VOLUME, 0]
    level, rise = level_of(volume, storage)
    asked, growth = outlet_discharge(level, inflow[0], 0, outlets)
    most = asked if last == 0 else inflow[0] + 2.0 * volume / (time[1] - time[0])
    made[OUTFLOW, 0] = min(asked, most)
    made[LIMITED, 0] = 1.0 if asked > most * (1.0 + 1e-9) else 0.0
    made[STIFFNESS, 0] = 0.0 if last == 0 else 0.5 * (time[1] - time[0]) * growth * rise
    for m in range(last):
        step = time[m + 1] - time[m]
        following = time[m + 2] - time[m + 1] if m + 1 < last else step
        held = volume + 0.5 * step * (inflow[m] + inflow[m + 1] - made[OUTFLOW, m])
        outflow, volume, limited, stiffness = end_of_step(
            held, (step, following), inflow[m + 1], m + 1, storage, outlets
        )
        made[OUTFLOW, m + 1] = outflow
        made[VOLUME, m + 1] = volume
        made[LIMITED, m + 1] = limited
        made[STIFFNESS, m + 1] = stiffness


def route(
    time: Array, inflow: Array, storage: StageVolume, outlets: Sequence[Outlet], volume: float
) -> Routed:
    """Route an inflow through a reservoir by the trapezoidal rule (Puls 1928).

    dS/dt = I - O, S1 - S0 = dt/2 (I0 + I1 - O0 - O1), with O of the level at the end of the step.
    The level is solved for by Newton's method within a bracket. Where a step is longer than twice
    the time in which the reservoir answers, (dO/dS)^-1, the steps are cut into parts and the
    outflow is averaged, so that it does not swing; the volume then still follows exactly from what
    comes in and goes out in straight lines between the times.

    Parameters
    ----------
    time : (M,) rising [s]
    inflow : (M,) not negative, linear between the times [m3/s]
    storage : volume over level
    outlets : none for a reservoir that passes what comes
    volume : at the first time [m3]
    """
    made = _marched(time, inflow, storage, outlets, volume)
    parts = int(min(np.ceil(made[STIFFNESS].max()), MOST_PARTS))
    limited = made[LIMITED] > 0.0
    outflow, held = made[OUTFLOW], made[VOLUME]
    level = storage.level_at(held)
    if parts > 1:
        fine = _cut(time, parts)
        finer = _marched(fine, np.interp(fine, time, inflow), storage, outlets, volume)
        averaged = _averaged(time, fine, finer[OUTFLOW])
        followed = _followed(time, inflow - averaged, volume)
        if followed is not None:
            outflow, held = averaged, followed
            limited = finer[LIMITED, ::parts] > 0.0
            # the true one: that of the averaged outflow is off where a pond is smaller than a step
            level = storage.level_at(finer[VOLUME, ::parts])
    return Routed(outflow, held, level, limited)


def _marched(
    time: Array, inflow: Array, storage: StageVolume, outlets: Sequence[Outlet], volume: float
) -> Array:
    made = np.zeros((4, time.size))
    made[VOLUME, 0] = volume
    table = np.stack([storage.stage, storage.volume])
    march(np.ascontiguousarray(time), np.ascontiguousarray(inflow), table,
          rows_at(time, outlets), made)  # fmt: skip
    return made


def _cut(time: Array, parts: int) -> Array:
    """Every step in so many parts."""
    share = np.arange(parts) / parts
    inside = time[:-1, None] + np.diff(time)[:, None] * share
    return np.concatenate([inside.ravel(), time[-1:]])


def _averaged(time: Array, fine: Array, values: Array) -> Array:
    """(M,) means around each time, weighted as a value there weighs in the line through them."""
    count = fine.size // (time.size - 1)
    share = np.arange(count) / count
    gap = np.diff(fine).reshape(-1, count)
    first, second = values[:-1].reshape(-1, count), values[1:].reshape(-1, count)
    after = share + 1.0 / count
    later = gap / 6.0 * (first * (2.0 * share + after) + second * (share + 2.0 * after))
    both = gap * 0.5 * (first + second)
    weighed, whole = np.zeros(time.size), np.zeros(time.size)
    weighed[1:] += later.sum(axis=1)
    weighed[:-1] += (both - later).sum(axis=1)
    whole[1:] += 0.5 * np.diff(time)
    whole[:-1] += 0.5 * np.diff(time)
    return np.asarray(weighed / whole)


def _followed(time: Array, gain: Array, volume: float) -> Array | None:
    """(M,) volume that follows from a gain linear between the times; None if it falls below 0."""
    step = np.diff(time)
    held = volume + np.concatenate([[0.0], np.cumsum(0.5 * step * (gain[1:] + gain[:-1]))])
    turns = (gain[:-1] < 0.0) & (gain[1:] > 0.0)
    bend = np.where(turns, gain[1:] - gain[:-1], 1.0)
    dip = np.where(turns, held[:-1] - 0.5 * step * gain[:-1] ** 2 / bend, held[:-1])
    return None if min(dip.min(), held.min()) < 0.0 else np.asarray(held)

"""From the pools of a march back to constituents: curves, cells and the ledger."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .pools import Pool, Pools

Array = NDArray[np.float64]

COMPARTMENTS = ("bed", "decayed", "volatilised", "transformed", "stranded")
"""Where mass is that left the water, in the order of tables."""


def is_dissolved(pool: Pool) -> bool:
    """True for what counts as dissolved, what floats included."""
    return pool.form in ("dissolved", "floating")


def is_suspended(pool: Pool) -> bool:
    """True for grains and what is bound to them."""
    return not is_dissolved(pool)


def sum_mobile(
    pools: Pools, values: Array, wanted: Callable[[Pool], bool] = lambda _: True
) -> Array:
    """(N, ...) sums over the mobile pools of each constituent.

    Parameters
    ----------
    values : (B, ...) one for each mobile pool
    wanted : which of them count; default: all
    """
    found = np.zeros((pools.constituents, *values.shape[1:]))
    for pool, own in zip(pools.mobile, values, strict=True):
        if wanted(pool):
            found[pool.constituent] += own
    return found


def sum_fixed(pools: Pools, values: Array) -> dict[str, Array]:
    """(N, ...) sums over the fixed pools of each constituent, by compartment.

    values : (F, ...) one for each fixed pool
    """
    shape = (pools.constituents, *values.shape[1:])
    found = {name: np.zeros(shape) for name in COMPARTMENTS}
    for pool, own in zip(pools.fixed, values, strict=True):
        found["bed" if pool.form == "bed_sorbed" else pool.form][pool.constituent] += own
    return found


def gather_ledger(pools: Pools, rows: Array, fixed: Array) -> dict[str, Array]:
    """Ledger of the constituents by the names of its fields, (N, L) each [kg].

    What a constituent gains is what the sinks of the reactions that make it have counted.

    Parameters
    ----------
    rows : (B, L, 6) of each mobile pool: released, in the river, in storage, left by reaction
        less what came, abstracted, past the outlet [kg]
    fixed : (F, L) in each fixed pool of all cells [kg]
    """
    released, in_river, in_storage, _, abstracted, past = np.moveaxis(sum_mobile(pools, rows), 2, 0)
    dissolved = sum_mobile(pools, rows[:, :, 1], is_dissolved)
    gained = np.zeros(released.shape)
    for sink, constituent, ratio in pools.gains:
        gained[constituent] += ratio * fixed[sink]
    others = sum_fixed(pools, fixed)
    on_bed = others.pop("bed")
    return {
        "released": released, "gained": gained, "in_river": in_river, "dissolved": dissolved,
        "suspended": sum_mobile(pools, rows[:, :, 1], is_suspended), "in_storage": in_storage,
        "on_bed": on_bed, "abstracted": abstracted, "past_outlet": past, **others,
    }  # fmt: skip


def gather_left(pools: Pools, mobile: Array, storage: Array, fixed: Array) -> dict[str, Array]:
    """(N, K) mass of the constituents in each cell, by compartment, and ``gained`` there [kg].

    Parameters
    ----------
    mobile, storage : (B, K) in the water and in the storage zone of each cell [kg]
    fixed : (F, K) [kg]
    """
    gained = np.zeros((pools.constituents, mobile.shape[1]))
    for sink, constituent, ratio in pools.gains:
        gained[constituent] += ratio * fixed[sink]
    return {
        "dissolved": sum_mobile(pools, mobile, is_dissolved),
        "suspended": sum_mobile(pools, mobile, is_suspended),
        "storage": sum_mobile(pools, storage),
        **sum_fixed(pools, fixed),
        "gained": gained,
    }

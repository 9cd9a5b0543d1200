"""Pools that exchange in the march through a network: rates to a finished, checked march."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from remap_cases import Array

from spillsim.remap.build import Plan
from spillsim.remap.march import Background
from spillsim.remap.pools import PoolMarch, march_pools
from spillsim.transport.kinetics import Kinetics

Rates = Mapping[tuple[int, int], Any]
"""Rate [1/s] from the second state to the first; one for all, (J,) or (R, J)."""


def kinetics(
    mobile: int, fixed: int, rates: Rates, *, zones: int = 1, discharge: Any = 0.0,
    groups: Sequence[int] | None = None, returns: Sequence[bool] | None = None, **more: Any,
) -> Kinetics:  # fmt: skip
    """States are the mobile pools, their storage zones, the fixed pools, in this order."""
    knots = np.broadcast_to(np.atleast_1d(discharge), (zones, np.size(discharge))).astype(float)
    n = 2 * mobile + fixed
    linear = np.zeros((*knots.shape, n, n))
    for (to, of), rate in rates.items():
        linear[:, :, to, of] += rate
        linear[:, :, of, of] -= rate
    return Kinetics(
        np.arange(mobile + 1) if groups is None else np.array(groups), fixed,
        np.array([True] * fixed if returns is None else returns, dtype=np.bool_),
        knots, linear, **more,
    )  # fmt: skip


def run_pools(
    prepared: Plan, given: Kinetics, *releases: Sequence[Any],
    background: Background | None = None, closes: float = 1e-12,
) -> PoolMarch:  # fmt: skip
    """March, and check what holds for every march whose kinetics make no mass and lose none."""
    found = march_pools(prepared, given, releases, background=background)
    ledger = np.stack([own.ledger for own in found.marches], axis=2)
    whole = float(np.abs(ledger[:, 0]).sum(axis=1).max())
    for pool in range(given.mobile):
        assert np.abs(ledger[:, 0, pool] - ledger[:, 1:, pool].sum(axis=1)).max() <= closes * whole
    # what left the water by reaction lies in the fixed pools, at all times
    left = ledger[:, 3].sum(axis=1) - found.fixed_ledger.sum(axis=1)
    assert np.abs(left).max() <= closes * whole
    # and so in the cells at the end
    for cells, total in (
        (found.mobile, ledger[-1, 1]),
        (found.storage, ledger[-1, 2]),
        (found.fixed, found.fixed_ledger[-1]),
    ):
        assert np.abs(cells.sum(axis=1) - total).max(initial=0.0) <= closes * whole
    if prepared.limiter:
        least = min(part.min(initial=0.0) for part in (found.mobile, found.storage, found.fixed))
        assert least >= 0.0
    return found


def passed(found: PoolMarch, place: int = 0) -> float:
    """Mass of all mobile pools that has passed a place [kg]."""
    return float(sum(own.cumulative_mass[place, -1] for own in found.marches))


def concentration(found: PoolMarch, place: int = 0) -> Array:
    """(T,) of all mobile pools [kg/m3]."""
    return np.asarray(sum(own.concentration[place] for own in found.marches))

"""Runs of constituents whose parts exchange within a cell: the marches told of pools, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .constituents import (
    Pools,
    gather_ledger,
    gather_left,
    is_dissolved,
    is_suspended,
    sum_fixed,
    sum_mobile,
)
from .errors import SimulationError
from .marching import NetworkMarch
from .outcome import Ledger, Run

if TYPE_CHECKING:
    from .model import Model
    from .network.network import Position
    from .sources import Schedule

    Releases = Sequence[Sequence[tuple[Position, Schedule]]]

Array = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class PoolCurves:
    """What a march leaves of B mobile and F fixed pools: S stations, T times, K cells."""

    concentration: Array
    """(B, S, T) [kg/m3]."""
    cumulative_mass: Array
    """(B, S, T) [kg]."""
    ledger_time: Array
    """(L,) [s since the start of the case]."""
    ledger: Array
    """(B, L, 6) [kg]."""
    fixed_ledger: Array
    """(F, L) [kg]."""
    peak: Array
    """(B, K) highest concentration of each constituent's sum, at its first pool [kg/m3]."""
    peak_time: Array
    """(B, K) [s since the start of the case]."""
    field_time: Array
    """(T',) [s since the start of the case]."""
    field: Array
    """(B, T', K) [kg/m3]."""
    fixed_field: Array
    """(F, T', K) [kg]."""
    left: tuple[Array, Array, Array]
    """(B, K) in the water and in the storage zone, (F, K) in the fixed pools at the end [kg]."""
    cells: tuple[NDArray[np.int64], Array, Array]
    """(K,) reach, head and foot of the cells, as in ``Run``."""
    cell_steps: int


def march_pools(model: Model, progress: Progress | None = None) -> Run:
    """March all pools of a model's constituents and add them up again.

    Raises
    ------
    SimulationError
        The march cannot take so long a step.
    """
    assert model.pools is not None
    begun = perf_counter()
    releases = [
        [(r.position, r.schedule) for r in model.releases if r.pool == number]
        for number in range(len(model.pools.mobile))
    ]
    assert isinstance(model.march, NetworkMarch)
    found, imported, marched, more = _through_network(model, model.march, releases, progress)
    run = replace(run_of_pools(model.pools, found), output_time=model.output_time, **more)
    run.profile.update(
        load_kernels=imported - begun, march=marched - imported, gather=perf_counter() - marched
    )
    return run


Marched = tuple[PoolCurves, float, float, dict[str, Any]]
"""What a march left, when its kernels were there and when it ended, and more of a run."""


def _through_network(
    model: Model, network: NetworkMarch, releases: Releases, progress: Progress | None
) -> Marched:
    """March through a network, in flow that may change."""
    from .remap.balance import balance_water, discharge_over_time
    from .remap.pools import march_pools

    imported = perf_counter()
    plan, kinetics = network.plan, model.kinetics
    assert kinetics is not None
    try:
        done = march_pools(plan, kinetics, releases, progress)
    except ValueError as error:
        raise SimulationError(str(error)) from None
    marched = perf_counter()
    own, marches = plan.own_cells, done.marches
    found = PoolCurves(
        np.stack([m.concentration for m in marches]),
        np.stack([m.cumulative_mass for m in marches]),
        network.time_at(plan.ledger_step),
        np.stack([m.ledger for m in marches]),
        done.fixed_ledger.T,
        np.stack([m.peak[own] for m in marches]),
        np.stack([m.peak_time[own] for m in marches]),
        network.time_at(plan.field_step),
        np.stack([m.field[:, own] for m in marches]) if plan.field_step.size
        else np.zeros((len(marches), 0, own.size)),
        done.fixed_field.transpose(1, 0, 2),
        (done.mobile, done.storage, done.fixed),
        (plan.cell_reach[own], plan.cell_head[own], plan.cell_foot[own]),
        max(m.cell_steps for m in marches),
    )  # fmt: skip
    more: dict[str, Any] = {}
    if plan.flow.time.size > 1:
        places = [place.position for place in model.stations]
        more["water"] = balance_water(plan)
        more["discharge"] = discharge_over_time(plan, places, plan.output_time)
    return found, imported, marched, more


def run_of_pools(pools: Pools, found: PoolCurves) -> Run:
    """Constituents from the pools they consist of."""
    first = [pools.first(n) for n in range(pools.constituents)]
    ledger = gather_ledger(pools, found.ledger, found.fixed_ledger)
    has_field = found.field_time.size > 0
    species = [i for i, pool in enumerate(pools.mobile) if pool.species >= 0]
    return Run(
        output_time=np.zeros(0),
        concentration=sum_mobile(pools, found.concentration),
        cumulative_mass=sum_mobile(pools, found.cumulative_mass),
        ledger=Ledger(time=found.ledger_time, **ledger),
        cell_reach=found.cells[0],
        cell_head=found.cells[1],
        cell_foot=found.cells[2],
        peak_concentration=found.peak[first],
        peak_time=found.peak_time[first],
        field_time=found.field_time,
        field=sum_mobile(pools, found.field),
        cell_steps=found.cell_steps,
        parts={
            "dissolved": sum_mobile(pools, found.concentration, is_dissolved),
            "suspended": sum_mobile(pools, found.concentration, is_suspended),
        },
        species=found.concentration[species] if species else None,
        left=gather_left(pools, *found.left),
        bed_field=sum_fixed(pools, found.fixed_field)["bed"] if has_field else None,
    )

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
from .marching import NetworkMarch, TreeMarch
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
    """(N, K) highest concentration of each constituent in all its pools [kg/m3]."""
    peak_time: Array
    """(N, K) [s since the start of the case]."""
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
    march = model.march
    if isinstance(march, NetworkMarch):
        found, imported, marched, more = _through_network(model, march, releases, progress)
    else:
        found, imported, marched, more = _down_tree(model, march, releases, progress)
    run = replace(run_of_pools(model.pools, found), output_time=model.output_time, **more)
    run.profile.update(
        load_kernels=imported - begun, march=marched - imported, gather=perf_counter() - marched
    )
    return run


Marched = tuple[PoolCurves, float, float, dict[str, Any]]
"""What a march left, when its kernels were there and when it ended, and more of a run."""


def _down_tree(
    model: Model, tree: TreeMarch, releases: Releases, progress: Progress | None
) -> Marched:
    """March down a tree in steady flow."""
    from .transport.deposits import build_deposits
    from .transport.exchanging import march_pools

    imported = perf_counter()
    plan, grid, kinetics = tree.plan, tree.grid, model.kinetics
    assert kinetics is not None
    deposits = [build_deposits(grid, own, plan.start, plan.steps) for own in releases]
    done = march_pools(plan, tree.dispersion, kinetics, deposits, progress)
    marched = perf_counter()
    own, seen = grid.own_cells, tree.reached >= 0
    has_field = plan.field_step.size > 0

    def at_stations(values: Array) -> Array:
        every = np.zeros((kinetics.mobile, len(model.stations), plan.output_time.size))
        every[:, seen] = values[:, tree.reached[seen]]
        return every

    def of_cells(values: Array) -> Array:
        none = np.zeros((values.shape[0], 0, own.size))
        return values[:, :, own] if has_field else none

    found = PoolCurves(
        at_stations(done.concentration), at_stations(done.cumulative_mass),
        tree.time_at(plan.ledger_step), done.ledger.transpose(2, 0, 1), done.fixed_ledger.T,
        done.peak[:, own], done.peak_time[:, own],
        tree.time_at(plan.field_step), of_cells(done.field), of_cells(done.fixed_field),
        (done.mobile[:, own], done.storage[:, own], done.fixed[:, own]),
        (grid.cell_reach[own], grid.cell_distance[own, 0], grid.cell_distance[own, 1]),
        done.cell_steps,
    )  # fmt: skip
    return found, imported, marched, {}


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
    own, marches, first = plan.own_cells, done.marches, kinetics.groups[:-1].tolist()
    found = PoolCurves(
        np.stack([m.concentration for m in marches]),
        np.stack([m.cumulative_mass for m in marches]),
        network.time_at(plan.ledger_step),
        np.stack([m.ledger for m in marches]),
        done.fixed_ledger.T,
        np.stack([marches[k].peak[own] for k in first]),
        np.stack([marches[k].peak_time[own] for k in first]),
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
    ledger = gather_ledger(pools, found.ledger, found.fixed_ledger)
    has_field = found.field_time.size > 0
    return Run(
        output_time=np.zeros(0),
        concentration=sum_mobile(pools, found.concentration),
        cumulative_mass=sum_mobile(pools, found.cumulative_mass),
        ledger=Ledger(time=found.ledger_time, **ledger),
        cell_reach=found.cells[0],
        cell_head=found.cells[1],
        cell_foot=found.cells[2],
        peak_concentration=found.peak,
        peak_time=found.peak_time,
        field_time=found.field_time,
        field=sum_mobile(pools, found.field),
        cell_steps=found.cell_steps,
        parts={
            "dissolved": sum_mobile(pools, found.concentration, is_dissolved),
            "suspended": sum_mobile(pools, found.concentration, is_suspended),
        },
        left=gather_left(pools, *found.left),
        bed_field=sum_fixed(pools, found.fixed_field)["bed"] if has_field else None,
    )

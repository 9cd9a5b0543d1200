"""From a model to arrays over time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .afloat import simulate_parts, something_floats
from .engine import substance_river
from .errors import Notice, SimulationError
from .marching import NetworkMarch, TreeMarch
from .outcome import Ledger, Run, plain_ledger, plain_left
from .reacting import march_pools
from .sources import decay_rates
from .transport.deposits import build_deposits
from .transport.medium import build_exchange

if TYPE_CHECKING:
    from .model import Model
    from .transport.arrays import Deposits, Exchange
    from .transport.march import March

Array = NDArray[np.float64]

__all__ = ["Ledger", "Run", "compiled", "simulate"]

MASS_TOLERANCE = 1e-9
"""Share of the released mass that may be unaccounted for before a run is refused."""
WATER_TOLERANCE = 1e-12
"""Share of the water that was there or entered that may be unaccounted for."""


def compiled(engine: str = "march", network: bool = False) -> bool:
    """Tell whether the kernels lie compiled in numba's cache, so that a run starts at once.

    network : True for the march through a network, in flow that may change
    """
    if engine == "transfer":
        from .transfer.sweep import respond as kernel
    elif network:
        from .remap.steps import march_steps as kernel
    else:
        from .transport.kernels import march_steps as kernel

    if not hasattr(kernel, "stats"):
        return True  # compilation is switched off (NUMBA_DISABLE_JIT)
    place = getattr(kernel.stats, "cache_path", None)
    module = "sweep" if engine == "transfer" else "steps" if network else "kernels"
    name = f"{module}.{kernel.__name__}"
    return place is not None and any(Path(place).glob(f"{name}-*.nbi"))


def simulate(model: Model, progress: Callable[[float], None] | None = None) -> Run:
    """Simulate all substances of a model.

    Parameters
    ----------
    model : Model
        From ``assemble``.
    progress : callable, optional
        Called from time to time with the share done, 0 to 1.

    Raises
    ------
    SimulationError
        A value is not finite or mass is lost; says which substance, where and when.
    """
    if model.engine == "transfer":
        from .transfer import NotSmoothError

        try:
            return _respond(model, progress)
        except NotSmoothError:
            reason = "a curve was too sharp for the transfer engine"
        except SimulationError as error:
            reason = f"of the transfer engine's curves this was found: {error}"
        told = Notice("engine", f"march, because {reason}")
        run = simulate(dataclasses.replace(model, engine="march"), progress)
        return dataclasses.replace(run, notices=(*run.notices, told))
    if something_floats(model.scenario):
        run = simulate_parts(model, progress)
    elif model.pools is not None:
        run = march_pools(model, progress)
    elif isinstance(model.march, NetworkMarch):
        run = _march_network(model, model.march, progress)
    else:
        run = _march_tree(model, model.march, progress)
    _refuse_nonsense(model, run)
    return run


def _march_tree(model: Model, tree: TreeMarch, progress: Callable[[float], None] | None) -> Run:
    """March all substances down a tree in steady flow."""
    begun = perf_counter()
    from .transport.march import march_substances

    imported = perf_counter()
    plan, grid = tree.plan, tree.grid
    deposits: list[Deposits] = []
    exchanges: list[Exchange] = []
    for number, substance in enumerate(model.scenario.substances):
        own = [(r.position, r.schedule) for r in model.releases if r.substance == number]
        deposits.append(build_deposits(grid, own, plan.start, plan.steps))
        exchanges.append(build_exchange(grid, *decay_rates(substance, model.flow)))
    marches = march_substances(plan, tree.dispersion, exchanges, deposits, progress)
    marched = perf_counter()
    run = _gather_tree(model, tree, marches)
    run.profile.update(
        load_kernels=imported - begun, march=marched - imported, gather=perf_counter() - marched
    )
    return run


def _march_network(
    model: Model, network: NetworkMarch, progress: Callable[[float], None] | None
) -> Run:
    """March all substances at once through a network, in flow that may change."""
    begun = perf_counter()
    from .remap.balance import balance_water, discharge_over_time
    from .remap.march import march
    from .remap.medium import Substance

    imported = perf_counter()
    substances = [
        Substance(*decay_rates(substance, model.flow)) for substance in model.scenario.substances
    ]
    releases = [
        [(r.position, r.schedule) for r in model.releases if r.substance == number]
        for number in range(len(substances))
    ]
    try:
        marches = march(network.plan, substances, releases, progress)
    except ValueError as error:
        raise SimulationError(str(error)) from None
    marched = perf_counter()
    plan = network.plan
    own = plan.own_cells
    parts = np.stack([m.ledger for m in marches])
    none = np.zeros((len(marches), 0, own.size))
    fields = np.stack([m.field[:, own] for m in marches]) if plan.field_step.size else none
    places = [place.position for place in model.stations]
    varies = plan.flow.time.size > 1
    run = Run(
        plan.output_time,
        np.stack([m.concentration for m in marches]),
        np.stack([m.cumulative_mass for m in marches]),
        plain_ledger(network.time_at(plan.ledger_step), parts, _to_air_alone(model)),
        plan.cell_reach[own],
        plan.cell_head[own],
        plan.cell_foot[own],
        np.stack([m.peak[own] for m in marches]),
        np.stack([m.peak_time[own] for m in marches]),
        network.time_at(plan.field_step),
        fields,
        max(m.cell_steps for m in marches),
        water=balance_water(plan) if varies else None,
        discharge=discharge_over_time(plan, places, plan.output_time) if varies else None,
        left=plain_left(np.stack([m.left for m in marches]), _to_air_alone(model)),
    )
    run.profile.update(
        load_kernels=imported - begun, march=marched - imported, gather=perf_counter() - marched
    )
    return run


def _respond(model: Model, progress: Callable[[float], None] | None) -> Run:
    """Simulate all substances with the transfer engine.

    Raises NotSmoothError where a curve is too sharp for it.
    """
    begun = perf_counter()
    from .transfer.cells import build_cells
    from .transfer.sharpness import Release
    from .transfer.solve import Solved, Wanted, proportion_of, solve

    imported = perf_counter()
    plan, duration = model.march.plan, model.scenario.case.duration
    ledger_time = model.march.time_at(plan.ledger_step)
    field_time = model.march.time_at(plan.field_step)
    places = [place.position for place in model.stations]
    solved: list[Solved] = []
    known: list[tuple[tuple[bytes, ...], list[Release]]] = []
    cells = None
    for number in range(count := len(model.scenario.substances)):
        own = [(r.position, r.schedule) for r in model.releases if r.substance == number]
        river = substance_river(model.scenario, model.network, model.flow, number)
        if cells is None:
            cells = build_cells(river, [release.position for release in model.releases])
        rates = tuple(
            r.tobytes() for r in decay_rates(model.scenario.substances[number], model.flow)
        )
        # a substance that is lost like another, and released like it, has the same curves to scale
        alike = [
            solved[k].scaled(factor)
            for k, (its, others) in enumerate(known)
            if its == rates and (factor := proportion_of(own, others)) is not None
        ]
        wanted = Wanted(places, model.output_time, ledger_time, field_time, cells, duration)
        solved.append(alike[0] if alike else solve(river, own, wanted))
        known.append((rates, own))
        if progress is not None:
            progress((number + 1) / count)
    assert cells is not None
    done = perf_counter()
    ledgers = np.stack([one.ledger for one in solved])
    run = Run(
        model.output_time,
        np.stack([one.concentration for one in solved]),
        np.stack([one.cumulative_mass for one in solved]),
        plain_ledger(ledger_time, ledgers.transpose(0, 2, 1), _to_air_alone(model)),
        cells.reach,
        cells.head,
        cells.foot,
        np.stack([one.peak for one in solved]),
        np.stack([one.peak_time for one in solved]),
        field_time,
        np.stack([one.field for one in solved]),
        0,
        "transfer",
    )
    _refuse_nonsense(model, run)
    run.profile.update(
        load_kernels=imported - begun, transfer=done - imported, gather=perf_counter() - done
    )
    return run


def _gather_tree(model: Model, tree: TreeMarch, marches: list[March]) -> Run:
    """Arrays of all substances, without padding and with unreached stations at zero."""
    plan, grid = tree.plan, tree.grid
    own = grid.own_cells

    def at_stations(rows: list[Array]) -> Array:
        every = np.zeros((len(rows), len(model.stations), plan.output_time.size))
        seen = tree.reached >= 0
        for substance, values in enumerate(rows):
            every[substance, seen] = values[tree.reached[seen]]
        return every

    step_time, field_time = tree.time_at(plan.ledger_step), tree.time_at(plan.field_step)
    parts = np.stack([m.ledger for m in marches])
    ledger = plain_ledger(step_time, parts, _to_air_alone(model))
    fields = np.stack([m.field for m in marches])
    return Run(
        plan.output_time,
        at_stations([m.concentration for m in marches]),
        at_stations([m.cumulative_mass for m in marches]),
        ledger,
        grid.cell_reach[own],
        grid.cell_distance[own, 0],
        grid.cell_distance[own, 1],
        np.stack([m.peak[own] for m in marches]),
        np.stack([m.peak_time[own] for m in marches]),
        field_time,
        fields[:, :, own] if plan.field_step.size else np.zeros((len(marches), 0, own.size)),
        sum(m.cell_steps for m in marches),
        left=plain_left(np.stack([m.left[:, own] for m in marches]), _to_air_alone(model)),
    )


def _to_air_alone(model: Model) -> NDArray[np.bool_]:
    """(N,) true where a substance is lost to the air and in no other way."""
    return np.array(
        [one.gas_exchange_rate > 0.0 and not one.decays for one in model.scenario.substances],
        dtype=np.bool_,
    )


def _refuse_nonsense(model: Model, run: Run) -> None:
    """Stop on values that no one should read."""
    for number, constituent in enumerate(model.scenario.constituents):
        bad = np.flatnonzero(~np.isfinite(run.peak_concentration[number]))
        if bad.size:
            reach = model.network.reach_id[int(run.cell_reach[bad[0]])]
            value = run.peak_concentration[number, bad[0]]
            raise SimulationError(
                f"concentration of {constituent.name} in reach {reach} became {value} at "
                f"{run.peak_time[number, bad[0]]:.0f} s; please report the case"
            )
    if not run.mass_error <= MASS_TOLERANCE:
        raise SimulationError(
            f"mass does not close: {run.mass_error:.3e} of what was released is unaccounted for; "
            "please report the case"
        )
    if run.water is not None and not run.water.share <= WATER_TOLERANCE:
        raise SimulationError(
            f"water does not close: {run.water.share:.3e} of it is unaccounted for; please report "
            "the case"
        )

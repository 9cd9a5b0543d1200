"""Marching pools that exchange within a cell through any network, in flow that may change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..transport.kinetics import Kinetics
from ..transport.reactions import build_reactions, floors
from .arrays import ZONE, FloatArray
from .build import Plan
from .deposits import Release, build_deposits
from .march import (
    TRIM,
    Background,
    March,
    fill_background,
    gather_members,
    mass_given,
    new_record,
    new_state,
    new_water,
    of_river,
    run_kernel,
)
from .medium import Substance, build_medium

NOTHING = 1e-300
"""Mass below which a cell is empty of what nothing is released of [kg]."""


@dataclass(frozen=True)
class PoolMarch:
    """What marching B mobile and F fixed pools leaves; K cells of the river, those of the plan.

    A reservoir in two layers is one cell, with what both layers hold.
    """

    marches: list[March]
    """For each mobile pool. What the ledger calls decayed is what left the pool and its storage
    zone by reaction, less what came; the peak of a constituent is that of the sum of its pools
    and stands at the first of them."""
    fixed_ledger: FloatArray
    """(L, F) in the fixed pools of the river [kg]."""
    mobile: FloatArray
    """(B, K) in the water at the end [kg]."""
    storage: FloatArray
    """(B, K) in the storage zone at the end [kg]."""
    fixed: FloatArray
    """(F, K) in the fixed pools at the end [kg]."""
    fixed_field: FloatArray
    """(T, F, K) in the fixed pools at the times of the field [kg]."""


def march_pools(
    plan: Plan,
    kinetics: Kinetics,
    releases: Sequence[Sequence[Release]],
    progress: Callable[[float], None] | None = None,
    background: Background | None = None,
) -> PoolMarch:
    """March B mobile pools and what exchanges with them through the whole time of the plan.

    Parameters
    ----------
    plan : Plan
        From ``build``.
    kinetics : Kinetics
        Of the R reaches that the plan was built for.
    releases : for each of the B mobile pools, its releases as (position, schedule)
    progress, background : see ``march``; of the background, B are the mobile pools

    Raises
    ------
    ValueError
        The discharges of the kinetics do not rise in every reach, or it has other reaches or
        pools than the plan and the releases.
    """
    if kinetics.linear.shape[0] != plan.reaches.length.size or len(releases) != kinetics.mobile:
        raise ValueError("kinetics must have the plan's reaches and as many pools as releases")
    if not (np.diff(kinetics.discharge, axis=1) > 0.0).all():
        raise ValueError("the discharges of the kinetics must rise in every reach")
    members, columns, reference = kinetics.mobile, plan.columns, plan.columns.flow.reference
    entering = [[(columns.locate(place), given) for place, given in own] for own in releases]
    deposits = build_deposits(columns.reaches, columns.flow, plan.layout, entering, plan.time, True)
    given = mass_given(deposits, members)
    now = new_water(plan, members, kinetics.fixed)
    state = new_state(plan, members, np.zeros(members), sum(len(own) for own in releases))
    if background is not None:
        plan = fill_background(plan, background, now, state)
        given = given + state.total[0]
    floor = np.maximum(floors(kinetics, given, TRIM), NOTHING)
    state.floor[:] = floor[:members]
    graph = plan.layout.graph
    zone = np.where(graph.cell_reach >= 0, graph.reach[graph.cell_reach, ZONE], -1)
    # the march asks for the rates by the water that passes in a step
    stepped = replace(_own_exchange(kinetics, plan), discharge=kinetics.discharge * plan.time_step)
    reactions = build_reactions(stepped, zone, 0.5 * plan.time_step, floor)
    none = Substance(*np.zeros((2, columns.reaches.length.size)))
    medium = build_medium(plan.layout, reference, plan.time_step, [none] * members, True)
    record = new_record(plan, members, kinetics.fixed)
    run_kernel(plan, medium, reactions, deposits, now, state, record, progress)
    cells = state.cells.reshape(state.cells.shape[0], -1, members)
    return PoolMarch(
        gather_members(plan, members, now, state, record),
        record.fixed_ledger,
        of_river(plan, cells[0].T),
        of_river(plan, cells[1].T),
        of_river(plan, reactions.fixed),
        of_river(plan, record.fixed_field),
    )


def _own_exchange(kinetics: Kinetics, plan: Plan) -> Kinetics:
    """The kinetics without exchange with storage zones that keep their volume.

    What returns from those depends on the water of the step and is computed beside the rest.
    """
    flow = plan.flow.reference
    if flow.storage_stays is None or not flow.storage_stays.any():
        return kinetics
    b, linear = np.arange(kinetics.mobile), kinetics.linear.copy()
    s = b + kinetics.mobile
    stays = np.flatnonzero(flow.storage_stays)
    for to, of in ((s, b), (b, s)):
        for m, k in zip(to, of, strict=True):
            linear[stays, :, k, k] += linear[stays, :, m, k]
            linear[stays, :, m, k] = 0.0
    return replace(kinetics, linear=linear)

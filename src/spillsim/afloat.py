"""What floats: constituents apart by their velocity, each on a river of its own, and back.

A floating substance moves at r times the mean velocity. That is the same river with the area A / r
and the dispersion coefficient r D at the same discharge, so that everything happens at the same
places, r times as fast. With a step r times shorter its cells are those of the water.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .constituents import build_kinetics, build_pools
from .hydraulics import SteadyFlow
from .model import into_pools, march_for
from .outcome import Ledger, Run
from .reacting import march_pools
from .transport.paths import build_route

if TYPE_CHECKING:
    from .marching import NetworkMarch, TreeMarch
    from .model import Model
    from .scenario import Scenario

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Part:
    """The constituents of a case that move at one velocity."""

    ratio: float
    """Their velocity over the mean velocity [-]."""
    row: IntArray
    """(n,) their numbers in the whole case."""
    model: Model
    """A case of these alone."""


def something_floats(scenario: Scenario) -> bool:
    """Tell whether a substance moves at the surface."""
    return any(one.form == "floating" for one in scenario.substances)


def simulate_parts(model: Model, progress: Progress | None = None) -> Run:
    """Simulate the constituents of each velocity and put them together again."""
    parts = parts_of(model)
    runs = []
    for number, part in enumerate(parts):

        def report(share: float, number: int = number) -> None:
            if progress is not None:
                progress((number + share) / len(parts))

        runs.append(march_pools(part.model, report))
    return join(model, parts, runs)


def parts_of(model: Model) -> list[Part]:
    """Cases of their own for what goes with the water and for every velocity at the surface."""
    ratios = [
        one.surface_velocity_ratio if one.form == "floating" else 1.0
        for one in model.scenario.substances
    ]
    ratios += [1.0] * len(model.scenario.solids)
    return [
        _part(model, ratio, np.flatnonzero(np.array(ratios) == ratio))
        for ratio in dict.fromkeys(ratios)
    ]


def _part(model: Model, ratio: float, row: IntArray) -> Part:
    """The case of some constituents alone, on the cells of the whole case."""
    scenario = restricted(model.scenario, row)
    flow = surface_flow(model.flow, _ratio_of_reaches(model, ratio))
    route = build_route(model.network, flow, [release.position for release in model.releases])
    march = march_for(
        model.scenario, route, None, model.releases, model.stations, model.output_time,
        model.time_step / ratio,
    )  # fmt: skip
    pools = build_pools(scenario, always=True)
    assert pools is not None
    number = {int(whole): own for own, whole in enumerate(row)}
    releases = [
        replace(release, substance=number[release.substance])
        for release in model.releases
        if release.substance in number
    ]
    alone = replace(
        model, scenario=scenario, flow=flow, route=route, march=_recorded_like(model.march, march),
        releases=into_pools(scenario, pools, releases), pools=pools,
        kinetics=build_kinetics(pools, scenario, (flow,), flow),
    )  # fmt: skip
    return Part(ratio, row, alone)


def restricted(scenario: Scenario, row: IntArray) -> Scenario:
    """A scenario with some of its constituents alone."""
    wanted = set(row.tolist())
    first_class = len(scenario.substances)
    substances = tuple(one for n, one in enumerate(scenario.substances) if n in wanted)
    solids = tuple(one for n, one in enumerate(scenario.solids) if first_class + n in wanted)
    names = {one.name for one in substances} | {one.name for one in solids}
    return scenario.model_copy(
        update={
            "substances": substances,
            "solids": solids,
            "releases": tuple(one for one in scenario.releases if one.substance in names),
            "reactions": tuple(one for one in scenario.reactions if one.from_substance in names),
        }
    )


def surface_flow(flow: SteadyFlow, ratio: Array) -> SteadyFlow:
    """The river as it is for what moves at the surface: A / r, U r and D r at the same discharge.

    The dispersivity D / U and the exchange with the storage zone per time stay.

    ratio : (R,) velocity at the surface over the mean velocity [-]
    """
    return replace(
        flow,
        cross_section_area=flow.cross_section_area / ratio,
        velocity=flow.velocity * ratio,
        travel_time=flow.travel_time / ratio,
        dispersion_coefficient=flow.dispersion_coefficient * ratio,
    )


def join(model: Model, parts: Sequence[Part], runs: Sequence[Run]) -> Run:
    """One run of all constituents, at the times and in the cells of the water.

    What floats was computed as mass per volume A / r dx; divided by r it is mass per volume of the
    river's water. Masses need no change. Times between two steps of a part are read off a straight
    line; at the end each part stands where its last step ends, less than a step of the water apart.
    """
    ledger_time = model.march.time_at(model.march.plan.ledger_step)
    field_time = model.march.time_at(model.march.plan.field_step)
    rows = [
        _in_river_water(model, part, _at_times(run, ledger_time, field_time))
        for part, run in zip(parts, runs, strict=True)
    ]
    order = np.argsort(np.concatenate([part.row for part in parts]), kind="stable")

    def stacked(name: str) -> Array:
        return np.concatenate([getattr(run, name) for run in rows])[order]

    def maps(name: str) -> dict[str, Array]:
        each: list[Mapping[str, Array]] = [getattr(run, name) for run in rows]
        return {key: np.concatenate([one[key] for one in each])[order] for key in each[0]}

    ledger = {
        one.name: np.concatenate([getattr(run.ledger, one.name) for run in rows])[order]
        for one in fields(Ledger)
        if one.name != "time"
    }
    profile: dict[str, float] = {}
    for run in rows:
        for stage, seconds in run.profile.items():
            profile[stage] = profile.get(stage, 0.0) + seconds
    return replace(
        rows[0],
        concentration=stacked("concentration"),
        cumulative_mass=stacked("cumulative_mass"),
        ledger=Ledger(time=ledger_time, **ledger),
        peak_concentration=stacked("peak_concentration"),
        peak_time=stacked("peak_time"),
        field_time=field_time,
        field=stacked("field"),
        cell_steps=sum(run.cell_steps for run in rows),
        profile=profile,
        parts=maps("parts"),
        left=maps("left"),
        bed_field=None if rows[0].bed_field is None else stacked("bed_field"),
    )


def _ratio_of_reaches(model: Model, ratio: float) -> Array:
    """(R,) velocity ratio; a mixed tank has no surface that is ahead of its water."""
    tank = np.array([reach.kind == "tank" for reach in model.scenario.reaches], dtype=np.bool_)
    return np.where(tank, 1.0, ratio)


def _in_river_water(model: Model, part: Part, run: Run) -> Run:
    """Concentrations per volume of the river's water."""
    reaches = _ratio_of_reaches(model, part.ratio)
    place = reaches[[station.position.reach for station in model.stations]][:, None]
    cell = reaches[run.cell_reach]
    return replace(
        run,
        concentration=run.concentration / place,
        parts={name: values / place for name, values in run.parts.items()},
        peak_concentration=run.peak_concentration / cell,
        field=run.field / cell,
    )


def _recorded_like(
    whole: TreeMarch | NetworkMarch, march: TreeMarch | NetworkMarch
) -> TreeMarch | NetworkMarch:
    """A march that keeps ledger and field just before and after the times of the whole case."""
    plan, origin = march.plan, float(march.time_at(np.zeros(1, dtype=np.int64))[0])

    def around(step: IntArray) -> IntArray:
        before = np.floor((whole.time_at(step) - origin) / march.time_step + 1e-9)
        found = np.unique(np.concatenate([before, before + 1.0])).astype(np.int64)
        return found[(found >= 1) & (found <= plan.steps)]

    ledger = np.union1d(around(whole.plan.ledger_step), [plan.steps]).astype(np.int64)
    kept: Any = replace(plan, ledger_step=ledger, field_step=around(whole.plan.field_step))
    return replace(march, plan=kept)


def _at_times(run: Run, ledger_time: Array, field_time: Array) -> Run:
    """A run with its ledger and its fields at other times, the last row of the ledger kept."""
    own, rows = run.ledger.time, {}
    for one in fields(Ledger):
        values = getattr(run.ledger, one.name)
        if one.name != "time":
            found = _between(own, values, ledger_time)
            found[:, -1] = values[:, -1]
            rows[one.name] = found
    bed = run.bed_field
    return replace(
        run,
        ledger=Ledger(time=ledger_time, **rows),
        field=_between(run.field_time, run.field, field_time),
        bed_field=None if bed is None else _between(run.field_time, bed, field_time),
        field_time=field_time,
    )


def _between(own: Array, values: Array, time: Array) -> Array:
    """(n, T, ...) values at other times on straight lines between (n, T', ...); level beyond."""
    if not time.size:
        return values[:, :0].copy()
    after = np.minimum(np.searchsorted(own, time), own.size - 1)
    before = np.maximum(after - 1, 0)
    apart = own[after] - own[before]
    share = np.where(apart > 0.0, (time - own[before]) / np.where(apart > 0.0, apart, 1.0), 1.0)
    share = np.minimum(share, 1.0).reshape(1, -1, *(1,) * (values.ndim - 2))
    found: Array = (1.0 - share) * values[:, before] + share * values[:, after]
    return found

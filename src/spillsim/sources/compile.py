"""From the releases of a scenario to schedules of mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..analytic import StreamZone, TransientStorage
from ..errors import Fault, ScenarioError
from ..formulas import rate_at_temperature, rate_of_half_life
from ..hydraulics.flow import SteadyFlow
from ..network.network import Position
from .schedule import Array, InletSchedule, RateSchedule, Schedule, SlugSchedule
from .seepage import stretches_along
from .uptake import beside

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.sections import ConcentrationSeries, Seepage, Substance


@dataclass(frozen=True)
class Seep:
    """What makes a release a part of one that is spread along a reach."""

    part: int
    """Number of the part, from the head of the reach on."""
    share: float
    """Share of the whole that enters here [-]."""
    concentration: float | None
    """Of the lateral inflow that brings it [kg/m3]; None where a rate is given."""


@dataclass(frozen=True)
class CompiledRelease:
    """One release: what, where and when."""

    name: str
    substance: int
    """Index of the constituent."""
    position: Position
    schedule: Schedule
    carrier: str = ""
    """Grains that it is bound to, as the scenario names them; empty where it is dissolved, or is
    grains itself."""
    pool: int = -1
    """Index of the mobile pool; -1 where constituents have none."""
    seep: Seep | None = None
    """None for a release at one place."""

    @property
    def origin(self) -> Position:
        """Where it begins: its place, or the head of the reach along which it is spread."""
        return self.position if self.seep is None else Position(self.position.reach, 0.0)


def decay_rates(substance: Substance, flow: SteadyFlow) -> tuple[Array, Array]:
    """(R,) first-order loss rates of a substance in the channel and in the storage zone [1/s].

    A reach in the table of ``rates`` has its own; where that leaves one out, and in the reaches
    it does not name, the rate of the whole river holds. A storage zone without a rate of its own
    loses as the water beside it. All are rates at the reference temperature. The channel loses to
    the air as well, except under ice; the storage zone does not. A half-life holds for both.

    Raises
    ------
    LookupError
        The table names a reach that is none; a scenario that was read has no such row.
    """
    theta, reference = substance.temperature_coefficient, substance.reference_temperature
    channel, storage = (
        rate_at_temperature(rate, theta, flow.temperature, reference)
        for rate in _rates_by_reach(substance, flow)
    )
    to_air = substance.gas_exchange_rate
    if to_air > 0.0:
        cover = flow.ice_cover
        channel = channel + (to_air if cover is None else np.where(cover, 0.0, to_air))
    if substance.half_life is not None:
        nuclear = rate_of_half_life(substance.half_life)
        channel, storage = channel + nuclear, storage + nuclear
    return channel, storage


def _rates_by_reach(substance: Substance, flow: SteadyFlow) -> tuple[Array, Array]:
    """(R,) decay rates in the channel and in the storage zone as they are written [1/s]."""
    channel = np.full(flow.temperature.shape, substance.decay_rate)
    common = substance.storage_decay_rate
    own: dict[int, float] = {}
    number = {name: reach for reach, name in enumerate(flow.reach_id)} if substance.rates else {}
    for row in substance.rates:
        if row.reach not in number:
            raise LookupError(f'there is no reach "{row.reach}"')
        reach = number[row.reach]
        if row.decay_rate is not None:
            channel[reach] = row.decay_rate
        if row.storage_decay_rate is not None:
            own[reach] = row.storage_decay_rate
    storage = channel.copy() if common is None else np.full(channel.shape, common)
    storage[list(own)] = list(own.values())
    return channel, storage


def compile_releases(
    scenario: Scenario, flow: SteadyFlow, positions: Sequence[Position]
) -> tuple[CompiledRelease, ...]:
    """Integrate every release of the scenario into a schedule of mass.

    One that seeps in along a reach becomes releases into stretches of it, which bear its name.

    Parameters
    ----------
    scenario : Scenario
        With the releases.
    flow : SteadyFlow
        Discharge at headwaters where a concentration was measured.
    positions : (one per release) where each enters

    Raises
    ------
    ScenarioError
        A concentration is given for the lateral inflow of a reach that has none.
    """
    names = [constituent.name for constituent in scenario.constituents]
    compiled: list[CompiledRelease] = []
    faults: list[Fault] = []
    for index, (release, position) in enumerate(zip(scenario.releases, positions, strict=True)):
        schedule: Schedule
        if release.kind == "seepage" and _brings_nothing(release, scenario, flow, position):
            name = scenario.reaches[position.reach].id
            message = f'no water comes in along reach "{name}" that could bring it'
            hint = "Give the reach a lateral_inflow, or the seepage a rate."
            faults.append(scenario.fault(release, message, hint, key="concentration"))
            continue
        if release.kind == "seepage":
            schedule = _seepage(release, scenario, flow, position)
        elif release.kind == "slug":
            schedule = SlugSchedule(release.time, release.mass)
        elif release.kind == "concentration":
            schedule = _inlet(release, scenario, flow, position)
        elif release.kind == "hydrograph":
            time = release.start + np.array(release.times)
            schedule = RateSchedule(time, np.array(release.mass_rate))
        else:
            per_time = release.rate if release.kind == "rate" else release.mass / release.duration
            ends = np.array([release.start, release.start + release.duration])
            schedule = RateSchedule(ends, np.array([per_time, per_time]))
        name = release.name or f"release[{index}]"
        number = names.index(release.substance)
        one = CompiledRelease(name, number, position, schedule, release.carrier)
        compiled += _spread(one, release, scenario, flow) if release.kind == "seepage" else [one]
    if faults:
        raise ScenarioError(faults, scenario.name)
    return tuple(compiled)


def _brings_nothing(
    release: Seepage, scenario: Scenario, flow: SteadyFlow, position: Position
) -> bool:
    """Tell whether the lateral inflow is missing whose concentration is given.

    Where the flow changes it may come later.
    """
    asked = release.concentration is not None and not scenario.flow_varies
    return asked and not float(flow.lateral_inflow[position.reach]) > 0.0


def _seepage(
    release: Seepage, scenario: Scenario, flow: SteadyFlow, position: Position
) -> RateSchedule:
    """Mass rate of all that seeps in along a reach."""
    lasting = release.duration
    end = scenario.case.duration if lasting is None else release.start + lasting
    inflow = float(flow.lateral_inflow[position.reach]) * scenario.reaches[position.reach].length
    rate = release.rate or inflow * (release.concentration or 0.0)
    return RateSchedule(np.array([release.start, end]), np.array([rate, rate]))


def _spread(
    whole: CompiledRelease, release: Seepage, scenario: Scenario, flow: SteadyFlow
) -> list[CompiledRelease]:
    """The stretches of a release that seeps in along a reach; a tank takes it up at one place."""
    reach = whole.position.reach
    row = scenario.reaches[reach]
    begin, end = whole.schedule.span
    if row.kind == "tank":
        stretches = [(Position(reach, 0.5 * row.length), 1.0)]
    else:
        network = scenario.build_network()
        at = [*(one.at for one in scenario.stations), *(one.at for one in scenario.borders)]
        places = [scenario.locate(network, place) for place in at]
        loss = max(float(rate[reach]) for rate in _losses(scenario, whole.substance, flow))
        stretches = stretches_along(
            flow, reach, row.length, [p.distance for p in places if p.reach == reach],
            end - begin, loss, scenario.numerics.error,
        )  # fmt: skip
    assert isinstance(whole.schedule, RateSchedule)
    return [
        replace(
            whole,
            position=position,
            schedule=replace(whole.schedule, rate=share * whole.schedule.rate),
            seep=Seep(part, share, release.concentration),
        )
        for part, (position, share) in enumerate(stretches)
    ]


def _losses(scenario: Scenario, constituent: int, flow: SteadyFlow) -> tuple[Array, Array]:
    """(R,) loss rates of a constituent's dissolved part, none of grains, as ``decay_rates``."""
    if constituent < len(scenario.substances):
        return decay_rates(scenario.substances[constituent], flow)
    none = np.zeros(flow.temperature.shape)
    return none, none


def _inlet(
    release: ConcentrationSeries, scenario: Scenario, flow: SteadyFlow, position: Position
) -> InletSchedule:
    """First-type inlet at the head of a reach."""
    reach = position.reach
    names = [one.name for one in scenario.constituents]
    number = names.index(release.substance)
    channel, stored = _losses(scenario, number, flow)
    ratio = float(flow.storage_area_ratio[reach])
    exchange = float(flow.exchange_coefficient[reach])
    storage = None
    if ratio > 0.0 and exchange > 0.0:
        storage = TransientStorage(ratio, exchange, float(stored[reach]))
    for substance in scenario.substances[number : number + 1]:
        storage = beside(storage, substance, flow, reach)
    discharge = float(flow.discharge_head[reach])
    zone = StreamZone(
        velocity=discharge / float(flow.cross_section_area[reach]),
        dispersion_coefficient=float(flow.dispersion_coefficient[reach]),
        decay_rate=float(channel[reach]),
        storage=storage,
    )
    time = release.start + np.array(release.times)
    return InletSchedule(time, np.array(release.concentration), discharge, zone)

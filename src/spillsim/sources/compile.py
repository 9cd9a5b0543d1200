"""From the releases of a scenario to schedules of mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..analytic import StreamZone, TransientStorage
from ..formulas import rate_at_temperature
from ..hydraulics.flow import SteadyFlow
from ..network.network import Position
from .schedule import Array, InletSchedule, RateSchedule, Schedule, SlugSchedule

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.sections import ConcentrationSeries, Substance


@dataclass(frozen=True)
class CompiledRelease:
    """One release: what, where and when."""

    name: str
    substance: int
    """Index of the substance."""
    position: Position
    schedule: Schedule


def decay_rates(substance: Substance, flow: SteadyFlow) -> tuple[Array, Array]:
    """(R,) first-order loss rates of a substance in the channel and in the storage zone [1/s].

    The channel loses to the air as well, except under ice; the storage zone does not.
    """
    in_storage = substance.storage_decay_rate
    rates = (substance.decay_rate, substance.decay_rate if in_storage is None else in_storage)
    theta, reference = substance.temperature_coefficient, substance.reference_temperature
    channel, storage = (
        np.broadcast_to(
            rate_at_temperature(rate, theta, flow.temperature, reference), flow.temperature.shape
        )
        for rate in rates
    )
    to_air = getattr(substance, "gas_exchange_rate", 0.0)
    if to_air > 0.0:
        cover = flow.ice_cover
        channel = channel + (to_air if cover is None else np.where(cover, 0.0, to_air))
    return channel, storage


def compile_releases(
    scenario: Scenario, flow: SteadyFlow, positions: Sequence[Position]
) -> tuple[CompiledRelease, ...]:
    """Integrate every release of the scenario into a schedule of mass.

    Parameters
    ----------
    scenario : Scenario
        With the releases.
    flow : SteadyFlow
        Discharge at headwaters where a concentration was measured.
    positions : (one per release) where each enters
    """
    names = [substance.name for substance in scenario.substances]
    compiled = []
    for index, (release, position) in enumerate(zip(scenario.releases, positions, strict=True)):
        schedule: Schedule
        if release.kind == "slug":
            schedule = SlugSchedule(release.time, release.mass)
        elif release.kind == "concentration":
            schedule = _inlet(release, scenario, flow, position)
        elif release.kind == "hydrograph":
            time = release.start + np.array(release.times)
            schedule = RateSchedule(time, np.array(release.mass_rate))
        elif release.kind == "seepage":
            raise NotImplementedError("releases of kind seepage")
        else:
            per_time = release.rate if release.kind == "rate" else release.mass / release.duration
            ends = np.array([release.start, release.start + release.duration])
            schedule = RateSchedule(ends, np.array([per_time, per_time]))
        name = release.name or f"release[{index}]"
        compiled.append(CompiledRelease(name, names.index(release.substance), position, schedule))
    return tuple(compiled)


def _inlet(
    release: ConcentrationSeries, scenario: Scenario, flow: SteadyFlow, position: Position
) -> InletSchedule:
    """First-type inlet at the head of a reach."""
    reach = position.reach
    substance = next(s for s in scenario.substances if s.name == release.substance)
    channel, stored = decay_rates(substance, flow)
    ratio = float(flow.storage_area_ratio[reach])
    exchange = float(flow.exchange_coefficient[reach])
    storage = None
    if ratio > 0.0 and exchange > 0.0:
        storage = TransientStorage(ratio, exchange, float(stored[reach]))
    discharge = float(flow.discharge_head[reach])
    zone = StreamZone(
        velocity=discharge / float(flow.cross_section_area[reach]),
        dispersion_coefficient=float(flow.dispersion_coefficient[reach]),
        decay_rate=float(channel[reach]),
        storage=storage,
    )
    time = release.start + np.array(release.times)
    return InletSchedule(time, np.array(release.concentration), discharge, zone)

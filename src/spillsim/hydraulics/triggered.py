"""What a trigger does to the flow: hydrographs over the base flow, or a dam in the river."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import floods
from ..errors import Notice, ScenarioError
from ..network.network import Network
from .flow import Array, SteadyFlow
from .moments import base_flow, moment
from .withheld import dam_facts

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.routing import FlowHydrograph
    from ..scenario.trigger import FloodTrigger, Trigger
    from .water_ledger import WaterLedger

_NOTEWORTHY = 1e-3
"""Share of a volume that is missing at the end of the run from which that is told."""


@dataclass(frozen=True)
class Triggered:
    """A trigger's flood, ready for routing, and what is to be told of it."""

    hydrographs: tuple[FlowHydrograph, ...] = ()
    notices: tuple[Notice, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    """For the attributes of the result; times in ISO 8601, discharges [m3/s], volumes [m3]."""

    def on(self, scenario: Scenario) -> Scenario:
        """The scenario with the trigger's flood among its hydrographs."""
        if not self.hydrographs:
            return scenario
        every = (*scenario.hydrographs, *self.hydrographs)
        return scenario.model_copy(update={"hydrographs": every})

    def told_with(self, scenario: Scenario, water: WaterLedger | None) -> dict[str, Any]:
        """The facts with those that routing found."""
        if water is None or water.dam is None:
            return self.facts
        return self.facts | dam_facts(scenario, water.dam)


def trigger_flow(scenario: Scenario, network: Network, reference: SteadyFlow) -> Triggered:
    """The flood of a scenario's trigger on the base flow at its node.

    reference : steady flow, the releases' own water left out

    Raises ScenarioError where the flood does not rise above the base flow.
    """
    trigger = scenario.trigger
    if trigger is None:
        return Triggered()
    facts: dict[str, Any] = {"kind": trigger.kind, "time": moment(scenario, trigger.time)}
    if trigger.name:
        facts["name"] = trigger.name
    told = [Notice("trigger", text) for text in trigger.told]
    if trigger.kind == "earthquake":
        magnitude = getattr(trigger.request, "magnitude", None)
        if magnitude is not None:
            facts["magnitude"] = magnitude
        return Triggered(notices=tuple(told), facts=facts)
    assert trigger.at is not None
    facts["node"] = trigger.at.node
    if trigger.kind == "landslide_dam":
        return Triggered(notices=tuple(told), facts=facts)
    base = base_flow(network, reference, trigger.at.node)
    facts["base_flow"] = base
    if trigger.kind == "flood":
        time, discharge, mode = _flood(scenario, trigger, base)
    else:
        time, discharge, mode = np.array(trigger.times), np.array(trigger.discharge), "add"
        facts |= {f"{name}_volume": value for name, value in trigger.water.items()}
    if trigger.quantile is not None:
        facts |= trigger.quantile.model_dump(mode="json")
    rise = discharge if mode == "add" else discharge - discharge[0]
    total = base + discharge if mode == "add" else discharge
    volume = floods.volume_above(time, rise)
    facts["peak_time"] = moment(scenario, float(time[np.argmax(discharge)]))
    facts |= {"peak_discharge": float(total.max()), "flood_volume": volume}
    told.insert(0, Notice("trigger", _words(scenario, trigger, facts, (time, rise))))
    told += _cut_off(scenario, (time, rise), volume)
    return Triggered((_hydrograph(trigger, time, discharge, mode),), tuple(told), facts)


def _flood(scenario: Scenario, trigger: Trigger, base: float) -> tuple[Array, Array, str]:
    """Time [s since the start of the case], discharge [m3/s] and how it meets the base flow."""
    request: FloodTrigger = trigger.request  # type: ignore[assignment]
    peak = request.peak if trigger.quantile is None else trigger.quantile.chosen
    if peak is None:
        return np.array(trigger.times), np.array(trigger.discharge), request.mode
    key = "peak" if trigger.quantile is None else "return_period"
    if not peak > base:
        message = (
            f"the flood of {peak:.4g} m3/s is not above the base flow of {base:.4g} m3/s at node "
            f"{request.at.node}"
        )
        raise ScenarioError([scenario.fault(trigger, message, key=key)], scenario.name)
    try:
        time, discharge = _shaped(trigger, request, base, peak)
    except ValueError as error:
        key = "table" if trigger.times else "volume"
        raise ScenarioError([scenario.fault(trigger, str(error), key=key)], scenario.name) from None
    return time, discharge - base, "add"


def _shaped(
    trigger: Trigger, request: FloodTrigger, base: float, peak: float
) -> tuple[Array, Array]:
    """A flood from base flow to peak: the table stretched, or a shape.

    Raises ValueError for a table without a rise and for a volume that no shape has.
    """
    if trigger.times:
        return np.array(trigger.times), floods.scaled(trigger.discharge, base, peak)
    rise = request.time_to_peak or 0.0
    ratio = None if request.volume is None else request.volume / ((peak - base) * rise)
    if request.shape == "triangular":
        recession = request.recession if ratio is None else floods.triangular_recession(ratio)
        time, discharge = floods.triangular_hydrograph(base, peak, rise, recession)
    else:
        steepness = request.steepness if ratio is None else floods.gamma_shape(ratio)
        time, discharge = floods.gamma_hydrograph(base, peak, rise, steepness)
    return trigger.time + time, discharge


def _hydrograph(trigger: Trigger, time: Array, discharge: Array, mode: str) -> FlowHydrograph:
    from ..scenario.routing import FlowHydrograph

    made = FlowHydrograph.model_construct(
        None, at=trigger.at, mode=mode, time=tuple(time.tolist()),
        discharge=tuple(discharge.tolist()),
    )  # fmt: skip
    made._file, made._line, made._where = trigger._file, trigger._line, trigger._where
    return made


def _words(
    scenario: Scenario, trigger: Trigger, facts: dict[str, Any], rise: tuple[Array, Array]
) -> str:
    """What the flood is, in a sentence or two."""
    hours = (rise[0][int(np.argmax(rise[1]))] - trigger.time) / 3600.0
    text = (
        f"{_kind(trigger)} at node {facts['node']}: {facts['peak_discharge']:.4g} m3/s "
        f"{hours:.3g} h after the trigger, on a base flow of {facts['base_flow']:.4g} m3/s; "
        f"{facts['flood_volume']:.4g} m3 above it"
    )
    found = trigger.quantile
    if found is not None:
        text += (
            f". Best estimate {found.best:.4g}, 90 % range {found.lower:.4g} to {found.upper:.4g} "
            f"m3/s: {found.distribution} by L-moments on {found.years} annual maxima "
            f"{found.first_year} to {found.last_year}"
        )
        text += "" if found.bound == "best" else f"; the {found.bound} bound is used"
    water = trigger.water
    if water:
        text += (
            f". Of {water['precipitation']:.4g} m3 of precipitation and {water['melt']:.4g} m3 of "
            f"melt {water['runoff']:.4g} m3 run off; {water['snow_left']:.4g} m3 stay in the pack"
        )
    return text


def _kind(trigger: Trigger) -> str:
    if trigger.kind == "rain_on_snow":
        return "rain on snow"
    if trigger.quantile is not None:
        return f"flood of {trigger.quantile.return_period:g} years"
    return "flood"


def _cut_off(scenario: Scenario, rise: tuple[Array, Array], volume: float) -> list[Notice]:
    """Tell of a flood that is not over when the run ends."""
    end = scenario.case.duration
    time, discharge = rise
    after = time > end
    if not after.any():
        return []
    late = np.concatenate([[end], time[after]])
    missing = floods.volume_above(late, np.interp(late, time, discharge))
    if not missing > _NOTEWORTHY * volume:
        return []
    message = f"the run ends before the flood does; {missing:.4g} m3 of it come later"
    return [Notice("trigger", message)]

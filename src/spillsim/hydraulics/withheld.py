"""A dam across the river: what comes to it is held back, until it breaks and lets all of it go.

The lake is the water that the last section above the dam takes up, so that what the water carries
stays behind the dam and leaves with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import floods
from ..errors import Notice, ScenarioError
from ..network.network import Network
from .flow import Array, SteadyFlow
from .inflow_series import hat_means
from .moments import base_flow, moment
from .water_ledger import Held, summed_over_time

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.trigger import LandslideDamTrigger

_RISE = 1.0 / 3.0
"""Time to peak over the duration of a triangular outflow, where none is given."""


@dataclass(frozen=True)
class Dam:
    """A landslide dam on a network, and what to expect of it."""

    scenario: Scenario
    node: int
    seepage: float
    """Share of the inflow that passes [-]."""
    peak: float
    """Expected of the outflow of the lake, for the choice of steps and tables [m3/s]."""
    rise: float
    """Expected time of its steeper flank, for the same; infinite without a lake [s]."""

    def hold(self, time: Array, inflow: Array) -> Held:
        """Hold back what flows to the dam, then release it.

        Until the breach the dam passes its share of seepage; from then on the inflow and the
        outflow of the lake, a hydrograph whose volume is that held back. Both changes may fall
        between two times: means weighted with hats keep the volumes.

        time : (M,) evenly spaced [s]
        inflow : (M,) linear between the times [m3/s]

        Raises ScenarioError where the lake would be empty before its outflow peaks.
        """
        trigger = self.scenario.trigger
        assert trigger is not None
        dam: LandslideDamTrigger = trigger.request  # type: ignore[assignment]
        breach = _breach_time(trigger.time, dam, time, inflow)
        one = np.ones(1)
        window = (np.array([trigger.time]), np.array([min(breach, time[-1])]), one, one)
        passed = inflow * (1.0 - (1.0 - dam.seepage) * hat_means(time, window))
        volume = float(summed_over_time(time, inflow - passed)[-1])
        if breach >= time[-1] or not volume > 0.0:
            return Held(passed, math.inf, volume, 0.0, math.inf)
        peak = floods.breach_peak(dam.dam_height, volume) if dam.peak is None else dam.peak
        rise = _RISE if dam.time_to_peak is None else dam.time_to_peak * peak / (2.0 * volume)
        if not rise < 1.0:
            message = (
                f"the lake of {volume:.4g} m3 is empty before its outflow peaks at {peak:.4g} "
                f"m3/s after {dam.time_to_peak:.4g} s"
            )
            hint = f"Give less than {2.0 * volume / peak:.4g} s, or a lower peak."
            fault = self.scenario.fault(trigger, message, hint, key="time_to_peak")
            raise ScenarioError([fault], self.scenario.name)
        at, outflow = floods.breach_outflow(volume, peak, dam.shape, rise)
        at = at + breach
        flood = hat_means(time, (at[:-1], at[1:], outflow[:-1], outflow[1:]))
        return Held(passed + flood, breach, volume, peak, float(at[np.argmax(outflow)]))


def _breach_time(start: float, dam: LandslideDamTrigger, time: Array, inflow: Array) -> float:
    """When a dam breaks: at the time given, or when it holds the volume given [s]."""
    if dam.filling_time is not None:
        return start + dam.filling_time
    assert dam.lake_volume is not None
    come = summed_over_time(time, (1.0 - dam.seepage) * inflow)
    wanted = float(np.interp(start, time, come)) + dam.lake_volume
    if wanted >= come[-1]:
        return math.inf
    return float(np.interp(wanted, come, time))


def find_dam(scenario: Scenario, network: Network, reference: SteadyFlow) -> Dam | None:
    """The dam of a scenario whose trigger is one, its outflow estimated from the base flow."""
    trigger = scenario.trigger
    if trigger is None or trigger.kind != "landslide_dam" or trigger.at is None:
        return None
    dam: LandslideDamTrigger = trigger.request  # type: ignore[assignment]
    node = network.node_index[trigger.at.node]
    above = network.reach_to == node
    base = float(reference.discharge_foot[above].sum())
    if not above.any():
        base = base_flow(network, reference, trigger.at.node)
    volume = dam.lake_volume or base * (1.0 - dam.seepage) * (dam.filling_time or 0.0)
    if not volume > 0.0:
        return Dam(scenario, node, dam.seepage, 0.0, math.inf)
    peak = floods.breach_peak(dam.dam_height, volume) if dam.peak is None else dam.peak
    lasts = 2.0 * volume / peak
    rise = dam.time_to_peak or _RISE * lasts
    return Dam(scenario, node, dam.seepage, peak, min(rise, max(lasts - rise, 0.1 * rise)))


def dam_notices(scenario: Scenario, held: Held) -> list[Notice]:
    """What is to be said of a dam and its lake."""
    trigger = scenario.trigger
    assert trigger is not None
    dam: LandslideDamTrigger = trigger.request  # type: ignore[assignment]
    node, begin = dam.at.node, trigger.time / 3600.0
    if math.isinf(held.breach):
        message = (
            f"the river is blocked at node {node} {begin:.4g} h after the start and stays so "
            f"to the end of the run; {held.volume:.4g} m3 are held back"
        )
        return [Notice("trigger", message)]
    carried = (
        "what the water carries stays behind the dam, but for a little by dispersion, and leaves "
        "with it"
    )
    if not held.inside:
        carried = "the lake lies above the river that is computed, so its water is clean"
    source = "as given"
    if dam.peak is None:
        known = dam.dam_height
        _, error, name = floods.breach_peak_range(known, held.volume)
        source = f"by Costa (1985), {name}, standard error {100.0 * error:.0f} %"
    return [
        Notice(
            "trigger",
            f"the river is blocked at node {node} {begin:.4g} h after the start; a lake of "
            f"{held.volume:.4g} m3 breaks out {held.breach / 3600.0:.4g} h after the start and "
            f"peaks at {held.peak:.4g} m3/s above the inflow ({source}) at "
            f"{held.peak_time / 3600.0:.4g} h; {carried}",
        )
    ]


def dam_facts(scenario: Scenario, held: Held) -> dict[str, Any]:
    """What a dam did, for the attributes of the result [ISO 8601, m3, m3/s]."""
    facts: dict[str, Any] = {"lake_volume": held.volume}
    if math.isfinite(held.breach):
        facts |= {
            "breach_time": moment(scenario, held.breach),
            "peak_time": moment(scenario, held.peak_time),
            "breach_peak": held.peak,
        }
    return facts

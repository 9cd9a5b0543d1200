"""What each uncertain input asks of a member: factors, a new flow, or a whole scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..scenario import Scenario
from ..scenario.sections import DispersionValue
from ..scenario.uncertain import Aim
from .draws import Draws

Need = Literal["factors", "flow", "scenario"]

_KEYS: Mapping[str, Mapping[str, Need]] = {
    "release": {"mass": "factors", "rate": "factors", "time": "factors", "start": "factors",
                "duration": "factors", "water": "flow"},
    "substance": {"decay_rate": "factors", "storage_decay_rate": "factors",
                  "temperature_coefficient": "factors", "reference_temperature": "factors",
                  "arrival_threshold": "factors"},
    "storage": {"area_ratio": "factors", "exchange_coefficient": "factors"},
    "dispersion": {"value": "factors", "formula": "flow"},
    "hydraulics": {"default": "flow", "width_exponent": "flow", "depth_exponent": "flow"},
    "flow": {"scale": "flow", "temperature": "flow", "closure_warning": "flow"},
}  # fmt: skip
_COLUMNS: Mapping[str, Need] = {
    "dispersion_coefficient": "factors", "dispersion_factor": "factors",
    "storage_area_ratio": "factors", "exchange_coefficient": "factors", "length": "scenario",
    "share": "scenario",
}  # fmt: skip
"""Columns of the reach table; the others need a new flow."""


@dataclass(frozen=True)
class Engines:
    """Names of inputs and sweeps by what they need."""

    factors: tuple[str, ...]
    """Only numbers change that are given per reach, substance or release: velocity, dispersion,
    storage, exchange, decay, mass, time and duration of a release."""
    flow: tuple[str, ...]
    """The flow must be solved again on the same network."""
    scenario: tuple[str, ...]
    """Everything must be made again."""


def split_by_engine(draws: Draws) -> Engines:
    """Tell which inputs the engines for many members take as factors, and which need more."""
    found: dict[Need, list[str]] = {"factors": [], "flow": [], "scenario": []}
    base = draws.scenario
    for one in base.sweeps:
        need: Need = "scenario" if one.chooses else need_of(base, one.aim)
        found[need].append(one.name)
    for other in base.uncertain:
        found[need_of(base, other.aim)].append(other.name)
    return Engines(tuple(found["factors"]), tuple(found["flow"]), tuple(found["scenario"]))


def need_of(scenario: Scenario, aim: Aim) -> Need:
    """What a change of one thing needs.

    A factor of the velocity needs a new flow where the dispersion coefficient follows from a
    formula, which has the velocity in it, or the storage zone has an area of its own. A duration
    needs one where the release brings water. Where constituents have several forms, decay is one
    of many processes, and the whole scenario is made again.
    """
    if aim.factor_of:
        return _factor(scenario, aim)
    if aim.table:
        column = _COLUMNS.get(aim.column, "flow")
        return "scenario" if aim.table == "nodes" else column if aim.table == "reaches" else "flow"
    head, key = str(aim.path[0]), str(aim.path[-1])
    places = 3 if isinstance(aim.path[1], int) else 2
    need: Need = "scenario"
    if len(aim.path) == places:
        need = _KEYS.get(head, {}).get(key, "scenario")
    if head == "release" and key == "duration" and need == "factors":
        number = aim.path[1]
        assert isinstance(number, int)
        own = scenario.releases_of(number)
        has_water = any(getattr(one, "water", None) is not None for one in own)
        need = "flow" if has_water else need
    if head == "substance" and scenario.has_pools:
        need = "scenario"
    return need


def _factor(scenario: Scenario, aim: Aim) -> Need:
    name = aim.factor_of
    if name == "velocity":
        on = set(aim.reaches)
        rows = [row for row in scenario.reaches if not on or row.id in on]
        by_formula = not isinstance(scenario.dispersion, DispersionValue) and any(
            row.dispersion_coefficient is None for row in rows
        )
        stays = any(row.storage_area is not None for row in rows)
        return "flow" if by_formula or stays else "factors"
    if name == "storage_area_ratio" or name in ("dispersion_coefficient", "exchange_coefficient"):
        return "factors"
    if name == "mass":
        return "factors"
    if name == "decay_rate":
        return "scenario" if scenario.has_pools else "factors"
    return "flow"

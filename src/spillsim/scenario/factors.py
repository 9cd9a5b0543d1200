"""Factors upon what a scenario holds: discharges, rates, masses, columns of the reach table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .base import Section
from .routing import FlowHydrograph
from .rows import ReachRates
from .scenario import GaugesFlow, InflowsFlow, fresh
from .substances import Substance

if TYPE_CHECKING:
    from .changes import Change
    from .draft import Draft
    from .scenario import Scenario

Model = TypeVar("Model", bound=Section)
Parts = dict[str, Any]

COLUMNS = {
    "velocity": ("velocity_factor",),
    "dispersion_coefficient": ("dispersion_factor",),
    "storage_area_ratio": ("storage_area_ratio", "storage_area"),
    "exchange_coefficient": ("exchange_coefficient",),
    "manning_n": ("manning_n",),
    "lateral_inflow": ("lateral_inflow",),
}
"""Factor -> the columns of the reach table that it multiplies."""
_ROWS = "values of the rows of the reach table"
"""Where they wait until all factors have acted, so that every row is made once."""
_NEUTRAL = ("velocity_factor", "dispersion_factor")
"""Columns that are 1 where they are empty."""
_STORAGE = {"storage_area_ratio": "area_ratio", "exchange_coefficient": "exchange_coefficient"}
_MASSES = ("mass", "rate", "concentration", "mass_rate")
_RATES = ("decay_rate", "storage_decay_rate")


def with_factors(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """The scenario with the factors among the changes applied, one after the other.

    The discharge is that of inflows, gauges, abstractions, lateral inflow and hydrographs; in some
    reaches, of those at the nodes at their heads. Sections given at one discharge follow.
    """
    found: Parts = {}
    for change in changes:
        if change.factor_of:
            _BY_NAME[change.factor_of](scenario, found, change)
    if _ROWS in found:
        found["reaches"] = tuple(
            replaced(row, values) if values else row
            for row, values in zip(scenario.reaches, found.pop(_ROWS), strict=True)
        )
    return fresh(scenario, found) if found else scenario


def _now(scenario: Scenario, found: Parts, name: str) -> Any:
    return found.get(name, getattr(scenario, name))


def replaced(section: Model, values: Mapping[str, Any]) -> Model:
    """A copy of a section with other values, which are sound."""
    made = object.__new__(type(section))
    place = object.__setattr__
    place(made, "__dict__", section.__dict__ | dict(values))
    place(made, "__pydantic_fields_set__", section.__pydantic_fields_set__ | values.keys())
    place(made, "__pydantic_extra__", section.__pydantic_extra__)
    place(made, "__pydantic_private__", section.__pydantic_private__)
    return made


def _each(values: Any, factor: float) -> Any:
    """A number or numbers times a factor; None stays."""
    if isinstance(values, tuple):
        return tuple(value * factor for value in values)
    return None if values is None else values * factor


# --- the reach table -----------------------------------------------------------------------------


def _columns(scenario: Scenario, found: Parts, change: Change) -> None:
    _multiply(scenario, found, change, change.factor_of)


def _multiply(scenario: Scenario, found: Parts, change: Change, what: str) -> None:
    """Multiply the columns that belong to a factor, and what holds for all reaches."""
    names, factor = COLUMNS[what], float(change.value)
    storage = _now(scenario, found, "storage")
    common = None if storage is None else _STORAGE.get(what)
    on = set(change.reaches)
    waiting: list[Parts] = found.setdefault(_ROWS, [{} for _ in scenario.reaches])
    for row, values in zip(scenario.reaches, waiting, strict=True):
        if on and row.id not in on:
            continue
        old = {name: values.get(name, getattr(row, name)) for name in names}
        given = {name: value for name, value in old.items() if value is not None}
        if not given and names[0] in _NEUTRAL:
            given = {names[0]: 1.0}
        if not given and on and common:
            given = {names[0]: getattr(storage, common)}
        for name, value in given.items():
            values[name] = value * factor
    if common and not on:
        found["storage"] = replaced(storage, {common: getattr(storage, common) * factor})


def _lateral(scenario: Scenario, found: Parts, change: Change) -> None:
    reference = _now(scenario, found, "reference_lateral_inflow")
    if not reference:
        found["reference_lateral_inflow"] = {
            row.id: row.lateral_inflow for row in scenario.reaches if row.lateral_inflow is not None
        }
    _keep_reference(scenario, found)
    _multiply(scenario, found, change, "lateral_inflow")


# --- discharge -----------------------------------------------------------------------------------


def _keep_reference(scenario: Scenario, found: Parts) -> None:
    """The flow as written, at which sections are given."""
    flow = scenario.flow
    if _now(scenario, found, "reference_flow") is None and isinstance(
        flow, InflowsFlow | GaugesFlow
    ):
        found["reference_flow"] = replaced(flow, {"scale": 1.0})


def _discharge(scenario: Scenario, found: Parts, change: Change) -> None:
    factor, on = float(change.value), set(change.reaches)
    flow = _now(scenario, found, "flow")
    hydrographs = _now(scenario, found, "hydrographs")
    if not on or len(on) == len(scenario.reaches):
        found["flow"] = replaced(flow, {"scale": flow.scale * factor})
        found["hydrographs"] = tuple(_times(one, factor) for one in hydrographs)
        return
    _lateral(scenario, found, change)
    nodes = {row.from_node for row in scenario.reaches if row.id in on}
    inflows = tuple(
        replaced(one, {"inflow": one.inflow * factor, "abstraction": one.abstraction * factor})
        if one.node in nodes
        else one
        for one in flow.inflows
    )
    values: Parts = {"inflows": inflows}
    if isinstance(flow, GaugesFlow):
        values["gauges"] = tuple(
            replaced(one, {"discharge": one.discharge * factor}) if one.node in nodes else one
            for one in flow.gauges
        )
    found["flow"] = replaced(flow, values)
    found["hydrographs"] = tuple(
        _times(one, factor)
        if getattr(one.at, "node", None) in nodes or getattr(one.at, "reach", None) in on
        else one
        for one in hydrographs
    )


def _times(one: FlowHydrograph, factor: float) -> FlowHydrograph:
    return replaced(one, {"discharge": _each(one.discharge, factor)})


# --- substances and releases ---------------------------------------------------------------------


def _decay(scenario: Scenario, found: Parts, change: Change) -> None:
    factor, on = float(change.value), change.reaches
    found["substances"] = tuple(
        one
        if change.aim.substance not in ("", one.name)
        else _slower_in(one, factor, on)
        if on
        else _slower(one, factor)
        for one in _now(scenario, found, "substances")
    )


def _slower(one: Substance, factor: float) -> Substance:
    values: Parts = {name: _each(getattr(one, name), factor) for name in _RATES}
    if one.storage_decay_rate is None:
        del values["storage_decay_rate"]
    if one.rates:
        values["rates"] = tuple(replaced(row, _given_times(row, factor)) for row in one.rates)
    if one.species:
        values["species"] = tuple(
            replaced(form, {"decay_rate": form.decay_rate * factor}) for form in one.species
        )
    return replaced(one, values)


def _given_times(row: ReachRates, factor: float) -> Parts:
    """The rates of a row that are given, times a factor."""
    given = {name: getattr(row, name) for name in _RATES}
    return {name: value * factor for name, value in given.items() if value is not None}


def _slower_in(one: Substance, factor: float, on: Sequence[str]) -> Substance:
    """Decay by reach: the rates of those reaches, else those of the substance, times the factor."""
    given = {row.reach: row for row in one.rates}
    common = (
        one.decay_rate,
        one.decay_rate if one.storage_decay_rate is None else one.storage_decay_rate,
    )
    for reach in on:
        row = given.get(reach) or ReachRates.model_construct({"reach"}, reach=reach)
        own = row.decay_rate
        stored = row.storage_decay_rate
        if stored is None:
            stored = own if own is not None and one.storage_decay_rate is None else common[1]
        values = {
            "decay_rate": (common[0] if own is None else own) * factor,
            "storage_decay_rate": stored * factor,
        }
        given[reach] = replaced(row, values)
    return replaced(one, {"rates": tuple(given.values())})


def _mass(scenario: Scenario, found: Parts, change: Change) -> None:
    factor, aim = float(change.value), change.aim
    made = []
    for one in _now(scenario, found, "releases"):
        if aim.substance not in ("", one.substance) or aim.release not in ("", one.name):
            made.append(one)
            continue
        values = {
            name: _each(getattr(one, name), factor)
            for name in _MASSES
            if getattr(one, name, None) is not None
        }
        made.append(replaced(one, values))
    found["releases"] = tuple(made)


_BY_NAME: Mapping[str, Callable[[Scenario, Parts, Change], None]] = {
    "discharge": _discharge,
    "lateral_inflow": _lateral,
    "decay_rate": _decay,
    "mass": _mass,
    **dict.fromkeys(
        ("velocity", "dispersion_coefficient", "storage_area_ratio", "exchange_coefficient",
         "manning_n"), _columns
    ),
}  # fmt: skip


def nothing_to_multiply(name: str, draft: Draft, data: Mapping[str, Any], on: Sequence[str]) -> str:
    """Say why a factor would change nothing in some reaches, or in all, or nothing."""
    rows = [] if draft.reaches is None else draft.reaches.rows
    rows = [row for row in rows if not on or row.cells.get("id") in on]
    if name in ("manning_n", "lateral_inflow"):
        empty = not any(name in row.cells for row in rows)
        return f"no {'such ' if on else ''}reach has a {name}" if rows and empty else ""
    if name in _STORAGE:
        columns = COLUMNS[name]
        empty = not any(column in row.cells for row in rows for column in columns)
        return "there is no transient storage" if rows and empty and "storage" not in data else ""
    if name == "decay_rate":
        known = [one for one in draft.substances if one is not None]
        parts = [part for one in known for part in (one, *one.rates, *one.species)]
        rates = [getattr(part, rate, None) or 0.0 for part in parts for rate in _RATES]
        whole = bool(known) and len(known) == len(draft.substances)
        return "nothing decays" if whole and not max(rates) > 0.0 else ""
    return ""

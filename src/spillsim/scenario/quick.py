"""Changed numbers that nothing else hangs on, replaced in the scenario without reading it again.

Only what is listed here goes this way; all else, and every value that is refused, is left to
``changed.read_again``, whose result this one equals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from .changes import Change, ChangedScenarioError, Written, with_values
from .check import check_times, check_written_formula
from .draft import Draft
from .factors import replaced, with_factors
from .faults import Faults
from .read_sections import by_kind, validated
from .reading import TABLES, Reading, changed_cell
from .releases import RELEASE_SECTIONS
from .scenario import GaugesFlow, InflowsFlow, Scenario, fresh
from .sections import DISPERSION_SECTIONS, FLOW_SECTIONS, Storage
from .substances import SubstanceSection
from .variants import name_of

_KEYS: Mapping[str, frozenset[str]] = {
    "release": frozenset({"mass", "rate", "water", "time", "start", "duration"}),
    "substance": frozenset(
        {"decay_rate", "storage_decay_rate", "temperature_coefficient", "reference_temperature",
         "arrival_threshold"}
    ),
    "storage": frozenset({"area_ratio", "exchange_coefficient"}),
    "dispersion": frozenset({"formula", "value"}),
    "flow": frozenset({"scale", "temperature"}),
}  # fmt: skip
"""Section -> keys that may be replaced."""
_RELEASES = ("slug", "constant", "rate")
_WHOLE = ("rates", "sorption", "species", "half_life", "volatilisation", "form")
"""Keys of a substance that more hangs on."""
_HELD = frozenset({"id", "river", "from", "to", "length", "kind", "share", "hydraulics", "rating",
                   "section_head", "section_foot", "source"})  # fmt: skip
"""Columns of the reach table that more hangs on."""

Parts = dict[str, Any]


def quickly(scenario: Scenario, changes: Sequence[Change]) -> Scenario | None:
    """The scenario with other numbers, None where it must be read again."""
    written = scenario._written
    if all(change.factor_of for change in changes):
        return with_factors(scenario, changes)
    if written is None or not written.still(scenario):
        raise ChangedScenarioError
    groups: dict[tuple[str | int, ...], list[Change]] = {}
    cells: list[Change] = []
    for change in changes:
        path = change.aim.path
        if change.aim.table:
            cells.append(change)
        elif path:
            groups.setdefault(path[:-1], []).append(change)
    reading = _reading(scenario, written)
    found: Parts = {}
    for path, group in groups.items():
        head = str(path[0])
        keys = {str(change.aim.path[-1]) for change in group}
        if len(path) > 2 or not keys <= _KEYS.get(head, frozenset()):
            return None
        if head == "release" and scenario.trigger is not None:
            return None
        relative = with_values(written.merged, group)
        made = _SECTIONS[head](scenario, found, reading, (relative, path))
        if not made or reading.faults.found:
            return None
    if cells and not _cells(scenario, found, cells):
        return None
    if "releases" in found:
        draft = Draft(faults=reading.faults, case=scenario.case, releases=found["releases"])
        check_times(draft)
    if reading.faults.found:
        return None
    return with_factors(fresh(scenario, found) if found else scenario, changes)


def _reading(scenario: Scenario, written: Written) -> Reading:
    faults = Faults(scenario._file, scenario._lines)
    faults.origin = scenario._origin
    return Reading(
        written.merged, written.source, written.folder, written.name, faults,
        start=scenario.case.start,
    )  # fmt: skip


_Place = tuple[Mapping[str, Any], tuple[str | int, ...]]


def _release(scenario: Scenario, found: Parts, reading: Reading, at: _Place) -> bool:
    data, (_, number) = at
    assert isinstance(number, int)
    raw = data["release"]
    happen = [n for n, one in enumerate(raw) if name_of(one) not in scenario.left_out]
    if len(happen) != len(scenario.releases) or raw[number].get("kind") not in _RELEASES:
        return False
    pairs = zip(happen, scenario.releases, strict=True)
    if any(raw[n].get("kind") != own.kind for n, own in pairs):
        return False
    made = by_kind(reading, raw[number], RELEASE_SECTIONS, f"release[{number}]", None)
    if number in happen:
        place = happen.index(number)
        found["releases"] = _put(found.get("releases", scenario.releases), place, made)
    return True


def _substance(scenario: Scenario, found: Parts, reading: Reading, at: _Place) -> bool:
    data, (_, number) = at
    assert isinstance(number, int)
    raw = data["substance"][number]
    if any(key in raw for key in _WHOLE):
        return False
    from .read_substances import held

    section = validated(reading, raw, SubstanceSection, f"substance[{number}]")
    if section is None:
        return False
    made = held(section, ())
    found["substances"] = _put(found.get("substances", scenario.substances), number, made)
    return True


def _storage(scenario: Scenario, found: Parts, reading: Reading, at: _Place) -> bool:
    found["storage"] = validated(reading, at[0]["storage"], Storage, "storage")
    return True


def _dispersion(scenario: Scenario, found: Parts, reading: Reading, at: _Place) -> bool:
    raw = at[0]["dispersion"]
    made = by_kind(reading, raw, DISPERSION_SECTIONS, "dispersion", "formula")
    check_written_formula(reading.faults, made)
    found["dispersion"] = made
    return True


def _flow(scenario: Scenario, found: Parts, reading: Reading, at: _Place) -> bool:
    if not isinstance(scenario.flow, InflowsFlow | GaugesFlow):
        return False
    made: Any = by_kind(reading, at[0]["flow"], FLOW_SECTIONS, "flow", None)
    if made is None:
        return False
    values = {"scale": made.scale}
    if "temperature" in made.model_fields_set:
        values["temperature"] = made.temperature
    found["flow"] = replaced(scenario.flow, values)
    return True


_SECTIONS = {
    "release": _release,
    "substance": _substance,
    "storage": _storage,
    "dispersion": _dispersion,
    "flow": _flow,
}


def _put(items: tuple[Any, ...], number: int, made: Any) -> tuple[Any, ...]:
    return (*items[:number], made, *items[number + 1 :])


# --- cells ---------------------------------------------------------------------------------------


def _cells(scenario: Scenario, found: Parts, changes: Sequence[Change]) -> bool:
    """Replace cells of the reach table, inflows and gauges; False where more hangs on them."""
    tables: dict[str, dict[str, Parts]] = {}
    for change in changes:
        aim = change.aim
        if not isinstance(change.value, float) or aim.column in _HELD or aim.table == "nodes":
            return False
        try:
            value = changed_cell(TABLES[aim.table][0][aim.column], change.value)
        except PydanticCustomError:
            return False
        tables.setdefault(aim.table, {}).setdefault(aim.row, {})[aim.column] = value
    flow = scenario.flow
    if scenario.reservoirs or not isinstance(flow, InflowsFlow | GaugesFlow):
        return False
    if "reaches" in tables:
        found["reaches"] = _rows(scenario.reaches, "id", tables.pop("reaches"))
    if not tables:
        return True
    if scenario.regime or scenario.measure:
        return False  # the flow at which sections are given may be another one
    now: Any = found.get("flow", flow)
    values = {name: _rows(getattr(now, name), "node", rows) for name, rows in tables.items()}
    found["flow"] = replaced(now, values)
    found["reference_flow"] = replaced(flow, {"scale": 1.0})
    return True


def _rows(rows: tuple[Any, ...], key: str, values: Mapping[str, Parts]) -> tuple[Any, ...]:
    return tuple(
        replaced(row, values[getattr(row, key)]) if getattr(row, key) in values else row
        for row in rows
    )

"""Section by section from raw data to the Scenario; a fault in one does not hide the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from ..errors import ScenarioError
from ..network import Network
from . import rows
from .base import Section
from .check import check, check_flow_nodes
from .discharges import discharge_series
from .draft import Draft
from .faults import Faults, any_of, nearest, quoted
from .flow_files import read_flow_files
from .hydrographs import read_hydrographs
from .ice import Ice
from .read_releases import read_releases
from .read_reservoirs import WORKS, read_works
from .read_sections import chosen as _chosen
from .read_sections import items as _items
from .read_sections import listed as _listed
from .read_sections import section as _section
from .read_sections import validated as _validated
from .read_substances import read_substances
from .reading import Reading, check_rising, full_column, read_named, read_table
from .routing import FlowHydrograph, FlowHydrographSection, Routing
from .scenario import GaugesFlow, InflowsFlow, Scenario, TableFlow
from .sections import (
    DISPERSION_SECTIONS,
    FLOW_SECTIONS,
    LISTED_SECTIONS,
    SINGLE_SECTIONS,
    Case,
    DispersionFormula,
    DispersionValue,
    GaugesSection,
    Hydraulics,
    InflowsSection,
    Storage,
    TableSection,
)
from .settings import Numerics, Output
from .tables import Table, TableKind
from .trigger import TRIGGER_SECTIONS, Trigger
from .trigger_reading import OWN_TIME, read_trigger
from .variants import KINDS
from .water import Water

Model = TypeVar("Model", bound=Section)
Item = TypeVar("Item")

SINGLE: dict[str, type[Section]] = {**SINGLE_SECTIONS, "routing": Routing}
LISTED = (*LISTED_SECTIONS, "hydrograph", *WORKS, "release")
UNCERTAIN = ("ensemble", "uncertain", "correlation", "sweep")
SECTIONS = (*SINGLE, "flow", "dispersion", *LISTED, "trigger", *UNCERTAIN, *KINDS)
_NEEDED = ("case", "network", "flow", "release")


def assemble(reading: Reading) -> Scenario:
    """Turn raw data into a Scenario.

    Raises
    ------
    ScenarioError
        with every fault found.
    """
    data, faults = reading.data, reading.faults
    _check_keys(data, faults)
    _note_start(reading)
    trigger = _anchors(reading)
    single = {
        name: _section(reading, name, model) for name, model in SINGLE.items() if name in data
    }
    listed = {name: _listed(reading, name, model) for name, model in LISTED_SECTIONS.items()}
    flow_section = _chosen(reading, "flow", FLOW_SECTIONS, None)
    dispersion = _chosen(reading, "dispersion", DISPERSION_SECTIONS, "formula")
    draft = Draft(faults=faults, trigger=trigger)
    draft.case = _of(Case, single.get("case"))
    draft.nodes = read_named(reading, "network", "nodes", TableKind("node", rows.NODES))
    draft.reaches = read_named(reading, "network", "reaches", TableKind("reach", rows.REACHES))
    draft.hydraulics = _of(Hydraulics, single.get("hydraulics", Hydraulics()))
    draft.dispersion = dispersion
    draft.ice = _of(Ice, single.get("ice"))
    draft.water = _of(Water, single.get("water", Water()))
    _constituents(reading, draft, listed)
    draft.stations, draft.borders = listed["station"], listed["border"]
    ratings = _ratings(reading, draft.reaches)
    _flow_tables(reading, draft)
    read_flow_files(reading, flow_section, draft)
    draft.releases = read_releases(reading, draft)
    read_works(reading, draft)
    draft.routing, draft.hydrographs = _of(Routing, single.get("routing")), _hydrographs(reading)
    reference = _reference_flow(reading, draft)
    network, unsure = _checked(reading, draft)
    assert draft.case is not None
    assert draft.hydraulics is not None
    assert isinstance(dispersion, DispersionFormula | DispersionValue)
    scenario = Scenario(
        spillsim=1,
        case=draft.case,
        nodes=_rows(rows.Node, draft.nodes),
        reaches=_reaches(draft.reaches, ratings),
        flow=_flow(flow_section, draft),
        hydraulics=draft.hydraulics,
        dispersion=dispersion,
        storage=_of(Storage, single.get("storage")),
        ice=draft.ice,
        releases=_sound(draft.releases),
        stations=_sound(draft.stations),
        borders=_sound(draft.borders),
        output=_of(Output, single.get("output")) or Output(),
        numerics=_of(Numerics, single.get("numerics")) or Numerics(),
        trigger=trigger,
        files=(reading.source, *(f for f in reading.files.values() if f is not None)),
        folder=reading.folder,
        name=reading.name,
        reference_flow=reference,
        **_carried(draft),
        **_changing_flow(draft),
        **_from_reading(reading),
        **unsure,
    )
    _keep(scenario, faults, network)
    return scenario


def _note_start(reading: Reading) -> None:
    """Moments of other sections count from the start of the case."""
    case = reading.data.get("case")
    start = case.get("start") if isinstance(case, Mapping) else None
    if isinstance(start, datetime) and start.utcoffset() is not None:
        reading.start = start


def _keep(scenario: Scenario, faults: Faults, network: Network | None) -> None:
    """Let the scenario know where its keys stand, and the network that was built to check it."""
    scenario._file, scenario._lines = faults.file, dict(faults.lines)
    scenario._origin = dict(faults.origin)
    if network is not None:
        scenario._built.keep(scenario, network)


def _hydrographs(reading: Reading) -> list[FlowHydrograph | None]:
    items = _items(reading, "hydrograph")
    sections = [
        _validated(reading, item, FlowHydrographSection, f"hydrograph[{number}]")
        for number, item in enumerate(items)
    ]
    return read_hydrographs(reading, items, sections)


def _anchors(reading: Reading) -> Trigger | None:
    """The trigger, before anything whose moments count from it."""
    reading.anchors = OWN_TIME
    return read_trigger(reading, _chosen(reading, "trigger", TRIGGER_SECTIONS, None))


def _constituents(reading: Reading, draft: Draft, listed: Mapping[str, list[Any]]) -> None:
    """What the water carries."""
    draft.substances = read_substances(reading, listed["substance"])
    draft.solids, draft.reactions = listed["solids"], listed["reaction"]
    given = [reading.data.get(name, []) for name in ("substance", "solids")]
    draft.unnamed = not all(isinstance(one, list | tuple) for one in given)


def _carried(draft: Draft) -> dict[str, Any]:
    """What the water carries, what becomes of it, and what the water is like."""
    return {
        "substances": _sound(draft.substances),
        "solids": _sound(draft.solids),
        "reactions": _sound(draft.reactions),
        "water": draft.water,
    }


def _changing_flow(draft: Draft) -> dict[str, Any]:
    """What makes the flow change during the run."""
    return {
        "routing": draft.routing,
        "hydrographs": _sound(draft.hydrographs),
        "reservoirs": _sound(draft.reservoirs),
        "diversions": _sound(draft.diversions),
        "splits": _sound(draft.splits),
    }


def _from_reading(reading: Reading) -> dict[str, Any]:
    """Which regimes and measures there are, which the scenario is, and what is to be told."""
    chosen = {variant.kind: variant.name for variant in reading.chosen}
    notices = tuple(dict.fromkeys(reading.notices))
    return {"variants": reading.variants, "notices": notices, **chosen}


def _checked(reading: Reading, draft: Draft) -> tuple[Network | None, dict[str, Any]]:
    """The network, and what is not known exactly; raises ScenarioError with every fault."""
    network, unsure = check(draft), _uncertain(reading, draft)
    if reading.faults.found:
        raise ScenarioError(reading.faults.all(), reading.name)
    return network, unsure


def _uncertain(reading: Reading, draft: Draft) -> dict[str, Any]:
    """What is not known exactly."""
    if reading.unsure is not None:
        return dict(reading.unsure)
    if not reading.data.keys() & set(UNCERTAIN):
        return {}
    from .uncertain_reading import read_uncertain  # few cases need it

    return read_uncertain(reading, draft)


def _sound(items: Sequence[Item | None]) -> tuple[Item, ...]:
    """All items; none had a fault, or assemble would have raised."""
    return tuple(item for item in items if item is not None)


def _of(model: type[Model], value: Section | None) -> Model | None:
    return value if isinstance(value, model) else None


def _check_keys(data: Mapping[str, Any], faults: Faults) -> None:
    """Version, unknown sections, missing sections."""
    version = data.get("spillsim")
    if version is None:
        faults.add("spillsim", "is missing; the version of the file format is needed",
                   "Begin the file with spillsim = 1.")  # fmt: skip
    elif version != 1 or isinstance(version, bool):
        faults.add("spillsim", f"{quoted(version)} is not a version that this program reads",
                   "Write spillsim = 1.")  # fmt: skip
    for key in data:
        if key not in SECTIONS and key != "spillsim":
            hint = nearest(str(key), SECTIONS) or f"Possible: {any_of(SECTIONS)}."
            faults.add(str(key), "there is no such section", hint)
    for key in _NEEDED:
        if key not in data:
            mark = f"[[{key}]]" if key == "release" else f"[{key}]"
            faults.add(key, f"the section {mark} is missing")
    if not data.keys() & {"substance", "solids"}:
        faults.add("substance", "the section [[substance]] is missing",
                   "A case needs a [[substance]], or [[solids]].")  # fmt: skip


def _ratings(reading: Reading, reaches: Table | None) -> dict[str, rows.Rating]:
    """Read every rating table once."""
    found: dict[str, rows.Rating] = {}
    seen = set()
    for row in reaches.rows if reaches else ():
        name = row.cells.get("rating")
        if name is None or name in seen:
            continue
        seen.add(name)
        before = len(reading.faults.found)
        where = f"{row.where}.rating" if reaches and reaches.file is None else row.where
        table = read_table(reading, name, where, TableKind("row", rows.RATING))
        if table is None or not table.sound:
            if table is None and reaches and len(reading.faults.found) > before:
                # The fault belongs to the row of the reach table rather than to the scenario.
                fault = reading.faults.found.pop()
                if fault.file == name:
                    reading.faults.found.append(fault)
                else:
                    reaches.add_fault(reading.faults, row, "rating", fault.message, fault.hint)
            continue
        check_rising(reading.faults, table, "discharge")
        columns = {key: full_column(reading.faults, table, key) for key in table.columns}
        found[name] = rows.Rating(file=name, **columns)
    return found


def _flow_tables(reading: Reading, draft: Draft) -> None:
    flow = reading.data.get("flow")
    kind = flow.get("kind") if isinstance(flow, Mapping) else None
    inflows, gauges = TableKind("node", rows.INFLOWS), TableKind("gauge", rows.GAUGES)
    if kind == "gauges":
        draft.gauges = read_named(reading, "flow", "table", gauges)
        draft.inflows = read_named(reading, "flow", "inflows", inflows)
    elif kind == "inflows":
        draft.inflows = read_named(reading, "flow", "table", inflows)
    elif kind == "table":
        discharges = TableKind("row", rows.DISCHARGES)
        draft.discharges = read_named(reading, "flow", "table", discharges)


def _reference_flow(reading: Reading, draft: Draft) -> InflowsFlow | GaugesFlow | None:
    """The flow as written, where a regime or measure has another on the same reaches.

    The sections of the reach table were given at that flow. A variant that brings its own reach
    table gives them at its own.
    """
    if reading.written is None:
        return None
    before, now = (
        [_part(data, *path) for path in _FLOW_TABLES] for data in (reading.written, reading.data)
    )
    reaches = [_part(data, "network", "reaches") for data in (reading.written, reading.data)]
    kind = before[0]
    same = before == now and not any(cell[0] in ("inflows", "gauges") for cell in reading.cells)
    if same or reaches[0] != reaches[1] or kind not in ("inflows", "gauges"):
        return None
    faults = Faults(reading.faults.file, reading.faults.lines)
    base = replace(reading, data=reading.written, faults=faults, cells={})
    section = _chosen(base, "flow", FLOW_SECTIONS, None)
    tables = Draft(faults=faults, nodes=draft.nodes)
    _flow_tables(base, tables)
    check_flow_nodes(tables)
    reading.faults.found += [one for one in faults.found if one not in reading.faults.found]
    if faults.found or section is None:
        return None
    found = _flow(section, tables).model_copy(update={"scale": 1.0})
    return found if isinstance(found, InflowsFlow | GaugesFlow) else None


_FLOW_TABLES = (("flow", "kind"), ("flow", "table"), ("flow", "inflows"))


def _part(data: Mapping[str, Any], section: str, key: str) -> Any:
    part = data.get(section)
    return part.get(key) if isinstance(part, Mapping) else None


def _rows(model: type[Model], table: Table | None) -> tuple[Model, ...]:
    if table is None:
        return ()
    rows_read = ((row.cells, row.line, row.where) for row in table.rows)
    return rows.make_rows(model, table.file or "", rows_read)


def _reaches(table: Table | None, ratings: Mapping[str, rows.Rating]) -> tuple[rows.Reach, ...]:
    """Rows of the reach table with their rating tables in place of the file names."""
    if table is None:
        return ()
    for row in table.rows:
        if "rating" in row.cells:
            row.cells["rating"] = ratings[row.cells["rating"]]
    return _rows(rows.Reach, table)


def _flow(section: Section | None, draft: Draft) -> InflowsFlow | GaugesFlow | TableFlow:
    assert isinstance(section, GaugesSection | InflowsSection | TableSection)
    inflows = _rows(rows.Inflow, draft.inflows)
    # what the user left out stays unset, so that it can be told as assumed
    given = "temperature" in section.model_fields_set
    told: dict[str, Any] = {"temperature": section.temperature} if given else {}
    flow: InflowsFlow | GaugesFlow | TableFlow
    if isinstance(section, TableSection):
        assert draft.reaches is not None
        series = draft.series
        if draft.discharges is not None:
            series = discharge_series(draft.discharges, draft.reaches)
        flow = TableFlow(series=series, interpolation=section.interpolation, **told)
    elif isinstance(section, GaugesSection):
        flow = GaugesFlow(
            gauges=_rows(rows.Gauge, draft.gauges),
            inflows=inflows,
            closure_warning=section.closure_warning,
            scale=section.scale,
            **told,
        )
    else:
        flow = InflowsFlow(inflows=inflows, scale=section.scale, **told)
    flow._file, flow._line, flow._where = section._file, section._line, section._where
    return flow

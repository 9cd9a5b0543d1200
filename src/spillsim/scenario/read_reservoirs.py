"""From ``[[reservoir]]`` and ``[[split]]`` to what a scenario holds, their tables read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from .base import Section
from .draft import Draft
from .faults import any_of
from .read_sections import by_kind, items, listed, validated
from .reading import Reading, check_rising, full_column, read_table
from .reservoirs import (
    OUTLET_SECTIONS,
    Diversion,
    GateOutlet,
    HydrographOutlet,
    Outlet,
    Reservoir,
    ReservoirSection,
    SpillwayOutlet,
    Split,
    SplitSection,
    Working,
)
from .rows import OPENING, OUTFLOW, SPLIT, STAGE_VOLUME, Column
from .tables import Table, TableKind
from .time_series import add_times

WORKS = ("reservoir", "diversion", "split")
"""The sections read here."""

Model = TypeVar("Model", bound=Section)

_LAYERS = ("upper_volume", "exchange_discharge", "inflow_to", "outflow_from")


def read_works(reading: Reading, draft: Draft) -> None:
    """Read reservoirs with their outlets, diversions and splits into a draft."""
    draft.reservoirs = _reservoirs(reading)
    draft.unread_reservoirs = [
        item["reach"]
        for item, found in zip(items(reading, "reservoir"), draft.reservoirs, strict=True)
        if found is None and isinstance(item, Mapping) and isinstance(item.get("reach"), str)
    ]
    draft.diversions = listed(reading, "diversion", Diversion)
    for diversion in draft.diversions:
        if diversion is not None:
            check_window(reading, diversion)
    splits = listed(reading, "split", SplitSection)
    draft.splits = read_splits(reading, items(reading, "split"), splits)


def _reservoirs(reading: Reading) -> list[Reservoir | None]:
    given = items(reading, "reservoir")
    sections, outlets = [], []
    for number, item in enumerate(given):
        where = f"reservoir[{number}]"
        own = item.get("outlet", []) if isinstance(item, Mapping) else []
        outlets.append(
            [
                by_kind(reading, outlet, OUTLET_SECTIONS, f"{where}.outlet[{k}]", None)
                for k, outlet in enumerate(own if isinstance(own, list | tuple) else [])
            ]
        )
        # the outlets have faults of their own
        bare = {k: v for k, v in item.items() if k != "outlet"} if outlets[-1] else item
        sections.append(validated(reading, bare, ReservoirSection, where))
    return read_reservoirs(reading, given, sections, outlets)


def read_reservoirs(
    reading: Reading, given: Sequence[Any], sections: Sequence[ReservoirSection | None],
    outlets: Sequence[Sequence[Section | None]],
) -> list[Reservoir | None]:  # fmt: skip
    """Read the tables of every reservoir, None where something is wrong.

    given : what stands in the file, one for each of the sections
    outlets : the sound outlets of each reservoir, None in place of the others
    """
    found: list[Reservoir | None] = []
    for number, (item, section) in enumerate(zip(given, sections, strict=True)):
        where = f"reservoir[{number}]"
        keys = item if isinstance(item, Mapping) else {}
        own = keys.get("outlet", ())
        built = [
            _outlet(reading, f"{where}.outlet[{k}]", own[k], outlet)
            for k, outlet in enumerate(outlets[number])
        ]
        source = keys.get("stage_volume")
        table = _points(reading, f"{where}.stage_volume", source, STAGE_VOLUME, "stage", 2)
        if table is not None and table.sound:
            check_rising(reading.faults, table, "volume")
        if section is None or any(outlet is None for outlet in built):
            found.append(None)
            continue
        found.append(_reservoir(reading, section, table, [one for one in built if one]))
    return found


def _points(
    reading: Reading, where: str, source: Any, columns: Mapping[str, Column], rising: str,
    least: int = 1,
) -> Table | None:  # fmt: skip
    """A table one of whose columns rises; None where there is none."""
    table = read_table(reading, source, where, TableKind("row", columns))
    if table is None:
        return None
    if rising == "time":
        add_times(reading, table)
    else:
        check_rising(reading.faults, table, rising)
    if table.sound and len(table.rows) < least:
        table.add_fault(reading.faults, table.rows[-1], "", f"at least {least} rows are needed")
        table.sound = False
    return table


def _column(table: Table, name: str) -> tuple[float, ...]:
    return tuple(row.cells[name] for row in table.rows)


def _outlet(reading: Reading, where: str, item: Any, section: Section | None) -> Outlet | None:
    """An outlet with the points of its table."""
    source = item.get("table") if isinstance(item, Mapping) else None
    kind = item.get("kind") if isinstance(item, Mapping) else None
    columns = OPENING if kind == "gate" else OUTFLOW
    table = None
    if kind in ("gate", "hydrograph"):
        table = _points(reading, f"{where}.table", source, columns, "time")
    if section is None or (table is not None and not table.sound):
        return None
    assert isinstance(section, Working)
    check_window(reading, section)
    start, stop = section.window
    made: dict[str, Any] = {"kind": kind, "name": getattr(section, "name", "")}
    made |= {"start": start, "stop": stop}
    if isinstance(section, SpillwayOutlet):
        made |= {"level": section.crest, "width": section.width, "coefficient": section.coefficient}
    elif isinstance(section, GateOutlet):
        if (section.opening is None) == (section.table is None):
            reading.faults.add(where, "needs either an opening or a table of openings",
                               'E.g. opening = "2 m".')  # fmt: skip
            return None
        made |= {"level": section.sill, "width": section.width, "coefficient": section.coefficient}
        made |= {"weir_coefficient": section.weir_coefficient, "value": (section.opening,)}
    elif not isinstance(section, HydrographOutlet):
        made["value"] = (getattr(section, "discharge", 0.0),)
    if table is not None:
        made |= {
            "time": _column(table, "time"),
            "value": _column(table, "opening" if kind == "gate" else "discharge"),
        }
    elif isinstance(section, HydrographOutlet) or made.get("value") == (None,):
        return None  # its table could not be read
    return _made(Outlet, section, made)


def check_window(reading: Reading, section: Working) -> None:
    """What works ceases after it began."""
    start, stop = section.window
    if section.stop is not None and section.duration is not None:
        reading.faults.add(f"{section._where}.duration", "stop is given too; one of them is enough")
    elif section.duration is not None and section.start is None:
        reading.faults.add(f"{section._where}.duration", "a duration needs a start",
                           'E.g. start = "6 h".')  # fmt: skip
    elif stop <= start:
        reading.faults.add(f"{section._where}.stop", "is not after start")


def _reservoir(
    reading: Reading, section: ReservoirSection, table: Table | None, outlets: list[Outlet]
) -> Reservoir | None:
    """A reservoir with its stage-volume relation and first volume."""
    faults, where = reading.faults, section._where
    layered = section.mixing == "layered"
    before = len(faults.found)
    for key in _LAYERS:
        if not layered and getattr(section, key) is not None:
            faults.add(f"{where}.{key}", 'is for mixing = "layered" only')
    if layered and section.upper_volume is None:
        faults.add(f"{where}.upper_volume", "is missing; a layered reservoir needs it",
                   'Write e.g. upper_volume = "20 Mm3".')  # fmt: skip
    shape = _shape(reading, section, table)
    if shape is None or len(faults.found) > before:
        return None
    stage, volumes, volume = shape
    if layered and section.upper_volume is not None and section.upper_volume > volume:
        faults.add(f"{where}.upper_volume", f"is more than the whole volume, {volume:.6g} m3")
        return None
    kept = {key: getattr(section, key) for key in _LAYERS if getattr(section, key) is not None}
    made = {"reach": section.reach, "name": section.name, "mixing": section.mixing, "stage": stage,
            "stage_volume": volumes, "volume": volume, "outlets": tuple(outlets),
            "is_prismatic": section.area is not None}  # fmt: skip
    return _made(Reservoir, section, made | kept)


def _shape(
    reading: Reading, section: ReservoirSection, table: Table | None
) -> tuple[tuple[float, ...], tuple[float, ...], float] | None:
    """Stages and volumes, and the volume at first."""
    faults, where = reading.faults, section._where
    if (section.stage_volume is None) == (section.area is None):
        faults.add(where, "needs either stage_volume or an area",
                   'E.g. volume = "2 km3" and area = "200 km2".')  # fmt: skip
        return None
    if section.area is not None:
        if section.volume is None:
            faults.add(f"{where}.volume", "is missing; with an area the volume at first is needed")
            return None
        depth = section.volume / section.area
        bottom = 0.0 if section.level is None else section.level - depth
        return (bottom, bottom + depth), (0.0, section.volume), section.volume
    if (section.volume is None) == (section.level is None):
        faults.add(where, "needs either its level or its volume at first",
                   'E.g. level = "240 m".')  # fmt: skip
        return None
    if table is None or not table.sound:
        return None
    stage, volumes = _column(table, "stage"), _column(table, "volume")
    key, known, given = ("level", stage, section.level)
    if section.volume is not None:
        key, known, given = ("volume", volumes, section.volume)
    assert given is not None
    if not known[0] <= given <= known[-1]:
        faults.add(f"{where}.{key}", f"is outside of the table, {known[0]:.6g} to {known[-1]:.6g}")
        return None
    if section.volume is not None:
        return stage, volumes, section.volume
    return stage, volumes, _between(given, stage, volumes)


def _between(x: float, at: Sequence[float], values: Sequence[float]) -> float:
    k = max(i for i in range(len(at) - 1) if i == 0 or at[i] <= x)
    share = (x - at[k]) / (at[k + 1] - at[k])
    return values[k] + share * (values[k + 1] - values[k])


def read_splits(
    reading: Reading, given: Sequence[Any], sections: Sequence[SplitSection | None]
) -> list[Split | None]:
    """Read the table of every split, None where something is wrong."""
    found: list[Split | None] = []
    for number, (item, section) in enumerate(zip(given, sections, strict=True)):
        source = item.get("table") if isinstance(item, Mapping) else None
        where = f"split[{number}].table"
        table = read_table(reading, source, where, TableKind("row", SPLIT))
        if table is None or not table.sound:
            found.append(None)
            continue
        named = {"discharge", "time", "date"} & set(table.columns)
        if len(named) != 1:
            place, file = (where, None) if table.file is None else ("", table.file)
            reading.faults.add(
                place, "needs one column of discharge, time and date; it has "
                f"{any_of(sorted(named)) or 'none of them'}", "", file,
            )  # fmt: skip
            found.append(None)
            continue
        name = named.pop()
        if name != "discharge":
            add_times(reading, table)
            name = "time"
        else:
            full_column(reading.faults, table, name)
            check_rising(reading.faults, table, name)
        if section is None or not table.sound:
            found.append(None)
            continue
        found.append(_made(Split, section, {
            "node": section.at.node, "reach": section.reach, "by_time": name == "time",
            "at": _column(table, name), "share": _column(table, "share"),
        }))  # fmt: skip
    return found


def _made(model: type[Model], section: Section, values: dict[str, Any]) -> Model:
    """A model of values that have been checked, placed where its section stands."""
    made = model.model_construct(None, **values)
    made._file, made._line, made._where = section._file, section._line, section._where
    return made

"""Flow from netCDF files and from results of HEC-RAS, as series of the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .. import flowfiles
from ..errors import Notice
from .base import Section
from .draft import Draft
from .faults import any_of, nearest, quoted
from .file_sections import FlowHecras, FlowNetcdf, HydrographNetcdf
from .files import FileFaultError, place, read_binary
from .reading import Reading
from .rows import DischargeSeries
from .sections import TableSection
from .tables import Row, Table
from .time_series import (
    MOST_TOLD,
    Array,
    Points,
    fill_gaps,
    find_gaps,
    gap_words,
    moment_words,
    span_words,
)

QUANTITIES = ("discharge", "discharge_foot", "cross_section_area")


def read_hydrograph_file(
    reading: Reading, section: HydrographNetcdf, rates: bool, where: str
) -> Points | None:
    """The series of a hydrograph: discharge, or stage where there is a rating."""
    path = find_file(reading, section.file, f"{where}.netcdf.file")
    if path is None or reading.start is None:
        return None
    what, dimension = ("stage", "length") if rates else ("discharge", "discharge")
    wanted = [section.station] if section.station else None
    try:
        found = flowfiles.read_netcdf(
            path, {what: (section.variable, dimension)}, section.ids, wanted
        )
    except flowfiles.FlowFileError as error:
        _tell(reading, f"{where}.netcdf", section.file, error)
        return None
    value = found.values[what][:, 0]
    if not rates and np.any(value < 0.0):
        reading.faults.add(
            f"{where}.netcdf", f"{quoted(section.file)}: the discharge falls below zero",
            "Water that flows out is an abstraction.",
        )  # fmt: skip
        return None
    return Points(found.time - reading.start.timestamp(), value, what, dated=True)


def find_file(reading: Reading, name: str, where: str) -> Path | None:
    """Path of a binary file, whose checksum is kept; a fault where there is none."""
    if reading.folder is None:
        reading.faults.add(
            where, f"{quoted(name)}: without a case folder no file can be read", "Give a folder."
        )
        return None
    try:
        path = place(reading.folder, name)
        if reading.files.get(name) is None:
            reading.files[name] = read_binary(path, name)
    except FileFaultError as fault:
        message = fault.message if name in fault.message else f"{quoted(name)}: {fault.message}"
        reading.faults.add(where, message, fault.hint)
        return None
    return path


def _tell(reading: Reading, where: str, file: str, error: flowfiles.FlowFileError) -> None:
    reading.faults.add(where, f"{quoted(file)}: {error.message}", error.hint)


def read_flow_files(reading: Reading, section: Section | None, draft: Draft) -> None:
    """Discharges over time from a file that is no table; a fault unless there is one source."""
    if not isinstance(section, TableSection):
        raw = reading.data.get("flow")
        draft.file_failed = isinstance(raw, Mapping) and bool(raw.keys() & {"netcdf", "hecras"})
        return
    sources = ("table", "netcdf", "hecras")
    given = [name for name in sources if getattr(section, name) is not None]
    if len(given) != 1:
        reading.faults.add(
            "flow", f"needs one of {any_of(sources)}; it has {any_of(given) or 'none of them'}",
            'Write e.g. table = "discharges.csv".',
        )  # fmt: skip
        return
    draft.series = _read(reading, section, draft)
    draft.file_failed = given != ["table"] and not draft.series


def _read(reading: Reading, section: TableSection, draft: Draft) -> tuple[DischargeSeries, ...]:
    """Series of all reaches from the file that the flow names; faults, and none of them, if not."""
    reaches = draft.reaches
    if reaches is None or not reaches.named("id") or reading.start is None:
        return ()
    if section.netcdf is not None:
        found = _from_netcdf(reading, section.netcdf, reaches)
    elif section.hecras is not None:
        found = _from_hecras(reading, section.hecras, reaches)
    else:
        return ()
    if found is None:
        return ()
    time, columns = found
    kept = _of_the_run(reading, draft, time, section)
    if kept is None:
        return ()
    columns = {name: values[kept] for name, values in columns.items()}
    return _series(reading, section, reaches, time[kept], columns)


def _from_netcdf(
    reading: Reading, section: FlowNetcdf, reaches: Table
) -> tuple[Array, dict[str, Array]] | None:
    """Times (M,) and columns (M, R) of a netCDF file."""
    path = find_file(reading, section.file, "flow.netcdf.file")
    if path is None or reading.start is None:
        return None
    names = (section.discharge, section.discharge_foot, section.area)
    quantities = {
        quantity: (name, "area" if quantity == "cross_section_area" else "discharge")
        for quantity, name in zip(QUANTITIES, names, strict=True)
        if name
    }
    wanted = [row.cells["id"] for row in reaches.rows]
    try:
        found = flowfiles.read_netcdf(path, quantities, section.reach, wanted)
    except flowfiles.FlowFileError as error:
        _tell(reading, "flow.netcdf", section.file, error)
        return None
    return found.time - reading.start.timestamp(), dict(found.values)


def _from_hecras(
    reading: Reading, section: FlowHecras, reaches: Table
) -> tuple[Array, dict[str, Array]] | None:
    """Times (M,) and columns (M, R) of a result of HEC-RAS.

    The discharge is that at the cross-sections at head and foot, the area the mean of those in
    between and of these two, weighted by the length of the channel between them.
    """
    path = find_file(reading, section.file, "flow.hecras.file")
    if path is None or reading.start is None:
        return None
    try:
        found = flowfiles.read_hecras(path)
    except flowfiles.FlowFileError as error:
        _tell(reading, "flow.hecras", section.file, error)
        return None
    before = len(reading.faults.found)
    ends = [_ends(reading, reaches, row, found.names) for row in reaches.rows]
    if len(reading.faults.found) > before:
        return None
    whole = [end for end in ends if end is not None]
    columns = {
        "discharge": np.stack([found.discharge[:, a] for a, _ in whole], axis=1),
        "discharge_foot": np.stack([found.discharge[:, b] for _, b in whole], axis=1),
    }
    subject = f"flow, {section.file}"
    if found.area is not None:
        areas = [_mean_area(found.area, found.length, a, b) for a, b in whole]
        columns["cross_section_area"] = np.stack(areas, axis=1)
        message = f"areas are those of HEC-RAS ({found.area_from})"
    else:
        message = (
            "it has neither Flow Area nor Velocity Total, so that areas follow from continuity"
        )
    reading.notices.append(Notice(subject, message))
    offset = section.utc_offset
    if offset is None:
        ahead = reading.start.utcoffset()
        offset = 0.0 if ahead is None else ahead.total_seconds()
    return found.clock - offset - reading.start.timestamp(), columns


def _ends(
    reading: Reading, reaches: Table, row: Row, names: Sequence[str]
) -> tuple[int, int] | None:
    """Indices of the cross-sections at head and foot of a reach; faults where they are none."""
    found = []
    for column in ("section_head", "section_foot"):
        name = row.cells.get(column)
        if name is None:
            reaches.add_fault(
                reading.faults, row, column,
                "is needed to find the reach in the results of HEC-RAS",
                f"Write River/Reach/Station, e.g. {names[0]}." if names else "",
            )  # fmt: skip
            continue
        plain = "/".join(part.strip() for part in str(name).split("/"))
        if plain not in names:
            reaches.add_fault(
                reading.faults, row, column, f"there is no cross-section {quoted(plain)}",
                nearest(plain, names) or f"E.g. {', '.join(names[:3])}.",
            )  # fmt: skip
            continue
        found.append(names.index(plain))
    if len(found) < 2:
        return None
    head, foot = found
    river = [names[k].rsplit("/", 1)[0] for k in found]
    if river[0] != river[1] or foot <= head:
        reaches.add_fault(
            reading.faults, row, "section_foot",
            f"{quoted(names[foot])} is not downstream of {quoted(names[head])} in the same reach "
            "of HEC-RAS",
            "Cut the reach where those of HEC-RAS meet.",
        )  # fmt: skip
        return None
    return head, foot


def _mean_area(area: Array, length: Array, head: int, foot: int) -> Array:
    """(M,) mean area between two cross-sections, linear between each and the next."""
    between = length[head:foot]
    if not (np.isfinite(between).all() and between.sum() > 0.0):
        between = np.ones(foot - head)
    pairs = 0.5 * (area[:, head:foot] + area[:, head + 1 : foot + 1])
    return np.asarray(pairs @ between / between.sum())


def _of_the_run(reading: Reading, draft: Draft, time: Array, section: TableSection) -> slice | None:
    """The times of the file that the run needs; a fault where they have none in common."""
    end = draft.case.duration if draft.case is not None else float(time[-1])
    key, file = ("netcdf", section.netcdf) if section.netcdf else ("hecras", section.hecras)
    name = "" if file is None else file.file
    first, last = (moment_words(float(time[k]), True, reading.start) for k in (0, -1))
    if time[-1] <= 0.0 or time[0] >= end:
        reading.faults.add(
            f"flow.{key}.file",
            f"{quoted(name)} covers {first} to {last}, which has nothing in common with the run, "
            f"{moment_words(0.0, True, reading.start)} to "
            f"{moment_words(end, True, reading.start)}",
            "Check case.start" + (" and utc_offset." if key == "hecras" else "."),
        )
        return None
    if time[0] > 1.0 or time[-1] < end - 1.0:
        message = f"covers {first} to {last}; its first and last values hold before and after"
        reading.notices.append(Notice(f"flow, {name}", message))
    begin = max(int(np.searchsorted(time, 0.0, side="right")) - 1, 0)
    return slice(begin, int(np.searchsorted(time, end, side="left")) + 1)


def _series(
    reading: Reading, section: TableSection, reaches: Table, time: Array, columns: dict[str, Array]
) -> tuple[DischargeSeries, ...]:
    """One series for every reach; gaps are faults, or filled and told."""
    key = "flow.netcdf" if section.netcdf is not None else "flow.hecras"
    found, told, filled = [], 0, []
    for index, row in enumerate(reaches.rows):
        own = {name: values[:, index] for name, values in columns.items()}
        whole = ~np.any([np.isnan(values) for values in own.values()], axis=0)
        points = {
            name: Points(time, np.where(whole, values, np.nan), "flow", True)
            for name, values in own.items()
        }
        gaps = find_gaps(points["discharge"])
        if not whole.any() or (gaps and section.gaps == "refuse"):
            for gap in gaps[: max(MOST_TOLD - told, 0)]:
                words = gap_words(gap, points["discharge"], reading.start)
                name = quoted(row.cells["id"])
                hint = 'Write gaps = "linear" or "hold" to have gaps filled.'
                reading.faults.add(key, f"reach {name}: {words}", hint)
            if not gaps:
                reading.faults.add(key, f"reach {quoted(row.cells['id'])} has no values")
            told += len(gaps)
            continue
        if gaps:
            filled += gaps
            points = {name: fill_gaps(each, gaps, section.gaps) for name, each in points.items()}
        found.append(_one(row, points))
    if told > MOST_TOLD:
        reading.faults.add(key, f"and {told - MOST_TOLD} more gaps")
    if filled:
        longest = max(gap.end - gap.begin for gap in filled)
        how = "with straight lines" if section.gaps == "linear" else "with the values before"
        message = f"{len(filled)} gaps, the longest of {span_words(longest)}, are filled {how}"
        reading.notices.append(Notice("flow", message))
    return tuple(found)


def _one(row: Row, points: dict[str, Points]) -> DischargeSeries:
    """The series of a reach; the discharge at the foot may follow from that at the head."""
    gain = row.cells.get("lateral_inflow", 0.0) * row.cells["length"]
    head = points["discharge"]
    foot = points["discharge_foot"].value if "discharge_foot" in points else head.value + gain
    area = points["cross_section_area"].value if "cross_section_area" in points else np.zeros(0)
    series = DischargeSeries.model_construct(
        None, reach=row.cells["id"], time=tuple(head.time.tolist()),
        discharge=tuple(head.value.tolist()), discharge_foot=tuple(foot.tolist()),
        cross_section_area=tuple(area.tolist()),
    )  # fmt: skip
    series._file, series._line, series._where = "", row.line, row.where
    return series

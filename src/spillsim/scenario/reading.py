"""What is shared while a scenario is read: its raw data, its faults, its table files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from ..errors import Notice
from . import rows
from .cells import in_range, read_word
from .contents import Content
from .faults import Faults, quoted
from .files import LARGEST_TABLE, FileFaultError, SourceFile, place, read_source
from .tables import Row, Table, TableKind, read_csv, read_rows
from .variants import Variant


@dataclass
class Reading:
    """A scenario while it is read."""

    data: dict[str, Any]
    source: SourceFile
    folder: Path | None
    name: str
    faults: Faults
    files: dict[str, SourceFile | None] = field(default_factory=dict)
    start: datetime | None = None
    anchors: dict[str, float | tuple[str, str]] = field(default_factory=dict)
    """Moment of ``trigger`` and ``peak`` [s since the start of the case], or why there is none
    and what to do."""
    written: dict[str, Any] | None = None
    """The data as they stand in the file, where a regime or measure is merged into ``data``."""
    variants: tuple[Variant, ...] = ()
    """The regimes and measures of the file."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """``regime`` and ``measure`` -> name -> what it changes, as written."""
    chosen: tuple[Variant, ...] = ()
    """Those that are merged into ``data``."""
    notices: list[Notice] = field(default_factory=list)
    """What is to be told of the input: gaps that were filled, spans that are not covered."""
    content: Content | None = None
    """What stands at the key that an uncertain input varies, while that input is read."""
    unsure: Mapping[str, Any] | None = None
    """What is uncertain, where it is known from reading the file without other values."""
    cells: Mapping[tuple[str, str, str], float | str] = field(default_factory=dict)
    """(table, row, column) -> value of a member of an ensemble, in SI, that stands there instead
    of what the file says."""

    @property
    def context(self) -> dict[str, Any]:
        """What the fields of a section are validated with."""
        return {"start": self.start, "anchors": self.anchors, "content": self.content}


def read_named(reading: Reading, section: str, key: str, kind: TableKind) -> Table | None:
    """Read the table that a section names, from the raw data: its own faults may wait."""
    part = reading.data.get(section)
    source = part.get(key) if isinstance(part, Mapping) else None
    table = read_table(reading, source, f"{section}.{key}", kind)
    if reading.cells and table is not None:
        _replace_cells(reading, table, kind)
    return table


TABLES: Mapping[str, tuple[Mapping[str, rows.Column], str]] = {
    "nodes": (rows.NODES, "id"),
    "reaches": (rows.REACHES, "id"),
    "inflows": (rows.INFLOWS, "node"),
    "gauges": (rows.GAUGES, "node"),
}
"""Tables whose cells a member of an ensemble may change, and the column that names their rows."""


def _replace_cells(reading: Reading, table: Table, kind: TableKind) -> None:
    """Put the values of a member where they belong."""
    for (name, key, column), value in reading.cells.items():
        columns, named_by = TABLES[name]
        if kind.columns is not columns:
            continue
        for row in table.rows:
            if row.cells.get(named_by) == key:
                try:
                    row.cells[column] = changed_cell(columns[column], value)
                except PydanticCustomError as error:
                    context = error.context or {}
                    table.add_fault(
                        reading.faults, row, column, context["message"], context["hint"]
                    )


def changed_cell(column: rows.Column, value: float | str) -> float | str:
    """A value of a member, checked as if it had been read."""
    if isinstance(value, str):
        return read_word(column, value)
    return in_range(column, float(value), f"{value:g}")


def read_table(reading: Reading, source: Any, where: str, kind: TableKind) -> Table | None:
    """Read a table from a file name or from inline rows; None if there is nothing to read."""
    if isinstance(source, list | tuple):
        return read_rows(source, where, kind, reading.faults)
    if not isinstance(source, str):
        return None
    file = read_file(reading, source, where)
    return None if file is None else read_csv(file, where, kind, reading.faults)


def read_file(reading: Reading, name: str, where: str) -> SourceFile | None:
    """Read a file once; a fault at the key that names it if that is not possible."""
    if name in reading.files:
        return reading.files[name]
    reading.files[name] = None
    if reading.folder is None:
        reading.faults.add(
            where, f"{quoted(name)}: without a case folder no file can be read",
            "Give the rows as a list, or a folder.",
        )  # fmt: skip
        return None
    try:
        reading.files[name] = read_source(place(reading.folder, name), name, LARGEST_TABLE)
    except FileFaultError as fault:
        message = fault.message if name in fault.message else f"{quoted(name)}: {fault.message}"
        if fault.line is None:
            reading.faults.add(where, message, fault.hint)
        else:
            reading.faults.add("", message, fault.hint, name, fault.line)
    return reading.files[name]


def full_column(faults: Faults, table: Table, column: str) -> tuple[float, ...]:
    """A column without gaps; a fault for each gap."""
    for row in table.rows:
        if column not in row.cells:
            table.add_fault(faults, row, column, "is empty; a value is needed")
            table.sound = False
    return tuple(row.cells[column] for row in table.rows if column in row.cells)


def check_rising(faults: Faults, table: Table, column: str) -> None:
    """A fault where a column does not rise from row to row."""
    previous: Row | None = None
    for row in table.rows:
        if column not in row.cells:
            continue
        if previous is not None and not row.cells[column] > previous.cells[column]:
            message = f"{column} must rise from row to row"
            if row.cells[column] == previous.cells[column]:
                message += "; it stands twice"
            hint = f"Row at line {previous.line} is not before this one." if previous.line else ""
            table.add_fault(faults, row, column, message, hint)
            table.sound = False
        previous = row

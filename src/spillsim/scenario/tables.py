"""Tables of a case: CSV files or inline rows, converted to SI, every cell checked."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress, repeat
from typing import Any

from pydantic_core import PydanticCustomError

from .. import units
from .cells import WORDS, Head, in_range, read_word
from .columns import read_column
from .faults import Faults, any_of, nearest, quoted
from .fields import read_quantity, refuse, type_name
from .files import SourceFile
from .rows import Column

_HEADER = re.compile(r"\s*(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]*)\])?\s*")


@dataclass(frozen=True, slots=True)
class TableKind:
    """What a table holds."""

    row: str
    """Word for a row in messages, e.g. ``"reach"``."""
    columns: Mapping[str, Column]


@dataclass(slots=True)
class Row:
    """The readable cells of a row, in SI."""

    cells: dict[str, Any]
    line: int | None
    where: str
    """Key path of the row, e.g. ``'reach "tisza_7"'``."""
    whole: bool = True
    """False when a cell of the row had a fault."""


@dataclass(slots=True)
class Table:
    """The rows of a table that could be read."""

    file: str | None
    """File name; None for rows given inline in the scenario."""
    key: str
    """Key path of the table in the scenario, e.g. ``"network.reaches"``."""
    rows: list[Row] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    complete: bool = True
    """False when a row could not be told apart at all, so that its id is unknown."""
    sound: bool = True
    """False when header or a row had a fault."""

    def add_fault(
        self, faults: Faults, row: Row, column: str, message: str, hint: str = ""
    ) -> None:
        """Place a fault at a cell."""
        if self.file is None:
            faults.add(f"{row.where}.{column}" if column else row.where, message, hint)
        else:
            where = f"{row.where}: {column}" if column else row.where
            faults.add(where, message, hint, self.file, row.line)

    def named(self, *columns: str) -> bool:
        """Tell whether every row is there with these cells, so that names can be checked."""
        return (
            self.complete
            and bool(self.rows)
            and all(column in row.cells for row in self.rows for column in columns)
        )


def read_csv(source: SourceFile, key: str, kind: TableKind, faults: Faults) -> Table:
    """Read a table from the text of a CSV file; faults are added, readable rows returned."""
    table = Table(source.name, key)

    def bad(where: str, line: int | None, message: str, hint: str = "") -> None:
        table.sound = False
        faults.add(where, message, hint, source.name, line)

    lines, records, stopped = _records(source.text)
    if not records:
        if stopped is None:
            bad("", None, "the file is empty", f"Columns: {any_of(kind.columns)}.")
        else:
            bad("", 1, f"the header cannot be read: {stopped}")
        return table
    line, cells = lines[0], records[0]
    if len(cells) == 1 and any(sign in cells[0] for sign in ";\t"):
        bad("", line, "the columns are not separated by commas", "Save it with commas.")
        return table
    heads = _header(cells, kind, lambda *args: bad(f"column {args[0]}", line, *args[1:]))
    table.columns = tuple(head.name for head in heads if head and head.column)
    fits = [len(cells) == len(heads) for cells in records[1:]]
    rows, wrong = _read_rows(
        kind, heads, [*compress(lines[1:], fits)], [*compress(records[1:], fits)]
    )
    if all(fits) and not wrong:
        table.rows = rows
    else:
        _tell_rows(table, rows, wrong, zip(lines[1:], records[1:], strict=True), len(heads), faults)
    line = lines[-1]
    if stopped is not None:
        table.complete = False
        bad(f"after line {line}", line, f"the row cannot be read: {stopped}", "Check the quotes.")
    if not table.rows and table.sound:
        bad("", line, "there are no rows below the header")
    return table


def _records(text: str) -> tuple[list[int], list[list[str]], csv.Error | None]:
    """Rows of a CSV text, the line each begins at, and what ended the reading too early.

    Comments and blank lines are left out.
    """
    lines = text.splitlines(keepends=True)
    numbers: Sequence[int] = range(1, len(lines) + 1)
    if "#" in text:
        # Inside a quoted cell a # is text, but a cell of several lines is rare enough
        # that a comment wins.
        numbers = [n for n in numbers if not lines[n - 1].lstrip().startswith("#")]
        lines = [lines[n - 1] for n in numbers]
    begun: list[int] = []
    records: list[list[str]] = []
    stopped: csv.Error | None = None
    reader = csv.reader(lines, strict=True, skipinitialspace=True)
    try:
        if '"' not in text:  # every line is a row
            records, begun = list(reader), list(numbers)
        else:
            at = 0
            for cells in reader:
                begun.append(numbers[at])
                records.append(cells)
                at = reader.line_num
    except csv.Error as error:
        if '"' not in text:  # a cell of more than a hundred thousand letters
            records = [line.split(",") for line in lines[: reader.line_num - 1]]
            begun = list(numbers[: reader.line_num - 1])
        stopped = error
    kept = [
        number
        for number, cells in enumerate(records)
        if cells and not (len(cells) == 1 and not cells[0].strip())
    ]
    if len(kept) < len(records):
        begun, records = [begun[n] for n in kept], [records[n] for n in kept]
    return begun, records, stopped


def _header(cells: Sequence[str], kind: TableKind, bad: Any) -> list[Head | None]:
    """Read the header; None stands for a column that cannot be used."""
    heads: list[Head | None] = []
    seen: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        match = _HEADER.fullmatch(cell)
        name = match["name"] if match else cell
        if not match or not name:
            bad(f"{number}", f"{quoted(cell)} is not a column name", "Write e.g. length [km].")
            heads.append(None)
            continue
        if name in seen:
            bad(quoted(name), "is given twice")
            heads.append(None)
            continue
        seen.add(name)
        heads.append(_head(name, match["unit"], kind, bad))
    for name, column in kind.columns.items():
        if column.required and name not in seen:
            unit = f" [{_unit(column)}]" if _unit(column) else ""
            bad(quoted(name), f"is missing; a column {name}{unit} is needed")
    return heads


def _head(name: str, unit: str | None, kind: TableKind, bad: Any) -> Head | None:
    """One column name with its unit."""
    if name.startswith("note"):
        return Head(name, unit, None)
    column = kind.columns.get(name)
    if column is None:
        hint = nearest(name, kind.columns) or f"Possible: {any_of(kind.columns, 40)}."
        bad(quoted(name), "there is no such column", hint)
        return None
    if column.content in WORDS:
        return Head(name, None, column)
    if unit is None:
        if column.content in ("dimensionless", "angle"):
            return Head(name, None, column, units.Conversion(1.0, 1.0))
        bad(
            quoted(name),
            f"a unit is needed: {units.needed(column.content)}",
            f"Write {name} [{_unit(column)}].",
        )
        return None
    try:
        return Head(name, unit, column, units.conversion(unit, column.content))
    except units.UnitError as error:
        bad(quoted(f"{name} [{unit}]"), error.message, error.hint)
        return None


def _unit(column: Column) -> str:
    if column.content in WORDS or column.content in ("dimensionless", "angle"):
        return ""
    examples = units.DIMENSIONS[column.content].examples
    return "h" if column.content == "time" else examples[0]


_Wrong = Mapping[int, Sequence[tuple[str, str, str]]]
"""Number of a row -> column, message and hint of each of its faults."""


def _tell_rows(
    table: Table,
    rows: Sequence[Row],
    wrong: _Wrong,
    records: Iterable[tuple[int, Sequence[str]]],
    width: int,
    faults: Faults,
) -> None:
    """Keep the rows that could be read and place every fault, in the order of the file."""
    number = 0
    for line, cells in records:
        if len(cells) == width:
            if number in wrong:
                _refuse_row(table, rows[number], wrong[number], faults)
            table.rows.append(rows[number])
            number += 1
            continue
        table.sound = table.complete = False
        faults.add(
            f"row at line {line}",
            f"has {len(cells)} cells, but the header has {width}",
            'Text that holds a comma needs quotes, e.g. "Szolnok, bridge".',
            table.file,
            line,
        )


def _read_rows(
    kind: TableKind,
    heads: Sequence[Head | None],
    lines: Sequence[int],
    records: Sequence[Sequence[str]],
) -> tuple[list[Row], _Wrong]:
    """Convert rows that have as many cells as the header, column by column."""
    columns: dict[str, list[Any]] = {}
    wrong: dict[int, list[tuple[str, str, str]]] = {}
    for head, texts in zip(heads, zip(*records, strict=True), strict=False):
        if head is None or head.column is None:
            continue
        columns[head.name], faulty = read_column(head, texts)
        label = head.name if head.unit is None else f"{head.name} [{head.unit}]"
        for row, error in faulty.items():
            context = error.context or {}
            wrong.setdefault(row, []).append((label, context["message"], context["hint"]))
    partly = {name: values for name, values in columns.items() if None in values}
    full = [name for name in columns if name not in partly]
    every = zip(*(columns[name] for name in full), strict=True) if full else repeat(())
    found = [dict(zip(full, values, strict=True)) for _, values in zip(lines, every, strict=False)]
    for name, values in partly.items():
        if values.count(None) < len(values):
            for cells, value in zip(found, values, strict=True):
                if value is not None:
                    cells[name] = value
    named = columns.get("id", columns.get("node"))
    if named is None:
        named = [None] * len(found)
    rows = [
        Row(cells, line, f"row at line {line}" if key is None else f'{kind.row} "{key}"')
        for cells, line, key in zip(found, lines, named, strict=True)
    ]
    return rows, wrong


def _refuse_row(
    table: Table, row: Row, wrong: Iterable[tuple[str, str, str]], faults: Faults
) -> None:
    """Place the faults of a row."""
    for column, message, hint in wrong:
        table.add_fault(faults, row, column, message, hint)
    row.whole = table.sound = False


def read_rows(rows: Sequence[Any], key: str, kind: TableKind, faults: Faults) -> Table:
    """Read rows given inline: keys as column names, with ``[unit]`` or with units in the values."""
    table = Table(None, key)
    if not rows:
        table.sound = False
        faults.add(key, "there are no rows")
    for number, given in enumerate(rows):
        row = Row({}, None, f"{key}[{number}]")
        if not isinstance(given, Mapping):
            faults.add(row.where, f"a table is needed, not {type_name(given)}")
            table.sound = table.complete = False
            continue
        _add_inline(table, row, given, kind, faults)
    table.columns = tuple(dict.fromkeys(name for row in table.rows for name in row.cells))
    return table


def _add_inline(
    table: Table, row: Row, given: Mapping[Any, Any], kind: TableKind, faults: Faults
) -> None:
    wrong: list[tuple[str, str, str]] = []
    seen: set[str] = set()
    for key, value in given.items():
        match = _HEADER.fullmatch(str(key))
        name = match["name"] if match else str(key)
        if value is None or name.startswith("note"):
            continue
        column = kind.columns.get(name)
        if column is not None and column.gaps and str(value) == "nan":
            continue
        if name in seen:
            wrong.append((str(key), f"{name} is given twice", ""))
            continue
        seen.add(name)
        try:
            row.cells[name] = _inline_cell(name, match["unit"] if match else None, value, kind)
        except PydanticCustomError as error:
            context = error.context or {}
            wrong.append((str(key), context["message"], context["hint"]))
    for name, column in kind.columns.items():
        if column.required and name not in seen:
            wrong.append((name, "is missing; this key is needed", ""))
    if wrong:
        _refuse_row(table, row, wrong, faults)
    table.rows.append(row)


def _inline_cell(name: str, unit: str | None, value: Any, kind: TableKind) -> float | str:
    column = kind.columns.get(name)
    if column is None:
        hint = nearest(name, kind.columns) or f"Possible: {any_of(kind.columns, 40)}."
        raise refuse("there is no such key", hint)
    if column.content == "date" and isinstance(value, datetime):
        value = value.isoformat()
    if column.content in WORDS:
        if not isinstance(value, str):
            raise refuse(f"text in quotes is needed, not {type_name(value)}")
        return read_word(column, value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refuse(f"a number is needed, not {type_name(value)}")
    bare = column.content in ("dimensionless", "angle")
    if unit is None and not (bare and not isinstance(value, str)):
        return in_range(column, read_quantity(value, column.content), value)
    try:
        conversion = units.conversion(unit or "", column.content)
        number = float(value)
    except units.UnitError as error:
        raise refuse(error.message, error.hint) from error
    except (ValueError, OverflowError):
        raise refuse(f"{quoted(value)} is not a number") from None
    return in_range(column, conversion.to_si(number), value)

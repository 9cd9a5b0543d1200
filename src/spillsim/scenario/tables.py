"""Tables of a case: CSV files or inline rows, converted to SI, every cell checked."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError

from .. import units
from .faults import Faults, any_of, nearest, quoted
from .fields import (
    check_identifier,
    check_name,
    check_range,
    read_quantity,
    refuse,
    type_name,
)
from .files import SourceFile
from .rows import Column

_HEADER = re.compile(r"\s*(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]*)\])?\s*")
_WORDS = frozenset({"id", "name", "word", "file"})


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


@dataclass(frozen=True, slots=True)
class _Head:
    """A column as the header names it."""

    name: str
    unit: str | None
    column: Column | None
    """None for a note."""
    conversion: units.Conversion | None = None


def read_csv(source: SourceFile, key: str, kind: TableKind, faults: Faults) -> Table:
    """Read a table from the text of a CSV file; faults are added, readable rows returned."""
    table = Table(source.name, key)

    def bad(where: str, line: int | None, message: str, hint: str = "") -> None:
        table.sound = False
        faults.add(where, message, hint, source.name, line)

    lines = _records(source.text)
    try:
        line, cells = next(lines)
    except StopIteration:
        bad("", None, "the file is empty", f"Columns: {any_of(kind.columns)}.")
        return table
    except csv.Error as error:
        bad("", 1, f"the header cannot be read: {error}")
        return table
    if len(cells) == 1 and any(sign in cells[0] for sign in ";\t"):
        bad("", line, "the columns are not separated by commas", "Save it with commas.")
        return table
    heads = _header(cells, kind, lambda *args: bad(f"column {args[0]}", line, *args[1:]))
    table.columns = tuple(head.name for head in heads if head and head.column)
    try:
        for line, cells in lines:
            if len(cells) != len(heads):
                bad(
                    f"row at line {line}",
                    line,
                    f"has {len(cells)} cells, but the header has {len(heads)}",
                    'Text that holds a comma needs quotes, e.g. "Szolnok, bridge".',
                )
                table.complete = False
                continue
            _add_row(table, heads, cells, line, kind, faults)
    except csv.Error as error:
        table.complete = False
        bad(f"after line {line}", line, f"the row cannot be read: {error}", "Check the quotes.")
    if not table.rows and table.sound:
        bad("", line, "there are no rows below the header")
    return table


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV text with the line each begins at; comments and blank lines left out."""
    begun: list[int] = []

    def plain() -> Iterator[str]:
        for number, line in enumerate(text.splitlines(keepends=True), start=1):
            # Inside a quoted cell a # is text, but a cell of several lines is rare enough
            # that a comment wins.
            if not line.lstrip().startswith("#"):
                begun.append(number)
                yield line

    for cells in csv.reader(plain(), strict=True, skipinitialspace=True):
        line = begun[0]
        begun.clear()
        if cells and not (len(cells) == 1 and not cells[0].strip()):
            yield line, cells


def _header(cells: Sequence[str], kind: TableKind, bad: Any) -> list[_Head | None]:
    """Read the header; None stands for a column that cannot be used."""
    heads: list[_Head | None] = []
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


def _head(name: str, unit: str | None, kind: TableKind, bad: Any) -> _Head | None:
    """One column name with its unit."""
    if name.startswith("note"):
        return _Head(name, unit, None)
    column = kind.columns.get(name)
    if column is None:
        hint = nearest(name, kind.columns) or f"Possible: {any_of(kind.columns, 40)}."
        bad(quoted(name), "there is no such column", hint)
        return None
    if column.content in _WORDS:
        return _Head(name, None, column)
    if unit is None:
        if column.content in ("dimensionless", "angle"):
            return _Head(name, None, column, units.Conversion(1.0, 1.0))
        bad(
            quoted(name),
            f"a unit is needed: {units.needed(column.content)}",
            f"Write {name} [{_unit(column)}].",
        )
        return None
    try:
        return _Head(name, unit, column, units.conversion(unit, column.content))
    except units.UnitError as error:
        bad(quoted(f"{name} [{unit}]"), error.message, error.hint)
        return None


def _unit(column: Column) -> str:
    if column.content in _WORDS or column.content in ("dimensionless", "angle"):
        return ""
    examples = units.DIMENSIONS[column.content].examples
    return "h" if column.content == "time" else examples[0]


def _add_row(
    table: Table,
    heads: Sequence[_Head | None],
    cells: Sequence[Any],
    line: int | None,
    kind: TableKind,
    faults: Faults,
) -> None:
    """Convert one row of a CSV file."""
    row = Row({}, line, f"row at line {line}")
    wrong: list[tuple[str, str, str]] = []
    for head, cell in zip(heads, cells, strict=True):
        if head is None or head.column is None:
            continue
        try:
            value = _cell(head, cell)
        except PydanticCustomError as error:
            context = error.context or {}
            label = head.name if head.unit is None else f"{head.name} [{head.unit}]"
            wrong.append((label, context["message"], context["hint"]))
        else:
            if value is not None:
                row.cells[head.name] = value
    _finish_row(table, row, wrong, kind, faults)


def _finish_row(
    table: Table,
    row: Row,
    wrong: Sequence[tuple[str, str, str]],
    kind: TableKind,
    faults: Faults,
) -> None:
    """Name the row by its id, place its faults, and keep it."""
    name = row.cells.get("id", row.cells.get("node"))
    if table.file is not None and name is not None:
        row.where = f'{kind.row} "{name}"'
    for column, message, hint in wrong:
        table.add_fault(faults, row, column, message, hint)
    row.whole = not wrong
    table.sound = table.sound and row.whole
    table.rows.append(row)


def _cell(head: _Head, cell: str) -> float | str | None:
    """Convert a cell of text; None for an empty one."""
    column, text = head.column, cell.strip()
    assert column is not None
    if not text:
        if column.required:
            raise refuse("is empty; a value is needed")
        return None
    if column.content in _WORDS:
        return _word(column, text)
    match = units.NUMBER.fullmatch(text)
    if not match:
        raise refuse(_not_a_number(text), _number_hint(text))
    assert head.conversion is not None
    return _in_range(column, head.conversion.to_si(float(text)), text)


def _word(column: Column, text: str) -> str:
    try:
        if column.content == "id":
            return check_identifier(text)
        name = check_name(text)
    except PydanticCustomError as error:
        context = error.context or {}
        raise refuse(f"{quoted(text)} {context['message']}", context["hint"]) from None
    if column.words and name not in column.words:
        raise refuse(
            f"{quoted(text)} is not one of {any_of(column.words)}", nearest(name, column.words)
        )
    return name


def _in_range(column: Column, value: float, shown: object) -> float:
    """Check the range of a value in SI."""
    if value - value != 0:  # nan or infinite
        raise refuse(f"{quoted(shown)} is not a finite number")
    if wrong := check_range(value, column.minimum, column.above):
        raise refuse(f"{shown} {wrong}")
    if column.maximum is not None and value > column.maximum:
        raise refuse(f"{shown} must be {column.maximum:g} or less")
    return value


def _not_a_number(text: str) -> str:
    if re.match(r"[+-]?(nan|inf)", text, re.IGNORECASE):
        return f"{quoted(text)} is not a finite number"
    return f"{quoted(text)} is not a number"


def _number_hint(text: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return "Write a decimal point, not a comma."
    if re.match(r"[+-]?(nan|inf)", text, re.IGNORECASE) or text in ("-", "NA", "n/a"):
        return "Leave the cell empty when the value is not known."
    if units.NUMBER.match(text):
        return "The unit stands in the header, e.g. length [km]."
    return ""


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
    _finish_row(table, row, wrong, kind, faults)


def _inline_cell(name: str, unit: str | None, value: Any, kind: TableKind) -> float | str:
    column = kind.columns.get(name)
    if column is None:
        hint = nearest(name, kind.columns) or f"Possible: {any_of(kind.columns, 40)}."
        raise refuse("there is no such key", hint)
    if column.content in _WORDS:
        if not isinstance(value, str):
            raise refuse(f"text in quotes is needed, not {type_name(value)}")
        return _word(column, value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refuse(f"a number is needed, not {type_name(value)}")
    bare = column.content in ("dimensionless", "angle")
    if unit is None and not (bare and not isinstance(value, str)):
        return _in_range(column, read_quantity(value, column.content), value)
    try:
        conversion = units.conversion(unit or "", column.content)
        number = float(value)
    except units.UnitError as error:
        raise refuse(error.message, error.hint) from error
    except (ValueError, OverflowError):
        raise refuse(f"{quoted(value)} is not a number") from None
    return _in_range(column, conversion.to_si(number), value)

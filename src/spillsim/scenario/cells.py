"""One cell of a table: text to a number in SI or to a word, or the words for a fault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import PydanticCustomError

from .. import units
from .faults import any_of, nearest, quoted
from .fields import check_identifier, check_name, check_range, refuse
from .rows import Column

WORDS = frozenset({"id", "name", "word", "file", "date"})
"""Contents of columns that hold text rather than numbers."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column as the header names it."""

    name: str
    unit: str | None
    column: Column | None
    """None for a note."""
    conversion: units.Conversion | None = None


def read_cell(head: Head, cell: str) -> float | str | None:
    """Convert a cell of text; None for an empty one."""
    column, text = head.column, cell.strip()
    assert column is not None
    if not text:
        if column.required:
            raise refuse("is empty; a value is needed")
        return None
    if column.content in WORDS:
        return read_word(column, text)
    if column.gaps and text.casefold() == "nan":
        return None
    match = units.NUMBER.fullmatch(text)
    if not match:
        raise refuse(_not_a_number(text), _number_hint(text))
    assert head.conversion is not None
    return in_range(column, head.conversion.to_si(float(text)), text)


def read_word(column: Column, text: str) -> str:
    """Check an id, a name or a word of a closed list; returned in its composed form."""
    if column.content == "date":
        return _read_date(text)
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


def _read_date(text: str) -> str:
    """Check a date with time and offset; returned as ISO 8601 writes it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise refuse(
            f"{quoted(text)} is not a date", "Write e.g. 2024-04-01T06:00+05:00."
        ) from None
    if found.utcoffset() is None:
        raise refuse(
            f"{quoted(text)} has no offset from UTC, so it is not a point in time",
            f"Write e.g. {found.isoformat(timespec='minutes')}+02:00, or with a Z for UTC.",
        )
    return found.isoformat()


def in_range(column: Column, value: float, shown: object) -> float:
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

"""Substances with their rates by reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .faults import any_of
from .reading import Reading, read_table
from .rows import REACH_RATES, ReachRates, make_rows
from .substances import Substance, SubstanceSection
from .tables import Table, TableKind

_RATES = ("decay_rate", "storage_decay_rate", "sediment")


def read_substances(
    reading: Reading, sections: Sequence[SubstanceSection | None]
) -> list[Substance | None]:
    """Read the table of rates of every substance that has one, None where something is wrong."""
    given = reading.data.get("substance")
    raw: Sequence[Any] = given if isinstance(given, list | tuple) else ()
    found: list[Substance | None] = []
    for number, section in enumerate(sections):
        item = raw[number]
        where = f"substance[{number}].rates"
        source = item.get("rates") if isinstance(item, dict) else None
        table = read_table(reading, source, where, TableKind("reach", REACH_RATES))
        rates = () if source is None else _rates(reading, table)
        found.append(None if section is None or rates is None else held(section, rates))
    return found


def _rates(reading: Reading, table: Table | None) -> tuple[ReachRates, ...] | None:
    """Rows of a table of rates; None where it has a fault."""
    if table is None:
        return None
    if not set(_RATES) & set(table.columns) and table.sound:
        where, file = (table.key, None) if table.file is None else ("", table.file)
        reading.faults.add(
            where, f"needs a column {any_of(_RATES).replace(', ', ' or ')}",
            'E.g. "reach, decay_rate [1/d]".', file,
        )  # fmt: skip
        return None
    for row in table.rows:
        if row.whole and not row.cells.keys() & set(_RATES) and table.sound:
            table.add_fault(reading.faults, row, "", "gives no rate", "Leave the row out.")
            return None
    if not table.sound:
        return None
    return make_rows(
        ReachRates, table.file or "", ((row.cells, row.line, row.where) for row in table.rows)
    )


def held(section: SubstanceSection, rates: tuple[ReachRates, ...]) -> Substance:
    """A substance as the scenario holds it; what the user left out stays unset."""
    values = {name: getattr(section, name) for name in SubstanceSection.model_fields}
    made = Substance.model_construct(section.model_fields_set, **values | {"rates": rates})
    made._file, made._line, made._where = section._file, section._line, section._where
    return made

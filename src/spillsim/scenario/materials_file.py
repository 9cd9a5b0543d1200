"""The library of materials: the one that comes along, and a user's own, by the same road."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from .. import units
from ..errors import ScenarioError
from ..tailings.materials import LIBRARY, PARTS, PROPERTIES, MaterialRow
from ..tailings.spread import Spread
from .faults import Faults, any_of, nearest, quoted
from .files import LARGEST_TABLE, SourceFile, read_source
from .rows import Column
from .tables import Row, Table, TableKind, read_csv

QUALITIES = ("read", "recalled", "given")
MATERIALS: Mapping[str, Column] = {
    "material": Column("id", required=True, help="name of the material, or `any`"),
    "part": Column("word", required=True, words=PARTS, help="what the number is of"),
    "name": Column("id", required=True, help="substance, property or size class"),
    "low": Column("dimensionless", above=0.0, help="lower end, or 5 % where typical is given"),
    "typical": Column("dimensionless", above=0.0, help="median; alone the one value there is"),
    "high": Column("dimensionless", above=0.0, help="upper end, or 95 % where typical is given"),
    "unit": Column("name", required=True, help="of the three, `1` for a plain number"),
    "share": Column("dimensionless", above=0.0, maximum=1.0, help="of the solids, for grains"),
    "quality": Column("word", required=True, words=QUALITIES, help="how sure the row is"),
    "source": Column("name", help="where the row comes from; needed where it was read"),
}
_DIMENSIONS = {
    "water": "concentration",
    "solids": "content",
    "grains": "length",
    "dry_density": "density",
    "solids_density": "density",
    "slurry_solids": "dimensionless",
    "erosion_ratio": "dimensionless",
}


@cache
def shipped_rows() -> tuple[MaterialRow, ...]:
    """Rows of the library that comes with the package."""
    faults = Faults(LIBRARY.name, {})
    rows = read_materials(read_source(LIBRARY, LIBRARY.name, LARGEST_TABLE), faults)
    if faults.found:
        raise ScenarioError(faults.all(), LIBRARY.name)
    return tuple(rows)


def read_materials(source: SourceFile, faults: Faults) -> list[MaterialRow]:
    """Read a library; faults are added, sound rows returned."""
    table = read_csv(source, "", TableKind("row", MATERIALS), faults)
    found: list[MaterialRow] = []
    seen: dict[tuple[str, str, str], int | None] = {}
    for row in table.rows:
        made = _row(table, row, faults) if row.whole else None
        if made is None:
            continue
        key = (made.material, made.part, made.name)
        if key in seen:
            table.add_fault(faults, row, "name", f"{' '.join(key)} is given twice",
                            f"It also stands in line {seen[key]}.")  # fmt: skip
        seen[key] = row.line
        found.append(made)
    return found


def _row(table: Table, row: Row, faults: Faults) -> MaterialRow | None:
    """One row in SI; None and a fault where it makes no sense."""
    cells = row.cells
    part, name = cells["part"], cells["name"]
    kind = name if part == "property" else part
    if kind not in _DIMENSIONS:
        hint = nearest(name, PROPERTIES) or f"Possible: {any_of(PROPERTIES)}."
        table.add_fault(faults, row, "name", f"there is no property {quoted(name)}", hint)
        return None
    if part == "grains" and "share" not in cells:
        table.add_fault(faults, row, "share", "is empty; grains need their share of the solids")
        return None
    if cells["quality"] == "read" and not cells.get("source"):
        table.add_fault(faults, row, "source", "is empty; what was read has a source",
                        'Write quality "recalled" where there is none.')  # fmt: skip
        return None
    unit = "" if cells["unit"] == "1" else cells["unit"]
    try:
        conversion = units.conversion(unit, _DIMENSIONS[kind])
    except units.UnitError as error:
        table.add_fault(faults, row, "unit", error.message, error.hint)
        return None
    numbers = {
        key: conversion.to_si(cells[key]) for key in ("low", "typical", "high") if key in cells
    }
    try:
        value = Spread(**numbers, quality=cells["quality"], source=cells.get("source", ""))
    except ValueError as error:
        table.add_fault(faults, row, "low", str(error))
        return None
    if kind in ("slurry_solids",) and value.most >= 1.0:
        table.add_fault(faults, row, "high", "must be below 1 (100 %)")
        return None
    return MaterialRow(cells["material"], part, name, value, cells.get("share"))

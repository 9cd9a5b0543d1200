"""A table of annual maxima, in a case or alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import Fault, ScenarioError
from .faults import Faults, clean
from .files import LARGEST_TABLE, FileFaultError, read_source
from .reading import full_column
from .rows import ANNUAL_MAXIMA
from .tables import Table, TableKind, read_csv


@dataclass(frozen=True)
class AnnualMaxima:
    """The highest discharge of every year of a record."""

    file: str
    year: tuple[int, ...]
    """(n,) as they stand in the table."""
    discharge: tuple[float, ...]
    """(n,) [m3/s]"""

    @property
    def gaps(self) -> str:
        """Which years the record leaves out, in words; nothing where it has all."""
        first, last = min(self.year), max(self.year)
        missing = sorted(set(range(first, last + 1)) - set(self.year))
        if not missing:
            return ""
        shown = ", ".join(map(str, missing[:6])) + (", ..." if len(missing) > 6 else "")
        return (
            f"the record {first} to {last} leaves out {len(missing)} of its years ({shown}); "
            "the fit takes it that they were like the others"
        )


def read_annual_maxima(path: str | os.PathLike[str]) -> AnnualMaxima:
    """Read a CSV file with the columns ``year`` and ``discharge``.

    Raises
    ------
    ScenarioError
        with every fault of the file.
    """
    given = Path(path)
    faults = Faults("", {})
    try:
        source = read_source(given, given.name, LARGEST_TABLE)
    except (FileFaultError, OSError, ValueError) as error:
        hint, line = getattr(error, "hint", ""), getattr(error, "line", None)
        raise ScenarioError(
            [Fault(given.name, "", clean(str(error)), hint, line)], clean(str(path), 200)
        ) from None
    table = read_csv(source, "", TableKind("year", ANNUAL_MAXIMA), faults)
    found = annual_maxima(table, faults)
    if found is None:
        raise ScenarioError(faults.all(), clean(str(path), 200))
    return found


def annual_maxima(table: Table, faults: Faults) -> AnnualMaxima | None:
    """Years and maxima of a table; None and faults for years that are no years or stand twice."""
    seen: dict[float, int | None] = {}
    for row in table.rows:
        year = row.cells.get("year")
        if year is None:
            continue
        if year != round(year):
            table.add_fault(faults, row, "year", f"{year:g} is not a year")
            table.sound = False
        elif year in seen:
            hint = f"It also stands in line {seen[year]}." if seen[year] else ""
            table.add_fault(faults, row, "year", f"the year {year:.0f} is given twice", hint)
            table.sound = False
        seen.setdefault(year, row.line)
    if not table.sound:
        return None
    years, discharge = (full_column(faults, table, key) for key in ("year", "discharge"))
    return AnnualMaxima(table.file or "", tuple(round(year) for year in years), discharge)

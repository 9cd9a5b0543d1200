"""``spillsim compare``: runs side by side, as they are told after a run of several regimes."""

from __future__ import annotations

import argparse
import contextlib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError
from ..results.whole import check_target, write_whole
from . import words
from .console import Console
from .table import Column, print_table

if TYPE_CHECKING:
    import xarray as xr

    from ..analysis import ComparisonRow

_UNFINISHED = ("above_at_end", "above_at_both_ends")
_MOST_TOLD = 15
"""Keys in which scenarios differ that are told one by one."""
_WAYS = {"t": 1e-3, "kg": 1.0, "g": 1e3}


def compare(arguments: argparse.Namespace, console: Console) -> int:
    """Print the table of several result files, and write it where asked for.

    Of a single file of answers the groups of members are compared.
    """
    table = table_target(arguments.csv)
    from .. import results

    with contextlib.ExitStack() as stack:
        kinds = ("run", "ensemble")
        datasets = [stack.enter_context(results.open(file, kinds)) for file in arguments.files]
        of_ensemble = [dataset.attrs.get("spillsim_kind") == "ensemble" for dataset in datasets]
        if len(datasets) < 2 and not all(of_ensemble):
            raise OutputError("at least two result files are compared.")
        if len(set(of_ensemble)) > 1:
            raise OutputError("runs and ensembles cannot be compared: give files of one kind.")
        tell = _compare_answers if all(of_ensemble) else _compare_runs
        lines = tell(console, arguments, datasets, run_labels(datasets, arguments.files))
    if table is not None:
        write_table_text(console, lines, table)
        console.labelled("wrote", str(table))
    return 0


def _compare_runs(
    console: Console, arguments: argparse.Namespace, datasets: Sequence[xr.Dataset],
    labels: Sequence[str],
) -> list[str]:  # fmt: skip
    from ..analysis import compare as rows_of
    from ..analysis.comparison import csv_lines

    rows = rows_of(datasets, labels, stations=arguments.stations)
    tell_comparison(console, rows, datasets)
    tell_differences(console, datasets, labels)
    return list(csv_lines(rows))


def _compare_answers(
    console: Console, arguments: argparse.Namespace, datasets: Sequence[xr.Dataset],
    labels: Sequence[str],
) -> list[str]:  # fmt: skip
    from ..ensembles.comparing import compare_answers, csv_lines
    from .ensemble_groups import tell_by_place

    rows = compare_answers(datasets, labels, stations=arguments.stations)
    tell_by_place(console, rows)
    if len(datasets) > 1:
        tell_differences(console, datasets, labels)
    return list(csv_lines(rows))


def tell_differences(
    console: Console, datasets: Sequence[xr.Dataset], labels: Sequence[str]
) -> None:
    """Print in which keys and files the scenarios differ, where the results tell."""
    from ..analysis.differences import differences

    found = differences(datasets)
    if found is None:
        return
    head = "differs"
    for one in found[:_MOST_TOLD]:
        by_value: dict[str, list[str]] = {}
        for value, label in zip(one.values, labels, strict=True):
            by_value.setdefault(value, []).append(label)
        told = "; ".join(f"{value} ({words.listed(own, 3)})" for value, own in by_value.items())
        console.labelled(head, f"{one.key}: {told}")
        head = ""
    if len(found) > _MOST_TOLD:
        console.labelled("", f"and {words.count(len(found) - _MOST_TOLD, 'key')} more")
    if not found:
        console.labelled(head, "nothing: the scenarios are the same")


def run_labels(datasets: Sequence[xr.Dataset], files: Sequence[str]) -> list[str]:
    """Return what tells runs apart: regime and measure, else the names of their files.

    Raises OutputError where the same file is given twice.
    """
    from ..analysis.comparison import label_of

    for names in (
        [label_of(dataset) for dataset in datasets],
        [Path(file).stem for file in files],
        [str(file) for file in files],
    ):
        if len(set(names)) == len(names):
            return names
    raise OutputError("a result file is given twice.")


def table_target(path: str | None) -> Path | None:
    """Return where a table goes, refused before anything is computed."""
    if path is None:
        return None
    if Path(path).suffix.lower() != ".csv":
        raise OutputError(f"cannot write {path}: a table's name ends in .csv.")
    return check_target(path)


def write_table(console: Console, rows: Sequence[ComparisonRow], path: Path) -> None:
    """Write the rows to a CSV file, whole or not at all."""
    from ..analysis.comparison import csv_lines

    write_table_text(console, csv_lines(rows), path)


def write_table_text(console: Console, lines: Iterable[str], path: Path) -> None:
    """Write lines to a CSV file, whole or not at all."""
    text = "".join(f"{line}\n" for line in lines)
    console.wrote(write_whole(path, lambda part: _fill(part, text)))


def _fill(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def tell_comparison(
    console: Console, rows: Sequence[ComparisonRow], datasets: Sequence[xr.Dataset]
) -> None:
    """Print a table for every border (or station) and substance, with a row for every run."""
    from ..analysis.reading import first_release

    if not rows:
        console.line("  no station or border is named: there is nothing to compare")
        console.line()
        return
    zones = list(dict.fromkeys(words.offset(first_release(dataset)) for dataset in datasets))
    zone = zones[0] if len(zones) == 1 else "local time"
    for station in dict.fromkeys(row.station for row in rows):
        here = [row for row in rows if row.station == station]
        console.line(_place(here[0]), bold=True)
        for substance in dict.fromkeys(row.substance for row in here):
            own = [row for row in here if row.substance == substance]
            for line in console.wrapped(_basis(own), console.width - 1):
                console.line(line)
            print_table(console, _columns(own, zone))
            late = [row.run for row in own if row.status in _UNFINISHED]
            if late:
                told = f"the run ends before it has passed: {'; '.join(late)}"
                for line in console.wrapped(told, console.width - 3):
                    console.line(f"  {line}")
            console.line()


def _place(row: ComparisonRow) -> str:
    flag = "⚑ " if row.kind == "border" else ""
    way = f" · {words.whole(row.distance)} km below the release" if row.distance > 0.0 else ""
    river = f" · {row.river}" if row.river and row.river not in row.station else ""
    return f"{flag}{row.station}{river}{way}"


def _basis(rows: Sequence[ComparisonRow]) -> str:
    """Return what counts as arrival and which limit the table speaks of."""
    levels = {row.arrival_threshold for row in rows}
    level = f" {words.concentration(min(levels))}" if len(levels) == 1 else ""
    found = f"{rows[0].substance} · arrives: first above{level} ({rows[0].threshold_basis})"
    limits = dict.fromkeys((row.limit, row.limit_name) for row in rows if row.limit_name)
    told = [f"{words.concentration(value)}, {name}" for value, name in limits]
    return found + (f" · limit: {' or '.join(told)}" if told else "")


def _columns(rows: Sequence[ComparisonRow], zone: str) -> list[Column]:
    unit = words.mass(max((row.load for row in rows), default=0.0)).rpartition(" ")[2]
    unit = unit if unit in _WAYS else "kg"
    columns = [
        Column("run", "", tuple(row.run for row in rows), left=True, least=24),
        Column("", "", tuple(row.title for row in rows), left=True, least=14, leaves=6),
        Column("discharge", "m³/s", tuple(words.number(row.discharge) for row in rows)),
        Column("arrives", "h", tuple(map(_arrival, rows))),
        Column("local", zone, tuple(words.moment(row.arrival) for row in rows), leaves=3),
        Column("peak", "mg/L", tuple(words.number(row.peak_concentration) for row in rows)),
        Column("at", "h", tuple(_hours(row.peak_after_release) for row in rows)),
    ]
    if any(row.limit_name for row in rows):
        over = tuple(words.whole(row.hours_over_limit) for row in rows)
        columns.append(
            Column("over limit", "h", over, leaves=5, short=Column("> limit", "h", over))
        )
    loads = tuple(f"{_more(row)}{words.number(row.load * _WAYS[unit])}" for row in rows)
    return [*columns, Column("load", unit, loads, leaves=1)]


def _more(row: ComparisonRow) -> str:
    """What leads a load of which more is to come after the end of the run."""
    return "> " if row.status in _UNFINISHED else ""


def _arrival(row: ComparisonRow) -> str:
    return "never" if row.arrival is None else _hours(row.arrival_after_release)


def _hours(value: float) -> str:
    if not math.isfinite(value):
        return words.DASH
    return words.after(value * 3600.0).removesuffix(" h")

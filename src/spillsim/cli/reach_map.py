"""``spillsim reach-map``: what a border sees of a release anywhere upstream."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from .. import scenario
from ..errors import OutputError
from ..plots.saving import figure_format
from ..results.whole import check_target, write_whole
from . import describe, words
from .console import Console
from .lean import without_optional_imports
from .progress import Progress
from .table import Column, print_table
from .targets import netcdf_target

if TYPE_CHECKING:
    from ..linear import Question, ReachMap
    from ..linear.table import Row

_MOST_ROWS = 60
"""Rows of the table on the terminal; the files hold all."""


def reach_map(arguments: argparse.Namespace, console: Console) -> int:
    """Load a case, march back from the border, write the files, then tell what was found."""
    from .. import linear

    with without_optional_imports():
        start = linear.reach_map  # loads the numerical libraries
    loaded = scenario.load(arguments.case)
    target = netcdf_target(arguments.output or f"{loaded.name}_reach_map.nc")
    figure = Path(arguments.figure or target.with_suffix(".png"))
    figure_format(figure)
    check_target(figure)
    table = _table_target(arguments.csv)
    if len({path.resolve() for path in (target, figure, table) if path}) < (3 if table else 2):
        raise OutputError("netCDF file, figure and table need different names.")
    wanted = linear.Wanted(arguments.substance, arguments.mass, arguments.threshold)
    question = linear.ask(loaded, arguments.border, wanted)
    describe.title(console, loaded.case.title, describe.scenario_path(arguments.case))
    _tell_setting(console, question)
    if not linear.compiled():
        console.line("compiling the kernel, once per machine (about 10 s)", dim=True)
    with without_optional_imports():
        with Progress(console, question.longest_way) as progress:
            found = start(question, progress)
            progress.done(found.profile["march"], found.profile["load_kernels"])
        _write(console, found, target, figure, table)
    console.line()
    _tell_rows(console, found)
    describe.tell_notices(console, found.notices)
    told = (f"{path} ({words.size(path.stat().st_size)})" for path in console.written)
    console.labelled("wrote", " · ".join(told))
    return 0


def _table_target(path: str | None) -> Path | None:
    if path is None:
        return None
    if Path(path).suffix.lower() != ".csv":
        raise OutputError(f"cannot write {path}: a table's name ends in .csv.")
    return check_target(path)


def _write(
    console: Console, found: ReachMap, target: Path, figure: Path, table: Path | None
) -> None:
    """Write netCDF file, figure and table, each whole or not at all."""
    from .. import linear, plots, results

    dataset = linear.map_dataset(found)
    console.wrote(results.write(dataset, target))
    console.wrote(plots.save(plots.reach_map(dataset), figure))
    if table is not None:
        text = "".join(f"{line}\n" for line in linear.csv_lines(found))
        console.wrote(write_whole(table, lambda part: _fill(part, text)))


def _fill(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _tell_setting(console: Console, question: Question) -> None:
    """Print border, network upstream and grid."""
    model = question.model
    place, upstream = model.place, model.ways.reaches
    rivers = dict.fromkeys(model.scenario.reaches[r].river for r in upstream)
    length = float(model.ways.share[upstream].sum())
    console.labelled(
        place.kind, f"{place.name} · {place.river} · {words.trimmed(place.discharge)} m³/s"
    )
    console.labelled(
        "upstream",
        f"{words.count(len(rivers), 'river')} ({words.listed(rivers, 5)}) · "
        f"{words.count(upstream.size, 'reach', 'reaches')} · {words.whole(length / 1e3)} km",
    )
    console.labelled(
        "grid",
        f"{words.count(model.grid.size, 'cell')}, steps of "
        f"{words.span(model.grid.time_step)} ({model.basis}) · marched back from the border",
    )


def _tell_rows(console: Console, found: ReachMap) -> None:
    """Print a row per reach, the nearest first."""
    from ..linear import table_rows

    rows = table_rows(found)
    shown = rows[:_MOST_ROWS]
    level = found.level
    arrives = f"first above {level.basis}"
    if level.threshold is not None:
        arrives = f"first above {words.concentration(level.threshold * 1e3)} ({level.basis})"
    released = words.mass(level.mass) if level.mass is not None else "1 t"
    basis = f"release of {released} at the head of each reach · {found.substance.name}"
    for line in console.wrapped(f"{basis} · arrives: {arrives}", console.width - 1):
        console.line(line)
    print_table(console, _columns(shown, with_mass=level.mass is not None))
    if len(rows) > len(shown):
        left = words.count(len(rows) - len(shown), "reach", "reaches")
        console.line(f"  and {left} further up; the netCDF file holds all")
    console.line()
    if found.resolved_from > 0.0:
        console.labelled(
            "accuracy",
            f"error {100.0 * found.model.error:.3g} % from "
            f"{words.trimmed(found.resolved_from / 1e3)} km above on, larger closer by"
            + ("" if all(row.resolved for row in shown) else " (rows with ~)"),
        )


def _columns(rows: list[Row], *, with_mass: bool) -> list[Column]:
    peaks = [row.peak if with_mass else row.peak_per_tonne for row in rows]
    return [
        Column("reach", "", tuple(row.reach if row.resolved else f"{row.reach} ~" for row in rows),
               left=True, least=12),
        Column("river", "", tuple(row.river for row in rows), left=True, least=8, leaves=3),
        Column("above", "km", tuple(words.whole(row.distance) for row in rows)),
        Column("water", "h", tuple(words.whole(row.travel_time) for row in rows), leaves=2),
        Column("arrives", "h", tuple(_hours(row.arrival) for row in rows)),
        Column("peak at", "h", tuple(words.whole(row.peak_time) for row in rows), leaves=1),
        Column("passes", "h", tuple(words.whole(row.end - row.arrival) for row in rows), leaves=5),
        Column("peak", "mg/L" if with_mass else "mg/L per t",
               tuple(words.number(peak) for peak in peaks)),
        Column("diluted in", "million m³",
               tuple(words.number(row.dilution / 1e6) for row in rows), leaves=6),
        Column("comes by", "%", tuple(_percent(row.passed) for row in rows), leaves=4),
    ]  # fmt: skip


def _hours(value: float) -> str:
    return words.whole(value) if math.isfinite(value) else "never"


def _percent(share: float) -> str:
    """Return a share of the mass; the step's error may lift a whole one a little above 100."""
    return words.number(100.0 * share)

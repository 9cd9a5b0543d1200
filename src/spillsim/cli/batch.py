"""``spillsim batch``: many cases, checked together, computed side by side, told in one table."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SpillsimError
from . import faults, words
from .compare import table_target, write_table_text
from .console import Console, fit
from .progress import Bar
from .table import Column, print_table

if TYPE_CHECKING:
    from ..analysis import ComparisonRow
    from ..batches import Batch, Done

SOME_FAILED = 1
_TOLD = 20
"""Cases that are named one by one where something is to be told of them."""
_NOT_OVER = ("above_at_end", "above_at_both_ends")


def batch(arguments: argparse.Namespace, console: Console) -> int:
    """Check all cases, compute those without a result, tell them all."""
    from ..batches.batching import Wanted, run_batch

    if arguments.workers is not None and arguments.workers < 1:
        raise SpillsimError(f"--workers = {arguments.workers}: at least one is needed.")
    table = table_target(arguments.csv)
    begun = time.monotonic()
    with _Progress(console) as progress:
        wanted = Wanted(
            Path(arguments.output), _names(arguments.regime), _names(arguments.measure),
            arguments.workers, arguments.scheduler, arguments.again, arguments.keep_going,
            progress.checked, progress,
        )  # fmt: skip
        found = run_batch(arguments.cases, wanted)
        progress.done()
    tell_batch(console, found, stations=arguments.stations)
    _tell_how(console, found, time.monotonic() - begun)
    if table is not None:
        write_table_text(console, csv_lines(found), table)
    told = [f"{words.count(len(found.files), 'result')} in {found.folder}"] if found.files else []
    told += [str(table)] if table is not None else []
    console.labelled("wrote", " · ".join(told) or "nothing")
    return exit_code(console, found, strict=arguments.strict)


def _names(given: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(name.strip() for text in given or () for name in text.split(","))


def exit_code(console: Console, found: Batch, *, strict: bool) -> int:
    """Return 1 where a case has no result, its mass is not all there, or an error was missed."""
    missed = [done for done in found.cases if done.file is not None and not done.is_exact]
    if strict and missed:
        console.complain(f"the numerical error asked for was missed in "
                         f"{words.count(len(missed), 'case')} (--strict)")  # fmt: skip
    good = all(done.is_good for done in found.cases)
    return 0 if good and not (strict and missed) else SOME_FAILED


class _Progress(Bar):
    """Cases done, rate and time left, on terminals only."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._first: float | None = None
        self._computed = 0

    def checked(self, number: int, cases: int) -> None:
        """Tell how many cases are checked."""
        if self._is_due():
            self._draw(number / cases, f"{number} of {cases} checked")

    def __call__(self, case: Done, number: int, cases: int) -> None:
        """Tell how many cases are done."""
        if case.file is not None and case.status == "computed":
            self._console.wrote(case.file)
        if self._first is None:
            self._first = time.monotonic()
        else:
            self._computed += 1
        if not self._is_due():
            return
        passed = time.monotonic() - self._first
        told = f"{number} of {cases}"
        if self._computed and passed > 0.0:
            rate = self._computed / passed
            told += (
                f" · {rate:.2g} per second · {words.clock_seconds((cases - number) / rate)} left"
            )
        room = self._console.width - 24 - len(told)
        name = fit(case.job.name, room, self._console.ellipsis).rstrip() if room > 20 else ""
        self._draw(number / cases, f"{told}  {name}")

    def done(self) -> None:
        """Take the line away."""
        self._erase()


# --- the table ------------------------------------------------------------------------------------


def rows_told(found: Batch, *, stations: bool) -> list[tuple[Done, ComparisonRow | None]]:
    """What the table has a row for: every case with its borders and substances.

    Cases without any border are told by their stations; cases without a result have one row.
    """
    rows: list[tuple[Done, ComparisonRow | None]] = []
    for done in found.cases:
        has_border = any(row.kind == "border" for row in done.rows)
        own = [row for row in done.rows if stations or not has_border or row.kind == "border"]
        rows += [(done, row) for row in own] or [(done, None)]
    return rows


def tell_batch(console: Console, found: Batch, *, stations: bool) -> None:
    """Print the table, then what is to be said of single cases."""
    rows = rows_told(found, stations=stations)
    before = [None, *(done.job.name for done, _ in rows)]
    names = tuple(done.job.name if done.job.name != last else ""
                  for (done, _), last in zip(rows, before, strict=False))  # fmt: skip
    substances = {row.substance for _, row in rows if row is not None}
    columns = [
        Column("case", "", names, left=True, least=16),
        Column("at", "", tuple(_place(row) for _, row in rows), left=True, least=14),
        Column("substance", "", tuple(row.substance if row else "" for _, row in rows), left=True,
               least=8, leaves=3 if len(substances) > 1 else 6),
        Column("arrives", "h", tuple(_arrival(row) for _, row in rows)),
        Column("peak", "mg/L", tuple(words.number(row.peak_concentration) if row else ""
                                     for _, row in rows)),
        Column("at", "h", tuple(_hours(row.peak_after_release) if row else ""
                                for _, row in rows), leaves=5),
        Column("> limit", "h", tuple(words.whole(row.hours_over_limit) if row else ""
                                     for _, row in rows), leaves=4),
        Column("load", "kg", tuple(_load(row) for _, row in rows), leaves=2),
        Column("", "", tuple(status_of(done) if name else ""
                             for (done, _), name in zip(rows, names, strict=True)), left=True),
    ]  # fmt: skip
    print_table(console, columns)
    console.line()


def status_of(done: Done) -> str:
    """What became of a case, in a word or two."""
    if done.file is None:
        return done.status
    if not done.is_closed:
        return "mass open"
    told = "kept" if done.status == "kept" else "ok"
    return told if done.is_exact else f"{told}, inexact"


def _place(row: ComparisonRow | None) -> str:
    if row is None:
        return ""
    return f"⚑ {row.station}" if row.kind == "border" else row.station


def _arrival(row: ComparisonRow | None) -> str:
    if row is None:
        return ""
    return "never" if row.arrival is None else _hours(row.arrival_after_release)


def _hours(value: float) -> str:
    if not math.isfinite(value):
        return words.DASH
    return words.after(value * 3600.0).removesuffix(" h")


def _load(row: ComparisonRow | None) -> str:
    if row is None:
        return ""
    return f"{'> ' if row.status in _NOT_OVER else ''}{words.number(row.load)}"


def _tell_how(console: Console, found: Batch, took: float) -> None:
    """Print how many there were of each kind, and why cases have no result."""
    counts = {
        "computed": "computed", "kept": "kept, already there", "faulty": "with faults",
        "failed": "failed",
    }  # fmt: skip
    told = [
        f"{number} {what}"
        for status, what in counts.items()
        if (number := sum(done.status == status for done in found.cases))
    ]
    line = f"{words.count(len(found.cases), 'case')}: {', '.join(told)}"
    console.labelled("batch", f"{line} · {words.clock_seconds(took)}")
    for name, wrong in (
        ("inexact", [done for done in found.cases if done.file and not done.is_exact]),
        ("open", [done for done in found.cases if done.file and not done.is_closed]),
    ):
        if wrong:
            what = ("the numerical error asked for was missed" if name == "inexact"
                    else "the mass balance does not close")  # fmt: skip
            console.labelled(name, f"{what}: {words.listed(d.job.name for d in wrong)}")
    unsure = [done.job.name for done in found.cases if done.job.is_uncertain]
    if unsure:
        first = next(done.job.case for done in found.cases if done.job.is_uncertain)
        console.labelled("note", f"run as written although uncertain: {words.listed(unsure)}; "
                         f"their members are run by spillsim ensemble {first}")  # fmt: skip
    if found.faults is not None:
        faults.tell_scenario(console, found.faults)
        console.complain("")
    without = [(done.job.name, done.reason) for done in found.cases if done.status == "failed"]
    for number, (name, why) in enumerate(without[:_TOLD]):
        console.complain(f"{'failed' if number == 0 else '':<10}{name}: {why}")
    if len(without) > _TOLD:
        console.complain(f"{'':<10}and {len(without) - _TOLD} more")


_HEAD = ("case", "path", "outcome", "reason", "result", "computed_in [s]")


def csv_lines(found: Batch) -> Iterator[str]:
    """The lines of a CSV table: every case, place and substance; cases without a result too."""
    from ..analysis.comparison import cell, csv_cells, csv_head

    head = csv_head()
    yield ",".join((*_HEAD, "regime", "measure", *head[2:]))
    for done in found.cases:
        job = done.job
        took = done.seconds if done.status == "computed" else ""
        own = [job.name, job.case, status_of(done), done.reason, str(done.file or ""), took,
               job.regime, job.measure]  # fmt: skip
        for row in done.rows:
            yield ",".join((*map(cell, own), *csv_cells(row)[2:]))
        if not done.rows:
            yield ",".join((*map(cell, own), *("" for _ in head[2:])))

"""``spillsim validate``: run the validation pack, tell its scores, write its page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError, SpillsimError
from ..network.faults import nearest
from ..results.whole import check_target, write_whole
from ..validation import pack, wording
from . import words
from .console import Console
from .progress import Tally
from .table import Column, print_table

if TYPE_CHECKING:
    from ..validation import Case
    from ..validation.outcome import Outcome, Result

_PAGE = "validation.html"
_HEAD = 2000
"""Letters of a file in which spillsim's own mark stands."""


def validate(arguments: argparse.Namespace, console: Console) -> int:
    """Compute the cases and return 1 where a bound is broken or a case broke off."""
    cases = chosen(pack.cases(), arguments.only)
    if arguments.list:
        _tell_cases(console, cases)
        return 0
    if arguments.jobs is not None and arguments.jobs < 1:
        raise SpillsimError("--jobs is a number of processes, one at least.")
    targets = _targets(arguments)
    outcome = compute(console, cases, arguments.jobs)
    _tell_scores(console, outcome)
    for path, text in targets:
        _write(console, path, text(outcome))
    processes = words.count(outcome.processes, "process", "processes")
    console.labelled("took", f"{words.clock_seconds(outcome.seconds)} in {processes}")
    console.labelled("result", wording.summary(outcome), bold=True)
    return 0 if outcome.holds else 1


def chosen(cases: Sequence[Case], names: Sequence[Sequence[str]] | None) -> list[Case]:
    """Return the cases that are named, in the order of the pack; all where none is.

    Raises
    ------
    SpillsimError
        There is no case of a name.
    """
    if not names:
        return list(cases)
    known = {case.name: case for case in cases}
    wanted = [part for group in names for name in group for part in name.split(",") if part]
    for name in wanted:
        if name not in known:
            hint = nearest(name, known) or "spillsim validate --list tells all names."
            raise SpillsimError(f'there is no case "{name}" in the validation pack. {hint}')
    if not wanted:
        raise SpillsimError("--only needs the name of a case: see spillsim validate --list.")
    return [case for case in cases if case.name in wanted]


def compute(console: Console, cases: Sequence[Case], processes: int | None) -> Outcome:
    """Compute cases with a bar on terminals; kernels are compiled first, each of them once."""
    from ..validation import runner, warming
    from .lean import without_optional_imports

    amount = runner.processes_for(cases, processes)
    with without_optional_imports():
        missing = warming.missing()
    if missing:
        told = "compiling the kernels, once per machine (a minute or more)"
        for line in console.wrapped(told, console.width - 1):
            console.line(line, dim=True)
    if missing and amount > 1:
        with Tally(console) as tally:
            runner.run(missing, min(amount, len(missing)), tally)
            tally.done()
    with Tally(console) as tally:
        outcome = runner.run(cases, amount, tally)
        tally.done()
    return outcome


# --- files ---------------------------------------------------------------------------------------


def _targets(arguments: argparse.Namespace) -> list[tuple[Path, Callable[[Outcome], str]]]:
    """Return what is written where, refused before anything is computed."""
    from ..validation import page, record

    found: list[tuple[Path, Callable[[Outcome], str]]]
    found = [(_target(arguments.html or _PAGE, (".html", ".htm"), page.GENERATOR), page.page)]
    if arguments.json is not None:
        found.append((_target(arguments.json, (".json",), "spillsim_validation"), record.text))
    if len({path.resolve() for path, _ in found}) < len(found):
        raise OutputError("--html and --json name the same file.")
    return found


def _target(name: str, endings: tuple[str, ...], mark: str) -> Path:
    """Return a file that may be written; one that spillsim did not write is never overwritten."""
    path = Path(name)
    if path.suffix.lower() not in endings:
        raise OutputError(f"cannot write {path}: its name must end in {endings[0]}.")
    check_target(path)
    if path.exists() and path.stat().st_size > 0:
        with path.open(encoding="utf-8", errors="replace") as stream:
            if mark not in stream.read(_HEAD):
                raise OutputError(
                    f"{path} is there already and was not written by spillsim validate: it is not "
                    f"overwritten. Give another name with --{endings[0][1:]}."
                )
    return path


def _write(console: Console, path: Path, text: str) -> None:
    def fill(partial: Path) -> None:
        partial.write_text(text, encoding="utf-8", newline="\n")

    console.wrote(write_whole(path, fill))
    console.labelled("wrote", f"{path} ({words.size(path.stat().st_size)})")


# --- words ---------------------------------------------------------------------------------------


def _tell_cases(console: Console, cases: Sequence[Case]) -> None:
    """Print names and titles, group by group; nothing is computed."""
    from ..validation.outcome import GROUP_TITLES

    for group, title in GROUP_TITLES.items():
        own = [case for case in cases if case.group == group]
        if own:
            console.line(title, bold=True)
            names = Column("--only", "", tuple(case.name for case in own), left=True)
            titles = Column("case", "", tuple(c.title for c in own), left=True, least=20)
            print_table(console, [names, titles])
            console.line()


def _tell_scores(console: Console, outcome: Outcome) -> None:
    for _, title, results in outcome.groups():
        console.line(title, bold=True)
        rows = [row for result in results for row in _rows(result)]
        scores, values, bounds, verdicts = zip(*rows, strict=True)
        columns = [
            Column("case and score", "", scores, left=True, least=40),
            Column("value", "", values),
            Column("bound", "", bounds, leaves=1),
            Column("bound is", "", verdicts, left=True),
        ]
        print_table(console, columns)
        console.line()
    for result in outcome.failed:
        console.labelled("broke off", f"{result.case.name}: {result.failure}", bold=True)
    for result in outcome.results:
        for score in result.broken:
            bound = wording.bounded(score.bound, score.unit)
            text = f"{result.case.name}: {score.name} {wording.valued(score)}, bound {bound}"
            console.labelled("BROKEN", text, bold=True)


def _rows(result: Result) -> list[tuple[str, str, str, str]]:
    """Return the name of a case, and score, value, bound and verdict for each of its scores."""
    name = result.case.name
    if result.report is None:
        return [(name, "", "", "BROKE OFF")]
    return [(name, "", "", "")] + [
        (
            f"  {score.name}", wording.valued(score), wording.bounded(score.bound, score.unit),
            wording.verdict(score),
        )
        for score in result.scores
    ]  # fmt: skip

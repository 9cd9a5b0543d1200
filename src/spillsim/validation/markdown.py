"""The outcome as blocks of Markdown, for ``docs/validation.md``."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from . import wording
from .outcome import GROUP_TITLES, Outcome, Result
from .page import LONG_TABLE


def blocks(outcome: Outcome, apart: Collection[str] = ()) -> dict[str, str]:
    """Return ``cases``, ``defaults``, a block for every group and one for each case ``apart``.

    The page gives the cases ``apart`` their headings; all others stand in the block of their
    group, so that none is ever left out.
    """
    found = {"cases": _summary(outcome), "defaults": _defaults(outcome)}
    for group in GROUP_TITLES:
        rest = [result for result in outcome.of_group(group) if result.case.name not in apart]
        found[group] = "\n\n".join(
            f"### {_text(result.case.title)}\n\n{_case(result)}" for result in rest
        )
    own = [result for result in outcome.results if result.case.name in apart]
    return found | {result.case.name: _case(result) for result in own}


def _summary(outcome: Outcome) -> str:
    rows = [
        (title, result.case.title, f"`{result.case.name}`", wording.verdict_of_case(result))
        for _, title, results in outcome.groups()
        for result in results
    ]
    return f"{wording.summary(outcome)}.\n\n" + _table(("", "case", "`--only`", "bounds"), rows)


def _case(result: Result) -> str:
    """Return one case: question, scores, where it fails, tables, assumptions, sources."""
    case, report = result.case, result.report
    parts = [f"*{_text(case.question)}* (`spillsim validate --only {case.name}`)"]
    if report is None:
        parts.append(f"**The case broke off:** {_text(result.failure)}")
    else:
        rows = [
            (
                score.name, wording.valued(score), wording.bounded(score.bound, score.unit),
                wording.verdict(score),
                "; ".join(filter(None, (score.note, score.bound.reason if score.bound else ""))),
            )
            for score in report.scores
        ]  # fmt: skip
        if rows:
            parts.append(_table(("score", "value", "bound", "bound is", "why"), rows))
        parts += [_listed("Where it fails, and what the numbers do not say", report.remarks)]
        for table in report.tables:
            cells = [[wording.cell(value) for value in row] for row in table.rows]
            parts.append(_titled(table.title, _table(table.header, cells), len(cells)))
    parts.append(_listed("Assumptions", case.assumptions))
    parts.append(_listed("Sources", [f"{s.text} ({s.licence})" for s in case.sources]))
    return "\n\n".join(filter(None, parts))


def _defaults(outcome: Outcome) -> str:
    rows = [
        (result.case.title, "; ".join(result.case.used_for))
        for result in outcome.results
        if result.case.used_for
    ]
    if not rows:
        return "No default was chosen with the data of any of these cases in view."
    return _table(("data of", "default chosen with them in view"), rows)


def _listed(title: str, texts: Sequence[str]) -> str:
    items = "\n".join(f"- {_text(text)}" for text in texts)
    return f"{title}:\n\n{items}" if items else ""


def _titled(title: str, table: str, rows: int) -> str:
    """Return a table below its title; a long one is folded up."""
    if rows > LONG_TABLE:
        summary = f"<summary>{_text(title or 'Numbers')}: {rows} rows</summary>"
        return f"<details>{summary}\n\n{table}\n\n</details>"
    return f"{_text(title)}:\n\n{table}" if title else table


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_text(cell).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(header), "|" + "---|" * len(header), *map(line, rows)])


def _text(text: str) -> str:
    """Return text in one line that Markdown shows as it is."""
    shown = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return shown.replace("*", "\\*")

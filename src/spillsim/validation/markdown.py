"""The outcome as blocks of Markdown, for ``docs/validation.md``."""

from __future__ import annotations

from collections.abc import Sequence

from . import wording
from .outcome import GROUP_TITLES, Outcome, Result


def blocks(outcome: Outcome) -> dict[str, str]:
    """Return ``summary``, ``defaults`` and a block for every group, by name."""
    found = {"summary": _summary(outcome), "defaults": _defaults(outcome)}
    for group in GROUP_TITLES:
        found[group] = "\n\n".join(_case(result) for result in outcome.of_group(group))
    return found


def _summary(outcome: Outcome) -> str:
    rows = [
        (title, f"[{result.case.title}](#{_anchor(result)})", wording.verdict_of_case(result))
        for _, title, results in outcome.groups()
        for result in results
    ]
    return f"{wording.summary(outcome)}.\n\n" + _table(("group", "case", "bounds"), rows)


def _anchor(result: Result) -> str:
    return "".join(
        c for c in result.case.title.lower().replace(" ", "-") if c.isalnum() or c in "-_"
    )


def _case(result: Result) -> str:
    """Return one case: question, scores, where it fails, tables, assumptions, sources."""
    case, report = result.case, result.report
    parts = [f"### {_text(case.title)}", f"*{_text(case.question)}* (`--only {case.name}`)"]
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
            title = f"{_text(table.title)}:" if table.title else ""
            parts += [title, _table(table.header, cells)]
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


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_text(cell).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(header), "|" + "---|" * len(header), *map(line, rows)])


def _text(text: str) -> str:
    """Return text in one line that Markdown shows as it is."""
    shown = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return shown.replace("*", "\\*")

"""The page of the pack: one HTML file without scripts that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import figure, wording
from .case import Panel, Report, Score, Source, Table
from .figure import escaped
from .outcome import GROUP_TITLES, Outcome, Result
from .style import STYLE

GENERATOR = "spillsim validate"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
LONG_TABLE = 15
"""Rows from which a table is folded up until it is asked for."""
_INTRODUCTION = (
    "Every case asks one question of the program and answers it with scores. Below a score stands "
    "why its bound is where it is; some are aims, others guards that were set once a score was "
    "known. A score without a bound is told only, nothing is promised by it."
)


def page(outcome: Outcome) -> str:
    """Return the page; the same run gives the same text but for its last section, the times."""
    summary = wording.summary(outcome)
    verdict = "good" if outcome.holds else "bad"
    body = [
        "<header><h1>What spillsim is worth</h1>",
        f'<p class="verdict {verdict}">{escaped(summary)}.</p>',
        f"<p>{escaped(_INTRODUCTION)}</p>",
        f"<p>Computed by {escaped(_versions(outcome))}.</p></header>",
        "<main>",
        _overview(outcome),
        *(_group(name, results) for name, _, results in outcome.groups()),
        _defaults(outcome),
        _times(outcome),
        "</main>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="generator" content="{GENERATOR}">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>spillsim validation: {escaped(summary)}</title><style>{STYLE}</style></head>\n"
        "<body>" + "\n".join(filter(None, body)) + "\n</body></html>\n"
    )


def _versions(outcome: Outcome) -> str:
    return " · ".join(f"{name} {number}" for name, number in outcome.versions.items())


def _overview(outcome: Outcome) -> str:
    """Return the table of all cases, with links."""
    rows = []
    whole = 2 if outcome.holds else 3
    for _, title, results in outcome.groups():
        rows.append(
            f'<tr><th scope="colgroup" colspan="{whole}" class="group">{escaped(title)}</th></tr>'
        )
        for result in results:
            kind = "" if result.holds else ' class="bad"'
            broken = ", ".join(score.name for score in result.broken) or result.failure
            last = "" if outcome.holds else f"<td>{escaped(broken)}</td>"
            rows.append(
                f'<tr{kind}><th scope="row"><a href="#{_anchor(result)}">'
                f"{escaped(result.case.title)}</a></th>"
                f"<td>{escaped(wording.verdict_of_case(result))}</td>{last}</tr>"
            )
    last = "" if outcome.holds else '<th scope="col">broken</th>'
    return (
        '<section aria-labelledby="overview"><h2 id="overview">All cases</h2>'
        + _scrolled(
            "All cases",
            '<table><thead><tr><th scope="col">case</th><th scope="col">bounds</th>'
            f"{last}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
        )
        + "</section>"
    )


def _group(name: str, results: Sequence[Result]) -> str:
    articles = "\n".join(_article(result) for result in results)
    return (
        f'<section aria-labelledby="group-{name}"><h2 id="group-{name}">'
        f"{escaped(GROUP_TITLES[name])}</h2>\n{articles}</section>"
    )


def _article(result: Result) -> str:
    """Return one case with all it has to tell."""
    case, anchor = result.case, _anchor(result)
    state = "good" if result.holds else "bad"
    verdict = f'<span class="verdict {state}">{escaped(wording.verdict_of_case(result))}</span>'
    parts = [
        f'<article aria-labelledby="{anchor}"><h3 id="{anchor}">{escaped(case.title)}</h3>',
        f'<p class="question">{escaped(case.question)}</p>',
        f"<p>{verdict} <code>spillsim validate --only {escaped(case.name)}</code></p>",
    ]
    if result.report is None:
        parts.append(f'<p class="bad">The case broke off: {escaped(result.failure)}</p>')
    else:
        parts += _answer(result.report, anchor)
    parts += [
        _listed("Assumptions", case.assumptions),
        _listed("Defaults chosen with these data in view", case.used_for),
        _sources(case.sources),
        "</article>",
    ]
    return "".join(parts)


def _answer(report: Report, anchor: str) -> list[str]:
    panels = "".join(
        _figure(panel, f"{anchor}-{number}") for number, panel in enumerate(report.panels)
    )
    return [
        _scores(report.scores),
        _listed("Where it fails, and what the numbers do not say", report.remarks),
        f'<div class="panels">{panels}</div>' if panels else "",
        *(_table(table) for table in report.tables),
    ]


def _figure(panel: Panel, identifier: str) -> str:
    drawing = figure.legend(panel) + figure.drawing(panel, identifier)
    return f"<figure><figcaption>{escaped(panel.title)}</figcaption>{drawing}</figure>"


def _scores(scores: Sequence[Score]) -> str:
    if not scores:
        return "<p>The case has no scores.</p>"
    rows = "".join(_score(score) for score in scores)
    head = "".join(
        f'<th scope="col"{kind}>{name}</th>'
        for name, kind in (
            ("score", ""), ("value", ' class="n"'), ("bound", ' class="n"'), ("bound is", ""),
        )
    )  # fmt: skip
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return "<h4>Scores</h4>" + _scrolled("Scores", body)


def _score(score: Score) -> str:
    """Return the row of a score; the reason of its bound and its note stand below its name."""
    told = [
        score.note,
        f"bound: {score.bound.reason}" if score.bound and score.bound.reason else "",
    ]
    notes = "".join(f"<small>{escaped(text)}</small>" for text in told if text)
    verdict = wording.verdict(score)
    kind = {wording.KEPT: "good", wording.BROKEN: "bad"}.get(verdict, "told")
    return (
        f'<tr><th scope="row">{escaped(score.name)}{notes}</th>'
        f'<td class="n">{escaped(wording.valued(score))}</td>'
        f'<td class="n">{escaped(wording.bounded(score.bound, score.unit))}</td>'
        f'<td class="{kind}">{verdict}</td></tr>'
    )


def _table(table: Table) -> str:
    numeric = [
        bool(table.rows) and all(not isinstance(row[column], str) for row in table.rows)
        for column in range(len(table.header))
    ]
    kinds = [' class="n"' if number else "" for number in numeric]
    head = "".join(
        f'<th scope="col"{kind}>{escaped(text)}</th>'
        for text, kind in zip(table.header, kinds, strict=True)
    )
    rows = []
    for row in table.rows:
        cells = [escaped(wording.cell(value)) for value in row]
        first = f'<th scope="row"{kinds[0]}>{cells[0]}</th>'
        rest = "".join(
            f"<td{kind}>{text}</td>" for text, kind in zip(cells[1:], kinds[1:], strict=True)
        )
        rows.append(f"<tr>{first}{rest}</tr>")
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    shown = _scrolled(table.title or "Numbers", body)
    if len(rows) > LONG_TABLE:
        summary = f"{table.title or 'Numbers'}: {len(rows)} rows"
        return f"<details><summary>{escaped(summary)}</summary>{shown}</details>"
    return (f"<h4>{escaped(table.title)}</h4>" if table.title else "") + shown


def _scrolled(label: str, table: str) -> str:
    """Return a table that scrolls by itself where the screen is narrow, also by keyboard."""
    return (
        f'<div class="wide" role="region" aria-label="{escaped(label)}" tabindex="0">{table}</div>'
    )


def _listed(title: str, texts: Iterable[str]) -> str:
    items = "".join(f"<li>{escaped(text)}</li>" for text in texts)
    return f"<h4>{escaped(title)}</h4><ul>{items}</ul>" if items else ""


def _sources(sources: Sequence[Source]) -> str:
    items = "".join(
        f"<li>{escaped(source.text)} <small>licence: {escaped(source.licence)}</small></li>"
        for source in sources
    )
    return f"<h4>Sources</h4><ul>{items}</ul>" if items else ""


def _defaults(outcome: Outcome) -> str:
    """Return which data were used to choose which default."""
    rows = [
        f'<tr><th scope="row"><a href="#{_anchor(result)}">{escaped(result.case.title)}</a></th>'
        f"<td>{escaped('; '.join(result.case.used_for))}</td></tr>"
        for result in outcome.results
        if result.case.used_for
    ]
    told = "<p>No default was chosen with the data of any of these cases in view.</p>"
    if rows:
        body = (
            '<table><thead><tr><th scope="col">data of</th><th scope="col">default</th></tr>'
            f"</thead><tbody>{''.join(rows)}</tbody></table>"
        )
        told = "<p>All other cases are independent of the defaults.</p>" + _scrolled(
            "Which data were used to choose which default", body
        )
    return (
        '<section aria-labelledby="defaults"><h2 id="defaults">Which data were used to choose '
        f"which default</h2>{told}</section>"
    )


def _times(outcome: Outcome) -> str:
    """Return how long it took: the only part that differs between two runs of the same."""
    rows = "".join(
        f'<tr><th scope="row">{escaped(result.case.name)}</th>'
        f'<td class="n">{result.seconds:.1f} s</td></tr>'
        for result in outcome.results
    )
    amount = outcome.processes
    processes = "one process" if amount == 1 else f"{amount} processes"
    body = (
        '<table><thead><tr><th scope="col">case</th><th scope="col" class="n">took</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )
    return (
        '<section aria-labelledby="times"><h2 id="times">Times of this run</h2>'
        f"<p>{outcome.seconds:.1f} s in {processes}.</p>{_scrolled('Times', body)}</section>"
    )


def _anchor(result: Result) -> str:
    return f"case-{escaped(result.case.name)}"

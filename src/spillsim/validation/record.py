"""The outcome as JSON, for programs."""

from __future__ import annotations

import json
import math
from typing import Any

from .case import Bound, Score, Table
from .outcome import Outcome, Result

VERSION = 1
"""Raised when a key changes its meaning or goes; new keys may come at any time."""


def record(outcome: Outcome) -> dict[str, Any]:
    """Return scores, bounds, sources and tables of all cases; null where a number is not finite."""
    return {
        "spillsim_validation": VERSION,
        "holds": outcome.holds,
        "bounds": outcome.bounds,
        "broken": outcome.broken,
        "failed": [result.case.name for result in outcome.failed],
        "versions": dict(outcome.versions),
        "seconds": round(outcome.seconds, 2),
        "processes": outcome.processes,
        "cases": [_case(result) for result in outcome.results],
    }


def text(outcome: Outcome) -> str:
    """Return the record as text."""
    return json.dumps(record(outcome), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _case(result: Result) -> dict[str, Any]:
    case, report = result.case, result.report
    return {
        "name": case.name,
        "group": case.group,
        "title": case.title,
        "question": case.question,
        "holds": result.holds,
        "failure": result.failure or None,
        "seconds": round(result.seconds, 2),
        "scores": [_score(score) for score in result.scores],
        "tables": [_table(table) for table in report.tables] if report is not None else [],
        "remarks": list(report.remarks) if report is not None else [],
        "assumptions": list(case.assumptions),
        "used_for": list(case.used_for),
        "sources": [{"text": source.text, "licence": source.licence} for source in case.sources],
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "name": score.name,
        "value": _finite(score.value),
        "unit": score.unit,
        "bound": _bound(score.bound),
        "holds": bool(score.holds) if score.bound is not None else None,
        "note": score.note,
    }


def _bound(bound: Bound | None) -> dict[str, Any] | None:
    if bound is None:
        return None
    return {"low": _finite(bound.low), "high": _finite(bound.high), "reason": bound.reason}


def _table(table: Table) -> dict[str, Any]:
    rows = [[c if isinstance(c, str) else _finite(c) for c in row] for row in table.rows]
    return {"title": table.title, "header": list(table.header), "rows": rows}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

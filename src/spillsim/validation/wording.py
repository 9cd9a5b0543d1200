"""Numbers, bounds and verdicts as they are told, alike on the terminal and on every page."""

from __future__ import annotations

import math

from .case import Bound, Score
from .outcome import Outcome, Result

KEPT, BROKEN, TOLD = "kept", "BROKEN", "told only"
"""Verdicts on a score."""


def number(value: float, digits: int = 3) -> str:
    """Return a value with so many significant digits; zeros at the end are significant."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else "−infinite"
    if value == 0.0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if not -4 <= exponent < 7:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        exact = float(f"{mantissa}e{power}") == value
        return (_trimmed(mantissa) if exact else mantissa).replace("-", "−") + f"e{int(power)}"
    text = f"{value:,.{max(0, digits - 1 - exponent)}f}"
    exact = float(text.replace(",", "")) == value
    return (_trimmed(text) if exact else text).replace("-", "−")


def cell(value: str | float) -> str:
    """Return what stands in a cell of a table."""
    return value if isinstance(value, str) else number(float(value))


def valued(score: Score) -> str:
    """Return the value of a score with its unit."""
    return with_unit(number(score.value), score.unit)


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit, if it has one."""
    return f"{text} {unit}" if unit not in ("", "-", "1") else text


def bounded(bound: Bound | None, unit: str = "") -> str:
    """Return a bound as ``"at most 2 %"``; a dash where there is none."""
    if bound is None:
        return "–"
    low, high = math.isfinite(bound.low), math.isfinite(bound.high)
    if low and high:
        if bound.low == bound.high:
            return with_unit(f"{number(bound.low)} exactly", unit)
        return with_unit(f"{number(bound.low)} to {number(bound.high)}", unit)
    if low:
        return with_unit(f"≥ {number(bound.low)}", unit)
    return with_unit(f"≤ {number(bound.high)}", unit) if high else "any number"


def verdict(score: Score) -> str:
    """Return whether a score keeps its bound, in words."""
    if score.bound is None:
        return TOLD
    return KEPT if score.holds else BROKEN


def verdict_of_case(result: Result) -> str:
    """Return ``"5 of 6 bounds kept"``, or that the case broke off."""
    if result.report is None:
        return "BROKE OFF"
    amount = len(result.bounds)
    if amount == 0:
        return "no bounds"
    kept = f"{amount - len(result.broken)} of {amount}"
    return f"{kept} {'bound' if amount == 1 else 'bounds'} kept"


def summary(outcome: Outcome) -> str:
    """Return how many bounds are kept and how many cases broke off, in a sentence."""
    amount = len(outcome.results)
    text = f"{amount} {'case' if amount == 1 else 'cases'}: "
    text += f"{outcome.bounds - outcome.broken} of {outcome.bounds} bounds kept"
    if outcome.broken:
        text += f", {outcome.broken} BROKEN"
    if outcome.failed:
        amount = len(outcome.failed)
        text += f"; {amount} {'case' if amount == 1 else 'cases'} BROKE OFF"
    return text


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text

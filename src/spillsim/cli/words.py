"""Numbers and times as people write them; a number never stands without its unit."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DASH = "–"
"""What stands where there is nothing to tell."""


def number(value: float, digits: int = 3) -> str:
    """Return a value with so many significant digits, without exponent where that is short."""
    if not math.isfinite(value):
        return DASH
    if value == 0.0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if exponent < -4 or exponent > 9:
        return f"{value:.{digits - 1}e}".replace("e-0", "e-").replace("e+0", "e")
    rounded = round(value, digits - 1 - exponent)
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{places}f}"


def trimmed(value: float) -> str:
    """Return a value with at most three significant digits and no needless zeros."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def whole(value: float) -> str:
    """Return a value of some hundred or thousand: ``"1,043"``; below ten with one decimal."""
    if not math.isfinite(value):
        return DASH
    return f"{value:,.0f}" if abs(value) >= 9.95 or value == 0.0 else f"{value:.1f}"


def count(amount: int, singular: str, plural: str = "") -> str:
    """Return ``"1 reach"`` or ``"61 reaches"``."""
    return f"{amount:,} {singular if amount == 1 else plural or singular + 's'}"


def mass(kilograms: float) -> str:
    """Return a mass in g, kg or t."""
    size = abs(kilograms)
    if not math.isfinite(kilograms):
        return DASH
    if size >= 1000.0:
        return f"{trimmed(kilograms / 1000.0)} t"
    if size >= 1.0 or size == 0.0:
        return f"{trimmed(kilograms)} kg"
    return f"{trimmed(kilograms * 1000.0)} g"


def grain_size(metres: float) -> str:
    """Return the diameter of a grain in µm or mm."""
    if metres < 1e-3:
        return f"{trimmed(metres * 1e6)} µm"
    return f"{trimmed(metres * 1e3)} mm"


def volume(cubic_metres: float) -> str:
    """Return a volume of water in m3, millions of m3 or km3."""
    size = abs(cubic_metres)
    if size >= 1e9:
        return f"{trimmed(cubic_metres / 1e9)} km³"
    if size >= 1e6:
        return f"{trimmed(cubic_metres / 1e6)} million m³"
    return f"{trimmed(cubic_metres)} m³"


def concentration(mg_per_litre: float) -> str:
    """Return a concentration in mg/L."""
    return f"{trimmed(mg_per_litre)} mg/L"


def span(seconds: float) -> str:
    """Return a span of time in the unit that suits it: ``"15 min"``, ``"25 d"``."""
    if not math.isfinite(seconds):
        return DASH
    for name, length in (("d", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2.0 * length or (seconds >= length and seconds % length == 0.0):
            return f"{_short(seconds / length)} {name}"
    return f"{_short(seconds)} s"


def clock_seconds(seconds: float) -> str:
    """Return how long the machine took: ``"0.02 s"``."""
    return f"{seconds:.2f} s" if seconds < 10.0 else f"{seconds:,.0f} s"


def after(seconds: float) -> str:
    """Return a time relative to the release: ``"+41 h"``."""
    if not math.isfinite(seconds):
        return DASH
    hours = seconds / 3600.0
    sign = "+" if hours >= 0 else "-"
    return f"{sign}{_short(abs(hours))} h"


def moment(when: dt.datetime | None) -> str:
    """Return a local time to the minute: ``"1 Feb 20:40"``."""
    if when is None:
        return DASH
    rounded = when + dt.timedelta(seconds=30)
    return f"{rounded.day} {_MONTHS[rounded.month - 1]} {rounded.hour:02d}:{rounded.minute:02d}"


def offset(when: dt.datetime) -> str:
    """Return the offset of a local time: ``"UTC+02:00"``."""
    shift = when.utcoffset() or dt.timedelta(0)
    minutes = round(shift.total_seconds() / 60.0)
    sign = "+" if minutes >= 0 else "-"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def size(amount: float) -> str:
    """Return an amount of bytes: ``"1.2 MB"``."""
    for name, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if amount >= length:
            return f"{_short(amount / length)} {name}"
    return f"{amount:.0f} bytes"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return ``"a, b, c and 4 more"``."""
    every = list(names)
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def _short(value: float) -> str:
    """Return two significant digits below ten, whole numbers above."""
    if value >= 99.5 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if value >= 0.95 else f"{value:.2g}"

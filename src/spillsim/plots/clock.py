"""Time axes: the local clock below, time since the release above."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from .style import BODY, INK, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_STEPS = (1 / 24, 2 / 24, 3 / 24, 6 / 24, 0.5, 1, 2, 3, 5, 7, 10, 14, 28, 56, 91, 182, 364)
"""Distances of ticks that people find round [d]."""
_MINUTES = (5 / 1440, 10 / 1440, 15 / 1440, 30 / 1440)


def _step(length: float, most: int) -> float:
    """Return the shortest round step that gives at most so many ticks [d]."""
    for step in (*_MINUTES, *_STEPS):
        if length / step <= most:
            return step
    return length / most


def label(release: dt.datetime) -> str:
    """Return the label of the clock axis: offset from UTC and the day of the release."""
    shift = release.utcoffset() or dt.timedelta(0)
    minutes = round(shift.total_seconds() / 60.0)
    sign = "+" if minutes >= 0 else "−"
    zone = f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    day = f"{release.day} {_MONTHS[release.month - 1]} {release.year}"
    return f"Local clock ({zone}), release on {day} {release:%H:%M}"


def set_clock(axes: Axes, release: dt.datetime, most: int) -> None:
    """Put ticks of the local clock on a time axis that counts days since the release."""
    first, last = axes.get_xlim()
    step = _step(last - first, most)
    midnight = release.replace(hour=0, minute=0, second=0, microsecond=0)
    shift = (release - midnight).total_seconds() / 86_400.0
    number = math.ceil((first + shift) / step - 1e-9)
    places: list[float] = []
    words: list[str] = []
    while number * step - shift <= last + 1e-9:
        when = midnight + dt.timedelta(seconds=round(number * step * 86_400.0))
        places.append(number * step - shift)
        words.append(_words(when, first_tick=len(words) == 0))
        number += 1
    axes.set_xticks(places, words)


def _words(when: dt.datetime, *, first_tick: bool) -> str:
    day = f"{when.day} {_MONTHS[when.month - 1]}"
    if when.hour == 0 and when.minute == 0:
        return day
    return f"{when:%H:%M}\n{day}" if first_tick else f"{when:%H:%M}"


def add_elapsed(axes: Axes, most: int, *, lifted: float = 0.0) -> list[float]:
    """Put days (or hours, for a short run) since the release above a time axis; return its ticks.

    lifted : how far above, as a share of the axes' height; lifted axes get no label
    """
    first, last = axes.get_xlim()
    hours = last - first < 3.0
    step = _step(last - first, most)
    above = axes.secondary_xaxis(1.0 + lifted)
    number = math.ceil(first / step - 1e-9)
    places = []
    while number * step <= last + 1e-9:
        places.append(number * step)
        number += 1
    above.set_xticks(places, [f"{place * (24 if hours else 1):.4g}" for place in places])
    above.tick_params(labelsize=SMALL, width=0.6, length=2.5, colors=INK)
    above.spines["top"].set_linewidth(0.6)
    if not lifted:
        unit = "h" if hours else "d"
        above.set_xlabel(f"Time since the release [{unit}]", fontsize=BODY, color=INK)
    return places

"""Scores, tables and panels of an ensemble held against what was reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .accident_members import Ensemble
from .accident_reports import HIGH, HOUR, LOW, Judged, Observation, first_above, front
from .case import Band, Curve, Panel, Score, Table

Array = NDArray[np.float64]

_FAINT = 0.01
"""Share of the band's highest value below which a panel does not begin."""
_POINTS = 200
"""Points of a curve on a panel."""
NOMINAL = "a band of 5 to 95 % should hold about 90 %; reports of one plume are not independent"
_HEADER = ("reported", "as reported", "band 5–95 %", "median", "rank in the ensemble, %", "inside")


def scores(judged: Sequence[Judged]) -> list[Score]:
    """Share inside the band, its width and the error of the median, times and values apart."""
    found: list[Score] = []
    for is_time, what in ((True, "times"), (False, "concentrations")):
        rows = [one for one in judged if one.seen.scored and one.seen.is_time == is_time]
        if not rows:
            continue
        inside = sum(one.inside for one in rows)
        note = f"{inside} of {len(rows)}; {NOMINAL}"
        found.append(Score(f"{what} inside the band", 100.0 * inside / len(rows), "%", note=note))
        # a sample on a flank tells more of the time than of the amount
        sharp = [one for one in rows if is_time or one.seen.kind != "sample"]
        if not sharp:
            continue
        width = float(np.median([one.width for one in sharp]))
        error = float(np.median([_misses(one) for one in sharp]))
        if is_time:
            found += [
                Score("times, width of the band over its median, median", 100.0 * width, "%"),
                Score("times, |error| of the median, median", 100.0 * error, "%"),
            ]
        else:
            found += [
                Score("highest values, 95 % over 5 %, median", width, "×"),
                Score("highest values, factor that the median is off, median", error, "×"),
            ]
    return found


def _misses(one: Judged) -> float:
    """|relative error| of a time; factor off, above one, of a concentration."""
    if one.seen.is_time:
        return abs(one.error)
    return max(one.error, 1.0 / one.error) if one.error > 0.0 else np.inf


def table(title: str, judged: Sequence[Judged], inputs: str = "") -> Table:
    """Every report beside its band; what is not scored says why."""
    rows: list[tuple[str | float, ...]] = []
    for one in judged:
        if one.seen.is_time:
            window = sorted({one.seen.earliest / HOUR, one.seen.latest / HOUR})
            seen = "–".join(f"{edge:.1f}" for edge in window) + " h"
            band = f"{_hours(one.quantile(LOW))}–{_hours(one.quantile(HIGH))} h"
            median = f"{_hours(one.median)} h"
        else:
            seen = f"{1e3 * one.observed:.3g} mg/L"
            band = f"{_mg(one.quantile(LOW))}–{_mg(one.quantile(HIGH))} mg/L"
            median = f"{_mg(one.median)} mg/L"
        verdict = "yes" if one.inside else "no"
        if one.never > 0.0:
            verdict += f"; never in {one.never:.0f} % of the members"
        if not one.seen.scored:
            verdict += f"; not scored: {one.seen.remark}"
        rows.append((one.seen.label, seen, band, median, round(one.rank, 1), verdict))
    return Table(title + inputs, _HEADER, rows)


def _hours(time: float) -> str:
    return f"{time / HOUR:.0f}"


def _mg(value: float) -> str:
    return f"{1e3 * value:.2g}" if value > 1e-9 else "0"


# --- panels --------------------------------------------------------------------------------------


def front_panel(title: str, ensemble: Ensemble, seen: Sequence[Observation]) -> Panel:
    """Arrival over distance: band of the members, and what was reported with its window."""
    rows = []
    for station in ensemble.stations:
        times = np.array([
            first_above(ensemble.time, curve, front(curve, draw))
            for curve, draw in zip(ensemble.at(station), ensemble.draws, strict=True)
        ])  # fmt: skip
        coming = times[np.isfinite(times)]
        shares = np.array([LOW, 50.0, HIGH]) / 100.0
        rows.append(
            np.quantile(coming, shares, method="inverted_cdf") if coming.size else [np.nan] * 3
        )
    low, middle, high = np.array(rows).T / HOUR
    order = np.argsort(ensemble.distance)
    order = order[np.isfinite(high[order])]
    x = ensemble.distance[order] / 1e3
    bands = [Band("arrival, 5–95 % of the members in which it comes", x, low[order], high[order])]
    curves = [Curve("arrival, median", x, middle[order])]
    for kinds, label in (
        (("arrival",), "arrival reported (window)"),
        (("passage_start", "passage_end"), "passage reported"),
        (("peak_time",), "highest value reported"),
    ):
        told = [one for one in seen if one.kind in kinds and one.scored]
        if told:
            at = {name: d / 1e3 for name, d in zip(ensemble.stations, ensemble.distance.tolist(),
                                                   strict=True)}  # fmt: skip
            ends = [(at[one.station], edge / HOUR) for one in told
                    for edge in sorted({one.earliest, one.latest})]  # fmt: skip
            place, hours = np.array(ends).T
            curves.append(Curve(label, place, hours, "observed"))
    return Panel(title, "distance from the release, km", "h since the release", curves, bands)


def curve_panel(ensemble: Ensemble, station: str, seen: Sequence[Observation]) -> Panel:
    """Concentration over time at a station: band of the members, one of them, what was reported.

    The band is that of each hour. No member is as flat as its upper end, so one from the middle
    stands beside it.
    """
    members = ensemble.at(station)
    low, high = np.quantile(members, [LOW / 100.0, HIGH / 100.0], axis=0)
    shown = np.flatnonzero(high >= _FAINT * high.max())
    part = slice(int(shown[0]), int(shown[-1]) + 1)
    hours = ensemble.time[part] / HOUR
    every = slice(None, None, max(1, hours.size // _POINTS))
    own = members[in_the_middle(ensemble.time, members)]
    x = hours[every]
    curves = [Curve("a member in the middle", x, 1e3 * own[part][every])]
    here = [one for one in seen if one.station == station and np.isfinite(one.value)]
    dated = [one for one in here if np.isfinite(one.time)]
    if dated:
        time, value = np.array([(one.time / HOUR, 1e3 * one.value) for one in dated]).T
        curves.append(Curve("reported", time, value, "observed"))
    for one in here:
        if not np.isfinite(one.time):
            label = f"{one.what} reported, without a time"
            curves.append(Curve(label, x[[0, -1]], np.full(2, 1e3 * one.value), "reference"))
    bands = [Band("5–95 % of the members, hour by hour", x, 1e3 * low[part][every],
                  1e3 * high[part][every])]  # fmt: skip
    return Panel(station, "h since the release", "mg/L", curves, bands)


def in_the_middle(time: Array, members: Array) -> int:
    """Which of the (M, T) curves has the time and height of its peak nearest to the medians."""
    top = members.max(axis=1)
    when = time[np.argmax(members, axis=1)]
    off = np.zeros(top.size)
    for quantity in (np.log(np.maximum(top, 1e-30)), np.log(np.maximum(when, 1.0))):
        spread = float(quantity.std())
        if spread > 0.0:
            off += ((quantity - np.median(quantity)) / spread) ** 2
    return int(np.argmin(off))

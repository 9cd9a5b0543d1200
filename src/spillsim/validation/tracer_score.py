"""How far simulated dye curves are from observed ones, over all curves together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from .case import Curve, Panel, Table
from .tracer_data import HOUR, Array, DyeCurve
from .tracer_engine import Simulated

ENOUGH = 20
"""Curves below which 5 and 95 % are the outermost ones."""


@dataclass(frozen=True)
class Pair:
    """An observed curve and a simulated one."""

    observed: DyeCurve
    simulated: Simulated


@dataclass(frozen=True)
class Errors:
    """What a simulated curve misses; nan where the observed one does not tell."""

    arrival: float
    """Simulated over observed time since the injection, minus 1 [-]."""
    peak_time: float
    """The same for the peak."""
    peak: float
    """Simulated over observed, each over the dye that came by."""
    duration: float
    """Simulated over observed, between the shares of the own peaks."""
    skill: float
    """Nash & Sutcliffe (1970): 1 - squared misfit over variance of what was observed."""
    shape: float
    """The same with the simulated curve moved to the observed peak time."""


def errors(pair: Pair) -> Errors:
    """Compare two curves, both per dye that comes by."""
    curve, simulated = pair.observed, pair.simulated
    seen, found = curve.marks, simulated.marks
    late = found.peak_time - seen.peak_time
    counts = 1.0 if curve.peak_counts else math.nan
    return Errors(
        found.arrival / seen.arrival - 1.0,
        found.peak_time / seen.peak_time - 1.0,
        counts * found.peak * seen.area / seen.peak,
        found.duration / seen.duration,
        skill(curve.density, simulated.density(curve.time)),
        skill(curve.density, simulated.density(curve.time + late)),
    )


def skill(observed: Array, simulated: Array) -> float:
    """1 - sum of (observed - simulated)^2 over sum of (observed - mean)^2."""
    spread = float(np.sum((observed - observed.mean()) ** 2))
    return 1.0 - float(np.sum((observed - simulated) ** 2)) / spread


def column(found: Sequence[Errors], name: str) -> Array:
    """(C,) one of the errors where it is known."""
    values = np.array([getattr(one, name) for one in found])
    return np.asarray(values[np.isfinite(values)])


def median_size(values: Array) -> float:
    """Median of |error| in percent."""
    return 100.0 * float(np.median(np.abs(values)))


def median_miss(ratios: Array) -> float:
    """Median of |ratio - 1| in percent."""
    return median_size(ratios - 1.0)


def aim(value: float, limit: float) -> str:
    """An aim in percent, and whether a value reaches it: for the note of a score."""
    return f"aim {limit:g} %: {'' if value <= limit else 'not '}reached"


def within(ratios: Array, factor: float) -> float:
    """Share of ratios within a factor, in percent."""
    return 100.0 * float(np.mean(np.abs(np.log(ratios)) <= math.log(factor)))


def log_rms(ratios: Array) -> float:
    """Root mean square of log10 of ratios."""
    return float(np.sqrt(np.mean(np.log10(ratios) ** 2)))


def distribution(title: str, ways: Mapping[str, Sequence[Errors]]) -> Table:
    """Median, 5 and 95 % of every error, for several ways of simulating the same curves."""
    words = {
        "arrival": "arrival, error [%]",
        "peak_time": "peak time, error [%]",
        "peak": "peak, simulated / observed",
        "duration": "duration, simulated / observed",
        "skill": "skill of the curve",
        "shape": "skill after moving to the observed peak time",
    }
    rows: list[tuple[str | float, ...]] = []
    for way, found in ways.items():
        for field in fields(Errors):
            values = column(found, field.name)
            ratio = field.name in ("peak", "duration")
            if field.name in ("arrival", "peak_time"):
                values = 100.0 * values
            low, middle, high = (float(v) for v in np.percentile(values, [5, 50, 95]))
            near = f"{within(values, 1.5):.0f} % within 1.5" if ratio else ""
            rows.append((way, words[field.name], float(values.size), low, middle, high, near))
    header = ("way", "what", "curves", "5 %", "median", "95 %", "share")
    return Table(title, header, rows)


def every_row(pairs: Sequence[Pair], found: Sequence[Errors]) -> list[tuple[str | float, ...]]:
    """Every curve with its errors, as rows."""
    return [
        (
            pair.observed.name, pair.observed.section.distance / 1000.0,
            100.0 * one.arrival, 100.0 * one.peak_time, one.peak, one.duration, one.skill,
            one.shape,
        )
        for pair, one in zip(pairs, found, strict=True)
    ]  # fmt: skip


EVERY = (
    "curve", "distance [km]", "arrival error [%]", "peak time error [%]", "peak ratio",
    "duration ratio", "skill", "skill, moved",
)  # fmt: skip


def scatter(
    title: str, what: str, ways: Mapping[str, Sequence[Pair]],
    read: Callable[[Pair], tuple[float, float]],
) -> Panel:  # fmt: skip
    """Simulated against observed, one point for every curve, both axes logarithmic.

    read : observed and simulated value of a pair
    """
    read_off = {way: np.array([read(pair) for pair in pairs]) for way, pairs in ways.items()}
    points = {way: xy[np.isfinite(xy).all(axis=1)] for way, xy in read_off.items()}
    everything = np.concatenate(list(points.values()))
    ends = np.array([float(everything.min()), float(everything.max())])
    clouds = [Curve(way, xy[:, 0], xy[:, 1], "observed") for way, xy in points.items()]
    return Panel(
        title, f"observed {what}", f"simulated {what}",
        (*clouds, Curve("equal", ends, ends, "reference")), x_log=True, y_log=True,
    )  # fmt: skip


def peak_times(pair: Pair) -> tuple[float, float]:
    """Observed and simulated time of the peak [h]."""
    return pair.observed.marks.peak_time / HOUR, pair.simulated.marks.peak_time / HOUR


def peaks(pair: Pair) -> tuple[float, float]:
    """Observed and simulated peak over the dye that came by [1/h]."""
    seen = pair.observed.marks
    if not pair.observed.peak_counts:
        return math.nan, math.nan
    return HOUR * seen.peak / seen.area, HOUR * pair.simulated.marks.peak


def cumulative(title: str, x_label: str, ways: Mapping[str, Array]) -> Panel:
    """Share of the curves whose error is at most as large."""
    lines = []
    for way, values in ways.items():
        sizes = np.sort(values)
        lines.append(Curve(way, sizes, 100.0 * (np.arange(sizes.size) + 1) / sizes.size))
    return Panel(title, x_label, "share of the curves [%]", lines)


def overview(
    shown: Mapping[str, Sequence[Pair]], found: Mapping[str, Sequence[Errors]]
) -> list[Panel]:
    """Times and heights of peaks: as points in some ways, as distributions of the error in all."""
    late = {way: 100.0 * np.abs(column(own, "peak_time")) for way, own in found.items()}
    far = {way: 100.0 * np.abs(column(own, "peak") - 1.0) for way, own in found.items()}
    return [
        scatter("Time of the peak since the injection", "peak time [h]", shown, peak_times),
        scatter("Peak over the dye that came by", "peak [1/h]", shown, peaks),
        cumulative("Error of the peak time", "|error| [%]", late),
        cumulative("Error of the peak", "|error| [%]", far),
    ]


def three_curves(pairs: Sequence[Pair], found: Sequence[Errors], way: str) -> list[Panel]:
    """Best, median and worst curve by skill."""
    order = sorted(range(len(pairs)), key=lambda i: -found[i].skill)
    chosen = (("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1]))
    panels = []
    for word, i in chosen:
        curve, (time, density) = pairs[i].observed, pairs[i].simulated.whole
        seen = density >= 1e-3 * density.max()
        title = f"{way}: {word} skill of {len(pairs)} ({found[i].skill:.2f}), {curve.name}"
        panels.append(
            Panel(
                title, "time since the injection [h]", "concentration over dye passed [1/h]",
                (
                    Curve("observed", curve.time / HOUR, HOUR * curve.density, "observed"),
                    Curve("simulated", time[seen] / HOUR, HOUR * density[seen]),
                ),
            )
        )  # fmt: skip
    return panels

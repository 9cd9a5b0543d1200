"""Dye curves foretold from what a user knows before anything is released."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations

import numpy as np

from .case import Bound, Case, Report, Score, Table
from .tracer_data import DYE, DyeCurve, Section, rules_table, tests, usable
from .tracer_engine import Stretch, curves, model_of, slug
from .tracer_score import (
    EVERY,
    Errors,
    Pair,
    aim,
    column,
    distribution,
    errors,
    every_row,
    median_size,
    overview,
    three_curves,
    within,
)

SECTIONS = "velocity of gauged sections"
CONTINUITY = "velocity from discharge, width and depth"
DISCHARGE = "discharge and distance alone"
ANOTHER = "speed from another dye test"
REACH = "speed of the reach given"
SAME_PLACE = 0.02
"""Share of the distance by which stations of two tests may differ."""


def between(upper: Section | None, lower: Section, speed: Callable[[Section], float]) -> Stretch:
    """River above a station, with the mean of the sections at its two ends.

    The first stretch has one gauged end only, the lower one.
    """
    ends = (lower,) if upper is None else (upper, lower)
    length = lower.distance - (0.0 if upper is None else upper.distance)
    width = float(np.mean([end.width for end in ends]))
    return Stretch(length, lower.discharge, float(np.mean([speed(e) for e in ends])), width)


def river(test: Sequence[DyeCurve], speed: Callable[[Section], float]) -> list[Stretch]:
    """The stretches between the stations of a test."""
    sections = [curve.section for curve in test]
    return [
        between(upper, lower, speed)
        for upper, lower in zip([None, *sections[:-1]], sections, strict=True)
    ]


def gauged(section: Section) -> float:
    """Mean velocity of the section as it was measured."""
    return section.velocity


def by_continuity(section: Section) -> float:
    """Discharge over width times depth."""
    return section.discharge / (section.width * section.depth)


def whole_rivers(stretches_of: Callable[[Sequence[DyeCurve]], list[Stretch]]) -> list[Pair]:
    """Every test as one river with all its stations."""
    found: list[Pair] = []
    for test in tests(usable()):
        simulated = curves(model_of(stretches_of(test), slug(test[0])))
        found += [Pair(curve, one) for curve, one in zip(test, simulated, strict=True)]
    return found


def _unknown_sections(test: Sequence[DyeCurve]) -> list[Stretch]:
    """Stretches of which the length and the discharge are known."""
    distance = np.array([0.0, *(curve.section.distance for curve in test)])
    return [
        Stretch(float(length), curve.section.discharge)
        for length, curve in zip(np.diff(distance), test, strict=True)
    ]


def reach_of(curve: DyeCurve, speed: float | None = None) -> Stretch:
    """All river above a station, by default at the speed at which the observed cloud came down."""
    section = curve.section
    own = section.distance / curve.mean_time if speed is None else speed
    return Stretch(section.distance, section.discharge, own, section.width)


def speed_elsewhen(curve: DyeCurve) -> float | None:
    """Speed of a cloud down to the same place at another time, brought to the discharge at hand.

    Of several tests that with the nearest discharge counts. Velocity goes with discharge to the
    power that at-a-station geometry leaves it, 1 - 0.26 - 0.40 (Leopold & Maddock 1953). None where
    there is no other test to this place.
    """
    from ..formulas.geometry import AT_A_STATION_DEPTH_EXPONENT, AT_A_STATION_WIDTH_EXPONENT

    here = curve.section
    others = [
        other
        for other in usable()
        if other.river == curve.river
        and other.test != curve.test
        and abs(other.section.distance / here.distance - 1.0) <= SAME_PLACE
    ]
    if not others:
        return None
    other = min(others, key=lambda o: abs(math.log(o.section.discharge / here.discharge)))
    power = 1.0 - AT_A_STATION_WIDTH_EXPONENT - AT_A_STATION_DEPTH_EXPONENT
    speed = other.section.distance / other.mean_time
    return float(speed * (here.discharge / other.section.discharge) ** power)


def alone(curve: DyeCurve, speed: float | None = None) -> Pair:
    """One station, with one reach above it."""
    return Pair(curve, curves(model_of([reach_of(curve, speed)], slug(curve)))[0])


@cache
def ways() -> dict[str, list[Pair]]:
    """Every usable curve in every way that there is for it."""
    speeds = [(curve, speed_elsewhen(curve)) for curve in usable()]
    return {
        SECTIONS: whole_rivers(lambda test: river(test, gauged)),
        CONTINUITY: whole_rivers(lambda test: river(test, by_continuity)),
        DISCHARGE: whole_rivers(_unknown_sections),
        ANOTHER: [alone(curve, speed) for curve, speed in speeds if speed is not None],
        REACH: [alone(curve) for curve in usable()],
    }


_GUARD = Bound(
    high=50.0,
    reason="a speed that is wrong by half is of no use: beyond it the case has broken, not the "
    "river. The aim of 5 % is told beside it",
)
_AIM_TIME = Bound(
    high=5.0,
    reason="the aim for blind curves with the velocity given; put on this way once a trial had "
    "shown 3 %",
)
_AIM_PEAK = Bound(
    low=50.0,
    reason="the aim, a factor of 1.5 for most; put on this way once a trial had shown 55 %",
)


def _scores(found: dict[str, list[Errors]]) -> list[Score]:
    """Medians of each way, the two stated bounds where the speed of the reach is given."""
    scores: list[Score] = []
    for way, bounds in (
        (SECTIONS, (_GUARD, None)),
        (CONTINUITY, (None, None)),
        (DISCHARGE, (None, None)),
        (ANOTHER, (None, None)),
        (REACH, (_AIM_TIME, _AIM_PEAK)),
    ):
        own = found[way]
        peak, duration = column(own, "peak"), column(own, "duration")
        late = median_size(column(own, "peak_time"))
        note = aim(late, 5.0)
        if way == ANOTHER:
            note += f"; {len(own)} curves at places that two tests reached"
        if way == REACH:
            note += "; the speed is that of the observed cloud: only the shape is foretold"
        scores += [
            Score(f"{way}: peak time, median of |error|",
                  late, "%", bounds[0], note),
            Score(f"{way}: arrival, median of |error|", median_size(column(own, "arrival")), "%"),
            Score(f"{way}: peak within a factor of 1.5", within(peak, 1.5), "%", bounds[1]),
            Score(f"{way}: peak, median ratio", float(np.median(peak)), ""),
            Score(f"{way}: duration, median ratio", float(np.median(duration)), ""),
            Score(f"{way}: skill, median", float(np.median(column(own, "skill"))), ""),
            Score(f"{way}: skill at the observed peak time, median",
                  float(np.median(column(own, "shape"))), ""),
        ]  # fmt: skip
    return scores


def power_of_discharge() -> float:
    """With what power of discharge the speed of clouds to one place went; median over tests.

    Only pairs whose discharges differ by a factor of 1.5 at least.
    """
    powers = []
    for first, second in combinations(usable(), 2):
        same = abs(first.section.distance / second.section.distance - 1.0) <= SAME_PLACE
        flow = math.log(first.section.discharge / second.section.discharge)
        if first.river == second.river and same and abs(flow) >= math.log(1.5):
            powers.append(math.log(second.mean_time / first.mean_time) / flow)
    return float(np.median(powers))


def _remarks(late: float) -> list[str]:
    """What the velocities are, and what the numbers do not say."""
    ratio = [
        curve.section.velocity * curve.mean_time / curve.section.distance for curve in usable()
    ]
    low, middle, high = np.percentile(ratio, [5, 50, 95])
    found = 100.0 * float(np.median([curve.recovery for curve in usable()]))
    return [
        (
            "The velocity that the source gives is discharge over area of the gauged "
            f"section. It is {middle:.2f} times the speed at which the cloud came down to it "
            f"(median; 5 to 95 %: {low:.2f} to {high:.2f}): sections are gauged where water "
            "runs, the reach has pools. This, and not the equations, is what blind times miss: "
            f"with '{REACH}' they have {late:.1f} % left."
        ),
        (
            f"With '{REACH}' the speed is taken from the observed cloud (distance over its "
            "mean time). This is no forecast of the time: it shows how well dispersion "
            "alone makes the shape, and how late a peak is when there are no dead zones."
        ),
        (
            f"'{ANOTHER}' takes velocity with discharge to the power 0.34 of at-a-station "
            "geometry. Between tests at one place the speed of the cloud went with "
            f"{power_of_discharge():.2f} (median): a reach gains more than a section, as its "
            "pools fill. The power was not changed for it."
        ),
        (
            "The peak is per dye that came by. Of all dye the median curve has found "
            f"{found:.0f} %; what is lost "
            "to bed and light, or never was where it was sampled, is not transport."
        ),
        (
            "No dead zones are assumed, as the program does by default; no published share of "
            "them that would hold for rivers unseen was at hand."
        ),
    ]


def answer() -> Report:
    """Scores of all ways over all curves that the rules leave."""
    pairs = ways()
    found = {way: [errors(pair) for pair in own] for way, own in pairs.items()}
    shown = {way: pairs[way] for way in (SECTIONS, ANOTHER, REACH)}
    return Report(
        scores=[Score("curves used", len(usable())), *_scores(found)],
        panels=[
            *overview(shown, found),
            *three_curves(pairs[REACH], found[REACH], REACH),
            *three_curves(pairs[SECTIONS], found[SECTIONS], SECTIONS),
        ],
        tables=[
            rules_table(),
            distribution("Errors over all curves", found),
            Table(f"Every curve: {SECTIONS}", EVERY, every_row(pairs[SECTIONS], found[SECTIONS])),
            Table(f"Every curve: {REACH}", EVERY, every_row(pairs[REACH], found[REACH])),
        ],
        remarks=_remarks(median_size(column(found[REACH], "peak_time"))),
    )


CASES = (
    Case(
        name="tracer_blind",
        group="tracer",
        title="Dye in rivers, foretold blind",
        question="How wrong are arrival, peak, duration and shape when only discharge, width, "
        "depth and distance are known beforehand, and the velocity is given or estimated?",
        answer=answer,
        sources=(DYE,),
        assumptions=(
            (
                "A stretch has the mean of the gauged sections at its two ends, the first one the "
                "section at its lower end; discharge is linear between stations."
            ),
            "Slope unknown: shear velocity from Manning with n = 0.035, as the program assumes.",
            "Dispersion by the default formula, no transient storage.",
            "Units (kg, ug/L, hours since the injection) are inferred from the mass balance.",
        ),
        used_for=(
            (
                "the default dispersion formula: it was chosen on tables that hold coefficients of "
                "some of these tests"
            ),
        ),
        cost=5.0,
    ),
)

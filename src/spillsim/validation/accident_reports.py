"""What was reported after an accident, and the same quantity of every member of an ensemble."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .accident_members import Ensemble
from .assumptions import Draw

Array = NDArray[np.float64]

LOW, HIGH = 5.0, 95.0
"""Per cent of the members below the band and below its upper end."""
HOUR = 3600.0
TIMES = ("arrival", "leg", "passage_start", "passage_middle", "passage_end", "peak_time", "end")
CONCENTRATIONS = ("peak_concentration", "sample", "mean_concentration")
_WORDS = {
    "arrival": "arrival",
    "leg": "the front from one to the other",
    "kill_start": "passage, first full kill",
    "kill_end": "passage, last full kill",
    "passage_start": "passage, first full kill",
    "passage_middle": "passage, middle",
    "passage_end": "passage, last full kill",
    "peak_time": "time of the highest value",
    "end": "back below the limit",
    "peak_concentration": "highest value",
    "sample": "sample",
    "mean_concentration": "mean of six hours",
}
_PASSAGE = {"kill_start": "passage_start", "kill_end": "passage_end"}
_PULSE = 6.0 * HOUR
"""Over which a mean concentration was reported."""


@dataclass(frozen=True)
class Observation:
    """One reported time or concentration."""

    station: str
    kind: str
    """One of ``TIMES`` or ``CONCENTRATIONS``."""
    earliest: float
    latest: float
    """Window of its time, as the report gives it; nan without one [s since the start]."""
    value: float
    """Concentration reported; with a time, the one that was seen then; nan without [kg/m3]."""
    scored: bool
    """False where it is shown, but nothing can follow from it."""
    remark: str = ""
    """Why it is not scored."""

    @property
    def is_time(self) -> bool:
        """True where a time is compared, false for a concentration."""
        return self.kind in TIMES

    @property
    def time(self) -> float:
        """Middle of the window [s since the start of the case]."""
        return 0.5 * (self.earliest + self.latest)

    @property
    def label(self) -> str:
        """Station and what was seen there."""
        return f"{self.station}: {self.what}"

    @property
    def what(self) -> str:
        """What was seen, in words."""
        return _WORDS[self.kind]


def read_observations(folder: Path, start: datetime) -> list[Observation]:
    """Read the rows of observed.csv that a model can be held against.

    Columns ``earliest`` and ``latest`` are the window of the time; ``scored`` says "yes" or why
    not. Of what shows a passage, the middle is added.
    """
    text = (folder / "observed.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    found: list[Observation] = []
    for row in rows:
        kind = _PASSAGE.get(row["quantity"], row["quantity"])
        if kind not in (*TIMES, *CONCENTRATIONS) or row["unit"] not in ("", "mg/L"):
            continue
        earliest, latest = (
            (datetime.fromisoformat(row[end]) - start).total_seconds() if row[end] else np.nan
            for end in ("earliest", "latest")
        )
        value = 1e-3 * float(row["value"]) if row["value"] else np.nan
        scored = row["scored"] == "yes"
        remark = "" if scored else row["scored"]
        found.append(Observation(row["station"], kind, earliest, latest, value, scored, remark))
    return found + _middles(found)


def _middles(found: Sequence[Observation]) -> list[Observation]:
    """The middle of each passage of which both ends were seen."""
    begins = {one.station: one for one in found if one.kind == "passage_start"}
    ends = {one.station: one for one in found if one.kind == "passage_end"}
    middles = []
    for station in begins.keys() & ends.keys():
        begin, end = begins[station], ends[station]
        early, late = 0.5 * (begin.earliest + end.earliest), 0.5 * (begin.latest + end.latest)
        both = begin.scored and end.scored
        middles.append(replace(begin, kind="passage_middle", earliest=early, latest=late,
                               scored=both))  # fmt: skip
    return sorted(middles, key=lambda one: one.earliest)


# --- of a curve ----------------------------------------------------------------------------------


def first_above(time: Array, curve: Array, threshold: float) -> float:
    """First time at which a curve reaches a threshold, linear between its points; inf for never."""
    above = np.flatnonzero(curve >= threshold)
    if above.size == 0:
        return np.inf
    i = int(above[0])
    if i == 0:
        return float(time[0])
    share = (threshold - curve[i - 1]) / (curve[i] - curve[i - 1])
    return float(time[i - 1] + share * (time[i] - time[i - 1]))


def last_above(time: Array, curve: Array, threshold: float) -> float:
    """Last time at which a curve reaches a threshold; inf where it never does, or still is."""
    backwards = first_above(-time[::-1], curve[::-1], threshold)
    return np.inf if not np.isfinite(backwards) or backwards == -time[-1] else -backwards


def highest_mean(time: Array, curve: Array, span: float) -> float:
    """Highest mean of a curve over any span of time."""
    step = np.diff(time)
    area = np.concatenate([[0.0], np.cumsum(0.5 * (curve[1:] + curve[:-1]) * step)])
    begin = time[time <= time[-1] - span]
    after, before = np.interp(begin + span, time, area), np.interp(begin, time, area)
    return float(np.max(after - before) / span)


def front(curve: Array, draw: Draw) -> float:
    """What a member calls arrival: a concentration, or a share of its own highest [kg/m3]."""
    if "arrival_share" in draw:
        return draw["arrival_share"] * float(curve.max())
    return draw["arrival_threshold"]


def of_curve(seen: Observation, time: Array, curve: Array, draw: Draw) -> float:
    """What a member would have reported: a time [s] or a concentration [kg/m3]."""
    given = seen.value
    if seen.kind == "arrival":
        return first_above(time, curve, given if np.isfinite(given) else front(curve, draw))
    if seen.kind == "end":
        return last_above(time, curve, given)
    if seen.kind.startswith("passage"):
        first = first_above(time, curve, draw["lethal"])
        last = last_above(time, curve, draw["lethal"])
        middle = 0.5 * (first + last)
        return {"passage_start": first, "passage_end": last}.get(seen.kind, middle)
    if seen.kind == "peak_time":
        return float(time[np.argmax(curve)])
    if seen.kind == "peak_concentration":
        return float(curve.max())
    if seen.kind == "mean_concentration":
        return highest_mean(time, curve, _PULSE)
    return float(np.interp(seen.time, time, curve))


# --- judged --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """An observation beside what the members give for it."""

    seen: Observation
    members: Array
    """(M,) what each would have reported; inf for never [s or kg/m3]."""

    @property
    def coming(self) -> Array:
        """(m,) the members in which it happens at all: only these have a time."""
        return np.asarray(self.members[np.isfinite(self.members)])

    @property
    def never(self) -> float:
        """Per cent of the members in which it does not happen."""
        return 100.0 * (1.0 - self.coming.size / self.members.size)

    @property
    def observed(self) -> float:
        """What was reported [s or kg/m3]."""
        return self.seen.time if self.seen.is_time else self.seen.value

    def quantile(self, share: float) -> float:
        """What so many per cent of the members stay below, a member's own value."""
        return float(np.quantile(self.coming, share / 100.0, method="inverted_cdf"))

    @property
    def median(self) -> float:
        """Of the members."""
        return self.quantile(50.0)

    @property
    def rank(self) -> float:
        """Per cent of all members that lie below the observation, half of those equal to it.

        A member in which it never happens counts as later.
        """
        return _rank(self.members, self.observed)

    @property
    def inside(self) -> bool:
        """True where the observation lies between 5 and 95 % of the members.

        Both of all members, those in which it never happens being later, and of those in which it
        happens: neither may be what saves it.
        """
        ranks = self.rank, _rank(self.coming, self.observed)
        return all(LOW <= rank <= HIGH for rank in ranks)

    @property
    def error(self) -> float:
        """Median over observation, less one for times [-]."""
        ratio = self.median / self.observed
        return ratio - 1.0 if self.seen.is_time else ratio

    @property
    def width(self) -> float:
        """For times the band's width over its median, for concentrations 95 % over 5 % [-]."""
        low, high = self.quantile(LOW), self.quantile(HIGH)
        if not self.seen.is_time:
            return high / low if low > 0.0 else np.inf
        return (high - low) / self.median


def _rank(members: Array, observed: float) -> float:
    below = np.mean(members < observed)
    return 100.0 * float(below + 0.5 * np.mean(members == observed))


def judge(ensemble: Ensemble, seen: Sequence[Observation]) -> list[Judged]:
    """Hold what was reported against the members, in its own order."""
    found = []
    for one in seen:
        if one.is_time and not np.isfinite(one.time):
            continue
        if one.kind == "sample" and not np.isfinite(one.time):
            continue
        curves = ensemble.at(one.station)
        members = [
            of_curve(one, ensemble.time, curve, draw)
            for curve, draw in zip(curves, ensemble.draws, strict=True)
        ]
        values = np.array(members)
        if np.isfinite(values).any():
            found.append(Judged(one, values))
    return found


def aligned(ensemble: Ensemble, seen: Sequence[Observation]) -> list[Judged]:
    """Samples as long before or after the highest value as they were: how much, without when."""
    peaks = {one.station: one.time for one in seen if one.kind == "peak_time" and one.scored}
    found = []
    for one in seen:
        if one.kind != "sample" or not one.scored or one.station not in peaks:
            continue
        after = one.time - peaks[one.station]
        members = [
            float(np.interp(ensemble.time[np.argmax(curve)] + after, ensemble.time, curve))
            for curve in ensemble.at(one.station)
        ]
        found.append(Judged(one, np.array(members)))
    return found


def legs(judged: Sequence[Judged]) -> list[Judged]:
    """Fronts from one station to the next, so that what happened above cancels.

    judged : in the order of the river; scored arrivals make the legs. Where the windows of the two
        reports leave open which was first, the leg says nothing and is left out.
    """
    arrivals = [one for one in judged if one.seen.kind == "arrival" and one.seen.scored]
    found = []
    for above, below in pairwise(arrivals):
        seen = replace(
            below.seen, kind="leg", station=f"{above.seen.station} → {below.seen.station}",
            earliest=below.seen.earliest - above.seen.latest,
            latest=below.seen.latest - above.seen.earliest, value=np.nan,
        )  # fmt: skip
        if seen.earliest <= 0.0:
            continue
        both = np.isfinite(above.members) & np.isfinite(below.members)
        took = np.full(both.size, np.inf)
        took[both] = below.members[both] - above.members[both]
        found.append(Judged(seen, took))
    return found

"""Accidents of which distance and time alone were read: one river each, velocity by Jobson (1996).

The band of the velocity is that of the regression itself: its envelope is exceeded by one per cent
of the dye studies it rests on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from . import data
from .accident_members import Change, Ensemble, change_inflows, run_ensemble
from .accident_reports import HOUR, Judged, Observation, judge, read_observations
from .accident_scores import front_panel, scores, table
from .assumptions import Assumption, Draw, draws
from .case import Case, Report, Score, Source, Table

if TYPE_CHECKING:
    from ..scenario import Scenario

MEMBERS = 120
_PASSED_BY_1 = 2.326
"""Standard normal value that one per cent lies above."""

COMMON = (
    Assumption("regression", "scatter of the velocities about Jobson's most probable one, in "
               "standard deviations", "normal", (0.0, 1.0), "-",
               "the envelope of the regression lies 2.33 of them above (exceeded by about 1 % of "
               "the data; Jobson 1996)"),
    Assumption("dispersion", "dispersion coefficients", "lognormal", (1.0, 0.4), "-",
               "scatter of the formulas on measured coefficients, 0.35-0.45 in log10"),
    Assumption("arrival_share", "what was seen as arrival, over the highest value", "log_uniform",
               (0.02, 1.0), "-", "not said: from the first trace to the peak"),
)  # fmt: skip


@dataclass(frozen=True)
class River:
    """A river with what Jobson's regression asks for."""

    name: str
    start: str
    """When the release began, with its offset."""
    reaches: Sequence[tuple[float, float, float, float]]
    """Length [km], drainage area [km2], mean annual discharge and that which joins [m3/s]."""
    stations: Sequence[tuple[str, float]]
    """Names and distances [km]."""
    assumptions: Sequence[Assumption]
    """Beside those in common: ``flow``, ``begin`` and ``duration``."""

    def scenario(self) -> Scenario:
        """The scenario in memory; width after Moody and Troutman (2002), 7.2 Q^0.5."""
        from datetime import datetime

        from ..scenario import parse

        rows, edges, total = [], [0.0], 0.0
        inflows: list[dict[str, Any]] = []
        for i, (length, area, mean, joins) in enumerate(self.reaches):
            total += joins
            width = 7.2 * math.sqrt(mean)
            rows.append({
                "id": f"r{i}", "river": self.name, "from": f"n{i}", "to": f"n{i + 1}",
                "length [km]": length, "hydraulics": "jobson_most_probable",
                "drainage_area [km2]": area, "mean_annual_discharge [m3/s]": mean,
                "width [m]": width, "depth [m]": 0.27 * mean**0.3,
            })  # fmt: skip
            inflows.append({"node": f"n{i}", "inflow [m3/s]": joins})
            edges.append(edges[-1] + length)
        stations = []
        for name, distance in self.stations:
            i = min(int(np.searchsorted(edges, distance, side="left")) - 1, len(rows) - 1)
            at = {"reach": f"r{i}", "distance": f"{distance - edges[i]!r} km"}
            stations.append({"name": name, "at": at})
        return parse({
            "spillsim": 1,
            "case": {"title": self.name, "start": datetime.fromisoformat(self.start),
                     "duration": "30 days"},
            "network": {"nodes": [{"id": f"n{i}"} for i in range(len(edges))], "reaches": rows},
            "flow": {"kind": "inflows", "table": inflows},
            "substance": [{"name": "tracer", "decay_rate": "0 1/d"}],
            "release": [{"at": {"node": "n0"}, "substance": "tracer", "kind": "constant",
                         "mass": "1 t", "start": "0 h", "duration": "6 h"}],
            "station": stations,
        })  # fmt: skip


def scatter(river: River) -> float:
    """Standard deviation of ln of the velocity, from Jobson's envelope at the first reach [-]."""
    from ..formulas import peak_velocity

    _, area, mean, discharge = river.reaches[0]
    probable, fastest = (
        float(peak_velocity(discharge, area * 1e6, mean, envelope=envelope))
        for envelope in (False, True)
    )
    return math.log(fastest / probable) / _PASSED_BY_1


def change(spread: float, base: Scenario, draw: Draw) -> Change:
    """Make the member of a draw."""
    release = base.releases[0].model_copy(
        update={"start": draw["begin"], "duration": draw["duration"]}
    )
    flow = change_inflows(base, lambda _: draw["flow"])
    scenario = base.model_copy(update={"flow": flow, "releases": (release,)})
    faster = math.exp(spread * draw["regression"])
    return Change(scenario, draw["dispersion"], velocity=faster)


RHINE = River(
    "Rhine",
    "1986-11-01T00:00:00+01:00",
    # recalled: catchments and mean flows at Basel, Maxau, Worms (with the Neckar), Mainz (Main)
    ((195.0, 36_000.0, 1050.0, 1050.0), (70.0, 50_200.0, 1250.0, 200.0),
     (65.0, 68_800.0, 1400.0, 150.0), (150.0, 98_200.0, 1600.0, 200.0)),
    (("100 km", 100.0), ("200 km", 200.0), ("300 km", 300.0), ("400 km below Basel", 400.0)),
    (
        Assumption("flow", "flow over the annual mean, all along", "lognormal", (0.8, 0.15), "-",
                   "autumn is below the mean on the upper Rhine; that of the day was not read"),
        Assumption("begin", "begin of the release", "uniform", (0.0, 6.0), "h",
                   "the night of 1 November (read); hour not", 3600.0),
        Assumption("duration", "duration of the release", "uniform", (3.0, 12.0), "h",
                   "water of the fire fighting; not read", 3600.0),
    ),
)  # fmt: skip
PARAOPEBA = River(
    "Paraopeba",
    "2019-01-25T12:00:00-02:00",
    # recalled: catchment and mean flow near Juatuba
    ((60.0, 5_700.0, 80.0, 60.0), (140.0, 7_500.0, 100.0, 10.0)),
    (("Juatuba", 57.0), ("São José da Varginha", 98.0), ("Ponte da Taquara", 176.0)),
    (
        Assumption("flow", "flow over the assumed 60 m3/s", "lognormal", (1.0, 0.2), "-",
                   "not found: a dry spell in the rainy season, assumed"),
        Assumption("begin", "begin of the release", "uniform", (0.5, 3.0), "h",
                   "day read, noon recalled, some time down the valley", 3600.0),
        Assumption("duration", "duration of the release", "uniform", (3.0, 24.0), "h",
                   "not known", 3600.0),
    ),
)  # fmt: skip


def members_of(river: River, members: int, seed: int) -> Ensemble:
    """Run the ensemble of a river."""
    time = np.arange(0.0, 25.0 * 86400.0, 1800.0)
    sample = draws((*COMMON, *river.assumptions), members, seed)
    names = [name for name, _ in river.stations]
    base = river.scenario()
    return run_ensemble(base, names, time, sample, partial(change, scatter(river)))


def _sandoz(members: int) -> tuple[Ensemble, list[Observation]]:
    ensemble = members_of(RHINE, members, 19861101)
    day = 86400.0
    seen = Observation("400 km below Basel", "arrival", 4.0 * day, 5.0 * day, math.nan, True)
    return ensemble, [seen]


def _brumadinho(members: int) -> tuple[Ensemble, list[Observation]]:
    ensemble = members_of(PARAOPEBA, members, 20190125)
    base = PARAOPEBA.scenario()
    rows = read_observations(data.case_folder("brumadinho_2019"), base.case.start)
    return ensemble, [
        one for one in rows if one.station in ensemble.stations and one.kind == "arrival"
    ]


LEFT_OUT = (
    (
        "Ajka/Kolontár 2010",
        "times of the front read, no distance; pH is not conservative, acid and gypsum were dosed",
    ),
    (
        "Elbe cyanide 2006",
        "mass and hour not known, no distance read; two reports of the border are two days apart",
    ),
    (
        "Longnan antimony 2015",
        "no front with a distance from the pond read; reservoirs closed, water dosed",
    ),
    ("Longjiang cadmium 2012", "begin of the release unknown; dosed"),
    ("Baia Borsa 2000", "days only, no distance of the places where it was seen; sediment"),
    ("Ridder 2016", "no time or value downstream"),
    ("Aznalcóllar 1998", "a mud flow; the volume itself is disputed by a factor of thirty"),
    (
        "Sandoz 1986 at Mannheim and Lobith",
        "distance recalled, not read; the date of Mannheim is inferred",
    ),
)


def answer(members: int = MEMBERS) -> Report:
    """Run both rivers and hold them against what was reported."""
    found: list[tuple[str, Ensemble, list[Observation], list[Judged]]] = []
    for name, case in (("Sandoz 1986", _sandoz), ("Brumadinho 2019", _brumadinho)):
        ensemble, seen = case(members)
        found.append((name, ensemble, seen, judge(ensemble, seen)))
    each: list[Score] = []
    for name, _, _, judged in found:
        each += [
            Score(f"{name}, {one.seen.label}, rank in the ensemble", one.rank, "%",
                  note=f"reported {one.observed / HOUR:.0f} h, median {one.median / HOUR:.0f} h")
            for one in judged if one.seen.scored
        ]  # fmt: skip
    every = [one for *_, judged in found for one in judged]
    return Report(
        [*each, *scores(every)],
        [front_panel(name, ensemble, seen) for name, ensemble, seen, _ in found],
        [
            *(table(f"{name}, {members} members", judged) for name, *_, judged in found),
            Table("Left out, and why", ("accident", "reason"), LEFT_OUT),
        ],
        REMARKS,
    )


REMARKS = (
    (
        "The turbid front of Brumadinho went at a quarter to a half of the speed of the water: "
        "grains settle and rise again. A band of the water's time is expected to be too early "
        "there; the case says by how much."
    ),
    (
        "Sandoz: the report of 400 km on 5 November and that of 5 km/h (80 h) contradict each "
        "other; the first is scored, with the whole day as its window."
    ),
)

CASES = (
    Case(
        "timing",
        "accident",
        "Sandoz 1986 and Brumadinho 2019: distance and time alone",
        "With nothing but catchment, mean flow and a guess of the day's, does the time at which "
        "the front was reported lie inside the 90 % band?",
        answer,
        (
            Source(
                "Sandoz: ebooks.iospress.nl/volumearticle/24499; Brumadinho: CPRM and Agência "
                "Brasil, addresses in scenarios/brumadinho_2019/observed.csv; velocities: Jobson "
                "1996, USGS WRIR 96-4013",
                "facts transcribed, each with its address; the report is in the public domain",
            ),
        ),
        tuple(
            f"{river.name}: {one.told}"
            for river in (RHINE, PARAOPEBA)
            for one in (*COMMON, *river.assumptions)
        ),
    ),
)

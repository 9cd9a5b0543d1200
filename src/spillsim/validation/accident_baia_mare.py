"""Baia Mare 2000: what a forecast with ranges for what was not known says of what was reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import data
from .accident_members import (
    Change,
    change_gauges,
    change_inflows,
    change_reaches,
    change_storage,
    changed_channel,
    run_ensemble,
)
from .accident_reports import HIGH, LOW, Judged, judge, read_observations
from .accident_scores import curve_panel, front_panel, scores, table
from .assumptions import (
    DEAD_ZONES,
    DISPERSION,
    EXCHANGE,
    LOWLAND_BEDS,
    Assumption,
    Draw,
    beds_of,
    common_and_own,
    draws,
)
from .case import Bound, Case, Report, Score, Source

if TYPE_CHECKING:
    from ..scenario import Reach, Scenario

MEMBERS = 150
SEED = 20000130
STATIONS = ("Lăpuș mouth", "Csenger", "Olcsvaapáti", "Vásárosnamény", "Kisköre", "Szolnok",
            "Csongrád", "Szeged", "Tiszasziget", "Titel", "RS–RO Baziaș",
            "Moldova Nouă")  # fmt: skip

WINTER_TISZA, WINTER_DANUBE = 0.8, 0.9
"""Median flow of a winter fortnight over the annual mean [-]."""
SPREAD_TISZA, SPREAD_DANUBE = 0.5, 0.33
"""Standard deviation of its natural logarithm [-]."""
CORRELATION = 0.6
ICE_N, OPEN_N = 0.048, 0.03

ASSUMPTIONS = (
    Assumption(
        "flow", "flow of all rivers together, in standard deviations", "normal", (0.0, 1.0), "-",
        "February carried 0.85-0.95 of the annual mean on the Tisza (read), which is the mean of "
        "a lognormal with median 0.8 and a spread of 0.5 in ln; the extremes at Szeged are a "
        "factor 75 apart (read), which the spread of winter fortnights must stay well within; "
        "Danube 0.9 and 0.33 (extremes a factor 16 apart, read); correlation of two rivers 0.6 "
        "assumed",
    ),
    *(
        Assumption(f"flow_{key}", f"flow of {name} by itself, in standard deviations", "normal",
                   (0.0, 1.0), "-", "as above")
        for key, name in (
            ("szamos", "Szamos, Lăpuș and Săsar"), ("upper", "the upper Tisza"),
            ("north", "Kraszna, Bodrog, Sajó, Zagyva"), ("south", "Körös and Maros"),
            ("danube", "the Danube, Sava and Morava"),
        )
    ),
    Assumption("mass", "cyanide released", "uniform", (50.0, 120.0), "t",
               "50-100 t, 100 t, 110 t, up to 120 t in the reports of the release", 1e3),
    Assumption("duration", "duration of the release", "uniform", (2.0, 26.0), "h",
               "22:00 on 30 January until some hour of the 31st (read)", 3600.0),
    Assumption("decline", "fall of the outflow, from (1 + x) to (1 - x) of its mean", "uniform",
               (0.0, 1.0), "-", "a pond that empties runs slower and slower; by how much: unknown"),
    LOWLAND_BEDS,
    Assumption("ice", "what ice does to roughness where it is assumed", "uniform", (1.0, 1.587),
               "-", "none to 2^(2/3), that of a cover as rough as the bed; the author knew that "
               "ice had been reported, not before the event but before the forecast"),
    *beds_of({"szamos": "Szamos, Lăpuș and Săsar", "tisza": "the Tisza"}),
    Assumption("width", "widths", "log_uniform", (0.75, 1.333), "-",
               "read at three places of the Tisza, assumed elsewhere"),
    Assumption("slope", "slopes", "log_uniform", (0.7, 1.43), "-",
               "high-water slopes and assumed ones stand for those of the day"),
    Assumption("length", "length of the Lăpuș and of the Szamos above the border", "uniform",
               (0.88, 1.12), "-", "10 km of 81 km, from assumed sinuosity"),
    DISPERSION, DEAD_ZONES, EXCHANGE,
    Assumption("decay", "loss of cyanide", "uniform", (0.0, 0.1), "1/d",
               "0 to 0.1 plausible in cold water, the complexes being stable", 1.0 / 86400.0),
    Assumption("arrival_threshold", "what was called arrival", "log_uniform", (0.02, 0.5), "mg/L",
               "not said; from the limit for life in water to five times the limit of 0.1 mg/L",
               1e-3),
    Assumption("lethal", "what kills all plankton", "log_uniform", (0.05, 2.0), "mg/L",
               "not said; acute effects of free cyanide begin at 0.02 mg/L", 1e-3),
)  # fmt: skip

SZAMOS = ("szamos_1", "szamos_2", "szamos_3", "lapus_1")
"""Reaches whose length was not read."""
PARTS = {
    "aurul_pond": {"szamos": 5.0}, "lapus_head": {"szamos": 14.3}, "somes_head": {"szamos": 110.9},
    "satu_mare": {"szamos": 130.2}, "tisza_head": {"upper": 210.4},
    "vasarosnameny": {"szamos": 130.2, "upper": 210.4},
    "tokaj": {"szamos": 130.2, "upper": 210.4, "north": 128.2},
    "szolnok": {"szamos": 130.2, "upper": 210.4, "north": 238.3},
    "szeged": {"szamos": 130.2, "upper": 210.4, "north": 238.3, "south": 311.6},
    "titel": {"szamos": 130.2, "upper": 210.4, "north": 238.3, "south": 341.2},
    "danube_head": {"danube": 2709.9},
    "pancevo": {"szamos": 130.2, "upper": 210.4, "north": 238.3, "south": 341.2, "danube": 4400.2},
    "iron_gate": {"szamos": 130.2, "upper": 210.4, "north": 238.3, "south": 341.2,
                  "danube": 4682.4},
}  # fmt: skip
"""Where the mean flow of each gauge comes from [m3/s]; the sums are those of gauges.csv."""
INFLOWS = {
    "kraszna_mouth": "north", "bodrog_mouth": "north", "sajo_mouth": "north",
    "zagyva_mouth": "north", "koros_mouth": "south", "maros_mouth": "south",
    "sava_mouth": "danube", "tamis_mouth": "danube", "morava_mouth": "danube",
}  # fmt: skip


def flow_factors(draw: Draw) -> dict[str, float]:
    """Flow of each group of rivers over its annual mean [-]."""
    factors = {}
    for key in ("szamos", "upper", "north", "south", "danube"):
        far = key == "danube"
        median, spread = (WINTER_DANUBE, SPREAD_DANUBE) if far else (WINTER_TISZA, SPREAD_TISZA)
        deviation = common_and_own(draw["flow"], draw[f"flow_{key}"], CORRELATION)
        factors[key] = median * float(np.exp(spread * deviation))
    return factors


def change(base: Scenario, draw: Draw) -> Change:
    """Make the member of a draw."""
    factors = flow_factors(draw)
    flow = change_gauges(
        base, lambda node, _: sum(factors[key] * q for key, q in PARTS[node].items())
    )
    flow = change_inflows(base, lambda node: factors[INFLOWS[node]], flow)
    release = base.releases[0].model_copy(
        update={"mass": draw["mass"], "duration": draw["duration"]}
    )
    substance = base.substances[0].model_copy(update={"decay_rate": draw["decay"]})
    update = {
        "flow": flow, "reaches": change_reaches(base, _reach(draw)), "releases": (release,),
        "substances": (substance,), "storage": change_storage(base, draw),
    }  # fmt: skip
    return Change(base.model_copy(update=update), draw["dispersion"], decline=draw["decline"])


def _reach(draw: Draw) -> Callable[[Reach], dict[str, float]]:
    """What a draw makes of a reach; pools of given area stay as they are."""

    def changed(reach: Reach) -> dict[str, float]:
        found: dict[str, float] = {}
        if reach.id in SZAMOS:
            found["length"] = draw["length"] * reach.length
        if reach.hydraulics != "manning":
            return found
        own = draw["bed_szamos" if reach.river in ("Săsar", "Lăpuș", "Szamos") else "bed_tisza"]
        n = reach.manning_n
        assert n is not None
        if abs(n - ICE_N) < 1e-9:
            n = OPEN_N * draw["ice"]
        return found | changed_channel(reach, draw, n, own)

    return changed


MUST = (
    ("Csenger", "arrival", "arrival at the border of Romania and Hungary (Csenger)"),
    ("Olcsvaapáti", "passage_middle", "passage at the mouth of the Szamos (middle)"),
    ("Szolnok", "arrival", "arrival at Szolnok"),
    ("Tiszasziget", "arrival", "arrival at the border of Hungary and Yugoslavia (Tiszasziget)"),
)
_REASON = "within the band of 90 % of the members: asked of the pack before any score was known"


def ranks(judged: Sequence[Judged]) -> list[Score]:
    """The four times that must lie inside the band, as ranks in the ensemble."""
    found = []
    for station, kind, name in MUST:
        one = next(j for j in judged if (j.seen.station, j.seen.kind) == (station, kind))
        low, middle, high = (one.quantile(share) / 3600.0 for share in (LOW, 50.0, HIGH))
        note = (
            f"reported after {one.observed / 3600.0:.0f} h; members {low:.0f}–{high:.0f} h, "
            f"median {middle:.0f} h"
        )
        found.append(
            Score(f"{name}, rank in the ensemble", one.rank, "%", Bound(LOW, HIGH, _REASON), note)
        )
    return found


def answer(members: int = MEMBERS) -> Report:
    """Run the ensemble and hold it against what was reported."""
    from ..scenario import load

    folder = data.case_folder("baia_mare_2000")
    base = load(folder)
    seen = read_observations(folder, base.case.start)
    time = np.arange(0.0, 40.0 * 86400.0, 1800.0)
    ensemble = run_ensemble(base, STATIONS, time, draws(ASSUMPTIONS, members, SEED), change)
    judged = judge(ensemble, seen)
    panels = [
        front_panel("Baia Mare 2000: from Romania to the Danube", ensemble, seen),
        *(curve_panel(ensemble, s, seen)
          for s in ("Csenger", "Vásárosnamény", "Tiszasziget", "RS–RO Baziaș")),
    ]  # fmt: skip
    return Report(
        [*ranks(judged), *scores(judged)],
        panels,
        [table(f"Baia Mare 2000, {members} members", judged)],
        REMARKS,
    )


REMARKS = (
    (
        "From the Tisza on, the highest values reported lie above the band, by a factor of three "
        "of the median, and at Baziaș most members never reach what was called arrival: the "
        "ensemble thins and loses more than the river did. Less dispersion, a shorter outflow and "
        "less loss than the middle of their ranges would each do it; none was moved."
    ),
    (
        "The fronts of the lower Tisza and the Danube came early in the band: the rivers were "
        "faster than the middle of the ranges."
    ),
    (
        "Concentrations below Kisköre are shown, not scored: 55 million m³ of clean water stored "
        "beforehand were released with the plume."
    ),
    (
        "The first full kill of plankton is the first sample that showed it, the last the last: "
        "the passage may have begun before and ended after. Its middle is what the bound is set "
        "on."
    ),
    (
        "Flow is steady in every member, and a release of hours brings its water for good: a "
        "little too much below the Szamos where the release is short."
    ),
    (
        "The rivers of February 2000 are not in the model, only what such months are like; flows "
        "of the day would narrow the bands more than anything else."
    ),
)

CASES = (
    Case(
        "baia_mare",
        "accident",
        "Baia Mare 2000: cyanide in Szamos, Tisza and Danube",
        "Does the passage that was reported lie inside the 90 % band of a forecast that knew only "
        "what was known before: long-term flows, slopes, widths, the mass as announced?",
        answer,
        (
            Source(
                "REC, archive.rec.org (Tisza case study); etk.hu/cian; terra.hu/cian; press as "
                "listed in scenarios/baia_mare_2000/observed.csv",
                "facts (times, concentrations) transcribed, each with its address",
            ),
        ),
        tuple(one.told for one in ASSUMPTIONS),
        (
            (
                "roughness under ice of scenarios/baia_mare_2000: its author knew that ice had "
                "been reported and when the plume came; here the roughness is a range from open "
                "water to such ice"
            ),
        ),
        cost=9.0,
    ),
)

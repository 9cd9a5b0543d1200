"""Luming 2020: molybdenum in the Yijimi and the Hulan, while nothing was done against it yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from . import data
from .accident_members import (
    Change,
    change_inflows,
    change_reaches,
    change_storage,
    changed_channel,
    run_ensemble,
)
from .accident_reports import judge, legs, read_observations
from .accident_scores import curve_panel, front_panel, scores, table
from .assumptions import DISPERSION, EXCHANGE, Assumption, Draw, common_and_own, draws
from .case import Case, Report, Source

if TYPE_CHECKING:
    from ..scenario import Reach, Scenario

MEMBERS = 120
SEED = 20200328
STATIONS = ("Chuangye", "Yijimi mouth (upper section)", "Yijimi mouth", "Shuanghe canal head",
            "Qing'an bridge", "Qinjia bridge", "Lower Hulan")  # fmt: skip
VOLUME = 2.53e6
"""Released water [m3]."""
SPREAD = 0.25
"""Standard deviation of log10 of the flow at the end of March [-]."""
CORRELATION = 0.6

ASSUMPTIONS = (
    Assumption("flow", "flow of all rivers together, in standard deviations", "normal", (0.0, 1.0),
               "-", "the discharges of the case are guesses: 0.25 in log10 about them, correlation "
               "of two rivers 0.6, all assumed"),
    *(
        Assumption(f"flow_{key}", f"flow of {name} by itself, in standard deviations", "normal",
                   (0.0, 1.0), "-", "as above")
        for key, name in (("yijimi", "the Yijimi"), ("hulan", "the Hulan and what joins it"))
    ),
    Assumption("concentration", "molybdenum in the water released", "log_uniform", (0.3, 5.7),
               "mg/L", "samples at the source 0.09 to 1.2 mg/L, highest anywhere 5.7 (read): known "
               "only from the event, so that concentrations below are no blind forecast", 1e-3),
    Assumption("decline", "fall of the concentration, from (1 + x) to (1 - x) of its mean",
               "uniform", (-1.0, 1.0), "-", "it rose in the few samples; unknown"),
    Assumption("bed", "roughness of the beds over that of the case", "triangular",
               (0.7, 1.0, 1.43), "-", "0.030-0.060 of natural channels, Chow 1959"),
    Assumption("ice", "Manning's n of the underside of the ice", "log_uniform", (0.01, 0.05), "-",
               "worn late ice to slush; that there was ice is recalled of the season"),
    Assumption("width", "widths", "log_uniform", (0.6, 1.667), "-", "none read"),
    Assumption("slope", "slopes", "log_uniform", (0.5, 2.0), "-", "none read"),
    DISPERSION,
    Assumption("storage", "area of the dead zone over that of the river", "log_uniform",
               (0.02, 0.3), "-", "never measured here; small rivers have more"),
    EXCHANGE,
    Assumption("arrival_threshold", "what was called the front", "log_uniform", (0.02, 0.2),
               "mg/L", "a third of the limit of 0.07 mg/L to three times it", 1e-3),
)  # fmt: skip


def dissolved_alone(base: Scenario) -> Scenario:
    """The case with its dissolved molybdenum only: a conservative tracer, with dead zones."""
    from ..scenario.sections import Storage

    substance = base.substances[0].model_copy(update={"sorption": ()})
    first = next(one for one in base.releases if one.substance == substance.name)
    storage = Storage.model_validate({"area_ratio": 0.1, "exchange_coefficient": "1e-5 1/s"})
    return base.model_copy(
        update={"substances": (substance,), "releases": (first,), "solids": (),
                "storage": storage}
    )  # fmt: skip


def change(base: Scenario, draw: Draw) -> Change:
    """Make the member of a draw."""

    def factor(node: str) -> float:
        own = draw["flow_yijimi" if node in ("pond", "chuangye") else "flow_hulan"]
        return float(10.0 ** (SPREAD * common_and_own(draw["flow"], own, CORRELATION)))

    mass = draw["concentration"] * VOLUME
    assert base.ice is not None
    update = {
        "flow": change_inflows(base, factor),
        "reaches": change_reaches(base, _reach(draw)),
        "releases": (base.releases[0].model_copy(update={"mass": mass}),),
        "storage": change_storage(base, draw),
        "ice": base.ice.model_copy(update={"manning_n": draw["ice"]}),
    }
    return Change(base.model_copy(update=update), draw["dispersion"], decline=draw["decline"])


def _reach(draw: Draw) -> Callable[[Reach], dict[str, float]]:
    return lambda reach: changed_channel(reach, draw, reach.manning_n)


def answer(members: int = MEMBERS) -> Report:
    """Run the ensemble and hold it against what was reported."""
    from ..scenario import load

    folder = data.case_folder("yichun_luming_2020")
    base = dissolved_alone(load(folder))
    seen = read_observations(folder, base.case.start)
    time = np.arange(0.0, 25.0 * 86400.0, 1800.0)
    ensemble = run_ensemble(base, STATIONS, time, draws(ASSUMPTIONS, members, SEED), change)
    judged = judge(ensemble, seen)
    by_leg = legs(judged)
    panels = [
        front_panel("Luming 2020: down the Yijimi and the Hulan", ensemble, seen),
        *(curve_panel(ensemble, s, seen)
          for s in ("Yijimi mouth (upper section)", "Yijimi mouth", "Shuanghe canal head")),
    ]  # fmt: skip
    tables = [
        table(f"Luming 2020, {members} members", judged),
        table("Luming 2020: the front from one station to the next", by_leg),
    ]
    return Report(scores(judged), panels, tables, REMARKS)


REMARKS = (
    "Dissolved molybdenum alone, as a tracer: what is bound to grains lags behind.",
    (
        "The concentration of what was released is known from the event only; so the share of "
        "concentrations inside the band says little. The fronts are the test."
    ),
    (
        "Ten dams on the Yijimi and the dosing on the Hulan came from about 31 March on. Values of "
        "1 April and later are shown, not scored; the front at Qing'an is."
    ),
)

CASES = (
    Case(
        "luming",
        "accident",
        "Luming 2020: molybdenum in the Yijimi and the Hulan",
        "Do the front, and the concentrations before flocculants were dosed, lie inside the 90 % "
        "band of a forecast with guessed flows and beds?",
        answer,
        (
            Source(
                "Bulletins of the Heilongjiang Department of Ecology and Environment, March and "
                "April 2020, addresses in scenarios/yichun_luming_2020/observed.csv",
                "facts (times, multiples of a limit) transcribed, each with its address",
            ),
        ),
        tuple(one.told for one in ASSUMPTIONS),
        (
            (
                "ice of scenarios/yichun_luming_2020: added for the season by an author who knew "
                "the reported times; here its roughness is a range"
            ),
        ),
        cost=4.0,
    ),
)

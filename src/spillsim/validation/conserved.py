"""What no step and no limiter may change: mass, sign, sums of releases, an even concentration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .case import Bound, Case, Curve, Panel, Report, Score, Table
from .exact import SOURCES, model_of
from .known import HOURS, RIVERS, River, mid_reach, two_releases
from .rivers import Array, at, inlet, reach

if TYPE_CHECKING:
    from ..model import Model
    from ..simulation import Run

COARSE = 1200.0
"""A step so long that an unlimited parabola dips below zero beside the plume [s]."""
ROUND_OFF = 1e-12


def marched(river: River, **numerics: object) -> tuple[Model, Run]:
    """March a river with the numerics given."""
    from ..simulation import simulate

    model = model_of(river, **numerics)
    return model, simulate(model)


def missing_mass(model: Model, run: Run) -> float:
    """Mass unaccounted for, at any time, or not released, over the mass of the scenario [-]."""
    end = run.output_time[-1:]
    wanted = sum(float(release.schedule.cumulative(end)[0]) for release in model.releases)
    return max(run.mass_error, abs(float(run.ledger.released[0, -1]) / wanted - 1.0))


def area_missing(river: River, run: Run, discharge: float) -> float:
    """Discharge times area under each curve, against the mass that passed there [-]."""
    area = discharge * river.interval * run.concentration[0].sum(axis=1)
    return float(np.abs(area / run.cumulative_mass[0, :, -1] - 1.0).max())


def sum_missing(step: float = COARSE) -> float:
    """Two slugs, thrice one and once the other, and the reverse: largest difference [-].

    Both are there in all runs, because cells begin at a release.
    """
    river = two_releases()
    first, second = river.releases

    def curves(*factors: float) -> Array:
        given = [
            {**row, "mass": f"{factor * mass!r} kg"}
            for row, mass, factor in zip((first, second), (1000.0, 400.0), factors, strict=True)
        ]
        own = replace(river, releases=given)
        return marched(own, time_step=step, limiter="none")[1].concentration

    both = curves(4.0, 4.0)
    apart = curves(3.0, 1.0) + curves(1.0, 3.0)
    return float(np.abs(both - apart).max() / both.max())


def even_waters() -> River:
    """A confluence of two rivers whose concentrations are held at the same value."""
    rows = [reach("a", "head", "m", 30e3, 100.0, 30.0, storage=(0.2, 1e-3)),
            reach("t", "side", "m", 21e3, 60.0, 20.0),
            reach("b", "m", "foot", 60e3, 150.0, 40.0)]  # fmt: skip
    span = (0.0, 400 * HOURS)
    held = [inlet(node, span, (0.01, 0.01)) for node in ("head", "side")]
    places = [at("a", 15e3), at("t", 20e3), at("b", 1.0), at("b", 40e3)]
    return River(rows, {"head": 70.0, "side": 30.0}, held, places, 200 * HOURS, 600.0,
                 lambda time: [np.full(time.shape, 0.01)] * len(places))  # fmt: skip


def unevenness(step: float = 900.0, limiter: str = "positive") -> float:
    """Largest difference from the held value in the end [-]."""
    run = marched(even_waters(), time_step=step, limiter=limiter)[1]
    return float(np.abs(run.concentration[0, :, -1] / 0.01 - 1.0).max())


def answer() -> Report:
    """Mass, sign, sums and evenness."""
    rows: list[list[str]] = []
    missing, lowest = 0.0, np.inf
    for name in RIVERS:
        river = RIVERS[name]()
        cells = [name]
        for limiter in ("positive", "monotone", "none"):
            model, run = marched(river, time_step=600.0, limiter=limiter)
            share = missing_mass(model, run)
            missing = max(missing, share)
            below = float(run.concentration.min() / run.concentration.max())
            if limiter != "none":
                lowest = min(lowest, below)
            cells += [f"{share:.1e}", f"{below:.1e}"]
        rows.append(cells)
    river = mid_reach()
    _, bare = marched(river, time_step=COARSE, limiter="none")
    _, limited = marched(river, time_step=COARSE)
    dip = float(bare.concentration.min() / bare.concentration.max())
    exactly = Bound(high=ROUND_OFF, reason="round-off of some thousand sums")
    scores = [
        Score("mass missing, any time, any limiter", missing, "of the release", exactly),
        Score("lowest concentration with a limiter", lowest, "of the peak",
              Bound(low=0.0, reason="nothing is negative")),
        Score("lowest concentration without", dip, "of the peak",
              Bound(high=-1e-4, reason="nothing is cut off: a parabola dips beside a front"),
              note="with a step far too long"),
        Score("discharge times area under the curve, against what passed, without limiter",
              area_missing(river, bare, 70.0), "",
              Bound(high=1e-6, reason="the output interval resolves the curve far better")),
        Score("releases together and apart, without limiter", sum_missing(), "of the peak",
              exactly),
        Score("even water after a confluence and dead zones, off by at most", unevenness(), "",
              Bound(high=1e-9, reason="what is left of the front after 200 h")),
    ]  # fmt: skip
    header = ["river at a step of 600 s"]
    for limiter in ("positive", "monotone", "none"):
        header += [f"{limiter}: mass missing", "lowest / peak"]
    near = (bare.output_time > 2.0 * HOURS) & (bare.output_time < 6.0 * HOURS)
    hours = bare.output_time[near] / HOURS
    panel = Panel(
        f"A slug with a step of {COARSE:.0f} s, far too long", "time, h", "concentration, mg/L",
        [Curve("no limiter", hours, 1000.0 * bare.concentration[0, 0, near]),
         Curve("positive", hours, 1000.0 * limited.concentration[0, 0, near]),
         Curve("exact", hours, 1000.0 * river.exact(bare.output_time)[0][near], "reference")],
    )  # fmt: skip
    return Report(scores, [panel], [Table("", header, rows)])


CASES = (
    Case(
        "exact_mass", "verification", "Mass, sign, sums and evenness",
        "Is nothing lost, nothing negative, nothing cut off, and does even water stay even?",
        answer, SOURCES,
    ),
)  # fmt: skip

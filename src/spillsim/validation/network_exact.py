"""Networks: a manufactured solution, a tree against Laplace space, an island by both engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .case import Bound, Case, Curve, Panel, Report, Score, Table
from .exact import SOURCES, model_of, percent
from .known import HOURS, PULSE, River, at_places
from .manufactured import PLACES, confluence
from .oracle import Stem, Zone
from .rivers import Array, Row, at, error, pulse, reach, slope

STEPS = (1200.0, 600.0, 300.0)
TARGET = 0.01
DECAY = 2e-6
STORAGE = (0.3, 2e-4)


def curves_of(scenario: Any, **numerics: Any) -> Array:
    """(S, T) curves of a scenario with other numerics [kg/m3]."""
    from ..model import assemble
    from ..simulation import simulate

    own = scenario.numerics.model_copy(update=numerics)
    run = simulate(assemble(scenario.model_copy(update={"numerics": own})))
    return np.asarray(run.concentration[0])


def answer_manufactured() -> Report:
    """The march against a solution that was chosen."""
    from ..scenario import parse

    river = confluence()
    time = np.arange(int(river.duration / river.interval) + 1, dtype=np.float64) * river.interval
    exact = river.exact(time)
    scenario = parse(river.scenario(), None)
    errors, curves = [], np.zeros((0, 0))
    for step in STEPS:
        curves = curves_of(scenario, time_step=step)
        errors.append([error(*pair) for pair in zip(curves, exact, strict=True)])
    worst = [max(row) for row in errors]
    scores = [
        Score(f"largest error with steps of {STEPS[-1]:.0f} s", 100.0 * worst[-1], "%",
              Bound(high=0.1, reason="a tenth of what is asked for unless told otherwise")),
        Score("order of the largest error", slope(STEPS, worst), "",
              Bound(low=1.8, reason="second order, less what releases every 50 m leave")),
    ]  # fmt: skip
    names = [f"{name}, {x / 1000.0:g} km" for name, x in PLACES]
    rows = [[f"{step:.0f}", *map(percent, row)] for step, row in zip(STEPS, errors, strict=True)]
    hours = time / HOURS
    drawn = []
    for k in (0, 2, 5):
        drawn += [Curve(names[k], hours, 1000.0 * curves[k]),
                  Curve(f"{names[k]}, chosen", hours, 1000.0 * exact[k], "reference")]  # fmt: skip
    panels = [
        Panel("Above, beside and below the confluence", "time, h", "concentration, mg/L", drawn),
        Panel("Error against time step", "time step, s", "error, %",
              [Curve(name, np.array(STEPS), 100.0 * np.array([row[k] for row in errors]))
               for k, name in enumerate(names)], x_log=True, y_log=True),
    ]  # fmt: skip
    remark = (
        "The solution is made by 762 releases with hydrographs, 50 m apart; with cells shorter "
        "than about 200 m the march begins to see them one by one, and the error stays at a "
        "tenth of a percent."
    )
    return Report(scores, panels, [Table("Error, %", ["step, s", *names], rows)], [remark])


# --- a tree ---------------------------------------------------------------------------------------


def tree(storage: bool = True) -> River:
    """Four confluences, one of them in a tributary; a release high up in a tributary of that."""
    held = STORAGE if storage else (0.0, 0.0)
    rows = [
        reach("m1", "head", "c1", 20e3, 60.0, 25.0),
        reach("s1", "spring", "c1", 14.7e3, 20.0, 10.0),
        reach("m2", "c1", "c2", 18e3, 80.0, 30.0, storage=held),
        reach("t1", "side", "d1", 12e3, 30.0, 15.0),
        reach("u1", "brook", "d1", 9e3, 12.0, 8.0, storage=held),
        reach("t2", "d1", "c2", 15e3, 45.0, 20.0),
        reach("m3", "c2", "c3", 25e3, 160.0, 45.0, storage=held),
        reach("s3", "rill", "c3", 10e3, 15.0, 6.0),
        reach("m4", "c3", "foot", 60e3, 170.0, 50.0),
    ]
    inflows = {"head": 40.0, "spring": 9.0, "side": 18.0, "brook": 6.0, "rill": 7.0}

    def zone(name: str, discharge: float, **more: Any) -> Zone:
        (row,) = (row for row in rows if row["id"] == name)
        length, area, dispersion = (
            float(row[key].split()[0])
            for key in ("length", "cross_section_area", "dispersion_coefficient")
        )
        stored = held if row["storage_area_ratio"] else (0.0, 0.0)
        return Zone(length, discharge, area, dispersion, DECAY, stored, DECAY, **more)

    brook = Stem([zone("u1", 6.0, source=PULSE)], foot="free")
    side = Stem([zone("t1", 18.0), zone("t2", 24.0, tributary=brook)], head="flux", foot="free")
    stem = Stem([zone("m1", 40.0), zone("m2", 49.0), zone("m3", 73.0, tributary=side),
                 zone("m4", 80.0)])  # fmt: skip
    places = [at("m3", 10e3), at("m4", 5e3), at("m4", 50e3)]
    substance = [{"name": "tracer", "decay_rate": f"{DECAY} 1/s"}]
    return River(rows, inflows, [pulse("brook", 1000.0, 0.0, 3600.0)], places, 120 * HOURS, 300.0,
                 at_places(stem, (48e3, 68e3, 113e3)), {"substances": substance})  # fmt: skip


def island() -> River:
    """A river that divides in two arms, 40 and 60 %, above a tributary; no exact curves."""
    share: Row = {"share": 0.4}
    rows = [
        reach("a", "head", "fork", 20e3, 100.0, 30.0, lateral=2e-4),
        {**reach("left", "fork", "meet", 24e3, 60.0, 15.0, storage=STORAGE), **share},
        reach("right", "fork", "meet", 20e3, 70.0, 25.0),
        reach("b", "meet", "c", 15e3, 110.0, 30.0),
        reach("t", "side", "c", 10e3, 30.0, 12.0),
        reach("d", "c", "foot", 40e3, 140.0, 40.0, storage=STORAGE),
    ]
    places = [at("left", 12e3), at("right", 10e3), at("b", 10e3), at("d", 30e3)]
    return River(rows, {"head": 70.0, "side": 20.0}, [pulse("head", 1000.0, 0.0, 3600.0)], places,
                 100 * HOURS, 300.0, lambda time: [])  # fmt: skip


def to_target(river: River, engine: str) -> tuple[Array, Array]:
    """Output times [s] and (S, T) curves of an engine, to the error asked for."""
    from ..verification import simulate_to_target

    _, run = simulate_to_target(model_of(river, engine=engine, error=TARGET))
    return run.output_time, run.concentration[0]


def worst(curves: Array, exact: Sequence[Array] | Array) -> float:
    """Largest error at a station [-]."""
    return max(error(*pair) for pair in zip(curves, exact, strict=True))


def answer_tree() -> Report:
    """Both engines on a tree, and against each other on an island."""
    asked = Bound(high=100.0 * TARGET, reason="the error asked for")
    river = tree()
    time, march = to_target(river, "march")
    exact = river.exact(time)
    transfer = to_target(river, "transfer")[1]
    apart = [to_target(island(), engine)[1] for engine in ("march", "transfer")]
    scores = [
        Score("tree: march against Laplace space", 100.0 * worst(march, exact), "%", asked),
        Score("tree: transfer engine against Laplace space", worst(transfer, exact), "",
              Bound(high=1e-9, reason="round-off of the independent solution")),
        Score("island: march against transfer engine", 100.0 * worst(*apart), "%", asked),
    ]  # fmt: skip
    hours, names = time / HOURS, ("10 km below the 3rd mouth", "5 km below the 4th", "50 km below")
    drawn: list[Curve] = []
    for name, own, true in zip(names, march, exact, strict=True):
        drawn += [Curve(name, hours, 1000.0 * own),
                  Curve(f"{name}, exact", hours, 1000.0 * true, "reference")]  # fmt: skip
    panel = Panel(
        "A release in a tributary of a tributary", "time, h", "concentration, mg/L", drawn
    )
    return Report(scores, [panel])


CASES = (
    Case(
        "network_manufactured", "verification", "A manufactured solution on a confluence",
        "Does the march converge to a solution that was chosen first, with a tributary of another "
        "concentration, seepage, decay and dead zones?",
        answer_manufactured, SOURCES,
        assumptions=("The sources it needs enter as releases with hydrographs, every 50 m.",),
        cost=4.0,
    ),
    Case(
        "network_tree", "verification", "A tree and an island",
        "Do both engines meet an independent solution on a tree, and each other on an island?",
        answer_tree, SOURCES,
    ),
)  # fmt: skip

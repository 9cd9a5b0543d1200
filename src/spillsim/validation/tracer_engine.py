"""Dye curves by the program itself: a scenario like a user's, its model, the transfer engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from .tracer_data import Array, DyeCurve, Marks, marks

if TYPE_CHECKING:
    from ..model import Model
    from ..transfer import Series

BEYOND = 0.2
"""Length of the river below the last station over that above it."""
SAMPLES = 4096
"""Times at which a window is sampled; it is some 20 standard deviations of the curve long."""
DURATION = "200 d"


@dataclass(frozen=True)
class Stretch:
    """River between two stations; what is None is left to the program."""

    length: float
    discharge: float
    """At its lower end [m3/s]."""
    velocity: float | None = None
    """Length over travel time of the flowing water [m/s]."""
    width: float | None = None
    dispersion: float | None = None
    storage: tuple[float, float] | None = None
    """Area ratio [-] and exchange coefficient [1/s]."""


@dataclass(frozen=True)
class Simulated:
    """A simulated curve, in the time of the observed ones."""

    series: Series
    lag: float = 0.0
    """Begin of the case [s since the injection]."""

    def density(self, time: Array) -> Array:
        """Concentration over its integral [1/s], at increasing times since the injection [s]."""
        return np.asarray(self.series.at(time - self.lag) / self.series.total)

    def concentration(self, time: Array) -> Array:
        """Concentration [kg/m3]."""
        return self.series.at(time - self.lag)

    @property
    def whole(self) -> tuple[Array, Array]:
        """Times since the injection, and densities, of the whole curve."""
        begin = max(self.series.start, 0.0)
        time = np.linspace(begin, self.series.start + self.series.period, SAMPLES)
        return time + self.lag, np.asarray(self.series.at(time) / self.series.total)

    @property
    def marks(self) -> Marks:
        """Arrival, peak and passage; of the density, so that the area is 1."""
        time, density = self.whole
        if not density.max() > 0.0:
            raise ValueError("the simulated curve is empty")
        near = time[density >= 0.02 * density.max()]
        fine = np.linspace(near[0], near[-1], SAMPLES)
        found = marks(fine, self.density(fine))
        return replace(found, area=1.0)


def slug(curve: DyeCurve) -> dict[str, Any]:
    """The injection as it was made: all dye at once at the head."""
    return {"kind": "slug", "mass": f"{curve.mass!r} kg"}


def inlet(curve: DyeCurve) -> dict[str, Any]:
    """The observed curve as a concentration that enters; the case begins with the curve."""
    begin = float(curve.time[0])
    pairs = zip(curve.time.tolist(), curve.concentration.tolist(), strict=True)
    table = [{"time [s]": t - begin, "concentration [kg/m3]": c} for t, c in pairs]
    return {"kind": "concentration", "table": table}


def model_of(
    stretches: Sequence[Stretch], release: dict[str, Any], discharge: float | None = None
) -> Model:
    """A river of several stretches, each ending at a station, assembled.

    discharge : at the head [m3/s]; default: that of the first station
    """
    from ..model import assemble
    from ..scenario import parse

    count = len(stretches)
    whole = sum(s.length for s in stretches)
    below = replace(stretches[-1], length=BEYOND * whole)
    names = [f"n{i}" for i in range(count + 2)]
    kinds = ["headwater", *["gauge"] * count, "outlet"]
    reaches = [
        _reach(f"r{i}", names[i], names[i + 1], stretch)
        for i, stretch in enumerate([*stretches, below])
    ]
    at_head = stretches[0].discharge if discharge is None else discharge
    discharges = [at_head, *[s.discharge for s in stretches]]
    gauges = [
        {"node": name, "discharge [m3/s]": value}
        for name, value in zip(names, discharges, strict=False)
    ]
    scenario = parse(
        {
            "spillsim": 1,
            "case": {
                "title": "dye", "start": datetime(1970, 1, 1, tzinfo=UTC), "duration": DURATION,
            },
            "network": {
                "nodes": [{"id": n, "kind": k} for n, k in zip(names, kinds, strict=True)],
                "reaches": reaches,
            },
            "flow": {"kind": "gauges", "table": gauges},
            "substance": [{"name": "dye"}],
            "release": [{**release, "at": {"node": "n0"}, "substance": "dye"}],
            "station": [{"name": n, "at": {"node": n}} for n in names[1:-1]],
            "output": {"interval": "1 d"},
            "numerics": {"engine": "transfer"},
        }
    )  # fmt: skip
    return assemble(scenario)


def _reach(name: str, above: str, below: str, stretch: Stretch) -> dict[str, Any]:
    """One row of the table of reaches."""
    row: dict[str, Any] = {"id": name, "from": above, "to": below, "length [m]": stretch.length}
    known = stretch.velocity is not None
    row["hydraulics"] = "travel_time" if known else "downstream_geometry"
    columns = {
        "travel_time [s]": stretch.length / stretch.velocity if stretch.velocity else None,
        "width [m]": stretch.width,
        "dispersion_coefficient [m2/s]": stretch.dispersion,
    }
    if stretch.storage is not None:
        columns["storage_area_ratio"], columns["exchange_coefficient [1/s]"] = stretch.storage
    return row | {key: value for key, value in columns.items() if value is not None}


def curves(model: Model, lag: float = 0.0) -> list[Simulated]:
    """What the transfer engine gives at the stations, in their order."""
    from ..engine import substance_river
    from ..transfer import build_course, source_of
    from ..transfer.response import CONCENTRATION, ask, questions_at

    release = model.releases[0]
    river = substance_river(model.scenario, model.network, model.flow, 0)
    places = [station.position for station in model.stations]
    course = build_course(river, release.position, places)
    source = source_of([release.schedule], model.scenario.case.duration)
    found: dict[int, Simulated] = {}
    for answers in ask(course, source, questions_at(course, places, CONCENTRATION)):
        for number, row in enumerate(answers.rows.tolist()):
            found[row] = Simulated(answers.series(number), lag)
    return [found[row] for row in range(len(places))]


def with_dispersion(model: Model, formula: str) -> Model:
    """The same model with the dispersion coefficient of another formula in every reach."""
    from ..formulas import dispersion_coefficient

    flow = model.flow
    found = dispersion_coefficient(
        formula, flow.width, flow.depth, flow.velocity, flow.shear_velocity
    )
    return replace(model, flow=replace(flow, dispersion_coefficient=found))

"""OTIS application 3: a first-type inlet and decay with much dispersion, beside exact values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .case import Bound, Case, Curve, Panel, Report, Score, Source, Table
from .data import rows
from .streams import OTIS, Line, apart, line, station_curve

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..simulation import Run

PLACES = (100, 2000)
"""Stations [m]."""
TARGET = 0.01
"""Error asked for [-]."""


def scenario(engine: str) -> Scenario:
    """The channel: 0.1 m/s, 1 m2, 5 m2/s, decay 1e-4 1/s, 100 mg/L at the head from 1 to 3 h."""
    from ..scenario import parse

    held = [{"time [h]": time, "concentration [mg/L]": 100.0} for time in (0.0, 2.0)]
    return parse(
        {
            "spillsim": 1,
            "case": {
                "title": "decay", "start": datetime(1998, 1, 1, tzinfo=UTC), "duration": "12 h"
            },
            "network": {
                "nodes": [{"id": "head"}, {"id": "foot"}],
                "reaches": [
                    {
                        "id": "channel", "from": "head", "to": "foot", "length [m]": 2200.0,
                        "hydraulics": "velocity", "cross_section_area [m2]": 1.0,
                        "dispersion_coefficient [m2/s]": 5.0,
                    }
                ],
            },
            "flow": {"kind": "inflows", "table": [{"node": "head", "inflow [m3/s]": 0.1}]},
            "substance": [{"name": "solute", "decay_rate": "1e-4 1/s"}],
            "release": [
                {
                    "kind": "concentration", "at": {"node": "head"}, "substance": "solute",
                    "start": "1 h", "table": held,
                }
            ],
            "station": [
                {"name": f"{x} m", "at": {"reach": "channel", "distance": f"{x} m"}} for x in PLACES
            ],
            "output": {"interval": "24 s"},
            "numerics": {"engine": engine, "error": TARGET},
        }
    )  # fmt: skip


def table(name: str, place: int) -> Line:
    """A column of the table at a place: hours and [mg/L]."""
    return line(rows("otis_decay.csv"), "time_h", f"{name}_{place}m")


def run(engine: str) -> Run:
    """Run an engine, the march made finer where it misses the error asked for."""
    from ..model import assemble
    from ..verification import simulate_to_target

    return simulate_to_target(assemble(scenario(engine)))[1]


def answer() -> Report:
    """Both engines against the exact curves, beside OTIS."""
    march, transfer = run("march"), run("transfer")
    scores, cells, panels = [], [], []
    for number, place in enumerate(PLACES):
        exact, otis = table("exact", place), table("OTIS", place)
        curves = [station_curve(one, number, 0.0) for one in (march, transfer)]
        own, other, theirs = (apart(curve, exact) for curve in (*curves, otis))
        scores += [
            Score(f"march at {place} m", 100.0 * own, "% of the area",
                  Bound(high=100.0 * TARGET, reason="the error asked for"),
                  f"OTIS {100.0 * theirs:.2g} %"),
            Score(f"transfer engine at {place} m", 100.0 * other, "% of the area",
                  Bound(high=1e-3, reason="the table has six digits")),
        ]  # fmt: skip
        cells.append([str(place), *(f"{100.0 * share:.2g}" for share in (own, other, theirs))])
        panels.append(
            Panel(f"Decaying solute at {place} m", "time, h", "concentration, mg/L",
                  [Curve("OTIS", *otis, kind="observed"), Curve("exact", *exact, kind="reference"),
                   Curve("spillsim", *curves[0])])
        )  # fmt: skip
    header = ["station, m", "march: from the exact curve, %", "transfer engine", "OTIS"]
    return Report(scores, panels, [Table("", header, cells)])


CASES = (
    Case(
        "otis_decay", "verification", "A first-type inlet and decay, with exact values",
        "Are an inlet held for two hours, decay and much dispersion right, D/U being 50 m?",
        answer,
        (
            OTIS,
            Source("Runkel 1996, J. Environ. Eng. 122(9), 876-878: the exact solution.",
                   "A formula."),
        ),
    ),
)  # fmt: skip

"""St. Kevin Gulch 1986, OTIS application 6: iron of a mine drainage, lost at a rate by reach.

Acid water of 211 mg/L seeps in along reach 3, reach 7 loses water; flow is steady.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .case import Bound, Case, Curve, Panel, Report, Score, Source, Table
from .data import rows
from .streams import OTIS, Line, line, simulated, stream_reach

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..simulation import Run

DISCHARGE, UPSTREAM, DISPERSION = 6.12e-3, 0.64, 0.02
"""At the head: discharge [m3/s] and iron [mg/L]; dispersion coefficient everywhere [m2/s]."""
DAYS = 5
"""Time to come to a steady state: the slowest storage zone forgets in a day."""
EVERY = 10
"""The profile is held against every so manyth row of the table of OTIS, that is each 50 m."""
ERROR = 0.05
"""Error asked for at the foot of every reach that something seeps into [-]; 0.01 takes minutes."""


def samples() -> Line:
    """Distances [m] and iron [mg/L] of the 26 samples."""
    return line(rows("st_kevin_gulch_iron_observed.csv"), "x_m", "Fe_mg_L")


def otis() -> Line:
    """Distances [m] and iron [mg/L] of the published run of OTIS."""
    return line(rows("st_kevin_gulch_iron_otis_official.csv"), "x_m", "C_mg_L")


def places() -> list[float]:
    """Where the profile is asked for: at the samples and between them [m]."""
    return sorted({*samples().x.tolist(), *otis().x[::EVERY].tolist()})


def scenario(error: float = ERROR) -> Scenario:
    """The seven reaches of OTIS with the losses that OTIS-P found."""
    from ..scenario import parse

    reaches: list[dict[str, Any]] = []
    rates, stations, head = [], [], 0.0
    iron: dict[str, Any] = {"at": {"node": "x0"}, "substance": "iron"}
    table: list[Any] = [
        {"time [h]": 24 * day, "concentration [mg/L]": UPSTREAM} for day in (0, DAYS)
    ]
    releases: list[dict[str, Any]] = [iron | {"kind": "concentration", "table": table}]
    for number, row in enumerate(rows("st_kevin_gulch_iron_reaches.csv")):
        reach = stream_reach(number, row, (f"x{number}", f"x{number + 1}"), True)
        gain, length, name = float(row["qlat_in_m3_s_m"]), reach["length [m]"], reach["id"]
        reach["lateral_inflow [m2/s]"] = gain - float(row["qlat_out_m3_s_m"])
        reach["dispersion_coefficient [m2/s]"] = DISPERSION
        reaches.append(reach)
        rates.append({"reach": name, "decay_rate [1/s]": float(row["lambda_otisp_per_s"])})
        if gain > 0.0:
            brought = f"{row['Clat_mg_L']} mg/L"
            releases.append(
                iron | {"kind": "seepage", "at": {"reach": name}, "concentration": brought}
            )
        for place in places():
            if head < place <= head + length:
                at = {"reach": name, "distance": f"{place - head!r} m"}
                stations.append({"name": f"{place:g} m", "at": at})
        head += length
    return parse(
        {
            "spillsim": 1,
            "case": {
                "title": "St. Kevin Gulch, iron", "start": datetime(1986, 8, 1, tzinfo=UTC),
                "duration": f"{DAYS} days",
            },
            "network": {
                "nodes": [{"id": f"x{i}"} for i in range(len(reaches) + 1)], "reaches": reaches,
            },
            "flow": {"kind": "inflows", "table": [{"node": "x0", "inflow [m3/s]": DISCHARGE}]},
            "substance": [{"name": "iron", "storage_decay_rate": "0 1/s", "rates": rates}],
            "release": releases,
            "station": stations,
            "output": {"interval": "6 h"},
            "numerics": {"error": error},
        }
    )  # fmt: skip


@cache
def run(error: float = ERROR) -> Run:
    """The run with an error asked for."""
    return simulated(scenario(error))


def profile(run: Run) -> Line:
    """Distances [m] and iron at the end of a run [mg/L]."""
    return Line(np.array(places()), 1000.0 * run.concentration[0, :, -1])


def logarithmic_error(profile: Line) -> float:
    """Root mean square of log10(computed / sampled) over the samples."""
    ratio = np.interp(samples().x, *profile) / samples().y
    return float(np.sqrt(np.mean(np.log10(ratio) ** 2)))


def from_otis(profile: Line) -> tuple[float, float]:
    """Mean and largest distance from the profile of OTIS, as shares of it."""
    where, other = (values[::EVERY] for values in otis())
    miss = np.abs(profile.y[np.isin(profile.x, where)] / other - 1.0)
    return float(miss.mean()), float(miss.max())


def answer() -> Report:
    """Iron against samples and against OTIS."""
    own = profile(run())
    official, found = logarithmic_error(otis()), logarithmic_error(own)
    mean, most = (100.0 * share for share in from_otis(own))
    scores = [
        Score(f"rms of log10 over {samples().x.size} samples", found, "",
              Bound(high=official, reason="that of OTIS"), f"OTIS {official:.4f}"),
        Score("from OTIS, mean", mean, "%",
              Bound(high=100.0 * ERROR / 10.0, reason="a tenth of the error asked for")),
        Score("from OTIS, at most", most, "%",
              Bound(high=100.0 * ERROR, reason="the error asked for"),
              "at the foot of the acid seepage, where the rise along 121 m ends within a metre"),
    ]  # fmt: skip
    curves = [Curve("sampled", *samples(), kind="observed"),
              Curve("OTIS", *otis(), kind="reference"), Curve("spillsim", *own)]  # fmt: skip
    panel = Panel("Iron along the stream", "distance, m", "iron, mg/L", curves, y_log=True)
    table = Table(
        "",
        ["run", "rms of log10 at the samples", "from OTIS, % on average", "at most, %"],
        [
            ["OTIS, as published", f"{official:.3f}", "–", "–"],
            [f"spillsim, error = {ERROR:g}", f"{found:.3f}", f"{mean:.2g}", f"{most:.2g}"],
        ],
    )
    remark = (
        "The rates were fitted by OTIS-P to these samples: the score tells how well the same "
        "equations are solved, not how well iron can be foretold."
    )
    return Report(scores, [panel], [table], [remark])


CASES = (
    Case(
        "st_kevin_iron", "verification", "St. Kevin Gulch 1986, mine drainage and losses by reach",
        "Are seepage, losses by reach and dead zones those of OTIS?",
        answer,
        (
            OTIS,
            Source("Kimball, Broshears, Bencala & McKnight 1991, in USGS WRIR 91-4034: the "
                   "samples.", "USGS, public domain."),
        ),
        assumptions=(f"Error asked for {100 * ERROR:g} %, which keeps the run to a second.",),
        cost=2.0,
    ),
)  # fmt: skip

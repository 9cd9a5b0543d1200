"""Huey Creek 1992, OTIS application 4: lithium in flow that changes, areas from a table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .case import Bound, Case, Curve, Panel, Report, Score, Source, Table
from .data import rows
from .streams import OTIS, Line, apart, column, fit, line, simulated, station_curve

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..simulation import Run

PLACES = (9, 213, 457, 610)
"""Where OTIS wrote its curves [m]; lithium was sampled at 457 m."""
SAMPLED = 457
GAUGED = (0, *PLACES)
START, END = 9.0, 17.2
"""Clock times of the run [h]; it begins early enough for the background to be everywhere."""
BACKGROUND, INJECTED, BEGIN, STOP = 4.3e-4, 0.2958, 11.42, 15.18
"""Mass per time at the head before and after, and during the injection [g/s]; its span [h]."""
STEP = "3 s"
"""That of OTIS."""
RUNS = {
    "discharges held for a minute, as OTIS holds them": "steps",
    "discharges linear between the minutes": "linear",
}


def scenario(interpolation: str = "linear", time_step: str | None = STEP) -> Scenario:
    """The four reaches of OTIS, the area of each the mean of those at its ends."""
    from ..scenario import parse

    flow = rows("huey_creek_flow.csv")
    hours = column(flow, "time_h") - START
    reaches: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    stations = []
    parameters = rows("huey_creek_parameters.csv")
    for row, head, foot in zip(parameters, GAUGED, PLACES, strict=False):
        name = f"r{row['reach']}"
        reaches.append(
            {
                "id": name, "from": f"x{head}", "to": f"x{foot}", "length [m]": foot - head,
                "dispersion_coefficient [m2/s]": float(row["D_m2_s"]),
                "storage_area [m2]": float(row["As_m2"]),
                "exchange_coefficient [1/s]": float(row["alpha_per_s"]),
            }
        )  # fmt: skip
        area = 0.5 * (column(flow, f"A_{head}") + column(flow, f"A_{foot}"))
        ends = column(flow, f"Q_{head}"), column(flow, f"Q_{foot}")
        names = "time [h]", "discharge [m3/s]", "discharge_foot [m3/s]", "cross_section_area [m2]"
        table += [
            {"reach": name, **dict(zip(names, map(float, values), strict=True))}
            for values in zip(hours, *ends, area, strict=True)
        ]
        at = {"reach": name, "distance": f"{foot - head} m"}
        stations.append({"name": f"{foot} m", "at": at})
    rates = ((BACKGROUND, START, END), (INJECTED - BACKGROUND, BEGIN, STOP))
    return parse(
        {
            "spillsim": 1,
            "case": {
                "title": "Huey Creek, lithium",
                "start": datetime(1992, 1, 7, 9, tzinfo=UTC),
                "duration": f"{END - START:.6g} h",
            },
            "network": {"nodes": [{"id": f"x{x}"} for x in GAUGED], "reaches": reaches},
            "flow": {"kind": "table", "table": table, "interpolation": interpolation},
            "substance": [{"name": "lithium"}],
            "release": [
                {
                    "kind": "rate", "at": {"node": "x0"}, "substance": "lithium",
                    "rate": f"{rate} g/s", "start": f"{begin - START} h",
                    "duration": f"{stop - begin:.12g} h",
                }
                for rate, begin, stop in rates
            ],
            "station": stations,
            "output": {"interval": "15 s"},
            "numerics": {"time_step": time_step} if time_step else {},
        }
    )  # fmt: skip


def curve(run: Run, place: int) -> Line:
    """Clock times [h] and concentrations [mg/L] at a place."""
    return station_curve(run, PLACES.index(place), START)


def otis(place: int) -> Line:
    """The published run of OTIS."""
    return line(rows("huey_creek_lithium_otis_official.csv"), "time_h", f"C_{place}m")


def samples() -> Line:
    """Lithium sampled at 457 m."""
    return line(rows("huey_creek_lithium_observed.csv"), "time_h", "Li_mg_L")


def answer() -> Report:
    """Lithium against samples and against OTIS."""
    official = fit(otis(SAMPLED), samples())
    runs = {words: simulated(scenario(name)) for words, name in RUNS.items()}
    held, linear = runs.values()
    fits = [fit(curve(run, SAMPLED), samples()) for run in (held, linear)]
    shares = {place: 100.0 * apart(curve(held, place), otis(place)) for place in PLACES}
    error = official.error
    scores = [
        Score("RMSE at 457 m, discharges held for a minute", fits[0].error, "mg/L",
              Bound(high=1.001 * error, reason="that of OTIS, which holds them too"),
              f"OTIS {error:.5f}"),
        Score("RMSE at 457 m, discharges linear", fits[1].error, "mg/L",
              Bound(high=1.02 * error, reason="2 % above OTIS: half a minute earlier on average"),
              f"OTIS {error:.5f}"),
        Score("R² at 457 m, discharges held for a minute", fits[0].determination, "", None,
              f"OTIS {official.determination:.5f}"),
    ]  # fmt: skip
    scores += [
        Score(f"from OTIS at {place} m", share, "% of the area",
              Bound(high=0.25, reason="its injection begins and ends at whole steps"))
        for place, share in shares.items()
    ]  # fmt: skip
    table = [["OTIS, as published", f"{error:.4f}, {official.determination:.4f}", *["–"] * 4]]
    for (words, run), own in zip(runs.items(), fits, strict=True):
        far = (f"{100.0 * apart(curve(run, place), otis(place)):.2f}" for place in PLACES)
        table.append([f"spillsim, {words}", f"{own.error:.4f}, {own.determination:.4f}", *far])
    header = ["run", "at 457 m: RMSE mg/L, R²",
              *(f"from OTIS at {place} m, % of the area" for place in PLACES)]  # fmt: skip
    flow = rows("huey_creek_flow.csv")
    lithium = [Curve("sampled", *samples(), kind="observed"),
               Curve("OTIS", *otis(SAMPLED), kind="reference"),
               Curve("spillsim", *curve(held, SAMPLED))]  # fmt: skip
    panels = [
        Panel("Lithium at 457 m", "clock time, h", "lithium, mg/L", lithium),
        Panel("Discharge at 457 m", "clock time, h", "discharge, m³/s",
              [Curve("given", *line(flow, "time_h", "Q_457"), kind="reference")]),
    ]  # fmt: skip
    remark = (
        "OTIS reads the flow once a minute and keeps it, on average half a minute behind flow "
        "that changes by up to 2 % a minute; straight between the minutes the curve comes that "
        "much earlier."
    )
    return Report(scores, panels, [Table("", header, table)], [remark])


CASES = (
    Case(
        "huey_lithium", "verification", "Huey Creek 1992, a tracer in flow that changes",
        "Is transport in unsteady flow, with areas given, that of OTIS?",
        answer,
        (
            OTIS,
            Source("Runkel, McKnight & Andrews 1998, J. N. Am. Benthol. Soc. 17(2), 230-242: "
                   "the experiment and its flow.", "Numbers of a USGS example, public domain."),
        ),
        assumptions=(
            "The area of a reach is the mean of those at its ends.",
            "Storage zones keep their areas, as in OTIS.",
        ),
    ),
)  # fmt: skip

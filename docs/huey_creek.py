"""Huey Creek 1992: lithium in flow that changes, discharges and areas from a table.

OTIS application 4 (Runkel 1998; Runkel, McKnight & Andrews 1998). Built from tests/data; used by
``generate_validation.py`` and by the tests.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from generated import FOLDER
from numpy.typing import NDArray

import spillsim

Array = NDArray[np.float64]

DATA = FOLDER.parent / "tests" / "data"
IMAGE = FOLDER / "images" / "huey_creek.png"
PLACES = (9, 213, 457, 610)
"""Where OTIS wrote its curves [m]; lithium was sampled at 457 m."""
GAUGED = (0, *PLACES)
START, END = 9.0, 17.2
"""Clock times of the run [h]; it begins early enough for the background to be everywhere."""
BACKGROUND, INJECTED, BEGIN, STOP = 4.3e-4, 0.2958, 11.42, 15.18
"""Mass per time at the head before and after, and during the injection [g/s]; its span [h]."""


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of tests/data."""
    with (DATA / f"huey_creek_{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def column(rows: list[dict[str, str]], name: str) -> Array:
    """Return a column as numbers."""
    return np.array([float(row[name]) for row in rows])


def scenario(interpolation: str = "linear", time_step: str | None = "3 s") -> spillsim.Scenario:
    """Return the four reaches of OTIS, the area of each the mean of those at its ends."""
    flow = rows_of("flow")
    hours = column(flow, "time_h") - START
    nodes = [{"id": f"x{x}"} for x in GAUGED]
    reaches: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    stations = []
    for row, head, foot in zip(rows_of("parameters"), GAUGED, PLACES, strict=False):
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
    return spillsim.scenario.parse(
        {
            "spillsim": 1,
            "case": {
                "title": "Huey Creek, lithium",
                "start": datetime(1992, 1, 7, 9, tzinfo=UTC),
                "duration": f"{END - START:.6g} h",
            },
            "network": {"nodes": nodes, "reaches": reaches},
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


def curve(dataset: xr.Dataset, place: int) -> tuple[Array, Array]:
    """Return clock times [h] and concentrations [mg/L] at a place."""
    found = dataset["concentration"].sel(station=f"{place} m", substance="lithium")
    since = (dataset["time"].values - dataset["time"].values[0]) / np.timedelta64(1, "h")
    return START + since, found.values.astype(np.float64)


def otis(place: int) -> tuple[Array, Array]:
    """Return clock times [h] and concentrations [mg/L] of the OTIS run that is published."""
    rows = rows_of("lithium_otis_official")
    return column(rows, "time_h"), column(rows, f"C_{place}m")


def samples() -> tuple[Array, Array]:
    """Return clock times [h] and lithium [mg/L] at 457 m."""
    rows = rows_of("lithium_observed")
    return column(rows, "time_h"), column(rows, "Li_mg_L")


def score(time: Array, values: Array) -> tuple[float, float]:
    """Return the root mean square error [mg/L] and R2 of a curve at 457 m against the samples."""
    when, seen = samples()
    miss = np.interp(when, time, values) - seen
    spread = float(np.sum((seen - seen.mean()) ** 2))
    return float(np.sqrt(np.mean(miss**2))), 1.0 - float(np.sum(miss**2)) / spread


def apart(dataset: xr.Dataset, place: int) -> float:
    """Return the area between a computed curve and that of OTIS, as a share of the latter."""
    when, other = otis(place)
    own = np.interp(when, *curve(dataset, place))
    return float(np.trapezoid(np.abs(own - other), when) / np.trapezoid(other, when))


RUNS = {
    "discharges linear between the minutes": "linear",
    "discharges held for a minute, as OTIS holds them": "steps",
}


def table_rows() -> list[list[str]]:
    """Return how far OTIS and spillsim are from the samples, and spillsim from OTIS."""
    error, determination = score(*otis(457))
    rows = [["OTIS, as published", f"{error:.4f}, {determination:.4f}", *["–"] * len(PLACES)]]
    for words, interpolation in RUNS.items():
        run = spillsim.run(scenario(interpolation))
        error, determination = score(*curve(run, 457))
        shares = [f"{100.0 * apart(run, place):.2f}" for place in PLACES]
        rows.append([f"spillsim, {words}", f"{error:.4f}, {determination:.4f}", *shares])
    return rows


def draw(path: Path) -> None:
    """Draw samples, OTIS and spillsim at 457 m over the discharge."""
    import matplotlib as mpl

    with mpl.rc_context({"backend": "Agg", "svg.hashsalt": "spillsim"}):
        from matplotlib import pyplot as plt

        figure, (above, below) = plt.subplots(
            2, 1, figsize=(7.0, 5.0), sharex=True, height_ratios=(3, 1), layout="constrained"
        )
        run = spillsim.run(scenario())
        above.plot(*samples(), "o", color="black", ms=4, label="sampled")
        above.plot(*otis(457), color="tab:orange", lw=3.5, alpha=0.6, label="OTIS")
        above.plot(*curve(run, 457), color="tab:blue", lw=1.2, label="spillsim")
        above.set(ylabel="lithium at 457 m, mg/L", xlim=(11.0, END), ylim=(0.0, None))
        above.legend(frameon=False)
        flow = rows_of("flow")
        below.plot(column(flow, "time_h"), column(flow, "Q_457"), color="tab:gray")
        below.set(ylabel="discharge, m³/s", xlabel="clock time, h", ylim=(0.0, None))
        figure.savefig(path, dpi=110, metadata={"Software": None})
        plt.close(figure)

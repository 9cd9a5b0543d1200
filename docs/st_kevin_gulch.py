"""St. Kevin Gulch 1986: iron of a mine drainage in steady flow, lost at a rate by reach.

OTIS application 6 (Runkel 1998, with data of Kimball, Broshears, Bencala & McKnight 1991). Acid
water of 211 mg/L seeps in along reach 3, reach 7 loses water. Built from tests/data; used by
``generate_validation.py`` and by the tests. Run by itself it prints the score and the profile.
"""

from __future__ import annotations

import csv
import sys
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
IMAGE = FOLDER / "images" / "st_kevin_gulch.png"
DISCHARGE, UPSTREAM, DISPERSION = 6.12e-3, 0.64, 0.02
"""At the head: discharge [m3/s] and iron [mg/L]; dispersion coefficient everywhere [m2/s]."""
DAYS = 5
"""Time to come to a steady state: the slowest storage zone forgets in a day."""
EVERY = 10
"""The profile is held against every so manyth row of the table of OTIS, that is each 50 m."""
ERROR = 0.03
"""Numerical error asked for at the foot of every reach that something seeps into [-]."""


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of tests/data."""
    with (DATA / f"st_kevin_gulch_iron_{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def column(rows: list[dict[str, str]], name: str) -> Array:
    """Return a column as numbers."""
    return np.array([float(row[name]) for row in rows])


def samples() -> tuple[Array, Array]:
    """Return distances [m] and iron [mg/L] of the 26 samples."""
    rows = rows_of("observed")
    return column(rows, "x_m"), column(rows, "Fe_mg_L")


def otis() -> tuple[Array, Array]:
    """Return distances [m] and iron [mg/L] of the OTIS run that is published."""
    rows = rows_of("otis_official")
    return column(rows, "x_m"), column(rows, "C_mg_L")


def places() -> list[float]:
    """Return where the profile is asked for: at the samples and between them [m]."""
    return sorted({*samples()[0].tolist(), *otis()[0][::EVERY].tolist()})


def scenario(error: float = ERROR, **numerics: str) -> spillsim.Scenario:
    """Return the seven reaches of OTIS with the losses that OTIS-P found."""
    reaches: list[dict[str, Any]] = []
    rates, stations, head = [], [], 0.0
    iron = {"at": {"node": "x0"}, "substance": "iron"}
    table = [{"time [h]": 24 * day, "concentration [mg/L]": UPSTREAM} for day in (0, DAYS)]
    releases = [iron | {"kind": "concentration", "table": table}]
    for number, row in enumerate(rows_of("reaches")):
        name, length = f"r{row['reach']}", float(row["length_m"])
        area, gain = float(row["A_m2"]), float(row["qlat_in_m3_s_m"])
        reaches.append(
            {
                "id": name, "from": f"x{number}", "to": f"x{number + 1}", "length [m]": length,
                "hydraulics": "velocity", "cross_section_area [m2]": area,
                "lateral_inflow [m2/s]": gain - float(row["qlat_out_m3_s_m"]),
                "dispersion_coefficient [m2/s]": DISPERSION,
                "storage_area_ratio": float(row["As_m2"]) / area,
                "exchange_coefficient [1/s]": float(row["alpha_per_s"]),
            }
        )  # fmt: skip
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
    return spillsim.scenario.parse(
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
            "numerics": {"error": error, **numerics},
        }
    )  # fmt: skip


def profile(dataset: xr.Dataset) -> tuple[Array, Array]:
    """Return distances [m] and iron at the end of the run [mg/L]."""
    last = dataset["concentration"].isel(time=-1, substance=0).values
    return np.array(places()), last.astype(np.float64)


def score(distance: Array, iron: Array) -> float:
    """Return the root mean square of log10(computed / sampled) over the 26 samples."""
    where, seen = samples()
    return float(np.sqrt(np.mean(np.log10(np.interp(where, distance, iron) / seen) ** 2)))


def apart(distance: Array, iron: Array) -> tuple[float, float]:
    """Return the mean and the largest distance from the profile of OTIS, as shares of it."""
    where, other = (values[::EVERY] for values in otis())
    miss = np.abs(iron[np.isin(distance, where)] / other - 1.0)
    return float(miss.mean()), float(miss.max())


def table_rows() -> list[list[str]]:
    """Return how far OTIS and spillsim are from the samples, and spillsim from OTIS."""
    rows = [["OTIS, as published", f"{score(*otis()):.3f}", "–", "–"]]
    for error in (0.1, ERROR):
        found = profile(spillsim.run(scenario(error)))
        mean, most = (f"{100.0 * share:.2g}" for share in apart(*found))
        rows.append([f"spillsim, error = {error:g}", f"{score(*found):.3f}", mean, most])
    return rows


def draw(path: Path) -> None:
    """Draw samples, OTIS and spillsim along the stream."""
    import matplotlib as mpl

    with mpl.rc_context({"backend": "Agg", "svg.hashsalt": "spillsim"}):
        from matplotlib import pyplot as plt

        figure, axes = plt.subplots(figsize=(7.0, 3.6), layout="constrained")
        axes.semilogy(*samples(), "o", color="black", ms=4, label="sampled")
        axes.semilogy(*otis(), color="tab:orange", lw=3.5, alpha=0.6, label="OTIS")
        axes.semilogy(*profile(spillsim.run(scenario())), color="tab:blue", lw=1.2,
                      label="spillsim")  # fmt: skip
        axes.set(xlabel="distance, m", ylabel="iron, mg/L", xlim=(0.0, None))
        axes.legend(frameon=False)
        figure.savefig(path, dpi=110, metadata={"Software": None})
        plt.close(figure)


def main() -> None:
    """Print the scores and the profile."""
    for row in table_rows():
        sys.stdout.write("  ".join(row) + "\n")
    where, seen = samples()
    for place, iron in zip(*profile(spillsim.run(scenario())), strict=True):
        at = np.flatnonzero(where == place)
        sampled = f"{seen[at[0]]:10.3g}" if at.size else " " * 10
        sys.stdout.write(f"{place:8g} m {iron:10.4g} mg/L{sampled}\n")


if __name__ == "__main__":
    main()

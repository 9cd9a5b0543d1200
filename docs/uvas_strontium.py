"""Uvas Creek 1972: strontium that sorbs to the streambed while it passes.

OTIS application 2 (Runkel 1998; Bencala 1983). Kinetic sorption to the bed, dC/dt = rho lambda
(C_sed - Kd C); in the storage zone strontium relaxes to its background at 1 1/s. Everything is
linear, so what is computed is the excess over the background. Built from tests/data; used by
``generate_validation.py`` and by the tests.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from generated import FOLDER
from numpy.typing import NDArray

import spillsim
from spillsim.simulation import Run, simulate

Array = NDArray[np.float64]

DATA = FOLDER.parent / "tests" / "data"
IMAGE = FOLDER / "images" / "uvas_strontium.png"
PLACES = (38, 105, 281, 433, 619)
"""Distances of the stations below the injection [m]."""
START, END = 8.25, 24.0
"""Clock times of the run [h]."""
BACKGROUND, INJECTED, BEGIN, STOP = 0.13, 1.73, 8.40, 11.40
"""Strontium before and during the injection [mg/L], and its span [h]."""
DISCHARGE = 0.0125
"""At the head [m3/s]."""
DESORPTION, RELAXATION = 5.6e-5, 1.0
"""Rates of exchange with the bed, and towards the background in the storage zone [1/s]."""
STEP = 18.0
"""Time step of the run [s]; OTIS took ten times that."""
HEAD = [
    "station, m", "samples", "spillsim: RMSE mg/L, R²", "OTIS: RMSE, R²",
    "OTIS refined: RMSE, R²", "spillsim without sorption: RMSE, R²",
    "from OTIS refined, % of the area", "on the bed, from OTIS, % of the area",
]  # fmt: skip


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of tests/data."""
    with (DATA / f"uvas_{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def column(rows: list[dict[str, str]], name: str) -> Array:
    """Return a column as numbers."""
    return np.array([float(row[name]) for row in rows])


def scenario(sorbs: bool = True, step: float = STEP) -> spillsim.Scenario:
    """Return the five reaches of OTIS and the injection, above the background."""
    reaches: list[dict[str, Any]] = []
    stations, sediment = [], []
    for number, row in enumerate(rows_of("parameters")):
        name, area, exchange = f"r{number}", float(row["A_m2"]), float(row["alpha_per_s"])
        reaches.append(
            {
                "id": name, "from": f"n{number}", "to": f"n{number + 1}",
                "length [m]": float(row["length_m"]), "hydraulics": "velocity",
                "cross_section_area [m2]": area,
                "lateral_inflow [m2/s]": float(row["qlat_m3_s_m"]),
                "dispersion_coefficient [m2/s]": float(row["D_m2_s"]),
                "storage_area_ratio": float(row["As_m2"]) / area if exchange > 0.0 else 0.0,
                "exchange_coefficient [1/s]": exchange,
            }
        )  # fmt: skip
        sediment.append({"reach": name, "sediment [g/m3]": float(row["Sr_rho_g_m3"])})
        head = float(row["x_start_m"])
        for place in PLACES:
            if head < place <= head + float(row["length_m"]):
                at = {"reach": name, "distance": f"{place - head} m"}
                stations.append({"name": f"{place} m", "at": at})
    coefficient = float(rows_of("parameters")[0]["Sr_Kd_m3_g"])
    bed = {
        "to": "bed", "distribution_coefficient": f"{1000.0 * coefficient!r} m3/kg",
        "sediment": "20 kg/m3", "rate": f"{DESORPTION} 1/s",
    }  # fmt: skip
    strontium: dict[str, Any] = {"name": "strontium", "storage_decay_rate": f"{RELAXATION} 1/s"}
    if sorbs:
        strontium |= {"sorption": [bed], "rates": sediment}
    excess = INJECTED - BACKGROUND
    pulse = [{"time [h]": t, "concentration [mg/L]": excess} for t in (0.0, STOP - BEGIN)]
    return spillsim.scenario.parse(
        {
            "spillsim": 1,
            "case": {
                "title": "Uvas Creek, strontium",
                "start": datetime(1972, 9, 26, 8, 15, tzinfo=UTC),
                "duration": f"{END - START} h",
            },
            "network": {
                "nodes": [{"id": f"n{i}"} for i in range(len(reaches) + 1)], "reaches": reaches,
            },
            "flow": {"kind": "inflows", "table": [{"node": "n0", "inflow [m3/s]": DISCHARGE}]},
            "substance": [strontium],
            "release": [
                {
                    "kind": "concentration", "at": {"node": "n0"}, "substance": "strontium",
                    "start": f"{BEGIN - START:.12g} h", "table": pulse,
                }
            ],
            "station": stations,
            "output": {"interval": "30 s", "field": True, "field_interval": "6 min"},
            "numerics": {"engine": "march", "time_step": f"{step} s"},
        }
    )  # fmt: skip


def simulated(sorbs: bool = True, step: float = STEP) -> Run:
    """Return the run; its stations stand in the order of ``PLACES``."""
    return simulate(spillsim.assemble(scenario(sorbs, step)))


def curve(run: Run, place: int) -> tuple[Array, Array]:
    """Return clock times [h] and strontium with its background [mg/L] at a place."""
    excess = 1000.0 * run.concentration[0, PLACES.index(place)]
    return START + run.output_time / 3600.0, BACKGROUND + excess


def on_bed(run: Run, place: int) -> tuple[Array, Array]:
    """Return clock times [h] and sorbed strontium above its background [ug/g] beside a place."""
    rows = rows_of("parameters")
    head, length = (
        np.array([float(row[name]) for row in rows])[run.cell_reach]
        for name in ("x_start_m", "length_m")
    )
    middle = head + 0.5 * (run.cell_head + run.cell_foot)
    # OTIS wrote the middles of its cells; a cell that lies in two reaches has the bed of both
    far = np.where((run.cell_head < 0.0) | (run.cell_foot > length), np.inf, 0.0)
    cell = int(np.argmin(np.abs(middle - (place - 0.5)) + far))
    row = rows[run.cell_reach[cell]]
    water = float(row["A_m2"]) * float(run.cell_foot[cell] - run.cell_head[cell])
    grains = 1e-3 * float(row["Sr_rho_g_m3"]) * water
    return START + run.field_time / 3600.0, 1e6 * run.bed_field[0, :, cell] / grains


def otis_on_bed(place: int) -> tuple[Array, Array]:
    """Return clock times [h] and sorbed strontium above its background [ug/g] of OTIS."""
    rows = rows_of("strontium_sorbed_otis_official")
    sorbed = column(rows, f"Csed_{place}m")
    return column(rows, "time_h"), 1e6 * (sorbed - sorbed[0])


def otis(place: int, name: str = "official") -> tuple[Array, Array]:
    """Return clock times [h] and strontium [mg/L] of a run of OTIS, ``official`` or ``refined``."""
    rows = rows_of(f"strontium_otis_{name}")
    return column(rows, "time_h"), column(rows, f"C_{place}m")


def samples(place: int) -> tuple[Array, Array]:
    """Return clock times [h] and strontium [mg/L] sampled at a place during the run."""
    rows = [row for row in rows_of("strontium_observed") if int(row["station_m"]) == place]
    when, seen = column(rows, "time_h"), column(rows, "Sr_mg_L")
    inside = (when >= START) & (when <= END)
    return when[inside], seen[inside]


def score(place: int, time: Array, values: Array) -> tuple[float, float]:
    """Return the root mean square error [mg/L] and R2 of a curve against the samples."""
    when, seen = samples(place)
    miss = np.interp(when, time, values) - seen
    spread = float(np.sum((seen - seen.mean()) ** 2))
    return float(np.sqrt(np.mean(miss**2))), 1.0 - float(np.sum(miss**2)) / spread


def apart(run: Run, place: int, name: str = "refined") -> float:
    """Return the area between a computed curve and that of OTIS, as a share of its excess."""
    when, other = otis(place, name)
    own = np.interp(when, *curve(run, place))
    return float(np.sum(np.abs(own - other)) / np.sum(other - BACKGROUND))


def apart_on_bed(run: Run, place: int) -> float:
    """Return the area between what is sorbed and that of OTIS, as a share of the latter."""
    when, other = otis_on_bed(place)
    own = np.interp(when, *on_bed(run, place), left=0.0)
    return float(np.sum(np.abs(own - other)) / np.sum(other))


def table_rows() -> list[list[str]]:
    """Return how far OTIS and spillsim are from the samples, and spillsim from OTIS."""
    run, bare = simulated(), simulated(sorbs=False)
    rows = []
    for place in PLACES:
        curves = (curve(run, place), otis(place), otis(place, "refined"), curve(bare, place))
        fits = [score(place, *one) for one in curves]
        shares = (apart(run, place), apart_on_bed(run, place))
        rows.append(
            [str(place), str(samples(place)[0].size), *(f"{e:.3f}, {r:.3f}" for e, r in fits),
             *(f"{100.0 * share:.2g}" for share in shares)]
        )  # fmt: skip
    return rows


def draw(path: Path) -> None:
    """Draw samples, OTIS and spillsim at three stations, in the water and on the bed."""
    import matplotlib as mpl

    with mpl.rc_context({"backend": "Agg", "svg.hashsalt": "spillsim"}):
        from matplotlib import pyplot as plt

        figure, (above, below) = plt.subplots(
            2, 1, figsize=(7.0, 5.6), sharex=True, layout="constrained"
        )
        run = simulated()
        for place, color in zip((38, 281, 619), ("tab:blue", "tab:green", "tab:purple"),
                                strict=True):  # fmt: skip
            above.plot(*samples(place), "o", color=color, ms=3, alpha=0.6)
            above.plot(*otis(place, "refined"), color="tab:orange", lw=3.0, alpha=0.5)
            above.plot(*curve(run, place), color=color, lw=1.2, label=f"{place} m")
            below.plot(*otis_on_bed(place), color="tab:orange", lw=3.0, alpha=0.5)
            below.plot(*on_bed(run, place), color=color, lw=1.2)
        above.set(ylabel="strontium, mg/L", xlim=(START, END), ylim=(0.0, None))
        above.legend(frameon=False, title="samples, OTIS (wide), spillsim")
        below.set(ylabel="sorbed on the bed, µg/g", xlabel="clock time, h", ylim=(0.0, None))
        figure.savefig(path, dpi=110, metadata={"Software": None})
        plt.close(figure)

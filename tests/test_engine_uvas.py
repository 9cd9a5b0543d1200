"""Uvas Creek 1972 chloride (Bencala & Walters 1983; Avanzino et al. 1984), excess over 3.7 mg/L.

The problem is linear and lateral inflow carries the background, so the excess has clean inflow.
Injection from 8.40 to 11.40 h. The refined OTIS run steps at the injection's exact times; the
official one acts half a step late and is therefore no reference for the front at 38 m.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from engine_cases import Solved, at, inlet, reach, slope, solve

DATA = Path(__file__).parent / "data"
PLACES = {38: ("r1", 38.0), 105: ("r2", 67.0), 281: ("r3", 176.0), 433: ("r4", 152.0),
          619: ("r5", 186.0)}  # fmt: skip
# RMSE [mg/L] and R2 of the official OTIS run (USGS OTIS 1998, application 1) against observations
OFFICIAL = {281: (0.387, 0.977), 433: (0.215, 0.990), 619: (0.198, 0.983)}


def table(name: str) -> list[dict[str, str]]:
    text = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in text if not line.startswith("#")))


def march(step: float) -> Solved:
    rows = []
    for row in table("uvas_parameters.csv"):
        number, alpha = int(row["reach"]), float(row["alpha_per_s"])
        ratio = float(row["As_m2"]) / float(row["A_m2"]) if alpha > 0.0 else 0.0
        rows.append(
            reach(f"r{number}", f"n{number - 1}", f"n{number}", float(row["length_m"]),
                  float(row["A_m2"]), float(row["D_m2_s"]), storage=(ratio, alpha),
                  lateral=float(row["qlat_m3_s_m"]))
        )  # fmt: skip
    source = inlet("n0", [0.0, 3.0 * 3600.0], [7.7e-3, 7.7e-3])
    stations = [at(name, x) for name, x in PLACES.values()]
    return solve(rows, {"n0": 0.0125}, [source], stations, 15.85 * 3600.0, 60.0, time_step=step)


@pytest.fixture(scope="module")
def creek() -> Solved:
    return march(18.0)


def chloride(creek: Solved, place: int, hours: np.ndarray) -> np.ndarray:
    curve = creek.curve(list(PLACES).index(place))
    return 3.7 + 1000.0 * np.interp(hours, 8.4 + creek.time / 3600.0, curve, left=0.0)


@pytest.mark.parametrize("place", list(PLACES))
def test_against_the_refined_run(creek: Solved, place: int) -> None:
    rows = table("uvas_chloride_otis_storage_refined.csv")
    hours = np.array([float(row["time_h"]) for row in rows])
    reference = np.array([float(row[f"C_{place}m"]) for row in rows])
    miss = np.abs(chloride(creek, place, hours) - reference)
    assert miss.sum() / (reference - 3.7).sum() < 0.004
    # the front at 38 m rises by 3 mg/L in 0.1 h: 0.2 mg/L there are 25 s
    assert miss.max() < (0.25 if place == 38 else 0.08)


@pytest.mark.parametrize("place", list(OFFICIAL))
def test_against_observations(creek: Solved, place: int) -> None:
    rows = [r for r in table("uvas_chloride_observed.csv") if float(r["station_m"]) == place]
    rows = [r for r in rows if 8.25 <= float(r["time_h"]) <= 24.0]
    hours = np.array([float(r["time_h"]) for r in rows])
    seen = np.array([float(r["Cl_mg_L"]) for r in rows])
    miss = chloride(creek, place, hours) - seen
    rmse, r2 = OFFICIAL[place]
    # the printed skill has three digits
    assert np.sqrt(np.mean(miss**2)) < rmse + 0.0015
    assert 1.0 - (miss**2).sum() / ((seen - seen.mean()) ** 2).sum() > r2 - 0.0015


@pytest.mark.xfail(strict=True, reason="open: exchange lags half a step behind the boundary")
def test_second_order_where_the_release_lies_above_the_storage() -> None:
    # measured at 619 m: 0.0033, 0.0018, 0.00095, 0.0005 at 145, 72, 36, 18 s, which is first order
    rows = table("uvas_chloride_otis_storage_refined.csv")
    hours = np.array([float(row["time_h"]) for row in rows])
    reference = np.array([float(row["C_619m"]) for row in rows])
    errors = []
    for step in (144.0, 72.0, 36.0):
        miss = np.abs(chloride(march(step), 619, hours) - reference)
        errors.append(float(miss.sum() / (reference - 3.7).sum()))
    assert slope((144.0, 72.0, 36.0), errors) > 1.5

"""Compute every number of validation.md and of the README and write it there.

Run ``python docs/generate_validation.py`` in the root of the repository; ``--check`` only tells
whether the pages are current. Nothing but the repository is needed. The functions return numbers,
``pages`` turns them into tables; a test computes them anew.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import huey_creek
import numpy as np
import st_kevin_gulch
import uvas_strontium
import xarray as xr
from draw_cases import CASE as ISHIM
from draw_cases import PLACES, highest
from generated import FOLDER, differences, table, with_blocks
from numpy.typing import NDArray

import spillsim
from spillsim import analysis, analytic, cli
from spillsim.analytic import laplace
from spillsim.formulas import DISPERSION_FORMULAS, dispersion_coefficient
from spillsim.simulation import simulate

Array = NDArray[np.float64]

ROOT = FOLDER.parent
DATA = ROOT / "tests" / "data"
HOUR, KM = 3600.0, 1000.0
ERRORS = (0.1, 0.03, 0.01, 0.003, 0.001)
RELATIVE, ABSOLUTE = 0.03, 2e-3
EXACT = 1e-10
"""Largest error of the transfer engine against exact solutions [-]."""
"""Tolerances of the check: processors round differently, and tables show few digits."""


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of tests/data."""
    with (DATA / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


# --- closed forms --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A river of one or two reaches with an exact curve at every station."""

    name: str
    reaches: tuple[tuple[float, float, float, float], ...]
    """Length [m], velocity [m/s], area [m2] and dispersion coefficient [m2/s] of each reach."""
    release: dict[str, Any]
    stations: tuple[float, ...]
    """Distance from the head [m]."""
    duration: float
    interval: float
    exact: Callable[[float, Array], Array]
    """Distance [m] and times [s] -> concentration [kg/m3]."""
    decay: float = 0.0
    storage: tuple[float, float] | None = None
    """Area ratio and exchange coefficient [1/s]."""


_U, _D, _A, _MASS = 0.7, 30.0, 100.0, 1000.0
_REACH = analytic.UniformReach(_U, _D)
_STORED = laplace.StreamZone(
    _U, _D, _A, 1e-6, laplace.TransientStorage(0.1, 1e-5, 1e-6)
)  # fmt: skip
_UPPER = laplace.StreamZone(_U, _D, _A)
_LOWER = laplace.StreamZone(_U / 2, _D / 2, _A * 2)


def _slug(distance: float, time: Array) -> Array:
    return analytic.infinite_slug(distance - 20.0 * KM, time, _MASS, _A, _REACH)


def _pulse(distance: float, time: Array) -> Array:
    level = _MASS / (HOUR * _U * _A)
    return analytic.finite_pulse(
        lambda t: analytic.third_type_step(distance, t, level, _REACH), time, HOUR
    )


def _stored(distance: float, time: Array) -> Array:
    level = _MASS / (HOUR * _U * _A)
    return _inverted(lambda s: level * laplace.third_type(s, distance, _STORED), time, HOUR)


def _changing(distance: float, time: Array) -> Array:
    return _inverted(
        lambda s: 0.01 * laplace.two_zones(s, distance, _UPPER, 30.0 * KM, _LOWER),
        time,
        3.0 * HOUR,
    )


def _inverted(transform: Callable[[Any], Any], time: Array, pulse: float) -> Array:
    window = analytic.PassageWindow(0.0, 2.0 * float(time[-1]))
    return analytic.invert_on_window(
        lambda s: transform(s) * laplace.pulse_source(s, pulse), time, window, points=1024
    )


TASKS = (
    Task(
        "slug inside a uniform reach (Taylor 1954)",
        ((140 * KM, _U, _A, _D),),
        {
            "kind": "slug",
            "at": {"reach": "r0", "distance": "20 km"},
            "mass": f"{_MASS} kg",
        },
        (40 * KM, 120 * KM),
        60 * HOUR,
        300.0,
        _slug,
    ),
    Task(
        "1 h of release at a headwater (van Genuchten & Alves 1982, A2)",
        ((140 * KM, _U, _A, _D),),
        {
            "kind": "constant",
            "at": {"node": "n0"},
            "mass": f"{_MASS} kg",
            "duration": "1 h",
        },
        (20 * KM, 100 * KM),
        60 * HOUR,
        300.0,
        _pulse,
    ),
    Task(
        "the same with transient storage and decay (Laplace transform)",
        ((140 * KM, _U, _A, _D),),
        {
            "kind": "constant",
            "at": {"node": "n0"},
            "mass": f"{_MASS} kg",
            "duration": "1 h",
        },
        (20 * KM, 100 * KM),
        80 * HOUR,
        300.0,
        _stored,
        1e-6,
        (0.1, 1e-5),
    ),
    Task(
        "measured inlet concentration, then a reach of twice the area (Laplace transform)",
        ((30 * KM, _U, _A, _D), (60 * KM, _U / 2, _A * 2, _D / 2)),
        {"kind": "concentration", "at": {"node": "n0"}},
        (20 * KM, 60 * KM),
        80 * HOUR,
        300.0,
        _changing,
    ),
)


def scenario_of(task: Task, numerics: dict[str, Any]) -> spillsim.Scenario:
    """Return the task as a scenario."""
    release = {**task.release, "substance": "tracer"}
    if release["kind"] == "concentration":
        release["table"] = [
            {"time [h]": 0, "concentration [kg/m3]": 0.01},
            {"time [h]": 3, "concentration [kg/m3]": 0.01},
        ]
    count = len(task.reaches)
    nodes = [{"id": f"n{i}", "kind": "junction"} for i in range(count + 1)]
    nodes[0]["kind"], nodes[-1]["kind"] = "headwater", "outlet"
    reaches = [
        {
            "id": f"r{i}", "from": f"n{i}", "to": f"n{i + 1}", "length [m]": length,
            "hydraulics": "velocity", "velocity [m/s]": velocity, "width [m]": 50,
            "dispersion_coefficient [m2/s]": dispersion,
        }
        for i, (length, velocity, _, dispersion) in enumerate(task.reaches)
    ]  # fmt: skip
    heads = np.concatenate([[0.0], np.cumsum([reach[0] for reach in task.reaches])])
    stations = []
    for place in task.stations:
        held = int(np.searchsorted(heads, place, side="right")) - 1
        at = {"reach": f"r{held}", "distance": f"{place - heads[held]} m"}
        stations.append({"name": f"{place / KM:g} km", "at": at})
    data: dict[str, Any] = {
        "spillsim": 1,
        "case": {
            "title": task.name,
            "start": datetime(2000, 1, 1, tzinfo=UTC),
            "duration": f"{task.duration} s",
        },
        "network": {"nodes": nodes, "reaches": reaches},
        "flow": {"kind": "inflows", "table": [{"node": "n0", "inflow [m3/s]": _U * _A}]},
        "substance": [{"name": "tracer", "decay_rate": f"{task.decay} 1/s"}],
        "release": [release],
        "station": stations,
        "output": {"interval": f"{task.interval} s"},
        "numerics": {"engine": "march", **numerics},
    }
    if task.storage is not None:
        ratio, exchange = task.storage
        data["storage"] = {"area_ratio": ratio, "exchange_coefficient": f"{exchange} 1/s"}
    return spillsim.scenario.parse(data)


@dataclass(frozen=True)
class Score:
    """What one run of a task came to."""

    time_step: float
    cells: int
    error: tuple[float, ...]
    """At each station: integral of |c - exact| over integral of exact [-]."""
    peak_error: float
    """Largest |peak / exact peak - 1| over the stations [-]."""
    mass_error: float
    lowest: float
    """Lowest concentration over the highest exact one [-]."""
    shift: float
    """Mean time of passage minus the exact one, at the nearest station [s]."""


def score(task: Task, numerics: dict[str, Any]) -> Score:
    """Run a task and compare it with its exact curves."""
    model = spillsim.assemble(scenario_of(task, numerics))
    run = simulate(model)
    time = run.output_time
    errors, peaks, lowest, shifts = [], [], [], []
    for station, place in enumerate(task.stations):
        exact = np.concatenate([[0.0], task.exact(place, time[1:])])
        curve = run.concentration[0, station]
        errors.append(float(np.abs(curve - exact).sum() / exact.sum()))
        peaks.append(abs(float(curve.max() / exact.max()) - 1.0))
        lowest.append(float(curve.min() / exact.max()))
        shifts.append(float(time @ curve / curve.sum() - time @ exact / exact.sum()))
    return Score(
        model.time_step, model.cells, tuple(errors), max(peaks), run.mass_error, min(lowest),
        shifts[0],
    )  # fmt: skip


def accuracy_rows(tasks: tuple[Task, ...] = TASKS) -> list[list[str]]:
    """Return error asked for against error found."""
    rows = []
    for task in tasks:
        for error in ERRORS:
            found = score(task, {"error": error})
            rows.append(
                [
                    task.name, _percent(error), f"{found.time_step:.0f}", found.cells,
                    _percent(found.error[0]), _percent(found.error[-1]),
                    _percent(found.peak_error),
                ]
            )  # fmt: skip
    return rows


STEPS = (1200.0, 600.0, 300.0, 150.0)


def order_rows(tasks: tuple[Task, ...] = TASKS) -> list[list[str]]:
    """Return errors at halved time steps and the orders between them, at the nearest station."""
    rows = []
    for task in tasks:
        for limiter in ("positive", "none"):
            scores = [score(task, {"time_step": f"{step} s", "limiter": limiter}) for step in STEPS]
            errors = np.array([found.error[0] for found in scores])
            orders = np.log2(errors[:-1] / errors[1:])
            rows.append(
                [
                    task.name, limiter, *map(_percent, errors), *(f"{o:.1f}" for o in orders),
                    _seconds(scores[-1].shift),
                ]
            )  # fmt: skip
    return rows


def closure_text() -> str:
    """Return a sentence on mass and sign, checked here."""
    worst, lowest = 0.0, 0.0
    for task in TASKS:
        found = score(task, {"error": 0.01})
        worst, lowest = max(worst, found.mass_error), min(lowest, found.lowest)
    cases = ("quickstart", "baia_mare_2000", "irtysh_ridder")
    for case in cases:
        model = spillsim.assemble(spillsim.load(ROOT / "scenarios" / case))
        run = simulate(model)
        wanted = sum(release.schedule.mass for release in model.releases)
        missing = abs(float(run.ledger.released[:, -1].sum()) / wanted - 1.0)
        worst = max(worst, run.mass_error, missing)
        lowest = min(lowest, float(run.concentration.min() / run.concentration.max()))
    exact = max(max(score(task, {"engine": "transfer"}).error) for task in TASKS)
    if exact > EXACT:
        raise AssertionError(f"the transfer engine is off by {exact:.1e}")
    if worst > 1e-13 or lowest < 0.0:
        raise AssertionError(f"mass error {worst:.1e}, lowest concentration {lowest:.1e}")
    return (
        f"In the {len(TASKS)} tasks above (at 1 %) and the cases `{'`, `'.join(cases)}`, at every "
        "ledger time, the mass released differs from the sum of the mass in the water, in storage, "
        "decayed, abstracted and past the outlet by less than 1e-13 of what was released; in the "
        "cases the mass released is that of the scenario within the same bound. No concentration "
        "at a station is negative. The transfer engine's curves in the tasks above differ from the "
        "exact ones by less than 1e-10 of the area under them."
    )


# --- Uvas Creek ----------------------------------------------------------------------------------

BACKGROUND = 3.7
"""Chloride in the creek before and beside the injection [mg/L]."""
UVAS_STATIONS = (38, 105, 281, 433, 619)
UVAS_START = 8.25
"""Clock time of the start [h]."""
UVAS_END = 24.0
"""Clock time of the end of the run [h]."""


def uvas_scenario(storage: bool = True) -> spillsim.Scenario:
    """Return the chloride injection of 1972 above its background, parameters as in OTIS."""
    rows = rows_of("uvas_parameters.csv")
    nodes = [{"id": f"n{i}", "kind": "junction"} for i in range(len(rows) + 1)]
    nodes[0]["kind"], nodes[-1]["kind"] = "headwater", "outlet"
    reaches, stations = [], []
    for i, row in enumerate(rows):
        area, stored = float(row["A_m2"]), float(row["As_m2"])
        exchange = float(row["alpha_per_s"]) if storage else 0.0
        reaches.append(
            {
                "id": f"r{i}", "from": f"n{i}", "to": f"n{i + 1}",
                "length [m]": float(row["length_m"]), "hydraulics": "velocity",
                "cross_section_area [m2]": area,
                "lateral_inflow [m2/s]": float(row["qlat_m3_s_m"]),
                "dispersion_coefficient [m2/s]": float(row["D_m2_s"]),
                "storage_area_ratio": stored / area if exchange > 0.0 else 0.0,
                "exchange_coefficient [1/s]": exchange,
            }
        )  # fmt: skip
        start, length = float(row["x_start_m"]), float(row["length_m"])
        for place in UVAS_STATIONS:
            if start < place <= start + length:
                at = {"reach": f"r{i}", "distance": f"{place - start} m"}
                stations.append({"name": f"{place} m", "at": at})
    return spillsim.scenario.parse(
        {
            "spillsim": 1,
            "case": {
                "title": "Uvas Creek, chloride",
                "start": datetime(1972, 9, 26, 8, 15, tzinfo=UTC),
                "duration": "15.75 h",
            },
            "network": {"nodes": nodes, "reaches": reaches},
            "flow": {"kind": "inflows", "table": [{"node": "n0", "inflow [m3/s]": 0.0125}]},
            "substance": [{"name": "chloride"}],
            "release": [
                {
                    "kind": "concentration", "at": {"node": "n0"}, "substance": "chloride",
                    "start": "0.15 h",
                    "table": [
                        {"time [h]": 0, "concentration [mg/L]": 11.4 - BACKGROUND},
                        {"time [h]": 3, "concentration [mg/L]": 11.4 - BACKGROUND},
                    ],
                }
            ],
            "station": stations,
            "output": {"interval": "30 s"},
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """How well a curve meets observations."""

    error: float
    """Root mean square [mg/L]."""
    determination: float
    """1 - sum of squares of the residuals over that about the mean [-]."""
    peak: float
    """[mg/L]"""
    peak_time: float
    """[h]"""


def fit(time: Array, curve: Array, seen_time: Array, seen: Array) -> Fit:
    """Compare a curve with observations at their times."""
    residual = np.interp(seen_time, time, curve) - seen
    spread = seen - seen.mean()
    top = int(np.argmax(curve))
    return Fit(
        float(np.sqrt(np.mean(residual**2))),
        float(1.0 - np.sum(residual**2) / np.sum(spread**2)),
        float(curve[top]),
        float(time[top]),
    )


def uvas_rows() -> list[list[str]]:
    """Return root mean square errors and R2 of spillsim and OTIS against the samples."""
    samples = rows_of("uvas_chloride_observed.csv")
    others = [rows_of(f"uvas_chloride_otis_{name}.csv") for name in ("official", "storage_refined")]
    runs = [spillsim.run(uvas_scenario(storage)) for storage in (True, False)]
    rows = []
    for place in UVAS_STATIONS:
        own = [row for row in samples if int(row["station_m"]) == place]
        when = np.array([float(row["time_h"]) for row in own])
        seen = np.array([float(row["Cl_mg_L"]) for row in own])
        inside = (when >= UVAS_START) & (when <= UVAS_END)
        when, seen = when[inside], seen[inside]
        fits = []
        for run in runs:
            curve = run["concentration"].sel(station=f"{place} m", substance="chloride")
            hours = (run["time"].values - run["time"].values[0]) / np.timedelta64(1, "h")
            fits.append(
                fit(UVAS_START + hours, BACKGROUND + curve.values.astype(float), when, seen)
            )
        for other in others:
            time = np.array([float(row["time_h"]) for row in other])
            curve = np.array([float(row[f"C_{place}m"]) for row in other])
            fits.append(fit(time, curve, when, seen))
        cells = [f"{f.error:.3f}, {f.determination:.3f}" for f in fits]
        top = int(np.argmax(seen))
        rows.append(
            [
                place, len(seen), cells[0], cells[2], cells[3], cells[1],
                f"{seen[top]:.2f} at {when[top]:.2f}",
                f"{fits[0].peak:.2f} at {fits[0].peak_time:.2f}",
            ]
        )  # fmt: skip
    return rows


# --- Baia Mare 2000 ------------------------------------------------------------------------------

_WORDS = {
    "arrival": "arrival",
    "peak_time": "time of the peak",
    "peak_concentration": "peak",
    "sample": "sample",
}


def baia_mare_rows(dataset: xr.Dataset) -> list[list[str]]:
    """Return reported and computed arrivals, peaks and samples, none left out but proxies."""
    with (ROOT / "scenarios/baia_mare_2000/observed.csv").open(encoding="utf-8") as stream:
        reports = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    passages = {row.station: row for row in analysis.station_table(dataset)}
    start = datetime.fromisoformat(dataset.attrs["first_release"])
    rows = []
    for report in reports:
        kind = report["quantity"]
        if kind not in _WORDS:
            continue
        passage = passages[report["station"]]
        distance = f"{passage.distance:.0f}"
        when = datetime.fromisoformat(report["time"]) if report["time"] else None
        seen_hours = (when - start).total_seconds() / HOUR if when else None
        if kind in ("arrival", "peak_time"):
            moment = passage.arrival if kind == "arrival" else passage.peak
            assert seen_hours is not None
            computed = (moment - start).total_seconds() / HOUR if moment else None
            rows.append(
                [
                    report["station"], distance, _WORDS[kind], f"+{seen_hours:.0f} h",
                    f"+{computed:.0f} h" if computed else "never above",
                    f"{computed - seen_hours:+.0f} h ({computed / seen_hours - 1:+.0%})"
                    if computed else "–",
                ]
            )  # fmt: skip
            continue
        seen = float(report["value"])
        if kind == "sample":
            assert when is not None
            instant = np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "ns")
            curve = dataset["concentration"].sel(station=report["station"], substance="cyanide")
            value = float(curve.interp(time=instant))
            label = f"sample at +{seen_hours:.0f} h"
        else:
            value, label = passage.peak_concentration, _WORDS[kind]
        rows.append(
            [
                report["station"], distance, label, f"{seen:.3g} mg/L", f"{value:.3g} mg/L",
                f"× {value / seen:.2g}",
            ]
        )  # fmt: skip
    return rows


def baia_mare_summary(rows: list[list[str]]) -> str:
    """Return the ranges of the table in a sentence."""
    times = [float(row[5].split("(")[1].rstrip("%)")) for row in rows if "%" in row[5]]
    peaks = [float(row[5].removeprefix("× ")) for row in rows if row[2] == "peak"]
    missed = sum(row[4] == "never above" for row in rows)
    return (
        f"{len(times)} reported times are computed between {-min(times):.0f} % early and "
        f"{max(times):.0f} % late, {len(peaks)} reported peaks at {min(peaks):.2g} to "
        f"{max(peaks):.2g} of their value; {missed} reported arrival is not reproduced at all."
    )


# --- Ishim 2024 ----------------------------------------------------------------------------------


def ishim_rows() -> list[list[str]]:
    """Return the highest stage reported at each gauge and the highest discharge computed there."""
    dataset = spillsim.run(ISHIM)
    reported = highest()
    rows = []
    for place in PLACES:
        discharge = dataset["discharge_over_time"].sel(station=place).values
        top = int(np.argmax(discharge))
        moments = [reported[place][0], dataset["time"].values[top]]
        # both in local time, UTC+5
        local = [(np.datetime64(m, "h") + np.timedelta64(5, "h")).item() for m in moments]
        seen, computed = (f"{at.day} {at:%B}" for at in local)
        used = "check" if place == "Ilinka" else "inflow" if "dam" in place else "fit"
        rows.append([place, used, f"{reported[place][1]} cm, {seen}",
                     f"{discharge[top]:,.0f} m³/s, {computed}"])  # fmt: skip
    return rows


# --- dispersion formulas -------------------------------------------------------------------------

FIELD_TABLES = {
    "dispersion_71_tayfur2005.csv": (2, 3, 4, 5, 10),
    "dispersion_96_toprak2004.csv": (4, 3, 5, 6, 7),
    "dispersion_149_etemad2012.csv": (2, 3, 4, 5, 6),
}
"""Columns of width, depth, velocity, shear velocity and measured coefficient."""


def field_data(name: str) -> Array:
    """Return width, depth, velocity, shear velocity and measured coefficient, (5, n) SI."""
    rows = [list(row.values()) for row in rows_of(name)]
    return np.array([[float(row[column]) for column in FIELD_TABLES[name]] for row in rows]).T


def formula_rows() -> list[list[str]]:
    """Return median, scatter and shares within a factor of every formula on the field data."""
    scored = []
    for name in DISPERSION_FORMULAS:
        cells, sizes = [], []
        for file in FIELD_TABLES:
            *arguments, measured = field_data(file)
            ratio = np.log10(dispersion_coefficient(name, *arguments) / measured)
            scatter = float(np.sqrt(np.mean(ratio**2)))
            sizes.append(scatter)
            within = 100.0 * np.mean(np.abs(ratio) <= np.log10(2.0))
            cells.append(f"{10 ** np.median(ratio):.2f}, {scatter:.2f}, {within:.0f}")
        scored.append((sizes[0], [f"`{name}`", *cells]))
    return [row for _, row in sorted(scored, key=lambda pair: pair[0])]


# --- page ----------------------------------------------------------------------------------------


def _seconds(time: float) -> str:
    return f"{time:+.1f}" if abs(time) >= 0.05 else "0"


def _percent(share: float) -> str:
    return f"{100.0 * share:.2g}"


def baia_mare() -> xr.Dataset:
    """Return the run of the case with its metrics."""
    return spillsim.run(ROOT / "scenarios" / "baia_mare_2000")


def readme_accuracy(
    accuracy: list[list[str]], uvas: list[list[str]], summary: str, formulas: list[list[str]]
) -> str:
    """Return the section of the README, taken from the tables of the page."""

    def worst(asked: str, *columns: int) -> str:
        return max((row[c] for row in accuracy if row[1] == asked for c in columns), key=float)

    last = uvas[-1]
    own, otis, bare = (last[column].split(", ")[1] for column in (2, 3, 5))
    share = formulas[0][1].split(", ")[2]
    return "\n".join(
        [
            f"- **Exact solutions.** Asked for 1 %, the largest error found in {len(TASKS)} rivers",
            f"  with known solutions is {worst('1', 4, 5)} % of the area under the curve and",
            f"  {worst('1', 6)} % of the peak; asked for 0.1 %, {worst('0.1', 4, 5)} % and",
            f"  {worst('0.1', 6)} %.",
            "- **Mass.** What was released and what is found differ by less than 1e-13 of the",
            "  release; nothing is negative.",
            f"- **A tracer experiment.** Chloride in Uvas Creek, {last[0]} m below the injection:",
            f"  R² {own} with published parameters (OTIS {otis}, without dead zones {bare}).",
            "- **A documented accident, nothing fitted.** Baia Mare 2000 with mean flows:",
            f"  {summary}",
            f"- **The default dispersion formula** predicts {share} % of 71 measured reaches",
            "  within a factor of two.",
        ]
    )


def terminal_sample() -> str:
    """Return what the terminal shows of the accident, notices left out."""
    heard = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    here, columns = Path.cwd(), os.environ.get("COLUMNS")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(heard):
        target = Path(folder) / "baia_mare_2000.nc"
        os.environ["COLUMNS"] = "120"
        os.chdir(ROOT)
        try:
            code = cli.main(["run", "scenarios/baia_mare_2000", "-o", str(target)])
        finally:
            os.chdir(here)
            if columns is None:
                del os.environ["COLUMNS"]
            else:
                os.environ["COLUMNS"] = columns
    if code != 0:
        raise AssertionError(f"spillsim run ended with {code}")
    heard.seek(0)
    lines = [line.rstrip() for line in heard.read().splitlines()]
    timed = ("compiling", "computed ", "output ", "wrote ", "next ", "note ")
    kept, skipping = [], False
    for line in lines:
        skipping = line.startswith(timed) or (skipping and line.startswith(" " * 10))
        if not skipping:
            kept.append(line)
    return "```console\n$ spillsim run scenarios/baia_mare_2000\n" + "\n".join(kept) + "\n```"


def pages() -> dict[Path, dict[str, str]]:
    """Return the generated parts of the pages by name."""
    accuracy, uvas, formulas = accuracy_rows(), uvas_rows(), formula_rows()
    accident = baia_mare_rows(baia_mare())
    summary = baia_mare_summary(accident)
    page = {
        "accuracy": table(
            ["river and exact solution", "error asked, %", "time step, s", "cells",
             "error found, % at the near", "and the far station", "peak wrong by, %"],
            accuracy,
        ),
        "order": table(
            ["river", "limiter", *(f"error, % at {s:.0f} s" for s in STEPS),
             *(f"order to {s:.0f} s" for s in STEPS[1:]),
             f"shift of the mean passage at {STEPS[-1]:.0f} s, s"],
            order_rows(),
        ),
        "closure": closure_text(),
        "uvas": table(
            ["station, m", "samples", "spillsim: RMSE mg/L, R²", "OTIS: RMSE, R²",
             "OTIS refined: RMSE, R²", "spillsim without storage: RMSE, R²",
             "sampled peak, mg/L at h", "spillsim peak"],
            uvas,
        ),
        "strontium": table(uvas_strontium.HEAD, uvas_strontium.table_rows()),
        "huey": table(
            ["run", "at 457 m: RMSE mg/L, R²",
             *(f"from OTIS at {place} m, % of the area" for place in huey_creek.PLACES)],
            huey_creek.table_rows(),
        ),
        "st_kevin": table(
            ["run", "rms of log10 at the samples", "from OTIS, % on average", "at most, %"],
            st_kevin_gulch.table_rows(),
        ),
        "baia_mare": table(
            ["station", "km", "what", "reported", "computed", "difference"], accident
        ),
        "summary": summary,
        "ishim": table(
            ["gauge", "used for", "highest stage reported", "highest discharge computed"],
            ishim_rows(),
        ),
        "formulas": table(["formula", "71 reaches", "96 reaches", "149 rows"], formulas),
    }  # fmt: skip
    readme = {
        "terminal": terminal_sample(),
        "accuracy": readme_accuracy(accuracy, uvas, summary, formulas),
    }
    return {FOLDER / "validation.md": page, ROOT / "README.md": readme}


def main(check: bool) -> int:
    """Write the pages, or tell what is not current."""
    stale = False
    for path, made in pages().items():
        old = path.read_text(encoding="utf-8")
        new = with_blocks(old, made)
        changed = differences(old, new, RELATIVE, ABSOLUTE)
        stale = stale or bool(changed)
        for before, after in changed:
            print(f"- {before}\n+ {after}")
        if changed and not check:
            path.write_text(new, encoding="utf-8")
        word = "not current" if check else "written"
        print(f"{path.name}: {word if changed else 'current'}")
    if not check:
        huey_creek.draw(huey_creek.IMAGE)
        st_kevin_gulch.draw(st_kevin_gulch.IMAGE)
        uvas_strontium.draw(uvas_strontium.IMAGE)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))

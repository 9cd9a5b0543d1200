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
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr
from draw_cases import CASE as ISHIM
from draw_cases import PLACES, highest
from generated import FOLDER, differences, table, with_blocks
from numpy.typing import NDArray

import spillsim
from spillsim import analysis, cli
from spillsim.formulas import DISPERSION_FORMULAS, dispersion_coefficient
from spillsim.validation import Report, Score
from spillsim.validation.pack import cases

Array = NDArray[np.float64]

ROOT = FOLDER.parent
DATA = ROOT / "tests" / "data"
HOUR = 3600.0
BLOCKS = {
    "accuracy": "exact_error", "transfer": "exact_transfer", "order": "exact_order",
    "clock": "exact_clock", "closure": "exact_mass", "decay": "otis_decay",
    "uvas": "uvas_chloride", "strontium": "uvas_strontium", "huey": "huey_lithium",
    "st_kevin": "st_kevin_iron",
}  # fmt: skip
"""Parts of the page that cases of the validation pack answer."""
RELATIVE, ABSOLUTE = 0.03, 2e-3
"""Tolerances of the check: processors round differently, and tables show few digits."""


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of tests/data."""
    with (DATA / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


# --- cases of the validation pack ---------------------------------------------------------------


def case_tables(name: str) -> str:
    """Return the scores and the tables of a case of the pack."""
    report = report_of(name)
    parts = [table(["score", "value", "bound"], [score_row(score) for score in report.scores])]
    for one in report.tables:
        parts += [*([one.title] if one.title else []), table(list(one.header), list(one.rows))]
    return "\n\n".join([*parts, *report.remarks])


def score_row(score: Score) -> list[str]:
    """Return a score beside its bound."""
    bound = score.bound
    limits = ""
    if bound is not None:
        low, high = (f"{value:.5g}" for value in (bound.low, bound.high))
        limits = f"≤ {high}" if bound.low == -np.inf else f"≥ {low}"
        limits += f": {bound.reason}"
    return [score.name, f"{score.value:.5g} {score.unit}".strip(), limits]


@cache
def report_of(name: str) -> Report:
    """Return what a case answers; once."""
    (case,) = (case for case in cases() if case.name == name)
    return case.answer()


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


def baia_mare() -> xr.Dataset:
    """Return the run of the case with its metrics."""
    return spillsim.run(ROOT / "scenarios" / "baia_mare_2000")


def readme_accuracy(summary: str, formulas: list[list[str]]) -> str:
    """Return the section of the README, taken from the tables of the page."""
    exact = [row for row in report_of("exact_error").tables[0].rows if row[1] == "1"]
    area, peak = (
        max(float(row[column]) for row in exact[:-1] for column in columns)
        for columns in ((4, 5), (6,))
    )
    last = report_of("uvas_chloride").tables[0].rows[-1]
    own, otis, bare = (str(last[column]).split(", ")[1] for column in (2, 3, -1))
    share = formulas[0][1].split(", ")[2]
    return "\n".join(
        [
            f"- **Exact solutions.** Asked for 1 %, the largest error found in {len(exact) - 1}",
            f"  rivers with known solutions is {area:g} % of the area under the curve and",
            f"  {peak:g} % of the peak.",
            "- **Mass.** What was released and what is found differ by less than 1e-12 of the",
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
    formulas = formula_rows()
    accident = baia_mare_rows(baia_mare())
    summary = baia_mare_summary(accident)
    page = {
        **{block: case_tables(case) for block, case in BLOCKS.items()},
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
        "accuracy": readme_accuracy(summary, formulas),
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
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))

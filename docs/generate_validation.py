"""Run the validation pack and write its numbers into validation.md and the README.

Run ``python docs/generate_validation.py`` in the root of the repository; ``--check`` only tells
whether the pages are current. Nothing but the repository is needed. A case has a section of its own
where the page has a block of its name; all others stand in the block of their group.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import xarray as xr
from draw_cases import CASE as ISHIM
from draw_cases import PLACES, highest
from generated import FOLDER, block_names, differences, table, with_blocks

import spillsim
from spillsim import analysis, cli
from spillsim.validation import markdown, pack, runner, warming, wording
from spillsim.validation.outcome import Outcome

ROOT = FOLDER.parent
PAGE = FOLDER / "validation.md"
HOUR = 3600.0
RELATIVE, ABSOLUTE = 0.03, 2e-3
"""Tolerances of the check: processors round differently, and tables show few digits."""


# --- the validation pack -------------------------------------------------------------------------


def outcome_of_the_pack(processes: int | None = None) -> Outcome:
    """Run every case, as ``spillsim validate`` does."""
    every = pack.cases()
    processes = runner.processes_for(every, processes)
    runner.run(warming.missing(), processes)
    return runner.run(every, processes)


def score(outcome: Outcome, case: str, name: str) -> float:
    """Return the value of a score."""
    (result,) = (result for result in outcome.results if result.case.name == case)
    return next(found.value for found in result.scores if found.name == name)


def table_of(outcome: Outcome, case: str) -> list[list[str]]:
    """Return the rows of the first table of a case."""
    (result,) = (result for result in outcome.results if result.case.name == case)
    if result.report is None:
        raise AssertionError(f"{case} broke off: {result.failure}")
    return [list(map(str, row)) for row in result.report.tables[0].rows]


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


# --- page ----------------------------------------------------------------------------------------


def baia_mare() -> xr.Dataset:
    """Return the run of the case with its metrics."""
    return spillsim.run(ROOT / "scenarios" / "baia_mare_2000")


def readme_accuracy(outcome: Outcome, summary: str) -> str:
    """Return the section of the README, taken from the scores of the pack."""
    exact = [row for row in table_of(outcome, "exact_error") if row[1] == "1"]
    area, peak = (
        max(float(row[column]) for row in exact[:-1] for column in columns)
        for columns in ((4, 5), (6,))
    )
    last = table_of(outcome, "uvas_chloride")[-1]
    own, otis, bare = (last[column].split(", ")[1] for column in (2, 3, -1))
    named = "disley_2015 on Tayfur & Singh: within a factor of 2"
    share = score(outcome, "dispersion_formulas", named)
    return "\n".join(
        [
            f"- **`spillsim validate`**: {wording.summary(outcome)}.",
            f"- **Exact solutions.** Asked for 1 %, the largest error found in {len(exact) - 1}",
            f"  rivers with known solutions is {area:g} % of the area under the curve and",
            f"  {peak:g} % of the peak.",
            "- **Mass.** What was released and what is found differ by less than 1e-12 of the",
            "  release; nothing is negative.",
            f"- **A tracer experiment.** Chloride in Uvas Creek, {last[0]} m below the injection:",
            f"  R² {own} with published parameters (OTIS {otis}, without dead zones {bare}).",
            "- **A documented accident, nothing fitted.** Baia Mare 2000 with mean flows:",
            f"  {summary}",
            f"- **The default dispersion formula** predicts {share:.0f} % of 71 measured reaches",
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


def pages(outcome: Outcome) -> dict[Path, dict[str, str]]:
    """Return the generated parts of the pages by name."""
    accident = baia_mare_rows(baia_mare())
    summary = baia_mare_summary(accident)
    names = {result.case.name for result in outcome.results}
    apart = names & set(block_names(PAGE.read_text(encoding="utf-8")))
    page = {
        **markdown.blocks(outcome, apart),
        "baia_mare_reports": table(
            ["station", "km", "what", "reported", "computed", "difference"], accident
        ),
        "summary": summary,
        "ishim": table(
            ["gauge", "used for", "highest stage reported", "highest discharge computed"],
            ishim_rows(),
        ),
    }
    readme = {"terminal": terminal_sample(), "accuracy": readme_accuracy(outcome, summary)}
    return {PAGE: page, ROOT / "README.md": readme}


def main(check: bool, outcome: Outcome | None = None) -> int:
    """Write the pages, or tell what is not current or which bound is broken."""
    outcome = outcome or outcome_of_the_pack()
    stale = not outcome.holds
    print(wording.summary(outcome))
    for path, made in pages(outcome).items():
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
    return 1 if (check and stale) or not outcome.holds else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))

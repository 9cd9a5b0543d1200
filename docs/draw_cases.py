"""Draw the flood of the Ishim of April 2024 and the nitrobenzene in the Songhua of 2005.

Run ``python docs/draw_cases.py`` in the root of the repository; the pictures are written to
docs/images. What was reported stands in observed.csv of each case.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.figure import Figure

import spillsim
from spillsim.plots.style import BODY, CM, CURVES, FAINT, LIMIT, PAGE_WIDTH, SMALL

FOLDER = Path(__file__).parent
CASE = FOLDER.parent / "scenarios" / "ishim_2024_flood"
SONGHUA = FOLDER.parent / "scenarios" / "songhua_2005"
SHOWN = ("Sifangtai", "Mulan", "Dalianhe", "Dalai")
PLACES = ("Sergeevskoye dam", "Petropavl", "Ilinka", "Ishim (town)", "Vikulovo")
PLUME = ("Sergeevskoye dam", "Petropavl", "KZ–RU Ishim", "Ishim (town)", "Vikulovo")


def reports() -> list[dict[str, str]]:
    """Return the rows of observed.csv."""
    with (CASE / "observed.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def moment(text: str) -> np.datetime64:
    """Return a time with its offset as UTC."""
    return np.datetime64(datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None), "s")


def highest() -> dict[str, tuple[np.datetime64, str]]:
    """Return when the highest reported stage of each place was read, and it."""
    found: dict[str, tuple[np.datetime64, str]] = {}
    for row in reports():
        place, value = row["place"], float(row["value"])
        before = float(found[place][1]) if place in found else 0.0
        if row["quantity"] in ("stage", "peak_time") and value > before:
            found[place] = (moment(row["time"]), row["value"])
    return found


def draw_discharge(axes: Axes, dataset: xr.Dataset) -> None:
    """Draw the discharge at the gauges and the time of the highest stage reported there."""
    stages = highest()
    for style, place in zip(CURVES, PLACES, strict=False):
        discharge = dataset["discharge_over_time"].sel(station=place)
        line = {"color": style.colour, "ls": style.dashes, "lw": 1.1, "label": place}
        axes.plot(dataset["time"], discharge, **line)
        at, stage = stages[place]
        value = float(discharge.interp(time=at))
        axes.plot(at, value, marker=style.marker, color=style.colour, ms=4.5, ls="none")
        below = value < float(discharge.max()) - 500.0
        axes.annotate(f"{stage} cm", (at, value), (2, -12 if below else 5), size=SMALL,
                      textcoords="offset points", color=style.colour)  # fmt: skip
    axes.set_ylabel("discharge, m³/s", size=BODY)
    axes.set_ylim(0.0)


def draw_plume(axes: Axes, dataset: xr.Dataset) -> None:
    """Draw the concentration at the border and the towns."""
    for style, place in zip(CURVES, PLUME, strict=False):
        curve = dataset["concentration"].sel(station=place).isel(substance=0)
        line = {"color": style.colour, "ls": style.dashes, "lw": 1.1, "label": place}
        axes.plot(dataset["time"], 1000.0 * curve, **line)
    axes.axhline(10.0, color=LIMIT, lw=0.8, ls=(0, (5, 2)))
    axes.annotate(
        "drinking water 10 µg/L", (1.0, 10.0), (-3, 2), size=SMALL, color=LIMIT, ha="right",
        xycoords=("axes fraction", "data"), textcoords="offset points",
    )  # fmt: skip
    axes.set_ylabel("arsenic, µg/L (invented)", size=BODY)
    axes.set_ylim(0.0)


def draw(dataset: xr.Dataset) -> Figure:
    """Return the picture of a run of the case."""
    figure = Figure(figsize=(PAGE_WIDTH * CM, 14.0 * CM), facecolor="white", layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    draw_discharge(above, dataset)
    draw_plume(below, dataset)
    for axes in (above, below):
        axes.tick_params(labelsize=SMALL)
        axes.grid(color=FAINT, lw=0.5)
        axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    below.xaxis.set_major_locator(DayLocator(bymonthday=(1, 11, 21)))
    below.xaxis.set_major_formatter(DateFormatter("%d %b"))
    title = "Ishim, April–May 2024: computed discharge; marks: highest stage reported, and when"
    above.set_title(title, size=BODY, loc="left")
    return figure


def draw_songhua(dataset: xr.Dataset) -> Figure:
    """Return the picture of the Songhua: band of the ensemble, the case, the bulletins."""
    from spillsim.validation import accident_songhua as case
    from spillsim.validation.accident_members import run_ensemble
    from spillsim.validation.accident_reports import HOUR, read_observations
    from spillsim.validation.assumptions import draws

    base = spillsim.load(SONGHUA)
    seen = read_observations(SONGHUA, base.case.start)
    time = np.arange(0.0, 40.0 * 86400.0, HOUR)
    sample = draws(case.ASSUMPTIONS, case.MEMBERS, case.SEED)
    ensemble = run_ensemble(base, SHOWN, time, sample, case.change)
    figure = Figure(figsize=(PAGE_WIDTH * CM, 15.0 * CM), facecolor="white", layout="constrained")
    every = figure.subplots(len(SHOWN), 1, sharex=True)
    for axes, style, place in zip(every, CURVES, SHOWN, strict=False):
        low, high = 1e3 * np.quantile(ensemble.at(place), [0.05, 0.95], axis=0)
        axes.fill_between(time / 86400.0, low, high, color=style.colour, alpha=0.18, lw=0,
                          label="5–95 % of the members")  # fmt: skip
        curve = dataset["concentration"].sel(station=place).isel(substance=0)
        days = (dataset["time"] - dataset["time"][0]) / np.timedelta64(1, "D")
        axes.plot(days, curve, color=style.colour, lw=1.1, label="case as written")
        rows = [o for o in seen if o.station == place and np.isfinite(o.value) and o.kind != "end"]
        axes.plot([o.time / 86400.0 for o in rows], [1e3 * o.value for o in rows], "o",
                  color=style.colour, ms=4.0, label="bulletins")  # fmt: skip
        axes.axhline(0.017, color=LIMIT, lw=0.8, ls=(0, (5, 2)))
        axes.set_title(place, size=BODY, loc="left")
        axes.set_ylabel("mg/L", size=BODY)
        axes.set_ylim(0.0)
        axes.tick_params(labelsize=SMALL)
        axes.grid(color=FAINT, lw=0.5)
    every[0].legend(fontsize=SMALL, frameon=False, loc="upper right")
    every[-1].set_xlabel("days since 13 November 2005, 14:00", size=BODY)
    every[-1].set_xlim(4.0, 36.0)
    return figure


if __name__ == "__main__":
    draw(spillsim.run(CASE)).savefig(FOLDER / "images" / "ishim_2024_flood.png", dpi=160)
    draw_songhua(spillsim.run(SONGHUA)).savefig(FOLDER / "images" / "songhua_2005.png", dpi=160)

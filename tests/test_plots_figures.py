"""Figures are drawn from the dataset alone, say what they show, and are written whole."""

from __future__ import annotations

import datetime as dt
import errno
import struct
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
import synthetic_run as synthetic
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

import spillsim
from spillsim import analysis, plots, results, scenario
from spillsim.errors import OutputError, SpillsimError
from spillsim.plots import clock
from spillsim.plots.ledger_figure import FILLS
from spillsim.plots.profile_figure import _apart
from spillsim.plots.style import PAGE_HEIGHT, PAGE_WIDTH

NASTY = "100 % of $x_1$ & <b> {\\alpha}"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    folder = tmp_path_factory.mktemp("plots") / "case"
    scenario.write_template(folder)
    return spillsim.run(folder)


@pytest.fixture(scope="module")
def many(dataset: xr.Dataset) -> xr.Dataset:
    """Return the same with twenty stations."""
    copies = []
    for number in range(10):
        copy = dataset.assign_coords(
            station=[f"{name} {number}" for name in dataset["station"].values]
        )
        copies.append(copy.assign(distance=copy["distance"] + 5.0 * number))
    return xr.concat(
        copies, "station", data_vars="minimal", coords="minimal", compat="override", join="outer"
    )


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_visible())


def drawn(figure: Figure, values: np.ndarray) -> bool:
    """Return whether a line shows exactly these values (or NaN where they are left out)."""
    lines = [line for axes in figure.axes for line in axes.lines]
    data = [np.asarray(line.get_ydata(), dtype=float) for line in lines]
    return any(
        y.shape == values.shape and np.allclose(np.where(np.isnan(y), values, y), values, rtol=1e-6)
        and np.isfinite(y).sum() > 10
        for y in data
    )  # fmt: skip


def test_curves_show_every_station_and_what_the_dataset_says(dataset: xr.Dataset) -> None:
    figure = plots.curves(dataset)
    for station in dataset["station"].values:
        values = dataset["concentration"].sel(station=station, substance="phenol").values
        assert drawn(figure, values)
        assert str(station) in texts(figure)
    said = texts(figure)
    assert "My case" in said
    assert "Frontier (AA → BB), 50 km" in said
    assert "0.1 mg/L: alarm" in said
    assert "arrival: first above 0.01 mg/L" in said
    assert "Concentration [mg/L]" in said
    assert "Local clock (UTC+00:00), release on 1 May 2024 07:00" in said
    assert "Time since the release [" in said
    assert "scenario.toml sha256 " in said


def test_marks_stand_where_the_metrics_are(dataset: xr.Dataset) -> None:
    figure = plots.curves(dataset, stations=["Frontier"])
    here = dataset.sel(station="Frontier", substance="phenol")
    start = np.datetime64("2024-05-01T07:00", "ns")
    points = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for axes in figure.axes
        for line in axes.lines
        if len(line.get_xdata()) == 1
    }
    for moment, height in (
        ("arrival_time", "arrival_threshold"),
        ("peak_time", "peak_concentration"),
    ):
        days = (here[moment].values - start) / np.timedelta64(1, "D")
        found = min(points, key=lambda p: abs(p[0] - days))
        assert found == pytest.approx((days, float(here[height])), rel=1e-6)


def test_nothing_is_computed_that_the_dataset_lacks(dataset: xr.Dataset) -> None:
    metrics = ["arrival_time", "arrival_threshold", "peak_time", "peak_concentration", "end_time"]
    figure = plots.curves(dataset.drop_vars(metrics))
    assert "arrival" not in texts(figure)
    assert drawn(figure, dataset["concentration"].values[0, 0])


def test_log_and_linear(dataset: xr.Dataset) -> None:
    for log, scale in ((True, "log"), (False, "linear")):
        figure = plots.curves(dataset, log=log)
        assert figure.axes[0].get_yscale() == scale
        assert ("logarithmic" in texts(figure)) == log


def test_many_stations_become_panels_in_the_order_of_the_flow(many: xr.Dataset) -> None:
    figure = plots.curves(many)
    assert figure.get_figwidth() * 2.54 == pytest.approx(PAGE_WIDTH)
    assert figure.get_figheight() * 2.54 <= PAGE_HEIGHT + 1e-9
    panels = [axes for axes in figure.axes if axes.lines]
    assert len(panels) == 20
    names = [axes.texts[0].get_text().removeprefix("◆ ") for axes in panels]
    order = np.argsort(many["distance"].values, kind="stable")
    assert [name.split(" (")[0] for name in names] == [str(many.station.values[i]) for i in order]


def test_stations_without_substance_are_named_not_dropped(dataset: xr.Dataset) -> None:
    dry = dataset.copy(deep=True)
    dry["concentration"][0] = 0.0
    dry["peak_concentration"][0] = 0.0
    dry["arrival_time"][0] = np.datetime64("NaT", "ns")
    assert "no phenol within the run at: Town intake" in texts(plots.curves(dry))
    dry["concentration"][:] = 0.0
    dry["peak_concentration"][:] = 0.0
    plots.curves(dry).draw_without_rendering()


def test_profile_shows_maxima_stations_borders_and_discharge(dataset: xr.Dataset) -> None:
    figure = plots.profile(dataset)
    said = texts(figure)
    for words in ("Peak concentration [mg/L]", "Discharge [m³/s]", "◆ Frontier (AA → BB)",
                  "Town intake", "Side", "Main", "0.1 mg/L: alarm",
                  "Distance below the first release [km]"):  # fmt: skip
        assert words in said
    along = spillsim.analysis.main_path(dataset)
    assert drawn(figure, along["peak_concentration_profile"].values[0])


def test_profile_without_cells_is_refused(dataset: xr.Dataset) -> None:
    with pytest.raises(SpillsimError, match="no cells below the first release"):
        plots.profile(dataset.drop_vars("mesh_edge_distance"))


@pytest.fixture(scope="module")
def parted() -> xr.Dataset:
    """Return a run with grains, a bed and two countries."""
    made = results.to_dataset(synthetic.model(2, solids=True), synthetic.run(3, solids=True))
    return analysis.add_metrics(made)


def filled(figure: Figure) -> dict[str, float]:
    """Return the height at the end of every area over time, by its colour."""
    found = {}
    for area in figure.axes[0].collections:
        points = area.get_paths()[0].vertices
        last = points[points[:, 0] == points[:, 0].max(), 1]
        found[mpl.colors.to_hex(area.get_facecolor()[0])] = float(last.max() - last.min())
    return found


def test_ledger_shows_every_part_over_time_and_by_country(parted: xr.Dataset) -> None:
    figure = plots.ledger(parted, "cyanide")
    said = texts(figure)
    for words in ("in the water, dissolved", "on the bed", "passed on to the next country",
                  "Mass at the end of the run, by country [t]", "RO", "HU", "195 t released",
                  "72.4 t came in"):  # fmt: skip
        assert words in said
    end = parted.sel(substance="cyanide").isel(ledger_time=-1)
    heights = filled(figure)
    for part in ("dissolved", "suspended", "on_bed", "decayed", "past_outlet", "stranded"):
        expected = 1e-3 * float(end[f"mass_{part}"])
        assert heights[FILLS[part].colour] == pytest.approx(expected, rel=1e-9)
    assert sum(heights.values()) == pytest.approx(1e-3 * float(end["mass_released"]), rel=1e-9)
    bars = [bar for bar in figure.axes[1].patches if bar.get_width() > 0.0]
    assert sum(bar.get_width() for bar in bars) == pytest.approx(
        1e-3 * float((end["country_mass_released"] + end["country_mass_entered"]).sum()), rel=1e-9
    )


def test_ledger_colours_are_apart_in_lightness() -> None:
    names = ("past_outlet", "on_bed", "suspended", "dissolved", "in_storage", "transformed")
    shown = [FILLS[name] for name in (*names, "volatilised", "decayed")]
    weights = np.array([0.2126, 0.7152, 0.0722])
    light = [float(weights @ mpl.colors.to_rgb(fill.colour)) for fill in shown]
    for (one, above), step in zip(pairwise(shown), np.abs(np.diff(light)), strict=True):
        assert one.hatch != above.hatch or step > 0.1, (one, above)


def test_ledger_without_parts_or_countries(dataset: xr.Dataset) -> None:
    said = texts(plots.ledger(dataset))
    assert "in the water" in said
    alone = dataset.drop_dims("country")
    assert "by country" not in texts(plots.ledger(alone))
    nasty = dataset.assign_coords(country=["$\\frac{1}{", "a$b%"])
    plots.ledger(nasty).draw_without_rendering()


def test_dissolved_part_is_a_thin_line(parted: xr.Dataset, dataset: xr.Dataset) -> None:
    figure = plots.curves(parted, substance="cyanide", log=False)
    values = parted["dissolved_concentration"].sel(station="Mid", substance="cyanide").values
    assert drawn(figure, values)
    assert "thin: dissolved part of it" in texts(figure)
    assert "thin" not in texts(plots.curves(parted, substance="fine"))  # grains do not dissolve
    assert "thin" not in texts(plots.curves(dataset))


def test_profile_shows_the_deposit(parted: xr.Dataset) -> None:
    figure = plots.profile(parted, "cyanide")
    assert "On the bed [g/m²]" in texts(figure)
    along = spillsim.analysis.main_path(parted).sel(substance="cyanide")
    assert drawn(figure, 1e3 * along["bed_mass_profile"].values)
    figure.draw_without_rendering()
    left = min(axes.yaxis.label.get_window_extent().x0 for axes in figure.axes)
    assert left > 0.0  # nothing is cut off


@pytest.mark.parametrize("draw", [plots.curves, plots.profile, plots.ledger])
@pytest.mark.parametrize("words", ["WIDE WATER ", "a failing dam above two borders, ", "Wwm"])
def test_titles_of_any_length_stay_on_the_page(dataset: xr.Dataset, draw: Any, words: str) -> None:
    long = dataset.copy()
    long.attrs["title"] = words * 12
    long.attrs["source"] = "spillsim " + "0.1.0.dev+" * 30
    figure = draw(long)
    figure.draw_without_rendering()
    room = figure.bbox.width
    heads = [text for text in figure.texts if text.get_text()]
    assert max(text.get_window_extent().x1 for text in heads) <= room
    shown = "".join(text.get_text() for text in heads if text.get_weight() == "bold")
    whole = (words * 12).replace(" ", "")
    assert shown.replace(" ", "").removesuffix("…") in whole
    assert ("…" in shown) == (len(shown.replace(" ", "")) < len(whole))
    figure.set_dpi(80)  # few dots per inch widen letters
    figure.draw_without_rendering()
    assert max(text.get_window_extent().x1 for text in heads) <= figure.bbox.width


@pytest.mark.parametrize("draw", [plots.curves, plots.profile])
def test_signs_in_names_are_no_mathematics(dataset: xr.Dataset, draw: Any, tmp_path: Path) -> None:
    nasty = dataset.assign_coords(station=[NASTY, "a$b"])
    nasty["limit_name"] = ("limit", np.array(["$\\frac{1}{"]))
    nasty.attrs["title"] = "$$ 5 % of_it $ \n\x1b[31m"
    figure = draw(nasty)
    plots.save(figure, tmp_path / "nasty.svg")
    assert NASTY in texts(figure)
    assert "\x1b" not in texts(figure)


@pytest.mark.parametrize(
    ("stations", "substance", "words"),
    [
        (["Frontire"], None, 'no station "Frontire" in the result. Did you mean "Frontier"?'),
        (["Nowhere at all"], None, 'It holds "Town intake", "Frontier".'),
        (None, "phenole", 'no substance "phenole" in the result. Did you mean "phenol"?'),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(
    dataset: xr.Dataset, stations: list[str] | None, substance: str | None, words: str
) -> None:
    with pytest.raises(SpillsimError) as caught:
        plots.curves(dataset, stations, substance)
    assert words in str(caught.value)


def test_figures_are_whole_files_of_their_kind(dataset: xr.Dataset, tmp_path: Path) -> None:
    figure = plots.profile(dataset)
    plots.save(figure, tmp_path / "f.png")
    head = (tmp_path / "f.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, _ = struct.unpack(">II", head[16:24])
    assert width == pytest.approx(PAGE_WIDTH / 2.54 * 200, abs=1)
    plots.save(figure, tmp_path / "f.SVG")
    root = ET.parse(tmp_path / "f.SVG").getroot()
    assert root.tag.endswith("svg")
    once = (tmp_path / "f.SVG").read_bytes()
    plots.save(plots.profile(dataset), tmp_path / "f.SVG")
    assert (tmp_path / "f.SVG").read_bytes() == once
    plots.save(figure, tmp_path / "f.pdf")
    pdf = (tmp_path / "f.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.SVG", "f.pdf", "f.png"]


def test_a_full_disk_keeps_the_old_figure(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Figure, path: Any, **settings: Any) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "f.png").write_bytes(b"old")
    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(OutputError, match="disk is full"):
        plots.save(plots.curves(dataset), tmp_path / "f.png")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("f.png", b"old")]


def test_no_global_state_is_touched(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # importing it fails

    def settings() -> dict[str, Any]:  # asking for the backend would choose one
        return {key: mpl.rcParams[key] for key in mpl.rcParams if key != "backend"}

    before = settings()
    plots.save(plots.curves(dataset), tmp_path / "f.svg")
    assert settings() == before


def test_names_that_would_overlap_are_moved_apart() -> None:
    wanted = np.array([0.0, 0.1, 0.15, 5.0, 9.95, 10.0])
    found = _apart(wanted, 0.4, 10.0)
    assert np.diff(found).min() >= 0.4 - 1e-12
    assert found[3] == 5.0
    assert found[:3].mean() == pytest.approx(wanted[:3].mean(), abs=0.4)
    assert found[-1] <= 10.0


@pytest.mark.parametrize(("days", "most"), [(0.2, 8), (1.0, 8), (2.5, 8), (25.0, 6), (400.0, 9)])
def test_clock_ticks_are_round_and_few(days: float, most: int) -> None:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
    release = dt.datetime(2000, 2, 27, 22, 10, tzinfo=zone)
    figure = Figure()
    axes = figure.add_subplot()
    axes.set_xlim(-0.02 * days, days)
    clock.set_clock(axes, release, most)
    places = axes.get_xticks()
    assert 2 <= len(places) <= most + 1
    for place, label in zip(places, axes.get_xticklabels(), strict=True):
        when = release + dt.timedelta(days=float(place))
        assert when.second == 0 or when.microsecond > 999_000 or when.microsecond < 1000
        if ":" not in label.get_text():
            assert label.get_text().split()[0] == str((when + dt.timedelta(seconds=1)).day)

"""Figures of ensembles show what their answers hold, take names as they are, and fit the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text
from test_ensemble_run import run, spill

from spillsim import cli, plots, results
from spillsim.errors import OutputError, SpillsimError
from spillsim.plots.style import PAGE_HEIGHT, PAGE_WIDTH

NASTY = "100 % of $x_1$ {\\alpha} <b>"
KINDS = ("bands", "arrival", "exceedance", "tornado", "sobol", "convergence")


def case(stations: int = 2) -> dict[str, Any]:
    """Mass, hour and velocity are drawn; names that must not be interpreted."""
    data = spill()
    data["case"] |= {"title": f"{NASTY} " * 6, "duration": "2 d"}
    data["ensemble"] = {"members": 700, "sampling": "saltelli", "keep": "curves"}
    data["substance"][0]["limits"] = [
        {"name": NASTY, "value": "1 mg/L"}, {"name": "high", "value": "4 mg/L"},
    ]  # fmt: skip
    data["uncertain"] += [
        {"name": NASTY, "factor_of": "velocity", "distribution": "uniform",
         "low": 0.5, "high": 1.5},
        {"name": "hour", "key": "release.tank.time", "distribution": "uniform",
         "low": "0 h", "high": "6 h"},
    ]  # fmt: skip
    data["station"] = [
        {"name": f"{number} {NASTY}", "at": {"reach": "r", "distance": f"{1 + number / 2} km"}}
        for number in range(stations)
    ]
    return data


@pytest.fixture(scope="module")
def answers() -> xr.Dataset:
    return run(case(), workers=1, given=("hour < 3 h",)).summary


@pytest.fixture(scope="module")
def figures(answers: xr.Dataset) -> dict[str, Figure]:
    draw = {"arrival": plots.arrival_chance}
    return {kind: draw.get(kind, getattr(plots, kind, None))(answers) for kind in KINDS}


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_visible())


def ticks_beyond(figure: Figure) -> set[Text]:
    """Labels of ticks outside their axes, which are not drawn."""
    found: set[Text] = set()
    for axis in [a for axes in figure.axes for a in (axes.xaxis, axes.yaxis)]:
        low, high = sorted(axis.get_view_interval())
        found |= {tick.label1 for tick in axis.get_major_ticks()
                  if not low <= tick.get_loc() <= high}  # fmt: skip
    return found


def assert_on_the_page(figure: Figure) -> None:
    """No text ends beyond the left or right edge."""
    figure.draw_without_rendering()
    page, beyond = figure.bbox, ticks_beyond(figure)
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in beyond:
            box = text.get_window_extent()
            assert box.x0 >= page.x0 - 1.0, text.get_text()
            assert box.x1 <= page.x1 + 1.0, text.get_text()


@pytest.mark.parametrize("kind", KINDS)
def test_names_stand_as_they_are_and_nothing_leaves_the_page(
    figures: dict[str, Figure], kind: str, tmp_path: Path
) -> None:
    figure = figures[kind]
    told = texts(figure)
    assert "100 % of $x_1$ {\\alpha}" in told
    assert "192 members" in told or "256 members" in told
    assert "Saltelli design, seed 1" in told
    assert all(not text.get_parse_math() for text in figure.findobj(Text))
    width, height = figure.get_size_inches() * 2.54
    assert width == pytest.approx(PAGE_WIDTH)
    assert height <= PAGE_HEIGHT
    assert_on_the_page(figure)
    path = plots.save(figure, tmp_path / f"{kind}.png")
    assert path.stat().st_size > 10_000


def test_bands_are_the_quantiles_of_the_answers(
    answers: xr.Dataset, figures: dict[str, Figure]
) -> None:
    lines = [line.get_ydata() for line in figures["bands"].axes[0].lines]
    own = answers["concentration"].isel(group=0, station=0, substance=0)
    for quantile in (0, 2, 4):
        values = own.isel(quantile=quantile).values
        assert any(len(y) == values.size and np.allclose(y, values) for y in lines), quantile


def test_exceedance_and_arrival_show_the_probabilities(
    answers: xr.Dataset, figures: dict[str, Figure]
) -> None:
    marks = [line.get_xdata()[0] for line in figures["exceedance"].axes[0].lines
             if line.get_marker() not in ("None", "")]  # fmt: skip
    wanted = 100.0 * answers["exceedance"].isel(group=0).values
    # the highest limit first at every place
    np.testing.assert_allclose(marks, wanted[:, ::-1].ravel(), rtol=1e-12)
    chance = 100.0 * answers["chance_of_arrival"].isel(group=0, station=1, substance=0).values
    np.testing.assert_allclose(figures["arrival"].axes[0].lines[1].get_ydata(), chance)


def test_a_tornado_begins_with_what_moves_most(figures: dict[str, Figure]) -> None:
    peak, arrival = figures["tornado"].axes[:2]
    assert peak.get_yticklabels()[0].get_text().startswith("mass\n32 to 313 kg")
    assert arrival.get_yticklabels()[0].get_text().startswith("hour")


def test_sobol_bars_are_the_indices(answers: xr.Dataset, figures: dict[str, Figure]) -> None:
    widths = {round(bar.get_width(), 9) for bar in figures["sobol"].axes[0].patches}
    own = answers.isel(group=0, station=0, substance=0)
    for part in ("first", "total"):
        for value in own[f"peak_concentration_sobol_{part}"].values:
            assert round(float(value), 9) in widths


def test_what_is_not_there_is_said(answers: xr.Dataset) -> None:
    with pytest.raises(SpillsimError, match="--curves"):
        plots.bands(answers.drop_vars("concentration"))
    with pytest.raises(SpillsimError, match="no Sobol indices"):
        plots.sobol(answers, group="hour < 3 h")
    with pytest.raises(SpillsimError, match='no group of members "all"'):
        plots.tornado(answers, group="all")
    with pytest.raises(SpillsimError, match="no station"):
        plots.exceedance(answers, ["nowhere"])
    assert "given hour < 3 h" in texts(plots.exceedance(answers, group="hour < 3 h"))


def test_more_places_than_a_page_holds_are_said_to_be_left_out() -> None:
    data = case(30) | {"ensemble": {"members": 120, "keep": "curves"}}
    found = run(data, workers=1).summary
    for figure in (plots.tornado(found), plots.bands(found), plots.exceedance(found),
                   plots.arrival_chance(found), plots.convergence(found)):  # fmt: skip
        assert figure.get_figheight() * 2.54 <= PAGE_HEIGHT + 1e-9
        assert "name some with --station" in texts(figure)


def test_what_never_arrives_is_drawn_too() -> None:
    data = case(1)
    data["ensemble"] = {"members": 200}
    data["uncertain"][1] |= {"low": 0.02, "high": 1.0}
    data["case"]["duration"] = "3 h"
    found = run(data, workers=1).summary
    assert 0.05 < found["arrival_chance"].isel(group=0, station=0).item() < 0.95
    told = texts(plots.tornado(found))
    assert "never" in told or "so not in the median" in told
    assert "at all" in texts(plots.arrival_chance(found))


def test_the_command_draws_every_kind(
    answers: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    results.write(answers, "known.nc")
    assert cli.main(["plot", "known.nc"]) == 0
    assert {path.name for path in tmp_path.glob("*.png")} == {f"known_{k}.png" for k in KINDS}
    capsys.readouterr()
    for wrong, words in (
        (["known.nc", "known.nc"], "one by one"), (["known.nc", "--kind", "profile"], "one run"),
        (["known.nc", "--group", "hour"], "no group"),
    ):  # fmt: skip
        assert cli.main(["plot", *wrong]) == 2
        assert words in capsys.readouterr().err
    with pytest.raises(OutputError, match="holds the answers of an ensemble"):
        results.open("known.nc")


def test_indices_are_drawn_for_every_combination(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = case(1) | {"ensemble": {"members": 160, "sampling": "saltelli"}}
    data["sweep"] = [{"name": "loss", "factor_of": "dispersion_coefficient", "values": [1.0, 2.0]}]
    monkeypatch.chdir(tmp_path)
    results.write(run(data, workers=1).summary, "swept.nc")
    assert cli.main(["plot", "swept.nc", "--kind", "sobol", "-q"]) == 0
    names = {path.name for path in tmp_path.glob("*.png")}
    assert names == {"swept_sobol_loss_1.png", "swept_sobol_loss_2.png"}


def test_a_choice_has_its_lowest_and_its_highest_median() -> None:
    data = case(1) | {"ensemble": {"members": 100}}
    data["network"]["reaches"][0].pop("dispersion_coefficient [m2/s]")
    data["dispersion"] = {"kind": "formula", "formula": "disley_2015"}
    data["uncertain"] = [{
        "name": "formula", "key": "dispersion.formula", "distribution": "discrete",
        "values": ["disley_2015", "deng_2001", "fischer_1979"],
    }]  # fmt: skip
    found = run(data, workers=1).summary
    figure = plots.tornado(found)
    assert_on_the_page(figure)
    assert "or lowest choice" in texts(figure)
    ends = sorted(bar.get_x() + bar.get_width() for bar in figure.axes[0].patches)
    peaks = found["peak_concentration"].isel(group=0, station=0, substance=0).values
    assert ends[0] == pytest.approx(peaks.min())
    assert ends[-1] == pytest.approx(peaks.max())

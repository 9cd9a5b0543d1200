"""Reach maps: the same as a run per reach, asked and told through every door."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from river_cases import Row, case, reach, slug

import spillsim
from spillsim import linear, plots, scenario
from spillsim.analysis.curves import crossings, peaks
from spillsim.cli import main
from spillsim.linear import ReachMap, Wanted

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def network(**more: Any) -> Row:
    """A stem with a slow pool, two tributaries, storage, decay, inflow, losses, an intake."""
    reaches = [
        reach("top", "spring", "ford", 10e3),
        reach("stem_0", "ford", "fork", 20e3),
        reach("side", "well", "fork", 14e3, **{"velocity [m/s]": 0.3}),
        reach("stem_1", "fork", "weir", 25e3, **{"lateral_inflow [m3/s/km]": 0.1}),
        reach("pool", "weir", "dam", 4e3, **{"velocity [m/s]": 0.05, "depth [m]": 6.0,
                                             "dispersion_coefficient [m2/s]": 8.0}),
        reach("stem_2", "dam", "mouth", 30e3,
              **{"storage_area_ratio": 0.2, "exchange_coefficient [1/s]": 3e-4}),
        reach("brook", "rill", "mouth", 9e3, **{"lateral_inflow [m3/s/km]": -0.05}),
        reach("low", "mouth", "end", 40e3),
    ]  # fmt: skip
    inflows = {"spring": 20.0, "well": 4.0, "rill": 3.0, "ford": -2.0}
    stations = {"town": {"reach": "low", "distance": "35 km"}, "bridge": {"node": "dam"}}
    substance = {
        "name": "tracer", "decay_rate": "0.3 1/d", "arrival_threshold": "1 ug/L",
        "limits": [{"name": "law", "value": "2 ug/L"}],
    }  # fmt: skip
    return case(
        reaches, inflows, more.pop("releases", [slug({"node": "spring"})]), stations,
        2_600_000.0, substance=[substance], **more,
    )  # fmt: skip


def mapped(data: Row, border: str = "town", **wanted: Any) -> ReachMap:
    return linear.reach_map(linear.ask(scenario.parse(data), border, Wanted(**wanted)))


@pytest.fixture(scope="module")
def town() -> ReachMap:
    return mapped(network(), error=0.002)


# --- what it finds -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["low", "brook", "pool", "stem_1", "side", "top"])
def test_one_map_is_a_run_per_reach(town: ReachMap, name: str) -> None:
    """Peak, arrival, end, time of peak and mass of a slug at the head of a reach.

    Left out are heads where the run itself puts a part of the mass above the node, into the
    foot of the pool or ahead of the intake.
    """
    heads, row = town.heads, town.model.network.reach_id.index(name)
    (at,) = np.flatnonzero(heads.reach == row)
    data = network(
        releases=[slug({"reach": name, "distance": "0 km"}, 1000.0)],
        numerics={"time_step": "200 s", "limiter": "none", "error_check": "none"},
        output={"interval": "300 s"},
    )
    data["station"] = data["station"][:1]
    run = spillsim.simulate(spillsim.assemble(scenario.parse(data)))
    time, curve = run.output_time, run.concentration[0, :1]
    height, moment = peaks(time, curve)
    passed = crossings(time, curve, 0.01 * height)
    width = np.sqrt(town.model.ways.variance[row])
    assert heads.peak[at] * 1000.0 == pytest.approx(height[0], rel=2e-3)
    assert heads.peak_time[at] == pytest.approx(moment[0], abs=0.01 * width)
    assert heads.arrival[at] == pytest.approx(passed.first[0], abs=0.01 * width)
    assert heads.ending[at] == pytest.approx(passed.last[0], abs=0.01 * width)
    mass = run.cumulative_mass[0, 0, -1] / 1000.0
    assert heads.passed[at] == pytest.approx(mass, abs=2e-3)


def test_what_does_not_decay_passes_whole() -> None:
    data = network()
    data["substance"] = [{"name": "tracer", "decay_rate": "0 1/d"}]
    found = mapped(data)
    names = [found.model.network.reach_id[r] for r in found.heads.reach]
    share = dict(zip(names, found.heads.passed, strict=True))
    # 9 km x 0.05 m3/s/km of 3 m3/s are lost along the brook, 2 of 20 m3/s at the ford
    assert share["brook"] == pytest.approx(1.0 - 0.45 / 3.0, rel=2e-3)
    assert share["top"] == pytest.approx(1.0 - 2.0 / 20.0, rel=1e-6)
    for name in ("low", "stem_1", "pool", "stem_2", "side"):
        assert share[name] == pytest.approx(1.0, abs=1e-6)


def test_cells_agree_with_heads(town: ReachMap) -> None:
    """From the head of a reach to its first cell times fall as the water travels."""
    cells, heads = town.cells, town.heads
    pool = town.model.network.reach_id.index("pool")
    assert heads.resolved.all()
    for at, row in enumerate(heads.reach):
        own = np.flatnonzero(cells.reach == row)
        inside = cells.inside[own]
        assert (np.diff(cells.travel_time[own]) < 0.0).all()
        assert (np.diff(inside) > 0.0).all()
        first = heads.travel_time[at] - cells.travel_time[own[0]]
        # confluences stand on faces, and cells of the pool hold several steps
        assert abs(first) < (1.0 if row != pool else 4.0) * town.model.grid.time_step
        width = np.sqrt(town.model.ways.variance[row])
        for name in ("arrival", "peak_time", "ending"):
            later = getattr(heads, name)[at] - getattr(cells, name)[own[0]]
            # the foot of the pool is another matter, and begins within a cell of stem_2
            assert row == pool + 1 or abs(later) < 0.1 * width, (name, row)


def test_a_level_decides_arrival_only(town: ReachMap) -> None:
    tonne = mapped(network(), error=0.002, mass="1 t", threshold="1 mg/L")
    share = mapped(network(), error=0.002, mass="1 t", threshold="1 %")
    assert np.array_equal(tonne.heads.peak_time, town.heads.peak_time)
    assert np.allclose(tonne.heads.peak, share.heads.peak, rtol=1e-12)
    assert np.array_equal(np.isnan(tonne.heads.arrival), tonne.heads.peak * 1000.0 < 1e-3)
    assert 0 < np.isnan(tonne.heads.arrival).sum() < tonne.heads.reach.size
    later = tonne.heads.arrival - town.heads.arrival
    assert (later[np.isfinite(later)] > 0.0).all()


def test_a_very_low_level_widens_the_window() -> None:
    far = mapped(network(), mass="1 t", threshold="1e-15 mg/L")
    near = mapped(network(), mass="1 t", threshold="1e-12 mg/L")
    assert np.isfinite(far.heads.arrival).all()
    assert (far.heads.arrival < near.heads.arrival).all()


@pytest.mark.parametrize(
    ("mass", "threshold", "basis", "level"),
    [
        (None, None, "1 % of each peak", None),
        (None, "5 %", "5 % of each peak", None),
        ("2 t", None, "stated in the scenario", 1e-6),
        ("2 t", "3 ug/L", "given", 3e-6),
    ],
)
def test_levels(mass: str | None, threshold: str | None, basis: str, level: float | None) -> None:
    question = linear.ask(scenario.parse(network()), "town", Wanted(None, mass, threshold))
    assert question.level.basis == basis
    assert question.level.threshold == (None if level is None else pytest.approx(level))


def test_limits_count_where_no_threshold_is_stated() -> None:
    data = network()
    del data["substance"][0]["arrival_threshold"]
    level = linear.ask(scenario.parse(data), "town", Wanted(None, "1 kg")).level
    assert (level.basis, level.threshold) == ("lowest limit: law", pytest.approx(2e-6))


@pytest.mark.parametrize(
    ("border", "wanted", "words"),
    [
        ("towm", {}, 'no border or station "towm". Did you mean "town"?'),
        ("", {}, "no border or station"),
        (None, {}, 'there is "town", "bridge"'),
        ("town", {"substance": "traser"}, 'Did you mean "tracer"?'),
        ("town", {"mass": "3 km"}, 'mass "3 km"'),
        ("town", {"mass": "0 t"}, "must be more than zero"),
        ("town", {"threshold": "1 mg/L"}, "depends on the mass"),
        ("town", {"threshold": "200 %"}, "less than the peak"),
        ("town", {"threshold": "soon", "mass": "1 t"}, 'threshold "soon"'),
    ],
)
def test_what_cannot_be_asked(border: str | None, wanted: dict[str, str], words: str) -> None:
    with pytest.raises(spillsim.SpillsimError, match=re.escape(words)):
        linear.ask(scenario.parse(network()), border, Wanted(**wanted))


def test_nothing_lies_upstream_of_a_spring() -> None:
    data = network()
    data["station"][0]["at"] = {"node": "spring"}
    with pytest.raises(spillsim.SpillsimError, match="its river begins there"):
        linear.ask(scenario.parse(data), "town", Wanted())


def test_a_river_that_divides_is_refused() -> None:
    data = network()
    data["network"]["reaches"].append(
        reach("arm", "fork", "dam", 20e3) | {"share": 0.3, "id": "arm"}
    )
    with pytest.raises(spillsim.ScenarioError, match="needs rivers that only join"):
        linear.ask(scenario.parse(data), "town", Wanted())


# --- doors ---------------------------------------------------------------------------------------


def test_dataset_and_mesh(tmp_path: Path) -> None:
    checks = pytest.importorskip("ugrid_checks.check")
    told: list[float] = []
    dataset = spillsim.reach_map(
        SCENARIOS / "baia_mare_2000", "Tiszasziget", mass="10 t", progress=told.append
    )
    spillsim.results.write(dataset, tmp_path / "map.nc")
    with xr.open_dataset(tmp_path / "map.nc") as back:
        assert back.sizes["reach"] == 34
        assert back.attrs["border"] == "Tiszasziget"
        assert float(back["peak_concentration"].max()) > 0.3
        known = back["reach_arrival_time"].values[np.isfinite(back["reach_arrival_time"].values)]
        assert 0 < known.size < 34
        ratio = back["reach_peak_concentration"] / back["reach_peak_per_tonne"]
        assert np.allclose(ratio, 10.0)
        assert np.allclose(back["dilution_volume"] * back["peak_per_tonne"], 1e6)
    checker = checks.check_dataset(tmp_path / "map.nc", print_summary=False)
    records = checker.logger.report_statement_logrecords()
    assert [record.getMessage() for record in records] == []
    assert told == sorted(told)
    assert told[-1] <= 1.0


def test_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # a narrow one would wrap the lines
    arguments = ["reach-map", str(SCENARIOS / "quickstart"), "--csv", "table.csv"]
    assert main([*arguments, "--mass", "2 t", "--threshold", "0.2 mg/L"]) == 0
    heard = capsys.readouterr().out
    assert "A–B border · Broad River" in heard
    assert "release of 2 t at the head of each reach · ammonia" in heard
    assert "first above 0.2 mg/L (given)" in heard
    rows = {words[0]: words for words in map(str.split, heard.splitlines()) if words}
    with Path("table.csv").open(encoding="utf-8", newline="") as stream:
        table = {row["reach"]: row for row in csv.DictReader(stream)}
    assert set(table) == {"broad_0", "broad_1", "broad_2", "brook"}
    for name, row in table.items():
        assert float(row["arrival [h]"]) == pytest.approx(float(rows[name][5]), abs=0.51)
        assert float(row["peak [mg/L]"]) == pytest.approx(float(rows[name][8]), rel=6e-3)
    assert {p.name for p in Path().iterdir()} == {
        "quickstart_reach_map.nc", "quickstart_reach_map.png", "table.csv",
    }  # fmt: skip
    assert main([*arguments, "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--border", "A-B boarder"], 'Did you mean "A–B border"?'),
        (["--mass", "much"], 'mass "much"'),
        (["-o", "nowhere/map.nc"], "there is no folder nowhere"),
        (["--figure", "map.gif"], "is no figure"),
        (["--csv", "map.txt"], "ends in .csv"),
        (["-o", "map.png", "--figure", "map.png"], "need different names"),
    ],
)
def test_command_refuses(
    more: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["reach-map", str(SCENARIOS / "quickstart"), *more]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("notes.nc").write_text("mine", encoding="utf-8")
    assert main(["reach-map", str(SCENARIOS / "quickstart"), "-o", "notes.nc"]) == 2
    assert "it is not overwritten" in capsys.readouterr().err
    assert Path("notes.nc").read_text(encoding="utf-8") == "mine"


def test_figures(town: ReachMap) -> None:
    by_distance = plots.reach_map(linear.map_dataset(town))
    texts = " ".join(t.get_text() for t in by_distance.findobj(match=_has_text))
    assert "town: what comes from upstream" in texts
    assert len(by_distance.axes) == 2
    on_map = plots.reach_map(spillsim.reach_map(SCENARIOS / "irtysh_ridder"))
    texts = " ".join(t.get_text() for t in on_map.findobj(match=_has_text))
    assert "KZ–RU Irtysh" in texts
    assert "Time to the arrival [d]" in texts
    with pytest.raises(spillsim.SpillsimError, match="no reach map"):
        plots.reach_map(xr.Dataset())


def _has_text(artist: Any) -> bool:
    return hasattr(artist, "get_text")

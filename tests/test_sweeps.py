"""Sweeps end to end: releases of which one happens at a time, facilities, seasons, formulas."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomlkit
from river_cases import case, constant, reach, slug
from uncertain_cases import CASE, TABLES, raw

import spillsim
from spillsim.cli import main
from spillsim.ensembles import Asked, run_ensemble
from spillsim.errors import ScenarioError
from spillsim.sampling import draw, scenario_of
from spillsim.scenario import load, parse
from spillsim.scenario.facility_template import TEMPLATE

MEANS = ("arrival_time", "peak_concentration", "peak_time", "mass_passed")


def two_dams(**more: Any) -> dict[str, Any]:
    """Two dams on a river, a town between them, the end below; and a drain that always runs."""
    rows = [reach("upper", "a", "b", 15_000.0), reach("lower", "b", "sea", 10_000.0)]
    north = slug({"node": "a"}, 200.0) | {"name": "north"}
    south = constant({"node": "b"}, 7_200.0, 50.0, 3_600.0) | {"name": "south"}
    stations = {"town": {"reach": "upper", "distance": "10 km"}, "end": {"node": "sea"}}
    found = case(rows, {"a": 10.0}, [north, south], stations)
    found["substance"][0]["limits"] = [{"name": "limit", "value": "0.5 mg/L"}]
    found["output"] = {"interval": "600 s"}
    found["regime"] = {"wet": {"flow": {"scale": 2.0}}}
    found["sweep"] = [
        {"name": "dam", "releases": ["all"]},
        {"name": "season", "regime": ["none", "wet"]},
    ]
    return found | more


def test_one_release_happens_at_a_time() -> None:
    drawn = draw(parse(two_dams()))
    assert [dict(one) for one in drawn.combinations] == [
        {"dam": "north", "season": "none"}, {"dam": "north", "season": "wet"},
        {"dam": "south", "season": "none"}, {"dam": "south", "season": "wet"},
    ]  # fmt: skip
    bases = drawn.bases
    assert [[one.name for one in base.releases] for base in bases] == [
        ["north"], ["north"], ["south"], ["south"],
    ]  # fmt: skip
    assert [base.left_out for base in bases[::2]] == [("south",), ("north",)]
    assert [base.flow.scale for base in bases] == [1.0, 2.0, 1.0, 2.0]


def test_what_is_not_swept_happens_each_time() -> None:
    data = two_dams(sweep=[{"name": "dam", "releases": ["south", "north"]}])
    data["release"].append(constant({"node": "a"}, 3_600.0, 1.0) | {"name": "drain"})
    names = [[one.name for one in base.releases] for base in draw(parse(data)).bases]
    assert names == [["south", "drain"], ["north", "drain"]]


def test_a_release_is_known_by_its_place_where_it_has_no_name() -> None:
    data = two_dams(sweep=[{"name": "dam", "releases": ["a", "south"]}])
    del data["release"][0]["name"]
    names = [[one.name for one in base.releases] for base in draw(parse(data)).bases]
    assert names == [[""], ["south"]]


def test_a_regime_without_the_release_is_refused() -> None:
    data = two_dams()
    data["regime"]["wet"]["remove"] = ["release.south"]
    with pytest.raises(ScenarioError, match='there is no release "south" then') as caught:
        draw(parse(data))
    assert "regime wet" in str(caught.value)


@pytest.mark.parametrize("engine", ["transfer", "march"])
def test_answers_are_those_of_runs_with_one_release(engine: str) -> None:
    data = two_dams()
    data["numerics"] = {"engine": engine}
    summary = run_ensemble(parse(data), Asked(workers=1)).summary
    start = np.datetime64("2024-03-01", "ns")
    for number, name in ((1, "north"), (0, "south")):
        alone = {key: value for key, value in two_dams().items() if key != "sweep"}
        alone["numerics"] = {"engine": engine}
        alone["release"] = [one for one in alone["release"] if one["name"] == name]
        for regime in ("none", "wet"):
            run = spillsim.run(parse(alone, regime=regime))
            own = summary.sel(group=f"dam {name}, season {regime}", quantile=0.5)
            for what in MEANS:
                expected = run[what].values[:, 0]
                if what.endswith("time"):
                    expected = (expected - start) / np.timedelta64(1, "h")
                # the ensemble takes the times and peaks of its own way, as tests of it say;
                # another release or regime would be off by far more
                np.testing.assert_allclose(
                    own[what].values[:, 0], expected, rtol=0.02, atol=1e-9, err_msg=what
                )
            town = own["peak_concentration"].values[0, 0]
            assert (town > 0.0) == (number == 1)


@pytest.mark.parametrize(
    ("sections", "way"),
    [
        ({"numerics": {"engine": "transfer"}}, "transfer"),
        ({"numerics": {"engine": "march"}}, "scaled"),
        ({"routing": {"method": "muskingum_cunge"}}, "scaled"),
    ],
    ids=["transfer", "march", "routed"],
)
def test_an_input_of_a_release_that_does_not_happen_changes_nothing(
    sections: dict[str, Any], way: str
) -> None:
    data = two_dams(ensemble={"members": 8}) | sections
    data["uncertain"] = [{
        "name": "mass", "key": "release.north.mass", "distribution": "uniform",
        "low": "100 kg", "high": "300 kg",
    }]  # fmt: skip
    scenario = parse(data)
    drawn = draw(scenario)
    masses = [[one.mass for one in scenario_of(drawn, m).releases] for m in (0, 8, 16, 24)]
    assert masses[0] == masses[1] == [drawn.value[0, 0]]
    assert masses[2] == masses[3] == [50.0]
    outcome = run_ensemble(scenario, Asked(workers=1))
    assert way in outcome.way
    peaks = outcome.summary["peak_concentration"]
    at = peaks.sel(group="dam south, season none", station="end", substance="tracer")
    assert float(at.max()) == pytest.approx(float(at.min()), rel=1e-12)
    at = peaks.sel(group="dam north, season none", station="end", substance="tracer")
    assert float(at.max()) > 1.5 * float(at.min())


def write(folder: Path, text: str, tables: dict[str, str]) -> Path:
    folder.mkdir()
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    for name, table in tables.items():
        (folder / name).write_text(table, encoding="utf-8")
    return folder


def inventory(folder: Path) -> Path:
    """A river with two tailings facilities, each with a file of its own."""
    data = raw(CASE)
    del data["release"], data["regime"]
    text = (
        tomlkit.dumps(data)
        + """
[[substance]]
name = "arsenic"
[[release]]
name = "upper dam"
kind = "tailings_breach"
at = { node = "spring" }
facility = "upper.toml"
[[release]]
name = "side dam"
kind = "tailings_breach"
at = { node = "works" }
facility = "side.toml"
[[sweep]]
name = "facility"
releases = ["all"]
[[sweep]]
name = "season"
regime = ["none", "low"]
[[sweep]]
name = "how much"
key = "release.upper dam.estimate"
values = ["p5", "p95"]
[regime.low]
flow = { scale = 0.5 }
"""
    )
    other = TEMPLATE.replace('pond_volume = "', 'pond_volume = "0')
    return write(folder, text, TABLES | {"upper.toml": TEMPLATE, "side.toml": other})


def test_every_facility_fails_in_every_season(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = inventory(tmp_path / "basin")
    drawn = draw(load(folder))
    assert len(drawn.combinations) == 8
    for number, swept in enumerate(drawn.combinations):
        own = scenario_of(drawn, number)
        node = {one.at.node for one in own.releases}  # type: ignore[union-attr]
        assert node == ({"spring"} if swept["facility"] == "upper dam" else {"works"})
        assert {one.name.partition(":")[0] for one in own.releases} == {swept["facility"]}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["check", "basin"]) == 0
    assert "sweep facility: releases upper dam, side dam" in capsys.readouterr().out


def test_many_combinations_are_told_place_by_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = two_dams(ensemble={"members": 30})
    data["uncertain"] = [{"name": "mass", "factor_of": "mass", "distribution": "lognormal",
                          "median": 1.0, "factor": 2.0}]  # fmt: skip
    data["border"] = [{"name": "frontier", "at": {"reach": "lower", "distance": "8 km"},
                       "from": "AA", "to": "BB"}]  # fmt: skip
    write(tmp_path / "dams", tomlkit.dumps(data), {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    assert main(["ensemble", "dams", "--workers", "1"]) == 0
    told = capsys.readouterr().out
    assert main(["compare", "dams_ensemble.nc", "--csv", "t.csv"]) == 0
    again = capsys.readouterr().out
    for dam in ("north", "south"):
        for season in ("none", "wet"):
            lines = [[li for li in out.splitlines() if li.split()[:2] == [dam, season]]
                     for out in (told, again)]  # fmt: skip
            # at the border only, and the same by both commands
            assert [len(found) for found in lines] == [1, 1]
            assert lines[0][0].split() == lines[1][0].split()
    assert "spillsim compare --stations" in told
    assert len((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()) == 1 + 5


def test_facility_files_and_formulas_may_be_swept(tmp_path: Path) -> None:
    folder = inventory(tmp_path / "basin")
    file = folder / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    text = (
        text[: text.index("[[sweep]]")]
        + """
[[sweep]]
name = "file"
key = "release.upper dam.facility"
values = ["upper.toml", "other.toml"]
[[sweep]]
name = "formula"
key = "dispersion.formula"
values = ["disley_2015", "deng_2001"]
"""
    )
    file.write_text(text, encoding="utf-8")
    shutil.copy(folder / "upper.toml", folder / "other.toml")
    other = (folder / "other.toml").read_text(encoding="utf-8")
    (folder / "other.toml").write_text(other.replace("arsenic", "lead"), encoding="utf-8")
    drawn = draw(load(folder))
    made = [scenario_of(drawn, number) for number in range(4)]
    assert [one.dispersion.formula for one in made] == [  # type: ignore[union-attr]
        "disley_2015", "deng_2001", "disley_2015", "deng_2001",
    ]  # fmt: skip
    assert {file.name for file in made[3].files} >= {"other.toml"}


def test_a_choice_of_formula_is_an_input_like_any_other() -> None:
    rows = [reach("r", "a", "sea", 20_000.0)]
    del rows[0]["dispersion_coefficient [m2/s]"]
    data = case(rows, {"a": 10.0}, [slug({"node": "a"})], {"end": {"node": "sea"}})
    data["output"] = {"interval": "600 s"}
    data["ensemble"] = {"members": 6}
    names = ["disley_2015", "deng_2001", "fischer_1979"]
    data["uncertain"] = [{
        "name": "formula", "key": "dispersion.formula", "distribution": "discrete",
        "values": names, "weights": [1, 1, 1],
    }]  # fmt: skip
    scenario = parse(data)
    outcome = run_ensemble(scenario, Asked(workers=1))
    peaks = []
    for name in names:
        alone = {key: value for key, value in data.items() if key not in ("uncertain", "ensemble")}
        alone["dispersion"] = {"kind": "formula", "formula": name}
        peaks.append(spillsim.run(parse(alone))["peak_concentration"].item())
    assert len({round(peak, 6) for peak in peaks}) == 3
    # six members of a Latin hypercube: two of each
    peak = outcome.summary["peak_concentration"].sel(group="all members")
    found = peak.sel(quantile=[0.05, 0.5, 0.95]).values.ravel()
    np.testing.assert_allclose(found, sorted(peaks), rtol=0.02)

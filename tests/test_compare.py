"""Results side by side: ensembles and their groups, and what differs between the scenarios."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from river_cases import case, reach, slug

import spillsim
from spillsim.analysis.differences import ABSENT, Difference, differences
from spillsim.cli import main
from spillsim.ensembles.comparing import compare_answers
from spillsim.errors import SpillsimError
from spillsim.scenario import parse

GALLERY = Path(__file__).parent / "gallery"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.delenv("SPILLSIM_DEBUG", raising=False)


def spill(**more: Any) -> dict[str, Any]:
    """Two substances, one with limits, an uncertain mass and a swept season."""
    rows = [reach("r", "a", "sea", 20_000.0)]
    dye = slug({"node": "a"}) | {"name": "dye", "substance": "dye"}
    found = case(rows, {"a": 10.0}, [slug({"node": "a"}) | {"name": "tank"}, dye],
                 {"end": {"node": "sea"}, "mid": {"reach": "r", "distance": "5 km"}})  # fmt: skip
    found["substance"] = [
        {"name": "tracer", "limits": [{"name": "high", "value": "5 mg/L"},
                                      {"name": "low", "value": "1 mg/L"}]},
        {"name": "dye"},
    ]  # fmt: skip
    found["output"] = {"interval": "600 s"}
    found["ensemble"] = {"members": 40, "seed": 5}
    found["regime"] = {"wet": {"flow": {"scale": 2.0}}}
    found["uncertain"] = [{"name": "mass", "factor_of": "mass", "distribution": "lognormal",
                           "median": 1.0, "factor": 2.0}]  # fmt: skip
    return found | more


@pytest.fixture(scope="module")
def answers() -> dict[str, xr.Dataset]:
    seasons = [{"name": "season", "regime": ["none", "wet"]}]
    heavier = spill(sweep=seasons)
    heavier["release"][0]["mass"] = "300 kg"
    heavier["station"] = heavier["station"][:1]
    made = {"plain": spill(), "seasons": spill(sweep=seasons), "heavier": heavier}
    return {name: spillsim.ensemble(parse(data), workers=1).summary for name, data in made.items()}


def write(answers: dict[str, xr.Dataset], *names: str) -> list[str]:
    return [str(spillsim.results.write(answers[name], f"{name}.nc")) for name in names]


def test_ensembles_side_by_side(
    answers: dict[str, xr.Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    files = write(answers, "plain", "seasons", "heavier")
    assert main(["compare", *files, "--csv", "t.csv"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert all(len(line) < 110 for line in told.out.splitlines())
    assert told.out.count("limit: 1 mg/L, low") == 2  # at the end and at mid
    assert " wet " in told.out
    assert "release.tank.mass: 100.0 kg (plain, seasons); 300 kg (heavier)" in told.out
    with Path("t.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        own = answers[row["run"]].sel(
            group=row["group"], station=row["station"], substance=row["substance"]
        )
        for share in (0.05, 0.5, 0.95):
            peak = float(own["peak_concentration"].sel(quantile=share))
            assert float(row[f"peak [mg/L] {share:.0%}".replace("%", " %")]) == pytest.approx(
                peak, rel=1e-5
            )
        if row["substance"] == "tracer":
            chance = float(own["exceedance"].sel(limit="low"))
            assert float(row["chance_over_limit"]) == pytest.approx(chance, abs=1e-6)
        else:
            assert row["limit_name"] == row["chance_over_limit"] == ""
    places = {(row["run"], row["station"]) for row in rows}
    assert ("plain", "mid") in places
    assert ("heavier", "mid") not in places
    assert len(rows) == (1 + 3) * 2 * 2 + 3 * 2


def test_groups_of_one_ensemble(
    answers: dict[str, xr.Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    [file] = write(answers, "seasons")
    assert main(["compare", file]) == 0
    out = capsys.readouterr().out
    assert "differs" not in out
    for label in ("season", "all members", "none", "wet"):
        assert f"\n  {label} " in out


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_tables_fit_the_terminal(
    answers: dict[str, xr.Dataset], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, columns: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["compare", *write(answers, "plain", "heavier")]) == 0
    out = capsys.readouterr().out
    assert all(len(line) < int(columns) for line in out.splitlines())
    assert "> limit" in out


def test_the_order_of_files_does_not_change_a_row(answers: dict[str, xr.Dataset]) -> None:
    pair = [answers["plain"], answers["heavier"]]
    one = compare_answers(pair, ["p", "h"])
    other = compare_answers(pair[::-1], ["h", "p"])
    assert sorted(map(repr, one)) == sorted(map(repr, other))
    with pytest.raises(SpillsimError, match="no answers"):
        compare_answers([], [])
    with pytest.raises(SpillsimError, match="label of its own"):
        compare_answers(pair, ["p", "p"])


def test_what_cannot_be_compared(
    answers: dict[str, xr.Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    [file] = write(answers, "plain")
    shutil.copytree(GALLERY / "single_reach", "case")
    assert main(["run", "case", "-q"]) == 0
    for argv, says in (
        (["case.nc"], "at least two"),
        (["case.nc", file], "files of one kind"),
        ([file, file], "given twice"),
        ([file, "--csv", "t.txt"], ".csv"),
        ([file, "nowhere.nc"], "no file nowhere.nc"),
    ):
        assert main(["compare", *argv]) == 2
        assert says in capsys.readouterr().err


# --- what differs between scenarios ---------------------------------------------------------------


def carrying(text: str, digests: str = "{}", **variant: str) -> xr.Dataset:
    return xr.Dataset(attrs={"scenario_text": text, "input_sha256": digests} | variant)


ONE = """
spillsim = 1
[case]
title = "one"
duration = "2 days"
[[release]]
name = "tank"
at = { node = "a" }
mass = "5 kg"
[[release]]
name = "drain"
mass = "1 kg"
[regime.low]
flow.scale = 0.5
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"5 kg"', '"6 kg"', [("release.tank.mass", "5 kg", "6 kg")]),
        ('title = "one"', 'title = "two"', []),
        ('node = "a"', 'node = "b"', [("release.tank.at.node", "a", "b")]),
        ('duration = "2 days"', "", [("case.duration", "2 days", ABSENT)]),
        ("[case]", "[numerics]\nerror = 0.1\n[case]", [("numerics.error", ABSENT, "0.1")]),
        # the order of sections says nothing, where they have names
        (
            'name = "drain"\nmass = "1 kg"',
            'name = "drain"\nmass = "2 kg"',
            [("release.drain.mass", "1 kg", "2 kg")],
        ),
        ("flow.scale = 0.5", "flow.scale = 0.4", []),  # of a regime that is not run
    ],
)
def test_keys_that_differ(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert old in ONE
    found = differences([carrying(ONE), carrying(ONE.replace(old, new))])
    assert found == [Difference(key, (a, b)) for key, a, b in expected]


def test_regimes_are_merged_before_keys_are_compared() -> None:
    found = differences([carrying(ONE), carrying(ONE, regime="low"), carrying(ONE)])
    assert found == [Difference("flow.scale", (ABSENT, "0.5", ABSENT))]


def test_tables_with_other_contents_are_named() -> None:
    one = carrying(ONE, '{"scenario.toml": "1", "reaches.csv": "abcdef", "a.csv": "1"}')
    other = carrying(ONE, '{"scenario.toml": "2", "reaches.csv": "ghijkl", "b.csv": "1"}')
    assert differences([one, other]) == [Difference("reaches.csv", ("abcdef", "ghijkl"))]


def test_without_a_text_nothing_is_said() -> None:
    assert differences([carrying(ONE), xr.Dataset()]) is None
    assert differences([carrying(ONE), carrying("no = toml = at all")]) is None


def test_runs_say_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    for name, mass in (("a", "10 kg"), ("b", "20 kg"), ("c", "10 kg")):
        shutil.copytree(GALLERY / "single_reach", name)
        file = Path(name) / "scenario.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('mass = "10 kg"', f'mass = "{mass}"'), encoding="utf-8")
    assert main(["batch", "a", "b", "c", "--workers", "1", "-q"]) == 0
    assert main(["compare", "batch/a.nc", "batch/b.nc", "batch/c.nc"]) == 0
    out = capsys.readouterr().out
    assert "mass: 10 kg (a, c); 20 kg (b)" in out
    assert main(["compare", "batch/a.nc", "batch/c.nc"]) == 0
    assert "the scenarios are the same" in capsys.readouterr().out


def test_what_one_ensemble_says_stands_in_its_row(answers: dict[str, xr.Dataset]) -> None:
    rows = compare_answers([answers["seasons"]], ["s"])
    for row in rows:
        own = answers["seasons"].sel(group=row.group, station=row.station, substance=row.substance)
        expected = own["arrival_time"].sel(quantile=[0.05, 0.5, 0.95]).values
        np.testing.assert_array_equal(row.arrival, expected)
        assert row.comes == float(own["arrival_chance"])
        assert row.members == (80 if row.group == "all members" else 40)

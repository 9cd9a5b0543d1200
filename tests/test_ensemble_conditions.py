"""Answers under conditions: what they are true for, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_ensemble_run import run, spill, write

from spillsim import cli
from spillsim.ensembles import ConditionError, given
from spillsim.sampling import Draws, draw
from spillsim.scenario import parse


def drawn() -> Draws:
    """Numbers with a unit, factors, choices, found values, a swept regime and a swept number."""
    data = spill(40)
    data["regime"] = {"spring": {"title": "high water"}}
    data["uncertain"] += [
        {"name": "dispersion", "factor_of": "dispersion_coefficient", "distribution": "uniform",
         "low": 0.5, "high": 2.0},
        {"name": "formula", "key": "dispersion.formula", "distribution": "discrete",
         "values": ["disley_2015", "deng_2001"]},
        {"name": "hour", "key": "release.tank.time", "distribution": "discrete",
         "values": ["0 h", "6 h"]},
    ]  # fmt: skip
    data["sweep"] = [
        {"name": "season", "regime": ["none", "spring"]},
        {"name": "slope", "key": "reaches.r.slope", "values": [0.001, 0.002]},
    ]
    return draw(parse(data))


@pytest.mark.parametrize(("text", "column", "low", "high"), [
    ("mass > 150 kg", 0, 150.0, np.inf), ("mass in 0.05 t..0.2 t", 0, 50.0, 200.0),
    ("mass<=100 kg", 0, 0.0, 100.0), ("dispersion in 0.8..1.2", 1, 0.8, 1.2),
])  # fmt: skip
def test_numbers_in_the_units_of_the_file(text: str, column: int, low: float, high: float) -> None:
    draws = drawn()
    (found,) = given(draws, [text])
    own = draws.value[:, column]
    np.testing.assert_array_equal(found.holds, (own >= low) & (own <= high))
    assert 0 < found.holds.sum() < own.size


def test_choices_sweeps_and_several_at_once() -> None:
    draws = drawn()
    names = [combination["season"] for combination in draws.combinations]
    spring = np.array(names)[draws.combination] == "spring"
    steep = np.array([c["slope"] for c in draws.combinations])[draws.combination] > 0.0015
    found = given(draws, [
        "season = spring", "season in none, spring", "season != spring and slope = 0.002",
        "formula = deng_2001", "hour = 360 min and dispersion < 1",
    ])  # fmt: skip
    np.testing.assert_array_equal(found[0].holds, spring)
    assert found[1].holds.all()
    np.testing.assert_array_equal(found[2].holds, ~spring & steep)
    np.testing.assert_array_equal(found[3].holds, draws.value[:, 2] == 1.0)
    late = (draws.value[:, 3] == 21_600.0) & (draws.value[:, 1] < 1.0)
    np.testing.assert_array_equal(found[4].holds, late)
    assert given(draws, ["mass > 1 kg", "mass  >  1 kg"])[0].text == "mass > 1 kg"
    assert len(given(draws, ["mass > 1 kg", "mass  >  1 kg"])) == 1


@pytest.mark.parametrize(("text", "words"), [
    ("maas > 1 kg", 'Did you mean "mass"?'), ("season = sprung", 'Did you mean "spring"?'),
    ("mass > 3", "a unit is needed"), ("mass > 3 h", "mass"), ("dispersion > 1 kg", "plain number"),
    ("mass = 100 kg", "none is met exactly"), ("formula > deng_2001", "no order"),
    ("mass in 3 t..1 t", "ends below"), ("mass", "no condition"), ("mass >", "no condition"),
    ("formula = deng", "deng_2001"), ("", "no condition"), ("hour = 1 h, 2 h", "after in"),
    ("nothing like it = 1", "There are: mass"),
])  # fmt: skip
def test_wrong_conditions_are_told(text: str, words: str) -> None:
    with pytest.raises(ConditionError, match="the condition") as found:
        given(drawn(), [text])
    assert words in str(found.value)


def test_an_answer_given_that_is_the_answer_of_those_members() -> None:
    data = spill(200)
    outcome = run(data, workers=1, given=("mass > 100 kg", "mass > 900 kg"))
    found = outcome.summary
    own = outcome.draws.value[:, 0]
    assert found["members"].values.tolist() == [200, 100, int((own > 900.0).sum())]
    # the peak is proportional to the mass, so its median is that of the masses that count
    heavy = found["peak_concentration"].sel(quantile=0.5).values[:2, 0, 0]
    ratio = np.median(own[own > 100.0]) / np.median(own)
    assert heavy[1] / heavy[0] == pytest.approx(ratio, rel=1e-6)
    assert found["exceedance"].values[1, 0, 0] > found["exceedance"].values[0, 0, 0]
    width = found["exceedance_high"] - found["exceedance_low"]
    assert width.values[1, 0, 0] > 0.0
    # too few to be told
    assert np.isnan(found["peak_concentration"].values[2]).all()
    assert np.isnan(found["exceedance"].values[2]).all()


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                             capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    folder = write(tmp_path / "spill", spill(80))
    monkeypatch.chdir(tmp_path)
    command = ["ensemble", folder.name, "--workers", "1"]
    assert cli.main([*command, "--given", "mass > 100 kg", "--given", "mass > 900 kg"]) == 0
    told = capsys.readouterr().out
    assert "given mass > 100 kg · 40 members" in told
    assert "too few for an answer; 30 are needed" in told
    assert "mass 1.00" in told
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main([*command, "--sensitivity", "--given", "mass > 100 kg"]) == 0
    told = capsys.readouterr().out
    assert "how far every input decides" in told
    assert "rank correlation" in told
    assert max(map(len, told.splitlines())) < 80
    assert "…" not in told.split("members   ")[1]
    assert cli.main([*command, "--given", "maas > 100 kg"]) == 2
    assert 'Did you mean "mass"?' in " ".join(capsys.readouterr().err.split())

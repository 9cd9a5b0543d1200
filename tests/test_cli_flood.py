"""``spillsim flood``: quantiles with bounds, a figure, faults with file and line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from spillsim import floods
from spillsim.cli import main


@pytest.fixture
def table(tmp_path: Path) -> Path:
    draw = np.random.default_rng(5)
    values = 120.0 - 45.0 * np.log(-np.log(draw.random(40)))
    rows = [f"{1980 + i}, {value:.1f}" for i, value in enumerate(values) if i != 7]
    path = tmp_path / "maxima.csv"
    path.write_text("# invented\nyear, discharge [m3/s]\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def test_tells_quantiles_with_bounds(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flood", str(table), "--return-period", "10,100", "--distribution", "gev"]) == 0
    said = capsys.readouterr().out
    assert "39 annual maxima, 1980 to 2019" in said
    assert "1987" in said  # the year that is missing
    found = floods.analyse(np.loadtxt(table, delimiter=",", skiprows=2)[:, 1], "gev", [10, 100])
    for number, years in enumerate(("10", "100")):
        row = re.search(rf"^ +{years} +(\S+) +(\S+) +(\S+)$", said, re.MULTILINE)
        assert row is not None
        told = [float(text) for text in row.groups()]
        wanted = [found.best[number], found.lower[number], found.upper[number]]
        assert told == pytest.approx(wanted, rel=5e-3)


def test_fits_all_distributions_and_draws(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = tmp_path / "levels.svg"
    assert main(["flood", str(table), "--plot", str(figure)]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in floods.DISTRIBUTIONS)
    assert "Return period" in figure.read_text("utf-8") or figure.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("1983,", "1982,", r"maxima\.csv:6 .*year\n.*given twice"),
        ("1983,", "1983.5,", r"maxima\.csv:6 .*year\n.*is not a year"),
        ("discharge [m3/s]", "discharge", r"maxima\.csv:2 .*\n.*a unit is needed"),
    ],
)
def test_faults_have_file_and_line(
    table: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    table.write_text(table.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert main(["flood", str(table)]) == 2
    assert re.search(says, capsys.readouterr().err)


def test_too_few_years_and_wrong_arguments(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["flood", str(table), "--distribution", "gumble"]) == 2
    assert 'Did you mean "gumbel"?' in capsys.readouterr().err
    assert main(["flood", str(table), "--return-period", "0.5"]) == 2
    assert "number of years above 1" in capsys.readouterr().err
    assert main(["flood", str(table.parent / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
    short = table.parent / "short.csv"
    short.write_text("\n".join(table.read_text("utf-8").splitlines()[:8]) + "\n", "utf-8")
    assert main(["flood", str(short)]) == 2
    assert "too few" in capsys.readouterr().err
    for name in [name for name in sys.modules if name.startswith("scipy")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert main(["flood", str(table)]) == 2
    told = " ".join(capsys.readouterr().err.split())  # a narrow terminal breaks the line
    assert 'pip install "spillsim[floods]"' in told

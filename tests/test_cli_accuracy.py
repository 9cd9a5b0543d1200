"""What the command line says of the numerical error, and how ``--strict`` ends."""

from __future__ import annotations

from pathlib import Path

import pytest

import spillsim
from spillsim import scenario
from spillsim.cli import main

NUMERICS = "error = 0.01"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    scenario.write_template(tmp_path / "case")
    return tmp_path / "case"


def change(case: Path, text: str) -> None:
    file = case / "scenario.toml"
    whole = file.read_text(encoding="utf-8")
    assert NUMERICS in whole
    file.write_text(whole.replace(NUMERICS, f"{NUMERICS}\n{text}\n"), encoding="utf-8")


@pytest.mark.parametrize("engine", ["march", "transfer"])
def test_a_target_that_is_met(case: Path, capsys: pytest.CaptureFixture[str], engine: str) -> None:
    change(case, f'engine = "{engine}"')
    assert main(["run", str(case), "--strict"]) == 0
    told = capsys.readouterr().out
    assert "achieved numerical error ≤" in told
    how = {"march": "the transfer engine's curves", "transfer": "the same curves on whole windows"}
    assert f"at every station (distance from {how[engine]}" in " ".join(told.split())
    assert "to measure the error" in told
    with spillsim.open("case.nc") as found:
        assert float(found["achieved_error"].max()) <= 0.01
        assert found["concentration"].attrs["ancillary_variables"] == "achieved_error"


@pytest.mark.parametrize("strict", [True, False])
def test_a_target_that_is_missed(
    case: Path, capsys: pytest.CaptureFixture[str], strict: bool
) -> None:
    change(case, 'time_step = "2 h"')
    assert main(["run", str(case), *(["--strict"] if strict else [])]) == (1 if strict else 0)
    told = capsys.readouterr()
    assert "MISSED at 2 of 2 stations: achieved numerical error" in told.out
    assert "asked for 1.0 %" in told.out
    assert 'time_step = "' in told.out
    assert ("was missed, or not measured (--strict)" in told.err) == strict
    marked = [line for line in told.out.splitlines() if line.endswith("!")]
    assert len(marked) == 2
    with spillsim.open("case.nc") as found:
        assert float(found["achieved_error"].min()) > 0.01
        assert "misses the numerical error asked for" in found.attrs["notices"]


def test_strict_needs_a_measured_error(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(case, 'error_check = "none"')
    assert main(["run", str(case), "--strict"]) == 2
    assert "numerics.error_check" in capsys.readouterr().err
    assert not Path("case.nc").exists()
    assert main(["run", str(case)]) == 0
    assert "numerical error not measured" in capsys.readouterr().out

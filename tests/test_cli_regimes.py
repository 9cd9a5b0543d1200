"""Regimes and measures from the shell: which files there are, what is compared, how it ends."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import spillsim
from spillsim.cli import main
from spillsim.errors import SpillsimError

GALLERY = Path(__file__).parent / "gallery"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(GALLERY / "regimes", tmp_path / "case")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("SPILLSIM_DEBUG", raising=False)


@pytest.fixture(scope="module")
def results() -> dict[str, xr.Dataset]:
    case = GALLERY / "regimes"
    return {name: spillsim.run(case, regime=name) for name in ("none", "low", "spring")}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "case")


# --- run -----------------------------------------------------------------------------------------


def test_every_regime_with_every_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["run", "case", "--regime", "low,spring", "--measure", "none,closed", "--csv", "c.csv"]
    assert main(argv) == 0
    files = ["case_low.nc", "case_low_closed.nc", "case_spring.nc", "case_spring_closed.nc"]
    assert names(tmp_path) == ["c.csv", *files]
    told = capsys.readouterr()
    assert told.err == ""
    assert all(len(line) < 100 for line in told.out.splitlines())
    assert told.out.count("⚑ frontier · Main · 35 km below the release") == 1
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    runs = ["low", "low, closed", "spring", "spring, closed"]
    assert [row["run"] for row in rows] == runs
    for row, file in zip(rows, files, strict=True):
        with spillsim.open(file) as dataset:
            at = dataset.sel(station="frontier", substance="tracer")
            assert float(row["peak [mg/L]"]) == pytest.approx(float(at["peak_concentration"]), 1e-5)
            assert float(row["load [kg]"]) == pytest.approx(float(at["mass_passed"]), 1e-5)
            assert dataset.attrs["regime"] == file.split("_")[1].removesuffix(".nc")
            assert dataset.attrs.get("measure", "") == ("closed" if "closed" in file else "")
            line = next(li for li in told.out.splitlines() if li.startswith(f"  {row['run']}  "))
            assert f" {float(at['discharge']):.1f} " in line
    # the note that differs in its numbers alone stands once
    assert told.out.count("was given at one discharge") == 1
    assert "(low; low, closed; with other numbers: spring; spring, closed)" in told.out


def test_one_regime_is_told_like_any_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "case", "--regime", "low"]) == 0
    out = capsys.readouterr().out
    assert names(tmp_path) == ["case_low.nc"]
    assert "regime    low · winter low flow\n" in out
    assert "steady, from 1 given inflow times 0.4" in out
    assert re.search(r"next +spillsim plot case_low\.nc\n$", out)
    assert main(["run", "case", "--regime", "low", "-o", "x.nc", "-q"]) == 0
    assert main(["run", "case", "--regime", "none,low", "-o", "y.nc", "-q"]) == 0
    assert capsys.readouterr().out == ""
    assert names(tmp_path) == ["case_low.nc", "x.nc", "y.nc", "y_low.nc"]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--regime", "lw,spring", "--measure", "clsed"], ['"low"?', '"closed"?']),
        (["--regime", ","], ['there is no regime ""']),
        (["--regime", "all", "--csv", "table.txt"], [".csv"]),
        (["--regime", "all", "-o", "nowhere/x.nc"], ["no folder"]),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str], says: list[str]
) -> None:
    assert main(["run", "case", *argv]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert all(text in told.err for text in says)
    assert names(tmp_path) == []


def test_faults_of_all_regimes_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case" / "scenario.toml"
    text = file.read_text("utf-8").replace("flow.scale = 0.4", "flow.scale = 0")
    file.write_text(text.replace('"inflows_spring.csv"', '"inflows_sprung.csv"'), "utf-8")
    for argv in (["run", "case", "--regime", "all"], ["check", "case"]):
        assert main(argv) == 2
        told = capsys.readouterr()
        assert "2 faults" in told.err
        assert re.search(r"scenario\.toml:\d+ +regime\.low\.flow\.scale", told.err)
        assert re.search(r"regime\.spring\.flow\.table", told.err)
    assert main(["run", "case", "-q"]) == 0  # the file as written has none


def test_a_fault_of_a_table_under_one_regime_names_the_regime(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case" / "inflows_spring.csv").write_text(
        "node,inflow [m3/s],abstraction [m3/s]\nhead,90,\nbend,,100\n", "utf-8"
    )
    assert main(["check", "case"]) == 2
    assert re.search(r"\(regime\s+spring\)", capsys.readouterr().err)


def test_an_interrupt_keeps_the_files_that_are_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from spillsim import verification

    run = verification.simulate_to_target
    calls: list[Any] = []

    def interrupted(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return run(*given)

    monkeypatch.setattr(verification, "simulate_to_target", interrupted)
    assert main(["run", "case", "--regime", "all"]) == 130
    assert "interrupted; written before: case_low.nc." in capsys.readouterr().err
    assert names(tmp_path) == ["case_low.nc"]


def test_the_exit_code_is_that_of_the_worst(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = iter([True, False, True])
    monkeypatch.setattr("spillsim.cli.run.tell_accuracy", lambda *given: next(verdicts))
    assert main(["run", "case", "--regime", "none,all", "--strict"]) == 1
    assert "was missed" in capsys.readouterr().err


def test_check_lists_regimes_and_measures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "case"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"regime +low +winter low flow +frontier +12\.0 ", out)
    assert re.search(r"measure +closed +valve closed .* frontier +30\.0 ", out)
    assert out.endswith("spillsim run case --regime all --measure all\n")


# --- compare -------------------------------------------------------------------------------------


def test_compare_reads_files(
    tmp_path: Path, results: dict[str, xr.Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, dataset in results.items():
        spillsim.results.write(dataset, tmp_path / f"{name}.nc")
    files = [f"{name}.nc" for name in results]
    assert main(["compare", *files, "--csv", "c.csv"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\n  as written +30\.0 .*\n  low +winter low flow +12\.0 ", out)
    assert "bend" not in out
    assert main(["compare", *files, "--stations", "-q"]) == 0
    assert main(["compare", *files, "--stations"]) == 0
    assert "bend · Main · 20 km below the release" in capsys.readouterr().out
    shutil.copy("low.nc", "again.nc")
    assert main(["compare", "low.nc", "again.nc"]) == 0
    assert re.search(r"\n  low .*\n  again ", capsys.readouterr().out)
    for argv, says in ((["low.nc"], "at least two"), (["low.nc", "low.nc"], "given twice")):
        assert main(["compare", *argv]) == 2
        assert says in capsys.readouterr().err


def test_compare_from_python(results: dict[str, xr.Dataset]) -> None:
    rows = spillsim.compare([*results.values()])
    assert [row.run for row in rows] == ["as written", "low", "spring"]
    assert [row.discharge for row in rows] == [30.0, 12.0, 90.0]
    for row, dataset in zip(rows, results.values(), strict=True):
        at = dataset.sel(station="frontier", substance="tracer")
        hours = (at["peak_time"].values - np.datetime64(dataset["time"].values[0])) / (
            np.timedelta64(1, "h")
        )
        assert row.peak_after_release == pytest.approx(hours, abs=1e-6)
        assert row.hours_over_limit == float(at["time_above_limit"].values[0])
        assert (row.limit, row.limit_name) == (pytest.approx(0.05), "limit")
    every = spillsim.compare([*results.values()], ["a", "b", "c"], stations=True)
    assert [row.station for row in every] == ["bend"] * 3 + ["frontier"] * 3
    assert [row.run for row in every[:3]] == ["a", "b", "c"]


@pytest.mark.parametrize(("count", "labels"), [(0, None), (2, ["a"]), (2, ["a", "a"])])
def test_runs_that_cannot_be_told_apart(
    results: dict[str, xr.Dataset], count: int, labels: list[str] | None
) -> None:
    with pytest.raises(SpillsimError):
        spillsim.compare([results["low"]] * count, labels)


def test_a_loaded_case_has_its_regime_already() -> None:
    with pytest.raises(TypeError, match="give its path"):
        spillsim.run(spillsim.load(GALLERY / "regimes"), regime="low")


# --- plot ----------------------------------------------------------------------------------------


def test_several_runs_are_drawn_over_each_other(
    tmp_path: Path, results: dict[str, xr.Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    files = [f"case_{name}.nc" for name in results]
    for file, dataset in zip(files, results.values(), strict=True):
        spillsim.results.write(dataset, tmp_path / file)
    assert main(["plot", *files]) == 0
    assert names(tmp_path) == sorted(["case_compared.png", *files])
    assert main(["plot", *files, "--station", "bend", "--log", "-o", "x.svg", "-q"]) == 0
    assert "spring high water" in (tmp_path / "x.svg").read_text("utf-8")
    capsys.readouterr()
    for more, says in (
        (["--profile"], "profiles are drawn of one run"),
        (["--station", "bned"], 'Did you mean "bend"?'),
        (["--station", "bend", "--station", "frontier"], "give --station once"),
        (["--substance", "x"], 'no substance "x"'),
        (["--log", "--substance", "tracer"], ""),
    ):
        assert main(["plot", *files, *more]) == (2 if says else 0)
        assert says in " ".join(capsys.readouterr().err.split())
    copies = [shutil.copy(files[0], f"{name}.nc") for name in "abcd"]
    assert main(["plot", *files, *copies]) == 2
    assert "up to 6 runs" in capsys.readouterr().err


def test_curves_of_runs_lie_where_they_belong(results: dict[str, xr.Dataset]) -> None:
    figure = spillsim.plots.comparison([*results.values()], ["a", "b", "c"])
    axes = figure.axes[0]
    drawn = [line for line in axes.get_lines() if len(line.get_xdata()) > 10]
    assert len(drawn) == 3
    for line, dataset in zip(drawn, results.values(), strict=True):
        at = dataset.sel(station="frontier", substance="tracer")
        days = (at["time"].values - dataset["time"].values[0]) / np.timedelta64(1, "D")
        seen = np.interp(days, line.get_xdata(), line.get_ydata())
        np.testing.assert_allclose(seen, at["concentration"].values, rtol=1e-5, atol=1e-9)
    (text,) = [t.get_text() for t in figure.legends[0].get_texts() if t.get_text().startswith("b")]
    assert text == "b, 12 m³/s"
    assert axes.get_xlabel() == "Each run counts from its own first release"
    alike = spillsim.plots.comparison([results["none"], results["low"]], ["a", "b"], "bend")
    assert alike.axes[0].get_xlabel().startswith("Local clock")

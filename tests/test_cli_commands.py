"""Commands from the shell: what they print, which files they leave, how they end."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xarray as xr

from spillsim import results, scenario
from spillsim.cli import main
from spillsim.cli.console import Console
from spillsim.cli.progress import Progress

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("SPILLSIM_DEBUG", raising=False)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    scenario.write_template(folder)
    return folder


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result")
    scenario.write_template(folder / "case")
    assert main(["run", str(folder / "case"), "-o", str(folder / "case.nc"), "--quiet"]) == 0
    return folder / "case.nc"


def change(case: Path, old: str, new: str) -> None:
    file = case / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- help, wrong usage ---------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    code = (
        "import sys; from spillsim.cli import main; code = main([sys.argv[1]]); "
        "print(code, sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, option], capture_output=True, text=True, check=True
    )
    assert done.stderr.startswith("0 ")
    assert done.stdout
    heavy = ("numpy", "numba", "xarray", "pydantic", "pint", "matplotlib", "rich", "zarr", "dask",
             "distributed", "scipy", "SALib", "pandas")  # fmt: skip
    for library in heavy:
        assert f"'{library}'" not in done.stderr


def test_check_loads_neither_numba_nor_xarray(case: Path) -> None:
    code = (
        "import sys; from spillsim.cli import main; code = main(['check', sys.argv[1]]); "
        "print(code, sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(case)], capture_output=True, text=True, check=True
    )
    assert done.stderr.startswith("0 ")
    for library in ("numba", "xarray", "matplotlib", "scipy", "pandas", "zarr", "dask", "SALib"):
        assert f"'{library}'" not in done.stderr


def test_a_run_loads_nothing_that_is_for_ensembles(case: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from spillsim.cli import main; code = main(['run', *sys.argv[1:]]); "
        "print(code, sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(case), "-q", "-o", str(tmp_path / "x.nc")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.startswith("0 ")
    for library in ("zarr", "dask", "distributed", "scipy", "SALib"):
        assert f"'{library}'" not in done.stderr


def test_a_misspelt_command_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plott", "x.nc"]) == 2
    assert 'Did you mean "plot"?' in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["run"], ["run", "a", "b"], ["check", "--quite", "x"]])
def test_wrong_usage_ends_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert "usage: spillsim" in capsys.readouterr().err


# --- new, check, schema --------------------------------------------------------------------------


def test_a_new_case_can_be_checked_and_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "my case"]) == 0
    assert "spillsim run 'my case'" in capsys.readouterr().out
    assert main(["check", "my case"]) == 0
    assert main(["run", "my case/scenario.toml"]) == 0
    assert names(tmp_path) == ["my case", "my case.nc"]
    capsys.readouterr()
    assert main(["new", "my case"]) == 2
    assert "not empty" in capsys.readouterr().err


def test_check_tells_what_would_be_computed(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(case)]) == 0
    out = capsys.readouterr().out
    assert "2 rivers (Main, Side) · 5 reaches · 55 km below the release" in out
    assert "steady, from 3 given inflows · 33.5 m³/s at the outlet" in out
    assert "phenol at tank (constant)" in out
    assert "engine transfer (steady and linear)" in out
    scenario = (case / "scenario.toml").read_text()
    marched = scenario.replace("[numerics]", '[numerics]\nengine = "march"')
    (case / "scenario.toml").write_text(marched)
    assert main(["check", str(case)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"[\d,]+ cells, [\d,]+ steps of .* \(error = 1 % at .*engine march", out)
    assert re.search(r"about [\d.]+ kB on disk, ", out)
    assert re.search(r"⚑ Frontier +Main +50 +33\.5 ", out)
    assert "dispersion (disley_2015) on 5 reaches" in out
    assert names(tmp_path) == ["case"]


def test_schema_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert main(["schema", "-o", "spillsim.json"]) == 0
    assert json.loads((tmp_path / "spillsim.json").read_text(encoding="utf-8")) == printed
    assert main(["schema", "-o", "scenario.toml"]) == 2
    assert names(tmp_path) == ["spillsim.json"]


# --- run -----------------------------------------------------------------------------------------


def test_run_tells_the_passage_and_writes_the_file(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(case)]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert CONTROL.search(told.out) is None
    assert "first above 0.01 mg/L (stated in the scenario) · limit: 0.1 mg/L, alarm" in told.out
    with results.open(tmp_path / "case.nc") as dataset:
        at = dataset.sel(station="Town intake", substance="phenol")
        hours = float(at["passage_duration"])
        peak = float(at["peak_concentration"])
        released = float(dataset["mass_released"][0, -1])
    row = next(line for line in told.out.splitlines() if line.startswith("    Town intake"))
    assert f" {peak:.2f} " in row
    assert f" {hours:.0f} " in row
    assert released == pytest.approx(2000.0)
    assert "released 2 t · decayed " in told.out
    assert re.search(r"wrote +case\.nc \(\d+ kB\)\nnext +spillsim plot case\.nc\n$", told.out)


def test_quiet_is_silent(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--quiet", str(case), "-o", "there.nc"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")
    assert names(tmp_path) == ["case", "there.nc"]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_row_is_wider_than_the_terminal(
    case: Path, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    change(case, '"Town intake"', '"The intake of the town with the longest name on all maps"')
    assert main(["run", str(case)]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row for row in rows if len(row) >= width and " " in row.strip()] == []
    assert any("The intake of" in row for row in rows)


def test_a_fault_is_placed_and_nothing_is_computed(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(case, 'mass = "2 t"', 'mass = "2 t/d"')
    change(case, '"frontier" }', '"fronteir" }')
    for command in ("check", "run"):
        assert main([command, str(case)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"{case}: 2 faults\n\n  scenario.toml:")
        assert 'release[0].mass = "2 t/d"\n      a mass is needed' in told.err
        assert 'Did you mean "frontier"?' in told.err
        assert re.search(r"\n\nnothing was computed\. +\(exit 2\)\n$", told.err)
        assert "Traceback" not in told.err
    assert names(tmp_path) == ["case"]


def test_a_place_that_takes_no_file_is_refused_before_computing(
    case: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*given: Any) -> None:
        raise AssertionError("computed although the target cannot be used")

    monkeypatch.setattr("spillsim.simulation.simulate", never)
    before = (case / "scenario.toml").read_bytes()
    for target, words in (
        ("nowhere/run.nc", "no folder"),
        ("case", "is a folder"),
        ("case/scenario.toml", "no netCDF file"),
        (os.devnull, "device"),
        ("x" * 300 + ".nc", "too long"),
    ):
        assert main(["run", str(case), "-o", target]) == 2
        told = capsys.readouterr()
        assert words in told.err
        assert "nothing was written." in told.err
    assert (case / "scenario.toml").read_bytes() == before
    assert names(tmp_path) == ["case"]


def test_a_read_only_folder_is_refused_before_computing(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(**given: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("spillsim.results.whole.tempfile.TemporaryFile", closed)
    monkeypatch.setattr("spillsim.simulation.simulate", lambda *given: pytest.fail("computed"))
    assert main(["run", str(case)]) == 2
    assert "no permission to write" in capsys.readouterr().err


def test_a_full_disk_is_told_and_nothing_is_left(
    case: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(dataset: xr.Dataset, path: Any) -> None:
        Path(path).write_bytes(b"half a file")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("spillsim.results.files._write_netcdf", full)
    assert main(["run", str(case)]) == 2
    told = capsys.readouterr()
    assert "the disk is full" in told.err
    assert "nothing was written." in told.err
    assert names(tmp_path) == ["case"]


def test_a_fault_of_the_program_is_told_without_traceback(
    case: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*given: Any) -> None:
        raise ZeroDivisionError("by a reach\nof no length")

    monkeypatch.setattr("spillsim.simulation.simulate", broken)
    assert main(["run", str(case)]) == 70
    told = capsys.readouterr()
    assert "ZeroDivisionError: by a reach of no length" in told.err
    assert "--debug" in told.err
    assert "Traceback" not in told.err
    assert main(["run", str(case), "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err
    assert names(tmp_path) == ["case"]


def test_an_interrupted_run_leaves_nothing(case: Path, tmp_path: Path) -> None:
    change(case, 'duration = "3 days"', 'duration = "9000 days"')
    change(case, 'duration = "6 h"', 'duration = "8990 days"')
    change(case, "error = 0.01 ", 'time_step = "20 s" ')
    change(case, "[numerics]", '[output]\ninterval = "1 d"\n\n[numerics]')
    running = subprocess.Popen(
        [sys.executable, "-c", "import sys; from spillsim.cli import main; sys.exit(main())",
         "run", str(case)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, cwd=tmp_path,
    )  # fmt: skip
    assert running.stdout is not None
    while not running.stdout.readline().startswith("output"):
        assert running.poll() is None, "it ended before it could be interrupted"
    time.sleep(1.5)  # well into the march
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 130
    assert re.search(r"interrupted; nothing was written\. +\(exit 130\)", error)
    assert "Traceback" not in error
    assert names(tmp_path) == ["case"]


def test_a_reader_that_leaves_does_not_stop_the_run(case: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; from spillsim.cli import main; sys.exit(main())"]
    running = subprocess.Popen(
        [*command, "run", str(case)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    )
    assert running.stdout is not None
    running.stdout.close()
    _, error = running.communicate(timeout=120)
    assert (running.returncode, error) == (0, b"")
    assert names(tmp_path) == ["case", "case.nc"]


# --- plot ----------------------------------------------------------------------------------------


def test_plot_draws_curves_and_profile(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", str(result)]) == 0
    assert names(tmp_path) == ["case_curves.png", "case_profile.png"]
    assert capsys.readouterr().out.count("wrote") == 2
    assert main(["plot", str(result), "--profile", "-o", "one.svg"]) == 0
    assert main(["plot", str(result), "--station", "Frontier", "--log", "-o", "two.pdf"]) == 0
    assert (tmp_path / "two.pdf").read_bytes().startswith(b"%PDF")
    capsys.readouterr()
    assert main(["plot", str(result), "--kind", "ledger"]) == 0
    assert capsys.readouterr().out.split() == ["wrote", "case_ledger.png"]
    assert main(["plot", str(result), "--kind", "ledger", "--profile"]) == 2


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--station", "Frontire", "-o", "x.png"], 'Did you mean "Frontier"?'),
        (["--substance", "Phenol"], 'Did you mean "phenol"?'),
        (["-o", "x.pgn"], 'Did you mean ".png"?'),
        (["-o", "x"], ".png, .svg, .pdf"),
        (["-o", "nowhere/x.png"], "no folder"),
    ],
)
def test_what_cannot_be_drawn_is_told(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str], words: str
) -> None:
    assert main(["plot", str(result), *argv]) == 2
    assert words in capsys.readouterr().err
    assert names(tmp_path) == []


def test_a_file_that_is_no_result_is_refused(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", str(case / "nodes.csv")]) == 2
    assert "not a netCDF file" in capsys.readouterr().err
    assert main(["plot", "missing.nc"]) == 2
    assert "there is no file missing.nc" in capsys.readouterr().err


def test_an_interrupt_between_two_figures_names_what_is_there(
    result: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("spillsim.plots.profile_figure.profile", interrupted)
    assert main(["plot", str(result)]) == 130
    assert "interrupted; written before: case_curves.png." in capsys.readouterr().err
    assert names(tmp_path) == ["case_curves.png"]


def test_a_field_brings_a_map_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = Path(__file__).parents[1] / "scenarios" / "baia_mare_2000"
    case = tmp_path / "field"
    shutil.copytree(source, case)
    change(case, "[output]\n", "[output]\nfield = true\nfield_interval = '1 d'\n")
    assert main(["run", str(case)]) == 0
    assert "field_map.nc (" in capsys.readouterr().out
    with xr.open_dataset(tmp_path / "field_map.nc") as found:
        assert found["concentration_cyanide"].dims == ("time", "mesh_edge")
        assert found.sizes["time"] == 25
        assert float(found["concentration_cyanide"].max()) > 10.0


def test_an_interrupt_that_a_library_swallows_is_remembered() -> None:
    before = signal.getsignal(signal.SIGINT)
    console = Console()
    console.quiet = True

    def march() -> None:
        with Progress(console, 1.0) as progress:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            progress(0.5)
            raise AssertionError("the march went on")

    with pytest.raises(KeyboardInterrupt):
        march()
    assert signal.getsignal(signal.SIGINT) is before

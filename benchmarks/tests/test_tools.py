"""The measuring tools themselves: machine limits, process timing, case folder, table, adapter."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from .. import machine
from ..table import table
from ..tasks import (
    T1,
    TASKS,
    exact_curves,
    march_error,
    prepare_transfer,
    run_transfer,
    scenario_data,
    worst_error,
)
from ..whole_process import time_process, write_case


def test_machine_limits_are_of_a_real_machine() -> None:
    limits = machine.measure()
    assert 0.5 < limits.gigaflops < 1000.0
    assert 0.5 < limits.triad["DRAM"] < limits.triad["L1"] * 1.5


def test_process_time_and_memory() -> None:
    """Measured by a small process: Linux counts the memory of the one that starts another."""
    code = "import time; block = bytearray(60_000_000); time.sleep(0.2)"
    order = "import os, sys; from benchmarks.whole_process import time_process; "
    order += f"t = time_process([sys.executable, '-c', {code!r}], dict(os.environ)); "
    order += "print(t.wall, t.peak_memory)"
    found = subprocess.run(
        [sys.executable, "-c", order],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    wall, peak_memory = (float(word) for word in found.stdout.split())
    assert 0.2 < wall < 10.0
    assert 60e6 < peak_memory < 100e6


def test_failing_process_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="failed"):
        time_process([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))


def test_case_folder_holds_the_scenario(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    written = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    assert written == scenario_data(T1, 0.01)


@pytest.mark.parametrize("name", TASKS)
def test_scenario_holds_the_tasks_numbers(name: str) -> None:
    task = TASKS[name]
    data = scenario_data(task, 0.001)
    assert len(data["station"]) == len(task.stations)
    assert float(data["release"][0]["mass"].split()[0]) == task.river.mass
    assert ("storage" in data) == (task.river.exchange_coefficient > 0.0)


@pytest.mark.parametrize("name", TASKS)
def test_transfer_engine_gives_the_exact_curves(name: str) -> None:
    result = run_transfer(prepare_transfer(TASKS[name]))
    assert march_error(TASKS[name], result) < 1e-8
    assert result.seconds_in_solver > 0.0


def test_error_of_a_shifted_and_scaled_curve() -> None:
    time = np.arange(300.0, T1.duration, 300.0)
    curves = exact_curves(T1, time)
    assert worst_error(time, curves, curves) == 0.0
    assert worst_error(time, 1.02 * curves, curves) == pytest.approx(0.02, rel=1e-9)
    one_station = curves.copy()
    one_station[1] *= 0.9
    assert worst_error(time, one_station, curves) == pytest.approx(0.1, rel=1e-9)


def test_table_in_both_dresses() -> None:
    plain = table(["a", "bb"], [["1", "2"]], markdown=False)
    assert plain.splitlines() == ["a  bb", "1  2"]
    dressed = table(["a", "bb"], [["1", "2"]], markdown=True)
    assert dressed.splitlines() == ["| a | bb |", "| - | -- |", "| 1 | 2  |"]

"""Whole ensembles: known answers, the same bits however they are run, failures and faults."""

from __future__ import annotations

import hashlib
import math
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import xarray as xr
from river_cases import case, reach, slug

import spillsim
from spillsim import cli
from spillsim.ensembles import Asked, Outcome, run_ensemble
from spillsim.ensembles.ensemble import _key
from spillsim.errors import SpillsimError
from spillsim.sampling import draw
from spillsim.scenario import parse

LIMIT = 1.0
"""mg/L, exceeded at the outlet by a mass above the one that ``mass_of_the_limit`` finds."""
SPREAD = 2.0
"""Factor of one standard deviation of the mass."""


def spill(members: int = 64, **more: Any) -> dict[str, Any]:
    """One reach, a slug whose mass is lognormal."""
    rows = [reach("r", "a", "sea", 20_000.0)]
    release = slug({"node": "a"}) | {"name": "tank"}
    found = case(rows, {"a": 10.0}, [release], {"end": {"node": "sea"}})
    found["substance"][0]["limits"] = [{"name": "limit", "value": f"{LIMIT} mg/L"}]
    found["output"] = {"interval": "600 s"}
    found["ensemble"] = {"members": members, "seed": 5}
    found["uncertain"] = [{
        "name": "mass", "key": "release.tank.mass", "distribution": "lognormal",
        "median": "100 kg", "factor": SPREAD,
    }]  # fmt: skip
    return found | more


def run(data: dict[str, Any], **asked: Any) -> Outcome:
    return run_ensemble(parse(data), Asked(**asked))


def mass_of_the_limit() -> float:
    """Mass of which the peak just reaches the limit: the curve is proportional to it [kg]."""
    plain = {key: value for key, value in spill().items() if key not in ("ensemble", "uncertain")}
    peak = spillsim.run(parse(plain))["peak_concentration"].item()
    return 100.0 * LIMIT / peak


def test_exceedance_of_a_known_mass_within_the_stated_error() -> None:
    outcome = run(spill(100), workers=1)
    place = math.log(mass_of_the_limit() / 100.0) / math.log(SPREAD)
    exact = 0.5 * math.erfc(place / math.sqrt(2.0))
    assert 0.02 < exact < 0.98
    found = outcome.summary["exceedance"].sel(group="all members").item()
    low, high = (outcome.summary[f"exceedance_{end}"].item() for end in ("low", "high"))
    assert low <= exact <= high
    # a Latin hypercube of one input has a member in every hundredth of it
    assert found == pytest.approx(exact, abs=1.01 / 100)
    median = outcome.summary["peak_concentration"].sel(quantile=0.5).item()
    assert median == pytest.approx(100.0 / mass_of_the_limit() * LIMIT, rel=0.03)
    assert outcome.summary["peak_concentration_rank_correlation"].item() == pytest.approx(1.0)


def digest(dataset: xr.Dataset) -> str:
    """Of all values of a dataset."""
    found = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        values = dataset[name].values
        found.update(name.encode() + (
            values.tobytes() if values.dtype.kind not in "UO" else str(values.tolist()).encode()
        ))  # fmt: skip
    return found.hexdigest()


@pytest.mark.slow
def test_memory_store_and_processes_give_the_same_bits(tmp_path: Path) -> None:
    data = spill(40)
    first = digest(run(data, workers=1, curves=True).summary)
    store = tmp_path / "members.zarr"
    assert digest(run(data, workers=2, curves=True, store=store).summary) == first
    # all there already: nothing is computed again
    calls: list[int] = []
    again = run(data, curves=True, store=store, progress=lambda done, _: calls.append(done))
    assert digest(again.summary) == first
    assert calls == []


def test_until_a_precision_is_reached_counts_whole_beginnings() -> None:
    outcome = run(spill(2000), workers=1, until=0.15)
    assert 32 <= outcome.members < 400
    assert outcome.members % 16 == 0
    assert outcome.summary["members"].item() == outcome.members
    width = outcome.summary["exceedance_high"] - outcome.summary["exceedance_low"]
    assert float(width.max()) <= 0.30
    assert run(spill(2000), workers=2, until=0.15).members == outcome.members


def test_a_sweep_stops_when_all_its_combinations_are_known_well_enough() -> None:
    swept = [{"name": "flow", "key": "release.tank.time", "values": ["0 h", "5 h"]}]
    outcome = run(spill(2000, sweep=swept), workers=1, until=0.15)
    each = outcome.summary["members"].values.tolist()
    assert each == [outcome.members, outcome.members // 2, outcome.members // 2]
    assert outcome.members < 800
    width = outcome.summary["exceedance_high"] - outcome.summary["exceedance_low"]
    assert float(width.max()) <= 0.30


def test_a_precision_of_nothing_is_refused() -> None:
    data = spill()
    del data["substance"][0]["limits"]
    with pytest.raises(SpillsimError, match="no limits"):
        run(data, until=0.1)


def test_a_poisoned_member_is_told_and_the_rest_goes_on() -> None:
    data = spill(20)
    data["uncertain"].append({
        "name": "intake", "key": "inflows.a.abstraction", "distribution": "discrete",
        "values": ["1 m3/s", "20 m3/s"], "weights": [0.8, 0.2],
    })  # fmt: skip
    outcome = run(data, workers=1)
    assert len(outcome.failures) == 4
    assert all("discharge" in why for why in outcome.failures.values())
    assert outcome.summary.attrs["failed_members"] == 4
    told = outcome.summary
    assert told["failed_member"].values.tolist() == sorted(outcome.failures)
    assert told["failed_reason"].values.tolist() == list(outcome.failures.values())
    taken = told["failed_input_value"].sel(drawn_input="intake")
    assert taken.values.tolist() == [20.0] * 4
    assert outcome.summary["members"].item() == 16


def write(folder: Path, data: dict[str, Any]) -> Path:
    """The case as a folder with one file."""
    folder.mkdir()
    (folder / "scenario.toml").write_text(tomlkit.dumps(data), encoding="utf-8")
    return folder


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                             capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    folder = write(tmp_path / "spill", spill(20))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["ensemble", str(folder), "--workers", "1"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "20 members · latin hypercube, seed 5" in told.out
    assert "above 1 mg/L" in told.out
    with xr.open_dataset("spill_ensemble.nc") as found:
        assert found["exceedance"].dims == ("group", "station", "limit")
    for wrong, words in (
        (["--until", "0.01"], "write ci="), (["--members", "0"], "at least one"),
        (["--store", "here.nc"], "ends in .zarr"), (["--workers", "0"], "at least one"),
    ):  # fmt: skip
        assert cli.main(["ensemble", str(folder), *wrong]) == 2
        assert words in capsys.readouterr().err


LOADED = """
import sys
from spillsim import cli
code = cli.main(sys.argv[1:])
print(code, sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)
"""


def test_libraries_are_loaded_where_they_are_needed_only(tmp_path: Path) -> None:
    folder = write(tmp_path / "spill", spill(20))
    command = ["ensemble", str(folder), "-q", "-o", str(tmp_path / "x.nc"), "--workers", "1"]
    done = subprocess.run([sys.executable, "-c", LOADED, *command], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stderr.startswith("0 ")
    for library in ("zarr", "SALib", "matplotlib"):
        assert f"'{library}'" not in done.stderr


KILLED = """
import os, signal, sys
from spillsim import cli
from spillsim.ensembles.store import Store

whole, met = Store.put, []

def put(store, block, values, failed):
    met.append(block)
    if len(met) == 3:  # in the middle of writing a block
        store._group["peak_time"][store.layout.span(block)] = values["peak_time"]
        os.kill(os.getpid(), signal.SIGKILL)
    whole(store, block, values, failed)

Store.put = put
cli.main(sys.argv[1:])
"""
"""The command line, killed while it writes the third block."""


@pytest.mark.slow
def test_killed_it_goes_on_and_ends_with_the_same_bits(tmp_path: Path) -> None:
    folder = write(tmp_path / "spill", spill(5000))
    whole, part = tmp_path / "whole.nc", tmp_path / "part.nc"
    command = ["ensemble", str(folder), "--workers", "2"]
    assert cli.main([*command, "-q", "-o", str(whole)]) == 0
    store = ["--store", str(tmp_path / "m.zarr"), "-o", str(part)]
    killed = [sys.executable, "-c", KILLED, *command, *store]
    ended = subprocess.run(killed, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    assert not part.exists()
    assert len(list((tmp_path / "m.zarr" / "block_done" / "c").iterdir())) == 2
    assert cli.main([*command, "-q", *store]) == 0
    with xr.open_dataset(whole) as one, xr.open_dataset(part) as other:
        assert digest(one) == digest(other)


def test_another_case_is_another_ensemble(tmp_path: Path) -> None:
    def key(data: dict[str, Any]) -> str:
        draws = draw(parse(data))
        return _key(draws, 600.0, Asked())

    data, other = spill(), spill()
    assert key(data) == key(other)
    other["network"]["reaches"][0]["dispersion_coefficient [m2/s]"] = 21.0
    assert key(data) != key(other)
    sweeps = [[{"name": "time", "key": "release.tank.time", "values": [f"{s} s"]}]
              for s in ("10000", "10000.1")]  # fmt: skip
    assert key(spill(sweep=sweeps[0])) != key(spill(sweep=sweeps[1]))

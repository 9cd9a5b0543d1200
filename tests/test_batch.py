"""Batches: which cases are meant, what is told before and after, and that nothing gets lost."""

from __future__ import annotations

import csv
import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import spillsim
from spillsim.batches import CaseFile, find_cases
from spillsim.batches.cases import Variant, names_of
from spillsim.cli import main
from spillsim.errors import OutputError, ScenarioError, SimulationError, SpillsimError

GALLERY = Path(__file__).parent / "gallery"
VARYING = ("history", "run_profile")
"""Attributes of results that tell when and how fast they came to be."""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.delenv("SPILLSIM_DEBUG", raising=False)


def copy(name: str, to: str, *changes: tuple[str, str]) -> Path:
    """A case of the gallery with some of its text changed."""
    folder = Path(to)
    shutil.copytree(GALLERY / name, folder)
    file = folder / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return folder


def run_two(*more: str) -> int:
    """Two cases by the command line, in this process."""
    if not Path("cases").exists():
        copy("single_reach", "cases/alpha")
        copy("regimes", "cases/beta")
    return main(["batch", "cases", "--workers", "1", *more])


def names(folder: str) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in Path(folder).iterdir())


def contents(folder: str | Path) -> dict[str, xr.Dataset]:
    """Results of a folder without what differs from run to run."""
    found = {}
    for path in sorted(Path(folder).iterdir()):
        with xr.open_dataset(path) as dataset:
            found[path.name] = dataset.load()
        for name in VARYING:
            del found[path.name].attrs[name]
    return found


def same(one: dict[str, xr.Dataset], other: dict[str, xr.Dataset]) -> None:
    assert one.keys() == other.keys()
    for name, dataset in one.items():
        xr.testing.assert_identical(dataset, other[name])


# --- which cases ----------------------------------------------------------------------------------


def test_cases_are_found_in_folders_files_and_patterns() -> None:
    for name in ("b", "a", "deep/below/c", ".hidden/d"):
        copy("single_reach", f"cases/{name}")
    shutil.copy("cases/a/scenario.toml", "cases/a/low.toml")
    Path("cases/pyproject.toml").write_text('title = "spillsim = 1"\n', encoding="utf-8")
    Path("cases/README.md").write_text("spillsim = 1\n", encoding="utf-8")
    every = ["cases/a", "cases/a/low.toml", "cases/b", "cases/deep/below/c"]
    assert [case.path for case in find_cases(["cases"])] == every
    assert [case.path for case in find_cases(["cases/*"])] == every
    assert sorted(case.path for case in find_cases(["cases/**/*.toml"])) == every
    assert [case.path for case in find_cases(["cases/b", Path("cases"), "cases/b"])] == [
        "cases/b", "cases/a", "cases/a/low.toml", "cases/deep/below/c",
    ]  # fmt: skip
    assert [case.name for case in find_cases(["cases"])] == ["a", "low", "b", "c"]
    # a file that is named is meant, whatever stands in it
    assert [case.name for case in find_cases(["cases/pyproject.toml"])] == ["pyproject"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["nowhere"], "no such folder or file"),
        (["casis"], 'Did you mean "cases"'),
        (["cases/empty"], "holds no case"),
        (["cases/notes.txt"], "ends in .toml"),
        (["cases/*/*.yaml"], "no case matches"),
        ([], "no case is named"),
        (["a\0b"], "no such folder|cannot be used"),
    ],
)
def test_what_leads_to_no_case_is_told(given: list[str], says: str) -> None:
    Path("cases/empty").mkdir(parents=True)
    Path("cases/notes.txt").touch()
    with pytest.raises(ScenarioError, match=says):
        find_cases(given)


def test_all_that_leads_to_no_case_is_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        find_cases(["one", "two/*"])
    assert [fault.file for fault in caught.value.faults] == ["one", "two/*"]


def named(*paths: str, variant: Variant | None = None) -> list[str]:
    cases = []
    for path in paths:
        Path(path).mkdir(parents=True, exist_ok=True)
        cases.append((CaseFile(path, Path(path) / "scenario.toml"), variant or Variant()))
    return names_of(cases)


def test_results_of_cases_of_the_same_name_are_set_apart() -> None:
    assert named("x", "y") == ["x", "y"]
    assert named("north/mill", "south/mill", "x") == ["north_mill", "south_mill", "x"]
    # on some disks these two would be one file
    assert named("north/mill", "south/MILL") == ["north_mill", "south_MILL"]
    assert named("a/b/mill", "a/c/mill", "d/c/mill") == ["b_mill", "a_c_mill", "d_c_mill"]
    # a regime adds to the name, and may meet that of another case
    assert named("x", variant=Variant("low", "dam")) == ["x_low_dam"]
    both = [(CaseFile("p/x", Path("p/x/scenario.toml")), Variant("low")),
            (CaseFile("q/x_low", Path("q/x_low/scenario.toml")), Variant())]  # fmt: skip
    assert names_of(both) == ["p_x_low", "q_x_low"]
    assert len(set(named(*(f"{a}/{b}/c" for a in "pq" for b in "rs")))) == 4


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["a", "A", "b", "a_b", "low"]), min_size=1, max_size=3),
            st.sampled_from(["", "low", "b"]),
        ),
        max_size=8,
        unique_by=lambda one: ("/".join(one[0]), one[1]),
    )
)
def test_no_two_results_have_the_same_name(cases: list[tuple[list[str], str]]) -> None:
    pairs = [
        (CaseFile(path, Path("/root of all") / path / "scenario.toml"), Variant(regime))
        for path, regime in (("/".join(parts), regime) for parts, regime in cases)
    ]
    try:
        found = names_of(pairs)
    except ScenarioError:  # told, as when "a/b" meets "a_b"
        return
    assert len({name.casefold() for name in found}) == len(pairs)
    for (case, variant), name in zip(pairs, found, strict=True):
        assert name.endswith(case.name + variant.suffix)
    # whatever the order in which the cases are named
    assert names_of(pairs[::-1]) == found[::-1]


# --- one table, one file each ---------------------------------------------------------------------


def test_a_table_and_a_file_for_each_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_two("--csv", "t.csv") == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert names("batch") == ["alpha.nc", "beta.nc"]
    assert all(len(line) < 110 for line in told.out.splitlines())
    assert "⚑ frontier" in told.out
    assert "below" in told.out
    assert "town" not in told.out  # beta has a border
    assert "2 cases: 2 computed" in told.out
    with Path("t.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["case"] for row in rows} == {"alpha", "beta"}
    for row in rows:
        with spillsim.open(f"batch/{row['case']}.nc") as dataset:
            at = dataset.sel(station=row["station"], substance=row["substance"])
            assert float(row["peak [mg/L]"]) == pytest.approx(float(at["peak_concentration"]), 1e-5)
            assert float(row["load [kg]"]) == pytest.approx(float(at["mass_passed"]), 1e-5)
    alone = spillsim.run("cases/alpha")
    with spillsim.open("batch/alpha.nc") as dataset:
        xr.testing.assert_equal(dataset["peak_concentration"], alone["peak_concentration"])


def test_what_is_there_already_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_two("--regime", "all", "-o", "out") == 0
    first = {path: path.stat().st_mtime_ns for path in Path("out").iterdir()}
    files = ["alpha.nc", "beta_low.nc", "beta_spring.nc"]
    assert sorted(path.name for path in first) == files
    assert run_two("--regime", "all", "-o", "out") == 0
    assert "3 cases: 3 kept, already there" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in Path("out").iterdir()} == first
    # other inputs, a result that was cut, and one of another regime are computed again
    reaches = Path("cases/alpha/scenario.toml")
    reaches.write_text(reaches.read_text(encoding="utf-8") + "\n# other\n", encoding="utf-8")
    Path("out/beta_low.nc").write_bytes(Path("out/beta_low.nc").read_bytes()[:5000])
    shutil.copy("out/alpha.nc", "out/beta_spring.nc")
    assert run_two("--regime", "all", "-o", "out") == 0
    assert "3 cases: 3 computed" in capsys.readouterr().out
    with spillsim.open("out/beta_spring.nc") as dataset:
        assert dataset.attrs["regime"] == "spring"
    assert run_two("--regime", "low", "-o", "out") == 2  # alpha has none
    assert run_two("--regime", "all", "-o", "out", "--again", "-q") == 0
    assert all(path.stat().st_mtime_ns > first[path] for path in Path("out").iterdir())


def test_all_faults_of_all_cases_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    copy("single_reach", "cases/good")
    copy("single_reach", "cases/bad", ('mass = "', 'mas = "'))
    copy("single_reach", "cases/broken").joinpath("scenario.toml").write_text("[case\n")
    copy("single_reach", "cases/rows").joinpath("reaches.csv").write_text("id\n")
    assert main(["batch", "cases", "--workers", "1"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "3 of 4 cases" in told.err
    for place in ("cases/bad/scenario.toml:", "cases/broken/scenario.toml:1", "cases/rows/"):
        assert place in told.err
    assert "nothing was computed." in told.err
    assert not Path("batch").exists()
    assert main(["batch", "cases", "--workers", "1", "--keep-going", "--csv", "t.csv"]) == 1
    told = capsys.readouterr()
    assert names("batch") == ["good.nc"]
    assert "4 cases: 1 computed, 3 with faults" in told.out
    assert "cases/rows/" in told.err
    with Path("t.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["case"]: row for row in csv.DictReader(stream)}
    assert found["bad"]["outcome"] == "faulty"
    assert "mas" in found["bad"]["reason"]
    assert found["bad"]["peak [mg/L]"] == ""


def failing(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """Let the run of one case break off."""
    from spillsim import api

    real = api.run

    def run(case: Any, *rest: Any, **more: Any) -> xr.Dataset:
        if case.name == name:
            raise error
        return real(case, *rest, **more)

    monkeypatch.setattr(api, "run", run)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SimulationError("reach r, after 3 h:\nthe mass is not finite"), "the mass is not finite"),
        (FloatingPointError("overflow"), "overflow"),
        (TypeError("no number"), "spillsim has a fault: TypeError: no number"),
    ],
)
def test_a_case_that_fails_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, says: str
) -> None:
    failing(monkeypatch, "alpha", error)
    assert run_two() == 1
    told = capsys.readouterr()
    assert says in told.err
    assert "alpha" in told.err
    assert "2 cases: 1 computed, 1 failed" in told.out
    assert names("batch") == ["beta.nc"]


def test_a_disk_that_is_full_ends_the_batch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy("single_reach", "cases/gamma")
    failing(monkeypatch, "beta", OutputError("cannot write batch/beta.nc: the disk is full."))
    copy("single_reach", "cases/alpha")
    copy("regimes", "cases/beta")
    assert run_two("--workers", "1") == 2
    told = capsys.readouterr()
    assert "the disk is full" in told.err
    assert "give the same command to go on" in told.err
    assert "written before: batch/alpha.nc" in told.err
    assert names("batch") == ["alpha.nc"]


def test_an_interrupt_leaves_what_is_finished(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        failing(patch, "beta", KeyboardInterrupt())
        assert run_two() == 130
    assert "written before: batch/alpha.nc" in capsys.readouterr().err
    assert names("batch") == ["alpha.nc"]
    assert run_two() == 0
    assert "1 computed, 1 kept" in capsys.readouterr().out


def test_what_a_killed_batch_had_begun_to_write_is_removed() -> None:
    Path("batch").mkdir()
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], check=True,
                          capture_output=True, text=True).stdout.strip()  # fmt: skip
    mine, other, living = (f"batch/.{name}.partial" for name in (
        f"alpha.nc.{dead}", f"another.nc.{dead}", f"elsewhere.nc.{os.getpid()}"))  # fmt: skip
    for path in (mine, other, living):
        Path(path).touch()
    assert run_two() == 0
    assert names("batch") == sorted(
        ["alpha.nc", "beta.nc", other.removeprefix("batch/"), living.removeprefix("batch/")]
    )


def test_uncertain_cases_are_run_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy("single_reach", "cases/alpha")
    file = folder / "scenario.toml"
    plain = spillsim.run(folder)
    file.write_text(
        file.read_text(encoding="utf-8")
        + '\n[[uncertain]]\nname = "v"\nfactor_of = "mass"\ndistribution = "uniform"\n'
        "low = 0.5\nhigh = 2\n",
        encoding="utf-8",
    )
    assert main(["batch", "cases", "--workers", "1"]) == 0
    assert "spillsim ensemble cases/alpha" in capsys.readouterr().out
    with spillsim.open("batch/alpha.nc") as dataset:
        xr.testing.assert_equal(dataset["peak_concentration"], plain["peak_concentration"])


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["nowhere"], "no such folder"),
        (["cases", "--workers", "0"], "at least one"),
        (["cases", "--csv", "t.txt"], ".csv"),
        (["cases", "--csv", "nowhere/t.csv"], "no folder"),
        (["cases", "-o", "cases/alpha/scenario.toml"], "cannot write to the folder"),
        (["cases", "-o", "cases/alpha/scenario.toml/x"], "cannot write to the folder"),
        (["cases", "--regime", "lw"], 'there is no regime "lw"'),
        (["cases", "--regime", "none,lw"], 'there is no regime "lw"'),
        (["cases", "--measure", "clsed"], 'there is no measure "clsed"'),
        (["cases", "--regime", ""], 'there is no regime ""'),
        (["cases", "--scheduler", "nonsense"], "no Dask scheduler answers"),
        ([], "CASES"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_is(
    capsys: pytest.CaptureFixture[str], argv: list[str], says: str
) -> None:
    copy("single_reach", "cases/alpha")
    assert main(["batch", *argv]) == 2
    assert says in capsys.readouterr().err
    assert names(".") == ["cases"]


# --- wherever they run ----------------------------------------------------------------------------


def several(count: int) -> Path:
    """Cases that differ in their masses."""
    for number in range(count):
        copy("single_reach", f"cases/c{number}", ('mass = "10 kg"', f'mass = "{number + 1} kg"'))
    return Path("cases")


@pytest.mark.slow
def test_the_same_bits_by_one_process_by_several_and_by_a_cluster() -> None:
    from distributed import Client, LocalCluster

    cases = several(2)
    one = spillsim.batch(cases, "one", workers=1)
    two = spillsim.batch(cases, "two", workers=2)
    assert repr(one.rows) == repr(two.rows)
    same(contents("one"), contents("two"))
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0")
        as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        other = spillsim.batch(cases, "other", scheduler=client)
        again = spillsim.batch(cases, "other", scheduler=client)
    assert repr(other.rows) == repr(one.rows)
    assert {done.status for done in again.cases} == {"kept"}
    same(contents("one"), contents("other"))


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_time_only() -> None:
    killed: list[int] = []

    def kill_one(*_: object) -> None:
        if not killed:
            worker = multiprocessing.active_children()[-1]
            killed.append(worker.pid or 0)
            worker.kill()

    found = spillsim.batch(several(4), workers=2, progress=kill_one)
    assert len(killed) == 1
    assert {done.status for done in found.cases} == {"computed"}
    assert names("batch") == [f"c{number}.nc" for number in range(4)]


def test_workers_must_be_some() -> None:
    with pytest.raises(SpillsimError, match="at least one"):
        spillsim.batch("cases", workers=0)

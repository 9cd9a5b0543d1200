"""The frame of the validation pack: running cases, telling scores, the files it writes."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import validation_cases as given

from spillsim.cli import main
from spillsim.validation import (
    Bound,
    Case,
    Report,
    Score,
    data,
    markdown,
    pack,
    record,
    runner,
    warming,
)
from spillsim.validation.outcome import GROUP_TITLES, Outcome, Result
from spillsim.validation.wording import bounded, number

ROOT = Path(__file__).parent.parent
GOOD = (given.BELL, given.EVIL)
BAD = (given.BELL, given.BROKEN, given.RAISING, given.EVIL)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(pack, "cases", lambda: GOOD)
    monkeypatch.setattr(warming, "missing", lambda: ())  # what they compute is not compiled


def names() -> list[str]:
    return sorted(path.name for path in Path.cwd().iterdir())


# --- running -------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [1, 2])
def test_a_case_that_raises_is_told_and_the_rest_go_on(processes: int) -> None:
    told: list[tuple[int, int]] = []
    outcome = runner.run(BAD, processes, lambda done, total, _: told.append((done, total)))
    assert [result.case.name for result in outcome.results] == [case.name for case in BAD]
    assert [result.holds for result in outcome.results] == [True, False, False, True]
    (failed,) = outcome.failed
    assert failed.failure == "ValueError: the table has no row <b>4</b>"
    assert (outcome.bounds, outcome.broken, outcome.holds) == (6, 2, False)
    assert told[-1] == (4, 4)
    assert all(result.seconds >= 0.0 for result in outcome.results)


def test_a_case_that_ends_its_process_does_not_take_others_along() -> None:
    outcome = runner.run((given.DYING, given.BELL, given.BROKEN), 2)
    assert [result.report is None for result in outcome.results] == [True, False, False]
    assert outcome.results[0].failure == "its process ended without an answer"


def test_a_question_that_cannot_travel_is_told() -> None:
    lost = Case("lost", "tracer", "Lost", "?", lambda: Report(()))
    first, second = runner.run((lost, given.BELL), 2).results
    assert "ickle" in first.failure
    assert second.holds


def test_the_longest_case_begins_first() -> None:
    begun: list[str] = []
    costs = {"a": 1.0, "b": 3.0, "c": 2.0}
    cases = [dataclasses.replace(given.BELL, name=n, cost=cost) for n, cost in costs.items()]
    runner.run(cases, 1, lambda _done, _total, running: begun.extend(running))
    assert begun == ["b", "c", "a"]


def test_as_many_processes_as_help() -> None:
    assert runner.processes_for(GOOD, 7) == 2
    assert runner.processes_for(GOOD[:1]) == 1
    assert runner.processes_for(()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_an_interrupt_ends_the_processes_and_writes_nothing(tmp_path: Path) -> None:
    started = tmp_path / "started"
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "import validation_cases as given; from spillsim.validation import pack; "
        "pack.cases = lambda: (given.SLOW, given.BELL); from spillsim.cli import main; "
        "sys.exit(main(['validate', '--jobs', '2', '--json', 'x.json']))"
    )
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {given.STARTED: str(started), "PYTHONPATH": path}
    # numba's kernels are not needed, nor their compilation
    environment["NUMBA_DISABLE_JIT"] = "1"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60.0
    while not (started.exists() and started.read_text()):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.split() == ["interrupted;", "nothing", "was", "written.", "(exit", "130)"]
    assert names() == ["started"]
    worker = int(started.read_text())
    while time.monotonic() < deadline and _runs(worker):
        time.sleep(0.05)
    assert not _runs(worker)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


# --- the command ---------------------------------------------------------------------------------


def test_scores_are_told_and_the_page_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--jobs", "1"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert re.search(r"\n  bell\n(.*\n)*    skill +0\.912 +≥ 0\.9 +kept\n", told.out)
    assert re.search(r"\n    arrival, median of \|error\| +1\.25 h +– +told only\n", told.out)
    assert re.search(r"result +2 cases: 4 of 4 bounds kept\n$", told.out)
    assert names() == ["validation.html"]
    assert "\x1b" not in told.out


def test_a_broken_bound_ends_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "cases", lambda: BAD)
    assert main(["validate", "--jobs", "1", "--html", "page.htm"]) == 1
    told = capsys.readouterr().out
    assert "broke off raising: ValueError: the table has no row <b>4</b>" in told
    assert "BROKEN    far_off: far off 7 km, bound ≤ 1 km" in told
    assert "2 BROKEN; 1 case BROKE OFF" in told
    assert names() == ["page.htm"]
    # what is broken only by a case that broke off
    monkeypatch.setattr(pack, "cases", lambda: (given.BELL, given.RAISING))
    assert main(["validate", "--jobs", "1", "-q"]) == 1


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_row_is_wider_than_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["validate", "--jobs", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row for row in rows if len(row) >= width and " " in row.strip()] == []


def test_only_named_cases_are_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--only", "bell", "--json", "x.json", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert [case["name"] for case in json.loads(Path("x.json").read_text())["cases"]] == ["bell"]
    assert main(["validate", "--only", "hostile,bell", "--list"]) == 0
    assert re.search(r"bell +A bell-shaped curve", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "bel"], 'Did you mean "bell"?'),
        (["--only", "bell", "zzz"], "--list tells all names"),
        (["--only", ","], "--only needs the name of a case"),
        (["--jobs", "0"], "one at least"),
        (["--html", "page.pdf"], "must end in .html"),
        (["--json", "x.txt"], "must end in .json"),
        (["--html", "nowhere/page.html"], "there is no folder nowhere"),
        (["--html", "mine.html"], "mine.html is there already"),
        (["--json", "mine.json"], "mine.json is there already"),
        (["--html", "folder.html"], "is a folder"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_computed(
    arguments: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("mine.html").write_text("<h1>mine</h1>")
    Path("mine.json").write_text("{}")
    Path("folder.html").mkdir()
    before = names()
    monkeypatch.setattr(runner, "run", lambda *_: pytest.fail("computed"))
    assert main(["validate", *arguments]) == 2
    heard = capsys.readouterr().err
    assert told in " ".join(heard.split())
    assert "(exit 2)" in heard
    assert names() == before


def test_an_own_page_is_written_anew() -> None:
    assert main(["validate", "-q", "--only", "bell", "--json", "x.json"]) == 0
    assert main(["validate", "-q", "--only", "bell", "--json", "x.json"]) == 0
    assert names() == ["validation.html", "x.json"]


def test_help_does_not_load_the_pack() -> None:
    code = (
        "import sys; from spillsim.cli import main; main(['validate', '--help']); "
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--only NAME" in done.stdout
    assert "'spillsim.validation" not in done.stderr
    assert "'numpy'" not in done.stderr


# --- JSON and Markdown ---------------------------------------------------------------------------

NUMBER = {"type": ["number", "null"]}
TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "required": ["spillsim_validation", "holds", "bounds", "broken", "failed", "versions", "cases"],
    "properties": {
        "spillsim_validation": {"const": 1},
        "holds": {"type": "boolean"},
        "failed": {"type": "array", "items": TEXT},
        "cases": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    "name", "group", "title", "question", "holds", "failure", "scores", "tables",
                    "remarks", "assumptions", "used_for", "sources", "seconds",
                ],
                "properties": {
                    "group": {"enum": list(GROUP_TITLES)},
                    "sources": {
                        "type": "array",
                        "items": {"type": "object", "required": ["text", "licence"]},
                    },
                    "scores": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "value", "unit", "bound", "holds", "note"],
                            "properties": {
                                "value": NUMBER,
                                "holds": {"type": ["boolean", "null"]},
                                "bound": {
                                    "type": ["object", "null"],
                                    "required": ["low", "high", "reason"],
                                    "properties": {"low": NUMBER, "high": NUMBER, "reason": TEXT},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip


def test_the_record_keeps_its_schema() -> None:
    found = json.loads(record.text(runner.run(BAD)))
    jsonschema.validate(found, SCHEMA)
    bell, far_off, raising, hostile = found["cases"]
    assert bell["scores"][1]["value"] == 3.2e-15
    assert bell["scores"][1]["bound"] == {"low": None, "high": 1e-12, "reason": "round-off"}
    assert bell["scores"][3]["holds"] is None
    assert far_off["scores"][1] | {"value": None, "holds": False} == far_off["scores"][1]
    assert raising["failure"] == "ValueError: the table has no row <b>4</b>"
    assert hostile["title"] == given.HOSTILE
    assert (found["holds"], found["bounds"], found["broken"]) == (False, 6, 2)
    assert found["failed"] == ["raising"]


def test_markdown_holds_every_case_once() -> None:
    blocks = markdown.blocks(runner.run(BAD))
    assert set(blocks) == {"cases", "defaults", *GROUP_TITLES}
    assert blocks["verification"].count("### A bell-shaped curve") == 1
    assert "| skill | 0.912 | ≥ 0.9 | kept |" in blocks["verification"]
    assert "**The case broke off:** ValueError" in blocks["tracer"]
    assert "<script" not in "".join(blocks.values())
    assert "| A bell-shaped curve | the shape of bells |" in blocks["defaults"]
    apart = markdown.blocks(runner.run(BAD), ["bell"])
    assert apart["verification"] == ""
    assert apart["bell"].startswith("*Is the bell met?*")
    none = Outcome((Result(given.BROKEN, given.broken()),))
    assert "No default was chosen" in markdown.blocks(none)["defaults"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (11.96, "12.0"), (12.0, "12"), (3.4567, "3.46"), (-0.5, "−0.5"),
        (1234.5, "1,234"), (3.2e-15, "3.2e-15"), (1e-4, "0.0001"), (1.2345e9, "1.23e9"),
        (float("nan"), "not a number"), (float("inf"), "infinite"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_told(value: float, text: str) -> None:
    assert number(value) == text


def test_bounds_as_they_are_told() -> None:
    assert bounded(Bound(high=2.0), "%") == "≤ 2 %"
    assert bounded(Bound(0.5, 1.5)) == "0.5 to 1.5"
    assert bounded(Bound(low=0.9), "h") == "≥ 0.9 h"
    assert bounded(Bound(3.0, 3.0)) == "3 exactly"
    assert bounded(None) == "–"
    assert not Score("unknown", float("nan"), "", Bound()).holds


# --- the pack itself -----------------------------------------------------------------------------


def test_every_case_is_complete() -> None:
    found = _pack()
    assert len({case.name for case in found}) == len(found)
    for case in found:
        assert re.fullmatch(r"[a-z0-9_]+", case.name), case.name
        assert case.group in GROUP_TITLES, case.name
        assert case.title, case.name
        assert case.question, case.name
        assert case.answer.__module__.startswith("spillsim.validation."), case.name
        assert all(source.text and source.licence for source in case.sources), case.name
        assert case.group == "verification" or case.sources, f"{case.name} tells no source"


def test_listing_the_pack_loads_no_heavy_library() -> None:
    code = (
        "import sys; from spillsim.cli import main; code = main(['validate', '--list']); "
        "print(code, sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.startswith("0 ")
    for library in ("numba", "xarray", "matplotlib", "scipy"):
        assert f"'{library}'" not in done.stderr


def test_every_table_tells_its_source() -> None:
    folder = Path(pack.__file__).parent / "data"
    tables = sorted(folder.glob("*.csv"))
    assert sum(path.stat().st_size for path in tables) < 300_000
    for table in tables:
        head = table.read_text(encoding="utf-8").splitlines()[0]
        assert head.startswith("#"), f"{table.name} does not begin with its source"
        assert data.rows(table.name), table.name


def test_case_studies_that_the_pack_asks_for_are_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    room = Path(pack.__file__).parent
    studies = {path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.toml")}
    asked = {
        name
        for module in room.glob("*.py")
        for name in re.findall(r"[\"'](\w+)[\"']", module.read_text(encoding="utf-8"))
        if name in studies
    }
    shipped = {Path(source).name for source in included}
    assert asked == shipped
    for source, target in included.items():
        assert (ROOT / source / "scenario.toml").is_file()
        assert target == f"spillsim/validation/cases/{Path(source).name}"
    for name in shipped:
        assert (data.case_folder(name) / "scenario.toml").is_file()
    with pytest.raises(FileNotFoundError, match="not part of this installation"):
        data.case_folder("atlantis")


def _pack() -> tuple[Case, ...]:
    from importlib import import_module

    found: list[Case] = []
    for name in pack._MODULES:
        found += import_module(f"spillsim.validation.{name}").CASES
    return tuple(found)


@pytest.mark.parametrize("answer", [warming._march, warming._network, warming._transfer])
def test_what_compiles_the_kernels_runs(answer: Callable[[], Report]) -> None:
    assert answer() == Report(())

"""Broken records of gauges, each made from tests/gallery/stage_record."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spillsim import scenario
from spillsim.errors import Fault, ScenarioError

BASE = Path(__file__).parents[1] / "gallery" / "stage_record"
TOML = "scenario.toml"
GAPS = 'gaps = "linear"'

Edit = tuple[str, str, str]


def faults_of(folder: Path, edits: list[Edit]) -> tuple[Fault, ...]:
    shutil.copytree(BASE, folder)
    for file, old, new in edits:
        text = (folder / file).read_text("utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    return caught.value.faults


CASES: dict[str, tuple[list[Edit], str, str, str | None, str]] = {
    # edits, file, key path, piece of the line pointed to, piece of message or hint
    "empty value": (
        [(TOML, GAPS, ""), ("stage.csv", "T09:00", "T08:00")],
        "stage.csv", "row at line 9", "T06:00",
        "from 2024-03-31T23:00Z to 2024-04-01T01:00Z, 2 h (1 row without a value)",
    ),
    "missing row": (
        [(TOML, GAPS, ""), ("stage.csv", "NaN", "165")],
        "stage.csv", "row at line 11", "T09:00", "2 h (rows are missing)",
    ),
    "other word for gaps": (
        [(TOML, '"linear"', '"lineer"')], TOML, "hydrograph[0].gaps", "lineer", 'mean "linear"?',
    ),
    "no offset": (
        [("stage.csv", "T04:00+05:00", "T04:00")],
        "stage.csv", "row at line 7: date", "T04:00,", "has no offset from UTC",
    ),
    "no date": (
        [("stage.csv", "2024-04-01T04:00+05:00", "yesterday")],
        "stage.csv", "row at line 7: date", "yesterday", "is not a date",
    ),
    "date left out": (
        [("stage.csv", "2024-04-01T04:00+05:00", "")],
        "stage.csv", "row at line 7: date", ",160", "a value is needed",
    ),
    "date twice": (
        [("stage.csv", "T04:00", "T03:00")],
        "stage.csv", "row at line 7: time", ",160", "it stands twice",
    ),
    "other year": (
        [(TOML, "2024-03-31", "2023-03-31")],
        TOML, "hydrograph[0]", "[[hydrograph]]", "nothing in common with the run",
    ),
    "above the rating": (
        [("stage.csv", ",170", ",270")],
        "stage.csv", "row at line 9", ",270", "stage 2.7 m lies outside the rating, 0.5 to 2 m",
    ),
    "no rating": (
        [(TOML, 'rating = "rating.csv"', "")],
        TOML, "hydrograph[0].rating", "[[hydrograph]]", "the table gives the stage",
    ),
    "falling rating": (
        [("rating.csv", "1.2,70", "1.2,20")],
        "rating.csv", "row at line 4: discharge", "1.2,20", "must not fall while the stage rises",
    ),
    "no such rating": (
        [(TOML, '"rating.csv"', '"ratings.csv"')],
        TOML, "hydrograph[0].rating", "ratings.csv", 'Did you mean "rating.csv"?',
    ),
    "unknown column": (
        [("stage.csv", "stage [cm]", "level [cm]")],
        "stage.csv", 'column "level"', "date,", "there is no such column",
    ),
    "unit of another dimension": (
        [("stage.csv", "stage [cm]", "stage [m3/s]")],
        "stage.csv", 'column "stage [m3/s]"', "date,", "a length is needed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_placed(name: str, tmp_path: Path) -> None:
    edits, file, where, line, says = CASES[name]
    folder = tmp_path / "case"
    found = faults_of(folder, edits)
    at = [fault for fault in found if (fault.file, fault.where) == (file, where)]
    assert at, "\n".join(map(str, found))
    (fault,) = [fault for fault in at if says in f"{fault.message} {fault.hint}"]
    assert line is not None
    assert fault.line is not None
    assert line in (folder / file).read_text("utf-8").splitlines()[fault.line - 1]
    assert len(found) == (2 if name == "empty value" else 1), "\n".join(map(str, found))

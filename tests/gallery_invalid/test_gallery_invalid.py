"""Broken cases: each fault names file, key path, line and what to do."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from spillsim import scenario
from spillsim.errors import Fault, ScenarioError

GALLERY = Path(__file__).parents[1] / "gallery"
TOML = "scenario.toml"


@dataclass(frozen=True)
class Expected:
    """What one fault must say."""

    where: str
    """Whole key path."""
    line: str | None
    """Piece of the text of the line it points to; None for no line."""
    says: str
    """Piece of message or hint."""
    file: str = TOML


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    return caught.value.faults


def copy(tmp_path: Path, base: str) -> Path:
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / base, folder)
    return folder


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first occurrence; the test is wrong if there is none."""
    text = (folder / file).read_text("utf-8")
    assert old in text, (file, old)
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def assert_found(folder: Path, faults: tuple[Fault, ...], expected: Expected) -> None:
    at = [f for f in faults if f.file == expected.file and f.where == expected.where]
    assert at, f"no fault at {expected.file} {expected.where!r} in:\n" + "\n".join(map(str, faults))
    saying = [fault for fault in at if expected.says in f"{fault.message} {fault.hint}"]
    assert saying, "\n".join(map(str, at))
    if expected.line is None:
        assert saying[0].line is None
    else:
        assert saying[0].line is not None, saying[0]
        text = (folder / expected.file).read_text("utf-8").splitlines()
        assert expected.line in text[saying[0].line - 1]


Edit = tuple[str, str, str]

CASES: dict[str, tuple[list[Edit], list[Expected]]] = {
    # Units
    "unknown unit": (
        [(TOML, '"100 kg"', '"100 kgs"')],
        [Expected("release[0].mass", "100 kgs", "Did you mean kg?")],
    ),
    "mass per time": (
        [(TOML, '"100 kg"', '"100 tons/day"')],
        [
            Expected("release[0].mass", "100 tons", "a mass is needed (kg, t, g, ...); this is"),
            Expected("release[0].mass", "100 tons", 'rate = "100 tons/day"'),
        ],
    ),
    "ambiguous ton": (
        [(TOML, '"100 kg"', '"100 tons"')],
        [Expected("release[0].mass", "100 tons", "Write t for metric tonnes")],
    ),
    "bare number": (
        [(TOML, '"100 kg"', "100")],
        [Expected("release[0].mass", "mass = 100", 'Write it as text, e.g. "100 kg"')],
    ),
    "text without unit": (
        [(TOML, '"100 kg"', '"100"')],
        [Expected("release[0].mass", "mass =", "has no unit")],
    ),
    "nan": (
        [(TOML, '"100 kg"', '"nan kg"')],
        [Expected("release[0].mass", "nan kg", "not a finite number")],
    ),
    "bare nan": (
        [(TOML, "[[station]]", "[numerics]\nerror = nan\n\n[[station]]")],
        [Expected("numerics.error", "error = nan", "not a finite number")],
    ),
    "overflow": (
        [(TOML, '"100 kg"', '"1e999 kg"')],
        [Expected("release[0].mass", "1e999", "too large")],
    ),
    "negative mass": (
        [(TOML, '"100 kg"', '"-3 kg"')],
        [Expected("release[0].mass", "-3 kg", "must be above zero")],
    ),
    "thousands separator": (
        [(TOML, '"100 kg"', '"100,000 kg"')],
        [Expected("release[0].mass", "100,000", "no separators between thousands")],
    ),
    "decay as mass": (
        [(TOML, '"0.1 1/d"', '"0.1 kg"')],
        [Expected("substance[0].decay_rate", "0.1 kg", "this is a mass")],
    ),
    # Keys, words and types
    "unknown key": (
        [(TOML, "mass =", "masss =")],
        [
            Expected("release[0].masss", "masss", 'Did you mean "mass"?'),
            Expected("release[0].mass", "[[release]]", "is missing"),
        ],
    ),
    "unknown section": (
        [(TOML, "[[station]]", "[[stations]]")],
        [Expected("stations", "[[stations]]", 'Did you mean "station"?')],
    ),
    "missing section": (
        [(TOML, "[flow]", "[flows]")],
        [
            Expected("flow", None, "the section [flow] is missing"),
            Expected("flows", "[flows]", 'Did you mean "flow"?'),
        ],
    ),
    "single brackets": (
        [(TOML, "[[release]]", "[release]")],
        [Expected("release", "[release]", "write [[release]]")],
    ),
    "wrong type": (
        [(TOML, 'title = "Confluence"', "title = 5")],
        [Expected("case.title", "title = 5", "not a whole number")],
    ),
    "unknown kind": (
        [(TOML, 'kind = "slug"', 'kind = "slugg"')],
        [Expected("release[0].kind", "slugg", 'Did you mean "slug"?')],
    ),
    "no kind": (
        [(TOML, 'kind = "slug"', "")],
        [Expected("release[0].kind", "[[release]]", "one of slug, constant")],
    ),
    "unknown limit key": (
        [(TOML, "source =", "sauce =")],
        [Expected("substance[0].limits[0].sauce", "sauce", 'Did you mean "source"?')],
    ),
    "no version": (
        [(TOML, "spillsim = 1\n", "")],
        [Expected("spillsim", None, "Begin the file with spillsim = 1.")],
    ),
    "later version": (
        [(TOML, "spillsim = 1", "spillsim = 2")],
        [Expected("spillsim", "spillsim = 2", "not a version that this program reads")],
    ),
    "unknown formula": (
        [(TOML, "disley_2015", "disly_2015")],
        [Expected("dispersion.formula", "disly", 'Did you mean "disley_2015"?')],
    ),
    "unknown default method": (
        [(TOML, "[dispersion]", '[hydraulics]\ndefault = "mannings"\n\n[dispersion]')],
        [Expected("hydraulics.default", "mannings", 'Did you mean "manning"?')],
    ),
    "error out of range": (
        [(TOML, "[[station]]", "[numerics]\nerror = 0.6\n\n[[station]]")],
        [Expected("numerics.error", "error = 0.6", "must be at most 0.5")],
    ),
    "error zero": (
        [(TOML, "[[station]]", "[numerics]\nerror = 0\n\n[[station]]")],
        [Expected("numerics.error", "error = 0", "must be above 0")],
    ),
    "place without form": (
        [(TOML, '{ node = "side_head" }', '{ nod = "side_head" }')],
        [Expected("release[0].at", "nod =", "a place is needed")],
    ),
    "control character in a name": (
        [(TOML, 'name = "town"', 'name = "\\u001b[31mtown"')],
        [Expected("station[0].name", "u001b", "control characters")],
    ),
    # Time
    "no offset": (
        [(TOML, "06:00:00+00:00", "06:00:00")],
        [Expected("case.start", "start =", "has no offset from UTC")],
    ),
    "date as text": (
        [(TOML, "2024-05-01T06:00:00+00:00", '"2024-05-01"')],
        [Expected("case.start", "start =", "Write it without quotes")],
    ),
    "zero duration": (
        [(TOML, '"2 days"', '"0 days"')],
        [Expected("case.duration", "0 days", "must be above zero")],
    ),
    "release after the run": (
        [(TOML, 'time = "1 h"', 'time = "3 days"')],
        [Expected("release[0].time", "3 days", "72 h after case.start, but the run ends")],
    ),
    "release before the run": (
        [(TOML, 'time = "1 h"', "time = 2024-05-01T05:00:00+00:00")],
        [Expected("release[0].time", "time = 2024", "is 1 h before case.start")],
    ),
    "release past the end": (
        [(TOML, 'kind = "slug"', 'kind = "constant"\nduration = "3 days"'),
         (TOML, 'time = "1 h"', 'start = "1 h"')],
        [Expected("release[0].duration", "3 days", "would not be released whole")],
    ),
    # Names across sections
    "unknown substance": (
        [(TOML, 'substance = "tracer"', 'substance = "trasser"')],
        [Expected("release[0].substance", "trasser", 'Did you mean "tracer"?')],
    ),
    "duplicate substance": (
        [(TOML, "[[release]]", '[[substance]]\nname = "tracer"\n\n[[release]]')],
        [Expected("substance[1].name", 'name = "tracer"', "is given twice")],
    ),
    "station named like a border": (
        [(TOML, 'name = "town"', 'name = "frontier"')],
        [Expected("border[0].name", 'name = "frontier"', "is given twice")],
    ),
    "no release": (
        [(TOML, "[[release]]", "[[station]]\nname = \"x\"\nat = { node = \"mill\" }\n[[rel]]")],
        [Expected("release", None, "the section [[release]] is missing")],
    ),
    "release at unknown node": (
        [(TOML, '"side_head"', '"side_haed"')],
        [Expected("release[0].at.node", "side_haed", 'Did you mean "side_head"?')],
    ),
    "release outside of the reach": (
        [(TOML, '{ node = "side_head" }', '{ reach = "side_1", distance = "20.1 km" }')],
        [Expected("release[0].at.distance", "20.1 km", '"side_1" is 20 km long')],
    ),
    "release at the outlet": (
        [(TOML, '{ node = "side_head" }', '{ node = "mouth" }')],
        [Expected("release[0].at", "mouth", "no river below it")],
    ),
    "river_km outside": (
        [(TOML, '"10 km"', '"61 km"')],
        [Expected("station[0].at.river_km", "61 km", "from km 60 to km 0")],
    ),
    "unknown river": (
        [(TOML, 'river = "Main"', 'river = "Mian"')],
        [Expected("station[0].at.river", "Mian", 'Did you mean "Main"?')],
    ),
    "border upstream of the release": (
        [(TOML, '{ reach = "main_3", distance = "5 km" }', '{ node = "main_head" }')],
        [Expected("border[0].at", "main_head", "lies not downstream of any release")],
    ),
    # Tables
    "negative length": (
        [("reaches.csv", "main_head,meeting,30,", "main_head,meeting,-30,")],
        [Expected('reach "main_1": length [km]', "main_1", "-30 must be above", "reaches.csv")],
    ),
    "not a number": (
        [("reaches.csv", "main_head,meeting,30,", 'main_head,meeting,"30,5",')],
        [Expected('reach "main_1": length [km]', "main_1", "decimal point", "reaches.csv")],
    ),
    "nan in a table": (
        [("inflows.csv", "side_head,6", "side_head,NaN")],
        [Expected('node "side_head": inflow [m3/s]', "side_head", "not a finite", "inflows.csv")],
    ),
    "negative inflow": (
        [("inflows.csv", "side_head,6", "side_head,-6")],
        [Expected('node "side_head": inflow [m3/s]', "side_head", "zero or more", "inflows.csv")],
    ),
    "unknown node in to": (
        [("reaches.csv", "side_head,meeting", "side_head,meting")],
        [Expected('reach "side_1": to', "side_1", 'Did you mean "meeting"?', "reaches.csv")],
    ),
    "unknown node in inflows": (
        [("inflows.csv", "mill,,0.5", "mil,,0.5")],
        [Expected('node "mil": node', "mil,", 'Did you mean "mill"?', "inflows.csv")],
    ),
    "missing column": (
        [("reaches.csv", "length [km],", "note length,")],
        [Expected('column "length"', "id,river", "is missing", "reaches.csv")],
    ),
    "unknown column": (
        [("reaches.csv", "length [km]", "lenght [km]")],
        [
            Expected('column "lenght"', "id,river", 'Did you mean "length"?', "reaches.csv"),
            Expected('column "length"', "id,river", "is missing", "reaches.csv"),
        ],
    ),
    "duplicate column": (
        [("reaches.csv", "width [m]", "length [m]")],
        [Expected('column "length"', "id,river", "is given twice", "reaches.csv")],
    ),
    "column without unit": (
        [("reaches.csv", "length [km]", "length")],
        [Expected('column "length"', "id,river", "Write length [m].", "reaches.csv")],
    ),
    "column with another dimension": (
        [("reaches.csv", "length [km]", "length [km/h]")],
        [Expected('column "length [km/h]"', "id,river", "this is a velocity", "reaches.csv")],
    ),
    "column missing for the method": (
        [("reaches.csv", "slope,", "note slope,")],
        [Expected('reach "main_1": slope', "main_1", 'method "manning" needs', "reaches.csv")],
    ),
    "ragged row": (
        [("reaches.csv", "0.0005,0.035,invented", "0.0005,0.035,a, b")],
        [Expected("row at line 3", "main_1", "has 10 cells, but the header has 9", "reaches.csv")],
    ),
    "open quote": (
        [("reaches.csv", "main_2,Main", 'main_2,"Main')],
        [Expected("after line 3", "main_1", "the row cannot be read", "reaches.csv")],
    ),
    "semicolons": (
        [("inflows.csv", "node,inflow [m3/s],abstraction [m3/s],source", "node;inflow [m3/s]")],
        [Expected("", "node;inflow", "not separated by commas", "inflows.csv")],
    ),
    "id with a space": (
        [("nodes.csv", "mill,Mill", "the mill,Mill")],
        [Expected("row at line 4: id", "the mill", "letters, digits", "nodes.csv")],
    ),
    "unknown node kind": (
        [("nodes.csv", "town,Main", "city,Main")],
        [Expected('node "mill": kind', "mill", '"city" is not one of', "nodes.csv")],
    ),
    "latitude out of range": (
        [("nodes.csv", "47.1", "97.1")],
        [Expected('node "main_head": latitude', "97.1", "must be 90 or less", "nodes.csv")],
    ),
    "duplicate node": (
        [("nodes.csv", "mill,Mill", "meeting,Mill")],
        [Expected('node "meeting": id', "meeting,Mill", "is given twice", "nodes.csv")],
    ),
    "duplicate reach": (
        [("reaches.csv", "main_2,Main", "main_1,Main")],
        [Expected('reach "main_1": id', "15,50", "is given twice", "reaches.csv")],
    ),
    # The network
    "cycle": (
        [("reaches.csv", "mill,mouth", "mill,meeting")],
        [
            Expected('reach "main_3"', "main_3", "meeting -> mill -> meeting", "reaches.csv"),
            Expected('node "mouth": id', "mouth", "no reach begins or ends", "nodes.csv"),
        ],
    ),
    "self-loop": (
        [("reaches.csv", "mill,mouth", "mill,mill")],
        [Expected('reach "main_3": to', "main_3", 'from "mill" to itself', "reaches.csv")],
    ),
    "orphan": (
        [("nodes.csv", "mill,Mill", "pond,Pond,town,,,,,,\nmill,Mill")],
        [Expected('node "pond": id', "pond", "no reach begins or ends", "nodes.csv")],
    ),
    "two outlets": (
        [("reaches.csv", "side_head,meeting", "side_head,pond"),
         ("nodes.csv", "mill,Mill", "pond,Pond,town,,,,,,\nmill,Mill")],
        [Expected('reach "side_1"', "side_1", "2 parts that are not connected", "reaches.csv")],
    ),
    "bifurcation": (
        [("reaches.csv", "side_head,meeting", "meeting,side_head")],
        [Expected('reach "side_1": share', "side_1", "how do they share", "reaches.csv")],
    ),
    "headwater with an inflowing reach": (
        [("nodes.csv", "meeting,Meeting,junction", "meeting,Meeting,headwater")],
        [Expected('node "meeting": kind', "meeting", "is a headwater, but", "nodes.csv")],
    ),
    "outlet with a reach below": (
        [("nodes.csv", "mill,Mill,town", "mill,Mill,outlet")],
        [Expected('node "mill": kind', "mill", "is an outlet, but", "nodes.csv")],
    ),
    "river_km rises": (
        [("nodes.csv", "town,Main,15", "town,Main,35")],
        [Expected('node "mill": river_km', "mill", "must be below km 30 of node", "nodes.csv")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_fault_points_to_its_place(name: str, tmp_path: Path) -> None:
    edits, expected = CASES[name]
    folder = copy(tmp_path, "confluence")
    for file, old, new in edits:
        edit(folder, file, old, new)
    faults = faults_of(folder)
    for one in expected:
        assert_found(folder, faults, one)


# One edit must not bring faults that are not there: these have exactly the faults listed.
EXACT = [
    name
    for name in CASES
    if name not in {"no release", "bifurcation", "duplicate node"}  # these truly break more
]


@pytest.mark.parametrize("name", EXACT)
def test_no_fault_brings_false_ones(name: str, tmp_path: Path) -> None:
    edits, expected = CASES[name]
    folder = copy(tmp_path, "confluence")
    for file, old, new in edits:
        edit(folder, file, old, new)
    places = {(fault.file, fault.where) for fault in faults_of(folder)}
    allowed = {(one.file, one.where) for one in expected}
    if name == "column missing for the method":  # every reach lacks it
        allowed |= {("reaches.csv", f'reach "{r}": slope') for r in ("main_2", "main_3", "side_1")}
    assert places == allowed


def test_all_faults_come_together(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    edit(folder, TOML, '"100 kg"', '"100 kg/s"')
    edit(folder, TOML, "disley_2015", "disley")
    edit(folder, TOML, '"2 days"', '"-2 days"')
    edit(folder, "reaches.csv", "side_head,meeting", "side_head,metting")
    edit(folder, "reaches.csv", "0.0005", "steep")
    edit(folder, "nodes.csv", "47.0", "470")
    edit(folder, "inflows.csv", "side_head,6", "side_head,-6")
    faults = faults_of(folder)
    assert [(fault.file, fault.where) for fault in faults] == [
        (TOML, "case.duration"),
        (TOML, "dispersion.formula"),
        (TOML, "release[0].mass"),
        ("inflows.csv", 'node "side_head": inflow [m3/s]'),
        ("nodes.csv", 'node "meeting": latitude'),
        ("reaches.csv", 'reach "main_1": slope'),
        ("reaches.csv", 'reach "side_1": to'),
    ]
    with pytest.raises(ScenarioError, match="7 faults"):
        scenario.load(folder)


def test_gauge_faults(tmp_path: Path) -> None:
    folder = copy(tmp_path, "tree_with_gauges")
    edit(folder, "gauges.csv", "fork2,36", "fork2,-36")
    edit(folder, "gauges.csv", "town,42", "east,42")
    edit(folder, TOML, "0.25", "-1")
    faults = faults_of(folder)
    for one in [
        Expected('gauge "fork2": discharge [m3/s]', "fork2", "-36 must be zero", "gauges.csv"),
        Expected('gauge "east": node', "east,8", "is given twice", "gauges.csv"),
        Expected("flow.closure_warning", "-1", "must be above 0"),
    ]:
        assert_found(folder, faults, one)
    assert len(faults) == 3


@pytest.mark.parametrize(
    ("base", "edits", "expected"),
    [
        (
            "flood_routed",
            [(TOML, '{ node = "head" }', '{ node = "haed" }')],
            Expected("hydrograph[0].at.node", '"haed"', 'Did you mean "head"?'),
        ),
        (
            "flood_routed",
            [("flood.csv", "12,60", "5,60")],
            Expected("row at line 4: time", "5,60", "time must rise", "flood.csv"),
        ),
        (
            "flood_routed",
            [("flood.csv", "18,140", "18,-140")],
            Expected("row at line 5: discharge [m3/s]", "18,-140", "-140", "flood.csv"),
        ),
        (
            "flood_routed",
            [(TOML, '"muskingum_cunge"', '"muskingum"')],
            Expected("routing.method", '"muskingum"', "muskingum_cunge"),
        ),
        (
            "flood_routed",
            [(TOML, 'time_step = "30 min"', 'time_step = "30 m3"')],
            Expected("routing.time_step", '"30 m3"', "a time is needed"),
        ),
        (
            "hydrograph",
            [("mass.csv", "1,10\n3,0", "3,10\n1,0")],
            Expected("row at line 4: time", "1,0", "must rise from row to row", "mass.csv"),
        ),
        (
            "hydrograph",
            [("mass.csv", "1,10", "0,10")],
            Expected("row at line 3: time", "0,10", "it stands twice", "mass.csv"),
        ),
        (
            "hydrograph",
            [("mass.csv", "mass_rate [g/s]", "discharge [L/s]")],
            Expected("", None, "discharge and concentration", "mass.csv"),
        ),
        (
            "hydrograph",
            [("mass.csv", "0,0\n1,10\n3,0", "0,0")],
            Expected("row at line 2", "0,0", "at least two points", "mass.csv"),
        ),
        (
            "hydrograph",
            [("water.csv", "30,20,100", "30,20,")],
            Expected("row at line 3: concentration", "30,20,", "a value is needed", "water.csv"),
        ),
        (
            "hydrograph",
            [(TOML, '"mass.csv"', '"mas.csv"')],
            Expected("release[0].table", "mas.csv", 'Did you mean "mass.csv"?'),
        ),
        (
            "concentration_series",
            [(TOML, 'node = "top"', 'reach = "r1", distance = "1 km"')],
            Expected("release[0].at", "1 km", "enters at a headwater"),
        ),
        (
            "hydraulic_methods",
            [("r6_rating.csv", "5,12,18", "15,12,18")],
            Expected("row at line 4: discharge", "15,26", "must rise", "r6_rating.csv"),
        ),
        (
            "hydraulic_methods",
            [("reaches.csv", "r6_rating.csv", "r7_rating.csv")],
            Expected('reach "r6": rating', "r6,n5", 'there is no file "r7', "reaches.csv"),
        ),
        (
            "hydraulic_methods",
            [("reaches.csv", "r6_rating.csv", "")],
            Expected('reach "r6": rating', "r6,n5", "needs rating", "reaches.csv"),
        ),
        (
            "storage",
            [(TOML, "0.2", '"0.2 m"')],
            Expected("storage.area_ratio", "0.2 m", "a number is needed, not text"),
        ),
        (
            "dispersion_value",
            [(TOML, "25 m2/s", "25 m2")],
            Expected("dispersion.value", "25 m2", "Divide by the time it takes"),
        ),
        (
            "several_substances",
            [(TOML, 'name = "fish"', 'name = "alarm"')],
            Expected("substance[0].limits[1].name", '"1 mg/L"', "is given twice"),
        ),
    ],
)
def test_other_cases(base: str, edits: list[Edit], expected: Expected, tmp_path: Path) -> None:
    folder = copy(tmp_path, base)
    for file, old, new in edits:
        edit(folder, file, old, new)
    faults = faults_of(folder)
    assert_found(folder, faults, expected)
    assert len(faults) == 1


# Files


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    edit(folder, TOML, '"reaches.csv"', '"reach.csv"')
    (fault,) = faults_of(folder)
    assert (fault.where, fault.hint) == ("network.reaches", 'Did you mean "reaches.csv"?')


def test_directory_in_place_of_a_file(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    (folder / "nodes.csv").unlink()
    (folder / "nodes.csv").mkdir()
    (fault,) = faults_of(folder)
    assert (fault.where, fault.message) == (
        "network.nodes",
        '"nodes.csv" is a folder; a file is needed',
    )


def test_pipe_in_place_of_a_file(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    (folder / "nodes.csv").unlink()
    os.mkfifo(folder / "nodes.csv")  # reading it would wait for ever
    (fault,) = faults_of(folder)
    assert "not a regular file" in fault.message


def test_empty_table(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    (folder / "nodes.csv").write_text("# nothing\n\n")
    (fault,) = [fault for fault in faults_of(folder) if fault.file == "nodes.csv"]
    assert fault.message == "the file is empty"
    (folder / "nodes.csv").write_text("id,name\n")
    (fault,) = [fault for fault in faults_of(folder) if fault.file == "nodes.csv"]
    assert fault.message == "there are no rows below the header"


def test_table_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    with (folder / "reaches.csv").open("r+b") as stream:
        stream.truncate(60_000_000_000)  # a sparse file: takes no space
    (fault,) = faults_of(folder)
    assert (fault.where, fault.line) == ("network.reaches", 11)
    assert 'the file "reaches.csv" has 60,000 MB; at most 50 MB are read' in fault.message


def test_not_utf8(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    text = (folder / "nodes.csv").read_text("utf-8").replace("Mill", "Mühle")
    (folder / "nodes.csv").write_bytes(text.encode("latin-1"))
    (fault,) = faults_of(folder)
    assert (fault.file, fault.line) == ("nodes.csv", 4)
    assert "is not UTF-8 text" in fault.message
    assert "0xfc" in fault.message
    (folder / "nodes.csv").write_bytes(text.encode("utf-16"))
    (fault,) = faults_of(folder)
    assert "It looks like UTF-16" in fault.hint


def test_bom_windows_line_ends_and_non_ascii_ids(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    text = "\N{ZERO WIDTH NO-BREAK SPACE}" + (folder / "nodes.csv").read_text("utf-8")
    (folder / "nodes.csv").write_bytes(text.replace("\n", "\r\n").encode("utf-8"))
    for file in ("nodes.csv", "reaches.csv", "inflows.csv"):
        content = (folder / file).read_bytes().decode("utf-8").replace("mill,", "мельница,")
        (folder / file).write_bytes(content.encode("utf-8"))
    case = scenario.load(folder)
    assert case.nodes[0].id == "main_head"
    assert case.nodes[2].id == "мельница"
    # The same letters composed in two ways are one id.
    edit(folder, "reaches.csv", "side_1,Side", "e\N{COMBINING ACUTE ACCENT},Side")
    edit(folder, TOML, '{ node = "side_head" }',
         '{ reach = "\N{LATIN SMALL LETTER E WITH ACUTE}", distance = "1 km" }')  # fmt: skip
    assert scenario.load(folder).reaches[3].id == "\N{LATIN SMALL LETTER E WITH ACUTE}"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/etc/passwd", "must be relative"),
        ("C:/nodes.csv", "must be relative"),
        ("tables\\\\nodes.csv", "must be relative"),
        ("../../secret.csv", "outside the case folder"),
        ("a\\u0000b", "is not a file name"),
        ("", "is not a file name"),
        (".", "is a folder"),
    ],
)
def test_tables_are_read_only_near_the_case(name: str, says: str, tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    (tmp_path.parent / "secret.csv").write_text("id\nx\n")
    edit(folder, TOML, '"nodes.csv"', f'"{name}"')
    (fault,) = faults_of(folder)
    assert fault.where == "network.nodes"
    assert says in fault.message


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    (folder / "nodes.csv").unlink()
    (folder / "nodes.csv").symlink_to("/etc/hostname")
    (fault,) = faults_of(folder)
    assert "outside the case folder" in fault.message


def test_cases_side_by_side_share_a_table(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    (tmp_path / "shared").mkdir()
    shutil.move(folder / "nodes.csv", tmp_path / "shared" / "nodes.csv")
    edit(folder, TOML, '"nodes.csv"', '"../shared/nodes.csv"')
    assert scenario.load(folder).files[1].name == "../shared/nodes.csv"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "the file is empty"),
        ("spillsim = 1\n[case\n", 2, "this is not TOML"),
        ("spillsim = 1\ntitle = \n", 2, "invalid value (column 9)"),
        ("a = 1\na = 2\n", 2, "cannot overwrite a value"),
        ("a = " + "[" * 5000, None, "nested too deeply"),
        ("a = 1e9999999", None, "[case]"),
    ],
)
def test_toml_syntax(text: str, line: int | None, says: str, tmp_path: Path) -> None:
    (tmp_path / TOML).write_text(text)
    faults = faults_of(tmp_path)
    assert says in " ".join(fault.message for fault in faults)
    if len(faults) == 1:
        assert faults[0].line == line


def test_no_such_case(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path / "nowhere")
    assert "there is no case folder or scenario file" in fault.message
    (fault,) = faults_of(tmp_path)
    assert fault.message == 'there is no file "scenario.toml"'


def test_nothing_from_a_file_reaches_the_terminal_as_control(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    evil = "\x1b]0;owned\x07\x9b31m\u202e"
    for file, old in [
        ("nodes.csv", "id,name"),
        ("nodes.csv", "mill,Mill"),
        ("nodes.csv", "town"),
        ("reaches.csv", "main_head,meeting"),
        ("reaches.csv", "length [km]"),
        ("reaches.csv", "0.0005"),
        ("inflows.csv", "mill"),
    ]:
        edit(folder, file, old, old[:-1] + evil + old[-1:])
    escaped = "".join(f"\\u{ord(c):04x}" for c in evil)
    edit(folder, TOML, '"100 kg"', f'"100 {escaped}"')
    edit(folder, TOML, "[[station]]", f'["{escaped}"]\nx = 1\n[[station]]')
    edit(folder, TOML, '"side_head"', f'"{escaped}"')
    faults = faults_of(folder)
    assert len(faults) >= 8
    text = str(ScenarioError(faults, "case"))
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\\x1b" in text


def test_a_broken_long_table_does_not_bury_the_rest(tmp_path: Path) -> None:
    folder = copy(tmp_path, "confluence")
    rows = "\n".join(f"n{i},,,,x{i},,,," for i in range(2000))
    with (folder / "nodes.csv").open("a", encoding="utf-8") as stream:
        stream.write(rows + "\n")
    edit(folder, TOML, '"100 kg"', '"100 m"')
    faults = faults_of(folder)
    assert faults[0].where == "release[0].mass"
    assert "more faults of this file are not listed" in faults[-1].message
    assert len(faults) < 600


def test_parse_places_faults_by_key_path() -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario.parse(
            {
                "spillsim": 1,
                "network": {
                    "nodes": [{"id": "a"}, {"id": "b", "river_kn": 3}],
                    "reaches": [{"id": "r", "from": "a", "to": "b", "length": 3}],
                },
                "flow": {"kind": "inflows", "table": "inflows.csv"},
                "release": 5,
            }
        )
    found = {fault.where: f"{fault.message} {fault.hint}" for fault in caught.value.faults}
    assert found.keys() == {
        "case",
        "substance",
        "release",
        "network.nodes[1].river_kn",
        "network.reaches[0].length",
        "flow.table",
    }
    assert "a unit is needed" in found["network.reaches[0].length"]
    assert 'Did you mean "river_km"?' in found["network.nodes[1].river_kn"]
    assert "without a case folder" in found["flow.table"]
    assert all(fault.file == "" and fault.line is None for fault in caught.value.faults)

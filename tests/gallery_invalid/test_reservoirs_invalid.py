"""Broken reservoirs, diversions and splits: each fault names its place and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spillsim import scenario
from spillsim.errors import ScenarioError

GALLERY = Path(__file__).parents[1] / "gallery"
TOML = "scenario.toml"

# base case -> (name, file, old text, new text, key path of the fault, piece of its line, it says)
CASES: dict[str, list[tuple[str, str, str, str, str, str | None, str]]] = {
    "reservoir_spillway": [
        ("unknown reach", TOML, 'reach = "lake"\nstage', 'reach = "lke"\nstage',
         "reservoir[0].reach", "lke", 'Did you mean "lake"?'),
        ("unknown mixing", TOML, "stage_volume = ", 'mixing = "mixd"\nstage_volume = ',
         "reservoir[0].mixing", "mixd", 'Did you mean "mixed"?'),
        ("unknown key of an outlet", TOML, "crest =", "crst =",
         "reservoir[0].outlet[2].crst", "crst", 'Did you mean "crest"?'),
        ("missing key of an outlet", TOML, 'crest = "209.5 m"\n', "",
         "reservoir[0].outlet[2].crest", "[[reservoir.outlet]]", 'crest = "240 m"'),
        ("unknown kind of outlet", TOML, '"spillway"', '"spilway"',
         "reservoir[0].outlet[2].kind", "spilway", 'Did you mean "spillway"?'),
        ("no kind of outlet", TOML, 'kind = "spillway"\n', "",
         "reservoir[0].outlet[2].kind", "[[reservoir.outlet]]", "one of fixed, hydrograph"),
        ("outlet of another dimension", TOML, 'discharge = "30 m3/s"', 'discharge = "30 m3"',
         "reservoir[0].outlet[0].discharge", "30 m3", "this is a volume"),
        ("stop and duration", TOML, 'stop = "2 days"', 'stop = "2 days"\nduration = "1 h"',
         "reservoir[0].outlet[0].duration", "1 h", "one of them is enough"),
        ("duration without a start", TOML, 'stop = "2 days"', 'duration = "1 h"',
         "reservoir[0].outlet[0].duration", "1 h", "needs a start"),
        ("stop before start", TOML, 'stop = "2 days"', 'start = "3 days"\nstop = "2 days"',
         "reservoir[0].outlet[0].stop", "2 days", "is not after start"),
        ("no offset", TOML, "2024-04-04T00:00:00+00:00", "2024-04-04T00:00:00",
         "reservoir[0].outlet[1].start", "2024-04-04", "no offset"),
        ("level outside the table", TOML, '"209 m"', '"219 m"',
         "reservoir[0].level", "219 m", "is outside of the table, 200 to 215"),
        ("level and volume", TOML, 'level = "209 m"', 'level = "209 m"\nvolume = "3 Mm3"',
         "reservoir[0]", "[[reservoir]]", "either its level or its volume"),
        ("neither table nor area", TOML, 'stage_volume = "stage_volume.csv"\n', "",
         "reservoir[0]", "[[reservoir]]", "either stage_volume or an area"),
        ("area without a volume", TOML, 'stage_volume = "stage_volume.csv"', 'area = "1 km2"',
         "reservoir[0].volume", "[[reservoir]]", "the volume at first is needed"),
        ("layers in a mixed reservoir", TOML, "level = ", 'upper_volume = "1 Mm3"\nlevel = ',
         "reservoir[0].upper_volume", "upper_volume", 'mixing = "layered" only'),
        ("layered without layers", TOML, "level = ", 'mixing = "layered"\nlevel = ',
         "reservoir[0].upper_volume", "[[reservoir]]", "a layered reservoir needs it"),
        ("upper layer too large", TOML, "level = ",
         'mixing = "layered"\nupper_volume = "10 Mm3"\nlevel = ',
         "reservoir[0].upper_volume", "10 Mm3", "more than the whole volume"),
        ("unknown layer", TOML, "level = ",
         'mixing = "layered"\nupper_volume = "1 Mm3"\ninflow_to = "top"\nlevel = ',
         "reservoir[0].inflow_to", "top", '"upper", "lower" or a share'),
        ("single outlet", TOML, "[[reservoir.outlet]]\nkind = \"spillway\"",
         "[reservoir.outlet]\nkind = \"spillway\"", "", None, "this is not TOML"),
        ("unknown section", TOML, "[[reservoir]]", "[[reservoirs]]",
         "reservoirs", "[[reservoirs]]", 'Did you mean "reservoir"?'),
        ("volume that falls", "stage_volume.csv", "215,9", "215,3",
         "row at line 5: volume", "215,3", "volume must rise"),
        ("stage twice", "stage_volume.csv", "215,9", "210,9",
         "row at line 5: stage", "210,9", "it stands twice"),
        ("no unit", "stage_volume.csv", "volume [Mm3]", "volume",
         'column "volume"', "volume", "a unit is needed"),
        ("kind against mixing", "reaches.csv", "hydraulics,velocity", "kind,velocity",
         'reach "above": kind', "above", '"manning" is not one of channel, tank'),
        ("table that is not there", TOML, '"stage_volume.csv"', '"stage-volume.csv"',
         "reservoir[0].stage_volume", "stage-volume", 'there is no file "stage-volume.csv"'),
    ],
    "flushing": [
        ("opening and table", TOML, 'width = "8 m"', 'width = "8 m"\nopening = "1 m"',
         "reservoir[0].outlet[0]", "[[reservoir.outlet]]", "either an opening or a table"),
        ("negative opening", "opening.csv", "60,0.6", "60,-0.6",
         "row at line 3: opening [m]", "60,-0.6", "zero or more"),
        ("time that falls", "opening.csv", "60,0.6", "70,0.6",
         "row at line 4: time", "61,1", "time must rise"),
        ("wrong column", "opening.csv", "opening [m]", "discharge [m3/s]",
         'column "discharge"', "discharge", "there is no such column"),
        ("table of discharges", TOML, 'kind = "inflows"\ntable = "inflows.csv"',
         ('kind = "table"\ntable = [{ "time [h]" = 0, reach = "above", "discharge [m3/s]" = 30 }, '
         '{ "time [h]" = 0, reach = "lake", "discharge [m3/s]" = 30 }, '
         '{ "time [h]" = 0, reach = "below", "discharge [m3/s]" = 30 }]'),
         "reservoir[0]", "[[reservoir]]", "nothing is routed"),
    ],
    "diversion": [
        ("unknown node", TOML, '{ node = "mill" }\ndischarge = "4 m3/s"\nstop',
         '{ node = "mil" }\ndischarge = "4 m3/s"\nstop',
         "diversion[0].at.node", "mil", 'Did you mean "mill"?'),
        ("not a node", TOML, 'at = { node = "meeting" }', 'at = { reach = "below" }',
         "diversion[2].at.reach", "below", "there is no such key"),
        ("at the outlet", TOML, 'at = { node = "meeting" }', 'at = { node = "mouth" }',
         "diversion[2].at.node", "mouth", "is the outlet"),
        ("no amount", TOML, "share = 0.2", "",
         "diversion[2]", "[[diversion]]", "either a discharge or a share"),
        ("share above one", TOML, "share = 0.2", "share = 1.2",
         "diversion[2].share", "1.2", "must be at most 1"),
    ],
    "split_table": [
        ("unknown arm", TOML, 'reach = "side_arm_1"\ntable', 'reach = "side_arm"\ntable',
         "split[0].reach", 'reach = "side_arm"', "Did you mean"),
        ("arm of another node", TOML, 'reach = "side_arm_1"\ntable', 'reach = "side_arm_2"\ntable',
         "split[0].reach", "side_arm_2", "These do: main_arm, side_arm_1."),
        ("river that does not divide", TOML, 'at = { node = "fork" }\nreach = "side_arm_1"',
         'at = { node = "mill" }\nreach = "side_arm_2"',
         "split[0].at.node", "mill", "does not divide"),
        ("share above one", "split.csv", "40,0.4", "40,1.4",
         "row at line 4: share", "40,1.4", "must be 1 or less"),
        ("neither discharge nor time", "split.csv", "discharge [m3/s],", "note,",
         "", None, "needs one column of discharge, time and date"),
        ("discharge that falls", "split.csv", "40,0.4", "10,0.4",
         "row at line 4: discharge", "10,0.4", "discharge must rise"),
        ("empty discharge", "split.csv", "20,0.2", ",0.2",
         "row at line 3: discharge", ",0.2", "is empty"),
        ("every arm has one", TOML, "[[split]]",
         '[[split]]\nat = { node = "fork" }\nreach = "main_arm"\ntable = "split.csv"\n\n[[split]]',
         "split[1].reach", "side_arm_1", "takes the rest"),
        ("twice", TOML, "[[split]]",
         ('[[split]]\nat = { node = "fork" }\nreach = "side_arm_1"\ntable = "split.csv"\n\n'
         "[[split]]"), "split[1].reach", "side_arm_1", "has a split already"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("base", "case"),
    [(base, case) for base, cases in CASES.items() for case in cases],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_fault(base: str, case: tuple[str, ...], tmp_path: Path) -> None:
    _, file, old, new, where, line, says = case
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / base, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    faults = caught.value.faults
    saying = [f for f in faults if f.where == where and says in f"{f.message} {f.hint}"]
    assert saying, "\n".join(map(str, faults))
    if line is not None:
        assert saying[0].line is not None, saying[0]
        at = (folder / saying[0].file).read_text("utf-8").splitlines()[saying[0].line - 1]
        assert line in at


def test_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / "reservoir_spillway", folder)
    text = (folder / TOML).read_text("utf-8")
    for old, new in (("209 m", "209"), ('"25 m"', "25"), ('"2 days"', '"2"'), ("500 kg", "500")):
        text = text.replace(old, new, 1)
    text += '\n[[diversion]]\nat = { node = "shor" }\n'
    (folder / TOML).write_text(text, encoding="utf-8")
    (folder / "stage_volume.csv").write_text("stage [m],volume [Mm3]\n200,0\n")
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    assert {fault.where for fault in caught.value.faults} == {
        "reservoir[0].level",
        "reservoir[0].outlet[0].stop",
        "reservoir[0].outlet[2].width",
        "release[0].mass",
        "diversion[0]",
        "diversion[0].at.node",
        "row at line 2",
    }

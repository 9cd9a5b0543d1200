"""Broken facility files and libraries: file, key path, line and what to do, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from spillsim import scenario
from spillsim.errors import Fault, ScenarioError
from spillsim.scenario.facility_template import TEMPLATE

FILE = "facility.toml"
MODE = 'mode = "tailings_breach"             # or without a breach: overtopping, decant_failure,'
LIBRARY = '# library = "my_materials.csv"'
HEAD = "material,part,name,low,typical,high,unit,share,quality,source\n"


def faults_of(folder: Path, *edits: tuple[str, str], library: str = "") -> tuple[Fault, ...]:
    text = TEMPLATE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / FILE).write_text(text, "utf-8")
    if library:
        (folder / "my.csv").write_text(library, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario.load_facility(folder / FILE)
    return caught.value.faults


CASES = {
    # key path, piece of the line it points to, piece of the message or hint; edits
    "version": ("spillsim_facility", "", "is missing", ("spillsim_facility = 1", "")),
    "scenario": ("spillsim_facility", "", "looks like a scenario",
                 ("spillsim_facility = 1", "spillsim = 1")),
    "section": ("failur", "[failur]", 'Did you mean "failure"?', ("[failure]", "[failur]")),
    "key": ("facility.hight", "hight", "there is no such key",
            ("dam_height = ", "hight = ")),
    "mode": ("failure.mode", "tailings_breech", 'Did you mean "tailings_breach"?',
             ('mode = "tailings_breach"', 'mode = "tailings_breech"')),
    "key of another mode": ("failure.pump_rate", "pump_rate", "there is no such key",
                            (MODE, 'mode = "tailings_breach"\npump_rate = "1 m3/s"')),
    "no store": ("facility.stored_volume", "[facility]", "a tailings_breach needs it",
                 ('stored_volume = "5 Mm3"', "")),
    "negative": ("facility.pond_volume", "pond_volume", "must be zero or more",
                 ('pond_volume = "300000 m3"', 'pond_volume = "-1 m3"')),
    "too much pond": ("facility.pond_volume", "pond_volume", "not plausible",
                      ('pond_volume = "300000 m3"', 'pond_volume = "90 Mm3"')),
    "slipped unit": ("facility.stored_volume", "stored_volume", "more than any facility holds",
                     ('"5 Mm3"', '"50 km3"')),
    "height": ("facility.dam_height", "dam_height", "higher than any dam",
               ('dam_height = "30 m"', 'dam_height = "3 km"')),
    "floats": ("facility.solids_density", "solids_density", "would float",
               ("[failure]", 'solids_density = "0.9 t/m3"\n[failure]')),
    "no room for water": ("facility.dry_density", "dry_density", "room for water",
                          ("[failure]", 'dry_density = "2700 kg/m3"\n[failure]')),
    "solids fraction": ("failure.solids_fraction", "solids_fraction", "must be below 1",
                        ("liquefiable = true", "solids_fraction = 1.2")),
    "denser than lies there": ("failure", "[failure]", "cannot be denser",
                               ("liquefiable = true", "solids_fraction = 0.9")),
    "more than stored": ("failure.released_volume", "released_volume", "more than is stored",
                         ("liquefiable = true", 'released_volume = "6 Mm3"')),
    "nothing flows": ("failure", "[failure]", "case 2B of CDA",
                      ("liquefiable = true", "liquefiable = false"),
                      ('pond_volume = "300000 m3"', 'pond_volume = "0 m3"')),
    "method": ("failure.volume_methods", "volume_methods", 'Did you mean "rico_2008"?',
               ("liquefiable = true", 'volume_methods = ["rico"]')),
    "method twice": ("failure.peak_methods", "peak_methods", "twice",
                     ("liquefiable = true", 'peak_methods = ["webby_1996", "webby_1996"]')),
    "width": ("failure.dam_width", "[failure]", "froehlich_2016 needs it",
              ("liquefiable = true", 'peak_methods = ["froehlich_2016"]')),
    "no use": ("failure.volume_methods", "volume_methods", "has no use",
               ("liquefiable = true",
                'volume_methods = ["rico_2008"]\nreleased_volume = "1 Mm3"')),
    "shares": ("size_class", "[[size_class]]", "add up to 0.95",
               ("share = 0.35", "share = 0.30")),
    "class twice": ("size_class[1].name", 'name = "sand"', "given twice",
                    ('name = "fine"', 'name = "sand"')),
    "content": ("composition.solids.lead", "lead", "a unit is needed",
                ('lead = { low = "1000 mg/kg", typical = "2000 mg/kg", high = "5000 mg/kg" }',
                 "lead = 2000")),
    "concentration": ("composition.water.zinc", "zinc", "a concentration is needed",
                      ("10 mg/L", "10 mg/kg")),
    "order": ("composition.solids.lead", "lead", "not below it",
              ('low = "1000 mg/kg"', 'low = "9000 mg/kg"')),
    "half a range": ("composition.water.zinc", "zinc", "needed together",
                     ('zinc = "10 mg/L"', 'zinc = { low = "1 mg/L", typical = "2 mg/L" }')),
    "material": ("facility.material", "material", 'Did you mean "lead_zinc"?',
                 ('"lead_zinc"', '"lead_zink"')),
    "no library": ("facility.library", "library", "there is no file",
                   (LIBRARY, 'library = "my_materials.csv"')),
    "samples": ("uncertainty.samples", "samples", "at least 1", ("samples = 2000", "samples = 0")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_mistake(name: str, tmp_path: Path) -> None:
    where, piece, says, *edits = CASES[name]
    faults = faults_of(tmp_path, *edits)
    found = [fault for fault in faults if fault.where == where and fault.file == FILE]
    assert found, [(fault.where, fault.message) for fault in faults]
    assert any(says in f"{fault.message} {fault.hint}" for fault in found), found
    lines = (tmp_path / FILE).read_text("utf-8").splitlines()
    if piece:
        assert found[0].line is not None
        assert piece in lines[found[0].line - 1]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    names = ("height", "negative", "material", "solids fraction", "shares", "order", "samples")
    faults = faults_of(tmp_path, *(edit for name in names for edit in CASES[name][3:]))
    wanted = {CASES[name][0] for name in names}
    assert wanted <= {fault.where for fault in faults}


OVER = "lead_zinc,water,zinc,1,,2,mg/L,,given,\n"
ROWS = {
    "unit": ("lead_zinc,water,zinc,1,,2,mg/kg,,given,", "unit", "a concentration is needed"),
    "order": ("lead_zinc,water,zinc,3,,2,mg/L,,given,", "low", "not below it"),
    "property": ("any,property,density,1,,2,kg/m3,,given,", "name", "there is no property"),
    "share": ("any,grains,silt,,20,,um,,given,", "share", "need their share"),
    "source": ("any,property,dry_density,,1400,,kg/m3,,read,", "source", "has a source"),
    "quality": ("any,property,dry_density,,1400,,kg/m3,,sure,", "quality", "is not one of"),
    "twice": (OVER + OVER.strip(), "name", "given twice"),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_a_library(name: str, tmp_path: Path) -> None:
    rows, column, says = ROWS[name]
    edit = (LIBRARY, 'library = "my.csv"')
    (fault,) = faults_of(tmp_path, edit, library=f"{HEAD}{rows}\n")
    assert fault.file == "my.csv"
    assert fault.line == 2 + rows.count("\n")
    assert column in fault.where
    assert says in f"{fault.message} {fault.hint}"

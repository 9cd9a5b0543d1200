"""Broken substances, solids, reactions and seepage: each fault names its place and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spillsim import scenario
from spillsim.errors import ScenarioError

GALLERY = Path(__file__).parents[1] / "gallery"
TOML = "scenario.toml"
FINE = 'to = "fine", distribution_coefficient = "50000 L/kg"'
BED = 'sediment = "40 kg/m3", '
TWICE = 'sorption = [\n  { to = "fine", distribution_coefficient = "1 L/kg" },'

# base case -> (name, file, old text, new text, key path of the fault, piece of its line, it says)
CASES: dict[str, list[tuple[str, str, str, str, str, str | None, str]]] = {
    "solids": [
        ("neither diameter nor velocity", TOML, 'diameter = "150 um"\n', "",
         "solids[0]", "[[solids]]", "either a diameter or a settling_velocity; neither is given"),
        ("diameter and velocity", TOML, 'settling_velocity = ',
         'diameter = "20 um"\nsettling_velocity = ',
         "solids[1]", "[[solids]]", "both are given"),
        ("lighter than water", TOML, '"2.7 g/cm3"', '"0.9 g/cm3"',
         "solids[0].density", "0.9 g/cm3", "900 kg/m3 is not above that of water"),
        ("as light as water", TOML, '"2.7 g/cm3"', '"1000 kg/m3"',
         "solids[0].density", "1000 kg/m3", 'form = "floating"'),
        ("density of another dimension", TOML, '"2.7 g/cm3"', '"2.7 g"',
         "solids[0].density", "2.7 g",
         "a density is needed (kg/m3, g/cm3, t/m3, ...); this is a mass"),
        ("no stress", TOML, '"0.3 Pa"', '"0 Pa"',
         "solids[1].critical_erosion_stress", "0 Pa", "must be above zero"),
        ("stress of another dimension", TOML, '"0.1 Pa"', '"0.1 N"',
         "solids[1].critical_deposition_stress", "0.1 N",
         "a stress is needed (Pa, N/m2, kPa, ...)"),
        ("both rates", TOML, "erosion_rate =", 'resuspension_rate = "1 1/d"\nerosion_rate =',
         "solids[1].erosion_rate", "erosion_rate", "resuspension_rate is given too"),
        ("erosion per time only", TOML, '"2e-5 kg/m2/s"', '"2e-5 1/s"',
         "solids[1].erosion_rate", "2e-5", "a mass per area and time is needed"),
        ("gelling above the grains", TOML, '"200 kg/m3"', '"2650 kg/m3"',
         "solids[1].hindered_settling.gelling_concentration", "2650", "no water between them"),
        ("unknown key of hindered settling", TOML, "gelling_concentration", "gelling_concentraton",
         "solids[1].hindered_settling.gelling_concentraton", "gelling",
         'Did you mean "gelling_concentration"?'),
        ("flocs between the wrong bounds", TOML, '"0.05 mm/s"', '"5 mm/s"',
         "solids[1].flocculation.smallest", "5 mm/s", "0.005 m/s is above largest, 0.001 m/s"),
        ("flocs of nothing", TOML, "coefficient = 0.001", "coefficient = 0",
         "solids[1].flocculation.coefficient", "coefficient = 0", "0 must be above 0"),
        ("unknown shape", TOML, '"angular"', '"angled"',
         "solids[0].shape", "angled", "natural, spheres, angular"),
        ("unknown deposition", TOML, '"always"', '"allways"',
         "solids[0].deposition", "allways", 'Did you mean "always"?'),
        ("named twice", TOML, 'name = "silt"', 'name = "sand"',
         "solids[1].name", "sand", 'the name "sand" is given twice'),
        ("named as the bed", TOML, 'name = "silt"', 'name = "bed"',
         "solids[1].name", "bed", "stands for the river's own grains"),
        ("limit of what is dissolved", TOML, 'name = "fish",', 'name = "fish", of = "dissolved",',
         "solids[1].limits[0].of", "dissolved", "solids have no dissolved part"),
        ("carrier of solids", TOML, 'substance = "sand"', 'substance = "sand"\ncarrier = "silt"',
         "release[1].carrier", "carrier", "nothing carries them"),
        ("unknown solids", TOML, 'substance = "sand"', 'substance = "sond"',
         "release[1].substance", "sond", 'Did you mean "sand"?'),
        ("nothing to carry", TOML, "[[solids]]", "[[solid]]",
         "solid", "[[solid]]", 'Did you mean "solids"?'),
    ],
    "sorption": [
        ("same name", TOML, 'name = "lead"', 'name = "fine"',
         "solids[0].name", "fine", "a substance is called"),
        ("unknown carrier", TOML, 'carrier = "fine"', 'carrier = "fin"',
         "release[1].carrier", "fin", 'Did you mean "fine"?'),
        ("carrier without sorption", TOML, 'carrier = "suspended_matter"', 'carrier = "fine"',
         "release[3].carrier", "fine", '"lead" does not sorb to "fine"'),
        ("what it sorbs to", TOML, 'carrier = "suspended_matter"', 'carrier = "fine"',
         "release[3].carrier", "fine", "It sorbs to suspended_matter."),
        ("carried by the bed", TOML, 'carrier = "fine"', 'carrier = "bed"',
         "release[1].carrier", "bed", "what is bound to the bed is not released"),
        ("sorption to an unknown class", TOML, FINE, FINE.replace("fine", "fines"),
         "substance[0].sorption[0].to", "fines", 'Did you mean "fine"?'),
        ("sorption given twice", TOML, "sorption = [", TWICE,
         "substance[0].sorption[1].to", "to = \"fine\"", 'sorption to "fine" is given twice'),
        ("negative coefficient", TOML, '"50000 L/kg"', '"-1 L/kg"',
         "substance[0].sorption[0].distribution_coefficient", "-1 L/kg", "must be zero or more"),
        ("bare coefficient", TOML, '"50000 L/kg"', "50000",
         "substance[0].sorption[0].distribution_coefficient", "50000", 'e.g. "50000 L/kg"'),
        ("coefficient upside down", TOML, '"50000 L/kg"', '"50000 kg/L"',
         "substance[0].sorption[0].distribution_coefficient", "50000 kg/L",
         "a volume per mass is needed"),
        ("not in the library", TOML, 'name = "lead"', 'name = "unobtainium"',
         "substance[1].sorption[0].distribution_coefficient", "library", "It has: arsenic"),
        ("nearly in the library", TOML, 'name = "lead"', 'name = "leead"',
         "substance[1].sorption[0].distribution_coefficient", "library", 'Did you mean "lead"?'),
        ("misspelt library", TOML, '"library"', '"libary"',
         "substance[1].sorption[0].distribution_coefficient", "libary", 'or "library" for'),
        ("no desorption", TOML, 'rate = "1 1/d"', 'rate = "0 1/d"',
         "substance[0].sorption[0].rate", "0 1/d", "must be above zero"),
        ("bed without sediment", TOML, BED, "",
         "substance[0].sorption[2].sediment", "bed", 'sediment = "40 kg/m3"'),
        ("sediment in the water", TOML, FINE, FINE + ', sediment = "1 kg/m3"',
         "substance[0].sorption[0].sediment", "sediment", 'for to = "bed" only'),
        ("unknown key", TOML, 'rate = "1 1/d"', 'rates = "1 1/d"',
         "substance[0].sorption[0].rates", "rates", 'Did you mean "rate"?'),
        ("unknown part", TOML, '"dissolved"', '"disolved"',
         "substance[0].limits[0].of", "disolved", 'Did you mean "dissolved"?'),
        ("floating and sorbing", TOML, 'name = "zinc"', 'name = "zinc"\nform = "floating"',
         "substance[0].sorption", "sorption",
         "for what is dissolved, but the substance is floating"),
        ("keys of what floats", TOML, 'name = "zinc"', 'name = "zinc"\nstranding_rate = "1 1/d"',
         "substance[0].stranding_rate", "stranding_rate", 'Write form = "floating".'),
        ("too much light", TOML, "[water]", "[water]\ndaylight = 1.2",
         "water.daylight", "daylight", "1.2 must be at most 1"),
        ("more than acid", TOML, "[water]", "[water]\nph = -1",
         "water.ph", "ph", "-1 must be at least 0"),
        ("more than alkaline", TOML, "[water]", "[water]\nph = 14.5",
         "water.ph", "ph", "14.5 must be at most 14"),
        ("wind from nowhere", TOML, "[water]", '[water]\nwind_speed = "-3 m/s"',
         "water.wind_speed", "wind_speed", "must be zero or more"),
    ],
    "decay_chain": [
        ("half-life and rate", TOML, 'half_life = "22.2 years"',
         'half_life = "22.2 years"\ndecay_rate = "1 1/d"',
         "substance[2].decay_rate", "decay_rate", "half_life is given too"),
        ("no half-life", TOML, '"22.2 years"', '"0 years"',
         "substance[2].half_life", "0 years", "must be above zero"),
        ("to itself", TOML, 'to = "lead-210"', 'to = "bismuth-214"',
         "reaction[1].to", "bismuth-214", "turns into itself"),
        ("unknown product", TOML, 'to = "lead-210"', 'to = "lead-211"',
         "reaction[1].to", "lead-211", "there is no substance"),
        ("unknown parent", TOML, 'from = "lead-214"', 'from = "radium-226"',
         "reaction[0].from", "radium-226", 'there is no substance "radium-226"'),
        ("neither rate nor half-life", TOML, 'half_life = "27 min"\n', "",
         "reaction[0]", "[[reaction]]", "neither is given"),
        ("rate and half-life", TOML, 'half_life = "27 min"', 'half_life = "27 min"\nrate = "1 1/h"',
         "reaction[0]", "[[reaction]]", "both are given"),
        ("nuclei in light", TOML, "radioactive = true", "radioactive = true\nlight = true",
         "reaction[0].light", "light", "does not need light"),
        ("nuclei in warmth", TOML, "radioactive = true",
         "radioactive = true\ntemperature_coefficient = 1.05",
         "reaction[0].temperature_coefficient", "1.05", "does not depend on temperature"),
        ("decays twice", TOML, 'name = "lead-214"', 'name = "lead-214"\nhalf_life = "27 min"',
         "reaction[0]", "[[reaction]]", "Leave out substance[0].half_life."),
        ("yield of nothing", TOML, "yield = 0.98", "yield = 0",
         "reaction[1].yield", "yield = 0", "0 must be above 0"),
        ("unknown key", TOML, "yield = 0.98", "yeild = 0.98",
         "reaction[1].yeild", "yeild", 'Did you mean "yield"?'),
    ],
    "cyanide": [
        ("mass out of a cycle", TOML, "yield = 1.35", "yield = 1.5",
         "reaction[0].yield", "yield = 0.74",
         'the cycle "strong" -> "weak" -> "strong" multiplies mass by 1.11'),
        ("solids react", TOML, 'from = "weak"', 'from = "precipitate"',
         "reaction[1].from", "precipitate", "are solids, which do not react"),
        ("radioactive solids", TOML, 'to = "precipitate"', 'to = "precipitate"\nradioactive = true',
         "reaction[2].to", "precipitate", "the product of radioactive decay is a [[substance]]"),
        ("unknown compound", TOML, '"hydrogen_cyanide"', '"hydrogen_cyanid"',
         "substance[1].volatilisation.compound", "cyanid", "not one of hydrogen_cyanide"),
        ("floating and volatile", TOML, 'photolysis_rate = "0.1 1/d"', 'form = "floating"',
         "substance[1].volatilisation", "volatilisation", "Its evaporation is gas_exchange_rate."),
        ("single brackets", TOML, '[[solids]]', "[solids]",
         "solids", "[solids]", "write [[solids]]"),
    ],
    "rates_by_reach": [
        ("unknown reach", "rates.csv", "r2,", "r3,",
         "row at line 2: reach", "r3", 'there is no reach "r3"'),
        ("reach given twice", "rates.csv", "r2,0.5,0.1\n", "r2,0.5,0.1\nr2,0.4,0.1\n",
         "row at line 3: reach", "r2,0.4", 'reach "r2" is given twice'),
        ("negative rate", "rates.csv", "0.5", "-0.5",
         "row at line 2: decay_rate [1/d]", "-0.5", "must be zero or more"),
        ("row without a rate", "rates.csv", "r2,0.5,0.1", "r2,,",
         "row at line 2", "r2,,", "gives no rate"),
        ("table without rates", "rates.csv",
         ",decay_rate [1/d],storage_decay_rate [1/h]\nr2,0.5,0.1",
         "\nr2", "", None, "needs a column decay_rate or storage_decay_rate"),
        ("unknown column", "rates.csv", "storage_decay_rate", "storage_decy_rate",
         'column "storage_decy_rate"', "reach,", 'Did you mean "storage_decay_rate"?'),
        ("no such table", TOML, '"rates.csv"', '"rate.csv"',
         "substance[0].rates", "rate.csv", 'Did you mean "rates.csv"?'),
        ("half-life and rates", TOML, 'decay_rate = "0.1 1/d"', 'half_life = "10 d"',
         "substance[0].rates", "rates.csv", "half_life is given too"),
    ],
    "seepage": [
        ("at a node", TOML, 'at = { reach = "r1" }', 'at = { node = "top" }',
         "release[0].at", "at = ", "seepage comes in all along a reach"),
        ("at a point", TOML, 'at = { reach = "r1" }', 'at = { reach = "r1", distance = "1 km" }',
         "release[0].at", "at = ", 'for a point there is kind = "rate"'),
        ("unknown reach", TOML, 'at = { reach = "r1" }', 'at = { reach = "r2" }',
         "release[0].at.reach", "r2", 'there is no reach "r2"'),
        ("rate and concentration", TOML, 'rate = "5 kg/d"',
         'rate = "5 kg/d"\nconcentration = "1 g/L"',
         "release[0]", "[[release]]", "both are given"),
        ("neither", TOML, 'rate = "5 kg/d"\n', "",
         "release[0]", "[[release]]", "either a rate or a concentration; neither is given"),
        ("no water along the reach", "reaches.csv", "0.0005,20,20", "0.0005,20,-5",
         "release[1].concentration", "200 mg/L", "no water comes in along reach"),
        ("after the end", TOML, 'start = "2 h"', 'start = "3 days"',
         "release[1].start", "3 days", "the run ends after 24 h"),
        ("other kinds need a distance", TOML, 'kind = "seepage"\nsubstance = "iron"',
         'kind = "rate"\nduration = "1 h"\nsubstance = "iron"',
         "release[0].at.distance", "at = ", "is missing"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("base", "case"),
    [
        pytest.param(base, case[1:], id=f"{base}: {case[0]}")
        for base, cases in CASES.items()
        for case in cases
    ],
)
def test_fault(base: str, case: tuple[str, str, str, str, str | None, str], tmp_path: Path) -> None:
    file, old, new, where, line, says = case
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / base, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text, "the test is wrong: there is nothing to replace"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    found = caught.value.faults
    at = [f for f in found if f.where == where and says in f"{f.message} {f.hint}"]
    assert at, "\n".join(map(str, found))
    if line is not None:
        assert at[0].line is not None
        assert line in (folder / at[0].file).read_text("utf-8").splitlines()[at[0].line - 1]


@pytest.mark.parametrize("regime", [None, "winter"])
def test_faults_of_a_regime_are_told_where_it_stands(regime: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / "cyanide", folder)
    text = (folder / TOML).read_text("utf-8")
    written = 'reaction.photolysis.rate = "0.2 1/d"'
    assert written in text
    broken = text.replace(written, "reaction.photolysis.yield = -1.0")
    (folder / TOML).write_text(broken, encoding="utf-8")
    if regime is None:
        assert len(scenario.load(folder).reactions) == 3
        return
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder, regime)
    (fault,) = caught.value.faults
    assert fault.where == "regime.winter.reaction.photolysis.yield"
    assert fault.line is not None
    assert "-1.0" in broken.splitlines()[fault.line - 1]


def test_what_could_not_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(GALLERY / "cyanide", folder)
    text = (folder / TOML).read_text("utf-8")
    (folder / TOML).write_text(text.replace("[[solids]]", "[solids]"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario.load(folder)
    assert [fault.where for fault in caught.value.faults] == ["solids"]

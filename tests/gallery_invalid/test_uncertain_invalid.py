"""Broken uncertain inputs, correlations and sweeps: each fault names its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from uncertain_cases import CASE, TABLES, UNCERTAIN

from spillsim import scenario
from spillsim.errors import ScenarioError

TOML = "scenario.toml"
MASS = 'key = "release.tank.mass"\n'
LOG = 'median = "2 t"\nfactor = 2\n'
FLOW = 'factor_of = "discharge"\n'
EVEN = 'distribution = "uniform"\nlow = 0.7\nhigh = 1.4\n'
THIRD = """
[[correlation]]
between = ["mass", "roughness"]
rank = -0.7

[[correlation]]
between = ["flow", "roughness"]
rank = 0.8
"""

# name, file, old text, new text, key path of the fault, piece of its line, it says
CASES: list[tuple[str, str, str, str, str, str | None, str]] = [
    # the key
    ("unknown key", TOML, "release.tank.mass", "release.tank.mas",
     "uncertain[0].key", "tank.mas", 'Did you mean "release.tank.mass"?'),
    ("unknown item", TOML, "release.tank.mass", "release.tnk.mass",
     "uncertain[0].key", "tnk", 'Did you mean "tank"?'),
    ("unknown section", TOML, "release.tank.mass", "relese.tank.mass",
     "uncertain[0].key", "relese", 'Did you mean "release"?'),
    ("a whole section", TOML, "release.tank.mass", "release.tank",
     "uncertain[0].key", "release.tank", "names no key"),
    ("two without a name", TOML, "release.tank.mass", "release.mass",
     "uncertain[0].key", "release.mass", "There are: tank, works"),
    ("key of another kind", TOML, "release.tank.mass", "release.works.duration",
     "uncertain[0].key", "works.duration", "there is no key"),
    ("a kind", TOML, "release.tank.mass", "release.tank.kind",
     "uncertain[0].key", "tank.kind", "cannot be varied"),
    ("a place", TOML, "release.tank.mass", "release.tank.at",
     "uncertain[0].key", "tank.at", "cannot be varied"),
    ("a date", TOML, "release.tank.mass", "case.start",
     "uncertain[0].key", "case.start", "cannot be varied"),
    ("keys of a number", TOML, "release.tank.mass", "release.tank.mass.tonnes",
     "uncertain[0].key", "tonnes", '"mass" has no keys of its own'),
    ("inside a list", TOML, MASS, 'key = "substance.zinc.sorption.fine.rate"\n',
     "uncertain[0].key", "fine", "There are: suspended_matter"),
    ("unknown row", TOML, "reaches.main_2", "reaches.main_3",
     "uncertain[2].key", "main_3", 'Did you mean "main_'),
    ("unknown column", TOML, "main_2.manning_n", "main_2.maning_n",
     "uncertain[2].key", "maning", 'Did you mean "manning_n"?'),
    ("an id", TOML, "main_2.manning_n", "main_2.to",
     "uncertain[2].key", "main_2.to", "cannot be varied"),
    ("no table", TOML, "reaches.main_2.manning_n", "gauges.spring.discharge",
     "uncertain[2].key", "gauges", "no table of gauges"),
    ("no section of that name", TOML, "release.tank.mass", "reservoir.lake.level",
     "uncertain[0].key", "lake", "the case has no [[reservoir]]"),
    ("neither key nor factor", TOML, MASS, "",
     "uncertain[0]", "[[uncertain]]", "nothing is said to vary"),
    ("key and factor", TOML, FLOW, FLOW + 'key = "flow.scale"\n',
     "uncertain[1].key", "flow.scale", "exclude each other"),
    ("varied twice", TOML, FLOW, 'key = "reaches.main_2.manning_n"\n',
     "uncertain[2].key", "manning_n", 'is varied by "flow" already'),
    # distributions
    ("no distribution", TOML, 'distribution = "lognormal"\n', "",
     "uncertain[0].distribution", "[[uncertain]]", "one of uniform, log_uniform"),
    ("unknown distribution", TOML, '"lognormal"', '"log_normal"',
     "uncertain[0].distribution", "log_normal", 'Did you mean "lognormal"?'),
    ("missing parameter", TOML, "high = 1.4\n", "",
     "uncertain[1].high", "[[uncertain]]", "is missing"),
    ("surplus parameter", TOML, "low = 0.7", "low = 0.7\nmode = 1",
     "uncertain[1].mode", "mode = 1", "there is no such key"),
    ("half a lognormal", TOML, "factor = 2\n", "",
     "uncertain[0]", "[[uncertain]]", "either median and factor, or low and high"),
    ("both lognormals", TOML, LOG, LOG + 'low = "1 t"\nhigh = "4 t"\n',
     "uncertain[0]", "[[uncertain]]", "given: factor, high, low, median"),
    ("another dimension", TOML, '"2 t"\nfactor', '"2 m3/s"\nfactor',
     "uncertain[0].median", "2 m3/s", "a mass is needed"),
    ("no unit", TOML, 'median = "2 t"', "median = 2000",
     "uncertain[0].median", "2000", "a unit is needed"),
    ("a factor with a unit", TOML, "low = 0.7", 'low = "20 m3/s"',
     "uncertain[1].low", "20 m3/s", "a factor is a plain number"),
    ("text for a number", TOML, "low = 0.02", 'low = "0.02"',
     "uncertain[2].low", '"0.02"', "a plain number is needed"),
    ("low above high", TOML, "high = 1.4", "high = 0.4",
     "uncertain[1].high", "0.4", "is not above low"),
    ("mode outside", TOML, "mode = 0.03", "mode = 0.3",
     "uncertain[2].mode", "mode = 0.3", "between low and high"),
    ("below what a key allows", TOML, "low = 0.02", "low = -0.02",
     "uncertain[2].low", "-0.02", "must be above zero"),
    ("a factor of zero", TOML, "low = 0.7", "low = 0",
     "uncertain[1].low", "low = 0", "must be above zero"),
    ("not finite", TOML, "low = 0.7", "low = nan",
     "uncertain[1].low", "nan", "finite"),
    ("a normal factor below zero", TOML, EVEN,
     'distribution = "normal"\nmean = 1\nstandard_deviation = 0.4\n',
     "uncertain[1]", "[[uncertain]]", "Cut the distribution: lowest = ..."),
    ("no spread", TOML, '"2 K"', '"0 K"',
     "uncertain[3].standard_deviation", "0 K", "must be above zero"),
    ("spread of another dimension", TOML, '"2 K"', '"2 m"',
     "uncertain[3].standard_deviation", "2 m", "a temperature is needed"),
    ("factor of a lognormal below one", TOML, "factor = 2", "factor = 0.5",
     "uncertain[0].factor", "0.5", "above 1"),
    ("logarithm of zero", TOML, 'distribution = "lognormal"\n' + LOG,
     'distribution = "log_uniform"\nlow = "0 t"\nhigh = "2 t"\n',
     "uncertain[0].low", "0 t", "above zero"),
    ("cut the wrong way", TOML, LOG, LOG + 'lowest = "3 t"\nhighest = "1 t"\n',
     "uncertain[0].highest", "1 t", "is not above lowest"),
    ("nothing left", TOML, LOG, LOG + 'lowest = "3000 t"\n',
     "uncertain[0].lowest", "3000 t", "hardly anything"),
    ("numbers for a word", TOML, 'distribution = "discrete"\nvalues = ["disley_2015", "deng_2001"]',
     'distribution = "uniform"\nlow = 1\nhigh = 2',
     "uncertain[4].distribution", "uniform", 'Write distribution = "discrete"'),
    ("unknown formula", TOML, '"deng_2001"]', '"deng_2002"]',
     "uncertain[4].values[1]", "deng_2002", 'Did you mean "deng_2001"?'),
    ("a value twice", TOML, '"deng_2001"]', '"disley_2015"]',
     "uncertain[4].values[1]", "values", "stands twice"),
    ("no values", TOML, 'values = ["disley_2015", "deng_2001"]', "values = []",
     "uncertain[4].values", "values", "at least one value"),
    ("too few weights", TOML, '"deng_2001"]', '"deng_2001"]\nweights = [1]',
     "uncertain[4].weights", "weights", "1 weights, but 2 values"),
    ("weights of nothing", TOML, '"deng_2001"]', '"deng_2001"]\nweights = [0, 0.0]',
     "uncertain[4].weights", "weights", "all weights are zero"),
    ("a negative weight", TOML, '"deng_2001"]', '"deng_2001"]\nweights = [1, -1]',
     "uncertain[4].weights[1]", "weights", "at least 0"),
    ("no table of values", TOML, '"found.csv"', '"fund.csv"',
     "uncertain[5].table", "fund.csv", "there is no file"),
    ("unknown column of values", "found.csv", "value,weight", "valu,weight",
     'column "valu"', "valu,", 'Did you mean "value"?'),
    ("a value that cannot be", "found.csv", "0.5,1", "-0.5,1",
     "row at line 2: value", "-0.5", "above zero"),
    ("a gap in the weights", "found.csv", "1,2\n", "1,\n",
     "row at line 3: weight", "1,", "a value is needed"),
    # factors
    ("unknown factor", TOML, '"discharge"', '"dischrge"',
     "uncertain[1].factor_of", "dischrge", 'Did you mean "discharge"?'),
    ("unknown river", TOML, FLOW, FLOW + 'river = "Sid"\n',
     "uncertain[1].river", "Sid", 'Did you mean "Side"?'),
    ("unknown reach", TOML, FLOW, FLOW + 'reaches = ["main_1", "main_9"]\n',
     "uncertain[1].reaches[1]", "main_9", 'Did you mean "main_'),
    ("river and reaches", TOML, FLOW, FLOW + 'river = "Side"\nreaches = ["side_1"]\n',
     "uncertain[1].reaches", "side_1", "exclude each other"),
    ("a river for a key", TOML, MASS, MASS + 'river = "Side"\n',
     "uncertain[0].river", "Side", "is for a factor"),
    ("a river for the mass", TOML, FLOW, 'factor_of = "mass"\nriver = "Side"\n',
     "uncertain[1].river", "Side", "It may have substance, release"),
    ("unknown substance", TOML, FLOW, 'factor_of = "mass"\nsubstance = "slat"\n',
     "uncertain[1].substance", "slat", 'Did you mean "salt"?'),
    ("unknown release", TOML, FLOW, 'factor_of = "mass"\nrelease = "tnk"\n',
     "uncertain[1].release", "tnk", 'Did you mean "tank"?'),
    ("no roughness", TOML, FLOW, 'factor_of = "manning_n"\nriver = "Side"\n',
     "uncertain[1].factor_of", "manning_n", "no such reach has a manning_n"),
    ("no values of a discharge", TOML, FLOW, 'key = "flow.scale"\nriver = "Side"\n',
     "uncertain[1].river", "Side", "is for a factor"),
    ("nothing decays", TOML, 'decay_rate = "0.1 1/d"\n', "",
     "uncertain[5].factor_of", "decay_rate", "nothing decays"),
    # names and correlations
    ("a name twice", TOML, 'name = "flow"', 'name = "mass"',
     "uncertain[1].name", "mass", "is given twice"),
    ("no name", TOML, 'name = "flow"\n', "",
     "uncertain[1].name", "[[uncertain]]", "is missing"),
    ("a sweep of the same name", TOML, 'name = "season"', 'name = "mass"',
     "sweep[0].name", "mass", "is given twice"),
    ("correlation of nobody", TOML, '["mass", "flow"]', '["mass", "flw"]',
     "correlation[0].between[1]", "flw", 'Did you mean "flow"?'),
    ("correlation of one", TOML, '["mass", "flow"]', '["mass"]',
     "correlation[0].between[1]", "mass", "is missing"),
    ("correlation with itself", TOML, '["mass", "flow"]', '["mass", "mass"]',
     "correlation[0].between", "mass", "with itself"),
    ("correlation of words", TOML, '["mass", "flow"]', '["mass", "formula"]',
     "correlation[0].between[1]", "formula", "have no order"),
    ("full correlation", TOML, "rank = 0.6", "rank = 1",
     "correlation[0].rank", "rank = 1", "below 1"),
    ("a pair twice", TOML, "rank = 0.6",
     'rank = 0.6\n[[correlation]]\nbetween = ["flow", "mass"]\nrank = 0.1',
     "correlation[1].between", '"flow", "mass"', "given twice"),
    ("correlations that cannot be", TOML, "rank = 0.6\n", "rank = 0.6\n" + THIRD,
     "correlation[2].rank", "rank = 0.8", 'of "flow" and "roughness"'),
    # sweeps
    ("unknown regime", TOML, '["none", "low"]', '["none", "lw"]',
     "sweep[0].regime[1]", "lw", 'Did you mean "low"?'),
    ("a regime twice", TOML, '["none", "low"]', '["low", "low"]',
     "sweep[0].regime[1]", "low", "stands twice"),
    ("a regime that changes the draws", TOML, '["none", "low"]', '["none", "own"]',
     "sweep[0].regime[1]", "own", "changes [[ensemble]] itself"),
    ("a release that is not there", TOML, 'regime = ["none", "low"]', 'releases = ["tank", "wrks"]',
     "sweep[0].releases[1]", "wrks", 'Did you mean "works"?'),
    ("a release twice", TOML, 'regime = ["none", "low"]', 'releases = ["tank", "tank"]',
     "sweep[0].releases[1]", "tank", "stands twice"),
    ("releases and values", TOML, 'regime = ["none", "low"]', 'releases = ["all"]\nvalues = [1, 2]',
     "sweep[0].values", "[1, 2]", "a sweep over every release has no other values"),
    ("releases and a key", TOML, 'regime = ["none", "low"]',
     'releases = ["all"]\nkey = "storage.area_ratio"',
     "sweep[0].key", "area_ratio", "a sweep over every release has no other values"),
    ("regimes and releases", TOML, 'regime = ["none", "low"]',
     'regime = ["none", "low"]\nreleases = ["all"]',
     "sweep[0].releases", "all", "a sweep over every regime has no other values"),
    ("releases as a word", TOML, 'regime = ["none", "low"]', 'releases = "all"',
     "sweep[0].releases", "all", "list"),
    ("a release in two sweeps", TOML, 'regime = ["none", "low"]',
     'releases = ["all"]\n[[sweep]]\nname = "other"\nreleases = ["works"]',
     "sweep[1].releases[0]", None, 'is swept by "season" already'),
    ("two releases of a name", TOML, 'name = "works"\nkind = "slug"',
     'name = "tank"\nkind = "slug"',
     "uncertain[0].key", "tank.mass", "2 sections [[release]] are called"),
    ("a sweep of nothing", TOML, 'regime = ["none", "low"]\n', "",
     "sweep[0]", "[[sweep]]", "nothing is said to vary"),
    ("regimes and values", TOML, '"low"]\n', '"low"]\nvalues = [1, 2]\n',
     "sweep[0].values", "[1, 2]", "has no other values"),
    ("half a range", TOML, 'regime = ["none", "low"]', 'key = "case.duration"\nfrom = "2 days"',
     "sweep[0]", "[[sweep]]", "neither values nor a whole range"),
    ("a range and values", TOML, 'regime = ["none", "low"]',
     'key = "case.duration"\nfrom = "2 days"\nvalues = ["2 days"]',
     "sweep[0].values", "values", "exclude each other"),
    ("even ratios from below zero", TOML, 'regime = ["none", "low"]',
     'key = "flow.temperature"\nfrom = "-1 degC"\nto = "9 degC"\ncount = 5\nspacing = "log"',
     "sweep[0].spacing", "log", "above zero"),
    ("a swept key is uncertain", TOML, 'regime = ["none", "low"]',
     'key = "release.tank.mass"\nvalues = ["1 t"]',
     "sweep[0].key", "tank.mass", 'varied by "mass" already'),
    ("no range for a word", TOML, 'regime = ["none", "low"]',
     'key = "hydraulics.default"\nfrom = "manning"\nto = "rating"\ncount = 2',
     "sweep[0].values", "[[sweep]]", "a list of values is needed"),
    # the ensemble
    ("no members", TOML, "members = 100", "members = 0",
     "ensemble.members", "members = 0", "at least 1"),
    ("unknown sampling", TOML, "seed = 7", 'sampling = "lhs"',
     "ensemble.sampling", "lhs", "latin_hypercube, sobol, random"),
    ("unknown key of the ensemble", TOML, "seed = 7", "seeds = 7",
     "ensemble.seeds", "seeds", 'Did you mean "seed"?'),
    ("a single input", TOML, '[[uncertain]]\nname = "mass"', '[uncertain]\nname = "mass"',
     "", None, "this is not TOML"),
    # columns
    ("a velocity factor of zero", "reaches.csv", "lateral_inflow [m3/s/km]", "velocity_factor",
     'reach "main_1": velocity_factor', None, "above zero"),
]  # fmt: skip


def write(folder: Path, text: str = CASE + UNCERTAIN) -> Path:
    """The case as files."""
    folder.mkdir()
    for name, table in TABLES.items():
        (folder / name).write_text(table, encoding="utf-8")
    (folder / TOML).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_fault(case: tuple[str, ...], tmp_path: Path) -> None:
    name, file, old, new, where, line, says = case
    folder = write(tmp_path / "case")
    text = (folder / file).read_text("utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    if name == "a velocity factor of zero":
        text = text.replace(",0.05,", ",0,")
    (folder / file).write_text(text, encoding="utf-8")
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
    text = CASE + UNCERTAIN
    for old, new in (("tank.mass", "tank.mas"), ("low = 0.7", 'low = "1 m"'), ("2 K", "2"),
                     ("found.csv", "nowhere.csv"), ("rank = 0.6", "rank = 2"),
                     ('"low"]', '"high"]'), ("seed = 7", "seed = -1")):  # fmt: skip
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        scenario.load(write(tmp_path / "case", text))
    assert {fault.where for fault in caught.value.faults} == {
        "ensemble.seed",
        "uncertain[0].key",
        "uncertain[1].low",
        "uncertain[3].standard_deviation",
        "uncertain[5].table",
        "correlation[0].rank",
        "sweep[0].regime[1]",
    }


def test_a_velocity_that_follows_from_continuity_is_not_multiplied(tmp_path: Path) -> None:
    folder = write(tmp_path / "case", CASE)
    rows = "time [h],reach,discharge [m3/s]\n"
    rows += "".join(f"{t},{r},20\n" for t in (0, 48) for r in ("main_1", "side_1", "main_2"))
    (folder / "flow.csv").write_text(rows, encoding="utf-8")
    text = CASE.replace('"inflows"\ntable = "inflows.csv"', '"table"\ntable = "flow.csv"')
    for name in ("discharge", "velocity"):
        more = f'[[uncertain]]\nname = "x"\nfactor_of = "{name}"\n{EVEN}'
        (folder / TOML).write_text(text + more, encoding="utf-8")
        with pytest.raises(ScenarioError, match="cannot be multiplied"):
            scenario.load(folder)
    (folder / TOML).write_text(text, encoding="utf-8")
    table = TABLES["reaches.csv"].replace("lateral_inflow [m3/s/km]", "velocity_factor")
    (folder / "reaches.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ScenarioError, match="areas follow from continuity"):
        scenario.load(folder)

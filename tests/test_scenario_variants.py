"""Regimes and measures: what they change, what stays, and where their faults are told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spillsim import hydraulics, scenario
from spillsim.errors import Fault, ScenarioError
from spillsim.scenario import Constant, GaugesFlow, Scenario, Slug

GALLERY = Path(__file__).parent / "gallery"
CASE = GALLERY / "regimes"


def data() -> dict[str, Any]:
    return tomllib.loads((CASE / "scenario.toml").read_text("utf-8"))


def faults_of(text: str, tmp_path: Path, **chosen: str) -> tuple[Fault, ...]:
    """Faults of the gallery case with a text at its end."""
    for file in CASE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "scenario.toml").open("a", encoding="utf-8") as stream:
        stream.write(text)
    with pytest.raises(ScenarioError) as caught:
        scenario.load(tmp_path, **chosen)
    return caught.value.faults


def line_of(tmp_path: Path, fault: Fault) -> str:
    assert fault.line is not None
    return (tmp_path / "scenario.toml").read_text("utf-8").splitlines()[fault.line - 1]


# --- what is changed -----------------------------------------------------------------------------


def test_the_file_as_written_knows_its_variants() -> None:
    case = scenario.load(CASE)
    assert [(v.kind, v.name) for v in case.variants] == [
        ("regime", "low"), ("regime", "spring"), ("measure", "closed"), ("measure", "second"),
    ]  # fmt: skip
    assert (case.regime, case.measure) == ("", "")
    assert case.variant("regime") is None
    assert scenario.list_variants(CASE) == case.variants
    assert scenario.load(CASE, "none", "none") == case


def test_keys_merge_one_by_one() -> None:
    plain, low = scenario.load(CASE), scenario.load(CASE, "low")
    assert (low.regime, low.measure) == ("low", "")
    variant = low.variant("regime")
    assert variant is not None
    assert variant.title == "winter low flow"
    assert (low.flow.temperature, low.flow.scale) == (1.0, 0.4)
    assert (plain.flow.temperature, plain.flow.scale) == (12.0, 1.0)
    assert low.flow.inflows == plain.flow.inflows
    same = ("case", "nodes", "reaches", "substances", "releases", "stations", "borders")
    assert all(getattr(low, name) == getattr(plain, name) for name in same)


def test_a_table_is_replaced_and_the_flow_as_written_is_kept() -> None:
    spring = scenario.load(CASE, "spring")
    assert [row.inflow for row in spring.flow.inflows] == [90.0]
    assert spring.reference_flow is not None
    assert [row.inflow for row in spring.reference_flow.inflows] == [30.0]
    assert spring.case.start.month == 5
    names = [file.name for file in spring.files]
    assert {"inflows_spring.csv", "inflows.csv"} <= set(names)
    assert scenario.load(CASE, "low").reference_flow is None


def test_items_change_by_name_fall_away_and_are_added() -> None:
    closed = scenario.load(CASE, measure="closed")
    (tank,) = closed.releases
    assert isinstance(tank, Constant)
    assert (tank.name, tank.mass, tank.duration) == ("tank", 25.0, 1800.0)
    second = scenario.load(CASE, measure="second")
    assert [release.name for release in second.releases] == ["tank", "drain", "flushed"]
    both = scenario.load(CASE, "spring", "closed")
    assert (both.regime, both.measure) == ("spring", "closed")
    assert [row.inflow for row in both.flow.inflows] == [90.0]
    assert [release.name for release in both.releases] == ["tank"]


def test_another_kind_takes_over_what_it_knows() -> None:
    given = data()
    given["measure"]["at_once"] = {"release": {"tank": {"kind": "slug"}}}
    given["regime"]["gauged"] = {
        "flow": {"kind": "gauges", "table": [{"node": "head", "discharge": "12 m3/s"}]}
    }
    case = scenario.parse(given, CASE, regime="gauged", measure="at_once")
    tank = case.releases[0]
    assert isinstance(tank, Slug)  # the duration of the constant release fell away
    assert (tank.mass, tank.substance) == (100.0, "tracer")
    assert isinstance(case.flow, GaugesFlow)
    assert case.flow.temperature == 12.0


def test_places_and_lists_are_replaced_whole() -> None:
    given = data()
    given["measure"]["moved"] = {
        "border": {"frontier": {"at": {"river": "Main", "river_km": "10 km"}}},
        "substance": {"tracer": {"limits": [{"name": "other", "value": "1 mg/L"}]}},
    }
    case = scenario.parse(given, CASE, measure="moved")
    assert case.borders[0].at.river == "Main"
    assert [limit.name for limit in case.substances[0].limits] == ["other"]


def test_what_parse_was_given_stays_as_it_was() -> None:
    given, again = data(), data()
    for measure in ("closed", "second"):
        scenario.parse(given, CASE, regime="low", measure=measure)
    given["measure"]["closed"]["remove"].append("substance.tracer.limits")
    again["measure"]["closed"]["remove"].append("substance.tracer.limits")
    assert scenario.parse(given, CASE, measure="closed").substances[0].limits == ()
    assert given == again


# --- faults --------------------------------------------------------------------------------------


def test_faults_are_told_where_the_variant_writes(tmp_path: Path) -> None:
    text = """
[regime.bad]
flow.scale = -1
numerics.errr = 0.1
borders.frontier.name = "x"
release.tnak.mass = "3 t"
release.drain.mass = "3 t/d"
remove = ["release.tank", "station.bent", "numerics.time_step"]
[[regime.bad.add.release]]
name = "more"
at = { node = "haed" }
kind = "slug"
substance = "tracer"
mass = "1 t"
"""
    found = {fault.where: fault for fault in faults_of(text, tmp_path, regime="bad")}
    expected = {
        "regime.bad.flow.scale": ("flow.scale", "must be above 0"),
        "regime.bad.numerics.errr": ("numerics.errr", 'Did you mean "error"?'),
        "regime.bad.borders": ("borders.", 'Did you mean "border"?'),
        "regime.bad.release.tnak": ("tnak", "no section [[release]] called"),
        "regime.bad.release.drain.mass": ("drain", "a mass is needed"),
        "regime.bad.remove[1]": ("remove", 'Did you mean "bend"?'),
        "regime.bad.remove[2]": ("remove", "could be removed"),
        "regime.bad.add.release[0].at.node": ("haed", 'Did you mean "head"?'),
    }
    assert found.keys() == expected.keys()
    for where, (line, says) in expected.items():
        assert line in line_of(tmp_path, found[where]), where
        assert says in f"{found[where].message} {found[where].hint}", where


def test_faults_of_the_file_keep_their_place_when_items_move_up(tmp_path: Path) -> None:
    text = """
[[release]]
name = "third"
at = { node = "mouth" }
kind = "slug"
substance = "tracer"
mass = "1 kg"
"""
    alone = faults_of(text, tmp_path)
    assert [fault.where for fault in alone] == ["release[2].at"]
    assert faults_of(text, tmp_path, measure="closed") == alone


def test_faults_after_removals_stand_at_the_removal(tmp_path: Path) -> None:
    (fault,) = faults_of('[regime.none_left]\nremove = ["flow"]\n', tmp_path, regime="none_left")
    assert fault.where == "regime.none_left.remove[0]"
    assert "[flow] is missing" in fault.message


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('[regime]\n"a b".title = "x"', "regime.a b", "cannot name a regime"),
        ("[measure.all]", "measure.all", "meaning of its own"),
        ("[regime]\nwet = 3", "regime.wet", "a table is needed, not a whole number"),
        ("[regime.wet]\ntitle = 3", "regime.wet.title", "one line of plain text"),
    ],
)
def test_the_form_is_checked_whenever_a_case_is_read(
    tmp_path: Path, text: str, where: str, says: str
) -> None:
    (fault,) = faults_of(f"\n{text}\n", tmp_path)
    assert fault.where == where
    assert says in f"{fault.message} {fault.hint}"
    with pytest.raises(ScenarioError):
        scenario.list_variants(tmp_path)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("spillsim = 2", "spillsim", "cannot change this"),
        ("remove = 'release'", "remove", "a list of key paths"),
        ("remove = [3]", "remove[0]", "text in quotes"),
        ("add = 3", "add", "a list of sections"),
        ("add.release = 3", "add.release", "are needed, not a whole number"),
        ("[[measure.bad.add.flow]]", "add.flow", "there can be only one [flow]"),
        ("[[measure.bad.release]]", "release", "[[measure.bad.add.release]] to add one"),
        ("reservoir.lake.volume = '3 m3'", "reservoir.lake", "no section [[reservoir]] called"),
        ("release.tank = 3", "release.tank", "a table of the keys that change"),
        ("flow = 3", "flow", "a section [flow] is needed, not a whole number"),
        ("[measure.bad.reservoirs.x]", "reservoirs", "there is no such section"),
    ],
)
def test_every_misuse_is_told(tmp_path: Path, text: str, where: str, says: str) -> None:
    found = faults_of(f"\n[measure.bad]\n{text}\n", tmp_path, measure="bad")
    told = {fault.where: f"{fault.message} {fault.hint}" for fault in found}
    assert says in told[f"measure.bad.{where}"]


def test_a_name_borne_twice_cannot_be_told_apart(tmp_path: Path) -> None:
    text = """
[[release]]
name = "tank"
at = { node = "head" }
kind = "slug"
substance = "tracer"
mass = "1 kg"
"""
    (fault,) = faults_of(text, tmp_path, measure="closed")
    assert fault.where == "measure.closed.release.tank"
    assert "2 sections [[release]]" in fault.message


@pytest.mark.parametrize(
    ("chosen", "says"),
    [({"regime": "lo"}, 'Did you mean "low"?'), ({"measure": "x" * 30}, "There are: closed")],
)
def test_an_unknown_name_is_answered_with_the_nearest(chosen: dict[str, str], says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario.load(CASE, **chosen)
    (fault,) = caught.value.faults
    assert says in fault.hint
    with pytest.raises(ScenarioError, match=r"no \[regime\.NAME\]"):
        scenario.load(GALLERY / "tank", "low")


def test_a_fault_of_some_variants_says_of_which() -> None:
    def make(*faults: Fault) -> Scenario:
        if faults:
            raise ScenarioError(faults, "case")
        return scenario.load(CASE)

    every, own = Fault("a", "x", "is wrong"), Fault("a", "regime.low.y", "is wrong")
    some = Fault("b", "z", "runs dry")
    with pytest.raises(ScenarioError) as caught:
        scenario.gather(
            {
                "": lambda: make(every),
                "regime low": lambda: make(every, own, some),
                "regime ice": lambda: make(every, some),
            }
        )
    assert [str(f.message) for f in caught.value.faults] == [
        "is wrong", "is wrong", "runs dry (regime low; regime ice)",
    ]  # fmt: skip
    assert list(scenario.gather({"": make, "low": make})) == ["", "low"]


# --- what follows --------------------------------------------------------------------------------


def test_scale_multiplies_what_flows_in_and_sections_follow() -> None:
    plain, low = (scenario.load(CASE, regime) for regime in (None, "low"))
    network = plain.build_network()
    before, after = (hydraulics.solve(case, network) for case in (plain, low))
    np.testing.assert_allclose(after.discharge_head, 0.4 * before.discharge_head, rtol=1e-14)
    # Leopold & Maddock (1953): velocity as Q^0.34, width as Q^0.26, depth as Q^0.40
    assert after.velocity[0] == pytest.approx(0.8 * 0.4**0.34, rel=1e-12)
    assert after.width[0] == pytest.approx(40.0 * 0.4**0.26, rel=1e-12)
    assert after.depth[0] == pytest.approx(before.depth[0] * 0.4**0.40, rel=1e-12)
    area = after.discharge_head[0] / after.velocity[0]
    assert after.cross_section_area[0] == pytest.approx(area, rel=1e-12)
    assert after.method["velocity"][0] == "given, following the discharge"
    assert after.estimated["velocity"][0]
    assert not before.estimated["velocity"][0]
    assert "Leopold & Maddock 1953" in " ".join(notice.message for notice in after.notices)
    # the second reach answers by itself
    assert after.method["velocity"][1] == "manning"
    assert after.width[1] == before.width[1]


def test_sections_follow_a_table_that_a_regime_brings() -> None:
    spring = scenario.load(CASE, "spring")
    flow = hydraulics.solve(spring, spring.build_network())
    assert flow.discharge_head[0] == 90.0
    assert flow.velocity[0] == pytest.approx(0.8 * 3.0**0.34, rel=1e-12)


def test_a_regime_with_a_reach_table_gives_sections_at_its_own_flow() -> None:
    given = data()
    given["regime"]["spring"]["network"] = {"reaches": "./reaches.csv"}
    case = scenario.parse(given, CASE, regime="spring")
    assert case.reference_flow is None
    assert hydraulics.solve(case, case.build_network()).velocity[0] == 0.8


def test_exponents_can_be_chosen_for_all_and_for_a_reach() -> None:
    given = data()
    given["hydraulics"] = {"default": "manning", "width_exponent": 0.1, "depth_exponent": 0.5}
    case = scenario.parse(given, CASE, regime="low")
    network = case.build_network()
    assert hydraulics.solve(case, network).velocity[0] == pytest.approx(0.8 * 0.4**0.4)
    own = case.reaches[0].model_copy(update={"width_exponent": 0.0})
    reaches = (own, *case.reaches[1:])
    flow = hydraulics.solve(case.model_copy(update={"reaches": reaches}), network)
    assert flow.velocity[0] == pytest.approx(0.8 * 0.4**0.5)
    assert flow.width[0] == 40.0
    given["hydraulics"]["depth_exponent"] = 0.95
    with pytest.raises(ScenarioError, match=r"add up to 1\.05"):
        scenario.parse(given, CASE)


@pytest.mark.parametrize(
    ("section", "power"),
    [
        ({"hydraulics": "travel_time", "travel_time": 20_000.0}, 0.66),
        ({"hydraulics": "volume", "volume": 1e6}, 0.66),
        ({"hydraulics": "velocity", "cross_section_area": 40.0}, 0.66),
        ({"hydraulics": "volume", "volume": 1e6, "kind": "tank"}, 0.0),
    ],
)
def test_areas_follow_and_tanks_keep_their_volume(section: dict[str, Any], power: float) -> None:
    areas = []
    for regime in (None, "low"):
        case = scenario.load(CASE, regime)
        row = case.reaches[0].model_copy(update={"velocity": None, **section})
        case = case.model_copy(update={"reaches": (row, *case.reaches[1:])})
        areas.append(hydraulics.solve(case, case.build_network()).cross_section_area[0])
    assert areas[1] / areas[0] == pytest.approx(0.4**power, rel=1e-12)

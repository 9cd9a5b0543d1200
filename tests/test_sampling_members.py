"""Scenarios of members: the quick way equals reading again, factors do what they say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uncertain_cases import CASE, TABLES, UNCERTAIN, raw, with_inputs

from spillsim import hydraulics, sampling, scenario
from spillsim.cli import main
from spillsim.errors import ScenarioError
from spillsim.scenario import Scenario
from spillsim.scenario.changed import changed, read_again
from spillsim.scenario.changes import Change, ChangedScenarioError
from spillsim.scenario.contents import of_field
from spillsim.scenario.quick import quickly
from spillsim.scenario.uncertain import FACTORS

TEXT = CASE.replace("[water]", '[storage]\narea_ratio = 0.1\nexchange_coefficient = "1 1/d"\n\n'
                    '[dispersion]\nformula = "disley_2015"\n\n[water]')  # fmt: skip
NUMBERS: dict[str, tuple[str, str]] = {
    "release.tank.mass": ("1 kg", "90 t"),
    "release.tank.start": ("0 h", "30 h"),
    "release.tank.duration": ("1 h", "12 h"),
    "release.works.mass": ("1 kg", "9 kg"),
    "release.works.time": ("0 h", "40 h"),
    "release.works.water": ("1 m3", "900 m3"),
    "substance.salt.decay_rate": ("0 1/d", "2 1/d"),
    "substance.salt.storage_decay_rate": ("0 1/d", "2 1/d"),
    "storage.exchange_coefficient": ("0.1 1/d", "9 1/d"),
    "flow.temperature": ("1 degC", "25 degC"),
    "reaches.main_1.lateral_inflow": ("-0.1 m3/s/km", "0.2 m3/s/km"),
    "reaches.side_1.velocity": ("0.2 m/s", "2 m/s"),
    "inflows.spring.inflow": ("10 m3/s", "90 m3/s"),
    "inflows.meeting.abstraction": ("0 m3/s", "2 m3/s"),
}
PLAIN: dict[str, tuple[float, float]] = {
    "flow.scale": (0.2, 3.0),
    "storage.area_ratio": (0.0, 0.5),
    "substance.salt.temperature_coefficient": (1.0, 1.1),
    "reaches.main_2.manning_n": (0.02, 0.06),
    "reaches.main_2.velocity_factor": (0.5, 2.0),
    "reaches.side_1.storage_area_ratio": (0.0, 0.5),
}
SLOW: dict[str, tuple[Any, Any]] = {
    "case.duration": ("1 day", "3 days"),
    "water.suspended_matter": ("1 mg/L", "90 mg/L"),
    "substance.zinc.sorption.suspended_matter.distribution_coefficient": ("10 L/kg", "1e5 L/kg"),
    "hydraulics.width_exponent": (0.1, 0.5),
    "nodes.spring.river_km": ("50 km", "70 km"),
    "reaches.main_2.length": ("20 km", "40 km"),
    "numerics.error": (0.01, 0.2),
}


CELLS = ("reaches.", "inflows.", "nodes.")


def every_input() -> list[dict[str, Any]]:
    found = [
        {"name": key, "key": key, "distribution": "uniform", "low": low, "high": high}
        for key, (low, high) in {**NUMBERS, **PLAIN, **SLOW}.items()
    ]
    for name in FACTORS:
        main = name in ("manning_n", "lateral_inflow")
        rivers = [{}] if name == "mass" else [{}, {"river": "Main" if main else "Side"}]
        even = {"distribution": "uniform", "low": 0.5, "high": 2}
        found += [{"name": f"{name} {one}", "factor_of": name, **one, **even} for one in rivers]
    found.append({"name": "formula", "key": "dispersion.formula", "distribution": "discrete",
                  "values": ["disley_2015", "deng_2001"]})  # fmt: skip
    return found


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, table in TABLES.items():
        (folder / name).write_text(table, encoding="utf-8")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(name="folder", scope="module")
def folder_of_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("case") / "case", TEXT)


@pytest.fixture(name="case", scope="module")
def case_with_all(folder: Path) -> Scenario:
    return scenario.parse(raw(TEXT) | {"uncertain": every_input()}, folder)


def change(case: Scenario, name: str, value: Any) -> Change:
    return Change(next(one.aim for one in case.uncertain if one.name == name), value)


def one_factor(case: Scenario, name: str, value: float, **where: Any) -> Scenario:
    return changed(case, [change(case, f"{name} {where}", value)])


def flow_of(case: Scenario) -> Any:
    return hydraulics.solve(case, case.build_network())


# --- the quick way -------------------------------------------------------------------------------


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_the_quick_way_equals_reading_again(case: Scenario, data: st.DataObject) -> None:
    inputs = [one for one in case.uncertain if one.name not in SLOW]
    chosen = data.draw(st.lists(st.sampled_from(inputs), min_size=1, max_size=6, unique_by=id))
    changes = []
    for one in chosen:
        if one.distribution == "discrete":
            changes.append(Change(one.aim, data.draw(st.sampled_from(one.values))))
        else:
            changes.append(Change(one.aim, data.draw(st.floats(one.low, one.high))))
    quick = quickly(case, changes)
    try:
        slow = read_again(case, changes)
    except ScenarioError:
        assert quick is None
        return
    assert quick is not None
    assert quick == slow
    for part in ("releases", "substances", "reaches"):
        for one, other in zip(getattr(quick, part), getattr(slow, part), strict=True):
            assert one == other
            assert one.model_fields_set == other.model_fields_set
    assert quick.flow.model_fields_set == slow.flow.model_fields_set
    assert flow_of(quick).velocity.tolist() == flow_of(slow).velocity.tolist()


@pytest.mark.parametrize("key", SLOW)
def test_what_more_hangs_on_is_read_again(case: Scenario, key: str) -> None:
    one = next(one for one in case.uncertain if one.name == key)
    changes = [Change(one.aim, one.high)]
    assert quickly(case, changes) is None
    assert changed(case, changes) == read_again(case, changes)
    assert changed(case, changes) != case


@pytest.mark.parametrize("key", [key for key in (*NUMBERS, *PLAIN) if not key.startswith(CELLS)])
def test_a_member_is_what_the_file_would_give(folder: Path, case: Scenario, key: str) -> None:
    """The value written into the file, without any unit of ours in between."""
    low = {**NUMBERS, **PLAIN}[key][0]
    one = next(one for one in case.uncertain if one.name == key)
    member = changed(case, [Change(one.aim, one.low)])
    head, *rest = key.split(".")
    data = raw(TEXT)
    part = data.get(head, {})
    if isinstance(part, list):
        part = next(item for item in part if item["name"] == rest[0])
    part[rest[-1]] = low
    data[head] = data.get(head, part)
    told = scenario.parse(data, folder)
    for name in ("releases", "substances", "storage", "flow"):
        assert getattr(member, name) == getattr(told, name)


def test_a_cell_is_what_the_table_would_give(folder: Path, case: Scenario) -> None:
    member = changed(case, [change(case, "reaches.main_2.manning_n", 0.05)])
    told = scenario.parse(raw(TEXT) | {"uncertain": every_input()}, folder)
    assert [row.manning_n for row in member.reaches] == [0.035, None, 0.05]
    assert member.reaches[0] == told.reaches[0]
    assert member.reaches[2]._line == told.reaches[2]._line


def test_a_refused_value_is_a_fault_at_its_key(folder: Path) -> None:
    data = with_inputs({"key": "release.tank.start", "distribution": "discrete",
                        "values": ["1 h", "47 h", "60 h"]})  # fmt: skip
    draws = sampling.draw(scenario.parse(data, folder))
    reasons = set()
    for member in range(30):
        try:
            sampling.scenario_of(draws, member)
            reasons.add("")
        except ScenarioError as error:
            reasons |= {fault.where for fault in error.faults}
    assert reasons == {"", "release[0].start", "release[0].duration"}


def test_files_are_not_opened_again(tmp_path: Path) -> None:
    folder = write(tmp_path / "case", CASE + UNCERTAIN)
    case = scenario.load(folder)
    draws = sampling.draw(case)
    before = [sampling.scenario_of(draws, member) for member in (0, 150)]
    shutil.rmtree(folder)
    assert before == [sampling.scenario_of(draws, member) for member in (0, 150)]
    low = read_again(case, (), regime="low")
    assert (low.regime, low.flow.scale) == ("low", 0.5)
    assert read_again(low, (), regime="").regime == ""


def test_members_are_independent_of_each_other(case: Scenario) -> None:
    draws = sampling.draw(case.model_copy())
    forward = [sampling.scenario_of(draws, member).releases for member in range(8)]
    backward = [sampling.scenario_of(draws, member).releases for member in reversed(range(8))]
    assert forward == backward[::-1]


def test_a_copy_with_other_parts_is_not_read_again(case: Scenario) -> None:
    copy = case.model_copy(update={"releases": case.releases[:1]})
    with pytest.raises(ChangedScenarioError, match="changed after it was read"):
        changed(copy, [change(case, "release.tank.mass", 1.0)])
    assert changed(copy, [change(case, "mass {}", 2.0)]).releases[0].mass == 4000.0


def test_the_fault_names_line_and_file(tmp_path: Path) -> None:
    text = CASE + '[[sweep]]\nname = "x"\nkey = "release.tank.duration"\nvalues = ["60 h"]\n'
    draws = sampling.draw(scenario.load(write(tmp_path / "case", text)))
    with pytest.raises(ScenarioError) as caught:
        sampling.scenario_of(draws, 0)
    fault = caught.value.faults[0]
    assert (fault.file, fault.where) == ("scenario.toml", "release[0].duration")
    assert "duration" in text.splitlines()[(fault.line or 0) - 1]


# --- what can stand at a key ---------------------------------------------------------------------


def test_every_unit_comes_back_exactly(folder: Path) -> None:
    """A value in SI is written as text with its unit and read as the same number."""
    value = 0.1234567890123456789
    for key, (low, high) in {**NUMBERS, "case.duration": ("1 d", "2 d")}.items():
        if key.split(".")[0] in ("reaches", "inflows"):
            continue
        storage = {"area_ratio": 0.1, "exchange_coefficient": "1 1/d"}
        item = {"key": key, "distribution": "uniform", "low": low, "high": high}
        data = with_inputs(item, storage=storage)
        case = scenario.parse(data, folder)
        text = case.uncertain[0].aim.content.write(value)
        assert scenario.parse(
            with_inputs({"key": key, "distribution": "discrete", "values": [text]},
                        storage=data["storage"]), folder
        ).uncertain[0].values == (value,)  # fmt: skip


def test_contents_of_fields() -> None:
    from spillsim.scenario.releases import Slug
    from spillsim.scenario.sections import Case, GaugesSection, Hydraulics
    from spillsim.scenario.settings import Numerics, Output
    from spillsim.scenario.trigger import FloodTrigger

    def content(model: Any, name: str) -> Any:
        return of_field(model.model_fields[name])

    assert content(Slug, "mass").dimension == "mass"
    assert content(Slug, "water").dimension == "volume"  # optional
    assert content(Slug, "time").kind == "moment"
    assert content(Hydraulics, "default").kind == "word"
    assert content(Hydraulics, "width_exponent").maximum == 1
    assert content(GaugesSection, "scale").above == 0
    assert content(GaugesSection, "table").kind == "text"
    assert content(Numerics, "error").kind == "number"
    assert content(Output, "field").kind == "truth"
    assert content(Case, "start") is None
    assert content(Slug, "at") is None
    assert content(FloodTrigger, "return_period").kind == "given"


def test_tables_by_name(tmp_path: Path) -> None:
    folder = write(tmp_path / "case", CASE)
    (folder / "dry.csv").write_text("node,inflow [m3/s]\nspring,3\nworks,1\n", encoding="utf-8")
    more = '[[sweep]]\nname = "x"\nkey = "flow.table"\nvalues = ["inflows.csv", "dry.csv"]\n'
    (folder / "scenario.toml").write_text(CASE + more, encoding="utf-8")
    draws = sampling.draw(scenario.load(folder))
    wet, dry = (sampling.scenario_of(draws, member) for member in (0, 1))
    assert [row.inflow for row in wet.flow.inflows] == [30.0, 4.0, 0.0]
    assert [row.inflow for row in dry.flow.inflows] == [3.0, 1.0]
    # sections given at the flow as written follow the other one, as in a regime
    assert flow_of(dry).velocity[1] < flow_of(wet).velocity[1]


# --- factors -------------------------------------------------------------------------------------


def test_discharge_of_the_network_is_that_of_scale(case: Scenario) -> None:
    member = one_factor(case, "discharge", 1.5)
    scaled = changed(case, [change(case, "flow.scale", 1.5)])
    assert flow_of(member).discharge_head.tolist() == flow_of(scaled).discharge_head.tolist()
    assert flow_of(member).velocity.tolist() == flow_of(scaled).velocity.tolist()


def test_discharge_of_a_river(case: Scenario) -> None:
    before, after = flow_of(case), flow_of(one_factor(case, "discharge", 2.0, river="Side"))
    assert after.discharge_head[:2].tolist() == [before.discharge_head[0], 8.0]
    assert after.discharge_head[2] == pytest.approx(before.discharge_head[2] + 4.0, rel=1e-14)
    # velocity ~ Q^(1 - 0.26 - 0.40), as between regimes
    assert after.velocity[1] == pytest.approx(0.6 * 2.0**0.34, rel=1e-12)
    assert after.velocity[0] == before.velocity[0]


def test_lateral_inflow(case: Scenario) -> None:
    before, after = flow_of(case), flow_of(one_factor(case, "lateral_inflow", 2.0))
    assert after.discharge_foot[0] == pytest.approx(33.0, rel=1e-14)
    assert before.discharge_foot[0] == pytest.approx(31.5, rel=1e-14)
    assert after.velocity[1] == before.velocity[1]


def test_lateral_inflow_of_a_given_section_lets_it_follow(folder: Path) -> None:
    data = with_inputs({"factor_of": "lateral_inflow", "distribution": "uniform",
                        "low": 0.5, "high": 3})  # fmt: skip
    data["hydraulics"] = {"default": "velocity"}
    rows = [dict(id="a", river="Main", to="mouth", **{"from": "spring"}, hydraulics="velocity",
                 **{"length [km]": 30, "velocity [m/s]": 0.6, "width [m]": 20,
                    "lateral_inflow [m3/s/km]": 0.1})]  # fmt: skip
    data["network"] = {"nodes": [{"id": "spring"}, {"id": "mouth"}], "reaches": rows}
    data["flow"]["table"] = [{"node": "spring", "inflow [m3/s]": 10}]
    for one in data["release"]:
        one["at"] = {"node": "spring"}
    data["station"] = []
    case = scenario.parse(data, folder)
    member = changed(case, [Change(case.uncertain[0].aim, 3.0)])
    ratio = (10.0 + 0.5 * 9.0) / (10.0 + 0.5 * 3.0)
    assert flow_of(member).velocity[0] == pytest.approx(0.6 * ratio**0.34, rel=1e-12)


def test_velocity(case: Scenario) -> None:
    before, after = flow_of(case), flow_of(one_factor(case, "velocity", 1.25))
    assert after.velocity == pytest.approx(1.25 * before.velocity, rel=1e-13)
    assert after.travel_time == pytest.approx(before.travel_time / 1.25, rel=1e-13)
    discharge = 0.5 * (after.discharge_head + after.discharge_foot)
    assert after.cross_section_area * after.velocity == pytest.approx(discharge, rel=1e-13)
    assert after.width == pytest.approx(before.width, rel=1e-13)
    assert after.width * after.depth == pytest.approx(after.cross_section_area, rel=1e-13)
    assert all("times 1.25" in text for text in after.method["velocity"])
    side = flow_of(one_factor(case, "velocity", 0.5, river="Side"))
    assert (side.velocity / before.velocity).tolist() == [1.0, 0.5, 1.0]


def test_a_tank_keeps_its_volume(folder: Path) -> None:
    data = with_inputs({"factor_of": "velocity", "distribution": "uniform", "low": 0.5, "high": 3})
    rows = [
        {"id": "a", "from": "spring", "to": "lake", "length [km]": 30, "hydraulics": "velocity",
         "velocity [m/s]": 0.6, "width [m]": 20, "slope": 0.001},
        {"id": "b", "from": "lake", "to": "mouth", "length [km]": 3, "hydraulics": "volume",
         "volume [Mm3]": 2, "kind": "tank", "width [m]": 200, "slope": 0.001},
    ]  # fmt: skip
    nodes = [{"id": name} for name in ("spring", "lake", "mouth")]
    data["network"] = {"nodes": nodes, "reaches": rows}
    data["flow"]["table"] = [{"node": "spring", "inflow [m3/s]": 10}]
    for one in data["release"]:
        one["at"] = {"node": "spring"}
    data["station"] = []
    case = scenario.parse(data, folder)
    after = flow_of(changed(case, [Change(case.uncertain[0].aim, 2.0)]))
    assert after.velocity[0] == pytest.approx(1.2, rel=1e-13)
    assert after.cross_section_area[1] * 3000.0 == pytest.approx(2e6, rel=1e-13)


@pytest.mark.parametrize("spread", [{}, {"kind": "value", "value": "50 m2/s"}])
def test_dispersion(folder: Path, spread: dict[str, str]) -> None:
    data = with_inputs({"factor_of": "dispersion_coefficient", "river": "Side",
                        "distribution": "uniform", "low": 0.5, "high": 3})  # fmt: skip
    case = scenario.parse(data | ({"dispersion": spread} if spread else {}), folder)
    before = flow_of(case).dispersion_coefficient
    after = flow_of(changed(case, [Change(case.uncertain[0].aim, 3.0)]))
    assert after.dispersion_coefficient / before == pytest.approx([1.0, 3.0, 1.0], rel=1e-13)
    assert "times 3" in after.method["dispersion_coefficient"][1]


def test_storage(case: Scenario) -> None:
    every = flow_of(one_factor(case, "storage_area_ratio", 2.0))
    assert every.storage_area_ratio == pytest.approx([0.2, 0.4, 0.2], rel=1e-14)
    some = flow_of(one_factor(case, "exchange_coefficient", 2.0, river="Side"))
    assert some.exchange_coefficient == pytest.approx([1 / 86400, 2e-4, 1 / 86400], rel=1e-14)
    main = change(case, "storage_area_ratio {}", 2.0)
    on_main = Change(
        type(main.aim)(main.aim.content, factor_of="storage_area_ratio", reaches=("main_1",)), 3.0
    )
    assert flow_of(changed(case, [on_main])).storage_area_ratio == pytest.approx([0.3, 0.2, 0.1])


def test_decay(case: Scenario) -> None:
    day = 86400.0
    every = one_factor(case, "decay_rate", 2.0).substances
    assert [one.decay_rate * day for one in every] == pytest.approx([0.2, 0.0])
    some = one_factor(case, "decay_rate", 2.0, river="Side").substances[0]
    assert some.decay_rate * day == pytest.approx(0.1)
    assert [(row.reach, row.decay_rate, row.storage_decay_rate) for row in some.rates] == [
        ("side_1", pytest.approx(0.2 / day), pytest.approx(0.2 / day))
    ]


def test_mass(case: Scenario) -> None:
    assert [one.mass for one in one_factor(case, "mass", 2.0).releases] == [4000.0, 10.0]
    aim = type(change(case, "mass {}", 2.0).aim)
    for scope, masses in (
        ({"release": "works"}, [2000.0, 10.0]),
        ({"substance": "salt"}, [4000.0, 5.0]),
    ):
        one = Change(aim(case.uncertain[-2].aim.content, factor_of="mass", **scope), 2.0)
        assert [release.mass for release in changed(case, [one]).releases] == masses


def test_factors_multiply_each_other(case: Scenario) -> None:
    changes = [change(case, "manning_n {}", 2.0), change(case, "manning_n {'river': 'Main'}", 1.5),
               change(case, "reaches.main_2.manning_n", 0.02)]  # fmt: skip
    member = changed(case, changes)
    assert [row.manning_n for row in member.reaches] == pytest.approx([0.105, None, 0.06])


def test_hydrographs_take_the_factor_of_the_discharge(folder: Path) -> None:
    data = with_inputs({"factor_of": "discharge", "river": "Side", "distribution": "uniform",
                        "low": 0.5, "high": 2})  # fmt: skip
    data["hydrograph"] = [
        {"at": {"node": node}, "table": [{"time": "0 h", "discharge": "5 m3/s"},
                                         {"time": "9 h", "discharge": "9 m3/s"}]}
        for node in ("spring", "works")
    ]  # fmt: skip
    case = scenario.parse(data, folder)
    member = changed(case, [Change(case.uncertain[0].aim, 2.0)])
    assert [one.discharge for one in member.hydrographs] == [(5.0, 9.0), (10.0, 18.0)]


def test_gauges_take_the_factor_of_the_discharge(folder: Path) -> None:
    data = with_inputs({"factor_of": "discharge", "river": "Side", "distribution": "uniform",
                        "low": 0.5, "high": 2})  # fmt: skip
    gauges = [{"node": node, "discharge [m3/s]": q} for node, q in
              (("spring", 30), ("works", 4), ("meeting", 35))]  # fmt: skip
    data["flow"] = {"kind": "gauges", "table": gauges}
    case = scenario.parse(data, folder)
    member = changed(case, [Change(case.uncertain[0].aim, 2.0)])
    assert [one.discharge for one in member.flow.gauges] == [30.0, 8.0, 35.0]
    assert np.all(flow_of(member).discharge_head > 0.0)


# --- told ----------------------------------------------------------------------------------------


def test_check_tells_what_is_uncertain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = '[[sweep]]\nname = "n"\nfactor_of = "manning_n"\nfrom = 0.5\nto = 2\ncount = 3\n'
    folder = write(tmp_path / "case", CASE + UNCERTAIN + sweep)
    assert main(["check", str(folder)]) == 0
    out = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    # median 2 t, factor 2: 2 · 2^±1.645
    assert "mass release.tank.mass lognormal 0.640 2.00 6.25 t" in lines
    assert "warm flow.temperature normal 6.71 10.0 13.3 degC" in lines
    assert "found factor of decay_rate table 0.500 1.00 2.00" in lines
    assert "formula dispersion.formula discrete disley_2015 50%, deng_2001 50%" in lines
    assert "mass and flow: rank correlation 0.6" in out
    assert "sweep season: regime none, low" in out
    assert "sweep n: factor of manning_n 0.500, 1.25, 2.00" in out
    assert "600 members (6 combinations of 100 draws) · Latin hypercube · seed 7" in out
    (folder / "scenario.toml").write_text(CASE, encoding="utf-8")
    assert main(["check", str(folder)]) == 0
    assert "ensemble" not in capsys.readouterr().out

"""Rooms that may not import each other still say the same."""

from __future__ import annotations

from datetime import UTC, datetime

from spillsim import assemble, formulas, hydraulics, scenario
from spillsim.scenario import names

CASE = {
    "spillsim": 1,
    "case": {"title": "agreement", "start": datetime(2000, 1, 1, tzinfo=UTC), "duration": "1 d"},
    "network": {
        "nodes": [{"id": "a", "kind": "headwater"}, {"id": "b", "kind": "outlet"}],
        "reaches": [
            {"id": "r", "river": "R", "from": "a", "to": "b", "length": "9 km", "velocity": "1 m/s",
             "width": "20 m", "depth": "1 m", "hydraulics": "velocity"}
        ],
    },
    "flow": {"kind": "inflows", "table": [{"node": "a", "inflow": "20 m3/s"}]},
    "substance": [{"name": "x"}],
    "release": [{"at": {"node": "a"}, "substance": "x", "kind": "slug", "mass": "1 kg"}],
}  # fmt: skip


def test_the_scenario_knows_every_formula_by_name() -> None:
    assert set(names.DISPERSION_FORMULAS) == set(formulas.DISPERSION_FORMULAS)


def test_the_scenario_knows_every_hydraulic_method() -> None:
    assert set(names.HYDRAULIC_METHODS) == set(hydraulics.METHODS)


def test_a_temperature_left_out_is_told_as_assumed() -> None:
    case = scenario.parse(CASE)
    flow = hydraulics.solve(case, case.build_network())
    assert flow.method["temperature"] == ("assumed",)
    assert flow.estimated["temperature"].all()
    warm = {**CASE, "flow": {**CASE["flow"], "temperature": "12 degC"}}  # type: ignore[dict-item]
    case = scenario.parse(warm)
    flow = hydraulics.solve(case, case.build_network())
    assert not flow.estimated["temperature"].any()
    assert flow.temperature[0] == 12.0


def test_a_short_time_step_is_no_doubt_about_storage() -> None:
    case = scenario.parse({**CASE, "numerics": {"time_step": "0.2 s"}})
    assert not [n for n in assemble(case).notices if n.subject == "transient storage"]

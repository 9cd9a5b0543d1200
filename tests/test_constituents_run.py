"""Runs of constituents with several parts: closed solutions, ledgers, sameness, refusals."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from constituent_cases import DAY, DEPTH, LENGTH, VELOCITY, flow_of, river, slug

from spillsim import scenario as scenarios
from spillsim.constituents import flows_met, reasons_for_pools
from spillsim.errors import ScenarioError
from spillsim.formulas import bateman_1910
from spillsim.linear import Wanted, ask, unit_response
from spillsim.model import Model, assemble
from spillsim.outcome import COMPARTMENTS, Run
from spillsim.scenario import Scenario
from spillsim.simulation import simulate
from spillsim.verification import measured, simulate_to_target

GALLERY = Path(__file__).parent / "gallery"
WITH_POOLS = sorted(
    file.parent.name
    for file in GALLERY.glob("*/scenario.toml")
    if reasons_for_pools(scenarios.load(file))
)
STORAGE = {"area_ratio": 0.25, "exchange_coefficient": "1e-4 1/s"}


def solved(scenario: Scenario) -> tuple[Model, Run]:
    model = assemble(scenario)
    return model, simulate(model)


def closes(run: Run, tolerance: float = 1e-12) -> None:
    """The ledger closes at all times, its parts agree, and cells hold what it says at the end."""
    assert run.mass_error <= tolerance
    ledger = run.ledger
    put_in = np.max(ledger.released + ledger.gained, axis=1)
    scale = tolerance * np.where(put_in > 0.0, put_in, 1.0)
    np.testing.assert_array_less(
        np.abs(ledger.in_river - ledger.dissolved - ledger.suspended).max(axis=1), scale
    )
    total = sum(run.parts.values())
    np.testing.assert_allclose(run.concentration, total, rtol=1e-13, atol=1e-300)
    assert set(run.left) == {*COMPARTMENTS, "gained"}
    held = {"storage": "in_storage", "bed": "on_bed"}
    for name, cells in run.left.items():
        assert cells.min() >= 0.0
        there = getattr(ledger, held.get(name, name))[:, -1]
        np.testing.assert_array_less(np.abs(cells.sum(axis=1) - there), 10.0 * scale)


@cache
def closing(name: str) -> tuple[Model, Run]:
    return solved(scenarios.load(GALLERY / name))


@pytest.mark.parametrize("name", WITH_POOLS)
def test_the_ledger_of_every_constituent_closes(name: str) -> None:
    model, run = closing(name)
    assert model.engine == "march"
    closes(run)


@pytest.mark.parametrize("name", ["storage", "ice", "two_layers", "several_substances"])
def test_plain_substances_tell_what_is_left_in_the_cells(name: str) -> None:
    """With both marches; what all went to the air, or decayed, is told apart."""
    case = scenarios.load(GALLERY / name)
    marched = case.numerics.model_copy(update={"engine": "march"})
    _, run = solved(case.model_copy(update={"numerics": marched}))
    assert not run.parts
    ledger = run.ledger
    assert ledger.dissolved is ledger.in_river
    put_in = ledger.released.max(axis=1)
    for part, cells in (
        ("in_river", "dissolved"), ("in_storage", "storage"), ("decayed", "decayed"),
        ("volatilised", "volatilised"),
    ):  # fmt: skip
        end = getattr(ledger, part)[:, -1]
        assert (np.abs(run.left[cells].sum(axis=1) - end) <= 1e-12 * put_in).all(), part


def test_dead_water_and_grains_that_wear_off_close_too() -> None:
    """Everything at once: storage, Partheniades, hindered settling, flocs, reactions, sorption."""
    kd = "2000 L/kg"
    flocs = {"coefficient": 1e-3, "exponent": 1.0, "smallest": "0.1 mm/s", "largest": "1 mm/s"}
    grains = {"density": "2700 kg/m3", "critical_deposition_stress": "2.5 Pa",
              "critical_erosion_stress": "1 Pa"}  # fmt: skip
    everything = river(
        storage=STORAGE, water={"suspended_matter": "20 mg/L"},
        solids=[
            grains | {"name": "silt", "diameter": "20 um", "flocculation": flocs},
            grains | {"name": "sand", "diameter": "80 um", "erosion_rate": "1e-5 kg/m2/s",
                      "hindered_settling": {"gelling_concentration": "200 kg/m3"}},
            grains | {"name": "clay", "settling_velocity": "0.01 mm/s",
                      "resuspension_rate": "1 1/d"},
        ],
        substance=[
            {"name": "zinc", "decay_rate": "0.1 1/d", "sorption": [
                {"to": "silt", "distribution_coefficient": kd},
                {"to": "sand", "distribution_coefficient": kd, "rate": "1 1/d"},
                {"to": "suspended_matter", "distribution_coefficient": kd},
                {"to": "bed", "distribution_coefficient": "70 L/kg", "sediment": "40 kg/m3",
                 "rate": "5.6e-5 1/s"}]},
            {"name": "strong", "photolysis_rate": "1 1/d"},
            {"name": "weak", "volatilisation": {"compound": "hydrogen_cyanide"}},
        ],
        reaction=[{"from": "strong", "to": "weak", "rate": "1 1/d", "yield": 0.6},
                  {"from": "weak", "to": "clay", "rate": "0.2 1/d", "yield": 3.0}],
        release=[slug("zinc"), slug("strong"), slug("silt", "500 t"),
                 slug("sand", "500 t", carrier="")],
        output={"field": True},
    )  # fmt: skip
    model, run = solved(everything)
    closes(run)
    assert model.kinetics is not None
    assert model.kinetics.grains is not None
    assert (run.ledger.on_bed[[0, 3, 4]].max(axis=1) > 1.0).all()
    assert (run.ledger.gained[[2, 5], -1] > 0.0).all()
    assert run.bed_field is not None
    assert run.bed_field.shape == run.field.shape


def test_two_pools_of_cyanide_follow_bateman() -> None:
    """All mass of a slug has the age t, so C = C_inert b(t) at every place, b after Bateman."""
    k_turn, k_loss = 1.0 / DAY, 2.0 / DAY
    model, run = solved(
        river(
            substance=[{"name": "inert"}, {"name": "strong"},
                       {"name": "weak", "decay_rate": "2 1/d"}],
            reaction=[{"from": "strong", "to": "weak", "rate": "1 1/d", "yield": 0.5}],
            release=[slug("inert"), slug("strong")],
        )
    )  # fmt: skip
    inert = run.concentration[0, 0]
    seen = inert > 1e-3 * inert.max()
    age = model.output_time[seen]
    closed = bateman_1910([1.0, 0.0], [k_turn, k_loss], age, [0.5])
    np.testing.assert_allclose(run.concentration[1:, 0][:, seen] / inert[seen], closed, rtol=5e-4)


def test_a_chain_of_three_follows_bateman() -> None:
    """Lead-214 to bismuth-214 to lead-210, all forms alike, at a station."""
    half = np.array([0.2, 0.3, 8000.0])
    model, run = solved(
        river(
            substance=[{"name": "inert"}, {"name": "a"}, {"name": "b"},
                       {"name": "c", "half_life": f"{half[2]} days"}],
            reaction=[{"from": "a", "to": "b", "half_life": "0.2 days", "radioactive": True},
                      {"from": "b", "to": "c", "half_life": "0.3 days", "radioactive": True}],
            release=[slug("inert"), slug("a")],
        )
    )  # fmt: skip
    inert = run.concentration[0, 0]
    seen = inert > 1e-3 * inert.max()
    closed = bateman_1910([1.0, 0.0, 0.0], np.log(2.0) / (half * DAY), model.output_time[seen])
    found = run.concentration[1:, 0][:, seen] / inert[seen]
    np.testing.assert_allclose(found, closed, rtol=2e-3, atol=2e-4)
    closes(run)


def test_grains_settle_and_take_along_what_is_bound() -> None:
    """Suspended mass falls as exp(-w (1 - tau / tau_cd) t / h); the bed holds the rest."""
    scenario = river(
        duration="1 day",
        solids=[{"name": "silt", "settling_velocity": "0.1 mm/s",
                 "critical_deposition_stress": "4 Pa", "critical_erosion_stress": "4 Pa"}],
        release=[slug("silt", "100 t")],
    )  # fmt: skip
    model, run = solved(scenario)
    tau = 1000.0 * model.flow.shear_velocity[0] ** 2
    rate = 1e-4 * (1.0 - tau / 4.0) / DEPTH
    time = run.ledger.time
    within = (time < 0.6 * LENGTH / VELOCITY) & (time > 0.0)  # before any is past the outlet
    np.testing.assert_allclose(
        run.ledger.suspended[1, within], 1e5 * np.exp(-rate * time[within]), rtol=1e-9
    )
    assert run.ledger.on_bed[1, -1] > 2e4
    closes(run)


def test_the_part_on_the_rivers_own_matter_is_kd_m_times_the_dissolved() -> None:
    _, run = solved(
        river(
            water={"suspended_matter": "20 mg/L"},
            substance=[{"name": "zinc", "sorption": [
                {"to": "suspended_matter", "distribution_coefficient": "50000 L/kg"}]}],
            release=[slug("zinc")],
        )
    )  # fmt: skip
    dissolved, bound = (run.parts[name][0, 0] for name in ("dissolved", "suspended"))
    seen = dissolved > 1e-6 * dissolved.max()
    np.testing.assert_allclose(bound[seen], 50.0 * 0.02 * dissolved[seen], rtol=1e-9)


def _sections() -> dict[str, Any]:
    kd = "2000 L/kg"
    grains = {"critical_deposition_stress": "2.5 Pa", "critical_erosion_stress": "3 Pa"}
    return {
        "solids": [grains | {"name": "silt", "diameter": "20 um"},
                   grains | {"name": "clay", "diameter": "5 um"}],
        "substance": [
            {"name": "zinc", "sorption": [{"to": "silt", "distribution_coefficient": kd},
                                          {"to": "clay", "distribution_coefficient": kd}]},
            {"name": "weak", "decay_rate": "1 1/d"},
            {"name": "strong"},
        ],
        "reaction": [{"from": "strong", "to": "weak", "rate": "1 1/d"}],
        "release": [slug("zinc"), slug("strong"), slug("silt", "100 t"), slug("clay", "100 t")],
    }  # fmt: skip


def _curves(sections: dict[str, Any]) -> dict[str, np.ndarray]:
    scenario = river(**sections)
    _, run = solved(scenario)
    names = [one.name for one in scenario.constituents]
    return {name: run.concentration[n] for n, name in enumerate(names)}


def test_order_does_not_matter_and_an_inert_substance_changes_nothing() -> None:
    usual = _curves(_sections())
    turned = {name: rows[::-1] for name, rows in _sections().items()}
    more = _sections()
    more["substance"].insert(0, {"name": "inert"})
    more["release"].append(slug("inert"))
    for other in (_curves(turned), _curves(more)):
        for name, curve in usual.items():
            np.testing.assert_allclose(other[name], curve, rtol=1e-12, atol=1e-12 * curve.max())


def test_engines_and_linear_answers_are_refused_in_words() -> None:
    sections = _sections()
    basis = assemble(river(**sections)).engine_basis
    assert basis == "silt settles, clay settles, zinc sorbs and 1 more"
    with pytest.raises(ScenarioError, match="the transfer engine knows no parts of a constituent"):
        assemble(river(numerics={"engine": "transfer"}, **sections))
    with pytest.raises(ScenarioError, match="silt settles: a unit response knows no such parts"):
        unit_response(river(**sections))
    with pytest.raises(ScenarioError, match="zinc sorbs: a reach map knows no such parts"):
        ask(river(**sections), "below", Wanted())


def test_the_error_is_measured_on_totals_with_half_the_step() -> None:
    model, run = solved(river(**_sections()))
    found = measured(model, run)
    assert found.achieved_by.startswith("twice the distance")
    assert found.achieved_error is not None
    assert found.achieved_error.shape == (5, 1)
    assert 0.0 < np.nanmax(found.achieved_error) < 0.05


def test_a_step_that_misses_the_error_is_made_finer() -> None:
    """Flocs settle at a rate that the rule for the step knows nothing of."""
    model = assemble(scenarios.load(GALLERY / "solids"))
    better, run = simulate_to_target(model)
    assert better.time_step < model.time_step
    assert run.achieved_error is not None
    assert np.nanmax(run.achieved_error) <= model.scenario.numerics.error
    assert any(notice.subject == "time step" for notice in run.notices)


def varying(**sections: Any) -> Scenario:
    """The river with a discharge that falls from 80 to 10 m3/s in a day."""
    table = [
        {"time [h]": time, "reach": "r1", "discharge [m3/s]": discharge}
        for time, discharge in ((0.0, 80.0), (24.0, 10.0), (96.0, 10.0))
    ]
    reach = {"velocity [m/s]": None, "depth [m]": None, "manning_n": 0.035}
    return river(
        reach=reach, hydraulics={"default": "manning"}, flow={"kind": "table", "table": table},
        **sections,
    )  # fmt: skip


def test_rates_follow_a_flow_that_changes() -> None:
    """Grains stay in the water until the stress falls below the critical one, then settle."""
    scenario = varying(
        solids=[{"name": "silt", "diameter": "20 um", "critical_deposition_stress": "1.2 Pa",
                 "critical_erosion_stress": "1.2 Pa"}],
        release=[slug("silt", "100 t")],
    )  # fmt: skip
    model = assemble(scenario)
    kinetics = model.kinetics
    assert kinetics is not None
    assert model.varying is not None
    assert (np.diff(kinetics.discharge, axis=1) > 0.0).all()
    stress = [1000.0 * flow.shear_velocity[0] ** 2 for flow in
              flows_met(scenario, model.network, model.flow, model.varying)]  # fmt: skip
    assert np.abs(np.array(stress) - 1.2).min() < 0.02  # a knot stands at the kink
    assert stress[0] < 1.2 < stress[-1]
    run = simulate(model)
    closes(run)
    assert run.ledger.on_bed[1, -1] > 0.0


def test_a_steady_case_is_tabulated_at_its_own_flow() -> None:
    scenario = river(**_sections())
    kinetics = assemble(scenario).kinetics
    assert kinetics is not None
    flow = flow_of(scenario)
    assert kinetics.discharge.tolist() == [[0.5 * (flow.discharge_head + flow.discharge_foot)[0]]]

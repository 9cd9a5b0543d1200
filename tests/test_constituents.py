"""Pools of constituents and their rates, against matrices and numbers written down by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from constituent_cases import DAY, DEPTH, SLOPE, flow_of, river, slug

from spillsim.constituents import (
    Pool,
    Pools,
    build_kinetics,
    build_pools,
    constituent_notices,
    gather_ledger,
    plain_notices,
    reasons_for_pools,
)
from spillsim.scenario import Scenario
from spillsim.transport.kinetics import Kinetics
from spillsim.transport.propagators import propagators

FINE: dict[str, Any] = {"name": "fine", "settling_velocity": "0.3 mm/s", "density": "2700 kg/m3"}
STORAGE = {"area_ratio": 0.25, "exchange_coefficient": "1e-4 1/s"}


def kinetics_of(scenario: Scenario) -> tuple[Pools, Kinetics]:
    pools = build_pools(scenario)
    assert pools is not None
    return pools, build_kinetics(pools, scenario, [flow_of(scenario)])


def state(pools: Pools, pool: Pool, stored: bool = False) -> int:
    if pool in pools.fixed:
        return 2 * len(pools.mobile) + pools.fixed.index(pool)
    return pools.mobile.index(pool) + (len(pools.mobile) if stored else 0)


def test_what_todays_path_can_do_has_no_pools() -> None:
    plain = river(
        substance=[
            {"name": "inert"},
            {"name": "gas", "decay_rate": "1 1/d", "gas_exchange_rate": "1 1/d"},
            {"name": "radium", "half_life": "1600 days"},
        ]
    )
    assert build_pools(plain) is None
    assert [notice.subject for notice in plain_notices(plain)] == ["substance gas"]
    assert reasons_for_pools(plain) == []


def test_losses_stand_in_the_column_of_the_dissolved_part() -> None:
    scenario = river(
        storage=STORAGE,
        water={"daylight": 0.5},
        substance=[
            {"name": "x", "decay_rate": "2 1/d", "storage_decay_rate": "3 1/d",
             "gas_exchange_rate": "5 1/d", "photolysis_rate": "7 1/d"},
        ],
        release=[slug("x")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    assert pools.mobile == (Pool(0, "dissolved"),)
    assert pools.fixed == (Pool(0, "decayed"), Pool(0, "volatilised"))
    a, b = 1e-4, 4e-4
    decay, stored, air = (2.0 + 3.5) / DAY, 3.0 / DAY, 5.0 / DAY
    by_hand = np.array(
        [
            [-a - decay - air, b, 0.0, 0.0],
            [a, -b - stored, 0.0, 0.0],
            [decay, stored, 0.0, 0.0],
            [air, 0.0, 0.0, 0.0],
        ]
    )
    np.testing.assert_allclose(kinetics.linear[0, 0], by_hand, rtol=1e-13, atol=1e-20)
    assert not kinetics.returns.any()


def test_ice_keeps_air_and_light_away() -> None:
    sections = {
        "substance": [{"name": "x", "gas_exchange_rate": "5 1/d", "photolysis_rate": "7 1/d",
                       "volatilisation": {"compound": "hydrogen_cyanide"}}],
        "release": [slug("x")],
    }  # fmt: skip
    _, open_water = kinetics_of(river(**sections))
    _, iced = kinetics_of(river(ice={"manning_n": 0.02, "reaches": ["r1"]}, **sections))
    assert open_water.linear[0, 0, 0, 0] < -8.0 / DAY
    assert not iced.linear.any()


def test_grains_settle_by_krone_and_what_is_bound_goes_with_them() -> None:
    """tau = 1000 g R S; both storage zone and channel lose to one bed."""
    scenario = river(
        storage=STORAGE,
        solids=[FINE | {"critical_deposition_stress": "4 Pa", "resuspension_rate": "1 1/d",
                        "critical_erosion_stress": "1 Pa"}],
        substance=[{"name": "zinc", "sorption": [
            {"to": "fine", "distribution_coefficient": "50000 L/kg", "rate": "1 1/d"}]}],
        release=[slug("zinc"), slug("fine", "100 t")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    tau = 1000.0 * flow_of(scenario).shear_velocity[0] ** 2
    assert tau == pytest.approx(1000.0 * 9.80665 * SLOPE * DEPTH, rel=0.15)  # R a little below h
    settling = 3e-4 / DEPTH * (1.0 - tau / 4.0)
    rising = (tau - 1.0) / DAY
    k = kinetics.linear[0, 0]
    for pool, bed in (
        (Pool(1, "solids"), Pool(1, "bed")),
        (Pool(0, "bound", 1), Pool(0, "bed", 1)),
    ):
        own, there = state(pools, pool), state(pools, bed)
        assert k[there, own] == pytest.approx(settling, rel=1e-13)
        assert k[there, state(pools, pool, True)] == pytest.approx(3e-4 / DEPTH, rel=1e-13)
        assert k[own, there] == pytest.approx(rising, rel=1e-13)
        assert k[there, there] == pytest.approx(-rising, rel=1e-13)
    assert kinetics.grains is None
    assert kinetics.returns.tolist() == [pool.form == "bed" for pool in pools.fixed]
    sorption = kinetics.sorption
    assert sorption is not None
    assert (sorption.coefficient[0], sorption.rate[0]) == pytest.approx((50.0, 1.0 / DAY))
    rows = (sorption.dissolved[0], sorption.bound[0], sorption.member[0])
    assert rows == tuple(
        state(pools, p) for p in (Pool(0, "dissolved"), Pool(0, "bound", 1), Pool(1, "solids"))
    )


@pytest.mark.parametrize(
    ("more", "linear"),
    [
        ({"critical_deposition_stress": "4 Pa", "critical_erosion_stress": "5 Pa"}, True),
        ({"critical_deposition_stress": "4 Pa", "critical_erosion_stress": "1 Pa"}, False),
        ({"deposition": "always", "critical_erosion_stress": "1 Pa"}, False),
        ({"deposition": "always", "critical_erosion_stress": "1 Pa", "resuspension_rate": "1 1/d"},
         True),
        ({"hindered_settling": {"gelling_concentration": "200 kg/m3"},
          "resuspension_rate": "1 1/d", "critical_deposition_stress": "4 Pa"}, False),
    ],
)  # fmt: skip
def test_what_depends_on_what_is_there_is_not_linear(more: dict[str, Any], linear: bool) -> None:
    scenario = river(
        solids=[FINE | more],
        substance=[{"name": "zinc", "sorption": [
            {"to": "fine", "distribution_coefficient": "1 L/kg"}]}],
        release=[slug("zinc", carrier="fine"), slug("fine")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    grains = kinetics.grains
    assert (grains is None) == linear
    settles = kinetics.linear[0, 0][state(pools, Pool(1, "bed")), state(pools, Pool(1, "solids"))]
    assert (settles > 0.0) == linear
    if grains is not None:
        assert grains.member.tolist() == [state(pools, Pool(1, "solids"))]
        mobile, bed = state(pools, Pool(0, "bound", 1)), pools.fixed.index(Pool(0, "bed", 1))
        assert grains.follower.tolist() == [[0, mobile, bed]]
        assert grains.settling[0, 0, 0] > 0.0
    assert kinetics.sorption is not None
    assert np.isinf(kinetics.sorption.rate[0])


def test_flocs_are_tabulated_with_a_velocity_of_their_own() -> None:
    flocs = {"coefficient": 1e-3, "exponent": 1.0, "smallest": "0.1 mm/s", "largest": "1 mm/s"}
    solids = [FINE | {"flocculation": flocs, "deposition": "always"}]
    _, kinetics = kinetics_of(river(solids=solids, release=[slug("fine")]))
    grains = kinetics.grains
    assert grains is not None
    assert grains.settling[0, 0, 0] == pytest.approx(grains.velocity[0] / DEPTH)
    assert grains.floc[0] == pytest.approx([1e-3, 1.0, 1e-4, 1e-3])


def test_equilibrium_with_the_rivers_own_matter_leaves_one_over_one_plus_kd_m() -> None:
    scenario = river(
        water={"suspended_matter": "20 mg/L"},
        substance=[{"name": "zinc", "sorption": [
            {"to": "suspended_matter", "distribution_coefficient": "50000 L/kg"}]}],
        release=[slug("zinc")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    after = propagators(kinetics.linear[0, 0], 600.0)[:, 0]
    dissolved = after[state(pools, Pool(0, "dissolved"))]
    assert dissolved == pytest.approx(1.0 / (1.0 + 50.0 * 0.02), rel=1e-12)
    assert after.sum() == pytest.approx(1.0, abs=1e-15)


def test_sorption_to_the_bed_has_the_rates_of_bencala_1983() -> None:
    """lambda K_d rho towards the bed and lambda back (OTIS, St. Kevin's and Uvas numbers)."""
    scenario = river(
        substance=[{"name": "strontium", "sorption": [
            {"to": "bed", "distribution_coefficient": "70 L/kg", "sediment": "40 kg/m3",
             "rate": "5.6e-5 1/s"}]}],
        release=[slug("strontium")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    own, bed = state(pools, Pool(0, "dissolved")), state(pools, Pool(0, "bed_sorbed"))
    k = kinetics.linear[0, 0]
    assert k[bed, own] == pytest.approx(5.6e-5 * 0.07 * 40.0)
    assert k[own, bed] == pytest.approx(5.6e-5)
    assert kinetics.returns.tolist() == [True]


def test_a_flow_with_more_water_has_less_sediment_per_volume() -> None:
    scenario = river(
        substance=[{"name": "x", "sorption": [
            {"to": "bed", "distribution_coefficient": "70 L/kg", "sediment": "40 kg/m3",
             "rate": "1e-4 1/s"}]}],
        release=[slug("x")],
    )  # fmt: skip
    pools = build_pools(scenario)
    assert pools is not None
    low = flow_of(scenario)
    high = replace(low, cross_section_area=2.0 * low.cross_section_area)
    kinetics = build_kinetics(pools, scenario, [low, high], low)
    taken = kinetics.linear[0, :, -1, 0]
    assert taken[1] == pytest.approx(0.5 * taken[0])


def test_a_radioactive_chain_decays_form_by_form() -> None:
    """Where the daughter has no such form it is set free."""
    kd = "1000 L/kg"
    scenario = river(
        storage=STORAGE,
        solids=[FINE],
        substance=[
            {"name": "radium", "sorption": [
                {"to": "fine", "distribution_coefficient": kd},
                {"to": "bed", "distribution_coefficient": kd, "sediment": "1 kg/m3"}]},
            {"name": "lead", "sorption": [{"to": "fine", "distribution_coefficient": kd}]},
        ],
        reaction=[{"from": "radium", "to": "lead", "half_life": "10 days", "radioactive": True,
                   "yield": 0.9}],
        release=[slug("radium")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    rate = np.log(2.0) / (10.0 * DAY)
    k = kinetics.linear[0, 0]
    sink = state(pools, Pool(0, "transformed", 0))
    dissolved, bound, bed = Pool(1, "dissolved"), Pool(1, "bound", 2), Pool(1, "bed", 2)
    for source, target, stored in (
        (Pool(0, "dissolved"), dissolved, False),
        (Pool(0, "dissolved"), dissolved, True),
        (Pool(0, "bound", 2), bound, True),
        (Pool(0, "bed", 2), bed, False),
        (Pool(0, "bed_sorbed"), dissolved, False),
    ):
        own, to = state(pools, source, stored), state(pools, target, stored)
        assert k[to, own] == pytest.approx(0.9 * rate, rel=1e-13)
        assert k[sink, own] == pytest.approx(rate, rel=1e-13)
    assert kinetics.returns[pools.fixed.index(Pool(0, "bed_sorbed"))]


def test_columns_keep_mass_but_for_what_is_counted_twice() -> None:
    """Without the sinks of reactions every column sums to zero, or to (yield - 1) times rate."""
    scenario = river(
        storage=STORAGE, water={"suspended_matter": "10 mg/L"},
        solids=[FINE | {"resuspension_rate": "1 1/d", "critical_erosion_stress": "1 Pa"}],
        substance=[
            {"name": "strong", "photolysis_rate": "1 1/d"},
            {"name": "weak", "volatilisation": {"compound": "hydrogen_cyanide"}, "sorption": [
                {"to": "suspended_matter", "distribution_coefficient": "100 L/kg"}]},
        ],
        reaction=[{"from": "strong", "to": "weak", "rate": "0.1 1/d"},
                  {"from": "weak", "to": "fine", "rate": "0.2 1/d", "yield": 3.0}],
        release=[slug("strong")],
    )  # fmt: skip
    pools, kinetics = kinetics_of(scenario)
    kept = [f.form != "transformed" for f in pools.fixed]
    rows = np.concatenate([np.ones(2 * len(pools.mobile), dtype=bool), kept])
    sums = kinetics.linear[0, 0][rows].sum(axis=0)
    weak = Pool(1, "dissolved")
    expected = np.zeros(pools.states)
    expected[[state(pools, weak), state(pools, weak, True)]] = 2.0 * 0.2 / DAY
    np.testing.assert_allclose(sums, expected, atol=1e-16)
    off = kinetics.linear[0, 0] - np.diag(np.diag(kinetics.linear[0, 0]))
    assert off.min() >= 0.0


def test_the_ledger_knows_what_came_from_whom() -> None:
    """Two reactions into one constituent, with yields of their own."""
    pools = Pools(
        (Pool(0, "dissolved"), Pool(1, "dissolved"), Pool(1, "bound", -2)),
        (Pool(0, "transformed", 0), Pool(0, "transformed", 1), Pool(1, "decayed")),
        ((0, 1, 1.0), (1, 1, 2.0)),
    )
    rows = np.zeros((3, 1, 6))
    rows[:, 0, 0] = (10.0, 0.0, 0.0)
    rows[:, 0, 1] = (5.0, 3.0, 4.0)
    fixed = np.array([[2.0], [3.0], [1.0]])
    found = gather_ledger(pools, rows, fixed)
    assert found["gained"][:, 0].tolist() == [0.0, 8.0]
    assert found["transformed"][:, 0].tolist() == [5.0, 0.0]
    assert found["in_river"][:, 0].tolist() == [5.0, 7.0]
    assert found["suspended"][:, 0].tolist() == [0.0, 4.0]
    assert found["decayed"][:, 0].tolist() == [0.0, 1.0]


def test_defaults_that_were_used_are_told() -> None:
    scenario = river(
        solids=[{"name": "fine", "diameter": "20 um"}],
        substance=[
            {"name": "cyanide", "volatilisation": {"compound": "hydrogen_cyanide"},
             "photolysis_rate": "1 1/d"},
            {"name": "zinc", "sorption": [{"to": "fine", "distribution_coefficient": "library"},
                                          {"to": "suspended_matter",
                                           "distribution_coefficient": "1 L/kg"}]},
        ],
        release=[slug("zinc")],
    )  # fmt: skip
    pools = build_pools(scenario)
    assert pools is not None
    told = {f"{n.subject}: {n.message}" for n in
            constituent_notices(pools, scenario, [flow_of(scenario)])}  # fmt: skip
    text = "\n".join(sorted(told))
    for words in (
        "pH 7.5", "wind of 2 m/s", "daylight for 50 %", "no suspended matter",
        "settles below 0.08 Pa, erodes above 0.2 Pa, at 0.0001 kg/m2/s: recalled",
        "EPA 2005, recalled", "settles nowhere",
    ):  # fmt: skip
        assert words in text, words
    given = river(
        water={"ph": 8.0, "wind_speed": "3 m/s", "daylight": 0.4, "suspended_matter": "5 mg/L"},
        substance=[{"name": "cyanide", "volatilisation": {"compound": "hydrogen_cyanide"}}],
        release=[slug("cyanide")],
    )
    own = build_pools(given)
    assert own is not None
    assert constituent_notices(own, given, [flow_of(given)]) == []

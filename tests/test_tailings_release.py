"""What a failure releases: mass balance, quantiles, members, modes, what is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim.tailings import (
    Facility,
    FacilityRelease,
    Failure,
    SizeClass,
    Spread,
    estimate_release,
    rank,
)
from spillsim.tailings.composition import split_slurry, split_tailings
from spillsim.tailings.spread import normal_quantile

CLASSES = (SizeClass("sand", 0.4), SizeClass("fine", 0.6, enrichment=3.0))
FACILITY = Facility(
    "pond",
    Failure("tailings_breach"),
    stored_volume=5e6,
    pond_volume=3e5,
    dam_height=30.0,
    dry_density=Spread(1400.0),
    solids_density=Spread(2800.0),
    distance_to_river=2000.0,
    size_classes=CLASSES,
    water={"zinc": Spread(0.01)},
    pore_water={"zinc": Spread(0.03)},
    solids={"zinc": Spread(low=1e-3, high=1e-2), "lead": Spread(2e-3)},
    samples=400,
)


def changed(facility: Facility = FACILITY, **failure: object) -> Facility:
    return dataclasses.replace(facility, failure=dataclasses.replace(facility.failure, **failure))


# --- split ---------------------------------------------------------------------------------------


def test_split_of_settled_tailings_by_hand() -> None:
    # 1000 m3 with 1400 kg/m3 of grains of 2800 kg/m3: half grains, half water
    one = split_tailings(
        np.array([1000.0]), np.array([200.0]), np.array([1400.0]), np.array([2800.0]), 1.0
    )
    assert one.solids[0] == pytest.approx(1.4e6)
    assert one.pore_water[0] == pytest.approx(500.0)
    assert one.volume[0] == pytest.approx(1200.0)
    assert one.solids_fraction[0] == pytest.approx(1.4e6 / (1.4e6 + 0.7e6))
    half = split_tailings(
        np.array([1000.0]), np.array([0.0]), np.array([1400.0]), np.array([2800.0]), 0.5
    )
    assert half.pore_water[0] == pytest.approx(250.0)


def test_split_of_a_slurry_by_hand() -> None:
    # C_w = 0.5 of 2500 kg/m3: 1 / (0.5 / 2500 + 0.5 / 1000) = 1428.57 kg/m3
    one = split_slurry(np.array([7.0]), np.array([0.5]), np.array([2500.0]))
    assert one.solids[0] == pytest.approx(5000.0)
    assert one.water[0] == pytest.approx(5.0)
    assert one.volume[0] == pytest.approx(7.0)


# --- balance -------------------------------------------------------------------------------------


SHAPES = ["triangle", "exponential", "gamma", "constant"]
BREACHES = st.fixed_dictionaries(
    {
        "stored": st.floats(1e4, 1e8),
        "pond": st.floats(0.0, 5.0),  # over stored
        "height": st.floats(5.0, 100.0),
        "dry": st.floats(900.0, 1800.0),
        "distance": st.floats(0.0, 3e4),
        "ratio": st.floats(0.1, 2.0),
        "shape": st.sampled_from(SHAPES),
        "seed": st.integers(0, 1000),
    }
)


@settings(max_examples=25, deadline=None)
@given(BREACHES)
def test_nothing_is_made_or_lost(drawn: dict[str, Any]) -> None:
    stored, dry, ratio = drawn["stored"], drawn["dry"], drawn["ratio"]
    facility = dataclasses.replace(
        changed(erosion_ratio=Spread(ratio), hydrograph=drawn["shape"]),
        stored_volume=stored, pond_volume=drawn["pond"] * stored, dam_height=drawn["height"],
        dry_density=Spread(dry), distance_to_river=drawn["distance"], samples=30,
        seed=drawn["seed"],
    )  # fmt: skip
    estimate = estimate_release(facility)
    outcome = estimate.outcome
    parts, arrived = outcome.parts, outcome.at_river
    tiny = 1e-9 * facility.impounded
    # no more of anything than there is
    assert np.all(parts.pond_water <= facility.pond_volume + tiny)
    assert np.all(parts.pond_water >= -tiny)
    assert np.all(parts.solids <= dry * stored * (1 + 1e-12))
    assert np.all(parts.solids >= -tiny)
    assert np.all(outcome.released <= facility.impounded * (1 + 1e-12))
    # the parts are the whole, water to water and grains to grains
    assert parts.volume == pytest.approx(outcome.released, rel=1e-12)
    tailings = outcome.released - parts.pond_water
    assert parts.pore_water + parts.solids / 2800.0 == pytest.approx(tailings, abs=tiny)
    assert np.all(outcome.eroded <= tailings + tiny)
    # pond water never flows without the tailings that it erodes, while there are any
    less = np.minimum(parts.pond_water * ratio, stored)
    assert np.all((tailings >= less - tiny) | (tailings >= stored - tiny))
    # all solids and what is bound to them is on some size class
    assert sum(outcome.solids.values()) == pytest.approx(arrived.solids, rel=1e-12)
    bound = outcome.bound["lead", "sand"] + outcome.bound["lead", "fine"]
    assert bound == pytest.approx(2e-3 * arrived.solids, rel=1e-12)
    wanted = 0.01 * arrived.pond_water + 0.03 * arrived.pore_water
    assert outcome.dissolved["zinc"] == pytest.approx(wanted, rel=1e-12)
    for name in ("p5", "median", "p95"):
        check_member(estimate.at(name))


def check_member(member: FacilityRelease) -> None:
    """The outflow over time holds exactly the water and the grains."""
    grains = sum(member.solids.values()) / 2800.0
    assert member.volume == pytest.approx(member.water + grains, rel=1e-12)
    whole = 1.0 if member.volume > 0.0 else 0.0
    assert np.trapezoid(member.share(), member.time) == pytest.approx(whole)
    assert np.all(member.discharge >= 0.0)


def test_enrichment_moves_mass_and_makes_none() -> None:
    one = estimate_release(FACILITY).at()
    sand, fine = one.bound["lead", "sand"], one.bound["lead", "fine"]
    assert (fine / one.solids["fine"]) / (sand / one.solids["sand"]) == pytest.approx(3.0)
    assert sand + fine == pytest.approx(2e-3 * sum(one.solids.values()))


# --- quantiles -----------------------------------------------------------------------------------


def test_quantiles_of_a_case_that_is_known() -> None:
    """One regression far below what is stored: the released volume is lognormal."""
    facility = dataclasses.replace(
        changed(volume_methods=("rico_2008",), volume_deviation=0.05), samples=2000
    )
    estimate = estimate_release(facility)
    centre = np.log10(0.354e6 * 5.3**1.01)
    z = float(normal_quantile(0.95))
    low, middle, high = estimate.quantiles(estimate.outcome.released)
    assert np.log10([low, middle, high]) == pytest.approx(
        [centre - 0.05 * z, centre, centre + 0.05 * z], abs=1e-3
    )
    # the member of a rank has that very quantile, not one of samples
    assert estimate.member("p95").released[0] == pytest.approx(10 ** (centre + 0.05 * z), rel=1e-6)
    # content log-uniform from 1e-3 to 1e-2
    solids = estimate.outcome.at_river.solids
    reached = solids > 0.0
    content = estimate.outcome.bound_in_all("zinc")[reached] / solids[reached]
    assert np.quantile(content, [0.05, 0.5, 0.95]) == pytest.approx(
        10 ** (-3.0 + np.array([0.05, 0.5, 0.95])), rel=0.02
    )


def test_methods_count_alike() -> None:
    """Of two methods without any spread each gives half of the samples."""
    facility = changed(
        volume_methods=("rico_2008", "concha_larrauri_lall_2018"), volume_deviation=0.0
    )
    found, count = np.unique(estimate_release(facility).outcome.released, return_counts=True)
    assert found == pytest.approx([0.332e6 * 5.3**0.95, 0.354e6 * 5.3**1.01])
    assert count.tolist() == [200, 200]


def test_the_same_seed_gives_the_same_release() -> None:
    first, second = (estimate_release(FACILITY).outcome.peak_outflow for _ in range(2))
    assert np.array_equal(first, second)
    other = estimate_release(dataclasses.replace(FACILITY, seed=2)).outcome.peak_outflow
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("text", "probability"), [("median", 0.5), ("p5", 0.05), ("p97.5", 0.975), (0.3, 0.3)]
)
def test_rank(text: str | float, probability: float) -> None:
    assert rank(text) == pytest.approx(probability)


@pytest.mark.parametrize("text", ["p0", "p100", "mean", "p", "95", 1.5, float("nan")])
def test_rank_refuses(text: str | float) -> None:
    with pytest.raises(ValueError, match="no estimate"):
        rank(text)


# --- rules ---------------------------------------------------------------------------------------


def test_without_liquefaction_only_the_pond_and_what_it_erodes_flow_out() -> None:
    estimate = estimate_release(changed(liquefiable=False, erosion_ratio=Spread(0.66)))
    assert estimate.case == "1B"
    assert estimate.outcome.released == pytest.approx(1.66 * 3e5)
    assert estimate.outcome.parts.pond_water == pytest.approx(3e5)
    assert estimate.outcome.eroded == pytest.approx(0.66 * 3e5)
    half = estimate_release(changed(liquefiable=True, volume_methods=("pond_erosion", "rico_2008")))
    eroded = np.isclose(half.outcome.released, 6e5)
    assert np.mean(eroded) == pytest.approx(0.5)


def test_solids_fraction_thins_the_tailings_with_pond_water() -> None:
    given = changed(released_volume=4e5, solids_fraction=Spread(0.45))
    parts = estimate_release(given).outcome.parts
    assert parts.solids_fraction == pytest.approx(0.45)
    # 0.3: more water than the pond holds; what flows out is denser and that is told
    given = changed(released_volume=4e6, solids_fraction=Spread(0.3))
    estimate = estimate_release(given)
    assert np.all(estimate.outcome.parts.solids_fraction > 0.3)
    assert estimate.outcome.parts.pond_water == pytest.approx(3e5)
    assert any("flow out denser" in notice.message for notice in estimate.notices)


def test_given_numbers_stand() -> None:
    facility = changed(
        released_volume=1e6, peak_outflow=500.0, reaches_river=0.25, hydrograph="gamma"
    )
    estimate = estimate_release(facility)
    assert estimate.outcome.released == pytest.approx(1e6)
    assert estimate.outcome.peak_outflow == pytest.approx(500.0)
    assert estimate.outcome.share_to_river == pytest.approx(0.25)
    lasting = estimate_release(changed(released_volume=1e6, duration=7200.0)).at()
    assert lasting.time[-1] == pytest.approx(7200.0)


def test_tailings_that_do_not_run_to_the_river_stay_with_their_water() -> None:
    far = dataclasses.replace(FACILITY, distance_to_river=1e9)
    one = estimate_release(far).at()
    assert sum(one.solids.values()) == 0.0
    assert one.water == pytest.approx(3e5)  # the pond alone
    assert one.dissolved["zinc"] == pytest.approx(0.01 * 3e5)


def test_band_holds_the_members_where_all_are_alike() -> None:
    sure = changed(released_volume=1e6, duration=3600.0, reaches_river=1.0)
    estimate = estimate_release(sure)
    one = estimate.at()
    time = np.linspace(0.0, 3600.0, 7)
    assert estimate.band(time)[1] == pytest.approx(np.interp(time, one.time, one.discharge))
    assert np.ptp(estimate.band(time), axis=0) == pytest.approx(0.0, abs=1e-9)


# --- other modes ---------------------------------------------------------------------------------


def water_release(**failure: object) -> FacilityRelease:
    facility = dataclasses.replace(FACILITY, failure=Failure(**failure))  # type: ignore[arg-type]
    one = estimate_release(facility).at()
    check_member(one)
    return one


def test_overtopping_mixes_flood_and_pond() -> None:
    one = water_release(mode="overtopping", inflow_volume=6e5, free_storage=2e5, duration=3600.0)
    assert one.water == pytest.approx(4e5)
    assert one.dissolved["zinc"] == pytest.approx(0.01 * 4e5 * 3e5 / 9e5)
    assert one.time[-1] == pytest.approx(3600.0)


def test_decant_pipe_empties_the_pond_and_no_more() -> None:
    one = water_release(mode="decant_failure", pipe_diameter=1.0, head=10.0)
    first = 0.6 * np.pi / 4.0 * np.sqrt(2 * 9.81 * 10.0)
    assert one.discharge == pytest.approx([first, 0.0])
    assert one.volume == pytest.approx(3e5)
    shut = water_release(mode="decant_failure", pipe_diameter=1.0, head=10.0, duration=3600.0)
    assert shut.volume == pytest.approx(3600.0 * first * (1.0 - 3600.0 * first / (4.0 * 3e5)))
    long = water_release(mode="decant_failure", pipe_diameter=1.0, head=10.0, duration=1e9)
    assert long.volume == pytest.approx(3e5)


def test_pipeline_pumps_until_shut_and_drains() -> None:
    one = water_release(
        mode="pipeline_rupture", pump_rate=0.2, time_to_shut=7200.0, drain_volume=150.0,
        solids_fraction=Spread(0.5),
    )  # fmt: skip
    assert one.volume == pytest.approx(0.2 * 7200.0 + 150.0)
    density = 1.0 / (0.5 / 2800.0 + 0.5 / 1000.0)
    assert sum(one.solids.values()) == pytest.approx(0.5 * density * one.volume)


def test_process_water_and_seepage() -> None:
    one = water_release(mode="process_water", duration=1800.0, hydrograph="constant")
    assert one.discharge == pytest.approx(3e5 / 1800.0)
    chronic = water_release(mode="seepage", seepage_rate=0.01, duration=86_400.0)
    assert chronic.water == pytest.approx(864.0)
    assert chronic.dissolved["zinc"] == pytest.approx(8.64)


# --- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facility", "reason"),
    [
        (changed(released_volume=6e6), "more than is stored"),
        (dataclasses.replace(changed(liquefiable=False), pond_volume=0.0), "case 2B"),
        (dataclasses.replace(FACILITY, dam_height=0.0), "dam height"),
        (dataclasses.replace(FACILITY, dry_density=Spread(2900.0)), "below solids_density"),
        (changed(solids_fraction=Spread(0.8)), "cannot be denser"),
        (dataclasses.replace(FACILITY, size_classes=CLASSES[:1]), "add up to 0.4"),
        (changed(volume_methods=("rico",)), "no method 'rico'"),
        (changed(mode="overtopping", inflow_volume=1e5, free_storage=2e5), "nothing spills"),
        (changed(mode="flood"), "no mode"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(facility: Facility, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        estimate_release(facility)

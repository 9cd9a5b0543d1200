"""Settling, bed exchange, cyanide, gas transfer, sorption, decay and their libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spillsim import formulas

INF = math.inf


def test_water_has_the_tabulated_density_and_viscosity() -> None:
    # Check values of the equation of state (UNESCO 1981), and a handbook's kinematic viscosities.
    assert formulas.water_density([5.0, 25.0]) == pytest.approx([999.96675, 997.04796], abs=5e-5)
    assert formulas.dynamic_viscosity(20.0) == pytest.approx(1.0016e-3, rel=1e-4)
    found = formulas.kinematic_viscosity([2.0, 5.0, 10.0, 20.0, 25.0, 30.0])
    assert found == pytest.approx([1.67e-6, 1.52e-6, 1.30e-6, 1.00e-6, 8.91e-7, 7.97e-7], rel=5e-3)


def test_settling_velocity_of_grains_hand_worked() -> None:
    # 20 um at nu 1e-6: R g D^2 = 1.65*9.80665*4e-10 = 6.4724e-9;
    # denominator 18e-6 + sqrt(0.75*1.65*9.80665*8e-15) = 18e-6 + 3.1158e-7.
    fine = formulas.ferguson_church_2004(20e-6, 1.65, 1e-6)
    assert fine == pytest.approx(6.4724e-9 / 1.831158e-5, rel=1e-4)
    # Tabulated elsewhere for the same constants: 5, 63, 100, 200, 500 um.
    sizes = np.array([5.0, 63.0, 100.0, 200.0, 500.0]) * 1e-6
    known = np.array([0.022, 3.2, 7.5, 23.0, 71.0]) * 1e-3
    assert formulas.ferguson_church_2004(sizes, 1.65, 1e-6) == pytest.approx(known, rel=0.03)


def test_settling_velocity_has_both_limits() -> None:
    stokes = 1.65 * formulas.GRAVITY * 1e-14 / (18.0 * 1e-6)
    assert formulas.ferguson_church_2004(1e-7, 1.65, 1e-6) == pytest.approx(stokes, rel=1e-3)
    coarse = math.sqrt(1.65 * formulas.GRAVITY * 1.0 / (0.75 * 0.4))
    found = formulas.ferguson_church_2004(1.0, 1.65, 1e-6, "spheres")
    assert found == pytest.approx(coarse, rel=1e-4)
    assert formulas.ferguson_church_2004(0.0, 1.65, 1e-6) == 0.0


def test_cold_water_carries_grains_farther() -> None:
    cold, warm = formulas.settling_velocity(20e-6, 2700.0, np.array([5.0, 25.0]))
    assert warm / cold == pytest.approx(1.518 / 0.893, rel=0.01)
    angular = formulas.settling_velocity(20e-6, 2700.0, 5.0, "angular")
    assert angular / cold == pytest.approx(18.0 / 24.0, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((20e-6, 2700.0, 10.0, "flakes"), "natural, spheres, angular"),
        ((1e-5, 900.0, 10.0), "light"),
    ],
)
def test_grains_that_cannot_settle_are_refused(
    arguments: tuple[float, float, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        formulas.settling_velocity(*arguments)


def test_crowds_settle_slower_and_flocs_faster() -> None:
    found = formulas.hindered_factor([0.0, 100.0, 200.0, 500.0], 200.0, 4.65)
    assert found == pytest.approx([1.0, 0.5**4.65, 0.0, 0.0])
    assert formulas.hindered_factor(1e3, INF) == 1.0
    assert formulas.richardson_zaki_exponent([0.0, 0.5, 10.0, 1e3]) == pytest.approx(
        [4.65, 4.35 * 0.5**-0.03, 4.45 * 10.0**-0.1, 2.39]
    )
    flocs = formulas.floc_settling_velocity([0.0, 0.5, 100.0], 1e-3, 1.0, 1e-4, 2e-3)
    assert flocs == pytest.approx([1e-4, 5e-4, 2e-3])


def test_bed_exchange_hand_worked() -> None:
    tau = formulas.bed_shear_stress([0.0, 0.005, 0.02])  # 0, 0.025 and 0.4 Pa
    assert tau == pytest.approx([0.0, 0.025, 0.4])
    deposition = formulas.krone_deposition_rate(3e-4, 1.5, tau, 0.1)
    assert deposition == pytest.approx([2e-4, 1.5e-4, 0.0])
    assert formulas.krone_deposition_rate(3e-4, 1.5, 0.4, INF) == pytest.approx(2e-4)
    assert formulas.deposition_rate(3e-4, 1.5) == pytest.approx(2e-4)
    assert formulas.partheniades_erosion(1e-4, tau, 0.2) == pytest.approx([0.0, 0.0, 1e-4])
    assert formulas.partheniades_erosion(1e-4, 0.8, 0.2, 2.0) == pytest.approx(9e-4)
    assert formulas.resuspension_rate(1e-5, tau, 0.2) == pytest.approx([0.0, 0.0, 1e-5])


def test_threshold_of_clean_sand_hand_worked() -> None:
    # 0.2 mm quartz at 10 degC (nu 1.3065e-6, rho 999.70): D* = 2e-4 (9.80665*1.65079/nu^2)^(1/3)
    # = 4.230; theta = 0.3/6.076 + 0.055(1 - exp(-0.0846)) = 0.04937 + 0.00446 = 0.05384;
    # tau = theta * 1650.3 * 9.80665 * 2e-4 = 0.1743 Pa.
    assert formulas.soulsby_1997_threshold(2e-4, 2650.0, 10.0) == pytest.approx(0.1743, rel=1e-3)


def test_hydrogen_cyanide_by_ph_and_temperature() -> None:
    published = formulas.hydrogen_cyanide_pka([10.0, 20.0, 30.0, 45.0])
    assert published == pytest.approx([9.63, 9.34, 9.09, 8.72], abs=0.012)
    measured = formulas.hydrogen_cyanide_pka([20.0, 30.0])  # Izatt et al. 1962
    assert measured == pytest.approx([9.36, 9.11], abs=0.025)
    shares = formulas.hydrogen_cyanide_share([7.0, 8.0, 9.0, 10.5], 20.0)
    assert shares == pytest.approx([0.996, 0.957, 0.69, 0.066], abs=2e-3)
    pka = formulas.hydrogen_cyanide_pka(5.0)
    assert formulas.hydrogen_cyanide_share(pka, 5.0) == pytest.approx(0.5)


def test_henrys_constant_is_the_published_one() -> None:
    solubility = formulas.hydrogen_cyanide_solubility([25.0, 37.4])
    assert solubility == pytest.approx([9.02, 3.00], rel=0.01)
    # 1 / (9.02 * 0.082057 * 298.15)
    assert formulas.hydrogen_cyanide_henry(25.0) == pytest.approx(0.00453, rel=2e-3)
    assert pytest.approx((13.85, 37.85)) == formulas.HENRY_RANGE


def test_two_films_in_series() -> None:
    # 5 cm/h and 1500 cm/h with H = 0.0045: 1 / (1/5 + 1/6.75) = 2.872 cm/h.
    assert formulas.two_film_velocity(5.0, 1500.0, 0.0045) == pytest.approx(2.872, rel=1e-3)
    assert formulas.two_film_velocity(5.0, 1e12, 1.0) == pytest.approx(5.0)
    assert formulas.two_film_velocity([0.0, 0.0, 1.0], [0.0, 1.0, 0.0], 1.0) == pytest.approx(0.0)


def test_stream_stirs_as_in_oxygens_reaeration() -> None:
    # O'Connor & Dobbins in days and metres: 3.93 U^0.5 / h^1.5, oxygen 2.09e-9 m2/s at 20 degC.
    found = formulas.oconnor_dobbins_1958(2.09e-9, 0.4, 1.5) / 1.5
    assert found * 86400.0 == pytest.approx(3.93 * 0.4**0.5 / 1.5**1.5, rel=0.01)


def test_wind_films_hand_worked() -> None:
    # 10 m/s: u* = 0.1 sqrt(12.4) = 0.35214; 5 m/s: 0.05 sqrt(9.25) = 0.15207 m/s.
    assert formulas.wind_friction_velocity([5.0, 10.0]) == pytest.approx(
        [0.15207, 0.35214], rel=1e-4
    )
    water = formulas.mackay_yeun_water_side([0.0, 5.0, 10.0], 600.0)
    by_hand = [1e-6, 1e-6 + 144e-4 * 0.15207**2.2 / 24.4949, 1e-6 + 34.1e-4 * 0.35214 / 24.4949]
    assert water == pytest.approx(by_hand, rel=1e-3)
    air = formulas.mackay_yeun_air_side([0.0, 5.0], 1.0)
    assert air == pytest.approx([1e-3, 1e-3 + 46.2e-3 * 0.15207], rel=1e-4)


def test_volatilisation_of_cyanide_hand_worked() -> None:
    hcn = formulas.VOLATILE_COMPOUNDS["hydrogen_cyanide"]
    rate = formulas.volatilisation_rate(hcn, 0.5, 2.0, 25.0, 2.0, 7.5)
    # nu/D = 8.927e-7/1.68e-9 = 531.4; u* = 0.02 sqrt(7.36) = 0.054259;
    # kw = sqrt(1.68e-9*0.25) + 1e-6 + 144e-4*0.054259^2.2/23.05 = 2.0494e-5 + 1e-6 + 1.026e-6;
    # air: mu = 1.8356e-5, rho 1.1839 -> nu 1.5504e-5, Sc 0.92396, ka = 1e-3 + 2.5068e-3/0.94838;
    # H = 0.004531: H ka = 1.6507e-5; K_L = 9.526e-6; f = 0.9805; k = f K_L/2 = 4.670e-6 1/s.
    assert rate == pytest.approx(4.67e-6, rel=3e-3)
    cold = formulas.volatilisation_rate(hcn, 0.5, 2.0, 5.0, 2.0, 7.5)
    assert cold < 0.5 * rate
    high_ph = formulas.volatilisation_rate(hcn, 0.5, 2.0, 25.0, 2.0, 11.0)
    assert high_ph / rate == pytest.approx(0.0160 / 0.9807, rel=0.02)


def test_sorption_shares_and_rates() -> None:
    # Lead with log Kd 5.6 at 10, 100 and 1000 mg/L.
    lead = formulas.distribution_coefficient("Pb").value
    matter = np.array([0.01, 0.1, 1.0])
    assert formulas.dissolved_share(lead, matter) == pytest.approx([0.20, 0.025, 0.0025], rel=0.03)
    rate = formulas.adsorption_rate(1e-5, lead, matter)
    # What adsorbs equals what desorbs at the equilibrium share.
    share = formulas.dissolved_share(lead, matter)
    np.testing.assert_allclose(rate * share, 1e-5 * (1.0 - share), rtol=1e-12)
    # Strontium in Uvas Creek: 0.07 m3/kg * 40 kg/m3.
    assert formulas.retardation(0.07, 40.0) == pytest.approx(3.8)


def test_library_of_distribution_coefficients_tells_its_quality() -> None:
    zinc = formulas.distribution_coefficient("zinc")
    assert zinc.value == pytest.approx(10.0**5.1 * 1e-3)
    assert (zinc.lowest, zinc.highest) == pytest.approx((10.0**0.5, 10.0**3.9))
    assert zinc.quality == "recalled"
    assert "EPA" in zinc.source
    assert formulas.distribution_coefficient(" ZN ") == zinc
    assert formulas.distribution_coefficient("Mercury II").quality == "read"
    for entry in formulas.distribution_coefficients().values():
        assert entry.lowest <= entry.value <= entry.highest
        assert entry.quality in {"read", "recalled"}
    with pytest.raises(LookupError, match=r'arsenic, cadmium.*Did you mean "cadmium"'):
        formulas.distribution_coefficient("cadmum")


def test_half_life_and_light() -> None:
    assert np.exp(-formulas.rate_of_half_life(100.0) * 300.0) == pytest.approx(0.125)
    assert formulas.rate_of_half_life(INF) == 0.0
    found = formulas.photolysis_rate(1e-5, 0.5, [0.0, 0.4, 1.0])
    assert found == pytest.approx([5e-6, 3e-6, 0.0])


def test_bateman_chain_against_two_closed_forms() -> None:
    k, t = np.array([2e-5, 5e-5, 0.0]), np.array([0.0, 1e4, 1e5])
    first, second, third = formulas.bateman_1910([1.0, 0.5, 0.0], k, t, [0.9, 0.8])
    np.testing.assert_allclose(first, np.exp(-2e-5 * t), rtol=1e-13)
    by_hand = 0.9 * 2e-5 / 3e-5 * (np.exp(-2e-5 * t) - np.exp(-5e-5 * t)) + 0.5 * np.exp(-5e-5 * t)
    np.testing.assert_allclose(second, by_hand, rtol=1e-12)
    # With yields of one nothing is lost.
    whole = formulas.bateman_1910([1.0, 0.5, 0.2], k, t)
    np.testing.assert_allclose(whole.sum(axis=0), 1.7, rtol=1e-12)
    assert third[0] == pytest.approx(0.0, abs=1e-15)
    with pytest.raises(ValueError, match="different"):
        formulas.bateman_1910([1.0, 0.0], [1e-5, 1e-5], [1.0])


def test_uranium_chain_is_linked_and_radium_has_a_curie_per_gram() -> None:
    chain = formulas.RADIONUCLIDES
    symbols = list(chain)
    assert symbols == ["U-238", "U-234", "Th-230", "Ra-226", "Pb-210", "Po-210"]
    assert [chain[s].daughter for s in symbols] == [*symbols[1:], "Pb-206"]
    # The curie was a gram of radium: 3.7e10 Bq, within 1.2 % of today's half-life.
    assert chain["Ra-226"].specific_activity == pytest.approx(3.7e13, rel=0.015)
    assert chain["U-238"].specific_activity == pytest.approx(12.4e6, rel=5e-3)
    assert formulas.mass_ratio("Ra-226", "Pb-210") == pytest.approx(210.0 / 226.0)
    with pytest.raises(ValueError, match="mass number"):
        formulas.mass_ratio("Ra-226", "lead")

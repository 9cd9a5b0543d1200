"""Every process by itself against its closed solution, from a scenario to the result.

All go through ``spillsim.run``, so that reading, rates, march, ledger and dataset are in it. A
wrong sign or factor anywhere on that way shows: each test states the number it must come to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from constituent_cases import DAY, DEPTH, DISPERSION, LENGTH, VELOCITY, river, slug

import spillsim

HOUR = 3600.0
SILT = {"name": "silt", "settling_velocity": "0.05 mm/s", "deposition": "always",
        "resuspension_rate": "0 1/d", "critical_erosion_stress": "10 Pa"}  # fmt: skip
STRESS = 1000.0 * 9.80665 * 1e-4
"""rho g S, times the hydraulic radius the shear stress [Pa/m]."""


def ran(**sections: Any) -> xr.Dataset:
    """The result, whose masses must close."""
    dataset = spillsim.run(river(**sections))
    error = np.abs(dataset["mass_error"]).max("ledger_time")
    assert float((error / np.maximum(dataset["mass_released"].max(), 1e-30)).max()) < 1e-12
    for name in ("concentration", "mass_on_bed", "bed_mass_profile"):
        if name in dataset:
            # rounding of what no longer has all its digits, below 1e-307, has either sign
            assert float(dataset[name].min()) >= -1e-300
    return dataset


def at(dataset: xr.Dataset, name: str, what: str) -> np.ndarray:
    """(T,) a variable at the first station."""
    return np.asarray(dataset[name].isel(station=0).sel(substance=what).values, dtype=np.float64)


def last(dataset: xr.Dataset, name: str, what: str) -> float:
    """A part of the ledger at its last time, none where nothing ever was in it [kg]."""
    if f"mass_{name}" not in dataset:
        return 0.0
    return float(dataset[f"mass_{name}"].sel(substance=what)[-1])


def through(rate: float, distance: float = 30e3) -> float:
    """Share of a release at the head that passes a place: exp((U - w) x / 2 D)."""
    return float(np.exp(-2.0 * rate * distance / (VELOCITY + root(rate))))


def root(rate: float) -> float:
    """w = sqrt(U2 + 4 D k); C = 2 U / (U + w) times the flux over Q, as dispersion carries some."""
    return float(np.sqrt(VELOCITY**2 + 4.0 * DISPERSION * rate))


# --- losses --------------------------------------------------------------------------------------


def test_what_settles_falls_exponentially_along_the_river() -> None:
    rate = 0.05e-3 / DEPTH
    steady = slug("silt") | {"kind": "rate", "rate": "2 kg/s", "duration": "3 days"}
    steady.pop("mass")
    dataset = ran(solids=[SILT], release=[steady], duration="3 days")
    w = root(rate)
    steady_state = 2.0 / 40.0 * through(rate) * 2.0 * VELOCITY / (VELOCITY + w) * 1e3
    assert at(dataset, "concentration", "silt")[-1] == pytest.approx(steady_state, rel=3e-3)
    bed = dataset["bed_mass_profile"].sel(substance="silt").values
    middle = dataset["mesh_edge_distance"].values
    some = (middle > 5.0) & (middle < 50.0)
    # to the lower reaches it came later; what lies on the bed there is w C times the time since
    when = 3.0 * DAY - middle[some] * 1e3 / VELOCITY
    fall = np.polyfit(middle[some] * 1e3, np.log(bed[some] / when), 1)[0]
    assert fall == pytest.approx(-2.0 * rate / (VELOCITY + w), rel=0.01)
    on_bed, suspended, past = (last(dataset, n, "silt")
                               for n in ("on_bed", "suspended", "past_outlet"))  # fmt: skip
    assert on_bed + suspended + past == pytest.approx(2.0 * 3.0 * DAY, rel=1e-12)


def test_grains_come_to_krones_balance_with_the_bed() -> None:
    """Where both happen, w (1 - tau / tau_cd) C = r (tau / tau_ce - 1) B in the end."""
    stress = STRESS * 40.0 * DEPTH / (40.0 + 2.0 * DEPTH)
    silt = {"name": "silt", "settling_velocity": "1 mm/s", "critical_deposition_stress": "4 Pa",
            "critical_erosion_stress": "1 Pa", "resuspension_rate": "20 1/d"}  # fmt: skip
    steady = slug("silt") | {"kind": "rate", "rate": "2 kg/s", "duration": "12 days"}
    steady.pop("mass")
    dataset = ran(solids=[silt], release=[steady], duration="12 days",
                  output={"interval": "1 h"})  # fmt: skip
    settling = 1e-3 * (1.0 - stress / 4.0) / DEPTH
    back = 20.0 / DAY * (stress / 1.0 - 1.0)
    # nothing stays for good: all of the release passes, and the bed holds settling / back of it
    assert at(dataset, "concentration", "silt")[-1] == pytest.approx(2.0 / 40.0 * 1e3, rel=1e-3)
    assert last(dataset, "on_bed", "silt") / last(dataset, "suspended", "silt") == pytest.approx(
        settling / back, rel=0.01
    )


@pytest.mark.parametrize(
    ("keys", "sections", "rate"),
    [
        ({"decay_rate": "2 1/d"}, {}, 2.0 / DAY),
        ({"photolysis_rate": "3 1/d"}, {"water": {"daylight": 0.4}}, 1.2 / DAY),
        ({"half_life": "12 h"}, {}, np.log(2.0) / (0.5 * DAY)),
        ({"gas_exchange_rate": "1 1/d", "decay_rate": "1 1/d"}, {}, 2.0 / DAY),
    ],
    ids=["decay", "light", "half-life", "air"],
)
def test_a_loss_leaves_what_its_rate_says(
    keys: dict[str, Any], sections: dict[str, Any], rate: float
) -> None:
    dataset = ran(substance=[{"name": "x"} | keys], release=[slug("x")], **sections)
    assert at(dataset, "cumulative_mass", "x")[-1] == pytest.approx(1e3 * through(rate), rel=2e-3)
    lost = 1e3 - last(dataset, "past_outlet", "x") - last(dataset, "in_river", "x")
    gone = last(dataset, "decayed", "x") + last(dataset, "volatilised", "x")
    assert gone == pytest.approx(lost, rel=1e-9)


def test_ice_stops_light_and_air() -> None:
    keys = {"name": "x", "photolysis_rate": "3 1/d", "gas_exchange_rate": "2 1/d",
            "decay_rate": "1 1/d", "volatilisation": {"compound": "hydrogen_cyanide"}}  # fmt: skip
    flowing = {"hydraulics": "manning", "manning_n": 0.03, "velocity [m/s]": None,
               "depth [m]": None}  # fmt: skip
    shares = []
    for frozen in (False, True):
        ice = {"ice": {"reaches": ["r1"], "manning_n": 0.02}} if frozen else {}
        dataset = ran(substance=[keys], release=[slug("x")], reach=flowing, duration="20 h", **ice)
        since = (dataset["ledger_time"].values - dataset["time"].values[0]) / np.timedelta64(1, "s")
        # before any is past the outlet the whole river decays alike
        left = dataset["mass_in_river"].sel(substance="x").values[5] / 1e3
        shares.append(-np.log(left) / float(since[5]) * DAY)
        gone = last(dataset, "volatilised", "x")
        assert (gone > 0.0) is not frozen
    assert shares[0] > 3.0 * 0.5 + 2.0 + 1.0  # daylight half the time; volatilisation besides
    assert shares[1] == pytest.approx(1.0, rel=1e-9)


def test_hydrogen_cyanide_leaves_to_the_air() -> None:
    """f_HCN K_L / h with the formulas' own values: the way from words to rate, not the formula."""
    from spillsim.formulas import VOLATILE_COMPOUNDS, volatilisation_rate

    keys = {"name": "cyanide", "volatilisation": {"compound": "hydrogen_cyanide"}}
    dataset = ran(substance=[keys], release=[slug("cyanide")],
                  water={"ph": 7.0, "wind_speed": "4 m/s"})  # fmt: skip
    compound = VOLATILE_COMPOUNDS["hydrogen_cyanide"]
    rate = float(volatilisation_rate(compound, VELOCITY, DEPTH, 15.0, 4.0, 7.0))
    assert 0.1 < rate * DAY < 2.0
    passed = at(dataset, "cumulative_mass", "cyanide")[-1]
    assert passed == pytest.approx(1e3 * through(rate), rel=2e-3)
    assert last(dataset, "volatilised", "cyanide") > 100.0


# --- one turns into another ----------------------------------------------------------------------


def test_a_decay_chain_is_bateman_in_the_time_of_travel() -> None:
    """Bateman (1910): a -> b -> c with k1, k2; masses of the whole river over time."""
    k1, k2 = 3.0 / DAY, 1.0 / DAY
    dataset = ran(
        substance=[{"name": "a"}, {"name": "b", "decay_rate": f"{k2!r} 1/s"}],
        reaction=[{"from": "a", "to": "b", "rate": f"{k1!r} 1/s", "yield": 0.5}],
        release=[slug("a")], duration="20 h",
    )  # fmt: skip
    time = (dataset["ledger_time"].values - dataset["time"].values[0]) / np.timedelta64(1, "s")
    a = dataset["mass_in_river"].sel(substance="a").values
    b = dataset["mass_in_river"].sel(substance="b").values
    np.testing.assert_allclose(a, 1e3 * np.exp(-k1 * time), rtol=1e-9)
    bateman = 0.5 * 1e3 * k1 / (k2 - k1) * (np.exp(-k1 * time) - np.exp(-k2 * time))
    np.testing.assert_allclose(b, bateman, rtol=1e-9)
    turned = dataset["mass_transformed"].sel(substance="a").values
    np.testing.assert_allclose(turned, 1e3 * -np.expm1(-k1 * time), rtol=1e-9)


# --- sorption ------------------------------------------------------------------------------------


def grains_and_metal(rate: str | None, coefficient: str = "2000 L/kg") -> dict[str, Any]:
    """Suspended grains that never settle, and a metal that sorbs to them."""
    clay = SILT | {"name": "clay", "deposition": "krone", "critical_deposition_stress": "0.01 Pa"}
    pair = {"to": "clay", "distribution_coefficient": coefficient}
    metal = {"name": "zinc", "sorption": [pair | ({} if rate is None else {"rate": rate})]}
    steady = {"at": {"node": "a"}, "kind": "rate", "duration": "30 h"}
    return {"solids": [clay], "substance": [metal], "duration": "30 h",
            "release": [steady | {"substance": "clay", "rate": "20 kg/s"},
                        steady | {"substance": "zinc", "rate": "0.1 kg/s"}]}  # fmt: skip


def test_at_equilibrium_the_parts_are_as_kd_times_the_grains() -> None:
    dataset = ran(**grains_and_metal(None))
    grains = at(dataset, "concentration", "clay")
    assert grains[-1] == pytest.approx(500.0, rel=2e-3)
    dissolved, bound = (at(dataset, f"{part}_concentration", "zinc")
                        for part in ("dissolved", "suspended"))  # fmt: skip
    # 2 m3/kg times 0.5 kg/m3: half and half, at the plateau
    assert bound[-1] / dissolved[-1] == pytest.approx(2.0 * grains[-1] / 1e3, rel=2e-3)
    assert (bound + dissolved)[-1] == pytest.approx(0.1 / 40.0 * 1e3, rel=2e-3)


def test_slow_sorption_comes_to_equilibrium_as_its_rate_grows() -> None:
    """Bound over dissolved lacks exp(-(1 + Kd m) k t), and the approach has the slope of 1 / k."""
    travel, rates = 30e3 / VELOCITY, (2e-5, 4e-5, 8e-5)
    for rate in rates:
        dataset = ran(**grains_and_metal(f"{rate!r} 1/s"))
        total = at(dataset, "concentration", "zinc")[-1]
        bound = at(dataset, "suspended_concentration", "zinc")[-1]
        k = 2.0 * rate  # (1 + Kd m) of the desorption rate; the dispersed mean of exp(-k t)
        w = np.sqrt(VELOCITY**2 + 4.0 * DISPERSION * k)
        left = np.exp(-2.0 * k * 30e3 / (VELOCITY + w)) * (2.0 * VELOCITY / (VELOCITY + w)) ** 2
        assert bound / total == pytest.approx(0.5 * (1.0 - left), rel=5e-3), rate
        assert k * travel > 1.0


def bed(rate: str | None = None) -> dict[str, Any]:
    """A metal that sorbs to the bed so that it is held back three times as long as the water."""
    pair = {"to": "bed", "distribution_coefficient": "50 L/kg", "sediment": "40 kg/m3"}
    return {"substance": [{"name": "zinc", "sorption": [pair | ({"rate": rate} if rate else {})]}],
            "release": [slug("zinc")], "duration": "4 days", "output": {"interval": "15 min"},
            "numerics": {"error": 0.01}}  # fmt: skip


def passage(dataset: xr.Dataset) -> tuple[float, float]:
    """Mean and variance of the time at which the mass passes the first station [s, s2]."""
    time = (dataset["time"].values - dataset["time"].values[0]) / np.timedelta64(1, "s")
    passed = at(dataset, "cumulative_mass", "zinc") / 1e3
    left = 1.0 - passed / passed[-1]
    mean = float(np.trapezoid(left, time))
    return mean, 2.0 * float(np.trapezoid(time * left, time)) - mean**2


def test_sorption_to_the_bed_holds_the_arrival_back() -> None:
    """Everything comes 1 + rho Kd = 3 times as late, and is 3 times as wide."""
    dataset = ran(**bed())
    assert at(dataset, "cumulative_mass", "zinc")[-1] == pytest.approx(1e3, rel=1e-6)
    mean, variance = passage(dataset)
    assert mean == pytest.approx(3.0 * 30e3 / VELOCITY, rel=2e-3)
    assert variance == pytest.approx(9.0 * 2.0 * DISPERSION * 30e3 / VELOCITY**3, rel=0.06)


def test_a_slow_bed_spreads_and_a_fast_one_does_not() -> None:
    """The variance has 2 R' (x / U) / k more, R' = rho Kd; so its slope over the rate is -1."""
    rates, extra = (2e-4, 4e-4, 8e-4), []
    for rate in rates:
        mean, variance = passage(ran(**bed(f"{rate!r} 1/s")))
        assert mean == pytest.approx(3.0 * 30e3 / VELOCITY, rel=2e-3)
        extra.append(variance - 9.0 * 2.0 * DISPERSION * 30e3 / VELOCITY**3)
    assert np.polyfit(np.log(rates), np.log(extra), 1)[0] == pytest.approx(-1.0, abs=0.1)
    assert extra[0] == pytest.approx(2.0 * 2.0 * 30e3 / VELOCITY / rates[0], rel=0.05)


def test_a_release_bound_to_grains_goes_down_with_them() -> None:
    sorbs = [{"to": "silt", "distribution_coefficient": "1e9 L/kg"}]
    dataset = ran(
        solids=[SILT], substance=[{"name": "lead", "sorption": sorbs}],
        release=[slug("silt", "100 t"), slug("lead", "1 t", carrier="silt")],
        duration="1 day",
    )  # fmt: skip
    share = dataset["mass_on_bed"] / dataset["mass_released"]
    np.testing.assert_allclose(
        share.sel(substance="lead").values, share.sel(substance="silt").values, atol=5e-5
    )
    assert float(share[0, -1]) > 0.3


# --- reaches -------------------------------------------------------------------------------------


def test_cutting_a_reach_changes_nothing() -> None:
    sections = grains_and_metal("1e-4 1/s")
    sections["solids"] = [SILT | {"name": "clay"}]
    whole = ran(**sections)
    row = {"from": "a", "to": "b", "velocity [m/s]": VELOCITY, "width [m]": 40.0,
           "depth [m]": DEPTH, "slope": 1e-4,
           "dispersion_coefficient [m2/s]": DISPERSION}  # fmt: skip
    reaches = [row | {"id": "r1", "to": "m", "length [km]": 31.0},
               row | {"id": "r2", "from": "m", "length [km]": LENGTH / 1e3 - 31.0}]  # fmt: skip
    nodes = [{"id": "a", "kind": "headwater"}, {"id": "m"}, {"id": "b", "kind": "outlet"}]
    cut = ran(**sections, network={"nodes": nodes, "reaches": reaches})
    for name in ("concentration", "suspended_concentration", "cumulative_mass"):
        scale = float(whole[name].max())
        np.testing.assert_allclose(cut[name].values, whole[name].values, atol=1e-9 * scale)
    for name in ("mass_on_bed", "mass_suspended", "mass_past_outlet"):
        np.testing.assert_allclose(cut[name].values, whole[name].values, rtol=1e-9, atol=1e-6)


# --- deposit and flood ---------------------------------------------------------------------------


def flooded(**more: Any) -> xr.Dataset:
    """Tailings that settle at low flow and that a flood picks up again, routed."""
    flood = [{"time [h]": t, "discharge [m3/s]": q}
             for t, q in ((0, 40.0), (48, 40.0), (60, 400.0), (84, 40.0), (120, 40.0))]  # fmt: skip
    silt = {"name": "silt", "settling_velocity": "0.5 mm/s", "critical_deposition_stress":
            "4 Pa", "critical_erosion_stress": "4 Pa"} | more  # fmt: skip
    sorbs = [{"to": "silt", "distribution_coefficient": "5000 L/kg"},
             {"to": "bed", "distribution_coefficient": "20 L/kg", "sediment": "5 kg/m3",
              "rate": "2e-5 1/s"}]  # fmt: skip
    return ran(
        solids=[silt], substance=[{"name": "zinc", "sorption": sorbs}, {"name": "inert"}],
        release=[slug("silt", "200 t"), slug("zinc", "2 t", carrier="silt"), slug("inert")],
        hydrograph=[{"at": {"node": "a"}, "mode": "replace", "table": flood}], duration="5 days",
        reach={"hydraulics": "manning", "manning_n": 0.035, "velocity [m/s]": None,
               "depth [m]": None, "slope": 2e-4}, numerics={"time_step": "20 min"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "erodes",
    [{"resuspension_rate": "5 1/d"}, {"erosion_rate": "1e-4 kg/m2/s"}],
    ids=["linear", "partheniades"],
)
def test_a_flood_takes_up_what_lay_there_and_nothing_is_lost(erodes: dict[str, Any]) -> None:
    dataset = flooded(**erodes)
    assert "engine" in dataset.attrs
    time = (dataset["ledger_time"].values - dataset["time"].values[0]) / np.timedelta64(1, "h")
    bed = {what: dataset["mass_on_bed"].sel(substance=what).values for what in ("silt", "zinc")}
    before, after = (int(np.searchsorted(time, hour)) for hour in (48.0, 96.0))
    assert bed["silt"][before] > 5e4
    assert bed["silt"][after] < 0.8 * bed["silt"][before]
    names = ("in_river", "in_storage", "on_bed", "decayed", "abstracted", "past_outlet")
    parts = sum(dataset[f"mass_{name}"] for name in names)
    released = dataset["mass_released"]
    assert float((np.abs(parts - released) / released.max("ledger_time")).max()) < 1e-12
    np.testing.assert_allclose(released[:, -1].values, [2e3, 1e3, 2e5], rtol=1e-12)
    # zinc that is on the bed at the end lies beside the grains, or has sorbed to the river's own
    assert 0.0 < bed["zinc"][-1] < bed["zinc"][before]
    # an inert substance does not know of all that
    assert last(dataset, "on_bed", "inert") == 0.0

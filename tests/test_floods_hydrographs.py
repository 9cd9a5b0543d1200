"""Flood shapes, rain on snow and breach outflow against figures worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from spillsim import floods

HOUR, DAY, INCH = 3600.0, 86_400.0, 0.0254

# --- shapes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [0.5, 1.0, floods.SCS_SHAPE, 12.0])
def test_gamma_shape_has_its_peak_and_volume(shape: float) -> None:
    time, discharge = floods.gamma_hydrograph(20.0, 220.0, 6 * HOUR, shape)
    assert discharge.max() == 220.0
    assert time[discharge.argmax()] == 6 * HOUR
    assert discharge[0] == discharge[-1] == 20.0
    assert np.all(np.diff(time) > 0.0)
    whole = 200.0 * 6 * HOUR * (math.e / shape) ** shape * math.gamma(shape + 1.0) / shape
    assert floods.volume_above(time, discharge, 20.0) == pytest.approx(whole, rel=1e-3)


def test_gamma_shape_is_a_nash_cascade() -> None:
    """n equal reservoirs: u(t) ~ t^(n-1) exp(-t / k), which peaks at (n - 1) k (Nash 1957)."""
    reservoirs, k = 4, 2 * HOUR
    time, discharge = floods.gamma_hydrograph(0.0, 1.0, (reservoirs - 1) * k, reservoirs - 1.0)
    cascade = time ** (reservoirs - 1) * np.exp(-time / k)
    inner = discharge > 0.0
    assert discharge[inner] == pytest.approx((cascade / cascade.max())[inner], rel=1e-12)


def test_default_shape_has_the_peak_of_the_scs_triangle() -> None:
    """Peak * time to peak / volume is 3/4, the peak rate factor of 484 in U.S. units."""
    m = floods.SCS_SHAPE
    found = math.exp((m + 1) * math.log(m) - m - float(special.gammaln(m + 1)))
    assert found == pytest.approx(0.75, rel=1e-12)
    time, discharge = floods.triangular_hydrograph(0.0, 8.0, HOUR)
    assert 8.0 * HOUR / floods.volume_above(time, discharge) == pytest.approx(0.75, rel=1e-12)


@pytest.mark.parametrize("shape", ["gamma", "triangular"])
def test_a_volume_sets_the_shape(shape: str) -> None:
    make = floods.gamma_hydrograph if shape == "gamma" else floods.triangular_hydrograph
    find = floods.gamma_shape if shape == "gamma" else floods.triangular_recession
    for ratio in (0.7, 1.3, 2.5):
        time, discharge = make(5.0, 105.0, HOUR, find(ratio))
        assert floods.volume_above(time, discharge, 5.0) == pytest.approx(
            ratio * 100.0 * HOUR, rel=1e-3
        )
    with pytest.raises(ValueError, match="volume"):
        find(0.05)


def test_a_given_hydrograph_is_stretched_from_base_to_peak() -> None:
    assert floods.scaled([4.0, 12.0, 8.0, 4.0], 10.0, 50.0) == pytest.approx([10, 50, 30, 10])
    with pytest.raises(ValueError, match="the same discharge"):
        floods.scaled([10.0, 10.0], 10.0, 50.0)


# --- rain on snow --------------------------------------------------------------------------------


def snow(**changes: object) -> floods.Snow:
    given: dict[str, object] = {
        "area": 50e6, "water_equivalent": 0.1, "runoff_coefficient": 0.6, "time_to_peak": 4 * HOUR,
    } | changes  # fmt: skip
    return floods.Snow(**given)  # type: ignore[arg-type]


def rate(rain: float, temperature: float, pack: floods.Snow) -> float:
    return float(floods.melt_rate(np.array([rain]), np.array([temperature]), pack)[0])


def test_melt_worked_by_hand_in_inches_and_fahrenheit() -> None:
    """USACE (1998) eq. 5-20 and 5-19: 2 inches of rain a day, 50 F, wind of 10 miles an hour."""
    rain, warm = 2.0 * INCH / DAY, (50.0 - 32.0) / 1.8
    forest = (0.074 + 0.007 * 2.0) * 18.0 + 0.05
    assert rate(rain, warm, snow()) == pytest.approx(1.634 * INCH / DAY, rel=1e-12)
    assert forest == pytest.approx(1.634)
    opened = snow(melt="open", wind=4.4704, wind_exposure=0.5)
    assert rate(rain, warm, opened) == pytest.approx(1.62 * INCH / DAY, rel=1e-12)


def test_degree_days_with_the_heat_of_rain() -> None:
    """(4 + 0.0126 * 50) * 8 = 37.04 mm a day; 0.0126 is heat capacity over heat of fusion."""
    pack = snow(melt="degree_day", degree_day_factor=4e-3 / DAY)
    assert rate(0.05 / DAY, 8.0, pack) == pytest.approx(37.04e-3 / DAY, rel=1e-12)
    assert rate(0.05 / DAY, -1.0, pack) == 0.0
    assert pytest.approx(4186.0 / 333.6e3, rel=0.01) == floods.RAIN_HEAT


def storm(rain_mm_h: list[float], temperature: list[float]) -> floods.Weather:
    edges = 6 * HOUR * np.arange(len(rain_mm_h) + 1)
    return floods.Weather(edges, np.array(rain_mm_h) * 1e-3 / HOUR, np.array(temperature))


@pytest.mark.parametrize("water_equivalent", [0.0, 0.004, 0.1])
def test_water_of_rain_and_snow_is_accounted_for(water_equivalent: float) -> None:
    pack = snow(water_equivalent=water_equivalent)
    found = floods.direct_runoff(storm([2.0, 5.0, 3.0, 1.0], [-2.0, 4.0, 7.0, -1.0]), pack)
    drained = floods.volume_above(found.time, found.discharge)
    assert drained == pytest.approx(found.volume, rel=1e-13)
    before = water_equivalent * pack.area + found.precipitation
    assert found.volume + found.lost + found.snow_left == pytest.approx(before, rel=1e-13)
    assert found.volume == pytest.approx(0.6 * (found.volume + found.lost), rel=1e-13)
    # 12 mm and 6 mm fell as snow, of which only the first could melt
    assert found.melt <= (water_equivalent + 0.012) * pack.area * (1 + 1e-12)
    assert found.snow_left >= 0.006 * pack.area * (1 - 1e-12)


def test_melt_stops_when_the_pack_is_gone() -> None:
    little = floods.direct_runoff(storm([5.0, 5.0], [8.0, 8.0]), snow(water_equivalent=0.01))
    assert little.melt == pytest.approx(0.01 * 50e6, rel=1e-12)
    assert little.snow_left == 0.0
    plenty = floods.direct_runoff(storm([5.0, 5.0], [8.0, 8.0]), snow(water_equivalent=0.5))
    per_day = (3.3828 + 0.0126 * 120.0) * 8.0 + 1.27
    assert plenty.melt == pytest.approx(0.5 * per_day * 1e-3 * 50e6, rel=2e-4)


def test_a_sudden_rain_gives_the_scs_peak() -> None:
    """q = 0.208 A Q / T: 10 km2, 10 mm and 5 h give 4.16 m3/s (NRCS, NEH part 630, ch. 16)."""
    weather = floods.Weather(np.array([0.0, 60.0]), np.array([0.01 / 60.0]), np.array([10.0]))
    bare = snow(area=10e6, water_equivalent=0.0, runoff_coefficient=1.0, time_to_peak=5 * HOUR)
    found = floods.direct_runoff(weather, bare)
    assert found.discharge.max() == pytest.approx(4.16, rel=0.03)
    assert found.time[found.discharge.argmax()] == pytest.approx(5 * HOUR, rel=0.05)


# --- landslide dam -------------------------------------------------------------------------------


def test_breach_peak_of_gohna() -> None:
    """Gohna, India, 1894: 274 m high, 467 Mm3, 56,650 m3/s seen (Costa 1985, table 6)."""
    peak, error, name = floods.breach_peak_range(274.0, 467e6)
    assert name == "dam_factor"
    assert peak == pytest.approx(28_426, rel=1e-3)
    assert peak * (1.0 + error) > 56_650


def test_breach_peak_of_each_regression() -> None:
    assert floods.breach_peak(volume=1e6) == pytest.approx(672.0)
    assert floods.breach_peak(height=1.0) == pytest.approx(6.3)
    assert floods.breach_peak(10.0, 1e5) == pytest.approx(181.0)
    assert floods.breach_peak(height=100.0) == pytest.approx(6.3 * 100.0**1.59)
    for wrong in ((None, None), (0.0, 1e6), (10.0, -1.0)):
        with pytest.raises(ValueError, match="above zero"):
            floods.breach_peak(*wrong)


@pytest.mark.parametrize("shape", ["triangular", "exponential"])
@pytest.mark.parametrize("rise", [0.05, 1 / 3, 0.8])
def test_breach_releases_exactly_what_was_stored(shape: str, rise: float) -> None:
    time, discharge = floods.breach_outflow(3e6, 400.0, shape, rise)  # type: ignore[arg-type]
    assert floods.volume_above(time, discharge) == pytest.approx(3e6, rel=1e-13)
    assert discharge.max() == 400.0
    assert time[discharge.argmax()] == pytest.approx(rise * 2 * 3e6 / 400.0)
    assert discharge[0] == discharge[-1] == 0.0
    assert np.all(np.diff(time) > 0.0)


def test_breach_refuses_what_has_no_meaning() -> None:
    for volume, peak, rise in ((0.0, 1.0, 0.5), (1.0, 0.0, 0.5), (1.0, 1.0, 1.0)):
        with pytest.raises(ValueError, match="must be above zero"):
            floods.breach_outflow(volume, peak, "triangular", rise)

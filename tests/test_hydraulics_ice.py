"""Flow under ice, and what an ice cover keeps in the water."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import river_cases
import xarray as xr

import spillsim
from spillsim import formulas, hydraulics, scenario
from spillsim.errors import ScenarioError
from spillsim.hydraulics import SteadyFlow
from spillsim.sources import decay_rates

GALLERY = Path(__file__).parent / "gallery"


def solved(**changes: Any) -> SteadyFlow:
    """Flow of a single reach of 100 m3/s."""
    ice = changes.pop("ice", None)
    blank: dict[str, Any] = {"velocity [m/s]": None, "depth [m]": None}
    row = {**river_cases.reach("r", "a", "b"), **blank, **changes}
    row = {key: value for key, value in row.items() if value is not None}
    release = river_cases.slug({"node": "a"})
    more = {} if ice is None else {"ice": ice}
    data = river_cases.case([row], {"a": 100.0}, [release], {"s": {"node": "b"}}, **more)
    case = scenario.parse(data)
    return hydraulics.solve(case, case.build_network())


# --- flow ----------------------------------------------------------------------------------------


def test_composite_roughness_worked_by_hand() -> None:
    # 0.04^1.5 = 0.008 and 0.01^1.5 = 0.001; their mean is 0.0045, and 0.0045^(2/3) = 0.027257
    assert float(formulas.composite_roughness(0.04, 0.01)) == pytest.approx(0.0272568, rel=1e-5)
    n = np.array([0.01, 0.03])
    np.testing.assert_allclose(formulas.composite_roughness(n, n), n, rtol=1e-15)
    assert float(formulas.ice_depth_factor(0.03, 0.03)) == pytest.approx(2.0**0.4, rel=1e-15)


def test_a_wide_channel_has_the_depth_of_the_closed_form() -> None:
    flow, width, slope, bed, ice = 5e5, 1e5, 0.0004, 0.03, 0.02
    both = ((bed**1.5 + ice**1.5) / 2.0) ** (2.0 / 3.0)
    depth = float(formulas.manning_normal_depth(flow, width, 0.0, slope, both, 1.0))
    # q = h (h / 2)^(2/3) S^(1/2) / n
    expected = (flow / width * both * 2.0 ** (2.0 / 3.0) / np.sqrt(slope)) ** 0.6
    assert depth == pytest.approx(expected, rel=2e-4)
    open_depth = float(formulas.manning_normal_depth(flow, width, 0.0, slope, bed))
    assert depth / open_depth == pytest.approx(float(formulas.ice_depth_factor(bed, ice)), rel=2e-4)


@pytest.mark.parametrize(("bottom", "side"), [(40.0, 0.0), (12.0, 2.5), (0.0, 3.0), (0.5, 0.0)])
def test_normal_depth_under_ice_carries_the_discharge(bottom: float, side: float) -> None:
    flow, slope, n = 35.0, 0.0007, 0.031
    depth = float(formulas.manning_normal_depth(flow, bottom, side, slope, n, 1.0))
    area = (bottom + side * depth) * depth
    wetted = bottom + 2.0 * depth * np.hypot(1.0, side) + bottom + 2.0 * side * depth
    assert area * (area / wetted) ** (2 / 3) * slope**0.5 / n == pytest.approx(flow, rel=1e-12)


def test_manning_goes_with_bed_and_ice() -> None:
    reach = {"hydraulics": "manning", "width [m]": 80.0, "slope": 0.0004, "manning_n": 0.03}
    covered = solved(**reach, ice={"manning_n": 0.02})
    n = float(formulas.composite_roughness(0.03, 0.02))
    depth = float(formulas.manning_normal_depth(100.0, 80.0, 0.0, 0.0004, n, 1.0))
    assert covered.depth[0] == pytest.approx(depth, rel=1e-14)
    radius = depth * 80.0 / (2.0 * 80.0 + 2.0 * depth)
    assert covered.hydraulic_radius[0] == pytest.approx(radius, rel=1e-14)
    assert covered.velocity[0] == pytest.approx(radius ** (2 / 3) * 0.0004**0.5 / n, rel=1e-12)
    assert covered.shear_velocity[0] == pytest.approx(np.sqrt(9.80665 * radius * 4e-4), rel=1e-4)
    assert covered.width[0] == 80.0
    assert covered.method["velocity"][0] == "manning, under ice"
    assert covered.ice_cover is not None
    open_water = solved(**reach)
    assert open_water.ice_cover is None
    assert open_water.velocity[0] > 1.15 * covered.velocity[0]


METHODS: list[dict[str, Any]] = [
    {"hydraulics": "velocity", "velocity [m/s]": 0.8, "depth [m]": 2.0, "width [m]": None},
    {"hydraulics": "velocity", "cross_section_area [m2]": 150.0},
    {"hydraulics": "travel_time", "travel_time [h]": 4.0},
    {"hydraulics": "at_a_station_geometry", "width_coefficient": 20.0, "depth_coefficient": 0.4},
    {"hydraulics": "downstream_geometry", "width [m]": 60.0, "depth [m]": 2.0},
    {"hydraulics": "jobson_most_probable", "drainage_area [km2]": 5000.0},
]


@pytest.mark.parametrize("reach", METHODS, ids=lambda reach: " ".join(map(str, reach.values())))
@pytest.mark.parametrize("n", [None, 0.04])
def test_other_methods_are_slowed_as_in_a_wide_channel(
    reach: dict[str, Any], n: float | None
) -> None:
    before = solved(**reach, manning_n=n)
    after = solved(**reach, manning_n=n, ice={"manning_n": 0.02})
    factor = float(formulas.ice_depth_factor(n or 0.035, 0.02))
    for name in ("cross_section_area", "depth", "travel_time"):
        ratio = getattr(after, name)[0] / getattr(before, name)[0]
        assert ratio == pytest.approx(factor, rel=1e-12), name
    assert after.velocity[0] * factor == pytest.approx(before.velocity[0], rel=1e-12)
    assert after.width[0] == pytest.approx(before.width[0], rel=1e-12)
    wetted = 2.0 * after.width[0] + 2.0 * after.depth[0]
    assert after.hydraulic_radius[0] == pytest.approx(after.cross_section_area[0] / wetted)
    assert after.estimated["velocity"][0]
    assert "slowed by ice" in after.method["velocity"][0]
    assert "as in a wide channel" in after.notices[0].message


@pytest.mark.parametrize(
    ("ice", "reach"),
    [
        ({"backwater": ["r"]}, {"hydraulics": "velocity", "velocity [m/s]": 0.5}),
        ({}, {"hydraulics": "volume", "volume [m3]": 2e6}),
        ({}, {"hydraulics": "velocity", "cross_section_area [m2]": 90.0, "kind": "tank"}),
    ],
)
def test_where_the_level_is_held_ice_slows_nothing(
    ice: dict[str, Any], reach: dict[str, Any]
) -> None:
    before, after = solved(**reach), solved(**reach, ice={"manning_n": 0.02, **ice})
    assert after.velocity[0] == before.velocity[0]
    assert after.hydraulic_radius[0] <= before.hydraulic_radius[0]
    assert after.ice_cover is not None
    assert after.ice_cover.all()
    assert "the volume or level is held" in after.notices[0].message


def test_ice_lies_where_it_is_said_to() -> None:
    cold = scenario.load(GALLERY / "ice")
    flow = hydraulics.solve(cold, cold.build_network())
    assert flow.ice_cover is not None
    assert flow.ice_cover.tolist() == [True] * 4
    (told,) = [notice.message for notice in flow.notices if notice.subject == "ice"]
    assert told.startswith("4 reaches lie under ice 0.6 m thick")
    data = {"rivers": ("Side",), "reaches": None}
    some = cold.model_copy(update={"ice": cold.ice.model_copy(update=data)})
    cover = hydraulics.solve(some, cold.build_network()).ice_cover
    assert cover is not None
    assert cover.tolist() == [False, True, False, False]
    warm = scenario.load(GALLERY / "ice", "summer")
    assert warm.ice is None
    assert hydraulics.solve(warm, warm.build_network()).ice_cover is None


def test_rivers_and_reaches_under_ice_exist() -> None:
    with pytest.raises(ScenarioError) as caught:
        solved(
            hydraulics="velocity", **{"velocity [m/s]": 0.5, "river": "Main"},
            ice={"manning_n": 0.02, "rivers": ["Man"], "reaches": ["q"], "backwater": ["R"]},
        )  # fmt: skip
    told = {fault.where: f"{fault.message} {fault.hint}" for fault in caught.value.faults}
    assert 'Did you mean "Main"?' in told["ice.rivers[0]"]
    assert set(told) == {"ice.rivers[0]", "ice.reaches[0]", "ice.backwater[0]"}


# --- exchange with the air -----------------------------------------------------------------------

ENGINES: dict[str, dict[str, Any]] = {
    "march": {"numerics": {"engine": "march", "time_step": "10 min", "error_check": "none"}},
    "transfer": {"numerics": {"engine": "transfer", "error_check": "none"}},
    "remap": {"numerics": {"engine": "march", "time_step": "10 min", "error_check": "none"}},
}


def lost(engine: str, **sections: Any) -> xr.Dataset:
    """A pulse that passes two reaches, the second of them under ice where there is ice."""
    rows = [river_cases.reach("r1", "a", "b"), river_cases.reach("r2", "b", "c", 30_000.0)]
    if engine == "remap":  # a tank below the station takes the march on any network
        rows.append({**river_cases.reach("r3", "c", "d"), "kind": "tank"})
    release = river_cases.constant({"node": "a"}, 7200.0)
    place = {"s": {"reach": "r2", "distance": "12 km"}}
    more = {**ENGINES[engine], **sections}
    return spillsim.run(
        scenario.parse(river_cases.case(rows, {"a": 20.0}, [release], place, **more))
    )


def substance(**rates: str) -> list[dict[str, str]]:
    return [{"name": "tracer", **rates}]


@pytest.mark.parametrize("engine", ENGINES)
def test_exchange_adds_to_decay_and_stops_under_ice(engine: str) -> None:
    storage = {"area_ratio": 0.3, "exchange_coefficient": "2e-5 1/s"}
    if engine == "remap":
        storage = {"area_ratio": 0.0, "exchange_coefficient": "0 1/s"}
    volatile = substance(decay_rate="0.2 1/d", storage_decay_rate="0.2 1/d",
                         gas_exchange_rate="1.5 1/d")  # fmt: skip
    both = substance(decay_rate="1.7 1/d", storage_decay_rate="0.2 1/d")
    alone = substance(decay_rate="0.2 1/d", storage_decay_rate="0.2 1/d")
    ice = {"manning_n": 0.02, "backwater": ["r1", "r2"]}  # leaves the flow as it is

    def curve(given: list[dict[str, str]], **more: Any) -> Any:
        return lost(engine, substance=given, storage=storage, **more)["concentration"].values

    in_the_open = curve(volatile)
    np.testing.assert_allclose(in_the_open, curve(both), rtol=1e-12, atol=1e-15)
    under = curve(volatile, ice=ice)
    np.testing.assert_allclose(under, curve(alone), rtol=1e-12, atol=1e-15)
    assert under.max() > 1.5 * in_the_open.max()


@pytest.mark.parametrize("engine", ENGINES)
def test_exchange_stops_on_the_reaches_under_ice_alone(engine: str) -> None:
    ice = {"manning_n": 0.02, "reaches": ["r2"], "backwater": ["r2"]}
    given = substance(decay_rate="0 1/d", gas_exchange_rate="1.5 1/d")
    place = {"station": "s", "substance": "tracer"}
    half, none, whole = (
        float(lost(engine, substance=given, **more)["mass_passed"].sel(place))
        for more in ({"ice": ice}, {}, {"ice": {"manning_n": 0.02, "backwater": ["r1", "r2"]}})
    )
    # 10 km at 0.5 m/s in the open of a way of 22 km, with dispersion of 20 m2/s
    rate, spread, speed = 1.5 / 86_400.0, 20.0, 0.5
    root = (np.sqrt(1.0 + 4.0 * rate * spread / speed**2) - 1.0) * speed / (2.0 * spread)
    assert whole == pytest.approx(100.0, rel=1e-6)
    assert none == pytest.approx(100.0 * np.exp(-root * 22_000.0), rel=2e-2)
    assert half == pytest.approx(100.0 * np.exp(-root * 10_000.0), rel=2e-2)


def test_rates_and_results_say_where_nothing_is_lost_to_the_air() -> None:
    cold = scenario.load(GALLERY / "ice")
    some = cold.model_copy(
        update={"ice": cold.ice.model_copy(update={"rivers": (), "reaches": ("pool",)})}
    )
    flow = hydraulics.solve(some, some.build_network())
    channel, storage = decay_rates(some.substances[0], flow)
    day = 86_400.0
    np.testing.assert_allclose(channel * day, [0.85, 0.85, 0.05, 0.85], rtol=1e-12)
    np.testing.assert_allclose(storage * day, 0.05, rtol=1e-12)
    dataset = spillsim.run(some)
    assert dataset["reach_ice_cover"].values.tolist() == [0, 0, 1, 0]
    assert float(dataset["gas_exchange_rate"][0]) == pytest.approx(0.8)

"""Many members at once: each must come out as if its river stood alone."""

from __future__ import annotations

import tracemalloc
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from engine_cases import Row, reach, river, slug
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spillsim import hydraulics, scenario, transfer
from spillsim.analytic import StreamZone
from spillsim.network import Position
from spillsim.sources import InletSchedule, RateSchedule, SlugSchedule
from spillsim.transfer.cells import Cells
from spillsim.transfer.member_arrays import ENDLESS, GOOD, NOTHING, SHARP
from spillsim.transfer.member_factors import Factors, MembersWanted
from spillsim.transfer.members import MemberCurves, solve_members, stream_members
from spillsim.transfer.solve import Wanted, solve

Array = NDArray[np.float64]
HOUR, DAY = 3600.0, 86400.0
UNTIL = 30 * DAY
TIME = np.arange(HOUR, UNTIL, 2.0 * HOUR)
NO_CELLS = Cells(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


def ready(rows: list[Row], inflows: dict[str, float], tanks: str = "") -> transfer.River:
    data = river(rows, inflows, [slug(rows[0]["from"])], [], HOUR, 300.0)
    case = scenario.parse(data, None)
    network = case.build_network()
    flow = hydraulics.solve(case, network, None)
    tank = np.array([row["id"] in tanks for row in rows])
    decay = np.linspace(0.5e-6, 1.5e-6, len(rows))
    return transfer.prepare(network, flow, decay, 2.0 * decay, tank)


def chain() -> transfer.River:
    """Long and short reaches, with and without storage."""
    return ready(
        [reach("a", "h", "m", 20e3, 100.0, 30.0, storage=(0.2, 4e-5)),
         reach("b", "m", "n", 400.0, 140.0, 40.0),
         reach("c", "n", "o", 900.0, 300.0, 20.0, storage=(0.1, 1e-4)),
         reach("d", "o", "f", 70e3, 110.0, 35.0)],
        {"h": 70.0, "o": -5.0},
    )  # fmt: skip


def confluence() -> transfer.River:
    """A tributary, first in the table, into a river that comes from above."""
    return ready(
        [reach("t", "s", "m", 25e3, 60.0, 20.0, storage=(0.3, 3e-5)),
         reach("a", "h", "m", 30e3, 100.0, 30.0), reach("b", "m", "f", 80e3, 150.0, 40.0)],
        {"h": 70.0, "s": 30.0},
    )  # fmt: skip


def growing() -> transfer.River:
    """Water that comes and goes along the reaches."""
    return ready(
        [reach("a", "h", "m", 20e3, 100.0, 30.0, lateral=2e-4),
         reach("b", "m", "f", 40e3, 110.0, 40.0, lateral=-1e-4)], {"h": 70.0},
    )  # fmt: skip


def pond() -> transfer.River:
    """A mixed tank between two reaches."""
    return ready(
        [reach("a", "h", "m", 20e3, 100.0, 30.0), reach("b", "m", "n", 2e3, 5000.0, 30.0),
         reach("c", "n", "f", 60e3, 120.0, 30.0)], {"h": 70.0}, "b",
    )  # fmt: skip


def island() -> transfer.River:
    """Two arms that meet again."""
    rows = [
        reach("a", "h", "m", 20e3, 100.0, 30.0),
        reach("b", "m", "n", 22e3, 70.0, 30.0),
        reach("e", "m", "n", 15e3, 60.0, 25.0),
        reach("c", "n", "f", 60e3, 120.0, 30.0),
    ]
    return ready([rows[0], rows[1], {**rows[2], "share": 0.4}, rows[3]], {"h": 70.0})


PULSE = RateSchedule(np.array([600.0, 4200.0]), np.full(2, 0.3))
RAMP = RateSchedule(np.array([0.0, 1800.0, 9000.0]), np.array([0.0, 0.4, 0.1]))
HELD = InletSchedule(np.array([0.0, 5 * HOUR]), np.full(2, 0.02), 70.0, StreamZone(0.7, 30.0))
CASES: dict[str, tuple[Any, list[tuple[Position, Any]], list[Position]]] = {
    "chain": (chain, [(Position(0, 2e3), RAMP)],
              [Position(0, 2e4), Position(1, 200.0), Position(2, 0.0), Position(3, 5e4)]),
    "held": (chain, [(Position(0, 0.0), HELD)], [Position(0, 1e4), Position(3, 5e4)]),
    "confluence": (confluence, [(Position(0, 0.0), PULSE)], [Position(0, 2e4), Position(2, 4e4)]),
    "two releases": (confluence, [(Position(0, 0.0), PULSE), (Position(1, 5e3), RAMP)],
                     [Position(1, 29e3), Position(2, 0.0), Position(2, 8e4)]),
    "growing": (growing, [(Position(0, 0.0), PULSE)], [Position(0, 1e4), Position(1, 4e4)]),
    "pond": (pond, [(Position(0, 0.0), SlugSchedule(0.0, 500.0))],
             [Position(0, 15e3), Position(1, 500.0), Position(2, 3e4)]),
    "island": (island, [(Position(0, 0.0), PULSE)],
               [Position(0, 1e4), Position(1, 2e4), Position(2, 5e3), Position(3, 1e3)]),
}  # fmt: skip


def own_river(base: transfer.River, factors: Factors, m: int, group: Any = None) -> transfer.River:
    """The river of a member, built from its own hydraulics."""

    def of(name: str) -> Any:
        value = getattr(factors, name)
        if value is None:
            return 1.0
        return value[m] if value.ndim == 1 else value[m][group]

    flow, q, v = base.flow, of("discharge"), of("velocity")
    changed = replace(
        flow,
        discharge_head=flow.discharge_head * q, discharge_foot=flow.discharge_foot * q,
        lateral_inflow=flow.lateral_inflow * q, node_abstraction=flow.node_abstraction * q,
        cross_section_area=flow.cross_section_area * q / v, velocity=flow.velocity * v,
        dispersion_coefficient=flow.dispersion_coefficient * of("dispersion"),
        storage_area_ratio=flow.storage_area_ratio * of("storage_ratio"),
        exchange_coefficient=flow.exchange_coefficient * of("exchange"),
    )  # fmt: skip
    decay = of("decay")
    return transfer.prepare(
        base.network, changed, base.decay * decay, base.storage_decay * decay, base.tank
    )


def curves_alone(own: transfer.River, releases: Any, places: Any) -> tuple[Array, Array]:
    none = np.zeros(0)
    found = solve(own, releases, Wanted(places, TIME, np.array([UNTIL]), none, NO_CELLS, UNTIL))
    return found.concentration, found.cumulative_mass


def drawn(count: int, seed: int, groups: int = 1) -> Factors:
    random = np.random.default_rng(seed)

    def factor(wide: bool = False) -> Array:
        shape = (count, groups) if wide and groups > 1 else (count,)
        return np.asarray(np.exp(random.uniform(-0.5, 0.5, shape)))

    wide = ("velocity", "dispersion", "storage_ratio", "exchange", "decay")
    each = {name: factor(True) for name in wide}
    return Factors(count, **each, discharge=factor(), mass=factor())


def wanted(places: list[Position], **more: Any) -> MembersWanted:
    return MembersWanted(places, UNTIL, **({"accuracy": 1e-12} | more))


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_member_is_its_river_alone(name: str, seed: int) -> None:
    build, releases, places = CASES[name]
    base = build()
    group = np.arange(len(base.network.reach_id)) % 2
    factors = drawn(2, seed, 2 if seed % 2 else 1)
    found = solve_members(
        base, releases, factors, wanted(places, time=TIME, keep_mass=True), group=group
    )
    assert (found.status == GOOD).all()
    for m in range(2):
        alone = curves_alone(own_river(base, factors, m, group), releases, places)
        factor = 1.0 if factors.mass is None else factors.mass[m]
        for own, reference in zip(
            (found.concentration[m], found.cumulative_mass[m]), alone, strict=True
        ):
            exact = factor * reference
            assert (np.abs(own - exact).max(axis=1) <= 1e-10 * exact.max(axis=1)).all()


def same(one: MemberCurves, other: MemberCurves) -> bool:
    return all(
        np.array_equal(getattr(one, own.name), getattr(other, own.name), equal_nan=True)
        for own in fields(MemberCurves)
    )


LEVEL = np.array([2e-4, 1e-3])


def test_nothing_depends_on_threads_blocks_or_neighbours() -> None:
    base, (_, releases, places) = chain(), CASES["chain"]
    factors = drawn(110, 1)
    ask = wanted(places, level=LEVEL, time=TIME[::10], accuracy=1e-6)
    found = solve_members(base, releases, factors, ask)
    assert same(found, solve_members(base, releases, factors, ask, threads=2))
    parts = list(stream_members(base, releases, factors, ask, threads=2, block=40))
    assert [part.first for part in parts] == [0, 40, 80]
    peak = np.concatenate([part.peak for part in parts])
    np.testing.assert_array_equal(peak, found.peak)
    chosen = np.array([109, 3, 77])
    values = {own.name: getattr(factors, own.name) for own in fields(Factors)[1:]}
    few = Factors(3, **{n: None if v is None else v[chosen] for n, v in values.items()})
    alone = solve_members(base, releases, few, ask)
    np.testing.assert_array_equal(alone.concentration, found.concentration[chosen])
    np.testing.assert_array_equal(alone.first_above, found.first_above[chosen])


def test_curves_go_with_the_mass_to_the_last_bit() -> None:
    base, (_, releases, places) = confluence(), CASES["two releases"]
    factors = drawn(20, 2)
    assert factors.mass is not None
    ask = wanted(places, time=TIME, accuracy=1e-6, keep_mass=True)
    found = solve_members(base, releases, factors, ask)
    more = solve_members(base, releases, replace(factors, mass=8.0 * factors.mass), ask)
    for name in ("concentration", "cumulative_mass", "mass_passed"):
        np.testing.assert_array_equal(8.0 * getattr(found, name), getattr(more, name))
    np.testing.assert_allclose(8.0 * found.peak, more.peak, rtol=1e-14)
    for name in ("peak_time", "first_above", "time_above"):
        np.testing.assert_allclose(getattr(found, name), getattr(more, name), rtol=1e-12)
    none = solve_members(base, releases, replace(factors, mass=np.zeros(20)), ask)
    assert (none.peak == 0.0).all()
    assert np.isnan(none.peak_time).all()


@pytest.mark.parametrize("accuracy", [1e-3, 1e-5, 1e-7])
def test_curves_and_metrics_are_as_accurate_as_asked(accuracy: float) -> None:
    base, (_, releases, places) = confluence(), CASES["confluence"]
    factors = drawn(8, 3)
    assert factors.mass is not None
    found = solve_members(
        base, releases, factors,
        wanted(places, level=LEVEL, time=TIME, accuracy=accuracy, share_of_peak=(0.1, 0.5)),
    )  # fmt: skip
    fine = np.arange(0.0, UNTIL, 60.0)
    for m in range(8):
        own = own_river(base, factors, m)
        source = transfer.source_of([PULSE], UNTIL)
        passed = transfer.passages(own, Position(0, 0.0), places, source)
        for p, one in enumerate(passed):
            curve = factors.mass[m] * one.concentration.at(fine)
            when = fine[np.argmax(curve)]
            near = np.linspace(when - 60.0, when + 60.0, 121)
            top = factors.mass[m] * one.concentration.at(near).max()
            at = factors.mass[m] * one.concentration.at(TIME)
            assert np.abs(found.concentration[m, p] - at).max() <= accuracy * top
            assert found.peak[m, p] == pytest.approx(top, rel=max(accuracy, 1e-6))
            assert abs(found.peak_time[m, p] - when) <= 90.0
            total = factors.mass[m] * one.flux.integral(np.array([UNTIL]))[0]
            assert found.mass_passed[m, p] == pytest.approx(total, rel=accuracy)
            for v, level in enumerate([*LEVEL, 0.1 * top, 0.5 * top]):
                above = np.flatnonzero(curve > level)
                width = 60.0 * above.size
                within = 61.0 + 5e-3 * width
                if above.size == 0:
                    assert np.isnan(found.first_above[m, p, v])
                    assert found.time_above[m, p, v] <= within
                    continue
                assert abs(found.first_above[m, p, v] - fine[above[0]]) <= within
                assert abs(found.last_above[m, p, v] - fine[above[-1]]) <= within
                assert abs(found.time_above[m, p, v] - width) <= within


def test_the_usual_accuracy_costs_less_than_the_finest() -> None:
    base, (_, releases, places) = chain(), CASES["chain"]
    swept = [
        solve_members(base, releases, drawn(10, 4), wanted(places, accuracy=a)).points.sum()
        for a in (1e-12, 1e-6, 1e-4)
    ]
    assert swept[0] > 1.5 * swept[1] > 1.5 * swept[2]


def test_releases_later_and_longer() -> None:
    base, places = confluence(), [Position(2, 1e4)]
    moved = Factors(3, later=np.array([0.0, 7200.0, -600.0]), duration=np.array([1.0, 3.0, 0.5]))
    found = solve_members(base, [(Position(0, 0.0), PULSE)], moved, wanted(places, time=TIME))
    for m, (start, duration) in enumerate([(600.0, 3600.0), (7800.0, 10800.0), (0.0, 1800.0)]):
        own = RateSchedule(start + np.array([0.0, duration]), np.full(2, 1080.0 / duration))
        (alone,) = curves_alone(base, [(Position(0, 0.0), own)], places)[0]
        assert np.abs(found.concentration[m, 0] - alone).max() <= 1e-10 * alone.max()


def test_what_cannot_be_found_is_said() -> None:
    base = chain()
    places = [Position(0, 1e4), Position(0, 2e3 + 1e-3), Position(0, 1e3), Position(3, 7e4)]
    slow = Factors(2, velocity=np.array([1.0, 0.01]), dispersion=np.array([1.0, 0.01]))
    found = solve_members(
        base, [(Position(0, 2e3), SlugSchedule(0.0, 100.0))], slow,
        wanted(places, time=TIME, accuracy=1e-6),
    )  # fmt: skip
    np.testing.assert_array_equal(found.status[:, 0], [GOOD, GOOD])
    np.testing.assert_array_equal(found.status[:, 1], [SHARP, SHARP])
    np.testing.assert_array_equal(found.status[:, 2], [NOTHING, NOTHING])
    np.testing.assert_array_equal(found.status[:, 3], [GOOD, NOTHING])
    assert ENDLESS not in found.status
    assert not found.found
    assert np.isnan(found.peak[:, 1]).all()
    assert np.isnan(found.concentration[:, 1]).all()
    assert (found.concentration[:, 2] == 0.0).all()
    assert found.mass_passed[1, 3] == 0.0


def test_a_low_level_is_found_with_more_frequencies() -> None:
    base, (_, releases, places) = confluence(), CASES["confluence"]
    factors = drawn(5, 5)
    low = wanted(places, level=np.array([1e-9]), accuracy=1e-4)
    rough = solve_members(base, releases, factors, low)
    exact = solve_members(base, releases, factors, replace(low, accuracy=1e-12))
    np.testing.assert_allclose(rough.first_above, exact.first_above, atol=20.0)
    usual = solve_members(base, releases, factors, replace(low, level=LEVEL))
    assert (rough.points > usual.points).all()


def test_memory_does_not_grow_with_the_members() -> None:
    base, (_, releases, places) = confluence(), CASES["confluence"]
    ask = wanted(places, accuracy=1e-3)
    most = []
    for count in (200, 800):
        mass = np.ones(count)
        tracemalloc.start()
        for part in stream_members(base, releases, Factors(count, mass=mass), ask, block=100):
            assert part.found
        most.append(tracemalloc.get_traced_memory()[1] - mass.nbytes)
        tracemalloc.stop()
    assert most[1] < most[0] + 100_000


def test_single_precision_curves() -> None:
    base, (_, releases, places) = confluence(), CASES["confluence"]
    ask = wanted(places, time=TIME, accuracy=1e-6, keep_mass=True)
    double = solve_members(base, releases, drawn(3, 6), ask)
    single = solve_members(base, releases, drawn(3, 6), replace(ask, single=True))
    assert single.concentration.dtype == np.float32
    np.testing.assert_array_equal(single.concentration, double.concentration.astype(np.float32))
    np.testing.assert_array_equal(single.cumulative_mass, double.cumulative_mass.astype(np.float32))


@pytest.mark.parametrize(
    ("given_factors", "text"),
    [
        ({"velocity": np.array([1.0, 0.0])}, "velocity must be finite and above zero"),
        ({"mass": np.array([1.0, np.nan])}, "mass must be finite"),
        ({"decay": np.ones(3)}, "one factor for each of 2 members"),
        ({"mass": np.ones((2, 2))}, "one factor for each of 2 members"),
    ],
)
def test_factors_that_no_river_has(given_factors: dict[str, Array], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Factors(2, **given_factors)


def test_questions_that_no_curve_answers() -> None:
    for more in ({"accuracy": 1e-15}, {"level": np.zeros(1)}, {"share_of_peak": (1.0,)},
                 {"time": np.zeros(2)}):  # fmt: skip
        with pytest.raises(ValueError, match=r"must"):
            wanted([Position(0, 1.0)], **more)
    groups = Factors(1, velocity=np.ones((1, 2)))
    for group, text in ((None, "group of every reach"), (np.arange(4), "between 0 and 1")):
        with pytest.raises(ValueError, match=text):
            solve_members(chain(), CASES["chain"][1], groups, wanted(CASES["chain"][2]),
                          group=group)  # fmt: skip


def test_an_island_too_short_for_a_member_is_refused() -> None:
    _, releases, places = CASES["island"]
    wide = Factors(2, dispersion=np.array([1.0, 20.0]))
    with pytest.raises(ValueError, match="island"):
        solve_members(island(), releases, wide, wanted(places))
    late = [(Position(0, 0.0), SlugSchedule(2.0 * UNTIL, 1.0))]
    with pytest.raises(ValueError, match="no release"):
        solve_members(chain(), late, Factors(1), wanted([Position(0, 2e4)]))

"""Responses of the transfer engine against closed forms and independent solutions.

Closed forms: ``spillsim.analytic`` (Taylor 1954, van Genuchten & Alves 1982, Ogata & Banks 1961).
Several zones: ``validation.oracle``, one dense linear system per s.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from engine_cases import Row, reach, river, slug
from numpy.typing import NDArray

from spillsim import analytic, hydraulics, scenario, transfer
from spillsim.analytic import StreamZone
from spillsim.model import assemble
from spillsim.network import Position
from spillsim.simulation import simulate
from spillsim.sources import InletSchedule, RateSchedule, SlugSchedule
from spillsim.transfer import course, response
from spillsim.validation.oracle import Stem, Zone, concentration, foot_flux, pulse_source

HOUR = 3600.0
S = 1j * np.linspace(2e-5, 2e-3, 40)


def ready(
    rows: list[Row], inflows: dict[str, float], decay: float = 0.0, stored: float = 0.0,
    tanks: str = "",
) -> transfer.River:  # fmt: skip
    first = rows[0]["from"]
    data = river(rows, inflows, [slug(first)], [], HOUR, 300.0)
    case = scenario.parse(data, None)
    network = case.build_network()
    flow = hydraulics.solve(case, network, None)
    count = len(rows)
    tank = np.array([row["id"] in tanks for row in rows])
    return transfer.prepare(network, flow, np.full(count, decay), np.full(count, stored), tank)


def close(found: NDArray[np.complex128], exact: NDArray[np.complex128], to: float) -> bool:
    return bool(np.abs(found - exact).max() <= to * np.abs(exact).max())


# --- time domain, closed forms -------------------------------------------------------------------

UNIFORM = analytic.UniformReach(velocity=0.7, dispersion_coefficient=30.0)


@pytest.mark.parametrize("decay", [0.0, 2e-5])
def test_pulse_in_a_uniform_river(decay: float) -> None:
    own = ready([reach("a", "h", "f", 200e3, 100.0, 30.0)], {"h": 70.0}, decay)
    places = [Position(0, x) for x in (300.0, 20e3, 150e3)]
    source = transfer.source_of([RateSchedule(np.array([0.0, HOUR]), np.full(2, 0.2))], 1e9)
    uniform = replace(UNIFORM, decay_rate=decay)
    found_at = transfer.passages(own, Position(0, 0.0), places, source)
    for place, passed in zip(places, found_at, strict=True):
        time = np.linspace(1.0, 4e5, 1500)
        exact = (
            0.2
            / 70.0
            * (
                analytic.third_type_step(place.distance, time, 1.0, uniform)
                - analytic.third_type_step(place.distance, time - HOUR, 1.0, uniform)
            )
        )
        found = passed.concentration.at(time)
        assert np.abs(found - exact).max() <= 1e-10 * exact.max()
        mass = 0.2 * HOUR * np.exp(-place.distance * (np.sqrt(0.49 + 120 * decay) - 0.7) / 60.0)
        end = passed.flux.integral(np.array([1e8]))[0]
        if decay == 0.0:
            assert end == pytest.approx(mass, rel=1e-12)


def test_slug_in_a_uniform_river() -> None:
    own = ready([reach("a", "h", "f", 200e3, 100.0, 30.0)], {"h": 70.0})
    (passed,) = transfer.passages(own, Position(0, 40e3), [Position(0, 70e3)])
    time = np.linspace(2e4, 1e5, 500)
    exact = analytic.infinite_slug(30e3, time, 1.0, 100.0, UNIFORM)
    assert np.abs(passed.concentration.at(time) - exact).max() <= 1e-10 * exact.max()


def test_concentration_held_at_the_head() -> None:
    own = ready([reach("a", "h", "f", 200e3, 100.0, 30.0)], {"h": 70.0})
    zone = StreamZone(0.7, 30.0)
    held = InletSchedule(np.array([0.0, 2 * HOUR]), np.full(2, 3.0), 70.0, zone)
    source = transfer.source_of([held], 1e9)
    assert source.held
    (passed,) = transfer.passages(own, Position(0, 0.0), [Position(0, 20e3)], source)
    time = np.linspace(1e4, 6e4, 500)
    exact = 3.0 * (analytic.first_type_step(20e3, time, 1.0, UNIFORM)
                   - analytic.first_type_step(20e3, time - 2 * HOUR, 1.0, UNIFORM))  # fmt: skip
    assert np.abs(passed.concentration.at(time) - exact).max() <= 1e-10 * exact.max()
    assert passed.flux.total == pytest.approx(3.0 * 70.0 * 2 * HOUR, rel=1e-12)


def test_storage_by_another_inversion() -> None:
    own = ready(
        [reach("a", "h", "f", 200e3, 100.0, 30.0, storage=(0.2, 2e-5))], {"h": 70.0}, 1e-6, 3e-6
    )
    (passed,) = transfer.passages(own, Position(0, 0.0), [Position(0, 50e3)])
    zone = Zone(200e3, 70.0, 100.0, 30.0, 1e-6, (0.2, 2e-5), 3e-6, source=pulse_source(1.0))
    time = np.linspace(5e4, 3e5, 60)

    def transform(s: NDArray[np.complex128]) -> NDArray[np.complex128]:
        return concentration(Stem([zone]), 50e3, s.ravel()).reshape(s.shape)

    exact = analytic.invert_de_hoog(transform, time, terms=120, tolerance=1e-14)
    assert np.abs(passed.concentration.at(time) - exact).max() <= 1e-9 * exact.max()


def test_sources_over_frequency() -> None:
    # against quadrature of the pieces
    schedule = RateSchedule(np.array([100.0, 400.0, 1000.0]), np.array([1.0, 4.0, 2.0]))
    source = transfer.source_of([schedule], 1e9)
    omega = np.array([0.0, 1e-7, 1e-4, 2e-3, 0.05])
    node, weight = np.polynomial.legendre.leggauss(60)
    exact = np.zeros(5, dtype=complex)
    for a, b in pairwise(schedule.time):
        t = 0.5 * (a + b) + 0.5 * (b - a) * node
        rate = np.interp(t, schedule.time, schedule.rate)
        exact += 0.5 * (b - a) * (np.exp(-1j * np.multiply.outer(omega, t - 100.0)) * rate) @ weight
    np.testing.assert_allclose(source.transform(omega), exact, rtol=1e-12)
    assert source.total == pytest.approx(schedule.mass)
    cut = transfer.source_of([schedule], 700.0)
    assert cut.duration == 600.0
    assert cut.parts[0].value[-1] == 3.0
    slugs = transfer.source_of([SlugSchedule(50.0, 7.0)], 1e9)
    assert slugs.start == 50.0
    np.testing.assert_array_equal(slugs.transform(omega), 7.0)
    both = transfer.source_of([schedule, SlugSchedule(50.0, 7.0)], 1e9)
    assert (both.start, both.duration) == (50.0, 950.0)
    late = np.exp(-1j * omega * 50.0) * source.transform(omega)
    np.testing.assert_allclose(both.transform(omega), 7.0 + late, rtol=1e-12)


def test_too_sharp_a_curve_is_refused() -> None:
    own = ready([reach("a", "h", "f", 20e3, 100.0, 30.0)], {"h": 70.0})
    with pytest.raises(transfer.NotSmoothError):
        transfer.passages(own, Position(0, 0.0), [Position(0, 0.1)])
    with pytest.raises(LookupError, match="nothing comes"):
        transfer.passages(own, Position(0, 5e3), [Position(0, 1e3)])


# --- Laplace domain, independent dense solution --------------------------------------------------


def test_confluence_from_the_stem_and_from_the_side() -> None:
    own = ready([reach("a", "h", "m", 30e3, 100.0, 30.0, storage=(0.2, 1e-4)),
                 reach("t", "s", "m", 21e3, 60.0, 20.0), reach("b", "m", "f", 1e5, 150.0, 40.0)],
                {"h": 70.0, "s": 30.0})  # fmt: skip
    head, below = Zone(30e3, 70.0, 100.0, 30.0, storage=(0.2, 1e-4)), Zone(1e5, 100.0, 150.0, 40.0)
    found = transfer.transfer_function(own, Position(0, 0.0), Position(2, 2e4), S)
    stem = Stem([replace(head, source=pulse_source(1.0)), below])
    assert close(found, concentration(stem, 50e3, S), 1e-12)
    side = Stem([Zone(21e3, 30.0, 60.0, 20.0, source=pulse_source(1.0))], foot="free")
    stem = Stem([replace(head, length=1e4), replace(below, tributary=side)], head="open")
    for x in (0.0, 2e4):
        found = transfer.transfer_function(own, Position(1, 0.0), Position(2, x), S)
        assert close(found, concentration(stem, 1e4 + x, S), 1e-12)


@pytest.mark.parametrize("at", [Position(0, 0.0), Position(0, 100.0), Position(1, 50.0)])
def test_reaches_shorter_than_dispersion_reaches(at: Position) -> None:
    rows = [reach("a", "h", "m", 300.0, 100.0, 30.0),
            reach("b", "m", "n", 150.0, 3000.0, 30.0, storage=(0.2, 1e-3)),
            reach("c", "n", "f", 1e4, 100.0, 30.0)]  # fmt: skip
    own = ready(rows, {"h": 70.0}, 1e-5, 2e-5)
    base = [Zone(300.0, 70.0, 100.0, 30.0, 1e-5, storage_decay=2e-5),
            Zone(150.0, 70.0, 3000.0, 30.0, 1e-5, (0.2, 1e-3), 2e-5),
            Zone(1e4, 70.0, 100.0, 30.0, 1e-5, storage_decay=2e-5)]  # fmt: skip
    cut: list[Zone] = []
    for number, zone in enumerate(base):
        if number != at.reach:
            cut.append(zone)
            continue
        if at.distance > 0.0:
            cut.append(replace(zone, length=at.distance))
        cut.append(replace(zone, length=zone.length - at.distance, source=pulse_source(1.0)))
    for place, x in (
        (Position(1, 100.0), 400.0),
        (Position(2, 0.0), 450.0),
        (Position(2, 500.0), 950.0),
    ):
        found = transfer.transfer_function(own, at, place, S)
        assert close(found, concentration(Stem(cut), x, S), 1e-12)


def test_mixed_tank() -> None:
    rows = [reach("a", "h", "m", 20e3, 100.0, 30.0), reach("b", "m", "n", 2e3, 5000.0, 30.0),
            reach("c", "n", "f", 60e3, 120.0, 30.0)]  # fmt: skip
    own = ready(rows, {"h": 70.0}, 1e-5, 0.0, "b")
    above = Stem([Zone(20e3, 70.0, 100.0, 30.0, 1e-5, source=pulse_source(1.0))], foot="free")
    mixed = foot_flux(above, S) / (1e7 * (S + 1e-5) + 70.0)
    assert close(
        transfer.transfer_function(own, Position(0, 0.0), Position(1, 700.0), S), mixed, 1e-12
    )
    below = Stem([Zone(60e3, 70.0, 120.0, 30.0, 1e-5, source=lambda s: 70.0 * mixed)])
    found = transfer.transfer_function(own, Position(0, 0.0), Position(2, 3e4), S)
    assert close(found, concentration(below, 3e4, S), 1e-12)
    inside = transfer.transfer_function(own, Position(1, 300.0), Position(1, 300.0), S)
    assert close(inside, 1.0 / (1e7 * (S + 1e-5) + 70.0), 1e-12)


@pytest.mark.parametrize("ratio", [0.0, 0.2])
def test_a_tank_at_the_outlet(ratio: float) -> None:
    lake = {"id": "b", "from": "m", "to": "f", "length": "2000 m", "kind": "tank",
            "hydraulics": "volume", "volume": "4e5 m3", "width": "200 m"}  # fmt: skip
    rows = [reach("a", "h", "m", 20e3, 100.0, 30.0, storage=(ratio, 1e-3)), lake]
    place = [{"reach": "b", "distance": "1000 m"}]
    data = river(rows, {"h": 70.0}, [slug("h")], place, 48 * HOUR, 300.0, engine="transfer")
    common = {"area_ratio": ratio, "exchange_coefficient": "1e-3 1/s"}
    data |= {"storage": common} if ratio else {}
    run = simulate(assemble(scenario.parse(data, None)))  # a division by zero is an error here
    assert run.engine == "transfer"
    time, curve = run.output_time, run.concentration[0, 0]
    assert float(np.trapezoid(curve, time)) * 70.0 == pytest.approx(1000.0, rel=1e-6)
    # nothing disperses into the headwater or out of the mouth: the mean times are volumes over Q,
    # with dead zones beside the river and none beside the tank
    mean = float(np.trapezoid(time * curve, time) / np.trapezoid(curve, time))
    assert mean == pytest.approx(((1.0 + ratio) * 20e3 * 100.0 + 4e5) / 70.0, rel=1e-5)


@pytest.mark.parametrize("lateral", [2e-3, -1e-3])
def test_lateral_flow_converges(lateral: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [reach("a", "h", "m", 20e3, 100.0, 30.0),
            reach("b", "m", "n", 20e3, 100.0, 30.0, lateral=lateral),
            reach("c", "n", "f", 60e3, 120.0, 30.0)]  # fmt: skip
    own = ready(rows, {"h": 70.0})
    places = [Position(1, 0.0), Position(1, 7e3), Position(1, 20e3), Position(2, 3e4)]

    def found(growth: float) -> NDArray[np.complex128]:
        monkeypatch.setattr(course, "GROWTH", growth)
        return np.array([transfer.transfer_function(own, Position(0, 0.0), p, S) for p in places])

    usual, finest = found(course.GROWTH), found(1e-4)
    coarse = found(0.02)
    size = np.abs(finest).max(axis=1)
    assert (np.abs(usual - finest).max(axis=1) < 3e-5 * size).all()
    assert (np.abs(usual - finest).max(axis=1) < 0.2 * np.abs(coarse - finest).max(axis=1)).all()
    # clean inflow takes no mass; a loss takes its share of the water
    flux = transfer.transfer_function(
        own, Position(0, 0.0), places[-1], np.zeros(1) + 0j, response.FLUX
    )
    share = 1.0 if lateral > 0.0 else (70.0 + 20e3 * lateral) / 70.0
    assert flux[0].real == pytest.approx(share, rel=1e-9)

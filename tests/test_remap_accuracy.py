"""The remap against exact solutions of steady flow, and what its limiters promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine_cases import error, mean_time, slope
from remap_cases import Array, flow, plan, pulse, river, run, slug, steady
from test_remap_graph import AREA, DISPERSION, FOOT, HEAD, LENGTH, wild_flow

from spillsim.remap import medium
from spillsim.remap.march import Background
from spillsim.validation.oracle import Stem, Zone, curve, pulse_source

HOUR = 3600.0


def test_uniform_river_from_its_head_converges() -> None:
    """140 km, 0.7 m/s, 30 m2/s, one hour's release; stations 20 and 100 km below."""
    time = np.arange(0.0, 60 * HOUR + 1.0, 300.0)
    stem = Stem([Zone(140e3, 70.0, 100.0, 30.0, source=pulse_source(1.0, 0.0, HOUR))])
    exact = [curve(stem, x, time) for x in (20e3, 100e3)]
    errors = []
    for step in (900.0, 450.0):
        prepared = plan(
            river([0], [1], [140e3]), steady([70.0], 100.0, 30.0), step, int(60 * HOUR / step),
            [(0, 20e3), (0, 100e3)], output=time,
        )  # fmt: skip
        march = run(prepared, [pulse(0, 0.0, 0.0, HOUR)])[0]
        # cost follows the plume
        assert march.cell_steps <= 0.5 * prepared.size * prepared.steps
        found = march.concentration
        errors.append(error(found[1], exact[1]))
        late = [mean_time(time, c) - mean_time(time, e) for c, e in zip(found, exact, strict=True)]
        assert np.abs(late).max() <= 1e-3 * step
    assert errors[1] <= 0.0015
    assert slope([2.0, 1.0], errors) >= 2.0


@pytest.mark.parametrize("courant", [0.25, 1.5, 5.04])
def test_any_courant_number(courant: float) -> None:
    """The same at 250 m, past twenty seams between reaches of 7 km."""
    step = 250.0 * courant / 0.7
    steps = int(60 * HOUR / step)
    time = step * np.arange(steps + 1)
    stem = Stem([Zone(140e3, 70.0, 100.0, 30.0, source=pulse_source(1.0, 0.0, HOUR))])
    exact = curve(stem, 100e3, time)
    size = 20
    prepared = plan(
        river(range(size), range(1, size + 1), [7e3] * size), steady([70.0] * size, 100.0, 30.0),
        step, steps, [(14, 2e3)], cells=28,
    )  # fmt: skip
    found = run(prepared, [pulse(0, 0.0, 0.0, HOUR)])[0].concentration[0]
    assert error(found, exact) <= 0.003


@pytest.mark.parametrize("step", [450.0, 300.0])
def test_release_in_mid_river_keeps_its_clock(step: float) -> None:
    time = np.arange(0.0, 60 * HOUR + 1.0, 300.0)
    source = pulse_source(1.0, 1000.0, 2777.0)
    stem = Stem([Zone(20e3, 70.0, 100.0, 30.0), Zone(120e3, 70.0, 100.0, 30.0, source=source)])
    exact = curve(stem, 40e3, time)
    prepared = plan(
        river([0], [1], [140e3]), steady([70.0], 100.0, 30.0), step, int(60 * HOUR / step),
        [(0, 40e3)], output=time,
    )  # fmt: skip
    found = run(prepared, [pulse(0, 20e3, 1000.0, 2777.0)])[0].concentration[0]
    assert error(found, exact) <= 0.002
    assert abs(mean_time(time, found) - mean_time(time, exact)) <= 1e-4 * step


@pytest.mark.parametrize(("step", "spacing"), [(900.0, None), (450.0, None), (1800.0, 250.0)])
def test_confluence(step: float, spacing: float | None) -> None:
    """60 km below the mouth of a tributary; with 250 m and 1800 s at Courant numbers of 4."""
    time = np.arange(0.0, 60 * HOUR + 1.0, 300.0)
    pulse_in = pulse_source(1.0, 0.0, HOUR)
    tributary = Stem(
        [Zone(10e3, 12.0, 20.0, 15.0), Zone(25e3, 12.0, 20.0, 15.0, source=pulse_in)], foot="free"
    )
    stem = Stem([Zone(30e3, 30.0, 45.0, 25.0), Zone(90e3, 42.0, 70.0, 30.0, tributary=tributary)])
    exact = curve(stem, 90e3, time)
    length = np.array([30e3, 10e3, 25e3, 90e3])
    prepared = plan(
        river([0, 1, 2, 3], [3, 2, 3, 4], length),
        steady([30.0, 12.0, 12.0, 42.0], [45.0, 20.0, 20.0, 70.0], [25.0, 15.0, 15.0, 30.0]),
        step, int(60 * HOUR / step), [(3, 60e3)], output=time,
        cells=None if spacing is None else length // spacing,
    )  # fmt: skip
    found = run(prepared, [pulse(2, 0.0, 0.0, HOUR)])[0].concentration[0]
    assert error(found, exact) <= 0.006
    assert abs(mean_time(time, found) - mean_time(time, exact)) <= 0.04 * step


def test_slow_reservoir_between_fast_reaches() -> None:
    """5 km at 0.02 m/s, 70 h of residence, 40 km above the station."""
    time = np.arange(0.0, 260 * HOUR + 1.0, 900.0)
    area, spread = [50.0, 50.0, 1750.0, 50.0], [30.0, 30.0, 5.0, 30.0]
    lengths = [10e3, 20e3, 5e3, 70e3]
    zones = [Zone(x, 35.0, a, d) for x, a, d in zip(lengths, area, spread, strict=True)]
    zones[1] = replace(zones[1], source=pulse_source(1.0, 0.0, HOUR))
    exact = curve(Stem(zones), 75e3, time, 2048)
    errors = []
    for step in (1800.0, 450.0):
        prepared = plan(
            river(range(4), range(1, 5), lengths), steady([35.0] * 4, area, spread), step,
            int(260 * HOUR / step), [(3, 40e3)], output=time, limiter="monotone",
        )  # fmt: skip
        found = run(prepared, [pulse(1, 0.0, 0.0, HOUR)])[0].concentration[0]
        errors.append(error(found, exact))
    assert errors[0] <= 0.005
    assert slope([4.0, 1.0], errors) >= 1.0


EXCHANGE = [(3e-5, 0.2, 0.0, 450.0, 0.0015), (1e-2, 0.5, 0.0, 225.0, 0.0025),
            (3e-4, 0.3, 1e-5, 450.0, 0.004)]  # fmt: skip


@pytest.mark.parametrize(("exchange", "ratio", "decay", "step", "bound"), EXCHANGE)
def test_exchange_from_weak_to_stiff(
    exchange: float, ratio: float, decay: float, step: float, bound: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    time = np.arange(0.0, 90 * HOUR + 1.0, 300.0)
    given = (35.0, 50.0, 30.0, decay, (ratio, exchange), decay)
    zones = [Zone(10e3, *given), Zone(110e3, *given, source=pulse_source(1.0, 0.0, HOUR))]
    exact = curve(Stem(zones), 30e3, time, 4096)

    def errors() -> tuple[float, float]:
        prepared = plan(
            river([0], [1], [120e3]), steady([35.0], 50.0, 30.0, ratio=ratio, exchange=exchange),
            step, int(90 * HOUR / step), [(0, 30e3)], output=time,
        )  # fmt: skip
        found = run(prepared, [pulse(0, 10e3, 0.0, HOUR)], decay=decay, stored_decay=decay)
        c = found[0].concentration[0]
        return error(c, exact), mean_time(time, c) - mean_time(time, exact)

    with_compensation, late = errors()
    assert with_compensation <= bound
    assert abs(late) <= 2e-3 * step
    monkeypatch.setattr(
        medium, "splitting_factor", lambda flow, step: np.zeros(flow.storage_area_ratio.size)
    )
    without, _ = errors()
    if exchange > 1e-4:
        assert without >= 3.0 * with_compensation


def square_pulse(limiter: str, courant: float) -> Array:
    """Twelve full cells carried 200 cells on."""
    length = [5000.0, 1200.0, 40000.0]
    step = 100.0 * courant
    prepared = plan(
        river([0, 1, 2], [1, 2, 3], length), steady([10.0] * 3, 10.0, 1e-9), step,
        int(200.0 / courant), cells=[50, 12, 400], fields=[int(200.0 / courant)], limiter=limiter,
    )  # fmt: skip
    background = Background(np.array([[0.0, 1.0, 0.0]]), np.zeros((1, 4)))
    found = run(prepared, [], background=background)[0]
    return np.asarray(found.field[0, prepared.own_cells])


@pytest.mark.parametrize("courant", [0.3, 2.4])
def test_limiters_on_a_square_pulse(courant: float) -> None:
    free, positive, monotone = (square_pulse(n, courant) for n in ("none", "positive", "monotone"))
    assert free.max() > 1.01
    assert free.min() < -0.01
    assert positive.min() >= -1e-15
    assert 1.0 < positive.max() <= 1.15
    assert monotone.min() >= -1e-15
    assert monotone.max() <= 1.0 + 1e-12


def test_unlimited_march_is_linear_in_what_is_released() -> None:
    prepared = plan(
        river([0, 1, 2], [2, 2, 3], [8e3, 9e3, 20e3]),
        steady([20.0, 8.0, 28.0], [30.0, 12.0, 40.0], 20.0, ratio=0.2, exchange=1e-4), 600.0, 100,
        [(2, 12e3)], limiter="none",
    )  # fmt: skip
    first, second = pulse(0, 3e3, 1000.0, HOUR, 2.0), slug(1, 4e3, 2000.0, 3.0)
    a, b, both = (m.concentration for m in run(prepared, [first], [second], [first, second]))
    assert np.abs(both - a - b).max() <= 1e-12 * both.max()


def test_order_of_reaches_does_not_matter() -> None:
    time, head, foot = wild_flow(5, 1200.0)
    order = np.random.default_rng(1).permutation(8)

    def curves(order: Array) -> Array:
        varying = flow(
            time, head[:, order], foot[:, order], np.array(AREA)[order], np.array(DISPERSION)[order]
        )
        place = int(np.flatnonzero(order == 2)[0])
        prepared = plan(
            river(np.array(HEAD)[order], np.array(FOOT)[order], np.array(LENGTH)[order]), varying,
            1200.0, 60, [(place, 15e3)],
        )  # fmt: skip
        source = int(np.flatnonzero(order == 0)[0])
        return run(prepared, [pulse(source, 5e3, 0.0, HOUR)])[0].cumulative_mass

    given, shuffled = curves(np.arange(8)), curves(order)
    assert given.max() > 0.1
    assert np.abs(shuffled - given).max() <= 1e-12


@pytest.mark.parametrize("above", [0.0, 10_000.0], ids=["inlet", "within"])
def test_decay_begins_with_the_release_and_lasts_to_the_place(above: float) -> None:
    """Mass passed and the area under the curve of a decaying substance, second order.

    Far from its release all that passes a place has decayed by exp(lambda x), where
    2 D lambda = U - w and w^2 = U^2 + 4 k D; of a release within a river a part goes up first.
    """
    velocity, dispersion, area, decay = 0.5, 5.0, 20.0, 1.5 / 86_400.0
    root = np.sqrt(velocity**2 + 4.0 * decay * dispersion)
    exponent = (velocity - root) / (2.0 * dispersion)
    flowing = velocity - dispersion * exponent
    distance = np.array([5000.0, 5100.0, 20_000.0])
    exact = np.exp(exponent * distance) * (1.0 if above == 0.0 else flowing / root)
    errors = []
    for step in (1200.0, 600.0):
        prepared = plan(
            river([0], [1], [40_000.0]), steady(velocity * area, area, dispersion), step,
            int(100_000.0 / step), [(0, above + x) for x in distance],
        )  # fmt: skip
        found = run(prepared, [pulse(0, above, 0.0, 3600.0)], decay=decay)[0]
        errors.append(np.abs(found.cumulative_mass[:, -1] / exact - 1.0).max())
    under = np.trapezoid(found.concentration, dx=600.0, axis=1) * area * flowing
    assert np.abs(under / exact - 1.0).max() < 2e-4
    assert errors[1] < 5e-5  # a step's decay is 0.01
    assert errors[0] > 3.5 * errors[1]

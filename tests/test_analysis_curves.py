"""Crossings, spans and peaks against closed forms, with the order of convergence asserted."""

from __future__ import annotations

import numpy as np
import pytest

from spillsim.analysis.curves import crossings, peaks, time_above

SPEED, DISPERSION, PLACE, MASS = 0.8, 50.0, 50e3, 1.0


def spill(time: np.ndarray) -> np.ndarray:
    """Instantaneous spill in a uniform river: (4 pi D t)^-1/2 exp(-(x - U t)^2 / (4 D t))."""
    spread = 4.0 * DISPERSION * time
    return MASS / np.sqrt(np.pi * spread) * np.exp(-((PLACE - SPEED * time) ** 2) / spread)


def spill_peak_time() -> float:
    """Root of d ln c / dt = -1/(2t) + (x^2/t^2 - U^2)/(4D) = 0, i.e. U^2 t^2 + 2 D t = x^2."""
    return float((np.hypot(DISPERSION, SPEED * PLACE) - DISPERSION) / SPEED**2)


def slope(steps: list[float], errors: list[float]) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def samples(step: float, offset: float) -> np.ndarray:
    """Return times around the passage; the offset (share of a step) keeps the grid off the peak."""
    return np.arange(30e3 + offset * step, 100e3, step)


# coarse enough to stay clear of round-off, fine enough for the asymptotic range; the mean over
# several placements of the grid removes the accident of where the crossing falls in its interval
STEPS = [1600.0, 800.0, 400.0, 200.0]
OFFSETS = (0.1, 0.27, 0.43, 0.61, 0.79, 0.93)


def mean_error(measure, truth: float, step: float) -> float:
    return float(np.mean([abs(measure(samples(step, o)) - truth) for o in OFFSETS]))


def exact_crossing(low: float, high: float, level: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda t: spill(np.array(t)) - level, low, high, xtol=1e-9))


def test_crossings_converge_with_second_order() -> None:
    top = spill_peak_time()
    level = 0.2 * float(spill(np.array(top)))
    first, last = exact_crossing(30e3, top, level), exact_crossing(top, 100e3, level)

    def at(which: str):
        return lambda t: float(getattr(crossings(t, spill(t), np.array(level)), which))

    for which, truth in (("first", first), ("last", last)):
        errors = [mean_error(at(which), truth, step) for step in STEPS]
        assert 1.8 < slope(STEPS, errors) < 2.3
    errors = [
        mean_error(lambda t: float(time_above(t, spill(t), np.array(level))), last - first, step)
        for step in STEPS
    ]
    assert 1.8 < slope(STEPS, errors) < 2.3


def test_peak_converges() -> None:
    when = spill_peak_time()
    height = float(spill(np.array(when)))
    times = [mean_error(lambda t: float(peaks(t, spill(t))[1]), when, step) for step in STEPS]
    heights = [mean_error(lambda t: float(peaks(t, spill(t))[0]), height, step) for step in STEPS]
    assert slope(STEPS, times) > 1.8
    assert slope(STEPS, heights) > 2.8
    samples_only = [mean_error(lambda t: float(spill(t).max()), height, step) for step in STEPS]
    assert all(fine < 0.1 * coarse for fine, coarse in zip(heights, samples_only, strict=True))


def test_peak_of_a_gaussian_is_exact_on_any_grid() -> None:
    time = np.cumsum(np.random.default_rng(3).uniform(0.2, 1.0, 60))
    curve = 7.0 * np.exp(-0.5 * ((time - 17.3) / 2.5) ** 2)
    height, when = peaks(time, curve)
    assert float(height) == pytest.approx(7.0, rel=1e-12)
    assert float(when) == pytest.approx(17.3, rel=1e-12)


def test_peak_is_never_below_the_sample_nor_outside_its_neighbours() -> None:
    random = np.random.default_rng(11)
    time = np.cumsum(random.uniform(0.1, 2.0, 50))
    curve = random.uniform(0.0, 1.0, (200, 50))
    height, when = peaks(time, curve)
    top = np.argmax(curve, axis=-1)
    assert (height >= curve.max(axis=-1)).all()
    assert (when >= time[np.maximum(top - 1, 0)]).all()
    assert (when <= time[np.minimum(top + 1, 49)]).all()


def test_a_jump_is_not_overshot() -> None:
    # the front of a plateau: a parabola would add an eighth
    height, when = peaks(np.arange(6.0), np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0]))
    assert (float(height), float(when)) == (1.0, 2.0)
    height, _ = peaks(np.arange(4.0), np.array([1e-30, 1.0, 0.99, 0.0]))
    assert float(height) == 1.0


def test_never_above() -> None:
    found = crossings(np.arange(4.0), np.array([0.0, 1.0, 2.0, 1.0]), np.array(5.0))
    assert np.isnan(found.first)
    assert np.isnan(found.last)
    assert found.spans == 0
    assert float(time_above(np.arange(4.0), np.ones(4), np.array(5.0))) == 0.0


def test_above_from_the_first_sample() -> None:
    found = crossings(np.array([10.0, 11.0, 12.0]), np.array([3.0, 2.0, 0.0]), np.array(1.0))
    assert (float(found.first), float(found.last)) == (10.0, 11.5)
    assert found.above_at_start
    assert not found.above_at_end


def test_above_at_the_end() -> None:
    found = crossings(np.arange(3.0), np.array([0.0, 2.0, 4.0]), np.array(1.0))
    assert float(found.first) == 0.5
    assert np.isnan(found.last)
    assert found.above_at_end


def test_several_spans() -> None:
    time, curve = np.arange(7.0), np.array([0.0, 2.0, 0.0, 0.0, 2.0, 2.0, 0.0])
    found = crossings(time, curve, np.array(1.0))
    assert (float(found.first), float(found.last), int(found.spans)) == (0.5, 5.5, 2)
    assert float(time_above(time, curve, np.array(1.0))) == pytest.approx(1.0 + 2.0)


def test_all_zero_is_never_above_zero() -> None:
    found = crossings(np.arange(4.0), np.zeros(4), np.array(0.0))
    assert np.isnan(found.first)
    assert found.spans == 0
    height, when = peaks(np.arange(4.0), np.zeros(4))
    assert float(height) == 0.0
    assert np.isnan(when)
    assert float(time_above(np.arange(4.0), np.zeros(4), np.array(0.0))) == 0.0


@pytest.mark.parametrize("value", [0.0, 2.0])
def test_one_time_only(value: float) -> None:
    time, curve = np.array([5.0]), np.array([value])
    found = crossings(time, curve, np.array(1.0))
    height, when = peaks(time, curve)
    assert float(height) == value
    assert float(time_above(time, curve, np.array(1.0))) == 0.0
    if value > 1.0:
        assert float(found.first) == 5.0
        assert np.isnan(found.last)
        assert found.above_at_end
        assert float(when) == 5.0
    else:
        assert np.isnan(found.first)
        assert np.isnan(when)


def test_touching_the_threshold_is_not_above() -> None:
    found = crossings(np.arange(3.0), np.array([0.0, 1.0, 0.0]), np.array(1.0))
    assert found.spans == 0

"""A concentration measured at a headwater: the mass of each step, and how old it is."""

from __future__ import annotations

import numpy as np
import pytest

from spillsim.analytic import StreamZone, TransientStorage, inlet_mass_from_series
from spillsim.sources.schedule import InletSchedule

STORAGE = [None, TransientStorage(0.3, 1e-4)]


def short(dispersion: float, storage: TransientStorage | None) -> InletSchedule:
    """Three seconds of dye in the middle of nowhere."""
    at, value = np.array([1000.0, 1001.0, 1002.0, 1003.3]), np.array([0.0, 2.0, 1.0, 0.0])
    return InletSchedule(
        at, value, 3.0, StreamZone(0.5, dispersion, decay_rate=1e-5, storage=storage)
    )


@pytest.mark.parametrize("storage", STORAGE)
@pytest.mark.parametrize("dispersion", [1.0, 30.0, 300.0])
def test_what_is_over_within_a_step_has_its_true_age(
    dispersion: float, storage: TransientStorage | None
) -> None:
    schedule = short(dispersion, storage)
    ends = np.arange(0.0, 3000.0, 214.0)
    fine = np.unique(np.concatenate([
        np.linspace(0.0, ends[-1], 20_001), np.linspace(999.0, 1010.0, 40_001),
    ]))  # fmt: skip
    mass = schedule.cumulative(fine)
    sums = np.concatenate([[0.0], np.cumsum(np.diff(fine) * (mass[1:] + mass[:-1]) / 2.0)])
    wanted = np.interp(ends, fine, sums)
    apart = np.abs(schedule.cumulative_integral(ends) - wanted).max()
    assert apart <= 1e-3 * 214.0 * float(mass.max())  # by Simpson's rule alone it was 5 to 10 %


@pytest.mark.parametrize("storage", STORAGE)
def test_long_after_a_short_series_its_rest_does_not_drown_in_rounding(
    storage: TransientStorage | None,
) -> None:
    # Far downstream of Q = U = 1 the exact rest is the pulse's response, scaled: halving the
    # duration at twice the concentration leaves it the same but for terms of (duration / age)2.
    zone = StreamZone(0.5, 300.0, storage=storage)
    time = np.array([400.0, 1000.0, 4000.0, 2e4, 1e5])
    rests = []
    for factor in (1.0, 0.5):
        at = factor * np.array([-1.0, 0.0, 1.0])
        entered = inlet_mass_from_series(time, at, [0.0, 1.0 / factor, 0.0], 1.0, zone)
        rests.append(entered - 1.0)
    assert np.all(rests[0] > 0.0)  # what was drawn in is still leaving
    assert np.all(np.diff(rests[0]) < 0.0)
    np.testing.assert_allclose(rests[0], rests[1], rtol=1e-5, atol=1e-15)


def test_the_two_ways_of_summing_agree_where_they_meet() -> None:
    schedule = short(300.0, STORAGE[1])
    meeting = 1003.3 + 100.0 * 3.3
    mass = schedule.cumulative(np.array([meeting - 1e-6, meeting + 1e-6]))
    # the mass falls by 1e-6 s times the rate; the way of summing adds no jump to that
    assert abs(mass[1] - mass[0]) <= 1e-8 * abs(mass[0])

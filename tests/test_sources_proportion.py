"""Releases in proportion: one is a multiple of another at all times, or it is not."""

from __future__ import annotations

import numpy as np
import pytest

from spillsim.analytic import StreamZone
from spillsim.network import Position
from spillsim.sources.schedule import (
    InletSchedule,
    RateSchedule,
    Schedule,
    SlugSchedule,
    proportion,
)
from spillsim.transfer.solve import proportion_of

TIME = np.array([0.0, 3600.0, 7200.0])
RATE = np.array([0.0, 2.0, 1.0])
ZONE = StreamZone(velocity=0.5, dispersion_coefficient=10.0)


@pytest.mark.parametrize(
    ("schedule", "other", "factor"),
    [
        (SlugSchedule(60.0, 6.0), SlugSchedule(60.0, 2.0), 3.0),
        (SlugSchedule(60.0, 6.0), SlugSchedule(61.0, 2.0), None),
        (RateSchedule(TIME, 0.1 * RATE), RateSchedule(TIME, RATE), 0.1),
        (RateSchedule(TIME, RATE + 1.0), RateSchedule(TIME, RATE), None),
        (RateSchedule(TIME + 1.0, RATE), RateSchedule(TIME, RATE), None),
        (RateSchedule(TIME, RATE), RateSchedule(TIME, 0.0 * RATE), None),
        (SlugSchedule(0.0, 1.0), RateSchedule(TIME, RATE), None),
        (InletSchedule(TIME, 4.0 * RATE, 5.0, ZONE), InletSchedule(TIME, RATE, 5.0, ZONE), 4.0),
        (InletSchedule(TIME, RATE, 6.0, ZONE), InletSchedule(TIME, RATE, 5.0, ZONE), None),
    ],
)
def test_proportion(schedule: Schedule, other: Schedule, factor: float | None) -> None:
    assert proportion(schedule, other) == (factor if factor is None else pytest.approx(factor))


def test_all_releases_take_the_same_factor_at_the_same_places() -> None:
    here, there = Position(0, 0.0), Position(0, 10.0)
    one = [(here, SlugSchedule(0.0, 1.0)), (there, SlugSchedule(5.0, 2.0))]
    three = [(here, SlugSchedule(0.0, 3.0)), (there, SlugSchedule(5.0, 6.0))]
    uneven = [(here, SlugSchedule(0.0, 3.0)), (there, SlugSchedule(5.0, 7.0))]
    assert proportion_of(three, one) == pytest.approx(3.0)
    assert proportion_of(uneven, one) is None
    assert proportion_of(three[:1], one) is None
    assert proportion_of(three[::-1], one) is None

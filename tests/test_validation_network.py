"""Networks of the validation pack: what was chosen is a solution."""

from __future__ import annotations

import numpy as np
import pytest

from spillsim.validation import manufactured
from spillsim.validation.manufactured import (
    DECAY,
    EXCHANGE,
    RATIO,
    SPAN,
    STORED_DECAY,
    UNIT,
    Stretch,
    clock,
    hydrograph,
    stretches,
)


def balance(part: Stretch, x: float, time: float) -> tuple[float, float]:
    """What the equation of the channel lacks and its source, by differences in place and time."""
    dx, dt = 1.0, 1.0
    where, when = x + dx * np.array([-1.0, 0.0, 1.0]), time + dt * np.array([-1.0, 0.0, 1.0])
    h, g, _ = clock(when)
    f = part.shape.value(where)
    c = UNIT * np.outer(f, g)
    stored = UNIT * f[1] * h[1]
    discharge = part.discharge + part.lateral * where
    change = part.area * (c[1, 2] - c[1, 0]) / (2.0 * dt)
    flow = (discharge[2] * c[2, 1] - discharge[0] * c[0, 1]) / (2.0 * dx)
    spread = part.area * part.dispersion * (c[2, 1] - 2.0 * c[1, 1] + c[0, 1]) / dx**2
    exchange = EXCHANGE * part.area * (stored - c[1, 1]) if part.stores else 0.0
    lacking = change + flow - spread + DECAY * part.area * c[1, 1] - exchange
    return float(lacking), float(part.source(np.array([x]), np.array([time]))[0, 0])


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("share", [0.13, 0.5, 0.97])
def test_the_source_is_what_the_equation_lacks(number: int, share: float) -> None:
    part = stretches()[number]
    lacking, source = balance(part, share * part.length, 0.4 * SPAN)
    assert source == pytest.approx(lacking, rel=1e-5)
    assert source > 0.0


def test_dead_zones_follow_the_water() -> None:
    time, dt = 0.3 * SPAN, 1.0
    h, g, rise = clock(np.array([time - dt, time, time + dt]))
    assert (h[2] - h[0]) / (2.0 * dt) == pytest.approx(
        EXCHANGE / RATIO * (g[1] - h[1]) - STORED_DECAY * h[1], rel=1e-6
    )
    assert rise[1] == pytest.approx((g[2] - g[0]) / (2.0 * dt), rel=1e-6)


def test_what_meets_at_the_confluence_adds_up() -> None:
    above, side, below = stretches()

    def at_end(part: Stretch, x: float) -> tuple[float, float, float]:
        place = np.array([x])
        value, slope = float(part.shape.value(place)[0]), float(part.shape.slope(place)[0])
        discharge = part.discharge + part.lateral * x
        return value, slope, discharge * value - part.area * part.dispersion * slope

    stem, brought, leaving = (
        at_end(above, above.length), at_end(side, side.length), at_end(below, 0.0)
    )  # fmt: skip
    assert stem[0] == pytest.approx(leaving[0])
    assert brought[1] == pytest.approx(0.0, abs=1e-12)
    assert stem[2] + brought[2] == pytest.approx(leaving[2])
    # the tributary brings another concentration, else nothing would be mixed
    assert brought[0] / stem[0] > 1.2


def test_a_solution_that_needs_a_sink_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot take mass out"):
        hydrograph({"node": "a"}, np.array([0.0, 1.0]), np.array([1.0, -1e-9]))


def test_the_releases_bring_what_was_chosen() -> None:
    found = manufactured.releases()
    assert len(found) == 762
    # as much as is in the water, in dead zones and has left or decayed, the source by the middle
    time = np.linspace(0.0, SPAN, manufactured.ROWS)
    mass = sum(
        np.trapezoid([row["mass_rate [kg/s]"] for row in release["table"]], time)
        for release in found
    )
    fine = np.linspace(0.0, SPAN, 401)
    wanted = 0.0
    for part in stretches():
        x = np.linspace(0.0, part.length, 4001)
        wanted += float(np.trapezoid(np.trapezoid(part.source(x, fine), x, axis=0), fine))
        if part.start != "m":
            wanted += float(np.trapezoid(part.head_flux(fine), fine))
    assert mass == pytest.approx(wanted, rel=2e-4)

"""Wetting of a dry channel, a flood wave over a plume, mixed tanks, lateral water."""

from __future__ import annotations

import numpy as np
import pytest
from engine_cases import error, slope
from remap_cases import Array, flow, plan, pulse, river, run, slug, steady
from scipy.linalg import solve_banded
from scipy.special import erf

from spillsim.remap.march import Background
from spillsim.remap.tables import DrainedError

HOUR = 3600.0


@pytest.mark.parametrize("cells", [1, 40])
def test_water_wets_a_dry_channel(cells: int) -> None:
    """40 km, dry at first: water fills one stretch after the other, then spills into the next."""
    size = 40 // cells
    length = 40e3 / size
    full, q = 20.0 * length, 15.0
    fill = full / q
    time = np.concatenate([[0.0], fill * np.arange(1, size + 1)])
    head = np.array([[q if k <= m else 0.0 for k in range(size)] for m in range(size + 1)])
    foot = np.array([[q if k < m else 0.0 for k in range(size)] for m in range(size + 1)])
    varying = flow(
        time, head, foot, 20.0, 1e-12, linear=False, start_area=0.0, discharge=q
    )  # fmt: skip
    steps = int(1.2 * time[-1] / 600.0)
    prepared = plan(
        river(range(size), range(1, size + 1), [length] * size), varying, 600.0, steps,
        cells=cells, fields=np.arange(1, steps + 1), limiter="monotone",
    )  # fmt: skip
    background = Background(np.zeros((2, size)), np.zeros((2, size + 1)))
    background.inflow[:, 0] = 1.0
    one, pulsed = run(
        prepared, [], [pulse(0, 0.0, 0.0, 4 * HOUR)],
        background=Background(background.concentration, background.inflow * [[1.0], [0.0]]),
    )  # fmt: skip
    held = one.field[:, prepared.own_cells]
    wet = held > 0.0
    assert np.abs(held[wet] - 1.0).max() <= 1e-12
    assert wet[-1].all()
    assert not wet[0].all() or cells == 40
    assert pulsed.field.min() >= 0.0


def test_more_water_than_there_is_cannot_leave() -> None:
    with pytest.raises(DrainedError, match="reach 0"):
        plan(river([0], [1], [1e3]), flow([0.0], [[1.0]], [[2.0]], 10.0, 1.0), 600.0, 100)


# --- a flood wave that overtakes a plume -------------------------------------------------------

LOW, AREA, SPEED, RISE, WIDTH, START = 35.0, 50.0, 1.2, 100.0, 15e3, -20e3
ROOT = np.sqrt(np.pi) / 2.0 * WIDTH
RELEASE, MIXING = 10e3, 30.0


def water_below(x: Array | float, t: float) -> Array:
    """Water between 0 and x at time t: integral of A = A0 + Q1/c exp(-((x - c t - x0)/s)2)."""
    front = (np.asarray(x) - SPEED * t - START) / WIDTH
    return np.asarray(AREA * np.asarray(x) + RISE / SPEED * ROOT * (
        erf(front) - erf((-SPEED * t - START) / WIDTH)))  # fmt: skip


def water_past(x: Array | float, t: float) -> Array:
    """Water that has passed x by the time t: integral of Q = Q0 + Q1 exp(-...)."""
    front = (np.asarray(x) - SPEED * t - START) / WIDTH
    return np.asarray(LOW * t + RISE / SPEED * ROOT * (
        erf((np.asarray(x) - START) / WIDTH) - erf(front)))  # fmt: skip


def label(x: Array | float, t: float) -> Array:
    """Material coordinate: water between a particle and x."""
    return water_below(x, t) - water_past(0.0, t)


def material_reference(station: float, cell: float, step: float, times: Array) -> Array:
    """Mass past a station, by a solver that moves with the water: only dispersion is left."""
    first = float(label(RELEASE, 2 * HOUR)) - 1.5e6
    faces = np.arange(first, float(label(RELEASE, HOUR)) + 1.5e6, cell)
    c = np.zeros(faces.size - 1)
    x = RELEASE + (faces - float(label(RELEASE, 0.0))) / AREA
    passed, t = [], 0.0
    for upto in times:
        while t < upto - 1e-6:
            for _ in range(4):
                area = AREA + RISE / SPEED * np.exp(
                    -(((x - SPEED * (t + 0.5 * step) - START) / WIDTH) ** 2)
                )
                x = x - (label(x, t + 0.5 * step) - faces) / area
            g = 0.5 * step * area**2 * MIXING / cell
            g[0] = g[-1] = 0.0
            band = np.zeros((3, c.size))
            band[0, 1:], band[2, :-1] = -g[1:-1], -g[1:-1]
            band[1] = cell + g[:-1] + g[1:]
            rate = -g[1:-1] * np.diff(c)
            right = c * cell
            right[:-1] -= rate
            right[1:] += rate
            c = solve_banded((1, 1), band, right)
            if HOUR <= t < 2 * HOUR:
                low, high = float(label(RELEASE, t + step)), float(label(RELEASE, t))
                inside = np.minimum(faces[1:], high) - np.maximum(faces[:-1], low)
                inside = np.maximum(inside, 0.0)
                c += inside / inside.sum() * (step / HOUR) / cell
            t += step
        whole = np.concatenate([[0.0], np.cumsum(c) * cell])
        passed.append(whole[-1] - np.interp(float(label(station, t)), faces, whole))
    return np.array(passed)


def flood_error(
    station: float, spacing: float, step: float, reference: Array, times: Array
) -> float:
    """L1 error of the mass flux at a station; closed-form volumes are handed over as a table."""
    last = float(times[-1])
    end = station + 40e3
    faces = np.linspace(0.0, end, round(end / spacing) + 1)
    steps = round(last / step)
    time = step * np.arange(steps + 1)
    passed = np.stack([water_past(faces, t) for t in time])
    q = np.diff(passed, axis=0) / step
    q = np.concatenate([q, q[-1:]])
    volume = np.diff(water_below(faces, 0.0))
    varying = flow(
        time, q[:, :-1], q[:, 1:], AREA, MIXING, linear=False, start_area=volume / spacing,
        discharge=LOW,
    )  # fmt: skip
    size = faces.size - 1
    reach = round(station / spacing) - 1
    prepared = plan(
        river(range(size), range(1, size + 1), np.diff(faces)), varying, step, steps,
        [(reach, spacing)], output=times, cells=1,
    )  # fmt: skip
    exact = np.diff(water_below(faces, last))
    own = prepared.tables.volume[-1][:size]
    assert np.abs(own / exact - 1.0).max() <= 1e-11
    found = run(prepared, [pulse(round(RELEASE / spacing), 0.0, HOUR, HOUR)])[0]
    return error(np.diff(found.cumulative_mass[0]), np.diff(reference))


FLOODS = [(20e3, 24, 3000.0, 50.0, 5e-4), (100e3, 66, 6000.0, 75.0, 5e-4)]


@pytest.mark.parametrize(("way", "hours", "cell", "step", "own_error"), FLOODS)
def test_flood_wave_overtakes_the_plume(
    way: float, hours: int, cell: float, step: float, own_error: float
) -> None:
    """Against a Lagrangian solver, whose own error is found by doubling its cells and step."""
    station = RELEASE + way
    times = 900.0 * np.arange(1, hours * 4 + 1)
    reference = material_reference(station, cell, step, times)
    coarse = material_reference(station, 2.0 * cell, 2.0 * step, times)
    assert reference[-1] >= 1.0 - 1e-9
    assert error(np.diff(coarse), np.diff(reference)) <= own_error
    sizes = ((1000.0, 900.0), (500.0, 450.0), (250.0, 300.0))
    errors = [flood_error(station, dx, dt, reference, times) for dx, dt in sizes]
    assert errors[1] <= 0.01
    assert errors[2] <= 0.005
    assert slope([2.0, 1.0], errors[:2]) >= 1.5


# --- tanks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("volume", [1e6, 2e7])
def test_mixed_tank_is_exact(volume: float) -> None:
    """Even inflow for two hours, then clean: C = M'/Q (1 - exp(-Q t / V)), then exp(-Q t / V)."""
    q, step, steps = 35.0, 900.0, 200
    prepared = plan(
        river([0, 1], [1, 2], [2e3, 5e3], tank=[0]), steady([q, q], [volume / 2e3, 50.0], 1.0),
        step, steps, [(0, 2e3)],
    )  # fmt: skip
    found = run(prepared, [pulse(0, 0.0, 0.0, 2 * HOUR)])[0]
    t = prepared.time
    rising = 1.0 - np.exp(-q * np.minimum(t, 2 * HOUR) / volume)
    exact = rising / (2 * HOUR * q) * np.exp(-q * np.maximum(t - 2 * HOUR, 0.0) / volume)
    assert np.abs(found.concentration[0] - exact).max() <= 1e-12 * exact.max()


def test_tank_that_fills_and_empties_keeps_a_uniform_concentration() -> None:
    time = np.linspace(0.0, 86400.0, 25)
    inflow = 20.0 + 10.0 * np.sin(time / 7000.0)
    out = 20.0 + 15.0 * np.cos(time / 9000.0)
    head = np.stack([inflow, inflow, out], axis=1)
    foot = np.stack([inflow, out, out], axis=1)
    prepared = plan(
        river([0, 1, 2], [1, 2, 3], [10e3, 1e3, 10e3], tank=[1]),
        flow(time, head, foot, [40.0, 900.0, 40.0], 10.0), 900.0, 96,
        fields=np.arange(1, 97),
    )  # fmt: skip
    clean, dirty = np.zeros((1, 3)), np.ones((1, 4))
    same = run(prepared, [], background=Background(clean + 1.0, dirty))[0]
    assert np.abs(same.field[:, prepared.own_cells] - 1.0).max() <= 1e-12
    rising = run(prepared, [], background=Background(clean, dirty))[0]
    held = rising.field[:, prepared.own_cells]
    assert held.min() >= 0.0
    assert held[:, -1].max() <= 1.2


def test_lateral_water_dilutes_and_takes_its_share() -> None:
    """Steady: Q C at the foot is what enters, less the share that lateral losses take."""
    for q, side in ((20.0, 10.0), (20.0, -10.0)):
        varying = flow([0.0], [[q]], [[q + side]], 40.0, 1e-6, lateral=side)
        prepared = plan(
            river([0], [1], [10e3]), varying, 600.0, 120, [(0, 10e3)], cells=40, limiter="none"
        )
        background = Background(np.zeros((1, 1)), np.array([[1.0, 0.0]]))
        found = run(prepared, [], background=background)[0]
        expected = q / (q + side) if side > 0.0 else 1.0
        assert found.concentration[0, -1] == pytest.approx(expected, rel=2e-2)
        taken = np.diff(found.ledger[-2:, 4])[0] / 600.0
        assert taken == pytest.approx(max(-side, 0.0), rel=1e-2, abs=1e-9)


def test_slug_that_overshoots_a_node_divides_with_the_water() -> None:
    """A release less than a step above a bifurcation: shares as the water, nothing lost."""
    prepared = plan(
        river([0, 1, 1], [1, 2, 3], [5e3, 9e3, 9e3]), steady([10.0, 7.0, 3.0], 10.0, 1e-6), 900.0,
        90, [(1, 8e3), (2, 8e3)], cells=10,
    )  # fmt: skip
    found = run(prepared, [slug(0, 4900.0, 450.0)])[0]
    assert found.cumulative_mass[:, -1] == pytest.approx([0.7, 0.3], rel=1e-9)

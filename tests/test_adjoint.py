"""The transposed march: dual to the march to round-off, and true to closed forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from engine_cases import Row, at, pulse, reach, river, slug
from numpy.typing import NDArray

from spillsim import scenario
from spillsim.model import Model, assemble
from spillsim.simulation import simulate
from spillsim.sources import decay_rates
from spillsim.transport.backward import Backward, backward, point_reading, shown_reading
from spillsim.transport.deposits import build_deposits
from spillsim.transport.medium import build_exchange

Array = NDArray[np.float64]
Case = tuple[list[Row], dict[str, float], list[Row], list[Row], float, float, dict[str, Any]]

DECAYS = [{"name": "tracer", "decay_rate": "0.5 1/d", "storage_decay_rate": "0.2 1/d"}]

CASES: dict[str, Case] = {
    "one reach": (
        [reach("a", "A", "B", 20e3, 50.0, 30.0)],
        {"A": 35.0},
        [slug("A")],
        [{"node": "B"}, at("a", 11_234.0)],
        86_400.0,
        300.0,
        {},
    ),
    "confluence, storage, decay, inflow, abstraction": (
        [
            reach("a", "A", "C", 20e3, 50.0, 30.0),
            reach("b", "B", "C", 9e3, 20.0, 10.0, storage=(0.3, 3e-4)),
            reach("c", "C", "D", 25e3, 80.0, 40.0, lateral=1e-4),
        ],
        {"A": 35.0, "B": 12.0, "C": -5.0},
        [slug("A"), slug("B", 500.0, 1234.0), pulse("B", 300.0, 2000.0, 4000.0)],
        [{"node": "D"}, at("c", 11_234.0)],
        172_800.0,
        300.0,
        {"substances": DECAYS},
    ),
    "reservoir below, losses above": (
        [
            reach("a", "A", "C", 20e3, 50.0, 30.0),
            reach("r", "C", "E", 6e3, 1500.0, 20.0),
            reach("b", "B", "C", 9e3, 20.0, 10.0, lateral=-1e-4),
            reach("c", "E", "D", 25e3, 80.0, 40.0),
        ],
        {"A": 35.0, "B": 12.0},
        [slug("A"), slug("B", 500.0, 1234.0)],
        [{"node": "D"}, at("r", 3234.0)],
        864_000.0,
        600.0,
        {},
    ),
}


def random_tree(seed: int) -> Case:
    """Reaches that join at random, some slow, some with storage, inflow or losses."""
    draw = np.random.default_rng(seed)
    reaches, inflows, releases = [], {}, []
    ends = ["out"]
    for k in range(7):
        end = ends[int(draw.integers(len(ends)))]
        storage = (float(draw.uniform(0.1, 0.5)), 2e-4) if draw.random() < 0.3 else (0.0, 0.0)
        area = 600.0 if draw.random() < 0.25 else float(draw.uniform(20.0, 60.0))
        lateral = float(draw.choice([0.0, 0.0, 2e-4, -5e-5]))
        reaches.append(
            reach(f"r{k}", f"n{k}", end, float(draw.uniform(2e3, 12e3)), area,
                  float(draw.uniform(5.0, 30.0)), storage=storage, lateral=lateral)
        )  # fmt: skip
        ends = [*(e for e in ends if e != "out"), f"n{k}"]
    fed = {row["to"] for row in reaches}
    for k in range(7):
        if f"n{k}" not in fed:
            inflows[f"n{k}"] = float(draw.uniform(10.0, 30.0))
            releases.append(slug(f"n{k}", float(draw.uniform(100.0, 900.0)), 450.0 * k))
    releases += [slug("", 50.0, at=at("r3", 1500.0)), slug("", 60.0, 700.0, at=at("r5", 400.0))]
    stations = [{"node": "out"}, at("r0", 700.0)]
    return reaches, inflows, releases, stations, 400_000.0, 450.0, {"substances": DECAYS}


def model_of(case: Case) -> Model:
    *arguments, duration, wanted, more = case
    step, model = 0.0, None
    while model is None or step != model.time_step:
        # once more with outputs at the steps, where storage made them shorter
        step = wanted if model is None else model.time_step
        data = river(*arguments, duration, step, limiter="none", time_step=step, **more)
        model = assemble(scenario.parse(data, None))
    return model


def asked(model: Model, station: int, *, shown: bool = True) -> Backward:
    place = model.stations[station].position
    reading = (shown_reading if shown else point_reading)(model.march.grid, place)
    rates = decay_rates(model.scenario.substances[0], model.flow)
    exchange = build_exchange(model.march.grid, *rates)
    return backward(model.march.grid, reading, model.march.dispersion, exchange)


def from_answers(model: Model, station: int) -> Array:
    """The curve at a station put together from its answers to every deposit."""
    plan = model.march.plan
    releases = [(r.position, r.schedule) for r in model.releases]
    deposits = build_deposits(model.march.grid, releases, plan.start, plan.steps)
    late, early = asked(model, station).curves(deposits.cell, plan.steps)
    curve = np.zeros(plan.steps + 1)
    for n in range(plan.steps):
        for k in range(deposits.pointer[n], deposits.pointer[n + 1]):
            left = plan.steps - n
            curve[n + 1 :] += deposits.mass_early[k] * early[k, 1 : left + 1]
            curve[n + 1 :] += deposits.mass_late[k] * late[k, :left]
    return curve


@pytest.mark.parametrize("case", [*CASES, *range(4)], ids=str)
def test_dual_to_the_march(case: str | int, monkeypatch: pytest.MonkeyPatch) -> None:
    # without its window's trimming the march is the matrix that was transposed
    monkeypatch.setattr("spillsim.transport.march.TRIM", 0.0)
    model = model_of(random_tree(case) if isinstance(case, int) else CASES[case])
    run = simulate(model)
    for station in range(len(model.stations)):
        marched, answered = run.concentration[0, station], from_answers(model, station)
        number = (run.output_time - model.march.plan.start) / model.time_step
        step = np.round(number).astype(int)
        inside = (step >= 0) & (step <= model.march.plan.steps)
        assert np.abs(number - step).max() < 1e-9
        assert inside.sum() > 100
        difference = np.abs(marched[inside] - answered[step[inside]])
        assert difference.max() <= 1e-12 * marched.max()
        assert marched.max() > 0.0


def test_cases_hold_what_they_are_named_after() -> None:
    model = model_of(CASES["reservoir below, losses above"])
    assert any(own.slow.any() for own in model.march.grid.paths)
    assert model.march.grid.motion.keep.min() < 1.0
    assert model.march.dispersion.substeps > 1
    assert sum(
        own.slow.any() for seed in range(4) for own in model_of(random_tree(seed)).march.grid.paths
    )


def test_the_window_changes_nothing() -> None:
    ask = asked(model_of(random_tree(1)), 0)
    free, windowed = ask.march(20_000, share=1e-30), ask.march(20_000)
    came = np.isfinite(free.peak)
    assert windowed.cell_steps < 0.9 * free.cell_steps
    assert windowed.steps < free.steps < 20_000
    for name in ("peak", "peak_time", "exposure"):
        here, there = getattr(free, name)[came], getattr(windowed, name)[came]
        assert np.allclose(here, there, rtol=1e-7, atol=0.0), name


# --- closed forms -------------------------------------------------------------------------------

AREA, VELOCITY, SPREAD, DECAY = 50.0, 0.7, 30.0, 1e-5


def uniform_answers(step: float, distances: Sequence[float]) -> tuple[Any, Array, Array]:
    """Answers 40 km below the head of a uniform river; cells and distances nearest to those."""
    case: Case = (
        [reach("a", "A", "B", 60e3, AREA, SPREAD)],
        {"A": AREA * VELOCITY},
        [slug("A")],
        [at("a", 40e3)],
        200_000.0,
        step,
        {"substances": [{"name": "tracer", "decay_rate": f"{DECAY} 1/s"}]},
    )
    model = model_of(case)
    ask = asked(model, 0, shown=False)
    own = model.march.grid.paths[0]
    centre = 0.5 * (own.theta[1:] + own.theta[:-1])
    away = (float(model.route.theta(model.stations[0].position)) - centre) * VELOCITY
    chosen = np.array([int(np.argmin(np.abs(away - d))) for d in distances])
    level = np.full(model.march.grid.cells.volume.size, 1e-7)
    return ask.march(5000, level), own.start + chosen, away[chosen]


def slug_curve(distance: float, time: Array) -> Array:
    """Concentration per kilogram of a slug in an endless uniform river."""
    away = distance - VELOCITY * time
    spread = 4.0 * SPREAD * time
    return np.exp(-(away**2) / spread - DECAY * time) / (AREA * np.sqrt(np.pi * spread))


def errors(step: float, distances: Sequence[float]) -> Array:
    """(5,) largest relative errors of peak, times of peak, arrival and end, and exposure."""
    found, cells, away = uniform_answers(step, distances)
    rows = []
    for cell, distance in zip(cells, away, strict=True):
        time = np.linspace(1.0, 120_000.0, 1_200_001)
        curve = slug_curve(distance, time)
        above = np.flatnonzero(curve > 1e-7)
        top = int(np.argmax(curve))
        width = np.sqrt(2.0 * SPREAD * distance / VELOCITY**3)
        root = np.sqrt(VELOCITY**2 + 4.0 * DECAY * SPREAD)
        area = np.exp((VELOCITY - root) * distance / (2.0 * SPREAD)) / (AREA * root)
        rows.append(
            [
                found.peak[cell] / curve[top] - 1.0,
                (found.peak_time[cell] - time[top]) / width,
                (found.arrival[cell] - time[above[0]]) / width,
                (found.ending[cell] - time[above[-1]]) / width,
                found.exposure[cell] / area - 1.0,
            ]
        )
    return np.asarray(np.abs(rows).max(axis=0))


def test_answers_of_a_uniform_river() -> None:
    """Peak, arrival, end and exposure of a slug; the error falls with the step as the march's."""
    distances = (12e3, 20e3, 30e3)
    coarse, fine = errors(400.0, distances), errors(200.0, distances)
    assert coarse[0] < 5e-4
    assert fine[0] < 3e-5
    assert coarse[1:4].max() < 6e-3
    assert np.log2(coarse[:4] / fine[:4]).min() > 1.8
    assert max(coarse[4], fine[4]) < 1e-8

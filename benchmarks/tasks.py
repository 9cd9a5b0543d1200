"""The standard tasks as plain data, and the one place where they meet spillsim.

Everything spillsim-specific in the benchmarks goes through this file (the ADAPTER part at the
end): `scenario_data`, `parse`, `assemble`, `prepare`, `march`.  The peers know only `Task`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np

from . import exact
from .exact import Array, UniformRiver

HOUR = 3600.0
DAY = 86400.0
KILOMETRE = 1000.0


@dataclass(frozen=True)
class Task:
    """A uniform river, its stations (metres below the inlet) and the time to simulate; SI."""

    name: str
    river: UniformRiver
    length: float
    duration: float
    stations: tuple[float, ...]


_WIDE = UniformRiver(
    velocity=0.8,
    dispersion_coefficient=50.0,
    cross_section_area=100.0,
    mass=1000.0,
    pulse_duration=HOUR,
)

T1 = Task(
    name="T1",
    river=UniformRiver(
        velocity=0.7,
        dispersion_coefficient=30.0,
        cross_section_area=100.0,
        mass=1000.0,
        pulse_duration=HOUR,
    ),
    length=140.0 * KILOMETRE,
    duration=60.0 * HOUR,
    stations=(20.0 * KILOMETRE, 100.0 * KILOMETRE),
)

W1 = Task(
    name="W1",
    river=_WIDE,
    length=1000.0 * KILOMETRE,
    duration=30.0 * DAY,
    stations=(100.0 * KILOMETRE, 500.0 * KILOMETRE, 900.0 * KILOMETRE),
)

W2 = Task(
    name="W2",
    river=UniformRiver(
        velocity=0.8,
        dispersion_coefficient=50.0,
        cross_section_area=100.0,
        mass=1000.0,
        pulse_duration=HOUR,
        exchange_coefficient=1e-5,
        area_ratio=0.1,
        decay_rate=1e-6,
        storage_decay_rate=1e-6,
    ),
    length=W1.length,
    duration=W1.duration,
    stations=W1.stations,
)

TASKS: dict[str, Task] = {task.name: task for task in (T1, W1, W2)}


def exact_curves(task: Task, time: Array) -> Array:
    """Exact resident concentration, (S, T) [kg/m3], at `time` (T,) seconds after the release."""
    return np.stack([exact.concentration(task.river, x, time) for x in task.stations])


def exact_means(task: Task, edges: Array) -> Array:
    """Exact mean concentration, (S, T) [kg/m3], over the intervals between `edges` (T + 1,)."""
    return np.stack([exact.interval_mean(task.river, x, edges) for x in task.stations])


def worst_error(time: Array, curves: Array, reference: Array) -> float:
    """Worst station's L1 error, integral |c - c_exact| dt over integral c_exact dt.

    time : (T,) the solver's own output times [s]
    curves, reference : (S, T) concentration of the solver and exact [kg/m3]
    """
    difference = np.trapezoid(np.abs(curves - reference), time, axis=1)
    return float((difference / np.trapezoid(reference, time, axis=1)).max())


# --- ADAPTER: the only part that knows spillsim ---------------------------------------------
# spillsim is imported inside the functions, so that the peers and the exact curves can be used
# and tested without it.

OUTPUT_INTERVAL = {"T1": 300.0, "W1": 900.0, "W2": 900.0}
"""Output interval [s]: at most a fifth of the standard deviation of the narrowest curve."""


@dataclass(frozen=True)
class March:
    """One spillsim run: what `peers.PeerResult` holds, for scoring and timing alike.

    times : (T,) output times since the release [s]; curves : (S, T) resident [kg/m3]
    """

    times: Array
    curves: Array
    seconds_in_solver: float
    cell_steps: int


def scenario_data(
    task: Task, error: float, time_step: float | None = None, interval: float | None = None
) -> dict[str, Any]:
    """The task as a scenario in spillsim's file format, with `error` as the accuracy asked for.

    `time_step` [s] overrides what `error` would choose; `interval` [s] the usual output interval.
    """
    river = task.river
    numerics: dict[str, Any] = {"error": error}
    if time_step is not None:
        numerics["time_step"] = f"{time_step!r} s"
    reach = {
        "id": "river",
        "from": "head",
        "to": "foot",
        "length": f"{task.length!r} m",
        "hydraulics": "velocity",
        "velocity": f"{river.velocity!r} m/s",
        "width": "50 m",
        "depth": f"{river.cross_section_area / 50.0!r} m",
    }
    data: dict[str, Any] = {
        "spillsim": 1,
        "case": {
            "title": f"Standard task {task.name}",
            "start": datetime(2000, 1, 1, tzinfo=UTC),
            "duration": f"{task.duration!r} s",
        },
        "network": {
            "nodes": [{"id": "head", "kind": "headwater"}, {"id": "foot", "kind": "outlet"}],
            "reaches": [reach],
        },
        "flow": {
            "kind": "inflows",
            "table": [{"node": "head", "inflow": f"{river.discharge!r} m3/s"}],
        },
        "dispersion": {"kind": "value", "value": f"{river.dispersion_coefficient!r} m2/s"},
        "substance": [
            {
                "name": "tracer",
                "decay_rate": f"{river.decay_rate!r} 1/s",
                "storage_decay_rate": f"{river.storage_decay_rate!r} 1/s",
            }
        ],
        "release": [
            {
                "kind": "constant",
                "at": {"node": "head"},
                "substance": "tracer",
                "mass": f"{river.mass!r} kg",
                "start": "0 s",
                "duration": f"{river.pulse_duration!r} s",
            }
        ],
        "station": [
            {"name": f"{x / KILOMETRE:g} km", "at": {"reach": "river", "distance": f"{x!r} m"}}
            for x in task.stations
        ],
        "output": {"interval": f"{interval or OUTPUT_INTERVAL[task.name]!r} s"},
        "numerics": numerics,
    }
    if river.exchange_coefficient:
        data["storage"] = {
            "area_ratio": river.area_ratio,
            "exchange_coefficient": f"{river.exchange_coefficient!r} 1/s",
        }
    return data


def parse(task: Task, error: float) -> Any:
    """The task as a checked `spillsim` Scenario."""
    from spillsim import scenario

    return scenario.parse(scenario_data(task, error), None)


def assemble(task: Task, error: float) -> Any:
    """The task as a `spillsim` Model, ready to march."""
    from spillsim import model

    return model.assemble(parse(task, error))


@dataclass(frozen=True)
class Prepared:
    """An assembled model with its exchange and deposits: all that comes before the march."""

    model: Any
    exchange: Any
    deposits: Any


def prepare(
    task: Task, error: float, time_step: float | None = None, interval: float | None = None
) -> Prepared:
    """The task ready to march; see `scenario_data`."""
    from spillsim import model, scenario
    from spillsim.sources import decay_rates
    from spillsim.transport.deposits import build_deposits
    from spillsim.transport.medium import build_exchange

    data = scenario_data(task, error, time_step, interval)
    ready = model.assemble(scenario.parse(data, None))
    plan, grid = ready.march.plan, ready.march.grid
    releases = [(release.position, release.schedule) for release in ready.releases]
    rates = decay_rates(ready.scenario.substances[0], ready.flow)
    return Prepared(
        ready,
        build_exchange(grid, *rates),
        build_deposits(grid, releases, plan.start, plan.steps),
    )


def march(prepared: Prepared) -> March:
    """March once; the time is that of the march alone, its state and outputs included."""
    from spillsim.transport import march as engine

    model = prepared.model
    started = perf_counter()
    found = engine.march(
        model.march.plan, model.march.dispersion, prepared.exchange, prepared.deposits
    )
    seconds = perf_counter() - started
    return March(model.output_time, found.concentration, seconds, found.cell_steps)


def march_error(task: Task, result: March) -> float:
    """Worst station's L1 error of a spillsim run on its own output times."""
    return worst_error(result.times, result.curves, exact_curves(task, result.times))


@dataclass(frozen=True)
class Transfer:
    """A task ready for the transfer engine, with its usual output times."""

    river: Any
    release: Any
    places: tuple[Any, ...]
    source: Any
    times: Array


def prepare_transfer(task: Task, interval: float | None = None) -> Transfer:
    """The task ready for the transfer engine."""
    from spillsim import model, scenario, transfer
    from spillsim.sources import decay_rates

    ready = model.assemble(scenario.parse(scenario_data(task, 0.01, interval=interval), None))
    rates = decay_rates(ready.scenario.substances[0], ready.flow)
    river = transfer.prepare(ready.network, ready.flow, *rates)
    release = ready.releases[0]
    source = transfer.source_of([release.schedule], task.duration)
    places = tuple(place.position for place in ready.stations)
    return Transfer(river, release.position, places, source, ready.output_time)


def run_transfer(prepared: Transfer) -> March:
    """Concentration and mass passed at every station, from the river to the curves."""
    from spillsim import transfer

    started = perf_counter()
    found = transfer.passages(prepared.river, prepared.release, prepared.places, prepared.source)
    curves = [passage.concentration.at(prepared.times) for passage in found]
    passed = [passage.flux.integral(prepared.times) for passage in found]
    seconds = perf_counter() - started
    assert len(passed) == len(curves)
    return March(prepared.times, np.stack(curves), seconds, 0)

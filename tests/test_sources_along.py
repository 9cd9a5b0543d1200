"""Loss by reach and release along a reach, in every engine, against closed forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from river_cases import Row, case, constant, model_of, reach, slug

from spillsim import scenario
from spillsim.errors import ScenarioError
from spillsim.hydraulics import as_varying
from spillsim.marching import network_march
from spillsim.model import Model, assemble
from spillsim.simulation import Run, simulate

ENGINES = ("transfer", "march", "network")
U, D, Q, A, LENGTH = 0.5, 20.0, 20.0, 40.0, 10_000.0


def solved(data: Row, engine: str) -> tuple[Model, Run]:
    """Run with an engine; ``network`` is the march in flow that may change, held steady."""
    given = data.get("numerics", {}) | {"engine": "transfer" if engine == "transfer" else "march"}
    model = model_of(data | {"numerics": given})
    if engine == "network":
        flow = as_varying(model.flow, model.network.reach_length)
        plan = network_march(model.scenario, model.network, flow, model.releases, model.stations,
                             model.output_time, model.time_step)  # fmt: skip
        model = replace(model, varying=flow, march=plan)
    run = simulate(model)
    assert run.engine == ("transfer" if engine == "transfer" else "march")
    assert run.mass_error < 1e-11
    return model, run


def river(releases: list[Row], substance: Row, duration: float, **more: Any) -> Row:
    """Three alike reaches of 10 km; stations in the second, at its foot and 10 km below."""
    rows = [reach(f"r{i}", f"n{i}", f"n{i + 1}", LENGTH) for i in range(3)]
    dispersion = more.pop("dispersion", D)
    for row in rows:
        row["dispersion_coefficient [m2/s]"] = dispersion
    stations = {"inside": {"reach": "r1", "distance": "4 km"}, "foot": {"node": "n2"},
                "below": {"reach": "r2", "distance": "9.9 km"}}  # fmt: skip
    return case(rows, {"n0": Q}, releases, stations, duration,
                substance=[{"name": "tracer"} | substance], **more)  # fmt: skip


# --- loss by reach -------------------------------------------------------------------------------


def decayed_through(rates: list[float], exchange: float = 0.0, ratio: float = 0.0,
                    stored: list[float] | None = None) -> float:  # fmt: skip
    """Share that comes through reaches: exp(-k_eff L / U) with dispersion, one after another.

    Of the loss in storage zones k_eff has alpha k_s / (k_s + alpha / beta) (Bencala & Walters 1983,
    steady).
    """
    exponent = 0.0
    for i, rate in enumerate(rates):
        own = rate if stored is None else stored[i]
        k = rate + (exchange * own / (own + exchange / ratio) if ratio else 0.0)
        exponent += 2.0 * k * LENGTH / (U + np.sqrt(U**2 + 4.0 * D * k))
    return float(np.exp(-exponent))


@pytest.mark.parametrize("engine", ENGINES)
def test_mass_that_comes_through_is_that_of_the_rates_by_reach(engine: str) -> None:
    table = [{"reach": "r0", "decay_rate [1/d]": 0.0},
             {"reach": "r1", "decay_rate [1/d]": 2.0, "storage_decay_rate [1/d]": 0.5}]  # fmt: skip
    substance = {"decay_rate": "1 1/d", "rates": table}
    columns = {"storage_area_ratio": 0.2, "exchange_coefficient [1/s]": 1e-5}
    data = river([constant({"node": "n0"}, 36_000.0)], substance, 400_000.0,
                 numerics={} if engine == "transfer" else {"time_step": "100 s"})  # fmt: skip
    for row in data["network"]["reaches"]:
        row.update(columns)
    data["station"] = [{"name": "foot of r1", "at": {"node": "n2"}},
                       {"name": "end", "at": {"reach": "r2", "distance": "9.9 km"}}]  # fmt: skip
    _, run = solved(data, engine)
    day = 86_400.0
    rates = [0.0, 2.0 / day]
    through = decayed_through(rates, 1e-5, 0.2, [0.0, 0.5 / day])
    end = through * decayed_through([1.0 / day], 1e-5, 0.2) ** 0.99
    # what crosses from one reach to the next within a step of the marches has the rates of the
    # second for all of it: first order in the step, 1.5e-3 here
    tolerance = 2e-4 if engine == "transfer" else 2e-3
    assert run.cumulative_mass[0, 0, -1] == pytest.approx(100.0 * through, rel=tolerance)
    assert run.cumulative_mass[0, 1, -1] == pytest.approx(100.0 * end, rel=tolerance)


def test_rates_left_out_follow_the_keys_of_the_river() -> None:
    from spillsim.sources import decay_rates

    def of(**keys: Any) -> list[list[float]]:
        table = [{"reach": "r1", "decay_rate [1/s]": 3e-5},
                 {"reach": "r2", "storage_decay_rate [1/s]": 4e-5}]  # fmt: skip
        data = river([slug({"node": "n0"})], {"rates": table} | keys, 1e5)
        model = model_of(data)
        rates = decay_rates(model.scenario.substances[0], model.flow)
        return [np.round(rate, 12).tolist() for rate in rates]

    assert of(decay_rate="1e-5 1/s") == [[1e-5, 3e-5, 1e-5], [1e-5, 3e-5, 4e-5]]
    assert of(storage_decay_rate="2e-5 1/s") == [[0.0, 3e-5, 0.0], [2e-5, 2e-5, 4e-5]]
    # rates are those at the reference temperature: 10 degC here, theta^-10
    half = of(decay_rate="1e-5 1/s", temperature_coefficient=2.0**0.1)
    assert half == [[5e-6, 1.5e-5, 5e-6], [5e-6, 1.5e-5, 2e-5]]


# --- release along a reach -----------------------------------------------------------------------


def seepage(**keys: Any) -> Row:
    row = {"kind": "seepage", "at": {"reach": "r1"}, "substance": "tracer"}
    return row | ({"rate": "1 kg/s"} if "concentration" not in keys else {}) | keys


def seeped(x: float, rate: float) -> float:
    """Steady concentration x below the head of r1 in an endless river, by Green's function.

    A kilogram a second at a place gives exp(f x) / (A w) below it and exp(g x) / (A w) above,
    w = sqrt(U2 + 4 D k), f = (U - w) / 2 D, g = (U + w) / 2 D; integrated along the reach.
    """
    w = np.sqrt(U**2 + 4.0 * D * rate)
    f, g = -2.0 * rate / (U + w), (U + w) / (2.0 * D)
    last = min(x, LENGTH)
    from_above = last if rate == 0.0 else (np.exp(f * (x - last)) - np.exp(f * x)) / -f
    from_below = (1.0 - np.exp(-g * (LENGTH - last))) / g
    return float((from_above + from_below) / (LENGTH * A * w))


@pytest.mark.parametrize(
    ("engine", "rate"), [*((engine, 2e-5) for engine in ENGINES), ("march", 0.0), ("network", 0.0)]
)
def test_steady_seepage_is_that_of_the_line_source(engine: str, rate: float) -> None:
    data = river([seepage()], {"decay_rate": f"{rate!r} 1/s"}, 500_000.0)
    _, run = solved(data, engine)
    assert run.ledger.released[0, -1] == pytest.approx(500_000.0, rel=1e-12)
    for number, x in enumerate((4000.0, 10_000.0, 19_900.0)):
        found = run.concentration[0, number, -1]
        # points leave out what disperses upstream between them, D / U = 40 m of the 4 km; the
        # march through networks sees the mean of its cells
        near = 0.0101 if engine != "march" and number == 0 else 0.0
        assert found == pytest.approx(seeped(x, rate), rel=0.01 + near), number


@pytest.mark.parametrize("engine", ENGINES)
def test_the_front_is_a_ramp_as_long_as_the_reach(engine: str) -> None:
    data = river([seepage(duration="12 h")], {}, 200_000.0)
    _, run = solved(data, engine)
    # far below, the curve is the release convolved with a box of the reach's travel time, dispersed
    time, step = run.output_time, float(run.output_time[1])
    left = 1.0 - run.cumulative_mass[0, 2] / 43_200.0
    assert left[-1] == pytest.approx(0.0, abs=1e-9)
    mean = step * float(left.sum() - 0.5 * left[0])
    # half the release, from the middle of the reach to the station; a flux is late by D / U2
    assert mean == pytest.approx(21_600.0 + 14_900.0 / U + D / U**2, abs=2.0)
    variance = 2.0 * step * float((time * left).sum()) - mean**2
    wanted = 43_200.0**2 / 12.0 + 20_000.0**2 / 12.0 + 2.0 * D * 14_900.0 / U**3
    assert variance == pytest.approx(wanted, rel=2e-3)


def test_decay_between_points_makes_an_error_of_second_order() -> None:
    """h2 k2 / 24 of what seeps in, h the travel time of a stretch (docs of ``sources.seepage``)."""
    rate, errors, sizes, asked = 1e-3, [], [], (0.2, 0.05)
    w = np.sqrt(U**2 + 4.0 * D * rate)
    f = -2.0 * rate / (U + w)
    exact = (np.exp(f * 1000.0) - np.exp(f * 11_000.0)) / -f / (LENGTH * A * w)
    for error in asked:
        data = river([seepage()], {"decay_rate": f"{rate!r} 1/s"}, 60_000.0,
                     numerics={"error": error})  # fmt: skip
        data["station"] = [{"name": "below", "at": {"reach": "r2", "distance": "1 km"}}]
        model, run = solved(data, "transfer")
        sizes.append(LENGTH / U / len(model.releases))
        errors.append(1.0 - run.concentration[0, 0, -1] / exact)
    # the point in the middle of a stretch for its mean: (y / sinh y), y = h k / 2
    y = -0.5 * np.array(sizes) * f * U
    assert np.array(errors) == pytest.approx(1.0 - y / np.sinh(y), rel=0.01)
    assert np.polyfit(np.log(sizes), np.log(errors), 1)[0] == pytest.approx(2.0, abs=0.12)
    assert all(found < wanted for found, wanted in zip(errors, asked, strict=True))


@pytest.mark.parametrize("engine", ENGINES)
def test_concentration_of_the_lateral_inflow_mixes(engine: str) -> None:
    data = river([seepage(concentration="5 mg/L")], {}, 200_000.0)
    data["network"]["reaches"][1]["lateral_inflow [m3/s/km]"] = 0.2
    _, run = solved(data, engine)
    assert run.ledger.released[0, -1] == pytest.approx(0.01 * 200_000.0, rel=1e-12)
    # (Q0 C0 + q x C) / (Q0 + q x) with C0 = 0; inside the dispersive flux adds D / U dC/dx
    inside = 5e-3 * 0.8 / 20.8 * (1.0 + D / U / 4000.0 * 20.0 / 20.8)
    assert run.concentration[0, 0, -1] == pytest.approx(inside, rel=0.012)
    assert run.concentration[0, 1, -1] == pytest.approx(5e-3 / 11.0, rel=0.01)
    assert run.concentration[0, 2, -1] == pytest.approx(5e-3 / 11.0, rel=1e-3)


def test_lateral_inflow_that_changes_brings_its_concentration() -> None:
    data = river([seepage(concentration="5 mg/L")], {}, 172_800.0)
    rows = [{"time [h]": 0.0, "discharge [m3/s]": 1.0}, {"time [h]": 24.0, "discharge [m3/s]": 3.0},
            {"time [h]": 48.0, "discharge [m3/s]": 1.0}]  # fmt: skip
    data["network"]["reaches"][1]["lateral_inflow [m3/s/km]"] = 0.1
    data["hydrograph"] = [{"at": {"reach": "r1"}, "mode": "replace", "table": rows}]
    for row in data["network"]["reaches"]:
        row |= {"hydraulics": "manning", "manning_n": 0.035, "velocity [m/s]": None,
                "depth [m]": None}  # fmt: skip
    model = assemble(scenario.parse(data))
    run = simulate(model)
    assert any("lateral inflow of each moment" in notice.message for notice in model.notices)
    assert run.ledger.released[0, -1] == pytest.approx(5e-3 * 2.0 * 172_800.0, rel=1e-3)
    assert run.mass_error < 1e-12


def test_a_concentration_needs_lateral_inflow_between_gauges_too() -> None:
    data = river([seepage(concentration="5 mg/L")], {}, 1e5)
    rows = [{"node": "n0", "discharge [m3/s]": 20.0}, {"node": "n3", "discharge [m3/s]": 19.0}]
    with pytest.raises(ScenarioError, match="could bring it"):
        model_of(data | {"flow": {"kind": "gauges", "table": rows}})


def test_many_points_are_one_release_to_the_reader() -> None:
    model = model_of(river([seepage(name="tailings"), slug({"node": "n0"})], {}, 1e5))
    own = [release for release in model.releases if release.name == "tailings"]
    assert len(own) >= 8
    assert sum(release.schedule.mass for release in own) == pytest.approx(1e5, rel=1e-14)
    # the station inside the reach lies between two stretches
    ends = [r.position.distance + r.position.half for r in own]
    assert min(abs(end - 4000.0) for end in ends) < 1e-6
    assert not any("tailings" in notice.message for notice in model.notices)

"""Unit responses: one run in place of many, exactly where that can be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from river_cases import Row, case, constant, line, reach, slug
from scipy.interpolate import CubicSpline

import spillsim
from spillsim import scenario
from spillsim.linear.curve import smooth_curve

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def tree(**more: Any) -> Row:
    """Two headwaters, storage, decay, and a station far below."""
    reaches = [
        reach("a", "A", "C", 20e3),
        reach("b", "B", "C", 15e3, **{"velocity [m/s]": 0.4}),
        reach("c", "C", "D", 40e3, **{"storage_area_ratio": 0.2,
                                      "exchange_coefficient [1/s]": 2e-4}),
    ]  # fmt: skip
    substance = [{"name": "tracer", "decay_rate": "0.4 1/d"}]
    releases = more.pop("releases", [slug({"node": "A"}, name="upper")])
    return case(
        reaches, {"A": 20.0, "B": 10.0}, releases,
        {"bridge": {"reach": "c", "distance": "10 km"}, "end": {"node": "D"}}, 259_200.0,
        substance=substance, **more,
    )  # fmt: skip


def direct(data: Row) -> xr.Dataset:
    return spillsim.run(scenario.parse(data))


def close(found: xr.Dataset, wanted: xr.Dataset, tolerance: float) -> None:
    """Compare curves and masses, each against its largest value at the station."""
    for name in ("concentration", "cumulative_mass"):
        here = found[name].transpose("station", "substance", "time").values
        there = wanted[name].transpose("station", "substance", "time").values
        largest = np.abs(there).max(axis=2, keepdims=True)
        assert largest.min() > 0.0
        assert (np.abs(here - there) / largest).max() <= tolerance


# --- against runs --------------------------------------------------------------------------------

NUMERICS = {"limiter": "none", "time_step": "500 s", "error_check": "none"}


def test_slugs_at_steps_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any mass at any step, and their sum: to round-off what a run with all of them gives."""
    monkeypatch.setattr("spillsim.transport.march.TRIM", 0.0)
    data = tree(numerics=NUMERICS, output={"interval": "500 s"})
    response = spillsim.unit_response(scenario.parse(data), "upper")
    assert response.concentration.interval == 500.0
    added = spillsim.superpose(
        [response.release("3 t"), response.release("70 kg", "2000 s"),
         response.release("5 t", dt.datetime(2024, 3, 1, 10, tzinfo=dt.UTC))]
    )  # fmt: skip
    data["release"] = [
        slug({"node": "A"}, 3000.0), slug({"node": "A"}, 70.0, 2000.0),
        slug({"node": "A"}, 5000.0, 36_000.0),
    ]  # fmt: skip
    close(added, direct(data), 1e-12)


@pytest.mark.parametrize("limiter", ["positive", "none"])
def test_durations_and_other_times(limiter: str) -> None:
    """Within the error asked for of a finer run, whatever the mass, the start and the duration."""
    numerics = {"error": 0.002, "limiter": limiter, "error_check": "none"}
    output = {"interval": "900 s"}
    data = tree(numerics=numerics, output=output)
    response = spillsim.unit_response(scenario.parse(data), "upper")
    fine = {"limiter": "none", "time_step": "60 s", "error_check": "none"}
    for duration, start in ((3 * 3600.0, 0.0), (20 * 3600.0, 4321.0)):
        found = response.release("800 kg", f"{start} s", f"{duration} s")
        wanted = direct(tree(
            releases=[constant({"node": "A"}, duration, 800.0, start)], numerics=fine,
            output=output,
        ))  # fmt: skip
        close(found, wanted, 0.004)


def test_schedules_are_sums_of_ramps_and_jumps() -> None:
    output = {"interval": "900 s"}
    response = spillsim.unit_response(scenario.parse(tree(output=output)))
    even = response.schedule(["0 h", "5 h"], ["2 kg/s", "2 kg/s"], "1 h")
    close(even, response.release("36 t", "1 h", "5 h"), 1e-11)
    ramp = response.schedule(["0 h", "2 h", "6 h"], ["0 kg/s", "0.5 kg/s", "0 kg/s"])
    table = [{"time [h]": t, "mass_rate [kg/s]": r} for t, r in ((0, 0), (2, 0.5), (6, 0))]
    release = {"kind": "hydrograph", "at": {"node": "A"}, "substance": "tracer", "table": table}
    fine = {"limiter": "none", "time_step": "60 s", "error_check": "none"}
    close(ramp, direct(tree(releases=[release], numerics=fine, output=output)), 0.01)


def test_places_and_substances_add_up() -> None:
    data = tree(output={"interval": "900 s"}, numerics={"error": 0.002, "error_check": "none"})
    data["substance"].append({"name": "salt", "decay_rate": "0 1/d"})
    parsed = scenario.parse(data)
    one = spillsim.unit_response(parsed, "upper").release("2 t", "1 h", "6 h")
    side = {"reach": "b", "distance": "2 km"}
    other = spillsim.unit_response(parsed, side, substance="tracer").release("1 t")
    salt = spillsim.unit_response(parsed, side, substance="salt").release("4 t", "0 s", "2 h")
    added = spillsim.superpose([one, other, salt])
    data["release"] = [
        constant({"node": "A"}, 21_600.0, 2000.0, 3600.0), slug(side, 1000.0),
        constant(side, 7200.0, 4000.0) | {"substance": "salt"},
    ]  # fmt: skip
    data["numerics"] = {"limiter": "none", "time_step": "60 s", "error_check": "none"}
    close(added, direct(data), 0.006)
    metrics = spillsim.analysis.breakthrough(added, threshold="0.01 mg/L")
    assert bool((metrics["passage_status"] == 1).all())


def test_water_of_a_release_stays_in_the_river() -> None:
    """The flow is that of the scenario; mass alone is what the response multiplies."""
    parsed = spillsim.load(SCENARIOS / "irtysh_ridder")
    name = spillsim.assemble(parsed).releases[0].name
    response = spillsim.unit_response(parsed, name, ["KZ–RU Irtysh"])
    model = spillsim.assemble(parsed)
    wanted = next(s for s in model.stations if s.name == "KZ–RU Irtysh").discharge
    assert response.stations[0].discharge == wanted


def test_engines_agree() -> None:
    parsed = scenario.parse(tree(numerics={"error": 0.002}, output={"interval": "900 s"}))
    march = spillsim.unit_response(parsed, "upper").release("1 t", "0 s", "4 h")
    exact = spillsim.unit_response(parsed, "upper", engine="transfer").release("1 t", "0 s", "4 h")
    close(march, exact, 0.003)


def test_response_as_a_dataset() -> None:
    response = spillsim.unit_response(scenario.parse(tree()), "upper", ["end"])
    dataset = response.dataset()
    assert dataset.attrs["release"] == "upper"
    tonne = response.release("1 t")["concentration"].values[:, 0]
    steps = tonne.shape[1]
    assert np.allclose(dataset["concentration_per_tonne"].values[:, :steps], tonne, atol=1e-12)
    assert float(dataset["share_passed"][0, -1]) < 1.0


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"release": "uppr"}, 'Did you mean "upper"'),
        ({"release": {"node": "X"}}, 'no node "X"'),
        ({"release": {"nod": "A"}}, "a place is needed"),
        ({"stations": ["bride"]}, 'Did you mean "bridge"'),
        ({"substance": "trace"}, 'Did you mean "tracer"'),
        ({"engine": "lapalce"}, 'no engine "lapalce"'),
        ({"release": {"node": "D"}}, "no station or border lies downstream"),
    ],
)
def test_what_cannot_be_asked(ask: dict[str, Any], words: str) -> None:
    data = tree()
    data["station"][1]["at"] = {"reach": "c", "distance": "30 km"}
    with pytest.raises(spillsim.SpillsimError) as caught:
        spillsim.unit_response(scenario.parse(data), **ask)
    assert words in str(caught.value)


def test_monotone_is_refused() -> None:
    with pytest.raises(spillsim.ScenarioError, match="twice the mass is not twice the curve"):
        spillsim.unit_response(scenario.parse(tree(numerics={"limiter": "monotone"})))


def test_which_release_must_be_said() -> None:
    data = line(releases=[slug({"node": "n0"}, name="one"), slug({"node": "n0"}, name="two")])
    with pytest.raises(spillsim.SpillsimError, match="there is one, two"):
        spillsim.unit_response(scenario.parse(data))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mass": "1 km"}, 'mass "1 km"'),
        ({"mass": 3.0}, "a text with a unit"),
        ({"mass": "1 t", "duration": "0 s"}, "more than zero"),
        ({"mass": "1 t", "start": "-1 h"}, "before the start"),
        ({"mass": "1 t", "start": dt.datetime(2024, 3, 1)}, "needs its offset"),  # noqa: DTZ001
        ({"mass": "1 t", "interval": "0 s"}, "more than zero"),
    ],
)
def test_what_cannot_be_released(given: dict[str, Any], words: str) -> None:
    response = spillsim.unit_response(scenario.parse(tree()))
    with pytest.raises(spillsim.SpillsimError) as caught:
        response.release(**given)
    assert words in str(caught.value)
    with pytest.raises(spillsim.SpillsimError, match="differ in time"):
        spillsim.superpose([response.release("1 t"), response.release("1 t", interval="1234 s")])
    with pytest.raises(spillsim.SpillsimError, match="rising times"):
        response.schedule(["1 h", "0 h"], ["1 kg/s", "1 kg/s"])


# --- the curve between samples -------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 4, 50])
def test_spline_and_its_integrals(count: int) -> None:
    samples = np.random.default_rng(count).normal(size=(3, count))
    interval = 7.0
    own = smooth_curve(interval, samples)
    ends = ((1, np.zeros(3)), (2, np.zeros(3)))
    known = CubicSpline(interval * np.arange(count), samples, axis=1, bc_type=ends)
    time = np.linspace(0.0, own.end, 201)
    assert np.allclose(own.at(time), known(time), atol=1e-12)
    once = known.antiderivative()
    assert np.allclose(own.at(time, 1), once(time), atol=1e-11)
    assert np.allclose(own.at(time, 2), once.antiderivative()(time), atol=1e-10 * own.end)
    assert not own.at(np.array([-1e-3]), 2).any()
    assert np.array_equal(own.at(interval * np.arange(count - 1)), samples[:, :-1])

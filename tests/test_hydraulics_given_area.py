"""Areas given with the discharges: exactly met, and the water they leave open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from remap_cases import flow, plan, river, run
from scipy.integrate import solve_ivp

import spillsim
from spillsim import scenario
from spillsim.errors import ScenarioError
from spillsim.hydraulics import VaryingFlow, solve, solve_over_time
from spillsim.remap.march import Background
from spillsim.remap.tables import step_weights

HOUR = 3600.0


def data(rows: list[dict[str, Any]], interpolation: str = "linear", **reach: Any) -> dict[str, Any]:
    """Two reaches whose hydraulic method, Manning's, has nothing to go by."""
    own = {"dispersion_coefficient": "5 m2/s", **reach}
    return {
        "spillsim": 1,
        "case": {
            "title": "wave",
            "start": datetime(2024, 4, 1, tzinfo=UTC),
            "duration": "10 h",
        },
        "network": {
            "nodes": [{"id": name} for name in ("a", "b", "c")],
            "reaches": [
                {"id": "ab", "from": "a", "to": "b", "length": "10 km", **own},
                {"id": "bc", "from": "b", "to": "c", "length": "20 km", **own},
            ],
        },
        "flow": {"kind": "table", "table": rows, "interpolation": interpolation},
        "substance": [{"name": "tracer"}],
        "release": [
            {
                "kind": "rate", "at": {"node": "a"}, "substance": "tracer", "rate": "1 g/s",
                "duration": "10 h",
            }
        ],
    }  # fmt: skip


def row(hour: float, reach: str, head: float, foot: float, area: float | None) -> dict[str, Any]:
    found = {
        "time": f"{hour} h",
        "reach": reach,
        "discharge": f"{head} m3/s",
        "discharge_foot": f"{foot} m3/s",
    }
    return found if area is None else {**found, "cross_section_area": f"{area} m2"}


WAVE = [
    row(0, "ab", 20, 20, 40), row(3, "ab", 60, 30, 90), row(4, "ab", 50, 50, 100),
    row(8, "ab", 20, 30, 35), row(1, "bc", 20, 20, 50), row(5, "bc", 40, 30, 60),
]  # fmt: skip


def solved(rows: list[dict[str, Any]], **more: Any) -> tuple[VaryingFlow, list[str]]:
    parsed = scenario.parse(data(rows, **more))
    network = parsed.build_network()
    found, notices = solve_over_time(parsed, network, solve(parsed, network))
    return found, [notice.message for notice in notices]


@pytest.mark.parametrize("interpolation", ["linear", "steps"])
def test_areas_are_those_given_and_straight_in_between(interpolation: str) -> None:
    found, _ = solved(WAVE, interpolation=interpolation)
    time = np.linspace(-HOUR, 11 * HOUR, 241)  # every three minutes
    pointer, rows, weight = step_weights(found.time, found.linear, time)
    net = found.discharge_head - found.discharge_foot + found.lateral_inflow
    steps = np.repeat(np.arange(time.size - 1), np.diff(pointer))
    gained = np.zeros((time.size - 1, 2))
    np.add.at(gained, steps, weight[:, None] * net[rows])
    area = found.initial_area + np.concatenate([[[0, 0]], np.cumsum(gained / [1e4, 2e4], axis=0)])
    first = np.interp(time, np.array([0, 3, 4, 8]) * HOUR, [40, 90, 100, 35])
    np.testing.assert_allclose(area[:, 0], first, rtol=1e-12)
    np.testing.assert_allclose(area[:, 1], np.interp(time, [HOUR, 5 * HOUR], [50, 60]), rtol=1e-12)


def test_the_mean_area_stands_for_the_run_and_no_method_is_needed() -> None:
    parsed = scenario.parse(data(WAVE))
    found = solve(parsed, parsed.build_network())
    mean = (3 * 65 + 1 * 95 + 4 * 67.5 + 2 * 35) / 10
    np.testing.assert_allclose(found.cross_section_area[0], mean, rtol=1e-12)
    assert found.method["cross_section_area"] == ("given", "given")


def test_areas_may_be_given_for_some_reaches_only() -> None:
    rows = [*WAVE[:4], row(0, "bc", 20, 20, None), row(5, "bc", 40, 30, None)]
    with pytest.raises(ScenarioError, match='hydraulic method "manning" needs'):
        scenario.parse(data(rows))
    found, _ = solved(rows, hydraulics="velocity", velocity="0.5 m/s")
    assert np.all(found.lateral_inflow[:, 1] == 0.0)
    assert found.initial_area[1] == 40.0  # from the method


def test_what_is_left_open_is_told_with_its_share() -> None:
    # 10 km filling by 18 m2 in 10 h take 5 m3/s; 4 come in
    rows = [row(0, "ab", 20, 16, 40), row(10, "ab", 20, 16, 58), row(0, "bc", 16, 16, 40)]
    _, told = solved(rows)
    (message,) = [text for text in told if "leave" in text]
    assert "1 m3/s gained and 0 m3/s lost on average" in message
    assert "5.6 % of the discharge, in reach ab" in message
    rows[1] = row(10, "ab", 20, 16, 54.4)
    assert solved(rows)[1] == []


def test_water_lost_takes_its_mass_with_it() -> None:
    rows = [row(0, "ab", 20, 15, 40), row(0, "bc", 15, 15, 40)]
    given = data(rows)
    given["station"] = [{"name": name, "at": {"reach": "ab", "distance": x}}
                        for name, x in (("head", "100 m"), ("foot", "10 km"))]  # fmt: skip
    given["output"] = {"interval": "10 min"}
    given["numerics"] = {"error": 0.03, "error_check": "none"}
    result = spillsim.run(scenario.parse(given))
    late = result["concentration"].isel(time=-1, substance=0)
    np.testing.assert_allclose(late, 1e-3 / 20.0 * 1e3, rtol=1e-4)  # mg/L
    last = result.isel(ledger_time=-1, substance=0)
    assert abs(float(last["mass_error"])) < 1e-12 * 36.0
    # behind the front, which takes ln(20 / 15) / k, 5e-5 kg/m3 leave with the water
    k = 5.0 / 4e5
    passage = np.log(20.0 / 15.0) / k
    water = 20.0 * passage - 5.0 / k + 5.0 * (10 * HOUR - passage)
    assert float(last["mass_abstracted"]) == pytest.approx(5e-5 * water, rel=3e-3)


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        ({"rows": [*WAVE[:3], row(8, "ab", 20, 30, None), *WAVE[4:]]}, "in some of its rows only"),
        (
            {"storage_area": "3 m2", "storage_area_ratio": 0.1, "exchange_coefficient": "1e-4 1/s"},
            "both say how large the storage zone is",
        ),
        ({"storage_area": "3 m2"}, "belong together"),
    ],
)
def test_faults(edit: dict[str, Any], part: str) -> None:
    rows = edit.get("rows", WAVE)
    with pytest.raises(ScenarioError, match=part):
        solved(rows, **{k: v for k, v in edit.items() if k != "rows"})


# --- a storage zone that stays as it is --------------------------------------------------------


@pytest.mark.parametrize("decay", [0.0, 2e-4])
def test_storage_that_stays_exchanges_with_the_water_there_is(decay: float) -> None:
    """A pond that clean water fills from the side to three times its volume, against an ODE."""
    area, length, ratio, alpha, side, last = 10.0, 1e3, 0.5, 4e-4, 2.0, 1e4

    def rate(time: float, mass: Any) -> Any:
        # 1/beta as long as the water is 10 m2, more when there is more
        back = alpha / ratio * (area + side * time / length) / area
        moved = alpha * mass[0] - back * mass[1]
        return [-moved - decay * mass[0], moved - 0.5 * decay * mass[1]]

    exact = solve_ivp(rate, (0.0, last), [area * length, 0.0], rtol=1e-10, atol=1e-9).y[:, -1]
    varying = flow([0.0], [[0.0]], [[0.0]], area, 1e-3, lateral=side, ratio=ratio, exchange=alpha,
                   discharge=1.0)  # fmt: skip
    reference = replace(varying.reference, storage_stays=np.array([True]))
    errors = []
    for steps in (20, 40):
        prepared = plan(
            river([0], [1], [length]), replace(varying, reference=reference), last / steps, steps,
            cells=4,
        )  # fmt: skip
        clean = Background(np.ones((1, 1)), np.zeros((1, 2)))
        (found,) = run(prepared, [], decay=decay, stored_decay=0.5 * decay, background=clean)
        errors.append(np.abs(found.ledger[-1, 1:3] - exact).max() / (area * length))
    assert errors[1] < 2e-4
    assert errors[0] > 3.0 * errors[1]  # second order

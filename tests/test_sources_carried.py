"""A measured concentration in a discharge that changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

import spillsim
from spillsim import scenario

HOUR = 3600.0


def case(interpolation: str = "linear", **flow: Any) -> spillsim.Scenario:
    """10 km with 40 m2 of water throughout; discharge and concentration both rise in 4 h."""
    rows = [
        {"time": f"{hour} h", "reach": "ab", "discharge": f"{q} m3/s",
         "cross_section_area": "40 m2"}
        for hour, q in ((0, 20), (4, 60), (8, 60))
    ]  # fmt: skip
    points = [(0, 0), (4, 3), (6, 3)]
    return scenario.parse(
        {
            "spillsim": 1,
            "case": {
                "title": "inlet",
                "start": datetime(2024, 4, 1, tzinfo=UTC),
                "duration": "12 h",
            },
            "network": {
                "nodes": [{"id": "a"}, {"id": "b"}],
                "reaches": [
                    {"id": "ab", "from": "a", "to": "b", "length": "10 km",
                     "dispersion_coefficient": "2 m2/s"}
                ],
            },
            "flow": {"kind": "table", "table": rows, "interpolation": interpolation},
            "substance": [{"name": "tracer"}],
            "release": [
                {
                    "kind": "concentration", "at": {"node": "a"}, "substance": "tracer",
                    "table": [{"time [h]": t, "concentration [mg/L]": c} for t, c in points],
                }
            ],
            "station": [{"name": "foot", "at": {"reach": "ab", "distance": "10 km"}}],
            "output": {"interval": "5 min"},
            "numerics": {"error": 0.01, "error_check": "none"},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("interpolation", "rise"),
    [("linear", 3e-3 * (20 / 2 + 40 / 3) * 4 * HOUR), ("steps", 3e-3 * 20 / 2 * 4 * HOUR)],
)
def test_the_mass_is_concentration_times_discharge(interpolation: str, rise: float) -> None:
    model = spillsim.assemble(case(interpolation))
    (release,) = model.releases
    mass = rise + 3e-3 * 60 * 2 * HOUR
    assert float(release.schedule.mass) == pytest.approx(mass, rel=3e-3)
    assert "discharge of each moment" in " ".join(n.message for n in model.notices)


def test_the_concentration_arrives_as_it_was_measured() -> None:
    result = spillsim.run(case())
    curve = result["concentration"].sel(station="foot").isel(substance=0)
    hours = (result["time"].values - result["time"].values[0]) / np.timedelta64(1, "h")
    # a particle that enters after 4 h moves at 1.5 m/s
    late = 5.0 + 1e4 / 1.5 / HOUR
    assert float(np.interp(late, hours, curve)) == pytest.approx(3.0, rel=1e-3)
    # one that enters after 2 h: 20 t + 5 t2 = 40 + 20 + 400000 / 3600 = 171.1 after t hours
    then = -2.0 + np.sqrt(4.0 + (60.0 + 4e5 / HOUR) / 5.0)
    then = then if then <= 4.0 else 4.0 + (60.0 + 4e5 / HOUR - 160.0) / 60.0
    assert float(np.interp(then, hours, curve)) == pytest.approx(1.5, rel=5e-3)

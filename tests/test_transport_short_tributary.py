"""A release in a tributary that is a single cell long enters the river whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import spillsim
from spillsim.simulation import simulate


@pytest.mark.parametrize(
    "release",
    [
        {"kind": "constant", "mass": "100 kg", "start": "0 h", "duration": "11 h"},
        {"kind": "constant", "mass": "100 kg", "start": "7 min", "duration": "35 min"},
        {"kind": "slug", "mass": "100 kg"},
    ],
    ids=["long", "short", "slug"],
)
def test_the_whole_mass_enters(release: dict[str, Any]) -> None:
    reach = {"hydraulics": "velocity", "velocity": "0.8 m/s", "dispersion_coefficient": "20 m2/s"}
    case = spillsim.scenario.parse(
        {
            "spillsim": 1,
            "case": {
                "title": "A ditch",
                "start": datetime(2020, 1, 1, tzinfo=UTC),
                "duration": "2 d",
            },
            "network": {
                "nodes": [{"id": name} for name in ("ditch", "head", "mouth", "end")],
                "reaches": [
                    {"id": "d", "from": "ditch", "to": "mouth", "length": "300 m", **reach},
                    {"id": "a", "from": "head", "to": "mouth", "length": "5 km", **reach},
                    {"id": "b", "from": "mouth", "to": "end", "length": "40 km", **reach},
                ],
            },
            "flow": {
                "kind": "inflows",
                "table": [
                    {"node": "ditch", "inflow [m3/s]": 1},
                    {"node": "head", "inflow [m3/s]": 20},
                ],
            },
            "substance": [{"name": "tracer"}],
            "release": [{"at": {"node": "ditch"}, "substance": "tracer", **release}],
            "station": [{"name": "low", "at": {"reach": "b", "distance": "30 km"}}],
            "numerics": {"time_step": "15 min"},
        }
    )
    model = spillsim.assemble(case)
    assert model.march.grid.paths[0].slow.size == 1  # or it tests nothing
    run = simulate(model)
    assert run.ledger.released[0, -1] == pytest.approx(100.0, rel=1e-12)
    assert run.cumulative_mass[0, 0, -1] == pytest.approx(100.0, rel=1e-9)

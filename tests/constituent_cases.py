"""Uniform rivers with constituents of several parts, and closed solutions for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from spillsim.hydraulics import SteadyFlow, solve
from spillsim.scenario import Scenario, parse

DAY = 86400.0
LENGTH, VELOCITY, DISPERSION = 60e3, 0.5, 30.0
WIDTH, DEPTH, SLOPE = 40.0, 2.0, 1e-4


def river(**sections: Any) -> Scenario:
    """A uniform river of 60 km, 0.5 m/s and 40 m3/s with the sections that are given.

    Keys of the reach may be changed by ``reach``, None for without; ``duration`` is the run's.
    """
    reach: dict[str, Any] = {
        "id": "r1", "from": "a", "to": "b", "length [km]": LENGTH / 1e3,
        "velocity [m/s]": VELOCITY, "width [m]": WIDTH, "depth [m]": DEPTH, "slope": SLOPE,
        "dispersion_coefficient [m2/s]": DISPERSION,
    } | sections.pop("reach", {})  # fmt: skip
    reach = {key: value for key, value in reach.items() if value is not None}
    data: dict[str, Any] = {
        "spillsim": 1,
        "case": {
            "title": "uniform", "start": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
            "duration": sections.pop("duration", "2 days"),
        },
        "network": {
            "nodes": [{"id": "a", "kind": "headwater"}, {"id": "b", "kind": "outlet"}],
            "reaches": [reach],
        },
        "flow": {
            "kind": "inflows", "temperature": "15 degC",
            "table": [{"node": "a", "inflow [m3/s]": WIDTH * DEPTH * VELOCITY}],
        },
        "hydraulics": {"default": "velocity"},
        "substance": [{"name": "inert"}],
        "release": [slug("inert")],
        "station": [{"name": "below", "at": {"reach": "r1", "distance": "30 km"}}],
    } | sections  # fmt: skip
    return parse(data)


def slug(what: str, mass: str = "1 t", **more: Any) -> dict[str, Any]:
    """A release of a constituent at the head of the river, at once."""
    return {"at": {"node": "a"}, "kind": "slug", "substance": what, "mass": mass, **more}


def flow_of(scenario: Scenario) -> SteadyFlow:
    """Its steady flow."""
    return solve(scenario, scenario.build_network())

"""Whole cases as dicts, in SI units, for tests that go through the public doors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import spillsim
from spillsim import scenario
from spillsim.model import Model
from spillsim.simulation import Run

Row = dict[str, Any]
START = datetime(2024, 3, 1, tzinfo=UTC)


def reach(name: str, above: str, below: str, length: float = 10_000.0, **given: Any) -> Row:
    """A reach with velocity, width and dispersion given, so that nothing is estimated."""
    row: Row = {"id": name, "from": above, "to": below, "length [m]": length,
                "hydraulics": "velocity", "velocity [m/s]": 0.5, "depth [m]": 2.0,
                "width [m]": 20.0, "slope": 0.0005,
                "dispersion_coefficient [m2/s]": 20.0}  # fmt: skip
    return row | given


def slug(at: Row, mass: float = 100.0, time: float = 0.0, **more: Any) -> Row:
    """All mass at once."""
    return {"at": at, "substance": "tracer", "kind": "slug", "mass": f"{mass!r} kg",
            "time": f"{time!r} s"} | more  # fmt: skip


def constant(at: Row, duration: float, mass: float = 100.0, start: float = 0.0) -> Row:
    """Evenly over a time."""
    return {"at": at, "substance": "tracer", "kind": "constant", "mass": f"{mass!r} kg",
            "start": f"{start!r} s", "duration": f"{duration!r} s"}  # fmt: skip


def case(
    reaches: Sequence[Row],
    inflows: Mapping[str, float],
    releases: Sequence[Row],
    stations: Mapping[str, Row],
    duration: float = 172_800.0,
    **more: Any,
) -> Row:
    """A case: ``more`` holds sections that replace or join the usual ones."""
    names = dict.fromkeys(node for row in reaches for node in (row["from"], row["to"]))
    data: Row = {
        "spillsim": 1,
        "case": {"title": "Test", "start": START, "duration": f"{duration!r} s"},
        "network": {"nodes": [{"id": name} for name in names], "reaches": list(reaches)},
        "flow": {
            "kind": "inflows",
            "table": [{"node": n, "inflow [m3/s]": max(q, 0.0), "abstraction [m3/s]": max(-q, 0.0)}
                      for n, q in inflows.items()],
        },
        "substance": [{"name": "tracer", "decay_rate": "0 1/d"}],
        "release": list(releases),
        "station": [{"name": name, "at": at} for name, at in stations.items()],
    }  # fmt: skip
    return data | more


def line(count: int = 2, discharge: float = 20.0, **more: Any) -> Row:
    """``count`` reaches in a row, n0 to n<count>, a slug at the top, a station at every node."""
    rows = [reach(f"r{i}", f"n{i}", f"n{i + 1}") for i in range(count)]
    releases = more.pop("releases", [slug({"node": "n0"})])
    stations = more.pop("stations", {f"at n{i}": {"node": f"n{i}"} for i in range(1, count + 1)})
    return case(rows, {"n0": discharge}, releases, stations, **more)


def model_of(data: Row) -> Model:
    """Parse and assemble."""
    return spillsim.assemble(scenario.parse(data))


def run_of(data: Row) -> Run:
    """Parse, assemble and simulate."""
    return spillsim.simulate(model_of(data))

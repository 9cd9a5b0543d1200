"""Small rivers as plain numbers in SI, and how far two curves are from each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = dict[str, Any]


def reach(  # noqa: PLR0913 - a row of a table with its columns
    name: str, start: str, end: str, length: float, area: float, dispersion: float,
    *, storage: tuple[float, float] = (0.0, 0.0), lateral: float = 0.0, temperature: float = 20.0,
) -> Row:  # fmt: skip
    """A reach of known area; ``storage`` is (area ratio, exchange coefficient [1/s])."""
    return {
        "id": name,
        "from": start,
        "to": end,
        "length": f"{length!r} m",
        "hydraulics": "velocity",
        "cross_section_area": f"{area!r} m2",
        "width": "50 m",
        "dispersion_coefficient": f"{dispersion!r} m2/s",
        "storage_area_ratio": storage[0],
        "exchange_coefficient": f"{storage[1]!r} 1/s",
        "lateral_inflow": f"{lateral!r} m3/s/m",
        "temperature": f"{temperature!r} degC",
    }


def slug(node: str, mass: float = 1000.0, time: float = 0.0, **more: Any) -> Row:
    """Mass [kg] that enters at one time [s]."""
    row = {"kind": "slug", "at": {"node": node}, "substance": "tracer"}
    return {**row, "mass": f"{mass!r} kg", "time": f"{time!r} s", **more}


def pulse(node: str, mass: float, start: float, duration: float, **more: Any) -> Row:
    """Mass [kg] that enters evenly from a start on [s]."""
    row = {"kind": "constant", "at": {"node": node}, "substance": "tracer", "mass": f"{mass!r} kg"}
    return {**row, "start": f"{start!r} s", "duration": f"{duration!r} s", **more}


def inlet(node: str, times: Sequence[float], concentration: Sequence[float], **more: Any) -> Row:
    """A concentration [kg/m3] held at a headwater, linear between the times."""
    table = [
        {"time": f"{t!r} s", "concentration": f"{c!r} kg/m3"}
        for t, c in zip(times, concentration, strict=True)
    ]
    return {
        "kind": "concentration",
        "at": {"node": node},
        "substance": "tracer",
        "table": table,
        "start": "0 s",
        **more,
    }


def at(name: str, distance: float) -> Row:
    """A place in a reach, for a station or a release."""
    return {"reach": name, "distance": f"{distance!r} m"}


def river(
    reaches: Sequence[Row], inflows: Mapping[str, float], releases: Sequence[Row],
    stations: Sequence[Row], duration: float, interval: float, **numerics: Any,
) -> dict[str, Any]:  # fmt: skip
    """A scenario as plain data; inflows below zero are abstractions [m3/s].

    ``substances`` replaces the conservative tracer, everything else goes to [numerics].
    """
    heads = {row["from"] for row in reaches}
    feet = {row["to"] for row in reaches}
    kinds = dict.fromkeys(heads - feet, "headwater") | dict.fromkeys(feet - heads, "outlet")
    nodes = [
        {"id": name, "kind": kinds.get(name, "junction")}
        for name in dict.fromkeys(n for row in reaches for n in (row["from"], row["to"]))
    ]
    table = [
        {
            "node": node,
            "inflow": f"{max(value, 0.0)!r} m3/s",
            "abstraction": f"{max(-value, 0.0)!r} m3/s",
        }
        for node, value in inflows.items()
    ]
    substances = numerics.pop("substances", [{"name": "tracer", "decay_rate": "0 1/s"}])
    output = numerics.pop("output", {})
    named = [{"name": f"station {k}", "at": place} for k, place in enumerate(stations)]
    return {
        "spillsim": 1,
        "case": {
            "title": "river",
            "start": datetime(2000, 1, 1, tzinfo=UTC),
            "duration": f"{duration!r} s",
        },
        "network": {"nodes": nodes, "reaches": list(reaches)},
        "flow": {"kind": "inflows", "table": table},
        "substance": substances,
        "release": list(releases),
        "station": named,
        "output": {"interval": f"{interval!r} s", **output},
        "numerics": {"engine": "march"}
        | {
            key: f"{value!r} {'s' if key == 'time_step' else 'm'}"
            if key in ("time_step", "cell_length")
            else value
            for key, value in numerics.items()
        },
    }


def error(curve: Array, exact: Array) -> float:
    """L1 error as a share of the area under the exact curve, on an even time grid [-]."""
    return float(np.abs(curve - exact).sum() / np.abs(exact).sum())


def mean_time(time: Array, curve: Array) -> float:
    """Centre of a curve in time [s]."""
    return float((time * curve).sum() / curve.sum())


def variance(time: Array, curve: Array) -> float:
    """Variance of a curve in time [s2]."""
    return float(((time - mean_time(time, curve)) ** 2 * curve).sum() / curve.sum())


def slope(sizes: Sequence[float], errors: Sequence[float]) -> float:
    """Order of convergence: slope of log error over log step (least squares)."""
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])

"""Transverse mixing below releases, and the water that releases bring."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hydraulics_cases import Case, case, reach

from spillsim.hydraulics import (
    mixing_distance,
    mixing_length,
    mixing_notices,
    release_inflow,
    solve,
)
from spillsim.network import Position


def river() -> Case:
    """Two reaches of 40 km; W 100 m, U 0.5 m/s, H 2 m, and slopes that make u* 0.06 or 0.12."""
    rows = []
    for name, start, end, shear in (("ab", "a", "b", 0.06), ("bc", "b", "c", 0.12)):
        slope = shear**2 / (9.80665 * 200.0 / 104.0)
        rows.append(
            reach(
                name,
                start,
                end,
                40e3,
                hydraulics="velocity",
                velocity=0.5,
                width=100.0,
                slope=slope,
            )
        )
    return case(rows, {"a": 100.0})


def test_mixing_length_by_hand() -> None:
    # L = 0.4*0.5*100^2/(0.6*2*0.06) = 27,778 m; a mid-stream release needs a quarter
    written = river()
    flow = solve(written, written.network)
    np.testing.assert_allclose(mixing_length(flow), [27_777.8, 13_888.9], rtol=1e-5)
    np.testing.assert_allclose(mixing_length(flow, centreline=True), [6_944.4, 3_472.2], rtol=1e-4)


def test_mixing_adds_up_along_the_path() -> None:
    written = river()
    network, flow = written.network, solve(written, written.network)
    assert mixing_distance(flow, network, Position(0, 0.0)) == pytest.approx(27_777.8, rel=1e-5)
    # From km 26.11: 13,889 m in the first reach are half the way, the rest goes twice as fast.
    start = 40_000.0 - 27_777.78 / 2
    assert mixing_distance(flow, network, Position(0, start)) == pytest.approx(
        13_888.9 + 6_944.4, rel=1e-4
    )
    assert mixing_distance(flow, network, Position(1, 39_000.0)) == np.inf


def test_stations_inside_the_mixing_length_are_warned_of() -> None:
    written = river()
    network, flow = written.network, solve(written, written.network)
    notices = mixing_notices(
        flow,
        network,
        ["spill", "late spill"],
        [Position(0, 5_000.0), Position(1, 39_000.0)],
        ["above", "near", "far", "last"],
        [Position(0, 1_000.0), Position(0, 12_000.0), Position(1, 10.0), Position(1, 40_000.0)],
    )
    assert [notice.subject for notice in notices] == ["station near", "station last"]
    assert "7 km below release spill" in notices[0].message
    assert "of about 27.8 km" in notices[0].message
    assert "not reached before the outlet" in notices[1].message


def test_water_of_releases() -> None:
    written = river()
    written.releases = (
        SimpleNamespace(name="pond", kind="constant", water=100_000.0, duration=50_000.0),
        SimpleNamespace(name="", kind="slug", water=500.0),
        SimpleNamespace(name="drum", kind="rate", duration=3600.0),
        # linear from 0 to 4 in 100 s, then constant for 300 s: (200 + 1200)/400
        SimpleNamespace(
            name="dam", kind="hydrograph", times=(0.0, 100.0, 400.0), discharge=(0.0, 4.0, 4.0)
        ),
    )
    places = [Position(0, 5.0), Position(0, 5.0), Position(0, 5.0), Position(1, 0.0)]
    inflow, notices = release_inflow(written, written.network, places)
    assert inflow.tolist() == [2.0, 3.5, 0.0]
    assert [notice.subject for notice in notices] == [
        "release pond",
        "release slug",
        "release dam",
    ]
    flow = solve(written, written.network, inflow)
    np.testing.assert_allclose(flow.discharge_foot, [102.0, 105.5])

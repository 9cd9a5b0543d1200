"""The case that the march in changing flow is held to can be built."""

from __future__ import annotations

from pathlib import Path

from spillsim import scenario

from ..long_river import STEM, TRIBUTARIES, write_case


def test_the_case_loads(tmp_path: Path) -> None:
    case = scenario.load(write_case(tmp_path))
    assert len(case.reaches) == STEM + TRIBUTARIES
    assert len(case.hydrographs) == TRIBUTARIES + 1
    assert case.is_routed

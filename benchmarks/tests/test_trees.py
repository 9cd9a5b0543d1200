"""The random trees are what they are said to be, and their exact curves are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import exact, trees
from spillsim.validation.oracle import Stem, Zone, curve, pulse_source


def test_w3_is_the_tree_of_the_task() -> None:
    tree = trees.random_tree(5001)
    spill = tree.spill(230)
    assert tree.size == 10_001
    assert tree.headwater.sum() == 5001
    assert tree.way(spill).size == 230
    outlet = int(np.flatnonzero(tree.below == tree.size)[0])
    assert tree.discharge[outlet] == pytest.approx(5001 * trees.HEADWATER_INFLOW)


def test_a_single_river_has_the_curves_of_a_uniform_one() -> None:
    river = trees.single_river(60)
    stations = trees.station_reaches(river, 0)
    time = np.arange(0.0, 5.0 * 86400.0, 600.0)
    found = trees.exact_curves(river, 0, stations, time)
    uniform = exact.UniformRiver(
        velocity=0.8, dispersion_coefficient=trees.DISPERSION, cross_section_area=100.0,
        mass=trees.MASS, pulse_duration=trees.PULSE,
    )  # fmt: skip
    for row, reach in zip(found, stations, strict=True):
        expected = exact.concentration(uniform, trees.LENGTH * (reach + 0.5), time)
        np.testing.assert_allclose(row, expected, atol=1e-7 * expected.max())


def test_a_tributary_and_a_stem_as_one_linear_system_gives() -> None:
    # reaches 0 and 1 meet in 2, 2 and 3 in 4: the spill at 0 comes down a tributary of 1
    discharge = np.array([1.0, 3.0, 4.0, 2.0, 6.0])
    tree = trees.Tree(
        np.array([2, 2, 4, 4, 5]), discharge, 0.6 * discharge**0.12,
        np.array([3, 3, 2, 2, 1]), np.array([True, True, False, True, False]),
    )  # fmt: skip
    time = np.arange(0.0, 3.0 * 86400.0, 600.0)
    (found,) = trees.exact_curves(tree, 0, [4], time)

    def zone(reach: int) -> Zone:
        q, u = float(discharge[reach]), float(tree.velocity[reach])
        return Zone(trees.LENGTH, q, q / u, trees.DISPERSION)

    own = replace(zone(0), source=pulse_source(trees.MASS, 0.0, trees.PULSE))
    tributary = Stem([own], foot="free")
    stem = Stem([zone(1), replace(zone(2), tributary=tributary), zone(4)], head="open")
    expected = curve(stem, 2.5 * trees.LENGTH, time)
    np.testing.assert_allclose(found, expected, atol=2e-6 * expected.max())

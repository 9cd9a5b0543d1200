"""The measures of cost: they see what they are there to see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import njit

from .. import allocation, scaling, tasks
from ..exact import Array
from ..tasks import T1


def _allocate(times: int) -> float:
    total = 0.0
    for size in range(1, times + 1):
        made: Array = np.ones(size)
        total += made[-1]
    return total


def test_allocations_in_kernels_are_counted() -> None:
    compiled: Any = njit(_allocate)
    compiled(1)
    before = allocation.kernel_allocations()
    assert compiled(7) == 7.0
    assert allocation.kernel_allocations() - before >= 7


def test_march_allocates_no_more_for_more_steps() -> None:
    once, more = (allocation.count(T1, factor) for factor in (2, 8))
    assert more.steps == 4 * once.steps
    assert more.in_kernels == once.in_kernels
    assert more.peak < 1.05 * once.peak + 4096


def test_river_of_any_length_is_marched_until_the_plume_is_past() -> None:
    task = scaling.of_length(200.0)
    result = tasks.march(tasks.prepare(task, scaling.ERROR, interval=task.duration / 200))
    passed = np.trapezoid(result.curves[0], result.times)
    assert passed == pytest.approx(task.river.mass / task.river.discharge, rel=1e-3)
    assert tasks.march_error(task, result) < 2.0 * scaling.ERROR


def test_tables_have_a_row_for_each_setting() -> None:
    assert [row[0] for row in scaling.by_length(1, (50, 100))] == ["50", "100"]
    found = scaling.by_substances(1, (1, 3))
    assert [row[0] for row in found] == ["1", "3"]
    assert all(float(row[1]) > 0.0 for row in found)


def test_fastest_takes_the_least_of_runs_in_turn() -> None:
    order = []

    def run(name: str, values: list[float]) -> float:
        order.append(name)
        return values.pop(0)

    first, second = [3.0, 1.0, 2.0], [5.0, 6.0, 4.0]
    found = scaling.fastest([lambda: run("a", first), lambda: run("b", second)], 3)
    assert found == [1.0, 4.0]
    assert order == ["a", "b"] * 3

"""Time from scenario dict to a model that is ready to march."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from . import tasks
from .tasks import TASKS, Task


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_parse(benchmark: BenchmarkFixture, task: Task) -> None:
    scenario = benchmark(tasks.parse, task, 0.01)
    assert len(scenario.stations) == len(task.stations)


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_assemble(benchmark: BenchmarkFixture, task: Task) -> None:
    model = benchmark(tasks.assemble, task, 0.01)
    assert len(model.stations) == len(task.stations)

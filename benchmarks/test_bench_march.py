"""Time of the march at 1 % and 0.1 % worst L1 error, for spillsim and for the peers.

The search for the longest step stands outside the timing.  ``extra_info`` holds the error
reached, the milliseconds in the solver and the nanoseconds per cell-step.
"""

from __future__ import annotations

from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from . import tasks
from .march import TARGETS, find_longest_step
from .peers import PEERS, PeerResult
from .peers.search import error_of, reach
from .tasks import TASKS, March, Task

ROUNDS = 15


def _note(benchmark: BenchmarkFixture, error: float, seconds: list[float], cell_steps: int) -> None:
    benchmark.extra_info["error"] = error
    benchmark.extra_info["milliseconds"] = 1e3 * median(seconds)
    benchmark.extra_info["cell_steps"] = cell_steps
    benchmark.extra_info["nanoseconds_per_cell_step"] = 1e9 * median(seconds) / cell_steps


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_march(benchmark: BenchmarkFixture, task: Task, target: float) -> None:
    longest = find_longest_step(task, target)
    assert longest is not None, f"{task.name} did not reach {target:g}"
    prepared, seconds = longest.prepared, list[float]()

    def once() -> March:
        result = tasks.march(prepared)
        seconds.append(result.seconds_in_solver)
        return result

    result = benchmark.pedantic(  # type: ignore[no-untyped-call]
        once, rounds=ROUNDS, warmup_rounds=1
    )
    error = tasks.march_error(task, result)
    _note(benchmark, error, seconds, result.cell_steps)
    assert error <= target


@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
@pytest.mark.parametrize("name", ["tvd_window", "third_order_window"])
def test_peer(benchmark: BenchmarkFixture, name: str, task: Task, target: float) -> None:
    peer = PEERS[name]
    found = reach(peer, task, target, repeats=1)
    if found is None:
        pytest.skip(f"{name} does not reach {target:g} within the cost limit of the search")
    length, courant, seconds = found.cell_length, found.courant_number, list[float]()

    def once() -> PeerResult:
        result = peer.run(task, length, courant)
        seconds.append(result.seconds_in_solver)
        return result

    result = benchmark.pedantic(  # type: ignore[no-untyped-call]
        once, rounds=ROUNDS, warmup_rounds=1
    )
    error = error_of(task, result)
    _note(benchmark, error, seconds, result.cell_steps)
    assert error <= target

"""Time from a finished run to a dataset, and to a netCDF file on disk."""

from __future__ import annotations

from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from . import tasks
from .tasks import W1


def test_to_dataset(benchmark: BenchmarkFixture) -> None:
    from spillsim import results, simulation

    model = tasks.assemble(W1, 0.01)
    run = simulation.simulate(model)
    dataset = benchmark(results.to_dataset, model, run)
    assert dataset.sizes["station"] == len(W1.stations)


def test_write(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    from spillsim import results, simulation

    model = tasks.assemble(W1, 0.01)
    dataset = results.to_dataset(model, simulation.simulate(model))
    target = tmp_path / "w1.nc"

    def once() -> None:
        target.unlink(missing_ok=True)
        results.write(dataset, target)

    benchmark(once)
    assert target.stat().st_size > 0

"""The three doors: a case on disk, a scenario, a model; and result files."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

    from .model import Model
    from .scenario import Scenario


def load(path: str | os.PathLike[str]) -> Scenario:
    """Load a case: its folder, or the scenario file in it.

    Raises
    ------
    ScenarioError
        With all faults found, each with file, key and line.
    """
    from . import scenario

    return scenario.load(path)


def run(
    case: str | os.PathLike[str] | Scenario | Model,
    output: str | os.PathLike[str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Simulate a case, measure its numerical error and return its results, metrics included.

    Parameters
    ----------
    case : path, Scenario or Model
        What to simulate.
    output : path, optional
        netCDF file to write as well; appears whole or not at all.
    progress : callable, optional
        Called from time to time with the share done, 0 to 1.

    Raises
    ------
    ScenarioError, SimulationError, OutputError
    """
    from . import analysis, results
    from .model import Model, assemble
    from .verification import simulate_to_target

    begun = perf_counter()
    if isinstance(case, Model):
        model = case
    else:
        model = assemble(load(case) if isinstance(case, str | os.PathLike) else case)
    assembled = perf_counter()
    model, done = simulate_to_target(model, progress)
    done.profile["assemble"] = assembled - begun
    dataset = analysis.add_metrics(results.to_dataset(model, done))
    if output is not None:
        results.write(dataset, output)
    return dataset


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Open a result file and check that it is one.

    Raises
    ------
    OutputError
    """
    from . import results

    return results.open(path)

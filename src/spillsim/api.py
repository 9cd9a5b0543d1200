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


def reach_map(
    case: str | os.PathLike[str] | Scenario,
    border: str | None = None,
    *,
    substance: str | None = None,
    mass: str | None = None,
    threshold: str | None = None,
    error: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Find how soon and how strong a release anywhere upstream comes to a border.

    One run, backwards from the border, answers for every place in the network above it; the
    releases of the scenario are not used. Variables over ``reach`` are for releases at the heads
    of reaches, those over ``mesh_edge`` for releases in every cell.

    Parameters
    ----------
    case : path or Scenario
        What lies upstream: network and flow.
    border : str, optional
        Name of a border or station, or a part of it that no other has; default: the only border.
    substance : str, optional
        Whose decay counts; default: the first of the scenario.
    mass : str, optional
        Mass released, e.g. ``"10 t"``; without it peaks are given per tonne only.
    threshold : str, optional
        What counts as arrival: a concentration such as ``"0.1 mg/L"``, which needs a mass, or a
        share of each peak such as ``"1 %"``. Default: with a mass the threshold or lowest limit
        of the substance, else 1 %.
    error : float, optional
        Error asked for; default: that of the scenario.
    progress : callable, optional
        Called from time to time with the share done, 0 to 1.

    Raises
    ------
    ScenarioError, SpillsimError
    """
    from . import linear

    scenario = load(case) if isinstance(case, str | os.PathLike) else case
    wanted = linear.Wanted(substance, mass, threshold, error)
    return linear.map_dataset(linear.reach_map(linear.ask(scenario, border, wanted), progress))


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Open a result file and check that it is one.

    Raises
    ------
    OutputError
    """
    from . import results

    return results.open(path)

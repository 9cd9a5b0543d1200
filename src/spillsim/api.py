"""The three doors: a case on disk, a scenario, a model; and result files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

    from .analysis import ComparisonRow
    from .linear import UnitResponse
    from .model import Model
    from .scenario import Scenario


def load(
    path: str | os.PathLike[str], regime: str | None = None, measure: str | None = None
) -> Scenario:
    """Load a case: its folder, or the scenario file in it.

    Parameters
    ----------
    path : folder or file
    regime, measure : str, optional
        Names of sections ``[regime.NAME]`` and ``[measure.NAME]`` whose changes are made;
        default: the file as it is written.

    Raises
    ------
    ScenarioError
        With all faults found, each with file, key and line.
    """
    from . import scenario

    return scenario.load(path, regime, measure)


def run(
    case: str | os.PathLike[str] | Scenario | Model,
    output: str | os.PathLike[str] | None = None,
    progress: Callable[[float], None] | None = None,
    *,
    regime: str | None = None,
    measure: str | None = None,
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
    regime, measure : str, optional
        Of a case given by its path: as in ``load``.

    Raises
    ------
    ScenarioError, SimulationError, OutputError
    TypeError
        A regime or measure is named, but the case is loaded already.
    """
    from . import analysis, results
    from .model import Model, assemble
    from .verification import simulate_to_target

    begun = perf_counter()
    is_path = isinstance(case, str | os.PathLike)
    if not is_path and (regime or measure):
        raise TypeError("a regime or measure is chosen when a case is loaded: give its path")
    if isinstance(case, Model):
        model = case
    else:
        model = assemble(load(case, regime, measure) if is_path else case)  # type: ignore[arg-type]
    assembled = perf_counter()
    model, done = simulate_to_target(model, progress)
    done.profile["assemble"] = assembled - begun
    dataset = analysis.add_metrics(results.to_dataset(model, done))
    if output is not None:
        results.write(dataset, output)
    return dataset


def compare(
    datasets: Sequence[xr.Dataset],
    labels: Sequence[str] | None = None,
    *,
    stations: bool = False,
) -> list[ComparisonRow]:
    """Tell what borders see of several runs: a row for every border, substance and run.

    Parameters
    ----------
    datasets : sequence of xarray.Dataset
        Results, e.g. of one case under several regimes.
    labels : sequence of str, optional
        What to call the runs; default: their regimes and measures.
    stations : bool
        Stations as well as borders.

    Raises
    ------
    SpillsimError
        There is no run, or two have the same label.
    """
    from . import analysis

    return analysis.compare(datasets, labels, stations=stations)


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


def unit_response(
    case: str | os.PathLike[str] | Scenario,
    release: str | Mapping[str, str] | None = None,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    engine: str = "march",
    progress: Callable[[float], None] | None = None,
) -> UnitResponse:
    """Find what stations see of a kilogram released at once: one run for every mass and duration.

    ``unit_response(...).release("10 t", "2 h", "6 h")`` gives the curves of a release, ``schedule``
    those of a mass rate over time, and ``superpose`` adds the curves of several.

    Flow is that of the scenario, the water of its releases included. No limiter is used. A slug
    at a whole number of steps is exactly what a run with this step and ``limiter = "none"``
    gives; between steps the response is a cubic spline, which durations and schedules integrate
    exactly.

    Parameters
    ----------
    case : path or Scenario
    release : str or mapping, optional
        Name of a release of the scenario, or a place such as ``{"node": "x"}`` or
        ``{"river": "Szamos", "river_km": "49 km"}``; default: the only release.
    stations : sequence of str, optional
        Stations and borders; default: all downstream.
    substance : str, optional
        Default: that of the release, else the first.
    engine : ``"march"`` or ``"transfer"``
    progress : callable, optional
        Called from time to time with the share done, 0 to 1.

    Raises
    ------
    ScenarioError, SpillsimError
        Also where the case is not linear or its flow changes.
    """
    from . import linear

    scenario = load(case) if isinstance(case, str | os.PathLike) else case
    return linear.unit_response(scenario, release, stations, substance, engine, progress)


def superpose(curves: Sequence[xr.Dataset]) -> xr.Dataset:
    """Add the curves that unit responses give; every substance is added by itself.

    Raises
    ------
    SpillsimError
        Stations or times differ.
    """
    from . import linear

    return linear.superpose(curves)


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Open a result file and check that it is one.

    Raises
    ------
    OutputError
    """
    from . import results

    return results.open(path)

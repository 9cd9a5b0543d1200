"""``spillsim run``: compute a case, tell what was found, write the result."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import scenario
from ..errors import ScenarioError
from ..marching import NetworkMarch
from ..model import assemble
from . import describe, words
from .accuracy import tell_accuracy
from .checks import tell_checks
from .compare import table_target, write_table
from .console import Console
from .lean import without_optional_imports
from .masses import tell_countries, tell_ledger, tell_water
from .progress import Progress
from .targets import netcdf_target
from .variants import Choice, choices, load_all

if TYPE_CHECKING:
    import xarray as xr

    from ..errors import Notice
    from ..model import Model
    from ..scenario import Scenario

_MOST_DRAWN = 6
"""Runs that one figure shows."""


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Load, assemble and compute a case, in one variant or several; every file appears whole."""
    wanted = choices(arguments.case, arguments.regime, arguments.measure)
    cases = load_all(arguments.case, wanted)
    for loaded in cases if arguments.strict else ():
        if loaded.numerics.error_check == "none":
            message = "--strict needs the numerical error, which is not measured"
            fault = loaded.fault("numerics.error_check", message, 'Leave it out, or write "auto".')
            raise ScenarioError([fault], loaded.name)
    if len(cases) > 1:
        return run_several(arguments, console, wanted, cases)
    table = table_target(arguments.csv)
    target = netcdf_target(arguments.output or f"{cases[0].name}{wanted[0].suffix}.nc")
    with without_optional_imports():  # routing loads the compiler
        model = assemble(cases[0])
    describe.title(console, cases[0].case.title, describe.scenario_path(arguments.case))
    describe.describe(console, model)
    with without_optional_imports():
        model, dataset, notices = march(console, model)
        from .passages import tell_passages

        written = write_results(console, model, dataset, target)
    if table is not None:
        from ..analysis import compare

        write_table(console, compare([dataset], stations=arguments.stations), table)
        written.append(table)
    console.line()
    tell_passages(console, dataset)
    tell_countries(console, dataset)
    closed = tell_ledger(console, dataset)
    tell_water(console, dataset)
    met = tell_accuracy(console, dataset)
    tell_checks(console, dataset)
    describe.tell_estimates(console, model)
    describe.tell_notices(console, (*notices, *model.notices))
    tell_written(console, written)
    console.labelled("next", f"spillsim plot {shlex.quote(str(target))}")
    return exit_code(console, closed=closed, met=met, strict=arguments.strict)


def run_several(
    arguments: argparse.Namespace,
    console: Console,
    wanted: Sequence[Choice],
    cases: Sequence[Scenario],
) -> int:
    """Compute several variants one after the other, then tell them side by side."""
    from .several import Several

    table = table_target(arguments.csv)
    targets = [_target(arguments.output, loaded.name, choice) for loaded, choice in zip(
        cases, wanted, strict=True)]  # fmt: skip
    models = list(
        scenario.gather(
            {
                choice.label: lambda loaded=loaded: assemble(loaded)  # type: ignore[misc]
                for choice, loaded in zip(wanted, cases, strict=True)
            }
        ).values()
    )
    runs = Several(console, arguments.case, models)
    runs.tell_case()
    closed = met = True
    for number, target in enumerate(targets):
        runs.tell_head(number)
        with without_optional_imports():
            model, dataset, notices = march(console, models[number])
            written = write_results(console, model, dataset, target)
        closed = tell_ledger(console, dataset, only_errors=True) and closed
        met = tell_accuracy(console, dataset) and met
        tell_checks(console, dataset)
        tell_written(console, written)
        runs.keep(number, model, dataset, notices)
    rows = runs.tell_comparison(stations=arguments.stations)
    if table is not None:
        write_table(console, rows, table)
        tell_written(console, [table])
    names = " ".join(shlex.quote(str(target)) for target in targets[:_MOST_DRAWN])
    console.labelled("next", f"spillsim plot {names}")
    return exit_code(console, closed=closed, met=met, strict=arguments.strict)


def _target(output: str | None, name: str, choice: Choice) -> Path:
    """Where one of several runs goes: regime and measure are added to the name."""
    if output is None:
        return netcdf_target(f"{name}{choice.suffix}.nc")
    path = Path(output)
    return netcdf_target(str(path.with_name(f"{path.stem}{choice.suffix}{path.suffix}")))


def write_results(console: Console, model: Model, dataset: xr.Dataset, target: Path) -> list[Path]:
    """Write a dataset, and a map where it holds fields, each whole or not at all."""
    from .. import results

    results.write(dataset, target)
    written = [target]
    console.wrote(target)
    if model.field_times and "mesh_edge_nodes" in dataset:
        chart = target.with_name(f"{target.stem}_map.nc")
        written.append(results.write(results.map_dataset(dataset), chart))
        console.wrote(chart)
    return written


def tell_written(console: Console, written: Sequence[Path]) -> None:
    """Print which files were written, and their sizes."""
    told = (f"{path} ({words.size(path.stat().st_size)})" for path in written)
    console.labelled("wrote", " · ".join(told))


def exit_code(console: Console, *, closed: bool, met: bool, strict: bool) -> int:
    """Return 1 when a stated bound was missed, else 0."""
    if strict and not met:
        console.complain("the numerical error asked for was missed, or not measured (--strict)")
    return 0 if closed and (met or not strict) else 1


def march(console: Console, model: Model) -> tuple[Model, xr.Dataset, Sequence[Notice]]:
    """Return the model that was run, its dataset with metrics and what the run showed.

    Draws a bar on a terminal.
    """
    from .. import analysis, results, simulation, verification

    network = isinstance(model.march, NetworkMarch)
    if not simulation.compiled(model.engine, network):
        lasts = "a minute" if network and model.engine == "march" else "20 s"
        console.line(f"compiling the kernels, once per machine (about {lasts})", dim=True)
    with Progress(console, model.scenario.case.duration) as progress:
        model, found = verification.simulate_to_target(model, progress)
        profile = found.profile
        computed = profile.get(found.engine, 0.0)
        progress.done(computed, profile["load_kernels"], profile.get("verify", 0.0))
    return model, analysis.add_metrics(results.to_dataset(model, found)), found.notices

"""``spillsim plot``: figures of a result file."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError
from ..plots.saving import figure_format
from ..results.whole import check_target
from .compare import run_labels
from .console import Console

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

Draw = Callable[[], "Figure"]


def plot(arguments: argparse.Namespace, console: Console) -> int:
    """Draw curves and profile; every figure is written whole or not at all."""
    if arguments.output is not None:
        figure_format(arguments.output)
        check_target(arguments.output)
    if len(arguments.files) > 1 and arguments.profile:
        raise OutputError("profiles are drawn of one run: give one file with --profile.")
    from .. import plots, results

    with contextlib.ExitStack() as stack:
        datasets = [stack.enter_context(results.open(file)) for file in arguments.files]
        for path, draw in _figures(arguments, datasets):
            check_target(path)
            plots.save(draw(), path)
            console.wrote(path)
            console.labelled("wrote", str(path))
    return 0


def _figures(
    arguments: argparse.Namespace, datasets: Sequence[xr.Dataset]
) -> list[tuple[Path, Draw]]:
    """Return the figures that are wanted, each with its file."""
    several = len(datasets) > 1
    return _of_several(arguments, datasets) if several else _of_one(arguments, datasets[0])


def _of_several(
    arguments: argparse.Namespace, datasets: Sequence[xr.Dataset]
) -> list[tuple[Path, Draw]]:
    """Return a figure for each substance, with a curve for each run."""
    from ..analysis.comparison import title_of
    from ..plots import comparison

    stations = arguments.station or [None]
    if len(stations) > 1:
        raise OutputError("several runs are drawn at one place: give --station once.")
    labels = [
        f"{label}: {title}" if (title := title_of(dataset)) else label
        for label, dataset in zip(run_labels(datasets, arguments.files), datasets, strict=True)
    ]
    names = _substances(arguments, datasets[0])

    def of_runs(name: str) -> Draw:
        return lambda: comparison(datasets, labels, stations[0], name, log=_scale(arguments))

    if arguments.output is not None:
        return [(Path(arguments.output), of_runs(names[0]))]
    shared = _shared([Path(file).stem for file in arguments.files])
    found = []
    for name in names:
        end = f"_{_in_file_name(name)}" if len(names) > 1 else ""
        found.append((Path(f"{shared or 'runs'}_compared{end}.png"), of_runs(name)))
    return found


def _shared(names: Sequence[str]) -> str:
    """Return what all names begin with, up to a separator; empty where that is nothing."""
    columns = zip(*names, strict=False)
    length = next((n for n, letters in enumerate(columns) if len(set(letters)) > 1), None)
    return names[0][: min(map(len, names)) if length is None else length].rstrip("_- .")


def _substances(arguments: argparse.Namespace, dataset: xr.Dataset) -> list[str]:
    """Return the substances that are wanted; one where there is one figure."""
    from ..plots.reading import substance_name

    names = [str(name) for name in dataset["substance"].values]
    if arguments.substance is not None:
        names = [substance_name(dataset, arguments.substance)]
    if arguments.output is not None and len(names) > 1:
        raise OutputError(
            f"one figure shows one substance: choose with --substance from {', '.join(names)}."
        )
    return names


def _scale(arguments: argparse.Namespace) -> bool | None:
    return True if arguments.log else False if arguments.linear else None


def _of_one(arguments: argparse.Namespace, dataset: xr.Dataset) -> list[tuple[Path, Draw]]:
    """Return curves and profile of one run."""
    from ..plots import curves, profile

    names = _substances(arguments, dataset)

    def of_curves(name: str) -> Draw:
        return lambda: curves(dataset, arguments.station, name, log=_scale(arguments))

    def of_profile(name: str) -> Draw:
        return lambda: profile(dataset, name)

    if arguments.output is not None:
        one = of_profile if arguments.profile else of_curves
        return [(Path(arguments.output), one(names[0]))]
    found: list[tuple[Path, Draw]] = []
    stem = Path(arguments.files[0]).stem
    for name in names:
        start = f"{stem}_{_in_file_name(name)}" if len(names) > 1 else stem
        if not arguments.profile:
            found.append((Path(f"{start}_curves.png"), of_curves(name)))
        if arguments.profile or not arguments.station:
            found.append((Path(f"{start}_profile.png"), of_profile(name)))
    return found


def _in_file_name(name: str) -> str:
    """Return a substance's name without what file names cannot hold."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "substance"

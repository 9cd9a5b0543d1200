"""``spillsim plot``: figures of a result file."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError
from ..plots.saving import figure_format
from ..results.whole import check_target
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
    from .. import plots, results

    with results.open(arguments.file) as dataset:
        for path, draw in _figures(arguments, dataset):
            check_target(path)
            plots.save(draw(), path)
            console.wrote(path)
            console.labelled("wrote", str(path))
    return 0


def _figures(arguments: argparse.Namespace, dataset: xr.Dataset) -> list[tuple[Path, Draw]]:
    """Return the figures that are wanted, each with its file."""
    from ..plots import curves, profile
    from ..plots.reading import substance_name

    names = [str(name) for name in dataset["substance"].values]
    if arguments.substance is not None:
        names = [substance_name(dataset, arguments.substance)]
    if arguments.output is not None and len(names) > 1:
        raise OutputError(
            f"one figure shows one substance: choose with --substance from {', '.join(names)}."
        )

    def of_curves(name: str) -> Draw:
        scale = True if arguments.log else False if arguments.linear else None
        return lambda: curves(dataset, arguments.station, name, log=scale)

    def of_profile(name: str) -> Draw:
        return lambda: profile(dataset, name)

    if arguments.output is not None:
        one = of_profile if arguments.profile else of_curves
        return [(Path(arguments.output), one(names[0]))]
    found: list[tuple[Path, Draw]] = []
    stem = Path(arguments.file).stem
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

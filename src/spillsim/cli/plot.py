"""``spillsim plot``: figures of a result file."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError
from ..plots.saving import figure_format
from ..results.whole import check_target
from .compare import run_labels
from .console import Console
from .ensemble_figures import KINDS as OF_ENSEMBLE
from .ensemble_figures import in_file_name, of_ensemble

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

Draw = Callable[[], "Figure"]


def plot(arguments: argparse.Namespace, console: Console) -> int:
    """Draw curves, profile and ledger; every figure is written whole or not at all."""
    if arguments.output is not None:
        figure_format(arguments.output)
        check_target(arguments.output)
    kind = _kind(arguments)
    if len(arguments.files) > 1 and kind in ("profile", "ledger"):
        raise OutputError(f"{kind}s are drawn of one run: give one file.")
    from .. import plots, results

    with contextlib.ExitStack() as stack:
        kinds = ("run", "ensemble")
        datasets = [stack.enter_context(results.open(file, kinds)) for file in arguments.files]
        if any(one.attrs.get("spillsim_kind") == "ensemble" for one in datasets):
            wanted = of_ensemble(arguments, datasets, kind)
        else:
            wanted = _figures(arguments, datasets)
        for path, draw in wanted:
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
        end = f"_{in_file_name(name)}" if len(names) > 1 else ""
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


def _kind(arguments: argparse.Namespace) -> str | None:
    """Return the one kind of figure that is wanted; None for what suits the result."""
    if arguments.profile and arguments.kind not in (None, "profile"):
        raise OutputError(f"--profile and --kind {arguments.kind} are two figures: choose one.")
    kind: str | None = "profile" if arguments.profile else arguments.kind
    return kind


def _of_one(arguments: argparse.Namespace, dataset: xr.Dataset) -> list[tuple[Path, Draw]]:
    """Return curves, profile and ledger of one run.

    The ledger is drawn unasked where it tells more than the mass in the water does.
    """
    from ..plots import curves, ledger, profile

    names, kind = _substances(arguments, dataset), _kind(arguments)
    if kind in OF_ENSEMBLE or arguments.group is not None:
        wanted = f"--kind {kind}" if kind in OF_ENSEMBLE else "--group"
        raise OutputError(f"{wanted} is for the answers of an ensemble; this is one run.")
    draws: dict[str, Callable[[str], Figure]] = {
        "curves": lambda name: curves(dataset, arguments.station, name, log=_scale(arguments)),
        "profile": lambda name: profile(dataset, name),
        "ledger": lambda name: ledger(dataset, name),
    }
    if arguments.output is not None:
        chosen = kind or "curves"
        return [(Path(arguments.output), lambda: draws[chosen](names[0]))]
    kinds = [kind] if kind else ["curves"]
    if not kind and not arguments.station:
        kinds += ["profile", *(["ledger"] if "mass_dissolved" in dataset else [])]
    stem = Path(arguments.files[0]).stem
    found: list[tuple[Path, Draw]] = []
    for name in names:
        start = f"{stem}_{in_file_name(name)}" if len(names) > 1 else stem
        found += [
            (Path(f"{start}_{one}.png"), lambda one=one, name=name: draws[one](name))  # type: ignore[misc]
            for one in kinds
        ]
    return found

"""Figures of the answers of an ensemble, chosen by what the file holds."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import OutputError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

KINDS = ("bands", "arrival", "exceedance", "tornado", "sobol", "convergence")
"""What ``--kind`` says for an ensemble."""
_MOST_COMBINATIONS = 6
"""Combinations of what is swept of which Sobol indices are drawn unasked."""


def of_ensemble(
    arguments: argparse.Namespace, datasets: Sequence[xr.Dataset], kind: str | None
) -> list[tuple[Path, Callable[[], Figure]]]:
    """Return the figures that are wanted of an ensemble, each with its file.

    Raises
    ------
    OutputError
        There are several files, the kind is not one of an ensemble, or one figure is asked for
        and several substances could be drawn.
    """
    if len(datasets) > 1:
        raise OutputError("ensembles are drawn one by one: give one file.")
    if kind is not None and kind not in KINDS:
        raise OutputError(
            f"--kind {kind} is for one run; of an ensemble there are {', '.join(KINDS)}."
        )
    (dataset,) = datasets
    from ..plots.reading import substance_name

    names = [str(name) for name in dataset["substance"].values]
    if arguments.substance is not None:
        names = [substance_name(dataset, arguments.substance)]
    if arguments.output is not None:
        if len(names) > 1:
            raise OutputError(
                f"one figure shows one substance: choose with --substance from {', '.join(names)}."
            )
        chosen = kind or held(dataset, names[0], arguments.group)[0]
        return [(Path(arguments.output), _draw(arguments, dataset, names[0], chosen))]
    stem = Path(arguments.files[0]).stem
    found: list[tuple[Path, Callable[[], Figure]]] = []
    for name in names:
        start = f"{stem}_{in_file_name(name)}" if len(names) > 1 else stem
        kinds = [kind] if kind else held(dataset, name, arguments.group)
        own = shared_out(dataset, name) if arguments.group is None else []
        if own and kind in (None, "sobol"):
            kinds = [one for one in kinds if one != "sobol"]
        found += [(Path(f"{start}_{one}.png"), _draw(arguments, dataset, name, one))
                  for one in kinds]  # fmt: skip
        if kind in (None, "sobol"):
            found += [
                (Path(f"{start}_sobol_{in_file_name(group)}.png"),
                 _draw(arguments, dataset, name, "sobol", group))
                for group in own
            ]  # fmt: skip
    return found


def shared_out(dataset: xr.Dataset, substance: str) -> list[str]:
    """Return the combinations of what is swept that have Sobol indices, as all members have none.

    The first of them, where there are many.
    """
    name = "peak_concentration_sobol_total"
    if name not in dataset:
        return []
    has = np.isfinite(dataset[name].sel(substance=substance).values).any(axis=(1, 2))
    if has[0]:
        return []
    return [str(dataset["group"].values[n]) for n in np.flatnonzero(has)[:_MOST_COMBINATIONS]]


def held(dataset: xr.Dataset, substance: str, group: str | None) -> list[str]:
    """Return what can be drawn of a substance for a group of members."""
    groups = [str(label) for label in dataset["group"].values]
    number = groups.index(group) if group in groups else 0
    own = dataset.isel(group=number).sel(substance=substance)

    def has(name: str) -> bool:
        return name in own and bool(np.isfinite(own[name].values).any())

    limits = "limit_substance" in own and bool((own["limit_substance"] == substance).any())
    there = {
        "bands": "concentration" in dataset, "arrival": True, "exceedance": limits,
        "tornado": has("peak_concentration_where_low"),
        "sobol": has("peak_concentration_sobol_total"),
        "convergence": number == 0 and dataset.sizes.get("checkpoint", 0) > 1,
    }  # fmt: skip
    return [kind for kind in KINDS if there[kind]]


def _draw(
    arguments: argparse.Namespace,
    dataset: xr.Dataset,
    substance: str,
    kind: str,
    group: str | None = None,
) -> Callable[[], Figure]:
    """The drawing of one figure, of a group in place of the one asked for."""
    from .. import plots

    where = (dataset, arguments.station, substance)
    group = group or arguments.group
    log = True if arguments.log else False if arguments.linear else None
    draws: dict[str, Callable[[], Figure]] = {
        "bands": lambda: plots.bands(*where, group=group, log=log),
        "arrival": lambda: plots.arrival_chance(*where, group=group),
        "exceedance": lambda: plots.exceedance(*where, group=group),
        "tornado": lambda: plots.tornado(*where, group=group),
        "sobol": lambda: plots.sobol(*where, group=group),
        "convergence": lambda: plots.convergence(*where),
    }
    return draws[kind]


def in_file_name(name: str) -> str:
    """Return a substance's name without what file names cannot hold."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "substance"

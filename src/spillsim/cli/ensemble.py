"""``spillsim ensemble``: the uncertain inputs of a case become probabilities."""

from __future__ import annotations

import argparse
import math
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import scenario
from ..errors import OutputError, SpillsimError
from . import describe, words
from .console import Console
from .table import Column, flagged, print_table
from .targets import netcdf_target

if TYPE_CHECKING:
    import xarray as xr

    from ..ensemble import Outcome

SOME_FAILED = 1
_TOLD = 5
"""Failed members that are told one by one."""
_MIDDLE, _LOW, _HIGH = 0.5, 0.05, 0.95


def ensemble(arguments: argparse.Namespace, console: Console) -> int:
    """Load a case, run its members, write their answers, then tell them."""
    from .. import results
    from ..ensemble import Asked, run_ensemble

    loaded = scenario.load(arguments.case)
    for name in ("members", "workers"):
        given = getattr(arguments, name)
        if given is not None and given < 1:
            raise SpillsimError(f"--{name} = {given}: at least one is needed.")
    target = netcdf_target(arguments.output or f"{loaded.name}_ensemble.nc")
    store = _store(arguments.store)
    until = _until(arguments.until)
    describe.title(console, loaded.case.title, describe.scenario_path(arguments.case))
    progress = _Progress(console)
    asked = Asked(
        arguments.members, arguments.workers, arguments.scheduler, until, arguments.curves, store,
        progress,
    )  # fmt: skip
    begun = time.monotonic()
    try:
        outcome = run_ensemble(loaded, asked)
    finally:
        progress.end()
    took = time.monotonic() - begun
    console.wrote(results.write(outcome.summary, target))
    _tell_inputs(console, outcome, took)
    console.line()
    for combination in outcome.summary["combination"].values.tolist():
        own = outcome.summary.sel(combination=combination)
        if outcome.summary.sizes["combination"] > 1:
            console.line(f"{combination} · {words.count(int(own['members']), 'member')}", bold=True)
        for substance in own["substance"].values.tolist():
            _tell_substance(console, own, substance)
    _tell_failures(console, outcome)
    told = [f"{path} ({words.size(path.stat().st_size)})" for path in console.written]
    console.labelled("wrote", " · ".join(told + ([f"members in {store}"] if store else [])))
    return SOME_FAILED if outcome.failures else 0


def _store(name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if path.suffix != ".zarr":
        raise OutputError(f"cannot write {name}: the name of a store of members ends in .zarr.")
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {name}: there is no folder {path.parent}.")
    return path


def _until(text: str | None) -> float | None:
    """Half width from ``ci=0.01``."""
    if text is None:
        return None
    found = re.fullmatch(r"ci=([0-9.eE+-]+)", text)
    try:
        value = float(found[1]) if found else math.nan
    except ValueError:
        value = math.nan
    if not 0.0 < value < 0.5:
        raise SpillsimError(
            f"--until {text}: write ci= and the half width of the 95 % intervals of the "
            "probabilities to be reached, between 0 and 0.5, such as ci=0.01."
        )
    return value


class _Progress:
    """Members done, rate and time left, on terminals only."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = time.monotonic()
        self._first: int | None = None
        self._shown = 0

    def __call__(self, done: int, members: int) -> None:
        if self._first is None:
            self._first = done
        passed = time.monotonic() - self._begun
        rate = done / passed if passed > 0.0 else 0.0
        left = f" · {words.clock_seconds((members - done) / rate)} left" if rate > 0.0 else ""
        self._put(f"members   {done} of {members} · {rate:.3g} per second{left}")

    def end(self) -> None:
        """Take the line away."""
        self._put("")

    def _put(self, text: str) -> None:
        if not self._console.is_terminal or self._console.quiet:
            return
        line = self._console.safe(text)[: self._console.width - 1]
        self._console.raw("\r" + line.ljust(self._shown) + ("" if text else "\r"))
        self._shown = len(line)


def _tell_inputs(console: Console, outcome: Outcome, took: float) -> None:
    draws = outcome.draws
    console.labelled("inputs", words.listed(draws.names) or "none but what is swept")
    counted = words.count(outcome.members, "member")
    if outcome.members < draws.members:
        counted += f" of {draws.members} (the precision asked for is reached)"
    console.labelled(
        "members",
        f"{counted} · {draws.sampling.replace('_', ' ')}, seed {draws.seed} · {outcome.way} · "
        f"{words.clock_seconds(took)}",
    )


def _tell_substance(console: Console, own: xr.Dataset, substance: str) -> None:
    """One row for every station: chance, arrival, peak and load with 5 and 95 %."""
    part = own.sel(substance=substance)
    names = [str(name) for name in part["station"].values]
    console.line(f"{substance} · median, and 5 to 95 % of the members")
    columns = [Column("station", "", flagged(names, ["station"] * len(names)), left=True, least=16)]
    limits = np.flatnonzero(own["limit_substance"].values == substance)
    if limits.size:
        limit = int(limits[np.argmin(own["limit_value"].values[limits])])
        value = float(own["limit_value"].values[limit])
        chance = own["exceedance"].values[:, limit]
        low, high = (own[f"exceedance_{end}"].values[:, limit] for end in ("low", "high"))
        columns.append(Column(f"above {words.concentration(value)}", "% of members", tuple(
            f"{_percent(p)} ({_percent(a)}–{_percent(b)})"
            for p, a, b in zip(chance, low, high, strict=True)
        )))  # fmt: skip
    arrives = 100.0 * part["arrival_chance"].values
    columns.append(Column("arrives", "h", tuple(
        _range(part["arrival_time"], row) if share > 0.0 else "never"
        for row, share in enumerate(arrives)
    )))  # fmt: skip
    for title, name, unit in (("peak", "peak_concentration", "mg/L"), ("at", "peak_time", "h"),
                              ("load", "mass_passed", "kg")):  # fmt: skip
        cells = tuple(_range(part[name], row) for row in range(len(names)))
        columns.append(Column(title, unit, cells, leaves=2 if name == "peak_time" else 0))
    print_table(console, columns)
    console.line()


def _percent(share: float) -> str:
    return words.DASH if math.isnan(share) else words.number(100.0 * share, 2)


def _range(values: xr.DataArray, row: int) -> str:
    """``median (5 %-95 %)``; a quantile that is never reached is an open end."""
    found = [float(values.sel(quantile=q).values[row]) for q in (_MIDDLE, _LOW, _HIGH)]
    middle, low, high = ("never" if math.isnan(v) else words.number(v) for v in found)
    return f"{middle} ({low}–{high})"


def _tell_failures(console: Console, outcome: Outcome) -> None:
    if not outcome.failures:
        return
    count = words.count(len(outcome.failures), "member")
    console.labelled("failed", f"{count}; the answers are those of the others")
    for member, why in list(outcome.failures.items())[:_TOLD]:
        console.line(f"          member {member}: {why}")
    if len(outcome.failures) > _TOLD:
        console.line(f"          and {len(outcome.failures) - _TOLD} more")

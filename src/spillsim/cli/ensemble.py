"""``spillsim ensemble``: the uncertain inputs of a case become probabilities."""

from __future__ import annotations

import argparse
import math
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .. import scenario
from ..errors import OutputError, SpillsimError
from . import describe, words
from .console import Console
from .ensemble_answers import tell_answers, tell_inputs
from .targets import netcdf_target

if TYPE_CHECKING:
    from ..ensemble import Outcome

SOME_FAILED = 1
_TOLD = 5
"""Failed members that are told one by one."""


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
        progress, tuple(arguments.given or ()),
    )  # fmt: skip
    begun = time.monotonic()
    try:
        outcome = run_ensemble(loaded, asked)
    finally:
        progress.end()
    took = time.monotonic() - begun
    console.wrote(results.write(outcome.summary, target))
    tell_inputs(console, outcome, took)
    tell_answers(console, outcome.summary, in_full=arguments.sensitivity)
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


def _tell_failures(console: Console, outcome: Outcome) -> None:
    if not outcome.failures:
        return
    count = words.count(len(outcome.failures), "member")
    console.labelled("failed", f"{count}; the answers are those of the others")
    for member, why in list(outcome.failures.items())[:_TOLD]:
        console.line(f"          member {member}: {why}")
    if len(outcome.failures) > _TOLD:
        console.line(f"          and {len(outcome.failures) - _TOLD} more")

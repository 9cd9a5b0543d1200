"""``spillsim ensemble``: the uncertain inputs of a case become probabilities."""

from __future__ import annotations

import argparse
import math
import re
import time
from pathlib import Path

from .. import scenario
from ..errors import OutputError, SpillsimError
from . import describe, words
from .console import Console
from .ensemble_answers import tell_answers, tell_inputs
from .ensemble_course import MembersBar, tell_failures, terminated_as_interrupted
from .targets import netcdf_target

SOME_FAILED = 1


def ensemble(arguments: argparse.Namespace, console: Console) -> int:
    """Load a case, run its members, write their answers, then tell them."""
    from .. import results
    from ..ensembles import Asked, run_ensemble

    loaded = scenario.load(arguments.case)
    for name in ("members", "workers"):
        given = getattr(arguments, name)
        if given is not None and given < 1:
            raise SpillsimError(f"--{name} = {given}: at least one is needed.")
    target = netcdf_target(arguments.output or f"{loaded.name}_ensemble.nc")
    store = _store(arguments.store)
    until = _until(arguments.until)
    describe.title(console, loaded.case.title, describe.scenario_path(arguments.case))
    rescue = None if store is not None else _free_name(target)
    begun = time.monotonic()
    with MembersBar(console, store, rescue) as progress, terminated_as_interrupted():
        asked = Asked(
            arguments.members, arguments.workers, arguments.scheduler, until, arguments.curves,
            store, progress, progress.foretell, rescue, tuple(arguments.given or ()),
        )  # fmt: skip
        outcome = run_ensemble(loaded, asked)
    took = time.monotonic() - begun
    console.kept = ""
    console.wrote(results.write(outcome.summary, target))
    tell_inputs(console, outcome, took)
    tell_answers(console, outcome.summary, in_full=arguments.sensitivity)
    tell_failures(console, outcome)
    if not outcome.is_precise and until is not None:
        console.labelled("precision", f"±{until:g} was not reached with all members")
    told = [f"{path} ({words.size(path.stat().st_size)})" for path in console.written]
    if store is not None:
        told.append(f"members in {store} ({words.size(_size(store))})")
    console.labelled("wrote", " · ".join(told))
    return SOME_FAILED if outcome.failures or not outcome.is_precise else 0


def _free_name(target: Path) -> Path:
    """Where members would go that are finished when a run without a store breaks off."""
    found, number = target.with_name(f"{target.stem}_members.zarr"), 2
    while found.exists():
        found = target.with_name(f"{target.stem}_members_{number}.zarr")
        number += 1
    return found


def _size(store: Path) -> int:
    return sum(file.stat().st_size for file in store.rglob("*") if file.is_file())


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

"""From a scenario with uncertain inputs to the answers: draw, run the members, sum up."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError, SimulationError, SpillsimError
from . import conditions
from .cluster import DaskPool, dask_client
from .conditions import Given
from .describing import described
from .failed import failed_members
from .forecast import Forecast, Pace, seconds_to_sum_up
from .groups import Members, words_of
from .memory import Memory
from .runner import Block, LocalPool, Pool, run_blocks, usable_workers
from .sensitivity import require_salib
from .single import Shape
from .store import Layout, Store, fitted
from .summary import summarize
from .until import Precision, first_draw
from .ways import Work, choose

if TYPE_CHECKING:
    import xarray as xr

    from ..model import Model
    from ..sampling import Draws
    from ..scenario import Scenario

Array = NDArray[np.float64]

MG_L = 1e3
"""mg/L in a kg/m3."""
WORTH_KEEPING = 5.0
"""Seconds of work from which what is finished is kept when a run breaks off."""


@dataclass(frozen=True)
class Asked:
    """How an ensemble is to be run; of this ``members`` and ``until`` alone decide the numbers."""

    members: int | None = None
    """Draws; default: those of ``[ensemble]``."""
    workers: int | None = None
    """Processes on this machine; default: as many as there are processors."""
    scheduler: Any = None
    """Address of a Dask scheduler, or a client."""
    until: float | None = None
    """Half width of the intervals of exceedance at which to stop [-]."""
    curves: bool = False
    """Keep the curves of all members, also where ``[ensemble]`` does not."""
    store: str | os.PathLike[str] | None = None
    """Zarr store of the members, to go on with; None to keep them in memory."""
    progress: Callable[[int, int], None] | None = None
    """Called with the members done, and all: at the beginning, and after every block."""
    foretold: Callable[[Forecast], None] | None = None
    """Called once, when the first blocks tell how long it will take; not for what is short."""
    rescue: str | os.PathLike[str] | None = None
    """Zarr store for the members that are done where a run without ``store`` breaks off."""
    given: Sequence[str] = ()
    """Conditions, each of which is answered by itself: ``flow > 1.3``, ``season = spring``."""


@dataclass(frozen=True)
class Outcome:
    """What an ensemble came to."""

    summary: xr.Dataset
    failures: dict[int, str]
    """Number of a member -> why it failed."""
    draws: Draws
    members: int
    """That count for the answers: fewer than drawn where ``until`` was reached."""
    way: str
    """How the members were run, in words."""
    is_precise: bool = True
    """False where ``until`` was not reached with all members."""


def run_ensemble(scenario: Scenario, asked: Asked | None = None) -> Outcome:
    """Run all members of a scenario's ensemble and sum up what they say.

    Parameters
    ----------
    scenario : Scenario
        With ``[[uncertain]]`` inputs or ``[[sweep]]``.
    asked : how to run it

    Raises
    ------
    ScenarioError
        Nothing is uncertain, or the scenario itself cannot be run.
    SimulationError
        All members failed.
    OutputError
        The store cannot be written.
    SpillsimError
        The scheduler does not answer, or a precision is asked for and there are no limits.
    """
    from ..model import assemble
    from ..sampling import draw

    begun = time.monotonic()
    asked = asked or Asked()
    if asked.until is not None and not any(one.limits for one in scenario.constituents):
        raise SpillsimError(
            "there is no precision to be reached: there are no limits that could be exceeded. "
            "Leave --until out, or give limits."
        )
    draws = draw(scenario, asked.members)
    given = _conditions(draws, asked)
    bases = [assemble(one) for one in swept(draws)]
    base = bases[0]
    work, layout, way = _prepare(draws, bases, asked)
    keeper = _keeper(layout, asked)
    try:
        precision = _run(work, keeper, draws, asked, begun)
    except BaseException:
        _rescue(keeper, asked, begun)
        raise
    count = precision.draws
    counts = np.arange(draws.members) % draws.draws < count
    usable = keeper.usable() & counts
    count *= len(draws.combinations)
    failures = {m: why for m, why in keeper.failures().items() if counts[m]}
    if not usable.any():
        first = next(iter(failures.values()), "none was run")
        raise SimulationError(f"all {count} members failed; the first because: {first}")
    summary = summarize(_members(keeper, draws, base, work.shape, usable), given)
    said = {"members": count, "failed_members": len(failures), "members_by": way}
    summary = described(summary, base, draws, said)
    if failures:
        summary = summary.merge(failed_members(draws, failures))
    is_precise = asked.until is None or precision.reached
    return Outcome(summary, failures, draws, count, way, is_precise)


def _conditions(draws: Draws, asked: Asked) -> tuple[Given, ...]:
    """What answers are asked for besides; faults that need no member to be found."""
    if draws.design:
        require_salib()
        if asked.until is not None:
            raise SpillsimError('--until: sampling = "saltelli" is a design that is run whole.')
    return conditions.given(draws, asked.given)


def _rescue(keeper: Store | Memory, asked: Asked, begun: float) -> None:
    """Write what is finished to the disk, if it took long enough to be missed."""
    worth = time.monotonic() - begun >= WORTH_KEEPING and keeper.usable().any()
    if isinstance(keeper, Memory) and asked.rescue is not None and worth:
        with suppress(OutputError):  # what broke the run off is what must be told
            keeper.save(Path(asked.rescue))


def _prepare(draws: Draws, bases: Sequence[Model], asked: Asked) -> tuple[Work, Layout, str]:
    """What computes the members, how they are laid out, and the way in words."""
    scenario, base = draws.scenario, bases[0]
    interval = float(base.output_time[1]) if base.output_time.size > 1 else scenario.case.duration
    shape = Shape(
        tuple(place.name for place in base.stations),
        tuple(one.name for one in scenario.constituents),
        sum(len(one.limits) for one in scenario.constituents),
        int(base.output_time.size) if _keeps_curves(scenario, asked) else 0,
    )
    work, way = choose(draws, bases, shape, interval)
    attributes = {
        "title": scenario.case.title, "stations": list(shape.stations),
        "substances": list(shape.substances), "inputs": list(draws.names),
        "combinations": [words_of(one) for one in draws.combinations],
        "sampling": draws.sampling, "seed": draws.seed,
    }  # fmt: skip
    coordinates: dict[str, Any] = {
        "input_value": (("member", "input"), draws.value, {"long_name": "drawn, in SI units"}),
        "combination": (("member",), draws.combination, {"long_name": "combination of sweeps"}),
    }
    if shape.times:
        hours = base.output_time / 3600.0
        coordinates["time"] = (("time",), hours, {"units": "h", "long_name": "since the start"})
    layout = Layout(draws.members, work.block, shape.sizes, shape.quantities, coordinates,
                    _key(draws, interval, asked), attributes)  # fmt: skip
    block = fitted(work.block, draws.members, layout.each)
    if block != work.block:
        of_any: Any = work
        work, layout = replace(of_any, block=block), replace(layout, block=block)
    return work, layout, way


def _keeps_curves(scenario: Scenario, asked: Asked) -> bool:
    how = scenario.ensemble
    return asked.curves or (how is not None and how.keep == "curves")


def swept(draws: Draws) -> list[Scenario]:
    """(C,) the scenario of each combination of what is swept, uncertain inputs as written."""
    from ..sampling import combination_of

    return [combination_of(draws, c) for c in range(len(draws.combinations))]


def _key(draws: Draws, interval: float, asked: Asked) -> str:
    """Digest of all that decides the numbers."""
    from .. import __version__

    found = hashlib.sha256(draws.value.tobytes() + draws.combination.tobytes())
    for base in draws.bases:
        found.update(base.model_dump_json(exclude={"files", "folder", "name"}).encode())
    said = [__version__, interval, _keeps_curves(draws.scenario, asked),
            [dict(one) for one in draws.combinations]]  # fmt: skip
    found.update(json.dumps(said).encode())
    return found.hexdigest()[:32]


def _keeper(layout: Layout, asked: Asked) -> Store | Memory:
    return Memory.open(layout) if asked.store is None else Store.open(Path(asked.store), layout)


def _run(work: Work, keeper: Store | Memory, draws: Draws, asked: Asked, begun: float) -> Precision:
    """Compute the blocks that are missing, until there are enough."""
    layout = keeper.layout
    half_width = asked.until if asked.until is not None else 0.0
    precision = Precision(half_width, len(draws.combinations), draws.draws)
    missing = keeper.remaining
    if asked.until is not None:
        for block in sorted(set(range(layout.blocks)) - set(missing)):
            span = layout.span(block)
            usable = keeper.usable(span)
            if precision.add(span.start, usable, keeper.read("time_above_limit", span) > 0.0):
                return precision
        # the same draws of all combinations one after the other, so that beginnings are soon whole
        missing.sort(key=lambda block: (first_draw(layout.span(block), draws.draws), block))
    left = sum(_length(layout.span(block)) for block in missing)
    done = layout.members - left
    tell = asked.progress or (lambda done, members: None)
    if not missing:
        return precision
    with dask_client(asked.scheduler) as client:
        pool = _pool(work, client, asked, len(missing))
        pace = Pace(pool.workers, left)
        foretell = asked.foretold
        tell(done, layout.members)

        def take(block: int, found: Block) -> bool:
            nonlocal done, foretell
            keeper.put(block, found.values, found.failed)
            span = layout.span(block)
            done += _length(span)
            tell(done, layout.members)
            if foretell is not None and (found_out := pace.add(_length(span))):
                foretell(_forecast(keeper, draws, found_out, begun, block))
                foretell = None
            if asked.until is None:
                return False
            usable = np.ones(_length(span), dtype=np.bool_)
            usable[[member - span.start for member in found.failed]] = False
            return precision.add(span.start, usable, found.values["time_above_limit"] > 0.0)

        run_blocks(pool, missing, work.lost, take)
    return precision


def _forecast(
    keeper: Store | Memory, draws: Draws, pace: tuple[float, float], begun: float, block: int
) -> Forecast:
    """What is known after a block."""
    layout = keeper.layout
    rate, left = pace
    groups = 1 if len(draws.combinations) == 1 else 1 + len(draws.combinations)
    end = time.monotonic() - begun + left + seconds_to_sum_up(keeper, groups, block)
    path = keeper.path if isinstance(keeper, Store) else None
    size = layout.memory if path is None else layout.size
    return Forecast(layout.members, size, path, end, rate)


def _pool(work: Work, client: Any, asked: Asked, blocks: int) -> Pool:
    if client is not None:
        return DaskPool(work, client)
    workers = min(asked.workers or usable_workers(), blocks)
    return LocalPool(work, workers, processes=workers > 1 and work.separate)


def _length(span: slice) -> int:
    return int(span.stop - span.start)


def _limits(base: Model) -> list[tuple[int, float]]:
    """Index of the substance and value [mg/L] of every limit."""
    return [
        (number, MG_L * limit.value)
        for number, substance in enumerate(base.scenario.constituents)
        for limit in substance.limits
    ]


def _members(
    keeper: Store | Memory, draws: Draws, base: Model, shape: Shape, usable: NDArray[np.bool_]
) -> Members:
    """The members as the summary reads them."""
    limits = _limits(base)
    names = [limit.name for one in base.scenario.constituents for limit in one.limits]

    def read(name: str, last: slice) -> NDArray[Any]:
        return keeper.read(name, slice(None), last)

    time = base.output_time / 3600.0 if shape.times else np.zeros(0)
    return Members(
        read, usable, draws.value, draws.names, draws.kind, draws.combination,
        tuple(words_of(one) for one in draws.combinations), shape.stations, shape.substances,
        tuple(names), np.array([n for n, _ in limits], dtype=np.int64),
        np.array([value for _, value in limits]), time, base.scenario.case.duration / 3600.0,
        draws.independent, draws.design, draws.seed,
    )  # fmt: skip

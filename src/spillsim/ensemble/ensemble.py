"""From a scenario with uncertain inputs to the answers: draw, run the members, sum up."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SimulationError, SpillsimError
from . import conditions
from .cluster import DaskPool, dask_client
from .describing import described
from .groups import Members, words_of
from .runner import Block, LocalPool, Pool, run_blocks, usable_workers
from .sensitivity import require_salib
from .single import Shape
from .store import DONE, FAILED, Layout, Store
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
    """Keep the curves of all members."""
    store: str | os.PathLike[str] | None = None
    """Zarr store of the members, to go on with; None to keep them in memory."""
    progress: Callable[[int, int], None] | None = None
    """Called with the members done, and all."""
    given: Sequence[str] = ()
    """Conditions, each of which is answered by itself: ``flow > 1.3``, ``season = spring``."""


@dataclass
class Memory:
    """Members in memory, where no store is asked for."""

    layout: Layout
    arrays: dict[str, NDArray[Any]]
    status: NDArray[np.uint8]
    reasons: dict[int, str] = field(default_factory=dict)

    @property
    def remaining(self) -> list[int]:
        """All blocks: nothing is remembered."""
        return list(range(self.layout.blocks))

    def put(self, block: int, values: Any, failed: Any) -> None:
        """Keep a block."""
        span = self.layout.span(block)
        for name, array in self.arrays.items():
            array[span] = values[name]
        self.status[span] = DONE
        for member, why in failed.items():
            self.status[member] = FAILED
            self.reasons[member] = why

    def read(self, name: str, span: slice = slice(None)) -> NDArray[Any]:
        """Values of some members."""
        return self.arrays[name][span]

    def failures(self) -> dict[int, str]:
        """Members that failed, and why."""
        return dict(self.reasons)

    def usable(self, span: slice = slice(None)) -> NDArray[np.bool_]:
        """(M,) true for members that are done and did not fail."""
        return np.asarray(self.status[span] == DONE)


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

    asked = asked or Asked()
    if asked.until is not None and not any(one.limits for one in scenario.constituents):
        raise SpillsimError(
            "there is no precision to be reached: there are no limits that could be exceeded. "
            "Leave --until out, or give limits."
        )
    draws = draw(scenario, asked.members)
    given = conditions.given(draws, asked.given)
    if draws.design:
        require_salib()
        if asked.until is not None:
            raise SpillsimError('--until: sampling = "saltelli" is a design that is run whole.')
    bases = [assemble(one) for one in swept(draws)]
    base = bases[0]
    work, layout, way = _prepare(draws, bases, asked)
    keeper = _keeper(layout, asked)
    count = _run(work, keeper, draws, asked)
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
    return Outcome(summary, failures, draws, count, way)


def _prepare(draws: Draws, bases: Sequence[Model], asked: Asked) -> tuple[Work, Layout, str]:
    """What computes the members, how they are laid out, and the way in words."""
    scenario, base = draws.scenario, bases[0]
    interval = float(base.output_time[1]) if base.output_time.size > 1 else scenario.case.duration
    shape = Shape(
        tuple(place.name for place in base.stations),
        tuple(one.name for one in scenario.constituents),
        sum(len(one.limits) for one in scenario.constituents),
        int(base.output_time.size) if asked.curves else 0,
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
    return work, layout, way


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
    said = [__version__, interval, asked.curves, list(map(dict, draws.combinations))]
    found.update(json.dumps(said).encode())
    return found.hexdigest()[:32]


def _keeper(layout: Layout, asked: Asked) -> Store | Memory:
    if asked.store is not None:
        return Store.open(Path(asked.store), layout)
    arrays = {
        q.name: np.full(layout.shape(q), np.nan, dtype=q.dtype) for q in layout.quantities
    }  # fmt: skip
    return Memory(layout, arrays, np.zeros(layout.members, dtype=np.uint8))


def _run(work: Work, keeper: Store | Memory, draws: Draws, asked: Asked) -> int:
    """Compute the blocks that are missing, until there are enough; returns the draws that count."""
    layout = keeper.layout
    half_width = asked.until if asked.until is not None else 0.0
    precision = Precision(half_width, len(draws.combinations), draws.draws)
    missing = keeper.remaining
    if asked.until is not None:
        for block in sorted(set(range(layout.blocks)) - set(missing)):
            span = layout.span(block)
            usable = keeper.usable(span)
            if precision.add(span.start, usable, keeper.read("time_above_limit", span) > 0.0):
                return precision.draws
        # the same draws of all combinations one after the other, so that beginnings are soon whole
        missing.sort(key=lambda block: (first_draw(layout.span(block), draws.draws), block))
    done = layout.members - sum(_length(layout.span(block)) for block in missing)

    def take(block: int, found: Block) -> bool:
        nonlocal done
        keeper.put(block, found.values, found.failed)
        span = layout.span(block)
        done += _length(span)
        if asked.progress is not None:
            asked.progress(done, layout.members)
        if asked.until is None:
            return False
        usable = np.ones(_length(span), dtype=np.bool_)
        usable[[member - span.start for member in found.failed]] = False
        return precision.add(span.start, usable, found.values["time_above_limit"] > 0.0)

    if missing:
        with dask_client(asked.scheduler) as client:
            pool: Pool
            if client is not None:
                pool = DaskPool(work, client)
            else:
                workers = min(asked.workers or usable_workers(), len(missing))
                pool = LocalPool(work, workers, processes=workers > 1 and work.separate)
            run_blocks(pool, missing, work.lost, take)
    return precision.draws


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
        return keeper.read(name)[..., last]

    time = base.output_time / 3600.0 if shape.times else np.zeros(0)
    return Members(
        read, usable, draws.value, draws.names, draws.kind, draws.combination,
        tuple(words_of(one) for one in draws.combinations), shape.stations, shape.substances,
        tuple(names), np.array([n for n, _ in limits], dtype=np.int64),
        np.array([value for _, value in limits]), time, base.scenario.case.duration / 3600.0,
        draws.independent, draws.design, draws.seed,
    )  # fmt: skip

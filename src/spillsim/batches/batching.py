"""A batch: all cases are checked, then those without a result are computed side by side."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import scenario
from ..ensembles.cluster import DaskPool, dask_client
from ..ensembles.runner import Block, LocalPool, run_blocks, usable_workers
from ..errors import Fault, OutputError, ScenarioError, SpillsimError
from ..results.whole import check_target, write_whole
from .cases import CaseFile, Variant, find_cases, names_of, variants_of
from .jobs import Done, Finished, Job, Runs, kept, remove_partial, write_map

if TYPE_CHECKING:
    from ..analysis import ComparisonRow
    from ..scenario import Scenario

FOLDER = "batch"
"""Where results go when nothing else is said."""
_LOOKS, _PAUSE = 40, 0.05
"""How often, and after how many seconds, processes that were ended are looked after."""
_TOLD = 200
"""Letters of a fault that are told in a table."""

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
Names = str | Sequence[str] | None


@dataclass(frozen=True)
class Batch:
    """What a batch came to."""

    cases: tuple[Done, ...]
    """In the order in which they were found."""
    folder: Path
    """Where the results are."""
    faults: ScenarioError | None = None
    """Of the cases that were left out."""

    @property
    def rows(self) -> list[ComparisonRow]:
        """What places saw, case by case; ``run`` is the name of the result."""
        return [row for done in self.cases for row in done.rows]

    @property
    def failures(self) -> dict[str, str]:
        """Name of a case without a result -> why."""
        return {one.job.name: one.reason for one in self.cases if one.reason}

    @property
    def files(self) -> dict[str, Path]:
        """Name of a case -> its result file."""
        return {one.job.name: one.file for one in self.cases if one.file is not None}


@dataclass(frozen=True)
class Wanted:
    """How a batch is to be run; nothing of it changes a number."""

    folder: Path = Path(FOLDER)
    regimes: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    workers: int | None = None
    """Processes on this machine; default: as many as there are processors."""
    scheduler: Any = None
    """Address of a Dask scheduler, or a client."""
    again: bool = False
    """Compute also what is there already."""
    keep_going: bool = False
    """Compute the good cases although others have faults."""
    checked: Callable[[int, int], None] | None = None
    """Called with the cases that are checked, and all."""
    progress: Callable[[Done, int, int], None] | None = None
    """Called with a case that is done, how many are, and all."""


@dataclass
class _Plan:
    """The cases in all their variants, as far as they are known to be good."""

    jobs: list[Job]
    errors: dict[int, ScenarioError] = field(default_factory=dict)
    scenarios: dict[int, Scenario] = field(default_factory=dict)
    """As read, where they are needed later."""


def batch(  # noqa: PLR0913 - all that may be said of one, by name
    cases: Paths,
    output: str | os.PathLike[str] = FOLDER,
    *,
    regime: Names = None,
    measure: Names = None,
    workers: int | None = None,
    scheduler: Any = None,
    again: bool = False,
    keep_going: bool = False,
    progress: Callable[[Done, int, int], None] | None = None,
) -> Batch:
    """Compute many cases side by side; each result is a file of its own.

    All cases are checked before any is computed. A case that fails does not stop the others. A
    result that is there already and is of the same inputs and version is kept.

    Parameters
    ----------
    cases : path or sequence of paths
        Case folders, scenario files, folders that hold such at any depth, patterns such as
        ``"cases/*"``.
    output : path
        Folder for the results, ``NAME.nc`` for each case, and ``NAME_REGIME.nc``.
    regime, measure : str or sequence of str, optional
        Names of regimes and measures; ``"all"`` for all that a case has, ``"none"`` for the file
        as written.
    workers : int, optional
        Processes on this machine; default: as many as there are processors.
    scheduler : str or distributed.Client, optional
        Dask cluster that computes instead; it needs none of the files.
    again : bool
        Compute also what is there already.
    keep_going : bool
        Compute the good cases although others have faults.
    progress : callable, optional
        Called with a ``Done``, the number of cases that are done, and that of all.

    Returns
    -------
    Batch
        ``cases`` with what became of each, ``rows`` for every case, place and substance,
        ``failures`` and ``files`` by the name of the case.

    Raises
    ------
    ScenarioError
        Cases have faults (all of them are told, and nothing was computed), or there are none.
    OutputError
        Results cannot be written; those that are finished stay.
    SpillsimError
        The scheduler does not answer, or ``workers`` is less than one.
    """
    wanted = Wanted(
        Path(output), _listed(regime), _listed(measure), workers, scheduler, again, keep_going,
        progress=progress,
    )  # fmt: skip
    return run_batch(_listed(cases), wanted)


def _listed(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str | os.PathLike) else tuple(given)


def run_batch(cases: Sequence[str | os.PathLike[str]], wanted: Wanted) -> Batch:
    """Check, then compute; see ``batch``."""
    if wanted.workers is not None and wanted.workers < 1:
        raise SpillsimError(f"workers = {wanted.workers}: at least one is needed.")
    plan = _plan(find_cases(cases), wanted)
    with dask_client(wanted.scheduler) as client:
        runs = Runs(str(wanted.folder), wanted.again)
        pool = None if client is not None else _begun(runs, len(plan.jobs), wanted.workers)
        try:
            _check(plan, wanted, keep=client is not None)
            if plan.errors and not wanted.keep_going:
                raise faults_of(plan.jobs, plan.errors)
            _make_folder(wanted.folder, plan.jobs)
        except BaseException:
            if pool is not None:
                pool.stop()
            raise
        found = _Found(plan, wanted)
        found.take_faulty()
        if client is not None:
            found.take_kept()
        with _nothing_partial(wanted.folder, plan.jobs):
            blocks = found.missing
            runs.jobs = tuple(plan.jobs)
            if client is not None:
                runs.scenarios = dict(plan.scenarios)
            if blocks:
                run_blocks(pool or DaskPool(runs, client), blocks, runs.lost, found.take)
            elif pool is not None:
                pool.stop()
    if found.stopped:
        raise OutputError(
            f"{found.stopped} Results that are finished stay: give the same command to go on."
        )
    faults = faults_of(plan.jobs, plan.errors) if plan.errors else None
    return Batch(tuple(found.done[n] for n in sorted(found.done)), wanted.folder, faults)


# --- before ---------------------------------------------------------------------------------------


def _plan(cases: Sequence[CaseFile], wanted: Wanted) -> _Plan:
    """Every case in every variant that is asked for, with the name of its result."""
    pairs: list[tuple[CaseFile, Variant]] = []
    errors: dict[int, ScenarioError] = {}
    for case in cases:
        try:
            variants = variants_of(case, wanted.regimes, wanted.measures)
        except ScenarioError as error:
            errors[len(pairs)] = error
            variants = [Variant()]
        pairs += [(case, variant) for variant in variants]
    jobs = [
        Job(name, str(case.file), case.path, variant.regime, variant.measure)
        for (case, variant), name in zip(pairs, names_of(pairs), strict=True)
    ]
    return _Plan(jobs, errors)


class _Here:
    """The process that asks computes itself, one case after the other."""

    workers = 1
    patience = 1

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def submit(self, number: int) -> int:
        """Begin nothing: see ``ended``."""
        return number

    def ended(self, handles: Sequence[int]) -> Iterator[tuple[int, Block]]:
        """Compute the first; Ctrl-C is heard meanwhile."""
        yield handles[0], self._runs(handles[0])

    def stop(self) -> None:
        """Give up nothing: nothing has begun."""


def _begun(runs: Runs, jobs: int, workers: int | None) -> LocalPool | _Here:
    """Processes that load what they need while the cases are checked; for one case none."""
    count = min(workers or usable_workers(), jobs)
    if count < 2:
        return _Here(runs)
    pool = LocalPool(runs, count, processes=True)
    for _ in range(count):
        pool.submit(-1)
    return pool


def _check(plan: _Plan, wanted: Wanted, *, keep: bool) -> None:
    """Load and assemble every case; nothing is computed."""
    from ..model import assemble

    for number, job in enumerate(plan.jobs):
        if number not in plan.errors:
            try:
                read = job.load()
                assemble(read)
            except ScenarioError as error:
                plan.errors[number] = error
                continue
            if read.uncertain or read.sweeps:
                plan.jobs[number] = replace(job, is_uncertain=True)
            if keep:
                plan.scenarios[number] = read
        if wanted.checked is not None:
            wanted.checked(number + 1, len(plan.jobs))


def faults_of(jobs: Sequence[Job], errors: Mapping[int, ScenarioError]) -> ScenarioError:
    """The faults of all cases in one, each with the path of its file."""
    own: dict[str, dict[str, Callable[[], None]]] = {}
    for number, job in enumerate(jobs):
        label = ", ".join(filter(None, (job.regime and f"regime {job.regime}",
                                        job.measure and f"measure {job.measure}")))  # fmt: skip
        own.setdefault(job.path, {})[label] = _raising(errors.get(number))
    faults: list[Fault] = []
    cases = 0
    for path, makers in own.items():
        try:
            scenario.gather(makers)
        except ScenarioError as error:
            cases += 1
            folder = Path(path).parent
            faults += [replace(one, file=str(folder / one.file) if one.file else path)
                       for one in error.faults]  # fmt: skip
    return ScenarioError(faults, f"{cases} of {len(own)} cases" if len(own) > 1 else "")


def _raising(error: ScenarioError | None) -> Callable[[], None]:
    def make() -> None:
        if error is not None:
            raise error

    return make


def _make_folder(folder: Path, jobs: Sequence[Job]) -> None:
    """Make the folder, and see that the results can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or failure
        raise OutputError(f"cannot write to the folder {folder}: {reason}.") from failure
    remove_partial(folder, jobs)
    for job in jobs:
        check_target(folder / f"{job.name}.nc")


# --- during ---------------------------------------------------------------------------------------


@dataclass
class _Found:
    """What became of the cases so far."""

    plan: _Plan
    wanted: Wanted
    done: dict[int, Done] = field(default_factory=dict)
    stopped: str = ""
    """Why results cannot be written."""

    @property
    def missing(self) -> list[int]:
        return [number for number in range(len(self.plan.jobs)) if number not in self.done]

    def take_faulty(self) -> None:
        """Note the cases that have faults."""
        for number, error in sorted(self.plan.errors.items()):
            first = error.faults[0]
            more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
            place = f"{first.file}:{first.line}" if first.line else first.file
            told = " ".join(filter(None, (place, first.where and f"{first.where}:", first.message)))
            self._put(number, Done(self.plan.jobs[number], "faulty", told[:_TOLD] + more))

    def take_kept(self) -> None:
        """Note what is there already: other machines do not see it."""
        for number in [] if self.wanted.again else self.missing:
            job = self.plan.jobs[number]
            target = self.wanted.folder / f"{job.name}.nc"
            done = kept(job, self.plan.scenarios[number], target)
            if done is not None:
                self._put(number, done)

    def take(self, number: int, block: Block) -> bool:
        """Note a case; True where going on is of no use."""
        assert isinstance(block, Finished)
        done = block.done
        assert done is not None
        contents = done.contents
        if contents:
            target = self.wanted.folder / f"{done.job.name}.nc"
            write_whole(target, lambda part: _fill(part, contents))
            write_map(target)
            done = replace(done, file=target, contents=b"")
        if done.stops:
            self.stopped = done.reason
        self._put(number, done)
        return done.stops

    def _put(self, number: int, done: Done) -> None:
        self.done[number] = done
        if self.wanted.progress is not None:
            self.wanted.progress(done, len(self.done), len(self.plan.jobs))


def _fill(path: Path, contents: bytes) -> None:
    path.write_bytes(contents)


@contextmanager
def _nothing_partial(folder: Path, jobs: Sequence[Job]) -> Iterator[None]:
    """Remove what processes that were ended had begun to write."""
    try:
        yield
    finally:
        for _ in range(_LOOKS):
            multiprocessing.active_children()  # buries those that have ended
            if not remove_partial(folder, jobs):
                break
            time.sleep(_PAUSE)

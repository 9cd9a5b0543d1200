"""One case of a batch: whether its result is there already, else its run; anywhere."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .. import scenario
from ..ensembles.runner import Block
from ..errors import OutputError, SpillsimError

if TYPE_CHECKING:
    import xarray as xr

    from ..analysis import ComparisonRow
    from ..scenario import Scenario

LEDGER_BOUND = 1e-9
"""Mass of a constituent that may be missing at the end, over the mass put in [-]."""

Status = Literal["computed", "kept", "faulty", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """A case in one variant, and the name of its result."""

    name: str
    """Of the result, without ``.nc``."""
    path: str
    """The scenario file."""
    case: str = ""
    """As the user named it."""
    regime: str = ""
    measure: str = ""
    is_uncertain: bool = False
    """It has uncertain inputs or sweeps, and is run as written all the same."""

    def load(self) -> Scenario:
        """Read the case; raises ScenarioError with all its faults."""
        return scenario.load(self.path, self.regime or None, self.measure or None)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a case."""

    job: Job
    status: Status
    """``computed``; ``kept`` where the result was there already; ``faulty`` where its files have
    faults; ``failed`` where its run broke off."""
    reason: str = ""
    """Why it is faulty or failed."""
    file: Path | None = None
    """Its result; None where there is none."""
    rows: tuple[ComparisonRow, ...] = ()
    """What its borders and stations saw."""
    is_exact: bool = True
    """Whether the numerical error asked for was reached everywhere."""
    is_closed: bool = True
    """Whether the ledger closes for every constituent."""
    seconds: float = 0.0
    """The work of computing it took."""
    stops: bool = False
    """The result cannot be written, so that going on is of no use."""
    contents: bytes = field(default=b"", repr=False)
    """The result itself, on its way from another machine."""

    @property
    def is_good(self) -> bool:
        """There is a result, and its mass is all there."""
        return self.status in ("computed", "kept") and self.is_closed


@dataclass(frozen=True)
class Finished(Block):
    """A block of one case, as the pools of ensembles know it."""

    done: Done | None = None


@dataclass
class Runs:
    """Computes cases by their number; may be sent to other processes and machines.

    Processes can be made ready while the jobs are not yet known.
    """

    folder: str
    """Where results go; on this machine."""
    again: bool = False
    """Compute also what is there already."""
    jobs: tuple[Job, ...] = ()
    scenarios: Mapping[int, Scenario] = field(default_factory=dict)
    """As read, for machines that do not have the files; results come back as bytes."""

    def __call__(self, number: int) -> Block:
        """Compute a case; a negative number only makes the process ready."""
        if number < 0:
            from .. import analysis, api, results, simulation, verification  # noqa: F401

            return Finished({})
        return Finished({}, done=self._one(number))

    def lost(self, number: int, why: str) -> Block:
        """A case that no process lived to compute."""
        return Finished({}, done=Done(self.jobs[number], "failed", why))

    def _one(self, number: int) -> Done:
        job = self.jobs[number]
        begun = time.perf_counter()
        try:
            read = self.scenarios[number] if self.scenarios else job.load()
            found = None if self.scenarios or self.again else kept(job, read, self.target(job))
            return found or self._run(job, read, begun)
        except OutputError as error:
            return Done(job, "failed", str(error), stops=True)
        except (SpillsimError, ArithmeticError, MemoryError) as error:
            return Done(job, "failed", _words(error))
        except Exception as error:  # noqa: BLE001 - one bad case must not take the others along
            told = f"spillsim has a fault: {type(error).__name__}: {_words(error)}"
            return Done(job, "failed", told)

    def target(self, job: Job) -> Path:
        """File of a result."""
        return Path(self.folder) / f"{job.name}.nc"

    def _run(self, job: Job, read: Scenario, begun: float) -> Done:
        from .. import api

        dataset = api.run(read)
        done = Done(
            job, "computed", rows=rows_of(dataset, job), is_exact=_is_exact(dataset),
            is_closed=_is_closed(dataset),
        )  # fmt: skip
        if self.scenarios:
            with tempfile.TemporaryDirectory() as folder:
                made = write(dataset, Path(folder) / f"{job.name}.nc")
                done = replace(done, contents=made.read_bytes())
        else:
            done = replace(done, file=write(dataset, self.target(job)))
        return replace(done, seconds=time.perf_counter() - begun)


def write(dataset: xr.Dataset, target: Path) -> Path:
    """Write a result, and a map where it holds fields, each whole or not at all.

    The map comes first: where a result is there, so is its map.
    """
    from .. import results

    _write_map(dataset, target)
    return results.write(dataset, target)


def write_map(target: Path) -> None:
    """Write the map of a result that is there, where it holds fields."""
    from .. import results

    with results.open(target) as dataset:
        _write_map(dataset, target)


def _write_map(dataset: xr.Dataset, target: Path) -> None:
    from .. import results

    if "field_time" in dataset and "mesh_edge_nodes" in dataset:
        results.write(results.map_dataset(dataset), target.with_name(f"{target.stem}_map.nc"))


def kept(job: Job, read: Scenario, target: Path) -> Done | None:
    """What a result says that is there already and is of the same inputs and version."""
    from .. import results
    from ..results.provenance import version

    if not target.exists():
        return None
    try:
        with results.open(target) as dataset:
            attributes = dataset.attrs
            same = (
                json.loads(attributes.get("input_sha256", "{}")) == _digests(read)
                and attributes.get("source") == f"spillsim {version()}"
                and attributes.get("regime", "") == job.regime
                and attributes.get("measure", "") == job.measure
            )
            if not same:
                return None
            return Done(job, "kept", file=target, rows=rows_of(dataset, job),
                        is_exact=_is_exact(dataset), is_closed=_is_closed(dataset))  # fmt: skip
    except (OutputError, ValueError):  # no result, or one that was cut or changed
        return None


def _digests(read: Scenario) -> dict[str, str]:
    return {file.name: file.sha256 for file in read.files}


def rows_of(dataset: xr.Dataset, job: Job) -> tuple[ComparisonRow, ...]:
    """What every place saw of every substance, labelled with the name of the result."""
    from ..analysis import compare

    return tuple(compare([dataset], [job.name], stations=True))


def _is_exact(dataset: xr.Dataset) -> bool:
    """Whether the numerical error asked for was reached; an error that was not measured counts
    as reached: nobody asked."""
    if "achieved_error" not in dataset:
        return True
    found = dataset["achieved_error"]
    return not bool((found.values > float(found.attrs["error_asked_for"])).any())


def _is_closed(dataset: xr.Dataset) -> bool:
    end = dataset.isel(ledger_time=-1)
    put_in = end["mass_released"].values + (
        end["mass_gained"].values if "mass_gained" in end else 0.0
    )
    return bool((abs(end["mass_error"].values) <= LEDGER_BOUND * put_in).all())


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:500] or type(error).__name__


def remove_partial(folder: Path, jobs: Sequence[Job]) -> int:
    """Remove what processes that were killed had begun to write of these results.

    Returns how many such files are left, of processes that live.
    """
    names = {f".{job.name}{end}.nc" for job in jobs for end in ("", "_map")}
    left = 0
    for path in list(folder.glob(".*.partial")) if folder.is_dir() else []:
        head, _, number = path.name.removesuffix(".partial").rpartition(".")
        if head in names and number.isdigit():
            if _lives(int(number)):
                left += 1
            else:
                path.unlink(missing_ok=True)
    return left


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

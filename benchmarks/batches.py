"""Large ensembles from the scenario to the answers: time, memory, disk, and the same bits.

``python -m benchmarks.batches curves`` keeps the curves of 100,000 members in a store and sets the
time and size that were told after the first blocks beside those that came out.
``python -m benchmarks.batches statistics`` runs 1,000,000 members without a store.
``python -m benchmarks.batches bits`` runs the same two ensembles, one solved together and one as
whole runs, on threads, on processes, on a Dask cluster of separate processes of which one is
killed, and killed and gone on with, and prints digests of all that they leave.

The river is one of 1000 km in 100 reaches with storage and decay; velocity, dispersion, storage,
exchange and mass are uncertain; ten stations.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

REACHES, STATIONS = 100, 10
SEED = 7
GIGA = 1e9


def case(members: int, reaches: int = REACHES, *, formula: bool = False) -> dict[str, Any]:
    """The scenario as a dict.

    formula : True for dispersion by a formula that is uncertain too, which needs whole runs
    """
    random = np.random.default_rng(SEED)
    names = [f"n{k}" for k in range(reaches + 1)]
    rows = []
    for k in range(reaches):
        row = {
            "id": f"r{k}", "from": names[k], "to": names[k + 1], "length [km]": 10.0,
            "hydraulics": "velocity", "velocity [m/s]": float(random.uniform(0.45, 1.1)),
            "depth [m]": 2.0, "width [m]": 25.0, "storage_area_ratio": 0.1,
            "exchange_coefficient [1/s]": 2e-5,
        }  # fmt: skip
        if not formula:
            row["dispersion_coefficient [m2/s]"] = float(random.uniform(20.0, 50.0))
        else:
            row["slope"] = 0.0005
        rows.append(row)
    spread = {"velocity": 1.16, "storage_area_ratio": 1.35, "exchange_coefficient": 1.5}
    if not formula:
        spread["dispersion_coefficient"] = 1.5
    uncertain = [
        {"name": name.split("_")[0], "factor_of": name, "distribution": "lognormal", "median": 1,
         "factor": factor}
        for name, factor in spread.items()
    ]  # fmt: skip
    uncertain.append({"name": "mass", "key": "release.spill.mass", "distribution": "lognormal",
                      "median": "1 t", "factor": 1.6})  # fmt: skip
    every = reaches // min(STATIONS, reaches)
    return {
        "spillsim": 1,
        "case": {"title": "A batch", "start": datetime(2024, 3, 1, tzinfo=UTC),
                 "duration": "60 d" if reaches > 10 else "6 d"},
        "network": {"nodes": [{"id": name} for name in names], "reaches": rows},
        "flow": {"kind": "inflows", "table": [{"node": "n0", "inflow [m3/s]": 35.0}]},
        "substance": [{"name": "tracer", "decay_rate": "0.01 1/d",
                       "limits": [{"name": "limit", "value": "0.1 mg/L"}]}],
        "release": [{"name": "spill", "kind": "constant", "at": {"node": "n0"}, "mass": "1 t",
                     "substance": "tracer", "start": "0 s", "duration": "1 h"}],
        "station": [{"name": f"at {10 * k} km", "at": {"node": names[k]}}
                    for k in range(every, reaches + 1, every)],
        "output": {"interval": "2 h"},
        "ensemble": {"members": members, "seed": SEED},
        "uncertain": uncertain,
    }  # fmt: skip


def run(members: int, store: Path | None, **asked: Any) -> Any:
    """One ensemble; prints what was foretold and what came out."""
    from spillsim.ensembles import Asked, Forecast, run_ensemble
    from spillsim.scenario import parse

    told: list[Forecast] = []

    def foretell(forecast: Forecast) -> None:
        told.append(forecast)
        print(f"foretold  {perf_counter() - begun:6.1f} s after the beginning: "
              f"{forecast.size / GIGA:.3f} GB, {forecast.seconds:.0f} s in all, "
              f"{forecast.rate:.0f} members per second", flush=True)  # fmt: skip

    computed = [0.0]

    def note(done: int, members: int) -> None:
        computed[0] = perf_counter() - begun

    begun, busy = perf_counter(), process_time()
    asked_for = Asked(store=store, progress=note, foretold=foretell, **asked)
    outcome = run_ensemble(parse(case(members)), asked_for)
    took = perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    busy = process_time() - busy
    print(
        f"came out  {took:.0f} s ({busy:.0f} s of processor time), "
        f"of which {took - computed[0]:.0f} s to sum up; {members / took:.0f} members per second"
    )
    print(f"          at most {most / GIGA:.2f} GB of memory; {outcome.way}")  # fmt: skip
    if told:
        print(f"          time / foretold = {took / told[0].seconds:.3f}")
    if store is not None:
        files = [file.stat().st_size for file in store.rglob("*") if file.is_file()]
        print(f"          {sum(files) / GIGA:.3f} GB in {len(files)} files")
        if told:
            print(f"          size / foretold = {sum(files) / told[0].size:.4f}")
    print(f"          digest of the answers {digest(outcome.summary)}")
    return outcome


def digest(dataset: Any) -> str:
    """Of all values of the answers."""
    found = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        values = dataset[name].values
        found.update(name.encode())
        found.update(str(values.tolist()).encode() if values.dtype.kind in "UO"
                     else np.ascontiguousarray(values).tobytes())  # fmt: skip
    return found.hexdigest()[:16]


def digest_of_files(folder: Path) -> str:
    """Of all files and their names."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def cluster() -> Iterator[Any]:
    """A Dask cluster of two worker processes."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                     dashboard_address="127.0.0.1:0") as own,
        Client(own, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


KILLED = """
import os, signal, sys
from pathlib import Path
from benchmarks import batches
from spillsim.ensembles.store import Store

whole, met = Store.put, []

def put(store, block, values, failed):
    met.append(block)
    if len(met) == 3:
        store._group["peak_time"][store.layout.span(block)] = values["peak_time"]
        os.kill(os.getpid(), signal.SIGKILL)
    whole(store, block, values, failed)

Store.put = put
batches.bits_of(sys.argv[1], Path(sys.argv[2]), workers=2)
"""
"""Killed in the middle of writing the third block."""


def bits_of(kind: str, store: Path, **asked: Any) -> str:
    """Digests of the answers and of the store of one of the two small ensembles."""
    from spillsim.ensembles import Asked, run_ensemble
    from spillsim.scenario import parse

    data = case(6000) if kind == "together" else case(64, 3, formula=True)
    outcome = run_ensemble(parse(data), Asked(store=store, curves=True, **asked))
    return f"{digest(outcome.summary)}  {digest_of_files(store)}  {outcome.way[:45]}"


def bits(kind: str, folder: Path) -> None:
    """The same ensemble in every way that there is."""

    def tell(how: str, found: str) -> None:
        print(f"{how:45s} {found}", flush=True)

    tell("1 worker", bits_of(kind, folder / "one.zarr", workers=1))
    tell("2 workers", bits_of(kind, folder / "two.zarr", workers=2))
    with cluster() as client:
        tell("Dask, 2 processes", bits_of(kind, folder / "dask.zarr", scheduler=client))
        first = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill(done: int, members: int) -> None:
            if len(killed) < len(first) and 0 < done < members:
                killed.append(first[len(killed)])
                os.kill(killed[-1], signal.SIGKILL)

        found = bits_of(kind, folder / "death.zarr", scheduler=client, progress=kill)
        tell(f"Dask, {len(killed)} of 2 processes killed", found)
    part = folder / "part.zarr"
    ended = subprocess.run([sys.executable, "-c", KILLED, kind, str(part)], check=False)
    assert ended.returncode == -signal.SIGKILL
    tell("kill -9 while writing, gone on with", bits_of(kind, part, workers=2))


def main() -> None:
    """Read the options and run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batches", description=__doc__)
    parser.add_argument("what", choices=("curves", "statistics", "bits"))
    parser.add_argument("--members", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="for stores (default: a temporary one)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        if options.what == "bits":
            for kind in ("together", "whole"):
                (folder / kind).mkdir()
                bits(kind, folder / kind)
        elif options.what == "curves":
            run(options.members or 100_000, folder / "members.zarr", curves=True,
                workers=options.workers)  # fmt: skip
        else:
            run(options.members or 1_000_000, None, workers=options.workers)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

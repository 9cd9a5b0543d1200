"""The same ensemble is the same bits wherever its members are computed, and whoever dies."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_ensemble_run import digest, spill

from spillsim.ensembles import Asked, run_ensemble
from spillsim.scenario import parse

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]


def together() -> dict[str, Any]:
    """Five blocks that are solved by the transfer engine."""
    return spill(300)


def whole() -> dict[str, Any]:
    """Three blocks of whole runs, of which one member fails."""
    data = spill(40, case=spill()["case"] | {"duration": "20 h"})
    data["uncertain"].append({
        "name": "intake", "key": "inflows.a.abstraction", "distribution": "uniform",
        "low": "0 m3/s", "high": "10.1 m3/s",
    })  # fmt: skip
    return data


def left(data: dict[str, Any], store: Path, **asked: Any) -> tuple[str, str]:
    """Digests of the answers and of every file of the store."""
    outcome = run_ensemble(parse(data), Asked(store=store, curves=True, **asked))
    files = hashlib.sha256()
    for file in sorted(store.rglob("*")):
        if file.is_file():
            files.update(str(file.relative_to(store)).encode() + file.read_bytes())
    return digest(outcome.summary), files.hexdigest()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask cluster of two processes of their own."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
        ) as c,
        Client(c, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What one worker leaves."""
    folder = tmp_path_factory.mktemp("alone")
    return {
        kind.__name__: left(kind(), folder / f"{kind.__name__}.zarr", workers=1)
        for kind in (together, whole)
    }


@pytest.mark.parametrize("kind", [together, whole])
def test_two_threads_or_processes(kind: Any, alone: Any, tmp_path: Path) -> None:
    assert left(kind(), tmp_path / "m.zarr", workers=2) == alone[kind.__name__]


def test_a_cluster_all_of_whose_workers_are_killed_in_turn(
    alone: Any, cluster: Any, tmp_path: Path
) -> None:
    first = list(cluster.run(os.getpid).values())
    killed: list[int] = []

    def kill(done: int, members: int) -> None:
        if len(killed) < len(first) and 0 < done < members:
            killed.append(first[len(killed)])
            os.kill(killed[-1], signal.SIGKILL)

    found = left(together(), tmp_path / "m.zarr", scheduler=cluster, progress=kill)
    assert found == alone["together"]
    assert killed == first

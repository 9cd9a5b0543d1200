"""Blocks of members wherever they run: the same values, and deaths that cost time only."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ensemble_blocks import Squares, lost, threads_allowed

from spillsim.ensembles.cluster import DaskPool, dask_client
from spillsim.ensembles.runner import Block, LocalPool, Pool, alone, run_blocks
from spillsim.errors import SpillsimError

WANTED = [float(n * n) for n in range(20)]


def collect(pool: Pool, blocks: int = 10) -> tuple[list[float], dict[int, str]]:
    """Values of all members in their order, and failures."""
    found: dict[int, Block] = {}

    def take(number: int, block: Block) -> bool:
        found[number] = block
        return False

    run_blocks(pool, list(range(blocks)), lost, take)
    values = np.concatenate([found[number].values["value"] for number in sorted(found)])
    failed = {m: why for block in found.values() for m, why in block.failed.items()}
    return values.tolist(), failed


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_threads(workers: int) -> None:
    assert collect(LocalPool(Squares(2), workers, processes=False)) == (WANTED, {})


@pytest.mark.slow
def test_a_killed_process_costs_time_only(tmp_path: Path) -> None:
    work = Squares(2, deadly=3, mark=str(tmp_path / "met"))
    assert collect(LocalPool(work, 2, processes=True)) == (WANTED, {})
    assert (tmp_path / "met").exists()


@pytest.mark.slow
def test_processes_have_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert collect(LocalPool(threads_allowed, 2, processes=True), 2) == ([1.0] * 4, {})
    assert os.environ["OMP_NUM_THREADS"] == "7"


@pytest.mark.slow
def test_members_that_always_kill_are_given_up() -> None:
    values, failed = collect(LocalPool(Squares(2, deadly=3, always=True), 1, processes=True))
    assert np.isnan(values[6:8]).all()
    assert values[:6] + values[8:] == WANTED[:6] + WANTED[8:]
    assert list(failed) == [6, 7]
    assert "killed" in failed[6]


class Fragile:
    """A pool of two workers that all die when a deadly block is begun; the rest is computed."""

    workers, patience = 2, 3

    def __init__(self, deadly: set[int]) -> None:
        self.begun: list[list[int]] = []
        self._deadly, self._under_way = deadly, list[int]()

    def submit(self, block: int) -> int:
        self._under_way.append(block)
        return block

    def ended(self, handles: Sequence[int]) -> Iterator[tuple[int, Block | None]]:
        own, self._under_way = self._under_way, []
        assert sorted(own) == sorted(handles)
        self.begun.append(own)
        dies = bool(self._deadly & set(own))
        for block in own:
            yield block, None if dies else Squares(2)(block)

    def stop(self) -> None: ...


def test_a_block_is_blamed_only_for_a_death_that_it_died_alone() -> None:
    pool = Fragile({3, 6})
    values, failed = collect(pool)
    assert list(failed) == [6, 7, 12, 13]
    assert np.isnan(values[6:8] + values[12:14]).all()
    alone = [own[0] for own in pool.begun if len(own) == 1]
    assert (alone.count(3), alone.count(6)) == (3, 3)


@pytest.fixture
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


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_cluster_gives_the_same_and_survives_a_death(cluster: Any, tmp_path: Path) -> None:
    assert collect(DaskPool(Squares(2), cluster)) == (WANTED, {})
    work = Squares(2, deadly=3, mark=str(tmp_path / "met"))
    assert collect(DaskPool(work, cluster)) == (WANTED, {})
    assert (tmp_path / "met").exists()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_scheduler_that_is_not_there() -> None:
    with (
        pytest.raises(SpillsimError, match="no Dask scheduler answers at tcp"),
        dask_client("tcp://127.0.0.1:1", answer=0.5),
    ):
        pass


def test_an_end_is_an_end_for_the_rest_too() -> None:
    taken: list[int] = []

    def take(number: int, _: Block) -> bool:
        taken.append(number)
        return len(taken) == 2

    run_blocks(LocalPool(Squares(2), 1, processes=False), list(range(10)), lost, take)
    assert len(taken) == 2


def test_a_poisoned_member_does_not_hurt_its_neighbours() -> None:
    def one(member: int) -> dict[str, float]:
        if member == 5:
            raise SpillsimError("velocity = 0\nis not positive")
        return {"value": float(member)}

    found = alone(range(4, 8), one, lambda count: {"value": np.zeros(count)})
    assert found.failed == {5: "velocity = 0 is not positive"}
    np.testing.assert_array_equal(found.values["value"], [4.0, np.nan, 6.0, 7.0])


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
with open("ran", "a") as file:
    file.write("once\\n")
from ensemble_blocks import Squares
from spillsim.ensembles.runner import LocalPool, run_blocks
found = []
pool = LocalPool(Squares(4), 2, processes=True)
run_blocks(pool, range(6), None, lambda number, block: found.append(number))
print(sorted(found), __spec__, __file__)
"""


def test_a_script_needs_no_guard_and_is_run_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"[0, 1, 2, 3, 4, 5] None {script}\n"
    assert (tmp_path / "ran").read_text(encoding="utf-8") == "once\n"

"""What goes wrong in an ensemble is told in words, and nothing that was finished is lost."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from test_ensemble_run import digest, spill, write

from spillsim import cli
from spillsim.ensembles import Asked, run_ensemble
from spillsim.ensembles.memory import free_memory
from spillsim.errors import SpillsimError
from spillsim.scenario import parse

MEMBERS = 300


def count_of_blocks(store: Path) -> int:
    return len(list((store / "block_done" / "c").iterdir()))


def answers(path: Path) -> str:
    with xr.open_dataset(path) as found:
        return digest(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("faults") / "spill", spill(MEMBERS))


@pytest.fixture(scope="module")
def whole(folder: Path) -> str:
    """Digest of the answers of a run that nothing disturbs."""
    target = folder.parent / "whole.nc"
    assert cli.main(["ensemble", str(folder), "-q", "-o", str(target)]) == 0
    return answers(target)


def test_a_full_disk_keeps_what_is_finished_and_goes_on(
    folder: Path, whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import zarr.storage._local as local

    put: Callable[..., Any] = local._put
    written: list[Path] = []

    def full(path: Path, *rest: Any, **more: Any) -> Any:
        written.append(path)
        if sum("peak_time" in one.parts for one in written) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return put(path, *rest, **more)

    store, target = tmp_path / "m.zarr", tmp_path / "x.nc"
    command = ["ensemble", str(folder), "--workers", "1", "--store", str(store), "-o", str(target)]
    with monkeypatch.context() as patch:
        patch.setattr(local, "_put", full)
        assert cli.main(command) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "the disk is full" in told
    assert f"members are finished in {store}; the same command goes on. (exit 2)" in told
    assert not target.exists()
    assert count_of_blocks(store) == 2
    assert cli.main(command) == 0
    assert answers(target) == whole


SIGNALLED = """
import os, sys
from spillsim import cli
from spillsim.ensembles.store import Store

whole, met = Store.put, []

def put(store, block, values, failed):
    whole(store, block, values, failed)
    met.append(block)
    if len(met) == 3:
        os.kill(os.getpid(), int(sys.argv[1]))

Store.put = put
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_it_says_how_to_go_on(
    number: int, code: int, folder: Path, whole: str, tmp_path: Path
) -> None:
    store, target = tmp_path / "m.zarr", tmp_path / "x.nc"
    command = ["ensemble", str(folder), "--workers", "1", "--store", str(store), "-o", str(target)]
    ended = subprocess.run(
        [sys.executable, "-c", SIGNALLED, str(int(number)), *command],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == code
    told = " ".join(ended.stderr.split())
    assert told.startswith("interrupted;")
    assert f"members are finished in {store}; the same command goes on. (exit {code})" in told
    assert "Traceback" not in told
    assert count_of_blocks(store) >= 3
    assert cli.main(command) == 0
    assert answers(target) == whole


def test_without_a_store_what_is_finished_is_written_when_it_breaks_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spillsim.ensembles.ensemble.WORTH_KEEPING", 0.0)
    case, rescue = parse(spill(MEMBERS)), tmp_path / "rescue.zarr"
    wanted = digest(run_ensemble(case, Asked(workers=1)).summary)
    seen: list[int] = []

    def stop(done: int, members: int) -> None:
        seen.append(done)
        if done > members / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ensemble(case, Asked(workers=1, progress=stop, rescue=rescue))
    kept, seen = seen[-1], []
    again = Asked(workers=1, store=rescue, progress=lambda done, _: seen.append(done))
    assert digest(run_ensemble(case, again).summary) == wanted
    assert seen[0] == kept
    assert seen[-1] == MEMBERS


def test_a_poisoned_member_is_told_with_its_inputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = spill(20)
    data["uncertain"].append({
        "name": "intake", "key": "inflows.a.abstraction", "distribution": "discrete",
        "values": ["1 m3/s", "20 m3/s"], "weights": [0.8, 0.2],
    })  # fmt: skip
    folder = write(tmp_path / "spill", data)
    store = tmp_path / "m.zarr"
    target = ["-o", str(tmp_path / "x.nc"), "--store", str(store)]
    assert cli.main(["ensemble", str(folder), "--workers", "1", *target]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "4 members; the answers are those of the others" in told
    assert "discharge" in told
    assert ", intake 20.0 m3/s)" in told
    with xr.open_zarr(store, consolidated=False) as found:
        failed = found["status"].values == 2
        assert failed.sum() == 4
        assert set(found["input_value"].values[failed, 1]) == {20.0}
        assert b"discharge" in found["reason"].values[failed][0].tobytes()


def tell(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """What is said of a run that cannot begin."""
    assert cli.main(["ensemble", str(folder), "-o", str(tmp_path / "x.nc"), *more]) == 2
    return " ".join(capsys.readouterr().err.split())


def test_without_zarr_no_members_are_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "zarr", None)
    told = tell(folder, tmp_path, capsys, "--store", str(tmp_path / "m.zarr"))
    assert 'pip install "spillsim[ensemble]"' in told


def test_a_folder_that_cannot_be_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    store = tmp_path / "m.zarr"
    monkeypatch.setattr("zarr.open_group", refused)
    told = tell(folder, tmp_path, capsys, "--store", str(store))
    assert f"cannot write {store}: Permission denied" in told
    assert not store.exists()


def test_too_little_memory_is_told_before(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    free = tmp_path / "meminfo"
    free.write_text("MemTotal: 16 kB\nMemAvailable: 8 kB\n", encoding="ascii")
    monkeypatch.setattr("spillsim.ensembles.memory._FREE", free)
    assert free_memory() == 8192.0
    told = tell(folder, tmp_path, capsys)
    assert "of memory and 0.00819 MB are free" in told
    assert "--store" in told


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_scheduler_that_is_lost_costs_only_what_was_under_way(tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    case, store = parse(spill(MEMBERS)), tmp_path / "m.zarr"
    wanted = digest(run_ensemble(case, Asked(workers=1)).summary)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True,
                      dashboard_address="127.0.0.1:0") as cluster, \
         Client(cluster, set_as_default=False) as client:  # fmt: skip

        def lose(done: int, members: int) -> None:
            if 0 < done < members:
                cluster.close()

        with pytest.raises(SpillsimError, match=r"scheduler at .* is gone"):
            run_ensemble(case, Asked(scheduler=client, store=store, progress=lose))
    assert count_of_blocks(store) >= 1
    assert digest(run_ensemble(case, Asked(workers=1, store=store)).summary) == wanted


def test_who_computes_ends_with_the_one_who_asked(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from concurrent.futures import ProcessPoolExecutor\n"
        "from spillsim.ensembles.runner import begin_worker\n"
        "import multiprocessing as m\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, m.get_context('spawn'), begin_worker)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    script = tmp_path / "asks.py"
    script.write_text(code, encoding="utf-8")
    # ends when the last one that holds the pipe has ended: the worker too
    ended = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL
    left = Path(f"/proc/{int(ended.stdout)}/stat")  # of a process that nobody has asked after
    assert not left.exists() or left.read_text(encoding="ascii").split()[2] == "Z"

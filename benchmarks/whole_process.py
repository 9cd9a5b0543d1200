"""Wall time and peak memory of whole spillsim processes, from start to exit.

``python -m benchmarks.whole_process`` times ``--help``, ``check``, and ``run`` with an empty and
with a filled cache of compiled kernels, on the standard task T1 written as a case folder (or on
``--case FOLDER``).  Figures are medians.  POSIX only (os.wait4).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from .table import table

OUTPUT_OPTION = "--output"
"""Option of ``spillsim run`` that names the file to write."""

# Linux counts the memory of the process that starts another as that one's, too: nothing heavy may
# be imported here before the measurements are done.
# ru_maxrss is in kilobytes on Linux and in bytes on macOS.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Timing:
    """Wall and processor time [s] and peak resident memory [bytes] of one process."""

    wall: float
    processor: float
    peak_memory: int


def time_process(command: Sequence[str], environment: dict[str, str]) -> Timing:
    """Run a command to its end with its output thrown away.

    Raises RuntimeError when the command fails, with the command in the message.
    """
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        started = perf_counter()
        child = os.posix_spawnp(
            command[0],
            list(command),
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, sink, 1)],
        )
        _, status, usage = os.wait4(child, 0)
        wall = perf_counter() - started
    finally:
        os.close(sink)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"the command failed: {' '.join(command)}")
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT)


def write_case(folder: Path) -> Path:
    """Write T1 as a case folder."""
    import tomlkit

    from .tasks import T1, scenario_data

    folder.mkdir(parents=True)
    text = tomlkit.dumps(scenario_data(T1, 0.01))
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return folder


def _row(name: str, timings: Sequence[Timing]) -> list[str]:
    walls = [timing.wall for timing in timings]
    return [
        name,
        f"{median(walls):.3f}",
        f"{min(walls):.3f}",
        f"{median(timing.processor for timing in timings):.3f}",
        f"{median(timing.peak_memory for timing in timings) / 1e6:.0f}",
        str(len(timings)),
    ]


def measure(program: Sequence[str], case: Path | None, repeats: int) -> list[list[str]]:
    """One row of figures per kind of process."""
    with tempfile.TemporaryDirectory(prefix="spillsim-benchmark-") as name:
        room = Path(name)
        folder = case if case is not None else room / "case"
        if case is None:
            order = "import sys, pathlib, benchmarks.whole_process as w; "
            order += "w.write_case(pathlib.Path(sys.argv[1]))"
            subprocess.run([sys.executable, "-c", order, str(folder)], check=True)
        cache = room / "cache"
        environment = dict(os.environ, NUMBA_CACHE_DIR=str(cache))
        run = [*program, "run", str(folder), OUTPUT_OPTION]

        def repeat(command: Sequence[str]) -> list[Timing]:
            time_process(command, environment)  # fills the file system's and Python's caches
            return [time_process(command, environment) for _ in range(repeats)]

        cold = []
        for turn in range(max(3, repeats // 3)):
            shutil.rmtree(cache, ignore_errors=True)
            cold.append(time_process([*run, str(room / f"cold_{turn}.nc")], environment))
        warm = [
            time_process([*run, str(room / f"warm_{turn}.nc")], environment)
            for turn in range(repeats)
        ]
        return [
            _row("python -c pass", repeat([sys.executable, "-c", "pass"])),
            _row("spillsim --help", repeat([*program, "--help"])),
            _row("spillsim check", repeat([*program, "check", str(folder)])),
            _row("spillsim run, nothing compiled", cold),
            _row("spillsim run, compiled before", warm),
        ]


def main() -> None:
    """Read the options, print the machine's limits and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole_process")
    parser.add_argument("--case", type=Path, default=None, help="case folder (default: task T1)")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    program = [sys.executable, "-m", "spillsim"]
    head = ["process", "wall s", "fastest s", "processor s", "peak MB", "runs"]
    rows = measure(program, options.case, options.repeats)
    from . import machine

    print(machine.describe(machine.measure()), end="\n\n")
    print(table(head, rows, options.markdown))


if __name__ == "__main__":
    main()

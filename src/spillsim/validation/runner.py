"""Run the cases of the pack, in two processes where there are two cores."""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from .case import Case, Report
from .outcome import Outcome, Result

MOST_PROCESSES = 2
"""What is taken unasked: more would compete for memory on small machines."""
_PULSE = 0.2
"""Seconds between two looks at the clock while cases are computed."""
_LONGEST_REASON = 400

Tell = Callable[[int, int, Sequence[str]], None]
"""Called with the cases done, all cases, and the names of those being computed."""
Answered = tuple[Report | None, str, float]


def processes_for(cases: Sequence[Case], wanted: int | None = None) -> int:
    """Return how many processes compute the cases: as asked, else as many as cores, at most two."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    most = wanted if wanted is not None else min(cores, MOST_PROCESSES)
    return max(1, min(most, len(cases)))


def run(cases: Sequence[Case], processes: int = 1, tell: Tell | None = None) -> Outcome:
    """Compute cases, the longest first; the results stand in the order given.

    A case that raises is a failed one with its reason, the rest go on. An interrupt ends all
    processes and is raised again.
    """
    begun = time.perf_counter()
    order = sorted(range(len(cases)), key=lambda number: -cases[number].cost)
    tell = tell or _nothing
    if processes > 1:
        answers = _side_by_side(cases, order, processes, tell)
    else:
        answers = {}
        for number in order:
            tell(len(answers), len(cases), [cases[number].name])
            answers[number] = answer(cases[number].answer)
        tell(len(answers), len(cases), [])
    results = tuple(
        Result(case, *answers[number][:2], seconds=answers[number][2])
        for number, case in enumerate(cases)
    )
    return Outcome(results, versions(), time.perf_counter() - begun, processes)


def answer(question: Callable[[], Report]) -> Answered:
    """Compute one case: its report or the reason why there is none, and how long it took [s]."""
    begun = time.perf_counter()
    try:
        report = question()
    except Exception as error:  # noqa: BLE001 - told as the result of this case; the rest go on
        return None, reason(error), time.perf_counter() - begun
    return report, "", time.perf_counter() - begun


def reason(error: BaseException) -> str:
    """Return an error in one line."""
    words = " ".join(str(error).split())
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"


def versions() -> dict[str, str]:
    """Return the versions of what computes: nothing that differs between machines alike."""
    found = {"spillsim": __version__, "Python": platform.python_version()}
    for name in ("numpy", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def _nothing(done: int, total: int, running: Sequence[str]) -> None:
    """Tell nobody."""


def _side_by_side(
    cases: Sequence[Case], order: Sequence[int], processes: int, tell: Tell
) -> dict[int, Answered]:
    """Compute cases in processes; where one dies, those it took along once more, one at a time."""
    answers: dict[int, Answered] = {}

    def report(running: Sequence[int]) -> None:
        tell(len(answers), len(cases), [cases[number].name for number in running])

    lost = _in_pool(cases, order, processes, answers, report)
    for number in lost:
        if _in_pool(cases, [number], 1, answers, report):
            answers[number] = (None, "its process ended without an answer", 0.0)
    report(())
    return answers


def _in_pool(
    cases: Sequence[Case],
    order: Sequence[int],
    processes: int,
    answers: dict[int, Answered],
    report: Callable[[Sequence[int]], None],
) -> list[int]:
    """Fill in answers; return the cases whose process died."""
    before = set(multiprocessing.active_children())
    # spawned, not forked: compiled code and its threads do not survive a fork everywhere
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_leave_interrupts)
    waiting: dict[Future[Answered], int] = {}
    lost: list[int] = []
    try:
        waiting = {pool.submit(answer, cases[number].answer): number for number in order}
        while waiting:
            report(list(waiting.values())[:processes])
            done, _ = wait(waiting, timeout=_PULSE, return_when=FIRST_COMPLETED)
            for future in done:
                number = waiting.pop(future)
                try:
                    answers[number] = future.result()
                except BrokenProcessPool:
                    lost.append(number)
                except Exception as error:  # noqa: BLE001 - a question or report that cannot travel
                    answers[number] = (None, reason(error), 0.0)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()
    return lost


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the process that started this one, which ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

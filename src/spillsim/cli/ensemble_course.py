"""What is told while an ensemble runs, when it breaks off, and of members that failed."""

from __future__ import annotations

import shlex
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Self

from . import words
from .console import Console
from .progress import Bar
from .uncertain import shown

if TYPE_CHECKING:
    from types import TracebackType

    from ..ensembles import Forecast, Outcome

_TOLD = 5
"""Failed members that are told one by one."""
_LONG = 120.0
"""Seconds from which a run without a store is warned about."""


class MembersBar(Bar):
    """Members done, rate and time left; use it in a ``with`` block.

    When the run breaks off, the console knows what is left of it.
    """

    def __init__(self, console: Console, store: Path | None, rescue: Path | None) -> None:
        super().__init__(console)
        self._store, self._rescue = store, rescue
        self._first: tuple[int, float] | None = None
        self._done = self._members = 0

    def __call__(self, done: int, members: int) -> None:
        """Draw the bar, at most ten times a second; stop if Ctrl-C was pressed before."""
        now = time.monotonic()
        if self._first is None:
            self._first = (done, now)
        self._done, self._members = done, members
        if not self._is_due():
            return
        told = f"{done:,} of {members:,} members"
        before, since = self._first
        if done > before and now > since:
            rate = (done - before) / (now - since)
            told += (
                f" · {words.trimmed(rate)}/s · {words.span(round((members - done) / rate))} left"
            )
        self._draw(done / members, told)

    def foretell(self, forecast: Forecast) -> None:
        """Tell how large and how long it will be, and what a long run without a store risks."""
        self._erase()
        where = "of memory" if forecast.store is None else f"in {forecast.store}"
        self._console.labelled(
            "takes",
            f"{words.size(forecast.size)} {where} · about {words.span(round(forecast.seconds))} "
            f"({forecast.members:,} members, {words.trimmed(forecast.rate)} per second)",
        )
        if forecast.store is None and forecast.seconds > _LONG:
            self._console.labelled(
                "", "Ctrl-C keeps what is finished; a power cut does not, unless you name a --store"
            )

    def __enter__(self) -> Self:
        """Say nothing yet."""
        super().__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away; note what is left of a run that broke off."""
        self._erase()
        if kind is not None:
            self._console.kept = self._left()
        super().__exit__(kind, error, trace)

    def _left(self) -> str:
        done = "what is finished is"
        if self._done:
            done = f"{self._done:,} of {self._members:,} members are finished"
        if self._store is not None and self._store.exists() and self._members:
            return f"{done} in {self._store}; the same command goes on."
        if self._rescue is not None and self._rescue.exists():
            return f"{done}; go on with --store {shlex.quote(str(self._rescue))}"
        return ""


class TerminatedError(KeyboardInterrupt):
    """Asked to end by the system."""

    code = 128 + signal.SIGTERM


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM break off like Ctrl-C, so that what is finished is kept."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TerminatedError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def tell_failures(console: Console, outcome: Outcome) -> None:
    """Which members failed, why, and with which inputs."""
    if not outcome.failures:
        return
    count = words.count(len(outcome.failures), "member")
    console.labelled("failed", f"{count}; the answers are those of the others")
    for member, why in list(outcome.failures.items())[:_TOLD]:
        console.labelled("", f"member {member}: {why} ({_inputs(outcome, member)})")
    if len(outcome.failures) > _TOLD:
        console.labelled("", f"and {len(outcome.failures) - _TOLD:,} more")


def _inputs(outcome: Outcome, member: int) -> str:
    """What was drawn and swept for a member, in the units of the file."""
    draws = outcome.draws
    drawn = draws.value[member].tolist()
    parts = [f"{one.name} {shown(one, v)}" for one, v in zip(
        draws.scenario.uncertain, drawn, strict=True)]  # fmt: skip
    swept = draws.combinations[int(draws.combination[member])]
    parts += [f"{one.name} {shown(one, swept[one.name])}" for one in draws.scenario.sweeps]
    return ", ".join(parts)

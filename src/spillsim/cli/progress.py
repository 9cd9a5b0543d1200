"""A bar that tells how far the run is; drawn on terminals only."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any, Self, TextIO

from . import words
from .console import Console, fit

_INTERVAL = 0.1
"""Seconds between two drawings."""
_CELLS = 28
_WORTH_TELLING = 0.1
"""Seconds of loading from which they are told."""


class Bar:
    """One line that is drawn over itself; in a ``with`` block it is always ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._drawn = -_INTERVAL
        self._stream: TextIO | None = None
        if not console.quiet:
            streams = (console.out, sys.stderr)
            self._stream = next((s for s in streams if s.isatty()), None)
        self._open = False
        self._interrupted = False
        self._handler: Any = None

    def _is_due(self) -> bool:
        """Tell whether to draw, at most ten times a second; stop if Ctrl-C was pressed before."""
        if self._interrupted:
            # somewhere in the loading of a library the interrupt got lost
            raise KeyboardInterrupt
        now = time.monotonic() - self._began
        if self._stream is None or now - self._drawn < _INTERVAL:
            return False
        self._drawn = now
        return True

    def _draw(self, share: float, told: str) -> None:
        if self._stream is None:
            return
        room = min(_CELLS, self._console.width - 13 - len(told))
        text = f"running   {told}"
        if room >= 8:
            full = round(room * min(max(share, 0.0), 1.0))
            text = f"running   {'█' * full}{'░' * (room - full)}  {told}"
        self._put("\r" + self._console.safe(text.ljust(self._console.width - 1)))
        self._open = True

    def _erase(self) -> None:
        if self._open:
            self._put("\r" + " " * (self._console.width - 1) + "\r")
            self._open = False

    def _end(self) -> None:
        if self._open:
            self._put("\n")
            self._open = False

    def _put(self, text: str) -> None:
        if self._stream is self._console.out:
            self._console.raw(text)
        elif self._stream is not None:
            self._stream.write(text)
            self._stream.flush()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = True
        signal.default_int_handler(number, frame)

    def __enter__(self) -> Self:
        """Remember a Ctrl-C from now on, also one that a library swallows."""
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the line that a broken-off run leaves behind."""
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        self._end()
        if self._interrupted and kind is None:
            raise KeyboardInterrupt


class Progress(Bar):
    """Call it with the share done; use it in a ``with`` block so that the line is always ended."""

    def __init__(self, console: Console, duration: float) -> None:
        super().__init__(console)
        self._duration = duration

    def __call__(self, share: float) -> None:
        """Draw the bar, at most ten times a second; stop if Ctrl-C was pressed before."""
        if self._is_due():
            self._draw(share, f"{words.span(share * self._duration)} of {self._whole}")

    def done(self, marching: float, loading: float, verifying: float = 0.0) -> None:
        """End with a line that says what was computed and how long it took [s]."""
        took = words.clock_seconds(marching)
        besides = []
        if loading >= _WORTH_TELLING:
            besides.append(f"{words.clock_seconds(loading)} to load the kernels")
        if verifying > 0.0:
            besides.append(f"{words.clock_seconds(verifying)} to measure the error")
        if besides:
            took += f" (and {', '.join(besides)})"
        if self._stream is not None and self._stream is self._console.out:
            self._draw(1.0, f"{self._whole} of {self._whole}  {took}")
            self._end()
            return
        self._erase()
        self._console.labelled("computed", f"{self._whole} in {took}")

    @property
    def _whole(self) -> str:
        return words.span(self._duration)


class Tally(Bar):
    """How many of several things are done, and which are being worked on."""

    def __call__(self, done: int, total: int, running: Sequence[str]) -> None:
        """Draw the bar, at most ten times a second; stop if Ctrl-C was pressed before."""
        if self._is_due() and running:
            # what is worked on is cut first: the line must not be wrapped
            room = self._console.width - 24
            told = (
                fit(", ".join(running), room, self._console.ellipsis).rstrip() if room > 20 else ""
            )
            self._draw(done / total, f"{done} of {total}  {told}")

    def done(self) -> None:
        """Take the line away."""
        self._erase()

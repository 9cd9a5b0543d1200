"""What a file of another program gives: values over time at named places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_VALUES = 10_000_000
"""Values taken from a file at most; a year of hours in a thousand reaches is nine million."""
BROKEN = (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What libraries raise on files that are no such files, cut off, or made up otherwise."""


class FlowFileError(Exception):
    """A file cannot be used; says why and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Series:
    """Quantities at S places and M times, all SI."""

    time: Array
    """(M,) rising [s since 1970-01-01T00:00 UTC]."""
    names: tuple[str, ...]
    """(S,) ids of the places."""
    values: Mapping[str, Array]
    """Quantity -> (M, S), NaN where the file has no value."""

    def column(self, name: str, quantity: str) -> Array:
        """(M,) one quantity at one place."""
        return self.values[quantity][:, self.names.index(name)]


def refuse_too_many(count: int) -> None:
    """Raise FlowFileError where more values are asked for than can be handled in memory."""
    if count > MOST_VALUES:
        raise FlowFileError(
            f"{count:,} values are asked for; at most {MOST_VALUES:,} are read",
            "Cut the file to the time of the case and to its reaches.",
        )


def refuse_falling(time: Array) -> None:
    """Raise FlowFileError where times are missing, do not rise, or there are none."""
    if time.size == 0:
        raise FlowFileError("it has no times")
    if not np.isfinite(time).all():
        raise FlowFileError(f"time {int(np.argmin(np.isfinite(time))) + 1} is missing")
    falling = np.flatnonzero(np.diff(time) <= 0.0)
    if falling.size:
        raise FlowFileError(f"time {int(falling[0]) + 2} is not after the one before it")


def some_of(names: Iterable[object], most: int = 8) -> str:
    """List a few names for a message."""
    listed = [str(name)[:60] for name in names]
    more = f", ... ({len(listed) - most} more)" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more if listed else "none"

"""How long an ensemble will take, told from its first blocks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .answers import quantiles
from .memory import Memory
from .single import CURVE
from .store import Store

MEASURED = 5.0
"""Seconds for which blocks are watched before anything is told."""
SAMPLE = 200_000
"""Values that are sorted to know how long sorting takes."""
COLUMNS = 8
ANSWERS = 12.0
"""What all answers of a quantity cost, over its quantiles alone."""
READINGS = 2.0
"""Times that curves are read: what is summed up together is not what lies in a file."""


@dataclass(frozen=True)
class Forecast:
    """What is known once the first blocks are done."""

    members: int
    """Of the ensemble; with a precision asked for there may be fewer."""
    size: int
    """Of what they bring [bytes]."""
    store: Path | None
    """Where it goes; None for the memory."""
    seconds: float
    """From the beginning of the ensemble to its end."""
    rate: float
    """Members that are computed in a second."""


class Pace:
    """How fast blocks come in, once every worker has compiled what it needs."""

    def __init__(self, workers: int, missing: int) -> None:
        """missing : members that are still to be computed"""
        self._warming, self._least = workers, 2 * workers
        self._left = missing
        self._counted = self._blocks = 0
        self._since = 0.0

    def add(self, members: int) -> tuple[float, float] | None:
        """Count a block; members per second and seconds left, as soon as both are known."""
        now = time.monotonic()
        self._left -= members
        self._blocks += 1
        if self._blocks <= self._warming:
            self._since = now
            return None
        self._counted += members
        passed = now - self._since
        if passed < MEASURED or self._blocks < self._warming + self._least:
            return None
        rate = self._counted / passed
        return rate, self._left / rate


def seconds_to_sum_up(keeper: Store | Memory, groups: int, block: int) -> float:
    """How long the answers will take: nearly all of it is sorting and reading, which is tried out.

    groups : all members, and each combination of what is swept
    block : one that is done
    """
    layout = keeper.layout
    count = min(layout.members, SAMPLE)
    sample = np.random.Generator(np.random.Philox(1)).random((count, COLUMNS))
    one = _fastest(lambda: quantiles(sample, (0.05, 0.5, 0.95)), time.thread_time) / COLUMNS
    one *= layout.members * math.log(layout.members + 1.0) / (count * math.log(count + 1.0))
    columns = {q.name: math.prod(layout.sizes[name] for name in q.dims) for q in layout.quantities}
    curves, reading = columns.pop(CURVE, 0), 0.0
    if curves:
        span = layout.span(block)
        reading = (
            READINGS * layout.blocks * _fastest(lambda: keeper.read(CURVE, span), time.perf_counter)
        )
    # each member is in the group of all and in that of its combination
    return reading + min(groups, 2) * one * (ANSWERS * sum(columns.values()) + curves)


def _fastest(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of the faster of two calls: the first has its memory still to be found."""
    found = math.inf
    for _ in range(2):
        begun = clock()
        call()
        found = min(found, clock() - begun)
    return found

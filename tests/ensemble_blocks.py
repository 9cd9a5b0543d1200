"""Blocks of members that workers of their own can compute: importable functions."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spillsim.ensembles.runner import Block


@dataclass(frozen=True)
class Squares:
    """Members whose value is the square of their number; some kill their worker once."""

    size: int
    deadly: int = -1
    mark: str = ""
    """File that remembers that the deadly block was met."""
    always: bool = False

    def __call__(self, block: int) -> Block:
        """Compute a block."""
        if block == self.deadly and (self.always or not Path(self.mark).exists()):
            if self.mark:
                Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        member = np.arange(block * self.size, (block + 1) * self.size, dtype=np.float64)
        return Block({"value": member**2})


def threads_allowed(block: int) -> Block:
    """What a library in this process would take for the number of its threads."""
    allowed = float(os.environ.get("OMP_NUM_THREADS", "nan"))
    return Block({"value": np.full(2, allowed)})


def lost(block: int, why: str) -> Block:
    """A block that never came back."""
    return Block({"value": np.full(2, np.nan)}, {2 * block: why, 2 * block + 1: why})

"""Results of members in memory, where no store is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError
from .store import DONE, FAILED, NOT_YET, Layout, Store, bytes_of

SHARE = 0.8
"""Of the memory that is free, that members may take."""
_FREE = Path("/proc/meminfo")


@dataclass
class Memory:
    """All members; has what ``Store`` has."""

    layout: Layout
    arrays: dict[str, NDArray[Any]]
    status: NDArray[np.uint8]
    reasons: dict[int, str] = field(default_factory=dict)

    @classmethod
    def open(cls, layout: Layout) -> Self:
        """Make room for all members.

        Raises
        ------
        SpillsimError
            There is too little memory.
        """
        free = free_memory()
        too_much = SpillsimError(
            f"the members need {bytes_of(layout.memory)} of memory and {bytes_of(free)} are free. "
            "Keep them on the disk instead (--store MEMBERS.zarr), or keep no curves."
        )
        if layout.memory > SHARE * free:
            raise too_much
        try:
            arrays = {
                q.name: np.full(layout.shape(q), np.nan, dtype=q.dtype) for q in layout.quantities
            }
        except MemoryError:
            raise too_much from None
        return cls(layout, arrays, np.zeros(layout.members, dtype=np.uint8))

    @property
    def remaining(self) -> list[int]:
        """Blocks that are still to be computed."""
        first = self.status[:: self.layout.block]
        return np.flatnonzero(first == NOT_YET).tolist()

    def put(self, block: int, values: Any, failed: Any) -> None:
        """Keep a block."""
        span = self.layout.span(block)
        for name, array in self.arrays.items():
            array[span] = values[name]
        self.status[span] = DONE
        for member, why in failed.items():
            self.status[member] = FAILED
            self.reasons[member] = why

    def read(self, name: str, span: slice = slice(None), last: slice = slice(None)) -> NDArray[Any]:
        """Values of some members, and of some places on the last axis."""
        return self.arrays[name][span][..., last]

    def failures(self) -> dict[int, str]:
        """Members that failed, and why."""
        return dict(self.reasons)

    def usable(self, span: slice = slice(None)) -> NDArray[np.bool_]:
        """(M,) true for members that are done and did not fail."""
        return np.asarray(self.status[span] == DONE)

    def save(self, path: Path) -> None:
        """Write the blocks that are done into a store, with which the run can go on.

        Raises
        ------
        OutputError
            As ``Store.open`` and ``Store.put``.
        """
        store = Store.open(path, self.layout)
        for block in store.remaining:
            span = self.layout.span(block)
            if self.status[span.start] != NOT_YET:
                failed = {m: why for m, why in self.reasons.items() if span.start <= m < span.stop}
                store.put(block, {name: self.read(name, span) for name in self.arrays}, failed)


def free_memory() -> float:
    """Memory that a process may still take [bytes]; infinite where the system does not tell."""
    try:
        lines = _FREE.read_text(encoding="ascii").splitlines()
    except OSError:
        return float("inf")
    found = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), "")
    return 1024.0 * int(found) if found.isdigit() else float("inf")

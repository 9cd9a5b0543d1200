"""By which way the members of an ensemble are computed: the cheapest that is right for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from .marched import plan as marched_plan
from .runner import Block
from .single import Shape
from .together import plan
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..model import Model
    from ..sampling import Draws

BLOCK = 16
"""Members of a block of whole runs: lost when a worker dies, and written together."""


class Work(Protocol):
    """Computes blocks of members; may be sent to other processes."""

    @property
    def shape(self) -> Shape:
        """What is the same for all members."""
        ...

    @property
    def block(self) -> int:
        """Members of a block."""
        ...

    @property
    def separate(self) -> bool:
        """True where threads of one process would wait for each other."""
        ...

    def __call__(self, block: int) -> Block:
        """Compute a block; members that fail are noted."""
        ...

    def lost(self, block: int, why: str) -> Block:
        """A block that no process lived to compute."""
        ...


def choose(draws: Draws, bases: Sequence[Model], shape: Shape, interval: float) -> tuple[Work, str]:
    """What computes the members, and the way in words.

    Parameters
    ----------
    draws : all members
    bases : (C,) the case of each combination of what is swept
    shape : what is the same for all members
    interval : between two outputs, the same for all members [s]
    """
    wholes = WholeRuns(draws, shape, BLOCK, interval)
    if all(model.engine == "march" for model in bases):
        marched = marched_plan(draws, wholes, bases)
        if not isinstance(marched, str):
            return marched, "marched side by side"
        why = f"the case is of the march engine ({bases[0].engine_basis}), and {marched}"
        return wholes, f"whole runs, because {why}"
    found = plan(draws, wholes, bases)
    if not isinstance(found, str):
        return found, "solved together by the transfer engine"
    of_case = "the case is " if found.startswith("of the") else ""
    return wholes, f"whole runs, because {of_case}{found}"

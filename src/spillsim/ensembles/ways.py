"""By which way the members of an ensemble are computed: the cheapest that is right for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from .flows import plan as flows_plan
from .marched import plan as marched_plan
from .runner import Block
from .scaled import plan as scaled_plan
from .single import Shape
from .together import plan as together_plan
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..model import Model
    from ..sampling import Draws

BLOCK = 16
"""Members of a block of whole runs: lost when a worker dies, and written together."""


MARCHES = "the case is of the march engine"


class Work(Protocol):
    """Computes blocks of members; may be sent to other processes."""

    @property
    def told(self) -> str:
        """The way in words."""
        ...

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
    march = all(model.engine == "march" for model in bases)
    plans: list[Callable[..., Work | str]] = (
        [scaled_plan, marched_plan] if march else [together_plan, scaled_plan, flows_plan]
    )
    reasons = []
    for plan in plans:
        found = plan(draws, wholes, bases)
        if not isinstance(found, str):
            return found, found.told
        reasons.append(found)
    if march:
        basis = bases[0].engine_basis
        return wholes, f"whole runs, because {MARCHES} ({basis}), and {reasons[1]}"
    case_is = "the case is " if reasons[0].startswith("of the") else ""
    return wholes, f"whole runs, because {case_is}{reasons[0]}"

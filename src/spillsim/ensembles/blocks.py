"""What all ways of computing members in blocks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .runner import Block
from .single import Shape

if TYPE_CHECKING:
    from ..sampling import Draws


@dataclass(frozen=True)
class Blocks:
    """Members in blocks; may be sent to other processes."""

    draws: Draws
    shape: Shape
    block: int
    """Members of a block."""

    def members(self, block: int) -> range:
        """Numbers of the members of a block."""
        return range(block * self.block, min((block + 1) * self.block, self.draws.members))

    def lost(self, block: int, why: str) -> Block:
        """A block that no process lived to compute."""
        members = self.members(block)
        return Block(self.shape.empty(len(members)), dict.fromkeys(members, why))

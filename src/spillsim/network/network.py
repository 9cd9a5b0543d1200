"""The river network as plain arrays: which reach flows from which node to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the network: a distance downstream from the head of a reach."""

    reach: int
    """Index of the reach."""
    distance: float
    """Distance from the head of the reach, 0 <= distance <= reach length [m]."""
    half: float = 0.0
    """Half the length of a stretch of the reach around it that is meant, 0 for a point [m]."""


@dataclass(frozen=True)
class Network:
    """N nodes and R reaches that all flow to one outlet, without circles.

    A river may divide: of the reaches that leave a node, the one with the largest share of its
    discharge is the main arm, which ``reach_below`` names. Indices follow the order in which
    nodes and reaches were given; nothing depends on it.
    """

    node_id: tuple[str, ...]
    reach_id: tuple[str, ...]
    reach_length: NDArray[np.float64]
    """(R,) length [m]."""
    reach_from: NDArray[np.int64]
    """(R,) node at the head of the reach."""
    reach_to: NDArray[np.int64]
    """(R,) node at the foot of the reach."""
    order: NDArray[np.int64]
    """(R,) reach indices, every reach after all reaches upstream of it."""
    reach_below: NDArray[np.int64]
    """(N,) the reach that leaves a node, the main arm where the river divides, -1 at the outlet."""
    upstream_pointer: NDArray[np.int64]
    """(N + 1,) start of each node's part of ``upstream_reach``."""
    upstream_reach: NDArray[np.int64]
    """(R,) reaches entering a node: ``upstream_reach[p[n]:p[n + 1]]``."""
    outlet: int
    """Node index of the outlet."""
    downstream_pointer: NDArray[np.int64]
    """(N + 1,) start of each node's part of ``downstream_reach``."""
    downstream_reach: NDArray[np.int64]
    """(R,) reaches leaving a node."""
    reach_share: NDArray[np.float64]
    """(R,) share of the discharge leaving the node at its head that a reach takes [-]."""

    @property
    def is_tree(self) -> bool:
        """True where no river divides."""
        return int(np.max(np.diff(self.downstream_pointer))) <= 1

    @cached_property
    def node_index(self) -> Mapping[str, int]:
        """Index of each node by its id."""
        return {name: number for number, name in enumerate(self.node_id)}

    @cached_property
    def reach_index(self) -> Mapping[str, int]:
        """Index of each reach by its id."""
        return {name: number for number, name in enumerate(self.reach_id)}

    @cached_property
    def below(self) -> NDArray[np.int64]:
        """(R,) the reach that follows each reach along the main arms, -1 at the outlet."""
        return self.reach_below[self.reach_to]

    @cached_property
    def descent(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(R,) number of each reach, (R,) end of the numbers of what flows into it, itself first.

        Reach a flows through reach b along the main arms where
        ``number[b] <= number[a] < end[b]``.
        """
        below, order = self.below.tolist(), self.order.tolist()
        size = [1] * len(order)
        for reach in order:
            if below[reach] >= 0:
                size[below[reach]] += size[reach]
        number, free, begin = [0] * len(order), [0] * len(order), 0
        for reach in reversed(order):
            foot = below[reach]
            if foot < 0:
                number[reach] = begin
                begin += size[reach]
            else:
                number[reach] = free[foot]
                free[foot] += size[reach]
            free[reach] = number[reach] + 1
        first = np.array(number, dtype=np.int64)
        return first, first + np.array(size, dtype=np.int64)

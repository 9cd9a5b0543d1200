"""Whether enough members are done: the intervals of all probabilities are narrow enough.

Which members end first depends on the machine. To give the same answer everywhere it is asked of
beginnings only, at counts that are fixed beforehand: the first 32 draws, the first 48 and so on,
in every combination of what is swept. Neither blocks nor workers nor restarts change the answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .answers import FEWEST, share_of_count

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]

FIRST = 32
"""Draws of the shortest beginning that is asked about."""
STEP = 16
"""Beginnings are multiples of this."""
GROWTH = 1.1
"""By how much each is longer than the one before, at least."""


def beginnings(draws: int) -> Index:
    """Numbers of draws at which it is asked whether there are enough, and all of them."""
    found = []
    count = FIRST
    while count < draws:
        found.append(count)
        count = max(count + STEP, STEP * round(GROWTH * count / STEP))
    return np.array([*found, draws], dtype=np.int64)


class Precision:
    """Keeps count of what was exceeded; members may come in any order, each of them once."""

    def __init__(self, half_width: float, combinations: int, draws: int) -> None:
        """half_width : of the 95 % intervals, at which to stop [-]"""
        self.half_width = half_width
        self.reached = False
        self.widest = np.inf
        """Half width of the widest interval when it was last asked."""
        self.draws = draws
        """That count in every combination: all until it is reached."""
        self._all = draws
        self._at = beginnings(draws)
        self._next = 0
        shape = (self._at.size, combinations)
        self._come: Index = np.zeros(shape, dtype=np.int64)
        self._usable: Index = np.zeros(shape, dtype=np.int64)
        self._over: Index | None = None

    def add(self, first: int, usable: Flags, over: Flags) -> bool:
        """Count some members; True once there are enough.

        Parameters
        ----------
        first : number of the first of them
        usable : (m,) false for those that failed
        over : (m, S, L) whether each limit was exceeded at each station
        """
        if self._over is None:
            self._over = np.zeros((*self._come.shape, *over.shape[1:]), dtype=np.int64)
        combination, draw = np.divmod(first + np.arange(usable.size), self._all)
        place = np.searchsorted(self._at, draw, side="right")
        for k, c in np.unique(np.stack([place, combination]), axis=1).T.tolist():
            own = (place == k) & (combination == c)
            self._come[k, c] += int(own.sum())
            self._usable[k, c] += int((own & usable).sum())
            self._over[k, c] += over[own & usable].sum(axis=0)
        while not self.reached and self._next < self._at.size and self._complete():
            self._ask()
        return self.reached

    def _complete(self) -> bool:
        come = self._come[: self._next + 1].sum(axis=0)
        return bool((come == self._at[self._next]).all())

    def _ask(self) -> None:
        assert self._over is not None
        usable = self._usable[: self._next + 1].sum(axis=0)
        over = self._over[: self._next + 1].sum(axis=0)
        self._next += 1
        if over[0].size == 0 or int(usable.min()) < FEWEST:
            return
        widths = [share_of_count(one, int(count)).half_width for one, count in zip(
            over, usable, strict=True)]  # fmt: skip
        self.widest = float(np.max(widths))
        if self.widest <= self.half_width:
            self.reached = True
            self.draws = int(self._at[self._next - 1])


def first_draw(members: slice, draws: int) -> int:
    """The first draw, in any combination, among members in a row; they lie one combination after
    the other."""
    if members.start // draws != (members.stop - 1) // draws:
        return 0
    return int(members.start % draws)

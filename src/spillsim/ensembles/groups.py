"""Members that an answer is given for: all, those of a combination of what is swept, or those for
which a condition is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answers import FEWEST
from .conditions import Given

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

ALL = "all members"
KINDS = ("all", "combination", "condition")
"""What a group is."""


@dataclass(frozen=True)
class Members:
    """The members of an ensemble, wherever they are kept."""

    read: Callable[[str, slice], NDArray[Any]]
    """Values of a quantity, all members: name and a slice of its last axis."""
    usable: Flags
    """(M,) false for members that failed or were not run."""
    inputs: Array
    """(M, I) drawn."""
    input_names: tuple[str, ...]
    input_kinds: tuple[str, ...]
    combination: NDArray[np.int64]
    combinations: tuple[str, ...]
    """(C,) in words."""
    stations: tuple[str, ...]
    substances: tuple[str, ...]
    limit_names: tuple[str, ...]
    limit_substance: NDArray[np.int64]
    """(L,) index of its substance."""
    limit_value: Array
    """(L,) [mg/L]."""
    time: Array
    """(T,) of the curves [h since the start of the case]; empty where none are kept."""
    duration: float
    """Of the case [h]."""
    independent: Flags | None = None
    """(M,) members of which probabilities are made; None for all, see ``Draws.independent``."""
    design: int = 0
    """Members of every base point of a Saltelli design; 0 where there is none."""
    seed: int = 1
    """Of the bootstrap of Sobol indices."""

    @property
    def counting(self) -> Flags:
        """(M,) members of which probabilities are made and that can be used."""
        return self.usable if self.independent is None else self.usable & self.independent

    @property
    def draw(self) -> NDArray[np.int64]:
        """(M,) which draw a member is: the same in every combination."""
        return np.arange(self.usable.size) % (self.usable.size // max(1, len(self.combinations)))


@dataclass(frozen=True)
class Group:
    """Members that are summed up together."""

    label: str
    kind: str
    """One of ``KINDS``."""
    rows: Rows
    """(K,) numbers of the members."""
    independent: int
    """Draws that they are of."""
    is_enough: bool
    """Whether there are enough of them for answers."""
    design: Rows = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """(N, I + 2) members of whole base points of a Saltelli design; empty where there are none."""


def groups_of(members: Members, given: Sequence[Given] = ()) -> list[Group]:
    """All usable members, then each combination where there are several, then each condition."""
    counting = members.counting
    several = len(members.combinations) > 1
    every = np.ones(counting.size, dtype=np.bool_)
    found = [_group(members, ALL, "all", every, 1)]
    if several:
        own = [members.combination == c for c in range(len(members.combinations))]
        # what was asked for is given, also from few members: a sweep alone has one of each
        least = min(FEWEST, max(int((counting & one).sum()) for one in own))
        found += [
            _group(members, label, "combination", one, least)
            for label, one in zip(members.combinations, own, strict=True)
        ]
    found += [_group(members, one.text, "condition", one.holds, FEWEST) for one in given]
    return found


def _group(members: Members, label: str, kind: str, flags: Flags, least: int) -> Group:
    rows = np.flatnonzero(members.counting & flags)
    draws = int(np.unique(members.draw[rows]).size) if len(members.combinations) > 1 else rows.size
    return Group(label, kind, rows, draws, rows.size >= max(1, least), _design(members, flags))


def _design(members: Members, flags: Flags) -> Rows:
    """Base points of which all members are usable and in the group, which is one combination."""
    own = np.unique(members.combination[flags])
    if not members.design or own.size != 1:
        return np.zeros((0, 0), dtype=np.int64)
    inside = members.combination == own[0]
    if not bool(np.all(flags[inside])):
        return np.zeros((0, 0), dtype=np.int64)  # a condition on inputs leaves no design
    points = np.flatnonzero(inside).reshape(-1, members.design)
    return points[members.usable[points].all(axis=1)]


def words_of(combination: Mapping[str, Any], units: Mapping[str, str] | None = None) -> str:
    """A combination of swept values in words."""
    units = units or {}
    parts: Sequence[str] = [
        f"{name} {value:.4g}{units.get(name, '')}"
        if isinstance(value, float)
        else f"{name} {value}"
        for name, value in combination.items()
    ]
    return ", ".join(parts) or "as written"

"""What sets the members of one river apart, and what is asked of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from ..network.network import Position
from .member_arrays import Change
from .river import Array

ACCURACY = 1e-6
"""Error of a curve as a share of its peak."""
FINEST = 1e-12
"""Smallest error that may be asked for."""


@dataclass(frozen=True)
class Factors:
    """What sets M members apart; what is not given is as in the river [-].

    Those of the first five are (M,) for the whole network or (M, G) for groups of its reaches.
    """

    count: int
    """M."""
    velocity: Array | None = None
    """On velocities; the discharge stays and the cross-section follows."""
    dispersion: Array | None = None
    """On dispersion coefficients."""
    storage_ratio: Array | None = None
    """On the area of the storage zone over that of the channel."""
    exchange: Array | None = None
    """On exchange coefficients."""
    decay: Array | None = None
    """On decay rates, in the water and in storage."""
    discharge: Array | None = None
    """(M,), or (M, G) by group, on discharges; velocities stay and the cross-sections follow. By
    group it must keep what is taken out, and be the same all along a reach."""
    mass: Array | None = None
    """(M,) on all masses, or concentrations held."""
    duration: Array | None = None
    """(M,) on the duration of every release, which keeps its mass."""
    later: Array | None = None
    """(M,) by how much all releases begin later; none if not given [s]."""

    def __post_init__(self) -> None:
        """Refuse factors that no river can have."""
        groups = self.groups
        for own in fields(self)[1:]:
            value = getattr(self, own.name)
            if value is None:
                continue
            wide = own.name in (*_PER_GROUP, "discharge") and value.ndim == 2
            if value.shape != ((self.count, groups) if wide else (self.count,)):
                raise ValueError(f"{own.name} needs one factor for each of {self.count} members")
            least = -np.inf if own.name == "later" else 0.0
            fits = value >= least if own.name in _MAY_BE_ZERO else value > least
            if not (np.isfinite(value).all() and fits.all()):
                raise ValueError(f"every factor of {own.name} must be finite and above zero")

    @property
    def groups(self) -> int:
        """G: groups of reaches that are told apart, 1 where none are."""
        wide = [getattr(self, name) for name in (*_PER_GROUP, "discharge")]
        return max((own.shape[1] for own in wide if own is not None and own.ndim == 2), default=1)

    def take(self, begin: int, end: int) -> Change:
        """Factors of some members in the form of the kernel."""
        size = end - begin
        factor = np.ones((size, len(_PER_GROUP), self.groups))
        for row, name in enumerate(_PER_GROUP):
            own = getattr(self, name)
            if own is not None:
                factor[:, row] = own[begin:end].reshape(size, -1)

        def each(own: Array | None, usual: float) -> Array:
            if own is None:
                return np.full(size, usual)
            return np.array(own[begin:end], dtype=np.float64)

        discharge = np.ones((size, self.groups))
        if self.discharge is not None:
            discharge[:] = self.discharge[begin:end].reshape(size, -1)
        return Change(factor, discharge, each(self.mass, 1.0),
                      each(self.later, 0.0), each(self.duration, 1.0))  # fmt: skip

    @property
    def widest_layer(self) -> float:
        """Largest factor on D / U that any member has."""
        most = np.ones(1)
        for own, power in ((self.dispersion, 1.0), (self.velocity, -1.0)):
            if own is not None:
                most = most * (own.reshape(self.count, -1) ** power).max(axis=1)
        return max(float(most.max()), 1.0)


_PER_GROUP = ("velocity", "dispersion", "storage_ratio", "exchange", "decay")
_MAY_BE_ZERO = ("decay", "mass", "later")


@dataclass(frozen=True)
class MembersWanted:
    """What is asked of every member at S places."""

    places: Sequence[Position]
    until: float
    """End of the case [s since its start]."""
    level: Array = field(default_factory=lambda: np.zeros(0))
    """(A,) levels of concentration at every place, or (S, A) [kg/m3]."""
    share_of_peak: tuple[float, ...] = (0.1,)
    """Further levels, as shares of each peak."""
    time: Array = field(default_factory=lambda: np.zeros(0))
    """(T,) times at which curves are kept [s since the start of the case]; none, none is kept."""
    keep_mass: bool = False
    """True to keep the mass passed over time beside the concentration."""
    single: bool = False
    """True to keep curves in single precision."""
    accuracy: float = ACCURACY
    """Error of a curve as a share of its peak, from 1e-12 to 1e-3."""

    def __post_init__(self) -> None:
        """Refuse what cannot be held."""
        if not FINEST <= self.accuracy <= 1e-3:
            raise ValueError(f"the accuracy must lie between {FINEST:g} and 0.001")
        if not (np.asarray(self.level) > 0.0).all():
            raise ValueError("every level must be above zero")
        if any(not 0.0 < share < 1.0 for share in self.share_of_peak):
            raise ValueError("every share of the peak must lie between 0 and 1")
        if not (np.diff(self.time) > 0.0).all():
            raise ValueError("the times of the curves must increase")

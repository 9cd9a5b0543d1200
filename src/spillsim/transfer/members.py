"""Many members of one river: the same ways and releases, every member with its own water.

A member's curves differ in when they come by, how sharp they are and how long their tails last,
so each has windows and frequencies of its own. Members are solved one after the other, on several
threads block by block; what a member gives depends neither on the threads nor on its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from queue import SimpleQueue
from typing import Any

import numpy as np

from ..network.network import Position
from .member_arrays import NOTHING, Asked, Change, Found
from .member_kernel import solve_block
from .member_layout import Layout, Scratch, build_layout, new_scratch
from .river import Array, Index, River
from .sharpness import Release

ACCURACY = 1e-6
"""Error of a curve as a share of its peak."""
FINEST = 1e-12
MOST = 1 << 14
"""Frequencies beyond which a member is too sharp at a place."""
MARGIN = 1.0
"""What windows are wider than the accuracy alone asks for, as a logarithm."""
TAIL_OF_FINEST = 36.0
CHUNK = 32
"""Members that a thread takes at a time."""
BLOCK = 4096
"""Members whose results are handed over together."""


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


@dataclass(frozen=True)
class MemberCurves:
    """What members leave: B members from ``first`` on, S places, V levels, T times.

    Levels are those asked for, then the shares of the peak. Times are since the start of the case.
    """

    first: int
    """Number of the first of them."""
    peak: Array
    """(B, S) highest concentration until the end of the case [kg/m3]."""
    peak_time: Array
    """(B, S) when [s], nan where nothing came."""
    mass_passed: Array
    """(B, S) mass that passed until the end of the case [kg]."""
    first_above: Array
    """(B, S, V) first rise above each level [s], nan where the curve stays below."""
    last_above: Array
    """(B, S, V) last fall below it [s], nan also where it is above at the end of the case."""
    time_above: Array
    """(B, S, V) time above it until the end of the case [s]."""
    status: Any
    """(B, S) int8, see ``member_arrays``: of too sharp or endless curves all else is nan."""
    points: Index
    """(B,) zones times frequencies that were swept."""
    concentration: Any
    """(B, S, T) resident concentration [kg/m3]."""
    cumulative_mass: Any
    """(B, S, T) mass passed [kg], or (B, S, 0)."""

    @property
    def found(self) -> bool:
        """True where every curve was found, or is known to be nothing."""
        return bool((self.status <= NOTHING).all())


def solve_members(
    river: River,
    releases: Sequence[Release],
    factors: Factors,
    wanted: MembersWanted,
    *,
    group: Index | None = None,
    threads: int = 1,
) -> MemberCurves:
    """All members at once; see ``stream_members``."""
    layout = lay_out(river, releases, factors, wanted, group)
    return solve_laid_out(layout, factors, wanted, threads)


def solve_laid_out(
    layout: Layout, factors: Factors, wanted: MembersWanted, threads: int = 1
) -> MemberCurves:
    """Members of what ``lay_out`` gave, all at once: a part of those it was made for."""
    blocks = list(_stream(layout, factors, wanted, threads, BLOCK))
    if len(blocks) == 1:
        return blocks[0]
    names = [own.name for own in fields(MemberCurves)[1:]]
    return MemberCurves(0, *(np.concatenate([getattr(b, name) for b in blocks]) for name in names))


def stream_members(
    river: River,
    releases: Sequence[Release],
    factors: Factors,
    wanted: MembersWanted,
    *,
    group: Index | None = None,
    threads: int = 1,
    block: int = BLOCK,
) -> Iterator[MemberCurves]:
    """Members in blocks, in their order; no more than one block is held.

    Parameters
    ----------
    river, releases : the river as it is and what enters it
    factors : what sets the members apart
    group : (R,) group of every reach, where factors differ between groups of reaches
    threads : members solved at the same time; the results do not depend on it
    block : members of a block

    Raises
    ------
    ValueError
        no release begins before the end of the case, or an island is too short for a member.
    """
    layout = lay_out(river, releases, factors, wanted, group)
    yield from _stream(layout, factors, wanted, threads, block)


def _stream(
    layout: Layout, factors: Factors, wanted: MembersWanted, threads: int, block: int
) -> Iterator[MemberCurves]:
    """Members in blocks, in their order."""
    shared = vars(layout).values()
    asked = _asked(wanted)
    scratches: SimpleQueue[Scratch] = SimpleQueue()
    for _ in range(threads):
        scratches.put(new_scratch(layout, MOST))
    with ThreadPoolExecutor(threads) as pool:
        for begin in range(0, factors.count, block):
            end = min(begin + block, factors.count)
            change = factors.take(begin, end)
            found = _new_found(end - begin, wanted)

            def solve_chunk(at: int, change: Change = change, found: Found = found) -> None:
                scratch = scratches.get()
                try:
                    last = min(at + CHUNK, found.peak.shape[0])
                    solve_block(at, last, *shared, change, asked, *vars(scratch).values(), found)
                finally:
                    scratches.put(scratch)

            chunks = range(0, end - begin, CHUNK)
            if threads > 1:
                list(pool.map(solve_chunk, chunks))
            else:
                for at in chunks:
                    solve_chunk(at)
            yield MemberCurves(begin, *found)


def lay_out(
    river: River, releases: Sequence[Release], factors: Factors, wanted: MembersWanted,
    group: Index | None = None,
) -> Layout:  # fmt: skip
    """What members share, for all whose factors are given; arguments as of ``stream_members``."""
    return build_layout(river, releases, wanted, factors, _groups(river, factors, group))


def _groups(river: River, factors: Factors, group: Index | None) -> Index:
    """(R,) group of every reach; all 0 where factors do not differ between reaches."""
    reaches = river.decay.size
    if factors.groups == 1:
        return np.zeros(reaches, dtype=np.int64)
    if group is None or group.shape != (reaches,):
        raise ValueError("factors by group need the group of every reach")
    if group.min() < 0 or group.max() >= factors.groups:
        raise ValueError(f"the groups of the reaches must lie between 0 and {factors.groups - 1}")
    return group


def _asked(wanted: MembersWanted) -> Asked:
    places = len(wanted.places)
    level = np.asarray(wanted.level, dtype=np.float64)
    # a copy even for a single place: kernels are compiled anew for arrays that are read only
    level = np.array(np.broadcast_to(level, (places, level.shape[-1])), order="C")
    tail = min(MARGIN - np.log(wanted.accuracy), TAIL_OF_FINEST)
    return Asked(
        level, np.array(wanted.share_of_peak, dtype=np.float64),
        np.array(wanted.time, dtype=np.float64), float(wanted.until),
        np.array([tail, TAIL_OF_FINEST]), np.array([0.3 * wanted.accuracy, FINEST]),
    )  # fmt: skip


def _new_found(count: int, wanted: MembersWanted) -> Found:
    places = len(wanted.places)
    values = np.asarray(wanted.level).shape[-1] + len(wanted.share_of_peak)
    kind = np.float32 if wanted.single else np.float64
    times = len(wanted.time)
    at, levels = (count, places), (count, places, values)
    return Found(
        np.empty(at), np.empty(at), np.empty(at), np.empty(levels), np.empty(levels),
        np.empty(levels), np.empty(at, dtype=np.int8), np.empty(count, dtype=np.int64),
        np.empty((*at, times), dtype=kind),
        np.empty((*at, times if wanted.keep_mass else 0), dtype=kind),
    )  # fmt: skip

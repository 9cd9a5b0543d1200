"""Many members of one river: the same ways and releases, every member with its own water.

A member's curves differ in when they come by, how sharp they are and how long their tails last,
so each has windows and frequencies of its own. Members are solved one after the other, on several
threads block by block; what a member gives depends neither on the threads nor on its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from queue import SimpleQueue
from typing import Any

import numpy as np

from .member_arrays import NOTHING, Asked, Change, Found
from .member_factors import FINEST, Factors, MembersWanted
from .member_kernel import solve_block
from .member_layout import Layout, Scratch, build_layout, new_scratch
from .river import Array, Index, River
from .sharpness import Release

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

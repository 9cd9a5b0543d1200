"""Pools that exchange in the march on a tree: what places and peaks see of it."""

from __future__ import annotations

from .arrays import GROUPS, FloatArray, IntArray, Reactions
from .compiler import inner
from .passes import note_peaks
from .pools import react


@inner
def pass_reacting(
    sign: float, offset: FloatArray, stride: FloatArray, cell: IntArray, near: IntArray,
    decayed: FloatArray, through: FloatArray,
) -> None:  # fmt: skip
    """Put right what passed near places for what left the water, or came, on one side of them.

    Mass is counted where it crosses the lower face of a place's cell, as the end of a step left
    it: what left the lower part of the cell had passed the place, and what will leave the next
    cell in a step passes the place before. Of the step that a cell's water has reacted for, the
    part y / stride lies behind the place that it has passed by y cells. Called before and after
    the reactions, with ``sign`` -1 and 1.
    """
    members = through.shape[1]
    for k in range(1, near[0] + 1):
        s = near[k]
        rest, way = 1.0 - offset[s], stride[s]
        own = 0.5 * rest * rest / way if rest < way else rest - 0.5 * way
        next_one = 0.5 * max(way - rest, 0.0) ** 2 / way
        at = cell[s] * members
        for j in range(members):
            gone = own * decayed[at + j] - next_one * decayed[at + members + j]
            through[s, j] += sign * gone


@inner
def react_watched(
    a: int, b: int, near: IntArray, gauges: tuple[IntArray, FloatArray, FloatArray],
    through: FloatArray, reactions: Reactions,
    cells: tuple[FloatArray, FloatArray, FloatArray],
) -> None:  # fmt: skip
    """Let the pools of a window react for a step, with what passes near places put right.

    ``cells`` holds what is in the water, in storage, and what has left both; ``gauges`` the cell,
    offset and way in a step of the places.
    """
    mass, storage, decayed = cells
    cell, offset, stride = gauges
    for after in range(2):
        if after == 1:
            react(a, b, reactions, mass, storage, decayed)
        if near[0] > 0:
            pass_reacting(2.0 * after - 1.0, offset, stride, cell, near, decayed, through)


@inner
def sum_again(a: int, b: int, reactions: Reactions, mass: FloatArray) -> None:
    """Add up the mobile pools of each constituent after more has come in."""
    shape, tie = reactions.shape, reactions.tie
    for k in range(shape[6]):
        begin, end = tie[shape[GROUPS] + k, 0], tie[shape[GROUPS] + k, 1]
        for i in range(a, b):
            held = 0.0
            for j in range(i * shape[0] + begin, i * shape[0] + end):
                held += mass[j]
            reactions.sums[k, i] = held


@inner
def note_sums(
    a: int, b: int, step: float, fed: bool, reactions: Reactions, mass: FloatArray,
    peak: FloatArray, peak_step: FloatArray,
) -> None:  # fmt: skip
    """Keep the highest concentration of each constituent in each cell, and when it was.

    That of constituent k in cell i stands at k K + i, of K cells; ``fed`` tells that something
    may have come in since the pools reacted.
    """
    if fed:
        sum_again(a, b, reactions, mass)
    sums, constituents, cells = reactions.sums, reactions.shape[6], reactions.sums.shape[1]
    for k in range(constituents):
        note_peaks(
            0, b - a, step, sums[k, a:b], sums[constituents, a:b],
            peak[k * cells + a : k * cells + b], peak_step[k * cells + a : k * cells + b],
        )  # fmt: skip

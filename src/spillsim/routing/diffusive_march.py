"""The time loop of the diffusive wave."""

from __future__ import annotations

from typing import NamedTuple

from .compiler import inner, jit
from .conveyance import section_at
from .diffusive_arrays import Array, Channels, Controls, IntArray, Stages, Work
from .diffusive_step import STAGE, try_step
from .elimination import Elimination

MOST_PARTS = 4096
"""Most steps that a row is cut into."""
DONE = -1


class Rows(NamedTuple):
    """What flows in, and what comes out, by rows of time."""

    edges: Array
    """(M + 1,) ends of the rows [s]."""
    node: Array
    """(M, N) inflow from outside at nodes, mean of a row [m3/s]."""
    along: Array
    """(M, S) along sections, mean of a row [m3/s]."""
    place: IntArray
    """(N,) vertex of each node."""
    first: IntArray
    """(R + 1,) first section of each reach."""
    dam: IntArray
    """(R,) control that lets water out of a reservoir, -1 for channels."""
    head: Array
    """(M, S) mean discharge at the head of sections [m3/s]."""
    foot: Array
    """(M, S) mean discharge at their foot [m3/s]."""
    leaving: Array
    """(M, O) mean discharge [m3/s]."""
    taken: Array
    """(M, D) mean discharge of controls [m3/s]."""
    volume: Array
    """(M + 1, S) water in sections [m3]."""
    level: Array
    """(M + 1, V) [m]"""
    steps: Array
    """(M, 2) steps taken and how many of them with one stage."""
    stages: int
    """Stages of a step, 1 or 2."""


@inner
def share_out(channels: Channels, work: Work, volume: Array, level: Array, held: Array) -> None:
    """Water of the vertices to their sections, in proportion to what these hold at its level.

    volume, level : (V,); held : (S,) becomes the water in sections [m3]
    """
    whole = work.diagonal
    whole[:] = 0.0
    for s in range(channels.vertex.size):
        v = channels.vertex[s]
        area = section_at(channels.shapes, channels.shape[s], level[v] - channels.bed[s])[0]
        held[s] = max(area, 0.0) * channels.length[s]
        whole[v] += held[s]
    for s in range(channels.vertex.size):
        v = channels.vertex[s]
        if whole[v] > 0.0:
            held[s] *= volume[v] / whole[v]


@inner
def keep(
    channels: Channels, controls: Controls, stages: Stages, rows: Rows, share: float, step: float,
    count: int,
) -> None:  # fmt: skip
    """Add the discharges of a step to their means and begin the next one where it ended.

    share : length of the step as a share of the row [-]; step : the same [s]
    """
    row = controls.row[0]
    first = (1.0 - STAGE) * share if count == 2 else share
    second = STAGE * share if count == 2 else 0.0
    for e in range(channels.upper.size):
        flow = first * stages.link[0, e] + second * stages.link[1, e]
        rows.foot[row, channels.upper[e]] += flow
        rows.head[row, channels.upper[e] + 1] += flow
    for o in range(rows.leaving.shape[1]):
        rows.leaving[row, o] += first * stages.leaving[0, o] + second * stages.leaving[1, o]
    for d in range(rows.taken.shape[1]):
        rows.taken[row, d] += first * stages.taken[0, d] + second * stages.taken[1, d]
    if controls.above.size:
        _note_passing(channels, controls, stages, count - 1)
    rows.steps[row, 0] += 1.0
    rows.steps[row, 1] += 2.0 - count
    for v in range(stages.start.size):
        stages.start[v] = stages.volume[v]
        stages.change[v] = (stages.level[count, v] - stages.level[0, v]) / step
        stages.level[0, v] = stages.level[count, v]


@inner
def _note_passing(channels: Channels, controls: Controls, stages: Stages, stage: int) -> None:
    """What comes to the vertices above controls at a stage, less what other controls take."""
    came = stages.base
    for v in range(came.size):
        came[v] = stages.inflow[v]
    for e in range(channels.upper.size):
        s = channels.upper[e]
        came[channels.vertex[s]] -= stages.link[stage, e]
        came[channels.vertex[s + 1]] += stages.link[stage, e]
    for d in range(controls.above.size):
        came[controls.above[d]] -= stages.taken[stage, d]
        if controls.below[d] >= 0:
            came[controls.below[d]] += stages.taken[stage, d]
    for d in range(controls.above.size):
        controls.passing[d] = came[controls.above[d]] + stages.taken[stage, d]


@inner
def take_row(
    channels: Channels, controls: Controls, elimination: Elimination, work: Work, stages: Stages,
    rows: Rows, row: int,
) -> bool:  # fmt: skip
    """March through one row of time; False where no step is short enough to be found.

    A step that is not found, or leaves less than no water somewhere, is tried again with one
    stage, and then in halves; after four steps of a length, twice of it is tried.
    """
    whole = rows.edges[row + 1] - rows.edges[row]
    parts, done, since, count = 1, 0, 0, rows.stages
    while done < parts:
        step = whole / parts
        if try_step(channels, controls, elimination, work, stages, step, count):
            keep(channels, controls, stages, rows, 1.0 / parts, step, count)
            done += 1
            since += 1
            if since >= 4 and done % 2 == 0:
                parts, done, since = parts // 2, done // 2, 0
            count = rows.stages
        elif count == 2:
            count = 1
        elif parts < MOST_PARTS:
            # the last change belongs to another length of step and may be what led astray
            stages.change[:] = 0.0
            parts, done, since, count = 2 * parts, 2 * done, 0, rows.stages
        else:
            return False
    return True


@inner
def gather(
    channels: Channels, controls: Controls, stages: Stages, rows: Rows, row: int
) -> None:  # fmt: skip
    """What flows into each vertex from outside during a row, and what controls are asked for."""
    controls.row[0] = row
    inflow = stages.inflow
    inflow[:] = 0.0
    for n in range(rows.place.size):
        inflow[rows.place[n]] += rows.node[row, n]
    for s in range(channels.vertex.size):
        inflow[channels.vertex[s]] += rows.along[row, s]


@inner
def note_level(stages: Stages, level: Array) -> None:
    """Keep the levels that a row ends with."""
    for v in range(level.size):
        level[v] = stages.level[0, v]


@inner
def close_ends(rows: Rows, row: int) -> None:
    """Discharges at the ends of reaches, from those of links and the change of water there."""
    length = rows.edges[row + 1] - rows.edges[row]
    for r in range(rows.first.size - 1):
        a, b = rows.first[r], rows.first[r + 1] - 1
        if rows.dam[r] >= 0:
            rows.foot[row, a] = rows.taken[row, rows.dam[r]]
        gained = (rows.volume[row + 1, a] - rows.volume[row, a]) / length
        entered = rows.along[row, a]
        rows.head[row, a] = rows.foot[row, a] + gained - entered
        if b > a:
            gained = (rows.volume[row + 1, b] - rows.volume[row, b]) / length
            entered = rows.along[row, b]
            rows.foot[row, b] = rows.head[row, b] - gained + entered


@jit
def march(
    channels: Channels, controls: Controls, elimination: Elimination, work: Work, stages: Stages,
    rows: Rows,
) -> int:  # fmt: skip
    """March through all rows; the row in which no step was found, else ``DONE``.

    ``stages.start`` and ``stages.level[0]`` are the water and the levels to begin with, and in
    the end those that are left.
    """
    for row in range(rows.edges.size):
        share_out(channels, work, stages.start, stages.level[0], rows.volume[row])
        note_level(stages, rows.level[row])
        if row > 0:
            close_ends(rows, row - 1)
        if row == rows.edges.size - 1:
            break
        gather(channels, controls, stages, rows, row)
        if not take_row(channels, controls, elimination, work, stages, rows, row):
            return row
    return DONE

"""One step of the diffusive wave: discharges of links, Newton's method, two stages."""

from __future__ import annotations

import numpy as np

from .compiler import inner
from .conveyance import section_at
from .diffusive_arrays import Array, Channels, Controls, Stages, Work
from .elimination import Elimination, eliminate
from .outlets import OutletRows
from .reservoir import outlet_discharge

LEVEL_SLOPE = 1e-8
"""Slope of the water surface below which friction counts as proportional to the discharge [-]."""
CLOSE = 3e-3
"""Change of level that is taken as linear, as a share of the depth ..."""
CLOSE_DROP = 0.03
"""... and of the fall along a link."""
FILM = 1e-6
"""Depth added in such comparisons [m]."""
ROUNDS = 14
"""Iterations after which a step counts as too long."""
STAGE = 1.0 - np.sqrt(0.5)
"""Length of a stage as a share of the step (Alexander 1977)."""
SHALLOW = 0.05
"""Depth below which less is taken out than asked for, in proportion to it [m]."""


@inner
def link_discharge(
    drop: float, length: float, up: Array, down: Array, turned: bool
) -> tuple[float, float, float]:  # fmt: skip
    """Discharge from ``up`` to ``down`` and its growth with the levels there, drop >= 0.

    Q = K S / (S^2 + s^2)^(1/4) with S = drop / length: Manning's law wherever S is above s. The
    conveyance is K = Ku + v (Kd - Ku). The share v of the lower end is 1/2 where the water is as
    deep there, less where depths differ much, so that no water leaves or is slowed down by an end
    that has none, and never more than keeps Q from rising with the level below: that makes
    continuity a system of monotone equations, and diffusion c dx / 2 where the water's own is less.

    turned : the water ran the other way in the iteration before; with the slope of the chord
        instead of the tangent, Newton's method does not throw it back and forth for ever
    """
    ku, kd = up[2], down[2]
    if ku <= 0.0:
        return 0.0, 0.0, 0.0
    slope = drop / length
    square = slope * slope + LEVEL_SLOPE * LEVEL_SLOPE
    root = np.sqrt(np.sqrt(square))
    law = slope / root
    tangent = (0.5 * slope * slope + LEVEL_SLOPE * LEVEL_SLOPE) / (square * root * length)
    law_growth = 1.0 / (root * length) if turned else tangent
    if kd < ku:
        ratio = kd / ku
        limit = 0.5 * ratio
        of_up, of_down = 1.0 - 0.5 * ratio * ratio, ratio - 0.5
    else:
        ratio = ku / kd
        limit = 0.5 * ratio
        of_up, of_down = 1.5 - ratio, 0.5 * ratio * ratio
    steep = 2.0 * drop * down[3]
    whole = steep + ku - kd
    if ku < limit * whole:
        share = ku / whole
        of_up = steep * (steep - kd) / (whole * whole)
        of_down = ku * steep / (whole * whole)
    else:
        share = limit
    conveyance = ku + share * (kd - ku)
    return (
        conveyance * law,
        of_up * up[3] * law + conveyance * law_growth,
        of_down * down[3] * law - conveyance * law_growth,
    )


@inner
def set_up(
    channels: Channels, controls: Controls, work: Work, level: Array, base: Array, length: float
) -> None:  # fmt: skip
    """Continuity of a stage at given levels and its derivative.

    ``right`` becomes base + length * (inflows - outflows) - V(level).

    base : (V,) water at the start of the stage with what flows in from outside [m3]
    length : of the stage [s]
    """
    vertex = channels.vertex
    diagonal, right = work.diagonal, work.right
    for v in range(diagonal.size):
        diagonal[v] = 0.0
        right[v] = base[v]
    work.lower[:] = 0.0
    work.upper[:] = 0.0
    for s in range(vertex.size):
        v = vertex[s]
        area, width, conveyance, growth = section_at(
            channels.shapes, channels.shape[s], level[v] - channels.bed[s]
        )
        work.section[s, 0], work.section[s, 1] = area, width
        work.section[s, 2], work.section[s, 3] = conveyance, growth
        diagonal[v] += width * channels.length[s]
        right[v] -= area * channels.length[s]
    _set_up_links(channels, work, level, length)
    _set_up_ends(channels, controls, work, level, length)
    for v in range(diagonal.size):
        if not np.isnan(channels.held[v]) or diagonal[v] == 0.0:
            diagonal[v], right[v] = 1e30, 0.0


@inner
def _set_up_links(channels: Channels, work: Work, level: Array, length: float) -> None:
    """What the links do to continuity."""
    vertex, diagonal, right = channels.vertex, work.diagonal, work.right
    for e in range(channels.upper.size):
        s = channels.upper[e]
        a, b = vertex[s], vertex[s + 1]
        drop = level[a] - level[b]
        turned = drop * work.link[e, 3] < 0.0
        work.link[e, 3] = drop
        if drop >= 0.0:
            flow, by_a, by_b = link_discharge(
                drop, channels.link_length[e], work.section[s], work.section[s + 1], turned
            )
        else:
            flow, by_b, by_a = link_discharge(
                -drop, channels.link_length[e], work.section[s + 1], work.section[s], turned
            )
            flow, by_a, by_b = -flow, -by_a, -by_b
        work.link[e, 0], work.link[e, 1], work.link[e, 2] = flow, by_a, by_b
        right[a] -= length * flow
        right[b] += length * flow
        diagonal[a] += length * by_a
        diagonal[b] -= length * by_b
        p = channels.pair[e]
        # row of b by the level of a, row of a by the level of b
        if a < b:
            work.lower[p] -= length * by_a
            work.upper[p] += length * by_b
        else:
            work.upper[p] -= length * by_a
            work.lower[p] += length * by_b


@inner
def _set_up_ends(
    channels: Channels, controls: Controls, work: Work, level: Array, length: float
) -> None:  # fmt: skip
    """What outfalls and controls do to continuity."""
    vertex, diagonal, right = channels.vertex, work.diagonal, work.right
    for o in range(channels.outfall.size):
        s = channels.outfall[o]
        flow = work.section[s, 2] * channels.root_slope[o]
        growth = work.section[s, 3] * channels.root_slope[o]
        work.leaving[o, 0], work.leaving[o, 1] = flow, growth
        right[vertex[s]] -= length * flow
        diagonal[vertex[s]] += length * growth
    for d in range(controls.above.size):
        a, b = controls.above[d], controls.below[d]
        flow, growth = _let_out(channels, controls, d, level[a])
        work.taken[d, 0], work.taken[d, 1] = flow, growth
        right[a] -= length * flow
        diagonal[a] += length * growth
        if b >= 0:
            right[b] += length * flow
            if a < b:
                work.lower[controls.pair[d]] -= length * growth
            else:
                work.upper[controls.pair[d]] -= length * growth


@inner
def _let_out(channels: Channels, controls: Controls, d: int, level: float) -> tuple[float, float]:
    """Discharge of a control and its growth with the level; the last of the water fades out."""
    outlets, row = controls.outlets, controls.row[0]
    flow, growth = outlet_discharge(
        level,
        controls.passing[d],
        row,
        OutletRows(outlets.kind[d], outlets.shape[d], outlets.weight[d], outlets.value[d]),
    )
    flow += controls.asked[row, d]
    depth = level - channels.lowest[controls.above[d]]
    if depth <= 0.0:
        return 0.0, 0.0
    if depth < SHALLOW:
        return flow * depth / SHALLOW, (flow + growth * depth) / SHALLOW
    return flow, growth


@inner
def is_close(channels: Channels, work: Work, level: Array) -> bool:
    """Whether a change of levels is so small that discharges are linear in it."""
    change = work.right
    for v in range(level.size):
        depth = level[v] - channels.lowest[v]
        if not abs(change[v]) <= CLOSE * max(depth, 0.0) + FILM:
            return False
    for e in range(channels.upper.size):
        s = channels.upper[e]
        a, b = channels.vertex[s], channels.vertex[s + 1]
        size = CLOSE_DROP * (abs(level[a] - level[b]) + LEVEL_SLOPE * channels.link_length[e])
        if abs(change[a] - change[b]) > size and work.link[e, 0] != 0.0:
            return False
    return True


@inner
def solve_stage(
    channels: Channels, controls: Controls, elimination: Elimination, work: Work, base: Array,
    length: float, level: Array,
) -> bool:  # fmt: skip
    """Levels and discharges at the end of an implicit stage; False where none are found.

    level : (V,) a guess on entry [m]
    """
    work.link[:, 3] = 0.0
    for _ in range(ROUNDS):
        set_up(channels, controls, work, level, base, length)
        eliminate(elimination, work.diagonal, work.lower, work.upper, work.right)
        change = work.right
        if is_close(channels, work, level):
            for e in range(channels.upper.size):
                s = channels.upper[e]
                a, b = channels.vertex[s], channels.vertex[s + 1]
                work.link[e, 0] += work.link[e, 1] * change[a] + work.link[e, 2] * change[b]
            for o in range(channels.outfall.size):
                v = channels.vertex[channels.outfall[o]]
                work.leaving[o, 0] += work.leaving[o, 1] * change[v]
            for d in range(controls.above.size):
                work.taken[d, 0] += work.taken[d, 1] * change[controls.above[d]]
            for v in range(level.size):
                level[v] += change[v]
            return True
        for v in range(level.size):
            # not more than four fifths of the depth away at once: the way back is long
            depth = level[v] - channels.lowest[v]
            level[v] += max(change[v], -0.8 * depth) if depth > FILM else change[v]
    return False


@inner
def end_stage(
    channels: Channels, controls: Controls, work: Work, base: Array, length: float, level: Array,
    volume: Array,
) -> None:  # fmt: skip
    """Water at the end of a stage, from the discharges; outfalls of held levels take the rest."""
    for v in range(base.size):
        volume[v] = base[v]
    for e in range(channels.upper.size):
        s = channels.upper[e]
        volume[channels.vertex[s]] -= length * work.link[e, 0]
        volume[channels.vertex[s + 1]] += length * work.link[e, 0]
    for d in range(controls.above.size):
        volume[controls.above[d]] -= length * work.taken[d, 0]
        if controls.below[d] >= 0:
            volume[controls.below[d]] += length * work.taken[d, 0]
    for o in range(channels.outfall.size):
        v = channels.vertex[channels.outfall[o]]
        if not np.isnan(channels.held[v]):
            work.leaving[o, 0] = (volume[v] - _kept(channels, v, level[v])) / length
        volume[v] -= length * work.leaving[o, 0]
    for v in range(base.size):
        if not np.isnan(channels.held[v]):
            volume[v] = _kept(channels, v, level[v])


@inner
def _kept(channels: Channels, v: int, level: float) -> float:
    """Water that a vertex has at a level."""
    kept = 0.0
    for s in range(channels.vertex.size):
        if channels.vertex[s] == v:
            area = section_at(channels.shapes, channels.shape[s], level - channels.bed[s])[0]
            kept += max(area, 0.0) * channels.length[s]
    return kept


@inner
def note_discharges(work: Work, stages: Stages, stage: int) -> None:
    """Keep the discharges of a stage."""
    for e in range(work.link.shape[0]):
        stages.link[stage, e] = work.link[e, 0]
    for o in range(work.leaving.shape[0]):
        stages.leaving[stage, o] = work.leaving[o, 0]
    for d in range(work.taken.shape[0]):
        stages.taken[stage, d] = work.taken[d, 0]


@inner
def try_step(
    channels: Channels, controls: Controls, elimination: Elimination, work: Work, stages: Stages,
    length: float, count: int,
) -> bool:  # fmt: skip
    """One step; ``stages.volume`` is what it leaves, nowhere less than nothing.

    Two implicit stages make it of second order and damp what a long step cannot follow
    (Alexander 1977): V1 = V0 + dt ((1 - g) F(h1) + g F(h2)), where h1 is the end of an implicit
    Euler step of g dt and h2 solves V(h2) = V0 + dt ((1 - g) F(h1) + g F(h2)). One stage is
    implicit Euler, whose volumes cannot fall below nothing.

    length : of the step [s]; count : of stages, 1 or 2
    """
    start, base, volume = stages.start, stages.base, stages.volume
    share = STAGE if count == 2 else 1.0
    rest = (1.0 - STAGE) / STAGE
    for stage in range(count):
        level = stages.level[stage + 1]
        for v in range(base.size):
            base[v] = start[v] + share * length * stages.inflow[v]
            if stage == 0:
                ahead = share * length * stages.change[v]
            else:
                base[v] += rest * (volume[v] - start[v])
                ahead = (stages.level[1, v] - stages.level[0, v]) / STAGE
            level[v] = stages.level[0, v] + ahead
        if not solve_stage(channels, controls, elimination, work, base, share * length, level):
            return False
        end_stage(channels, controls, work, base, share * length, level, volume)
        note_discharges(work, stages, stage)
    found: bool = _is_sound(volume)
    return found


@inner
def _is_sound(volume: Array) -> bool:
    sound = True
    for v in range(volume.size):
        sound = sound and volume[v] >= 0.0
    return sound

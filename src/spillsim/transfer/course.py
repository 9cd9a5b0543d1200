"""Cutting the river below a release into zones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..network.network import Position
from .river import River, reaches_below
from .zones import ASIDE, MOUTH, OPEN, STEM, Course, Zones

GROWTH = 0.0025
"""Share by which lateral flow may change the discharge within a zone; the error is its square."""


@dataclass(frozen=True)
class _Piece:
    """A zone of constant discharge in place of a stretch with lateral flow."""

    start: float
    length: float
    discharge: float
    dispersion: float
    head: float
    foot: float


def _pieces(river: River, reach: int, begin: float, end: float, most: float) -> list[_Piece]:
    """Cut a stretch so that its discharge is nearly constant in every piece.

    Each piece has the discharge with which the water takes its true time, and the dispersion with
    which the variance in time grows as in the true flow, the integral of 2 D / U3 dx.
    """
    flow = river.flow
    lateral = float(flow.lateral_inflow[reach])
    at_head = float(flow.discharge_head[reach])
    spread = float(flow.dispersion_coefficient[reach])
    first, last = at_head + lateral * begin, at_head + lateral * end
    growth = float(np.log(last / first))
    if abs(growth) < 1e-12 or end <= begin:
        return [_Piece(begin, end - begin, first, spread, first, first)]
    count = max(1, int(np.ceil(abs(growth) / most)))
    edge = first * (last / first) ** (np.arange(count + 1) / count)
    place = begin + (edge - first) / lateral
    place[-1] = end
    found = []
    for q1, q2, x1, x2 in zip(edge[:-1], edge[1:], place[:-1], place[1:], strict=True):
        length = float(x2 - x1)
        mean = length * lateral / float(np.log1p((q2 - q1) / q1))
        # integral of dx / Q3 over the piece, times its mean discharge cubed over its length
        wider = mean**3 * (q1 + q2) / (2.0 * q1**2 * q2**2)
        found.append(_Piece(float(x1), length, mean, spread * wider, float(q1), float(q2)))
    return found


class _Builder:
    """Collects zones in the order of the flow."""

    def __init__(self, river: River, most_growth: float, farther: float) -> None:
        self.river = river
        self.most_growth = most_growth
        self.farther = farther
        self.rows: list[list[float]] = []
        self.links: list[list[int]] = []
        self.factor: list[float] = []
        self.growth: list[float] = []
        self.zones_of: dict[int, list[int]] = {}
        self.loss: dict[int, float] = {}

    def add_stretch(
        self, reach: int, begin: float, end: float, cuts: list[float], upstream: bool
    ) -> tuple[int, int]:
        """Append the zones of a stretch of a reach; give its first and last zone."""
        river, flow = self.river, self.river.flow
        edges = [begin]
        if flow.lateral_inflow[reach] != 0.0 and not river.tank[reach]:
            edges += sorted({x for x in cuts if begin < x < end})
        edges.append(end)
        first = len(self.rows)
        area = float(flow.cross_section_area[reach])
        if river.tank[reach]:
            at_head, at_foot = float(flow.discharge_head[reach]), float(flow.discharge_foot[reach])
            whole = _Piece(0.0, end, at_foot, 1.0, at_head, at_foot)
            self.append(reach, whole, area, False, upstream)
            edges = []
        for x1, x2 in pairwise(edges):
            for piece in _pieces(river, reach, x1, x2, self.most_growth):
                self.append(reach, piece, area, len(self.rows) > first, upstream)
        last = len(self.rows) - 1
        if not upstream:
            self.zones_of.setdefault(reach, []).extend(range(first, last + 1))
        return first, last

    def append(self, reach: int, piece: _Piece, area: float, follows: bool, upstream: bool) -> None:
        river, number = self.river, len(self.rows)
        losing = max(piece.head - piece.discharge, 0.0)
        above = -1
        if follows:
            above = number - 1
            losing += self.loss[above]
            self.links[above][1] = number
        self.loss[number] = max(piece.discharge - piece.foot, 0.0)
        self.factor.append(_head_factor(piece, area))
        self.growth.append((piece.foot - piece.head) / piece.discharge)
        self.rows.append([
            piece.discharge / area, area, piece.dispersion, piece.length,
            float(river.decay[reach]), float(river.storage_decay[reach]),
            float(river.exchange[reach]), float(river.returning[reach]), losing, 0.0, 0.0,
            piece.head, piece.start, 0.0,
        ])  # fmt: skip
        # above, below, joint, upstream, side_of, reach, beyond the outlet, tank
        tank = int(river.tank[reach])
        self.links.append([above, -1, STEM, int(upstream), -1, reach, 0, tank])

    def join(self, above: int, below: int) -> None:
        """Let a stem go on from the foot of one zone to the head of the next."""
        self.links[above][1], self.links[below][0] = below, above
        self.rows[below][8] += self.loss[above]

    def take_at(self, zone: int, node: int) -> None:
        """Count what leaves a node besides its main arm: abstraction and side arms."""
        network, flow = self.river.network, self.river.flow
        span = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
        arms = sum(float(flow.discharge_head[arm]) for arm in network.downstream_reach[span]
                   if arm != network.reach_below[node])  # fmt: skip
        self.rows[zone][8] += arms + float(flow.node_abstraction[node])
        self.rows[zone][13] = arms

    def end_in(self, mouth: int, below: int, discharge: float) -> None:
        """Let a tributary, or a tank, end at the head of a zone."""
        self.links[mouth][1:3] = [below, MOUTH]
        self.rows[mouth][9] = discharge
        self.rows[mouth][10] = self.loss[mouth]

    def finish(self, source: int) -> Course:
        """Turn the collected rows into arrays."""
        row = np.array(self.rows, dtype=np.float64).T.copy()
        link = np.array(self.links, dtype=np.int64).T.copy()
        zones = Zones(
            velocity=row[0], area=row[1], dispersion=row[2], length=row[3], decay=row[4],
            storage_decay=row[5], exchange=row[6], returning=row[7],
            tank=link[7].astype(np.bool_), taken=row[8], above=link[0], below=link[1],
            joint=link[2], exit=row[9], spill=row[10], upstream=link[3].astype(np.bool_),
            side_of=link[4], entry=row[11],
        )  # fmt: skip
        return Course(
            self.river, zones, source, link[5], row[12], np.array(self.factor),
            link[6].astype(np.bool_), row[13], self.zones_of,
            np.array(self.growth),
        )  # fmt: skip


def _head_factor(piece: _Piece, area: float) -> float:
    """What the staircase of discharges leaves out of the concentration at a piece's head.

    In bulk Q C is as in the true river, so C is off by the ratio of the discharges; the layers of
    thickness D / U above each step of the discharge make up for a part of that.
    """
    if piece.foot <= piece.head or piece.length <= 0.0:
        return 1.0
    growth = (piece.foot - piece.head) / piece.discharge
    peclet = piece.discharge / area * piece.length / piece.dispersion
    layers = 1.0 / peclet - (1.0 / float(np.expm1(peclet)) if peclet < ASIDE else 0.0)
    return piece.discharge / piece.head * (1.0 - growth * layers)


def build_course(
    river: River, origin: Position, places: list[Position], *, most_growth: float | None = None,
    farther: float = 1.0,
) -> Course:  # fmt: skip
    """Cut what lies below a release into zones.

    places : where concentrations will be asked for: where the discharge changes along the reach
        a cut is made there
    most_growth : share by which lateral flow may change the discharge within a zone; None for
        ``GROWTH``
    farther : by how much more than its own D / U the river above is to be followed
    """
    network, flow = river.network, river.flow
    builder = _Builder(river, GROWTH if most_growth is None else most_growth, farther)
    cuts: dict[int, list[float]] = {}
    for place in places:
        cuts.setdefault(place.reach, []).append(place.distance)
    order = reaches_below(network, origin)
    active = set(order)
    head: dict[int, int] = {}
    foot: dict[int, int] = {}
    source = -1
    for reach in order:
        node = int(network.reach_from[reach])
        begin = origin.distance if reach == origin.reach else 0.0
        above = -1
        if begin > 0.0 and not river.tank[reach]:
            above = _add_upstream(builder, reach, begin)
        elif network.reach_below[node] == reach:
            main = int(river.main_above[node])
            if main >= 0 and river.stem[main] and not river.tank[reach]:
                inside = main in active and main in foot
                above = foot[main] if inside else _add_above(builder, node)
        end = float(network.reach_length[reach])
        begin = 0.0 if river.tank[reach] else begin
        head[reach], foot[reach] = builder.add_stretch(
            reach, begin, end, cuts.get(reach, []), False
        )
        if above >= 0:
            builder.join(above, head[reach])
            if begin > 0.0:
                # water lost above the release takes nothing of it
                builder.rows[head[reach]][8] -= builder.loss[above]
        if begin == 0.0:
            _open_head(builder, reach, head)
        if reach == origin.reach:
            source = head[reach]
        if river.tank[reach]:
            builder.links[foot[reach]][2] = MOUTH
    for reach in order:
        below = int(network.reach_below[network.reach_to[reach]])
        if below < 0:
            _go_on(builder, reach, foot[reach])
        elif not river.stem[reach]:
            builder.end_in(foot[reach], head[below], float(flow.discharge_foot[reach]))
    return builder.finish(source)


def _open_head(builder: _Builder, reach: int, head: dict[int, int]) -> None:
    """Say what leaves the node at the head of a reach besides it, and where a side arm begins."""
    river = builder.river
    node = int(river.network.reach_from[reach])
    main = int(river.network.reach_below[node])
    if main == reach:
        builder.take_at(head[reach], node)
    elif main in head:
        builder.links[head[reach]][4] = head[main]


def _go_on(builder: _Builder, reach: int, foot: int) -> None:
    """Let the last reach go on below the outlet."""
    flow = builder.river.flow
    discharge = float(flow.discharge_foot[reach])
    # below a tank nothing is felt above, so any will do; a tank itself has none
    spread = 1.0 if builder.river.tank[reach] else float(flow.dispersion_coefficient[reach])
    end = float(builder.river.network.reach_length[reach])
    beyond = len(builder.rows)
    area = float(flow.cross_section_area[reach])
    piece = _Piece(end, 1.0, discharge, spread, discharge, discharge)
    builder.append(reach, piece, area, False, False)
    builder.links[beyond][2] = OPEN
    builder.links[beyond][6] = 1
    builder.links[beyond][7] = 0
    builder.zones_of[reach].append(beyond)
    if builder.river.tank[reach]:
        builder.end_in(foot, beyond, discharge)
    else:
        builder.join(foot, beyond)


def _add_above(builder: _Builder, node: int) -> int:
    """Add the stem above a node as far as dispersion can reach; give its last zone, or -1."""
    main = int(builder.river.main_above[node])
    if main < 0 or not builder.river.stem[main]:
        return -1
    end = float(builder.river.network.reach_length[main])
    return _add_upstream(builder, main, end)


def _add_upstream(builder: _Builder, reach: int, end: float) -> int:
    """Add the river above a place in a reach as far as dispersion can reach."""
    river, flow = builder.river, builder.river.flow
    stretches: list[tuple[int, float, float]] = []
    felt = 0.0
    while True:
        area = float(flow.cross_section_area[reach])
        least = min(float(flow.discharge_head[reach]), float(flow.discharge_foot[reach]))
        layer = builder.farther * float(flow.dispersion_coefficient[reach]) * area / least
        begin = end - (ASIDE + 5.0 - felt) * layer
        stretches.append((reach, max(begin, 0.0), end))
        felt += (end - max(begin, 0.0)) / layer
        if begin > 0.0:
            break
        node = int(river.network.reach_from[reach])
        above = int(river.main_above[node])
        closed = river.network.reach_below[node] != reach or above < 0 or not river.stem[above]
        if closed or felt >= ASIDE:
            break
        reach, end = above, float(river.network.reach_length[above])
    last = -1
    for reach, begin, end in reversed(stretches):
        first, foot = builder.add_stretch(reach, begin, end, [], True)
        if last >= 0:
            builder.join(last, first)
        node = int(river.network.reach_from[reach])
        if begin == 0.0 and river.network.reach_below[node] == reach:
            builder.take_at(first, node)
        last = foot
    return last

"""From reaches to chains, nodes and cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import PAD, BoolArray, FloatArray, Graph, IntArray

BEYOND = 8
"""Cells by which a river goes on below an outlet, so that the outlet is no wall for dispersion."""
WHOLE_NUMBER = 0.65
"""Largest D dt / dx2 in even cells at which every new concentration is a mean of old ones."""


@dataclass(frozen=True)
class Layers:
    """n tanks that are in two layers; the lower one keeps its volume."""

    reach: IntArray
    """(n,) the tanks."""
    lower_volume: FloatArray
    """(n,) [m3]"""
    exchange_discharge: FloatArray
    """(n,) water that the layers exchange, both ways [m3/s]."""
    inflow_share: FloatArray
    """(n,) of the inflow that the upper layer takes [-]."""
    outflow_share: FloatArray
    """(n,) of the outflow that the upper layer gives [-]."""


@dataclass(frozen=True)
class Reaches:
    """R reaches between nodes; they may join, divide and form loops."""

    head: IntArray
    """(R,) node at the head of each reach."""
    foot: IntArray
    """(R,) node at its foot."""
    length: FloatArray
    """(R,) [m]"""
    tank: BoolArray
    """(R,) true where the reach is one well-mixed volume, or two."""
    layers: Layers | None = None
    """Tanks in two layers; None where there are none."""

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return int(max(self.head.max(), self.foot.max())) + 1


@dataclass(frozen=True)
class Layout:
    """Chains and where everything went."""

    graph: Graph
    own_reach: IntArray
    """(R',) index among the given reaches, -1 for the way beyond an outlet."""
    above: IntArray
    """(R',) given reach that lends a reach its properties."""
    place: IntArray
    """(R,) position of each given reach along the chains."""
    spacing: FloatArray
    """(R',) length of a cell [m]."""
    lower: FloatArray
    """(R',) volume of the lower layer that a reach is, 0 where it is none [m3]."""


def find_chains(reaches: Reaches, joined: BoolArray) -> list[list[int]]:
    """Sequences of reaches that follow each other without a branch.

    Parameters
    ----------
    reaches : Reaches
    joined : (R,) true where the water of a reach can be followed into the one reach below it
    """
    count = reaches.head.size
    entering = np.bincount(reaches.foot, minlength=reaches.nodes)
    leaving = np.bincount(reaches.head, minlength=reaches.nodes)
    plain = (entering == 1) & (leaving == 1)
    out_of = np.full(reaches.nodes, -1, dtype=np.int64)
    out_of[reaches.head] = np.arange(count)
    below = np.where(plain[reaches.foot] & joined, out_of[reaches.foot], -1)
    below = np.where((below >= 0) & (reaches.tank | reaches.tank[below]), -1, below)
    has_above = np.zeros(count, dtype=np.bool_)
    has_above[below[below >= 0]] = True
    seen = np.zeros(count, dtype=np.bool_)
    chains = []
    # a ring without a branch has no beginning: the second round begins anywhere
    for start in [*np.flatnonzero(~has_above), *range(count)]:
        reach, chain = int(start), []
        while reach >= 0 and not seen[reach]:
            seen[reach] = True
            chain.append(reach)
            reach = int(below[reach])
        if chain:
            chains.append(chain)
    return chains


def lay_out(
    reaches: Reaches, chains: list[list[int]], cells: IntArray, number: FloatArray,
    discharge: FloatArray, time_step: float, zone: IntArray,
) -> Layout:  # fmt: skip
    """Number reaches and cells along the chains.

    Parameters
    ----------
    chains : from ``find_chains``
    cells : (R,) number of cells of each reach
    number : (R,) dispersion number D dt / dx2
    discharge : (R,) typical discharge; the largest through a node disperse into each other
    time_step : [s]
    zone : (R,) reach that each is a part of
    """
    chains, layer, below = _layers(reaches, chains, time_step)
    own: list[int] = []
    above: list[int] = []
    count: list[int] = []
    pointer = [0]
    end_node = []
    leaving = np.bincount(reaches.head, minlength=reaches.nodes)
    entering = np.bincount(reaches.foot, minlength=reaches.nodes)
    for chain in chains:
        own += chain
        above += chain
        count += [1 if reaches.tank[r] else int(cells[r]) for r in chain]
        last = chain[-1]
        node = int(reaches.foot[last])
        if leaving[node] == 0 and entering[node] == 1 and not reaches.tank[last]:
            own.append(-1)
            above.append(last)
            count.append(BEYOND)
        pointer.append(len(own))
        end_node.append((int(reaches.head[chain[0]]), node))
    own_reach, lender = np.array(own), np.array(above)
    number_of_cells = np.array(count)
    chain_of = np.repeat(np.arange(len(chains)), np.diff(pointer))
    first, cell_reach = _number_cells(number_of_cells, chain_of)
    place = np.zeros(reaches.head.size, dtype=np.int64)
    # of two layers the upper one, which is the first
    place[own_reach[own_reach >= 0][::-1]] = np.flatnonzero(own_reach >= 0)[::-1]
    ends = np.array(end_node, dtype=np.int64).reshape(-1, 2)
    attached, side = np.divmod(np.argsort(ends.ravel(), kind="stable"), 2)
    tank = np.array([bool(reaches.tank[chain[0]]) for chain in chains])
    firsts, lasts = np.array(pointer[:-1]), np.array(pointer[1:])
    lower = np.zeros(own_reach.size)
    lower[lasts - 1] = below
    heads, feet = first[firsts], first[lasts - 1] + number_of_cells[lasts - 1]
    spacing = np.where(
        own_reach >= 0, reaches.length[lender] / number_of_cells, reaches.length[lender]
        / np.where(reaches.tank[lender], 1, cells[lender]),
    )  # fmt: skip
    link = _links(reaches, chains, tank, discharge)
    columns = np.stack(
        [heads, feet, firsts, lasts, *ends.T, *link.T, tank.astype(np.int64) + (below > 0.0),
         _substeps(number[lender], pointer, tank), own_reach[lasts - 1] < 0],
        axis=1,
    ).astype(np.int64)  # fmt: skip
    parts = np.searchsorted(np.sort(ends.ravel()), np.arange(reaches.nodes + 1))
    leaf = (np.diff(parts) == 1) | (leaving == 0)
    graph = Graph(
        chain=columns,
        reach=np.stack([first, number_of_cells, chain_of, zone[lender]], axis=1).astype(np.int64),
        node=np.stack([parts[:-1], parts[1:], leaf], axis=1).astype(np.int64),
        ends=np.stack([attached, side], axis=1).astype(np.int64),
        cell_reach=cell_reach,
        tank_order=_tank_order(ends, tank),
        brings=np.zeros(0, dtype=np.int64),
        layer=layer,
    )
    return Layout(graph, own_reach, lender, place, spacing, lower)


def _number_cells(count: IntArray, chain_of: IntArray) -> tuple[IntArray, IntArray]:
    """(R',) first cell of each reach and (K,) reach of each cell, -1 in the padding of chains."""
    before = np.concatenate([[0], np.cumsum(count)[:-1]])
    first = before + PAD * (chain_of + 1)
    cell_reach = np.full(int(first[-1] + count[-1]) + PAD, -1, dtype=np.int64)
    reach = np.repeat(np.arange(count.size), count)
    cell_reach[np.arange(reach.size) + (first - before)[reach]] = reach
    return first, cell_reach


def _layers(
    reaches: Reaches, chains: list[list[int]], time_step: float
) -> tuple[list[list[int]], FloatArray, FloatArray]:
    """Chains with tanks in two layers twice, what those exchange and share, volumes below."""
    layer, below = np.zeros((len(chains), 3)), np.zeros(len(chains))
    given = reaches.layers
    if given is None:
        return chains, layer, below
    chain_of = {chain[0]: c for c, chain in enumerate(chains)}
    twice = list(chains)
    for k, reach in enumerate(given.reach.tolist()):
        c = chain_of[reach]
        twice[c] = [reach, reach]
        below[c] = given.lower_volume[k]
        exchanged = given.exchange_discharge[k] * time_step
        layer[c] = exchanged, given.inflow_share[k], given.outflow_share[k]
    return twice, layer, below


def _links(
    reaches: Reaches, chains: list[list[int]], tank: BoolArray, discharge: FloatArray
) -> IntArray:
    """(C, 2) the stem through every node: the largest entering and the largest leaving chain.

    Nothing disperses through the other ends: a tributary carries mass into the stem by flow only.
    """
    link = np.full((len(chains), 2), -1, dtype=np.int64)
    entering: dict[int, int] = {}
    leaving: dict[int, int] = {}
    for c, chain in enumerate(chains):
        if tank[c]:
            continue
        foot, head = int(reaches.foot[chain[-1]]), int(reaches.head[chain[0]])
        if foot not in entering or discharge[chain[-1]] > discharge[chains[entering[foot]][-1]]:
            entering[foot] = c
        if head not in leaving or discharge[chain[0]] > discharge[chains[leaving[head]][0]]:
            leaving[head] = c
    for node, c in entering.items():
        if node in leaving:
            link[c, 1], link[leaving[node], 0] = leaving[node], c
    return link


def _substeps(number: FloatArray, pointer: list[int], tank: BoolArray) -> IntArray:
    """(C,) substeps for which dispersion makes no negative value.

    A face between unequal cells can pass twice the number of the smaller one, so a cell beside
    one such face needs 3 d <= 1. What a cell between two needs, up to 4 d <= 1, depends on the
    water of the step (see ``spread``).
    """
    needed = []
    for c in range(len(pointer) - 1):
        inside = slice(pointer[c], pointer[c + 1])
        most = float(np.maximum(3.0, 1.0 / WHOLE_NUMBER) * number[inside].max())
        needed.append(1 if tank[c] else max(1, int(np.ceil(most - 1e-9))))
    return np.array(needed, dtype=np.int64)


def _tank_order(ends: IntArray, tank: BoolArray) -> IntArray:
    """The tanks in flow order; where tanks lie on a loop, in the order given."""
    numbers = np.flatnonzero(tank)
    if numbers.size == 0:
        return numbers
    below: dict[int, list[int]] = {}
    for c in range(tank.size):
        below.setdefault(int(ends[c, 0]), []).append(c)
    seen: set[int] = set()
    finished: list[int] = []
    for root in numbers:
        stack = [(int(root), False)]
        while stack:
            chain, done = stack.pop()
            if done:
                if tank[chain]:
                    finished.append(chain)
            elif chain not in seen:
                seen.add(chain)
                stack.append((chain, True))
                stack += [(next_chain, False) for next_chain in below.get(int(ends[chain, 1]), [])]
    return np.array(finished[::-1], dtype=np.int64)

"""Which country each stretch of river lies in, and how cells that straddle a border are shared.

The country of a place is that of the nodes around it (column ``country``) and changes at a
``[[border]]`` from its ``from`` to its ``to``, nowhere else. So borders cut the network into
regions, every region lies in one country, and whatever goes from one to another passes a border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..network import downstream_reaches
from ..network.network import Network, Position
from .contracts import Array, ModelLike, RunLike

UNNAMED = "unnamed"
"""Name of a country that neither a border nor a node names."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Regions:
    """The network cut at its borders: R reaches, G regions, B borders."""

    cuts: Mapping[int, tuple[float, ...]]
    """Reach -> distances from its head at which a border lies, rising [m]."""
    segment: tuple[tuple[int, ...], ...]
    """(R,) the regions along each reach, one more than it has cuts."""
    node: IntArray
    """(N,) region of every node."""
    above: IntArray
    """(B,) region upstream of each border."""
    below: IntArray
    """(B,) region downstream of it; the same where a river goes round the border."""
    outlet: int
    """Region of the outlet."""

    @property
    def count(self) -> int:
        """G"""
        return 1 + int(max(max(own) for own in self.segment))

    def at(self, place: Position) -> int:
        """Region of a place; on a border that above it."""
        cuts = self.cuts.get(place.reach, ())
        return self.segment[place.reach][int(np.searchsorted(cuts, place.distance, side="left"))]


def cut_at_borders(network: Network, borders: Sequence[Position]) -> Regions:
    """Return the regions that borders cut the network into.

    Regions are numbered from the outlet upwards. A border on one arm of a river that divides cuts
    nothing off, so both of its sides are one region.
    """
    own: dict[int, list[int]] = {}
    for number, border in enumerate(borders):
        own.setdefault(border.reach, []).append(number)
    for numbers in own.values():
        numbers.sort(key=lambda n: borders[n].distance)
    label = [-1] * len(network.node_id)
    label[network.outlet] = 0
    same = list(range(1 + len(borders)))
    segments: list[list[int]] = [[] for _ in network.reach_id]
    sides = np.zeros((2, len(borders)), dtype=np.int64)
    head, foot, free = network.reach_from.tolist(), network.reach_to.tolist(), 1
    for reach in network.order[::-1].tolist():
        here = label[foot[reach]]
        found = [here]
        for number in reversed(own.get(reach, ())):
            sides[:, number] = free, here
            here = free
            free += 1
            found.append(here)
        segments[reach] = found[::-1]
        if label[head[reach]] < 0:
            label[head[reach]] = here
        else:
            _join(same, label[head[reach]], here)
    roots = [_root(same, number) for number in range(len(same))]
    names = {root: number for number, root in enumerate(sorted(set(roots)))}
    final = np.array([names[root] for root in roots], dtype=np.int64)
    return Regions(
        cuts={r: tuple(borders[n].distance for n in numbers) for r, numbers in own.items()},
        segment=tuple(tuple(final[number] for number in found) for found in segments),
        node=final[np.array(label, dtype=np.int64)],
        above=final[sides[0]],
        below=final[sides[1]],
        outlet=int(final[0]),
    )


def _root(same: list[int], number: int) -> int:
    while same[number] != number:
        number = same[number]
    return number


def _join(same: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(same, one), _root(same, other)))
    same[second] = first


def countries_of(
    model: ModelLike, regions: Regions, borders: Sequence[Any], seen: NDArray[np.bool_]
) -> tuple[list[str], list[Notice]]:
    """Return the country of every region, and what the nodes say otherwise.

    Parameters
    ----------
    borders : places of kind "border", in the order that ``regions`` was cut by
    seen : (N,) true for nodes beside which something is computed; others are not complained of
    """
    by_id = {node.id: node for node in model.scenario.nodes}
    told = [str(getattr(by_id[name], "country", None) or "") for name in model.network.node_id]
    stands_on_border = {
        int(ends[border.position.reach])
        for border in borders
        for ends, at in (
            (model.network.reach_from, 0.0),
            (model.network.reach_to, float(model.network.reach_length[border.position.reach])),
        )
        if border.position.distance == at
    }
    claims: list[list[str]] = [[] for _ in range(regions.count)]
    for border, above, below in zip(borders, regions.above, regions.below, strict=True):
        claims[above].append(border.from_country)
        claims[below].append(border.to_country)
    votes = [Counter[str]() for _ in claims]
    for node, country in enumerate(told):
        if country and node not in stands_on_border:
            votes[regions.node[node]][country] += 1
    names = [
        next(filter(None, stated), "") or (most.most_common(1)[0][0] if most else UNNAMED)
        for stated, most in zip(claims, votes, strict=True)
    ]
    return names, _conflicts(model, regions, names, claims, told, stands_on_border, seen)


def _conflicts(
    model: ModelLike, regions: Regions, names: Sequence[str], claims: Sequence[Sequence[str]],
    told: Sequence[str], on_border: set[int], seen: NDArray[np.bool_],
) -> list[Notice]:  # fmt: skip
    """Return a notice for every region that is said to lie in several countries."""
    found = []
    for region, name in enumerate(names):
        others: dict[str, list[str]] = {}
        for node in np.flatnonzero((regions.node == region) & seen).tolist():
            if told[node] not in ("", name) and node not in on_border:
                others.setdefault(told[node], []).append(model.network.node_id[node])
        for country, nodes in others.items():
            few = ", ".join(nodes[:3]) + (f" and {len(nodes) - 3} more" if len(nodes) > 3 else "")
            found.append(
                Notice(
                    "countries",
                    f"{few}: by the column country in {country}, but no border lies between them "
                    f"and {name}; the account by country counts what is there as {name}.",
                )
            )
        found.extend(
            Notice(
                "countries",
                f"by one border a stretch lies in {country}, by another in {name}; the account "
                f"by country counts what is there as {name}.",
            )
            for country in sorted({c for c in claims[region] if c not in ("", name)})
        )
    return found


@dataclass(frozen=True)
class Pieces:
    """Cells cut at the ends of reaches and at borders: M pieces of K cells."""

    cell: IntArray
    """(M,)"""
    reach: IntArray
    """(M,)"""
    region: IntArray
    """(M,)"""
    length: Array
    """(M,) [m]"""
    share: Array
    """(M,) share of the volume of its cell [-]."""

    def by_region(self, values: Array, regions: int) -> Array:
        """(N, G) sums over regions of what cells hold, (N, K), shared by volume."""
        return np.stack(
            [np.bincount(self.region, self.share * row[self.cell], regions) for row in values]
        )

    def over_cells(self, per_length: Array, cells: int) -> Array:
        """(K,) integral over every cell of a quantity (R,) constant in each reach [unit m]."""
        summed = np.bincount(self.cell, per_length[self.reach] * self.length, cells)
        return np.asarray(summed, dtype=np.float64)


def cut_cells(network: Network, area: Array, regions: Regions, run: RunLike) -> Pieces:
    """Return the pieces of all cells.

    area : (R,) flowing cross-section, by which a cell's volume is shared [m2]

    A cell may begin in the reach above that of its centre and end in the one below. At a junction
    it begins where the reach does: what it holds of the reach above could be of either.
    """
    reach, head, foot = run.cell_reach, run.cell_head, run.cell_foot
    whole = (head >= 0.0) & (foot <= network.reach_length[reach])
    whole &= ~np.isin(reach, list(regions.cuts))
    first = np.array([own[0] for own in regions.segment], dtype=np.int64)
    plain = np.flatnonzero(whole)
    rest = [
        (number, *piece)
        for number in np.flatnonzero(~whole).tolist()
        for piece in _pieces(
            network, regions, int(reach[number]), float(head[number]), float(foot[number])
        )
    ]
    table = np.array(rest, dtype=np.float64).reshape(-1, 4)
    cell = np.concatenate([plain, table[:, 0].astype(np.int64)])
    of = np.concatenate([reach[plain], table[:, 1].astype(np.int64)])
    region = np.concatenate([first[reach[plain]], table[:, 2].astype(np.int64)])
    length = np.concatenate([(foot - head)[plain], table[:, 3]])
    volume = area[of] * length
    total = np.bincount(cell, volume, reach.size)
    return Pieces(cell, of, region, length, volume / total[cell])


def _pieces(
    network: Network, regions: Regions, reach: int, head: float, foot: float
) -> list[tuple[int, int, float]]:
    """Return (reach, region, length) of the pieces of one cell."""
    spans = [(reach, max(head, 0.0), min(foot, float(network.reach_length[reach])))]
    above, missing = reach, -head
    while missing > 0.0:
        node = int(network.reach_from[above])
        entering = network.upstream_pointer[node : node + 2]
        if entering[1] - entering[0] != 1:
            break
        above = int(network.upstream_reach[entering[0]])
        length = float(network.reach_length[above])
        spans.append((above, max(length - missing, 0.0), length))
        missing -= length
    below, missing = reach, foot - float(network.reach_length[reach])
    while missing > 0.0:
        below = int(network.reach_below[network.reach_to[below]])
        if below < 0:
            break
        length = float(network.reach_length[below])
        spans.append((below, 0.0, min(missing, length)))
        missing -= length
    found = []
    for own, begin, end in spans:
        edges = [begin, *(min(max(cut, begin), end) for cut in regions.cuts.get(own, ())), end]
        for region, a, b in zip(regions.segment[own], edges[:-1], edges[1:], strict=True):
            if b > a:
                found.append((own, region, b - a))
    # a cell that lies wholly outside of its reach (moved to a face) still belongs somewhere
    return found or [(reach, regions.segment[reach][-1], max(foot - head, 1e-9))]


def in_order_of_flow(network: Network, regions: Regions, first: Position | None) -> list[int]:
    """Return the regions as water from the first release passes them, then all others."""
    met: list[int] = []
    if first is not None:
        met.append(regions.at(first))
        for number, reach in enumerate(downstream_reaches(network, first.reach).tolist()):
            if number:
                met.extend(regions.segment[reach])
            else:
                met.extend(regions.segment[reach][regions.segment[reach].index(met[0]) :])
    return list(dict.fromkeys([*met, *reversed(range(regions.count))]))

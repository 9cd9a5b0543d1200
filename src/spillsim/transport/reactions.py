"""Exchange between pools, ready for the kernels of both marches.

Zones are parts of the river with one set of rates: the reaches, and in the march on a tree also
the cells that lie in two of them. From ``Kinetics`` of the zones ``build_reactions`` makes what
``react`` (in ``pools``) applies to a range of cells in a step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .arrays import ENDS, BoolArray, FloatArray, IntArray, Reactions
from .kinetics import Grains, Kinetics, Sorption, ledgers_of
from .propagators import propagators

CHUNK = 128
"""Cells taken at a time: what they hold in all pools stays in the innermost cache."""
ODD = 8
"""Entries by which the rows of the scratch are longer, so that they do not share cache lines."""


def no_reactions() -> Reactions:
    """Nothing reacts: what a march takes that has substances alone."""
    none = np.zeros((0, 0))
    return Reactions(
        np.zeros(ENDS + 1, dtype=np.int64), np.zeros((0, 4), dtype=np.int64), none,
        np.zeros((0, 0, 0)), none, 0.0, none, none, none, none,
        none,
    )  # fmt: skip


def take(kinetics: Kinetics, reach: IntArray) -> Kinetics:
    """Kinetics of zones that are reaches, or parts of reaches, given by index (Z,)."""
    grains = kinetics.grains
    if grains is not None:
        grains = replace(
            grains, settling=grains.settling[reach], erosion=grains.erosion[reach],
            depth=grains.depth[reach],
        )  # fmt: skip
    return replace(
        kinetics,
        discharge=kinetics.discharge[reach],
        linear=kinetics.linear[reach],
        grains=grains,
    )


def connections(kinetics: Kinetics) -> BoolArray:
    """(n, n) true where a pool (row) can take mass of another (column), directly, anywhere."""
    n, mobile = kinetics.linear.shape[-1], kinetics.mobile
    joined: BoolArray = np.asarray((kinetics.linear > 0.0).any(axis=(0, 1)))
    pairs: list[tuple[int, int]] = []
    if kinetics.grains is not None:
        own = kinetics.grains
        settles: BoolArray = np.asarray(own.settling.any(axis=(0, 1)))
        erodes: BoolArray = np.asarray(own.erosion.any(axis=(0, 1)))
        moved = [(c, m, f) for c, (m, f) in enumerate(zip(own.member, own.bed, strict=True))]
        for c, m, f in [*moved, *((w[0], w[1], w[2]) for w in own.follower)]:
            pairs += [(2 * mobile + f, m)] if settles[c] else []
            pairs += [(m, 2 * mobile + f)] if erodes[c] else []
    if kinetics.sorption is not None:
        for d, b in zip(kinetics.sorption.dissolved, kinetics.sorption.bound, strict=True):
            pairs += [(b, d), (d, b)]
    for to, of in pairs:
        joined[to, of] = True
    joined[np.arange(n), np.arange(n)] = False
    return np.asarray(joined)


def floors(kinetics: Kinetics, released: FloatArray, share: float) -> FloatArray:
    """(n,) mass of each pool that counts as nothing: a share of all that may get into it [kg].

    released : (B,) into each mobile pool [kg]
    """
    reached = connections(kinetics) | np.eye(kinetics.linear.shape[-1], dtype=np.bool_)
    for _ in range(int(np.ceil(np.log2(max(reached.shape[0], 2))))):
        reached = (reached.astype(np.int64) @ reached.astype(np.int64)) > 0
    return np.asarray(share * (reached[:, : released.size] @ np.abs(released)))


def build_reactions(
    kinetics: Kinetics, zone: IntArray, time_step: float, floor: FloatArray
) -> Reactions:
    """Tables of all zones, empty fixed pools and room to work in.

    Where the flow is steady (J = 1) ``values`` are filled; where it is not, ``mix_values`` fills
    them for the cells and the discharge of a step.

    Parameters
    ----------
    kinetics : Kinetics
        Of Z zones; see ``take``.
    zone : (K,) zone of each cell, -1 in the padding
    time_step : [s]
    floor : (n,) mass of each pool that counts as nothing [kg]; from ``floors``
    """
    mobile, fixed, cells = kinetics.mobile, kinetics.fixed, zone.size
    joined = connections(kinetics)
    # exchanged there, or lost from there; what comes may come by other ways
    stores = bool((joined[mobile : 2 * mobile].any()) | joined[:, mobile : 2 * mobile].any())
    table = propagators(kinetics.linear, time_step, ledgers_of(kinetics))
    of = joined[:, 2 * mobile :].any(axis=0) | _in_grains(kinetics)
    returning = np.flatnonzero(of).astype(np.int64)
    water = np.arange(2 * mobile if stores else mobile)
    pools = np.concatenate([water, 2 * mobile + returning])
    place = np.full(2 * mobile + fixed, -1)
    place[pools] = np.arange(pools.size)
    entries, row = _entries(table, pools, place, mobile)
    classes = 0 if kinetics.grains is None else kinetics.grains.member.size
    columns = [kinetics.discharge[:, :, None], table[:, :, entries[:, 0], entries[:, 1]]]
    own = kinetics.grains
    if own is not None:
        columns += [own.settling, own.erosion, 1.0 / own.depth[:, :, None]]
    whole = np.ascontiguousarray(np.concatenate(columns, axis=2))
    grains, of_grains = _grain_rows(kinetics.grains, place, mobile)
    pairs, of_pairs = _sorption_rows(kinetics.sorption)
    nonlinear = classes > 0 or pairs.shape[0] > 0
    values = np.zeros((whole.shape[2] + 1, cells))
    inside = np.flatnonzero(zone >= 0)
    if whole.shape[1] == 1:
        values[: whole.shape[2] - 1, inside] = whole[zone[inside], 0, 1:].T
    groups = np.stack([kinetics.groups[:-1], kinetics.groups[1:]], axis=1)
    row, sources = _in_fours(row, place[entries[:, 1]], whole.shape[2] - 1)
    parts = [row, sources, returning[:, None], grains, pairs, groups]
    begin = np.cumsum([0, *(own.shape[0] for own in parts)])
    limit = _limits(kinetics, floor, zone)
    shape = [mobile, pools.size, stores, nonlinear, bool(np.isfinite(limit).any()), classes,
             kinetics.groups.size - 1, *begin.tolist()]  # fmt: skip
    tie = np.concatenate([np.pad(own, ((0, 0), (0, 4 - own.shape[1]))) for own in parts])
    return Reactions(
        np.array(shape, dtype=np.int64), tie.astype(np.int64), values, whole,
        np.concatenate([of_grains, of_pairs]), 0.5 * time_step, np.zeros((fixed, cells)), limit,
        np.zeros((fixed, cells + 1)), np.zeros((kinetics.groups.size, cells)),
        np.zeros((2 * pools.size, CHUNK + ODD)),
    )  # fmt: skip


def _in_grains(kinetics: Kinetics) -> BoolArray:
    """(F,) true for beds of classes, and of what follows them, that are not linear."""
    found = np.zeros(kinetics.fixed, dtype=np.bool_)
    if kinetics.grains is not None:
        found[kinetics.grains.bed] = True
        found[kinetics.grains.follower[:, 2]] = True
    return found


def _entries(
    table: FloatArray, pools: IntArray, place: IntArray, mobile: int
) -> tuple[IntArray, IntArray]:
    """(E, 2) pools that an entry leads to and from; (D, 3) pools that change, as in
    ``Reactions.tie``, and their entries."""
    used = (table != 0.0).any(axis=(0, 1))
    entries: list[tuple[int, int]] = []
    row: list[tuple[int, int, int]] = []
    for to in range(table.shape[-1]):
        others = [int(of) for of in pools if of != to and used[to, of]]
        first = len(entries)
        if place[to] >= 0:
            entries += [(to, to), *((to, of) for of in others)]
            row.append((int(place[to]), first, len(entries)))
        elif others:
            entries += [(to, of) for of in others]
            row.append((-1 - (to - 2 * mobile), first, len(entries)))
    return (
        np.array(entries, dtype=np.int64).reshape(-1, 2),
        np.array(row, dtype=np.int64).reshape(-1, 3),
    )


def _in_fours(row: IntArray, source: IntArray, zeros: int) -> tuple[IntArray, IntArray]:
    """(D, 3) rows and (S, 2) sources as in ``Reactions.tie``, given the row of ``values`` of 0."""
    sources: list[tuple[int, int]] = []
    rows: list[tuple[int, int, int]] = []
    for to, first, last in row.tolist():
        begin = len(sources)
        sources += [(int(source[e]), e) for e in range(first, last)]
        sources += [(0, zeros)] * (-(last - first) % 4)
        rows.append((to, row.shape[0] + begin, row.shape[0] + len(sources)))
    return (
        np.array(rows, dtype=np.int64).reshape(-1, 3),
        np.array(sources, dtype=np.int64).reshape(-1, 2),
    )


def _grain_rows(grains: Grains | None, place: IntArray, mobile: int) -> tuple[IntArray, FloatArray]:
    """Their parts of ``Reactions.tie`` and ``Reactions.numbers``."""
    if grains is None:
        return np.zeros((0, 4), dtype=np.int64), np.zeros((0, 7))
    rows = [
        (m, place[2 * mobile + f], c, 0)
        for c, (m, f) in enumerate(zip(grains.member, grains.bed, strict=True))
    ]
    rows += [(m, place[2 * mobile + f], c, 1) for c, m, f in grains.follower]
    single = np.stack([grains.velocity, grains.gelling, grains.exponent], axis=1)
    numbers = np.concatenate([single, grains.floc.reshape(-1, 4)], axis=1)
    return np.array(rows, dtype=np.int64).reshape(-1, 4), np.ascontiguousarray(numbers)


def _sorption_rows(sorption: Sorption | None) -> tuple[IntArray, FloatArray]:
    """Likewise; equilibria of a dissolved pool stand together."""
    if sorption is None:
        return np.zeros((0, 4), dtype=np.int64), np.zeros((0, 7))
    instant = np.isinf(sorption.rate)
    order = np.lexsort((sorption.dissolved, ~instant))
    kind = np.zeros(order.size, dtype=np.int64)
    dissolved, at_once = sorption.dissolved[order], instant[order]
    kind[at_once] = 2
    heads = at_once & np.append(True, dissolved[1:] != dissolved[:-1])
    kind[heads] = 1
    rows = np.stack([dissolved, sorption.bound[order], sorption.member[order], kind], axis=1)
    numbers = np.stack([sorption.coefficient[order], sorption.rate[order]], axis=1)
    return rows.astype(np.int64), np.pad(numbers.astype(np.float64), ((0, 0), (0, 5)))


def _limits(kinetics: Kinetics, floor: FloatArray, zone: IntArray) -> FloatArray:
    """(F, K) as ``Reactions.limit``: finite where a pool does not stay as it is in a cell's zone.

    What lies there and decays is to go on doing so, even if it never comes back.
    """
    first, fixed = 2 * kinetics.mobile, kinetics.fixed
    off = kinetics.linear.copy()
    off[:, :, np.arange(first + fixed), np.arange(first + fixed)] = 0.0
    changes: BoolArray = np.asarray((off[:, :, :, first:] > 0.0).any(axis=(1, 2)))
    if kinetics.grains is not None:
        own = kinetics.grains
        erodes: BoolArray = np.asarray((own.erosion > 0.0).any(axis=1))
        changes[:, own.bed] |= erodes
        changes[:, own.follower[:, 2]] |= erodes[:, own.follower[:, 0]]
    least = np.where(changes.T, floor[first:, None], np.inf)
    limit = np.full((fixed, zone.size), np.inf)
    inside = zone >= 0
    limit[:, inside] = least[:, zone[inside]]
    return limit

"""What holds between reservoirs, diversions, splits and the network; the reaches they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .draft import Draft
from .faults import any_of, nearest, quoted
from .reservoirs import Diversion, Reservoir, Split
from .tables import Row, Table

_ARM = (0.01, 0.99)
"""Range of the share at first: the steady flow at first needs water in every arm."""


def fill_reaches(draft: Draft) -> None:
    """Let the rows of reservoirs and of arms with a table say what their sections say.

    A reservoir's reach has its volume, whatever hydraulic method the table gives; arms whose
    shares are left out have at first those of their tables.
    """
    if draft.reaches is None:
        return
    by_id = {row.cells["id"]: row for row in draft.reaches.rows if "id" in row.cells}
    for reservoir in _whole(draft.reservoirs):
        row = by_id.get(reservoir.reach)
        if row is not None:
            _fill_reservoir(draft, draft.reaches, row, reservoir)
    for name in draft.unread_reservoirs:
        if name in by_id:  # what the row lacks may be what the section says
            by_id[name].cells |= {"hydraulics": "volume", "volume": float("nan")}
    for split in _whole(draft.splits):
        arms = [row for row in by_id.values() if row.cells.get("from") == split.node]
        without = [row for row in arms if "share" not in row.cells]
        if len(without) > 1 and split.reach in by_id and by_id[split.reach] in without:
            by_id[split.reach].cells["share"] = _share_at_first(split)


def _fill_reservoir(draft: Draft, table: Table, row: Row, reservoir: Reservoir) -> None:
    kind = "channel" if reservoir.mixing == "reach" else "tank"
    given = row.cells.get("kind", kind)
    if given != kind:
        table.add_fault(
            draft.faults, row, "kind",
            f"{quoted(given)} does not go with mixing = {quoted(reservoir.mixing)} of its "
            "[[reservoir]]", f"Leave it out, or write {kind}.",
        )  # fmt: skip
    row.cells |= {"kind": kind, "hydraulics": "volume", "volume": reservoir.volume}
    if "length" in row.cells and "width" not in row.cells:
        row.cells["width"] = _surface(reservoir) / row.cells["length"]


def _surface(reservoir: Reservoir) -> float:
    """Area of the water's surface at first [m2]."""
    volumes, stages = reservoir.stage_volume, reservoir.stage
    k = max(i for i in range(len(stages) - 1) if i == 0 or volumes[i] <= reservoir.volume)
    return (volumes[k + 1] - volumes[k]) / (stages[k + 1] - stages[k])


def _share_at_first(split: Split) -> float:
    at = max((k for k, x in enumerate(split.at) if x <= 0.0), default=0) if split.by_time else 0
    return min(max(split.share[at], _ARM[0]), _ARM[1])


def check_reservoirs(draft: Draft) -> None:
    """Add the faults of names that do not resolve, of places and of shares."""
    nodes, reaches = _ids(draft.nodes), _ids(draft.reaches)
    faults = draft.faults
    seen: set[str] = set()
    for reservoir in _whole(draft.reservoirs):
        _known(draft, reservoir, "reach", "reach", reservoir.reach, reaches)
        if reservoir.reach in seen:
            faults.add(f"{reservoir._where}.reach",
                       f"reach {quoted(reservoir.reach)} is a reservoir already")  # fmt: skip
        seen.add(reservoir.reach)
    leaving = _leaving(draft)
    for diversion in _whole(draft.diversions):
        _check_diversion(draft, diversion, nodes, leaving)
    for split in _whole(draft.splits):
        _known(draft, split, "at.node", "node", split.node, nodes)
        _known(draft, split, "reach", "reach", split.reach, reaches)
    if leaving is not None:
        _check_arms(draft, leaving)
    if draft.discharges is not None:
        _check_table_flow(draft)


def _check_diversion(
    draft: Draft, diversion: Diversion, nodes: Iterable[str] | None,
    leaving: dict[str, list[str]] | None,
) -> None:  # fmt: skip
    node = diversion.at.node
    known = _known(draft, diversion, "at.node", "node", node, nodes)
    if known and leaving is not None and node not in leaving:
        draft.faults.add(
            f"{diversion._where}.at.node", f"node {quoted(node)} is the outlet; no reach leaves it",
            "Take the water at a node above it.",
        )  # fmt: skip
    if (diversion.discharge is None) == (diversion.share is None):
        draft.faults.add(diversion._where, "needs either a discharge or a share",
                         'E.g. discharge = "2 m3/s".')  # fmt: skip


def _check_arms(draft: Draft, leaving: dict[str, list[str]]) -> None:
    """Each arm with a table leaves its node; what the tables give adds up to no more than one."""
    by_node: dict[str, list[Split]] = {}
    for split in _whole(draft.splits):
        arms = leaving.get(split.node)
        if arms is None:
            continue
        if split.reach not in arms:
            draft.faults.add(
                f"{split._where}.reach",
                f"reach {quoted(split.reach)} does not leave node {quoted(split.node)}",
                f"These do: {any_of(arms)}.",
            )
        elif len(arms) == 1:
            draft.faults.add(f"{split._where}.at.node",
                             f"the river does not divide at node {quoted(split.node)}")  # fmt: skip
        elif any(other.reach == split.reach for other in by_node.get(split.node, [])):
            draft.faults.add(f"{split._where}.reach", "has a split already")
        else:
            by_node.setdefault(split.node, []).append(split)
    for node, splits in by_node.items():
        if len(splits) == len(leaving[node]):
            draft.faults.add(
                f"{splits[-1]._where}.reach", "is the only arm left, which takes the rest",
                "Leave out the split of one arm of each node.",
            )  # fmt: skip
        elif _most(splits) > 1.0 + 1e-9:
            draft.faults.add(
                f"{splits[-1]._where}.table",
                f"the shares of the arms of node {quoted(node)} add up to {_most(splits):.6g}",
                "They must leave something for the arm without a split.",
            )


def _most(splits: Sequence[Split]) -> float:
    """The largest sum of the shares of a node's tables."""
    if len({split.by_time for split in splits}) > 1:
        return sum(max(split.share) for split in splits)
    points = sorted({x for split in splits for x in split.at})
    return max(sum(_at(split, x) for split in splits) for x in points)


def _at(split: Split, x: float) -> float:
    if x <= split.at[0] or x >= split.at[-1]:
        return split.share[0] if x <= split.at[0] else split.share[-1]
    k = max(i for i, known in enumerate(split.at) if known <= x)
    way = (x - split.at[k]) / (split.at[k + 1] - split.at[k])
    return split.share[k] + way * (split.share[k + 1] - split.share[k])


def _check_table_flow(draft: Draft) -> None:
    """A table of discharges leaves nothing to route."""
    ruled = [one for one in _whole(draft.reservoirs) if one.outlets]
    for item in [*ruled, *_whole(draft.diversions), *_whole(draft.splits)]:
        draft.faults.add(
            item._where,
            'flow.kind = "table" already gives every discharge over time; nothing is routed',
            'Write flow.kind = "inflows" or "gauges" for the flow at first.',
        )


def _known(
    draft: Draft, item: Any, key: str, what: str, name: str, ids: Iterable[str] | None
) -> bool:
    if ids is None or name in ids:
        return True
    draft.faults.add(f"{item._where}.{key}", f"there is no {what} {quoted(name)}",
                     nearest(name, ids))  # fmt: skip
    return False


def _leaving(draft: Draft) -> dict[str, list[str]] | None:
    """Reaches that leave each node; None where some are not known."""
    if draft.reaches is None or not draft.reaches.named("id", "from", "to"):
        return None
    found: dict[str, list[str]] = {}
    for row in draft.reaches.rows:
        found.setdefault(row.cells["from"], []).append(row.cells["id"])
    return found


def _ids(table: Table | None) -> dict[str, None] | None:
    """Ids of a table; None where some are not known."""
    if table is None or not table.named("id"):
        return None
    return dict.fromkeys(row.cells["id"] for row in table.rows)


def _whole(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if item is not None]

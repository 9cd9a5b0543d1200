"""What can be wrong with a river network, told in the user's ids."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each


@dataclass(frozen=True, slots=True)
class GraphFault:
    """One thing wrong with the network, placed at a reach or a node."""

    message: str
    """What was found and what is allowed."""
    reach: int | None = None
    """Index of the reach in question."""
    node: int | None = None
    """Index of the node in question."""
    hint: str = ""
    """What to do instead."""
    column: str = ""
    """Column of the reach or node table in question, e.g. ``"to"``."""


def find_faults(
    node_ids: Sequence[str],
    kinds: Sequence[str],
    reach_ids: Sequence[str],
    from_ids: Sequence[str],
    to_ids: Sequence[str],
    shares: Sequence[float | None] | None = None,
) -> list[GraphFault]:
    """List everything that keeps nodes and reaches from being a river that flows to one outlet.

    Parameters
    ----------
    node_ids, kinds : (N,) id of each node and its kind, ``""`` where none was given
    reach_ids, from_ids, to_ids : (R,) id of each reach and of the nodes at its head and foot
    shares : (R,) share of the discharge at its head that each reach takes, None where not given
    """
    faults = [
        *_duplicates(node_ids, "node"),
        *_duplicates(reach_ids, "reach"),
    ]
    if not reach_ids:
        faults.append(GraphFault("there is no reach; at least one is needed"))
        return faults
    index = {name: n for n, name in reversed(list(enumerate(node_ids)))}
    edges, unknown = _edges(index, reach_ids, from_ids, to_ids)
    faults += unknown
    graph = _Graph(len(node_ids), edges)
    faults += _bifurcations(graph, node_ids, reach_ids, shares)
    cycles = _cycles(graph, node_ids)
    faults += cycles
    if not unknown:  # else a node may be missed only because its name is misspelt
        faults += _orphans(graph, node_ids)
        faults += _outlets(graph, node_ids, bool(cycles))
    faults += _kinds(graph, node_ids, kinds, reach_ids)
    return faults


class _Graph:
    """Reaches leaving and entering each node; reaches with unknown ends are left out."""

    def __init__(self, nodes: int, edges: Sequence[tuple[int, int, int]]) -> None:
        self.leaving: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
        self.entering: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
        for reach, head, foot in edges:
            self.leaving[head].append((reach, foot))
            self.entering[foot].append((reach, head))


def _duplicates(ids: Sequence[str], what: str) -> list[GraphFault]:
    first: dict[str, int] = {}
    faults = []
    for index, name in enumerate(ids):
        if name in first:
            faults.append(
                GraphFault(
                    f'{what} "{name}" is given twice; every {what} needs its own id',
                    reach=index if what == "reach" else None,
                    node=index if what == "node" else None,
                    column="id",
                )
            )
        first.setdefault(name, index)
    return faults


def _edges(
    index: dict[str, int],
    reach_ids: Sequence[str],
    from_ids: Sequence[str],
    to_ids: Sequence[str],
) -> tuple[list[tuple[int, int, int]], list[GraphFault]]:
    """Reaches with node indices, and the faults of those without."""
    edges: list[tuple[int, int, int]] = []
    faults: list[GraphFault] = []
    for reach, (head, foot) in enumerate(zip(from_ids, to_ids, strict=True)):
        for column, name in (("from", head), ("to", foot)):
            if name not in index:
                hint = nearest(name, index) if len(faults) < _MOST_HINTS else ""
                faults.append(GraphFault(f'there is no node "{name}"', reach, None, hint, column))
        if head == foot:
            faults.append(
                GraphFault(
                    f'reach "{reach_ids[reach]}" flows from "{head}" to itself',
                    reach,
                    column="to",
                )
            )
        elif head in index and foot in index:
            edges.append((reach, index[head], index[foot]))
    return edges, faults


def nearest(name: str, names: Iterable[str]) -> str:
    """``'Did you mean "szolnok"?'``, or nothing when no name is near."""
    names = list(names)
    found = [known for known in names if known.casefold() == name.casefold()]
    found = found or difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f'Did you mean "{found[0]}"?' if found else ""


def _bifurcations(
    graph: _Graph,
    node_ids: Sequence[str],
    reach_ids: Sequence[str],
    shares: Sequence[float | None] | None,
) -> list[GraphFault]:
    """Where a river divides, the shares of its arms add up to one."""
    faults = []
    for node, leaving in enumerate(graph.leaving):
        if len(leaving) < 2:
            continue
        names = _listed(reach_ids[reach] for reach, _ in leaving)
        arms = "both" if len(leaving) == 2 else "all"
        where = f'the reaches {names} {arms} leave node "{node_ids[node]}"'
        text = shares_fault([None if shares is None else shares[reach] for reach, _ in leaving])
        hint = f"Give the column share so that it adds up to 1 at {node_ids[node]}."
        if text == _SHARES_UNKNOWN:
            hint = "Give the column share for all of them but one, which takes the rest."
        if text:
            faults.append(GraphFault(where + text, leaving[1][0], node, hint, "share"))
    return faults


_SHARES_UNKNOWN = "; how do they share its discharge?"


def shares_fault(given: Sequence[float | None]) -> str:
    """Say what is wrong with the shares of the reaches that leave a node, or nothing.

    given : share of each, None where not given
    """
    known = [share for share in given if share is not None]
    total = sum(known)
    if len(known) < len(given) - 1:
        return _SHARES_UNKNOWN
    if len(known) == len(given) and abs(total - 1.0) > 1e-6:
        return f"; their shares add up to {total:.6g}, not to 1"
    if len(known) < len(given) and not total < 1.0:
        return f"; the shares given add up to {total:.6g}, which leaves nothing over"
    return ""


def _cycles(graph: _Graph, node_ids: Sequence[str]) -> list[GraphFault]:
    """Find loops: peel off nodes that nothing enters, then walk upstream in what is left."""
    count = [len(entering) for entering in graph.entering]
    ready = [node for node, number in enumerate(count) if number == 0]
    while ready:
        for _, foot in graph.leaving[ready.pop()]:
            count[foot] -= 1
            if count[foot] == 0:
                ready.append(foot)
    left = [number > 0 for number in count]
    walk_of = [-1] * len(left)
    faults = []
    for start, stays in enumerate(left):
        path: list[tuple[int, int]] = []
        node = start
        while stays and walk_of[node] < 0:
            walk_of[node] = start
            reach, head = next(edge for edge in graph.entering[node] if left[edge[1]])
            path.append((node, reach))
            node = head
        if path and walk_of[node] == start:
            at = [n for n, _ in path].index(node)
            faults.append(_cycle_fault(path[at:], node_ids))
    return faults


def _cycle_fault(loop: Sequence[tuple[int, int]], node_ids: Sequence[str]) -> GraphFault:
    """``loop`` goes upstream; the message goes with the water, from the first node of the file."""
    first = min(range(len(loop)), key=lambda i: loop[i][0])
    nodes = [loop[(first - i) % len(loop)][0] for i in range(len(loop))]
    names = [node_ids[node] for node in (*nodes, nodes[0])]
    if len(names) > 12:
        names = [*names[:6], f"... ({len(names) - 11} more) ...", *names[-5:]]
    reach = next(reach for node, reach in loop if node == nodes[0])
    return GraphFault(
        "the water flows in a circle: " + " -> ".join(names), reach=reach, node=nodes[0]
    )


def _orphans(graph: _Graph, node_ids: Sequence[str]) -> list[GraphFault]:
    return [
        GraphFault(
            f'no reach begins or ends at node "{node_ids[node]}"',
            node=node,
            hint="Remove the node, or correct the from or to of a reach.",
            column="id",
        )
        for node, (leaving, entering) in enumerate(zip(graph.leaving, graph.entering, strict=True))
        if not leaving and not entering
    ]


def _outlets(graph: _Graph, node_ids: Sequence[str], cyclic: bool) -> list[GraphFault]:
    """Several outlets: separate rivers, or one that was pointed the wrong way."""
    part = _parts(graph)
    outlets = [
        node for node, entering in enumerate(graph.entering) if entering and not graph.leaving[node]
    ]
    members: dict[int, int] = {}
    for node, root in enumerate(part):
        if graph.entering[node] or graph.leaving[node]:
            members[root] = members.get(root, 0) + 1
    if len(outlets) <= 1 and (len(members) <= 1 or cyclic):
        return []
    names = _listed(node_ids[node] for node in outlets)
    if len(members) > 1:
        # Point at the smallest part: it is the one most likely to be astray.
        outlets.sort(key=lambda node: -members[part[node]])
        text = f"the network falls into {len(members)} parts that are not connected"
        return [
            GraphFault(
                f"{text}; their outlets are {names}",
                reach=graph.entering[outlets[-1]][0][0] if outlets else None,
                node=outlets[-1] if outlets else None,
                hint="Connect the parts, or leave out those that the spill does not touch.",
            )
        ]
    return [
        GraphFault(
            f"there are {len(outlets)} outlets, {names}; one is needed",
            reach=graph.entering[outlets[-1]][0][0],
            node=outlets[-1],
            hint="Check from and to of the reaches above them.",
        )
    ]


def _parts(graph: _Graph) -> list[int]:
    """The connected part of each node, named by its first node."""
    part = [-1] * len(graph.leaving)
    for start in range(len(part)):
        waiting = [start] if part[start] < 0 else []
        while waiting:
            node = waiting.pop()
            if part[node] >= 0:
                continue
            part[node] = start
            waiting.extend(other for _, other in graph.leaving[node])
            waiting.extend(other for _, other in graph.entering[node])
    return part


def _kinds(
    graph: _Graph, node_ids: Sequence[str], kinds: Sequence[str], reach_ids: Sequence[str]
) -> list[GraphFault]:
    faults = []
    for node, kind in enumerate(kinds):
        if kind == "headwater" and graph.entering[node]:
            reach = graph.entering[node][0][0]
            faults.append(
                GraphFault(
                    f'node "{node_ids[node]}" is a headwater, but reach "{reach_ids[reach]}" '
                    "flows into it",
                    reach=None,
                    node=node,
                    column="kind",
                )
            )
        if kind == "outlet" and graph.leaving[node]:
            reach = graph.leaving[node][0][0]
            faults.append(
                GraphFault(
                    f'node "{node_ids[node]}" is an outlet, but reach "{reach_ids[reach]}" '
                    "leaves it",
                    reach=None,
                    node=node,
                    column="kind",
                )
            )
    return faults


def _listed(names: Iterable[str], most: int = 5) -> str:
    quoted = [f'"{name}"' for name in names]
    if len(quoted) > most:
        return ", ".join(quoted[:most]) + f" and {len(quoted) - most} more"
    return " and ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))

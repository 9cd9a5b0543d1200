"""Where releases, stations and borders lie, and whether the spill can reach the borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import network as river_network
from .at import AlongReach, AtNode, AtReach, AtRiverKm, Place, start_of
from .faults import nearest, quoted
from .releases import ConcentrationSeries, Release
from .sections import Border, Station

if TYPE_CHECKING:
    from ..network import Network, Position
    from .draft import Draft
    from .tables import Row, Table

_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each


class _Places:
    """Finds the places of a draft; what all of them need is gathered once."""

    def __init__(self, draft: Draft, network: Network | None) -> None:
        self.faults, self.network = draft.faults, network
        self.known = {"node": _ids(draft.nodes), "reach": _ids(draft.reaches)}
        self._draft = draft
        self._columns: tuple[list[float], list[str], list[str]] | None = None
        self._hints = 0

    def locate(self, item: Release | Station | Border) -> Position | None:
        """Position of an item, or a fault; without a network only its names are checked."""
        where, at = f"{item._where}.at", item.at
        if isinstance(at, AtNode | AtReach | AlongReach):
            key, name = ("node", at.node) if isinstance(at, AtNode) else ("reach", at.reach)
            known = self.known[key]
            if known is None:
                return None
            if name not in known:
                hint = nearest(name, known) if self._hints < _MOST_HINTS else ""
                self._hints += 1
                self.faults.add(f"{where}.{key}", f"there is no {key} {quoted(name)}", hint)
                return None
        if self.network is None:
            return None
        try:
            return self._position(self.network, at)
        except LookupError as error:
            key = {"AtRiverKm": "river_km", "AtReach": "distance"}.get(type(at).__name__, "node")
            message = str(error.args[0])
            if isinstance(at, AtRiverKm) and message.startswith("no reach belongs"):
                key = "river"
            text, _, hint = message.partition(". ")
            self.faults.add(f"{where}.{key}", text, hint)
            return None

    def _position(self, network: Network, at: Place) -> Position:
        if isinstance(at, AtNode):
            return river_network.locate_node(network, network.node_index[at.node])
        if isinstance(at, AtReach | AlongReach):
            index = network.reach_index[at.reach]
            return river_network.locate_reach(network, index, start_of(at))
        if self._columns is None:
            nodes, reaches = self._draft.nodes, self._draft.reaches
            assert nodes is not None
            assert reaches is not None
            self._columns = (
                [row.cells.get("river_km", float("nan")) for row in nodes.rows],
                [row.cells.get("river", "") for row in reaches.rows],
                [row.cells.get("river", "") for row in nodes.rows],
            )
        km, reach_river, node_river = self._columns
        return river_network.locate_river_km(
            network, km, reach_river, at.river, at.river_km, node_river
        )


def _ids(table: Table | None) -> dict[str, None] | None:
    """Ids of a table; None where some are not known."""
    if table is None or not table.named("id"):
        return None
    return dict.fromkeys(row.cells["id"] for row in table.rows)


def check_places(draft: Draft, network: Network | None) -> None:
    """Add the faults of every ``at``, and of borders below no release."""
    found = _Places(draft, network)
    placed = [item for item in draft.releases if item is not None]
    places = {release._where: found.locate(release) for release in placed}
    if network is not None:
        for release in placed:
            place = places[release._where]
            if place is not None and not _check_release(draft, network, release, place):
                places[release._where] = None
        _check_river_km(draft, network)
    for station in draft.stations:
        if station is not None:
            found.locate(station)
    sources = [place for place in places.values() if place is not None]
    complete = len(sources) == len(draft.releases) and bool(sources)
    for border in draft.borders:
        place = None if border is None else found.locate(border)
        if border is None or place is None or network is None or not complete:
            continue
        if not any(river_network.passes(network, place, sources)):
            draft.faults.add(
                f"{border._where}.at",
                f"the border {quoted(border.name)} lies not downstream of any release",
            )


def _check_release(draft: Draft, network: Network, release: Release, place: Position) -> bool:
    """A release has river below it; a measured concentration stands at a headwater."""
    where = f"{release._where}.at"
    foot = int(network.reach_to[place.reach])
    if foot == network.outlet and place.distance >= network.reach_length[place.reach]:
        draft.faults.add(where, "the release lies at the outlet, with no river below it")
        return False
    if isinstance(release, ConcentrationSeries):
        node = int(network.reach_from[place.reach])
        entering = network.upstream_pointer[node + 1] - network.upstream_pointer[node]
        if place.distance > 0 or entering:
            draft.faults.add(
                where,
                "a measured concentration enters at a headwater, a node that no reach flows into",
                "Cut the network at the place of the measurement.",
            )
            return False
    return True


def _check_river_km(draft: Draft, network: Network) -> None:
    """river_km falls from node to node down each river."""
    nodes, reaches = draft.nodes, draft.reaches
    assert nodes is not None
    assert reaches is not None
    if not any("river_km" in row.cells for row in nodes.rows):
        return
    # the next node down each reach's river that has a river_km, from the outlet up
    following: dict[int, Row] = {}
    wrong: dict[int, Row] = {}
    head, end = network.reach_from.tolist(), network.reach_to.tolist()
    below = network.reach_below.tolist()
    for reach in network.order[::-1].tolist():
        river = reaches.rows[reach].cells.get("river")
        if not river:
            continue
        foot: Row | None = nodes.rows[end[reach]]
        if not _counts(foot, river):
            after = below[end[reach]]
            same = after >= 0 and reaches.rows[after].cells.get("river") == river
            foot = following.get(after) if same else None
        if foot is None:
            continue
        following[reach] = foot
        above = nodes.rows[head[reach]]
        if _counts(above, river) and not foot.cells["river_km"] < above.cells["river_km"]:
            wrong[reach] = foot
    for reach in network.order.tolist() if wrong else ():
        if reach not in wrong:
            continue
        foot, above = wrong[reach], nodes.rows[head[reach]]
        nodes.add_fault(
            draft.faults,
            foot,
            "river_km",
            f"km {foot.cells['river_km'] / 1000:.10g} must be below "
            f'km {above.cells["river_km"] / 1000:.10g} of node "{above.cells["id"]}" upstream: '
            "river_km falls downstream",
        )


def _counts(node: Row | None, river: str) -> bool:
    """Tell whether a node has a kilometre of a river."""
    return node is not None and node.cells.get("river") == river and "river_km" in node.cells

"""Where releases, stations and borders lie, and whether the spill can reach the borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import network as river_network
from .faults import nearest, quoted
from .sections import (
    AtNode,
    AtReach,
    AtRiverKm,
    Border,
    ConcentrationSeries,
    Release,
    Station,
)

if TYPE_CHECKING:
    from ..network import Network, Position
    from .draft import Draft


def check_places(draft: Draft, network: Network | None) -> None:
    """Add the faults of every ``at``, and of borders below no release."""
    placed = [item for item in draft.releases if item is not None]
    places = {release._where: _locate(draft, network, release) for release in placed}
    if network is not None:
        for release in placed:
            place = places[release._where]
            if place is not None and not _check_release(draft, network, release, place):
                places[release._where] = None
        _check_river_km(draft, network)
    for station in draft.stations:
        if station is not None:
            _locate(draft, network, station)
    sources = [place for place in places.values() if place is not None]
    complete = len(sources) == len(draft.releases) and bool(sources)
    for border in draft.borders:
        place = None if border is None else _locate(draft, network, border)
        if border is None or place is None or network is None or not complete:
            continue
        if not any(river_network.is_downstream(network, place, of) for of in sources):
            draft.faults.add(
                f"{border._where}.at",
                f"the border {quoted(border.name)} lies not downstream of any release",
            )


def _locate(
    draft: Draft, network: Network | None, item: Release | Station | Border
) -> Position | None:
    """Position of an item, or a fault; without a network only its names are checked."""
    where, at = f"{item._where}.at", item.at
    if isinstance(at, AtNode | AtReach):
        key, name = ("node", at.node) if isinstance(at, AtNode) else ("reach", at.reach)
        table = draft.nodes if key == "node" else draft.reaches
        if table is None or not table.named("id"):
            return None
        known = [row.cells["id"] for row in table.rows]
        if name not in known:
            draft.faults.add(
                f"{where}.{key}", f"there is no {key} {quoted(name)}", nearest(name, known)
            )
            return None
    if network is None:
        return None
    try:
        return _position(draft, network, at)
    except LookupError as error:
        key = {"AtRiverKm": "river_km", "AtReach": "distance"}.get(type(at).__name__, "node")
        message = str(error.args[0])
        if isinstance(at, AtRiverKm) and message.startswith("no reach belongs"):
            key = "river"
        text, _, hint = message.partition(". ")
        draft.faults.add(f"{where}.{key}", text, hint)
        return None


def _position(draft: Draft, network: Network, at: AtNode | AtReach | AtRiverKm) -> Position:
    if isinstance(at, AtNode):
        return river_network.locate_node(network, network.node_id.index(at.node))
    if isinstance(at, AtReach):
        return river_network.locate_reach(network, network.reach_id.index(at.reach), at.distance)
    assert draft.nodes is not None
    assert draft.reaches is not None
    return river_network.locate_river_km(
        network,
        [row.cells.get("river_km", float("nan")) for row in draft.nodes.rows],
        [row.cells.get("river", "") for row in draft.reaches.rows],
        at.river,
        at.river_km,
        [row.cells.get("river", "") for row in draft.nodes.rows],
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
    for reach in network.order.tolist():
        river = reaches.rows[reach].cells.get("river")
        if not river:
            continue
        head = nodes.rows[int(network.reach_from[reach])]
        if head.cells.get("river") != river or "river_km" not in head.cells:
            continue
        # The next node of this river that has a river_km.
        below = reach
        while below >= 0 and reaches.rows[below].cells.get("river") == river:
            foot = nodes.rows[int(network.reach_to[below])]
            if foot.cells.get("river") == river and "river_km" in foot.cells:
                break
            below = int(network.reach_below[network.reach_to[below]])
        else:
            continue
        if not foot.cells["river_km"] < head.cells["river_km"]:
            nodes.add_fault(
                draft.faults,
                foot,
                "river_km",
                f"km {foot.cells['river_km'] / 1000:.10g} must be below "
                f'km {head.cells["river_km"] / 1000:.10g} of node "{head.cells["id"]}" upstream: '
                "river_km falls downstream",
            )

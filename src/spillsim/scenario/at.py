"""Where something is: at a node, at a kilometre of a river, in a reach, or all along it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from .base import Section
from .fields import Distance, Identifier, Name, RiverKm, refuse


class AtNode(Section):
    """At a node."""

    node: Identifier


class AtRiverKm(Section):
    """At a kilometre of a river."""

    river: Name
    river_km: RiverKm = Field(examples=["49 km"])


class AtReach(Section):
    """At a distance below the head of a reach."""

    reach: Identifier
    distance: Distance = Field(examples=["3 km"])


class AlongReach(Section):
    """Spread evenly along a reach."""

    reach: Identifier


def _at_tag(value: Any) -> str | None:
    """Choose the form of a place by its keys."""
    if isinstance(value, AtNode | AtRiverKm | AtReach):
        return {AtNode: "<node>", AtRiverKm: "<river>", AtReach: "<reach>"}[type(value)]
    if not isinstance(value, dict):
        return None
    for key, tag in (("reach", "<reach>"), ("distance", "<reach>"), ("node", "<node>")):
        if key in value:
            return tag
    return "<river>" if value.keys() & {"river", "river_km"} else None


At = Annotated[
    Annotated[AtNode, Tag("<node>")]
    | Annotated[AtRiverKm, Tag("<river>")]
    | Annotated[AtReach, Tag("<reach>")],
    Discriminator(
        _at_tag,
        custom_error_type="spillsim",
        custom_error_message="{message}",
        custom_error_context={
            "message": "a place is needed",
            "hint": 'Write { node = "id" }, { river = "Szamos", river_km = "49 km" } '
            'or { reach = "id", distance = "3 km" }.',
        },
    ),
]


def _along(value: Any) -> Any:
    """A reach as a whole; points of the river are refused in words."""
    points = {"node", "river", "river_km", "distance"}
    if isinstance(value, AlongReach) or (isinstance(value, dict) and not value.keys() & points):
        return value
    raise refuse(
        "seepage comes in all along a reach, not at one point",
        'Write at = { reach = "id" }; for a point there is kind = "rate".',
    )


def start_of(at: AtReach | AlongReach) -> float:
    """Distance below the head of a reach at which something lies or begins [m]."""
    return at.distance if isinstance(at, AtReach) else 0.0


Place = AtNode | AtRiverKm | AtReach | AlongReach

WholeReach = Annotated[AlongReach, BeforeValidator(_along)]

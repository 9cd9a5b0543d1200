"""Uniform zones below a release: the river cut so that everything is constant in each piece."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..network.network import Position
from .river import Array, Flags, Index, River

ASIDE = 40.0
"""U L / D beyond which nothing of one end of a zone is felt at the other against the flow."""

STEM, MOUTH, OPEN = 0, 1, 2


class Zones(NamedTuple):
    """Z zones, each after all that flow into it; SI."""

    velocity: Array
    area: Array
    dispersion: Array
    length: Array
    """(Z,) each."""
    decay: Array
    storage_decay: Array
    exchange: Array
    returning: Array
    """(Z,) alpha / beta [1/s]."""
    tank: Flags
    taken: Array
    """(Z,) water taken out at the head, with the concentration there [m3/s]."""
    above: Index
    """(Z,) zone of the stem that ends at the head, -1 where nothing disperses upward."""
    below: Index
    """(Z,) zone at whose head it ends, -1 for the last."""
    joint: Index
    """(Z,) STEM: goes on; MOUTH: ends freely, its water enters ``below``; OPEN: has no end."""
    exit: Array
    """(Z,) discharge that a mouth or a tank hands on [m3/s]."""
    spill: Array
    """(Z,) water lost at the foot of a mouth besides [m3/s]."""
    upstream: Flags
    """(Z,) true above the places where mass enters."""
    side_of: Index
    """(Z,) for the head of a side arm, the zone that goes on from where the river divides; -1."""
    entry: Array
    """(Z,) discharge that enters a side arm [m3/s]."""


@dataclass(frozen=True)
class Course:
    """What lies below a release, and the stretches above it into which dispersion reaches."""

    river: River
    zones: Zones
    source: int
    """Zone at whose head the mass enters."""
    reach: Index
    """(Z,) reach of the zone."""
    start: Array
    """(Z,) distance of its head from the head of that reach [m]."""
    head_factor: Array
    """(Z,) true concentration at the head over that of the staircase of discharges [-]."""
    outlet: Flags
    """(Z,) true for what lies beyond the outlet."""
    arms: Array
    """(Z,) discharge of side arms in what is taken out at its head [m3/s]."""
    zones_of: dict[int, list[int]]
    """Zones of each reach below the release, in the order of the flow."""
    growth: Array
    """(Z,) growth of the discharge along a zone as a share of its mean [-]."""

    @cached_property
    def single(self) -> bool:
        """True where the water goes one way only, every zone to the next."""
        way = np.flatnonzero(~self.zones.upstream)
        return bool((self.zones.below[way[:-1]] == way[1:]).all())

    @property
    def islands_are_long(self) -> bool:
        """True where no stem above the end of a side arm is so short that its head feels it."""
        zones = self.zones
        mouths = zones.below[(zones.joint == MOUTH) & ~zones.tank]
        above = zones.above[mouths[mouths >= 0]]
        above = above[(above >= 0) & ~zones.upstream[above]]
        thick = zones.velocity * zones.length / zones.dispersion
        return bool((thick[above] >= ASIDE).all())

    @property
    def size(self) -> int:
        """Number of zones."""
        return int(self.reach.size)

    def locate(self, place: Position) -> tuple[int, float] | None:
        """Zone of a place and the distance from its head [m]; None where nothing comes."""
        own = self.zones_of.get(place.reach)
        if own is None:
            return None
        found = -1
        for zone in own:  # the lower of two zones that meet at the place
            if self.start[zone] <= place.distance + 1e-9:
                found = zone
        if found < 0:
            return None
        into = min(place.distance - float(self.start[found]), float(self.zones.length[found]))
        return found, max(into, 0.0)

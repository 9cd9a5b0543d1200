"""What the kernels of the diffusive wave hand to each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .conveyance import Shapes
from .outlets import OutletRows

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Channels(NamedTuple):
    """S sections that hold water, E links that let it through, V vertices with a level each.

    The sections of a reach follow each other; every link joins two of them, so that the ends of
    reaches hold half of a link's water. All sections at a node share its level.
    """

    vertex: IntArray
    """(S,) vertex whose level a section has."""
    bed: Array
    """(S,) level of the bed there [m]."""
    length: Array
    """(S,) [m]"""
    shape: IntArray
    """(S,) number of the cross-section."""
    shapes: Shapes
    upper: IntArray
    """(E,) section above each link; the next one is below it."""
    link_length: Array
    """(E,) [m]"""
    pair: IntArray
    """(E,) pair of the elimination that a link couples."""
    outfall: IntArray
    """(O,) last section of the reaches that water leaves the network by."""
    root_slope: Array
    """(O,) root of the bed slope for uniform flow there, 0 where the level is held [-]."""
    held: Array
    """(V,) level that is held, NaN where it is free [m]."""
    lowest: Array
    """(V,) lowest bed [m]."""


class Controls(NamedTuple):
    """D ways in which water is let out whatever the level below: dams, intakes, canals."""

    above: IntArray
    """(D,) vertex that the water comes from."""
    below: IntArray
    """(D,) vertex that it goes to, -1 for out of the network."""
    pair: IntArray
    """(D,) pair of the elimination that the two make."""
    asked: Array
    """(M, D) discharge asked for, mean of a row of time [m3/s]."""
    outlets: OutletRows
    """(D, ...) laws of the level besides, of which a row of time is a row of (D, M, K)."""
    passing: Array
    """(D,) what came to the vertex above in the step before, less what others took [m3/s]."""
    row: IntArray
    """(1,) present row of time."""


class Work(NamedTuple):
    """What a stage fills in."""

    section: Array
    """(S, 4) area, width, conveyance and its growth."""
    link: Array
    """(E, 4) discharge, its growth with the levels above and below, and the drop."""
    leaving: Array
    """(O, 2) discharge of outfalls and its growth with the level."""
    taken: Array
    """(D, 2) discharge of controls and its growth with the level above."""
    diagonal: Array
    """(V,)"""
    right: Array
    """(V,) what continuity lacks, then the change of level."""
    lower: Array
    """(P,)"""
    upper: Array
    """(P,)"""


class Stages(NamedTuple):
    """Levels and discharges of the two stages of a step."""

    level: Array
    """(3, V) at the start and after each stage [m]."""
    change: Array
    """(V,) of the level during the last step, per time [m/s]."""
    link: Array
    """(2, E) [m3/s]"""
    leaving: Array
    """(2, O) [m3/s]"""
    taken: Array
    """(2, D) [m3/s]"""
    inflow: Array
    """(V,) from outside [m3/s]."""
    start: Array
    """(V,) water at the start of the step [m3]."""
    base: Array
    """(V,) water that a stage starts from, with what flows in from outside [m3]."""
    volume: Array
    """(V,) at the end of the step [m3]."""

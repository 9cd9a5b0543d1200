"""What flow that changes hands to the transport: discharges of every reach over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .flow import SteadyFlow

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sections:
    """S sections that R reaches are cut into: reach by reach, downstream within a reach."""

    reach: NDArray[np.int64]
    """(S,) reach that each section is a part of."""
    head: Array
    """(S,) distance of its head from the head of the reach [m]."""
    length: Array
    """(S,) [m]"""


@dataclass(frozen=True)
class VaryingFlow:
    """Flow on a network of R reaches at M times; all SI.

    Where reaches are cut into sections, every column below is one section, else one reach. The
    flowing area is uniform along a column and follows from continuity alone,
    A(t) = A0 + integral of (Q_head - Q_foot + lateral inflow) / length, so that the discharge is
    linear along it and water is neither made nor lost, whatever discharges are given. What
    the reaches at a node do not balance flows in there from outside, or is taken out.
    """

    time: Array
    """(M,) increasing; the first and last row hold before and after [s since the case's start].
    A time may stand twice where something jumps: the first row holds before it, the second after.
    """
    discharge_head: Array
    """(M, R) discharge at the head of each reach, negative where it flows back [m3/s]."""
    discharge_foot: Array
    """(M, R) discharge at the foot of each reach [m3/s]."""
    lateral_inflow: Array
    """(M, R) net inflow along the whole reach [m3/s]."""
    linear: bool
    """True where discharges run linearly between the times, false where row m holds up to m + 1."""
    initial_area: Array
    """(R,) flowing area at the first time, 0 where the reach is dry [m2]."""
    reference: SteadyFlow
    """Properties of the R reaches, and a typical flow to place cells by."""
    sections: Sections | None = None
    """What the columns are; None where every reach is one."""

    def last(self, reach: int) -> int:
        """Column that holds the foot of a reach."""
        if self.sections is None:
            return reach
        return int(np.searchsorted(self.sections.reach, reach, side="right")) - 1

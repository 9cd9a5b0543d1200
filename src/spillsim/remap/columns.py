"""Columns: the stretches of reaches that the march takes as one body of water each.

Where flow is routed, a reach comes cut into sections, whose discharges are known at both ends.
Cells are laid out evenly along the whole reach, as if it had not been cut, and gathered into
columns about as long as the sections, never shorter than a cell. Within a section the area is
uniform and the discharge linear, so a cut anywhere has a discharge, and the volume between two
cuts is the sum of parts of sections: columns keep continuity exactly, whatever their ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..hydraulics.varying import Sections, VaryingFlow
from ..network.network import Position
from .arrays import FloatArray, IntArray
from .graph import Reaches
from .tables import BALANCED

ROUNDING = 1e-9
"""Share of a section's length that counts as rounding."""
PER_REACH = (
    "discharge_head", "discharge_foot", "lateral_inflow", "cross_section_area", "velocity",
    "travel_time", "width", "depth", "hydraulic_radius", "bed_slope", "shear_velocity",
    "dispersion_coefficient", "storage_area_ratio", "exchange_coefficient", "temperature",
)  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """C columns that R reaches are cut into, ordered reach by reach, downstream within one."""

    reaches: Reaches
    """The columns as reaches; nodes between columns of a reach follow those given."""
    flow: VaryingFlow
    """Their flow; every one of its sections is a column."""
    cells: IntArray
    """(C,) number of cells."""
    reach: IntArray
    """(C,) reach that each column is a part of."""
    head: FloatArray
    """(C,) distance of its head from the head of the reach [m]."""

    def locate(self, place: Position) -> Position:
        """Column and distance from its head, of a reach and a distance from its."""
        first, last = np.searchsorted(self.reach, [place.reach, place.reach + 1])
        own = self.head[first:last]
        k = max(int(np.searchsorted(own, place.distance, side="right")) - 1, 0)
        return Position(int(first) + k, place.distance - float(own[k]), place.half)


def cut_columns(reaches: Reaches, flow: VaryingFlow, cells: IntArray) -> Columns:
    """Gather the cells of each reach into columns.

    Parameters
    ----------
    reaches : R reaches
    flow : their flow, on sections or not
    cells : (R,) number of cells that each reach is divided into

    Raises
    ------
    ValueError
        Discharges on both sides of a cut within a reach differ.
    """
    size = reaches.length.size
    if flow.sections is None:
        return Columns(reaches, flow, cells, np.arange(size), np.zeros(size))
    sections = flow.sections
    _check_seams(sections, flow)
    parts = np.where(reaches.tank, 1, np.bincount(sections.reach, minlength=size))
    each = -(-cells // parts)
    number = -(-cells // each)
    reach = np.repeat(np.arange(size), number)
    first = np.concatenate([[0], np.cumsum(number)[:-1]])
    rank = np.arange(reach.size) - first[reach]
    # cells above the head and above the foot of each column
    above, upto = (rank + k for k in (0, 1))
    above, upto = (k * cells[reach] // number[reach] for k in (above, upto))
    length = reaches.length[reach] / cells[reach]
    is_first, is_last = rank == 0, rank == number[reach] - 1
    seam = reaches.nodes + np.cumsum(~is_last) - 1
    columns = Reaches(
        np.where(is_first, reaches.head[reach], np.concatenate([[0], seam[:-1]])),
        np.where(is_last, reaches.foot[reach], seam),
        (upto - above) * length,
        reaches.tank[reach],
        reaches.layers and replace(reaches.layers, reach=first[reaches.layers.reach]),
    )
    head, foot = above * length, upto * length
    own = _flow_of_columns(flow, sections, reach, head, np.where(is_last, np.inf, foot))
    return Columns(columns, own, upto - above, reach, head)


def _check_seams(sections: Sections, flow: VaryingFlow) -> None:
    """Refuse water that appears or vanishes between two sections of a reach."""
    inner = np.flatnonzero(np.diff(sections.reach) == 0)
    out, into = flow.discharge_foot[:, inner], flow.discharge_head[:, inner + 1]
    most = max(float(np.abs(out).max(initial=0.0)), float(np.abs(into).max(initial=0.0)))
    wrong = np.abs(out - into).max(axis=0, initial=0.0) > BALANCED * most
    if wrong.any():
        seam = int(inner[np.argmax(wrong)])
        raise ValueError(
            f"sections {seam} and {seam + 1} of reach {sections.reach[seam]} differ in discharge"
        )


def _flow_of_columns(
    flow: VaryingFlow, sections: Sections, reach: IntArray, head: FloatArray, foot: FloatArray
) -> VaryingFlow:
    """Discharges, lateral water and areas of the columns from those of the sections.

    reach, head, foot : (C,) reach of each column and distances of its ends from the reach's head
    [m], infinite at the reach's foot
    """
    s0, share0 = _place(sections, reach, head)
    s1, share1 = _place(sections, reach, foot)
    first = np.searchsorted(sections.reach, sections.reach)

    def discharge(s: IntArray, share: FloatArray) -> FloatArray:
        above = flow.discharge_head[:, s]
        return np.asarray(above + share * (flow.discharge_foot[:, s] - above))

    def gathered(amount: FloatArray) -> FloatArray:
        """What the sections hold, summed over the columns."""
        upto = np.cumsum(amount, axis=-1) - amount
        # counted from the head of each reach: sums stay small, and so does their rounding
        upto = upto - upto[..., first]
        below = upto[..., s1] + share1 * amount[..., s1]
        return np.asarray(below - (upto[..., s0] + share0 * amount[..., s0]))

    held = np.maximum(gathered(flow.initial_area * sections.length), 0.0)
    lateral = np.zeros((flow.time.size, reach.size))
    if flow.lateral_inflow.any():
        lateral = gathered(flow.lateral_inflow)
    return VaryingFlow(
        flow.time, discharge(s0, share0), discharge(s1, share1), lateral, flow.linear,
        held / gathered(sections.length), _lend(flow.reference, reach),
    )  # fmt: skip


def _place(
    sections: Sections, reach: IntArray, distance: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Section that each distance lies in, and the share of its length above it."""
    # one ascending line of all reaches, apart by more than the longest of them
    apart = 2.0 * float((sections.head + sections.length).max())
    inside = np.minimum(distance, 0.75 * apart)
    line = sections.head + apart * sections.reach
    s = np.maximum(np.searchsorted(line, inside + apart * reach, side="right") - 1, 0)
    share = np.minimum((inside - sections.head[s]) / sections.length[s], 1.0)
    share = np.where(share <= ROUNDING, 0.0, np.where(share >= 1.0 - ROUNDING, 1.0, share))
    return s, share


def _lend(flow: SteadyFlow, reach: IntArray) -> SteadyFlow:
    """The typical flow of the columns: that of their reaches."""
    own = {name: getattr(flow, name)[reach] for name in PER_REACH}
    if flow.storage_stays is not None:
        own["storage_stays"] = flow.storage_stays[reach]
    return replace(flow, **own, method={}, estimated={})

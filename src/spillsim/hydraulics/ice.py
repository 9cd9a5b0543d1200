"""Sections under ice: the cover adds wetted perimeter and roughness of its own.

``manning`` computes with both; the result of the other methods is that of open water and is made
deeper and slower by the factor that holds for wide channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Notice
from ..formulas import ice_depth_factor
from .columns import Array, Columns, Mask
from .roughness import bed_roughness, roughness
from .sections import Sections

if TYPE_CHECKING:
    from ..scenario import Reach, Scenario

SLOWED = "slowed by ice"
_BY_ITSELF = ("manning", "volume")
"""Methods that the factor is not for: one computes with the ice, the other holds its volume."""
_DEPTH_LATER = ("velocity", "travel_time", "rating", "jobson_most_probable",
                "jobson_fastest_probable")  # fmt: skip
"""Methods that leave the depth open, so that the column is used where it is given."""


def ice_cover(scenario: Scenario, rows: Sequence[Reach]) -> Mask:
    """(M,) true where a reach lies under ice."""
    ice = getattr(scenario, "ice", None)
    if ice is None:
        return np.zeros(len(rows), dtype=np.bool_)
    return np.array([ice.covers(row.id, row.river) for row in rows], dtype=np.bool_)


def depth_factor(columns: Columns, methods: Sequence[str]) -> Array:
    """(M,) what ice makes of the depth of methods that know nothing of it, 1 elsewhere [-]."""
    named = np.array(methods, dtype=object)
    where = columns.iced & ~np.isin(named, _BY_ITSELF)
    factor = ice_depth_factor(bed_roughness(columns), columns.ice)
    return np.where(where, factor, 1.0)


def deepen_columns(columns: Columns, methods: Sequence[str]) -> Array:
    """(M,) the column ``depth`` as it is under ice, where no method uses it before."""
    named = np.array(methods, dtype=object)
    factor = np.where(np.isin(named, _DEPTH_LATER), depth_factor(columns, methods), 1.0)
    return columns["depth"] * factor


def slow(columns: Columns, methods: Sequence[str], sections: Sections) -> None:
    """Deepen and slow the sections of methods that know nothing of ice; the width stays."""
    if not columns.iced.any():
        return
    factor = depth_factor(columns, methods)
    where = factor != 1.0
    for quantity, by in (
        (sections.velocity, 1.0 / factor),
        (sections.cross_section_area, factor),
        (sections.depth, factor),
    ):
        rows = where & ~quantity.unknown
        quantity.value[rows] *= by[rows]
        quantity.estimated[rows] = True
        quantity.method[rows] = [f"{text}, {SLOWED}" for text in quantity.method[rows]]


def ice_notices(
    scenario: Scenario, columns: Columns, methods: Sequence[str], cover: Mask
) -> list[Notice]:
    """Say how many reaches lie under ice and what that does to them."""
    if not cover.any():
        return []
    named = np.array(methods, dtype=object)
    thickness = getattr(scenario, "ice").thickness  # noqa: B009 - stand-ins have none
    thick = "" if thickness is None else f" {thickness:.3g} m thick"
    parts = [f"{_reaches(int(cover.sum()))} under ice{thick}, without exchange with the air"]
    solved = columns.iced & (named == "manning")
    if solved.any():
        n = roughness(columns)[solved]
        parts.append(
            f"on {int(solved.sum())} the flow is that of bed and ice together, n {_range(n)} "
            "(Belokon & Sabaneev), with the ice in the wetted perimeter"
        )
    factor = depth_factor(columns, methods)
    other = factor != 1.0
    if other.any():
        parts.append(
            f"on {int(other.sum())} whose method knows nothing of ice the depth is multiplied and "
            f"the velocity divided by {_range(factor[other])}, as in a wide channel, an estimate"
        )
    left = int((cover & ~solved & ~other).sum())
    if left:
        parts.append(f"on {left} the ice changes no velocity, for the volume or level is held")
    return [Notice("ice", "; ".join(parts))]


def _range(values: Array) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:.3g}" if high - low <= 5e-3 * high else f"{low:.3g} to {high:.3g}"


def _reaches(count: int) -> str:
    return "1 reach lies" if count == 1 else f"{count} reaches lie"

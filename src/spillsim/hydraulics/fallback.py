"""What a hydraulic method leaves open: width, depth, radius, slope and shear velocity.

Every fallback is written into the quantity's method and marked as an estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import Notice
from ..formulas import manning_slope, shear_velocity
from .columns import Array, Columns, Mask
from .roughness import ASSUMED_MANNING_N, roughness
from .sections import GIVEN, Quantity, Sections, constant, downstream_width_and_depth, unknown

DISAGREEMENT = 0.01
"""Relative difference from which a given value that was not used is reported."""


@dataclass(frozen=True)
class Friction:
    """Slope and shear velocity of M reaches."""

    bed_slope: Quantity
    """Energy slope [-]."""
    shear_velocity: Quantity
    """sqrt(g R S) [m/s]."""


def complete(columns: Columns, discharge: Array, sections: Sections) -> tuple[Friction, Mask]:
    """Fill in ``sections`` what its method left open, and find the slope and shear velocity.

    - width: given; else area / given depth; else downstream hydraulic geometry
    - depth: area / width
    - radius: trapezoid where ``side_slope`` is above zero, else rectangle; ice is wetted too
    - slope: given; else by Manning from velocity and radius, with n given or 0.035, and with that
      of bed and ice together under ice

    discharge : (M,) mean discharge [m3/s]

    Returns the friction and (M,) true where a given width and side slope cannot hold the area.
    """
    area, width, depth = sections.cross_section_area, sections.width, sections.depth
    width.fill(width.unknown & columns.given("width"), columns["width"], GIVEN, False)
    width.fill(
        width.unknown & columns.given("depth"),
        area.value / columns["depth"],
        "area / depth",
        area.estimated,
    )
    open_width = width.unknown
    if open_width.any():
        formula, _ = downstream_width_and_depth(columns, discharge)
        width.value[open_width] = formula.value[open_width]
        width.method[open_width] = formula.method[open_width]
        width.estimated[open_width] = True
    depth.fill(
        depth.unknown,
        area.value / width.value,
        "area / width",
        area.estimated | width.estimated,
    )
    misfit = _fill_radius(columns, sections)
    slope = _slope(columns, sections)
    shear = constant(
        shear_velocity(sections.hydraulic_radius.value, slope.value), "sqrt(g R S)", False
    )
    shear.estimated |= sections.hydraulic_radius.estimated | slope.estimated
    return Friction(slope, shear), misfit


def _fill_radius(columns: Columns, sections: Sections) -> Mask:
    """Hydraulic radius of a trapezoid or rectangle with the known area and surface width."""
    radius, width = sections.hydraulic_radius, sections.width
    area = sections.cross_section_area.value
    side = np.where(columns.given("side_slope"), columns["side_slope"], 0.0)
    # Surface width W and area A fix the depth: A = (W - z y) y; the deepest such section is the
    # triangle with A = W^2 / (4 z).
    square = width.value**2 - 4.0 * side * area
    misfit = radius.unknown & (square < 0)
    depth = 2.0 * area / (width.value + np.sqrt(np.where(misfit, 0.0, square)))
    bottom = width.value - 2.0 * side * depth
    cover = np.where(columns.iced, width.value, 0.0)
    trapezoid = area / (bottom + 2.0 * depth * np.sqrt(1.0 + side**2) + cover)
    rectangle = area / (width.value + 2.0 * area / width.value + cover)
    radius.fill(misfit, rectangle, "rectangle, side_slope does not fit the estimated width", True)
    radius.fill(radius.unknown & (side > 0), trapezoid, "trapezoid", True)
    radius.fill(radius.unknown, rectangle, "rectangle", True)
    return misfit & ~width.estimated


def _slope(columns: Columns, sections: Sections) -> Quantity:
    """The slope given, else the energy slope by Manning."""
    slope = unknown(sections.velocity.value.size)
    slope.fill(columns.given("slope"), columns["slope"], GIVEN, False)
    rough = columns.given("manning_n")
    n = roughness(columns)
    estimate = manning_slope(sections.velocity.value, sections.hydraulic_radius.value, n)
    slope.fill(slope.unknown & rough, estimate, "manning slope, n given", True)
    slope.fill(slope.unknown, estimate, f"manning slope, n = {ASSUMED_MANNING_N} assumed", True)
    return slope


def unused_notices(
    columns: Columns,
    methods: tuple[str, ...],
    reach_id: tuple[str, ...],
    sections: Sections,
    travel_time: Array,
) -> list[Notice]:
    """Report given values that the method did not use and that its result contradicts.

    One notice per column: how many reaches, and the one that differs most.
    """
    method = np.array(methods, dtype=object)
    station = method == "at_a_station_geometry"
    fitted = columns.given("width_coefficient") & columns.given("depth_coefficient")
    at_bankfull = station & ~fitted
    nowhere = np.zeros(station.size, dtype=np.bool_)
    side = np.where(columns.given("side_slope"), columns["side_slope"], 0.0)
    compared: tuple[tuple[str, Array, Mask, Callable[[float], str]], ...] = (
        ("velocity", sections.velocity.value, nowhere, "{:.4g} m/s".format),
        ("travel_time", travel_time, nowhere, lambda s: f"{s / 3600:.4g} h"),
        (
            "cross_section_area",
            sections.cross_section_area.value,
            nowhere,
            "{:.4g} m2".format,
        ),
        # Bottom width of a trapezoid and bankfull width and depth have been used as such.
        (
            "width",
            sections.width.value,
            at_bankfull | ((method == "manning") & (side > 0)),
            "{:.4g} m".format,
        ),
        ("depth", sections.depth.value, at_bankfull, "{:.4g} m".format),
    )
    notices = []
    for column, result, used, text in compared:
        given = columns[column]
        gap = np.where(np.isnan(given) | used, 0.0, np.abs(given / result - 1.0))
        count = int(np.count_nonzero(gap > DISAGREEMENT))
        if count == 0:
            continue
        worst = int(np.argmax(gap))
        where = f"reach {reach_id[worst]}" if count == 1 else f"{count} reaches"
        notices.append(
            Notice(
                f"hydraulics, {column}",
                f"{column} is given but not used on {where}; the largest difference is at reach "
                f"{reach_id[worst]}: {text(float(given[worst]))} given, "
                f"{text(float(result[worst]))} used ({methods[worst]})",
            )
        )
    return notices


def range_notices(
    columns: Columns, methods: tuple[str, ...], reach_id: tuple[str, ...], discharge: Array
) -> list[Notice]:
    """Report discharges outside a rating table or above bankfull, one notice each.

    discharge : (M,) mean discharge [m3/s]
    """
    method = np.array(methods, dtype=object)
    low, high = np.full(discharge.size, -np.inf), np.full(discharge.size, np.inf)
    for row in np.flatnonzero(method == "rating").tolist():
        table = columns.rating[row]
        assert table is not None  # missing_columns has refused reaches without a table
        low[row], high[row] = table.discharge[0], table.discharge[-1]
    notices = []
    outside = np.flatnonzero((discharge < low) | (discharge > high))
    if outside.size:
        first = int(outside[0])
        notices.append(
            Notice(
                "hydraulics, rating",
                f"the discharge lies outside the rating table on {_reaches(outside.size)}, the "
                f"table is extended; at reach {reach_id[first]} {discharge[first]:.4g} m3/s, "
                f"table {low[first]:.4g} to {high[first]:.4g} m3/s",
            )
        )
    bankfull = columns["bankfull_discharge"]
    geometry = (method == "at_a_station_geometry") | (method == "downstream_geometry")
    above = np.flatnonzero(geometry & (discharge > bankfull))  # NaN, not given, is never above
    if above.size:
        worst = int(above[np.argmax(discharge[above] / bankfull[above])])
        notices.append(
            Notice(
                "hydraulics, bankfull_discharge",
                f"the discharge is above bankfull on {_reaches(above.size)}, where hydraulic "
                f"geometry does not hold; at reach {reach_id[worst]} {discharge[worst]:.4g} m3/s, "
                f"bankfull {bankfull[worst]:.4g} m3/s",
            )
        )
    return notices


def _reaches(count: int) -> str:
    return "1 reach" if count == 1 else f"{count} reaches"

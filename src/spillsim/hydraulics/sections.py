"""Area, velocity and width of the flow at a known discharge: one function per method.

Every method takes M reaches that use it and leaves NaN where it says nothing; ``complete`` in
``fallback`` fills those gaps and marks them. All methods hold area * velocity = discharge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..formulas import (
    at_a_station_geometry as station_power_laws,
)
from ..formulas import (
    bankfull_geometry,
    manning_normal_depth,
    peak_velocity_from_area,
    peak_velocity_with_slope,
    peak_velocity_without_slope,
    trapezoid_section,
)
from ..formulas import (
    downstream_geometry as scaled_from_bankfull,
)
from ..formulas.geometry import AT_A_STATION_DEPTH_EXPONENT, AT_A_STATION_WIDTH_EXPONENT
from .columns import Array, Columns, Mask, RatingTable
from .roughness import roughness

Labels = NDArray[np.object_]
"""(M,) text per reach: how a quantity was obtained."""

GIVEN = "given"


@dataclass
class Quantity:
    """One quantity of M reaches with its origin."""

    value: Array
    """(M,) value, NaN where not known yet."""
    method: Labels
    """(M,) how it was obtained."""
    estimated: Mask
    """(M,) true where it is an estimate."""

    def fill(self, where: Mask, value: Array, method: str, estimated: bool | Mask) -> None:
        """Set the reaches selected by ``where``; ``value`` and ``estimated`` cover all M."""
        self.value[where] = value[where]
        self.method[where] = method
        self.estimated[where] = np.broadcast_to(estimated, where.shape)[where]

    def multiply(self, factor: Array) -> None:
        """Multiply what is known by a factor of 1 or another (M,), which the method then tells."""
        rows = (factor != 1.0) & ~self.unknown
        self.value[rows] *= factor[rows]
        for row in np.flatnonzero(rows).tolist():
            self.method[row] = f"{self.method[row]}, times {factor[row]:.4g}"

    @property
    def unknown(self) -> Mask:
        """(M,) true where there is no value yet."""
        return np.isnan(self.value)


def unknown(count: int) -> Quantity:
    """A quantity nothing is known of."""
    return Quantity(
        np.full(count, np.nan),
        np.full(count, "", dtype=object),
        np.zeros(count, dtype=np.bool_),
    )


def constant(value: Array, method: str, estimated: bool) -> Quantity:
    """A quantity that all M reaches got in the same way."""
    return Quantity(
        np.array(value, dtype=np.float64),
        np.full(value.size, method, dtype=object),
        np.full(value.size, estimated, dtype=np.bool_),
    )


@dataclass
class Sections:
    """Flow sections of M reaches."""

    velocity: Quantity
    """Mean velocity [m/s]."""
    cross_section_area: Quantity
    """Flow area [m2]."""
    width: Quantity
    """Water surface width [m]."""
    depth: Quantity
    """Hydraulic depth, area / width [m]."""
    hydraulic_radius: Quantity
    """Area / wetted perimeter [m]."""


def travel_time_factor(discharge_head: Array, discharge_foot: Array) -> Array:
    """Travel time over length * area / mean discharge where the discharge is linear along x [-].

    integral dx / Q(x) = L ln(Qf/Qh) / (Qf - Qh) = (L / Qm) artanh(e) / e with the mean discharge
    Qm = (Qh + Qf) / 2 and e = (Qf - Qh) / (Qf + Qh); for small e the series 1 + e^2/3 + e^4/5.
    """
    e = (discharge_foot - discharge_head) / (discharge_foot + discharge_head)
    small = np.abs(e) < 1e-3
    # artanh(e)/e loses no digits, but 0/0 must be kept out; the series is exact to 1e-18 here.
    safe = np.where(small, 0.5, e)
    return np.where(small, 1.0 + e * e / 3.0 + e**4 / 5.0, np.arctanh(safe) / safe)


def velocity(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Velocity from the column ``velocity``, or from ``cross_section_area`` where that is empty."""
    count = discharge.size
    speed, area = unknown(count), unknown(count)
    has = columns.given("velocity")
    speed.fill(has, columns["velocity"], GIVEN, False)
    area.fill(has, discharge / columns["velocity"], "discharge / velocity", False)
    area.fill(~has, columns["cross_section_area"], GIVEN, False)
    speed.fill(~has, discharge / columns["cross_section_area"], "discharge / area", False)
    return Sections(speed, area, unknown(count), unknown(count), unknown(count))


def travel_time(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Velocity from the given time of travel T of the water, A = T Qm / (L f).

    ``factor`` f is ``travel_time_factor``, so that the integral of A/Q over the reach is T exactly.
    """
    area = columns["travel_time"] * discharge / (columns.length * factor)
    return _from_area(discharge, area, "travel_time", False, "discharge / velocity")


def volume(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Area from the given volume of water in the reach, A = V / L, whatever the discharge."""
    return _from_area(
        discharge, columns["volume"] / columns.length, "volume", False, "discharge / area"
    )


def manning(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Normal depth by Manning in a rectangle, or a trapezoid where ``side_slope`` is above zero.

    The column ``width`` is the bottom width of the trapezoid. Under ice the roughness is that of
    bed and ice together, and the ice is part of the wetted perimeter.
    """
    side = np.where(columns.given("side_slope"), columns["side_slope"], 0.0)
    bottom, cover = columns["width"], columns.iced.astype(np.float64)
    n = roughness(columns)
    normal = manning_normal_depth(discharge, bottom, side, columns["slope"], n, cover)
    shape = trapezoid_section(bottom, side, normal, cover)
    found = _from_area(discharge, shape.area, "manning", True, "manning")
    found.width.fill(side > 0, shape.top_width, "manning", True)
    found.width.fill(side <= 0, bottom, GIVEN, False)
    found.depth = constant(shape.area / shape.top_width, "manning", True)
    found.hydraulic_radius = constant(shape.hydraulic_radius, "manning", True)
    for quantity in (found.velocity, found.cross_section_area, found.depth, found.hydraulic_radius):
        quantity.method[columns.iced] = "manning, under ice"
    return found


def at_a_station_geometry(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Width a Q^b and depth c Q^f (Leopold & Maddock 1953).

    Either the coefficients are given, or ``bankfull_discharge`` with the ``width`` and ``depth``
    at that discharge. Exponents not given are 0.26 and 0.40.
    """
    width_exponent, width_assumed = _or_default(columns, "width_exponent", True)
    depth_exponent, depth_assumed = _or_default(columns, "depth_exponent", True)
    fitted = columns.given("width_coefficient") & columns.given("depth_coefficient")
    bankfull = columns["bankfull_discharge"]
    geometry = station_power_laws(
        discharge,
        np.where(
            fitted, columns["width_coefficient"], columns["width"] * bankfull**-width_exponent
        ),
        width_exponent,
        np.where(
            fitted, columns["depth_coefficient"], columns["depth"] * bankfull**-depth_exponent
        ),
        depth_exponent,
    )
    name = "at_a_station_geometry"
    found = _from_area(discharge, geometry.area, name, True, name)
    found.width = constant(geometry.width, name, True)
    found.depth = constant(geometry.depth, name, True)
    for quantity in (found.velocity, found.cross_section_area, found.width, found.depth):
        # A power law with all four numbers given is the user's own rating, not an estimate.
        quantity.estimated &= ~(fitted & ~width_assumed & ~depth_assumed)
        quantity.method[width_assumed | depth_assumed] = f"{name}, Leopold & Maddock 1953"
    return found


def downstream_geometry(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Downstream hydraulic geometry; a given width or depth goes before the formula's."""
    count = discharge.size
    width, depth = downstream_width_and_depth(columns, discharge)
    for quantity, column in ((width, "width"), (depth, "depth")):
        quantity.fill(columns.given(column), columns[column], GIVEN, False)
    area = width.value * depth.value
    estimated = width.estimated | depth.estimated
    name = "downstream_geometry"
    found = Sections(unknown(count), unknown(count), width, depth, unknown(count))
    found.cross_section_area.fill(estimated, area, name, True)
    found.cross_section_area.fill(~estimated, area, "width * depth", False)
    found.velocity.fill(estimated, discharge / area, name, True)
    found.velocity.fill(~estimated, discharge / area, "discharge / area", False)
    return found


def downstream_width_and_depth(columns: Columns, discharge: Array) -> tuple[Quantity, Quantity]:
    """Width and depth by downstream hydraulic geometry, marked as estimates.

    With ``bankfull_discharge`` Qb: W = a Qb^b, H = c Qb^f, scaled to the discharge at hand with
    the at-a-station exponents. Without it the discharge at hand stands for the bankfull one.
    a, b, c, f are 7.2, 0.50, 0.27, 0.30 (Moody & Troutman 2002) where not given.
    """
    has = columns.given("bankfull_discharge")
    bankfull = np.where(has, columns["bankfull_discharge"], discharge)
    standard = bankfull_geometry(bankfull)
    scaled = scaled_from_bankfull(discharge, bankfull)
    quantities = []
    for column, at_bankfull, at_hand in (
        ("width", standard.width, scaled.width),
        ("depth", standard.depth, scaled.depth),
    ):
        exponent, _ = _or_default(columns, f"{column}_exponent", False)
        # Without a coefficient the law is anchored at the standard one for 1 m3/s.
        standard_exponent = _DOWNSTREAM_EXPONENT[f"{column}_exponent"]
        coefficient = np.where(
            columns.given(f"{column}_coefficient"),
            columns[f"{column}_coefficient"],
            at_bankfull * bankfull**-standard_exponent,
        )
        own = columns.given(f"{column}_coefficient") | columns.given(f"{column}_exponent")
        value = np.where(own, coefficient * bankfull**exponent / at_bankfull, 1.0) * at_hand
        quantity = constant(value, "downstream_geometry, Moody & Troutman 2002", True)
        quantity.method[own] = "downstream_geometry"
        quantity.method[~has] += ", discharge taken as bankfull"
        quantities.append(quantity)
    return quantities[0], quantities[1]


def rating(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Area (and width) from the rating table, power law between rows.

    Outside the table the nearest pair of rows is extended and marked as an estimate.
    """
    count = discharge.size
    found = _from_area(discharge, np.full(count, np.nan), "rating", False, "rating")
    for row, table in enumerate(columns.rating):
        assert table is not None  # missing_columns has refused reaches without a table
        flow = float(discharge[row])
        outside = not (table.discharge[0] <= flow <= table.discharge[-1])
        targets = [(found.cross_section_area, table.cross_section_area)]
        if table.width is not None:
            targets.append((found.width, table.width))
        for quantity, values in targets:
            quantity.value[row] = _power_interpolation(table, values, flow)
            quantity.method[row] = "rating, extended beyond its table" if outside else "rating"
            quantity.estimated[row] = outside
        found.velocity.value[row] = flow / found.cross_section_area.value[row]
        found.velocity.method[row] = found.cross_section_area.method[row]
        found.velocity.estimated[row] = outside
    return found


def jobson_most_probable(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Velocity of the peak by Jobson (1996), eqs 12, 14 or 16; the area is discharge / velocity."""
    return _jobson(columns, discharge, False)


def jobson_fastest_probable(columns: Columns, discharge: Array, factor: Array) -> Sections:
    """Fastest probable velocity of the peak by Jobson (1996), eqs 13, 15 or 17."""
    return _jobson(columns, discharge, True)


def _jobson(columns: Columns, discharge: Array, envelope: bool) -> Sections:
    """Jobson (1996) by the best equation that the given columns allow."""
    name = "jobson_fastest_probable" if envelope else "jobson_most_probable"
    drainage = columns["drainage_area"]
    annual, slope = columns["mean_annual_discharge"], columns["slope"]
    has_annual, has_slope = columns.given("mean_annual_discharge"), columns.given("slope")
    choices = (
        (12, has_annual & has_slope),
        (14, has_annual & ~has_slope),
        (16, ~has_annual),
    )
    speed, area = unknown(discharge.size), unknown(discharge.size)
    for equation, rows in choices:
        if equation == 12:
            value = peak_velocity_with_slope(discharge, drainage, annual, slope, envelope)
        elif equation == 14:
            value = peak_velocity_without_slope(discharge, drainage, annual, envelope)
        else:
            value = peak_velocity_from_area(discharge, drainage, envelope)
        label = f"{name}, Jobson 1996 eq {equation + 1 if envelope else equation}"
        speed.fill(rows, value, label, True)
        area.fill(rows, discharge / value, label, True)
    blank = discharge.size
    return Sections(speed, area, unknown(blank), unknown(blank), unknown(blank))


def _from_area(
    discharge: Array, area: Array, method: str, estimated: bool, area_method: str
) -> Sections:
    """Sections of which only the area (and with it the velocity) is known."""
    count = discharge.size
    return Sections(
        constant(discharge / area, method, estimated),
        constant(area, area_method, estimated),
        unknown(count),
        unknown(count),
        unknown(count),
    )


_STATION_EXPONENT = {
    "width_exponent": AT_A_STATION_WIDTH_EXPONENT,
    "depth_exponent": AT_A_STATION_DEPTH_EXPONENT,
}
_DOWNSTREAM_EXPONENT = {"width_exponent": 0.50, "depth_exponent": 0.30}


def _or_default(columns: Columns, column: str, at_a_station: bool) -> tuple[Array, Mask]:
    """The exponents given, else those of the literature; and where the latter were taken."""
    has = columns.given(column)
    default = (_STATION_EXPONENT if at_a_station else _DOWNSTREAM_EXPONENT)[column]
    return np.where(has, columns[column], default), ~has


def _power_interpolation(table: RatingTable, values: Array, discharge: float) -> float:
    """Interpolate y = a Q^b between neighbouring rows; linear where a row is zero."""
    above = int(np.searchsorted(table.discharge, discharge))
    upper = min(max(above, 1), table.discharge.size - 1)
    q0, q1 = float(table.discharge[upper - 1]), float(table.discharge[upper])
    y0, y1 = float(values[upper - 1]), float(values[upper])
    if q0 <= 0 or y0 <= 0:
        return y0 + (y1 - y0) * (discharge - q0) / (q1 - q0)
    exponent = np.log(y1 / y0) / np.log(q1 / q0)
    return float(y0 * (discharge / q0) ** exponent)


Method = Callable[[Columns, Array, Array], Sections]

SECTION: Mapping[str, Method] = {
    "velocity": velocity,
    "travel_time": travel_time,
    "volume": volume,
    "manning": manning,
    "at_a_station_geometry": at_a_station_geometry,
    "downstream_geometry": downstream_geometry,
    "rating": rating,
    "jobson_most_probable": jobson_most_probable,
    "jobson_fastest_probable": jobson_fastest_probable,
}
"""Method name -> function (columns, mean discharge (M,), travel time factor (M,)) -> sections."""

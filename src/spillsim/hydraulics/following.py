"""Sections given at one discharge, at another one: at-a-station hydraulic geometry.

Methods that answer to discharge by themselves (manning, geometry, ratings, Jobson) do so; a
velocity, time of travel, area, volume or surface width that the reach table holds was found at
one discharge and follows another one by w ~ Q^b, d ~ Q^f, U ~ Q^(1 - b - f) (Leopold & Maddock
1953).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Notice, ScenarioError
from ..formulas.geometry import AT_A_STATION_DEPTH_EXPONENT, AT_A_STATION_WIDTH_EXPONENT
from ..network.network import Network
from .columns import Array, Columns, Mask
from .discharge import balance
from .inputs import ReachTable, flow_scale, read_flow_tables
from .sections import GIVEN, Sections

if TYPE_CHECKING:
    from ..scenario import Scenario

FIXED = ("velocity", "travel_time", "volume")
"""Methods whose whole section stands in the reach table."""
SURFACE = ("downstream_geometry", "rating", "jobson_most_probable", "jobson_fastest_probable")
"""Methods that take a surface width or depth from it where one is given."""
FOLLOWING = "following the discharge"
_SAME = 1e-9
"""Relative difference of two discharges below which they are the same."""


@dataclass(frozen=True)
class Following:
    """A reach table whose given sections follow the discharge; R reaches."""

    columns: Columns
    section: Mask
    """(R,) true where velocity and area were changed."""
    width: Mask
    """(R,) true where a given width or depth was changed."""
    notices: tuple[Notice, ...]


def discharge_ratio(scenario: Scenario, network: Network, water: Array, lateral: Array) -> Array:
    """(R,) discharge over the one at which the sections of the reach table were given [-].

    That is the flow as it is written, without ``scale``; of a regime or measure that brings
    tables of its own, the flow of the file it belongs to.

    water : (R,) mean discharge of the reaches without the water of releases [m3/s]
    lateral : (R,) lateral inflow as given [m2/s]

    Raises ScenarioError where a reach has no water in the flow as written.
    """
    reference = getattr(scenario, "reference_flow", None)
    if reference is None:
        return np.full(water.size, flow_scale(scenario.flow))
    tables = read_flow_tables(scenario, network, reference)
    found = balance(network, tables.inflow, tables.abstraction, lateral, tables.gauge)
    mean = 0.5 * (found.head + found.foot)
    dry = np.flatnonzero(~(mean > 0.0))
    if dry.size or tables.faults:
        name = network.reach_id[int(dry[0])] if dry.size else ""
        message = f"reach {name} has no water in the flow as written, to which its section belongs"
        faults = list(tables.faults) or [scenario.fault("flow", message)]
        raise ScenarioError(faults, scenario.name)
    return water / mean


def follow(scenario: Scenario, network: Network, table: ReachTable, ratio: Array) -> Following:
    """Let what was given at one discharge follow the one at hand; tanks keep their volume.

    With r = ratio: width r^b, depth r^f, area and volume r^(b + f), velocity r^(1 - b - f), time
    of travel r^(b + f - 1). b and f are the columns ``width_exponent`` and ``depth_exponent``,
    else those of ``[hydraulics]``, 0.26 and 0.40 by default.

    ratio : (R,) from ``discharge_ratio``
    """
    columns = table.columns
    methods = np.array(table.methods, dtype=object)
    tank = np.array([getattr(row, "kind", "") == "tank" for row in table.rows], dtype=np.bool_)
    other = np.abs(ratio - 1.0) > _SAME
    fixed = np.isin(methods, FIXED) & other & ~tank
    b, f = exponents(scenario, columns, fixed)
    numbers = dict(columns.numbers)
    powers = {"velocity": 1.0 - b - f, "travel_time": b + f - 1.0, "volume": b + f,
              "cross_section_area": b + f}  # fmt: skip
    for name, power in powers.items():
        numbers[name] = np.where(fixed, numbers[name] * ratio**power, numbers[name])
    surface = (fixed | (np.isin(methods, SURFACE) & other)) & ~tank
    for name, power in (("width", b), ("depth", f)):
        numbers[name] = np.where(surface, numbers[name] * ratio**power, numbers[name])
    width = surface & (columns.given("width") | columns.given("depth"))
    told = _notice(network, ratio, fixed, (b, f)) if fixed.any() else ()
    return Following(replace(columns, numbers=numbers), fixed, width, told)


def exponents(scenario: Scenario, columns: Columns, own: Mask) -> tuple[Array, Array]:
    """(R,) exponents of width and depth; a column's where the method has no other use for it."""
    common = scenario.hydraulics
    found = []
    for name, standard in (
        ("width_exponent", AT_A_STATION_WIDTH_EXPONENT),
        ("depth_exponent", AT_A_STATION_DEPTH_EXPONENT),
    ):
        value = getattr(common, name, standard)
        found.append(np.where(own & columns.given(name), columns[name], value))
    return found[0], found[1]


def mark(following: Following, sections: Sections) -> None:
    """Mark what followed the discharge as an estimate, in method and flag."""
    for names, where in (
        (("velocity", "cross_section_area"), following.section),
        (("width", "depth", "hydraulic_radius"), following.width | following.section),
    ):
        for name in names:
            quantity = getattr(sections, name)
            rows = where & ~quantity.unknown
            if name in ("width", "depth"):
                rows &= quantity.method == GIVEN
            quantity.estimated[where & ~quantity.unknown] = True
            for row in np.flatnonzero(rows).tolist():
                if FOLLOWING not in quantity.method[row]:
                    quantity.method[row] = f"{quantity.method[row]}, {FOLLOWING}"


def _notice(
    network: Network, ratio: Array, fixed: Mask, exponents: tuple[Array, Array]
) -> tuple[Notice, ...]:
    rows = np.flatnonzero(fixed)
    b, f = (np.unique(values[rows]) for values in exponents)
    low, high = float(ratio[rows].min()), float(ratio[rows].max())
    share = f"{low:.3g}" if high - low <= 1e-6 * high else f"{low:.3g} to {high:.3g}"
    powers = f"width Q^{b[0]:.3g}, depth Q^{f[0]:.3g}, velocity Q^{1.0 - b[0] - f[0]:.3g}"
    if b.size > 1 or f.size > 1:
        powers = "the exponents of each reach"
    count = "1 reach" if rows.size == 1 else f"{rows.size} reaches"
    first = "" if rows.size > 1 else f" ({network.reach_id[int(rows[0])]})"
    return (
        Notice(
            "hydraulics",
            f"on {count}{first} the section was given at one discharge; it follows {share} times "
            f"that by {powers} (Leopold & Maddock 1953), an estimate",
        ),
    )

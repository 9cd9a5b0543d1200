"""Area, celerity and width of every reach over a range of discharges, for flow routing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Fault, ScenarioError
from ..network.network import Network
from ..routing.river import Hydraulics, tabulate
from .columns import Array, Columns, Mask
from .fallback import complete
from .flow import SteadyFlow
from .inputs import ReachTable, read_reaches
from .solve import find_sections

if TYPE_CHECKING:
    from ..scenario import Scenario

POINTS = 48
"""Discharges at which the section of a reach is found."""
BELOW, ABOVE = 0.5, 1.5
"""Ends of the table over the lowest and the highest discharge expected."""
LEAST = 1e-3
"""Lowest discharge of a table over that at first."""


@dataclass(frozen=True)
class Waves:
    """What routing needs to know of R reaches."""

    table: ReachTable
    still: Mask
    """(R,) true where the area does not depend on the discharge: what enters leaves at once."""
    steady_speed: Mask
    """(R,) true where the velocity does not depend on it: waves travel with the water."""


def wave_kinds(scenario: Scenario, network: Network) -> Waves:
    """Tell apart the reaches by what their area does when the discharge changes."""
    table = read_reaches(scenario, network)
    methods = np.array(table.methods, dtype=object)
    given = table.columns.given("velocity")
    tank = np.array([row.kind == "tank" for row in table.rows], dtype=np.bool_)
    still = tank | (methods == "volume") | ((methods == "velocity") & ~given)
    steady = (methods == "travel_time") | ((methods == "velocity") & given)
    return Waves(table, still, steady & ~still)


def wave_tables(
    scenario: Scenario, network: Network, reference: SteadyFlow, waves: Waves,
    expected: tuple[Array, Array],
) -> Hydraulics:  # fmt: skip
    """Tables of area, celerity and wave diffusion, one row of discharges per reach.

    Each reach's own hydraulic method is evaluated at ``POINTS`` discharges, evenly spaced in
    their logarithm, one of them the mean discharge at first, so that the flow at first has the
    area that steady hydraulics gives it. With ``downstream_geometry`` a reach that names no
    bankfull discharge has that at first, from which at-a-station exponents lead on. A reach whose
    area is fixed has a row of no meaning.

    expected : (R,), (R,) lowest and highest discharge

    Raises ScenarioError where the area of a reach does not rise with the discharge.
    """
    base = 0.5 * (reference.discharge_head + reference.discharge_foot)
    low = BELOW * np.maximum(expected[0], LEAST * base)
    high = ABOVE * np.maximum(expected[1], base)
    count = base.size
    discharge = np.exp(np.linspace(np.log(low), np.log(high), POINTS, axis=1))
    nearest = np.argmin(np.abs(np.log(discharge / base[:, None])), axis=1)
    discharge[np.arange(count), nearest] = base
    rows = np.repeat(np.arange(count), POINTS)
    columns = _with_bankfull(waves.table, base).take(rows)
    methods = tuple(waves.table.methods[row] for row in rows.tolist())
    flat = discharge.ravel()
    table = ReachTable((), columns, methods)
    sections = find_sections(table, flat, np.ones(flat.size))
    complete(columns, flat, sections)
    area = sections.cross_section_area.value.reshape(count, POINTS)
    width = sections.width.value.reshape(count, POINTS)
    area[waves.still] = discharge[waves.still]
    flat_faults = _faults(scenario, network, discharge, area)
    if flat_faults:
        raise ScenarioError(flat_faults, scenario.name)
    return tabulate(discharge, area, width, reference.bed_slope)


def _with_bankfull(table: ReachTable, base: Array) -> Columns:
    """Columns with the discharge at first as bankfull where downstream geometry has none."""
    methods = np.array(table.methods, dtype=object)
    own = table.columns["bankfull_discharge"]
    missing = (methods == "downstream_geometry") & np.isnan(own)
    numbers: Mapping[str, Array] = {
        **table.columns.numbers, "bankfull_discharge": np.where(missing, base, own)
    }  # fmt: skip
    return replace(table.columns, numbers=numbers)


def _faults(scenario: Scenario, network: Network, discharge: Array, area: Array) -> list[Fault]:
    """Reaches whose area does not rise where the discharge does."""
    found = []
    for reach in np.flatnonzero(~np.all(np.diff(area, axis=1) > 0.0, axis=1)).tolist():
        at = int(np.argmin(np.diff(area[reach])))
        message = (
            f"the area of reach {network.reach_id[reach]} does not rise from "
            f"{discharge[reach, at]:.4g} to {discharge[reach, at + 1]:.4g} m3/s, so that no flood "
            "can be routed through it"
        )
        found.append(scenario.fault(scenario.reaches[reach], message, "Check its rating table."))
    return found

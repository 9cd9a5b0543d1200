"""Area, celerity and width of every reach over a range of discharges, for flow routing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, ScenarioError
from ..network.network import Network
from ..routing.river import Hydraulics, tabulate
from .columns import Array, Columns, Mask
from .fallback import complete
from .flow import SteadyFlow
from .following import FIXED, exponents
from .inputs import ReachTable, read_reaches
from .solve import find_sections, followed

if TYPE_CHECKING:
    from ..scenario import Scenario

IntArray = NDArray[np.int64]

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
    """With the sections of the flow at first."""
    still: Mask
    """(R,) true where the volume does not depend on the discharge: what enters leaves at once."""
    given: Mask
    """(R,) true where the section was given for one discharge and follows by hydraulic geometry."""


def wave_kinds(
    scenario: Scenario, network: Network, reference: SteadyFlow, pools: Sequence[int] = ()
) -> Waves:
    """Tell apart the reaches by how their area follows the discharge.

    pools : reaches whose volume follows from other rules
    """
    table = read_reaches(scenario, network)
    mean = 0.5 * (reference.discharge_head + reference.discharge_foot)
    table = replace(table, columns=followed(scenario, network, table, mean).columns)
    tank = np.array([row.kind == "tank" for row in table.rows], dtype=np.bool_)
    tank[list(pools)] = True
    fixed = np.isin(np.array(table.methods, dtype=object), FIXED)
    return Waves(table, tank, fixed & ~tank)


def wave_tables(
    scenario: Scenario, network: Network, reference: SteadyFlow, waves: Waves,
    expected: tuple[Array, Array],
) -> Hydraulics:  # fmt: skip
    """Tables of area, celerity and wave diffusion, see ``wave_sections``."""
    found = wave_sections(scenario, network, reference, waves, expected)
    return tabulate(*found, reference.bed_slope)


def wave_sections(
    scenario: Scenario, network: Network, reference: SteadyFlow, waves: Waves,
    expected: tuple[Array, Array],
) -> tuple[Array, Array, Array]:  # fmt: skip
    """(R, POINTS) discharges of every reach with the area and the width of their uniform flow.

    Each reach's own hydraulic method is evaluated at ``POINTS`` discharges, evenly spaced in
    their logarithm, one of them the mean discharge at first, so that the flow at first has the
    area that steady hydraulics gives it. Sections that were given for one discharge follow it by
    at-a-station hydraulic geometry, A ~ Q^(b + f) (Leopold & Maddock 1953), as they do between
    regimes. With ``downstream_geometry`` a reach that names no bankfull discharge has that at
    first, from which at-a-station exponents lead on. The row of a tank has no meaning.

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
    b, f = exponents(scenario, waves.table.columns, waves.given)
    ratio = discharge / base[:, None]
    area = reference.cross_section_area[:, None] * ratio ** (b + f)[:, None]
    width = reference.width[:, None] * ratio ** b[:, None]
    rows = np.flatnonzero(~(waves.still | waves.given))
    if rows.size:
        area[rows], width[rows] = _by_method(waves.table, rows, discharge[rows], base)
    faults = _faults(scenario, network, discharge, area)
    if faults:
        raise ScenarioError(faults, scenario.name)
    return discharge, area, width


def _by_method(
    table: ReachTable, rows: IntArray, discharge: Array, base: Array
) -> tuple[Array, Array]:
    """Areas and widths of some reaches by their methods.

    discharge : (n, K) of the reaches ``rows``
    base : (R,) discharge at first of all reaches
    """
    every = np.repeat(rows, discharge.shape[1])
    columns = _with_bankfull(table, base).take(every)
    methods = tuple(table.methods[row] for row in every.tolist())
    flat = discharge.ravel()
    sections = find_sections(ReachTable((), columns, methods), flat, np.ones(flat.size))
    complete(columns, flat, sections)
    area, width = sections.cross_section_area.value, sections.width.value
    return area.reshape(discharge.shape), width.reshape(discharge.shape)


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

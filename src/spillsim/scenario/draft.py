"""The parts of a scenario that could be read, before they are checked against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .base import Section
from .faults import Faults
from .ice import Ice
from .reactions import Reaction
from .releases import Release
from .reservoirs import Diversion, Reservoir, Split
from .routing import FlowHydrograph, Routing
from .rows import DischargeSeries
from .sections import Border, Case, Hydraulics, Station
from .solids import Solids
from .substances import Substance
from .tables import Table
from .trigger import Trigger
from .water import Water


@dataclass
class Draft:
    """The readable parts of a scenario; None where a part had a fault or is missing."""

    faults: Faults
    case: Case | None = None
    nodes: Table | None = None
    reaches: Table | None = None
    inflows: Table | None = None
    gauges: Table | None = None
    discharges: Table | None = None
    series: tuple[DischargeSeries, ...] = ()
    """Discharges over time from a file that is no table."""
    file_failed: bool = False
    """True where that file has a fault, so that nobody knows which areas it gives."""
    routing: Routing | None = None
    hydrographs: Sequence[FlowHydrograph | None] = field(default_factory=list)
    trigger: Trigger | None = None
    hydraulics: Hydraulics | None = None
    ice: Ice | None = None
    dispersion: Section | None = None
    water: Water | None = None
    substances: Sequence[Substance | None] = field(default_factory=list)
    solids: Sequence[Solids | None] = field(default_factory=list)
    unnamed: bool = False
    """True where substances or solids are no list, so that nobody knows their names."""
    reactions: Sequence[Reaction | None] = field(default_factory=list)
    releases: Sequence[Release | None] = field(default_factory=list)
    reservoirs: Sequence[Reservoir | None] = field(default_factory=list)
    unread_reservoirs: Sequence[str] = ()
    """Reaches of reservoirs that had a fault."""
    diversions: Sequence[Diversion | None] = field(default_factory=list)
    splits: Sequence[Split | None] = field(default_factory=list)
    stations: Sequence[Station | None] = field(default_factory=list)
    borders: Sequence[Border | None] = field(default_factory=list)

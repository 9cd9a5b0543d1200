"""The scenario as the program sees it: frozen, in SI, times in seconds since the start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, PrivateAttr

from .. import network as river_network
from ..errors import Fault, Notice
from .at import AlongReach, AtNode, AtReach, Place, start_of
from .base import Section
from .changes import Written
from .faults import clean, line_of, written_path
from .files import SourceFile
from .ice import Ice
from .reactions import Reaction
from .releases import Release
from .reservoirs import Diversion, Reservoir, Split
from .routing import FlowHydrograph, Routing
from .rows import DischargeSeries, Gauge, Inflow, Node, Reach
from .sections import (
    Border,
    Case,
    DispersionFormula,
    DispersionValue,
    Hydraulics,
    Station,
    Storage,
)
from .settings import Numerics, Output
from .solids import Solids
from .substances import Substance
from .trigger import Trigger
from .uncertain import Correlation, Distribution, Ensemble, Sweep
from .variants import Variant
from .water import Water

if TYPE_CHECKING:
    from ..network import Network, Position


class InflowsFlow(Section):
    """Discharge from known inflows, summed down the river."""

    kind: str = "inflows"
    inflows: tuple[Inflow, ...]
    scale: float = 1.0
    """What every inflow, abstraction and lateral inflow is multiplied by [-]."""
    temperature: float = 10.0
    """Water temperature of reaches that name none; an assumption unless given [degC]."""


class GaugesFlow(Section):
    """Discharge known at gauges."""

    kind: str = "gauges"
    gauges: tuple[Gauge, ...]
    inflows: tuple[Inflow, ...]
    closure_warning: float
    """Share of the discharge above which an unexplained gain or loss is told [-]."""
    scale: float = 1.0
    """What every gauge, inflow, abstraction and lateral inflow is multiplied by [-]."""
    temperature: float = 10.0
    """Water temperature of reaches that name none; an assumption unless given [degC]."""


class TableFlow(Section):
    """Discharge of every reach over time."""

    kind: str = "table"
    series: tuple[DischargeSeries, ...]
    interpolation: str
    temperature: float = 10.0
    """Water temperature of reaches that name none; an assumption unless given [degC]."""
    inflows: tuple[Inflow, ...] = ()


class _Built:
    """The network of a scenario once it is built; tells no two scenarios apart."""

    __slots__ = ("_made_of", "_network")

    def __init__(self) -> None:
        self._made_of: tuple[object, object] | None = None
        self._network: Network | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Built)

    __hash__ = None  # type: ignore[assignment]

    def of(self, scenario: Scenario) -> Network | None:
        """The network if it was built of this scenario's tables: a copy may have others."""
        if self._made_of is None:
            return None
        nodes, reaches = self._made_of
        return self._network if nodes is scenario.nodes and reaches is scenario.reaches else None

    def keep(self, scenario: Scenario, network: Network) -> None:
        self._made_of, self._network = (scenario.nodes, scenario.reaches), network


class Scenario(Section):
    """What the user wrote, checked: every name resolves, all water reaches the outlet."""

    spillsim: int
    case: Case
    nodes: tuple[Node, ...]
    reaches: tuple[Reach, ...]
    flow: InflowsFlow | GaugesFlow | TableFlow
    hydraulics: Hydraulics
    dispersion: DispersionFormula | DispersionValue
    storage: Storage | None
    ice: Ice | None = None
    substances: tuple[Substance, ...]
    releases: tuple[Release, ...]
    solids: tuple[Solids, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    water: Water = Field(default_factory=Water)
    stations: tuple[Station, ...]
    borders: tuple[Border, ...]
    output: Output
    numerics: Numerics
    reservoirs: tuple[Reservoir, ...] = ()
    diversions: tuple[Diversion, ...] = ()
    splits: tuple[Split, ...] = ()
    routing: Routing | None = None
    hydrographs: tuple[FlowHydrograph, ...] = ()
    trigger: Trigger | None = None
    notices: tuple[Notice, ...] = ()
    """What is to be told of the input, e.g. gaps that were filled."""
    files: tuple[SourceFile, ...]
    """The scenario file first, then the tables in the order they were read."""
    folder: Path | None
    """Case folder; None for a scenario made from a dict without one."""
    name: str
    """Name of the case folder."""
    reference_flow: InflowsFlow | GaugesFlow | None = None
    """Flow as written, at which sections are given, where a regime or measure has another."""
    reference_lateral_inflow: dict[str, float] = Field(default_factory=dict)
    """Reach -> lateral inflow at which sections are given, where a member has another [m2/s]."""
    ensemble: Ensemble | None = None
    """How many members to draw, and how; None for what holds when nothing is said."""
    uncertain: tuple[Distribution, ...] = ()
    """What is not known exactly."""
    correlations: tuple[Correlation, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    """What is tried value by value."""
    variants: tuple[Variant, ...] = ()
    """The regimes and measures that the file holds."""
    regime: str = ""
    """Name of the regime that is merged into this scenario; empty for the file as written."""
    measure: str = ""
    """Name of the measure that is merged into this scenario; empty for none."""
    left_out: tuple[str, ...] = ()
    """Releases of the file that do not happen in this scenario, where one is swept."""
    _lines: dict[str, int] = PrivateAttr(default_factory=dict)
    _origin: dict[str, str] = PrivateAttr(default_factory=dict)
    _built: _Built = PrivateAttr(default_factory=_Built)
    _written: Written | None = PrivateAttr(default=None)

    def variant(self, kind: str) -> Variant | None:
        """The regime or measure that is merged into this scenario."""
        name = self.regime if kind == "regime" else self.measure
        return next((v for v in self.variants if (v.kind, v.name) == (kind, name)), None)

    def fault(self, subject: Section | str, message: str, hint: str = "", key: str = "") -> Fault:
        """Make a fault for a later stage, placed at the file and line of its subject.

        Parameters
        ----------
        subject : a row (``scenario.reaches[3]``), a section (``scenario.releases[0]``), or a key
            path of the scenario file (``"numerics.error"``)
        message, hint : as in ``Fault``
        key : column or key within the subject, e.g. ``"slope"``
        """
        if isinstance(subject, str):
            path, file, line = subject, self._file, None
        else:
            path, file, line = subject._where, subject._file, subject._line
        in_scenario = file == self._file
        where = path + ((f".{key}" if in_scenario else f": {key}") if key else "")
        if in_scenario:
            where = written_path(self._origin, where)
            line = line_of(self._lines, where) or line
        return Fault(file, clean(where), clean(message), clean(hint), line)

    @property
    def constituents(self) -> tuple[Substance | Solids, ...]:
        """What the water carries: the substances, then the size classes of solids."""
        return (*self.substances, *self.solids)

    def written(self, section: str) -> Sequence[Any]:
        """The raw data of the sections of one name, with the regime and measure merged; empty for
        a scenario that was not read."""
        return () if self._written is None else self._written.merged.get(section, ())

    def releases_of(self, number: int) -> tuple[Release, ...]:
        """What section ``release[number]`` stands for: one release, several of a tailings
        facility, none where it does not happen."""
        return tuple(one for one in self.releases if one._where == f"release[{number}]")

    @property
    def has_pools(self) -> bool:
        """True where a constituent has several forms, lies on the bed, turns into another one, or
        is lost in ways that the ledger tells apart."""
        return bool(self.solids or self.reactions) or any(s.needs_pools for s in self.substances)

    @property
    def is_routed(self) -> bool:
        """True where the flow is routed over time from its inflows."""
        rules = self.diversions or self.splits or any(one.outlets for one in self.reservoirs)
        flood = self.trigger is not None and self.trigger.has_flow
        return self.routing is not None or bool(self.hydrographs) or bool(rules) or flood

    @property
    def is_layered(self) -> bool:
        """True where a reservoir is in two layers."""
        return any(one.mixing == "layered" for one in self.reservoirs)

    @property
    def flow_varies(self) -> bool:
        """True where the flow changes during the run."""
        return self.flow.kind == "table" or self.is_routed

    def build_network(self) -> Network:
        """Build the network of the scenario's nodes and reaches, in their order."""
        network = self._built.of(self)
        if network is None:
            network = self._build_network()
            self._built.keep(self, network)
        return network

    def _build_network(self) -> Network:
        return river_network.build(
            [node.id for node in self.nodes],
            [reach.id for reach in self.reaches],
            [reach.from_node for reach in self.reaches],
            [reach.to_node for reach in self.reaches],
            [reach.length for reach in self.reaches],
            [reach.share for reach in self.reaches],
        )

    def locate(self, network: Network, at: Place) -> Position:
        """Place the ``at`` of a release, station or border on ``build_network()``.

        What is spread along a reach is placed at its head.
        """
        return locate_at(network, self.nodes, self.reaches, at)


def fresh(scenario: Scenario, parts: Mapping[str, Any]) -> Scenario:
    """A copy of a scenario with other parts, which are sound; the network is not built again.

    Its nodes and reaches must be those of the scenario but for numbers that the network does not
    hold.
    """
    made = scenario.model_copy(update=dict(parts))
    network = scenario.build_network()
    made._built = _Built()
    made._built.keep(made, network)
    return made


def locate_at(
    network: Network,
    nodes: tuple[Node, ...],
    reaches: tuple[Reach, ...],
    at: Place,
) -> Position:
    """Place an ``at`` on the network.

    Raises
    ------
    LookupError
        unknown node, reach or river, or a place outside of it.
    """
    if isinstance(at, AtNode):
        if at.node not in network.node_index:
            raise LookupError(f'there is no node "{at.node}"')
        return river_network.locate_node(network, network.node_index[at.node])
    if isinstance(at, AtReach | AlongReach):
        if at.reach not in network.reach_index:
            raise LookupError(f'there is no reach "{at.reach}"')
        return river_network.locate_reach(network, network.reach_index[at.reach], start_of(at))
    return river_network.locate_river_km(
        network,
        [math.nan if node.river_km is None else node.river_km for node in nodes],
        [reach.river for reach in reaches],
        at.river,
        at.river_km,
        [node.river for node in nodes],
    )

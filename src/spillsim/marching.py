"""What each way of marching needs before time starts: cells, water, places and steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import ScenarioError
from .hydraulics import VaryingFlow
from .network.network import Network
from .places import StationPlace
from .remap.build import Plan as NetworkPlan
from .remap.build import build
from .remap.graph import Layers, Reaches
from .remap.tables import DrainedError
from .sources import CompiledRelease, SlugSchedule
from .transport.arrays import LIMITER_CODES
from .transport.grid import Grid, build_grid
from .transport.medium import build_dispersion
from .transport.paths import Route
from .transport.plan import Plan, place_gauges
from .transport.resolution import DISPERSION_NUMBER

if TYPE_CHECKING:
    from .scenario import Scenario
    from .transport.arrays import Dispersion

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

LEDGER_ROWS = 200
"""Times at which the mass ledger is written."""


@dataclass(frozen=True)
class TreeMarch:
    """Steady flow on a tree: cells that hold a step of travel."""

    plan: Plan
    spreading: Dispersion | ScenarioError
    """Dispersion on the grid, or why it cannot be computed."""
    reached: IntArray
    """(S,) row of each station among the observed places, -1 where no release can get."""

    @property
    def dispersion(self) -> Dispersion:
        """Dispersion on the grid; raises ScenarioError where it would need too many substeps."""
        if isinstance(self.spreading, ScenarioError):
            raise self.spreading
        return self.spreading

    def check(self) -> None:
        """Raise ScenarioError where it cannot be marched; the transfer engine still may."""
        _ = self.dispersion

    @property
    def grid(self) -> Grid:
        """Cells of the paths."""
        return self.plan.grid

    @property
    def time_step(self) -> float:
        """Time step [s]."""
        return self.plan.grid.time_step

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.plan.grid.size

    def time_at(self, step: IntArray) -> Array:
        """(n,) times at the ends of steps [s since the start of the case]."""
        return np.asarray(self.plan.start + self.time_step * step, dtype=np.float64)

    def curves_only(self) -> TreeMarch:
        """The same without fields and with the last ledger alone."""
        plan = self.plan
        bare = replace(plan, field_step=plan.field_step[:0], ledger_step=plan.ledger_step[-1:])
        return replace(self, plan=bare)


def tree_march(
    scenario: Scenario, route: Route, releases: Sequence[CompiledRelease],
    places: Sequence[StationPlace], output_time: Array, step: float,
) -> TreeMarch:  # fmt: skip
    """Cells, places and steps for steady flow on a tree."""
    grid = _grid(route, releases, step)
    start, count, ledger, field = steps_and_records(scenario, releases, output_time, step)
    reached = np.full(len(places), -1, dtype=np.int64)
    below = [i for i, place in enumerate(places) if not math.isnan(place.travel_time)]
    reached[below] = np.arange(len(below))
    gauges, order = place_gauges(grid, [places[i].position for i in below])
    plan = Plan(grid, LIMITER_CODES[scenario.numerics.limiter], start, count, gauges, order,
                output_time, ledger, field)  # fmt: skip
    return TreeMarch(plan, _dispersion(scenario, grid, plan), reached)


@dataclass(frozen=True)
class NetworkMarch:
    """Flow that changes, or a river that divides or has tanks."""

    plan: NetworkPlan

    def check(self) -> None:
        """Nothing that is found later can keep it from being marched."""

    @property
    def time_step(self) -> float:
        """Time step [s]."""
        return self.plan.time_step

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.plan.size

    def time_at(self, step: IntArray) -> Array:
        """(n,) times at the ends of steps [s since the start of the case]."""
        return self.plan.time[step]

    def curves_only(self) -> NetworkMarch:
        """The same without fields and with the last ledger alone."""
        plan = self.plan
        bare = replace(plan, field_step=plan.field_step[:0], ledger_step=plan.ledger_step[-1:])
        return replace(self, plan=bare)


def network_march(
    scenario: Scenario, network: Network, flow: VaryingFlow, releases: Sequence[CompiledRelease],
    places: Sequence[StationPlace], output_time: Array, step: float,
) -> NetworkMarch:  # fmt: skip
    """Cells, water, places and steps on any network, with flow that may change.

    Raises ScenarioError where more water leaves a reach than it holds.
    """
    start, count, ledger, field = steps_and_records(scenario, releases, output_time, step)
    tank = np.array([reach.kind == "tank" for reach in scenario.reaches], dtype=np.bool_)
    layers = _layers(scenario, network)
    reaches = Reaches(network.reach_from, network.reach_to, network.reach_length, tank, layers)
    try:
        plan = build(
            reaches, flow, (start, step, count), LIMITER_CODES[scenario.numerics.limiter],
            [place.position for place in places], (output_time, ledger, field),
        )  # fmt: skip
    except DrainedError as error:
        name, part, hint = network.reach_id[error.reach], "it", ""
        if layers is not None and error.reach in layers.reach:
            part = "its upper layer"
            hint = "The lower layer keeps its volume: give it a larger upper_volume."
        message = (
            f"more water leaves reach {name} than {part} holds "
            f"{error.time / 3600.0:.4g} h after the start"
        )
        fault = scenario.fault(scenario.reaches[error.reach], message, hint)
        raise ScenarioError([fault], scenario.name) from None
    return NetworkMarch(plan)


def _layers(scenario: Scenario, network: Network) -> Layers | None:
    """The reservoirs in two layers; one whose lower layer holds nothing is mixed throughout."""
    rows = [
        (network.reach_id.index(one.reach), one.volume - one.upper_volume, one.exchange_discharge,
         one.inflow_to, one.outflow_from)
        for one in scenario.reservoirs
        if one.mixing == "layered" and one.upper_volume is not None
        and one.upper_volume < one.volume
    ]  # fmt: skip
    if not rows:
        return None
    reach, *columns = zip(*rows, strict=True)
    return Layers(np.array(reach), *(np.array(column, dtype=np.float64) for column in columns))


def _grid(route: Route, releases: Sequence[CompiledRelease], step: float) -> Grid:
    """Cells for a time step, placed by the first release."""
    first = min(releases, key=lambda release: release.schedule.span[0])
    # a face under the release, or a cell's centre under a slug: the deposit is then exact
    origin, reach = route.theta(first.position), first.position.reach
    unit = route.flow.dispersion_coefficient[reach] / (route.flow.velocity[reach] ** 2 * step)
    if isinstance(first.schedule, SlugSchedule) and unit <= DISPERSION_NUMBER:
        origin += 0.5 * step
    return build_grid(route, [release.position for release in releases], step, origin)


def _dispersion(scenario: Scenario, grid: Grid, plan: Plan) -> Dispersion | ScenarioError:
    """Dispersion on a grid, or the fault where it would need too many substeps."""
    try:
        return build_dispersion(grid, plan.limiter)
    except ValueError as error:
        hint = "Leave out time_step and cell_length, or make them larger."
        return ScenarioError([scenario.fault("numerics", str(error), hint)], scenario.name)


def steps_and_records(
    scenario: Scenario, releases: Sequence[CompiledRelease], output_time: Array, step: float
) -> tuple[float, int, IntArray, IntArray]:
    """First time [s], number of steps, steps after which the ledger and the field are written."""
    duration = scenario.case.duration
    start = min(release.schedule.span[0] for release in releases)
    steps = max(1, math.ceil((duration - start) / step - 1e-9))
    ledger = np.unique(np.round(np.linspace(0, steps, min(LEDGER_ROWS, steps) + 1)))[1:]
    field = np.zeros(0, dtype=np.int64)
    if scenario.output.field:
        interval = float(output_time[1]) if output_time.size > 1 else duration
        every = scenario.output.field_interval or max(duration / 200.0, interval)
        wanted = np.arange(max(start, every), duration * (1.0 + 1e-12), every)
        field = _steps_at(wanted, start, step, steps)
    return start, steps, ledger.astype(np.int64), field


def _steps_at(time: Array, start: float, step: float, steps: int) -> NDArray[np.int64]:
    """Steps whose ends lie nearest to the given times."""
    nearest = np.unique(np.round((time - start) / step)).astype(np.int64)
    return nearest[(nearest >= 1) & (nearest <= steps)]

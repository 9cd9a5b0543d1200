"""Members of an ensemble: a scenario changed in memory, solved and answered by the transfer engine.

What a user would do by editing the tables and running again; only fields, cells and the ledger,
which no score asks for, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .assumptions import Draw

if TYPE_CHECKING:
    from ..hydraulics import SteadyFlow
    from ..scenario import Reach, Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """A member: the scenario of a draw and what no column of a scenario holds."""

    scenario: Scenario
    dispersion: float = 1.0
    """Factor on every dispersion coefficient."""
    velocity: float = 1.0
    """Factor on every velocity; discharges stay, sections give way."""
    decline: float = 0.0
    """How the rate of a constant release falls: from (1 + x) to (1 - x) times its mean."""


@dataclass(frozen=True)
class Ensemble:
    """Curves of M members at S stations and T times; what each member saw."""

    time: Array
    """(T,) [s since the start of the case]."""
    stations: tuple[str, ...]
    distance: Array
    """(S,) from the release, in the case as written [m]."""
    concentration: Array
    """(M, S, T) [kg/m3]."""
    draws: Sequence[Draw]

    def at(self, station: str) -> Array:
        """(M, T) curves at one station [kg/m3]."""
        return np.asarray(self.concentration[:, self.stations.index(station)])


def run_ensemble(
    base: Scenario, stations: Sequence[str], time: Array, draws: Sequence[Draw],
    change: Callable[[Scenario, Draw], Change],
) -> Ensemble:  # fmt: skip
    """Solve the flow of every member and answer with its curves.

    Parameters
    ----------
    base : the scenario as written
    stations : names of stations or borders at which curves are wanted
    time : (T,) [s since the start of the case]
    change : makes a member of the scenario and a draw
    """
    curves = np.stack([_curves(change(base, draw), stations, time) for draw in draws])
    return Ensemble(time, tuple(stations), _distances(base, stations), curves, draws)


def _places(scenario: Scenario, network: Any, stations: Sequence[str]) -> list[Any]:
    every = {one.name: one.at for one in scenario.stations}
    every |= {one.name: one.at for one in scenario.borders}
    return [scenario.locate(network, every[name]) for name in stations]


def _distances(scenario: Scenario, stations: Sequence[str]) -> Array:
    from ..network import distance_between

    network = scenario.build_network()
    origin = scenario.locate(network, scenario.releases[0].at)
    found = [distance_between(network, origin, p) for p in _places(scenario, network, stations)]
    return np.array([np.nan if one is None else one for one in found])


def _curves(member: Change, stations: Sequence[str], time: Array) -> Array:
    """(S, T) concentration of the first substance [kg/m3]."""
    from ..engine import substance_river
    from ..hydraulics import release_inflow, solve
    from ..sources import RateSchedule, compile_releases
    from ..transfer import NotSmoothError, build_course, source_of
    from ..transfer.response import ask, questions_at
    from ..transfer.sweep import CONCENTRATION

    scenario = member.scenario
    network = scenario.build_network()
    positions = [scenario.locate(network, release.at) for release in scenario.releases]
    inflow, _ = release_inflow(scenario, network, positions)
    flow = _scaled(solve(scenario, network, inflow if inflow.any() else None), member)
    places = _places(scenario, network, stations)
    river = substance_river(scenario, network, flow, 0)
    values = np.zeros((len(stations), time.size))
    releases = compile_releases(scenario, flow, positions)
    schedules = [release.schedule for release in releases]
    for i, schedule in enumerate(schedules):
        if isinstance(schedule, RateSchedule) and member.decline != 0.0:
            falls = np.linspace(1.0 + member.decline, 1.0 - member.decline, schedule.time.size)
            schedules[i] = replace(schedule, rate=schedule.rate * falls)
    try:
        for release, schedule in zip(releases, schedules, strict=True):
            source = source_of([schedule], float(time[-1]))
            course = build_course(river, release.position, places)
            for answers in ask(course, source, questions_at(course, places, CONCENTRATION)):
                answers.add_to(values, time)
    except NotSmoothError:
        return _marched(member, flow, schedules, stations, time)
    return values


def _scaled(flow: SteadyFlow, member: Change) -> SteadyFlow:
    """The flow with the factors of a member, which no column of a scenario holds."""
    faster = member.velocity
    return replace(
        flow, dispersion_coefficient=member.dispersion * flow.dispersion_coefficient,
        velocity=faster * flow.velocity, travel_time=flow.travel_time / faster,
        cross_section_area=flow.cross_section_area / faster, depth=flow.depth / faster,
    )  # fmt: skip


def _marched(
    member: Change, flow: SteadyFlow, schedules: Sequence[Any], stations: Sequence[str],
    time: Array,
) -> Array:  # fmt: skip
    """(S, T) curves of a member that the transfer engine leaves to the march [kg/m3]."""
    from ..model import assemble
    from ..simulation import simulate

    given = iter(flow.dispersion_coefficient.tolist())
    speeds = iter(flow.velocity.tolist())
    whole = member.scenario
    reaches = tuple(
        reach.model_copy(update={"dispersion_coefficient": next(given), "velocity": next(speeds),
                                 "hydraulics": "velocity"})
        for reach in whole.reaches
    )  # fmt: skip
    update = {
        "reaches": reaches, "ice": None,
        "case": whole.case.model_copy(update={"duration": float(time[-1])}),
        "numerics": whole.numerics.model_copy(update={"engine": "march", "error_check": "none"}),
    }  # fmt: skip
    model = assemble(whole.model_copy(update=update))
    releases = tuple(
        replace(release, schedule=schedule)
        for release, schedule in zip(model.releases, schedules, strict=True)
    )
    run = simulate(replace(model, releases=releases))
    names = [place.name for place in model.stations]
    rows = [run.concentration[0, names.index(name)] for name in stations]
    return np.stack([np.interp(time, run.output_time, row) for row in rows])


# --- changing a scenario -------------------------------------------------------------------------


def change_reaches(
    scenario: Scenario, updates: Callable[[Reach], Mapping[str, float]]
) -> tuple[Reach, ...]:
    """Return the reaches with some of their columns changed, each as the function says."""
    return tuple(reach.model_copy(update=dict(updates(reach))) for reach in scenario.reaches)


def changed_channel(
    reach: Reach, draw: Draw, manning_n: float | None, own: float = 1.0
) -> dict[str, float]:
    """Roughness, width and slope of a reach under the draw's ``bed``, ``width`` and ``slope``.

    manning_n : of the case, or what stands for it [s/m^(1/3)]
    own : factor on the roughness of its river alone
    """
    width, slope = reach.width, reach.slope
    assert manning_n is not None
    assert width is not None
    assert slope is not None
    return {
        "manning_n": manning_n * draw["bed"] * own, "width": draw["width"] * width,
        "slope": draw["slope"] * slope,
    }  # fmt: skip


def change_storage(scenario: Scenario, draw: Draw) -> Any:
    """Return the dead zones with the draw's ``storage`` and ``exchange``."""
    assert scenario.storage is not None
    return scenario.storage.model_copy(
        update={"area_ratio": draw["storage"], "exchange_coefficient": draw["exchange"]}
    )


def change_gauges(scenario: Scenario, value: Callable[[str, float], float]) -> Any:
    """Return the flow section with every gauge changed; the function takes node and discharge."""
    flow = scenario.flow
    gauges = tuple(
        row.model_copy(update={"discharge": value(row.node, row.discharge)})
        for row in getattr(flow, "gauges", ())
    )
    return flow.model_copy(update={"gauges": gauges})


def change_inflows(scenario: Scenario, factor: Callable[[str], float], flow: Any = None) -> Any:
    """Return the flow section with every inflow times a factor of its node."""
    flow = scenario.flow if flow is None else flow
    inflows = tuple(
        row.model_copy(update={"inflow": factor(row.node) * row.inflow}) for row in flow.inflows
    )
    return flow.model_copy(update={"inflows": inflows})

"""Which engine computes a case: the transfer engine where it applies, else the march."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .constituents import reasons_for_pools
from .errors import Notice, ScenarioError
from .hydraulics import SteadyFlow
from .network.network import Network
from .places import StationPlace
from .sources import CompiledRelease, decay_rates

if TYPE_CHECKING:
    from .scenario import Scenario
    from .transfer import River

MOST_POINTS = 1 << 15
"""Frequencies for a curve beyond which ``auto`` leaves a case to the march."""


@dataclass(frozen=True)
class Choice:
    """An engine and why."""

    engine: str
    """``march`` or ``transfer``."""
    basis: str
    """Why, in words."""
    notices: tuple[Notice, ...] = ()


def choose_engine(
    scenario: Scenario, network: Network, flow: SteadyFlow, releases: Sequence[CompiledRelease],
    places: Sequence[StationPlace],
) -> Choice:  # fmt: skip
    """Choose the engine that the scenario asks for, or that suits it.

    Raises
    ------
    ScenarioError
        The transfer engine is asked for and cannot compute the case; says why.
    """
    wanted = scenario.numerics.engine
    pools = reasons_for_pools(scenario)
    if wanted == "march":
        return Choice("march", "asked for")
    if pools:
        return _march_for_pools(scenario, [words for _, words in pools])
    settings = _settings_of_the_march(scenario)
    limits = [] if settings else _limits(scenario, network, flow, releases, places)
    if wanted == "auto" and any(release.seep is not None for release in releases):
        # the transfer engine takes it at points, each for the price of a release
        limits.append("a release is spread along a reach")
    against = settings or limits
    if not against:
        return Choice("transfer", "asked for" if wanted == "transfer" else "steady and linear")
    if wanted == "transfer":
        message = f"the transfer engine cannot compute this case: {against[0]}"
        hint = 'Write engine = "auto" or "march".'
        if settings:
            hint += " Or leave out what only the march needs."
        fault = scenario.fault("numerics.engine", message, hint)
        raise ScenarioError([fault], scenario.name)
    told = tuple(Notice("engine", f"march, because {reason}") for reason in limits)
    return Choice("march", against[0], told)


def _march_for_pools(scenario: Scenario, reasons: Sequence[str]) -> Choice:
    """The march, for constituents of several parts that turn into each other."""
    several = ", ".join(reasons[:3]) + (f" and {len(reasons) - 3} more" if reasons[3:] else "")
    if scenario.numerics.engine == "transfer":
        message = f"the transfer engine knows no parts of a constituent that exchange: {several}"
        hint = 'Write engine = "auto" or "march".'
        fault = scenario.fault("numerics.engine", message, hint)
        raise ScenarioError([fault], scenario.name)
    return Choice("march", several)


def _settings_of_the_march(scenario: Scenario) -> list[str]:
    """What the scenario says that only the march can heed."""
    numerics = scenario.numerics
    found = []
    if numerics.time_step is not None:
        found.append("time_step is given")
    if numerics.cell_length is not None:
        found.append("cell_length is given")
    if numerics.limiter != "positive":
        found.append(f"limiter = {numerics.limiter} is asked for")
    return found


def _limits(
    scenario: Scenario, network: Network, flow: SteadyFlow, releases: Sequence[CompiledRelease],
    places: Sequence[StationPlace],
) -> list[str]:  # fmt: skip
    """What the transfer engine cannot do in this case."""
    from .transfer import build_course
    from .transfer.sharpness import too_sharp

    if scenario.flow_varies:
        return ["the flow changes"]
    if scenario.is_layered:
        return ["a reservoir is in two layers"]
    positions = [place.position for place in places]
    found: list[str] = []
    for number, _ in enumerate(scenario.substances):
        river = substance_river(scenario, network, flow, number)
        own = [(r.position, r.schedule) for r in releases if r.substance == number]
        if not network.is_tree:
            courses = [build_course(river, position, []) for position, _ in own]
            if not all(course.islands_are_long for course in courses):
                return ["dispersion reaches from one end of an island to the other"]
        for row in too_sharp(river, own, positions, scenario.case.duration, MOST_POINTS):
            where = "the outlet" if row < 0 else f"{places[row].kind} {places[row].name}"
            found.append(f"the curve at {where} is too sharp for so short a way from a release")
    return list(dict.fromkeys(found))


def substance_river(
    scenario: Scenario, network: Network, flow: SteadyFlow, substance: int
) -> River:
    """The river as the transfer engine sees it for one substance."""
    from .transfer import prepare

    rates = decay_rates(scenario.substances[substance], flow)
    tank = np.array([reach.kind == "tank" for reach in scenario.reaches], dtype=np.bool_)
    return prepare(network, flow, *rates, tank)

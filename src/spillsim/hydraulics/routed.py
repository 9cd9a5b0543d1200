"""Flow that is routed: from inflows over time to the discharges of every section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice, ScenarioError
from ..network.network import Network, Position
from ..routing.muskingum_cunge import REFUSED, Forcing, Water, first_volumes, route_reaches
from ..routing.river import Hydraulics, River, section_lengths
from .elements import Element, find_elements
from .flow import Array, SteadyFlow
from .inflow_series import Inflows, choose_step, inflows, routing_times
from .varying import Sections, VaryingFlow
from .water_ledger import Held, WaterLedger, summed_over_time
from .wave import Waves, wave_kinds, wave_tables
from .withheld import Dam, find_dam
from .works import (
    NO_WORKS,
    Works,
    bounds,
    bounds_at_node,
    bounds_of_share,
    find_works,
    first_discharges,
    share_out,
    take,
)

if TYPE_CHECKING:
    from ..scenario import Scenario

IntArray = NDArray[np.int64]

MOST_VALUES = 8_000_000
"""Sections times routing times beyond which the step is made longer."""
MOST_HALVINGS = 6
"""Times that a chosen step is halved where a section cannot take it."""


@dataclass(frozen=True)
class Routed:
    """What routing found, M times and S sections."""

    flow: VaryingFlow
    ledger: WaterLedger
    river: River
    volume: Array
    """(S, M) water in each section [m3]."""
    tally: IntArray
    """(R, 3) section-steps at a bound, as a reservoir; see ``routing.muskingum_cunge``."""
    lacking: Mapping[int, tuple[float, float]]
    """Node -> volume [m3] that an abstraction asked for in vain, and when first [s]."""
    told: tuple[Notice, ...]
    """What is to be said of reservoirs and diversions."""
    waves: Waves
    longest_step: float
    """Step that the hydrographs ask for [s]."""


def route_in_full(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position]
) -> Routed:
    """Route the inflows of a scenario down its network.

    The flow at first is the steady one. Reaches are cut into sections of equal length. A step
    that was chosen is halved while a section cannot take it.

    reference : steady flow, the releases' own water left out
    places : where each release enters

    Raises ScenarioError where a reach has no wave, or runs dry.
    """
    routing = scenario.routing
    given = None if routing is None else routing.time_step
    works = find_works(scenario, network)
    dam = find_dam(scenario, network, reference)
    waves = wave_kinds(scenario, network, reference, [*works.pools])
    wanted = step = given or choose_step(scenario, works.switching, dam.rise if dam else np.inf)
    swept = 0.0
    for attempt in range(MOST_HALVINGS + 1):
        time = routing_times(scenario.case.duration, step)
        water = inflows(scenario, network, reference, places, time)
        expected = expected_discharges(network, reference, water, works, dam)
        tables = wave_tables(scenario, network, reference, waves, expected)
        longest = section_lengths(tables, *expected, step, swept)
        river = cut(scenario, network, tables, np.where(waves.still, np.inf, longest))
        if given is None and attempt == 0 and river.length.size * time.size > MOST_VALUES:
            step *= river.length.size * time.size / MOST_VALUES
            continue
        told: list[Notice] = []
        elements = find_elements(network, reference, waves, works, told)
        march = _March(network, reference, river, elements, time, water, works)
        march.dam = dam
        march.run()
        refused = np.flatnonzero(march.tally[:, REFUSED])
        if not refused.size:
            return march.result(reference, waves, wanted, (*told, *march.told))
        if swept == 0.0:
            swept = step
        elif given is None:
            step *= 0.5
        else:
            break
    reach = int(refused[0])
    when = float(time[march.tally[reach, REFUSED]])
    message = (
        f"more water leaves reach {network.reach_id[reach]} than it holds and gets, "
        f"{when / 3600.0:.4g} h after the start, with a routing step of {step:.4g} s"
    )
    hint = "Check what is lost along the reach, or give [routing] a shorter time_step."
    raise ScenarioError([scenario.fault(scenario.reaches[reach], message, hint)], scenario.name)


def expected_discharges(
    network: Network,
    reference: SteadyFlow,
    water: Inflows,
    works: Works = NO_WORKS,
    dam: Dam | None = None,
) -> tuple[Array, Array]:
    """(R,), (R,) bounds on the discharge of reaches: all lowest and all highest inflows add up.

    dam : holds back what comes to its node, and lets go a flood
    """
    passes, surge = np.ones(len(network.node_id)), np.zeros(len(network.node_id))
    if dam is not None:
        passes[dam.node], surge[dam.node] = dam.seepage, dam.peak
    lowest, highest = water.node.min(axis=1), water.node.max(axis=1)
    lowest, highest = lowest - reference.node_abstraction, highest - reference.node_abstraction
    steady = reference.lateral_inflow * network.reach_length
    low, high = np.zeros(steady.size), np.zeros(steady.size)
    extra = np.zeros(steady.size)
    for place, values in water.release:
        extra[place.reach] += float(values.max())
    for reach in network.order.tolist():
        lateral = water.reach.get(reach, steady[reach : reach + 1])
        start, end = int(network.reach_from[reach]), int(network.reach_to[reach])
        least, most = bounds_of_share(works, start, reach, float(network.reach_share[reach]))
        left, right = bounds_at_node(
            works, start, passes[start] * lowest[start], highest[start] + surge[start]
        )
        head_low, head_high = least * max(left, 0.0), most * max(right, 0.0)
        foot_low = max(head_low + float(lateral.min()), 0.0)
        foot_high = head_high + float(lateral.max()) + extra[reach]
        foot_low, foot_high = bounds(works, network, reach, foot_low, foot_high)
        low[reach], high[reach] = min(head_low, foot_low), max(head_high, foot_high)
        lowest[end] += foot_low
        highest[end] += foot_high
    base = 0.5 * (reference.discharge_head + reference.discharge_foot)
    return np.minimum(low, base), np.maximum(high, base)


def cut(scenario: Scenario, network: Network, tables: Hydraulics, longest: Array) -> River:
    """Cut reaches into sections of equal length, none longer than asked for.

    longest : (R,) [m]
    """
    routing = scenario.routing
    if routing is not None and routing.section_length is not None:
        longest = np.where(np.isinf(longest), longest, routing.section_length)
    count = np.maximum(np.ceil(network.reach_length / longest - 1e-9), 1.0).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(count)])
    length = np.repeat(network.reach_length / count, count)
    return River(network.reach_from, network.reach_to, network.reach_share, first, length, tables)


class _March:
    """The pass down the network: channels by the kernel, everything else one by one."""

    def __init__(
        self, network: Network, reference: SteadyFlow, river: River,
        elements: Mapping[int, Element], time: Array, water: Inflows, works: Works,
    ) -> None:  # fmt: skip
        self.network, self.river, self.elements, self.time = network, river, elements, time
        self.works, self.told = works, list[Notice]()
        self.source, self.share, arms = _with_arms(network, works)
        # the arms of divided rivers with tables have rows of their own below the nodes
        self.node = np.concatenate([water.node, np.zeros((arms, time.size))])
        self.entering = water.node
        self.asked = reference.node_abstraction
        self.taken: dict[int, Array] = {}
        self.lacking: dict[int, tuple[float, float]] = {}
        sections, times = river.length.size, time.size
        self.reach = np.repeat(np.arange(river.share.size), np.diff(river.first))
        self.begin = _heads(river)
        self.head, self.foot = np.zeros((sections, times)), np.zeros((sections, times))
        per_metre = reference.lateral_inflow[self.reach]
        above, below = first_discharges(works, network, reference)
        along = ((below - above) / network.reach_length)[self.reach]
        self.head[:, 0] = above[self.reach] + along * self.begin
        self.foot[:, 0] = self.head[:, 0] + along * river.length
        self.volume = np.zeros((sections, times))
        self.volume[:, 0] = first_volumes(river, self.head[:, 0], self.foot[:, 0])
        self.steady = per_metre * river.length
        self.lateral_row, self.series = self._series(water)
        self.tally = np.zeros((river.share.size, 3), dtype=np.int64)
        self.dam: Dam | None = None
        self.held: Held | None = None

    def _series(self, water: Inflows) -> tuple[IntArray, Array]:
        """Rows of the lateral inflows that are not steady."""
        river, found = self.river, {}
        for reach, values in water.reach.items():
            for section in range(river.first[reach], river.first[reach + 1]):
                share = river.length[section] / self.network.reach_length[reach]
                found[section] = share * values
        for place, values in water.release:
            own = slice(int(river.first[place.reach]), int(river.first[place.reach + 1]))
            within = int(np.searchsorted(self.begin[own], place.distance, side="right")) - 1
            section = own.start + within
            before = found.get(section, self.steady[section])
            found[section] = before + values
        row = np.full(river.length.size, -1, dtype=np.int64)
        row[list(found)] = np.arange(len(found))
        none = np.zeros((1, self.time.size))
        return row, np.stack(list(found.values())) if found else none

    def lateral(self) -> Array:
        """(S, M) lateral inflow of the sections."""
        whole = np.repeat(self.steady[:, None], self.time.size, axis=1)
        rows = self.lateral_row >= 0
        whole[rows] = self.series[self.lateral_row[rows]]
        return whole

    def run(self) -> None:
        """Route down to the outlet, or to the first section that cannot take a step."""
        network = self.network
        waiting: list[int] = []
        done = np.zeros(len(network.node_id), dtype=np.bool_)
        for reach in network.order.tolist():
            start = int(network.reach_from[reach])
            special = not done[start] and (
                self.asked[start] > 0.0
                or (self.dam is not None and start == self.dam.node)
                or start in self.works.diversions
                or start in self.works.splits
            )
            if special or reach in self.elements:
                self._channels(waiting)
                waiting = []
            if special and not self.tally[:, REFUSED].any():
                self._hold(start)
                self._abstract(start)
                self._rule(start)
            done[start] = True
            if reach in self.elements:
                self._pass(reach)
            else:
                waiting.append(reach)
        self._channels(waiting)
        if self.asked[network.outlet] > 0.0:
            self._abstract(network.outlet)

    def _channels(self, reaches: list[int]) -> None:
        if reaches and not self.tally[:, REFUSED].any():
            route_reaches(
                self.river._replace(reach_from=self.source, share=self.share),
                np.array(reaches, dtype=np.int64),
                Forcing(self.time, self.node, self.steady, self.lateral_row, self.series),
                Water(self.head, self.foot, self.volume),
                self.tally,
            )

    def _hold(self, node: int) -> None:
        """Hold back what flows to a dam: in the section above it, at a headwater outside."""
        if self.dam is None or self.dam.node != node:
            return
        above = np.flatnonzero(self.network.reach_to == node)
        section = int(self.river.first[above[0] + 1]) - 1 if above.size else -1
        inflow = self.foot[section] if above.size else self.node[node]
        self.held = self.dam.hold(self.time, inflow)
        change = self.held.passed - inflow
        if above.size:
            self.foot[section] = self.held.passed
            self.volume[section] -= summed_over_time(self.time, change)
        else:
            self.held = replace(self.held, inside=False)
            self.entering = self.entering.copy()
            self.entering[node] += change
        self.node[node] += change

    def _abstract(self, node: int) -> None:
        """Take out what a node is asked for, as far as there is any."""
        asked = self.asked[node]
        taken = np.minimum(asked, self.node[node])
        short = asked - taken
        if short.any():
            volume = float(summed_over_time(self.time, short)[-1])
            self.lacking[node] = volume, float(self.time[np.argmax(short > 0.0)])
        self.taken[node] = taken
        self.node[node] -= taken

    def _rule(self, node: int) -> None:
        """Let the diversions of a node take their water and its arms with tables theirs."""
        if node in self.works.diversions:
            taken, told = take(self.works, self.network, node, self.time, self.node[node])
            self.told += told
            self.taken[node] = self.taken.get(node, 0.0) + taken
            self.node[node] -= taken
        if node in self.works.splits:
            found = share_out(self.works, self.network, node, self.time, self.node[node])
            for arm, discharge in found.items():
                self.node[self.source[arm]] = discharge

    def _pass(self, reach: int) -> None:
        """Through an element, in a single section."""
        section = int(self.river.first[reach])
        own = self.lateral_row[section]
        lateral = np.full(self.time.size, self.steady[section]) if own < 0 else self.series[own]
        inflow = self.share[reach] * self.node[self.source[reach]]
        outflow, volume = self.elements[reach](self.time, inflow, lateral)
        self.head[section], self.foot[section], self.volume[section] = inflow, outflow, volume
        self.node[self.network.reach_to[reach]] += outflow

    def result(
        self, reference: SteadyFlow, waves: Waves, wanted: float, told: tuple[Notice, ...]
    ) -> Routed:
        """Columns by time, as the transport takes them, and the ledger."""
        river, time, lateral = self.river, self.time, self.lateral()
        single = river.length.size == river.share.size
        flow = VaryingFlow(
            time=time,
            discharge_head=np.ascontiguousarray(self.head.T),
            discharge_foot=np.ascontiguousarray(self.foot.T),
            lateral_inflow=np.ascontiguousarray(lateral.T),
            linear=True,
            initial_area=self.volume[:, 0] / river.length,
            reference=reference,
            sections=None if single else Sections(self.reach, self.begin, river.length),
        )
        entering = self.entering.sum(axis=0) + np.maximum(lateral, 0.0).sum(axis=0)
        taken = -np.minimum(lateral, 0.0).sum(axis=0) + sum(self.taken.values())
        ledger = WaterLedger(
            time=time,
            entered=summed_over_time(time, entering),
            left=summed_over_time(time, self.node[self.network.outlet]),
            abstracted=summed_over_time(time, taken),
            stored=self.volume.sum(axis=0),
            dam=self.held,
        )
        return Routed(
            flow, ledger, river, self.volume, self.tally, self.lacking, told, waves, wanted
        )


def _with_arms(network: Network, works: Works) -> tuple[IntArray, Array, int]:
    """(R,) row that each reach draws from, (R,) its share of it, and how many rows are added."""
    source, share = network.reach_from.copy(), network.reach_share.copy()
    arms = np.flatnonzero(np.isin(source, list(works.splits)))
    source[arms] = len(network.node_id) + np.arange(arms.size)
    share[arms] = 1.0
    return source, share, int(arms.size)


def _heads(river: River) -> Array:
    """(S,) distance of each section's head from the head of its reach [m]."""
    count = np.diff(river.first)
    number = np.arange(river.length.size) - np.repeat(river.first[:-1], count)
    return np.asarray(number * river.length)

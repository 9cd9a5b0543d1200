"""What each release gives in each step, and how much water has passed it since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..hydraulics.varying import VaryingFlow
from ..network.network import Position
from .arrays import CHAIN, HEAD_NODE, LEAF, REACH, TANK, Deposits, FloatArray
from .graph import Layout, Reaches
from .medium import halved_lag, halved_lead, inlet_lag, splitting_factor
from .tables import integral_between

ROUND_OFF = 1e-11
"""Share of the released mass below which a moment is no more than the rounding of large sums."""
OLD = 0.75
"""Mean age, as a share of the step, up to which mass of the first step enters with its water."""


class Schedule(Protocol):
    """Mass released as a function of time; what ``sources`` provides."""

    @property
    def span(self) -> tuple[float, float]:
        """First and last time of the release [s]."""
        ...

    def cumulative(self, time: FloatArray) -> FloatArray:
        """(n,) mass released before each time [kg]."""
        ...

    def cumulative_integral(self, time: FloatArray) -> FloatArray:
        """(n,) integral over time of ``cumulative`` [kg s]."""
        ...


Release = tuple[Position, Schedule]


def build_deposits(
    reaches: Reaches, flow: VaryingFlow, layout: Layout, releases: Sequence[Sequence[Release]],
    time: FloatArray, reacts: bool = False,
) -> Deposits:  # fmt: skip
    """Rows of what is released in each step, with the water that has passed since.

    Mass released within a step lies at its end in the water that has passed the place since. It
    is spread evenly over that water, around its mean age, so that mass and first moment are
    exact, and over the stretch along which it entered. The part equal to its mean age, as a share
    of the step, takes part in the step's dispersion and exchange; the rest is added after them.

    At the head of a headwater it enters with the water instead: then the first cell, beside the
    closed end, is filled as it should be, and the plume comes the way D / U ahead that nothing
    dispersing upstream carries it.

    Parameters
    ----------
    releases : for each member, its releases as (position, schedule)
    time : (N + 1,) ends of the steps [s since the start of the case]
    reacts : True where pools exchange, half a step before water moves and half after
    """
    steps = time.size - 1
    step = float(time[1] - time[0])
    lead = splitting_factor(flow.reference, step)
    lag = halved_lag(flow.reference, step) if reacts else inlet_lag(flow.reference, step)
    graph = layout.graph
    rows: list[list[FloatArray]] = []
    inlets: list[list[FloatArray]] = []
    number = 0
    for member, own in enumerate(releases):
        for position, schedule in own:
            n, mass, age, half = _pieces(schedule, time)
            after = age - float(lead[position.reach])
            if reacts:
                after = age - halved_lead(flow.reference, step, age, position.reach)
            place = int(layout.place[position.reach])
            chain = int(graph.reach[place, CHAIN])
            node = int(graph.chain[chain, HEAD_NODE])
            first = place == graph.chain[chain, REACH] and graph.node[node, LEAF] == 1
            late = age + float(lag[position.reach])
            # what is released in a mixed tank may as well come with its inflow
            mixed = reaches.tank[position.reach] and graph.chain[chain, TANK] == 1
            inlet = np.full(n.size, first and (position.distance == 0.0 or mixed))
            # what is much older than the first step's water cannot enter with that of a step before
            inlet &= (n > 0) | (late <= OLD)
            if inlet.any():
                when, part = _with_inflow(n[inlet], mass[inlet], late[inlet])
                kept = when < steps  # beyond the last step nothing is asked for any more
                whole = np.ones(int(kept.sum()))
                inlets.append([when[kept], node * whole, member * whole, place * whole, part[kept]])
            if not inlet.all():
                pieces = [v[~inlet] for v in (n, mass, age, after, half)]
                rows.append(_within(reaches, flow, position, pieces, time, (number, member, place)))
            number += 1
    row, release, who, reach, *values = _sorted(rows, 10)
    when, node_of, member_of, inlet_reach, inlet_mass = _sorted(inlets, 5)
    each = np.arange(steps + 1)
    return Deposits(
        np.searchsorted(row, each).astype(np.int64),
        np.stack([release, who, reach], axis=1).astype(np.int64),
        np.stack(values, axis=1),
        np.searchsorted(when, each).astype(np.int64),
        np.stack([node_of, member_of, inlet_reach], axis=1).astype(np.int64),
        inlet_mass,
        np.zeros(inlet_mass.size),
    )


def allow_for_decay(deposits: Deposits, rate: FloatArray, step: float) -> Deposits:
    """Let what enters with the water of a headwater decay by its mean age, half a step.

    It decays for the whole step that it enters in. So it enters larger by exp(k dt / 2), and the
    difference is taken off what has decayed, not added to what was released.

    rate : (I,) decay rate in the water of what each row brings [1/s]
    """
    credit = deposits.inlet_mass * np.expm1(0.5 * step * rate)
    return deposits._replace(inlet_mass=deposits.inlet_mass + credit, inlet_credit=credit)


def _within(
    reaches: Reaches, flow: VaryingFlow, position: Position, pieces: list[FloatArray],
    time: FloatArray, names: tuple[int, int, int],
) -> list[FloatArray]:  # fmt: skip
    """Rows of what a release gives within a reach.

    pieces : step, mass, mean age, age that counts for the place, half the width of age
    names : numbers of the release, its member and its reach
    """
    n, mass, age, after, half = pieces
    steps, step = time.size - 1, float(time[1] - time[0])
    length = float(reaches.length[position.reach])
    share = position.distance / length
    end = time[1:][n]
    latest, earliest = (
        integral_between(flow, position.reach, share, end - step * (after + s * half), end)
        for s in (-1.0, 1.0)
    )
    # what is held back at the end of a release enters a step later
    extra = np.setdiff1d(n + 1, n)
    extra = extra[extra < steps]
    none, whole = np.zeros(extra.size), np.ones(n.size + extra.size)
    return [
        np.concatenate([n, extra]), *(name * whole for name in names), share * whole,
        *(np.concatenate([v, none]) for v in (latest, earliest, mass, age)),
        position.half / length * whole,
    ]  # fmt: skip


def _sorted(parts: list[list[FloatArray]], columns: int) -> list[FloatArray]:
    """Columns of all parts, by the first."""
    if not parts:
        return [np.zeros(0)] * columns
    stacked = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(stacked[0], kind="stable")
    return [column[order] for column in stacked]


def _with_inflow(
    n: FloatArray, mass: FloatArray, after: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Steps and masses of what enters evenly with the water of a headwater.

    Mass that is evenly spread over a step's water has an age of half a step. A release that is
    older or younger on average is divided between the step and the one before or after, which
    keeps its first moment. Before the first step there is none to divide with.
    """
    shift = 0.5 - after
    shift = np.where((shift < 0.0) & (n == 0), 0.0, shift)
    down = np.floor(shift)
    part = shift - down
    first = np.maximum(n + down, 0.0)
    when = np.concatenate([first, first + 1.0])
    parts = np.concatenate([mass * (1.0 - part), mass * part])
    used = parts != 0.0
    return when[used], parts[used]


def _pieces(
    schedule: Schedule, time: FloatArray
) -> tuple[np.ndarray, FloatArray, FloatArray, FloatArray]:
    """Step, mass, mean age and half the width of age, as shares of the step, of what is released.

    Where the sign of the rate changes within a step (a measured concentration that falls draws
    mass back) there is no mean age between 0 and 1; then a part of age one and a part of age
    nought have the right sum and moment.
    """
    released = schedule.cumulative(time)
    step = np.diff(time)
    mass = np.diff(released)
    moment = (np.diff(schedule.cumulative_integral(time)) - step * released[:-1]) / step
    noise = ROUND_OFF * float(np.abs(released).max())
    small = np.maximum(np.abs(mass), np.abs(moment)) <= noise
    active = np.flatnonzero((mass != 0.0) | (np.abs(moment) > noise))
    safe = np.where(mass != 0.0, mass, 1.0)
    age = np.where(small, 0.5, moment / safe)
    plain = small | ((mass != 0.0) & (age >= 0.0) & (age <= 1.0))
    begin, end = schedule.span
    overlap = np.minimum(time[1:], end) - np.maximum(time[:-1], begin)
    # an age does not reach over the ends of its step
    room = np.maximum(np.minimum(age, 1.0 - age), 0.0)
    width = np.minimum(np.maximum(0.5 * overlap / step, 0.0), room)
    one, two = active[plain[active]], active[~plain[active]]
    none = np.zeros(two.size)
    return (
        np.concatenate([one, two, two]),
        np.concatenate([mass[one], moment[two], (mass - moment)[two]]),
        np.concatenate([age[one], none + 1.0, none]),
        np.concatenate([width[one], none, none]),
    )

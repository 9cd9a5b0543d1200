"""What each release gives in each step, and how much water has passed it since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..hydraulics.varying import VaryingFlow
from ..network.network import Position
from .arrays import Deposits, FloatArray
from .graph import Layout, Reaches
from .medium import splitting_factor
from .tables import integral_between

ROUND_OFF = 1e-11
"""Share of the released mass below which a moment is no more than the rounding of large sums."""


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
    time: FloatArray,
) -> Deposits:  # fmt: skip
    """Rows of what is released in each step, with the water that has passed since.

    Mass released within a step lies at its end in the water that has passed the place since. It
    is spread evenly over that water, around its mean age, so that mass and first moment are
    exact. The part equal to its mean age, as a share of the step, takes part in the step's
    dispersion and exchange; the rest is added after them.

    Parameters
    ----------
    releases : for each member, its releases as (position, schedule)
    time : (N + 1,) ends of the steps [s since the start of the case]
    """
    steps = time.size - 1
    step = float(time[1] - time[0])
    lead = step * splitting_factor(flow.reference, step)
    columns: list[list[FloatArray]] = []
    number = 0
    for member, own in enumerate(releases):
        for position, schedule in own:
            n, mass, age, half = _pieces(schedule, time)
            after = age - float(lead[position.reach]) / step
            share = position.distance / float(reaches.length[position.reach])
            end = time[1:][n]
            latest, first = (
                integral_between(flow, position.reach, share, end - step * (after + s * half), end)
                for s in (-1.0, 1.0)
            )
            # what is held back at the end of a release enters a step later
            extra = np.setdiff1d(n + 1, n)
            extra = extra[extra < steps]
            rows = np.concatenate([n, extra])
            none = np.zeros(extra.size)

            def column(values: FloatArray, none: FloatArray = none) -> FloatArray:
                return np.concatenate([values, none])

            whole = np.ones(rows.size)
            columns.append(
                [rows, number * whole, member * whole, layout.place[position.reach] * whole,
                 share * whole, column(latest), column(first), column(mass), column(age)]
            )  # fmt: skip
            number += 1
    stacked = [np.concatenate(c) for c in zip(*columns, strict=True)] if columns else []
    if not stacked:
        stacked = [np.zeros(0)] * 9
    order = np.argsort(stacked[0], kind="stable")
    row, release, who, reach, share_of, least, most, mass, early = (c[order] for c in stacked)
    pointer = np.searchsorted(row, np.arange(steps + 1))
    return Deposits(
        pointer.astype(np.int64),
        np.stack([release, who, reach], axis=1).astype(np.int64),
        np.stack([share_of, least, most, mass, early], axis=1),
    )


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

"""A concentration measured at a headwater whose discharge changes: the mass that it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import Notice
from ..hydraulics.varying import VaryingFlow
from .compile import CompiledRelease
from .schedule import Array, InletSchedule, RateSchedule

PIECES = 8
"""Straight pieces for the product of discharge and concentration between two of their points; the
mass is then exact to 1/64 of what it would miss with one."""
JUMP = 1e-3
"""Share of the time between two rows in which a discharge that is held gives way to the next."""


def carry_inlets(
    releases: Sequence[CompiledRelease], flow: VaryingFlow
) -> tuple[tuple[CompiledRelease, ...], list[Notice]]:
    """Releases, those of a concentration by what the changing discharge or inflow brings.

    The mass C(t) Q(t) enters with the water (a third-type inlet): the closed form that holds the
    concentration itself at the inlet is one of steady flow. Where the flow is reversed nothing
    enters.
    """
    found, told = [], []
    for release in releases:
        if release.seep is not None and release.seep.concentration is not None:
            whole = release.seep.share * release.seep.concentration
            schedule = _seeping(release, flow, whole)
            found.append(replace(release, schedule=schedule))
            message = "its concentration times the lateral inflow of each moment enters"
            told.append(Notice(f"release {release.name}", message))
        elif isinstance(release.schedule, InletSchedule):
            schedule = _carried(release.schedule, flow, release.position.reach)
            message = "its concentration times the discharge of each moment enters with the water"
            told.append(Notice(f"release {release.name}", message))
            found.append(replace(release, schedule=schedule))
        else:
            found.append(release)
    return tuple(found), list(dict.fromkeys(told))


def _carried(inlet: InletSchedule, flow: VaryingFlow, reach: int) -> RateSchedule:
    """Mass rate of the concentration in the discharge at the head of a reach."""
    column = reach
    if flow.sections is not None:
        column = int(np.searchsorted(flow.sections.reach, reach))
    through = flow.discharge_head[:, column]
    return _product(inlet.time, inlet.concentration, flow, through)


def _seeping(release: CompiledRelease, flow: VaryingFlow, concentration: float) -> RateSchedule:
    """Mass rate of a concentration in the lateral inflow along a reach."""
    reach = release.position.reach
    columns = [reach] if flow.sections is None else np.flatnonzero(flow.sections.reach == reach)
    time = np.array(release.schedule.span)
    own = flow.lateral_inflow[:, columns].sum(axis=1)
    return _product(time, np.full(2, concentration), flow, own)


def _product(
    points: Array, concentration: Array, flow: VaryingFlow, discharge: Array
) -> RateSchedule:
    """Mass rate of a concentration, linear between points, in (M,) what flows at the flow's times;
    nothing while that is negative."""
    row, first = np.unique(flow.time, return_index=True)
    through = np.maximum(discharge[first], 0.0)
    begin, end = float(points[0]), float(points[-1])
    knots = [points, row]
    if not flow.linear:
        knots.append(row[1:] - JUMP * np.diff(row))
    knot = np.unique(np.concatenate(knots))
    knot = knot[(knot >= begin) & (knot <= end)]
    count = (knot.size - 1) * PIECES + 1
    time = np.interp(np.arange(count) / PIECES, np.arange(knot.size), knot)
    if flow.linear:
        flowing: Array = np.interp(time, row, through)
    else:
        flowing = through[np.maximum(np.searchsorted(row, time, side="right") - 1, 0)]
    rate = flowing * np.interp(time, points, concentration)
    return RateSchedule(time, np.asarray(rate, dtype=np.float64))

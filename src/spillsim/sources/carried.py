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
    """Releases, those of a measured concentration by what the changing discharge brings.

    The mass C(t) Q(t) enters with the water (a third-type inlet): the closed form that holds the
    concentration itself at the inlet is one of steady flow. Where the flow is reversed nothing
    enters.
    """
    found, told = [], []
    for release in releases:
        if isinstance(release.schedule, InletSchedule):
            schedule = _carried(release.schedule, flow, release.position.reach)
            message = "its concentration times the discharge of each moment enters with the water"
            told.append(Notice(f"release {release.name}", message))
            found.append(replace(release, schedule=schedule))
        else:
            found.append(release)
    return tuple(found), told


def _carried(inlet: InletSchedule, flow: VaryingFlow, reach: int) -> RateSchedule:
    """Mass rate of the concentration in the discharge at the head of a reach."""
    column = reach
    if flow.sections is not None:
        column = int(np.searchsorted(flow.sections.reach, reach))
    row, first = np.unique(flow.time, return_index=True)
    through = np.maximum(flow.discharge_head[first, column], 0.0)
    begin, end = inlet.span
    knots = [inlet.time, row]
    if not flow.linear:
        knots.append(row[1:] - JUMP * np.diff(row))
    points = np.unique(np.concatenate(knots))
    points = points[(points >= begin) & (points <= end)]
    count = (points.size - 1) * PIECES + 1
    time = np.interp(np.arange(count) / PIECES, np.arange(points.size), points)
    if flow.linear:
        discharge: Array = np.interp(time, row, through)
    else:
        discharge = through[np.maximum(np.searchsorted(row, time, side="right") - 1, 0)]
    rate = discharge * np.interp(time, inlet.time, inlet.concentration)
    return RateSchedule(time, np.asarray(rate, dtype=np.float64))

"""Small graphs for the tests of the remap: plain arrays to a finished march."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spillsim.hydraulics.flow import SteadyFlow
from spillsim.hydraulics.varying import VaryingFlow
from spillsim.network.network import Position
from spillsim.remap.build import Plan, build
from spillsim.remap.graph import Reaches
from spillsim.remap.march import Background, March, march
from spillsim.remap.medium import Substance
from spillsim.sources.schedule import RateSchedule, SlugSchedule
from spillsim.transport.arrays import LIMITER_CODES

Array = NDArray[np.float64]
NOTHING = np.zeros(0, dtype=np.int64)


def typical(
    discharge: Array, area: Array, dispersion: Array, ratio: Array, exchange: Array
) -> SteadyFlow:
    """Steady flow that lends the reaches their properties."""
    zero = np.zeros(area.size)
    ones = np.ones(area.size)
    return SteadyFlow(
        discharge_head=discharge, discharge_foot=discharge, lateral_inflow=zero,
        node_inflow=np.zeros(1), node_abstraction=np.zeros(1), cross_section_area=area,
        velocity=discharge / area, travel_time=ones, width=ones, depth=ones,
        hydraulic_radius=ones, bed_slope=ones, shear_velocity=ones,
        dispersion_coefficient=dispersion, storage_area_ratio=ratio,
        exchange_coefficient=exchange, temperature=zero, method={}, estimated={},
    )  # fmt: skip


def river(
    head: Sequence[int], foot: Sequence[int], length: Sequence[float],
    tank: Sequence[int] = (),
) -> Reaches:  # fmt: skip
    size = len(head)
    return Reaches(
        np.array(head), np.array(foot), np.array(length, dtype=np.float64),
        np.isin(np.arange(size), np.array(tank, dtype=np.int64)),
    )  # fmt: skip


def flow(
    time: Any, head: Any, foot: Any, area: Any, dispersion: Any, *, lateral: Any = 0.0,
    linear: bool = True, start_area: Any = None, ratio: Any = 0.0, exchange: Any = 0.0,
    discharge: Any = None,
) -> VaryingFlow:  # fmt: skip
    """Discharges (M, R) and what the reaches lend; scalars are spread over the reaches."""
    rows = np.atleast_1d(np.asarray(time, dtype=np.float64))
    head, foot = np.atleast_2d(head).astype(float), np.atleast_2d(foot).astype(float)
    size = head.shape[1]

    def each(value: Any) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()

    usual = np.abs(head).mean(axis=0) if discharge is None else each(discharge)
    return VaryingFlow(
        rows, head, foot, np.broadcast_to(np.asarray(lateral, dtype=np.float64), head.shape).copy(),
        linear, each(area if start_area is None else start_area),
        typical(usual, each(area), each(dispersion), each(ratio), each(exchange)),
    )  # fmt: skip


def steady(discharge: Any, area: Any, dispersion: Any, **more: Any) -> VaryingFlow:
    row = np.atleast_1d(np.asarray(discharge, dtype=np.float64))[None, :]
    return flow([0.0], row, row, area, dispersion, **more)


def plan(
    reaches: Reaches, varying: VaryingFlow, step: float, steps: int,
    places: Sequence[tuple[int, float]] = (), *, limiter: str = "positive",
    output: Any = None, cells: Any = None, fields: Any = NOTHING, start: float = 0.0,
) -> Plan:  # fmt: skip
    times = start + step * np.arange(steps + 1) if output is None else np.asarray(output)
    outputs = (times, np.arange(1, steps + 1), np.asarray(fields, dtype=np.int64))
    counts = None if cells is None else np.broadcast_to(cells, reaches.length.shape).astype(int)
    return build(
        reaches, varying, (start, step, steps), LIMITER_CODES[limiter],
        [Position(reach, distance) for reach, distance in places], outputs, counts,
    )  # fmt: skip


def pulse(reach: int, distance: float, start: float, duration: float, mass: float = 1.0) -> Any:
    rate = np.full(2, mass / duration)
    return Position(reach, distance), RateSchedule(np.array([start, start + duration]), rate)


def slug(reach: int, distance: float, time: float, mass: float = 1.0) -> Any:
    return Position(reach, distance), SlugSchedule(time, mass)


def run(
    prepared: Plan, *releases: Sequence[Any], decay: float = 0.0, stored_decay: float = 0.0,
    background: Background | None = None, closes: float = 1e-12,
) -> list[March]:  # fmt: skip
    """March one member per list of releases, and check what holds for every march."""
    size = prepared.reaches.length.size
    losses = Substance(np.full(size, decay), np.full(size, stored_decay))
    found = march(prepared, [losses] * len(releases), releases, background=background)
    for own in found:
        out = own.ledger[:, 1:].sum(axis=1)
        assert np.abs(own.ledger[:, 0] - out).max() <= closes * np.abs(own.ledger[:, 0]).max()
    return found

"""Reaches cut into sections: the march sees one river, however it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from remap_cases import Array, flow, plan, pulse, river, run, slug

from spillsim.hydraulics.varying import Sections, VaryingFlow
from spillsim.network.network import Position
from spillsim.remap.columns import cut_columns
from spillsim.remap.march import Background
from spillsim.remap.tables import DrainedError

HOUR = 3600.0
LENGTH = [40e3, 25e3, 60e3]


def cut(varying: VaryingFlow, lengths: Sequence[Array]) -> VaryingFlow:
    """The same flow on sections of the given lengths, reach by reach."""
    reach = np.repeat(np.arange(len(lengths)), [own.size for own in lengths])
    length = np.concatenate(lengths)
    head = np.concatenate([np.cumsum(own) - own for own in lengths])
    whole = np.array([own.sum() for own in lengths])[reach]
    above, below = varying.discharge_head[:, reach], varying.discharge_foot[:, reach]
    at = [above + (below - above) * x for x in (head / whole, (head + length) / whole)]
    same = reach[1:] == reach[:-1]
    at[1][:, :-1][:, same] = at[0][:, 1:][:, same]
    return replace(
        varying, discharge_head=at[0], discharge_foot=at[1],
        lateral_inflow=varying.lateral_inflow[:, reach] * length / whole,
        initial_area=varying.initial_area[reach], sections=Sections(reach, head, length),
    )  # fmt: skip


def joining_rivers() -> VaryingFlow:
    """Two rivers that join, their discharges swinging, lateral water along the second."""
    time = np.linspace(0.0, 36 * HOUR, 37)
    q = 30.0 + 10.0 * np.sin(time / 8000.0)
    head = np.stack([q, 0.6 * q, 1.6 * q + 3.0], axis=1)
    foot = np.stack([q, 0.6 * q + 3.0, 1.6 * q + 3.0], axis=1)
    return flow(time, head, foot, [50.0, 30.0, 90.0], [20.0, 15.0, 900.0], lateral=[0.0, 3.0, 0.0])


@pytest.mark.parametrize("parts", [(30, 4, 17), (300, 100, 1)])
def test_cutting_reaches_changes_nothing(parts: tuple[int, ...]) -> None:
    """Sections longer and shorter than cells, of uneven lengths; to rounding."""
    random = np.random.default_rng(0)
    lengths = [x * random.dirichlet(3.0 * np.ones(n)) for n, x in zip(parts, LENGTH, strict=True)]
    whole = joining_rivers()
    rivers = river([0, 1, 2], [2, 2, 3], LENGTH)
    found = []
    for varying in (whole, cut(whole, lengths)):
        prepared = plan(
            rivers, varying, 1200.0, 100, [(2, 10e3), (0, 17e3)], fields=np.arange(1, 101)
        )
        marches = run(
            prepared, [pulse(0, 5.3e3, 0.0, HOUR), slug(1, 24.9e3, 500.0)],
            [pulse(1, 0.0, 0.0, HOUR)], decay=1e-6,
        )  # fmt: skip
        found.append((prepared, marches))
    (one, marches), (other, others) = found
    assert other.columns.reach.size > 20
    assert np.array_equal(one.cell_reach[one.own_cells], other.cell_reach[other.own_cells])
    for name in ("cell_head", "cell_foot"):
        own, its = getattr(one, name)[one.own_cells], getattr(other, name)[other.own_cells]
        assert np.abs(own - its).max() <= 1e-8
    for a, b in zip(marches, others, strict=True):
        assert a.cumulative_mass.max() > 0.1
        assert np.abs(a.cumulative_mass - b.cumulative_mass).max() <= 1e-12
        fields = a.field[:, one.own_cells], b.field[:, other.own_cells]
        assert np.abs(fields[0] - fields[1]).max() <= 1e-12 * fields[0].max()


def wave(sections: int, swing: float = 0.05) -> VaryingFlow:
    """A reach of 40 km in sections; a wave runs through it, lateral water comes and goes."""
    time = np.linspace(0.0, 24 * HOUR, 49)
    place = np.linspace(0.0, 40e3, sections + 1)
    q = 40.0 + 20.0 * np.sin((place[None, :] / 2.0 - time[:, None]) / 9000.0)
    side = swing * np.cos(time[:, None] / 5000.0) * np.ones(sections)
    area = np.linspace(60.0, 90.0, sections)
    cuts = Sections(np.zeros(sections, dtype=np.int64), place[:-1], np.diff(place))
    whole = flow(time, 40.0, 40.0, 75.0, 20.0)
    return replace(
        whole, time=time, discharge_head=q[:, :-1], discharge_foot=q[:, 1:].copy(),
        lateral_inflow=side, initial_area=area, sections=cuts,
    )  # fmt: skip


@pytest.mark.parametrize(("sections", "cells"), [(10, 37), (90, 37), (23, 23)])
def test_columns_hold_the_water_of_their_sections(sections: int, cells: int) -> None:
    varying = wave(sections)
    rivers = river([0], [1], [40e3])
    columns = cut_columns(rivers, varying, np.array([cells]))
    own = columns.flow
    assert columns.cells.sum() == cells
    assert columns.reach.size <= min(sections, cells)
    assert columns.reaches.length / columns.cells == pytest.approx(40e3 / cells)
    held = (own.initial_area * columns.reaches.length).sum()
    assert held == pytest.approx((varying.initial_area * 40e3 / sections).sum(), rel=1e-13)
    assert own.discharge_head[:, 0] == pytest.approx(varying.discharge_head[:, 0], rel=1e-14)
    assert own.discharge_foot[:, -1] == pytest.approx(varying.discharge_foot[:, -1], rel=1e-14)
    assert np.array_equal(own.discharge_foot[:, :-1], own.discharge_head[:, 1:])
    assert own.lateral_inflow.sum(axis=1) == pytest.approx(varying.lateral_inflow.sum(axis=1))
    same = Background(np.ones((1, 1)), np.ones((1, 2)))
    still = wave(sections, 0.0)
    prepared = plan(rivers, still, 900.0, 90, cells=cells, fields=np.arange(1, 91))
    field = run(prepared, [], background=same)[0].field[:, prepared.own_cells]
    assert np.abs(field - 1.0).max() <= 1e-12


def test_places_are_found_in_their_columns() -> None:
    columns = cut_columns(river([0], [1], [40e3]), wave(10), np.array([20]))
    assert columns.locate(Position(0, 0.0)) == Position(0, 0.0)
    assert columns.locate(Position(0, 4e3)) == Position(1, 0.0)
    last = columns.locate(Position(0, 40e3))
    assert last.reach == 9
    assert last.distance == pytest.approx(4e3)


def test_a_tank_stays_one_volume() -> None:
    varying = wave(10)
    columns = cut_columns(river([0], [1], [40e3], tank=[0]), varying, np.array([1]))
    assert columns.reach.size == 1
    assert columns.flow.initial_area[0] == pytest.approx(varying.initial_area.mean())


def test_water_may_not_vanish_between_sections() -> None:
    varying = wave(10)
    varying.discharge_foot[7, 4] += 0.01
    with pytest.raises(ValueError, match="sections 4 and 5 of reach 0 differ"):
        cut_columns(river([0], [1], [40e3]), varying, np.array([20]))


def test_a_drained_section_names_its_reach() -> None:
    varying = wave(10)
    varying.initial_area[6] = 0.1
    with pytest.raises(DrainedError, match="reach 0"):
        plan(river([0], [1], [40e3]), varying, 900.0, 90)

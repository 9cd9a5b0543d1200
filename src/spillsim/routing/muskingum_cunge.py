"""Muskingum-Cunge routing that keeps every drop: sections one after the other, no backwater.

A section of length dx between the discharges I at its head and O at its foot, with a lateral
inflow L along it, holds

    S(I, O) = dx A(Q / sqrt(1 - z)),   Q = (I + O) / 2,   z = (O - I - L) / (c S0 B dx),

the normal area of the discharge that would flow there were the surface as steep as the bed: z
is the slope of the surface against the bed, in shares of the bed's, with dA = dQ / c. In first
order of z that is the storage K [x I + (1 - x) O] of Todini (2007) with his K = dx A / Q and his
weight x = (1 - D) / 2, D = Q^2 / (A B S0 c^2 dx). What is solved for O at the end of every step
is the water balance with linear discharges,

    S1 - S0 = dt / 2 (I0 + I1 + L0 + L1 - O0 - O1),

with the parameters of each time level in its own storage, as he asks for. As L stands in z, a
steady flow has its hydraulic area however much joins it on the way.

The water held is what the balance leaves, whatever the solution of the equation: no water is
made or lost. Two limits keep it positive:

- z is held below 3/4, where the discharge is half of what the area would carry; beyond that the
  diffusive wave says nothing of use.
- Where O would be negative still (a rise so sudden that the foot would have to fall), the section
  empties as a reservoir, S = dx A(O), in that step.

A step that takes more water out of a section than there is and comes in cannot be taken at all;
it is refused, and has to be made shorter.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .compiler import inner, jit, part
from .river import Array, Hydraulics, IntArray, River, area_at

MOST_LEAN = 0.75
"""Bound on z."""
CALM, CALMER = 0.02, 0.5
"""Least D over C - 1 where the Courant number C is above 1, where inflow and outflow are alike and
where they are not; |I - O| / (I + O) is added to the former, up to the latter. The box scheme,
which this is, would let every sudden change swing on for ever in short sections."""
TIGHT = 1e-9
"""Last change of the outflow, over the discharges about it; the error left is far smaller."""
MOST_ITERATIONS = 60

LEANT, EMPTIED, REFUSED = 0, 1, 2
"""Places in ``tally``: section-steps at a bound, those as a reservoir, and 1 + the step that
cannot be taken."""


class Forcing(NamedTuple):
    """What comes in from outside at M times."""

    time: Array
    """(M,) [s]"""
    node: Array
    """(N, M) discharge at each node; what leaves the reaches there is added to it [m3/s]."""
    lateral: Array
    """(S,) steady lateral inflow of each section [m3/s]."""
    lateral_row: IntArray
    """(S,) row of ``series`` that stands instead of it, -1 for none."""
    series: Array
    """(X, M) lateral inflow over time [m3/s]."""


class Water(NamedTuple):
    """Flow and water of S sections at M times."""

    head: Array
    """(S, M) discharge at the head [m3/s]."""
    foot: Array
    """(S, M) discharge at the foot [m3/s]."""
    volume: Array
    """(S, M) [m3]"""


class _Step(NamedTuple):
    """A section at the end of a step."""

    length: float
    half: float
    """Half the step [s]."""
    water: float
    """S1 + O1 dt / 2 [m3]."""
    inflow: float
    lateral: float
    calming: float
    """Least D over C - 1."""


@part
def _find(discharge: Array, known: int, flow: float) -> int:
    """Row of the table at or below a discharge, from the one of a step ago."""
    last = discharge.size - 1
    while known > 0 and discharge[known] > flow:
        known -= 1
    while known < last and discharge[known + 1] <= flow:
        known += 1
    return known


@part
def _read(table: Hydraulics, known: int, flow: float) -> tuple[float, float]:
    """Area and dA/dQ at a discharge above that of ``known``, or below all."""
    beyond = flow - table.discharge[known]
    area, slope = table.area[known, 0], table.slope[known]
    if beyond < 0.0:  # below the table the velocity stays
        slope = area / table.discharge[known]
        area = slope * flow
    elif known == table.discharge.size - 1:  # beyond it the celerity
        area += slope * beyond
    else:
        inverse = table.inverse[known]
        way = beyond * inverse
        c1, c2, c3 = table.area[known, 1], table.area[known, 2], table.area[known, 3]
        area += way * (c1 + way * (c2 + way * c3))
        slope = (c1 + way * (2.0 * c2 + 3.0 * way * c3)) * inverse
    return area, slope


@part
def _read_lean(table: Hydraulics, known: int, flow: float, step: _Step) -> tuple[float, float]:
    """1 / (c S0 B) and its slope, not below what calms a short section."""
    beyond = max(flow - table.discharge[known], 0.0)
    rise = (table.lean[known + 1] - table.lean[known]) * table.inverse[known]
    lean = table.lean[known] + rise * beyond
    slope = table.slope[known]
    least = 2.0 * step.calming * (step.half - 0.5 * step.length * slope)
    if least > lean * slope * table.discharge[known]:
        return least / (slope * table.discharge[known]), 0.0
    return lean, rise


@part
def _held(
    table: Hydraulics, known: int, step: _Step, outflow: float
) -> tuple[float, float, int, bool]:
    """Volume held and its rise with the outflow, row of the table, whether at the bound."""
    mean = 0.5 * (step.inflow + outflow)
    gap = outflow - step.inflow - step.lateral
    known = _find(table.discharge, known, mean)
    lean, more = _read_lean(table, known, mean, step)
    z, per = lean * gap / step.length, (lean + 0.5 * more * gap) / step.length
    leant = z > MOST_LEAN
    if leant:
        z, per = MOST_LEAN, 0.0
    root = 1.0 / math.sqrt(1.0 - z)
    normal = mean * root
    known = _find(table.discharge, known, normal)
    area, slope = _read(table, known, normal)
    rise = 0.5 * root + 0.5 * normal * root * root * per
    return step.length * area, step.length * slope * rise, known, leant


@inner
def _solve(table: Hydraulics, known: int, step: _Step, guess: float, tally: IntArray) -> float:
    """Outflow O with S(I, O) + O dt / 2 = water; the bracket [0, 2 water / dt] holds it.

    -1 where even no outflow leaves too little.
    """
    low, high = 0.0, step.water / step.half
    outflow = min(max(guess, 0.0), high)
    checked, leant = False, False
    for _ in range(MOST_ITERATIONS):
        held, rise, known, leant = _held(table, known, step, outflow)
        excess = held + step.half * outflow - step.water
        if excess > 0.0:
            high = outflow
        else:
            low, checked = outflow, True
        change = excess / (step.half + rise)
        outflow -= change
        if abs(change) <= TIGHT * (outflow + step.inflow) and outflow > 0.0:
            break
        if not low < outflow < high:
            if not checked:
                held, rise, known, leant = _held(table, known, step, 0.0)
                if held >= step.water:
                    return -1.0
                checked = True
            outflow = 0.5 * (low + high)
        if high - low <= TIGHT * high:
            break
    if leant:
        tally[LEANT] += 1
    return outflow


@inner
def _empty(table: Hydraulics, length: float, half: float, water: float) -> float:
    """Outflow of a reservoir, dx A(O) + O dt / 2 = water."""
    low, high, known = 0.0, water / half, 0
    outflow = 0.5 * high
    for _ in range(MOST_ITERATIONS):
        known = _find(table.discharge, known, outflow)
        area, slope = _read(table, known, outflow)
        excess = length * area + half * outflow - water
        if excess > 0.0:
            high = outflow
        else:
            low = outflow
        step = excess / (length * slope + half)
        outflow -= step
        if not low < outflow < high:
            outflow = 0.5 * (low + high)
        elif abs(step) <= TIGHT * outflow:
            break
        if high - low <= TIGHT * high:
            break
    return outflow


@inner
def _route_section(
    course: tuple[Array, Array, Array], table: Hydraulics, length: float, outflow: Array,
    volume: Array, tally: IntArray,
) -> None:  # fmt: skip
    """Outflow and volume of a section at all times; both hold their first value already.

    course : times, discharge at the head, lateral inflow, (M,) or (1,) where that is steady
    """
    time, inflow, lateral = course
    known = 0
    trend = 0.0
    own = lateral[0]
    for row in range(1, time.size):
        half = 0.5 * (time[row] - time[row - 1])
        before = own
        if lateral.size > 1:
            own = lateral[row]
        gained = inflow[row - 1] + inflow[row] + before + own
        water = volume[row - 1] + half * (gained - outflow[row - 1])
        if not water > 0.0:
            tally[REFUSED] = row
            return
        # as it went on
        guess = outflow[row - 1] + trend * half
        known = _find(table.discharge, known, 0.5 * (inflow[row] + max(guess, 0.0)))
        ends = inflow[row], outflow[row - 1]
        front = abs(ends[0] - ends[1]) / (ends[0] + ends[1]) if ends[0] + ends[1] > 0.0 else 0.0
        step = _Step(length, half, water, inflow[row], own, min(CALM + front, CALMER))
        found = _solve(table, known, step, guess, tally)
        if found < 0.0:
            tally[EMPTIED] += 1
            found = _empty(table, length, half, water)
        trend = (found - outflow[row - 1]) / half
        outflow[row] = found
        # of the same discharges as every other balance, and not what the equation holds
        volume[row] = volume[row - 1] + half * (gained - outflow[row - 1] - found)


@jit
def route_reaches(
    river: River, order: IntArray, forcing: Forcing, water: Water, tally: IntArray
) -> None:
    """Route through reaches, each after those above it.

    river : R reaches, S sections
    order : (P,) reaches to route, in downstream order
    water : its first column filled already
    tally : (R, 3) counts, see ``LEANT``; nothing more is routed from a step on that was refused
    """
    time, node, lateral, lateral_row, series = forcing
    head, foot, volume = water
    of_all = river.hydraulics
    for number in range(order.size):
        reach = order[number]
        start, share = river.reach_from[reach], river.share[reach]
        table = Hydraulics(
            of_all.discharge[reach],
            of_all.area[reach],
            of_all.slope[reach],
            of_all.lean[reach],
            of_all.inverse[reach],
        )
        for section in range(river.first[reach], river.first[reach + 1]):
            at_head = section == river.first[reach]
            inflow = head[section]
            for row in range(time.size):
                inflow[row] = share * node[start, row] if at_head else foot[section - 1, row]
            own = lateral[section : section + 1]
            if lateral_row[section] >= 0:
                own = series[lateral_row[section]]
            course = (time, inflow, own)
            _route_section(
                course, table, river.length[section], foot[section], volume[section], tally[reach]
            )
            if tally[reach, REFUSED] > 0:
                return
        end, last = river.reach_to[reach], river.first[reach + 1] - 1
        for row in range(time.size):
            node[end, row] += foot[last, row]


def first_volumes(river: River, inflow: Array, outflow: Array) -> Array:
    """(S,) volumes that steady discharges fill the sections to, V = dx A((I + O) / 2) [m3].

    inflow, outflow : (S,) [m3/s]
    """
    reach = np.repeat(np.arange(river.share.size), np.diff(river.first))
    return river.length * area_at(river.hydraulics, reach, 0.5 * (inflow + outflow))

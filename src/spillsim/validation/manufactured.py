"""A manufactured solution on a confluence: chosen first, then the releases that make it come true.

C = g(t) f(x) in every reach and h(t) f(x) in the dead zones, with f chosen smooth. Put into

    d(AC)/dt + d(QC)/dx = A D d2C/dx2 - k A C + alpha A (Cs - C) + S
    dCs/dt = (alpha / beta) (C - Cs) - ks Cs

the second gives g = h + (beta / alpha) (h' + ks h), the first S(x, t), which enters as a release
with a hydrograph in the middle of every 50 m. At the confluence C goes on along the main stem
and the flux of all three reaches adds up, Qa Ca - Aa Da Ca' + Qt Ct = Qb Cb - Ab Db Cb'; the
tributary ends with Ct' = 0. As its concentration differs, the main stem has a layer of thickness
D/U above its mouth, J exp(-(L - x) U/D), which belongs to the solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .known import HOURS, River
from .rivers import Array, Row, at, reach

SPACING = 50.0
"""Between releases [m]."""
SPAN = 20.0 * HOURS
DECAY, STORED_DECAY = 6e-5, 2e-5
RATIO, EXCHANGE = 0.3, 4e-4
"""Of the dead zones."""
ROWS = 81
"""Of each hydrograph."""
UNIT = 1e-3
"""Concentration where g f is one [kg/m3]."""


@dataclass(frozen=True)
class Shape:
    """f, its slope and its curvature over the distance in a reach."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    curvature: Callable[[Array], Array]


def wavy(base: float, growth: float = 1.0 / 10e3, height: float = 0.15) -> Shape:
    """A rise with waves of 6 km."""
    wave = 2.0 * np.pi / 6e3
    return Shape(
        lambda x: base + growth * x + height * np.sin(wave * x),
        lambda x: growth + height * wave * np.cos(wave * x),
        lambda x: -height * wave**2 * np.sin(wave * x),
    )


def levelling(base: float, rise: float, length: float) -> Shape:
    """A rise that begins and ends level."""
    wave = np.pi / length
    return Shape(
        lambda x: base + 0.5 * rise * (1.0 - np.cos(wave * x)),
        lambda x: 0.5 * rise * wave * np.sin(wave * x),
        lambda x: 0.5 * rise * wave**2 * np.cos(wave * x),
    )


@dataclass(frozen=True)
class Stretch:
    """A reach with its shape."""

    name: str
    start: str
    end: str
    length: float
    discharge: float
    """At its head [m3/s]."""
    area: float
    dispersion: float
    shape: Shape
    lateral: float = 0.0
    """Clean water that seeps in [m3/s/m]."""
    stores: bool = False

    def row(self) -> Row:
        """The reach of the scenario."""
        storage = (RATIO, EXCHANGE) if self.stores else (0.0, 0.0)
        return reach(self.name, self.start, self.end, self.length, self.area, self.dispersion,
                     storage=storage, lateral=self.lateral)  # fmt: skip

    def source(self, x: Array, time: Array) -> Array:
        """(X, T) S that the solution needs [kg/m/s]."""
        h, g, rise = clock(time)
        f, slope, bend = (one(x)[:, None] for one in (
            self.shape.value, self.shape.slope, self.shape.curvature))  # fmt: skip
        discharge = (self.discharge + self.lateral * x)[:, None]
        steady = discharge * slope + self.lateral * f - self.area * self.dispersion * bend
        exchange = EXCHANGE * (g - h) if self.stores else 0.0
        rate = self.area * f * (rise + DECAY * g + exchange) + steady * g
        return np.asarray(UNIT * rate)

    def head_flux(self, time: Array) -> Array:
        """Mass per time that must enter at the head [kg/s]."""
        zero = np.zeros(1)
        value, slope = float(self.shape.value(zero)[0]), float(self.shape.slope(zero)[0])
        _, g, _ = clock(time)
        return UNIT * g * (self.discharge * value - self.area * self.dispersion * slope)


def clock(time: Array) -> tuple[Array, Array, Array]:
    """h, g and the derivative of g at times."""
    rate = np.pi / SPAN
    h = 0.5 * (1.0 - np.cos(rate * time))
    first, second = 0.5 * rate * np.sin(rate * time), 0.5 * rate**2 * np.cos(rate * time)
    lag = RATIO / EXCHANGE
    g = h + lag * (first + STORED_DECAY * h)
    return h, g, first + lag * (second + STORED_DECAY * first)


def with_layer(shape: Shape, jump: float, end: float, thickness: float) -> Shape:
    """The same with a layer at its end."""

    def layer(x: Array) -> Array:
        return np.asarray(jump * np.exp((x - end) / thickness))

    return Shape(
        lambda x: shape.value(x) + layer(x),
        lambda x: shape.slope(x) + layer(x) / thickness,
        lambda x: shape.curvature(x) + layer(x) / thickness**2,
    )


def stretches() -> list[Stretch]:
    """Main stem above, tributary and main stem below."""
    above = Stretch("a", "head", "m", 12e3, 60.0, 100.0, 30.0, wavy(1.0), 10.0 / 12e3)
    side = Stretch("t", "side", "m", 6e3, 30.0, 60.0, 20.0, levelling(2.0, 1.0, 6e3))
    below = Stretch("b", "m", "foot", 20e3, 100.0, 150.0, 40.0, wavy(0.0), stores=True)
    start, end = np.zeros(1), np.array([above.length])
    discharge = above.discharge + above.lateral * above.length
    arriving = float(above.shape.value(end)[0])
    brought = float(side.shape.value(np.array([side.length]))[0])
    slopes = below.area * below.dispersion * float(
        below.shape.slope(start)[0]
    ) - above.area * above.dispersion * float(above.shape.slope(end)[0])
    jump = (side.discharge * (brought - arriving) + slopes) / (discharge + side.discharge)
    layer = with_layer(above.shape, jump, above.length, above.dispersion * above.area / discharge)
    return [replace(above, shape=layer), side, replace(below, shape=wavy(arriving + jump))]


def hydrograph(place: Row, time: Array, rate: Array) -> Row:
    """A release with a mass per time [kg/s]."""
    if rate.min() < 0.0:
        raise ValueError("a release cannot take mass out: choose another solution")
    table = [
        {"time [s]": float(when), "mass_rate [kg/s]": float(value)}
        for when, value in zip(time, rate, strict=True)
    ]
    return {"kind": "hydrograph", "at": place, "substance": "tracer", "table": table,
            "start": "0 s"}  # fmt: skip


def releases() -> list[Row]:
    """What makes the solution come true."""
    time = np.linspace(0.0, SPAN, ROWS)
    found = []
    for part in stretches():
        edges = np.linspace(0.0, part.length, round(part.length / SPACING) + 1)
        middle = 0.5 * (edges[1:] + edges[:-1])
        rates = part.source(middle, time) * SPACING
        found += [
            hydrograph(at(part.name, float(x)), time, rate)
            for x, rate in zip(middle, rates, strict=True)
        ]
        if part.start != "m":
            found.append(hydrograph({"node": part.start}, time, part.head_flux(time)))
    return found


PLACES = (("a", 6e3), ("a", 11e3), ("t", 4e3), ("b", 2e3), ("b", 6e3), ("b", 18e3))


def confluence() -> River:
    """The river with its releases and its solution."""
    parts = stretches()
    shapes = {part.name: part.shape for part in parts}

    def exact(time: Array) -> list[Array]:
        _, g, _ = clock(time)
        return [UNIT * g * float(shapes[name].value(np.array([x]))[0]) for name, x in PLACES]

    substance = [{"name": "tracer", "decay_rate": f"{DECAY} 1/s",
                  "storage_decay_rate": f"{STORED_DECAY} 1/s"}]  # fmt: skip
    return River([part.row() for part in parts], {"head": 60.0, "side": 30.0}, releases(),
                 [at(*place) for place in PLACES], SPAN, 300.0, exact,
                 {"substances": substance})  # fmt: skip

"""A dozen and more varied rivers with their exact curves, to hold the achieved error against.

Exact curves are closed forms (``spillsim.analytic`` and the two below) or the Laplace transform
of ``oracle``. None of it shares code with the engine or with the check of its error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..analytic import UniformReach, first_type_step, infinite_slug
from .oracle import Complex, Stem, Zone, curve, pulse_source
from .rivers import Array, Row, at, inlet, pulse, reach, river, slug

U, A, D = 0.7, 100.0, 30.0
Q = U * A
HOURS = 3600.0
PULSE = pulse_source(1000.0, 0.0, 3600.0)


@dataclass(frozen=True)
class River:
    """A scenario as plain data and the exact curve at each of its stations."""

    reaches: Sequence[Row]
    inflows: dict[str, float]
    releases: Sequence[Row]
    stations: Sequence[Row]
    duration: float
    interval: float
    exact: Callable[[Array], list[Array]]
    """(T,) output times [s] to one curve per station [kg/m3]."""
    more: dict[str, Any] = field(default_factory=dict)

    def scenario(self, **numerics: Any) -> dict[str, Any]:
        return river(self.reaches, self.inflows, self.releases, self.stations, self.duration,
                     self.interval, **{**self.more, **numerics})  # fmt: skip


def gaining_slug(distance: float, time: Array, mass: float, speed: float, growth: float,
                 dispersion: float, area: float) -> Array:  # fmt: skip
    """Slug in a river that gains clean water evenly, U(x) = U0 + b x below the release.

    A C is the density of particles with drift U(x) and diffusion D, a Gaussian with mean
    (U0/b) (e^(b t) - 1) and variance (D/b) (e^(2 b t) - 1) (Uhlenbeck & Ornstein 1930, with the
    sign of b reversed).
    """
    t = np.where(time > 0.0, time, 1.0)
    mean = speed / growth * np.expm1(growth * t)
    variance = dispersion / growth * np.expm1(2.0 * growth * t)
    bell = np.exp(-((distance - mean) ** 2) / (2.0 * variance)) / np.sqrt(2.0 * np.pi * variance)
    return np.where(time > 0.0, mass / area * bell, 0.0)


def losing_slug(distance: float, time: Array, mass: float, speed: float, loss: float,
                dispersion: float, area: float) -> Array:  # fmt: skip
    """Slug in a river that loses water evenly, U(x) = U0 - b x: dC/dt = -U dC/dx + D d2C/dx2.

    The backward equation of the process above: the Gaussian of where the water at x and t was at
    the start, mean (x - U0/b) e^(b t) + U0/b, variance (D/b) (e^(2 b t) - 1), read at the release.
    """
    t = np.where(time > 0.0, time, 1.0)
    origin = (distance - speed / loss) * np.exp(loss * t) + speed / loss
    variance = dispersion / loss * np.expm1(2.0 * loss * t)
    bell = np.exp(-(origin**2) / (2.0 * variance)) / np.sqrt(2.0 * np.pi * variance)
    return np.where(time > 0.0, mass / area * bell, 0.0)


def at_places(stem: Stem, places: Sequence[float], points: int = 1024) -> Callable[[Array], Any]:
    """Exact curves at distances from the head of a stem [m]."""

    def exact(time: Array) -> list[Array]:
        return [curve(stem, place, time, points) for place in places]

    return exact


def one(length: float = 140e3, dispersion: float = D, **more: Any) -> list[Row]:
    """One uniform reach."""
    return [reach("river", "head", "foot", length, A, dispersion, **more)]


def headwater(dispersion: float, release: Row, source: Any, places: Sequence[float],
              duration: float, **more: Any) -> River:  # fmt: skip
    """A uniform river released into at its head."""
    zone = Zone(140e3, Q, A, dispersion, source=source, storage=more.get("storage", (0.0, 0.0)))
    return River(one(dispersion=dispersion, **more), {"head": Q}, [release],
                [at("river", x) for x in places], duration, 300.0,
                at_places(Stem([zone]), places))  # fmt: skip


def mid_reach() -> River:
    """A slug amid a uniform river (Taylor 1954)."""
    rows = [reach("above", "head", "town", 40e3, A, D), reach("river", "town", "foot", 140e3, A, D)]
    places = (10e3, 100e3)

    def exact(time: Array) -> list[Array]:
        return [infinite_slug(x, time, 1000.0, A, UniformReach(U, D)) for x in places]

    return River(rows, {"head": Q}, [slug("town")], [at("river", x) for x in places],
                60 * HOURS, 300.0, exact)  # fmt: skip


def two_releases() -> River:
    """A slug in mid river and, five hours later and 5 km below, another."""
    rows = [reach("above", "head", "town", 40e3, A, D), reach("river", "town", "foot", 140e3, A, D)]
    second = slug("town", 400.0, 5 * HOURS, at=at("river", 5e3))
    places = (12e3, 60e3)

    def exact(time: Array) -> list[Array]:
        uniform = UniformReach(U, D)
        return [
            infinite_slug(x, time, 1000.0, A, uniform)
            + infinite_slug(x - 5e3, time - 5 * HOURS, 400.0, A, uniform)
            for x in places
        ]

    return River(rows, {"head": Q}, [slug("town"), second], [at("river", x) for x in places],
                40 * HOURS, 300.0, exact)  # fmt: skip


def velocity_jumps() -> River:
    """Five reaches of different area and dispersion; C and its flux go on from one to the next."""
    zones = ((20e3, 50.0, 30.0), (8e3, 140.0, 15.0), (20e3, 29.0, 60.0), (10e3, 70.0, 30.0),
             (60e3, 50.0, 30.0))  # fmt: skip
    rows = [reach(f"r{k}", f"n{k}", f"n{k + 1}", *zone) for k, zone in enumerate(zones)]
    discharge = 35.0
    stem = Stem([Zone(zone[0], discharge, zone[1], zone[2], source=PULSE if k == 0 else None)
                 for k, zone in enumerate(zones)])  # fmt: skip
    return River(rows, {"n0": discharge}, [pulse("n0", 1000.0, 0.0, 3600.0)],
                [at("r1", 4e3), at("r3", 5e3), at("r4", 40e3)], 80 * HOURS, 300.0,
                at_places(stem, (24e3, 53e3, 98e3)))  # fmt: skip


def confluence(places: Sequence[float]) -> River:
    """A release in a tributary, seen below its mouth."""
    rows = [reach("a", "head", "m", 30e3, 100.0, 30.0), reach("t", "side", "m", 21e3, 60.0, 20.0),
            reach("b", "m", "foot", 100e3, 150.0, 40.0)]  # fmt: skip
    side = Stem([Zone(21e3, 30.0, 60.0, 20.0, source=PULSE)], foot="free")
    joined = Zone(1e5, 100.0, 150.0, 40.0, tributary=side)
    stem = Stem([Zone(3e4, 70.0, 100.0, 30.0), joined], head="open")
    return River(rows, {"head": 70.0, "side": 30.0}, [pulse("side", 1000.0, 0.0, 3600.0)],
                [at("b", x) for x in places], 60 * HOURS, 300.0,
                at_places(stem, [3e4 + x for x in places]))  # fmt: skip


def main_stem_through_a_confluence() -> River:
    """A release above the mouth of a clean tributary, seen below it."""
    rows = [reach("a", "head", "m", 30e3, 100.0, 30.0), reach("t", "side", "m", 21e3, 60.0, 20.0),
            reach("b", "m", "foot", 100e3, 150.0, 40.0)]  # fmt: skip
    stem = Stem([Zone(30e3, 70.0, 100.0, 30.0, source=PULSE), Zone(1e5, 100.0, 150.0, 40.0)])
    return River(rows, {"head": 70.0, "side": 30.0}, [pulse("head", 1000.0, 0.0, 3600.0)],
                [at("b", 2e3), at("b", 40e3)], 60 * HOURS, 300.0,
                at_places(stem, (32e3, 70e3)))  # fmt: skip


def reservoir(inside: bool) -> River:
    """A slow reservoir, passed or released into, seen inside and downstream."""
    rows = [reach("a", "head", "m", 20e3, 100.0, 30.0), reach("r", "m", "n", 5e3, 3500.0, 5.0),
            reach("b", "n", "foot", 40e3, 100.0, 30.0)]  # fmt: skip
    above, below = Zone(20e3, 70.0, 100.0, 30.0), Zone(40e3, 70.0, 100.0, 30.0)
    if inside:
        release = slug("head", 1000.0, at=at("r", 2.5e3))
        source = pulse_source(1000.0)
        stem = Stem([above, Zone(2.5e3, 70.0, 3500.0, 5.0),
                     Zone(2.5e3, 70.0, 3500.0, 5.0, source=source), below],
                    head="open")  # fmt: skip
    else:
        release = pulse("head", 1000.0, 0.0, 3600.0)
        stem = Stem([Zone(20e3, 70.0, 100.0, 30.0, source=PULSE), Zone(5e3, 70.0, 3500.0, 5.0),
                     below])  # fmt: skip
    return River(rows, {"head": 70.0}, [release], [at("r", 4e3), at("b", 1e3), at("b", 20e3)],
                300 * HOURS, 900.0, at_places(stem, (24e3, 26e3, 45e3)))  # fmt: skip


def gaining() -> River:
    """A slug in a river into which clean water seeps."""
    lateral = 1e-3
    rows = [reach("river", "head", "foot", 140e3, A, D, lateral=lateral)]
    start, places = 20e3, (30e3, 90e3)
    speed, growth = U + lateral / A * start, lateral / A

    def exact(time: Array) -> list[Array]:
        return [gaining_slug(x - start, time, 1000.0, speed, growth, D, A) for x in places]

    return River(rows, {"head": Q}, [slug("head", 1000.0, at=at("river", start))],
                [at("river", x) for x in places], 40 * HOURS, 300.0, exact)  # fmt: skip


def losing() -> River:
    """A slug in a river that loses water, and with it mass, to its banks."""
    lateral = -3e-4
    rows = [reach("river", "head", "foot", 140e3, A, D, lateral=lateral)]
    start, places = 20e3, (30e3, 90e3)
    speed, loss = U + lateral / A * start, -lateral / A

    def exact(time: Array) -> list[Array]:
        return [losing_slug(x - start, time, 1000.0, speed, loss, D, A) for x in places]

    return River(rows, {"head": Q}, [slug("head", 1000.0, at=at("river", start))],
                [at("river", x) for x in places], 60 * HOURS, 300.0, exact)  # fmt: skip


def decaying() -> River:
    """Dead zones, and decay that is three times as fast in them."""
    storage, decay = (0.3, 3e-4), 1e-5
    substance = [{"name": "tracer", "decay_rate": f"{decay} 1/s",
                  "storage_decay_rate": f"{3 * decay} 1/s"}]  # fmt: skip
    zone = Zone(140e3, Q, A, D, decay, storage, 3.0 * decay, PULSE)
    return River(one(storage=storage), {"head": Q}, [pulse("head", 1000.0, 0.0, 3600.0)],
                [at("river", x) for x in (20e3, 100e3)], 100 * HOURS, 300.0,
                at_places(Stem([zone]), (20e3, 100e3)), {"substances": substance})  # fmt: skip


def release_above_storage() -> River:
    """A short reach without storage, then one with it: the exchange begins at a seam."""
    rows = [reach("a", "head", "m", 2e3, A, D),
            reach("b", "m", "foot", 140e3, A, D, storage=(0.5, 3e-4))]  # fmt: skip
    stem = Stem([Zone(2e3, Q, A, D, source=PULSE), Zone(140e3, Q, A, D, storage=(0.5, 3e-4))])
    return River(rows, {"head": Q}, [pulse("head", 1000.0, 0.0, 3600.0)],
                [at("b", 5e3), at("b", 60e3)], 80 * HOURS, 300.0,
                at_places(stem, (7e3, 62e3)))  # fmt: skip


def held_inlet() -> River:
    """A concentration held at the head for the whole run, with decay (Ogata & Banks 1961)."""
    decay, places = 2e-5, (20e3, 60e3)
    uniform = UniformReach(U, D, decay)

    def exact(time: Array) -> list[Array]:
        return [first_type_step(x, time, 0.01, uniform) for x in places]

    return River(one(), {"head": Q}, [inlet("head", (0.0, 60 * HOURS), (0.01, 0.01))],
                [at("river", x) for x in places], 40 * HOURS, 300.0, exact,
                {"substances": [{"name": "tracer", "decay_rate": f"{decay} 1/s"}]})  # fmt: skip


def inlet_and_change() -> River:
    """A concentration held at the head for three hours, then a reach of twice the area."""
    rows = [reach("a", "head", "m", 30e3, A, D), reach("b", "m", "foot", 60e3, 2 * A, D / 2)]
    span = 3 * HOURS

    def source(s: Complex) -> Complex:
        return np.asarray(-0.01 * np.expm1(-s * span) / s)

    stem = Stem([Zone(30e3, Q, A, D, source=source), Zone(60e3, Q, 2 * A, D / 2)], head="value")
    return River(rows, {"head": Q}, [inlet("head", (0.0, span), (0.01, 0.01))],
                [at("a", 20e3), at("b", 30e3)], 80 * HOURS, 300.0,
                at_places(stem, (20e3, 60e3)))  # fmt: skip


_SLUG, _HOUR = slug("head"), pulse("head", 1000.0, 0.0, 3600.0)

RIVERS: dict[str, Callable[[], River]] = {
    "slug at a headwater": lambda: headwater(
        D, _SLUG, pulse_source(1000.0), (20e3, 100e3), 60 * HOURS
    ),
    "slug at a very dispersive headwater": lambda: headwater(
        500.0, _SLUG, pulse_source(1000.0), (50e3,), 100 * HOURS
    ),
    "hour at a very dispersive headwater": lambda: headwater(
        500.0, _HOUR, PULSE, (50e3,), 100 * HOURS
    ),
    "long release": lambda: headwater(
        D, pulse("head", 1000.0, 0.0, 24 * HOURS), pulse_source(1000.0, 0.0, 24 * HOURS),
        (20e3, 100e3), 90 * HOURS,
    ),
    "release in mid river": mid_reach,
    "two releases": two_releases,
    "velocity jumps": velocity_jumps,
    "tributary": lambda: confluence((20e3, 60e3)),
    "station near a confluence": lambda: confluence((1.0, 500.0)),
    "main stem through a confluence": main_stem_through_a_confluence,
    "stiff storage": lambda: headwater(
        D, _HOUR, PULSE, (20e3, 100e3), 120 * HOURS, storage=(0.5, 1e-2)
    ),
    "weak storage": lambda: headwater(
        D, _HOUR, PULSE, (20e3, 100e3), 120 * HOURS, storage=(0.2, 3e-5)
    ),
    "decay and storage": decaying,
    "release above storage": release_above_storage,
    "held inlet and decay": held_inlet,
    "measured inlet, then twice the area": inlet_and_change,
    "slow reservoir": lambda: reservoir(inside=False),
    "release inside a reservoir": lambda: reservoir(inside=True),
    "river that gains water": gaining,
    "river that loses water": losing,
    "run that ends amid the plume": lambda: headwater(
        D, _HOUR, PULSE, (20e3, 60e3), 24 * HOURS
    ),
    "time step far too long": lambda: replace(
        headwater(D, _HOUR, PULSE, (20e3, 100e3), 60 * HOURS), more={"time_step": 3600.0}
    ),
}  # fmt: skip

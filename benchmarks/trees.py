"""Random river trees as case folders, and the exact curves on the way of a spill through one.

W3: a random binary tree (Rémy 1985) of 10,001 reaches of 5 km with 5,001 headwaters of 0.5 m3/s,
U = 0.6 Q^0.12, D = 50 m2/s; a 1-hour spill at a headwater 230 reaches above the outlet, 30 days,
three stations on the way.  The exact curves come from the Laplace transform of the way alone: no
cells, no steps, nothing of spillsim.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .exact import Array, ComplexArray

Indices = NDArray[np.int64]

LENGTH = 5000.0
"""Length of a reach [m]."""
HEADWATER_INFLOW = 0.5
"""[m3/s]"""
DISPERSION = 50.0
"""[m2/s]"""
MASS = 1000.0
"""[kg]"""
PULSE = 3600.0
"""Duration of the spill [s]."""
DAYS = 30.0
STATIONS = (0.1, 0.5, 0.9)
"""Shares of the way from the spill to the outlet; a station lies in the middle of its reach."""


@dataclass(frozen=True)
class Tree:
    """R reaches, one below each of as many nodes; node R is the outlet."""

    below: Indices
    """(R,) the reach that follows, R below the last one."""
    discharge: Array
    """(R,) [m3/s]"""
    velocity: Array
    """(R,) [m/s]"""
    depth: Indices
    """(R,) reaches from the head of each to the outlet, its own included."""
    headwater: NDArray[np.bool_]
    """(R,) true where no reach flows in."""

    @property
    def size(self) -> int:
        """Number of reaches."""
        return int(self.below.size)

    def way(self, reach: int) -> Indices:
        """Reaches from one down to the outlet."""
        found = [reach]
        while self.below[found[-1]] < self.size:
            found.append(int(self.below[found[-1]]))
        return np.array(found, dtype=np.int64)

    def spill(self, reaches: int) -> int:
        """Headwater reach whose way to the outlet is nearest to a number of reaches."""
        away = np.where(self.headwater, np.abs(self.depth - reaches), self.size)
        return int(np.argmin(away))


def random_tree(headwaters: int, seed: int = 7) -> Tree:
    """Every shape of binary tree equally likely (Rémy 1985; Knuth 7.2.1.6, algorithm R)."""
    inner = headwaters - 1
    size = 2 * inner + 1
    drawn = random.Random(seed)
    link = [0] * size
    for n in range(1, headwaters):
        held, side = drawn.randrange(2 * n - 1), drawn.randrange(2)
        link[2 * n - side] = 2 * n
        link[2 * n - 1 + side] = link[held]
        link[held] = 2 * n - 1
    below = np.full(size, size, dtype=np.int64)
    place = np.arange(1, size)
    below[np.array(link[1:], dtype=np.int64)] = place - (place % 2 == 0)
    return _with_flow(below, link[0])


def _with_flow(below: Indices, root: int) -> Tree:
    """Depths from the outlet up, discharges from the headwaters down."""
    size = below.size
    count = np.bincount(below, minlength=size + 1)[:size]
    above: list[list[int]] = [[] for _ in range(size)]
    for reach, foot in enumerate(below.tolist()):
        if foot < size:
            above[foot].append(reach)
    order, depth = [root], np.ones(size, dtype=np.int64)
    for reach in order:  # grows while it is walked
        for member in above[reach]:
            depth[member] = depth[reach] + 1
            order.append(member)
    discharge = np.where(count == 0, HEADWATER_INFLOW, 0.0)
    for reach in reversed(order[1:]):
        discharge[below[reach]] += discharge[reach]
    return Tree(below, discharge, 0.6 * discharge**0.12, depth, count == 0)


def single_river(reaches: int) -> Tree:
    """One river without tributaries."""
    below = np.arange(1, reaches + 1)
    discharge = np.full(reaches, 80.0)
    return Tree(below, discharge, np.full(reaches, 0.8), reaches + 1 - below, below == 1)


def station_reaches(tree: Tree, spill: int) -> list[int]:
    """The reaches in whose middle the stations lie."""
    way = tree.way(spill)
    return [int(way[int(share * way.size)]) for share in STATIONS]


def write_case(
    tree: Tree, folder: Path, spills: list[int], error: float = 0.01, engine: str = "march"
) -> Path:
    """Write a case folder: scenario.toml, nodes.csv, reaches.csv, inflows.csv.

    spills : headwater reaches that release; the stations lie below the first
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = tree.size
    width = 10.0 * np.sqrt(tree.discharge)
    depth = tree.discharge / tree.velocity / width
    nodes = ["id,name,kind,river,river_km [km],latitude,longitude,country,source"]
    nodes += [
        f"n{n},,{'headwater' if head else 'junction'},,,,,,"
        for n, head in enumerate(tree.headwater)
    ]
    nodes.append(f"n{size},,outlet,,,,,,")
    rows = zip(
        tree.below.tolist(), tree.velocity.tolist(), width.tolist(), depth.tolist(), strict=True
    )
    reaches = ["id,river,from,to,length [km],hydraulics,velocity [m/s],width [m],depth [m],source"]
    reaches += [
        f"r{r},river,n{r},n{foot},{LENGTH / 1000.0:g},velocity,{u!r},{w!r},{d!r},generated"
        for r, (foot, u, w, d) in enumerate(rows)
    ]
    inflows = ["node,inflow [m3/s],source"]
    inflows += [
        f"n{r},{tree.discharge[r]:g},generated" for r in np.flatnonzero(tree.headwater).tolist()
    ]
    for name, lines in (("nodes", nodes), ("reaches", reaches), ("inflows", inflows)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "scenario.toml").write_text(_scenario(tree, spills, error, engine), encoding="utf-8")
    return folder


def _scenario(tree: Tree, spills: list[int], error: float, engine: str) -> str:
    releases = "".join(
        f"""
[[release]]
kind = "constant"
at = {{ node = "n{reach}" }}
substance = "tracer"
mass = "{MASS!r} kg"
start = "0 s"
duration = "{PULSE!r} s"
"""
        for reach in spills
    )
    stations = "".join(
        f"""
[[station]]
name = "{100.0 * share:g} %"
at = {{ reach = "r{reach}", distance = "{0.5 * LENGTH!r} m" }}
"""
        for share, reach in zip(STATIONS, station_reaches(tree, spills[0]), strict=True)
    )
    return f"""spillsim = 1

[case]
title = "Random tree of {tree.size} reaches"
start = 2000-01-01T00:00:00Z
duration = "{DAYS!r} d"

[network]
nodes = "nodes.csv"
reaches = "reaches.csv"

[flow]
kind = "inflows"
table = "inflows.csv"

[dispersion]
kind = "value"
value = "{DISPERSION!r} m2/s"

[[substance]]
name = "tracer"
decay_rate = "0 1/d"
{releases}{stations}
[numerics]
error = {error!r}
engine = "{engine}"
"""


# --- exact curves -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Zone:
    """One uniform reach at given s: C = a (exp(-f x) + r exp(-f L) exp(-g (L - x)))."""

    discharge: float
    spread: float
    """Area times dispersion coefficient [m4/s]."""
    f: ComplexArray
    g: ComplexArray

    def flux(self) -> tuple[ComplexArray, ComplexArray]:
        """Mass flux per concentration of the falling and of the rising part [m3/s]."""
        falling = self.discharge + self.spread * self.f
        return falling, np.asarray(self.discharge - self.spread * self.g)


def _zone(tree: Tree, reach: int, s: ComplexArray) -> _Zone:
    velocity, discharge = float(tree.velocity[reach]), float(tree.discharge[reach])
    root = np.sqrt(velocity**2 + 4.0 * DISPERSION * s)
    return _Zone(
        discharge,
        discharge / velocity * DISPERSION,
        np.asarray(2.0 * s / (velocity + root)),
        np.asarray((velocity + root) / (2.0 * DISPERSION)),
    )


def _stems(tree: Tree, way: Indices) -> list[list[int]]:
    """The way cut where it ends in a larger river (of equal ones the later name goes on)."""
    stems: list[list[int]] = [[]]
    own = set(way.tolist())
    other = {b: r for r, b in enumerate(tree.below.tolist()) if r not in own}
    for reach, following in zip(way.tolist(), [*way[1:].tolist(), -1], strict=True):
        stems[-1].append(reach)
        side = other.get(following)
        if side is None:
            continue
        key = (float(tree.discharge[reach]), f"r{reach}")
        if key < (float(tree.discharge[side]), f"r{side}"):
            stems.append([])
    return stems


def _transform(
    tree: Tree, way: Indices, stations: list[int], s: ComplexArray
) -> list[ComplexArray]:
    """Transform of the concentration in the middle of each station's reach, per mass entering.

    C and the mass flux are continuous along a stem; a tributary ends with dC/dx = 0, and only its
    water carries mass into the stem, which goes on upstream of the confluence.
    """
    others: dict[int, list[int]] = {}
    for reach, foot in enumerate(tree.below.tolist()):
        others.setdefault(foot, []).append(reach)
    entering = np.ones(s.size, dtype=np.complex128)
    found: dict[int, ComplexArray] = {}
    before = -1
    for stem in _stems(tree, way):
        ends_free = stem[-1] != way[-1]
        zones = [_zone(tree, reach, s) for reach in stem]
        back: list[ComplexArray] = [np.zeros(0)] * len(stem)
        admitted = np.zeros(0, dtype=np.complex128)
        for i in reversed(range(len(stem))):
            zone = zones[i]
            falling, rising = zone.flux()
            if i < len(stem) - 1:
                r = (falling - admitted) / (admitted - rising)
            else:  # a free end, or beyond the outlet more of the same
                r = zone.f / zone.g if ends_free else np.zeros(s.size, dtype=np.complex128)
            faded = r * np.exp(-(zone.f + zone.g) * LENGTH)
            back[i] = r
            admitted = (falling + rising * faded) / (1.0 + faded)
        upstream = np.zeros(s.size, dtype=np.complex128)
        if before >= 0:  # the stem goes on upstream of where the tributary ends
            side = next(m for m in others[stem[0]] if m != before)
            upstream = _zone(tree, side, s).flux()[1]
        head = entering / (admitted - upstream)
        for i, reach in enumerate(stem):
            zone, r = zones[i], back[i]
            amplitude = head / (1.0 + r * np.exp(-(zone.f + zone.g) * LENGTH))
            fall = amplitude * np.exp(-zone.f * LENGTH)
            if reach in stations:
                half = 0.5 * LENGTH
                found[reach] = amplitude * np.exp(-zone.f * half) + fall * r * np.exp(
                    -zone.g * half
                )
            head = fall * (1.0 + r)
        entering = zones[-1].discharge * head
        before = stem[-1]
    return [found[reach] for reach in stations]


def exact_curves(tree: Tree, spill: int, stations: list[int], time: Array) -> Array:
    """(S, T) exact resident concentration in the middle of each station's reach [kg/m3].

    Fourier series of the transform on a window of 40 standard deviations around the mean, damped
    so that what is left of the curve a period later enters with 1e-9 of itself.
    """
    way = tree.way(spill)
    curves = np.zeros((len(stations), time.size))
    for row, reach in enumerate(stations):
        at = int(np.flatnonzero(way == reach)[0])
        passed = LENGTH * np.append(np.ones(at), 0.5)
        velocity = tree.velocity[way[: at + 1]]
        mean = float((passed / velocity).sum()) + 0.5 * PULSE
        deviation = float(
            np.sqrt((2.0 * DISPERSION * passed / velocity**3).sum() + PULSE**2 / 12.0)
        )
        begin, period = mean - 16.0 * deviation, 40.0 * deviation
        damping = 21.0 / period
        frequency = 2.0 * np.pi / period * np.arange(512)
        s = np.asarray(damping + 1j * frequency, dtype=np.complex128)
        spill_shape = -MASS * np.expm1(-s * PULSE) / (s * PULSE)
        (transform,) = _transform(tree, way, [reach], s)
        terms = 2.0 * transform * spill_shape * np.exp(s * begin)
        terms[0] *= 0.5
        if abs(terms[-1]) > 1e-12 * np.abs(terms).max():
            raise ArithmeticError(f"the series at reach {reach} has not converged")
        inside = (time >= max(begin, 0.0)) & (time <= begin + period)
        since = time[inside] - begin
        waves = (np.exp(1j * np.outer(since, frequency)) @ terms).real
        curves[row, inside] = np.exp(damping * since) / period * waves
    return curves

"""Diagrams as SVG: lines, points and bands that are told apart without colour as well.

Written by hand rather than by a plotting library: text stays text, colours come from the page (so
that they follow a light or a dark screen), and the same numbers give the same bytes.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .axes import Axis, axes_of
from .case import Array, Band, Curve, Panel
from .wording import number

WIDTH, HEIGHT = 480, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 12, 34, 52
_FINE = 0.25
"""What a line may be off when points are left out [units of the drawing]."""
_MOST_POINTS = 400
"""Points of one curve from which they are drawn small."""
COLOURS = 6
"""Colours of the page's style sheet: ``c0`` (ink) to ``c6``."""
_LINES = ("", "9 3", "3 2.5", "10 3 2 3", "14 3", "6 2 2 2 2 2")
_DASHED = ("5 4", "2 3", "9 4 2 4", "12 5", "3 6", "7 2 2 2")


@dataclass(frozen=True)
class Look:
    """How one curve is drawn, in the diagram and in its legend."""

    kind: str
    colour: int
    order: int
    """Which of its kind it is: chooses dashes and markers."""


def looks_of(panel: Panel) -> list[Look]:
    """Return how curves is drawn; the observed and the computed one of a pair share a colour."""
    kinds = [curve.kind for curve in panel.curves]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    paired = counts.get("simulated", 0) > 1
    found: list[Look] = []
    for place, kind in enumerate(kinds):
        order = kinds[:place].count(kind)
        colour = order % COLOURS + 1
        alone = counts[kind] == 1 and kind != "simulated"
        if alone or (kind == "reference" and not (paired and counts[kind] > 1)):
            colour = 0
        found.append(Look(kind, colour, order))
    return found


def drawing(panel: Panel, identifier: str) -> str:
    """Return a diagram as an SVG element with a title and a description for who cannot see it."""
    across, up = axes_of(panel, (_LEFT, WIDTH - _RIGHT), (HEIGHT - _BOTTOM, _TOP))
    named = f'role="img" aria-labelledby="{identifier}-t {identifier}-d"'
    inside = f'width="{WIDTH - _LEFT - _RIGHT}" height="{HEIGHT - _TOP - _BOTTOM}"'
    shown = [
        f'<svg class="panel" viewBox="0 0 {WIDTH} {HEIGHT}" {named}>',
        f'<title id="{identifier}-t">{escaped(panel.title)}</title>',
        f'<desc id="{identifier}-d">{escaped(described(panel))}</desc>',
        f'<clipPath id="{identifier}-c"><rect x="{_LEFT}" y="{_TOP}" {inside}/></clipPath>',
        *_grid(across, up),
        *_labels(panel),
        f'<g clip-path="url(#{identifier}-c)">',
        *(_band(band, order, across, up) for order, band in enumerate(panel.bands)),
    ]
    pairs = list(zip(panel.curves, looks_of(panel), strict=True))
    # points last: a line must not hide what was seen
    for curve, look in sorted(pairs, key=lambda pair: pair[1].kind == "observed"):
        points = curve.kind == "observed"
        shown.append((_points if points else _line)(curve, look, across, up))
    return "".join([*shown, "</g></svg>"])


def legend(panel: Panel) -> str:
    """Return what the lines, points and bands mean, as a list with a swatch for each."""
    entries = [
        (f'<rect class="band b{order % COLOURS + 1}" x="1" y="2" width="28" height="10"/>', b.label)
        for order, b in enumerate(panel.bands)
    ]
    for curve, look in zip(panel.curves, looks_of(panel), strict=True):
        if look.kind == "observed":
            swatch = (
                f'<path class="seen c{look.colour}" d="{_marker(15.0, 7.0, look.order, 3.6)}"/>'
            )
        else:
            swatch = f'<path {_stroke(look)} d="M1 7H29"/>'
        entries.append((swatch, curve.label))
    items = "".join(
        f'<li><svg viewBox="0 0 30 14" width="30" height="14" aria-hidden="true">{swatch}</svg>'
        f"{escaped(label)}</li>"
        for swatch, label in entries
    )
    return f'<ul class="legend">{items}</ul>' if items else ""


def described(panel: Panel) -> str:
    """Return what a diagram shows, in words with its numbers."""
    parts = [f"Diagram of {panel.y_label} over {panel.x_label}."]
    for curve in panel.curves:
        kind = {"observed": "points", "reference": "dashed line"}.get(curve.kind, "line")
        parts.append(f"{curve.label} ({kind}): {_extent(curve.x, curve.y)}.")
    parts += [f"{band.label} (band): {_extent(band.x, band.high)}." for band in panel.bands]
    return " ".join(parts)


def _extent(x: Array, y: Array) -> str:
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return "no values"
    x, y = x[known], y[known]
    top = int(np.argmax(y))
    return (
        f"{x.size} values, from {number(float(x.min()))} to {number(float(x.max()))}, "
        f"highest {number(float(y[top]))} at {number(float(x[top]))}"
    )


def _grid(across: Axis, up: Axis) -> list[str]:
    """Return frame, grid lines and the numbers on both axes."""
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    found = []
    for value, place in _places(across):
        x = _coordinate(place)
        found += [
            f'<path class="grid" d="M{x} {_TOP}V{bottom}"/>',
            f'<text class="tick" x="{x}" y="{bottom + 18}" text-anchor="middle">{value}</text>',
        ]
    for value, place in _places(up):
        y, lower = _coordinate(place), _coordinate(place + 4.0)
        found += [
            f'<path class="grid" d="M{_LEFT} {y}H{right}"/>',
            f'<text class="tick" x="{_LEFT - 6}" y="{lower}" text-anchor="end">{value}</text>',
        ]
    found.append(f'<path class="frame" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>')
    return found


def _places(axis: Axis) -> list[tuple[str, float]]:
    ticks = axis.ticks()
    places = axis.place(np.array(ticks, dtype=np.float64)).tolist()
    return [(_mark(value), place) for value, place in zip(ticks, places, strict=True)]


def _mark(value: float) -> str:
    """Return a round value as it stands at an axis: short ones as they are."""
    return number(value, 4) if value == 0.0 or abs(value) >= 0.001 else f"{value:.4g}"


def _labels(panel: Panel) -> list[str]:
    """Return what the axes are of; the name of the upright one lies above it, to be read."""
    below = f'x="{(_LEFT + WIDTH - _RIGHT) / 2:g}" y="{HEIGHT - 8}" text-anchor="middle"'
    return [
        f'<text x="4" y="18">{escaped(panel.y_label)}</text>',
        f"<text {below}>{escaped(panel.x_label)}</text>",
    ]


def _stroke(look: Look) -> str:
    patterns = _DASHED if look.kind == "reference" else _LINES
    # colours and patterns go round at different paces: 36 curves differ in one of them
    dashes = patterns[(look.order + look.order // COLOURS) % len(patterns)]
    kind = "ref" if look.kind == "reference" else "sim"
    return f'class="{kind} c{look.colour}"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _line(curve: Curve, look: Look, across: Axis, up: Axis) -> str:
    parts = [_path(part) for part in _pieces(across.place(curve.x), up.place(curve.y))]
    return f'<path {_stroke(look)} d="{"".join(parts)}"/>'


def _points(curve: Curve, look: Look, across: Axis, up: Axis) -> str:
    x, y = across.place(curve.x), up.place(curve.y)
    known = np.isfinite(x) & np.isfinite(y)
    size = 3.2 if known.sum() <= 60 else 2.2 if known.sum() <= _MOST_POINTS else 1.4
    marks = dict.fromkeys(
        _marker(round(a, 1), round(b, 1), look.order, size)
        for a, b in zip(x[known].tolist(), y[known].tolist(), strict=True)
    )
    return f'<path class="seen c{look.colour}" d="{"".join(marks)}"/>'


def _band(band: Band, order: int, across: Axis, up: Axis) -> str:
    x = across.place(band.x)
    floor = np.full(x.shape, up.begin)
    low, high = up.place(band.low), up.place(band.high)
    # where a logarithmic axis has no place for the lower edge, the band goes down to its foot
    low = np.where(np.isfinite(low) | ~np.isfinite(high), low, floor)
    parts = []
    for upper in _pieces(x, np.where(np.isfinite(low), high, np.nan), thin=False):
        inside = (x >= upper[0, 0]) & (x <= upper[0, -1]) & np.isfinite(high) & np.isfinite(low)
        lower = np.stack([x[inside], low[inside]])[:, ::-1]
        parts.append(_path(_thinned(upper)) + "L" + _path(_thinned(lower))[1:] + "Z")
    return f'<path class="band b{order % COLOURS + 1}" d="{"".join(parts)}"/>'


def _pieces(x: Array, y: Array, *, thin: bool = True) -> list[Array]:
    """Return the stretches of a curve without gaps, each (2, n)."""
    known = np.isfinite(x) & np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    stretches = [np.stack([x[a:b], y[a:b]]) for a, b in edges.reshape(-1, 2).tolist()]
    return [_thinned(part) for part in stretches] if thin else stretches


def _thinned(line: Array) -> Array:
    """Leave out points without which a line looks the same (Douglas & Peucker 1973)."""
    keep = np.zeros(line.shape[1], dtype=np.bool_)
    keep[[0, -1]] = True
    spans = [(0, line.shape[1] - 1)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        start, way = line[:, a : a + 1], line[:, b] - line[:, a]
        length = math.hypot(*way.tolist())
        rest = line[:, a + 1 : b] - start
        off = np.hypot(*rest)
        if length > 0.0:
            off = np.abs(way[0] * rest[1] - way[1] * rest[0]) / length
        worst = int(np.argmax(off))
        if off[worst] > _FINE:
            keep[a + 1 + worst] = True
            spans += [(a, a + 1 + worst), (a + 1 + worst, b)]
    return line[:, keep]


def _path(line: Array) -> str:
    points = [f"{_coordinate(x)} {_coordinate(y)}" for x, y in line.T.tolist()]
    return "M" + "L".join(points if len(points) > 1 else points * 2)


def _marker(x: float, y: float, order: int, size: float) -> str:
    """Return the outline of a marker: circle, square, triangle, diamond, cross, in turn."""
    r = size
    c, s = _coordinate, order % 5
    if s == 0:
        return f"M{c(x - r)} {c(y)}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0"
    if s == 4:
        return f"M{c(x - r)} {c(y - r)}l{2 * r:g} {2 * r:g}m0 {-2 * r:g}l{-2 * r:g} {2 * r:g}"
    corners: Sequence[tuple[float, float]] = (
        ((-r, -r), (r, -r), (r, r), (-r, r)),
        ((0.0, -1.2 * r), (1.1 * r, r), (-1.1 * r, r)),
        ((0.0, -1.3 * r), (1.3 * r, 0.0), (0.0, 1.3 * r), (-1.3 * r, 0.0)),
    )[s - 1]
    return "M" + "L".join(f"{c(x + dx)} {c(y + dy)}" for dx, dy in corners) + "Z"


def _coordinate(value: float) -> str:
    """Return a coordinate to a tenth; far outside the drawing it is brought nearer."""
    limit = 20.0 * WIDTH
    text = f"{max(-limit, min(limit, value)):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def escaped(text: str) -> str:
    """Return text that a browser shows as it is; what it cannot show is written out."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in " ".join(text.split()))
    return html.escape(shown, quote=True)

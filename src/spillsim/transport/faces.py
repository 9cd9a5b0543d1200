"""Where along a path the faces of its cells lie."""

from __future__ import annotations

import numpy as np

from .arrays import BoolArray, FloatArray
from .paths import Path, Route
from .resolution import DISPERSION_NUMBER

CELLS_BEYOND_OUTLET = 8
"""Cells with which the last reach goes on below the outlet; what is in them counts as past it."""


def slow_spans(route: Route, path: Path, phase: float, step: float) -> list[tuple[int, int, int]]:
    """Stretches (first face, last face, cells) where cells must hold several steps.

    Faces are counted in steps from ``theta = phase``. A stretch ends on faces, so that the
    travel time through it stays a whole number of steps.
    """
    flow = route.flow
    spans: list[tuple[int, int, int]] = []
    own = path.reaches
    units = flow.dispersion_coefficient[own] / (flow.velocity[own] ** 2 * step)
    for j in np.flatnonzero(units > DISPERSION_NUMBER).tolist():
        unit = units[j]
        first = round((max(path.theta[j], path.top) - phase) / step)
        last = round((path.theta[j + 1] - phase) / step)
        steps = last - first
        cells = max(int(steps * np.sqrt(DISPERSION_NUMBER / unit)), min(steps, 4))
        if 0 < cells < steps:
            spans.append((first, last, cells))
    return spans


def place_faces(
    route: Route, path: Path, end: float, phase: float, step: float
) -> tuple[FloatArray, BoolArray]:
    """Coordinates of the faces of a path from its top to ``end`` and which cells are slow.

    The path to the outlet goes on for some cells, so that the outlet is no wall for dispersion.
    """
    first = int(np.floor((path.top - phase) / step + 1e-6))
    last = max(round((end - phase) / step), first + 1)
    theta: list[FloatArray] = []
    slow: list[BoolArray] = []
    at = first
    for begin, until, cells in [*slow_spans(route, path, phase, step), (last, last, 0)]:
        a, b = max(begin, at), min(until, last)
        if a > at:
            theta.append(np.asarray(phase + step * np.arange(at, a), dtype=np.float64))
            slow.append(np.zeros(a - at, dtype=np.bool_))
        if b > a:
            theta.append(np.asarray(phase + step * np.linspace(a, b, cells, endpoint=False)))
            slow.append(np.full(cells, cells < b - a))
        at = max(at, b)
    beyond = 0 if path.joins >= 0 else CELLS_BEYOND_OUTLET
    length = step if not slow[-1][-1] else float(phase + step * last - theta[-1][-1])
    theta.append(np.asarray(phase + step * last + length * np.arange(beyond + 1)))
    slow.append(np.full(beyond, slow[-1][-1]))
    return np.concatenate(theta), np.concatenate(slow)

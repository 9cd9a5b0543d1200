"""Axes of the diagrams: where values lie, which of them are marked and how."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .case import Array, Panel

_MARGIN = 0.04
"""Room between the outermost values and the frame, as a share of the axis."""
_DECADES = 6.0
"""Decades below the highest value from which computed tails on a logarithmic axis are left out."""


@dataclass(frozen=True)
class Axis:
    """One axis: the values at its ends, and where they lie in the drawing."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def place(self, values: Array) -> Array:
        """Return where values lie; NaN for those that a logarithmic axis does not have."""
        values, low, high = np.asarray(values, dtype=np.float64), self.low, self.high
        if self.log:
            positive = np.where(values > 0.0, values, np.nan)
            values, low, high = np.log10(positive), math.log10(low), math.log10(high)
        return self.begin + (values - low) / (high - low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        """Return the values that are marked: round ones."""
        return _decades(self.low, self.high) if self.log else _round_steps(self.low, self.high)


def axes_of(
    panel: Panel, across: tuple[float, float], up: tuple[float, float]
) -> tuple[Axis, Axis]:
    """Return both axes of a diagram, wide enough for all that is drawn.

    across, up : where the axes begin and end in the drawing
    """
    xs = [curve.x for curve in panel.curves] + [band.x for band in panel.bands]
    ys = [curve.y for curve in panel.curves]
    ys += [values for band in panel.bands for values in (band.low, band.high)]
    seen = [curve.y for curve in panel.curves if curve.kind == "observed"]
    return (
        _spanned(xs, [], panel.x_log, across, zero=False),
        _spanned(ys, seen, panel.y_log, up, zero=True),
    )


def _spanned(
    arrays: Sequence[Array], seen: Sequence[Array], log: bool, ends: tuple[float, float],
    *, zero: bool,
) -> Axis:  # fmt: skip
    values = _known(arrays, positive=log)
    low, high = (float(values.min()), float(values.max())) if values.size else (1.0, 10.0)
    if log:
        observed = _known(seen, positive=True)
        lowest = float(observed.min()) if observed.size else math.inf
        if zero:
            low = min(max(low, high / 10.0**_DECADES), lowest)
        if high < low * 1.2:
            low, high = low / 2.0, high * 2.0
        spare = (high / low) ** _MARGIN
        return Axis(low / spare, high * spare, *ends, log=True)
    if zero and 0.0 < low < 0.4 * high:
        low = 0.0
    if high - low <= 1e-12 * max(abs(high), abs(low)):
        room = 0.5 * abs(high) or 1.0
        low, high = low - room, high + room
    spare = _MARGIN * (high - low)
    return Axis(low if low == 0.0 else low - spare, high + spare, *ends)


def _known(arrays: Sequence[Array], *, positive: bool) -> Array:
    parts = [np.asarray(values, dtype=np.float64).ravel() for values in arrays]
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.isfinite(values)]
    return values[values > 0.0] if positive else values


def _round_steps(low: float, high: float) -> list[float]:
    rough = (high - low) / 5.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1.0, 2.0, 5.0) if m * power >= rough), 10.0 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{n * step:.12g}") for n in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, (last - first) // 6)
    found = [float(f"1e{n}") for n in range(first, last + 1) if n % every == 0]
    found = [value for value in found if low <= value <= high]
    for multiples in ((1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)):
        if len(found) >= 3:
            break
        found = [float(f"{m:g}e{n}") for n in range(first, last + 1) for m in multiples]
        found = [value for value in found if low <= value <= high]
    return found

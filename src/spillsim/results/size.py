"""How large a result will be, told before the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..outcome import PARTS
from .contracts import ModelLike, constituents

_OVERHEAD = 125_000
"""An all but empty result: names, attributes, provenance [bytes]."""
_KEPT_SINGLE = 0.70
"""Deflated share of single-precision values that are not zero; smooth curves keep 0.5 to 0.75."""
_KEPT_SUM = 0.55
"""The same for running sums, which stand still before and after the spill."""
_KEPT_DOUBLE = 0.70
_LEDGER_PARTS = 7
_MOVING_LEDGER_PARTS = 4
"""Parts that change all the time; the others are zero, constant or round-off."""
_MOVING_PARTS_OF_POOLS = 4
"""What a run with pools adds to them: dissolved, suspended, on the bed, and one way of loss."""
_COMPARTMENTS = 8
"""Arrays of cells by compartment at the end of a run with pools."""
_BYTES_PER_CELL = 36.0
"""Geometry and distances of a cell, deflated [bytes]."""
_BYTES_PER_CELL_AND_SUBSTANCE = 9.0
_BYTES_PER_REACH = 25 * 8.0
_BYTES_PER_TIME = 2.0
_MASS_ARRAYS = 4
"""Arrays of cells that the march keeps at once, besides what it hands over."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Counts that set the size of a result."""

    substances: int
    stations: int
    times: int
    cells: int
    reaches: int
    field_times: int = 0
    parts: int = 0
    """Parts of every curve that are told besides the whole: dissolved and suspended, or none."""
    active_share: float = 0.7
    """Share of the run in which a station sees the substance."""
    active_field_share: float = 0.3
    """Share of the field's values (cells by times) that hold any."""
    ledger_times: int = 200
    text_bytes: int = 0
    """Scenario text and the like."""


def extent_of(model: ModelLike, times: int, cells: int, field_times: int = 0) -> Extent:
    """Return the counts of a model's result.

    A station is taken to see the substance for as long as the release lasts, and sixteen standard
    deviations of what dispersion makes of it on the way, but no longer than from nine tenths of
    the time of travel to the end of the run; one that no release reaches never does.
    """
    scenario = model.scenario
    duration = float(scenario.case.duration)
    travel = np.array([place.travel_time for place in model.stations], dtype=np.float64)
    spread = np.array([place.spread for place in model.stations], dtype=np.float64)
    lasting = max((_lasting(r, duration) for r in scenario.releases), default=0.0)
    known = np.isfinite(travel)
    passage = lasting + 16.0 * np.where(known, spread, 0.0)
    left = duration - 0.9 * np.where(known, travel, duration)
    seen = np.where(known, np.minimum(passage, left) / duration, 0.0)
    files = scenario.files
    return Extent(
        substances=len(constituents(scenario)),
        stations=len(model.stations),
        times=times,
        cells=cells,
        reaches=len(model.network.reach_id),
        field_times=field_times,
        parts=len(PARTS) if getattr(scenario, "has_pools", False) else 0,
        active_share=float(np.maximum(seen, 0.0).mean()) if seen.size else 0.0,
        text_bytes=sum(len(f.text.encode()) for f in files if f.name.endswith((".toml", ".json"))),
    )


def _lasting(release: Any, duration: float) -> float:
    """Return how long a release lasts, to the end of the run where it says nothing [s]."""
    lasting = getattr(release, "duration", 0.0)
    return duration - float(release.start) if lasting is None else float(lasting)


def estimate_size(extent: Extent) -> int:
    """Return the size of the result file [bytes], good to about 30 %.

    Deflate makes little of zeros, so what counts is the share of values that are not zero.
    """
    curve = extent.substances * extent.stations * extent.times
    field = extent.substances * extent.field_times * extent.cells
    ledger = extent.substances * extent.ledger_times
    found = _OVERHEAD + extent.text_bytes + _BYTES_PER_REACH * extent.reaches
    has_parts = extent.parts > 0
    found += 4.0 * curve * extent.active_share * (_KEPT_SINGLE * (1 + extent.parts) + _KEPT_SUM)
    found += 4.0 * field * extent.active_field_share * _KEPT_SINGLE * (1 + has_parts)
    moving = _MOVING_LEDGER_PARTS + (_MOVING_PARTS_OF_POOLS if has_parts else 0)
    found += 8.0 * ledger * moving * _KEPT_DOUBLE + _BYTES_PER_TIME * extent.times
    per_cell = _BYTES_PER_CELL_AND_SUBSTANCE + (4.0 if has_parts else 0.0)
    found += (_BYTES_PER_CELL + per_cell * extent.substances) * extent.cells
    return int(found)


def estimate_memory(extent: Extent) -> int:
    """Return the memory that run and dataset need together [bytes], besides the libraries.

    Everything is double precision in memory; the dataset holds its own copy in the user's units.
    """
    curve = (2 + extent.parts) * extent.substances * extent.stations * extent.times
    field = (1 + (extent.parts > 0)) * extent.substances * extent.field_times * extent.cells
    ledger = _LEDGER_PARTS * extent.substances * extent.ledger_times
    arrays = _MASS_ARRAYS + 2 + (_COMPARTMENTS if extent.parts else 0)
    cells = arrays * extent.substances * extent.cells + 12 * extent.cells
    return 8 * (2 * (curve + field + ledger + extent.times) + cells + 25 * extent.reaches)

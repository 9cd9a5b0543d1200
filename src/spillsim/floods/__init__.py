"""Where floods come from: how often they occur, their shape, rain on snow, landslide dams."""

from __future__ import annotations

from .frequency import (
    CONFIDENCE,
    DISTRIBUTIONS,
    LEAST_YEARS,
    REPLICATES,
    SEED,
    FloodFrequency,
    analyse,
    doubts,
    plotting_positions,
)
from .l_moments import MissingScipyError, UnfitError
from .landslide_dam import breach_outflow, breach_peak, breach_peak_range, filling_time
from .rain_on_snow import RAIN_HEAT, Runoff, Snow, Weather, direct_runoff, melt_rate
from .shapes import (
    SCS_RECESSION,
    SCS_SHAPE,
    gamma_hydrograph,
    gamma_shape,
    scaled,
    triangular_hydrograph,
    triangular_recession,
    volume_above,
)

__all__ = [
    "CONFIDENCE",
    "DISTRIBUTIONS",
    "LEAST_YEARS",
    "RAIN_HEAT",
    "REPLICATES",
    "SCS_RECESSION",
    "SCS_SHAPE",
    "SEED",
    "FloodFrequency",
    "MissingScipyError",
    "Runoff",
    "Snow",
    "UnfitError",
    "Weather",
    "analyse",
    "breach_outflow",
    "breach_peak",
    "breach_peak_range",
    "direct_runoff",
    "doubts",
    "filling_time",
    "gamma_hydrograph",
    "gamma_shape",
    "melt_rate",
    "plotting_positions",
    "scaled",
    "triangular_hydrograph",
    "triangular_recession",
    "volume_above",
]

"""From a tailings facility and its failure to what comes to the river, with its range."""

from __future__ import annotations

from .cda import BreachBalance, breach_case
from .estimate import estimate_release
from .facility import MODES, Facility, Failure, SizeClass
from .hydrographs import SHAPES, outflow, shape_points
from .release import FacilityRelease, MethodResult, Outcome, ReleaseEstimate, rank
from .spread import LogMixture, Spread, latin_hypercube

__all__ = [
    "MODES",
    "SHAPES",
    "BreachBalance",
    "Facility",
    "FacilityRelease",
    "Failure",
    "LogMixture",
    "MethodResult",
    "Outcome",
    "ReleaseEstimate",
    "SizeClass",
    "Spread",
    "breach_case",
    "estimate_release",
    "latin_hypercube",
    "outflow",
    "rank",
    "shape_points",
]

"""Small rivers for the tests of the engine: plain numbers in SI to a finished run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spillsim import scenario
from spillsim.model import Model, assemble
from spillsim.simulation import Run, simulate
from spillsim.validation.rivers import (
    Array,
    Row,
    at,
    error,
    inlet,
    mean_time,
    pulse,
    reach,
    river,
    slope,
    slug,
    variance,
)

__all__ = [
    "Array",
    "Row",
    "Solved",
    "at",
    "error",
    "inlet",
    "mean_time",
    "pulse",
    "reach",
    "river",
    "slope",
    "slug",
    "solve",
    "variance",
]


@dataclass(frozen=True)
class Solved:
    """A run and the model it came from."""

    model: Model
    run: Run

    def curve(self, station: int = 0, substance: int = 0) -> Array:
        """Resident concentration at a station [kg/m3]."""
        return np.asarray(self.run.concentration[substance, station])

    @property
    def time(self) -> Array:
        return self.run.output_time

    @property
    def step(self) -> float:
        return self.model.time_step


def solve(*arguments: Any, **numerics: Any) -> Solved:
    """Build a river, run it, and check what holds for every run: mass and no negative value."""
    limiter = numerics.get("limiter", "positive")
    model = assemble(scenario.parse(river(*arguments, **numerics), None))
    run = simulate(model)
    assert run.mass_error <= 1e-12
    if limiter != "none":
        assert run.concentration.min() >= 0.0
    return Solved(model, run)

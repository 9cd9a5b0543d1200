"""What enters the river, where and when, as mass over time; knows no cells."""

from __future__ import annotations

from .carried import carry_inlets
from .compile import CompiledRelease, compile_releases, decay_rates
from .schedule import InletSchedule, RateSchedule, Schedule, SlugSchedule
from .uptake import AT_ONCE, coefficient_of, sediment_within

__all__ = [
    "AT_ONCE",
    "CompiledRelease",
    "InletSchedule",
    "RateSchedule",
    "Schedule",
    "SlugSchedule",
    "carry_inlets",
    "coefficient_of",
    "compile_releases",
    "decay_rates",
    "sediment_within",
]

"""What enters the river, where and when, as mass over time; knows no cells."""

from __future__ import annotations

from .carried import carry_inlets
from .compile import CompiledRelease, compile_releases, decay_rates
from .schedule import InletSchedule, RateSchedule, Schedule, SlugSchedule, scaled

__all__ = [
    "CompiledRelease",
    "InletSchedule",
    "RateSchedule",
    "Schedule",
    "SlugSchedule",
    "carry_inlets",
    "compile_releases",
    "decay_rates",
    "scaled",
]

"""Many simulations of one case, and what they say together."""

from __future__ import annotations

from .conditions import ConditionError, Given, given
from .ensemble import Asked, Outcome, run_ensemble
from .forecast import Forecast
from .groups import Members
from .summary import summarize

__all__ = [
    "Asked",
    "ConditionError",
    "Forecast",
    "Given",
    "Members",
    "Outcome",
    "given",
    "run_ensemble",
    "summarize",
]

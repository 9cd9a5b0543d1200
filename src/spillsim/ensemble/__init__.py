"""Many simulations of one case, and what they say together."""

from __future__ import annotations

import sys

from .conditions import ConditionError, Given, given
from .ensemble import Asked, Outcome, run_ensemble
from .entry import CallableRoom
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

sys.modules[__name__].__class__ = CallableRoom

"""Many simulations of one case, and what they say together."""

from __future__ import annotations

from .ensemble import Asked, Outcome, run_ensemble
from .forecast import Forecast
from .summary import Members, summarize

__all__ = ["Asked", "Forecast", "Members", "Outcome", "run_ensemble", "summarize"]

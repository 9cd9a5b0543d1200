"""Many simulations of one case, and what they say together."""

from __future__ import annotations

from .ensemble import Asked, Outcome, run_ensemble
from .summary import Members, summarize

__all__ = ["Asked", "Members", "Outcome", "run_ensemble", "summarize"]

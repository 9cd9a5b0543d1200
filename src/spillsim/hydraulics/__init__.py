"""Steady discharge and reach hydraulics on the network; knows no substances."""

from __future__ import annotations

from .columns import METHODS
from .discharge import Balance, Closure, add_inflow, balance
from .flow import SteadyFlow
from .mixing import mixing_distance, mixing_length, mixing_notices
from .release_water import release_inflow
from .solve import solve
from .summary import estimated_quantities

__all__ = [
    "METHODS",
    "Balance",
    "Closure",
    "SteadyFlow",
    "add_inflow",
    "balance",
    "estimated_quantities",
    "mixing_distance",
    "mixing_length",
    "mixing_notices",
    "release_inflow",
    "solve",
]

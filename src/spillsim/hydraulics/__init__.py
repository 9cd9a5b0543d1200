"""Discharge and reach hydraulics on the network; knows no substances."""

from __future__ import annotations

from .columns import METHODS
from .discharge import Balance, Closure, add_inflow, balance
from .flow import SteadyFlow
from .meeting import discharges_met
from .mixing import mixing_distance, mixing_length, mixing_notices
from .over_time import as_varying
from .release_water import release_inflow
from .solve import solve, solve_met, solve_over_time
from .summary import estimated_quantities
from .triggered import Triggered, trigger_flow
from .varying import VaryingFlow
from .water_ledger import WaterLedger

__all__ = [
    "METHODS",
    "Balance",
    "Closure",
    "SteadyFlow",
    "Triggered",
    "VaryingFlow",
    "WaterLedger",
    "add_inflow",
    "as_varying",
    "balance",
    "discharges_met",
    "estimated_quantities",
    "mixing_distance",
    "mixing_length",
    "mixing_notices",
    "release_inflow",
    "solve",
    "solve_met",
    "solve_over_time",
    "trigger_flow",
]

"""What constituents consist of and how their parts turn into each other: rates per reach.

A constituent is a substance or a size class of solids. ``build_pools`` says what it consists of,
``build_kinetics`` how fast these pools exchange in every reach, ``gather_*`` adds them up again.
"""

from __future__ import annotations

from .flows import flows_met
from .gather import gather_ledger, gather_left, is_dissolved, is_suspended, sum_fixed, sum_mobile
from .pools import Pool, Pools, build_pools, carrier_of, reasons_for_pools
from .rates import build_kinetics
from .told import constituent_notices, plain_notices

__all__ = [
    "Pool",
    "Pools",
    "build_kinetics",
    "build_pools",
    "carrier_of",
    "constituent_notices",
    "flows_met",
    "gather_ledger",
    "gather_left",
    "is_dissolved",
    "is_suspended",
    "plain_notices",
    "reasons_for_pools",
    "sum_fixed",
    "sum_mobile",
]

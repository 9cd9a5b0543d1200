"""Marching where flow changes, on any network: remap in volume coordinates at any Courant number.

``build`` lays cells and water out, ``march`` marches all substances through them at once.
"""

from .build import Plan, build
from .graph import Reaches
from .march import Background, March, march
from .medium import Substance
from .tables import DrainedError

__all__ = ["Background", "DrainedError", "March", "Plan", "Reaches", "Substance", "build", "march"]

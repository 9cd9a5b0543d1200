"""Packages of others that solve the standard tasks, each in its own file and only if installed.

``PACKAGES`` names them all; `interface.seek` finds the coarsest resolution that meets a target.
"""

from __future__ import annotations

from .epanet import EPANET
from .fipy_river import FIPY
from .interface import Outcome, OutOfTimeError, Package, Solution, seek
from .pde_river import PY_PDE
from .scipy_lines import SCIPY
from .swmm import SWMM

PACKAGES: dict[str, Package] = {
    package.distribution: package for package in (SCIPY, PY_PDE, FIPY, SWMM, EPANET)
}

__all__ = ["PACKAGES", "OutOfTimeError", "Outcome", "Package", "Solution", "seek"]

"""Simulate accidental pollution of rivers: when it arrives, how high it peaks, how long it lasts.

This file is the public list only. Names are looked up when first used, so that
``import spillsim`` is instant and loads nothing else.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = [
    "Fault",
    "Model",
    "Notice",
    "OutputError",
    "Run",
    "Scenario",
    "ScenarioError",
    "SimulationError",
    "SpillsimError",
    "__version__",
    "analysis",
    "analytic",
    "assemble",
    "batch",
    "compare",
    "ensemble",
    "formulas",
    "load",
    "open",
    "plots",
    "reach_map",
    "results",
    "run",
    "sampling",
    "scenario",
    "simulate",
    "superpose",
    "tailings",
    "unit_response",
]

# Type checkers take a variable of this name as true; importing `typing` would cost more than
# everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import analysis, analytic, formulas, plots, results, sampling, scenario, tailings
    from .api import compare, load, open, reach_map, run, superpose, unit_response
    from .batches import batch
    from .ensembles.entry import ensemble
    from .errors import (
        Fault,
        Notice,
        OutputError,
        ScenarioError,
        SimulationError,
        SpillsimError,
    )
    from .model import Model, assemble
    from .scenario import Scenario
    from .simulation import Run, simulate
else:
    # Room that owns each name; a room's own name stands for the room itself.
    _OWNER = {
        "Fault": "errors",
        "Model": "model",
        "Notice": "errors",
        "OutputError": "errors",
        "Run": "simulation",
        "Scenario": "scenario",
        "ScenarioError": "errors",
        "SimulationError": "errors",
        "SpillsimError": "errors",
        "analysis": "analysis",
        "analytic": "analytic",
        "assemble": "model",
        "batch": "batches",
        "compare": "api",
        "ensemble": "ensembles.entry",
        "formulas": "formulas",
        "load": "api",
        "open": "api",
        "plots": "plots",
        "reach_map": "api",
        "results": "results",
        "run": "api",
        "sampling": "sampling",
        "scenario": "scenario",
        "simulate": "simulation",
        "superpose": "api",
        "tailings": "tailings",
        "unit_response": "api",
    }

    def __getattr__(name):
        if name not in _OWNER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        room = import_module(f".{_OWNER[name]}", __name__)
        value = room if name == _OWNER[name] else getattr(room, name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted(__all__)

"""The error a run achieved: measured after it, not taken from the rule that chose the step."""

from .reference import Reference, exact_reference, half_step_reference
from .target import measured, next_step, simulate_to_target

__all__ = [
    "Reference",
    "exact_reference",
    "half_step_reference",
    "measured",
    "next_step",
    "simulate_to_target",
]

"""All cases, in the order in which they are told."""

from __future__ import annotations

from importlib import import_module

from .case import Case

_MODULES: tuple[str, ...] = (
    "quick",
    "exact",
    "conserved",
    "network_exact",
    "otis_decay",
    "uvas",
    "huey",
    "st_kevin",
    "tracer_blind",
    "tracer_calibrated",
    "tracer_formulas",
    "jobson_envelope",
    "accident_baia_mare",
    "accident_songhua",
    "accident_luming",
    "accident_timing",
)
"""Modules of this room with ``CASES``, loaded when the pack is asked for."""


def cases() -> tuple[Case, ...]:
    """Every case of the pack."""
    found: list[Case] = []
    for name in _MODULES:
        found += import_module(f".{name}", __package__).CASES
    return tuple(found)

"""A release as plain numbers for other programs, in SI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..tailings.release import FacilityRelease, ReleaseEstimate
from ..tailings.spread import Array

_MEMBERS = ("p5", "median", "p95")


def facts(estimate: ReleaseEstimate) -> dict[str, Any]:
    """Everything ``spillsim source --json`` tells; volumes in m3, masses in kg, times in s."""
    outcome, facility = estimate.outcome, estimate.facility

    def spread(values: Array) -> dict[str, float]:
        low, middle, high = estimate.quantiles(values)
        return {"p5": low, "median": middle, "p95": high}

    def spreads(group: Mapping[str, Array]) -> dict[str, dict[str, float]]:
        return {name: spread(values) for name, values in group.items()}

    bound = {name: outcome.bound_in_all(name) for name, _ in outcome.bound}
    return {
        "facility": facility.name,
        "mode": facility.failure.mode,
        "cda_case": estimate.case or None,
        "samples": facility.samples,
        "seed": facility.seed,
        "released_volume_m3": spread(outcome.released),
        "pond_water_m3": spread(outcome.parts.pond_water),
        "pore_water_m3": spread(outcome.parts.pore_water),
        "solids_kg": spread(outcome.parts.solids),
        "peak_outflow_m3_per_s": spread(outcome.peak_outflow),
        "formation_time_s": spread(outcome.formation_time),
        "duration_s": spread(outcome.duration),
        "run_out_m": spread(outcome.run_out),
        "share_of_solids_to_river": spread(outcome.share_to_river),
        "to_river": {
            "volume_m3": spread(outcome.at_river.volume),
            "water_m3": spread(outcome.at_river.water),
            "peak_m3_per_s": spread(outcome.peak_at_river),
            "solids_kg": spreads(outcome.solids),
            "dissolved_kg": spreads(outcome.dissolved),
            "bound_kg": spreads(bound),
        },
        "members": {name: _member(estimate.at(name)) for name in _MEMBERS},
        "methods": [vars(method) for method in estimate.methods],
        "assumed": [n.message for n in estimate.notices if n.subject == "assumed"],
        "notices": [
            {"subject": n.subject, "message": n.message}
            for n in estimate.notices
            if n.subject != "assumed"
        ],
    }


def _member(release: FacilityRelease) -> dict[str, Any]:
    """One release that agrees with itself."""
    return {
        "time_s": release.time.tolist(),
        "discharge_m3_per_s": release.discharge.tolist(),
        "water_m3": release.water,
        "solids_kg": dict(release.solids),
        "dissolved_kg": dict(release.dissolved),
        "bound_kg": {f"{name} on {grains}": m for (name, grains), m in release.bound.items()},
    }

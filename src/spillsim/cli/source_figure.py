"""From the estimate of a release to what its figure shows."""

from __future__ import annotations

import numpy as np

from ..plots.release_figure import Line, Range, ReleasePicture
from ..tailings.release import ReleaseEstimate

_POINTS = 240
_MEMBERS = (("p5", "5 %"), ("median", "median"), ("p95", "95 %"))
_TONNE = 1000.0


def drawn(estimate: ReleaseEstimate, version: str) -> ReleasePicture:
    """Outflow with its band, parts of the median release, ranges of masses."""
    facility, outcome = estimate.facility, estimate.outcome
    members = [(label, estimate.at(name)) for name, label in _MEMBERS]
    if np.ptp(outcome.released) == 0.0:
        members = members[1:2]  # the volume is certain: they are all the same
    longest = max(float(one.time[-1]) for _, one in members)
    time = np.linspace(0.0, longest, _POINTS)
    middle = estimate.member("median").at_river
    solids = {name: mass[0] / middle.solids_density[0] for name, mass in
              estimate.member("median").solids.items()}  # fmt: skip
    parts = {
        "pond water": float(middle.pond_water[0]),
        "water between grains": float(middle.pore_water[0]),
        **{name: float(volume) for name, volume in solids.items()},
    }
    ranges = [
        Range(f"{name}", *_tonnes(estimate, values), dissolved=True)
        for name, values in outcome.dissolved.items()
    ]
    for name in dict.fromkeys(name for name, _ in outcome.bound):
        values = outcome.bound_in_all(name)
        ranges.append(Range(name, *_tonnes(estimate, values), dissolved=False))
    case = f", case {estimate.case} of CDA (2021)" if estimate.case else ""
    low, _, high = estimate.quantiles(outcome.at_river.volume)
    told = f"{low / 1e6:.3g} to {high / 1e6:.3g} million m³" if high > low else (
        f"{high / 1e6:.3g} million m³"
    )  # fmt: skip
    return ReleasePicture(
        time,
        estimate.band(time),
        tuple(Line(label, one.time, one.discharge) for label, one in members),
        {name: volume for name, volume in parts.items() if volume > 0.0},
        tuple(one for one in ranges if one.high > 0.0),
        f"What comes to the river: {facility.name}",
        f"{facility.failure.mode.replace('_', ' ')}{case}; {told} of water and solids "
        "(5 to 95 %)" if high > low else f"{facility.failure.mode.replace('_', ' ')}{case}; "
        f"{told} of water and solids",
        f"spillsim {version}; {facility.samples:,} samples, seed {facility.seed}; every range "
        "stands by itself, lines are single releases by the rank of their volume",
    )  # fmt: skip


def _tonnes(estimate: ReleaseEstimate, values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = estimate.quantiles(values)
    return low / _TONNE, middle / _TONNE, high / _TONNE

"""Releases without a breach, with the range of their composition."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import Notice
from . import water_modes
from .chemistry import bound_masses, dissolved_masses, solids_by_class, uncertain_names
from .composition import Parts, split_slurry
from .facility import Facility
from .release import Outcome, ReleaseEstimate
from .spread import Array, latin_hypercube
from .water_modes import WaterRelease

_NAMES = ("solids density", "solids fraction")
DAY = 86_400.0
SEEPAGE_LASTS = 365.0 * DAY


def estimate_without_breach(facility: Facility) -> ReleaseEstimate:
    """What flows out of a pond, a pipe or the ground; the volume itself is certain.

    Raises ValueError where nothing flows out, more than is stored, or the mode is unknown.
    """
    water = _water(facility)
    if not water.volume > 0.0:
        raise ValueError("nothing flows out")
    names = [*_NAMES, *uncertain_names(facility)]
    draws = latin_hypercube(facility.samples, names, facility.seed)

    def member(probability: float) -> Outcome:
        del probability  # the volume is certain; the rest is at its median
        return _outcome(facility, water, {name: np.full(1, 0.5) for name in names})

    def shape(one: Outcome, case: int) -> tuple[Array, Array]:
        share = float(one.at_river.volume[case]) / water.volume
        return water.time, water.discharge * share

    outcome = _outcome(facility, water, draws)
    return ReleaseEstimate(
        facility, "", outcome, (), tuple(_notices(facility, water)), member, shape
    )


def _water(facility: Facility) -> WaterRelease:
    failure = facility.failure
    if failure.mode in ("overtopping", "process_water") and failure.released_volume is not None:
        stored = facility.pond_volume + failure.inflow_volume
        if failure.released_volume > stored:
            raise ValueError(
                f"released_volume {failure.released_volume:.4g} m3 is more than the pond holds, "
                f"{stored:.4g} m3"
            )
    if failure.mode == "overtopping":
        if water_modes.spilled_volume(failure.inflow_volume, failure.free_storage) == 0.0:
            raise ValueError(
                f"nothing spills: inflow_volume {failure.inflow_volume:.4g} m3 fits into "
                f"free_storage {failure.free_storage:.4g} m3"
            )
        return water_modes.overtopping(facility)
    if failure.mode == "decant_failure":
        if not failure.head > 0.0 or not failure.pipe_diameter > 0.0:
            raise ValueError("a head and a pipe_diameter above zero are needed")
        if not facility.pond_volume > 0.0:
            raise ValueError("pond_volume must be above zero: there is nothing to flow out")
        return water_modes.decant_failure(facility)
    if failure.mode == "pipeline_rupture":
        return water_modes.pipeline_rupture(failure)
    if failure.mode == "process_water":
        if not (failure.released_volume or facility.pond_volume) > 0.0:
            raise ValueError("a pond_volume or a released_volume above zero is needed")
        return water_modes.process_water(facility)
    if failure.mode == "seepage":
        return water_modes.seepage(failure, SEEPAGE_LASTS)
    raise ValueError(f"there is no mode {failure.mode!r}")


def _outcome(facility: Facility, water: WaterRelease, draws: Mapping[str, Array]) -> Outcome:
    failure = facility.failure
    count = draws["solids density"].size
    volume = np.full(count, water.volume)
    grains = facility.solids_density.quantile(draws["solids density"])
    fraction = np.zeros(count)
    if failure.solids_fraction is not None:
        fraction = failure.solids_fraction.quantile(draws["solids fraction"])
    parts = split_slurry(volume, fraction, grains)
    share = np.full(count, 1.0 if failure.reaches_river is None else failure.reaches_river)
    arrived = Parts(parts.pond_water, parts.pore_water, parts.solids * share, grains)
    peak = float(np.max(water.discharge))
    zero = np.zeros(count)
    return Outcome(
        volume, parts, arrived, np.full(count, peak), zero,
        np.full(count, float(water.time[-1])), zero, share,
        solids_by_class(facility, arrived.solids),
        dissolved_masses(facility, arrived, draws, water.dilution),
        bound_masses(facility, arrived.solids, draws),
        zero,
    )  # fmt: skip


def _notices(facility: Facility, water: WaterRelease) -> list[Notice]:
    found = [Notice("assumed", text) for text in facility.assumed]
    failure = facility.failure
    if water.dilution < 1.0:
        text = (
            f"the flood mixes with the pond evenly: {water.dilution:.0%} of what spills is pond "
            "water (own judgement); what the flood itself carries is left out"
        )
        found.append(Notice("pond water", text))
    if failure.mode == "decant_failure":
        text = (
            f"the pond empties through the pipe as one of even area: {water.volume:.4g} of "
            f"{facility.pond_volume:.4g} m3"
        )
        found.append(Notice("pond water", text))
    if failure.mode == "seepage" and failure.duration is None:
        found.append(Notice("seepage", "volumes and masses are those of 365 days"))
    return found

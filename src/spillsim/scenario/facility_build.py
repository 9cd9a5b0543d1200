"""From sound sections to a facility; what nobody said is filled in and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..tailings.facility import Facility, Failure, SizeClass
from ..tailings.spread import Spread
from ..tailings.water_modes import OVERTOPPING_LASTS, PROCESS_WATER_LASTS
from .facility_checks import Facts
from .facility_sections import (
    Composition,
    FacilityInfo,
    Overtopping,
    PipelineRupture,
    ProcessWater,
    SizeClassSection,
    TailingsBreach,
    Uncertainty,
)


def build(
    facts: Facts,
    composition: Composition,
    classes: tuple[SizeClassSection, ...],
    uncertainty: Uncertainty,
) -> Facility:
    """Make the facility of its sections and its material."""
    info, failure, made = facts.info, facts.failure, facts.material
    own = tuple(SizeClass(one.name, one.share, one.diameter, one.enrichment) for one in classes)
    grains = own or made.size_classes
    properties = dict(made.properties)
    for key in ("dry_density", "solids_density"):
        given = getattr(info, key)
        if given is not None:
            properties[key] = given
    water = {**made.water, **composition.water}
    solids = {**made.solids, **composition.solids}
    how = _failure(facts, properties)
    facility = Facility(
        name=info.name,
        failure=how,
        material=info.material or "",
        stored_volume=info.stored_volume or 0.0,
        pond_volume=info.pond_volume or 0.0,
        dam_height=info.dam_height or 0.0,
        dry_density=properties["dry_density"],
        solids_density=properties["solids_density"],
        saturation=info.saturation,
        distance_to_river=info.distance_to_river,
        size_classes=grains,
        water=water,
        pore_water=composition.pore_water,
        solids=solids,
        samples=uncertainty.samples,
        seed=uncertainty.seed,
    )
    told = [*_assumed(info, failure), *_recalled(facility)]
    return Facility(**{**vars(facility), "assumed": tuple(told)})


def _failure(facts: Facts, properties: Mapping[str, Spread]) -> Failure:
    """The failure with the names of the tailings room."""
    given: dict[str, Any] = {
        key: getattr(facts.failure, key)
        for key in type(facts.failure).model_fields
        if getattr(facts.failure, key) is not None
    }
    mode = given["mode"]
    if mode == "seepage":
        given["seepage_rate"] = given.pop("rate")
    if mode == "tailings_breach":
        given.setdefault("erosion_ratio", properties["erosion_ratio"])
    if mode == "pipeline_rupture":
        given.setdefault("solids_fraction", properties["slurry_solids"])
    return Failure(**given)


def _assumed(info: FacilityInfo, failure: object) -> list[str]:
    """What the estimate rests on although nobody said it."""
    told = []
    if isinstance(failure, TailingsBreach):
        if failure.liquefiable is None:
            told.append("the tailings may liquefy (liquefiable)")
        if info.pond_volume is None:
            told.append("there is no pond (pond_volume)")
        if failure.erodibility is None and failure.duration is None:
            told.append("the dam erodes to a medium degree (erodibility)")
        if failure.breach_height is None and failure.duration is None:
            told.append("the breach reaches the foot of the dam (breach_height)")
    if isinstance(failure, Overtopping | ProcessWater) and failure.duration is None:
        lasts = OVERTOPPING_LASTS if isinstance(failure, Overtopping) else PROCESS_WATER_LASTS
        told.append(f"it flows for {lasts / 3600.0:g} h (duration)")
    if isinstance(failure, PipelineRupture) and failure.drain_volume is None:
        told.append("nothing runs back out of the pipe (drain_volume)")
    return told


def _recalled(facility: Facility) -> list[str]:
    """Rows of the library without a source that are used."""
    breach = facility.failure.mode == "tailings_breach"
    groups: list[tuple[str, Mapping[str, Spread]]] = [
        ("water", facility.water),
        ("solids", facility.solids if _has_solids(facility) else {}),
    ]
    parts = []
    for name, group in groups:
        found = [key for key, value in group.items() if value.quality == "recalled"]
        if found:
            parts.append(f"{', '.join(found)} in the {name}")
    found = ["dry_density"] * (breach and facility.dry_density.quality == "recalled")
    dense = facility.solids_density.quality == "recalled" and _has_solids(facility)
    found += ["solids_density"] * dense
    fraction = facility.failure.solids_fraction
    found += ["slurry_solids"] * (fraction is not None and fraction.quality == "recalled")
    grains = any(one.quality == "recalled" for one in facility.size_classes)
    found += ["size classes"] * (grains and _has_solids(facility))
    parts += [", ".join(found)] if found else []
    if not parts:
        return []
    return [f"recalled without a source, from the library of materials: {'; '.join(parts)}"]


def _has_solids(facility: Facility) -> bool:
    failure = facility.failure
    return failure.mode == "tailings_breach" or failure.solids_fraction is not None

"""Checks of a facility across its sections, and the material it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from .. import units
from ..tailings.materials import Material, material, names, replaced
from .base import Section
from .facility_sections import FacilityInfo, SizeClassSection, TailingsBreach, _Failure
from .faults import Faults, any_of, nearest, quoted
from .fields import check_identifier
from .materials_file import read_materials, shipped_rows
from .reading import Reading, read_file

_MOST_POND = 10.0
"""Times the tailings; more is a reservoir (own bound) [-]."""
_SHARES = 1e-3


@dataclass(frozen=True)
class Facts:
    """The sound sections of a facility file and its material."""

    info: FacilityInfo
    failure: _Failure
    material: Material


def check_facility(
    reading: Reading,
    info: Section | None,
    failure: _Failure | None,
    classes: Sequence[SizeClassSection | None],
) -> Facts | None:
    """Add the faults of what does not go together; None where a section is missing.

    The checks look at the raw data, so that a fault in a section does not hide those with others.
    """
    faults, raw = reading.faults, _Raw(reading)
    made = _material(reading)
    _check_classes(classes, faults)
    _check_names(reading)
    _check_densities(raw, made, faults)
    if raw.mode == "tailings_breach":
        _check_breach(raw, faults)
    elif raw.mode:
        _check_pond(raw, faults)
    if isinstance(failure, TailingsBreach):
        _check_methods(failure, faults)
    if made is None or failure is None or not isinstance(info, FacilityInfo):
        return None
    return Facts(info, failure, made)


class _Raw:
    """What stands in the file, as far as it can be read."""

    def __init__(self, reading: Reading) -> None:
        self.data = reading.data
        mode = self.of("failure", "mode")
        self.mode = mode if isinstance(mode, str) else ""

    def of(self, section: str, key: str) -> Any:
        part = self.data.get(section)
        return part.get(key) if isinstance(part, Mapping) else None

    def number(self, section: str, key: str, dimension: str) -> float | None:
        """A quantity in SI; None where there is none or it has a fault of its own."""
        value = self.of(section, key)
        try:
            found = units.parse(value, dimension) if isinstance(value, str) else None
        except units.UnitError:
            return None
        return found if found is not None and found >= 0.0 else None

    def ends(self, key: str) -> tuple[float, float] | None:
        """Least and most of a density that may be uncertain."""
        value = self.of("facility", key)
        parts = value.values() if isinstance(value, Mapping) else [value]
        try:
            found = [units.parse(part, "density") for part in parts if isinstance(part, str)]
        except units.UnitError:
            return None
        return (min(found), max(found)) if found else None


def _material(reading: Reading) -> Material | None:
    """The material of the library, with a user's own rows; from the raw data, so that a fault
    elsewhere in its section does not hide one here."""
    faults, info = reading.faults, reading.data.get("facility")
    if not isinstance(info, Mapping):
        return None
    rows = list(shipped_rows())
    library, name = info.get("library"), info.get("material")
    if isinstance(library, str) and library:
        source = read_file(reading, library, "facility.library")
        if source is None:
            return None
        before = len(faults.found)
        rows = replaced(rows, read_materials(source, faults))
        if len(faults.found) > before:
            return None
    if not isinstance(name, str):
        return material(rows, "")
    known = names(rows)
    if name not in known:
        hint = nearest(name, known) or f"Possible: {any_of(known, 30)}."
        faults.add("facility.material", f"there is no material {quoted(name)}", hint)
        return None
    return material(rows, name)


def _check_names(reading: Reading) -> None:
    """Substances of the composition are names."""
    composition = reading.data.get("composition")
    raw_part = composition if isinstance(composition, Mapping) else {}
    for part in raw_part:
        group = raw_part.get(part)
        for name in group if isinstance(group, Mapping) else ():
            try:
                check_identifier(str(name))
            except PydanticCustomError as error:
                context = error.context or {}
                reading.faults.add(f"composition.{part}", f"{quoted(str(name))} is no name of a "
                                   f"substance: {context['message']}")  # fmt: skip


def _check_classes(classes: Sequence[SizeClassSection | None], faults: Faults) -> None:
    """Names are given once and shares add up to one."""
    seen: set[str] = set()
    for one in classes:
        if one is None:
            return
        if one.name in seen:
            faults.add(f"{one._where}.name", f"size class {quoted(one.name)} is given twice")
        seen.add(one.name)
    total = sum(one.share for one in classes if one is not None)
    if classes and abs(total - 1.0) > _SHARES:
        faults.add("size_class", f"the shares add up to {total:.6g}; they must add up to 1")


def _check_densities(raw: _Raw, made: Material | None, faults: Faults) -> None:
    """Grains are denser than the tailings that they make up with water."""
    dry, grains = raw.ends("dry_density"), raw.ends("solids_density")
    if made is not None:
        listed = (made.properties["dry_density"], made.properties["solids_density"])
        dry = dry or (float(listed[0].quantile(1e-9)), listed[0].most)
        grains = grains or (float(listed[1].quantile(1e-9)), listed[1].most)
    if dry is None or grains is None or dry[1] < grains[0]:
        return
    key, hint = "dry_density", ""
    if raw.of("facility", "dry_density") is None:
        key, hint = "solids_density", "Give dry_density as well."
    elif raw.of("facility", "solids_density") is None:
        hint = "Give solids_density as well."
    faults.add(
        f"facility.{key}",
        f"the settled tailings have {dry[1]:.4g} kg/m3 of solids and their grains "
        f"{grains[0]:.4g} kg/m3; there must be room for water between the grains",
        hint,
    )


def _check_breach(raw: _Raw, faults: Faults) -> None:
    """What a breach needs, and no more than there is."""
    for key, example in (("stored_volume", "20 Mm3"), ("dam_height", "20 m")):
        if raw.of("facility", key) is None:
            faults.add(f"facility.{key}", "is missing; a tailings_breach needs it",
                       f'Write e.g. {key} = "{example}".')  # fmt: skip
    stored = raw.number("facility", "stored_volume", "volume")
    pond = raw.number("facility", "pond_volume", "volume")
    if raw.of("facility", "pond_volume") is None:
        pond = 0.0
    given = raw.number("failure", "released_volume", "volume")
    if stored is None or pond is None:
        return
    if pond > _MOST_POND * stored:
        faults.add(
            "facility.pond_volume",
            f"is {pond:.4g} m3, more than {_MOST_POND:g} times the {stored:.4g} m3 of stored "
            "tailings, which is not plausible",
            'A reservoir of water alone is failure.mode = "process_water".',
        )
    if given is not None and given > stored + pond:
        faults.add(
            "failure.released_volume",
            f"is {given:.4g} m3, more than is stored: {stored:.4g} m3 of tailings and "
            f"{pond:.4g} m3 of pond",
        )


def _check_pond(raw: _Raw, faults: Faults) -> None:
    """What the modes without a breach need of the pond."""
    pond = raw.number("facility", "pond_volume", "volume")
    given = raw.number("failure", "released_volume", "volume")
    needs = raw.mode in ("overtopping", "decant_failure")
    needs = needs or (raw.mode == "process_water" and given is None)
    if needs and raw.of("facility", "pond_volume") is None:
        faults.add("facility.pond_volume", "is missing; this failure needs it",
                   'Write e.g. pond_volume = "200000 m3".')  # fmt: skip
    elif needs and pond == 0.0:
        faults.add("facility.pond_volume", "is zero: there is nothing to flow out")
    if given is not None and pond is not None and given > pond:
        faults.add("failure.released_volume",
                   f"is {given:.4g} m3, more than the pond, {pond:.4g} m3")  # fmt: skip


def _check_methods(failure: TailingsBreach, faults: Faults) -> None:
    """What methods need, and keys that exclude each other."""
    if "froehlich_2016" in failure.peak_methods and failure.dam_width is None:
        faults.add("failure.dam_width", "is missing; the method froehlich_2016 needs it")
    for key, other in (
        ("released_volume", "volume_methods"), ("released_volume", "volume_deviation"),
        ("peak_outflow", "peak_methods"), ("peak_outflow", "duration"),
        ("duration", "peak_methods"), ("duration", "time_methods"),
        ("reaches_river", "run_out_methods"),
    ):  # fmt: skip
        if getattr(failure, key) is not None and getattr(failure, other) not in ((), None):
            faults.add(f"failure.{other}", f"has no use: {key} is given", "Leave one of them out.")

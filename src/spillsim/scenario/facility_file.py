"""The file of a tailings facility: read it, check it, report every fault at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ..errors import Fault, ScenarioError
from ..tailings.facility import Facility
from .facility_build import build
from .facility_checks import check_facility
from .facility_sections import (
    FACILITY_SECTIONS,
    FAILURE_SECTIONS,
    Composition,
    FacilityInfo,
    SizeClassSection,
    Uncertainty,
)
from .faults import Faults, any_of, clean, nearest, quoted
from .files import LARGEST_SCENARIO, FileFaultError, SourceFile, read_source
from .locate_lines import locate_lines
from .read_sections import listed, section, validated
from .reading import Reading
from .toml_text import read_toml

SECTIONS = (*FACILITY_SECTIONS, "failure", "size_class")
VERSION = "spillsim_facility"


def load_facility(path: str | os.PathLike[str]) -> Facility:
    """Read the file of a tailings facility.

    Raises
    ------
    ScenarioError
        with every fault of the file and of its library.
    """
    given = Path(path)
    shown = clean(str(path), 200)
    try:
        source = read_source(given, given.name, LARGEST_SCENARIO)
    except (FileFaultError, OSError, ValueError) as error:
        hint, line = getattr(error, "hint", ""), getattr(error, "line", None)
        raise ScenarioError([Fault(given.name, "", clean(str(error)), hint, line)], shown) from None
    facility, faults = read_facility(source, given.parent)
    if facility is None:
        raise ScenarioError(faults, shown)
    return facility


def read_facility(
    source: SourceFile,
    folder: Path | None,
    files: dict[str, SourceFile | None] | None = None,
) -> tuple[Facility | None, list[Fault]]:
    """Read the text of a facility file.

    folder : where its library is looked for
    files : files that are read with it are added here

    Returns the facility, None where it has faults, and all of these
    """
    try:
        data = read_toml(source, source.name)
    except ScenarioError as error:
        return None, list(error.faults)
    faults = Faults(source.name, locate_lines(source.text))
    reading = Reading(data, source, folder, source.name, faults)
    if files is not None:
        reading.files = files
    made = _read(reading)
    return (None if faults.found else made), faults.all()


def parse_facility(data: Mapping[str, Any], folder: str | Path | None = None) -> Facility:
    """Check a facility given as a dict, as ``tomllib`` would give it.

    Raises
    ------
    ScenarioError
        with every fault.
    """
    source = SourceFile(name="", sha256="", text="")
    place = Path(folder) if folder is not None else None
    reading = Reading(dict(data), source, place, "facility", Faults("", {}))
    made = _read(reading)
    if reading.faults.found or made is None:
        raise ScenarioError(reading.faults.all(), "facility")
    return made


def _read(reading: Reading) -> Facility | None:
    """The facility of the raw data; None where a section has a fault."""
    data, faults = reading.data, reading.faults
    _check_keys(data, faults)
    info = section(reading, "facility", FacilityInfo) if "facility" in data else None
    composition = section(reading, "composition", Composition) if "composition" in data else None
    certain = section(reading, "uncertainty", Uncertainty) if "uncertainty" in data else None
    failure = _failure(reading)
    classes = listed(reading, "size_class", SizeClassSection)
    facts = check_facility(reading, info, failure, classes)
    if faults.found or facts is None:
        return None
    made = build(
        facts, cast("Composition", composition or Composition()), tuple(classes),
        cast("Uncertainty", certain or Uncertainty()),
    )  # fmt: skip
    _try_out(made, faults)
    return made


def _try_out(facility: Facility, faults: Faults) -> None:
    """Add as a fault what keeps an estimate from being made at all."""
    from ..tailings.estimate import estimate_release

    try:
        estimate_release(replace(facility, samples=1))
    except ValueError as error:
        faults.add("failure", str(error))


def _failure(reading: Reading) -> Any:
    """The failure by its mode."""
    if "failure" not in reading.data:
        return None
    value = reading.data["failure"]
    mode = value.get("mode") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping):
        return validated(reading, value, FAILURE_SECTIONS["tailings_breach"], "failure")
    if mode is None:
        reading.faults.add("failure.mode", f"is missing; one of {any_of(FAILURE_SECTIONS)} is "
                           "needed", 'Write e.g. mode = "tailings_breach".')  # fmt: skip
        return None
    if not isinstance(mode, str) or mode not in FAILURE_SECTIONS:
        hint = nearest(mode, FAILURE_SECTIONS) if isinstance(mode, str) else ""
        message = f"{quoted(mode)} is not one of {any_of(FAILURE_SECTIONS)}"
        reading.faults.add("failure.mode", message, hint)
        return None
    return validated(reading, value, FAILURE_SECTIONS[mode], "failure")


def _check_keys(data: Mapping[str, Any], faults: Faults) -> None:
    """Version, unknown sections, missing sections."""
    version = data.get(VERSION)
    if version is None:
        hint = f"Begin the file with {VERSION} = 1."
        if "spillsim" in data:
            hint = f"This looks like a scenario; a facility file begins with {VERSION} = 1."
        faults.add(VERSION, "is missing; the version of the file format is needed", hint)
    elif version != 1 or isinstance(version, bool):
        faults.add(VERSION, f"{quoted(version)} is not a version that this program reads",
                   f"Write {VERSION} = 1.")  # fmt: skip
    for key in data:
        if key not in SECTIONS and key != VERSION:
            hint = nearest(str(key), SECTIONS) or f"Possible: {any_of(SECTIONS)}."
            faults.add(str(key), "there is no such section", hint)
    for key in ("facility", "failure"):
        if key not in data:
            faults.add(key, f"the section [{key}] is missing")

"""From a case folder or a dict to a Scenario, with all faults at once."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import Fault, ScenarioError
from .assemble import assemble
from .changes import Change, Written, cells_of, with_values
from .factors import with_factors
from .faults import Faults, any_of, clean, nearest, quoted
from .files import LARGEST_SCENARIO, FileFaultError, SourceFile, read_source
from .locate_lines import locate_lines
from .reading import Reading
from .scenario import Scenario, fresh
from .toml_text import read_toml
from .variants import KINDS, NONE, Variant, merge, name_of, variants_of

SCENARIO_FILE = "scenario.toml"


def load(
    path: str | os.PathLike[str], regime: str | None = None, measure: str | None = None
) -> Scenario:
    """Read a case.

    Parameters
    ----------
    path : the case folder, or the scenario file in it
    regime, measure : names of sections ``[regime.NAME]`` and ``[measure.NAME]`` to apply; without
        them the file as it is written

    Raises
    ------
    ScenarioError
        with every fault of the scenario file and its tables.
    """
    reading = _read(path)
    with _collection_paused():
        return _assembled(reading, regime, measure)


def list_variants(path: str | os.PathLike[str]) -> tuple[Variant, ...]:
    """The regimes, then the measures of a case, without reading its tables.

    Raises
    ------
    ScenarioError
        the file cannot be read, or a regime or measure is not a table with a usable name.
    """
    reading = _read(path)
    found = variants_of(reading.data, reading.faults)
    if reading.faults.found:
        raise ScenarioError(reading.faults.all(), reading.name)
    return found


def _read(path: str | os.PathLike[str]) -> Reading:
    """The raw data of a case."""
    given = Path(path)
    try:
        file = given / SCENARIO_FILE if given.is_dir() else given
        source = read_source(file, file.name, LARGEST_SCENARIO)
    except FileFaultError as fault:
        message = fault.message
        if not given.exists():
            message = f"there is no case folder or scenario file {clean(str(given), 200)}"
        raise ScenarioError(
            [Fault(file.name, "", message, fault.hint, fault.line)], clean(str(given), 200)
        ) from None
    except (OSError, ValueError) as error:
        reason = clean(str(error), 200)
        raise ScenarioError([Fault("", "", f"the path cannot be used: {reason}")]) from error
    folder = file.parent
    name = clean(folder.resolve().name, 200)
    data = read_toml(source, clean(str(given), 200))
    return Reading(data, source, folder, name, Faults(source.name, locate_lines(source.text)))


def assembled_again(
    written: Written,
    regime: str | None,
    measure: str | None,
    changes: Sequence[Change],
    unsure: Mapping[str, Any] | None,
    left_out: Sequence[str] = (),
) -> Scenario:
    """The scenario that raw data give with another regime and measure, and other values.

    unsure : fields of the Scenario about what is uncertain; None to read them again
    left_out : names of releases that do not happen

    Raises ScenarioError with every fault.
    """
    faults = Faults(written.source.name if written.lines else "", written.lines)
    reading = Reading(dict(written.data), written.source, written.folder, written.name, faults)
    reading.files, reading.unsure = dict(written.files), unsure
    with _collection_paused():
        return _assembled(reading, regime, measure, changes, left_out)


def _assembled(
    reading: Reading, regime: str | None, measure: str | None, changes: Sequence[Change] = (),
    left_out: Sequence[str] = (),
) -> Scenario:  # fmt: skip
    """The scenario with a regime and a measure, and other values, merged into its raw data."""
    faults, written = reading.faults, reading.data
    known = variants_of(written, faults)
    chosen = [
        _chosen(reading, known, kind, name)
        for kind, name in (("regime", regime), ("measure", measure))
        if name is not None and name != NONE
    ]
    merged = merge(written, chosen, faults)
    faults.origin, reading.data = merged.origin, with_values(merged.data, changes)
    reading.cells = cells_of(changes)
    if chosen or any(change.aim.path[:1] == ("flow",) or change.aim.table for change in changes):
        reading.written = {key: written[key] for key in written if key not in KINDS}
    reading.variants, reading.chosen = known, tuple(chosen)
    reading.changes = {kind: written.get(kind, {}) for kind in KINDS}
    scenario = assemble(reading)
    if left_out:
        scenario = _without(scenario, reading, left_out)
    scenario._written = Written(reading, written)
    scenario._written.keep(scenario)
    return with_factors(scenario, changes) if changes else scenario


def _without(scenario: Scenario, reading: Reading, left_out: Sequence[str]) -> Scenario:
    """The scenario without the releases of some names; the file is sound with all of them."""
    raw = reading.data["release"]
    gone = {f"release[{n}]" for n, item in enumerate(raw) if name_of(item) in left_out}
    kept = tuple(one for one in scenario.releases if one._where not in gone)
    return fresh(scenario, {"releases": kept, "left_out": tuple(left_out)})


def _chosen(reading: Reading, known: Sequence[Variant], kind: str, name: str) -> Variant:
    """The variant of a name.

    Raises ScenarioError where there is none.
    """
    found = next((one for one in known if (one.kind, one.name) == (kind, name)), None)
    if found is not None:
        return found
    names = [one.name for one in known if one.kind == kind]
    hint = nearest(name, names)
    if not hint:
        hint = f"There are: {any_of(names)}." if names else f"The case has no [{kind}.NAME]."
    broken = [f for f in reading.faults.all() if f.where.startswith(f"{kind}.{name}")]
    fault = Fault(reading.faults.file, kind, f"there is no {kind} {quoted(name)}", hint)
    raise ScenarioError(broken or [fault], reading.name)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Let the garbage collector rest: what a large table makes stays, and looking through it
    again and again takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def parse(
    data: Mapping[str, Any],
    folder: str | Path | None = None,
    regime: str | None = None,
    measure: str | None = None,
) -> Scenario:
    """Check a scenario given as a dict, as ``tomllib`` would give it.

    Parameters
    ----------
    data : sections as in scenario.toml; tables may be lists of dicts with keys such as
        ``"length [km]"`` (number) or ``"length"`` (text with unit)
    folder : where table files are looked for; None if there are none
    regime, measure : as in ``load``

    Raises
    ------
    ScenarioError
        with every fault.
    """
    place = Path(folder) if folder is not None else None
    try:
        text = json.dumps(data, indent=1, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioError([Fault("", "", f"the data cannot be used: {clean(str(error))}")]) from (
            error
        )
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    source = SourceFile(name="scenario.json", sha256=digest, text=text)
    name = clean(place.resolve().name, 200) if place is not None else "scenario"
    with _collection_paused():
        reading = Reading(dict(data), source, place, name, Faults("", {}))
        return _assembled(reading, regime, measure)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)

"""What is uncertain, how inputs hang together, and what is swept; checked against the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import units
from .base import Section
from .check_uncertain import check_range, check_values, nature
from .contents import FACTOR, Content
from .correlations import check_correlations
from .draft import Draft
from .factors import nothing_to_multiply
from .faults import any_of, nearest, quoted
from .key_paths import Found, PathError, find
from .read_sections import by_kind, items, listed, section, validated
from .reading import Reading, read_table
from .rows import Column
from .tables import TableKind
from .uncertain import (
    CHOICES,
    UNCERTAIN_SECTIONS,
    Aim,
    Correlation,
    Empirical,
    EmpiricalSection,
    Ensemble,
    Sweep,
    Uncertain,
)
from .variants import ALL, NONE, composed, name_of

SECTIONS = ("ensemble", "uncertain", "correlation", "sweep")
_SCOPE = ("river", "reaches", "substance", "release")
_SCOPES: Mapping[str, tuple[str, ...]] = {
    "mass": ("substance", "release"), "decay_rate": ("substance", "river", "reaches"),
}  # fmt: skip
"""What a factor may be narrowed to; ``river`` and ``reaches`` for those not named."""


def read_uncertain(reading: Reading, draft: Draft) -> dict[str, Any]:
    """The fields of the Scenario about what is not known; faults are added to the reading."""
    data = reading.data
    ensemble = section(reading, "ensemble", Ensemble) if "ensemble" in data else None
    uncertain = [
        _read_one(reading, draft, item, f"uncertain[{number}]")
        for number, item in enumerate(items(reading, "uncertain"))
    ]
    sweeps = [
        _read_sweep(reading, draft, item, f"sweep[{number}]")
        for number, item in enumerate(items(reading, "sweep"))
    ]
    correlations = [one for one in listed(reading, "correlation", Correlation) if one is not None]
    known = [one for one in uncertain if one is not None]
    _check_names(reading, [*known, *(one for one in sweeps if one is not None)])
    check_correlations(reading.faults, correlations, known, len(known) < len(uncertain))
    if correlations and isinstance(ensemble, Ensemble) and ensemble.sampling == "saltelli":
        reading.faults.add(
            "ensemble.sampling",
            '"saltelli" shares out a variance among inputs that are drawn apart, and there are '
            "correlations",
            "Leave out [[correlation]], or take another sampling.",
        )
    return {
        "ensemble": ensemble,
        "uncertain": tuple(known),
        "correlations": tuple(correlations),
        "sweeps": tuple(one for one in sweeps if one is not None),
    }


def _read_one(reading: Reading, draft: Draft, item: Any, where: str) -> Any:
    """An uncertain input, None if it has a fault."""
    before = len(reading.faults.found)
    content, aim = _aimed(reading, draft, item, where)
    reading.content = content
    distribution = item.get("distribution") if isinstance(item, Mapping) else None
    is_word = content is not None and not content.is_number
    if content and is_word and distribution in UNCERTAIN_SECTIONS and distribution != "discrete":
        reading.faults.add(
            f"{where}.distribution",
            f"{quoted(distribution)} gives numbers, but {nature(content)} is needed for "
            f"{quoted(item.get('key'))}",
            'Write distribution = "discrete" with a list of values.',
        )
        reading.content = None
    found = by_kind(reading, item, UNCERTAIN_SECTIONS, where, None, "distribution")
    if isinstance(found, EmpiricalSection):
        found = _with_table(reading, found, item, where, content)
    reading.content = None
    if found is None or len(reading.faults.found) > before or content is None or aim is None:
        return None
    found._aim, found._unit = aim, _unit_of(item, content)  # type: ignore[attr-defined]
    check_values(reading.faults, found, content, where)
    return found if len(reading.faults.found) == before else None


def _read_sweep(reading: Reading, draft: Draft, item: Any, where: str) -> Sweep | None:
    before = len(reading.faults.found)
    given = [kind for kind in CHOICES if isinstance(item, Mapping) and item.get(kind)]
    content, aim = (None, None) if given else _aimed(reading, draft, item, where)
    reading.content = content
    found = validated(reading, item, Sweep, where)
    reading.content = None
    if found is None or len(reading.faults.found) > before:
        return None
    found._aim, found._unit = aim, "" if content is None else _unit_of(item, content)
    if given and given[0] == "releases":
        found = _with_releases(reading, found, given, where)
    elif given:
        _check_variants(reading, found, given, where)
    elif content is not None:
        check_range(reading.faults, found, content, where)
    return found if len(reading.faults.found) == before else None


# --- what is varied ------------------------------------------------------------------------------


def _aimed(
    reading: Reading, draft: Draft, item: Any, where: str
) -> tuple[Content | None, Aim | None]:
    """What an input varies, and what may stand there; None, None after a fault."""
    if not isinstance(item, Mapping):
        return None, None
    key, factor = item.get("key"), item.get("factor_of")
    if (key is None) == (factor is None):
        message = "key and factor_of exclude each other" if key else "nothing is said to vary"
        hint = 'Write e.g. key = "release.tank.mass", or factor_of = "discharge".'
        if where.startswith("sweep"):
            hint += ' A sweep may name regimes instead: regime = ["low", "high"].'
        reading.faults.add(f"{where}.key" if key else where, message, hint)
        return None, None
    if factor is not None:
        return FACTOR, _factor(reading, draft, item, where)
    for name in _SCOPE:
        if name in item:
            message = "is for a factor; a path says itself what it leads to"
            reading.faults.add(f"{where}.{name}", message)
    if not isinstance(key, str):
        return None, None  # the section itself says so
    try:
        found = find(key.strip(), reading.data, draft)
    except PathError as error:
        reading.faults.add(f"{where}.key", f"{quoted(key)}: {error.message}", error.hint)
        return None, None
    if found is None:
        return None, None
    return found.content, _aim(key.strip(), found)


def _aim(key: str, found: Found) -> Aim:
    return Aim(
        found.content, key, found.path, table=found.table, row=found.row, column=found.column
    )


def _factor(reading: Reading, draft: Draft, item: Mapping[str, Any], where: str) -> Aim | None:
    """What a factor is for; None after a fault."""
    name = item["factor_of"]
    faults, before = reading.faults, len(reading.faults.found)
    allowed = _SCOPES.get(str(name), ("river", "reaches"))
    for scope in _SCOPE:
        if scope in item and scope not in allowed:
            message = f"says nothing to a factor of {quoted(name)}"
            faults.add(f"{where}.{scope}", message, f"It may have {any_of(allowed)}.")
    for scope, known in (
        ("substance", [one.name for one in (*draft.substances, *draft.solids) if one]),
        ("release", [one.name for one in draft.releases if one and one.name]),
    ):
        value = item.get(scope)
        if isinstance(value, str) and value not in known and None not in _drafted(draft, scope):
            hint = nearest(value, known) or (f"There are: {any_of(known)}." if known else "")
            faults.add(f"{where}.{scope}", f"there is no {scope} {quoted(value)}", hint)
    reaches = _reaches(reading, draft, item, where)
    if name in ("discharge", "velocity") and _flow_kind(reading) == "table":
        faults.add(
            f"{where}.factor_of",
            f'the {name} cannot be multiplied where [flow] kind = "table" gives it',
            "Vary flow.table between several files instead."
            if name == "discharge"
            else "The areas follow from continuity there.",
        )
    if why := nothing_to_multiply(str(name), draft, reading.data, reaches):
        faults.add(f"{where}.factor_of", f"{why}, so there is nothing to multiply")
    if name == "decay_rate" and reaches and any(one and one.species for one in draft.substances):
        message = "the species of a substance decay alike everywhere"
        faults.add(f"{where}.factor_of", message, "Leave out river and reaches.")
    if len(faults.found) > before:
        return None
    texts = [str(item.get(scope, "")).strip() for scope in ("river", "substance", "release")]
    return Aim(
        FACTOR, factor_of=str(name), reaches=reaches,
        river=texts[0], substance=texts[1], release=texts[2],
    )  # fmt: skip


def _drafted(draft: Draft, scope: str) -> Sequence[Any]:
    return draft.releases if scope == "release" else [*draft.substances, *draft.solids]


def _flow_kind(reading: Reading) -> Any:
    flow = reading.data.get("flow")
    return flow.get("kind") if isinstance(flow, Mapping) else None


def _reaches(
    reading: Reading, draft: Draft, item: Mapping[str, Any], where: str
) -> tuple[str, ...]:
    """Ids of the reaches that a factor is for; empty for all of them."""
    river, named = item.get("river"), item.get("reaches")
    faults = reading.faults
    if river and named:
        faults.add(f"{where}.reaches", "river and reaches exclude each other")
    if draft.reaches is None or not draft.reaches.named("id"):
        return ()
    rows = draft.reaches.rows
    if isinstance(river, str) and river:
        found = [row.cells["id"] for row in rows if row.cells.get("river") == river.strip()]
        if not found:
            known = dict.fromkeys(row.cells["river"] for row in rows if "river" in row.cells)
            hint = nearest(river, known) or (f"There are: {any_of(known)}." if known else "")
            faults.add(f"{where}.river", f"no reach is of a river {quoted(river)}", hint)
        return tuple(found)
    if not isinstance(named, list | tuple):
        return ()
    ids = dict.fromkeys(row.cells["id"] for row in rows)
    for number, one in enumerate(named):
        if isinstance(one, str) and one not in ids:
            message = f"there is no reach {quoted(one)}"
            faults.add(f"{where}.reaches[{number}]", message, nearest(one, ids))
    if not named:
        faults.add(f"{where}.reaches", "is empty; leave it out for the whole network")
    return tuple(one for one in ids if one in named)


_WORDS = ("name", "key", "distribution", "river", "reaches", "substance", "release")
"""Keys of an input that hold no value of it."""


def _unit_of(item: Mapping[str, Any], content: Content) -> str:
    """The unit that the first value was written in."""
    if content.kind not in ("quantity", "moment"):
        return ""
    for name, value in item.items():
        if name in _WORDS:
            continue
        for text in value if isinstance(value, list | tuple) else (value,):
            match = units.NUMBER.match(text.strip()) if isinstance(text, str) else None
            if match:
                unit = str(text).strip()[match.end() :].strip()
                try:
                    units.conversion(unit, content.dimension)
                except units.UnitError:
                    continue
                return unit
    return "h" if content.kind == "moment" else content.unit


# --- values --------------------------------------------------------------------------------------


def _with_table(
    reading: Reading, found: EmpiricalSection, item: Any, where: str, content: Content | None
) -> Empirical | None:
    """An empirical distribution with its table; None after a fault."""
    if content is None or not content.is_number:
        return None
    dimension = content.dimension or "dimensionless"
    bounds = {
        "minimum": content.minimum, "above": content.above, "maximum": content.maximum,
    }  # fmt: skip
    columns = {
        "value": Column(dimension, required=True, **bounds),  # type: ignore[arg-type]
        "weight": Column("dimensionless", minimum=0),
    }
    table = read_table(reading, found.table, f"{where}.table", TableKind("row", columns))
    if table is None or not table.sound or not all("value" in row.cells for row in table.rows):
        return None
    weighted = any("weight" in row.cells for row in table.rows)
    for row in table.rows if weighted else ():
        if "weight" not in row.cells:
            table.add_fault(reading.faults, row, "weight", "is empty; a value is needed")
    weights = tuple(row.cells.get("weight", 1.0) for row in table.rows)
    if not sum(weights) > 0:
        reading.faults.add(f"{where}.table", "all weights are zero")
    common = {name: getattr(found, name) for name in Uncertain.model_fields}
    values = tuple(row.cells["value"] for row in table.rows)
    made = Empirical.model_construct(
        None, **common, distribution="table", values=values, weights=weights
    )
    made._file, made._line, made._where = found._file, found._line, found._where
    return made


# --- sweeps and names ----------------------------------------------------------------------------


def _check_alone(reading: Reading, found: Sweep, given: Sequence[str], where: str) -> None:
    """What chooses by name gives no key other values."""
    others = [*given[1:], *(n for n in ("key", "factor_of", "values", "from_value", "to", "count")
                            if getattr(found, n) not in ("", None, ()))]  # fmt: skip
    for name in others:
        at = f"{where}.{name.removesuffix('_value')}"
        what = given[0].removesuffix("s")
        reading.faults.add(at, f"a sweep over every {what} has no other values")


def _with_releases(reading: Reading, found: Sweep, given: Sequence[str], where: str) -> Sweep:
    """The sweep with the names of releases that the file has, each once."""
    _check_alone(reading, found, given, where)
    known = [name_of(item) for item in items(reading, "release")]
    named = list(dict.fromkeys(filter(None, known)))
    wanted = [composed(name) for name in found.releases]
    if wanted == [ALL]:
        wanted = named
        if "" in known:
            message = "a release has neither a name nor a place to be known by"
            reading.faults.add(f"{where}.releases", message, "Give each [[release]] a name.")
    for number, name in enumerate(wanted):
        at = f"{where}.releases" + (f"[{number}]" if list(found.releases) != [ALL] else "")
        if name in wanted[:number]:
            reading.faults.add(at, f"{quoted(name)} stands twice")
        elif known.count(name) > 1:
            message = f"{known.count(name)} sections [[release]] are called {quoted(name)}"
            reading.faults.add(at, message, "Give each a name of its own.")
        elif name not in named:
            hint = nearest(name, named) or (f"There are: {any_of(named)}." if named else "")
            reading.faults.add(at, f"there is no release {quoted(name)}", hint)
    made = found.model_copy(update={"releases": tuple(wanted)})
    made._file, made._line, made._where = found._file, found._line, found._where
    return made


def _check_variants(reading: Reading, found: Sweep, given: Sequence[str], where: str) -> None:
    """Regimes and measures that the file has and that leave alone what is uncertain."""
    faults = reading.faults
    _check_alone(reading, found, given, where)
    kind = given[0]
    known = [one.name for one in reading.variants if one.kind == kind]
    for number, name in enumerate(getattr(found, kind)):
        at = f"{where}.{kind}[{number}]"
        if name in getattr(found, kind)[:number]:
            faults.add(at, f"{quoted(name)} stands twice")
        if name == NONE:
            continue
        if name not in known:
            hint = nearest(name, known) or (f"There are: {any_of(known)}." if known else "")
            faults.add(at, f"there is no {kind} {quoted(name)}", hint)
            continue
        changes = reading.changes[kind].get(name, {})
        added = changes.get("add", {}) if isinstance(changes, Mapping) else {}
        for own in SECTIONS:
            if own in changes or own in added:
                message = f"the {kind} {quoted(name)} changes [[{own}]] itself"
                faults.add(at, message, f"Run it alone: --{kind} {name}.")


def _check_names(reading: Reading, found: Sequence[Section]) -> None:
    """Names stand once, and so does what is varied by a key."""
    names: set[str] = set()
    keys: dict[str, str] = {}
    releases: dict[str, str] = {}
    for one in found:
        for number, release in enumerate(getattr(one, "releases", ())):
            if releases.setdefault(release, one.name) != one.name:  # type: ignore[attr-defined]
                message = f"{quoted(release)} is swept by {quoted(releases[release])} already"
                reading.faults.add(f"{one._where}.releases[{number}]", message)
        name, key = one.name, one.key.strip()  # type: ignore[attr-defined]
        if name in names:
            reading.faults.add(f"{one._where}.name", f"the name {quoted(name)} is given twice")
        names.add(name)
        if key and key in keys:
            message = f"{quoted(key)} is varied by {quoted(keys[key])} already"
            reading.faults.add(f"{one._where}.key", message)
        if key:
            keys.setdefault(key, name)

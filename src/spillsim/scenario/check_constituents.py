"""What holds between substances, solids, sorption and releases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..formulas import distribution_coefficient, distribution_coefficients
from .draft import Draft
from .faults import Faults, any_of, nearest, quoted
from .releases import Seepage
from .rows import ReachRates
from .solids import Solids
from .substances import BED, OWN_GRAINS, SUSPENDED_MATTER, Substance
from .tables import Row, Table

_WATER_DENSITY = 1000.0
_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each
_FLOATING = ("surface_velocity_ratio", "stranding_rate")
_DISSOLVED = ("photolysis_rate", "volatilisation", "sorption")


def check_constituents(draft: Draft) -> None:
    """Add the faults of what the water carries, and of what its releases ask for."""
    substances, solids = whole(draft.substances), whole(draft.solids)
    _check_names(draft.faults, substances, solids)
    for substance in substances:
        _check_decay(draft.faults, substance)
        _check_form(draft.faults, substance)
        _check_sorption(draft, substance)
        _check_rates(draft, substance)
    for grains in solids:
        _check_grains(draft.faults, grains)
    for release in whole(draft.releases):
        _check_release(draft, release)
        if isinstance(release, Seepage):
            _check_seepage(draft, release)


def whole(items: Iterable[Any]) -> list[Any]:
    """The items that could be read."""
    return [item for item in items if item is not None]


def is_whole(draft: Draft) -> bool:
    """Tell whether all substances and solids could be read, so that a missing name is wrong."""
    return not draft.unnamed and None not in (*draft.substances, *draft.solids)


def unknown(faults: Faults, where: str, what: str, name: str, known: Iterable[str]) -> None:
    """Add the fault of a name that stands for nothing."""
    listed = list(dict.fromkeys(known))
    others = f"There are: {any_of(listed)}." if listed else "There are none."
    faults.add(where, f"there is no {what} {quoted(name)}", nearest(name, listed) or others)


# --- names ---------------------------------------------------------------------------------------


def _check_names(faults: Faults, substances: Sequence[Any], solids: Sequence[Any]) -> None:
    """Each constituent has a name of its own, and each of its limits."""
    seen: dict[str, Any] = {}
    for one in (*substances, *solids):
        kind, name = one.kind, f"{one._where}.name"
        first = seen.setdefault(one.name, one)
        if one.name in OWN_GRAINS and kind == "solids":
            faults.add(name, f"{quoted(one.name)} stands for the river's own grains",
                       "Give the solids another name.")  # fmt: skip
        elif first.kind != kind:
            faults.add(name, f"a {first.kind} is called {quoted(one.name)} already",
                       "Substances and solids need names of their own.")  # fmt: skip
        elif first is not one:
            what = "name" if kind == "solids" else kind
            faults.add(name, f"the {what} {quoted(one.name)} is given twice")
        limits: set[str] = set()
        for number, limit in enumerate(one.limits):
            where = f"{one._where}.limits[{number}]"
            if limit.name in limits:
                faults.add(f"{where}.name", f"the limit {quoted(limit.name)} is given twice")
            if kind == "solids" and limit.of == "dissolved":
                faults.add(f"{where}.of", "solids have no dissolved part", "Leave it out.")
            limits.add(limit.name)


# --- substances ----------------------------------------------------------------------------------


def _check_decay(faults: Faults, substance: Substance) -> None:
    """A half-life stands instead of rates."""
    if substance.half_life is None:
        return
    decays = [row for row in substance.rates
              if row.decay_rate is not None or row.storage_decay_rate is not None]  # fmt: skip
    for key in ("decay_rate", "storage_decay_rate", "rates"):
        given = decays if key == "rates" else getattr(substance, key)
        if key in substance.model_fields_set and given not in (None, (), []):
            faults.add(
                f"{substance._where}.{key}", "half_life is given too; one of them is enough",
                "half_life for radioactive decay, wherever the substance is; rates for what "
                "happens in the water.",
            )  # fmt: skip


def _check_form(faults: Faults, substance: Substance) -> None:
    """Keys that do not go with the form of a substance."""
    floats = substance.form == "floating"
    for key in _DISSOLVED if floats else _FLOATING:
        if key not in substance.model_fields_set or not getattr(substance, key):
            continue
        where = f"{substance._where}.{key}"
        if floats:
            hint = "Its evaporation is gas_exchange_rate." if key == "volatilisation" else ""
            faults.add(where, "is for what is dissolved, but the substance is floating", hint)
        else:
            faults.add(where, "is for floating substances only", 'Write form = "floating".')


def _check_sorption(draft: Draft, substance: Substance) -> None:
    """What a substance sorbs to exists, once, and is described."""
    faults = draft.faults
    classes = [one.name for one in whole(draft.solids)]
    seen: set[str] = set()
    for number, entry in enumerate(substance.sorption):
        where = f"{substance._where}.sorption[{number}]"
        if entry.to in seen:
            faults.add(f"{where}.to", f"sorption to {quoted(entry.to)} is given twice")
        seen.add(entry.to)
        if entry.to not in (*classes, *OWN_GRAINS) and is_whole(draft):
            known = (*classes, *OWN_GRAINS)
            unknown(faults, f"{where}.to", "[[solids]] called", entry.to, known)
        if entry.from_library:
            _check_library(faults, f"{where}.distribution_coefficient", substance.name)
        if entry.to == BED and entry.sediment is None:
            faults.add(
                f"{where}.sediment", "is missing; the bed needs its mass of grains within reach, "
                "per volume of water", 'Write e.g. sediment = "40 kg/m3".',
            )  # fmt: skip
        elif entry.to != BED and entry.sediment is not None:
            faults.add(f"{where}.sediment", 'is for to = "bed" only', "Leave it out.")


def _check_library(faults: Faults, where: str, name: str) -> None:
    try:
        distribution_coefficient(name)
    except LookupError:
        names = list(dict.fromkeys(one.name for one in distribution_coefficients().values()))
        faults.add(where, f"the library has no value for {quoted(name)}",
                   nearest(name, names) or f"It has: {any_of(names)}.")  # fmt: skip


def _check_rates(draft: Draft, substance: Substance) -> None:
    """The reaches of a table of rates exist, and stand once."""
    known = None
    if draft.reaches is not None and draft.reaches.named("id"):
        known = dict.fromkeys(row.cells["id"] for row in draft.reaches.rows)
    seen: set[str] = set()
    wrong = 0
    for row in substance.rates:
        if known is not None and row.reach not in known:
            hint = nearest(row.reach, known) if wrong < _MOST_HINTS else ""
            wrong += 1
            _at_row(draft.faults, row, f"there is no reach {quoted(row.reach)}", hint)
        if row.reach in seen:
            _at_row(draft.faults, row, f"reach {quoted(row.reach)} is given twice")
        seen.add(row.reach)


def _at_row(faults: Faults, row: ReachRates, message: str, hint: str = "") -> None:
    if row._file:
        faults.add(f"{row._where}: reach", message, hint, row._file, row._line)
    else:
        faults.add(f"{row._where}.reach", message, hint)


# --- solids --------------------------------------------------------------------------------------


def _check_grains(faults: Faults, grains: Solids) -> None:
    """A size class settles in one way and comes back in one way."""
    where = grains._where
    if (grains.diameter is None) == (grains.settling_velocity is None):
        given = "both are given" if grains.diameter is not None else "neither is given"
        faults.add(where, f"needs either a diameter or a settling_velocity; {given}",
                   'E.g. diameter = "20 um".')  # fmt: skip
    if grains.density <= _WATER_DENSITY:
        faults.add(
            f"{where}.density", f"{grains.density:g} kg/m3 is not above that of water, "
            f"{_WATER_DENSITY:g} kg/m3; such grains do not settle",
            'For what floats there is a [[substance]] with form = "floating".',
        )  # fmt: skip
    if grains.resuspension_rate is not None and grains.erosion_rate is not None:
        faults.add(
            f"{where}.erosion_rate", "resuspension_rate is given too; one of them is enough",
            "resuspension_rate takes up a share of what lies there, erosion_rate a mass per area.",
        )  # fmt: skip
    hindered, flocs = grains.hindered_settling, grains.flocculation
    if hindered is not None and hindered.gelling_concentration >= grains.density:
        faults.add(
            f"{where}.hindered_settling.gelling_concentration",
            f"{hindered.gelling_concentration:g} kg/m3 is not below the density of the grains, "
            f"{grains.density:g} kg/m3: there is no water between them",
        )  # fmt: skip
    if flocs is not None and flocs.smallest > flocs.largest:
        faults.add(
            f"{where}.flocculation.smallest",
            f"{flocs.smallest:g} m/s is above largest, {flocs.largest:g} m/s",
        )  # fmt: skip


# --- releases ------------------------------------------------------------------------------------


def _check_release(draft: Draft, release: Any) -> None:
    """What is released exists, and what carries it can."""
    faults, where = draft.faults, release._where
    substances = {one.name: one for one in whole(draft.substances)}
    classes = [one.name for one in whole(draft.solids)]
    known = (*substances, *classes)
    complete = is_whole(draft)
    if release.substance not in known:
        if complete and known:
            unknown(faults, f"{where}.substance", "substance", release.substance, known)
        return
    if not release.carrier:
        return
    where = f"{where}.carrier"
    if release.substance not in substances:
        faults.add(where, f"{quoted(release.substance)} are solids; nothing carries them",
                   "Leave the carrier out.")  # fmt: skip
        return
    substance = substances[release.substance]
    carriers = [one.to for one in substance.sorption if one.to != BED]
    if release.carrier in carriers:
        return
    if release.carrier not in (*classes, SUSPENDED_MATTER):
        if release.carrier == BED:
            faults.add(where, "what is bound to the bed is not released", "Leave it out.")
        elif complete:
            unknown(faults, where, "[[solids]] called", release.carrier,
                    (*classes, SUSPENDED_MATTER))  # fmt: skip
        return
    others = f" It sorbs to {any_of(carriers)}." if carriers else ""
    faults.add(
        where, f"{quoted(substance.name)} does not sorb to {quoted(release.carrier)}",
        f"Add it to its sorption.{others}",
    )  # fmt: skip


def _check_seepage(draft: Draft, seepage: Seepage) -> None:
    """Seepage brings a mass per time, or comes with lateral inflow."""
    where = seepage._where
    if (seepage.rate is None) == (seepage.concentration is None):
        given = "both are given" if seepage.rate is not None else "neither is given"
        draft.faults.add(where, f"needs either a rate or a concentration; {given}",
                         'E.g. rate = "2 kg/d", along the whole reach.')  # fmt: skip
        return
    row = _row_of(draft.reaches, seepage.at.reach)
    if seepage.concentration is None or row is None or not _knows_lateral(draft, seepage.at.reach):
        return
    if not row.cells.get("lateral_inflow", 0.0) > 0.0:
        draft.faults.add(
            f"{where}.concentration",
            f"no water comes in along reach {quoted(seepage.at.reach)} that could bring it",
            "Give the reach a lateral_inflow, or the seepage a rate.",
        )


def _knows_lateral(draft: Draft, reach: str) -> bool:
    """True where only the reach table can say what comes in along a reach."""
    along = [getattr(one.at, "reach", None) for one in draft.hydrographs if one is not None]
    from_gauges = draft.gauges is not None or draft.discharges is not None or bool(draft.series)
    return not from_gauges and not draft.file_failed and reach not in along


def _row_of(table: Table | None, reach: str) -> Row | None:
    rows = table.rows if table is not None and table.sound else ()
    return next((row for row in rows if row.cells.get("id") == reach), None)

"""Regimes and measures: named sets of changes, merged into the raw data before it is checked.

What a regime changes is merged before anything is validated, so that the same code finds its
faults as those of the file itself; ``Merged.origin`` says where each changed key was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .base import Section
from .faults import Faults, any_of, nearest, quoted, written_path
from .fields import type_name
from .sections import (
    DISPERSION_SECTIONS,
    FLOW_SECTIONS,
    LISTED_SECTIONS,
    RELEASE_SECTIONS,
)
from .trigger import TRIGGER_SECTIONS

KINDS = ("regime", "measure")
ALL, NONE = "all", "none"
RESERVED = (ALL, NONE)
"""Words of the command line that no regime or measure can be called."""

_OWN = ("title", "add", "remove")
"""Keys of a regime or measure that are no sections of the file."""
_KEPT = ("spillsim", *KINDS)
_LISTED = (*LISTED_SECTIONS, "release", "hydrograph", "reservoir", "diversion", "split",
           "uncertain", "correlation", "sweep")  # fmt: skip
"""Sections that stand several times, whether the file has any of them or not."""
_LONGEST = 60
_FORMS: Mapping[str, Mapping[str, type[Section]]] = {
    "flow": FLOW_SECTIONS, "dispersion": DISPERSION_SECTIONS, "release": RELEASE_SECTIONS,
    "trigger": TRIGGER_SECTIONS,
}  # fmt: skip
"""Sections whose keys depend on their ``kind``."""


class Variant(Section):
    """A regime or measure that a file holds."""

    kind: str
    """``regime`` or ``measure``."""
    name: str
    title: str = ""
    """One line for people; empty when none is given."""


@dataclass(frozen=True)
class Merged:
    """The raw data of a file with a regime and a measure merged into it."""

    data: dict[str, Any]
    origin: dict[str, str] = field(default_factory=dict)
    """Key path in ``data`` -> key path in the file, for what a variant changes or moves."""


def variants_of(data: Mapping[str, Any], faults: Faults) -> tuple[Variant, ...]:
    """Return the regimes, then the measures of a file; adds the faults of their form."""
    found = []
    for kind in KINDS:
        group = data.get(kind, {})
        if not isinstance(group, Mapping):
            message = f"a table for each {kind} is needed, not {type_name(group)}"
            faults.add(kind, message, f"Write [{kind}.NAME].")
            continue
        for name, changes in group.items():
            where = f"{kind}.{name}"
            if not _is_name(name):
                message = f"{quoted(name)} cannot name a {kind}"
                hint = (
                    f"{quoted(name)} has a meaning of its own on the command line."
                    if name in RESERVED
                    else f"Up to {_LONGEST} letters, digits, _ and - make a name."
                )
                faults.add(where, message, hint)
                continue
            title = ""
            if not isinstance(changes, Mapping):
                faults.add(where, f"a table is needed, not {type_name(changes)}",
                           f"Write [{where}].")  # fmt: skip
            else:
                title = _title(changes, where, faults)
            found.append(Variant(kind=kind, name=name, title=title))
    return tuple(found)


def _is_name(name: str) -> bool:
    short = 0 < len(name) <= _LONGEST
    return short and re.fullmatch(r"[\w-]+", name) is not None and name not in RESERVED


def _title(changes: Mapping[str, Any], where: str, faults: Faults) -> str:
    title = changes.get("title", "")
    if isinstance(title, str) and all(c.isprintable() for c in title) and len(title) <= 200:
        return title.strip()
    faults.add(f"{where}.title", "one line of plain text in quotes is needed")
    return ""


def merge(data: Mapping[str, Any], chosen: Sequence[Variant], faults: Faults) -> Merged:
    """Merge regimes and measures into the raw data of a file, in the order given.

    Tables merge key by key; scalars, lists and places are replaced; items of a list of sections
    are found by their name. Where a variant writes another ``kind`` of a section, the keys that
    this kind does not have fall away. What is to be removed goes first, what is added comes last.
    """
    merged = Merged({key: value for key, value in data.items() if key not in KINDS})
    for variant in chosen:
        changes = data[variant.kind][variant.name]
        if isinstance(changes, Mapping):
            _Merging(merged, faults, f"{variant.kind}.{variant.name}").apply(changes)
    return merged


@dataclass
class _Merging:
    """One variant on its way into the data."""

    merged: Merged
    faults: Faults
    written: str
    """Key path of the variant."""

    def apply(self, changes: Mapping[str, Any]) -> None:
        self._remove(changes.get("remove", []))
        for key, change in changes.items():
            if key not in _OWN:
                self._section(key, change)
        self._add(changes.get("add", {}))

    # --- changes ---------------------------------------------------------------------------------

    def _section(self, key: str, change: Any) -> None:
        data, there = self.merged.data, f"{self.written}.{key}"
        old = data.get(key)
        if key in _KEPT:
            self.faults.add(there, f"a {self.written.partition('.')[0]} cannot change this")
        elif key in _LISTED or _is_listed(old):
            if isinstance(change, Mapping):
                data[key] = self._items(old, change, key, there)
            else:
                hint = f"Write [{there}.NAME] to change one, "
                hint += f"[[{self.written}.add.{key}]] to add one."
                message = f"a table for each [[{key}]] that changes is needed"
                self.faults.add(there, f"{message}, not {type_name(change)}", hint)
        elif isinstance(change, Mapping) and isinstance(old, Mapping):
            data[key] = self._table(old, change, key, there)
        else:
            data[key] = change
            self._note(key, there)

    def _table(
        self, old: Mapping[str, Any], change: Mapping[str, Any], here: str, there: str
    ) -> dict[str, Any]:
        """A table with some of its keys changed."""
        found = _of_kind(here, old, change)
        for key, value in change.items():
            at, written = f"{here}.{key}", f"{there}.{key}"
            before = found.get(key)
            if key != "at" and isinstance(value, Mapping) and isinstance(before, Mapping):
                found[key] = self._table(before, value, at, written)
            elif isinstance(value, Mapping) and _is_listed(before):
                found[key] = self._items(before, value, at, written)
            else:
                found[key] = value
                self._note(at, written)
        return found

    def _items(self, old: Any, change: Mapping[str, Any], here: str, there: str) -> list[Any]:
        """A list of sections with some of its items changed."""
        found = list(old) if isinstance(old, list | tuple) else []
        names = [name_of(item) for item in found]
        for name, value in change.items():
            written = f"{there}.{name}"
            number = self._find(names, name, f"[[{here.rpartition('.')[2]}]]", written)
            if number is None:
                continue
            if not isinstance(value, Mapping):
                message = f"a table of the keys that change is needed, not {type_name(value)}"
                self.faults.add(written, message, f"Write [{written}].")
            elif isinstance(found[number], Mapping):
                found[number] = self._table(found[number], value, f"{here}[{number}]", written)
        return found

    def _find(self, names: Sequence[str], name: str, what: str, written: str) -> int | None:
        """Number of the item of a name; a fault when there is none, or more than one."""
        same = [number for number, known in enumerate(names) if known == composed(name)]
        if len(same) == 1:
            return same[0]
        known = list(dict.fromkeys(filter(None, names)))
        if same:
            self.faults.add(written, f"{len(same)} sections {what} are called {quoted(name)}",
                            "Give each a name of its own.")  # fmt: skip
        else:
            hint = nearest(name, known) or (f"There are: {any_of(known)}." if known else "")
            if len(known) < len(names):
                hint = f"{hint} One without a name needs a key name first.".strip()
            self.faults.add(written, f"there is no section {what} called {quoted(name)}", hint)
        return None

    # --- additions -------------------------------------------------------------------------------

    def _add(self, added: Any) -> None:
        """New items of listed sections, after those there are."""
        where = f"{self.written}.add"
        if not isinstance(added, Mapping):
            self.faults.add(where, f"a list of sections is needed, not {type_name(added)}",
                            f"Write e.g. [[{where}.release]].")  # fmt: skip
            return
        for key, items in added.items():
            there = f"{where}.{key}"
            if not _is_listed(items):
                message = f"sections [[{there}]] are needed, not {type_name(items)}"
                self.faults.add(there, message)
                continue
            old = self.merged.data.get(key, [])
            if not isinstance(old, list | tuple):
                message = f"there can be only one [{key}]"
                self.faults.add(there, message, f"Write [{self.written}.{key}] to change it.")
                continue
            self.merged.data[key] = [*old, *items]
            if not old:
                self._note(key, there)
            for number in range(len(items)):
                self._note(f"{key}[{len(old) + number}]", f"{there}[{number}]")

    # --- removals --------------------------------------------------------------------------------

    def _remove(self, paths: Any) -> None:
        where = f"{self.written}.remove"
        if not isinstance(paths, list | tuple):
            hint = 'Write e.g. remove = ["release.tank", "numerics.time_step"].'
            self.faults.add(where, f"a list of key paths is needed, not {type_name(paths)}", hint)
            return
        for number, path in enumerate(paths):
            written = f"{where}[{number}]"
            if isinstance(path, str):
                self._remove_one(path, written)
            else:
                self.faults.add(written, f"text in quotes is needed, not {type_name(path)}")

    def _remove_one(self, path: str, written: str) -> None:
        """Remove a section, an item of a list, or a key."""
        holder: Any = self.merged.data
        here, rest = "", path
        while True:
            if _is_listed(holder):
                names = [name_of(item) for item in holder]
                split = next(splits(rest, names), None)
                if split is None:
                    hint = nearest(rest, filter(None, names)) or f"There are: {any_of(names)}."
                    break
                key, rest, number = *split, names.index(split[0])
                if not rest:
                    self._drop_item(holder, here, number, written)
                    return
                holder[number] = dict(holder[number])
                holder, here = holder[number], f"{here}[{number}]"
                continue
            split = next(splits(rest, [*holder]), None) if isinstance(holder, Mapping) else None
            if split is None:
                hint = nearest(rest, [*holder]) if isinstance(holder, Mapping) else ""
                break
            key, rest = split
            here = f"{here}.{key}" if here else key
            if not rest:
                assert isinstance(holder, dict)
                del holder[key]
                self._note(here, written)
                return
            if isinstance(holder[key], Mapping):
                holder[key] = dict(holder[key])
            elif _is_listed(holder[key]):
                holder[key] = list(holder[key])
            holder = holder[key]
        self.faults.add(written, f"there is no {quoted(path)} that could be removed", hint)

    def _drop_item(self, items: list[Any], here: str, number: int, written: str) -> None:
        """Remove an item; those behind it move up, and so does what is known of their origin."""
        del items[number]
        origin = self.merged.origin
        if not items:
            self._note(here, written)
        for old in range(number, len(items) + 1):
            head = f"{here}[{old}]"
            own = [
                path for path in origin if path == head or path.startswith((head + ".", head + "["))
            ]
            moved = {path: origin.pop(path) for path in own}
            if old > number:
                upper = f"{here}[{old - 1}]"
                moved.setdefault(head, written_path(origin, head))
                origin.update({upper + path[len(head) :]: to for path, to in moved.items()})

    def _note(self, here: str, there: str) -> None:
        """Remember where something was written; what was known of its parts is past."""
        origin = self.merged.origin
        for path in [path for path in origin if path.startswith((here + ".", here + "["))]:
            del origin[path]
        origin[here] = there


def _is_listed(value: Any) -> bool:
    """Tell whether a value is a list of tables."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, Mapping) for item in value)
    )


def _of_kind(here: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a table that stay when its ``kind`` changes."""
    kind = change.get("kind")
    forms = _FORMS.get(here.partition("[")[0], {})
    if kind == old.get("kind") or not isinstance(kind, str) or kind not in forms:
        return dict(old)
    fields = forms[kind].model_fields
    known = {spec.alias or name for name, spec in fields.items()}
    return {key: value for key, value in old.items() if key in known}


def name_of(item: Any) -> str:
    """What an item of a list answers to: its name, reach or place; of a
    reaction what reacts, of sorption what to."""
    if not isinstance(item, Mapping):
        return ""
    at = item.get("at")
    place = at if isinstance(at, Mapping) else {}
    names = [item.get("name"), item.get("reach"), place.get("node"), place.get("reach")]
    if "id" not in item:  # a reaction, or what a substance sorbs to, but no row of a table
        names += [item.get("from"), item.get("to")]
    for name in names:
        if isinstance(name, str) and name.strip():
            return composed(name)
    return ""


def composed(name: str) -> str:
    """A name in the form in which names are compared."""
    return unicodedata.normalize("NFC", name).strip()


def splits(path: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A name that begins a dotted path and what follows it, the longest name first."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        if path == name or path.startswith(f"{name}."):
            yield name, path[len(name) + 1 :]

"""From the path of a key, as in ``release.tank.mass``, to its place in the raw data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .contents import Content, models_in, of_column, of_field
from .draft import Draft
from .faults import any_of, nearest, quoted
from .reading import TABLES
from .reservoirs import Diversion, ReservoirSection, SplitSection
from .routing import FlowHydrographSection, Routing
from .sections import (
    DISPERSION_SECTIONS,
    FLOW_SECTIONS,
    LISTED_SECTIONS,
    RELEASE_SECTIONS,
    SINGLE_SECTIONS,
)
from .tables import Table
from .trigger import TRIGGER_SECTIONS
from .variants import name_of, splits

_SINGLE: Mapping[str, type[BaseModel]] = {**SINGLE_SECTIONS, "routing": Routing}
_LISTED: Mapping[str, type[BaseModel] | None] = {
    **LISTED_SECTIONS, "hydrograph": FlowHydrographSection, "reservoir": ReservoirSection,
    "diversion": Diversion, "split": SplitSection, "release": None,
}  # fmt: skip
_FORMS: Mapping[str, tuple[Mapping[str, type[BaseModel]], str]] = {
    "flow": (FLOW_SECTIONS, ""), "dispersion": (DISPERSION_SECTIONS, "formula"),
    "trigger": (TRIGGER_SECTIONS, ""), "release": (RELEASE_SECTIONS, ""),
}  # fmt: skip
"""Sections whose keys depend on their ``kind``, and the kind that holds when it is left out."""
HEADS = (*_SINGLE, "flow", "dispersion", "trigger", *_LISTED, *TABLES)


class PathError(Exception):
    """A path that leads nowhere; says why and what was meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class Found:
    """Where a path leads."""

    content: Content
    path: tuple[str | int, ...] = ()
    """Keys and positions in the raw data; empty for a cell."""
    table: str = ""
    row: str = ""
    column: str = ""


def find(path: str, data: Mapping[str, Any], draft: Draft) -> Found | None:
    """Find what a path leads to; None where a fault elsewhere hides it.

    Raises PathError where it leads nowhere.
    """
    head, _, rest = path.partition(".")
    if head in TABLES:
        return _cell(head, rest, draft)
    if head not in HEADS:
        near = nearest(head, HEADS)
        raise PathError(
            f"there is no section {quoted(head)} to look for it in",
            near or f"A path begins with one of {any_of(HEADS, 40)}.",
        )
    part, model, walked = _section(path, head, rest, data)
    return _Walk(path, part, model, walked).find()


def _section(
    path: str, head: str, rest: str, data: Mapping[str, Any]
) -> tuple[str, type[BaseModel], tuple[list[str | int], Any]]:
    """What remains of a path within its section, the keys of that, and where it stands."""
    raw = data.get(head)
    at: list[str | int] = [head]
    if head in _LISTED:
        number, rest = _item(path, head, rest, raw)
        assert isinstance(raw, list | tuple)
        at, raw = [head, number], raw[number]
    if head in _FORMS:
        forms, default = _FORMS[head]
        kind = raw.get("kind", default) if isinstance(raw, Mapping) else default
        if kind not in forms:
            raise PathError(f"the kind of {quoted(head)} is not known, so neither are its keys")
        model: type[BaseModel] = forms[kind]
    else:
        found = _SINGLE.get(head) or _LISTED.get(head)
        assert found is not None
        model = found
    return rest, model, (at, raw)


def _item(path: str, what: str, rest: str, raw: Any) -> tuple[int, str]:
    """Number of the item of a list that a path names, and what follows the name."""
    if not isinstance(raw, list | tuple) or not raw:
        raise PathError(f"the case has no [[{what}]]")
    names = [name_of(item) for item in raw]
    for name, after in splits(rest, names):
        if names.count(name) > 1:
            message = f"{names.count(name)} sections [[{what}]] are called {quoted(name)}"
            raise PathError(message, "Give each a name of its own.")
        return names.index(name), after
    if len(raw) == 1 and "." not in rest:
        return 0, rest
    known = [name for name in names if name]
    hint = nearest(rest.partition(".")[0], known)
    if not hint:
        hint = f"There are: {any_of(known)}." if known else f"Give the [[{what}]] a key name."
    raise PathError(f"there is no [[{what}]] of that name", hint)


class _Walk:
    """A path on its way through the keys of a section."""

    def __init__(
        self, path: str, rest: str, model: type[BaseModel], place: tuple[list[str | int], Any]
    ) -> None:
        self.path, self.rest, self.model = path, rest, model
        self.at, self.raw = place

    def find(self) -> Found:
        while True:
            key, _, self.rest = self.rest.partition(".")
            field = self._field(key)
            before, self.raw = self.raw, self.raw.get(key) if isinstance(self.raw, Mapping) else {}
            self.at.append(key)
            if self.rest:
                self._enter(key, field)
                continue
            content = of_field(field)
            if content is None or key == "kind":
                raise PathError("this cannot be varied")
            if before is None and len(self.at) > 2:
                raise PathError(f"the case has no {quoted('.'.join(map(str, self.at[:-1])))}")
            return Found(content, tuple(self.at))

    def _field(self, key: str) -> FieldInfo:
        fields = {spec.alias or name: spec for name, spec in self.model.model_fields.items()}
        if key in fields:
            return fields[key]
        tail = f"{key}.{self.rest}" if self.rest else key
        before = self.path.removesuffix(tail)
        if not key:
            before, message = f"{self.path}.".replace("..", "."), "names no key of its section"
        else:
            message = f"there is no key {quoted(key)} there"
        near = nearest(key, fields) if key else ""
        if near:
            known = near.split('"')[1]
            near = f'Did you mean "{before}{known}"?'
        raise PathError(message, near or f"Possible: {any_of(fields, 40)}.")

    def _enter(self, key: str, field: FieldInfo) -> None:
        """Go on into what a key leads to."""
        models = models_in(field)
        if not models:
            raise PathError(f"{quoted(key)} has no keys of its own")
        if isinstance(self.raw, list | tuple) or field.default == ():
            number, self.rest = _item(self.path, key, self.rest, self.raw)
            self.at.append(number)
            self.raw = self.raw[number]
        self.model = _fitting(models, self.raw)


def _fitting(models: Sequence[type[BaseModel]], raw: Any) -> type[BaseModel]:
    """The section that data are of: by their kind, else by their keys."""
    keys = set(raw) if isinstance(raw, Mapping) else set()
    for model in models:
        fields = {spec.alias or name: spec for name, spec in model.model_fields.items()}
        kind = of_field(fields["kind"]) if "kind" in fields else None
        if kind is not None and isinstance(raw, Mapping) and raw.get("kind") not in kind.words:
            continue
        if keys <= fields.keys():
            return model
    return models[0]


def _cell(name: str, rest: str, draft: Draft) -> Found | None:
    """A cell of a table, from ``ID.COLUMN``."""
    columns, id_column = TABLES[name]
    table: Table | None = getattr(draft, name)
    if table is None:
        raise PathError(f"the case has no table of {name}")
    if not table.named(id_column):
        return None
    row, _, column = rest.rpartition(".")
    known = [one.cells[id_column] for one in table.rows]
    if row not in known:
        if not row:
            example = f"{name}.{known[0]}.{[*columns][-2]}"
            raise PathError("a row and a column are needed", f'Write e.g. "{example}".')
        near = nearest(row, known)
        message = f"there is no row {quoted(row)} in the table of {name}"
        raise PathError(message, near or f"There are: {any_of(known)}.")
    if known.count(row) > 1:
        raise PathError(f"{quoted(row)} stands {known.count(row)} times in the table of {name}")
    if column not in columns:
        near = nearest(column, columns)
        raise PathError(
            f"there is no column {quoted(column)} in the table of {name}",
            near or f"Possible: {any_of(columns, 40)}.",
        )
    content = of_column(columns[column])
    if content is None:
        raise PathError(f"the column {quoted(column)} cannot be varied")
    return Found(content, table=name, row=row, column=column)

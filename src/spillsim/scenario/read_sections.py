"""Sections of scenario.toml one by one: a fault in one does not hide those of the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from .base import Section
from .faults import any_of, from_pydantic, nearest, quoted, written_path
from .fields import type_name
from .reading import Reading

Model = TypeVar("Model", bound=Section)


def section(reading: Reading, name: str, model: type[Section]) -> Section | None:
    """A section that stands once."""
    return validated(reading, reading.data[name], model, name)


def validated(reading: Reading, value: Any, model: type[Model], where: str) -> Model | None:
    """Check one section; faults are added, a sound section is returned."""
    if not isinstance(value, Mapping):
        mark = f"[[{where.partition('[')[0]}]]" if "[" in where else f"[{where}]"
        reading.faults.add(where, f"a section {mark} is needed, not {type_name(value)}")
        return None
    try:
        section = model.model_validate(dict(value), context=reading.context)
    except ValidationError as error:
        from_pydantic(reading.faults, error, model, where)
        return None
    section._file, section._where = reading.faults.file, where
    section._line = reading.faults.lines.get(written_path(reading.faults.origin, where))
    return section


def items(reading: Reading, name: str) -> list[Any]:
    """The items of a section that may be given several times."""
    value = reading.data.get(name, [])
    if isinstance(value, Mapping):
        reading.faults.add(name, f"may be given several times: write [[{name}]], not [{name}]")
        return []
    if not isinstance(value, list | tuple):
        reading.faults.add(name, f"sections [[{name}]] are needed, not {type_name(value)}")
        return []
    if not value and name in ("substance", "release") and name in reading.data:
        reading.faults.add(name, f"at least one [[{name}]] is needed")
    return list(value)


def listed(reading: Reading, name: str, model: type[Section]) -> list[Any]:
    """The sound items of a listed section, None in place of the others."""
    return [
        validated(reading, item, model, f"{name}[{number}]")
        for number, item in enumerate(items(reading, name))
    ]


def chosen(
    reading: Reading, name: str, models: Mapping[str, type[Section]], default: str | None
) -> Section | None:
    """A section whose ``kind`` says which keys it has."""
    if name in reading.data:
        return by_kind(reading, reading.data[name], models, name, default)
    return None if default is None else models[default]()


def by_kind(
    reading: Reading,
    value: Any,
    models: Mapping[str, type[Model]],
    where: str,
    default: str | None,
    tag: str = "kind",
) -> Model | None:
    """A section by the model that its ``kind``, or another tag, or the default one, asks for."""
    if not isinstance(value, Mapping):
        return validated(reading, value, next(iter(models.values())), where)
    kind = value.get(tag, default)
    if kind is None:
        reading.faults.add(
            f"{where}.{tag}", f"is missing; one of {any_of(models)} is needed",
            f'Write e.g. {tag} = "{next(iter(models))}".',
        )  # fmt: skip
        return None
    if not isinstance(kind, str) or kind not in models:
        hint = nearest(kind, models) if isinstance(kind, str) else ""
        reading.faults.add(f"{where}.{tag}", f"{quoted(kind)} is not one of {any_of(models)}", hint)
        return None
    return validated(reading, value, models[kind], where)

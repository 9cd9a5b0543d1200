"""Gathering faults: human key paths, lines, nearest names, and no terminal control characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from ..errors import Fault
from ..network import faults as network_faults
from .fields import type_name

_MOST = 500  # a broken column of a long table must not bury the other faults
_LONGEST_MESSAGE = 600
_LONGEST_VALUE = 60


def clean(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    """Make text from a file safe to print: invisible and control characters become ``\\xNN``."""
    parts = []
    for c in text[: longest + 1]:
        code = ord(c)
        if c.isprintable():
            parts.append(c)
        else:
            parts.append(f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
    return "".join(parts[:longest]) + ("…" if len(parts) > longest else "")


def quoted(value: object) -> str:
    """A value as the user wrote it, shortened."""
    if isinstance(value, str):
        return f'"{clean(value, _LONGEST_VALUE)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return clean(repr(value), _LONGEST_VALUE)
    return type_name(value)


def nearest(name: str, names: Iterable[str]) -> str:
    """``'Did you mean "szolnok"?'``, or nothing when no name is near."""
    return network_faults.nearest(name[:200], names)


def any_of(names: Iterable[str], most: int = 12) -> str:
    """A list of allowed names for a message."""
    listed = list(names)
    more = f", ... ({len(listed) - most} more)" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


class Faults:
    """The faults found so far, and where each key path stands in the scenario file."""

    def __init__(self, file: str, lines: Mapping[str, int]) -> None:
        self.file = file
        """Name of the scenario file; empty for a scenario given as a dict."""
        self.lines = lines
        """Key path -> line of the scenario file."""
        self.origin: Mapping[str, str] = {}
        """Key path of the data -> where a regime or measure wrote it, as in ``variants``."""
        self.found: list[Fault] = []
        self._suppressed: dict[str, int] = {}

    def add(
        self,
        where: str,
        message: str,
        hint: str = "",
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        """Add a fault in a table (``file`` given) or at a key path of the scenario file."""
        if file is None:
            where = written_path(self.origin, where)
            file, line = self.file, line or line_of(self.lines, where)
        full = file in self._suppressed
        if full or sum(1 for fault in self.found if fault.file == file) >= _MOST:
            self._suppressed[file] = self._suppressed.get(file, 0) + 1
            return
        self.found.append(Fault(clean(file), clean(where, 200), clean(message), clean(hint), line))

    def all(self) -> list[Fault]:
        """All faults, each once, the scenario file first, then by file and line."""
        more = [
            Fault(file, "", f"and {count} more faults of this file are not listed")
            for file, count in self._suppressed.items()
        ]
        unique = list(dict.fromkeys(self.found))
        unique.sort(key=lambda f: (f.file != self.file, f.file, f.line or 0))
        return unique + more


def line_of(lines: Mapping[str, int], where: str) -> int | None:
    """Line of a key path, or of the nearest section around it."""
    while where:
        if where in lines:
            return lines[where]
        where = where[: max(where.rfind("."), where.rfind("["), 0)]
    return None


def written_path(origin: Mapping[str, str], where: str) -> str:
    """Key path in the file of a key path in the data, which a regime or measure may have moved."""
    head = where if origin else ""
    while head:
        if head in origin:
            return origin[head] + where[len(head) :]
        head = head[: max(head.rfind("."), head.rfind("["), 0)]
    return where


def key_path(loc: Iterable[int | str]) -> str:
    """``("release", 0, "mass")`` -> ``"release[0].mass"``; tags of unions are left out."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith("<"):
            path += f".{part}" if path else part
    return path


def from_pydantic(faults: Faults, error: ValidationError, model: type[BaseModel], at: str) -> None:
    """Add what pydantic found in a section, in the words of the user."""
    for item in error.errors(include_url=False):
        path = key_path(item["loc"])
        where = f"{at}.{path}" if path else at
        message, hint = _words(item, model)
        faults.add(where, message, hint)


def _words(item: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Message and hint for one pydantic error."""
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    key = next((p for p in reversed(item["loc"]) if isinstance(p, str)), "")
    if kind == "spillsim":
        return _own_words(context, key, value)
    if kind == "missing":
        return "is missing; this key is needed", _example(model, item["loc"])
    if kind == "extra_forbidden":
        names = _keys(_model_at(model, item["loc"][:-1]))
        return "there is no such key", nearest(key, names) or f"Possible: {any_of(names)}."
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", context["expected"])
        hint = nearest(value, names) if isinstance(value, str) else ""
        return f"{quoted(value)} is not one of {any_of(names)}", hint
    if kind == "finite_number":
        return f"{quoted(value)} is not a finite number", ""
    limits = {"greater_than": ("above", "gt"), "greater_than_equal": ("at least", "ge"),
              "less_than": ("below", "lt"), "less_than_equal": ("at most", "le")}  # fmt: skip
    if kind in limits:
        word, name = limits[kind]
        return f"{quoted(value)} must be {word} {context[name]:g}", ""
    wanted = {"float_type": "a number", "int_type": "a whole number", "bool_type": "true or false",
              "string_type": "text in quotes", "tuple_type": "a list", "list_type": "a list",
              "model_type": "a table", "model_attributes_type": "a table",
              "dict_type": "a table"}  # fmt: skip
    if kind in wanted:
        return f"{wanted[kind]} is needed, not {type_name(value)}", ""
    return str(item["msg"]), ""


def _own_words(context: Mapping[str, str], key: str, value: object) -> tuple[str, str]:
    message, hint = context["message"], context.get("hint", "")
    shown = quoted(value)
    if isinstance(value, str | int | float) and shown[:30] not in message:
        message = (
            f"{shown} {message}"
            if message.startswith(("is ", "has ", "must "))
            else (f"{shown}: {message}")
        )
    if key == "mass" and "mass per time" in message:
        hint = f'For a rate use kind = "rate" with rate = {shown}.'
    return message, hint


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], loc: Iterable[int | str]) -> type[BaseModel]:
    """The model that a key path within a section leads to.

    Where a key may hold one of several, the path goes on with the tag or the name of the one.
    """
    found, choices = model, dict[str, type[BaseModel]]()
    for part in loc:
        if part in choices:
            found = choices[str(part)]
        field = next((f for n, f in found.model_fields.items() if part in (f.alias, n)), None)
        if field is not None:
            choices = dict(_models_in(field.annotation))
            if len(choices) == 1:
                (found,) = choices.values()
    return found


def _models_in(annotation: Any, tag: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every model that a type has in it, by its tag or else its name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield tag or annotation.__name__, annotation
        return
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        tag = next((one.tag for one in inner[1:] if isinstance(one, Tag)), tag)
        inner = inner[:1]
    for one in inner:
        yield from _models_in(one, tag)


def _example(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """An example of a missing key, from the descriptions that also feed the JSON Schema."""
    inside = _model_at(model, loc[:-1])
    name = str(loc[-1])
    for field_name, field in inside.model_fields.items():
        if (field.alias or field_name) == name:
            schema = inside.model_json_schema()["properties"].get(name, {})
            examples = schema.get("examples")
            if examples and schema.get("format") != "date-time":
                return f'Write e.g. {name} = "{examples[0]}".'
            if examples:
                return f"Write e.g. {name} = {examples[0]}."
    return ""

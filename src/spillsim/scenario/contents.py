"""What may stand at a key or in a cell: a number with its unit and range, a word, a text."""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from .. import units
from .faults import any_of, nearest, quoted
from .fields import Measure, check_range, read_moment, read_quantity, refuse, type_name
from .rows import Column

Value = float | str | bool
"""A number in SI, a word or text, true or false."""
Kind = Literal["quantity", "moment", "number", "whole", "truth", "word", "text", "given"]
"""``given`` is what only the key itself can read, such as a return period in years."""


@dataclass(frozen=True, slots=True)
class Content:
    """What may stand at a key or in a cell."""

    kind: Kind
    dimension: str = ""
    """A key of ``units.DIMENSIONS`` for quantities and moments."""
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    below: float | None = None
    words: tuple[str, ...] = ()
    is_factor: bool = False

    @property
    def is_number(self) -> bool:
        """True where values have an order."""
        return self.kind in ("quantity", "moment", "number", "whole")

    @property
    def unit(self) -> str:
        """Unit of its values in SI; empty for plain numbers, words and angles."""
        if self.kind == "moment":
            return "s"
        return units.DIMENSIONS[self.dimension].si if self.kind == "quantity" else ""

    def wrong(self, value: float) -> str:
        """Say what is wrong with a number in SI, or nothing."""
        if wrong := check_range(value, self.minimum, self.above):
            return wrong
        if self.maximum is not None and value > self.maximum:
            return f"must be {self.maximum:g} or less"
        if self.below is not None and not value < self.below:
            return f"must be below {self.below:g}"
        return ""

    def write(self, value: Value) -> Any:
        """A value in SI as it stands in the file, number and unit; nothing is rounded."""
        if self.kind in ("quantity", "moment"):
            return f"{value!r} {self.unit}"
        return round(float(value)) if self.kind == "whole" else value


FACTOR = Content("number", above=0.0, is_factor=True)
"""What a factor is."""


def of_column(column: Column) -> Content | None:
    """What stands in a column; None for ids, names and files, which cannot be varied."""
    if column.content == "word":
        return Content("word", words=column.words)
    if column.content in ("id", "name", "file", "date"):
        return None
    is_plain = column.content in ("dimensionless", "angle")
    return Content(
        "number" if is_plain else "quantity",
        "" if is_plain else column.content,
        column.minimum,
        column.above,
        column.maximum,
    )


def of_field(field: FieldInfo) -> Content | None:
    """What stands at a key of a section; None where it is nothing that could be varied."""
    types_found: list[Any] = []
    marks: list[Any] = list(_flat(field.metadata))
    for leaf, metadata in _leaves(field.annotation):
        types_found.append(leaf)
        marks += _flat(metadata)
    measure = next((mark for mark in marks if isinstance(mark, Measure)), None)
    if measure is not None:
        kind: Kind = "moment" if measure.is_moment else "quantity"
        return Content(kind, measure.dimension, measure.minimum, measure.above)
    leaves = [leaf for leaf in types_found if leaf is not type(None)]
    words = tuple(leaf for leaf in leaves if isinstance(leaf, str))
    if words and len(words) == len(leaves):
        return Content("word", words=words)
    own = any(isinstance(mark, BeforeValidator) for mark in marks)
    if leaves in ([float], [int]) and own:
        return Content("given")
    if leaves in ([float], [int]):
        least, above, most, below = (_limit(marks, sign) for sign in ("ge", "gt", "le", "lt"))
        return Content("number" if leaves == [float] else "whole", "", least, above, most, below)
    if leaves == [bool]:
        return Content("truth")
    if str in leaves and not any(_is_model(leaf) for leaf in leaves):
        return Content("text")
    return None


def _limit(marks: Sequence[Any], sign: str) -> float | None:
    """What a field says of its range."""
    return next((getattr(m, sign) for m in marks if getattr(m, sign, None) is not None), None)


def models_in(field: FieldInfo) -> list[type[BaseModel]]:
    """The sections that a key may lead to."""
    return [leaf for leaf, _ in _leaves(field.annotation) if _is_model(leaf)]


def _is_model(leaf: Any) -> bool:
    return isinstance(leaf, type) and issubclass(leaf, BaseModel)


def _flat(metadata: Any) -> Iterator[Any]:
    for mark in metadata:
        if isinstance(mark, FieldInfo):
            yield from mark.metadata
        else:
            yield mark


def _leaves(annotation: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Types and allowed words within an annotation, with what they are annotated with."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        for leaf, more in _leaves(inner):
            yield leaf, (*metadata, *more)
    elif origin in (Union, types.UnionType, tuple):
        for part in get_args(annotation):
            if part is not Ellipsis:
                yield from _leaves(part)
    elif origin is Literal:
        for word in get_args(annotation):
            yield word, ()
    else:
        yield annotation, ()


# --- values --------------------------------------------------------------------------------------


def read_value(value: Any, content: Content | None, context: Mapping[str, Any]) -> Any:
    """A value of a distribution as what it varies is written; in SI where it is a number.

    content : None where the key is not known, so that nothing can be said of its values
    context : as of a ``Reading``
    """
    if content is None:
        return value
    if content.kind == "quantity":
        return _checked(content, read_quantity(value, content.dimension))
    if content.kind == "moment":
        return read_moment(value, context)
    if content.kind in ("number", "whole"):
        return _checked(content, _plain(value, content))
    if content.kind == "truth":
        if not isinstance(value, bool):
            raise refuse(f"true or false is needed, not {type_name(value)}")
        return value
    if content.kind == "given":
        finite = not isinstance(value, float) or math.isfinite(value)
        if not isinstance(value, str | int | float) or not finite:
            raise refuse(f"a text or number is needed, not {type_name(value)}")
        return value
    if not isinstance(value, str):
        raise refuse(f"text in quotes is needed, not {type_name(value)}")
    if content.words and value not in content.words:
        hint = nearest(value, content.words)
        raise refuse(f"is not one of {any_of(content.words)}", hint)
    return value


def read_spread(value: Any, content: Content | None) -> Any:
    """A standard deviation: a difference of two values, so that degC and K mean the same."""
    if content is None or not content.is_number:
        return value
    if content.kind in ("number", "whole"):
        found = _plain(value, content)
    else:
        found = read_quantity(value, content.dimension)
        if content.dimension == "temperature":
            match = units.NUMBER.match(value.strip())
            assert match is not None
            unit = units.conversion(value.strip()[match.end() :].strip(), "temperature")
            found = float(match.group()) * unit.numerator / unit.denominator
    if not found > 0:
        raise refuse("must be above zero")
    return found


def _plain(value: Any, content: Content) -> float:
    if isinstance(value, str) and content.is_factor:
        raise refuse("a factor is a plain number, without a unit", "Write e.g. 1.2.")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"a plain number is needed, not {type_name(value)}")
    if value - value != 0:
        raise refuse(f"{quoted(value)} is not a finite number")
    return float(value)


def _checked(content: Content, value: float) -> float:
    if wrong := content.wrong(value):
        raise refuse(f"{wrong}.")
    return value

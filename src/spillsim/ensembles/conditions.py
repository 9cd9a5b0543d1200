"""Conditions on members: ``season = spring``, ``flow > 1.3``, ``mass in 50 t..200 t``.

A condition is on what was drawn or swept, in the words and units of the scenario file. Several are
joined by ``and``. What they are true for is counted by itself: an answer given that they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError
from ..network.faults import nearest

if TYPE_CHECKING:
    from ..sampling import Draws

Flags = NDArray[np.bool_]

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": np.less_equal, ">=": np.greater_equal, "!=": np.not_equal,
    "<": np.less, ">": np.greater, "=": np.equal,
}  # fmt: skip
_SAME = 1e-9
"""Two numbers this near to each other, over their size, are the same as written."""
_EXAMPLE = 'Write e.g. "flow > 1.3", "mass in 50 t..200 t" or "season = spring".'


class ConditionError(SpillsimError):
    """A condition that cannot be understood, or that names nothing there is."""

    def __init__(self, text: str, why: str, hint: str = "") -> None:
        super().__init__(f'the condition "{text}": {why}. {hint}'.rstrip())


@dataclass(frozen=True)
class Given:
    """Members for which a condition is true."""

    text: str
    """As it was written."""
    holds: Flags
    """(M,)"""


@dataclass(frozen=True)
class _Asked:
    """What a condition may be on: an uncertain input or a sweep."""

    values: NDArray[Any]
    """(M,) numbers in SI, or texts."""
    known: tuple[str, ...]
    """The texts there are; empty for numbers."""
    read: Callable[[str], float]
    """A number in SI of its text."""
    is_drawn_evenly: bool
    """Any number of a range, so that none is ever met exactly."""


def given(draws: Draws, texts: Sequence[str]) -> tuple[Given, ...]:
    """Find the members of conditions.

    draws : all members
    texts : see the module

    Raises
    ------
    ConditionError
        One names no input or sweep, or has a value that such a one cannot have.
    """
    names = (*draws.names, *(one.name for one in draws.scenario.sweeps))
    found = []
    for text in dict.fromkeys(" ".join(one.split()) for one in texts):
        holds = np.ones(draws.members, dtype=np.bool_)
        for name, sign, value in _parts(text, names):
            holds &= _true_for(text, _asked(draws, name), sign, value)
        found.append(Given(text, holds))
    return tuple(found)


def _parts(text: str, names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Name, sign and value of every condition of a text."""
    any_name = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    signs = r"(?:<=|>=|!=|==|<|>|=|\bin\b)"
    # a value may hold the word "and": only what begins another condition ends it
    cuts = re.split(rf"\s+and\s+(?=(?:{any_name})\s*{signs})", text) if names else [text]
    found = []
    for part in cuts:
        match = re.fullmatch(rf"\s*(?P<name>.*?)\s*(?P<sign>{signs})\s*(?P<value>.*?)\s*", part)
        if match is None or not match["name"] or not match["value"]:
            raise ConditionError(text, "this is no condition", _EXAMPLE)
        known = re.fullmatch(rf"\s*({any_name})\s*({signs})\s*(.*?)\s*", part)
        if known is None:
            hint = nearest(match["name"], names) or f"There are: {', '.join(names)}."
            raise ConditionError(text, f'nothing uncertain or swept is named "{match["name"]}"',
                                 hint)  # fmt: skip
        name, sign, value = known.groups()
        found.append((name, "=" if sign == "==" else sign, value))
    return found


def _asked(draws: Draws, name: str) -> _Asked:
    """What is known of an input or a sweep."""
    from ..scenario.uncertain import Discrete, Empirical

    if name in draws.names:
        column = draws.names.index(name)
        one = draws.scenario.uncertain[column]
        values = draws.value[:, column]
        if draws.kind[column] == "choice":
            assert isinstance(one, Discrete)
            known = tuple(map(_written, one.values))
            return _Asked(np.array(known)[values.astype(np.int64)], known, float, False)
        even = not isinstance(one, Discrete | Empirical)
        return _Asked(values, (), _reader(one.aim.content, draws), even)
    sweep = next(one for one in draws.scenario.sweeps if one.name == name)
    points = [combination[name] for combination in draws.combinations]
    if not all(type(point) in (int, float) for point in points):
        texts = [_written(point) for point in points]
        return _Asked(np.array(texts)[draws.combination], tuple(dict.fromkeys(texts)), float, False)
    numbers = np.array([float(point) for point in points])[draws.combination]
    return _Asked(numbers, (), _reader(sweep.aim.content, draws), False)


def _written(value: Any) -> str:
    """A choice as it is written in a condition."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reader(content: Any, draws: Draws) -> Callable[[str], float]:
    """Reads numbers with the unit of a key, or plain ones."""
    from pydantic_core import PydanticCustomError

    from ..scenario.contents import read_value

    def read(text: str) -> float:
        value: Any = text
        if content.kind in ("number", "whole"):
            try:
                value = float(text)
            except ValueError:
                raise SpillsimError(f'a plain number is needed, not "{text}"') from None
        elif re.fullmatch(r"[-+0-9.eE]+", text):
            value = float(text)  # so that the fault asks for a unit
        context = {"start": draws.scenario.case.start}
        try:
            # only the value is asked for: it may lie where no draw does
            return float(read_value(value, _unbounded(content), context))
        except PydanticCustomError as error:
            said = error.context or {}
            told = f"{said.get('message', error)}. {said.get('hint', '')}"
            raise SpillsimError(told.strip().rstrip(".")) from None

    return read


def _unbounded(content: Any) -> Any:
    from dataclasses import replace

    return replace(content, minimum=None, above=None, maximum=None, below=None)


def _true_for(text: str, asked: _Asked, sign: str, value: str) -> Flags:
    if asked.known:
        return _among_texts(text, asked, sign, value)
    try:
        return _among_numbers(text, asked, sign, value)
    except ConditionError:
        raise
    except SpillsimError as error:
        raise ConditionError(text, str(error)) from None


def _among_texts(text: str, asked: _Asked, sign: str, value: str) -> Flags:
    if sign not in ("=", "!=", "in"):
        raise ConditionError(text, f"its values have no order, so {sign} says nothing",
                             f"There are: {', '.join(asked.known)}.")  # fmt: skip
    wanted = [value.strip("\"'")] if value.strip("\"'") in asked.known or sign != "in" else [
        part.strip().strip("\"'") for part in value.split(",")]  # fmt: skip
    for one in wanted:
        if one not in asked.known:
            hint = nearest(one, asked.known) or f"There are: {', '.join(asked.known)}."
            raise ConditionError(text, f'"{one}" is none of its values', hint)
    among = np.isin(asked.values, wanted)
    return np.asarray(~among if sign == "!=" else among)


def _among_numbers(text: str, asked: _Asked, sign: str, value: str) -> Flags:
    if sign == "in" and ".." in value:
        low, high = (asked.read(end.strip()) for end in value.split("..", 1))
        if not low <= high:
            raise ConditionError(text, "the range ends below its beginning")
        return np.asarray((asked.values >= low) & (asked.values <= high))
    if sign in ("=", "!=", "in"):
        if asked.is_drawn_evenly:
            raise ConditionError(text, "any number of a range may be drawn, so none is met exactly",
                                 'Write a range, such as "in 1..2".')  # fmt: skip
        numbers = [asked.read(part.strip()) for part in value.split(",")]
        if sign != "in" and len(numbers) > 1:
            raise ConditionError(text, "several values stand after in", _EXAMPLE)
        among = np.zeros(asked.values.size, dtype=np.bool_)
        for number in numbers:
            among |= np.isclose(asked.values, number, rtol=_SAME, atol=0.0)
        return ~among if sign == "!=" else among
    return np.asarray(_SIGNS[sign](asked.values, asked.read(value)))

"""A whole column of a table at once; cell by cell only where one of them may be at fault."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

from .cells import WORDS, Head, read_cell, read_word
from .rows import Column

Value = float | str | None

_NUMBER_LETTERS = frozenset("0123456789+-.eE")
"""``float`` reads of these letters alone exactly what ``units.NUMBER`` does."""
_ID_LETTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.")
_LONGEST_PLAIN_ID = 200


def read_column(
    head: Head, cells: Sequence[str]
) -> tuple[list[Value], dict[int, PydanticCustomError]]:
    """Values of a column, None where a cell is empty or wrong, and what is wrong by row."""
    assert head.column is not None
    texts = list(map(str.strip, cells))
    if not (head.column.required and not all(texts)):
        values = _words(head.column, texts) if head.conversion is None else _numbers(head, texts)
        if values is not None:
            return values, {}
    found: list[Value] = []
    wrong: dict[int, PydanticCustomError] = {}
    for row, text in enumerate(texts):
        try:
            found.append(read_cell(head, text))
        except PydanticCustomError as error:
            found.append(None)
            wrong[row] = error
    return found, wrong


def _numbers(head: Head, texts: list[str]) -> list[Value] | None:
    """Numbers in SI, None unless all of them are sound."""
    column, conversion = head.column, head.conversion
    assert column is not None
    assert conversion is not None
    up, down, offset = conversion
    filled = [text for text in texts if text]
    if not filled:
        return [None] * len(texts)
    if not _NUMBER_LETTERS.issuperset("".join(filled)):
        return None
    try:
        # as Conversion.to_si, without a call for each
        numbers = [number * up / down + offset for number in map(float, filled)]
    except ValueError:
        return None
    lowest, highest = min(numbers), max(numbers)
    if (
        not (math.isfinite(lowest) and math.isfinite(highest))
        or (column.above is not None and not lowest > column.above)
        or (column.minimum is not None and not lowest >= column.minimum)
        or (column.maximum is not None and highest > column.maximum)
    ):
        return None
    if len(numbers) == len(texts):
        return [*numbers]
    remaining = iter(numbers)
    return [next(remaining) if text else None for text in texts]


def _words(column: Column, texts: list[str]) -> list[Value] | None:
    """Words in their composed form, None unless all of them are sound."""
    assert column.content in WORDS
    if column.content == "id" and _ID_LETTERS.issuperset("".join(texts)):
        if max(map(len, texts), default=0) > _LONGEST_PLAIN_ID:
            return None
        return [*texts] if all(texts) else [text or None for text in texts]
    try:
        known: dict[str, str | None] = {
            text: read_word(column, text) for text in set(texts) if text
        }
    except PydanticCustomError:
        return None
    known[""] = None
    return [known[text] for text in texts]

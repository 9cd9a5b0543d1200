"""Answers of several ensembles, or of several groups of one: a table for every place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import words
from .console import Console
from .table import Column, print_table

if TYPE_CHECKING:
    from ..ensembles.comparing import AnswerRow, Range


def tell_by_place(console: Console, rows: Sequence[AnswerRow]) -> None:
    """Print a table for every border (or station) and substance, a row for every group."""
    if not rows:
        console.line("  no station or border is named: there is nothing to compare")
        console.line()
    for station in dict.fromkeys(row.station for row in rows):
        here = [row for row in rows if row.station == station]
        flag = "⚑ " if here[0].kind == "border" else ""
        river = f" · {here[0].river}" if here[0].river and here[0].river not in station else ""
        console.line(f"{flag}{station}{river}", bold=True)
        for substance in dict.fromkeys(row.substance for row in here):
            own = [row for row in here if row.substance == substance]
            several = any(row.members > 1 for row in own)
            basis = (
                f"{substance} · "
                + ("median, and 5 to 95 % of the members" if several else "one member each")
                + " · hours after the release"
            )
            limits = dict.fromkeys((row.limit, row.limit_name) for row in own if row.limit_name)
            told = [f"{words.concentration(value)}, {name}" for value, name in limits]
            basis += f" · limit: {' or '.join(told)}" if told else ""
            for line in console.wrapped(basis, console.width - 1):
                console.line(line)
            print_table(console, _columns(own))
            console.line()


def _columns(rows: Sequence[AnswerRow]) -> list[Column]:
    runs = tuple(row.run for row in rows)
    columns = []
    if len(set(runs)) > 1:
        columns.append(Column("ensemble", "", _once(runs), left=True, least=12))
    if len({row.group for row in rows}) > 1 or not columns:
        columns += _group_columns(rows)
    columns.append(Column("", "", tuple(f"{row.members:,}" for row in rows), leaves=8))
    if any(row.limit_name for row in rows):
        full = tuple(
            f"{_percent(row.chance)} ({_percent(row.chance_low)}–{_percent(row.chance_high)})"
            for row in rows
        )
        columns.append(Column("> limit", "% of memb.", full, leaves=6, short=Column(
            "> limit", "%", tuple(_percent(row.chance) for row in rows))))  # fmt: skip
    if any(row.comes < 1.0 for row in rows):
        comes = tuple(_percent(row.comes) for row in rows)
        columns.append(Column("comes", "%", comes, leaves=7))
    for title, name, unit, leaves in (
        ("arrives", "arrival", "h", 5), ("peak", "peak_concentration", "mg/L", 3),
        ("at", "peak_time", "h", 9), ("load", "load", "kg", 4),
    ):  # fmt: skip
        spreads = [getattr(row, name) for row in rows]
        short = Column(title, unit, tuple(_middle(one) for one in spreads))
        cells = tuple(_spread(one, row.members) for one, row in zip(spreads, rows, strict=True))
        columns.append(
            Column(title, unit, cells, leaves=leaves, short=None if leaves > 8 else short)
        )
    return columns


def _group_columns(rows: Sequence[AnswerRow]) -> list[Column]:
    """A column for everything that is swept; one where labels do not fall into such parts."""
    parts = [row.group.split(", ") if row.group_kind == "combination" else [] for row in rows]
    counts = {len(own) for own in parts if own}
    if len(counts) != 1:
        return [Column("members", "", tuple(row.group for row in rows), left=True, least=20)]
    columns = []
    for number in range(counts.pop()):
        own = [part[number].split(" ") if part else [] for part in parts]
        title = _common(own)
        cells = [" ".join(word[len(title) :]) for word in own]
        if number == 0:  # what is no combination has its label here
            cells = [cell or row.group for cell, row in zip(cells, rows, strict=True)]
        columns.append(Column(" ".join(title), "", tuple(cells), left=True, least=10))
    return columns


def _common(texts: Sequence[Sequence[str]]) -> list[str]:
    """The words that all texts that are not empty begin with, and that leave something of each."""
    given = [text for text in texts if text]
    found: list[str] = []
    for words_here in zip(*given, strict=False):
        if len(set(words_here)) > 1 or any(len(text) == len(found) + 1 for text in given):
            break
        found.append(words_here[0])
    return found


def _once(names: Sequence[str]) -> tuple[str, ...]:
    """Names, each where it begins only."""
    before = ("", *names)
    return tuple("" if name == last else name for name, last in zip(names, before, strict=False))


def _percent(share: float) -> str:
    return words.DASH if math.isnan(share) else words.number(100.0 * share, 2)


def _middle(spread: Range) -> str:
    return "never" if math.isnan(spread[1]) else words.number(spread[1])


def _spread(spread: Range, members: int) -> str:
    """``median (5 %–95 %)``; an end that is never reached is open."""
    if members < 2 or all(map(math.isnan, spread)):
        return _middle(spread)
    low, high = ("never" if math.isnan(v) else words.number(v) for v in (spread[0], spread[2]))
    return f"{_middle(spread)} ({low}–{high})"

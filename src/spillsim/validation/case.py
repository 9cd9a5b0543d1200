"""A case of the validation pack: the question, where its data come from, and what it answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GROUPS = ("verification", "tracer", "accident")
"""Exact answers; dye in real rivers; what was seen after real accidents."""


@dataclass(frozen=True)
class Source:
    """Where numbers come from."""

    text: str
    """Author, year, title, and the address where they were read."""
    licence: str
    """What it allows, or why facts transcribed from it may be shipped."""


@dataclass(frozen=True)
class Bound:
    """Limits that a score is held to, both included: an aim fixed before the score was known, or
    a guard against getting worse; ``reason`` tells which.
    """

    low: float = -math.inf
    high: float = math.inf
    reason: str = ""
    """Why this and no other value."""

    def holds(self, value: float) -> bool:
        """Tell whether a value lies within; never for one that is not a number."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Score:
    """One number that says how well."""

    name: str
    """In words that stand alone in a table, as "peak time, median of |error|"."""
    value: float
    unit: str = ""
    """As shown; "%" for shares that are given in percent."""
    bound: Bound | None = None
    """None where it is told but nothing is promised."""
    note: str = ""
    """Why it is as it is, where a reader would ask."""

    @property
    def holds(self) -> bool:
        """Tell whether its bound is kept; true where there is none."""
        return self.bound is None or self.bound.holds(self.value)


@dataclass(frozen=True)
class Curve:
    """One line or set of points of a panel."""

    label: str
    x: Array
    y: Array
    kind: str = "simulated"
    """One of "simulated" (line), "observed" (points), "reference" (thin dashed line)."""


@dataclass(frozen=True)
class Band:
    """An interval over x, such as 5 to 95 % of an ensemble."""

    label: str
    x: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Panel:
    """One diagram."""

    title: str
    x_label: str
    y_label: str
    curves: Sequence[Curve] = ()
    bands: Sequence[Band] = ()
    x_log: bool = False
    y_log: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text and numbers; numbers are laid out where the table is written."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str | float]]


@dataclass(frozen=True)
class Report:
    """What a case answers."""

    scores: Sequence[Score]
    panels: Sequence[Panel] = ()
    tables: Sequence[Table] = ()
    remarks: Sequence[str] = ()
    """Where it fails, and why; what the numbers do not say. Plain sentences."""


@dataclass(frozen=True)
class Case:
    """One question with its answer."""

    name: str
    """Of ``--only``: small letters, digits and underscores."""
    group: str
    """One of ``GROUPS``."""
    title: str
    question: str
    """What is asked, in one or two sentences."""
    answer: Callable[[], Report]
    """Computes the report; picklable (a function of a module), alone and without arguments."""
    sources: Sequence[Source] = ()
    assumptions: Sequence[str] = ()
    """What was assumed, each with its range where it is sampled."""
    used_for: Sequence[str] = field(default=())
    """Defaults of the program that were chosen with these data in view; empty where they were
    not: only then is the case an independent check of them."""
    cost: float = 1.0
    """About how many seconds it takes on one core with compiled code; the longest begin first."""

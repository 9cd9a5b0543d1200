"""What is uncertain in a case, one line for each input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import units
from ..sampling import draws_of, percentiles
from ..scenario import Ensemble
from ..scenario.uncertain import Discrete
from . import words
from .console import Console
from .table import Column, print_table

if TYPE_CHECKING:
    from ..scenario import Scenario

_SAMPLING = {"latin_hypercube": "Latin hypercube", "sobol": "Sobol", "random": "random",
             "saltelli": "Saltelli"}  # fmt: skip


def tell_uncertain(console: Console, scenario: Scenario) -> None:
    """Print every uncertain input with its 5, 50 and 95 %, and what is swept."""
    inputs, sweeps = scenario.uncertain, scenario.sweeps
    if inputs:
        shown = [_percentiles(one) for one in inputs]
        print_table(
            console,
            [
                Column("uncertain", "", tuple(one.name for one in inputs), left=True, least=10),
                Column("", "", tuple(one.aim.told for one in inputs), left=True, least=12),
                Column("", "", tuple(one.distribution for one in inputs), left=True, leaves=2),
                Column("5 %", "", tuple(one[0] for one in shown)),
                Column("50 %", "", tuple(one[1] for one in shown)),
                Column("95 %", "", tuple(one[2] for one in shown)),
                Column("", "", tuple(one[3] for one in shown), left=True, least=8),
            ],
        )
    for tie in scenario.correlations:
        names = " and ".join(tie.between)
        console.line(f"  {names}: rank correlation {tie.rank:g}")
    for sweep in sweeps:
        points = [words.number(_shown(sweep, p)) if isinstance(p, float) else str(p)
                  for p in sweep.points]  # fmt: skip
        kind = sweep.chooses or sweep.aim.told
        console.line(f"  sweep {sweep.name}: {kind} {words.listed(points)} {sweep.unit}".rstrip())
    console.labelled("ensemble", _size(scenario))
    console.line()


def _size(scenario: Scenario) -> str:
    """How many members there are, and how they are drawn."""
    how = scenario.ensemble or Ensemble()
    draws = draws_of(scenario)
    combinations = 1
    for sweep in scenario.sweeps:
        combinations *= len(sweep.points)
    text = words.count(draws * combinations, "member")
    if combinations > 1:
        text += f" ({words.count(combinations, 'combination')} of {words.count(draws, 'draw')})"
    if scenario.uncertain:
        text += f" · {_SAMPLING[how.sampling]} · seed {how.seed}"
        if how.sampling == "saltelli":
            each = len(scenario.uncertain) + 2
            text += f" · {draws // each:,} base points of {each} members each"
    return text


def shown(one: Any, value: Any) -> str:
    """A drawn or swept value with its unit, or the word that was chosen."""
    if isinstance(one, Discrete) and not one.aim.content.is_number:
        return str(one.values[int(value)])
    if not isinstance(value, float):
        return str(value)
    return f"{words.number(_shown(one, value))} {one.unit}".rstrip()


def _shown(one: Any, value: float) -> float:
    """A value in the unit it was written in."""
    if not one.unit:
        return value
    found = units.conversion(one.unit, one.aim.content.dimension)
    return (value - found.offset) * found.denominator / found.numerator


def _percentiles(one: Any) -> tuple[str, str, str, str]:
    """5, 50 and 95 %, and the unit; of words, the words and how likely each is."""
    if isinstance(one, Discrete) and not one.aim.content.is_number:
        return "", "", "", _choices(one.values, one.weights)
    low, middle, high = (words.number(_shown(one, v)) for v in percentiles(one).tolist())
    unit = one.unit
    if one.aim.content.kind == "moment":
        unit = f"{unit} after the start"
    return low, middle, high, unit


def _choices(values: Sequence[Any], weights: Sequence[float]) -> str:
    total = sum(weights) or float(len(values))
    shares = weights or [1.0] * len(values)
    parts = (f"{value} {share / total:.0%}" for value, share in zip(values, shares, strict=True))
    return words.listed(parts)

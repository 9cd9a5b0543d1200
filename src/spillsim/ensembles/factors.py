"""Uncertain inputs as factors: what the ways of solving many members at once have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .single import Array

if TYPE_CHECKING:
    from ..model import Model
    from ..sampling import Draws
    from ..scenario import Scenario
    from ..scenario.uncertain import Aim

Index = NDArray[np.int64]

_MAY_BE_ZERO = ("decay", "mass", "later")

_BY_REACH = {
    "velocity": "velocity", "dispersion_coefficient": "dispersion",
    "storage_area_ratio": "storage_ratio", "exchange_coefficient": "exchange",
}  # fmt: skip
"""Factors of the scenario that may differ from reach to reach -> those of the engine."""


@dataclass(frozen=True)
class Levels:
    """Concentrations of a substance that are looked for."""

    level: Array
    """(A,) limits, then the threshold of arrival where there is one [kg/m3]."""
    limits: Index
    """Which limits of the case these are."""
    has_threshold: bool


def levels_of(model: Model, number: int) -> Levels:
    """The limits of a substance, and what counts as its arrival: its threshold or lowest limit."""
    before = sum(len(one.limits) for one in model.scenario.substances[:number])
    substance = model.scenario.substances[number]
    levels = [limit.value for limit in substance.limits]
    threshold = substance.arrival_threshold
    if threshold is None and levels:
        threshold = min(levels)
    level = np.array([*levels, *([] if threshold is None else [threshold])])
    return Levels(level, before + np.arange(len(levels)), threshold is not None)


@dataclass(frozen=True)
class Inputs:
    """How uncertain inputs become factors of a substance's members."""

    column: tuple[tuple[str, int, float, float], ...]
    """For each: name of the factor, number of the input, what is taken off it and what it is then
    divided by. For ``later`` nothing is multiplied but added."""
    reaches: tuple[NDArray[np.bool_] | None, ...]
    """Reaches that each is for; None for all."""


def inputs_of(draws: Draws, model: Model, number: int) -> Inputs | str:
    """What every uncertain input does to a substance, or why that is no factor."""
    columns: list[tuple[str, int, float, float]] = []
    reaches: list[NDArray[np.bool_] | None] = []
    for i, one in enumerate(model.scenario.uncertain):
        found = _column(one.aim, model, number)
        if isinstance(found, str):
            return f'input "{one.name}" {found}'
        if found is None:
            continue
        name, off, scale = found
        columns.append((name, i, off, scale))
        on = {one.aim.row} if one.aim.table else set(one.aim.reaches)
        rows = np.array([row.id in on for row in model.scenario.reaches], dtype=np.bool_)
        reaches.append(rows if on and name in _BY_REACH.values() else None)
    return Inputs(tuple(columns), tuple(reaches))


_Column = tuple[str, float, float] | str | None
"""Factor of the engine, what is taken off the input and its divisor; None for what does not
concern the substance, a text for what is no factor."""
_NO_FACTOR = "is no factor of all releases and reaches that it concerns"


def _column(aim: Aim, model: Model, number: int) -> _Column:
    """What an input does to a substance."""
    from ..sampling.engines import need_of

    scenario = model.scenario
    substance = scenario.substances[number].name
    if need_of(scenario, aim) != "factors":
        return "needs more than factors"
    if aim.factor_of in _BY_REACH:
        return _BY_REACH[aim.factor_of], 0.0, 1.0
    if aim.factor_of == "decay_rate" and not aim.reaches:
        return None if aim.substance not in ("", substance) else ("decay", 0.0, 1.0)
    if aim.factor_of == "mass" or (aim.path and aim.path[0] == "release"):
        return of_release_key(aim, model, number)
    return _of_reaches(aim, scenario)


def of_release_key(aim: Aim, model: Model, number: int) -> _Column:
    """What an input does to the releases of a substance."""
    scenario = model.scenario
    substance = scenario.substances[number].name
    own = [release for release in scenario.releases if release.substance == substance]
    if aim.factor_of == "mass":
        if aim.release:
            return _of_release(aim.release, own, "mass", 0.0, 1.0)
        return None if aim.substance not in ("", substance) else ("mass", 0.0, 1.0)
    if len(aim.path) == 3 and isinstance(aim.path[1], int):
        releases = scenario.releases_of(aim.path[1])
        if len(releases) > 1:
            return "changes what stands for several releases"
        # one that does not happen changes nothing
        return _of_key(releases[0], str(aim.path[2]), substance, own) if releases else None
    return _NO_FACTOR


def _of_key(release: Any, key: str, substance: str, own: Sequence[Any]) -> _Column:
    """A key of a release, as a factor of all releases of its substance."""
    if release.substance != substance:
        return None
    if len(own) > 1:
        return "changes one of several releases of a substance"
    before = getattr(release, key, None)
    if key in ("time", "start") and before is not None:
        return "later", float(before), 1.0
    if key in ("mass", "rate", "duration") and before and release.kind != "rate":
        return ("duration" if key == "duration" else "mass"), 0.0, float(before)
    return _NO_FACTOR


def _of_reaches(aim: Aim, scenario: Scenario) -> _Column:
    """A value for one reach, or for all reaches, as a factor of what they have."""
    if aim.table == "reaches":
        row = next((one for one in scenario.reaches if one.id == aim.row), None)
        before = getattr(row, aim.column, None)
        return (_BY_REACH[aim.column], 0.0, float(before)) if (
            aim.column in _BY_REACH and before
        ) else _NO_FACTOR  # fmt: skip
    name = {("dispersion", "value"): "dispersion_coefficient",
            ("storage", "area_ratio"): "storage_area_ratio",
            ("storage", "exchange_coefficient"): "exchange_coefficient"}.get(
                (str(aim.path[0]), str(aim.path[-1])) if aim.path else ("", ""))  # fmt: skip
    columns = (name, "storage_area") if name == "storage_area_ratio" else (name,)
    if name is None or any(
        getattr(row, str(column)) is not None for row in scenario.reaches for column in columns
    ):
        return _NO_FACTOR
    before = getattr(getattr(scenario, str(aim.path[0])), str(aim.path[-1]))
    return (_BY_REACH[name], 0.0, float(before)) if before else _NO_FACTOR


def _of_release(name: str, own: Sequence[Any], factor: str, off: float, scale: float) -> _Column:
    if name not in [release.name for release in own]:
        return None
    return (factor, off, scale) if len(own) == 1 else "changes one of several releases"


def factors_of(inputs: Inputs, drawn: Array, reaches: int) -> tuple[dict[str, Array], Index | None]:
    """Factors of drawn values (M, I) by name, and the group of every reach where they differ.

    Names are those of ``transfer.members.Factors``; (M,) each, or (M, G) by group of reaches.
    """
    marks = np.zeros((reaches, len(inputs.column)), dtype=np.bool_)
    for i, own in enumerate(inputs.reaches):
        marks[:, i] = own is None or own
    by_group, group = np.unique(marks, axis=0, return_inverse=True)
    group = np.asarray(group, dtype=np.int64).ravel()
    found: dict[str, Array] = {}
    several = by_group.shape[0] > 1
    for i, (name, number, off, scale) in enumerate(inputs.column):
        values = (drawn[:, number] - off) / scale
        if name == "later":
            found[name] = found.get(name, np.zeros(len(drawn))) + values
        elif name in _BY_REACH.values() and several:
            wide = np.where(by_group[:, i], values[:, None], 1.0)
            found[name] = found.get(name, np.ones(wide.shape)) * wide
        else:
            found[name] = found.get(name, np.ones(len(drawn))) * values
    return found, group if several else None


def usable(factors: Mapping[str, Array]) -> NDArray[np.bool_]:
    """(M,) true for members whose factors a river can have; others are refused as scenarios."""
    found = []
    for name, value in factors.items():
        least = -np.inf if name == "later" else 0.0
        above = value >= least if name in _MAY_BE_ZERO else value > least
        found.append((np.isfinite(value) & above).reshape(value.shape[0], -1).all(axis=1))
    return np.asarray(np.logical_and.reduce(found))

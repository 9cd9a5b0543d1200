"""Members solved together: where only factors set them apart, by the transfer engine's kernels.

Every member has the same river, places and releases; its velocities, dispersion, dead zones,
losses, masses and times are those of the case times factors of its own. One that is too sharp for
the frequencies that may be spent is run as a whole instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .runner import Block, alone
from .single import AMOUNTS, CURVE, TIMES, Array, Shape
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..model import Model
    from ..network.network import Position
    from ..sampling import Draws
    from ..scenario.uncertain import Aim

Index = NDArray[np.int64]

MEMBERS = 1024
"""Members of a block: enough to be worth a call, few enough to share out."""
HOUR, MG_L = 3600.0, 1e3
DEFAULT_SHARE = 0.01
"""Arrival without a threshold or limit: this share of a station's peak, as in ``analysis``."""
_BY_REACH = {
    "velocity": "velocity", "dispersion_coefficient": "dispersion",
    "storage_area_ratio": "storage_ratio", "exchange_coefficient": "exchange",
}  # fmt: skip
"""Factors of the scenario that may differ from reach to reach -> those of the engine."""


@dataclass(frozen=True)
class One:
    """One substance of one combination of what is swept."""

    river: Any
    """``transfer.River``."""
    releases: tuple[tuple[Position, Any], ...]
    level: Array
    """(A,) limits, then the threshold of arrival where there is one [kg/m3]."""
    limits: Index
    """Which limits of the case these are."""
    has_threshold: bool


@dataclass(frozen=True)
class Inputs:
    """How uncertain inputs become factors of a substance's members."""

    column: tuple[tuple[str, int, float, float], ...]
    """For each: name of the factor, number of the input, what is taken off it and what it is then
    divided by. For ``later`` nothing is multiplied but added."""
    reaches: tuple[NDArray[np.bool_] | None, ...]
    """Reaches that each is for; None for all."""


@dataclass(frozen=True)
class Together:
    """Computes blocks of members together; may be sent to other processes."""

    draws: Draws
    shape: Shape
    block: int
    wholes: WholeRuns
    ones: tuple[tuple[One, ...], ...]
    """(C, N) by combination and substance."""
    inputs: tuple[tuple[Inputs, ...], ...]
    """(C, N)"""
    places: tuple[Position, ...]
    until: float
    """End of the case [s]."""
    time: Array = field(repr=False)
    """(T,) of the curves that are kept [s]; none where none are."""

    separate = False
    """The kernels let other threads run beside them."""

    def members(self, block: int) -> range:
        """Numbers of the members of a block."""
        return range(block * self.block, min((block + 1) * self.block, self.draws.members))

    def lost(self, block: int, why: str) -> Block:
        """A block that no process lived to compute."""
        members = self.members(block)
        return Block(self.shape.empty(len(members)), dict.fromkeys(members, why))

    def __call__(self, block: int) -> Block:
        """Compute a block."""
        members = self.members(block)
        values = self.shape.empty(len(members))
        sharp = np.zeros(len(members), dtype=np.bool_)
        combination = self.draws.combination[members.start : members.stop]
        for c in np.unique(combination).tolist():
            rows = np.flatnonzero(combination == c)
            drawn = self.draws.value[members.start + rows]
            for n, one in enumerate(self.ones[c]):
                sharp[rows] |= self._solve(one, self.inputs[c][n], drawn, n, rows, values)
        failed: dict[int, str] = {}
        for row in np.flatnonzero(sharp).tolist():
            member = members.start + row
            own = alone(range(member, member + 1), self.wholes.one, self.shape.empty)
            failed.update(own.failed)
            for name, array in own.values.items():
                values[name][row] = array[0]
        return Block(values, failed)

    def _solve(
        self, one: One, inputs: Inputs, drawn: Array, n: int, rows: Index,
        values: dict[str, NDArray[Any]],
    ) -> NDArray[np.bool_]:  # fmt: skip
        """Solve a substance's members into ``values``; true where one is too sharp."""
        from ..transfer.member_arrays import NOTHING
        from ..transfer.members import MembersWanted, solve_members

        factors, group = _factors(inputs, drawn, len(one.river.decay))
        shares = () if one.has_threshold else (DEFAULT_SHARE,)
        wanted = MembersWanted(self.places, self.until, one.level, shares, self.time,
                               single=self.time.size > 0)  # fmt: skip
        found = solve_members(one.river, one.releases, factors, wanted, group=group)
        arrival = found.first_above[..., -1] / HOUR
        end = found.last_above[..., -1] / HOUR
        own = {
            "arrival_time": arrival, "peak_time": found.peak_time / HOUR, "end_time": end,
            "peak_concentration": found.peak * MG_L, "passage_duration": end - arrival,
            "mass_passed": found.mass_passed,
        }  # fmt: skip
        for name in (*TIMES, *AMOUNTS):
            values[name][rows, :, n] = own[name]
        for level, limit in enumerate(one.limits.tolist()):
            values["time_above_limit"][rows, :, limit] = found.time_above[..., level] / HOUR
        if self.time.size:
            values[CURVE][rows, :, n] = found.concentration * np.float32(MG_L)
        return np.asarray((found.status > NOTHING).any(axis=1))


def _factors(inputs: Inputs, drawn: Array, reaches: int) -> tuple[Any, Index | None]:
    """``transfer.members.Factors`` of drawn values (M, I), and the group of every reach."""
    from ..transfer.members import Factors

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
    return Factors(len(drawn), **found), group if several else None


def plan(draws: Draws, wholes: WholeRuns, bases: Sequence[Model]) -> Together | str:
    """How to solve the members together, or why that is not possible.

    bases : (C,) the case of each combination of what is swept
    """
    reason = next((f"of the {m.engine} engine ({m.engine_basis})" for m in bases
                   if m.engine != "transfer"), "")  # fmt: skip
    if reason:
        return reason
    ones, inputs = [], []
    for model in bases:
        own = [_one(model, n) for n in range(len(model.scenario.substances))]
        ones.append(tuple(own))
        of_each = [_inputs(draws, model, n) for n in range(len(own))]
        wrong = next((found for found in of_each if isinstance(found, str)), None)
        if wrong is not None:
            return wrong
        inputs.append(tuple(found for found in of_each if isinstance(found, Inputs)))
    base = bases[0]
    places = tuple(place.position for place in base.stations)
    time = base.output_time if wholes.shape.times else np.zeros(0)
    return Together(draws, wholes.shape, MEMBERS, wholes, tuple(ones), tuple(inputs), places,
                    base.scenario.case.duration, time)  # fmt: skip


def _one(model: Model, number: int) -> One:
    """A substance as the transfer engine sees it."""
    from ..engine import substance_river

    river = substance_river(model.scenario, model.network, model.flow, number)
    releases = tuple((r.position, r.schedule) for r in model.releases if r.substance == number)
    before = sum(len(one.limits) for one in model.scenario.substances[:number])
    substance = model.scenario.substances[number]
    levels = [limit.value for limit in substance.limits]
    threshold = substance.arrival_threshold
    if threshold is None and levels:
        threshold = min(levels)
    level = np.array([*levels, *([] if threshold is None else [threshold])])
    limits = before + np.arange(len(levels))
    return One(river, releases, level, limits, threshold is not None)


def _inputs(draws: Draws, model: Model, number: int) -> Inputs | str:
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
        on = set(one.aim.reaches)
        rows = np.array([row.id in on for row in model.scenario.reaches], dtype=np.bool_)
        reaches.append(rows if on and name in _BY_REACH.values() else None)
    return Inputs(tuple(columns), tuple(reaches))


def _column(aim: Aim, model: Model, number: int) -> tuple[str, float, float] | str | None:
    """Factor of the engine, what is taken off the input and its divisor; None for what does not
    concern the substance, a text for what is no factor."""
    from ..sampling.engines import need_of

    scenario = model.scenario
    substance = scenario.substances[number].name
    if need_of(scenario, aim) != "factors":
        return "needs more than factors"
    if aim.factor_of in _BY_REACH:
        return _BY_REACH[aim.factor_of], 0.0, 1.0
    if aim.factor_of == "decay_rate" and not aim.reaches:
        return None if aim.substance not in ("", substance) else ("decay", 0.0, 1.0)
    own = [release for release in scenario.releases if release.substance == substance]
    if aim.factor_of == "mass":
        if aim.release:
            return _of_release(aim.release, own, "mass", 0.0, 1.0)
        return None if aim.substance not in ("", substance) else ("mass", 0.0, 1.0)
    if len(aim.path) == 3 and aim.path[0] == "release" and isinstance(aim.path[1], int):
        release = scenario.releases[aim.path[1]]
        key = str(aim.path[2])
        if release.substance != substance:
            return None
        if len(own) > 1:
            return "changes one of several releases of a substance"
        before = getattr(release, key, None)
        if key in ("time", "start") and before is not None:
            return "later", float(before), 1.0
        if key in ("mass", "rate", "duration") and before and release.kind != "rate":
            return ("duration" if key == "duration" else "mass"), 0.0, float(before)
    return "is no factor of all releases and reaches that it concerns"


def _of_release(
    name: str, own: Sequence[Any], factor: str, off: float, scale: float
) -> tuple[str, float, float] | str | None:
    if name not in [release.name for release in own]:
        return None
    return (factor, off, scale) if len(own) == 1 else "changes one of several releases"

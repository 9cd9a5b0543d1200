"""Members solved together: where only factors set them apart, by the transfer engine's kernels.

Every member has the same river, places and releases; its velocities, dispersion, dead zones,
losses, masses and times are those of the case times factors of its own. One that is too sharp for
the frequencies that may be spent is run as a whole instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .blocks import Blocks
from .factors import Index, Inputs, Levels, factors_of, inputs_of, levels_of, usable
from .passing import put_nothing
from .runner import Block, alone
from .single import AMOUNTS, CURVE, TIMES, Array, Shape
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..model import Model
    from ..network.network import Position
    from ..sampling import Draws
    from ..transfer import MembersWanted

MOST, LEAST = 1024, 64
"""Members of a block: enough to be worth a call, few enough to share out."""
BLOCKS = 32
"""Blocks that there are at least, where members are enough for them."""
HOUR, MG_L = 3600.0, 1e3
DEFAULT_SHARE = 0.01
"""Arrival without a threshold or limit: this share of a station's peak, as in ``analysis``."""


@dataclass(frozen=True)
class One:
    """One substance of one combination of what is swept."""

    river: Any
    """``transfer.River``."""
    releases: tuple[tuple[Position, Any], ...]
    levels: Levels
    layout: Any = None
    """``transfer.member_layout.Layout`` of all members; None to make one for each block."""


@dataclass(frozen=True)
class Questions:
    """What is asked of every member."""

    places: tuple[Position, ...]
    until: float
    """End of the case [s]."""
    time: Array = field(repr=False)
    """(T,) of the curves that are kept [s]; none where none are."""


def questions_of(base: Model, shape: Shape) -> Questions:
    """What is asked of the members of a case."""
    places = tuple(place.position for place in base.stations)
    time = base.output_time if shape.times else np.zeros(0)
    return Questions(places, base.scenario.case.duration, time)


@dataclass(frozen=True)
class Together(Blocks):
    """Computes blocks of members together; may be sent to other processes."""

    wholes: WholeRuns
    ones: tuple[tuple[One, ...], ...]
    """(C, N) by combination and substance."""
    inputs: tuple[tuple[Inputs, ...], ...]
    """(C, N)"""
    asked: Questions

    told = "solved together by the transfer engine"
    separate = False
    """The kernels let other threads run beside them."""

    def __call__(self, block: int) -> Block:
        """Compute a block."""
        members = self.members(block)
        values = self.shape.empty(len(members))
        alone_ = np.zeros(len(members), dtype=np.bool_)
        combination = self.draws.combination[members.start : members.stop]
        for c in np.unique(combination).tolist():
            rows = np.flatnonzero(combination == c)
            drawn = self.draws.value[members.start + rows]
            own = [factors_of(inputs, drawn, _reaches(self.ones[c])) for inputs in self.inputs[c]]
            fits = np.ones(rows.size, dtype=np.bool_)
            for factors, _ in own:
                fits &= usable(factors) if factors else True
            alone_[rows[~fits]] = True
            for n, (one, (factors, group)) in enumerate(zip(self.ones[c], own, strict=True)):
                kept = {name: value[fits] for name, value in factors.items()}
                sharp = solve_into(one, self.asked, kept, group, n, rows[fits], values)
                alone_[rows[fits]] |= sharp
        failed: dict[int, str] = {}
        for row in np.flatnonzero(alone_).tolist():
            member = members.start + row
            found = alone(range(member, member + 1), self.wholes.one, self.shape.empty)
            failed.update(found.failed)
            for name, array in found.values.items():
                values[name][row] = array[0]
        return Block(values, failed)


def solve_into(
    one: One, asked: Questions, factors: Mapping[str, Array], group: Index | None, n: int,
    rows: Index, values: dict[str, NDArray[Any]],
) -> NDArray[np.bool_]:  # fmt: skip
    """Solve a substance's members into rows of ``values``; true where one is too sharp.

    factors : by name, (M,) or (M, G) by group of reaches
    group : (R,) of every reach, where there are any
    """
    from ..transfer import Factors, lay_out, solve_laid_out
    from ..transfer.member_arrays import NOTHING

    if not one.releases or not rows.size:
        put_nothing(one.levels, rows, n, values)
        return np.zeros(rows.size, dtype=np.bool_)
    wanted, these = wanted_of(one.levels, asked), Factors(rows.size, **factors)
    layout = one.layout or lay_out(one.river, one.releases, these, wanted, group)
    found = solve_laid_out(layout, these, wanted)
    arrival = found.first_above[..., -1] / HOUR
    end = found.last_above[..., -1] / HOUR
    own = {
        "arrival_time": arrival, "peak_time": found.peak_time / HOUR, "end_time": end,
        "peak_concentration": found.peak * MG_L, "passage_duration": end - arrival,
        "mass_passed": found.mass_passed,
    }  # fmt: skip
    for name in (*TIMES, *AMOUNTS):
        values[name][rows, :, n] = own[name]
    for level, limit in enumerate(one.levels.limits.tolist()):
        values["time_above_limit"][rows, :, limit] = found.time_above[..., level] / HOUR
    if asked.time.size:
        values[CURVE][rows, :, n] = found.concentration * np.float32(MG_L)
    return np.asarray((found.status > NOTHING).any(axis=1))


def wanted_of(levels: Levels, asked: Questions) -> MembersWanted:
    """What is asked of the members, as the transfer engine takes it."""
    from ..transfer import MembersWanted

    shares = () if levels.has_threshold else (DEFAULT_SHARE,)
    # in single precision also where no curves are kept, so that there is one kernel to compile
    return MembersWanted(asked.places, asked.until, levels.level, shares, asked.time, single=True)


def _reaches(ones: Sequence[One]) -> int:
    return int(ones[0].river.decay.size)


def plan(draws: Draws, wholes: WholeRuns, bases: Sequence[Model]) -> Together | str:
    """How to solve the members together, or why that is not possible.

    bases : (C,) the case of each combination of what is swept
    """
    reason = next((f"of the {m.engine} engine ({m.engine_basis})" for m in bases
                   if m.engine != "transfer"), "")  # fmt: skip
    if reason:
        return reason
    ones, inputs = [], []
    asked = questions_of(bases[0], wholes.shape)
    for c, model in enumerate(bases):
        own = [one_of(model, n) for n in range(len(model.scenario.substances))]
        of_each = [inputs_of(draws, model, n) for n in range(len(own))]
        wrong = next((found for found in of_each if isinstance(found, str)), None)
        if wrong is not None:
            return wrong
        inputs.append(tuple(found for found in of_each if isinstance(found, Inputs)))
        drawn = draws.value[draws.combination == c]
        try:
            laid = [_laid_out(one, found, drawn, asked)
                    for one, found in zip(own, inputs[-1], strict=True)]  # fmt: skip
        except ValueError as fault:
            return str(fault)
        ones.append(tuple(laid))
    block = min(max(-(-draws.members // BLOCKS), LEAST), MOST)
    return Together(draws, wholes.shape, block, wholes, tuple(ones), tuple(inputs),
                    asked)  # fmt: skip


def _laid_out(one: One, inputs: Inputs, drawn: Array, asked: Questions) -> One:
    """A substance with what all its members share.

    Raises ValueError where the river does not suit the member that disperses farthest.
    """
    from ..transfer import Factors, lay_out

    factors, group = factors_of(inputs, drawn, int(one.river.decay.size))
    fits = usable(factors) if factors else np.ones(len(drawn), dtype=np.bool_)
    if not one.releases or not fits.any():
        return one
    kept = {name: value[fits] for name, value in factors.items()}
    wanted = wanted_of(one.levels, asked)
    return replace(one, layout=lay_out(one.river, one.releases, Factors(int(fits.sum()), **kept),
                                       wanted, group))  # fmt: skip


def one_of(model: Model, number: int) -> One:
    """A substance as the transfer engine sees it."""
    from ..engine import substance_river

    river = substance_river(model.scenario, model.network, model.flow, number)
    releases = tuple((r.position, r.schedule) for r in model.releases if r.substance == number)
    return One(river, releases, levels_of(model, number))

"""Members marched side by side: where only factors set them apart and the march is asked for.

Each member has the steps that its own curves need, rounded down to one of a ladder of steps, so
that members share grids. Which ones march together follows from the draws and the number of a
block alone, so the results do not depend on the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .blocks import Blocks
from .factors import Index, Inputs, Levels, factors_of, inputs_of, levels_of, usable
from .passing import put_metrics, put_nothing
from .runner import Block, alone
from .single import Array
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..model import Model
    from ..sampling import Draws
    from ..transport.members import Members

RATIO = 2.0**0.25
"""Between two steps of the ladder: a member's are at most so much shorter than they need be."""
MOST, LEAST = 256, 32
"""Members of a block: enough to share grids, few enough to share out."""
BLOCKS = 8
"""Blocks that there are at least, where members are enough for them."""
REFUSED = -(1 << 40)
"""In place of a rung."""
_TAKEN = ("velocity", "dispersion", "exchange", "decay", "mass", "duration", "later")
"""Factors that members side by side may differ in, on the whole network."""
_NAMES = {"duration": "longer"}


@dataclass(frozen=True)
class Case:
    """One combination of what is swept."""

    model: Model
    inputs: tuple[Inputs, ...]
    """(N,) by substance."""
    levels: tuple[Levels, ...]
    """(N,)"""
    rung: Index
    """(M,) rung of the ladder of each member, ``REFUSED`` for those of other combinations and for
    those whose factors no river can have."""
    least: dict[int, float]
    """Rung -> least factor on D / U of the members on it."""


class Grids:
    """Cells, places and steps that were made, by combination and rung; each process has its own."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], Any] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[Grids], tuple[()]]:
        return Grids, ()

    def of(self, number: int, case: Case, rung: int) -> Any:
        """The march of a combination with the step of a rung."""
        with self._lock:
            if (number, rung) not in self._made:
                self._made[number, rung] = _grid(case, rung)
            return self._made[number, rung]


def _grid(case: Case, rung: int) -> Any:
    """Cells for the step of a rung, as fine as the least dispersive of its members needs."""
    from ..marching import tree_march

    model = case.model
    flow = model.route.flow
    narrow = replace(flow, dispersion_coefficient=flow.dispersion_coefficient * case.least[rung])
    return tree_march(
        model.scenario, replace(model.route, flow=narrow), model.releases, model.stations,
        model.output_time, model.march.time_step * RATIO**-rung,
    )  # fmt: skip


@dataclass(frozen=True)
class Marched(Blocks):
    """Computes blocks of members side by side; may be sent to other processes."""

    wholes: WholeRuns
    cases: tuple[Case, ...]
    """(C,) by combination."""
    grids: Grids = field(default_factory=Grids)

    told = "marched side by side"
    separate = False
    """The kernels let other threads run beside them."""

    def __call__(self, block: int) -> Block:
        """Compute a block."""
        members = self.members(block)
        values = self.shape.empty(len(members))
        failed: dict[int, str] = {}
        combination = self.draws.combination[members.start : members.stop]
        for c in np.unique(combination).tolist():
            rungs = self.cases[c].rung[members.start : members.stop]
            failed.update(self._alone(np.flatnonzero((combination == c) & (rungs == REFUSED)),
                                      members, values))  # fmt: skip
            rungs = np.where(combination == c, rungs, REFUSED)
            for rung in np.unique(rungs[rungs != REFUSED]).tolist():
                rows = np.flatnonzero(rungs == rung)
                for n in range(len(self.shape.substances)):
                    failed.update(self._march(c, rung, n, rows, members, values))
        for member in failed:
            for array in values.values():
                array[member - members.start] = np.nan
        return Block(values, failed)

    def _march(
        self, c: int, rung: int, n: int, rows: Index, members: range,
        values: dict[str, NDArray[Any]],
    ) -> dict[int, str]:  # fmt: skip
        """March a substance's members of one grid; returns those that failed, and why."""
        from ..errors import ScenarioError
        from ..sources import decay_rates
        from ..transport.members import Ensemble, blocks_of, march_block

        case = self.cases[c]
        model = case.model
        releases = [(r.position, r.schedule) for r in model.releases if r.substance == n]
        if not releases:
            put_nothing(case.levels[n], rows, n, values)
            return {}
        drawn = self.draws.value[members.start + rows]
        own = _members(case, n, drawn, rung)
        failed: dict[int, str] = {}
        try:
            march = self.grids.of(c, case, rung)
            rates = decay_rates(model.scenario.substances[n], model.flow)
            ensemble = Ensemble(march.plan, releases, *rates)
            for chosen in blocks_of(own):
                part = own.only(chosen)
                curves, ledger, _ = march_block(ensemble, part)
                # the case has the discharge that was given, a member's clock that times its pace
                curves[0] *= part.velocity[:, None, None]
                every = _at_all(march.reached, curves)
                failed.update(_faults(model, n, members.start + rows[chosen], every, ledger))
                put_metrics(case.levels[n], model.output_time, every, rows[chosen], n, values)
        except (ScenarioError, ValueError):
            # steps too long for this much dispersion: runs of their own choose theirs
            failed.update(self._alone(rows, members, values))
        return failed

    def _alone(
        self, rows: Index, members: range, values: dict[str, NDArray[Any]]
    ) -> dict[int, str]:
        """Run members of their own; returns those that failed, and why."""
        failed: dict[int, str] = {}
        for row in rows.tolist():
            member = members.start + row
            found = alone(range(member, member + 1), self.wholes.one, self.shape.empty)
            failed.update(found.failed)
            for name, array in found.values.items():
                values[name][row] = array[0]
        return failed


def _at_all(reached: Index, curves: Array) -> Array:
    """(2, B, S, T) curves at all stations: nothing at those that no release can reach."""
    if np.array_equal(reached, np.arange(curves.shape[2])):
        return curves
    found = np.zeros((*curves.shape[:2], reached.size, curves.shape[-1]))
    found[:, :, reached >= 0] = curves[:, :, reached[reached >= 0]]
    return found


def _faults(
    model: Model, n: int, members: Index, curves: Array, ledger: Array
) -> dict[int, str]:  # fmt: skip
    """Members whose values no one should read, and why; as for every run."""
    from ..simulation import MASS_TOLERANCE

    missing = np.abs(ledger[:, 0] - ledger[:, 1:].sum(axis=1))
    open_ = ~(missing <= MASS_TOLERANCE * ledger[:, 0])
    wrong = ~np.isfinite(curves).all(axis=(0, 2, 3))
    name = model.scenario.substances[n].name
    found = {
        int(members[row]): f"mass of {name} does not close: {missing[row]:.3e} kg of "
        f"{ledger[row, 0]:.3e} kg are unaccounted for"
        for row in np.flatnonzero(open_).tolist()
    }
    return found | {
        int(members[row]): f"concentration of {name} became a value that is not finite"
        for row in np.flatnonzero(wrong).tolist()
    }


def _factors(inputs: Inputs, drawn: Array) -> dict[str, Array]:
    """Factors of drawn values (M, I) by name, each (M,); 1 where nothing is uncertain."""
    found, _ = factors_of(inputs, drawn, 1)
    usual = {name: np.full(len(drawn), 0.0 if name == "later" else 1.0) for name in _TAKEN}
    return usual | found


def _members(case: Case, n: int, drawn: Array, rung: int) -> Members:
    """What sets members on a rung apart, upon its grid."""
    from ..transport.members import Members

    found = _factors(case.inputs[n], drawn)
    found["dispersion"] = found["dispersion"] / case.least[rung]
    return Members(**{_NAMES.get(name, name): value for name, value in found.items()})


def plan(draws: Draws, wholes: WholeRuns, bases: Sequence[Model]) -> Marched | str:
    """How to march the members side by side, or why that is not possible.

    bases : (C,) the case of each combination of what is swept
    """
    cases = []
    for number, model in enumerate(bases):
        reason = _reason(model)
        if reason:
            return reason
        found = [inputs_of(draws, model, n) for n in range(len(model.scenario.substances))]
        wrong = next((one for one in found if isinstance(one, str)), None)
        if wrong is not None:
            return wrong
        inputs = tuple(one for one in found if isinstance(one, Inputs))
        for one in inputs:
            for (name, i, _, _), reaches in zip(one.column, one.reaches, strict=True):
                if name not in _TAKEN or reaches is not None:
                    what = name if name not in _TAKEN else f"{name} of some reaches only"
                    return f'input "{draws.names[i]}" changes the {what.replace("_", " ")}'
        levels = tuple(levels_of(model, n) for n in range(len(inputs)))
        rung, least = _rungs(draws, number, model, inputs)
        cases.append(Case(model, inputs, levels, rung, least))
    block = min(max(-(-draws.members // BLOCKS), LEAST), MOST)
    return Marched(draws, wholes.shape, block, wholes, tuple(cases))


def _reason(model: Model) -> str:
    """Why members of a case cannot be marched side by side; nothing if they can."""
    from ..afloat import something_floats
    from ..marching import TreeMarch
    from ..sources import RateSchedule, SlugSchedule

    if not isinstance(model.march, TreeMarch):
        return "the flow changes, or the river divides or has tanks"
    if model.pools is not None:
        return "parts of the constituents exchange"
    if something_floats(model.scenario):
        return "a substance floats"
    points = all(
        r.seep is None and isinstance(r.schedule, SlugSchedule | RateSchedule)
        for r in model.releases
    )
    return "" if points else "a release is spread along a reach, or a measured concentration"


def _rungs(
    draws: Draws, number: int, model: Model, inputs: Sequence[Inputs]
) -> tuple[Index, dict[int, float]]:
    """Rung of every member of a combination, and the least factor on D / U on each rung."""
    from .steps import needed_steps

    rows = np.flatnonzero(draws.combination == number)
    every = np.full(draws.members, REFUSED)
    factors = [_factors(one, draws.value[rows]) for one in inputs]
    fits = np.all([usable(own) & (own["mass"] > 0.0) for own in factors], axis=0)
    rows = rows[fits]
    if not rows.size:
        return every, {}
    factors = [{name: value[fits] for name, value in own.items()} for own in factors]
    needed = needed_steps(model, factors)
    first = factors[0]
    ratio = first["dispersion"] / first["velocity"]
    rung = np.ceil(np.log(model.march.time_step / needed) / np.log(RATIO) - 1e-6).astype(np.int64)
    every[rows] = rung
    least = {k: float(ratio[rung == k].min()) for k in np.unique(rung).tolist()}
    return every, least

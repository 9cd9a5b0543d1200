"""Members with a flow of their own, solved together by the transfer engine.

Where an input needs another flow (a discharge, a roughness, a formula), the hydraulics of every
member are solved, which is cheap, and turned into factors upon what every reach of the case has.
Members whose water goes another way, or that differ in more, are run as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError
from .blocks import Blocks
from .factors import Inputs, factors_of, of_release_key
from .runner import Block, alone
from .single import Array
from .together import One, Questions, one_of, questions_of, solve_into
from .wholes import WholeRuns

if TYPE_CHECKING:
    from ..hydraulics import SteadyFlow
    from ..model import Model
    from ..sampling import Draws
    from ..scenario import Scenario
    from ..scenario.uncertain import Aim

BLOCK = 64
"""Members of a block."""
EVEN = 1e-9
"""By how much rates of decay may change more in the storage zone than in the channel [-]."""
UNEVEN = 1.0
"""By how much the discharge may change more at the foot of a reach than at its head where a place
is looked at, as a share of the error that the case asks for: a member has one factor of the
discharge for every reach, in the middle, so that half of it is the error at the place."""
UNEVEN_LOSS = 0.1
"""By how much shares of water that is lost may change in all, as a share of that error."""
UNEVEN_PAST = 0.1
"""By how much the discharge may change more at the foot of other reaches than at their heads."""


@dataclass(frozen=True)
class Case:
    """One combination of what is swept."""

    model: Model
    ones: tuple[One, ...]
    inputs: tuple[Inputs, ...]
    """(N,) by substance: inputs that change its releases."""


@dataclass(frozen=True)
class Flows(Blocks):
    """Computes blocks of members; may be sent to other processes."""

    wholes: WholeRuns
    cases: tuple[Case, ...]
    """(C,) by combination."""
    asked: Questions

    told = "solved together by the transfer engine, each with a flow of its own"
    separate = True
    """Most of the time goes into hydraulics in Python, of which one thread goes on at a time."""

    def __call__(self, block: int) -> Block:
        """Compute a block."""
        members = self.members(block)
        values = self.shape.empty(len(members))
        whole: list[int] = []
        failed: dict[int, str] = {}
        combination = self.draws.combination[members.start : members.stop]
        for c in np.unique(combination).tolist():
            rows: list[int] = []
            found: list[list[Mapping[str, Array]]] = []
            for row in np.flatnonzero(combination == c).tolist():
                own = self._factors(c, members.start + row)
                if isinstance(own, str):
                    failed[members.start + row] = own
                elif own:
                    rows.append(row)
                    found.append(own)
                else:
                    whole.append(row)
            sharp = self._solve(c, np.array(rows, dtype=np.int64), found, members.start, values)
            whole += [row for row, one in zip(rows, sharp.tolist(), strict=True) if one]
        for row in whole:
            member = members.start + row
            one = alone(range(member, member + 1), self.wholes.one, self.shape.empty)
            failed.update(one.failed)
            for name, array in one.values.items():
                values[name][row] = array[0]
        return Block(values, failed)

    def _factors(self, c: int, member: int) -> list[Mapping[str, Array]] | str:
        """Factors upon the reaches for each substance, nothing where there are none such; why the
        member failed where it has no flow."""
        from ..sampling import scenario_of

        try:
            return member_factors(self.cases[c], scenario_of(self.draws, member))
        except (SpillsimError, ArithmeticError) as error:
            return " ".join(str(error).split()) or type(error).__name__

    def _solve(
        self, c: int, rows: NDArray[np.int64], found: Sequence[Sequence[Mapping[str, Array]]],
        first: int, values: dict[str, NDArray[Any]],
    ) -> NDArray[np.bool_]:  # fmt: skip
        """Solve the members of a combination into ``values``; true where one is too sharp."""
        sharp = np.zeros(rows.size, dtype=np.bool_)
        case = self.cases[c]
        if not rows.size:
            return sharp
        drawn = self.draws.value[first + rows]
        group = np.arange(case.ones[0].river.decay.size)
        for n, one in enumerate(case.ones):
            factors, _ = factors_of(case.inputs[n], drawn, group.size)
            by_reach = {name: np.stack([own[n][name] for own in found]) for name in found[0][n]}
            several = group if group.size > 1 else None
            if several is None:
                by_reach = {name: value[:, 0] for name, value in by_reach.items()}
            try:
                sharp |= solve_into(one, self.asked, factors | by_reach, several, n, rows, values)
            except ValueError:
                # an island too short for one of them, or a factor no river can have
                sharp[:] = True
        return sharp


def member_factors(case: Case, scenario: Scenario) -> list[Mapping[str, Array]]:
    """Factors (R,) by name for each substance of a member; none where the way is another.

    Raises ScenarioError where the member has no flow.
    """
    from ..hydraulics import release_inflow, solve
    from ..sources import decay_rates
    from ..transfer.river import prepare

    model, base = case.model, case.model.flow
    network = model.network
    positions = [release.position for release in model.releases]
    inflow, _ = release_inflow(scenario, network, positions)
    flow = solve(scenario, network, inflow if inflow.any() else None)
    discharge = _discharge_factor(model, flow)
    if discharge is None:
        return []
    river = case.ones[0].river
    if not np.array_equal(prepare(network, flow, tank=river.tank).stem, river.stem):
        return []
    found: list[Mapping[str, Array]] = []
    for n, one in enumerate(case.ones):
        rates = decay_rates(scenario.substances[n], flow)
        own = {
            "discharge": discharge,
            "velocity": flow.velocity / base.velocity,
            "dispersion": _ratio(flow.dispersion_coefficient, base.dispersion_coefficient),
            "storage_ratio": _ratio(flow.storage_area_ratio, base.storage_area_ratio),
            "exchange": _ratio(flow.exchange_coefficient, base.exchange_coefficient),
            "decay": _ratio(rates[0], one.river.decay),
        }
        in_storage = _ratio(rates[1], one.river.storage_decay)
        stored = one.river.storage_decay > 0.0
        lost = one.river.decay > 0.0
        own["decay"] = np.where(lost, own["decay"], in_storage)
        alike = np.allclose(own["decay"][stored], in_storage[stored], rtol=EVEN, atol=0.0)
        fits = all(np.isfinite(value).all() for value in own.values()) and alike
        if not fits or any((value <= 0.0).any() for key, value in own.items() if key != "decay"):
            return []
        found.append(own)
    return found


def _ratio(own: Array, base: Array) -> Array:
    """One over the other; 1 where both are nothing, NaN where only the second is."""
    safe = np.where(base > 0.0, base, 1.0)
    return np.asarray(np.where(base > 0.0, own / safe, np.where(own > 0.0, np.nan, 1.0)))


def _discharge_factor(model: Model, flow: SteadyFlow) -> Array | None:
    """(R,) discharge of a member over that of the case; None where no such factor will do.

    Concentrations go with one over it, so at a place they are wrong by what the factors of head
    and foot of its reach differ. Past the reach nothing is left of that, since the mass that
    passes is the same; the time of travel along it is wrong by about a twelfth of the difference
    times the growth of the discharge. What a plume loses with water that seeps away or is taken
    out adds up on the way, so there the sum of the differences counts.
    """
    base, network = model.flow, model.network
    error = model.scenario.numerics.error
    head = flow.discharge_head / base.discharge_head
    foot = flow.discharge_foot / base.discharge_foot
    uneven = np.abs(np.log(foot / head))
    loses = (flow.lateral_inflow < 0.0) | (base.lateral_inflow < 0.0)
    looked_at = [place.position.reach for place in model.stations]
    if uneven[looked_at].max(initial=0.0) > UNEVEN * error or uneven.max() > UNEVEN_PAST:
        return None
    if uneven[loses].sum() > UNEVEN_LOSS * error:
        return None
    taken = np.flatnonzero((flow.node_abstraction > 0.0) | (base.node_abstraction > 0.0))
    if network.outlet in taken:
        return None
    below = network.reach_below[taken]
    share = flow.node_abstraction[taken] / flow.discharge_head[below]
    in_case = base.node_abstraction[taken] / base.discharge_head[below]
    if np.abs(share - in_case).sum() > UNEVEN_LOSS * error:
        return None
    return np.asarray(np.sqrt(head * foot))


def plan(draws: Draws, wholes: WholeRuns, bases: Sequence[Model]) -> Flows | str:
    """How to solve the members with flows of their own, or why that is not possible.

    bases : (C,) the case of each combination of what is swept
    """
    cases = []
    for model in bases:
        reason = _reason(model)
        if reason:
            return reason
        ones = tuple(one_of(model, n) for n in range(len(model.scenario.substances)))
        inputs = []
        for n in range(len(ones)):
            found = _release_inputs(draws, model, n)
            if isinstance(found, str):
                return found
            inputs.append(found)
        cases.append(Case(model, ones, tuple(inputs)))
    questions = questions_of(bases[0], wholes.shape)
    return Flows(draws, wholes.shape, BLOCK, wholes, tuple(cases), questions)


def _reason(model: Model) -> str:
    """Why members of a case cannot be told apart by factors of their flows; nothing if they can."""
    from ..sources import RateSchedule, SlugSchedule

    if model.engine != "transfer":
        return f"the case is of the {model.engine} engine ({model.engine_basis})"
    if not model.network.is_tree:
        return "the river divides"
    if model.scenario.trigger is not None:
        return "a trigger sets the flow"
    points = all(
        r.seep is None and isinstance(r.schedule, SlugSchedule | RateSchedule)
        for r in model.releases
    )
    return "" if points else "a release is spread along a reach, or a measured concentration"


def _release_inputs(draws: Draws, model: Model, n: int) -> Inputs | str:
    """Inputs that change the releases of a substance; those of the flow are left to it."""
    columns = []
    for number, one in enumerate(model.scenario.uncertain):
        found = _column(one.aim, model, n)
        if isinstance(found, str):
            return f'input "{one.name}" {found}'
        if found is not None:
            name, off, scale = found
            columns.append((name, number, off, scale))
    return Inputs(tuple(columns), (None,) * len(columns))


def _column(aim: Aim, model: Model, n: int) -> tuple[str, float, float] | str | None:
    """What an input does to the releases of a substance; None for what the flow tells."""
    from ..sampling.engines import need_of

    if need_of(model.scenario, aim) == "scenario":
        return "changes more than the flow and the releases"
    key = str(aim.path[-1]) if aim.path else ""
    if key == "arrival_threshold":
        return "changes what counts as arrival"
    at_release = bool(aim.path) and aim.path[0] == "release"
    if aim.factor_of == "mass" or (at_release and key != "water"):
        return of_release_key(aim, model, n)
    return None

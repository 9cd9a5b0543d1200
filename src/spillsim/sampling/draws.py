"""The table of draws, and what the scenario of each member is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, ScenarioError
from ..scenario import Ensemble, Scenario, gather
from ..scenario.changed import changed, read_again
from ..scenario.changes import Change
from ..scenario.contents import Value
from ..scenario.correlations import matrix
from ..scenario.uncertain import Discrete, Distribution, Sweep
from ..scenario.variants import NONE, name_of
from .designs import (
    DESIGNS,
    MissingScipyError,
    TooFewForSaltelliError,
    TooFewMembersError,
    gaussian_copula,
    iman_conover,
    saltelli_base,
)
from .marginals import values_of

Array = NDArray[np.float64]

__all__ = [
    "Draws",
    "MissingScipyError",
    "TooFewForSaltelliError",
    "TooFewMembersError",
    "combination_of",
    "draw",
    "draws_of",
    "percentiles",
    "scenario_of",
]


@dataclass(frozen=True)
class Draws:
    """All members of an ensemble: I inputs, C combinations of the sweeps, N draws, M = C N members.

    Member m is draw ``m % N`` in combination ``m // N``. Every combination has the same N draws,
    so that two of them differ by what is swept alone.
    """

    names: tuple[str, ...]
    """(I,) names of the uncertain inputs."""
    kind: tuple[str, ...]
    """(I,) ``number`` in SI, ``factor``, or ``choice``: the number of one of several values."""
    value: Array
    """(M, I) what was drawn."""
    unit: Array
    """(M, I) between 0 and 1, what the values were made of."""
    combination: NDArray[np.int64]
    """(M,) combination of the sweeps."""
    combinations: tuple[Mapping[str, Value], ...]
    """(C,) name of each sweep -> its value in SI, or name of the regime or measure."""
    sampling: str
    seed: int
    scenario: Scenario = field(repr=False)
    """As it was read."""
    bases: tuple[Scenario, ...] = field(repr=False)
    """(C,) the scenario with the regime and measure of each combination, before its values."""

    @property
    def members(self) -> int:
        """M"""
        return int(self.combination.size)

    @property
    def draws(self) -> int:
        """N"""
        return self.members // len(self.combinations)

    @property
    def design(self) -> int:
        """Members I + 2 of every base point of a Saltelli design, one after the other; else 0."""
        return len(self.names) + 2 if self.sampling == "saltelli" else 0

    @property
    def independent(self) -> NDArray[np.bool_]:
        """(M,) members of which probabilities are made: in a Saltelli design the first and the
        last of every base point, as those between share their inputs with them; else all."""
        if not self.design:
            return np.ones(self.members, dtype=np.bool_)
        place = np.arange(self.members) % self.draws % self.design
        return np.asarray((place == 0) | (place == self.design - 1))

    def changes_of(self, member: int) -> tuple[Change, ...]:
        """What a member has in place of what the file says: sweeps first, then inputs.

        Raises IndexError where there is no such member.
        """
        if not 0 <= member < self.members:
            raise IndexError(f"there is no member {member}; there are {self.members}")
        number = int(self.combination[member])
        base, swept = self.bases[number], self.combinations[number]
        found = [Change(one.aim, swept[one.name]) for one in base.sweeps if not one.chooses]
        for one, drawn in zip(base.uncertain, self.value[member].tolist(), strict=True):
            choices = one.values if isinstance(one, Discrete) else ()
            is_choice = choices and not one.aim.content.is_number
            found.append(Change(one.aim, choices[int(drawn)] if is_choice else drawn))
        return tuple(found)


def draw(scenario: Scenario, members: int | None = None) -> Draws:
    """Draw all members at once: the same file gives the same table on every machine.

    members : draws in place of those of ``[ensemble]``; a Saltelli design has at most so many

    Raises
    ------
    ScenarioError
        nothing is uncertain and nothing is swept, or a regime that is swept has faults.
    MissingScipyError
        ``sampling = "sobol"`` without SciPy.
    TooFewMembersError, TooFewForSaltelliError
        fewer draws than the correlations or the design need.
    """
    inputs, sweeps = scenario.uncertain, scenario.sweeps
    if not inputs and not sweeps:
        message = "nothing is uncertain, so all members would be the same"
        fault = Fault(
            scenario._file, "uncertain", message, "Write an [[uncertain]] or a [[sweep]]."
        )
        raise ScenarioError([fault], scenario.name)
    how = scenario.ensemble or Ensemble()
    count = draws_of(scenario, members)
    unit = _unit(scenario, how, count)
    columns = [values_of(one, unit[:, i]) for i, one in enumerate(inputs)]
    value = np.stack(columns, axis=1) if columns else np.empty((count, 0))
    combinations = tuple(
        dict(zip((one.name for one in sweeps), points, strict=True))
        for points in itertools.product(*(one.points for one in sweeps))
    )
    repeats = len(combinations)
    return Draws(
        names=tuple(one.name for one in inputs),
        kind=tuple(_kind(one) for one in inputs),
        value=np.tile(value, (repeats, 1)),
        unit=np.tile(unit, (repeats, 1)),
        combination=np.repeat(np.arange(repeats), count),
        combinations=combinations,
        sampling=how.sampling,
        seed=how.seed,
        scenario=scenario,
        bases=_bases(scenario, sweeps, combinations),
    )


def draws_of(scenario: Scenario, members: int | None = None) -> int:
    """Draws of each combination of what is swept; 1 where nothing is drawn.

    Raises TooFewForSaltelliError
    """
    how, inputs = scenario.ensemble or Ensemble(), len(scenario.uncertain)
    count = how.members if members is None else members
    if inputs and how.sampling == "saltelli":
        return saltelli_base(count, inputs) * (inputs + 2)
    return count if inputs else 1


def _kind(one: Distribution) -> str:
    if one.aim.content.is_factor:
        return "factor"
    return "number" if one.aim.content.is_number else "choice"


def _unit(scenario: Scenario, how: Ensemble, count: int) -> Array:
    """(N, I) numbers between 0 and 1, correlated as the scenario says."""
    names = [one.name for one in scenario.uncertain]
    if not names:
        return np.empty((count, 0))
    found = DESIGNS[how.sampling](names, count, how.seed)
    # in the order of their names, so that it does not matter how the file is arranged
    tied = sorted({name for one in scenario.correlations for name in one.between})
    if tied:
        columns = [names.index(name) for name in tied]
        wanted = matrix(tied, scenario.correlations)
        if how.sampling == "latin_hypercube":
            found[:, columns] = iman_conover(found[:, columns], wanted, tied, how.seed)
        else:
            found[:, columns] = gaussian_copula(found[:, columns], wanted)
    return found


def _bases(
    scenario: Scenario, sweeps: Sequence[Sweep], combinations: Sequence[Mapping[str, Value]]
) -> tuple[Scenario, ...]:
    """The scenario with the regime, measure and releases of every combination, each read once."""
    keys = []
    makers: dict[str, Callable[[], Scenario]] = {}
    for swept in combinations:
        own: dict[str, Any] = {
            one.chooses: str(swept[one.name])
            for one in sweeps
            if one.chooses in ("regime", "measure")
        }
        words = [f"{kind} {name}" for kind, name in own.items() if name != NONE]
        others = [other for one in sweeps for other in one.releases if other != swept[one.name]]
        if others:
            own["left_out"] = tuple(others)
            words += [f"release {swept[one.name]}" for one in sweeps if one.releases]
        label = ", ".join(words)
        keys.append(label)
        happening = [str(swept[one.name]) for one in sweeps if one.releases]
        makers[label] = partial(_base, scenario, own, happening)
    made = gather(makers)
    return tuple(made[label] for label in keys)


def _base(scenario: Scenario, own: Mapping[str, Any], happening: Sequence[str]) -> Scenario:
    """The scenario of a combination, before its values.

    Raises ScenarioError where a regime has faults, or lacks a release that is to happen.
    """
    found = read_again(scenario, (), **own) if own else scenario
    known = {name_of(item) for item in found.written("release")}
    faults = [
        Fault(scenario._file, one._where, f'there is no release "{name}" then')
        for one in scenario.sweeps
        for name in happening
        if name in one.releases and name not in known
    ]
    if faults:
        raise ScenarioError(faults, scenario.name)
    return found


def scenario_of(draws: Draws, member: int) -> Scenario:
    """The scenario of a member, checked as if its values stood in the file.

    Raises ScenarioError where one of its values is refused: the member has failed.
    """
    return changed(draws.bases[int(draws.combination[member])], draws.changes_of(member))


def combination_of(draws: Draws, combination: int) -> Scenario:
    """The scenario of a combination of what is swept, with every uncertain input as written.

    Raises ScenarioError where a swept value is refused.
    """
    base, values = draws.bases[combination], draws.combinations[combination]
    changes = [Change(one.aim, values[one.name]) for one in base.sweeps if not one.chooses]
    return changed(base, changes) if changes else base


def percentiles(found: Distribution, shares: Sequence[float] = (0.05, 0.5, 0.95)) -> Array:
    """Values that an input does not exceed with some probabilities, in SI; the numbers of choices
    where it is no number."""
    return values_of(found, np.array(shares, dtype=np.float64))

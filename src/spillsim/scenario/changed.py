"""A scenario with some of its values changed: what a member of an ensemble is.

Values of keys and cells are put into the raw data, which are then read and checked as if they had
been written so; factors multiply what was found. Where only numbers change that nothing else
hangs on, ``quick`` replaces them in the scenario instead, with the same result.
"""

from __future__ import annotations

from collections.abc import Sequence

from .changes import Change, ChangedScenarioError
from .load import assembled_again
from .quick import quickly
from .scenario import Scenario

_UNSURE = ("ensemble", "uncertain", "correlations", "sweeps")
"""Fields of a Scenario about what is uncertain."""


def changed(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """The scenario with other values.

    Raises
    ------
    ScenarioError
        a value is refused, as if it stood in the file.
    ChangedScenarioError
        the scenario is not what was read.
    """
    found = quickly(scenario, changes)
    return found if found is not None else read_again(scenario, changes)


def read_again(
    scenario: Scenario,
    changes: Sequence[Change] = (),
    regime: str | None = None,
    measure: str | None = None,
    left_out: Sequence[str] | None = None,
) -> Scenario:
    """The scenario from its raw data with other values; no file is opened twice.

    regime, measure : in place of those of the scenario; an empty text or ``none`` for the file as
        written
    left_out : names of releases that do not happen, in place of those of the scenario

    Raises as ``changed``.
    """
    written = scenario._written
    if written is None or not written.still(scenario):
        raise ChangedScenarioError
    chosen = [
        (own if given is None else given) or None
        for own, given in ((scenario.regime, regime), (scenario.measure, measure))
    ]
    # other values say nothing of how uncertain they are
    unsure = {name: getattr(scenario, name) for name in _UNSURE} if changes else None
    without = scenario.left_out if left_out is None else left_out
    return assembled_again(written, chosen[0], chosen[1], changes, unsure, without)

"""The door to ensembles from Python: ``spillsim.ensemble(case)``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .ensemble import Asked, Outcome, run_ensemble

if TYPE_CHECKING:
    from ..scenario import Scenario


def ensemble(  # noqa: PLR0913 - all that may be said of one, by name
    case: str | os.PathLike[str] | Scenario,
    output: str | os.PathLike[str] | None = None,
    *,
    members: int | None = None,
    workers: int | None = None,
    scheduler: Any = None,
    until: float | None = None,
    curves: bool = False,
    store: str | os.PathLike[str] | None = None,
    given: str | Sequence[str] = (),
    regime: str | None = None,
    measure: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Run the members of a case whose inputs are uncertain or swept, and sum up what they say.

    Parameters
    ----------
    case : path or Scenario
        With ``[[uncertain]]`` or ``[[sweep]]``.
    output : path, optional
        netCDF file for the answers as well; appears whole or not at all.
    members : int, optional
        Draws for each combination of what is swept; default: those of ``[ensemble]``.
    workers : int, optional
        Threads or processes on this machine; default: as many as there are processors. The
        answers are the same to the bit whatever their number.
    scheduler : str or distributed.Client, optional
        Dask cluster that computes instead: its address, or a client.
    until : float, optional
        Stop when the 95 % intervals of all probabilities of exceedance are within plus and minus
        this [-].
    curves : bool
        Keep the curves of all members, which gives bands of percentiles over time.
    store : path, optional
        Zarr store of all members; one that is there already is gone on with.
    given : str or sequence of str
        Conditions, each of which is answered by itself: ``"flow > 1.3"``, ``"season = spring"``.
    regime, measure : str, optional
        Of a case given by its path: as in ``load``.
    progress : callable, optional
        Called with the number of members done, and of all.

    Returns
    -------
    Outcome
        ``summary``, an xarray.Dataset over ``group`` (all members, every combination, every
        condition), ``station``, ``substance``, ``limit`` and ``quantile``:

        ``exceedance`` (group, station, limit), ``arrival_chance`` (group, station, substance) and
        their ``_low`` and ``_high`` ends of 95 % [1]; ``arrival_time``, ``peak_time``,
        ``passage_duration`` [h], ``peak_concentration`` [mg/L] and ``mass_passed`` [kg], each
        (group, quantile, station, substance).

        ``failures``: number of a member -> why it failed. ``draws``: what was drawn, ``value`` of
        shape (member, input) in SI. ``members``: how many count. ``way``: how they were computed.

    Raises
    ------
    ScenarioError
        The case has faults, or nothing in it is uncertain.
    SimulationError
        All members failed.
    OutputError
        The store or the answers cannot be written; what is finished in a store stays.
    SpillsimError
        The scheduler does not answer; a number is not usable.
    TypeError
        A regime or measure is named, but the case is loaded already.
    """
    from .. import api, results
    from ..errors import SpillsimError

    for name, number in (("members", members), ("workers", workers)):
        if number is not None and number < 1:
            raise SpillsimError(f"{name} = {number}: at least one is needed.")
    if until is not None and not 0.0 < until < 0.5:
        raise SpillsimError(f"until = {until}: a half width between 0 and 0.5 is needed.")
    is_path = isinstance(case, str | os.PathLike)
    if not is_path and (regime or measure):
        raise TypeError("a regime or measure is chosen when a case is loaded: give its path")
    scenario: Any = api.load(case, regime, measure) if is_path else case  # type: ignore[arg-type]
    conditions = (given,) if isinstance(given, str) else tuple(given)
    asked = Asked(
        members=members, workers=workers, scheduler=scheduler, until=until, curves=curves,
        store=store, progress=progress, given=conditions,
    )  # fmt: skip
    outcome = run_ensemble(scenario, asked)
    if output is not None:
        results.write(outcome.summary, output)
    return outcome

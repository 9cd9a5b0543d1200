"""Exact cases of the validation pack notice what they are for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spillsim.validation import conserved, exact
from spillsim.validation.known import RIVERS
from spillsim.validation.rivers import error, mean_time, slope

# --- the measures --------------------------------------------------------------------------------


def test_measures_on_numbers_worked_by_hand() -> None:
    assert error(np.array([0.0, 1.0, 3.0]), np.array([1.0, 1.0, 2.0])) == 0.5
    assert mean_time(np.array([0.0, 1.0, 2.0]), np.array([1.0, 0.0, 3.0])) == 1.5
    assert slope((4.0, 2.0, 1.0), (32.0, 8.0, 2.0)) == pytest.approx(2.0)


def run_of(told: float, real: float) -> exact.Found:
    return exact.Found("a", 0.01, 60.0, 9, (real,), (told,), 0.0, (0.0,), 0.0, 0.0)


@pytest.mark.parametrize(
    ("told", "real", "count"),
    [(0.02, 0.02, 0), (0.005, 0.02, 1), (0.005, 0.005, 0), (0.02, 0.005, 0), (np.nan, 0.02, 1)],
)
def test_silent_are_those_that_miss_and_do_not_say_so(told: float, real: float, count: int) -> None:
    assert exact.silent([run_of(told, real)]) == count


def test_missing_mass_sees_what_was_not_released() -> None:
    model, run = conserved.marched(RIVERS["release in mid river"](), time_step=600.0)
    assert conserved.missing_mass(model, run) < 1e-14
    short = replace(run, ledger=replace(run.ledger, released=0.9 * run.ledger.released))
    assert conserved.missing_mass(model, short) >= 0.1 - 1e-12


def test_a_curve_without_its_negatives_has_another_area() -> None:
    river = RIVERS["release in mid river"]()
    _, run = conserved.marched(river, time_step=conserved.COARSE, limiter="none")
    cut = replace(run, concentration=np.maximum(run.concentration, 0.0))
    assert conserved.area_missing(river, run, 70.0) < 1e-9
    assert conserved.area_missing(river, cut, 70.0) > 1e-4


# --- what a fault does to them -------------------------------------------------------------------


def test_ten_percent_less_exchange_is_seen() -> None:
    """At 1 %, with the river's exchange changed but not its exact curve."""
    river, _, curves = exact.exact_curves("weak storage")
    (row,) = river.reaches
    less = replace(river, reaches=[{**row, "exchange_coefficient": "2.7e-5 1/s"}])
    _, run = conserved.marched(less, error=0.01)
    assert error(run.concentration[0, 0], curves[0]) > 0.01


def test_forgotten_decay_is_seen() -> None:
    river, _, curves = exact.exact_curves("decay and storage")
    _, run = conserved.marched(replace(river, more={}), error=0.01)
    assert error(run.concentration[0, 0], curves[0]) > 0.1


def test_a_step_late_at_a_confluence_is_seen() -> None:
    _, time, curves = exact.exact_curves("tributary")
    late = np.interp(time - 600.0, time, curves[0], left=0.0)
    assert mean_time(time, late) - mean_time(time, curves[0]) > 0.9 * 600.0
    assert error(late, curves[0]) > 0.01

"""Whatever the river and the releases: mass closes, nothing is negative, bounds hold."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from river_cases import Row, case, constant, line, model_of, reach, run_of
from river_strategies import few, trees

import spillsim
from spillsim.errors import ScenarioError
from spillsim.model import Model


def assembled(data: Row) -> Model:
    """The model, unless the case is one that is rightly refused."""
    try:
        return model_of(data)
    except ScenarioError as error:
        texts = [fault.message for fault in error.faults]
        known = ("would need more than", "would not be released whole", "lies at the outlet",
                 "take more than the river brings")  # fmt: skip
        assert all(any(words in text for words in known) for text in texts), texts
        assume(False)
        raise


def kinds(data: Row, substance: int) -> set[str]:
    name = data["substance"][substance]["name"]
    return {r["kind"] for r in data["release"] if r["substance"] == name}


@few(60)
@given(trees())
def test_mass_closes_and_nothing_is_negative(data: Row) -> None:
    model = assembled(data)
    run = spillsim.simulate(model)
    assert run.mass_error <= 1e-12
    ledger = run.ledger
    for number, peaks in enumerate(run.peak_concentration):
        curves = run.concentration[number]
        assert np.isfinite(curves).all()
        assert np.isfinite(run.cumulative_mass[number]).all()
        if "concentration" in kinds(data, number):
            # a concentration held at an inlet draws mass back out when it falls; see below
            continue
        assert curves.min(initial=0.0) >= -1e-15 * peaks.max()
        assert ledger.in_river[number].min() >= 0.0
        assert ledger.in_storage[number].min() >= 0.0
        # what is past the outlet may lose a little again: dispersion knows no outlet
        gone = np.stack([ledger.decayed, ledger.abstracted])[:, number]
        assert np.diff(gone, axis=1).min(initial=0.0) >= -1e-14 * ledger.released[number].max()


@few(25)
@given(trees(limiter="none"))
def test_mass_closes_without_limiter(data: Row) -> None:
    assert spillsim.simulate(assembled(data)).mass_error <= 1e-12


def below_everything(model: Model) -> int:
    """First cell of the outlet's path thirty cells below all releases and confluences.

    Where a steady release begins, water moved on by a cell and mixed by the dispersion number d
    leaves a ripple of (-d / (1 - d))^k about m / Q after k cells, at d = 0.45 a thousandth here.
    """
    last = model.march.grid.paths[-1]
    joins = [float(p.theta[-1]) for p in model.march.grid.paths[:-1]
             if p.path.joins == len(model.march.grid.paths) - 1]  # fmt: skip
    own = [model.route.theta(r.position) for r in model.releases
           if r.position.reach in last.path.reaches]  # fmt: skip
    return int(np.searchsorted(last.theta, max(joins + own))) + 30


@few(25)
@given(trees(limiter="monotone", plain=True))
def test_monotone_keeps_bounds_downstream(data: Row) -> None:
    """Maximum principle, for waters that lose nothing, some cells below the releases.

    A release at a rate m into a discharge Q gives at most m / Q (2 % more within the rounding of
    the release into cells), and no place sees more than what passed the places above it. A peak
    is the largest value at the end of a step, and within a step water moves on by a cell before
    each substep of dispersion mixes it with two cells on either side: what passes a place is
    the largest peak of that many cells in a row. Cells of several steps show a lower mean than
    the finer ones below them, so they are left out.
    """
    model = assembled(data)
    run = spillsim.simulate(model)
    last = model.march.grid.paths[-1]
    peaks = run.peak_concentration[:, -last.slow.size :][:, below_everything(model) :]
    assume(peaks.size > 0)
    for number, peak in enumerate(peaks):
        if kinds(data, number) <= {"constant", "rate", "hydrograph"}:
            own = [r for r in model.releases if r.substance == number]
            head = model.flow.discharge_head
            bound = sum(
                float(r.schedule.rate.max()) / float(head[r.position.reach])  # type: ignore[union-attr]
                for r in own
            )
            assert peak.max() <= 1.02 * bound
        if "concentration" not in kinds(data, number) and not last.slow.any():
            dispersion = model.march.dispersion
            row = 1 + 2 * dispersion.substeps
            seen = peak[peak > 1e-6 * peak.max()]
            assume(seen.size > row)
            passed = np.lib.stride_tricks.sliding_window_view(seen, row).max(axis=1)[:-1]
            assert np.all(seen[row:] <= np.minimum.accumulate(passed) * 1.001)


def test_a_measured_concentration_stays_positive_where_it_is_resolved() -> None:
    series = ((0.0, 0.0), (1.0, 5.0), (2.0, 3.0), (3.0, 0.0))
    table = [{"time [h]": t, "concentration [mg/L]": c} for t, c in series]
    release = {"at": {"node": "n0"}, "substance": "tracer", "kind": "concentration", "table": table}
    run = run_of(line(2, releases=[release]))
    assert run.concentration.min() >= -1e-12 * run.concentration.max()
    assert run.concentration.max() <= 5e-3 * (1.0 + 1e-6)
    assert run.mass_error <= 1e-12


def losing(length: float, share: float) -> Row:
    rows = [reach("r0", "n0", "n1", 20_000.0), reach("r1", "n1", "n2", length),
            reach("r2", "n2", "n3", 20_000.0)]  # fmt: skip
    rows[1]["lateral_inflow [m3/s/km]"] = -share * 100.0 / (length / 1000.0)
    return case(rows, {"n0": 100.0}, [constant({"node": "n0"}, 36_000.0)],
                {"above": {"reach": "r0", "distance": "19 km"},
                 "below": {"reach": "r2", "distance": "1 km"}}, 400_000.0)  # fmt: skip


def test_water_lost_along_a_short_reach_leaves_the_concentration() -> None:
    for length in (50.0, 300.0, 2000.0):
        run = run_of(losing(length, 0.5))
        above, below = run.concentration[0].max(axis=1)
        assert abs(below / above - 1.0) < 1e-4, length  # the plateau's edges have begun to meet
        assert abs(run.ledger.abstracted[0, -1] / 50.0 - 1.0) < 1e-9, length


def test_gains_along_a_short_last_reach_do_not_grow_beyond_it() -> None:
    rows = [reach("r0", "n0", "n1", 5000.0), reach("r1", "n1", "n2", 100.0)]
    rows[1]["lateral_inflow [m3/s/km]"] = 1000.0
    data = case(rows, {"n0": 100.0}, [constant({"node": "n0"}, 36_000.0)], {"end": {"node": "n2"}},
                numerics={"time_step": "3 h"})  # fmt: skip
    model = model_of(data)
    assert model.march.grid.cells.volume.max() <= 200.0 * 10_800.0 * (1.0 + 1e-12)
    assert spillsim.simulate(model).mass_error <= 1e-12


def test_storage_upstream_of_every_release_does_not_upset_the_run() -> None:
    """The step is not shortened for reaches that only dispersion reaches, against the flow."""
    rows = [reach("r0", "n0", "n1"), reach("r1", "n1", "n2")]
    rows[0] |= {"storage_area_ratio": 0.6, "exchange_coefficient [1/s]": 1e-3,
                "dispersion_coefficient [m2/s]": 0.5, "velocity [m/s]": 1.0}  # fmt: skip
    data = case(rows, {"n0": 20.0}, [constant({"node": "n1"}, 3600.0)], {"end": {"node": "n2"}},
                numerics={"time_step": "30 min"})  # fmt: skip
    model = model_of(data)
    assert (model.march.dispersion.conductance >= 0.0).all()
    assert spillsim.simulate(model).mass_error <= 1e-12

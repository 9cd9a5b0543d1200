"""Accident cases of the validation pack: sampling, scoring, and that each case answers."""

from __future__ import annotations

import csv
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from river_cases import constant, line
from scipy import stats

import spillsim
from spillsim import scenario
from spillsim.transfer import NotSmoothError
from spillsim.validation import (
    accident_baia_mare,
    accident_luming,
    accident_songhua,
    accident_timing,
    data,
)
from spillsim.validation.accident_members import Change, Ensemble, run_ensemble
from spillsim.validation.accident_reports import (
    Judged,
    Observation,
    aligned,
    first_above,
    highest_mean,
    judge,
    last_above,
    legs,
    of_curve,
    read_observations,
)
from spillsim.validation.accident_scores import (
    curve_panel,
    front_panel,
    in_the_middle,
    scores,
    table,
)
from spillsim.validation.assumptions import Assumption, common_and_own, draws, strata

MODULES = (accident_baia_mare, accident_songhua, accident_luming, accident_timing)
HOUR = 3600.0


def assumed(shape: str, *values: float, name: str = "x") -> Assumption:
    return Assumption(name, "an input", shape, values, "-", "no reason")


# --- sampling ------------------------------------------------------------------------------------


def test_every_stratum_is_drawn_once_and_the_seed_decides() -> None:
    shares = strata(40, 5, 7)
    assert shares.shape == (40, 5)
    for column in shares.T:
        assert sorted(np.floor(40 * column).astype(int)) == list(range(40))
    assert np.array_equal(shares, strata(40, 5, 7))
    assert not np.array_equal(shares, strata(40, 5, 8))
    assert not np.array_equal(np.argsort(shares[:, 0]), np.argsort(shares[:, 1]))


@pytest.mark.parametrize(
    ("one", "known"),
    [
        (assumed("uniform", 2.0, 5.0), stats.uniform(2.0, 3.0)),
        (assumed("log_uniform", 0.1, 20.0), stats.loguniform(0.1, 20.0)),
        (assumed("triangular", 1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
        (assumed("normal", 3.0, 0.5), stats.norm(3.0, 0.5)),
        (assumed("lognormal", 4.0, 0.4), stats.lognorm(0.4 * np.log(10.0), scale=4.0)),
    ],
)
def test_marginals(one: Assumption, known: stats.rv_frozen) -> None:
    share = np.array([0.01, 0.05, 0.3, 0.5, 0.77, 0.95, 0.999])
    assert one.quantile(share) == pytest.approx(known.ppf(share), rel=1e-9)
    sample = np.array([draw["x"] for draw in draws([one], 400, 1)])
    assert stats.kstest(sample, known.cdf).statistic < 1.0 / 400.0


def test_a_draw_is_in_si() -> None:
    one = Assumption("t", "a time", "uniform", (1.0, 3.0), "h", "none", HOUR)
    sample = np.array([draw["t"] for draw in draws([one], 50, 1)])
    assert sample.mean() == pytest.approx(2.0 * HOUR, rel=0.01)
    assert "1.1 to 2.9 h (5–95 %, uniform)" in one.told


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("gamma", (1.0, 2.0)), ("uniform", (2.0, 1.0)), ("uniform", (1.0,)),
        ("log_uniform", (0.0, 1.0)), ("lognormal", (-1.0, 0.2)), ("normal", (0.0, 0.0)),
        ("triangular", (1.0, 0.5, 2.0)), ("triangular", (1.0, 2.0)), ("uniform", (0.0, np.nan)),
    ],
)  # fmt: skip
def test_no_distribution(shape: str, values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="x:"):
        assumed(shape, *values)


def test_two_of_a_name() -> None:
    with pytest.raises(ValueError, match="same name"):
        draws([assumed("uniform", 0.0, 1.0)] * 2, 4, 1)


def test_rivers_correlate_as_asked() -> None:
    parts = [assumed("normal", 0.0, 1.0, name=name) for name in ("all", "a", "b")]
    sample = draws(parts, 4000, 3)
    rivers = np.array([
        [common_and_own(draw["all"], draw[key], 0.6) for key in ("a", "b")] for draw in sample
    ])  # fmt: skip
    assert rivers.std(axis=0) == pytest.approx([1.0, 1.0], abs=0.02)
    assert np.corrcoef(rivers.T)[0, 1] == pytest.approx(0.6, abs=0.03)


# --- of a curve ----------------------------------------------------------------------------------

TIME = np.arange(0.0, 11.0)
TENT = np.array([0.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0])


def seen(kind: str, at: float = np.nan, value: float = np.nan, station: str = "a",
         window: float = 0.0) -> Observation:  # fmt: skip
    return Observation(station, kind, at - window, at + window, value, True)


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (seen("arrival"), 1.5), (seen("arrival", value=2.0), 3.0), (seen("end", value=1.5), 5.5),
        (seen("passage_start"), 2.5), (seen("passage_end"), 5.5), (seen("passage_middle"), 4.0),
        (seen("peak_time"), 4.0), (seen("peak_concentration", value=9.0), 3.0),
        (seen("sample", 4.5, 9.0), 2.5),
    ],
)  # fmt: skip
def test_what_a_curve_would_have_reported(one: Observation, value: float) -> None:
    draw = {"arrival_threshold": 0.5, "lethal": 1.5}
    assert of_curve(one, TIME, TENT, draw) == pytest.approx(value)


def test_thresholds_that_are_never_met_or_never_left() -> None:
    assert first_above(TIME, TENT, 3.5) == np.inf
    assert last_above(TIME, TENT, 3.5) == np.inf
    assert last_above(TIME, TIME, 1.0) == np.inf
    assert of_curve(seen("arrival"), TIME, TENT, {"arrival_share": 0.5}) == pytest.approx(2.5)
    assert highest_mean(TIME, TENT, 2.0) == pytest.approx(2.5)


# --- judged --------------------------------------------------------------------------------------


def test_a_right_ensemble_holds_ninety_per_cent_and_a_wrong_one_does_not() -> None:
    generator = np.random.default_rng(5)
    right, late = [], []
    for _ in range(1500):
        members = generator.normal(100.0, 10.0, 150)
        at = float(generator.normal(100.0, 10.0))
        right.append(Judged(seen("arrival", at), members))
        late.append(Judged(seen("arrival", at), members + 20.0))
    assert np.mean([one.inside for one in right]) == pytest.approx(0.9, abs=0.025)
    assert np.mean([one.inside for one in late]) < 0.5
    found = {score.name: score.value for score in scores(right)}
    assert found["times inside the band"] == pytest.approx(90.0, abs=2.5)
    width = found["times, width of the band over its median, median"]
    assert width == pytest.approx(2 * 1.645 * 10.0, rel=0.05)


def test_members_without_arrival_save_nothing() -> None:
    members = np.concatenate([np.arange(1.0, 51.0), np.full(50, np.inf)])
    late = Judged(seen("arrival", 49.5), members)
    assert late.rank == pytest.approx(49.0)
    assert late.never == pytest.approx(50.0)
    assert not late.inside
    early = Judged(seen("arrival", 4.5), members)
    assert early.rank == pytest.approx(4.0)
    assert not early.inside
    assert Judged(seen("arrival", 25.0), members).inside


def two_stations() -> Ensemble:
    shifts = np.arange(20.0)
    time = np.arange(0.0, 100.0)
    curves = np.array([
        [np.maximum(3.0 - np.abs(time - 20.0 - lag), 0.0),
         np.maximum(3.0 - np.abs(time - 50.0 - 1.5 * lag), 0.0)]
        for lag in shifts
    ])  # fmt: skip
    given = [{"arrival_threshold": 1.0} for _ in shifts]
    return Ensemble(time, ("a", "b"), np.array([1e3, 9e3]), curves, given)


def test_legs_and_samples_counted_from_the_peak() -> None:
    told = [
        seen("arrival", 28.0, window=1.0), seen("peak_time", 30.0), seen("sample", 31.0, 2.0),
        seen("arrival", 62.0, station="b", window=1.0),
    ]  # fmt: skip
    ensemble = two_stations()
    judged = judge(ensemble, told)
    (leg,) = legs(judged)
    assert (leg.seen.earliest, leg.seen.latest) == (32.0, 36.0)
    assert leg.members == pytest.approx(30.0 + 0.5 * np.arange(20.0))
    # where the windows overlap, nothing follows
    mixed = [replace(one.seen, latest=90.0) if one.seen.station == "a" else one.seen
             for one in judged]  # fmt: skip
    assert legs(judge(ensemble, mixed)) == []
    (sample,) = aligned(ensemble, told)
    assert sample.members == pytest.approx(np.full(20, 2.0))
    rows = table("t", judged).rows
    assert len(rows) == 4
    front = front_panel("t", ensemble, told)
    assert front.bands[0].x == pytest.approx([1.0, 9.0])
    assert front.bands[0].low[0] == pytest.approx((20.0 - 2.0 + 0.0) / HOUR)
    told.append(seen("peak_concentration", value=5.0))
    panel = curve_panel(ensemble, "a", told)
    assert [curve.kind for curve in panel.curves] == ["simulated", "observed", "reference"]
    assert panel.curves[2].y == pytest.approx([5e3, 5e3])
    middle = in_the_middle(ensemble.time, ensemble.at("a"))
    assert middle in (9, 10)
    assert np.all(panel.bands[0].low <= panel.bands[0].high)


def test_reports_are_read_with_their_windows(tmp_path: Path) -> None:
    (tmp_path / "observed.csv").write_text(
        "# what was reported\n"
        "station,quantity,value,unit,earliest,latest,scored\n"
        "a,arrival,,,2000-01-01T01:00:00+01:00,2000-01-01T04:00:00+01:00,yes\n"
        "a,kill_start,,,2000-01-01T02:00:00Z,2000-01-01T02:00:00Z,yes\n"
        "a,kill_end,,,2000-01-01T06:00:00Z,2000-01-01T06:00:00Z,yes\n"
        "b,peak_concentration,3.5,mg/L,,,below a dam\n"
        "b,sample,3000,NTU,2000-01-01T02:00:00Z,2000-01-01T02:00:00Z,yes\n"
        "b,colour,,,,,yes\n"
    )
    found = read_observations(tmp_path, datetime(2000, 1, 1, tzinfo=UTC))
    assert [one.kind for one in found] == [
        "arrival", "passage_start", "passage_end", "peak_concentration", "passage_middle",
    ]  # fmt: skip
    assert (found[0].earliest, found[0].latest) == (0.0, 3.0 * HOUR)
    assert found[3].value == pytest.approx(3.5e-3)
    assert (found[3].scored, found[3].remark) == (False, "below a dam")
    assert found[4].time == 4.0 * HOUR


# --- members -------------------------------------------------------------------------------------


def river() -> scenario.Scenario:
    return scenario.parse(line(2, releases=[constant({"node": "n0"}, 4.0 * HOUR)]))


def test_a_member_is_what_a_run_gives() -> None:
    base = river()
    whole = spillsim.run(base)
    time = (whole["time"].values - whole["time"].values[0]) / np.timedelta64(1, "s")
    found = run_ensemble(base, ["at n1", "at n2"], time, [{}], lambda s, _: Change(s))
    known = 1e-3 * whole["concentration"].isel(substance=0).transpose("station", "time").values
    assert np.abs(found.concentration[0] - known).max() <= 1e-9 * known.max()
    assert found.distance == pytest.approx([10e3, 20e3])


def test_factors_do_what_they_say() -> None:
    base, time = river(), np.arange(0.0, 172_800.0, 300.0)

    def centre(change: Change) -> tuple[float, float, float]:
        curve = run_ensemble(base, ["at n2"], time, [{}], lambda *_: change).at("at n2")[0]
        total = np.trapezoid(curve, time)
        mean = np.trapezoid(curve * time, time) / total
        return total, mean, np.sqrt(np.trapezoid(curve * (time - mean) ** 2, time) / total)

    plain = centre(Change(base))
    fast = centre(Change(base, velocity=2.0))
    wide = centre(Change(base, dispersion=4.0))
    falling = centre(Change(base, decline=1.0))
    assert [fast[0], wide[0], falling[0]] == pytest.approx([plain[0]] * 3, rel=1e-6)
    assert plain[1] - fast[1] == pytest.approx(20e3 / 0.5 / 2.0, rel=0.01)
    assert wide[2] > 1.3 * plain[2]
    # a rate that falls to nothing has its mean after a third of its time, not after half
    assert plain[1] - falling[1] == pytest.approx(4.0 * HOUR / 6.0, rel=1e-3)


def test_what_is_too_sharp_is_marched(monkeypatch: pytest.MonkeyPatch) -> None:
    base, time = river(), np.arange(0.0, 172_800.0, 300.0)
    change = Change(base, dispersion=2.0, velocity=1.3, decline=0.6)
    exact = run_ensemble(base, ["at n2"], time, [{}], lambda *_: change).at("at n2")[0]

    def refuse(*_: object, **__: object) -> None:
        raise NotSmoothError(0)

    monkeypatch.setattr("spillsim.transfer.response.ask", refuse)
    marched = run_ensemble(base, ["at n2"], time, [{}], lambda *_: change).at("at n2")[0]
    assert np.abs(marched - exact).max() <= 0.02 * exact.max()


# --- cases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.CASES[0].name)
def test_every_case_answers(module: object) -> None:
    answer = module.answer  # type: ignore[attr-defined]
    (case,) = module.CASES  # type: ignore[attr-defined]
    report = answer(12)
    assert case.answer is answer
    assert case.group == "accident"
    assert case.assumptions
    assert case.sources
    assert report.remarks
    assert all(np.isfinite(score.value) for score in report.scores)
    again = pickle.loads(pickle.dumps(report))
    assert [score.value for score in again.scores] == [score.value for score in answer(12).scores]
    for panel in report.panels:
        assert all(curve.x.shape == curve.y.shape for curve in panel.curves)
        for band in panel.bands:
            assert np.all(band.low <= band.high)
    for one in report.tables:
        assert {len(row) for row in one.rows} == {len(one.header)}


def test_parts_of_the_gauges_are_those_of_the_case() -> None:
    folder = data.case_folder("baia_mare_2000")

    def rows(name: str, column: str) -> dict[str, float]:
        text = (folder / name).read_text("utf-8").splitlines()
        table = csv.DictReader(row for row in text if not row.startswith("#"))
        return {row["node"]: float(row[column]) for row in table}

    gauges = rows("gauges.csv", "discharge [m3/s]")
    summed = {node: sum(parts.values()) for node, parts in accident_baia_mare.PARTS.items()}
    assert summed == pytest.approx(gauges, abs=0.06)
    assert set(accident_baia_mare.INFLOWS) == set(rows("inflows.csv", "inflow [m3/s]"))


def test_nothing_changes_where_every_factor_is_one() -> None:
    base = scenario.load(data.case_folder("songhua_2005"))
    draw = {one.name: float(one.quantile(np.array([0.5]))[0])
            for one in accident_songhua.ASSUMPTIONS}  # fmt: skip
    draw |= {"fengman": 600.0, "bed": 1.0, "length": 1.0, "width": 1.0, "slope": 1.0}
    made = accident_songhua.change(base, draw).scenario
    assert [reach.manning_n for reach in made.reaches] == pytest.approx(
        [reach.manning_n for reach in base.reaches]
    )
    assert [row.inflow for row in made.flow.inflows] == pytest.approx(
        [row.inflow for row in base.flow.inflows]
    )
    assert [reach.length for reach in made.reaches] == [reach.length for reach in base.reaches]

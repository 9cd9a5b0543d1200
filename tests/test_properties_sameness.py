"""What must not matter does not, and what must be proportional is."""

from __future__ import annotations

import copy

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from river_cases import Row, case, constant, line, model_of, reach, run_of, slug
from river_strategies import few, trees
from test_properties_balance import assembled

import spillsim


def scaled(releases: list[Row], factor: float, name: str) -> list[Row]:
    """The same releases of another substance and amount."""
    rows = [copy.deepcopy(row) for row in releases]
    for row in rows:
        row["substance"] = name
        for key in ("mass", "rate"):
            if key in row:
                row[key] = f"{factor * float(row[key].split()[0])!r} {row[key].split()[1]}"
        for line_ in row.get("table", ()):
            for key in line_:
                line_[key] *= factor if not key.startswith("time") else 1.0
    return rows


def apart(a: np.ndarray, b: np.ndarray, top: float | None = None) -> float:
    """Largest difference as a share of ``top``, by default of the largest value."""
    if top is None:
        top = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)))
    return float(np.abs(a - b).max(initial=0.0)) / top if top > 0.0 else 0.0


@few(12)
@given(st.floats(0.01, 100.0), st.floats(0.0, 9e4), st.booleans())
def test_without_limiter_releases_superpose_and_scale(
    factor: float, later: float, branch: bool
) -> None:
    rows = [reach("r0", "n0", "sea"), reach("r1", "n1", "n0"), reach("r2", "n2", "n0")]
    rows[0] |= {"storage_area_ratio": 0.2, "exchange_coefficient [1/s]": 1e-4}
    first = slug({"node": "n1"})
    second = constant({"node": "n2" if branch else "n1"}, 7200.0, 30.0, later)
    releases = [
        *scaled([first], 1.0, "a"), *scaled([second], 1.0, "b"),
        *scaled([first, second], 1.0, "both"), *scaled([first, second], factor, "more"),
    ]  # fmt: skip
    names = [{"name": n, "decay_rate": "0.5 1/d"} for n in ("a", "b", "both", "more")]
    run = run_of(case(rows, {"n1": 10.0, "n2": 5.0}, releases,
                      {"j": {"reach": "r0", "distance": "5 km"}, "e": {"node": "sea"}},
                      substance=names,
                      numerics={"limiter": "none", "time_step": "300 s"}))  # fmt: skip
    for curves in (run.concentration, run.cumulative_mass):
        assert apart(curves[0] + curves[1], curves[2]) <= 1e-10
        assert apart(factor * curves[2], curves[3]) <= 1e-10


@few(20)
@given(trees(), st.integers(1, 30))
def test_a_later_release_gives_the_same_curves_later(data: Row, count: int) -> None:
    step = float(data["numerics"]["time_step"].split()[0])
    data["output"]["interval"] = f"{step!r} s"
    model = assembled(data)
    assume(model.time_step == step)
    later = copy.deepcopy(data)
    for row in later["release"]:
        key = "time" if row["kind"] == "slug" else "start"
        row[key] = f"{float(row[key].split()[0]) + count * step!r} s"
    length = float(data["case"]["duration"].split()[0]) + count * step
    later["case"]["duration"] = f"{length!r} s"
    before, after = spillsim.simulate(model), spillsim.simulate(assembled(later))
    size = before.output_time.size - 1
    assert apart(before.concentration[:, :, :size],
                 after.concentration[:, :, count : count + size]) <= 1e-8  # fmt: skip


def test_the_rim_of_the_window_is_judged_by_size_not_sign() -> None:
    """Undershoots of a sharp plume are mass too; they must not be swept on."""
    swift = {"velocity [m/s]": 1.0, "dispersion_coefficient [m2/s]": 1.0}
    rows = [reach("r0", "n0", "sea", **swift), reach("r1", "n1", "n0", 100.0, **swift)]
    pair = [slug({"reach": "r0", "distance": f"{x} m"}, 1.0) for x in (0, 500)]
    releases = [*scaled(pair[:1], 1.0, "a"), *scaled(pair[1:], 1.0, "b"), *scaled(pair, 1.0, "c")]
    run = run_of(case(rows, {"n1": 10.0, "n0": -3.0}, releases, {"end": {"node": "sea"}}, 1e4,
                      substance=[{"name": name} for name in "abc"],
                      numerics={"limiter": "none", "time_step": "131.57894736842104 s"},
                      output={"interval": "100 s"}))  # fmt: skip
    assert apart(run.concentration[0] + run.concentration[1], run.concentration[2]) <= 1e-10


@few(12)
@given(st.floats(0.05, 0.95), st.floats(1.0, 30.0), st.booleans())
def test_a_node_within_a_reach_changes_nothing(
    share: float, dispersion: float, storage: bool
) -> None:
    given_ = {"dispersion_coefficient [m2/s]": dispersion}
    if storage:
        given_ |= {"storage_area_ratio": 0.3, "exchange_coefficient [1/s]": 1e-4}
    whole = reach("r", "n1", "n2", 20_000.0, **given_)
    parts = [whole | {"id": "up", "to": "m", "length [m]": share * 20_000.0},
             whole | {"id": "low", "from": "m",
                      "length [m]": (1.0 - share) * 20_000.0}]  # fmt: skip
    curves = []
    for rows in ([whole], parts):
        data = case([reach("top", "n0", "n1"), *rows], {"n0": 20.0}, [slug({"node": "n0"})],
                    {"end": {"node": "n2"}}, numerics={"time_step": "300 s"})  # fmt: skip
        curves.append(run_of(data).concentration)
    assert apart(*curves) <= 1e-9


@few(20)
@given(trees(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_change_nothing(data: Row, random: object) -> None:
    before = spillsim.simulate(assembled(data))
    other = copy.deepcopy(data)
    for table in (other["network"]["nodes"], other["network"]["reaches"], other["flow"]["table"]):
        random.shuffle(table)  # type: ignore[attr-defined]
    for row in other["network"]["nodes"]:
        row["id"] = "node_" + row["id"]
    for row in other["network"]["reaches"]:
        row |= {"id": "x" + row["id"], "from": "node_" + row["from"], "to": "node_" + row["to"]}
    for row in other["flow"]["table"]:
        row["node"] = "node_" + row["node"]
    for row in [*other["release"], *other["station"]]:
        row["at"] = {k: "node_" + v if k == "node" else "x" + v if k == "reach" else v
                     for k, v in row["at"].items()}  # fmt: skip
    after = spillsim.simulate(assembled(other))
    # sums of inflows run in another order, so that the last digit of a discharge may differ
    for number, released in enumerate(before.ledger.released.max(axis=1)):
        masses = before.cumulative_mass[number], after.cumulative_mass[number]
        assert apart(*masses, released) <= 1e-9
    assert apart(before.ledger.in_river, after.ledger.in_river) <= 1e-9


def test_a_brook_that_only_brings_water_already_counted_changes_nothing() -> None:
    rows = [reach("r0", "n0", "n1"), reach("r1", "n1", "n2")]
    stations = {"a": {"reach": "r0", "distance": "6 km"}, "b": {"node": "n2"}}
    kind = {"numerics": {"time_step": "300 s"}}
    whole = run_of(case(rows, {"n0": 20.0, "n1": 4.0}, [slug({"node": "n0"})], stations, **kind))
    brook = [*rows, reach("brook", "spring", "n1", 3000.0)]
    inflows = {"n0": 20.0, "spring": 1.0, "n1": 3.0}
    fed = run_of(case(brook, inflows, [slug({"node": "n0"})], stations, **kind))
    np.testing.assert_array_equal(whole.concentration, fed.concentration)
    np.testing.assert_array_equal(whole.cumulative_mass, fed.cumulative_mass)


def test_unlike_releases_do_differ() -> None:
    """The measure used here sees a difference of a thousandth."""
    kind = {"numerics": {"time_step": "300 s"}}
    one, other = (run_of(line(2, releases=[constant({"node": "n0"}, 3600.0, mass)], **kind))
                  for mass in (100.0, 100.1))  # fmt: skip
    assert 5e-4 < apart(one.concentration, other.concentration) < 2e-3
    assert model_of(line(2)).stations

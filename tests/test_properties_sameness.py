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
    rows = copy.deepcopy(releases)
    for row in rows:
        row["substance"] = name
        for key in ("mass", "rate"):
            if key in row:
                row[key] = f"{factor * float(row[key].split()[0])!r} {row[key].split()[1]}"
        for line_ in row.get("table", ()):
            for key in line_:
                line_[key] *= factor if not key.startswith("time") else 1.0
    return rows


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference as a share of the largest value."""
    top = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)))
    return float(np.abs(a - b).max(initial=0.0)) / top if top > 0.0 else 0.0


@few(25)
@given(trees(limiter="none"), st.floats(0.01, 100.0))
def test_without_limiter_releases_superpose_and_scale(data: Row, factor: float) -> None:
    first, *rest = data["release"]
    second = rest[0] if rest else first
    data["substance"] = [{"name": n, "decay_rate": "0.5 1/d"} for n in ("a", "b", "both", "more")]
    data["release"] = [
        *scaled([first], 1.0, "a"), *scaled([second], 1.0, "b"),
        *scaled([first, second], 1.0, "both"), *scaled([first, second], factor, "more"),
    ]  # fmt: skip
    run = spillsim.simulate(assembled(data))
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


@few(20)
@given(trees(plain=True), st.data())
def test_a_node_within_a_reach_changes_nothing(data: Row, drawn: st.DataObject) -> None:
    model = assembled(data)
    rows = data["network"]["reaches"]
    taken = {row["at"].get("reach") for row in data["release"]}
    free = [i for i, row in enumerate(rows) if row["id"] not in taken]
    assume(free)
    i = drawn.draw(st.sampled_from(free))
    share = drawn.draw(st.floats(0.05, 0.95))
    split = copy.deepcopy(data)
    row = split["network"]["reaches"][i]
    length = row["length [m]"]
    lower = row | {"id": "lower", "from": "middle", "length [m]": (1.0 - share) * length}
    row |= {"to": "middle", "length [m]": share * length}
    split["network"]["reaches"].append(lower)
    split["network"]["nodes"].append({"id": "middle"})
    assert apart(spillsim.simulate(model).concentration,
                 spillsim.simulate(assembled(split)).concentration) <= 1e-9  # fmt: skip


@few(20)
@given(trees(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_change_nothing(data: Row, random: object) -> None:
    before = spillsim.simulate(assembled(data))
    other = copy.deepcopy(data)
    for table in (other["network"]["nodes"], other["network"]["reaches"], other["flow"]["table"]):
        random.shuffle(table)  # type: ignore[attr-defined]
    for row in other["network"]["nodes"]:
        row["id"] = "node " + row["id"]
    for row in other["network"]["reaches"]:
        row |= {"id": "x" + row["id"], "from": "node " + row["from"], "to": "node " + row["to"]}
    for row in other["flow"]["table"]:
        row["node"] = "node " + row["node"]
    for row in [*other["release"], *other["station"]]:
        row["at"] = {k: "node " + v if k == "node" else "x" + v if k == "reach" else v
                     for k, v in row["at"].items()}  # fmt: skip
    after = spillsim.simulate(assembled(other))
    # sums of inflows run in another order, so that the last digit of a discharge may differ
    assert apart(before.concentration, after.concentration) <= 1e-9
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

"""Draws: distributions, Latin hypercube and Sobol, correlations, and the same bits every time."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import pickle
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from uncertain_cases import CASE, TABLES, UNCERTAIN, raw, with_inputs

from spillsim import sampling, scenario
from spillsim.errors import ScenarioError
from spillsim.sampling import designs, marginals
from spillsim.scenario.correlations import normal_correlation

MASS = "release.tank.mass"
PLAIN: dict[str, Any] = {
    "uniform": {"low": 0.5, "high": 2.0},
    "log_uniform": {"low": 0.5, "high": 2.0},
    "normal": {"mean": 3.0, "standard_deviation": 0.5},
    "lognormal": {"median": 1.5, "factor": 1.7},
    "triangular": {"low": 1.0, "mode": 1.2, "high": 3.0},
}


@pytest.fixture(name="folder", scope="module")
def folder_of_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    for name, table in TABLES.items():
        (folder / name).write_text(table, encoding="utf-8")
    return folder


def factor(distribution: str, **more: Any) -> dict[str, Any]:
    found = {"factor_of": "velocity", "distribution": distribution}
    return found | PLAIN.get(distribution, {}) | more


def one_input(folder: Path, item: dict[str, Any]) -> Any:
    return scenario.parse(with_inputs(item), folder).uncertain[0]


# --- distributions -------------------------------------------------------------------------------


def frozen(distribution: str) -> Any:
    return {
        "uniform": stats.uniform(0.5, 1.5),
        "log_uniform": stats.loguniform(0.5, 2.0),
        "normal": stats.norm(3.0, 0.5),
        "lognormal": stats.lognorm(math.log(1.7), scale=1.5),
        "triangular": stats.triang(0.1, loc=1.0, scale=2.0),
    }[distribution]


@pytest.mark.parametrize("distribution", PLAIN)
def test_inverse_is_that_of_scipy(folder: Path, distribution: str) -> None:
    found = one_input(folder, factor(distribution))
    unit = np.concatenate([10.0 ** np.arange(-12.0, 0.0), 1.0 - 10.0 ** np.arange(-9.0, 0.0)])
    assert marginals.values_of(found, unit) == pytest.approx(
        frozen(distribution).ppf(unit), rel=1e-9
    )


@pytest.mark.parametrize("distribution", PLAIN)
def test_cut_distribution_is_that_of_the_part_that_is_left(folder: Path, distribution: str) -> None:
    whole = frozen(distribution)
    low, high = (float(whole.ppf(share)) for share in (0.2, 0.7))
    found = one_input(folder, factor(distribution, lowest=low, highest=high))
    unit = np.linspace(0.01, 0.99, 41)
    values = marginals.values_of(found, unit)
    assert values.min() >= low
    assert values.max() <= high
    assert whole.cdf(values) == pytest.approx(0.2 + 0.5 * unit, rel=1e-10)


def test_normal_inverse_is_exact_to_the_last_digits() -> None:
    unit = np.concatenate([2.0 ** -np.arange(1.0, 54.0), 1.0 - 2.0 ** -np.arange(2.0, 54.0)])
    assert marginals.normal_quantile(unit) == pytest.approx(special.ndtri(unit), rel=1e-14)


def test_percentiles_of_a_lognormal_are_its_low_and_high(folder: Path) -> None:
    item = {"key": MASS, "distribution": "lognormal", "low": "1 t", "high": "9 t"}
    found = sampling.percentiles(one_input(folder, item))
    assert found == pytest.approx([1000.0, 3000.0, 9000.0], rel=1e-12)


def test_values_are_in_si_and_a_spread_of_kelvin_is_one_of_degrees(folder: Path) -> None:
    for text in ("2 K", "2 degC"):
        item = {"key": "flow.temperature", "distribution": "normal", "mean": "10 degC",
                "standard_deviation": text}  # fmt: skip
        found = sampling.percentiles(one_input(folder, item), (0.5, float(special.ndtr(1.0))))
        assert found == pytest.approx([10.0, 12.0], rel=1e-12)


def test_moments_are_dates_or_times(folder: Path) -> None:
    data = with_inputs(
        {"key": "release.tank.start", "distribution": "uniform", "low": "2 h",
         "high": raw()["case"]["start"].replace(hour=16)}
    )  # fmt: skip
    found = scenario.parse(data, folder).uncertain[0]
    assert (found.low, found.high, found.unit) == (7200.0, 36000.0, "h")


def test_discrete_and_empirical_shares_are_those_of_the_weights(folder: Path) -> None:
    item = factor("discrete", values=[3, 1, 2], weights=[1, 0, 3])
    unit = (np.arange(1000) + 0.5) / 1000
    values = marginals.values_of(one_input(folder, item), unit)
    assert np.all(np.diff(values) >= 0.0)
    assert [np.count_nonzero(values == v) for v in (1.0, 2.0, 3.0)] == [0, 750, 250]
    table = [{"value": 2.0, "weight": 1}, {"value": 0.5, "weight": 4}]
    values = marginals.values_of(one_input(folder, factor("table", table=table)), unit)
    assert [np.count_nonzero(values == v) for v in (0.5, 2.0)] == [800, 200]


def test_words_are_numbers_of_choices(folder: Path) -> None:
    item = {"key": "dispersion.formula", "distribution": "discrete",
            "values": ["disley_2015", "deng_2001"]}  # fmt: skip
    data = with_inputs(item, ensemble={"members": 10})
    draws = sampling.draw(scenario.parse(data, folder))
    assert draws.kind == ("choice",)
    assert sorted(draws.value[:, 0].tolist()) == [0.0] * 5 + [1.0] * 5
    words = {draws.changes_of(m)[0].value for m in range(10)}
    assert words == {"disley_2015", "deng_2001"}


# --- tables of numbers ---------------------------------------------------------------------------


@settings(max_examples=60)
@given(count=st.integers(1, 400), seed=st.integers(0, 2**63 - 1), inputs=st.integers(1, 4))
def test_latin_hypercube_has_one_number_in_every_slice(count: int, seed: int, inputs: int) -> None:
    names = [f"x{n}" for n in range(inputs)]
    found = designs.latin_hypercube(names, count, seed)
    assert np.all((found > 0.0) & (found < 1.0))
    assert np.array_equal(np.sort(np.floor(found * count), axis=0)[:, 0], np.arange(count))
    slices = np.sort(np.floor(found * count).astype(int), axis=0)
    assert np.array_equal(slices, np.tile(np.arange(count)[:, None], inputs))


@pytest.mark.parametrize("power", [1, 4, 7])
def test_sobol_has_one_number_in_every_slice_of_a_power_of_two(power: int) -> None:
    count = 2**power
    found = designs.sobol(["a", "b", "c"], count, 5)
    slices = np.sort(np.floor(found * count).astype(int), axis=0)
    assert np.array_equal(slices, np.tile(np.arange(count)[:, None], 3))
    assert np.array_equal(found, designs.sobol(["a", "b", "c"], count, 5))
    assert not np.array_equal(found, designs.sobol(["a", "b", "c"], count, 6))
    assert np.array_equal(found[: count // 2], designs.sobol(["a", "b", "c"], count // 2, 5))


@pytest.mark.parametrize("design", ["random", "latin_hypercube", "sobol"])
def test_numbers_are_even_and_independent(design: str) -> None:
    count = 2000
    found = designs.DESIGNS[design](["a", "b"], count, 3)
    for column in found.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
    assert abs(stats.spearmanr(found).statistic) < 4.0 / math.sqrt(count)


@pytest.mark.parametrize("design", ["random", "latin_hypercube", "sobol"])
def test_order_of_inputs_does_not_matter(design: str) -> None:
    names = ["flow", "mass", "decay"]
    found = designs.DESIGNS[design](names, 64, 3)
    for order in itertools.permutations(range(3)):
        other = designs.DESIGNS[design]([names[n] for n in order], 64, 3)
        assert np.array_equal(other, found[:, order])


@pytest.mark.parametrize("design", ["random", "latin_hypercube"])
def test_other_inputs_do_not_matter(design: str) -> None:
    found = designs.DESIGNS[design](["flow", "mass"], 64, 3)
    assert np.array_equal(found[:, :1], designs.DESIGNS[design](["flow"], 64, 3))


def test_chance_is_the_same_for_ever() -> None:
    """The raw words of Philox are those of its authors; what becomes of them is stored here."""
    digest = hashlib.sha256()
    for design in ("random", "latin_hypercube"):
        digest.update(designs.DESIGNS[design](["flow", "mass"], 100, 1).astype("<f8").tobytes())
    assert digest.hexdigest() == DIGEST_OF_NUMBERS


@settings(max_examples=200)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5))
def test_chance_is_never_zero_or_one(words: list[int]) -> None:
    found = designs.chance(np.array([0, 2**64 - 1, *words], dtype=np.uint64))
    assert np.all((found > 0.0) & (found < 1.0))


# --- correlations --------------------------------------------------------------------------------

RANKS = {("a", "b"): 0.7, ("b", "c"): -0.5, ("a", "c"): 0.1}


def wanted(names: list[str]) -> np.ndarray:
    found = np.eye(3)
    for (one, other), rank in RANKS.items():
        i, k = names.index(one), names.index(other)
        found[i, k] = found[k, i] = normal_correlation(rank)
    return found


def test_latin_hypercube_keeps_its_slices_when_it_is_correlated() -> None:
    names, count = ["a", "b", "c"], 1000
    plain = designs.latin_hypercube(names, count, 1)
    found = designs.iman_conover(plain, wanted(names), names, 1)
    assert np.array_equal(np.sort(found, axis=0), np.sort(plain, axis=0))
    ranks = stats.spearmanr(found).statistic
    for (one, other), rank in RANKS.items():
        assert ranks[names.index(one), names.index(other)] == pytest.approx(rank, abs=0.02)


@pytest.mark.parametrize("design", ["random", "sobol"])
def test_copula_has_the_correlations_and_stays_even(design: str) -> None:
    names, count = ["a", "b", "c"], 4096
    found = designs.gaussian_copula(designs.DESIGNS[design](names, count, 2), wanted(names))
    ranks = stats.spearmanr(found).statistic
    for (one, other), rank in RANKS.items():
        assert ranks[names.index(one), names.index(other)] == pytest.approx(
            rank, abs=4.0 * (1.0 - rank**2) / math.sqrt(count)
        )
    for column in found.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3


@settings(max_examples=50)
@given(st.floats(-0.99, 0.99), st.integers(5, 60), st.integers(0, 1000))
def test_correlation_of_scores_is_met(rank: float, count: int, seed: int) -> None:
    """The scores that the order comes from have the correlation exactly; ranks come near."""
    names = ["a", "b"]
    matrix = np.array([[1.0, normal_correlation(rank)], [normal_correlation(rank), 1.0]])
    found = designs.iman_conover(designs.latin_hypercube(names, count, seed), matrix, names, seed)
    assert stats.spearmanr(found).statistic == pytest.approx(rank, abs=2.0 / math.sqrt(count))


def test_too_few_members_for_correlations(folder: Path) -> None:
    data = raw() | {"ensemble": {"members": 4}}
    with pytest.raises(designs.TooFewMembersError, match="at least 5"):
        sampling.draw(scenario.parse(data, folder))


@pytest.mark.parametrize("design", ["random", "latin_hypercube", "sobol"])
def test_draws_of_a_case_are_correlated(folder: Path, design: str) -> None:
    data = raw() | {"ensemble": {"members": 1000, "sampling": design}}
    draws = sampling.draw(scenario.parse(data, folder))
    value = draws.value[: draws.draws]
    rank = stats.spearmanr(value[:, 0], value[:, 1]).statistic
    assert rank == pytest.approx(0.6, abs=0.08)
    rank = stats.spearmanr(value[:, 0], value[:, 2]).statistic
    assert rank == pytest.approx(0.0, abs=0.13)


# --- draws ---------------------------------------------------------------------------------------


def test_table_of_draws(folder: Path) -> None:
    draws = sampling.draw(scenario.parse(raw(), folder))
    assert draws.names == ("mass", "flow", "roughness", "warm", "formula", "found")
    assert draws.kind == ("number", "factor", "number", "number", "choice", "factor")
    assert (draws.members, draws.draws) == (200, 100)
    assert draws.combinations == ({"season": "none"}, {"season": "low"})
    assert np.array_equal(draws.combination, np.repeat([0, 1], 100))
    assert np.array_equal(draws.value[:100], draws.value[100:])
    assert [base.regime for base in draws.bases] == ["", "low"]


def test_draws_are_the_same_for_ever(folder: Path) -> None:
    draws = sampling.draw(scenario.parse(raw(), folder))
    assert hashlib.sha256(draws.unit.astype("<f8").tobytes()).hexdigest() == DIGEST_OF_DRAWS
    again = sampling.draw(scenario.parse(raw(), folder))
    assert np.array_equal(draws.value, again.value)
    # a logarithm may have another last digit elsewhere
    told = [f"{value:.10e}" for value in draws.value[:5].ravel()]
    assert hashlib.sha256(" ".join(told).encode()).hexdigest() == DIGEST_OF_VALUES


def test_order_of_the_file_does_not_matter(folder: Path) -> None:
    data = raw()
    draws = sampling.draw(scenario.parse(data, folder))
    turned = data | {"uncertain": data["uncertain"][::-1]}
    other = sampling.draw(scenario.parse(turned, folder))
    assert other.names == draws.names[::-1]
    assert np.array_equal(other.value, draws.value[:, ::-1])


def test_sweeps_make_every_combination(folder: Path) -> None:
    sweeps = [
        {"name": "season", "regime": ["none", "low"]},
        {"name": "n", "factor_of": "manning_n", "from": 0.5, "to": 2, "count": 3, "spacing": "log"},
        {"name": "start", "key": "release.tank.start", "values": ["0 h", "90 min"]},
    ]
    draws = sampling.draw(scenario.parse(raw(CASE) | {"sweep": sweeps}, folder))
    assert (draws.members, draws.draws, draws.names) == (12, 1, ())
    assert draws.combinations[0] == {"season": "none", "n": 0.5, "start": 0.0}
    assert draws.combinations[11] == {"season": "low", "n": 2.0, "start": 5400.0}
    assert draws.combinations[2]["n"] == pytest.approx(1.0, rel=1e-15)
    found = sampling.scenario_of(draws, 11)
    assert (found.regime, found.releases[0].start) == ("low", 5400.0)
    assert [row.manning_n for row in found.reaches] == [0.07, None, 0.07]


def test_nothing_uncertain(folder: Path) -> None:
    with pytest.raises(ScenarioError, match="all members would be the same"):
        sampling.draw(scenario.parse(raw(CASE), folder))


def test_no_such_member(folder: Path) -> None:
    draws = sampling.draw(scenario.parse(raw(), folder))
    for member in (-1, 200):
        with pytest.raises(IndexError, match="there are 200"):
            draws.changes_of(member)


def test_faults_of_a_regime_are_told_when_it_is_swept(folder: Path) -> None:
    text = (CASE + UNCERTAIN).replace("scale = 0.5", "scale = -0.5")
    with pytest.raises(ScenarioError, match=r"regime\.low\.flow\.scale"):
        sampling.draw(scenario.parse(raw(text), folder))


def test_without_scipy_all_but_sobol_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats.qmc", None)
    for design in ("random", "latin_hypercube"):
        data = raw() | {"ensemble": {"members": 20, "sampling": design}}
        assert sampling.draw(scenario.parse(data, folder)).members == 40
    data = raw() | {"ensemble": {"members": 20, "sampling": "sobol"}}
    with pytest.raises(sampling.MissingScipyError, match=r"spillsim\[ensemble\]"):
        sampling.draw(scenario.parse(data, folder))


def test_what_each_input_needs(folder: Path) -> None:
    items = {
        "mass": {"factor_of": "mass"}, "start": {"key": "release.tank.start"},
        "spread": {"factor_of": "dispersion_coefficient"}, "speed": {"factor_of": "velocity"},
        "flow": {"factor_of": "discharge"}, "n": {"key": "reaches.main_1.manning_n"},
        "level": {"key": "case.duration"}, "end": {"key": "numerics.error"},
    }  # fmt: skip
    text = CASE.replace('sorption = [{ to = "suspended_matter", distribution_coefficient = '
                        '"50000 L/kg" }]\n', "")  # fmt: skip
    values: dict[str, Any] = {"start": ("0 h", "6 h"), "level": ("2 days", "3 days"),
                              "end": (0.01, 0.02)}  # fmt: skip
    listed = [
        {"name": name, "distribution": "uniform", **item,
         **dict(zip(("low", "high"), values.get(name, (0.5, 1.5)), strict=True))}
        for name, item in items.items()
    ]  # fmt: skip
    draws = sampling.draw(scenario.parse(raw(text) | {"uncertain": listed}, folder))
    found = sampling.split_by_engine(draws)
    assert found.factors == ("mass", "start", "spread")
    assert found.flow == ("speed", "flow", "n")
    assert found.scenario == ("level", "end")
    fixed = raw(text) | {"uncertain": listed, "dispersion": {"kind": "value", "value": "50 m2/s"}}
    found = sampling.split_by_engine(sampling.draw(scenario.parse(fixed, folder)))
    assert "speed" in found.factors


def test_draws_can_be_sent_to_another_process(folder: Path) -> None:
    draws = sampling.draw(scenario.parse(raw(), folder))
    sent = pickle.loads(pickle.dumps(draws))
    assert np.array_equal(sent.value, draws.value)
    assert sampling.scenario_of(sent, 150) == sampling.scenario_of(draws, 150)


def test_schema_knows_the_sections() -> None:
    jsonschema.validate(json.loads(json.dumps(raw(), default=str)), scenario.json_schema())
    data = raw()
    data["uncertain"][0]["medain"] = "1 t"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(json.dumps(data, default=str)), scenario.json_schema())


DIGEST_OF_NUMBERS = "6eadb0d4f262a9586edd5bf142e8aaef85a46e95199df8c2488532cb81f9acf3"
DIGEST_OF_DRAWS = "33df5b580d1a8258ec45774338e8340c495e5cdcf405c949cffe601f0d7b0b44"
DIGEST_OF_VALUES = "3ef5668549726f54c1911f9258c3b957241804311bda168837a427ed584d543e"

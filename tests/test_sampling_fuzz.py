"""Whatever stands in the sections of uncertain inputs is read, or refused with its faults."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uncertain_cases import CASE, TABLES, raw

from spillsim import sampling, scenario
from spillsim.errors import SpillsimError

START = dt.datetime(2024, 5, 1, 6, tzinfo=dt.UTC)
PATHS = ["release.tank.mass", "release.works.time", "reaches.main_1.width", "flow.scale", "case",
         "dispersion.formula", "output.field", "water.ph", "release.tank.at.node", "gauges.x.y",
         "substance.zinc.sorption.suspended_matter.rate", "reaches", ".", "release..mass", "",
         "trigger.time", "inflows.spring.inflow", "nodes.mouth.kind"]  # fmt: skip
TEXTS = ["1 t", "0 kg", "3 h", "2 m3/s", "-4 degC", "disley_2015", "none", "low", "Main", "main_1",
         "salt", "nan", "1e400 kg", "\x1b[2J", "found.csv"]  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(TEXTS), st.sampled_from(PATHS), st.booleans(), st.integers(-3, 200),
    st.floats(), st.just(START), st.just(START.replace(tzinfo=None)), st.just(START.date()),
)  # fmt: skip
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.sampled_from(["value", "weight", "value [kg]", "x"]), SCALARS, max_size=2),
    st.lists(
        st.dictionaries(st.sampled_from(["value", "weight"]), SCALARS, max_size=2), max_size=2
    ),
)
KEYS = ["lowest", "highest", "low", "high", "mean", "standard_deviation", "median", "factor",
        "mode", "values", "weights", "table", "river", "reaches", "substance", "release", "from",
        "to", "count", "spacing", "regime", "measure", "between", "rank", "members", "seed",
        "sampling", "keep"]  # fmt: skip
KINDS = ["uniform", "log_uniform", "normal", "lognormal", "triangular", "discrete", "table"]
FACTORS = ["discharge", "velocity", "mass", "decay_rate", "manning_n", "storage_area_ratio"]
ITEMS = st.builds(
    lambda a, b: {**a, **b},
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5),
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b"]) | SCALARS},
        optional={
            "key": st.sampled_from(PATHS) | VALUES,
            "factor_of": st.sampled_from(FACTORS) | VALUES,
            "distribution": st.sampled_from(KINDS) | VALUES,
        },
    ),
)
SECTIONS = st.one_of(st.lists(ITEMS | SCALARS, max_size=3), ITEMS, SCALARS)


@pytest.fixture(name="folder", scope="module")
def folder_of_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    for name, table in TABLES.items():
        (folder / name).write_text(table, encoding="utf-8")
    return folder


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sections=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("uncertain", "sweep", "correlation"), SECTIONS)
        | {"ensemble": ITEMS | SCALARS},
    )
)
def test_anything_is_read_or_refused(folder: Path, sections: dict[str, Any]) -> None:
    told = ""
    try:
        case = scenario.parse(raw(CASE) | sections, folder)
        if case.ensemble is None:
            draws = sampling.draw(case)
            sampling.scenario_of(draws, draws.members - 1)
    except SpillsimError as error:
        told = str(error)
    assert "\x1b" not in told


EVEN = st.floats(-10.0, 10.0, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(KINDS[:5]),
    key=st.sampled_from(
        ["flow.scale", "reaches.main_1.width_exponent", "hydraulics.width_exponent"]
    ),
    numbers=st.lists(EVEN, min_size=3, max_size=3),
    cut=st.lists(EVEN, min_size=2, max_size=2),
    has_cut=st.booleans(),
)
def test_draws_lie_where_they_may(
    folder: Path, kind: str, key: str, numbers: list[float], cut: list[float], has_cut: bool
) -> None:
    low, mode, high = sorted(numbers)
    own = {
        "uniform": {"low": low, "high": high},
        "log_uniform": {"low": low, "high": high},
        "normal": {"mean": mode, "standard_deviation": abs(high)},
        "lognormal": {"low": low, "high": high},
        "triangular": {"low": low, "mode": mode, "high": high},
    }[kind]
    item = {"name": "x", "key": key, "distribution": kind, **own}
    if has_cut:
        item |= {"lowest": min(cut), "highest": max(cut)}
    data = raw(CASE) | {"uncertain": [item], "ensemble": {"members": 50}}
    try:
        draws = sampling.draw(scenario.parse(data, folder))
    except SpillsimError:
        return
    values = draws.value[:, 0]
    content = draws.scenario.uncertain[0].aim.content
    assert not any(content.wrong(value) for value in values.tolist())
    if has_cut:
        assert min(cut) <= values.min() <= values.max() <= max(cut)

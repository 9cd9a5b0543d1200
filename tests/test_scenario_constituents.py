"""Substances, solids, reactions and seepage as they are read: in SI, in order, under regimes."""

from __future__ import annotations

import itertools
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim import scenario
from spillsim.errors import ScenarioError

GALLERY = Path(__file__).parent / "gallery"
DAY = 86400.0


def data(name: str) -> dict[str, Any]:
    return tomllib.loads((GALLERY / name / "scenario.toml").read_text("utf-8"))


def test_solids_are_si_and_say_how_they_come_back() -> None:
    case = scenario.load(GALLERY / "solids")
    sand, silt = case.solids
    assert case.substances == ()
    assert case.constituents == (sand, silt)
    assert [one.kind for one in case.constituents] == ["solids", "solids"]
    assert (sand.diameter, sand.settling_velocity) == (pytest.approx(150e-6, rel=1e-14), None)
    assert (sand.density, sand.shape, sand.deposition) == (2700.0, "angular", "always")
    assert sand.resuspension_rate == pytest.approx(1.0 / DAY, rel=1e-14)
    assert sand.erosion is None  # what lies there is taken up at the rate given
    assert (silt.density, silt.shape, silt.deposition) == (2650.0, "natural", "krone")
    assert (silt.critical_deposition_stress, silt.critical_erosion_stress) == (0.1, 0.3)
    assert silt.erosion == silt.erosion_rate == pytest.approx(2e-5, rel=1e-14)
    assert silt.hindered_settling == scenario.HinderedSettling(gelling_concentration="200 g/L")  # type: ignore[arg-type]
    assert silt.flocculation is not None
    assert silt.flocculation.smallest == pytest.approx(5e-5, rel=1e-14)
    assert silt.limits[0].value == pytest.approx(0.025, rel=1e-14)
    written = data("solids")
    del written["solids"][1]["erosion_rate"]
    assert scenario.parse(written, GALLERY / "solids").solids[1].erosion == 1e-4  # the recalled one


def test_constituents_are_the_substances_and_then_the_solids() -> None:
    case = scenario.load(GALLERY / "sorption")
    assert [(one.name, one.kind) for one in case.constituents] == [
        ("zinc", "substance"), ("lead", "substance"), ("fine", "solids"),
    ]  # fmt: skip
    on_fine, on_own, on_bed = case.substances[0].sorption
    assert on_fine.distribution_coefficient == pytest.approx(50.0, rel=1e-14)  # m3/kg
    assert on_fine.rate == pytest.approx(1.0 / DAY, rel=1e-14)
    assert (on_own.to, on_own.rate, on_own.sediment) == ("suspended_matter", None, None)
    assert (on_bed.distribution_coefficient, on_bed.sediment) == (
        pytest.approx(0.07, rel=1e-14), 40.0,
    )  # fmt: skip
    (on_library,) = case.substances[1].sorption
    assert on_library.from_library
    assert on_library.distribution_coefficient == "library"
    assert case.water.suspended_matter == pytest.approx(0.02, rel=1e-14)
    assert [release.carrier for release in case.releases] == ["", "fine", "", "suspended_matter"]
    assert [limit.of for limit in case.substances[0].limits] == ["dissolved", "total"]


def test_what_is_left_out_can_be_told() -> None:
    case = scenario.load(GALLERY / "sorption")
    assert case.water.model_fields_set == {"suspended_matter"}
    assert (case.water.ph, case.water.wind_speed, case.water.daylight) == (7.5, 2.0, 0.5)
    assert case.substances[0].model_fields_set == {"name", "sorption", "limits"}
    assert case.solids[0].model_fields_set == {"name", "diameter"}


def test_reactions_are_si() -> None:
    case = scenario.load(GALLERY / "cyanide")
    light, back, falling = case.reactions
    assert (light.from_substance, light.to, light.light, light.yield_) == (
        "strong", "weak", True, 0.74,
    )  # fmt: skip
    assert light.rate_constant == light.rate == pytest.approx(0.5 / DAY, rel=1e-14)
    assert (back.temperature_coefficient, falling.to) == (1.047, "precipitate")
    weak = case.substances[1]
    assert weak.volatilisation is not None
    assert weak.volatilisation.compound == "hydrogen_cyanide"
    assert weak.photolysis_rate == pytest.approx(0.1 / DAY, rel=1e-14)
    first, second = scenario.load(GALLERY / "decay_chain").reactions
    assert first.radioactive
    assert first.half_life == 1620.0
    assert first.rate_constant == math.log(2.0) / 1620.0
    assert second.rate is None
    lead = scenario.load(GALLERY / "decay_chain").substances[2]
    assert lead.half_life == pytest.approx(22.2 * 365.25 * DAY, rel=1e-14)


def test_rates_by_reach_from_a_file_and_inline() -> None:
    case = scenario.load(GALLERY / "rates_by_reach")
    (row,) = case.substances[0].rates
    assert row.reach == "r2"
    assert row.decay_rate == pytest.approx(0.5 / DAY, rel=1e-14)
    assert row.storage_decay_rate == pytest.approx(0.1 / 3600.0, rel=1e-14)
    assert case.fault(row, "too fast", key="decay_rate").line == 2
    written = data("rates_by_reach")
    written["substance"][0]["rates"] = [{"reach": "r1", "storage_decay_rate": "2 1/h"}]
    (row,) = scenario.parse(written, GALLERY / "rates_by_reach").substances[0].rates
    assert (row.reach, row.decay_rate) == ("r1", None)
    assert row.storage_decay_rate == pytest.approx(2.0 / 3600.0, rel=1e-14)
    written["substance"][0]["rates"][0]["reach"] = "r9"
    with pytest.raises(ScenarioError, match=r"substance\[0\].rates\[0\].reach"):
        scenario.parse(written, GALLERY / "rates_by_reach")


def test_seepage_lasts_to_the_end_unless_it_says_when() -> None:
    case = scenario.load(GALLERY / "seepage")
    iron, sulphate = case.releases
    assert isinstance(iron, scenario.Seepage)
    assert isinstance(sulphate, scenario.Seepage)
    assert (iron.start, iron.duration, iron.concentration) == (0.0, DAY, None)
    assert iron.rate == pytest.approx(5.0 / DAY, rel=1e-14)
    assert (sulphate.start, sulphate.duration, sulphate.rate) == (7200.0, 43200.0, None)
    assert sulphate.concentration == pytest.approx(0.2, rel=1e-14)
    place = case.locate(case.build_network(), iron.at)
    assert (place.reach, place.distance) == (0, 0.0)
    written = data("seepage")
    written["release"][0]["start"] = "10 h"
    (late, _) = scenario.parse(written, GALLERY / "seepage").releases
    assert isinstance(late, scenario.Seepage)
    assert late.duration == 14 * 3600.0
    assert case.fault(iron, "too much", key="rate").where == "release[0].rate"


def test_seepage_by_concentration_may_come_with_a_flood_along_the_reach() -> None:
    written = data("seepage")
    flood = [{"time": "0 h", "discharge": "0.1 m3/s"}, {"time": "1 d", "discharge": "1 m3/s"}]
    written["network"]["reaches"] = [
        {"id": "r1", "from": "top", "to": "end", "length [km]": 10, "velocity [m/s]": 0.5,
         "hydraulics": "velocity"}
    ]  # fmt: skip
    with pytest.raises(ScenarioError, match="no water comes in along reach"):
        scenario.parse(written, GALLERY / "seepage")
    written["hydrograph"] = [{"at": {"reach": "r1"}, "table": flood}]
    assert len(scenario.parse(written, GALLERY / "seepage").releases) == 2


@pytest.mark.parametrize(
    ("name", "keys", "pools"),
    [
        ("confluence", {}, False),
        ("rates_by_reach", {}, False),
        ("seepage", {}, False),
        *((name, {}, True) for name in ("cyanide", "floating", "solids", "sorption", "two_pools")),
        ("single_reach", {"half_life": "5 d"}, False),
        ("single_reach", {"gas_exchange_rate": "1 1/d"}, False),
        ("single_reach", {"gas_exchange_rate": "1 1/d", "decay_rate": "1 1/d"}, False),
        ("single_reach", {"gas_exchange_rate": "1 1/d", "half_life": "5 d"}, False),
        ("single_reach", {"photolysis_rate": "1 1/d"}, True),
        ("single_reach", {"volatilisation": {"compound": "hydrogen_cyanide"}}, True),
    ],
)
def test_what_needs_pools(name: str, keys: dict[str, Any], pools: bool) -> None:
    written = data(name)
    for substance in written.get("substance", []):
        substance.update(keys)
    assert scenario.parse(written, GALLERY / name).has_pools is pools


def test_regimes_change_them_by_name() -> None:
    written = data("sorption")
    written["regime"] = {
        "flood": {
            "water": {"suspended_matter": "200 mg/L"},
            "solids": {"fine": {"diameter": "30 um"}},
            "substance": {"zinc": {"sorption": {"suspended_matter": {"rate": "2 1/d"}}}},
            "remove": ["substance.zinc.sorption.bed", "substance.lead", "release.pond water, lead"],
            "add": {
                "solids": [{"name": "coarse", "diameter": "200 um"}],
                "reaction": [{"from": "zinc", "to": "coarse", "rate": "1 1/d"}],
            },
        },
        "slow": {"reaction": {"zinc": {"rate": "0.5 1/d"}}},
    }
    written["reaction"] = [{"from": "zinc", "to": "fine", "rate": "1 1/d"}]
    folder = GALLERY / "sorption"
    flood, plain = scenario.parse(written, folder, "flood"), scenario.parse(written, folder)
    assert [one.name for one in flood.constituents] == ["zinc", "fine", "coarse"]
    assert flood.water.suspended_matter == pytest.approx(0.2, rel=1e-14)
    assert flood.solids[0].diameter == pytest.approx(30e-6, rel=1e-14)
    assert [one.to for one in flood.substances[0].sorption] == ["fine", "suspended_matter"]
    assert flood.substances[0].sorption[1].rate == pytest.approx(2.0 / DAY, rel=1e-14)
    assert plain.substances[0].sorption[1].rate is None
    assert len(flood.reactions) == 2
    (slow,) = scenario.parse(written, folder, "slow").reactions
    assert slow.rate == pytest.approx(0.5 / DAY, rel=1e-14)
    winter = scenario.load(GALLERY / "cyanide", "winter")
    assert [one.name for one in winter.reactions] == ["photolysis", "precipitation"]
    assert winter.reactions[0].rate == pytest.approx(0.2 / DAY, rel=1e-14)


def test_rows_of_tables_have_no_names_of_reactions() -> None:
    written = data("confluence")
    reaches = [
        {"id": f"r{n}", "from": a, "to": b, "length [km]": 5, "velocity [m/s]": 1.0,
         "hydraulics": "velocity"} for n, (a, b) in enumerate([("a", "b"), ("b", "c")])
    ]  # fmt: skip
    written["network"] = {"nodes": [{"id": i} for i in "abc"], "reaches": reaches}
    written["regime"] = {"low": {"network": {"reaches": {"a": {"velocity [m/s]": 2.0}}}}}
    with pytest.raises(ScenarioError, match='called "a"'):
        scenario.parse(written, GALLERY / "confluence", "low")


names = st.sampled_from("abcd")
factors = st.sampled_from([0.2, 0.5, 1.0 / 3.0, 0.9, 1.0, 1.1, 2.0, 3.0, 5.0])


def grows(edges: list[tuple[str, str, float]]) -> bool:
    """Whether any way round without repeats multiplies by more than one, by trying all."""
    best: dict[tuple[str, str], float] = {}
    for head, foot, factor in edges:
        best[head, foot] = max(factor, best.get((head, foot), 0.0))
    for count in (2, 3, 4):
        for around in itertools.permutations("abcd", count):
            steps = list(zip(around, (*around[1:], around[0]), strict=True))
            if all(step in best for step in steps):
                product = math.prod(best[step] for step in steps)
                if product > 1.0 + 1e-6:
                    return True
    return False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, names, factors).filter(lambda edge: edge[0] != edge[1]),
                max_size=8))  # fmt: skip
def test_cycles_are_refused_exactly_where_they_make_mass(
    edges: list[tuple[str, str, float]],
) -> None:
    written = data("single_reach")
    written["substance"] = [{"name": name} for name in "abcd"]
    written["release"][0]["substance"] = "a"
    written["reaction"] = [
        {"from": head, "to": foot, "yield": factor, "rate": "1 1/d"} for head, foot, factor in edges
    ]
    try:
        scenario.parse(written, GALLERY / "single_reach")
        refused = False
    except ScenarioError as error:
        (fault,) = error.faults
        assert fault.where.endswith(".yield")
        refused = True
        product = float(fault.message.partition("mass by ")[2].partition(":")[0])
        assert product > 1.0
    assert refused == grows(edges)

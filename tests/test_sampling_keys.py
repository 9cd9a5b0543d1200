"""Every key of cases of all kinds can be varied: with the value it has, the case stays the same."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spillsim import scenario
from spillsim.errors import ScenarioError
from spillsim.model import assemble
from spillsim.scenario.changed import changed
from spillsim.scenario.changes import Change
from spillsim.scenario.contents import FACTOR
from spillsim.scenario.factors import with_factors
from spillsim.scenario.key_paths import HEADS
from spillsim.scenario.uncertain import FACTORS, Aim
from spillsim.scenario.variants import name_of

GALLERY = Path(__file__).parent / "gallery"
CASES = ("backwater", "diversion", "flushing", "ice", "natech_flood", "natech_landslide",
         "seepage", "several_substances", "solids", "sorption", "tree_with_gauges",
         "two_layers")  # fmt: skip
FIXED = ("kind", "case.start")
"""Keys, or ends of keys, that are refused."""


def keys(data: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Paths of all keys that hold one value, by names as the file gives them."""
    for key, value in data.items():
        path = f"{before}{key}"
        if not before and key not in HEADS:
            continue
        if isinstance(value, dict):
            yield from keys(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                name = name_of(item)
                if name and sum(name_of(other) == name for other in value) == 1:
                    yield from keys(item, f"{path}.{name}.")
        elif not isinstance(value, list):
            yield path, value


@pytest.mark.parametrize("name", CASES)
def test_a_value_in_its_own_place_changes_nothing(name: str) -> None:
    folder = GALLERY / name
    data = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
    found = [one for one in keys(data) if one[0].endswith(FIXED) is False]
    found = [one for one in found if one[1] != "library"]
    assert len(found) > 10
    items = [{"name": key, "key": key, "distribution": "discrete", "values": [value]}
             for key, value in found]  # fmt: skip
    case = scenario.parse(data | {"uncertain": items}, folder)
    assert len(case.uncertain) == len(found)
    for one in case.uncertain:
        member = changed(case, [Change(one.aim, one.values[0])])  # type: ignore[union-attr]
        assert member == case.model_copy(update={"reference_flow": member.reference_flow}), one.name


@pytest.mark.parametrize("name", CASES)
def test_kinds_and_dates_are_refused(name: str) -> None:
    folder = GALLERY / name
    data = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
    found = [one for one in keys(data) if one[0].endswith(FIXED)]
    items = [{"name": key, "key": key, "distribution": "discrete", "values": [value]}
             for key, value in found]  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        scenario.parse(data | {"uncertain": items}, folder)
    assert [fault.where for fault in caught.value.faults] == [
        f"uncertain[{number}].key" for number in range(len(found))
    ]


@pytest.mark.parametrize("name", ["seepage", "several_substances", "storage", "tree_with_gauges"])
def test_factors_of_one_change_nothing(name: str) -> None:
    case = scenario.load(GALLERY / name)
    plain = assemble(case).flow
    changes = [Change(Aim(FACTOR, factor_of=factor), 1.0) for factor in FACTORS]
    flow = assemble(with_factors(case, changes)).flow
    for part in ("discharge_head", "velocity", "dispersion_coefficient", "storage_area_ratio"):
        assert getattr(flow, part).tolist() == getattr(plain, part).tolist()
    assert flow.method == plain.method

"""Facility files, the library of materials, releases of a scenario, ``spillsim source``."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spillsim import scenario, tailings
from spillsim.cli import main
from spillsim.errors import OutputError, ScenarioError
from spillsim.scenario.facility_template import TEMPLATE
from spillsim.scenario.materials_file import shipped_rows
from spillsim.tailings.materials import material, names
from spillsim.tailings.release import FacilityRelease

FILE = "facility.toml"


@pytest.fixture
def facility(tmp_path: Path) -> Path:
    return scenario.write_facility_template(tmp_path / FILE)


# --- library -------------------------------------------------------------------------------------


def test_library_holds_what_the_notes_of_its_rows_say() -> None:
    rows = shipped_rows()
    assert names(rows) == [
        "lead_zinc", "copper", "gold_cyanide", "uranium", "chromium", "phosphate", "iron",
    ]  # fmt: skip
    for name in names(rows):
        one = material(rows, name)
        assert one.water or one.solids
        assert sum(grains.share for grains in one.size_classes) == pytest.approx(1.0)
        assert one.properties["dry_density"].most < one.properties["solids_density"].quantile(0.001)
        groups = (one.water, one.solids, one.properties)
        for value in [spread for group in groups for spread in group.values()]:
            assert value.quality in ("read", "recalled")
            assert (value.quality == "read") == bool(value.source)


def test_numbers_of_the_library_are_in_si() -> None:
    one = material(shipped_rows(), "gold_cyanide")
    assert one.water["cyanide"].high == pytest.approx(0.2)  # 200 mg/L
    assert one.solids["copper"].typical == pytest.approx(342.8e-6)
    assert one.properties["slurry_solids"].low == pytest.approx(0.4)
    radium = material(shipped_rows(), "uranium").solids["radium_226"]
    # 1 Bq/g at 36.6 GBq per gram of radium-226, in kg/kg
    assert radium.low == pytest.approx(1.0 / 3.66e10, rel=2e-3)


def test_a_users_library_replaces_and_adds(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text(
        "# own\nmaterial,part,name,low,typical,high,unit,share,quality,source,note\n"
        "lead_zinc,water,zinc,,7,,ug/L,,given,assay,\n"
        "antimony,water,antimony,1,2,4,mg/L,,read,a report,\n"
        "antimony,grains,all,,30,,um,1,given,,\n",
        "utf-8",
    )
    text = TEMPLATE.replace('# library = "my_materials.csv"', 'library = "my.csv"')
    text = text.replace('zinc = "10 mg/L"', "")
    (tmp_path / FILE).write_text(text, "utf-8")
    one = scenario.load_facility(tmp_path / FILE)
    assert one.water["zinc"].typical == pytest.approx(7e-6)
    assert one.water["lead"].high == pytest.approx(2e-3)  # as it was
    classes = text[text.index("[[size_class]]") : text.index("[uncertainty]")]
    (tmp_path / FILE).write_text(
        text.replace('"lead_zinc"', '"antimony"').replace(classes, ""), "utf-8"
    )
    other = scenario.load_facility(tmp_path / FILE)
    assert other.water["antimony"].quantile(0.5) == pytest.approx(2e-3)
    assert [grains.name for grains in other.size_classes] == ["all"]


# --- the file ------------------------------------------------------------------------------------


def test_template_is_a_facility(facility: Path) -> None:
    one = scenario.load_facility(facility)
    assert (one.stored_volume, one.pond_volume, one.dam_height) == (5e6, 3e5, 30.0)
    assert one.distance_to_river == 800.0
    assert one.failure.cause == "overtopping"
    assert one.water["zinc"].typical == pytest.approx(0.01)
    assert one.solids["lead"].low == pytest.approx(1e-3)
    assert [grains.enrichment for grains in one.size_classes] == [1.0, 2.0]
    assert any("dry_density" in told and "recalled" in told for told in one.assumed)
    assert not any("liquefy" in told for told in one.assumed)  # it is given


def test_template_is_not_written_over(facility: Path) -> None:
    with pytest.raises(OutputError, match="exists"):
        scenario.write_facility_template(facility)
    with pytest.raises(OutputError, match=r"end in \.toml"):
        scenario.write_facility_template(facility.with_suffix(".txt"))


MODES: dict[str, dict[str, Any]] = {
    "overtopping": {"inflow_volume": "600000 m3", "free_storage": "200000 m3"},
    "decant_failure": {"pipe_diameter": "1 m", "head": "12 m", "duration": "2 days"},
    "pipeline_rupture": {"pump_rate": "0.2 m3/s", "time_to_shut": "3 h", "drain_volume": "150 m3"},
    "process_water": {"released_volume": "50000 m3"},
    "seepage": {"rate": "20 L/s", "duration": "1 day"},
}


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_from_the_file(mode: str) -> None:
    data = tomllib.loads(TEMPLATE)
    data["failure"] = {"mode": mode, **MODES[mode]}
    one = scenario.parse_facility(data)
    released = tailings.estimate_release(one).at()
    assert released.volume > 0.0
    assert released.dissolved["zinc"] > 0.0
    has_solids = mode == "pipeline_rupture"  # a slurry by the library
    assert (sum(released.solids.values()) > 0.0) == has_solids


# --- releases of a scenario ----------------------------------------------------------------------


def case(tmp_path: Path, **release: Any) -> dict[str, Any]:
    """The template of a scenario with zinc and the fine grains of the facility."""
    folder = tmp_path / "case"
    if not folder.exists():
        scenario.write_template(folder)
        scenario.write_facility_template(folder / FILE)
    data = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
    sorption = [{"to": "fine", "distribution_coefficient": "1000 L/kg"}]
    data["substance"] = [{"name": "zinc", "sorption": sorption}]
    data["solids"] = [{"name": "fine", "diameter": "15 um"}]
    data["release"] = [
        {"at": {"node": "works"}, "kind": "tailings_breach", "facility": FILE, "start": "2 h"}
        | release
    ]
    return data


def load(tmp_path: Path, data: dict[str, Any]) -> scenario.Scenario:
    return scenario.parse(data, tmp_path / "case")


def expected(tmp_path: Path, estimate: str = "median") -> FacilityRelease:
    one = scenario.load_facility(tmp_path / "case" / FILE)
    return tailings.estimate_release(one).at(estimate)


@pytest.mark.parametrize("estimate", ["median", "p95"])
def test_release_becomes_hydrographs_of_what_the_scenario_has(
    tmp_path: Path, estimate: str
) -> None:
    found = load(tmp_path, case(tmp_path, estimate=estimate)).releases
    wanted = expected(tmp_path, estimate)
    masses = {
        (one.substance, one.carrier): float(np.trapezoid(one.mass_rate, one.times))
        for one in found
        if isinstance(one, scenario.Hydrograph)
    }
    assert masses == pytest.approx(
        {
            ("zinc", ""): wanted.dissolved["zinc"],
            ("fine", ""): wanted.solids["fine"],
            ("zinc", "fine"): wanted.bound["zinc", "fine"],
        }
    )
    water = [one.discharge for one in found if isinstance(one, scenario.Hydrograph)]
    assert [discharge is not None for discharge in water] == [True, False, False]
    first = found[0]
    assert isinstance(first, scenario.Hydrograph)
    assert first.start == 7200.0
    assert np.trapezoid(first.discharge, first.times) == pytest.approx(wanted.water)  # type: ignore[arg-type]


def test_what_the_scenario_lacks_is_told(tmp_path: Path) -> None:
    read = load(tmp_path, case(tmp_path, water=False))
    told = " ".join(notice.message for notice in read.notices)
    wanted = expected(tmp_path)
    assert f"sand {wanted.solids['sand'] / 1000.0:.3g} t are left out" in told
    assert f"bound to sand: zinc {wanted.bound['zinc', 'sand'] / 1000.0:.3g} t" in told
    assert "lead, cadmium, copper, arsenic, sulfate are left out" in told
    assert "recalled without a source" in told
    assert all(getattr(one, "discharge", None) is None for one in read.releases)
    assert [file.name for file in read.files][-1] == FILE


def test_what_a_substance_does_not_sorb_to_is_left_out_and_told(tmp_path: Path) -> None:
    data = case(tmp_path)
    data["substance"] = [{"name": "zinc"}]
    read = load(tmp_path, data)
    assert [getattr(one, "carrier", "") for one in read.releases] == ["", ""]
    told = " ".join(notice.message for notice in read.notices)
    assert "bound to fine: zinc" in told
    assert "does not name fine" in told


def test_water_of_a_release_raises_steady_flow_and_that_is_told(tmp_path: Path) -> None:
    told = [n.message for n in load(tmp_path, case(tmp_path)).notices]
    assert any("raises the river during the whole run" in text for text in told)
    data = case(tmp_path) | {"routing": {}}
    told = [n.message for n in load(tmp_path, data).notices]
    assert not any("raises the river" in text for text in told)


@pytest.mark.parametrize(
    ("release", "says"),
    [
        ({"kind": "overtopping"}, 'is not how the facility fails.*"tailings_breach"'),
        ({"estimate": "most"}, "is no estimate"),
        ({"facility": "facility.tml"}, 'no file "facility.tml".*\n.*Did you mean "facility.toml"'),
        ({"facility": "broken.toml"}, r"broken\.toml:4 +facility\.dam_height"),
        ({"mass": "1 t"}, "there is no such key"),
    ],
)
def test_faults_of_a_release(tmp_path: Path, release: dict[str, Any], says: str) -> None:
    data = case(tmp_path, **release)
    broken = '# one\nspillsim_facility = 1\n[facility]\ndam_height = 3\n[failure]\nmode = "seepage"'
    (tmp_path / "case" / "broken.toml").write_text(broken, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, data)
    assert re.search(says, str(caught.value)), str(caught.value)


def test_a_scenario_with_nothing_of_the_release_is_refused(tmp_path: Path) -> None:
    data = case(tmp_path)
    data["substance"], data["solids"] = [{"name": "phenol"}], []
    with pytest.raises(ScenarioError, match=r"releases nothing that the scenario has.*zinc"):
        load(tmp_path, data)


# --- spillsim source -----------------------------------------------------------------------------


def test_source_tells_and_draws(
    facility: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(facility.parent)
    assert main(["source", FILE]) == 0
    said = capsys.readouterr().out
    estimate = tailings.estimate_release(scenario.load_facility(facility))
    low, middle, high = estimate.quantiles(estimate.outcome.released)
    assert f"{low / 1e6:.3f}" in said
    assert f"{middle / 1e6:.2f}" in said
    assert f"{high / 1e6:.2f}" in said
    for words in ("1A of CDA (2021)", "rico_2008", "recalled", "derived from r2", "bound to solids",
                  "peak after", "facility_source.png"):  # fmt: skip
        assert words in said, words
    assert (facility.parent / "facility_source.png").stat().st_size > 20_000


def test_source_as_numbers(facility: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = facility.with_name("release.svg")
    assert main(["source", str(facility), "--json", "-o", str(figure)]) == 0
    facts = json.loads(capsys.readouterr().out)
    estimate = tailings.estimate_release(scenario.load_facility(facility))
    assert facts["released_volume_m3"]["p95"] == pytest.approx(
        estimate.quantiles(estimate.outcome.released)[2]
    )
    wanted = estimate.at("p5")
    member = facts["members"]["p5"]
    assert member["bound_kg"]["lead on fine"] == pytest.approx(wanted.bound["lead", "fine"])
    assert np.trapezoid(member["discharge_m3_per_s"], member["time_s"]) == pytest.approx(
        wanted.volume
    )
    assert facts["assumed"]
    assert figure.stat().st_size > 20_000


def test_source_of_a_certain_volume(facility: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TEMPLATE.replace('"tailings_breach" ', '"process_water"\nduration = "2 h" #')
    for line in ('cause = "overtopping"', "liquefiable = true", 'erodibility = "medium"'):
        text = text.replace(line, "#")
    facility.write_text(text, "utf-8")
    assert main(["source", str(facility), "-o", str(facility.with_name("a.png"))]) == 0
    said = capsys.readouterr().out
    assert "methods" not in said
    assert "300,000" in said


def test_source_refuses(facility: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facility.write_text(TEMPLATE.replace('"30 m"', '"3 km"'), "utf-8")
    assert main(["source", str(facility)]) == 2
    assert "facility.toml:10" in capsys.readouterr().err
    assert main(["source", str(facility), "-o", "a.docx"]) == 2
    assert main(["source", str(facility.with_name("none.toml"))]) == 2


def test_new_writes_a_facility(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my.toml"
    assert main(["new", "--facility", str(path)]) == 0
    assert "spillsim source" in capsys.readouterr().out
    assert path.read_text("utf-8") == TEMPLATE
    assert main(["new", "--facility", str(path)]) == 2

"""The gallery of valid cases loads, into the values that stand in the files."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from spillsim import network, scenario
from spillsim.errors import OutputError

GALLERY = Path(__file__).parent / "gallery"
CASES = sorted(folder.name for folder in GALLERY.iterdir() if folder.is_dir())


@pytest.mark.parametrize("name", CASES)
def test_loads_and_every_place_is_on_the_network(name: str) -> None:
    case = scenario.load(GALLERY / name)
    built = case.build_network()
    for item in (*case.releases, *case.stations, *case.borders):
        place = case.locate(built, item.at)
        assert 0 <= place.distance <= built.reach_length[place.reach]
    assert case.name == name
    for file in case.files:
        data = (GALLERY / name / file.name).read_bytes()
        assert file.sha256 == hashlib.sha256(data).hexdigest()
        assert file.text == data.decode()
    on_disk = {path.name for path in (GALLERY / name).iterdir()}
    variants = [scenario.load(GALLERY / name, **{v.kind: v.name}) for v in case.variants]
    assert {file.name for one in (case, *variants) for file in one.files} == on_disk


@pytest.mark.parametrize("name", CASES)
def test_folder_and_file_are_the_same_door(name: str) -> None:
    folder = scenario.load(GALLERY / name)
    file = scenario.load(str(GALLERY / name / "scenario.toml"))
    assert folder == file


@pytest.mark.parametrize("name", CASES)
def test_the_json_schema_accepts_it(name: str) -> None:
    data = _as_json(tomllib.loads((GALLERY / name / "scenario.toml").read_text("utf-8")))
    validator = jsonschema.Draft202012Validator(scenario.json_schema())
    assert [error.message for error in validator.iter_errors(data)] == []


def test_the_readme_lists_every_case() -> None:
    text = (GALLERY / "README.md").read_text("utf-8")
    assert [name for name in CASES if f"`{name}/`" not in text] == []


def test_json_schema_is_draft_2020_12_and_refuses_what_load_refuses() -> None:
    schema = scenario.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    data = _as_json(tomllib.loads((GALLERY / "single_reach/scenario.toml").read_text("utf-8")))
    validator = jsonschema.Draft202012Validator(schema)
    for section, key, value in [
        ("case", "duration", 86400),
        ("case", "colour", "red"),
        ("flow", "kind", "tides"),
    ]:
        broken = {**data, section: {**data[section], key: value}}
        assert list(validator.iter_errors(broken)), (section, key)


def test_json_schema_describes_and_shows() -> None:
    slug = scenario.json_schema()["$defs"]["Slug"]["properties"]
    assert slug["mass"]["type"] == "string"
    assert slug["mass"]["examples"] == ["1 kg", "1 t", "1 g"]
    assert "default" not in slug["time"]  # the default in seconds is not how it is written


def _as_json(data: object) -> dict[str, dict[str, object]]:
    """TOML date-times as the text that schema-aware editors see."""
    if isinstance(data, dict):
        return {key: _as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_json(value) for value in data]  # type: ignore[return-value]
    return data.isoformat() if hasattr(data, "isoformat") else data  # type: ignore[return-value]


def test_values_are_si_and_times_count_from_the_start() -> None:
    case = scenario.load(GALLERY / "several_substances")
    phenol, zinc = case.substances
    assert phenol.decay_rate == pytest.approx(0.3 / 86400, rel=1e-15)
    assert phenol.arrival_threshold == pytest.approx(1e-6, rel=1e-15)
    assert [limit.value for limit in phenol.limits] == pytest.approx([1e-4, 1e-3], rel=1e-15)
    assert phenol.temperature_coefficient == 1.047
    assert zinc.arrival_threshold is None
    assert zinc.storage_decay_rate is None
    tank, drain, slug = case.releases
    assert isinstance(tank, scenario.Constant)
    assert (tank.mass, tank.start, tank.duration, tank.water) == (50.0, 3600.0, 7200.0, 100.0)
    assert isinstance(drain, scenario.Rate)
    assert drain.rate == pytest.approx(0.01, rel=1e-15)
    assert drain.start == 3600.0  # 03:00 at +02:00 is one hour after 00:00 UTC
    assert drain.at == scenario.AtReach(reach="r1", distance="2 km")  # type: ignore[arg-type]
    assert isinstance(slug, scenario.Slug)
    assert slug.time == 1800.0
    assert case.case.duration == 86400.0
    assert case.case.start.utcoffset() == timedelta(0)
    assert case.flow.temperature == 15.0


def test_tables_are_si() -> None:
    case = scenario.load(GALLERY / "lateral_inflow")
    first, second = case.reaches
    assert first.length == 10_000.0
    assert first.slope == pytest.approx(0.0005, rel=1e-15)
    assert first.lateral_inflow == pytest.approx(1e-4, rel=1e-15)
    assert second.lateral_inflow == pytest.approx(-5e-5, rel=1e-15)
    assert (first.temperature, second.temperature) == (12.0, None)
    assert (first.from_node, first.to_node, first.hydraulics) == ("top", "mid", "")
    assert case.flow.inflows[0].inflow == 8.0


def test_release_tables() -> None:
    mass, water = scenario.load(GALLERY / "hydrograph").releases
    assert isinstance(mass, scenario.Hydrograph)
    assert isinstance(water, scenario.Hydrograph)
    assert mass.times == (0.0, 3600.0, 10800.0)
    assert mass.mass_rate == pytest.approx((0.0, 0.01, 0.0), rel=1e-15)
    assert mass.discharge is None
    assert water.start == 7200.0
    assert water.discharge == pytest.approx((0.0, 0.02, 0.0), rel=1e-15)
    assert water.mass_rate == pytest.approx((0.0, 0.002, 0.0), rel=1e-12)
    (series,) = scenario.load(GALLERY / "concentration_series").releases
    assert isinstance(series, scenario.ConcentrationSeries)
    assert series.concentration == pytest.approx((0.0, 2.5e-3, 1e-3, 0.0), rel=1e-15)


def test_gauges_rating_and_defaults() -> None:
    case = scenario.load(GALLERY / "tree_with_gauges")
    assert isinstance(case.flow, scenario.GaugesFlow)
    assert [gauge.discharge for gauge in case.flow.gauges] == [36.0, 42.0, 8.0]
    assert case.flow.inflows[3].abstraction == 1.0
    assert (case.output.interval, case.output.field_interval) == (900.0, 21600.0)
    assert case.dispersion == scenario.DispersionFormula()
    assert (case.numerics.error, case.numerics.limiter) == (0.01, "positive")
    assert case.storage is None
    rating = scenario.load(GALLERY / "hydraulic_methods").reaches[5].rating
    assert rating is not None
    assert rating.discharge == (1.0, 5.0, 15.0, 60.0)
    assert rating.width == (12.0, 18.0, 24.0, 34.0)


def test_a_scenario_is_frozen() -> None:
    case = scenario.load(GALLERY / "single_reach")
    with pytest.raises(ValidationError):
        case.case.title = "other"  # type: ignore[misc]


def test_a_dict_with_inline_tables_gives_the_same_scenario() -> None:
    data = tomllib.loads((GALLERY / "single_reach/scenario.toml").read_text("utf-8"))
    data["network"]["nodes"] = [{"id": "top", "kind": "headwater"}, {"id": "end", "kind": "outlet"}]
    data["network"]["reaches"] = [
        {
            "id": "r1",
            "from": "top",
            "to": "end",
            "length": "10 km",
            "hydraulics": "velocity",
            "velocity [m/s]": 0.5,
            "width [m]": 20,
            "depth": "100 cm",
            "slope": 0.0005,
            "dispersion_coefficient": "20 m2/s",
        }
    ]
    data["flow"]["table"] = [{"node": "top", "inflow": "10 m3/s"}]
    inline = scenario.parse(data)
    file = scenario.load(GALLERY / "single_reach")
    parts = {"case", "nodes", "reaches", "flow", "substances", "releases", "stations"}
    assert inline.model_dump(include=parts) == file.model_dump(include=parts)
    assert inline.folder is None
    assert scenario.parse(data, GALLERY / "single_reach").folder == GALLERY / "single_reach"


def test_faults_of_later_stages_are_placed() -> None:
    case = scenario.load(GALLERY / "several_substances")
    reach = case.fault(case.reaches[0], "too steep", "Check it.", "slope")
    assert (reach.file, reach.line, reach.where) == ("reaches.csv", 2, 'reach "r1": slope')
    release = case.fault(case.releases[1], "too much", key="rate")
    assert (release.file, release.where) == ("scenario.toml", "release[1].rate")
    text = (GALLERY / "several_substances/scenario.toml").read_text("utf-8").splitlines()
    assert release.line is not None
    assert text[release.line - 1] == 'rate = "36 kg/h"'
    absent = case.fault("numerics.error", "not reached")
    assert (absent.where, absent.line) == ("numerics.error", None)


def test_river_km_is_linear_between_nodes_and_true_beyond_them() -> None:
    case = scenario.load(GALLERY / "tree_with_gauges")
    built = case.build_network()
    bridge = case.locate(built, case.stations[0].at)
    assert built.reach_id[bridge.reach] == "main_3"
    assert bridge.distance == pytest.approx(15_000.0, rel=1e-12)
    # fork2 counts the km of the Main, so the mouth of the East follows from its length.
    mouth = case.locate(built, scenario.AtRiverKm(river="East", river_km="0.5 km"))  # type: ignore[arg-type]
    assert built.reach_id[mouth.reach] == "east_1"
    assert mouth.distance == pytest.approx(19_500.0, rel=1e-12)
    source = case.locate(built, case.releases[0].at)
    assert network.distance_between(built, source, bridge) == pytest.approx(27_000.0, rel=1e-12)


def test_a_large_network_loads() -> None:
    count = 5000
    data = tomllib.loads((GALLERY / "single_reach/scenario.toml").read_text("utf-8"))
    data["network"]["nodes"] = [{"id": f"n{i}", "river": "Main"} for i in range(count + 1)]
    data["network"]["nodes"][0]["river_km [km]"] = 5000
    data["network"]["reaches"] = [
        {"id": f"r{i}", "river": "Main", "from": f"n{i}", "to": f"n{i + 1}", "length [km]": 1,
         "hydraulics": "velocity", "velocity [m/s]": 1}
        for i in range(count)
    ]  # fmt: skip
    data["flow"]["table"] = [{"node": "n0", "inflow [m3/s]": 10}]
    data["release"][0]["at"] = {"node": "n0"}
    data["station"][0]["at"] = {"river": "Main", "river_km": "12.5 km"}
    case = scenario.parse(data)
    place = case.locate(case.build_network(), case.stations[0].at)
    assert (place.reach, place.distance) == (4987, pytest.approx(500.0, abs=1e-6))


def test_the_template_runs_and_refuses_to_overwrite(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "my_case"
    files = scenario.write_template(folder)
    assert sorted(file.name for file in files) == [
        "inflows.csv",
        "nodes.csv",
        "reaches.csv",
        "scenario.toml",
    ]
    case = scenario.load(folder)
    assert case.name == "my_case"
    assert case.releases[0].substance == "phenol"
    (folder / "nodes.csv").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        scenario.write_template(folder)
    assert (folder / "nodes.csv").read_text() == "mine"
    with pytest.raises(OutputError, match="is a file"):
        scenario.write_template(folder / "nodes.csv")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert len(scenario.write_template(empty)) == 4

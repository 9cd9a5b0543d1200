"""Result files are CF, map files UGRID, by the checkers of others and by one written here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import synthetic_run as synthetic
from ugrid_checks.check import check_dataset

from spillsim import analysis, results
from spillsim.results import conventions


def file_of(
    tmp_path: Path, substances: int, fields: int, coordinates: bool = True, solids: bool = False
) -> Path:
    """Write a run, in flow that varies where there are no fields; with solids, one class more."""
    model = synthetic.model(substances, coordinates, solids)
    run = synthetic.run(substances + solids, fields=fields, varying=not fields, solids=solids)
    dataset = results.to_dataset(model, run)
    if not fields:  # time: the checker's work grows with the square of the variables
        dataset = dataset.drop_vars([name for name in dataset.variables if "reach_" in str(name)])
    return results.write(analysis.add_metrics(dataset), tmp_path / "run.nc")


def map_of(tmp_path: Path) -> Path:
    run = synthetic.run(2, fields=4, solids=True)
    dataset = results.to_dataset(synthetic.model(1, solids=True), run)
    return results.write(results.map_dataset(dataset), tmp_path / "map.nc")


def cf_findings(path: Path) -> dict[str, list[str]]:
    """Return the complaints of the IOOS compliance checker for CF-1.11, errors and others."""
    suites = pytest.importorskip("compliance_checker.suite")
    checks = pytest.importorskip("compliance_checker.cf.cf_1_11")
    suite = suites.CheckSuite()
    suite.checkers["cf:1.11"] = checks.CF1_11Check
    ((groups, failures),) = suite.run_all(suite.load_dataset(str(path)), ["cf:1.11"]).values()
    assert not failures, failures
    found: dict[str, list[str]] = {"error": [], "other": []}
    for leaf in _leaves(groups):
        met, out_of = leaf.value if isinstance(leaf.value, tuple) else (int(leaf.value), 1)
        if met < out_of:
            found["error" if leaf.weight == 3 else "other"].extend(leaf.msgs or [str(leaf.name)])
    return found


def _leaves(groups: list[Any]) -> Iterator[Any]:
    for group in groups:
        if group.children:
            yield from _leaves(group.children)
        else:
            yield group


@pytest.fixture
def quick_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the checker remember what it finds about a file; it asks for every pair of variables."""
    util = pytest.importorskip("compliance_checker.cf.util")
    for name in ("get_auxiliary_coordinate_variables", "get_longitude_variables",
                 "get_latitude_variables", "get_axis_variables", "get_z_variables",
                 "coordinate_dimension_matrix", "guess_feature_type"):  # fmt: skip
        monkeypatch.setattr(util, name, lru_cache(getattr(util, name)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quick_checker")
def test_cf_checker_finds_nothing_without_field(tmp_path: Path) -> None:
    path = file_of(tmp_path, 1, 0, False, solids=True)
    assert cf_findings(path) == {"error": [], "other": []}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quick_checker")
def test_cf_checker_finds_no_error_with_field(tmp_path: Path) -> None:
    found = cf_findings(file_of(tmp_path, 2, 4, solids=True))
    assert found["error"] == []
    # a recommendation: the checker would like cells before times, but maps are read time by time
    fields = ("concentration_field's", "bed_mass_field's")
    assert all(text.startswith(fields) for text in found["other"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quick_checker")
def test_cf_checker_would_find_a_fault(tmp_path: Path) -> None:
    dataset = results.to_dataset(synthetic.model(), synthetic.run())
    dataset["discharge"].attrs["standard_name"] = "river_discharge_as_invented"
    path = results.write(dataset[["concentration", "discharge"]], tmp_path / "run.nc")
    assert any("river_discharge_as_invented" in text for text in cf_findings(path)["error"])


def test_every_variable_is_named_and_has_a_unit(tmp_path: Path) -> None:
    with netCDF4.Dataset(file_of(tmp_path, 1, 4, solids=True)) as file:
        assert {"mass_left", "country_mass_error", "bed_mass_field"} <= set(file.variables)
        for name, variable in file.variables.items():
            assert variable.long_name, name
            if variable.dtype.kind == "f":
                assert variable.units, name


def ugrid_faults(path: Path) -> list[str]:
    """Return every breach of UGRID-1.0 for one-dimensional meshes."""
    with netCDF4.Dataset(path) as file:
        meshes = [v for v in file.variables.values()
                  if getattr(v, "cf_role", "") == "mesh_topology"]  # fmt: skip
        if len(meshes) != 1:
            return [f"{len(meshes)} mesh topology variables"]
        faults = _topology_faults(file, meshes[0])
        return faults or _geometry_faults(file, meshes[0]) + _data_faults(file, meshes[0])


def _topology_faults(file: netCDF4.Dataset, mesh: netCDF4.Variable) -> list[str]:
    faults = [] if "UGRID-1.0" in file.Conventions.split() else ["Conventions lacks UGRID-1.0"]
    if getattr(mesh, "topology_dimension", None) != 1:
        faults.append("topology_dimension is not 1")
    names = getattr(mesh, "node_coordinates", "").split()
    names += [getattr(mesh, "edge_node_connectivity", "absent")]
    faults += [f"no variable {name}" for name in names if name not in file.variables]
    if len(names) != 3:
        faults.append("node_coordinates does not name two variables")
    return faults


def _geometry_faults(file: netCDF4.Dataset, mesh: netCDF4.Variable) -> list[str]:
    x, y = (file[name] for name in mesh.node_coordinates.split())
    edges = file[mesh.edge_node_connectivity]
    faults = []
    for axis, name, unit in ((x, "longitude", "degrees_east"), (y, "latitude", "degrees_north")):
        if axis.ndim != 1 or axis.dimensions != x.dimensions:
            faults.append("node coordinates are not over one dimension")
        if (axis.standard_name, axis.units) != (name, unit):
            faults.append(f"node coordinate is not a {name} in {unit}")
        if not np.isfinite(np.ma.filled(axis[:], np.nan)).all():
            faults.append(f"node {name} is missing somewhere")
    if getattr(edges, "cf_role", "") != "edge_node_connectivity":
        faults.append("connectivity lacks its cf_role")
    if edges.dtype.kind not in "iu" or edges.ndim != 2 or edges.shape[1] != 2:
        faults.append("connectivity is not (edges, 2) of integers")
    start = getattr(edges, "start_index", 0)
    if start not in (0, 1) or np.asarray(start).dtype != edges.dtype:
        faults.append("start_index is not 0 or 1 of the type of the indices")
    index = np.ma.filled(edges[:], -1) - start
    if index.min() < 0 or index.max() >= x.size:
        faults.append("an edge names a node that is not there")
    if (index[:, 0] == index[:, 1]).any():
        faults.append("an edge has no length")
    if getattr(mesh, "edge_dimension", edges.dimensions[0]) != edges.dimensions[0]:
        faults.append("edge_dimension is not that of the connectivity")
    return faults


def _data_faults(file: netCDF4.Dataset, mesh: netCDF4.Variable) -> list[str]:
    edge = file[mesh.edge_node_connectivity].dimensions[0]
    faults, count = [], 0
    for name, variable in file.variables.items():
        if not hasattr(variable, "mesh"):
            continue
        count += 1
        if variable.mesh != mesh.name or getattr(variable, "location", "") != "edge":
            faults.append(f"{name}: mesh or location is wrong")
        if variable.dimensions.count(edge) != 1:
            faults.append(f"{name}: not over the edges")
    return faults or ([] if count else ["no data on the mesh"])


def test_map_file_is_ugrid(tmp_path: Path) -> None:
    assert ugrid_faults(map_of(tmp_path)) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: f["mesh1d"].delncattr("node_coordinates"), "node_coordinates"),
        (lambda f: f["mesh1d_edge_nodes"].setncattr("start_index", np.int64(0)), "start_index"),
        (lambda f: f["mesh1d_edge_nodes"].__setitem__((0, 0), 999), "names a node"),
        (lambda f: f["peak_cyanide"].setncattr("location", "node"), "location"),
    ],
)
def test_our_check_finds_faults(tmp_path: Path, spoil, words: str) -> None:
    path = map_of(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        spoil(file)
    assert any(words in fault for fault in ugrid_faults(path))


def test_map_file_by_the_checker_of_others(tmp_path: Path) -> None:
    checker = check_dataset(map_of(tmp_path), print_summary=False)
    records = checker.logger.report_statement_logrecords()
    assert [record.getMessage() for record in records] == []


def test_map_layers_are_of_the_shape_mdal_reads(tmp_path: Path) -> None:
    with netCDF4.Dataset(map_of(tmp_path)) as file:
        layers = {n: v for n, v in file.variables.items() if hasattr(v, "mesh")}
        assert {v.dimensions for v in layers.values()} == {("mesh_edge",), ("time", "mesh_edge")}
        assert len({v.long_name for v in layers.values()}) == len(layers)
        # words by which MDAL would take a layer for part of a vector
        for variable in layers.values():
            assert not any(w in variable.long_name for w in ("component", "magnitude", "direction"))


def test_standard_names_are_real() -> None:
    package = pytest.importorskip("compliance_checker")
    table = (Path(package.__file__).parent / "data" / "cf-standard-name-table.xml").read_text()
    every = {**conventions.ATTRIBUTES, **conventions.MESH_VARIABLES}
    names = {a["standard_name"] for a in every.values() if "standard_name" in a}
    assert names
    assert all(f'<entry id="{name}">' in table for name in names)

"""Result files are CF, map files UGRID, by the checkers of others and by one written here."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest
import synthetic_run as synthetic

from spillsim import analysis, results
from spillsim.results import conventions


def file_of(tmp_path: Path, substances: int, fields: int, coordinates: bool = True) -> Path:
    model = synthetic.model(substances, coordinates)
    dataset = results.to_dataset(model, synthetic.run(substances, fields=fields))
    return results.write(analysis.add_metrics(dataset), tmp_path / "run.nc")


def map_of(tmp_path: Path) -> Path:
    dataset = results.to_dataset(synthetic.model(), synthetic.run(fields=4))
    return results.write(results.map_dataset(dataset), tmp_path / "map.nc")


def cf_findings(path: Path, version: str) -> dict[str, list[str]]:
    """Return the messages of the IOOS compliance checker by weight (3 error, 2 warning)."""
    checker = pytest.importorskip("compliance_checker.suite")
    suite = checker.CheckSuite()
    checker.CheckSuite.load_all_available_checkers()
    found: dict[str, list[str]] = {"error": [], "other": []}
    for groups, errors in suite.run_all(suite.load_dataset(str(path)), [version], []).values():
        assert not errors, errors
        for group in groups:
            for message in group.msgs or []:
                found["error" if group.weight == 3 else "other"].append(message)
            for child in group.children or []:
                key = "error" if child.weight == 3 else "other"
                found[key].extend(child.msgs or [])
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("substances", "coordinates"), [(1, True), (2, False), (3, True)])
def test_cf_checker_finds_nothing(tmp_path: Path, substances: int, coordinates: bool) -> None:
    found = cf_findings(file_of(tmp_path, substances, 0, coordinates), "cf:1.11")
    assert found == {"error": [], "other": []}


@pytest.mark.filterwarnings("ignore")
def test_cf_checker_finds_no_error_in_fields(tmp_path: Path) -> None:
    found = cf_findings(file_of(tmp_path, 2, 4), "cf:1.11")
    assert found["error"] == []
    # a recommendation: the checker would like cells before times, but maps are read time by time
    assert all(text.startswith("concentration_field's") for text in found["other"])


@pytest.mark.filterwarnings("ignore")
def test_cf_checker_would_find_a_fault(tmp_path: Path) -> None:
    path = file_of(tmp_path, 1, 0)
    with netCDF4.Dataset(path, "a") as file:
        file["discharge"].standard_name = "river_discharge_as_invented"
    assert cf_findings(path, "cf:1.11")["error"]


def test_every_variable_is_named_and_has_a_unit(tmp_path: Path) -> None:
    with netCDF4.Dataset(file_of(tmp_path, 2, 4)) as file:
        for name, variable in file.variables.items():
            assert variable.long_name, name
            if variable.dtype.kind == "f":
                assert variable.units, name


def ugrid_faults(path: Path) -> list[str]:
    """Return every breach of UGRID-1.0 for one-dimensional meshes (rules of its conformance page)."""
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
    checks = pytest.importorskip("ugrid_checks.check")
    checker = checks.Checker(checks.scan_dataset(map_of(tmp_path)))
    assert [(code, text) for *_, code, text in checker.logger.report_statement_logrecords()] == []


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
    assert names and all(f'<entry id="{name}">' in table for name in names)

"""The public list: complete, lazy, and the same for people, editors and type checkers."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit
import xarray as xr
from river_cases import case, reach, slug

import spillsim

LIST = Path(spillsim.__file__)


def modules_loaded_by(statement: str) -> set[str]:
    code = (
        f"import sys; before = set(sys.modules); {statement}; "
        "print('\\n'.join(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


def test_importing_the_package_loads_nothing_else() -> None:
    assert modules_loaded_by("import spillsim") <= {"spillsim", "__future__"}


def test_an_error_class_loads_no_array_library() -> None:
    # Whoever only catches faults must not wait for the numerical libraries.
    loaded = modules_loaded_by("import spillsim; spillsim.ScenarioError")
    assert "spillsim.errors" in loaded
    assert not loaded & {"numpy", "numba", "xarray", "matplotlib", "pydantic", "pint"}


@pytest.mark.parametrize("name", spillsim.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(spillsim, name) is not None


def test_ensemble_is_a_function_loaded_when_it_is_used() -> None:
    statement = (
        "import spillsim.ensembles, inspect; "
        "assert next(iter(inspect.signature(spillsim.ensemble).parameters)) == 'case'"
    )
    assert "spillsim.ensembles.entry" in modules_loaded_by(statement)


def test_ensemble_from_python(tmp_path: Path) -> None:
    data = case([reach("r", "a", "sea", 20_000.0)], {"a": 10.0}, [slug({"node": "a"})],
                {"end": {"node": "sea"}}, regime={"wet": {"flow": {"scale": 2.0}}})  # fmt: skip
    data["substance"][0]["limits"] = [{"name": "limit", "value": "1 mg/L"}]
    data["uncertain"] = [{"name": "mass", "factor_of": "mass", "distribution": "lognormal",
                          "median": 1.0, "factor": 2.0}]  # fmt: skip
    scenario = spillsim.scenario.parse(data)
    told: list[tuple[int, int]] = []
    file = tmp_path / "answers.nc"
    outcome = spillsim.ensemble(
        scenario, file, members=40, workers=1, given="mass > 1",
        progress=lambda done, members: told.append((done, members)),
    )  # fmt: skip
    assert outcome.draws.value.shape == (40, 1)
    assert outcome.members == 40
    assert told[-1] == (40, 40)
    with xr.open_dataset(file) as written:
        assert written["exceedance"].dims == ("group", "station", "limit")
        assert written.sizes["group"] == 2
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "scenario.toml").write_text(tomlkit.dumps(data), encoding="utf-8")
    wet = spillsim.ensemble(folder, members=40, regime="wet", store=tmp_path / "m.zarr")
    first = {"group": "all members", "quantile": 0.5}
    median = [o.summary["peak_concentration"].sel(first).item() for o in (outcome, wet)]
    assert median[1] < median[0]
    assert (tmp_path / "m.zarr").is_dir()


def test_what_an_ensemble_cannot_be_asked() -> None:
    data = case([reach("r", "a", "sea")], {"a": 10.0}, [slug({"node": "a"})],
                {"end": {"node": "sea"}})  # fmt: skip
    scenario = spillsim.scenario.parse(data)
    with pytest.raises(spillsim.ScenarioError, match="nothing is uncertain"):
        spillsim.ensemble(scenario)
    with pytest.raises(TypeError, match="give its path"):
        spillsim.ensemble(scenario, regime="wet")
    for wrong in ({"members": 0}, {"workers": 0}, {"until": 0.7}, {"until": 0.0}):
        with pytest.raises(spillsim.SpillsimError, match="needed"):
            spillsim.ensemble(scenario, **wrong)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = spillsim.simulat


def test_type_checkers_see_the_same_list() -> None:
    tree = ast.parse(LIST.read_text(encoding="utf-8"))
    branch = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen | {"__version__"} == set(spillsim.__all__)
    assert set(spillsim._OWNER) == seen
    assert dir(spillsim) == sorted(spillsim.__all__)


def test_version_is_that_of_the_installed_package() -> None:
    assert spillsim.__version__ == importlib.metadata.version("spillsim")

"""The public list: complete, lazy, and the same for people, editors and type checkers."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

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

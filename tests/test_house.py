"""House rules that no linter knows: sizes, relative imports, no fast but unsafe mathematics."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import spillsim

PACKAGE = Path(spillsim.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 60  # lines of code, docstring and signature not counted


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def length_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def faults_in(text: str) -> list[str]:
    tree = ast.parse(text)
    faults = []
    if len(text.splitlines()) > LONGEST_FILE:
        faults.append(f"more than {LONGEST_FILE} lines: split the file")
    faults += [
        f"{function.name}: more than {LONGEST_FUNCTION} lines: split the function"
        for function in functions(tree)
        if length_of_body(function) > LONGEST_FUNCTION
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            absolute = any(alias.name.split(".")[0] == "spillsim" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            absolute = node.level == 0 and (node.module or "").split(".")[0] == "spillsim"
        else:
            absolute = False
        if absolute:
            faults.append(
                f"line {node.lineno}: import from the room that owns the thing, relatively"
            )
        if isinstance(node, ast.keyword) and node.arg == "fastmath":
            faults.append(f"line {node.lineno}: fastmath may reorder the sums that prove mass")
    return faults


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_file_keeps_the_house_rules(file: Path) -> None:
    assert faults_in(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("import spillsim.errors", "relatively"),
        ("from spillsim.errors import Fault", "relatively"),
        ("@njit(fastmath=True)\ndef f(): ...", "fastmath"),
        ("x = 1\n" * (LONGEST_FILE + 1), "split the file"),
        ("def f():\n    'Doc.'\n" + "    x = 1\n" * (LONGEST_FUNCTION + 1), "split the function"),
    ],
    ids=["import", "import-from", "fastmath", "long-file", "long-function"],
)
def test_a_breach_is_found(text: str, finding: str) -> None:
    assert [fault for fault in faults_in(text) if finding in fault]


def test_what_is_allowed_is_not_a_fault() -> None:
    lines = "    x = 1\n" * LONGEST_FUNCTION
    assert faults_in(f"from ..errors import Fault\ndef f():\n    'Doc.'\n{lines}") == []

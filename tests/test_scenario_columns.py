"""Reading whole columns and building rows at once gives what cell by cell gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from spillsim import scenario, units
from spillsim.scenario import rows
from spillsim.scenario.cells import Head, read_cell
from spillsim.scenario.columns import read_column

GALLERY = Path(__file__).parent / "gallery"

HEADS = [
    Head("id", None, rows.NODES["id"]),
    Head("name", None, rows.NODES["name"]),
    Head("kind", None, rows.NODES["kind"]),
    Head("length", "km", rows.REACHES["length"], units.conversion("km", "length")),
    Head("share", None, rows.REACHES["share"], units.Conversion(1.0, 1.0)),
    Head("temperature", "K", rows.REACHES["temperature"], units.conversion("K", "temperature")),
    Head("latitude", None, rows.NODES["latitude"], units.Conversion(1.0, 1.0)),
]
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "1", " 2.5 ", "-3", "+.5e1", "1.", "1e400", "-0", "nan", "inf", "1_0", "1,5",
         "٣", "1 2", "--1", "e5", "junction", "headwatr", "Tisza", "Tisza\u0301", "n 1", "n-1.a_b",
         "\u200bx", "x" * 201, "é"]
    ),
    st.floats(allow_nan=False).map(repr),
    st.text(max_size=4),
)  # fmt: skip


def one_by_one(head: Head, cells: list[str]) -> tuple[list[object], dict[int, object]]:
    values: list[object] = []
    wrong: dict[int, object] = {}
    for row, cell in enumerate(cells):
        try:
            values.append(read_cell(head, cell))
        except PydanticCustomError as error:
            values.append(None)
            wrong[row] = error.context
    return values, wrong


@given(st.sampled_from(HEADS), st.lists(CELLS, max_size=5))
def test_a_column_is_read_as_its_cells_are(head: Head, cells: list[str]) -> None:
    values, wrong = read_column(head, cells)
    expected, faults = one_by_one(head, cells)
    assert [(type(v), repr(v)) for v in values] == [(type(v), repr(v)) for v in expected]
    assert {row: error.context for row, error in wrong.items()} == faults


@pytest.mark.parametrize("name", sorted(f.name for f in GALLERY.iterdir() if f.is_dir()))
def test_rows_are_those_that_pydantic_would_make(name: str) -> None:
    case = scenario.load(GALLERY / name)
    tables = (case.nodes, case.reaches, case.flow.inflows, getattr(case.flow, "gauges", ()))
    for row in (row for table in tables for row in table):
        model = type(row)
        aliases = {key: field.alias or key for key, field in model.model_fields.items()}
        cells = {aliases[key]: getattr(row, key) for key in row.model_fields_set}
        expected = model.model_validate(cells)
        expected._file, expected._line, expected._where = row._file, row._line, row._where
        assert row == expected
        assert row.model_fields_set == expected.model_fields_set
        assert row.model_dump() == expected.model_dump()


def test_a_copy_with_other_reaches_builds_its_own_network() -> None:
    case = scenario.load(next(folder for folder in sorted(GALLERY.iterdir()) if folder.is_dir()))
    longer = tuple(
        reach.model_copy(update={"length": 2.0 * reach.length}) for reach in case.reaches
    )
    copied = case.model_copy(update={"reaches": longer})
    assert case.build_network() is case.build_network()
    assert (copied.build_network().reach_length == 2.0 * case.build_network().reach_length).all()
    assert (case.build_network().reach_length * 2.0 == copied.build_network().reach_length).all()

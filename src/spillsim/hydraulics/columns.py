"""The reach table as arrays, and which columns each hydraulic method needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..scenario.names import HYDRAULIC_METHODS

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NUMBERS = (
    "velocity",
    "travel_time",
    "cross_section_area",
    "volume",
    "width",
    "depth",
    "side_slope",
    "slope",
    "manning_n",
    "width_coefficient",
    "width_exponent",
    "depth_coefficient",
    "depth_exponent",
    "bankfull_discharge",
    "drainage_area",
    "mean_annual_discharge",
    "dispersion_coefficient",
    "storage_area_ratio",
    "storage_area",
    "exchange_coefficient",
    "lateral_inflow",
    "temperature",
)
"""Columns of the reach table that hold one number per reach or none."""

MAY_BE_ZERO = frozenset(
    {
        "side_slope",
        "width_exponent",
        "depth_exponent",
        "dispersion_coefficient",
        "storage_area_ratio",
        "storage_area",
        "exchange_coefficient",
    }
)
"""Columns in which zero is a value; the others must be positive."""

ANY_SIGN = frozenset({"lateral_inflow", "temperature"})
"""Columns in which negative values have a meaning."""


@dataclass(frozen=True)
class RatingTable:
    """Area and width of a section against discharge, all rising; K rows."""

    discharge: Array
    """(K,) discharge, strictly rising [m3/s]."""
    cross_section_area: Array
    """(K,) flow area [m2]."""
    width: Array | None
    """(K,) water surface width [m], if the table has it."""


@dataclass(frozen=True)
class Columns:
    """What the user wrote about M reaches; NaN where nothing was written."""

    length: Array
    """(M,) length of the reach [m]."""
    numbers: Mapping[str, Array]
    """Column name -> (M,) value in SI units, NaN where the cell is empty."""
    rating: tuple[RatingTable | None, ...]
    """(M,) rating table of the reach, if any."""
    ice_manning_n: Array | None = None
    """(M,) Manning's n of the ice that slows the reach, NaN where there is none; None if nowhere
    [s/m^(1/3)]."""

    @property
    def ice(self) -> Array:
        """(M,) Manning's n of the ice, NaN where there is none [s/m^(1/3)]."""
        if self.ice_manning_n is None:
            return np.full(self.length.size, np.nan)
        return self.ice_manning_n

    @property
    def iced(self) -> Mask:
        """(M,) true where ice slows the reach."""
        return ~np.isnan(self.ice)

    def __getitem__(self, column: str) -> Array:
        return self.numbers[column]

    def given(self, column: str) -> Mask:
        """(M,) true where the column holds a value."""
        if column == "rating":
            return np.array([table is not None for table in self.rating], dtype=np.bool_)
        return ~np.isnan(self.numbers[column])

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """The same columns for some of the reaches, in the order of ``rows``."""
        return Columns(
            length=self.length[rows],
            numbers={name: values[rows] for name, values in self.numbers.items()},
            rating=tuple(self.rating[row] for row in rows.tolist()),
            ice_manning_n=None if self.ice_manning_n is None else self.ice_manning_n[rows],
        )


METHODS = tuple(HYDRAULIC_METHODS)
"""Names of the hydraulic methods."""


def missing_columns(columns: Columns, methods: Sequence[str]) -> dict[int, str]:
    """Say for every reach whose method lacks columns which ones would do.

    methods : (M,) known method of each reach

    Returns reach -> text such as ``"width, slope and manning_n (missing: slope)"``.
    """
    missing: dict[int, str] = {}
    named = np.array(methods, dtype=object)
    for method, alternatives in HYDRAULIC_METHODS.items():
        rows = np.flatnonzero(named == method)
        enough = np.zeros(rows.size, dtype=np.bool_)
        for alternative in alternatives:
            has = np.ones(rows.size, dtype=np.bool_)
            for column in alternative:
                has &= columns.given(column)[rows]
            enough |= has
        wanted = ", or ".join(_listed(alternative) for alternative in alternatives)
        for row in rows[~enough].tolist():
            lacks = [name for name in alternatives[0] if not columns.given(name)[row]]
            missing[row] = f"{wanted} (missing: {_listed(lacks)})"
    return missing


def unusable_values(columns: Columns) -> list[tuple[int, str, float]]:
    """Reach, column and value of every number that no formula can use."""
    found = []
    for name in NUMBERS:
        values = columns[name]
        given = ~np.isnan(values)
        if name in ANY_SIGN:
            bad = given & ~np.isfinite(values)
        elif name in MAY_BE_ZERO:
            bad = given & ~((values >= 0) & np.isfinite(values))
        else:
            bad = given & ~((values > 0) & np.isfinite(values))
        found += [(row, name, float(values[row])) for row in np.flatnonzero(bad).tolist()]
    return found


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "nothing"

"""What the cases of tracers in small streams share: curves, samples and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .case import Array, Source

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..simulation import Run

HOURS = 3600.0
OTIS = Source(
    "Runkel 1998, One-dimensional transport with inflow and storage (OTIS), USGS WRIR 98-4018: "
    "parameters, samples and output of its examples, read in github Schuetzen/OTISpy, commit "
    "0b53d2f986912cb73ca89aea6d49d74ebb6cd795",
    "Examples of the USGS in the public domain; the copy is under the MIT licence.",
)


class Line(NamedTuple):
    """A curve: where or when, and the value."""

    x: Array
    y: Array


class Fit(NamedTuple):
    """How well a curve meets samples."""

    error: float
    """Root mean square, in the unit of the samples."""
    determination: float
    """R2, 1 - sum of squares of the residuals over that about the mean [-]."""

    def __str__(self) -> str:
        """Both, as in a table."""
        return f"{self.error:.3f}, {self.determination:.3f}"


def column(rows: Sequence[dict[str, str]], name: str) -> Array:
    """A column of a table as numbers."""
    return np.array([float(row[name]) for row in rows])


def line(rows: Sequence[dict[str, str]], x: str, y: str) -> Line:
    """Two columns of a table."""
    return Line(column(rows, x), column(rows, y))


def fit(curve: Line, samples: Line) -> Fit:
    """Compare a curve, linear between its points, with samples."""
    residual = np.interp(samples.x, *curve) - samples.y
    spread = samples.y - samples.y.mean()
    squares = float(np.sum(residual**2))
    return Fit(float(np.sqrt(np.mean(residual**2))), 1.0 - squares / float(np.sum(spread**2)))


def apart(curve: Line, other: Line, base: float = 0.0) -> float:
    """Area between two curves, at the points of the other, over its area above a base [-]."""
    own = np.interp(other.x, *curve)
    area = float(np.trapezoid(other.y - base, other.x))
    return float(np.trapezoid(np.abs(own - other.y), other.x)) / area


def simulated(scenario: Scenario) -> Run:
    """The run of a scenario with the numerics it names, not made finer."""
    from ..model import assemble
    from ..simulation import simulate

    return simulate(assemble(scenario))


def station_curve(run: Run, station: int, start: float, background: float = 0.0) -> Line:
    """Clock times [h] and concentrations with their background [mg/L] at a station."""
    concentration = background + 1000.0 * run.concentration[0, station]
    return Line(start + run.output_time / HOURS, concentration)


def stream_reach(number: int, row: dict[str, str], names: tuple[str, str], storage: bool) -> Any:
    """A reach of given area from a row of parameters as OTIS has them."""
    area, exchange = float(row["A_m2"]), float(row["alpha_per_s"])
    ratio = float(row["As_m2"]) / area
    stores = storage and exchange > 0.0
    return {
        "id": f"r{number}", "from": names[0], "to": names[1],
        "length [m]": float(row["length_m"]), "hydraulics": "velocity",
        "cross_section_area [m2]": area,
        "storage_area_ratio": ratio if stores else 0.0,
        "exchange_coefficient [1/s]": exchange if stores else 0.0,
    }  # fmt: skip

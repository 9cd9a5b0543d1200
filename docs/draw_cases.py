"""Draw the pictures of cases.md: run the cases and compare them with what was reported.

Run ``python docs/draw_cases.py`` in the root of the repository; ``python docs/draw_cases.py NAME``
draws one of them. The pictures are written to docs/images.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import spillsim
from spillsim.plots.style import BODY, CM, CURVES, FAINT, GREY, LIMIT, PAGE_WIDTH, SMALL

FOLDER = Path(__file__).parent
CASES = FOLDER.parent / "scenarios"
DAY = np.timedelta64(1, "D")
REGIMES = ("low", "ice", "mean", "spring")
GAUGES = ("Petropavl", "Ilinka", "Ishim (town)", "Vikulovo")


def days(dataset: xr.Dataset) -> Any:
    """Return the times of a run in days since its first release."""
    first = np.datetime64(datetime.fromisoformat(dataset.attrs["first_release"]).timestamp(), "s")
    return (dataset["time"].values - first) / DAY

"""The numerical error that was achieved, told so that a missed target cannot be overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import words
from .console import Console

if TYPE_CHECKING:
    import xarray as xr


def tell_accuracy(console: Console, dataset: xr.Dataset) -> bool:
    """Print the largest error achieved at any station; return whether every target was met.

    False as well where the error is not known.
    """
    if "achieved_error" not in dataset:
        console.labelled("accuracy", "numerical error not measured")
        return False
    found = dataset["achieved_error"]
    known = found.values[np.isfinite(found.values)]
    if not known.size:
        console.labelled("accuracy", "nothing passes a station: no numerical error to measure")
        return True
    asked = float(found.attrs["error_asked_for"])
    how = f"({found.attrs['measured_by']})"
    largest = float(known.max())
    if largest <= asked:
        console.labelled(
            "accuracy", f"achieved numerical error ≤ {_percent(largest)} at every station {how}"
        )
        return True
    missed = int(np.sum((found.values > asked).any(axis=1)))
    text = (
        f"MISSED at {missed} of {words.count(found.sizes['station'], 'station')}: achieved "
        f"numerical error {_percent(largest)}, asked for {_percent(asked)} {how}"
    )
    console.labelled("accuracy", text, bold=True)
    return False


def _percent(share: float) -> str:
    return f"{words.number(100.0 * share, 2)} %"

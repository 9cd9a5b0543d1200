"""Curves that lie outside what dye has shown in rivers, told in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .console import Console

if TYPE_CHECKING:
    import xarray as xr

_MOST = 4


def tell_checks(console: Console, dataset: xr.Dataset) -> None:
    """Print what the check by Jobson (1996) warns of; nothing where all is plausible."""
    from ..analysis import flags

    found = flags(dataset)
    for flag in found[:_MOST]:
        console.labelled("doubtful", f"{flag.message} (Jobson 1996)")
    if len(found) > _MOST:
        console.labelled("", f"{len(found) - _MOST} more: see jobson_reason in the result")

"""Files that a command is going to write, refused before anything is computed."""

from __future__ import annotations

from pathlib import Path

from ..errors import OutputError
from ..results.whole import check_target

_SIGNATURES = (b"\x89HDF", b"CDF\x01", b"CDF\x02", b"CDF\x05")


def netcdf_target(path: str) -> Path:
    """Return a netCDF file that may be written; a file of another kind is never overwritten."""
    target = check_target(path)
    if target.exists() and target.stat().st_size > 0:
        with target.open("rb") as stream:
            head = stream.read(4)
        if head not in _SIGNATURES:
            raise OutputError(
                f"{target} is there already and is no netCDF file: it is not overwritten."
            )
    return target

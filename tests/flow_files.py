"""Small netCDF and HEC-RAS files, written as the programs that make them do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

BASE = "Results/Unsteady/Output/Output Blocks/Base Output/Unsteady Time Series"


def write_netcdf(
    path: Path, hours: Sequence[float], discharge: Any, ids: Sequence[str] = ("up", "down"), *,
    units: str = "m3 s-1", clock: str = "hours since 2024-04-01 00:00:00", area: Any = None,
    role: bool = True, turned: bool = False, calendar: str = "standard",
) -> Path:  # fmt: skip
    """Discharge (time, station), packed as a network model would; None is missing."""
    given = np.array(discharge, dtype=np.float64)
    values = np.ma.masked_array(np.where(np.isnan(given), 0.0, given), np.isnan(given))
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", len(hours))
        file.createDimension("station", len(ids))
        time = file.createVariable("time", "f8", ("time",))
        time.units, time.calendar = clock, calendar
        time[:] = hours
        name = file.createVariable("gauge", str, ("station",))
        name[:] = np.array(ids, dtype=object)
        if role:
            name.cf_role = "timeseries_id"
        dimensions = ("station", "time") if turned else ("time", "station")
        for key, stored, unit in (("streamflow", values, units), ("wet_area", area, "m2")):
            if stored is None:
                continue
            made = file.createVariable(key, "i4", dimensions, fill_value=-9999)
            made.scale_factor = 0.01
            made.units = unit
            made[:] = np.ma.asarray(stored).T if turned else stored
    return path


def write_hecras(
    path: Path, stamps: Sequence[str], sections: Sequence[str], flow: Any, *, area: Any = None,
    velocity: Any = None, system: str = "US Customary", lengths: Sequence[float] | None = None,
) -> Path:  # fmt: skip
    """Unsteady results of a plan, values as they stand in the file."""
    import h5py

    parts = [tuple(part.encode() for part in name.split("/")) for name in sections]
    with h5py.File(path, "w") as file:
        if system:
            file.attrs["Units System"] = np.bytes_(system)
        file.attrs["File Type"] = np.bytes_("HEC-RAS Results")
        file[f"{BASE}/Time Date Stamp"] = np.array([s.encode() for s in stamps])
        names = [("River", "S16"), ("Reach", "S16"), ("Station", "S8")]
        file[f"{BASE}/Cross Sections/Cross Section Attributes"] = np.array(parts, dtype=names)
        file[f"{BASE}/Cross Sections/Flow"] = np.array(flow, dtype=np.float32)
        for key, values in (("Flow Area", area), ("Velocity Total", velocity)):
            if values is not None:
                file[f"{BASE}/Cross Sections/{key}"] = np.array(values, dtype=np.float32)
        if lengths is not None:
            rows = [(*part, x) for part, x in zip(parts, lengths, strict=True)]
            kind = [("River", "S16"), ("Reach", "S16"), ("RS", "S8"), ("Len Channel", "f4")]
            file["Geometry/Cross Sections/Attributes"] = np.array(rows, dtype=kind)
    return path

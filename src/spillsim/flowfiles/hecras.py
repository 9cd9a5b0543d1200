"""Unsteady results of HEC-RAS at one-dimensional cross-sections, from the HDF file of a plan.

The layout is that of versions 5 and 6: ``Unsteady Time Series`` with ``Time Date Stamp``, and in
it ``Cross Sections`` with ``Cross Section Attributes`` (River, Reach, Station), ``Flow`` and, as
chosen in HEC-RAS, ``Flow Area`` or ``Velocity Total``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from .series import BROKEN, Array, FlowFileError, refuse_falling, refuse_too_many, some_of

SERIES = "Results/Unsteady/Output/Output Blocks/Base Output/Unsteady Time Series"
SECTIONS = f"{SERIES}/Cross Sections"
GEOMETRY = "Geometry/Cross Sections/Attributes"
FOOT = 0.3048
"""International foot [m]; HEC-RAS writes US customary units, or SI."""
LEAST_VELOCITY = 1e-6
"""Velocity below which it gives no area [m/s]."""
_STAMP = re.compile(
    r"(?P<day>\d{1,2})(?P<month>[A-Za-z]{3})(?P<year>\d{4})[ ,]+"
    r"(?P<hour>\d{2}):?(?P<minute>\d{2}):?(?P<second>\d{2})?(?:[:.](?P<milli>\d{1,3}))?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class CrossSections:
    """S cross-sections at M times, all SI, in the order of HEC-RAS: downstream in each reach."""

    clock: Array
    """(M,) rising: time of the clock of the model, counted as if it were UTC [s since 1970]."""
    names: tuple[str, ...]
    """(S,) ``River/Reach/Station``."""
    discharge: Array
    """(M, S) NaN where missing [m3/s]."""
    area: Array | None
    """(M, S) flowing area; None where the file has none [m2]."""
    area_from: str
    """Where the areas come from, in words; empty without any."""
    length: Array
    """(S,) channel from each section down to the next; NaN where the file does not say [m]."""


def read_hecras(path: Path) -> CrossSections:
    """Read discharge and area of all cross-sections of an unsteady plan.

    Nothing but the datasets named above is read, and none that lies in another file.

    Raises
    ------
    FlowFileError
        h5py is not installed, or the file is not HDF5, cut off, or has no such results.
    """
    try:
        import h5py
    except ImportError:
        raise FlowFileError(
            "reading results of HEC-RAS needs h5py, which is not installed",
            'Install it, e.g. by pip install "spillsim[hecras]".',
        ) from None
    try:
        with h5py.File(path, "r") as file:
            return _read(file)
    except BROKEN as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise FlowFileError(f"cannot be read as a result of HEC-RAS: {reason}") from error


def _read(file: Any) -> CrossSections:
    metre = _metre(file)
    table = _dataset(file, f"{SECTIONS}/Cross Section Attributes")
    flow = _dataset(file, f"{SECTIONS}/Flow")
    if flow is None or table is None:
        raise FlowFileError(
            "has no unsteady results at cross-sections",
            f"The plan file (.p01.hdf) of a finished unsteady run has {SECTIONS}/Flow.",
        )
    names = _names(table)
    clock = _clock(file)
    if flow.shape != (clock.size, len(names)):
        raise FlowFileError(
            f"has {len(names)} cross-sections and {clock.size} times, but Flow has the shape "
            f"{flow.shape}"
        )
    refuse_too_many(clock.size * len(names))
    discharge = np.asarray(flow[...], dtype=np.float64) * metre**3
    area, area_from = None, ""
    wet = _dataset(file, f"{SECTIONS}/Flow Area")
    speed = _dataset(file, f"{SECTIONS}/Velocity Total")
    if wet is not None and wet.shape == flow.shape:
        area, area_from = np.asarray(wet[...], dtype=np.float64) * metre**2, "Flow Area"
    elif speed is not None and speed.shape == flow.shape:
        velocity = np.asarray(speed[...], dtype=np.float64) * metre
        moving = np.abs(velocity) > LEAST_VELOCITY
        area = np.abs(discharge / np.where(moving, velocity, np.nan))
        area_from = "Flow / Velocity Total"
    return CrossSections(clock, names, discharge, area, area_from, _lengths(file, names) * metre)


def _dataset(file: Any, path: str) -> Any | None:
    """A dataset that lies in this file itself; None where there is none."""
    import h5py

    here: Any = file
    for part in path.split("/"):
        link = here.get(part, getlink=True) if isinstance(here, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise FlowFileError(f"{path} is a link; only data within the file are read")
        here = here[part]
    if not isinstance(here, h5py.Dataset):
        return None
    if here.is_virtual or here.external:
        raise FlowFileError(f"{path} lies in another file; only data within the file are read")
    return here


def _metre(file: Any) -> float:
    """Unit of length of the file [m]."""
    system = _text(file.attrs.get("Units System", b"")).lower()
    if system.startswith("us"):
        return FOOT
    if system.startswith("si"):
        return 1.0
    geometry = file.get("Geometry")
    metric = _text(geometry.attrs.get("SI Units", b"") if geometry is not None else b"").lower()
    if metric in ("true", "false"):
        return 1.0 if metric == "true" else FOOT
    raise FlowFileError(
        'does not say whether it is in US customary or SI units (attribute "Units System")'
    )


def _names(table: Any) -> tuple[str, ...]:
    fields = table.dtype.names or ()
    station = "Station" if "Station" in fields else "RS"
    wanted = ("River", "Reach", station)
    if not set(wanted) <= set(fields):
        raise FlowFileError(
            f"its table of cross-sections has the columns {some_of(fields)}; River, Reach and "
            "Station are needed"
        )
    refuse_too_many(table.size)
    columns = [[_text(value) for value in table[name]] for name in wanted]
    return tuple("/".join(parts) for parts in zip(*columns, strict=True))


def _clock(file: Any) -> Array:
    stamps = _dataset(file, f"{SERIES}/Time Date Stamp (ms)")
    if stamps is None:
        stamps = _dataset(file, f"{SERIES}/Time Date Stamp")
    if stamps is None:
        raise FlowFileError("has no times: there is no Time Date Stamp")
    refuse_too_many(stamps.size)
    clock = np.array([read_stamp(_text(stamp)) for stamp in stamps[...]], dtype=np.float64)
    refuse_falling(clock)
    return clock


def read_stamp(text: str) -> float:
    """Turn ``02JAN2020 24:00:00:000`` into seconds since 1970, as if the clock were UTC."""
    match = _STAMP.fullmatch(text.strip())
    if match is None or match["month"].lower() not in _MONTHS:
        raise FlowFileError(f'the time "{text[:40]}" cannot be read')
    day = datetime(
        int(match["year"]), _MONTHS.index(match["month"].lower()) + 1, int(match["day"]), tzinfo=UTC
    )
    since = timedelta(
        hours=int(match["hour"]), minutes=int(match["minute"]), seconds=int(match["second"] or 0),
        milliseconds=int((match["milli"] or "0").ljust(3, "0")),
    )  # fmt: skip
    return (day + since).timestamp()


def _lengths(file: Any, names: tuple[str, ...]) -> Array:
    """(S,) channel length below each section in the unit of the file, NaN where not known."""
    found = np.full(len(names), np.nan)
    table = _dataset(file, GEOMETRY)
    if table is None or not {"River", "Reach", "RS", "Len Channel"} <= set(table.dtype.names or ()):
        return found
    refuse_too_many(table.size)
    rows = table[...]
    keys = zip(*([_text(v) for v in rows[name]] for name in ("River", "Reach", "RS")), strict=True)
    length = dict(zip(map("/".join, keys), rows["Len Channel"].tolist(), strict=True))
    for index, name in enumerate(names):
        found[index] = length.get(name, np.nan)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\0 \t\r\n")
    return str(value).strip("\0 \t\r\n")

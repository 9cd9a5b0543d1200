"""Time series from netCDF files that follow the CF conventions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np

from .. import units
from .series import BROKEN, Array, FlowFileError, Series, refuse_falling, refuse_too_many, some_of

CALENDARS = ("standard", "gregorian", "proleptic_gregorian")
"""Calendars of real dates; those of climate models have none."""
_HEAD = 1 << 20


def read_netcdf(
    path: Path, quantities: Mapping[str, tuple[str, str]], ids: str = "",
    wanted: Sequence[str] | None = None,
) -> Series:  # fmt: skip
    """Read quantities over time at named places.

    Each variable has a dimension of time, whose variable has units like ``hours since
    2024-04-01 00:00``, and one of places, or time alone. The places are named by ``ids``, else by
    the variable with ``cf_role = "timeseries_id"``, else by the coordinate variable of their
    dimension. Values are unpacked and converted to SI; missing ones become NaN.

    Parameters
    ----------
    quantities : name in the result -> variable and its dimension, a key of ``units.DIMENSIONS``
    ids : variable that holds the ids of the places; found as above where empty
    wanted : ids to read; None where the file may have one place only

    Raises
    ------
    FlowFileError
        Not netCDF, cut off, no such variable, no time, unknown place or unit.
    """
    import netCDF4

    _refuse_others(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about attributes that are of no use here
            with netCDF4.Dataset(path, "r") as file:
                return _read(file, quantities, ids, wanted)
    except BROKEN as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise FlowFileError(f"cannot be read as netCDF: {reason}") from error


def _refuse_others(path: Path) -> None:
    """Refuse results of HEC-RAS, at whose tables of text the netCDF library may crash."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise FlowFileError(f"cannot be read: {error.strerror}") from error
    if b"HEC-RAS" in head:
        raise FlowFileError(
            "is a result of HEC-RAS, not netCDF", 'Write hecras = { file = "..." } for it.'
        )


def _read(
    file: Any, quantities: Mapping[str, tuple[str, str]], ids: str, wanted: Sequence[str] | None
) -> Series:
    found: dict[str, Array] = {}
    time: Array | None = None
    names: tuple[str, ...] = ()
    for quantity, (name, dimension) in quantities.items():
        variable = _variable(file, name)
        clock, place = _dimensions(file, variable)
        own = _times(file, clock)
        if time is not None and not np.array_equal(own, time):
            raise FlowFileError(f'variable "{name}" has other times than those before it')
        time = own
        known = _names(file, place, ids)
        names = tuple(wanted) if wanted is not None else known
        if wanted is None and len(known) != 1:
            raise FlowFileError(
                f"has {len(known)} places: {some_of(known)}", 'Choose one, e.g. station = "...".'
            )
        missing = [each for each in names if each not in known]
        if missing:
            raise FlowFileError(f"has no place {some_of(missing)}", f"It has {some_of(known, 20)}.")
        found[quantity] = _values(variable, dimension, clock, [known.index(n) for n in names])
    assert time is not None
    return Series(time, names, found)


def _variable(file: Any, name: str) -> Any:
    if name not in file.variables:
        raise FlowFileError(f'has no variable "{name[:60]}"', f"It has {some_of(file.variables)}.")
    return file.variables[name]


def _dimensions(file: Any, variable: Any) -> tuple[str, str | None]:
    """Names of the dimensions of time and of place; those of length one besides do not matter."""
    clocks = [each for each in variable.dimensions if _is_time(file, each)]
    if len(clocks) != 1:
        raise FlowFileError(
            f'variable "{variable.name}" ({", ".join(variable.dimensions)}) has no dimension of '
            "time",
            'The time needs a variable of its name with units like "hours since 2024-04-01 00:00".',
        )
    rest = [each for each in variable.dimensions if each != clocks[0]]
    long = [each for each in rest if file.dimensions[each].size != 1]
    if len(long) > 1:
        raise FlowFileError(
            f'variable "{variable.name}" has the dimensions {", ".join(variable.dimensions)}; '
            "time and one of places are needed"
        )
    # of dimensions of length one, the last names the place
    return clocks[0], (long or rest[-1:] or [None])[0]


def _is_time(file: Any, dimension: str) -> bool:
    variable = file.variables.get(dimension)
    return variable is not None and " since " in str(getattr(variable, "units", ""))


def _times(file: Any, dimension: str) -> Array:
    """(M,) times [s since 1970 UTC]."""
    import cftime

    variable = file.variables[dimension]
    calendar = str(getattr(variable, "calendar", "standard")).lower()
    if calendar not in CALENDARS:
        raise FlowFileError(
            f"its calendar is {calendar[:40]}, which has no real dates",
            f"Calendars that can be read: {', '.join(CALENDARS)}.",
        )
    given = np.ma.atleast_1d(variable[:])
    refuse_too_many(given.size)
    if np.ma.getmaskarray(given).any():
        raise FlowFileError("a time is missing")
    dates = cftime.num2date(
        given, str(variable.units), calendar, only_use_cftime_datetimes=False,
        only_use_python_datetimes=True,
    )  # fmt: skip
    time = np.array([date.replace(tzinfo=UTC).timestamp() for date in dates], dtype=np.float64)
    refuse_falling(time)
    return time


def _names(file: Any, dimension: str | None, ids: str) -> tuple[str, ...]:
    """Ids of the places along a dimension."""
    if ids:
        variable = _variable(file, ids)
    else:
        roles = [
            each
            for each in file.variables.values()
            if getattr(each, "cf_role", "") == "timeseries_id"
            and (dimension is None or dimension in each.dimensions)
        ]
        variable = roles[0] if roles else file.variables.get(dimension)
    if variable is None:
        if dimension is None or file.dimensions[dimension].size == 1:
            return ("",)
        raise FlowFileError(
            f'nothing names the places along the dimension "{dimension}"',
            "Name the variable that does, e.g. "
            f"{some_of(v.name for v in file.variables.values() if dimension in v.dimensions)}.",
        )
    values = variable[:]
    if values.dtype.kind in "SU" and values.dtype.itemsize <= 4 and values.ndim:
        import netCDF4

        values = netCDF4.chartostring(np.ma.filled(values, b"\0"))
    names = tuple(_text(value) for value in np.atleast_1d(np.ma.filled(values)))
    size = 1 if dimension is None else file.dimensions[dimension].size
    if len(names) != size:
        raise FlowFileError(f'variable "{variable.name}" has {len(names)} values for {size} places')
    return names


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).strip("\0 \t\r\n")


def _values(variable: Any, dimension: str, clock: str, places: Sequence[int]) -> Array:
    """(M, S) values in SI, NaN where missing."""
    unit = getattr(variable, "units", None)
    if unit is None:
        raise FlowFileError(
            f'variable "{variable.name}" has no units', f"{units.needed(dimension)}."
        )
    try:
        conversion = units.conversion(str(unit), dimension)
    except units.UnitError as error:
        raise FlowFileError(f'variable "{variable.name}": {error.message}', error.hint) from error
    refuse_too_many(len(places) * variable.shape[variable.dimensions.index(clock)])
    index: list[Any] = []
    for each, size in zip(variable.dimensions, variable.shape, strict=True):
        index.append(slice(None) if each == clock else (list(places) if size != 1 else [0]))
    raw = np.ma.masked_invalid(np.ma.asarray(variable[tuple(index)], dtype=np.float64))
    values = np.moveaxis(raw.filled(np.nan), variable.dimensions.index(clock), 0)
    found = values.reshape(values.shape[0], -1)
    return np.asarray(found * conversion.numerator / conversion.denominator + conversion.offset)

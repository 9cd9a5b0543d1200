"""Writing a dataset whole or not at all, and reading it back with a check.

netCDF-4, compressed losslessly (shuffle, then deflate). Curves and fields are stored in single
precision: seven digits are far more than a model of a river can claim. The ledger keeps double
precision because its closure is stated to round-off.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import NetCDF4DataStore

from ..errors import OutputError
from .conventions import EPOCH, FORMAT_VERSION
from .whole import write_whole

_DEFLATE = 4
_CHUNK_VALUES = 1 << 18
"""Values per chunk, 1 MiB in single precision: a curve is one read, a field a few."""
_LITTLE = 512
"""Arrays of fewer values are stored in one piece and not compressed: filters would add bytes."""
RUN, ENSEMBLE = "run", "ensemble"
_HELD = {RUN: "the result of a run", ENSEMBLE: "the answers of an ensemble"}
_REQUIRED = {
    RUN: ("concentration", "cumulative_mass", "time", "station", "substance"),
    ENSEMBLE: ("group", "members", "arrival_chance", "station", "substance"),
}
_SINGLE = (
    "concentration", "dissolved_concentration", "suspended_concentration",
    "species_concentration", "cumulative_mass",
    "concentration_field", "peak_concentration_profile", "bed_mass_field", "bed_mass_profile",
)  # fmt: skip
"""Large arrays; everything else keeps the precision it has."""


def write(dataset: xr.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write a dataset to a netCDF-4 file, whole or not at all, and return its path.

    The file is first written beside its place under a temporary name and moved there at the end,
    so an existing file stays as it is until the new one is complete.

    Raises
    ------
    OutputError
        The folder does not exist or cannot be written, the path is a folder, the disk is full.
        Nothing half-written is left, also after an interrupt (which is raised again).
    """
    return write_whole(path, lambda partial: _write_netcdf(dataset, partial))


def _write_netcdf(dataset: xr.Dataset, path: Path) -> None:
    plain = dataset.copy()
    for variable in plain.variables.values():
        variable.encoding = {}
    begin: Any = _DefinedFirst.open  # xarray says nothing of its types
    store = begin(str(path), mode="w", format="NETCDF4")
    try:
        plain.dump_to_store(store, encoding=encoding(plain))
        store.sync()
    finally:
        store.close()


class _DefinedFirst(NetCDF4DataStore):
    """Defines all variables, then fills them.

    One after the other, as xarray does, makes HDF5 change between defining and filling for every
    variable, which is most of the time that a small file takes.
    """

    def set_variables(self, variables: Any, check_encoding_set: Any, writer: Any,
                      unlimited_dims: Any = None) -> None:  # fmt: skip
        """Define variables and fill them."""
        held = _Held()
        define: Any = super().set_variables
        define(variables, check_encoding_set, held, unlimited_dims=unlimited_dims)
        for source, target in held.pairs:
            writer.add(source, target)


class _Held:
    """Keeps what is to be written until all is defined."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []

    def add(self, source: Any, target: Any, region: Any = None) -> None:
        """Keep values and where they go."""
        self.pairs.append((source, target))


def encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return how every variable is stored."""
    return {str(name): _encode(str(name), v) for name, v in dataset.variables.items()}


def _encode(name: str, variable: xr.Variable) -> dict[str, Any]:
    kind = variable.dtype.kind
    if kind in "OU":
        # character arrays: every netCDF program reads them, variable-length text only some
        return {"dtype": "S1", "char_dim_name": f"{name}_letters"}
    found: dict[str, Any] = {"_FillValue": None}
    if kind == "M":
        # xarray cannot write a standard calendar where there is no date at all, as when nothing
        # has passed at the end of a run; after 1582 the two calendars are one
        no_date = bool(variable.isnull().all())
        calendar = "proleptic_gregorian" if no_date else "standard"
        found.update(units=EPOCH, calendar=calendar, dtype="float64")
    elif kind == "f":
        found["dtype"] = "float32" if name in _SINGLE else str(variable.dtype)
    if kind in "Mf" and bool(variable.isnull().any()):
        found["_FillValue"] = np.nan
    if variable.size >= _LITTLE:
        found.update(zlib=True, shuffle=True, complevel=_DEFLATE, chunksizes=_chunks(variable))
    return found


def _chunks(variable: xr.Variable) -> tuple[int, ...]:
    """Return chunk lengths: the last dimensions whole as long as a chunk stays small."""
    left, lengths = _CHUNK_VALUES, []
    for length in reversed(variable.shape):
        lengths.append(max(1, min(length, left)))
        left //= lengths[-1]
    return tuple(reversed(lengths))


def open(path: str | os.PathLike[str], kinds: Sequence[str] = (RUN,)) -> xr.Dataset:
    """Open a result file and check that it is one that this version can read.

    The dataset reads its arrays when they are used; close it or use it in a ``with`` block.

    kinds : what it may hold: a run, the answers of an ensemble (``spillsim_kind``)

    Raises
    ------
    OutputError
        There is no such file, it is not netCDF, not a result of this program, was written by a
        newer version, or lacks what a result must hold.
    """
    source = Path(path)
    if not source.exists():
        raise OutputError(f"there is no file {source}.")
    if source.is_dir():
        raise OutputError(f"{source} is a folder; a result file (.nc) is needed.")
    try:
        dataset = xr.open_dataset(source, engine="netcdf4")
    except (OSError, ValueError, RuntimeError) as failure:
        raise OutputError(f"cannot read {source}: not a netCDF file ({failure}).") from failure
    fault = _fault_in(dataset, kinds)
    if fault:
        dataset.close()
        raise OutputError(f"cannot use {source}: {fault}")
    return dataset


def _fault_in(dataset: xr.Dataset, kinds: Sequence[str]) -> str:
    """Return what keeps a dataset from being a usable result, empty when nothing does."""
    if "spillsim_format" not in dataset.attrs:
        return "it is a netCDF file but no spillsim result (it has no spillsim_format)."
    try:
        version = int(dataset.attrs["spillsim_format"])
    except (TypeError, ValueError):
        return f"its spillsim_format {dataset.attrs['spillsim_format']!r} is not a number."
    if not 1 <= version <= FORMAT_VERSION:
        return (
            f"it has format {version}, this version reads formats 1 to {FORMAT_VERSION} "
            f"(written by {dataset.attrs.get('source', 'an unknown version')})."
        )
    kind = str(dataset.attrs.get("spillsim_kind", RUN))
    if kind not in kinds:
        return f"it holds {_HELD.get(kind, kind)}; {_HELD.get(kinds[0], kinds[0])} is needed."
    missing = [name for name in _REQUIRED[kind] if name not in dataset.variables]
    return f"it lacks {', '.join(missing)}; was it cut or changed?" if missing else ""

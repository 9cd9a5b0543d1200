"""Results of many members on disk: a Zarr store filled block by block.

A block of members is written whole, then marked as done; Zarr moves every chunk into its place
when it is complete. A run killed at any moment leaves blocks that are done and blocks that are
not, and never one in between, so it can go on where it was. Nothing that differs from run to run
(dates, names of machines) is written: the same ensemble is the same bits.
"""

from __future__ import annotations

import errno
import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError

NOT_YET, DONE, FAILED = 0, 1, 2
"""Values of ``status``."""
REASON_LENGTH = 240
"""Bytes kept of the reason why a member failed."""
_STATUS, _REASON, _BLOCKS, _KEY = "status", "reason", "block_done", "spillsim_ensemble"
_VERSION = 1
_ROOM = 1.02
"""Room asked for on the disk, over the size of the arrays."""
CHUNK = 1 << 21
"""Bytes beyond which the members of a block lie in several files; times that are read together
then lie in one."""
BLOCK_BYTES = 1 << 25
"""Bytes of a block beyond which it has fewer members."""
MOST_BLOCKS = 256
"""Blocks beyond which each has more members: every one of them makes a dozen files."""


def fitted(block: int, members: int, each: int) -> int:
    """Members of a block so that it fits into memory many times and does not litter the disk.

    Parameters
    ----------
    block : what suits the computation
    members : of the ensemble
    each : bytes of a member
    """
    while block > 1 and block * each > BLOCK_BYTES:
        block //= 2
    while members > MOST_BLOCKS * block and 2 * block * each <= BLOCK_BYTES:
        block *= 2
    return block


@dataclass(frozen=True)
class Quantity:
    """One array over the members."""

    name: str
    dims: tuple[str, ...]
    """Besides ``member``, which comes first."""
    dtype: str = "float64"
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """All that is fixed before the first member runs."""

    members: int
    block: int
    """Members that are computed and written together."""
    sizes: Mapping[str, int]
    """Length of every other dimension."""
    quantities: Sequence[Quantity]
    coordinates: Mapping[str, tuple[tuple[str, ...], NDArray[Any], Mapping[str, Any]]]
    """Name -> dimensions, values, attributes; known before the run, as the drawn inputs."""
    key: str
    """Digest of everything that decides the numbers."""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return math.ceil(self.members / self.block)

    def span(self, block: int) -> slice:
        """Members of a block."""
        return slice(block * self.block, min((block + 1) * self.block, self.members))

    def shape(self, quantity: Quantity) -> tuple[int, ...]:
        """Shape of an array over all members."""
        return (self.members, *(self.sizes[name] for name in quantity.dims))

    def chunks(self, quantity: Quantity) -> tuple[int, ...]:
        """Shape of what lies in one file."""
        more = [self.sizes[name] for name in quantity.dims]
        size = np.dtype(quantity.dtype).itemsize * self.block * math.prod(more)
        if more and size > CHUNK:
            more[-1] = math.ceil(more[-1] / min(more[-1], math.ceil(size / CHUNK)))
        return (self.block, *more)

    @property
    def each(self) -> int:
        """Size of what a member brings, in memory [bytes]."""
        return sum(
            np.dtype(q.dtype).itemsize * math.prod(self.sizes[name] for name in q.dims)
            for q in self.quantities
        )

    @property
    def memory(self) -> int:
        """Size of what all members bring, in memory [bytes]."""
        return self.members * self.each

    @property
    def size(self) -> int:
        """Size of the store on the disk, where nothing is compressed [bytes]."""
        found = self.blocks * (self.block + 1)  # status and block_done
        for quantity in self.quantities:
            chunks = self.chunks(quantity)
            files = math.prod(
                math.ceil(whole / part)
                for whole, part in zip(self.shape(quantity), chunks, strict=True)
            )
            found += files * math.prod(chunks) * np.dtype(quantity.dtype).itemsize
        # reasons are written for blocks with failures only: empty chunks take no room
        return found + sum(values.nbytes for _, values, _ in self.coordinates.values())


class Store:
    """An open store; see the module."""

    def __init__(self, path: Path, layout: Layout, group: Any) -> None:
        self.path = path
        self.layout = layout
        self._group = group

    @classmethod
    def open(cls, path: Path, layout: Layout) -> Store:
        """Begin a store, or go on with one of the same ensemble.

        Raises
        ------
        OutputError
            The place cannot be written, holds something else, or has too little room.
        """
        zarr = _zarr(path)
        try:
            if path.exists():
                group = _same(path, layout)
                _sweep(path)
            else:
                _check_room(path, layout)
                group = _begin(path, layout)
        except zarr.errors.GroupNotFoundError as failure:
            raise OutputError(f"cannot write {path}: what is there is no ensemble.") from failure
        except OSError as failure:
            raise OutputError(_explain(failure, path)) from failure
        return cls(path, layout, group)

    @property
    def remaining(self) -> list[int]:
        """Blocks that are still to be computed."""
        return np.flatnonzero(self._group[_BLOCKS][:] == 0).tolist()

    def put(
        self, block: int, values: Mapping[str, NDArray[Any]], failed: Mapping[int, str]
    ) -> None:
        """Write a block: values (members of the block, ...) by name, and why members failed.

        Raises
        ------
        OutputError
            The disk is full, or may no longer be written. Blocks that are done stay done.
        """
        span = self.layout.span(block)
        count = span.stop - span.start
        status = np.full(count, DONE, dtype=np.uint8)
        reason = np.zeros((count, REASON_LENGTH), dtype=np.uint8)
        for member, why in failed.items():
            status[member - span.start] = FAILED
            letters = _cut(why)
            reason[member - span.start, : len(letters)] = np.frombuffer(letters, dtype=np.uint8)
        try:
            for quantity in self.layout.quantities:
                self._group[quantity.name][span] = values[quantity.name]
            self._group[_REASON][span] = reason
            self._group[_STATUS][span] = status
            self._group[_BLOCKS][block] = 1
        except OSError as failure:
            raise OutputError(_explain(failure, self.path)) from failure

    def read(self, name: str, span: slice = slice(None), last: slice = slice(None)) -> NDArray[Any]:
        """Values of some members, and of some places on the last axis."""
        array = self._group[name]
        between = (slice(None),) * (array.ndim - 2)
        return np.asarray(array[(span, *between, last)] if array.ndim > 1 else array[span])

    def failures(self) -> dict[int, str]:
        """Members that failed, and why."""
        failed = np.flatnonzero(self.read(_STATUS) == FAILED)
        found: dict[int, str] = {}
        for block in np.unique(failed // self.layout.block).tolist():
            span = self.layout.span(block)
            letters = self.read(_REASON, span)
            for member in failed[(failed >= span.start) & (failed < span.stop)].tolist():
                raw = bytes(letters[member - span.start]).rstrip(b"\0")
                found[member] = raw.decode("utf-8", "replace")
        return found

    def usable(self, span: slice = slice(None)) -> NDArray[np.bool_]:
        """(M,) true for members that are done and did not fail."""
        return np.asarray(self.read(_STATUS, span) == DONE)


def _zarr(path: Path) -> Any:
    try:
        import zarr
    except ImportError:
        raise OutputError(
            f'cannot write {path}: members are kept with zarr: pip install "spillsim[ensemble]"'
        ) from None
    return zarr


def _sweep(path: Path) -> None:
    """Take away files that were being written when a run was killed."""
    for name in path.rglob("*.partial"):
        name.unlink(missing_ok=True)


def _begin(path: Path, layout: Layout) -> Any:
    """Make the arrays under another name, so that a store is there whole or not at all."""
    import zarr

    partial = path.with_name(f".{path.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    try:
        group = zarr.open_group(partial, mode="w", zarr_format=3)
        extra = [
            Quantity(_STATUS, (), "uint8", {
                "long_name": "what became of the member", "flag_values": [NOT_YET, DONE, FAILED],
                "flag_meanings": "not_yet done failed",
            }),
            Quantity(_REASON, ("letter",), "uint8", {
                "long_name": "why the member failed, in the bytes of UTF-8"}),
        ]  # fmt: skip
        sizes = {**layout.sizes, "letter": REASON_LENGTH}
        for quantity in (*layout.quantities, *extra):
            more = tuple(sizes[name] for name in quantity.dims)
            chunks = (layout.block, *more) if quantity in extra else layout.chunks(quantity)
            empty: Any = np.nan if np.dtype(quantity.dtype).kind == "f" else 0
            group.create_array(
                quantity.name, shape=(layout.members, *more), chunks=chunks,
                dtype=quantity.dtype, fill_value=empty, compressors=None,
                dimension_names=("member", *quantity.dims),
                attributes=dict(quantity.attributes),
            )  # fmt: skip
        group.create_array(
            _BLOCKS, shape=(layout.blocks,), chunks=(1,), dtype="uint8", fill_value=0,
            compressors=None, dimension_names=("block",),
            attributes={"long_name": "whether a block of members is written"},
        )  # fmt: skip
        for name, (dims, values, attributes) in layout.coordinates.items():
            array = group.create_array(
                name, shape=values.shape, chunks=values.shape or "auto",
                dtype=values.dtype,
                compressors=None, dimension_names=dims, attributes=dict(attributes),
            )  # fmt: skip
            array[...] = values
        group.attrs.update(dict(layout.attributes) | {_KEY: _mark(layout)})
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return zarr.open_group(path, mode="r+")


def _mark(layout: Layout) -> dict[str, Any]:
    return {"version": _VERSION, "key": layout.key, "members": layout.members,
            "block": layout.block}  # fmt: skip


def _same(path: Path, layout: Layout) -> Any:
    """The group that is there, if it is of this ensemble."""
    import zarr

    group = zarr.open_group(path, mode="r+")
    mark = group.attrs.get(_KEY)
    if mark is None:
        raise OutputError(f"cannot write {path}: what is there is no ensemble.")
    if mark != _mark(layout):
        words = json.dumps(mark.get("key", "")) if isinstance(mark, dict) else "unknown"
        raise OutputError(
            f"cannot go on with {path}: it is of another ensemble (its key is {words}); "
            "name another place, or remove it."
        )
    return group


def _check_room(path: Path, layout: Layout) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < _ROOM * layout.size:
        raise OutputError(
            f"cannot write {path}: {bytes_of(layout.size)} are needed and {bytes_of(free)} are "
            "free. Keep no curves, or name another place."
        )


def bytes_of(amount: float) -> str:
    """An amount of bytes in words."""
    return f"{amount / 1e9:.3g} GB" if amount >= 1e9 else f"{amount / 1e6:.3g} MB"


def _cut(text: str) -> bytes:
    """The first bytes of a text, without half a letter at the end."""
    return text.encode("utf-8")[:REASON_LENGTH].decode("utf-8", "ignore").encode("utf-8")


def _explain(failure: OSError, path: Path) -> str:
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"cannot write {path}: the disk is full. Blocks of members that are finished are "
            "kept; make room and give the same command to go on."
        )
    return f"cannot write {path}: {failure.strerror or failure}."

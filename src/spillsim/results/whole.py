"""Writing a file whole or not at all: results, figures and schemas take the same way."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..errors import OutputError

_FREE_SPACE_LOW = 1 << 20
"""Less room than this after a failed write means that the disk is full [bytes]."""


def write_whole(path: str | os.PathLike[str], fill: Callable[[Path], None]) -> Path:
    """Write a file through ``fill(temporary path)``, whole or not at all, and return its path.

    The file is first written beside its place under a temporary name and moved there at the end,
    so an existing file stays as it is until the new one is complete. A link is followed: the file
    it points to is replaced, not the link.

    Raises
    ------
    OutputError
        The folder does not exist or cannot be written, the path is a folder or a device, the disk
        is full. Nothing half-written is left, also after an interrupt (which is raised again).
    """
    target = Path(path)
    _refuse_what_is_no_file(target)
    place = Path(os.path.realpath(target)) if target.is_symlink() else target
    partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
    try:
        fill(partial)
        _force_out(partial)
        partial.replace(place)
    except (OSError, RuntimeError) as failure:
        _remove(partial)
        raise OutputError(_explain(failure, target)) from failure
    except BaseException:
        _remove(partial)
        raise
    return target


def check_target(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that can be written, or refuse it before anything is computed.

    Raises
    ------
    OutputError
        The folder does not exist or cannot be written, or the path is a folder, a device or a
        file that may not be changed.
    """
    target = Path(path)
    _refuse_what_is_no_file(target)
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"cannot write {target}: the file there is read-only.")
    try:  # the only sure way to know: permissions, read-only disks and quotas all show here
        with tempfile.TemporaryFile(dir=Path(os.path.realpath(target)).parent):
            pass
    except OSError as failure:
        raise OutputError(_explain(failure, target)) from failure
    return target


def _refuse_what_is_no_file(target: Path) -> None:
    try:
        if target.is_dir():
            raise OutputError(
                f"{target} is a folder; give the name of a file, e.g. {target}/run.nc."
            )
        if not target.parent.is_dir():
            raise OutputError(f"cannot write {target}: there is no folder {target.parent}.")
        if target.exists() and not target.is_file():
            raise OutputError(f"cannot write {target}: it is a device, not a file.")
    except (OSError, ValueError) as failure:  # a name too long, a NUL in it
        raise OutputError(_explain(failure, target)) from failure


def _force_out(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:  # a full disk may only show when the data reaches it
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        # after a failed write HDF5 keeps the file open, and its room would stay taken
        os.truncate(path, 0)
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _explain(failure: Exception, target: Path) -> str:
    number = failure.errno if isinstance(failure, OSError) else None
    closed = number in (errno.EACCES, errno.EPERM, errno.EROFS)
    # netCDF calls a full disk "HDF error" or even "permission denied", so look for oneself
    writable = os.access(target.parent, os.W_OK)
    if number in (errno.ENOSPC, errno.EDQUOT) or (writable and _disk_is_full(target)):
        return f"cannot write {target}: the disk is full; the file was not written."
    if closed or not writable:
        return f"cannot write {target}: no permission to write in {target.parent}."
    reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else failure
    return f"cannot write {target}: {reason}."


def _disk_is_full(target: Path) -> bool:
    """Return whether the disk has next to no room; HDF5 hides the reason of a failed write."""
    try:
        return shutil.disk_usage(target.parent).free < _FREE_SPACE_LOW
    except (OSError, ValueError):
        return False

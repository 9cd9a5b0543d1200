"""Reading the files of a case: only regular, small enough, UTF-8, and near the case folder."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from .base import Section
from .faults import clean, nearest

LARGEST_TABLE = 50_000_000
LARGEST_SCENARIO = 5_000_000
LARGEST_BINARY = 20_000_000_000


class SourceFile(Section):
    """A file as it was when the scenario was read."""

    name: str
    """Path relative to the case folder."""
    sha256: str
    """Checksum of the bytes."""
    text: str
    """Contents; empty for a file that is no text."""


class FileFaultError(Exception):
    """A file cannot be read; carries the words for a Fault."""

    def __init__(self, message: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.line = message, hint, line


def place(folder: Path, name: str) -> Path:
    """Resolve the name of a table.

    The name is relative, with forward slashes. The file it leads to (links followed) must lie
    within the folder that holds the case folder, so that cases side by side can share tables,
    but a scenario from elsewhere cannot look around on the machine that runs it.

    Raises
    ------
    FileFaultError
        absolute, or outside.
    """
    if not name.strip() or any(not c.isprintable() for c in name) or len(name) > 500:
        raise FileFaultError("is not a file name", 'Write e.g. "reaches.csv".')
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or "\\" in name:
        raise FileFaultError(
            "the file name must be relative to the case folder, with forward slashes",
            'Write e.g. "tables/reaches.csv".',
        )
    base = folder.resolve()
    try:
        path = (base / name).resolve()
    except (OSError, RuntimeError) as error:  # a loop of links
        raise FileFaultError(f"the file cannot be found: {error}") from error
    if not path.is_relative_to(base.parent):
        raise FileFaultError(
            "the file lies outside the case folder and the folder around it",
            "Copy the table into the case folder.",
        )
    return path


def read_source(path: Path, name: str, largest: int) -> SourceFile:
    """Read a text file whole.

    Raises
    ------
    FileFaultError
        missing, not a regular file, too large, not readable, or not UTF-8.
    """
    _check(path, name, largest)
    try:
        with path.open("rb") as stream:
            data = stream.read(largest + 1)
    except OSError as error:
        raise FileFaultError(f'the file "{name}" cannot be read: {_reason(error)}') from error
    if len(data) > largest:
        raise FileFaultError(
            f'the file "{name}" grew beyond {largest / 1e6:g} MB while it was read'
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        raise FileFaultError(
            f'the file "{name}" is not UTF-8 text: byte {error.start + 1} is '
            f"0x{data[error.start]:02x}",
            "It looks like UTF-16; save it as UTF-8." if utf16 else "Save it as UTF-8.",
            line,
        ) from error
    return SourceFile(name=name, sha256=hashlib.sha256(data).hexdigest(), text=text)


def read_binary(path: Path, name: str) -> SourceFile:
    """Checksum of a file that is no text, without its contents.

    Raises
    ------
    FileFaultError
        missing, not a regular file, too large, or not readable.
    """
    _check(path, name, LARGEST_BINARY)
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise FileFaultError(f'the file "{name}" cannot be read: {_reason(error)}') from error
    return SourceFile(name=name, sha256=digest, text="")


def _check(path: Path, name: str, largest: int) -> None:
    """Refuse what is missing, no regular file, or too large."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise FileFaultError(f'there is no file "{name}"', _near(path)) from None
    except (OSError, ValueError) as error:
        raise FileFaultError(f'the file "{name}" cannot be read: {_reason(error)}') from error
    if stat.S_ISDIR(status.st_mode):
        raise FileFaultError(f'"{name}" is a folder; a file is needed')
    if not stat.S_ISREG(status.st_mode):
        raise FileFaultError(f'"{name}" is not a regular file')
    if status.st_size > largest:
        raise FileFaultError(
            f'the file "{name}" has {status.st_size / 1e6:,.0f} MB; '
            f"at most {largest / 1e6:g} MB are read"
        )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _near(path: Path) -> str:
    """The nearest file name in the same folder."""
    try:
        names = sorted(entry.name for entry in os.scandir(path.parent))[:1000]
    except OSError:
        return "The folder does not exist either."
    return clean(nearest(path.name, names))

"""Writing a figure whole or not at all."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..network.faults import nearest
from ..results.whole import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".pdf")

_DPI = 200
"""Of a printed figure; text stays sharp and a page stays below a megabyte."""
_WITHOUT_DATE: dict[str, dict[str, Any]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def figure_format(path: str | os.PathLike[str]) -> str:
    """Return the ending of a figure's name.

    Raises
    ------
    OutputError
        The ending is none of ``FORMATS``.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        hint = nearest(ending, FORMATS) or f"Use one of {', '.join(FORMATS)}."
        raise OutputError(f"cannot write {path}: {ending or 'no ending'} is no figure. {hint}")
    return ending


def save(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure to a PNG, SVG or PDF file, whole or not at all, and return its path.

    Raises
    ------
    OutputError
        The ending is not known, the folder does not exist or cannot be written, the disk is full.
    """
    import matplotlib as mpl

    ending = figure_format(path)

    def fill(partial: Path) -> None:
        # text in a PDF as TrueType, as journals ask for; the same SVG from the same figure
        settings = mpl.rc_context({"pdf.fonttype": 42, "svg.hashsalt": "spillsim"})
        with settings, warnings.catch_warnings():
            # a name in letters that the font lacks must not break a run; it shows as boxes
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure.savefig(partial, format=ending[1:], dpi=_DPI, metadata=_WITHOUT_DATE[ending])

    return write_whole(path, fill)

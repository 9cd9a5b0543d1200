"""The small tables that the pack ships, each with its source in its first lines."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

_CASES = "cases"


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table of this room, by header.

    Raises
    ------
    FileNotFoundError
        There is no such table.
    """
    text = (files(__package__) / "data" / name).read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def case_folder(name: str) -> Path:
    """Folder of a case study: from the installed package, or from the repository beside it.

    Raises
    ------
    FileNotFoundError
        It is in neither.
    """
    here = Path(__file__).parent
    for folder in (here / _CASES / name, here.parents[2] / "scenarios" / name):
        if (folder / "scenario.toml").is_file():
            return folder
    raise FileNotFoundError(f"the case study {name} is not part of this installation")

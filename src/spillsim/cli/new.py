"""``spillsim new``: a case to begin from."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from ..scenario import write_facility_template, write_template
from .console import Console


def new(arguments: argparse.Namespace, console: Console) -> int:
    """Write the template case and tell what to do next."""
    folder = Path(arguments.folder)
    if arguments.facility:
        return _facility(folder, console)
    files = write_template(folder)
    for file in files:
        console.wrote(file)
    names = ", ".join(file.name for file in files)
    console.labelled("wrote", f"{folder}: {names}")
    place = shlex.quote(str(folder))
    console.labelled("next", f"spillsim check {place}   tells what would be computed")
    console.line(f"          spillsim run {place}     computes it")
    return 0


def _facility(path: Path, console: Console) -> int:
    """Write the template of a facility file."""
    console.wrote(write_facility_template(path))
    console.labelled("wrote", str(path))
    console.labelled("next", f"spillsim source {shlex.quote(str(path))}   tells what it releases")
    return 0

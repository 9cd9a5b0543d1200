"""``spillsim schema``: for editors that check scenario.toml while it is written."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..errors import OutputError
from ..results.whole import check_target, write_whole
from ..scenario import json_schema
from .console import Console


def schema(arguments: argparse.Namespace, console: Console) -> int:
    """Print the JSON Schema of the scenario file, or write it."""
    if arguments.output is None:
        # ASCII escapes: the same text on every terminal and in every pipe
        console.raw(json.dumps(json_schema(), indent=2) + "\n")
        return 0
    path = Path(arguments.output)
    if path.suffix.lower() != ".json":
        raise OutputError(f"cannot write {path}: the name of a schema must end in .json.")
    check_target(path)
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"

    def fill(partial: Path) -> None:
        partial.write_text(text, encoding="utf-8", newline="\n")

    write_whole(path, fill)
    console.wrote(path)
    console.labelled("wrote", str(path))
    console.labelled("next", f"put  #:schema {path.name}  on the first line of scenario.toml")
    return 0

"""TOML: text to raw data, a syntax error as a fault with its line."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ..errors import Fault, ScenarioError
from .faults import clean
from .files import SourceFile


def read_toml(source: SourceFile, case: str) -> dict[str, Any]:
    """Parse TOML; a syntax error is a fault with its line."""
    if not source.text.strip():
        raise ScenarioError([Fault(source.name, "", "the file is empty")], case)
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        match = re.search(r"\(at line (\d+), column (\d+)\)", text)
        line = int(match[1]) if match else source.text.count("\n") + 1
        words = re.sub(r"\s*\(at [^)]*\)$", "", text)
        column = f" (column {match[2]})" if match else " (at the end of the file)"
        message = f"this is not TOML: {words[:1].lower()}{words[1:]}{column}"
    except RecursionError:
        message, line = "the lists or tables are nested too deeply", None
    except (ValueError, OverflowError) as error:
        message, line = f"this is not TOML: {error}", None
    raise ScenarioError([Fault(source.name, "", clean(message), "", line)], case) from None

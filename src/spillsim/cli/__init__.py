"""The command line: commands, progress, exit codes; no physics."""

from __future__ import annotations

from .main import main

__all__ = ["main"]

"""Many cases with one command: found, checked before anything runs, computed side by side."""

from __future__ import annotations

from .batching import Batch, batch
from .cases import CaseFile, find_cases
from .jobs import Done, Job

__all__ = ["Batch", "CaseFile", "Done", "Job", "batch", "find_cases"]

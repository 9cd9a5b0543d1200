"""What a run of the pack came to: a result for each case, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .case import Case, Report, Score

GROUP_TITLES = {
    "verification": "Exact answers",
    "tracer": "Dye in real rivers",
    "accident": "Real accidents",
}
"""Headings of the groups, in the order in which they are told."""


@dataclass(frozen=True)
class Result:
    """What one case came to."""

    case: Case
    report: Report | None
    """None where the case broke off."""
    failure: str = ""
    """Why it broke off, in one line; empty where it did not."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def scores(self) -> tuple[Score, ...]:
        """Scores of the report; none where the case broke off."""
        return tuple(self.report.scores) if self.report is not None else ()

    @property
    def bounds(self) -> tuple[Score, ...]:
        """Scores that are held to a bound."""
        return tuple(score for score in self.scores if score.bound is not None)

    @property
    def broken(self) -> tuple[Score, ...]:
        """Scores whose bound is broken."""
        return tuple(score for score in self.scores if not score.holds)

    @property
    def holds(self) -> bool:
        """Tell whether the case was computed and all its bounds are kept."""
        return self.report is not None and not self.broken


@dataclass(frozen=True)
class Outcome:
    """What all cases came to."""

    results: tuple[Result, ...]
    """In the order of the pack."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of what computed it."""
    seconds: float = 0.0
    """From the first case to the last one."""
    processes: int = 1

    @property
    def holds(self) -> bool:
        """Tell whether every case was computed and every bound is kept."""
        return all(result.holds for result in self.results)

    @property
    def bounds(self) -> int:
        """Number of bounds of the cases that were computed."""
        return sum(len(result.bounds) for result in self.results)

    @property
    def broken(self) -> int:
        """Number of bounds that are broken."""
        return sum(len(result.broken) for result in self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        """Cases that broke off."""
        return tuple(result for result in self.results if result.report is None)

    def of_group(self, group: str) -> tuple[Result, ...]:
        """Results of the cases of a group."""
        return tuple(result for result in self.results if result.case.group == group)

    def groups(self) -> list[tuple[str, str, tuple[Result, ...]]]:
        """Name, heading and results of every group that has any."""
        found = [(name, title, self.of_group(name)) for name, title in GROUP_TITLES.items()]
        return [entry for entry in found if entry[2]]

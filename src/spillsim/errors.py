"""Faults a user can mend, notices a user should read, and the exceptions that carry them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input, placed so that the user can go straight to it."""

    file: str
    """File name within the case folder, e.g. ``"reaches.csv"``; empty when there is no file."""
    where: str
    """Key path, e.g. ``"release[0].mass"`` or ``'reach "tisza_7": to'``."""
    message: str
    """What was found and what is allowed, as one or two short sentences."""
    hint: str = ""
    """What to do instead, e.g. ``'Did you mean "szolnok"?'``."""
    line: int | None = None
    """Line in ``file``, counted from one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know although the run goes on (an estimate, a doubt)."""

    subject: str
    """What it is about, e.g. ``"gauge szeged"``."""
    message: str
    """The finding with its numbers and units."""


class SpillsimError(Exception):
    """Base of every error that is the user's to mend; the command line ends with exit code 2."""


class ScenarioError(SpillsimError):
    """The scenario cannot be used; carries *all* faults found."""

    def __init__(self, faults: Iterable[Fault], case: str = "") -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        self.case = case
        super().__init__(self.__str__())

    def __str__(self) -> str:
        count = len(self.faults)
        head = f"{self.case or 'scenario'}: {count} fault{'s' if count != 1 else ''}"
        lines = [head, ""]
        for fault in self.faults:
            place = f"{fault.file}:{fault.line}" if fault.line else fault.file
            lines.append(f"  {place}  {fault.where}".rstrip())
            lines.append(f"      {fault.message}")
            if fault.hint:
                lines.append(f"      {fault.hint}")
        return "\n".join(lines)


class SimulationError(SpillsimError):
    """The computation cannot go on; says where (reach), when and with which value."""


class OutputError(SpillsimError):
    """A result cannot be written or read; nothing half-written is left behind."""

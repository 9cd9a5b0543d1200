"""Changed values of a scenario, and what one was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import SpillsimError
from .base import Section
from .contents import Value
from .uncertain import Aim

if TYPE_CHECKING:
    from .files import SourceFile
    from .reading import Reading


@dataclass(frozen=True, slots=True)
class Change:
    """A value in place of what the file says, or a factor upon it."""

    aim: Aim
    value: Value
    """In SI; a factor as a plain number."""

    @property
    def key(self) -> str:
        """Path of the key or cell; empty for a factor."""
        return self.aim.key

    @property
    def factor_of(self) -> str:
        """What the value multiplies; empty for a key or cell."""
        return self.aim.factor_of

    @property
    def reaches(self) -> tuple[str, ...]:
        """Reaches that a factor is for, empty for the whole network."""
        return self.aim.reaches


class ChangedScenarioError(SpillsimError):
    """A scenario was changed in Python after it was read, so that it cannot be read again."""

    def __init__(self) -> None:
        super().__init__(
            "the scenario was changed after it was read, so it cannot be read again with other "
            "values; change the data it is made of instead (spillsim.parse takes a dict)"
        )


class Written:
    """What a scenario was read from; tells no two scenarios apart."""

    __slots__ = ("_fields", "data", "files", "folder", "lines", "merged", "name", "source")

    def __init__(self, reading: Reading, data: Mapping[str, Any]) -> None:
        self.data = data
        """As written, with its regimes and measures."""
        self.merged = reading.data
        """With those of the scenario merged into it."""
        self.source: SourceFile = reading.source
        self.folder, self.name = reading.folder, reading.name
        self.lines = reading.faults.lines
        self.files = {name: file for name, file in reading.files.items() if file is not None}
        self._fields: dict[str, Any] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written)

    __hash__ = None  # type: ignore[assignment]

    def keep(self, scenario: Section) -> None:
        """Remember what the scenario was when it was read."""
        self._fields = dict(scenario.__dict__)

    def still(self, scenario: Section) -> bool:
        """Tell whether a scenario is what was read, and not a copy with other parts."""
        now = scenario.__dict__
        return now.keys() == self._fields.keys() and all(
            value is now[name] for name, value in self._fields.items()
        )


def with_values(data: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """Raw data with the values of keys; what they do not touch is shared."""
    found = dict(data)
    for change in changes:
        if change.aim.path:
            _put(found, change.aim.path, change.aim.content.write(change.value))
    return found


def _put(holder: Any, path: Sequence[str | int], value: Any) -> None:
    """Put a value into a copy of what is on its way."""
    head, *rest = path
    if not rest:
        holder[head] = value
        return
    inner = holder[head] if isinstance(head, int) else holder.get(head, {})
    holder[head] = list(inner) if isinstance(inner, list | tuple) else dict(inner)
    _put(holder[head], rest, value)


def cells_of(changes: Sequence[Change]) -> dict[tuple[str, str, str], float | str]:
    """The cells that changes are for, see ``Reading.cells``."""
    return {
        (change.aim.table, change.aim.row, change.aim.column): change.value
        for change in changes
        if change.aim.table
    }

"""Ice on rivers: the section ``[ice]`` and what it must agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from .base import Section
from .fields import Identifier, Name, PositiveLength

if TYPE_CHECKING:
    from .draft import Draft
    from .tables import Table

_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each


class Ice(Section):
    """Ice cover: its rough underside slows the water, and nothing is lost to the air below it."""

    manning_n: float = Field(
        gt=0, le=1, description="Manning's roughness of the underside of the ice, s/m^(1/3)"
    )
    thickness: PositiveLength | None = Field(
        default=None, description="of the ice; told, changes nothing"
    )
    rivers: Annotated[tuple[Name, ...] | None, Field(strict=False)] = Field(
        default=None, description="rivers under ice; with neither these nor reaches, all are"
    )
    reaches: Annotated[tuple[Identifier, ...] | None, Field(strict=False)] = Field(
        default=None, description="ids of further reaches under ice"
    )
    backwater: Annotated[tuple[Identifier, ...], Field(strict=False)] = Field(
        default=(),
        description="ids of reaches whose level a dam holds, so that ice does not slow them",
    )

    def covers(self, reach: str, river: str) -> bool:
        """Tell whether a reach lies under the ice."""
        if self.rivers is None and self.reaches is None:
            return True
        return river in (self.rivers or ()) or reach in (self.reaches or ())


def check_ice(draft: Draft) -> None:
    """Add the faults of ``[ice]``: rivers and reaches that do not exist."""
    if draft.ice is None or draft.reaches is None:
        return
    ids, rivers = (_known(draft.reaches, column) for column in ("id", "river"))
    for key, known, what in (
        ("rivers", rivers, "river"), ("reaches", ids, "reach"), ("backwater", ids, "reach"),
    ):  # fmt: skip
        names = getattr(draft.ice, key) or ()
        for number, name in enumerate(names if known is not None else ()):
            if name not in (known or ()):
                _tell(draft, f"ice.{key}[{number}]", what, name, known or {})


def _known(table: Table, column: str) -> dict[str, None] | None:
    """The names in a column; None where a row could not be read, so that one may be missing."""
    if not table.complete or not table.sound:
        return None
    return dict.fromkeys(row.cells[column] for row in table.rows if column in row.cells)


def _tell(draft: Draft, where: str, what: str, name: str, known: dict[str, None]) -> None:
    from .faults import any_of, nearest, quoted

    near = nearest(name, known) if len(draft.faults.found) < _MOST_HINTS else ""
    hint = near or (f"There are: {any_of(known)}." if known else "")
    draft.faults.add(where, f"there is no {what} {quoted(name)}", hint)

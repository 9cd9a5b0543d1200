"""What the section ``[ice]`` must agree with."""

from __future__ import annotations

from .draft import Draft
from .faults import any_of, nearest, quoted
from .tables import Table

_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each


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
    near = nearest(name, known) if len(draft.faults.found) < _MOST_HINTS else ""
    hint = near or (f"There are: {any_of(known)}." if known else "")
    draft.faults.add(where, f"there is no {what} {quoted(name)}", hint)

"""Writing down the whole river at chosen steps."""

from __future__ import annotations

from .arrays import (
    ABSTRACTED,
    DECAY_HIGH,
    DECAY_LOW,
    DECAYED,
    HIGH,
    LOST,
    LOW,
    MASS,
    PAST,
    RELEASED,
    STORAGE,
    SUMMED,
    FloatArray,
    IntArray,
    Medium,
    Reactions,
    Record,
)
from .compiler import inner


@inner
def is_due(row: int, at_step: IntArray, step: int) -> bool:
    """Tell whether the next row of a record is to be written at the end of a step."""
    return bool(row < at_step.shape[0] and at_step[row] == step + 1)


@inner
def total_of(values: FloatArray) -> float:
    """Sum, in four strands that do not wait for each other."""
    a = b = c = d = 0.0
    whole = values.shape[0] // 4 * 4
    for i in range(0, whole, 4):
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
    for i in range(whole, values.shape[0]):
        a += values[i]
    return (a + b) + (c + d)


@inner
def add_cells(
    a: int, b: int, values: FloatArray, row: int, column: int, ledger: FloatArray
) -> None:
    """Add what the cells from a to b hold to a column of the ledger."""
    members = ledger.shape[0]
    if members == 1:
        ledger[0, row, column] += total_of(values[a:b])
        return
    for i in range(a, b):
        for j in range(members):
            ledger[j, row, column] += values[i * members + j]


@inner
def add_path(
    row: int, window: tuple[int, int], outlet: int, stores: bool, mass: FloatArray,
    storage: FloatArray, ledger: FloatArray,
) -> None:  # fmt: skip
    """Add what is in the window of a path to the ledger; beyond the outlet it is past it."""
    low, high = window
    cut = min(max(outlet, low), high)
    add_cells(low, cut, mass, row, 1, ledger)
    if cut < high:
        add_cells(cut, high, mass, row, 5, ledger)
    if stores:
        add_cells(low, cut, storage, row, 2, ledger)
        add_cells(cut, high, storage, row, 5, ledger)


@inner
def sum_fixed(a: int, b: int, reactions: Reactions) -> None:
    """Bring the sums of the fixed pools up to date by what changed in the cells from a to b."""
    noted = reactions.noted
    for f in range(reactions.fixed.shape[0]):
        lies, known = reactions.fixed[f, a:b], noted[f, a:b]
        more = 0.0
        for i in range(lies.shape[0]):
            more += lies[i] - known[i]
            known[i] = lies[i]
        noted[f, noted.shape[1] - 1] += more


@inner
def sum_decayed(
    spans: IntArray, outlet: int, cells: FloatArray, total: FloatArray, reactions: Reactions
) -> None:
    """Add up what decayed in a path since this was done last; ``spans`` as in ``State.paths``.

    What decayed in the cells beyond the outlet is past it, and so is what lies there.
    """
    members = total.shape[1]
    first, last = spans[DECAY_LOW], spans[DECAY_HIGH]
    decayed, summed = cells[DECAYED], cells[SUMMED]
    if reactions.fixed.shape[0] > 0:
        sum_fixed(first, max(min(outlet, last), first), reactions)
    if members == 1:
        cut = min(max(outlet, first), max(first, last))
        total[LOST, 0] += total_of(decayed[first:cut])
        total[PAST, 0] += total_of(decayed[cut:last])
        for i in range(first, last):
            summed[i] += decayed[i]
            decayed[i] = 0.0
    else:
        for i in range(first, last):
            row = LOST if i < outlet else PAST
            for j in range(members):
                total[row, j] += decayed[i * members + j]
                summed[i * members + j] += decayed[i * members + j]
                decayed[i * members + j] = 0.0
    spans[DECAY_LOW], spans[DECAY_HIGH] = spans[LOW], spans[LOW]


@inner
def add_totals(
    row: int, total: FloatArray, ledger: FloatArray, noted: FloatArray, fixed: FloatArray
) -> None:
    """Complete a row of the ledger by what does not lie in a window."""
    for f in range(noted.shape[0]):
        fixed[row, f] = noted[f, noted.shape[1] - 1]
    for j in range(total.shape[1]):
        ledger[j, row, 0] = total[RELEASED, j]
        ledger[j, row, 3] = total[LOST, j]
        ledger[j, row, 4] = total[ABSTRACTED, j]
        ledger[j, row, 5] += total[PAST, j]


@inner
def write_alone(
    row: int, spans: IntArray, outlet: int, medium: Medium, cells: FloatArray,
    total: FloatArray, record: Record,
) -> None:  # fmt: skip
    """Write a row of the ledger where one path alone is active."""
    reactions = medium.reactions
    window = (spans[LOW], spans[HIGH])
    add_path(row, window, outlet, medium.has_storage, cells[MASS], cells[STORAGE],
             record.ledger)  # fmt: skip
    if medium.decays:
        sum_decayed(spans, outlet, cells, total, reactions)
    add_totals(row, total, record.ledger, reactions.noted, record.fixed)


@inner
def write_ledger(
    row: int, active: IntArray, spans: IntArray, outlet: IntArray, medium: Medium,
    cells: FloatArray, total: FloatArray, record: Record,
) -> None:  # fmt: skip
    """Sum what is in the river and in storage; independent of the running totals."""
    reactions = medium.reactions
    for k in range(1, active[0] + 1):
        p = active[k]
        add_path(row, (spans[LOW, p], spans[HIGH, p]), outlet[p], medium.has_storage, cells[MASS],
                 cells[STORAGE], record.ledger)  # fmt: skip
        if medium.decays:
            sum_decayed(spans[:, p], outlet[p], cells, total, reactions)
    add_totals(row, total, record.ledger, reactions.noted, record.fixed)


@inner
def write_field(
    row: int, active: IntArray, spans: IntArray, inverse: FloatArray, mass: FloatArray,
    record: Record, fixed: FloatArray,
) -> None:  # fmt: skip
    """Write the concentration of all cells, and what lies in their fixed pools."""
    field, lying = record.field, record.fixed_field
    members = field.shape[0]
    for f in range(fixed.shape[0]):
        for i in range(fixed.shape[1]):
            lying[row, f, i] = fixed[f, i]
    for k in range(1, active[0] + 1):
        p = active[k]
        for i in range(spans[LOW, p], spans[HIGH, p]):
            for j in range(members):
                at = i * members + j
                field[j, row, i] = mass[at] * inverse[at]

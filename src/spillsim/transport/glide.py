"""The inner loop: one path, as many steps as nothing comes in from outside.

All bundles are taken apart before the first step; from there on there are bare arrays only.
"""

from __future__ import annotations

from .arrays import (
    BACK,
    CARRIED,
    CONCENTRATION,
    CONDUCTANCE,
    CORRECTION,
    DECAY_HIGH,
    DECAY_LOW,
    DECAYED,
    FLOOR,
    FLUX,
    HIGH,
    HOLD,
    INTO,
    INVERSE,
    LOW,
    MASS,
    PAST,
    PEAK,
    PEAK_STEP,
    RELEASED,
    STAY,
    STORAGE,
    THINNED,
    Feed,
    FloatArray,
    Gauges,
    IntArray,
    Medium,
    Record,
    State,
    Watch,
)
from .compiler import inner, part
from .gliding import note_sums, react_watched
from .observe import NEAR, find_near, note_rows
from .passes import carry, disperse, exchange_alone, note_peaks, settle
from .snapshots import write_alone
from .windows import BLOCK, grow, holds, trim

TRIM_EVERY = 8
"""Steps between two looks at whether a window can shrink."""
NOWHERE = 1 << 60
CLOSING = 4 * BLOCK
"""Cells below which a window at its path's end is looked at for closing."""


@inner
def take_in(
    p: int, rows: tuple[int, int], place: IntArray, added: FloatArray, mass: FloatArray,
    released: FloatArray,
) -> None:  # fmt: skip
    """Put one part of a step's release into the cells of a path."""
    members = released.shape[0]
    for k in range(rows[0], rows[1]):
        if place[1, k] == p:
            for j in range(members):
                mass[place[0, k] * members + j] += added[k, j]
                released[j] += added[k, j]


@inner
def pass_places(
    mass: FloatArray, members: int, cell: IntArray, near: IntArray, through: FloatArray
) -> None:
    """Count the mass that a shift takes through the downstream faces of near places' cells."""
    for k in range(1, near[0] + 1):
        s = near[k]
        for j in range(members):
            through[s, j] += mass[cell[s] * members + j]


@inner
def pass_faces(
    a: int, b: int, flux: FloatArray, members: int, cell: IntArray, near: IntArray,
    through: FloatArray,
) -> None:  # fmt: skip
    """Count the mass that dispersion takes through the downstream faces of near places' cells."""
    for k in range(1, near[0] + 1):
        s = near[k]
        if a < cell[s] + 1 < b:
            for j in range(members):
                through[s, j] += flux[(cell[s] + 1) * members + j]


@part
def set_off(
    a: int, b: int, ends: tuple[int, int, int], reach: int, drifts: bool, mass: FloatArray,
    floor: FloatArray, leaving: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Window after a step in which the water moves by one cell; lets out what leaves the path.

    A window that ``drifts`` moves along with the water, but for what may still get to the path's
    head.
    """
    members = floor.shape[0]
    top = b * members
    if b == ends[1]:
        for i in range(members):
            leaving[i] += mass[top - members + i]
            mass[top - members + i] = 0.0
    elif drifts:
        b += 1
    if drifts and (a > ends[0] or not holds(a, min(a + reach, b), members, mass, floor)):
        a += 1
    return a, b


@part
def withhold(
    a: int, b: int, members: int, mouths: tuple[int, int], cell: IntArray, shares: FloatArray,
    brought: FloatArray, carried: FloatArray, c: FloatArray,
) -> None:  # fmt: skip
    """Concentration below mouths of what is there before all that comes in has."""
    for k in range(mouths[0], mouths[1]):
        if a <= cell[k] < b:
            for j in range(members):
                i, m = cell[k] * members + j, k * members + j
                c[i] = (carried[i] - shares[1, m] * brought[m]) * shares[0, m]


@part
def move(
    a: int, b: int, back: int, stays: bool, fed: bool, own: tuple[int, int, int, IntArray],
    coefficients: tuple[FloatArray, ...], arrays: tuple[FloatArray, ...], cell: IntArray,
    near: IntArray, through: FloatArray,
) -> None:  # fmt: skip
    """Take the water from ``back`` entries upstream and disperse it.

    ``stays`` tells that what is in the window's last cell does not move out of it, ``fed`` that
    tributaries may have brought something; ``own`` is the number of substeps, the first and one
    past the last mouth, and the cells below mouths.
    """
    thinned, inverse, conductance, correction, mouth = coefficients
    mass, carried, c, flux, brought = arrays
    substeps, first, past, mouth_cell = own
    members = through.shape[1]
    lo, hi = a * members, b * members
    for n in range(substeps):
        carry(lo, hi, members, back if n == 0 else 0, mass, thinned if n == 0 else inverse,
              carried, c)  # fmt: skip
        if stays and n == 0:
            # next to nothing, but no mass may be lost
            for i in range(hi - members, hi):
                carried[i] += mass[i]
                c[i] = carried[i] * thinned[i]
                c[i + members] = 0.0
        if fed or n > 0:
            withhold(a, b, members, (first, past), mouth_cell, mouth[:, n], brought, carried, c)
        disperse(lo, hi, members, conductance, correction, c, flux)
        if near[0] > 0:
            pass_faces(a, b, flux, members, cell, near, through)
        settle(lo, hi, members, carried, flux, mass)
    if fed:
        for i in range(first * members, past * members):
            brought[i] = 0.0


@inner
def next_place(b: int, places: tuple[int, int], cell: IntArray) -> int:
    """First place of a path that a window ending at ``b`` is not near to yet, as a cell."""
    found = NOWHERE
    for s in range(places[0], places[1]):
        if cell[s] >= b + NEAR:
            found = min(found, cell[s])
    return found


@inner
def glide(
    p: int, span: tuple[int, int], moved: bool, begin: int, ledger_row: int,
    ends: tuple[int, int, int], outlet: bool, places: tuple[int, int], mouths: tuple[int, int],
    rows: tuple[int, int], gauges: Gauges, medium: Medium, feed: Feed, state: State, watch: Watch,
    record: Record,
) -> tuple[int, int]:  # fmt: skip
    """March one path over the steps of ``span``, or until something may leave it for another.

    Parameters
    ----------
    p : the path; ``ends`` its first cell, one past its last and one past its last above the
        outlet; ``outlet`` tells that it ends at the outlet; ``places`` and ``mouths`` the first
        and one past the last place and mouth on it
    span : first step and one past the last
    moved : advection is done already and what comes in early is in (then ``span`` is one step)
    begin : step at which the rows of ``watch`` begin
    ledger_row : next row of the ledger, where this path is the only active one, else -1
    rows : releases of the step

    Returns
    -------
    int, int
        The step reached and the next row of the ledger.
    """
    total, cells, own = state.total, state.cells, medium.cells
    mass, storage, peak, peak_step = cells[MASS], cells[STORAGE], cells[PEAK], cells[PEAK_STEP]
    carried, c, flux, decayed = cells[CARRIED], cells[CONCENTRATION], cells[FLUX], cells[DECAYED]
    coefficients = (own[THINNED], own[INVERSE], own[CONDUCTANCE], own[CORRECTION], medium.mouths)
    shares = (own[STAY], own[BACK], own[INTO], own[HOLD])
    has_storage, decays, substeps = medium.has_storage, medium.decays, medium.substeps
    through, near, noted, stamp = watch.through[0], watch.near, watch.rows, watch.stamp
    last, floor, spans = watch.ends[2], total[FLOOR], state.paths[:, p]
    cell, seen = gauges.cell, (gauges.cell, gauges.offset, gauges.reach_back)
    ledger_step, reactions, reacts = record.ledger_step, medium.reactions, medium.reacts
    lasting, inverse, peaks = has_storage or medium.returns, own[INVERSE], medium.peaks
    leaving, members = total[PAST] if outlet else state.outflow[p], floor.shape[0]
    a, b, mixing = spans[LOW], spans[HIGH], (substeps, mouths[0], mouths[1], medium.mouth_cell)
    arrays, reacting = (mass, carried, c, flux, state.brought), (mass, storage, decayed)
    work, reach, step, coming = 0, 2 * substeps + 1, span[0], -1
    while step < span[1]:
        before, way, stays = a, 0, False
        if not moved:
            a, b = grow(a, b, ends, reach, members, mass, floor)
            if near[0] > 0 or b + NEAR > coming or a < before:
                find_near(a, b, places[0], places[1], cell, near)
                coming = next_place(b, places, cell)
                note_rows(step, step - begin, members, cell, mass, through, near, noted, stamp,
                          last)  # fmt: skip
                pass_places(mass, members, cell, near, through)
            before, way, stays = a, members, lasting and b < ends[1]
            a, b = set_off(a, b, ends, reach, not lasting, mass, floor, leaving)
        move(a, b, way, stays, moved, mixing, coefficients, arrays, cell, near, through)
        for i in range(before * members, a * members):
            mass[i] = 0.0
        lo, hi = a * members, b * members
        if reacts:
            react_watched(a, b, near, seen, through, reactions, reacting)
        else:
            exchange_alone(lo, hi, has_storage, decays, shares, reacting, carried, c)
        if moved:
            take_in(p, rows, feed.place, feed.mass[1], mass, total[RELEASED])
        elif step % TRIM_EVERY == 0:
            a, b = trim(a, b, reach, members, mass, storage, floor, reactions)
        step += 1
        if reacts:
            note_sums(a, b, float(step), moved, reactions, mass, peak, peak_step)
        elif peaks:
            note_peaks(a * members, b * members, float(step), mass, inverse, peak, peak_step)
        spans[DECAY_LOW] = min(spans[DECAY_LOW], lo // members)
        spans[DECAY_HIGH] = max(spans[DECAY_HIGH], hi // members)
        if near[0] > 0:
            note_rows(step, step - begin, members, cell, mass, through, near, noted, stamp, last)
        work += b - a
        if b == ends[1] and not outlet:
            break
        if 0 <= ledger_row < ledger_step.shape[0] and ledger_step[ledger_row] == step:
            spans[LOW], spans[HIGH] = a, b
            write_alone(ledger_row, spans, ends[2], medium, cells, total, record)
            ledger_row += 1
        if b == ends[1] and b - a < CLOSING:
            break
    spans[LOW], spans[HIGH] = a, b
    state.work[0] += work * members
    return step, ledger_row

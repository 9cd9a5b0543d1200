"""What holds between reactions and the substances that they turn into each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .check_constituents import is_whole, unknown, whole
from .draft import Draft
from .faults import Faults, quoted
from .reactions import Reaction
from .substances import Substance

_GROWTH = 1e-9
"""Relative growth of mass around a cycle that rounding explains."""


def check_reactions(draft: Draft) -> None:
    """Add the faults of reactions: names, rates, and cycles that make mass of nothing."""
    faults = draft.faults
    substances = {one.name: one for one in whole(draft.substances)}
    solids = [one.name for one in whole(draft.solids)]
    complete = is_whole(draft)
    sound = []
    for reaction in whole(draft.reactions):
        where = reaction._where
        _check_rate(faults, reaction)
        if reaction.from_substance in solids:
            faults.add(f"{where}.from", f"{quoted(reaction.from_substance)} are solids, which do "
                       "not react", "Let a [[substance]] react.")  # fmt: skip
        elif reaction.from_substance not in substances and complete:
            unknown(faults, f"{where}.from", "substance", reaction.from_substance, substances)
        if reaction.to not in (*substances, *solids) and complete:
            known = (*substances, *solids)
            unknown(faults, f"{where}.to", "substance", reaction.to, known)
        if reaction.to == reaction.from_substance:
            faults.add(f"{where}.to", f"{quoted(reaction.to)} turns into itself",
                       "What vanishes has a decay_rate.")  # fmt: skip
        else:
            sound.append(reaction)
        if reaction.radioactive:
            _check_radioactive(faults, reaction, substances.get(reaction.from_substance), solids)
    _check_growth(faults, sound)


def _check_rate(faults: Faults, reaction: Reaction) -> None:
    if (reaction.rate is None) == (reaction.half_life is None):
        given = "both are given" if reaction.rate is not None else "neither is given"
        faults.add(reaction._where, f"needs either a rate or a half_life; {given}",
                   'E.g. rate = "0.1 1/d".')  # fmt: skip


def _check_radioactive(
    faults: Faults, reaction: Reaction, parent: Substance | None, solids: Sequence[str]
) -> None:
    """Nuclei know neither light nor warmth, and decay once."""
    where = reaction._where
    if reaction.light:
        faults.add(f"{where}.light", "radioactive decay does not need light", "Leave it out.")
    if reaction.temperature_coefficient != 1.0:
        faults.add(f"{where}.temperature_coefficient",
                   "radioactive decay does not depend on temperature", "Leave it out.")  # fmt: skip
    if reaction.to in solids:
        faults.add(f"{where}.to", f"{quoted(reaction.to)} are solids; the product of radioactive "
                   "decay is a [[substance]], bound to what its parent was bound to")  # fmt: skip
    if parent is not None and parent.half_life is not None:
        faults.add(
            where, f"{quoted(parent.name)} has a half_life of its own: it would decay twice",
            f"Leave out {parent._where}.half_life.",
        )  # fmt: skip


def _check_growth(faults: Faults, reactions: Sequence[Reaction]) -> None:
    """A cycle of reactions gives back no more than went in.

    The yields around a cycle multiply to more than one exactly where the sum of -log(yield) is
    negative (Bellman 1958, Ford 1956).
    """
    cycle = _growing_cycle(reactions)
    if not cycle:
        return
    way = " -> ".join(quoted(one.from_substance) for one in cycle)
    product = math.prod(one.yield_ for one in cycle)
    first = min(cycle, key=reactions.index)
    faults.add(
        f"{first._where}.yield",
        f"the cycle {way} -> {quoted(cycle[0].from_substance)} multiplies mass by {product:.6g}: "
        "its yields make mass of nothing",
        "Yields around a cycle multiply to one, or less.",
    )


def _growing_cycle(reactions: Sequence[Reaction]) -> list[Reaction]:
    """Reactions around a cycle whose yields multiply to more than one, none if there is none."""
    length = {name: 0.0 for one in reactions for name in (one.from_substance, one.to)}
    by: dict[str, Reaction] = {}
    last = ""
    for _ in range(len(length)):
        last = ""
        for one in reactions:
            found = length[one.from_substance] - math.log(one.yield_)
            if found < length[one.to] - _GROWTH:
                length[one.to], by[one.to], last = found, one, one.to
        if not last:
            return []
    at = last
    back: list[str] = []  # against the flow of mass into the cycle, and once around it
    while at in by and at not in back:
        back.append(at)
        at = by[at].from_substance
    around = back[back.index(at) :] if at in back else []
    return [by[name] for name in reversed(around)]

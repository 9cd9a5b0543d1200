"""What every constituent consists of: pools that go with the water, and pools that stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..scenario.substances import Substance

RIVER_MATTER = -2
"""Carrier of what is bound to the river's own suspended matter."""
SUSPENDED_MATTER, BED = "suspended_matter", "bed"
"""What a substance may sorb to besides size classes, as the scenario names it."""


@dataclass(frozen=True)
class Pool:
    """One part of a constituent."""

    constituent: int
    form: str
    """Mobile: ``dissolved``, ``floating``, ``solids`` or ``bound``; fixed: ``bed``,
    ``bed_sorbed``, ``decayed``, ``volatilised``, ``transformed`` or ``stranded``."""
    carrier: int = -1
    """Constituent that carries it, -2 for the river's own suspended matter, -1 for none; of what
    was transformed the number of the reaction."""


@dataclass(frozen=True)
class Pools:
    """All pools of a case; those of one constituent side by side among the mobile ones."""

    mobile: tuple[Pool, ...]
    fixed: tuple[Pool, ...]
    """Those that may come back to the water first, then sinks, which only count."""
    gains: tuple[tuple[int, int, float], ...] = ()
    """Of every reaction the fixed pool that counts what was transformed, the constituent that it
    becomes, and how much of that for its mass [-]."""

    @property
    def constituents(self) -> int:
        """Number of constituents."""
        return 1 + self.mobile[-1].constituent

    @property
    def states(self) -> int:
        """Number n of states of a cell: mobile pools, the storage zone of each, fixed pools."""
        return 2 * len(self.mobile) + len(self.fixed)

    def first(self, constituent: int) -> int:
        """Mobile pool of a constituent's dissolved part, or of the grains."""
        return next(i for i, pool in enumerate(self.mobile) if pool.constituent == constituent)

    def bound(self, constituent: int, carrier: int) -> int | None:
        """Mobile pool of what is bound to a carrier."""
        wanted = Pool(constituent, "bound", carrier)
        return self.mobile.index(wanted) if wanted in self.mobile else None

    def fixed_state(self, constituent: int, form: str, carrier: int = -1) -> int | None:
        """State of a fixed pool, counted after the mobile pools and their storage zones."""
        wanted = Pool(constituent, form, carrier)
        if wanted not in self.fixed:
            return None
        return 2 * len(self.mobile) + self.fixed.index(wanted)

    def release_pool(self, constituent: int, carrier: int) -> int:
        """Mobile pool that a release goes into; carrier -1 for the dissolved part or grains."""
        bound = None if carrier == -1 else self.bound(constituent, carrier)
        return self.first(constituent) if bound is None else bound


def carrier_of(scenario: Scenario, name: str) -> int:
    """Number by which pools know a carrier: a constituent, or the river's own matter."""
    if name == SUSPENDED_MATTER:
        return RIVER_MATTER
    return [one.name for one in scenario.constituents].index(name)


def reasons_for_pools(scenario: Scenario) -> list[tuple[str, str]]:
    """Why one dissolved part with one loss is not enough: (key path, words); empty if it is."""
    found = [(f"solids[{n}]", f"{one.name} settles") for n, one in enumerate(scenario.solids)]
    for n, one in enumerate(scenario.substances):
        key = f"substance[{n}]"
        if one.sorption:
            found.append((f"{key}.sorption", f"{one.name} sorbs"))
        if one.form == "floating":
            found.append((f"{key}.form", f"{one.name} floats"))
        if one.photolysis_rate > 0.0:
            found.append((f"{key}.photolysis_rate", f"light destroys {one.name}"))
        if one.volatilisation is not None:
            found.append((f"{key}.volatilisation", f"{one.name} volatilises"))
    found += [
        (f"reaction[{n}]", f"{one.from_substance} turns into {one.to}")
        for n, one in enumerate(scenario.reactions)
    ]
    return found


def build_pools(scenario: Scenario, always: bool = False) -> Pools | None:
    """Pools of all constituents; None where each is dissolved and has one loss at most.

    Fixed are, for every size class, its bed and the beds of what is bound to it; for a substance
    that sorbs to the river's bed its part there; and a sink for every way in which some of a
    constituent can be lost. What turns into something else has a sink for every reaction, so that
    what the other gains is known by its origin.

    always : pools also where they are not needed
    """
    if not (always or reasons_for_pools(scenario)):
        return None
    first_class = len(scenario.substances)
    mobile: list[Pool] = []
    beds: list[Pool] = []
    sinks: list[Pool] = []
    for n, one in enumerate(scenario.substances):
        mobile.append(Pool(n, one.form))
        grains = [carrier_of(scenario, pair.to) for pair in one.sorption if pair.to != BED]
        for carrier in sorted(grains):
            mobile.append(Pool(n, "bound", carrier))
            if carrier >= 0:
                beds.append(Pool(n, "bed", carrier))
        if any(pair.to == BED for pair in one.sorption):
            beds.append(Pool(n, "bed_sorbed"))
        sinks += [Pool(n, form) for form in _sinks(one)]
        sinks += [
            Pool(n, "transformed", number)
            for number, reaction in enumerate(scenario.reactions)
            if reaction.from_substance == one.name
        ]
    for n in range(first_class, first_class + len(scenario.solids)):
        mobile.append(Pool(n, "solids"))
        beds.append(Pool(n, "bed"))
    fixed = (*beds, *sinks)
    names = [one.name for one in scenario.constituents]
    gains = []
    for number, reaction in enumerate(scenario.reactions):
        sink = Pool(names.index(reaction.from_substance), "transformed", number)
        gains.append((fixed.index(sink), names.index(reaction.to), reaction.yield_))
    return Pools(tuple(mobile), fixed, tuple(gains))


def _sinks(substance: Substance) -> list[str]:
    """Ways in which some of a substance can be lost for good."""
    found = []
    if substance.decays or substance.photolysis_rate > 0.0:
        found.append("decayed")
    if substance.gas_exchange_rate > 0.0 or substance.volatilisation is not None:
        found.append("volatilised")
    if substance.form == "floating" and substance.stranding_rate > 0.0:
        found.append("stranded")
    return found

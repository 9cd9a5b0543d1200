"""What every constituent consists of: pools that go with the water, and pools that stay."""

from __future__ import annotations

from dataclasses import dataclass

RIVER_MATTER = -2
"""Carrier of what is bound to the river's own suspended matter."""


@dataclass(frozen=True)
class Pool:
    """One part of a constituent."""

    constituent: int
    form: str
    """Mobile: ``dissolved``, ``floating``, ``solids`` or ``bound``; fixed: ``bed``,
    ``bed_sorbed``, ``decayed``, ``volatilised``, ``transformed`` or ``stranded``."""
    carrier: int = -1
    """Constituent that carries it, -2 for the river's own suspended matter, -1 for none."""


@dataclass(frozen=True)
class Pools:
    """All pools of a case; those of one constituent side by side among the mobile ones."""

    mobile: tuple[Pool, ...]
    fixed: tuple[Pool, ...]
    """Those that may come back to the water first, then sinks, which only count."""

    def first(self, constituent: int) -> int:
        """Mobile pool of a constituent's dissolved part, or of the grains."""
        return next(i for i, pool in enumerate(self.mobile) if pool.constituent == constituent)

    def of(self, form: str, constituent: int, carrier: int = -1) -> int | None:
        """Number of a pool among those of its kind; None where there is none."""
        wanted = Pool(constituent, form, carrier)
        for pools in (self.mobile, self.fixed):
            if wanted in pools:
                return pools.index(wanted)
        return None

"""Cases of the gallery that can be read, but not run yet."""

from __future__ import annotations

WAITING = {
    "cyanide",
    "decay_chain",
    "floating",
    "solids",
    "sorption",
    "two_pools",
}

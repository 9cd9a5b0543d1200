"""Cases and volume balance of a tailings dam breach analysis after CDA (2021)."""

from __future__ import annotations

from dataclasses import dataclass

CASES = {
    "1A": "pond at the dam, tailings may liquefy: process I and II",
    "1B": "pond at the dam, tailings do not liquefy: process I",
    "2A": "no pond at the dam, tailings may liquefy: process II",
    "2B": "neither: a slump that stays near the dam",
}
"""Canadian Dam Association (2021), Technical Bulletin: Tailings Dam Breach Analysis; the names of
the cases are recalled. Process I: the pond flows out and carries tailings that it erodes.
Process II: liquefied tailings flow."""


def breach_case(*, has_pond: bool, liquefiable: bool) -> str:
    """Which of the four cases of CDA (2021) a facility is."""
    return ("1" if has_pond else "2") + ("A" if liquefiable else "B")


@dataclass(frozen=True)
class BreachBalance:
    """Where the volumes of a breach go [m3]."""

    pond: float
    """Water of the pond that flows out."""
    eroded: float
    """Tailings that this water erodes and carries away."""
    liquefied: float
    """Tailings that flow by themselves."""
    embankment: float = 0.0
    """Fill of the dam that goes along."""

    @property
    def process_1_outflow(self) -> float:
        """Volume of the flood: pond and eroded tailings."""
        return self.pond + self.eroded

    @property
    def mobilised(self) -> float:
        """Tailings that move, eroded and liquefied."""
        return self.eroded + self.liquefied

    @property
    def deposition(self) -> float:
        """What comes to rest below the dam: V_mob + V_emb = V_dep + V_eroded."""
        return self.mobilised + self.embankment - self.eroded


def eroded_volume(pond: float, ratio: float) -> float:
    """Tailings that the pond erodes, by a ratio of volumes [m3].

    ratio : eroded tailings over water; 1 and 0.66 in the two cases of one published analysis
    """
    return pond * ratio

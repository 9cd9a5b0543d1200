"""Where the water of a run came from and where it went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """What a landslide dam did with its inflow at M times."""

    passed: Array
    """(M,) discharge below the dam, linear between the times [m3/s]."""
    breach: float
    """When it broke, infinite where it held to the end [s]."""
    volume: float
    """Held back until then [m3]."""
    peak: float
    """Of the outflow of the lake, on top of what flows in [m3/s]."""
    peak_time: float
    """[s]"""
    inside: bool = True
    """True where the lake lies in a reach, false above a headwater."""


@dataclass(frozen=True)
class WaterLedger:
    """Water of the whole river at M times, counted from the first; all [m3]."""

    time: Array
    """(M,) [s since the start of the case]."""
    entered: Array
    """(M,) that flowed in at nodes and along reaches."""
    left: Array
    """(M,) that left by the outlet."""
    abstracted: Array
    """(M,) taken out at nodes or lost along reaches."""
    stored: Array
    """(M,) held in the river."""
    dam: Held | None = None
    """What a landslide dam held back and let go, where there is one."""

    @property
    def error(self) -> Array:
        """(M,) what is missing, over the water there was at first and that entered [-]."""
        gained = self.entered - self.left - self.abstracted
        missing = self.stored - self.stored[0] - gained
        return np.asarray(missing / (self.stored[0] + self.entered))


def summed_over_time(time: Array, discharge: Array) -> Array:
    """(M,) integral of a discharge that is linear between the times, from the first [m3]."""
    steps = 0.5 * np.diff(time) * (discharge[1:] + discharge[:-1])
    return np.concatenate([[0.0], np.cumsum(steps)])

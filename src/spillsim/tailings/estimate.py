"""From a facility and its failure to what is released, with the range of what is not known."""

from __future__ import annotations

import numpy as np

from .breach import estimate_breach
from .facility import Facility
from .release import ReleaseEstimate
from .without_breach import estimate_without_breach


def estimate_release(facility: Facility) -> ReleaseEstimate:
    """Estimate what a failure of a facility releases to the river.

    Every uncertain input is sampled (Latin hypercube, ``facility.samples`` of ``facility.seed``);
    methods of one quantity form an equally weighted mixture. The same facility gives the same
    numbers.

    Raises ValueError, with the reason, where nothing can flow out or more is asked for than is
    stored.
    """
    if facility.samples < 1:
        raise ValueError(f"at least one sample is needed, not {facility.samples}")
    total = float(np.sum([one.share for one in facility.size_classes]))
    if not abs(total - 1.0) <= 1e-3:
        raise ValueError(f"the shares of the size classes add up to {total:.6g}, not to 1")
    if facility.failure.mode == "tailings_breach":
        return estimate_breach(facility)
    return estimate_without_breach(facility)

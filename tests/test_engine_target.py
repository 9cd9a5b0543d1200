"""The error asked for is kept at the station that sets the step.

Real L1 error over the target, against the Laplace transform of the same river (third-type inlet,
2 U / (U + w) exp((U - w) x / 2 D)), from a slug to a plateau of 42 dispersive spreads.
"""

from __future__ import annotations

import numpy as np
import pytest
from engine_cases import at, error, pulse, reach, slug, solve
from engine_oracle import Stem, Zone, curve, pulse_source

U, A = 0.7, 100.0
NONE = (0.0, 0.0)
TARGETS = (0.05, 0.01, 0.002)
# dispersion [m2/s], release [h], distance [km], storage
CASES = [
    (1.0, 0.0, 20.0, NONE),
    (1.0, 1.0, 20.0, NONE),
    (5.0, 20.0, 100.0, NONE),
    (30.0, 0.0, 20.0, NONE),
    (30.0, 0.0, 100.0, NONE),
    (30.0, 1.0, 5.0, NONE),
    (30.0, 1.0, 100.0, NONE),
    (30.0, 6.0, 20.0, NONE),
    (100.0, 24.0, 20.0, NONE),
    (500.0, 1.0, 50.0, NONE),
    (500.0, 0.0, 50.0, NONE),
    (30.0, 1.0, 50.0, (0.3, 3e-4)),
    (30.0, 1.0, 50.0, (0.2, 3e-5)),
    (30.0, 10.0, 50.0, (0.3, 1e-4)),
    (100.0, 1.0, 50.0, (0.5, 1e-2)),
]
# second-order errors (deposit beside the wall when D / U2 is about a step; splitting from
# exchange) outgrow a step that falls with error ^ 0.38
OPEN = {(9, 0.002), (10, 0.01), (10, 0.002)}


@pytest.mark.parametrize(
    ("case", "target"),
    [
        pytest.param(
            number, target,
            marks=pytest.mark.xfail((number, target) in OPEN, reason="open: rule", strict=True),
        )
        for number in range(len(CASES)) for target in TARGETS
    ],
)  # fmt: skip
def test_error_is_kept(case: int, target: float) -> None:
    dispersion, hours, distance, storage = CASES[case]
    length, tau = 1000.0 * distance, 3600.0 * hours
    delay = 1.0 + storage[0]
    spread = float(np.sqrt(2.0 * dispersion * length / U**3)) * delay
    tail = 6.0 * storage[0] / storage[1] if storage[1] > 0.0 else 0.0
    duration = 1.3 * length / U * delay + 1.2 * tau + 12.0 * spread + tail
    release = pulse("head", 1000.0, 0.0, tau) if tau > 0.0 else slug("head")
    rows = [reach("river", "head", "foot", 2.0 * length, A, dispersion, storage=storage)]
    done = solve(rows, {"head": U * A}, [release], [at("river", length)], duration,
                 min(300.0, duration / 1000.0), error=target)  # fmt: skip
    source = pulse_source(1000.0, 0.0, tau)
    zone = Zone(2.0 * length, U * A, A, dispersion, storage=storage, source=source)
    assert error(done.curve(), curve(Stem([zone]), length, done.time, 2048)) <= 1.5 * target

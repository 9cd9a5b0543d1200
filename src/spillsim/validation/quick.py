"""A few rivers at a coarse step: what a mistake in a kernel would change, in little time.

Small enough to be run without compiled code, which is how the tests break a kernel on purpose and
look whether the pack notices (``tests/test_validation_mutations.py``).
"""

from __future__ import annotations

import numpy as np

from .case import Bound, Case, Curve, Panel, Report, Score, Table
from .conserved import COARSE, ROUND_OFF, marched, missing_mass
from .exact import SOURCES, exact_curves, percent
from .known import HOURS
from .rivers import error, mean_time

STEP = 900.0
"""[s]"""
ASKED = {
    "release in mid river": 6.0,
    "tributary": 2.0,
    "weak storage": 2.0,
    "decay and storage": 2.0,
    "held inlet and decay": 0.2,
    "slow reservoir": 0.4,
}
"""Rivers, and the error that is allowed at this step [% of the area]."""
_WHY = "a tenth more or less dispersion or exchange would go beyond"
_ON_TIME = "a lag of one step at a junction would be ten times as much"
_HELD = "held inlet and decay"


def answer() -> Report:
    """Error, clock and mass of a few rivers at one coarse step."""
    scores: list[Score] = []
    rows: list[list[str]] = []
    panels: list[Panel] = []
    lost, lowest = 0.0, np.inf
    for name, allowed in ASKED.items():
        river, time, exact = exact_curves(name)
        model, run = marched(river, time_step=STEP)
        curves = run.concentration[0]
        worst = max(error(*pair) for pair in zip(curves, exact, strict=True))
        shifts = [
            (mean_time(time, curve) - mean_time(time, true)) / STEP
            for curve, true in zip(curves, exact, strict=True)
        ]
        scores.append(
            Score(
                f"{name}: error",
                100.0 * worst,
                "% of the area",
                Bound(high=allowed, reason=_WHY),
            )
        )
        late = 0.0 if name == _HELD else max(shifts, key=abs)
        scores.append(Score(f"{name}: late by", late, "steps", Bound(-0.1, 0.1, _ON_TIME)))
        lost = max(lost, missing_mass(model, run))
        lowest = min(lowest, float(run.concentration.min() / run.concentration.max()))
        rows.append([name, percent(worst), f"{late:+.3f}"])
        panels.append(
            Panel(name, "time, h", "concentration, mg/L",
                  [Curve("computed", time / HOURS, 1000.0 * curves[-1]),
                   Curve("exact", time / HOURS, 1000.0 * exact[-1], "reference")])
        )  # fmt: skip
    _, bare = marched(exact_curves("release in mid river")[0], time_step=COARSE, limiter="none")
    dip = float(bare.concentration.min() / bare.concentration.max())
    scores += [
        Score("mass missing, any time", lost, "of the release",
              Bound(high=ROUND_OFF, reason="round-off of some thousand sums")),
        Score("lowest concentration with a limiter", lowest, "of the peak",
              Bound(low=0.0, reason="nothing is negative")),
        Score("lowest concentration without", dip, "of the peak",
              Bound(high=-1e-4, reason="nothing is cut off: a parabola dips beside a front"),
              note="with a step far too long"),
    ]  # fmt: skip
    return Report(scores, panels[:2], [Table("", ["river", "error, %", "late by, steps"], rows)])


CASES = (
    Case(
        "exact_quick", "verification", "A few rivers at a coarse step",
        "Would a mistake in a kernel be seen at once?", answer, SOURCES,
    ),
)  # fmt: skip

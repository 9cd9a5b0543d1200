"""Cases that stand in for those of the validation pack where its frame is tested."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from spillsim.validation import (
    Band,
    Bound,
    Case,
    Curve,
    Panel,
    Report,
    Score,
    Source,
    Table,
)

HOSTILE = "<script>alert('x')</script> & \"quoted\" \x1b[31m \u202e"
STARTED = "SPILLSIM_TEST_STARTED"
"""Environment variable with the file in which ``slow`` leaves its process number."""


def curves() -> tuple[np.ndarray, np.ndarray]:
    time = np.linspace(0.0, 48.0, 2000)
    return time, 12.0 * np.exp(-0.5 * ((time - 20.0) / 4.0) ** 2)


def bell() -> Report:
    time, level = curves()
    seen = time[::100] + 0.4
    many = tuple(
        Curve(f"{kind} at {place} m", time[::step], level[::step] * factor, kind)
        for place, factor in ((38, 1.0), (105, 0.8), (281, 0.6))
        for kind, step in (("simulated", 1), ("observed", 90), ("reference", 1))
    )
    return Report(
        scores=(
            Score("peak off", -3.4567, "%", Bound(-10.0, 10.0, "a reason"), "a note"),
            Score("mass error", 3.2e-15, "", Bound(high=1e-12, reason="round-off")),
            Score("skill", 0.912, "", Bound(low=0.9)),
            Score("arrival, median of |error|", 1.25, "h"),
        ),
        panels=(
            Panel(
                "At the bridge", "hours after the release", "dye, mg/L",
                (
                    Curve("dye observed", seen, np.interp(seen, time, level) * 1.03, "observed"),
                    Curve("computed", time, level),
                    Curve("without dead zones", time, level * 1.2, "reference"),
                ),
                (Band("5 to 95 % of 200 rivers", time, level * 0.8, level * 1.25),),
            ),
            Panel("At three places, on a logarithmic axis", "hours", "mg/L", many, y_log=True),
            Panel("Nothing came", "hours", "mg/L", (Curve("computed", time, time * np.nan),)),
        ),
        tables=(
            Table("By place", ("place", "km", "peak"), (("bridge", 12.0, 11.96), ("b", 4.0, 3.2))),
        ),
        remarks=("The tail is too short: dead zones are not known beforehand.",),
    )  # fmt: skip


def broken() -> Report:
    return Report(scores=(Score("far off", 7.0, "km", Bound(high=1.0, reason="one kilometre")),
                          Score("not known", float("nan"), "", Bound(low=0.0))))  # fmt: skip


def raising() -> Report:
    raise ValueError("the table\nhas no row <b>4</b>")


def dying() -> Report:
    os._exit(3)


def hostile() -> Report:
    one = np.array([1.0, 2.0])
    return Report(
        scores=(Score(HOSTILE, 1.0, HOSTILE, Bound(0.0, 2.0, HOSTILE), HOSTILE),),
        panels=(Panel(HOSTILE, HOSTILE, HOSTILE, (Curve(HOSTILE, one, one, "observed"),),
                      (Band(HOSTILE, one, one, one),)),),
        tables=(Table(HOSTILE, (HOSTILE, "b"), ((HOSTILE, HOSTILE),)),),
        remarks=(HOSTILE,),
    )  # fmt: skip


def slow() -> Report:
    place = os.environ.get(STARTED)
    if place is not None:
        Path(place).write_text(str(os.getpid()))
    time.sleep(60.0)
    return Report(())


_SOURCE = Source(
    "Somebody (2001): A river. https://example.org/a?b=1&c=2", "facts, no licence needed"
)

BELL = Case(
    "bell", "verification", "A bell-shaped curve", "Is the bell met?", bell, (_SOURCE,),
    ("discharge 8 to 12 m³/s",), ("the shape of bells",), cost=2.0,
)  # fmt: skip
BROKEN = Case("far_off", "tracer", "A case that fails", "How far off?", broken)
RAISING = Case("raising", "tracer", "A case that breaks off", "Does it?", raising)
DYING = Case("dying", "tracer", "A case that ends its process", "Does it?", dying, cost=3.0)
EVIL = Case("hostile", "accident", HOSTILE, HOSTILE, hostile, (Source(HOSTILE, HOSTILE),),
            (HOSTILE,), (HOSTILE,))  # fmt: skip
SLOW = Case("slow", "accident", "A long one", "Is it long?", slow, cost=9.0)

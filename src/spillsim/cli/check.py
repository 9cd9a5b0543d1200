"""``spillsim check``: what would be computed, without computing it."""

from __future__ import annotations

import argparse
import math
import shlex
from typing import TYPE_CHECKING

from .. import scenario
from ..model import assemble
from . import describe, words
from .console import Console
from .table import Column, flagged, print_table

if TYPE_CHECKING:
    from ..model import Model


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Load and assemble a case and print what it holds; nothing is marched or written."""
    loaded = scenario.load(arguments.case)
    model = assemble(loaded)
    describe.title(console, loaded.case.title, describe.scenario_path(arguments.case))
    describe.describe(console, model)
    console.line()
    _print_stations(console, model)
    console.line()
    describe.tell_estimates(console, model)
    describe.tell_notices(console, model.notices)
    console.labelled("next", f"spillsim run {shlex.quote(arguments.case)}")
    return 0


def _print_stations(console: Console, model: Model) -> None:
    """Print where the stations lie and when the water of the release comes by."""
    places = sorted(
        model.stations, key=lambda p: (not math.isfinite(p.distance), p.distance, p.name)
    )
    if not places:
        console.line("  no station or border is named: only the ledger would be told")
        return
    hours = [p.travel_time / 3600.0 for p in places]
    zone = words.offset(model.scenario.case.start)
    names = flagged([p.name for p in places], [p.kind for p in places])
    moments = [words.moment(describe.arrival_of_water(model, p.travel_time)) for p in places]
    print_table(
        console,
        [
            Column("station", "", names, left=True, least=16),
            Column(
                "river", "", tuple(p.river for p in places), left=True, least=10, leaves=3,
                heads_groups=True,
            ),
            Column("below", "km", tuple(words.whole(p.distance / 1000.0) for p in places)),
            Column("discharge", "m³/s", tuple(words.number(p.discharge) for p in places)),
            Column("velocity", "m/s", tuple(words.number(p.velocity, 2) for p in places)),
            Column("water", "after h", tuple(words.whole(h) for h in hours)),
            Column("arrives", zone, tuple(moments)),
        ],
    )  # fmt: skip

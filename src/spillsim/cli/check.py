"""``spillsim check``: what would be computed, without computing it."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import scenario
from ..model import assemble
from ..scenario.variants import KINDS
from . import describe, words
from .console import Console
from .table import Column, flagged, print_table
from .variants import every_one_alone

if TYPE_CHECKING:
    from ..model import Model
    from ..scenario import Variant


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Load and assemble a case and print what it holds; nothing is marched or written.

    Every regime and every measure is checked as well, each by itself.
    """
    every = every_one_alone(arguments.case)
    models = scenario.gather(
        {
            choice.label: lambda choice=choice: assemble(choice.load(arguments.case))  # type: ignore[misc]
            for choice in every
        }
    )
    model, *others = models.values()
    loaded = model.scenario
    describe.title(console, loaded.case.title, describe.scenario_path(arguments.case))
    describe.describe(console, model)
    console.line()
    _print_stations(console, model)
    console.line()
    if others:
        _print_variants(console, others)
        console.line()
    if loaded.uncertain or loaded.sweeps:
        from .uncertain import tell_uncertain  # few cases need the room of sampling

        tell_uncertain(console, loaded)
    describe.tell_estimates(console, model)
    describe.tell_notices(console, model.notices)
    more = "".join(f" --{kind} all" for kind in KINDS if _has(models.values(), kind))
    case = shlex.quote(arguments.case)
    console.labelled("next", f"spillsim run {case}{more}")
    if loaded.uncertain or loaded.sweeps:
        console.line(f"          spillsim ensemble {case}   tells how likely it is")
    return 0


def _has(models: Iterable[Model], kind: str) -> bool:
    return any(model.scenario.variant(kind) is not None for model in models)


def _print_variants(console: Console, models: Sequence[Model]) -> None:
    """Print regimes and measures, and when the water of the release comes by the last border."""
    found = [_variant(model) for model in models]
    last = [_last_place(model) for model in models]
    print_table(
        console,
        [
            Column("", "", tuple(one.kind for one in found), left=True),
            Column("name", "", tuple(one.name for one in found), left=True),
            Column("", "", tuple(one.title for one in found), left=True, least=16, leaves=1),
            Column("at", "", tuple(place.name for place in last), left=True, least=12, leaves=2),
            Column("discharge", "m³/s", tuple(words.number(place.discharge) for place in last)),
            Column(
                "water", "after h",
                tuple(words.whole(place.travel_time / 3600.0) for place in last),
            ),
        ],
    )  # fmt: skip


def _variant(model: Model) -> Variant:
    both = (model.scenario.variant("regime"), model.scenario.variant("measure"))
    return next(one for one in both if one is not None)


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    discharge: float
    travel_time: float


def _last_place(model: Model) -> _Place:
    """The last border, else the last station below the release, else the outlet."""
    reached = [place for place in model.stations if math.isfinite(place.distance)]
    borders = [place for place in reached if place.kind == "border"] or reached
    if not borders:
        outlet = model.network.reach_to == model.network.outlet
        return _Place("outlet", float(model.flow.discharge_foot[outlet].sum()), math.nan)
    last = max(borders, key=lambda place: place.distance)
    return _Place(last.name, last.discharge, last.travel_time)


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

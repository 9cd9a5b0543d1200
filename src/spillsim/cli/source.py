"""``spillsim source``: what the failure of a tailings facility releases, with its range."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .. import tailings
from ..results.whole import check_target
from ..scenario.facility_file import load_facility
from ..tailings.cda import CASES
from ..tailings.release import MethodResult, ReleaseEstimate
from . import words
from .console import Console
from .source_facts import facts
from .source_rows import rows
from .table import Column, print_table

_KM = 1000.0


def source(arguments: argparse.Namespace, console: Console) -> int:
    """Estimate a release, print it, draw it."""
    from ..plots.saving import figure_format

    path = _figure(arguments)
    if path is not None:
        figure_format(path)
        check_target(path)
    facility = load_facility(arguments.facility)
    estimate = tailings.estimate_release(facility)
    if arguments.json:
        console.raw(json.dumps(facts(estimate), indent=2, ensure_ascii=True) + "\n")
    else:
        _tell(console, estimate, Path(arguments.facility).name)
    if path is not None:
        _draw(console, estimate, path, quiet=arguments.json)
    return 0


def _figure(arguments: argparse.Namespace) -> Path | None:
    """Where the figure goes; nowhere with --json alone."""
    if arguments.output is not None:
        return Path(arguments.output)
    return None if arguments.json else Path(f"{Path(arguments.facility).stem}_source.png")


def _tell(console: Console, estimate: ReleaseEstimate, file: str) -> None:
    facility = estimate.facility
    console.line(f"{facility.name} · {facility.failure.mode.replace('_', ' ')}        {file}",
                 bold=True)  # fmt: skip
    stored = [f"{words.volume(facility.stored_volume)} of tailings"] * (facility.stored_volume > 0)
    stored += [f"{words.volume(facility.pond_volume)} of water in the pond"] * (
        facility.pond_volume > 0
    )
    stored += [f"dam {words.trimmed(facility.dam_height)} m high"] * (facility.dam_height > 0)
    if facility.distance_to_river is not None:
        stored.append(f"river {words.trimmed(facility.distance_to_river / _KM)} km away")
    stored += [f"material {facility.material}"] * bool(facility.material)
    console.labelled("facility", " · ".join(stored) or "nothing is said of what it stores")
    if estimate.case:
        console.labelled("case", f"{estimate.case} of CDA (2021): {CASES[estimate.case]}")
    if estimate.methods:
        console.line()
        _tell_methods(console, estimate)
    console.line()
    _tell_release(console, estimate)
    console.line()
    for notice in estimate.notices:
        if notice.subject == "assumed":
            console.labelled("assumed", notice.message)
    for origin, names in _spreads(estimate).items():
        of = "peak outflow, formation time" if len(names) > 4 else ", ".join(names)
        console.labelled("range", f"{of}: {origin}")
    for notice in estimate.notices:
        if notice.subject != "assumed":
            console.labelled("note", f"{notice.subject}: {notice.message}")


def _tell_methods(console: Console, estimate: ReleaseEstimate) -> None:
    """What every method says by itself."""
    middle = estimate.member("median").released[0]
    console.labelled(
        "methods", f"each by itself; peak, time and run-out for {words.volume(float(middle))} "
        "that flow out; those of one quantity count alike",
    )  # fmt: skip
    shown = [_method_cells(one) for one in estimate.methods]
    names = [one.quantity for one in estimate.methods]
    first = [
        name if not number or names[number - 1] != name else "" for number, name in enumerate(names)
    ]
    print_table(
        console,
        [
            Column("quantity", "", tuple(first), left=True),
            Column("method", "", tuple(one.name for one in estimate.methods), left=True, least=12),
            *(Column(title, "", tuple(cells[n] for cells in shown))
              for n, title in enumerate(("5 %", "median", "95 %"))),
            Column("unit", "", tuple(cells[3] for cells in shown), left=True),
            Column("numbers", "", tuple(one.quality for one in estimate.methods), left=True,
                   leaves=2),
            Column("equation", "", tuple(one.equation for one in estimate.methods), left=True,
                   least=10, leaves=1),
        ],
    )  # fmt: skip


def _spreads(estimate: ReleaseEstimate) -> dict[str, list[str]]:
    """Where ranges come from -> what they are of."""
    found: dict[str, list[str]] = {}
    for one in estimate.methods:
        found.setdefault(one.spread, []).append(f"{one.name} ({one.quantity})")
    return found


def _method_cells(one: MethodResult) -> tuple[str, str, str, str]:
    unit, factor = {
        "released volume": ("million m³", 1e-6),
        "peak outflow": ("m³/s", 1.0),
        "formation time": ("min", 1.0 / 60.0),
        "run-out": ("km", 1e-3),
    }[one.quantity]
    low, middle, high = (words.number(v * factor) for v in (one.low, one.median, one.high))
    return low, middle, high, unit


def _tell_release(console: Console, estimate: ReleaseEstimate) -> None:
    facility = estimate.facility
    console.labelled(
        "release", f"{facility.samples:,} samples (Latin hypercube, seed {facility.seed}); every "
        "row has its own 5 to 95 %, so that they need not belong to one release",
    )  # fmt: skip
    found = rows(estimate)
    print_table(
        console,
        [
            Column("", "", tuple(row.label for row in found), left=True, least=20),
            *(Column(title, "", tuple(row.cells[n] for row in found))
              for n, title in enumerate(("5 %", "median", "95 %"))),
            Column("unit", "", tuple(row.unit for row in found), left=True),
        ],
    )  # fmt: skip


def _draw(console: Console, estimate: ReleaseEstimate, path: Path, *, quiet: bool) -> None:
    """Write the figure of a release."""
    from .. import __version__, plots
    from .source_figure import drawn

    console.wrote(plots.save(plots.release(drawn(estimate, __version__)), path))
    if not quiet:
        console.labelled("wrote", f"{path} ({words.size(path.stat().st_size)})")

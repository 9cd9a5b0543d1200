"""What a model is, in a few lines: said by ``check`` and above every run."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Notice
from ..hydraulics import estimated_quantities
from ..network import downstream_reaches
from ..results.provenance import first_release_time, release_start
from ..results.size import estimate_memory, estimate_size, extent_of
from . import words
from .console import Console

if TYPE_CHECKING:
    from ..model import Model

_SCENARIO_FILE = "scenario.toml"


def scenario_path(case: str) -> str:
    """Return the scenario file of a case given as folder or file."""
    path = Path(case)
    return str(path / _SCENARIO_FILE if path.is_dir() else path)


def title(console: Console, text: str, path: str) -> None:
    """Print the title of the case and where it stands, on one line if both fit."""
    text, path = console.safe(" ".join(text.split())), console.safe(path)
    room = console.width - 1 - len(text) - len(path)
    if room >= 3:
        console.line(f"{text}{' ' * min(room, 24)}{path}", bold=True)
        return
    for line in console.wrapped(text, console.width - 1):
        console.line(line, bold=True)
    console.line(path, dim=True)


def describe(console: Console, model: Model) -> None:
    """Print network, flow, substances, grid and the size of what comes out."""
    for kind in ("regime", "measure"):
        if (variant := model.scenario.variant(kind)) is not None:
            console.labelled(kind, " · ".join(filter(None, (variant.name, variant.title))))
    for label, text in (
        ("network", network(model)),
        ("flow", flow(model)),
        *((("trigger", _trigger(model)),) if model.scenario.trigger else ()),
        *((("carries", carries(model)),) if model.scenario.has_pools else ()),
        ("releases", releases(model)),
        ("grid", grid(model)),
        ("output", _output(model)),
    ):
        console.labelled(label, text)


def network(model: Model) -> str:
    """Return rivers, reaches and the way below the release."""
    rivers = list(dict.fromkeys(reach.river for reach in model.scenario.reaches))
    parts = [
        f"{words.count(len(rivers), 'river')} ({words.listed(rivers, 5)})",
        words.count(len(model.scenario.reaches), "reach", "reaches"),
    ]
    parts.append(f"{words.whole(_length_below(model) / 1000.0)} km below the release")
    return " · ".join(parts)


def _length_below(model: Model) -> float:
    """Return the distance from the first release to the outlet [m]."""
    first = min(model.scenario.releases, key=release_start)
    place = model.scenario.locate(model.network, first.at)
    below = downstream_reaches(model.network, place.reach)
    return float(model.network.reach_length[below].sum()) - place.distance


def flow(model: Model) -> str:
    """Return where the discharge comes from and what it is at the outlet."""
    flow = model.scenario.flow
    if flow.kind == "gauges":
        known = words.count(len(flow.gauges), "gauge")  # type: ignore[union-attr]
        if flow.inflows:
            known += f" and {words.count(len(flow.inflows), 'given inflow')}"
    else:
        known = words.count(len(flow.inflows), "given inflow")
    if (scale := getattr(flow, "scale", 1.0)) != 1.0:
        known += f" times {words.trimmed(scale)}"
    outlet = model.network.outlet
    last = [r for r, node in enumerate(model.network.reach_to.tolist()) if node == outlet]
    discharge = float(sum(model.flow.discharge_foot[r] for r in last))
    if model.scenario.is_routed and model.varying is not None:
        discharge = float(sum(model.varying.discharge_foot[0, model.varying.last(r)] for r in last))
    at_outlet = f"{words.trimmed(discharge)} m³/s at the outlet"
    if flow.kind == "table":
        rows = sum(len(series.time) for series in flow.series)  # type: ignore[union-attr,misc]
        return f"changing, from {words.count(rows, 'row')} of discharge · typically {at_outlet}"
    cover = model.flow.ice_cover
    if cover is not None:
        at_outlet += f" · {words.count(int(cover.sum()), 'reach', 'reaches')} under ice"
    if model.scenario.is_routed:
        causes = []
        if hydrographs := len(model.scenario.hydrographs):
            causes.append(words.count(hydrographs, "hydrograph"))
        if model.scenario.trigger is not None and model.scenario.trigger.has_flow:
            causes.append("the trigger")
        origin = f"from {' and '.join(causes)} over {known}" if causes else f"over {known}"
        return f"routed, {origin} · {at_outlet} at first"
    return f"steady, from {known} · {at_outlet}"


def _trigger(model: Model) -> str:
    """Return what sets flow and releases, and when; the notices tell more."""
    trigger = model.scenario.trigger
    assert trigger is not None
    facts, start = model.trigger, model.scenario.case.start
    begins = words.moment(start + dt.timedelta(seconds=trigger.time))
    kind = trigger.kind.replace("_", " ")
    if trigger.quantile is not None:
        kind = f"flood of {trigger.quantile.return_period:g} years"
    parts = [f"{kind}{f' ({trigger.name})' if trigger.name else ''}, {begins}"]
    if "magnitude" in facts:
        parts.append(f"magnitude {facts['magnitude']:g}")
    if "peak_discharge" in facts:
        bound = ""
        if trigger.quantile is not None:
            low, high = trigger.quantile.lower, trigger.quantile.upper
            bound = f" (90 % range {words.trimmed(low)} to {words.trimmed(high)})"
        parts.append(
            f"up to {words.trimmed(facts['peak_discharge'])} m³/s at {facts['node']}{bound}"
        )
    if "lake_volume" in facts:
        parts.append(f"{words.trimmed(facts['lake_volume'] / 1e6)} million m³ held back at "
                     f"{facts['node']}")  # fmt: skip
    if "breach_peak" in facts:
        parts.append(f"breach of {words.trimmed(facts['breach_peak'])} m³/s")
    if "peak_time" in facts:
        peak = dt.datetime.fromisoformat(facts["peak_time"])
        parts.append(f"peak {words.moment(peak)}")
    return " · ".join(parts)


def carries(model: Model) -> str:
    """Return what the water carries, in which forms, and what turns into what."""
    parts = []
    for one in model.scenario.constituents:
        if one.kind == "solids":
            size = one.diameter
            grains = "grains" if size is None else f"grains of {words.grain_size(size)}"
            parts.append(f"{one.name} ({grains})")
            continue
        bound = [pair.to.replace("_", " ") for pair in one.sorption]
        form = f", sorbs to {words.listed(bound, 5)}" if bound else ""
        parts.append(f"{one.name} ({one.form}{form})")
    parts += [f"{one.from_substance} → {one.to}" for one in model.scenario.reactions]
    return words.listed(parts, 12)


def releases(model: Model) -> str:
    """Return what is released, and how."""
    names = [
        f"{release.substance}{f' at {release.name}' if release.name else ''} ({release.kind})"
        for release in model.scenario.releases
    ]
    return words.listed(names, 4)


def grid(model: Model) -> str:
    """Return the engine, and the cells and steps it takes."""
    if model.engine == "transfer":
        return f"none needed: exact in space and time · engine transfer ({model.engine_basis})"
    return (
        f"{words.count(model.cells, 'cell')}, {words.count(model.steps, 'step')} of "
        f"{words.span(model.time_step)} ({model.resolution_basis}) · engine {model.engine}"
    )


def _output(model: Model) -> str:
    extent = extent_of(model, model.output_times, model.cells, model.field_times)
    return (
        f"about {words.size(estimate_size(extent))} on disk, "
        f"{words.size(estimate_memory(extent))} in memory · {words.count(extent.times, 'time')} "
        f"at {words.count(extent.stations, 'station or border', 'stations and borders')}"
    )


def tell_estimates(console: Console, model: Model) -> None:
    """Print what was estimated rather than given."""
    found = estimated_quantities(model.flow)
    console.labelled("estimated", " · ".join(found) if found else "nothing; everything is given")


def tell_notices(console: Console, notices: Sequence[Notice]) -> None:
    """Print what the user should know although the run goes on."""
    for notice in notices:
        console.labelled("note", f"{notice.subject}: {notice.message}")


def local_start(model: Model) -> dt.datetime:
    """Return the start of the first release on the local clock of the case."""
    start: dt.datetime = model.scenario.case.start
    return start + dt.timedelta(seconds=first_release_time(model.scenario))


def arrival_of_water(model: Model, travel_time: float) -> dt.datetime | None:
    """Return when water that left at the first release comes by, on the local clock."""
    if not math.isfinite(travel_time):
        return None
    return local_start(model) + dt.timedelta(seconds=travel_time)

"""From the section [trigger] to the Trigger of a scenario: its tables, its moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import floods
from .faults import nearest, quoted
from .maxima import annual_maxima
from .reading import Reading, check_rising, full_column, read_table
from .rows import ANNUAL_MAXIMA, TRIGGER_FLOOD, WEATHER
from .tables import Table, TableKind
from .trigger import (
    EarthquakeTrigger,
    FloodTrigger,
    LandslideDamTrigger,
    Quantile,
    RainOnSnowTrigger,
    Trigger,
    TriggerSection,
)

if TYPE_CHECKING:
    from ..network import Network
    from .draft import Draft
    from .faults import Faults
    from .sections import Section

OWN_TIME: dict[str, float | tuple[str, str]] = dict.fromkeys(
    ("trigger", "peak"),
    ("the trigger cannot be timed by itself", "Write a date-time or a duration."),
)
"""Anchors while the section [trigger] itself is read."""
_NO_PEAK = {
    "earthquake": (
        "an earthquake brings no flood, so there is no peak",
        'Count from the trigger, e.g. "trigger + 6 h".',
    ),
    "landslide_dam": (
        "when the flood of the landslide dam peaks is known only after the flow is computed",
        "Give filling_time and time_to_peak in [trigger], or count from the trigger.",
    ),
}
_MM_PER_DAY = 1e-3 / 86_400.0


def read_trigger(reading: Reading, section: Section | None) -> Trigger | None:
    """Read the tables of a trigger, and tell the moments of its scenario what they count from.

    None where there is no trigger or something is wrong with it; moments are then zero, so that
    no fault is told twice.
    """
    reading.anchors = {"trigger": 0.0, "peak": 0.0} if "trigger" in reading.data else {}
    found: Trigger | None = None
    if isinstance(section, FloodTrigger):
        found = _flood(reading, section)
    elif isinstance(section, RainOnSnowTrigger):
        found = _rain_on_snow(reading, section)
    elif isinstance(section, EarthquakeTrigger):
        found = _made(section, section)
    elif isinstance(section, LandslideDamTrigger):
        found = _landslide_dam(reading, section)
    if found is not None:
        peak = found.peak_time
        reading.anchors = {"trigger": found.time}
        reading.anchors["peak"] = _NO_PEAK[found.kind] if peak is None else peak
    return found


def _made(section: TriggerSection, placed: Section, **found: object) -> Trigger:
    made = Trigger.model_construct(
        None, request=section, kind=section.kind, name=section.name, time=section.time, **found
    )
    made._file, made._line, made._where = placed._file, placed._line, placed._where
    return made


# --- flood ---------------------------------------------------------------------------------------


def _flood(reading: Reading, section: FloodTrigger) -> Trigger | None:
    before = len(reading.faults.found)
    _check_flood_keys(reading.faults, section)
    quantile: Quantile | None = None
    told: tuple[str, ...] = ()
    if section.annual_maxima is not None:
        table = read_table(
            reading, section.annual_maxima, "trigger.annual_maxima",
            TableKind("year", ANNUAL_MAXIMA),
        )  # fmt: skip
        found = None
        if table is not None and section.return_period is not None:
            found = _quantile(reading.faults, section, table)
        if found is not None:
            quantile, told = found
    times, discharge = _points(reading, section)
    if len(reading.faults.found) > before:
        return None
    peak_time = section.time + (section.time_to_peak or 0.0)
    if times:
        # the first of several equal peaks
        peak_time = times[int(np.argmax(discharge))]
    return _made(
        section, section, peak_time=peak_time, quantile=quantile, times=times,
        discharge=discharge, told=told,
    )  # fmt: skip


def _check_flood_keys(faults: Faults, section: FloodTrigger) -> None:
    """Keys that need each other, or have no use beside each other."""
    given = section.model_fields_set
    if section.peak is None and section.return_period is None and section.table is None:
        faults.add("trigger", "a flood needs peak, return_period or table",
                   'Write e.g. peak = "250 m3/s" and time_to_peak = "8 h".')  # fmt: skip
    elif section.table is None and section.time_to_peak is None:
        faults.add("trigger.time_to_peak", "is missing; a flood without a table needs it",
                   'Write e.g. time_to_peak = "8 h".')  # fmt: skip
    if section.peak is not None and section.return_period is not None:
        faults.add("trigger.return_period", "peak is given too; one of the two is enough")
    if (section.return_period is None) != (section.annual_maxima is None):
        missing = "return_period" if section.return_period is None else "annual_maxima"
        other = "annual_maxima" if section.return_period is None else "return_period"
        faults.add(f"trigger.{missing}", f"is missing; {other} has no use without it")
    useless: dict[str, str] = {}
    if section.table is not None:
        keys = ("time_to_peak", "volume", "shape", "steepness", "recession")
        useless |= dict.fromkeys(keys, "the table gives the shape")
    if section.table is None or section.peak is not None or section.return_period is not None:
        useless["mode"] = "a flood with a peak is added to the base flow"
    if section.volume is not None:
        useless |= dict.fromkeys(("steepness", "recession"), "the volume sets it")
    useless["recession" if section.shape == "gamma" else "steepness"] = (
        f'shape = "{section.shape}" does not have it'
    )
    if section.return_period is None:
        useless |= dict.fromkeys(("distribution", "bound"), "there is no return_period")
    for key, why in useless.items():
        if key in given:
            faults.add(f"trigger.{key}", f"has no use: {why}", "Leave it out.")


def _points(reading: Reading, section: FloodTrigger) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Times since the start of the case and discharges of the table, empty without one."""
    if section.table is None:
        return (), ()
    table = read_table(reading, section.table, "trigger.table", TableKind("row", TRIGGER_FLOOD))
    if table is None:
        return (), ()
    check_rising(reading.faults, table, "time")
    if table.sound and len(table.rows) < 2:
        table.add_fault(reading.faults, table.rows[-1], "", "at least two times are needed")
        table.sound = False
    if not table.sound:
        return (), ()
    time = full_column(reading.faults, table, "time")
    return tuple(section.time + at for at in time), full_column(reading.faults, table, "discharge")


def _quantile(
    faults: Faults, section: FloodTrigger, table: Table
) -> tuple[Quantile, tuple[str, ...]] | None:
    """The flood of the return period and what is doubtful about it."""
    record = annual_maxima(table, faults)
    if record is None or section.return_period is None:
        return None
    file = table.file
    try:
        fitted = floods.analyse(record.discharge, section.distribution, [section.return_period])
    except floods.UnfitError as error:
        faults.add("trigger.annual_maxima" if file is None else "", str(error), "", file)
        return None
    except floods.MissingScipyError as error:
        faults.add("trigger.annual_maxima", str(error).partition("; ")[0],
                   'Install it with: pip install "spillsim[floods]"')  # fmt: skip
        return None
    found = Quantile(
        return_period=section.return_period,
        distribution=section.distribution,
        parameters=fitted.parameters,
        bound=section.bound,
        best=float(fitted.best[0]),
        lower=float(fitted.lower[0]),
        upper=float(fitted.upper[0]),
        years=len(record.year),
        first_year=min(record.year),
        last_year=max(record.year),
        correlation=fitted.correlation,
        agreement=fitted.agreement,
    )
    if not found.chosen > 0.0:
        faults.add(
            "trigger.bound",
            f"the flood of {section.return_period:g} years comes out as {found.chosen:.4g} m3/s",
            'Choose another distribution, or bound = "best".',
        )
        return None
    return found, tuple(filter(None, [*fitted.doubts(), record.gaps]))


# --- rain on snow, landslide dam -----------------------------------------------------------------


def _rain_on_snow(reading: Reading, section: RainOnSnowTrigger) -> Trigger | None:
    faults, before = reading.faults, len(reading.faults.found)
    for key, form in (("degree_day_factor", "degree_day"), ("wind", "open")):
        given = getattr(section, key) is not None
        if given and section.melt != form:
            faults.add(f"trigger.{key}", f'has no use with melt = "{section.melt}"')
        elif not given and section.melt == form:
            faults.add(f"trigger.{key}", f'is missing; melt = "{form}" needs it')
    if "wind_exposure" in section.model_fields_set and section.melt != "open":
        faults.add("trigger.wind_exposure", f'has no use with melt = "{section.melt}"')
    weather = _weather(reading, section)
    if weather is None or len(faults.found) > before:
        return None
    snow = floods.Snow(
        area=section.catchment_area,
        water_equivalent=section.snow_water_equivalent,
        runoff_coefficient=section.runoff_coefficient,
        time_to_peak=section.unit_time_to_peak,
        melt=section.melt,
        degree_day_factor=(section.degree_day_factor or 0.0) * _MM_PER_DAY,
        wind=section.wind or 0.0,
        wind_exposure=section.wind_exposure,
    )
    runoff = floods.direct_runoff(weather, snow)
    if not runoff.volume > 0.0:
        faults.add("trigger", "neither rain nor melt: the weather brings no runoff",
                   "Rain counts, and snow melts, above 0 degC.")  # fmt: skip
        return None
    time = section.time + float(weather.time[0]) + runoff.time
    water = {
        "precipitation": runoff.precipitation, "melt": runoff.melt, "runoff": runoff.volume,
        "lost": runoff.lost, "snow_left": runoff.snow_left,
    }  # fmt: skip
    return _made(
        section, section, peak_time=float(time[np.argmax(runoff.discharge)]),
        times=tuple(time.tolist()), discharge=tuple(runoff.discharge.tolist()), water=water,
    )  # fmt: skip


def _weather(reading: Reading, section: RainOnSnowTrigger) -> floods.Weather | None:
    """Rain and temperature of the table, or the constant ones."""
    constants = ("rain", "duration", "temperature")
    given = [key for key in constants if getattr(section, key) is not None]
    if section.table is None:
        for key in constants:
            if key not in given:
                reading.faults.add(f"trigger.{key}", "is missing; it is needed without a table")
        if len(given) < len(constants):
            return None
        assert section.rain is not None
        assert section.duration is not None
        assert section.temperature is not None
        return floods.Weather(
            np.array([0.0, section.duration]), np.array([section.rain / section.duration]),
            np.array([section.temperature]),
        )  # fmt: skip
    for key in given:
        reading.faults.add(f"trigger.{key}", "has no use: the table gives it", "Leave it out.")
    table = read_table(reading, section.table, "trigger.table", TableKind("row", WEATHER))
    if table is None:
        return None
    check_rising(reading.faults, table, "time")
    if table.sound and len(table.rows) < 2:
        message = "at least two times are needed: the last row ends the weather"
        table.add_fault(reading.faults, table.rows[-1], "", message)
        table.sound = False
    if not table.sound:
        return None
    columns = [full_column(reading.faults, table, key) for key in ("time", "rain", "temperature")]
    time, rain, temperature = (np.array(column) for column in columns)
    return floods.Weather(time, rain[:-1], temperature[:-1])


def _landslide_dam(reading: Reading, section: LandslideDamTrigger) -> Trigger | None:
    if (section.filling_time is None) == (section.lake_volume is None):
        message = "needs either filling_time or lake_volume"
        if section.filling_time is not None:
            message += "; the other follows from what flows in"
        reading.faults.add("trigger", f"a landslide dam {message}")
        return None
    if section.peak is not None and section.dam_height is not None:
        reading.faults.add("trigger.dam_height", "has no use: peak is given", "Leave it out.")
        return None
    peak_time = None
    if section.filling_time is not None and section.time_to_peak is not None:
        peak_time = section.time + section.filling_time + section.time_to_peak
    return _made(section, section, peak_time=peak_time)


# --- against the other parts ---------------------------------------------------------------------


def check_trigger(draft: Draft, network: Network | None) -> None:
    """Add the faults between a trigger and the rest: its node, its time, a table of flow."""
    trigger = draft.trigger
    if trigger is None:
        return
    faults = draft.faults
    if draft.case is not None and not 0.0 <= trigger.time < draft.case.duration:
        hours = trigger.time / 3600.0
        when = f"{-hours:.6g} h before" if hours < 0 else f"{hours:.6g} h after"
        faults.add("trigger.time", f"is {when} case.start, outside of the run",
                   "Let the case start earlier or last longer.")  # fmt: skip
    at = trigger.at
    if at is None:
        return
    if draft.discharges is not None:
        faults.add(
            "trigger.kind",
            'flow.kind = "table" already gives every discharge over time; a trigger cannot '
            "change it",
            'Write flow.kind = "inflows" or "gauges" for the flow at first, or use '
            'kind = "earthquake".',
        )
    nodes = draft.nodes
    if nodes is not None and nodes.named("id"):
        known = dict.fromkeys(row.cells["id"] for row in nodes.rows)
        if at.node not in known:
            message = f"there is no node {quoted(at.node)}"
            faults.add("trigger.at.node", message, nearest(at.node, known))
            return
    if network is not None:
        _check_place(draft, network, network.node_index[at.node])


def _check_place(draft: Draft, network: Network, node: int) -> None:
    """There is river below the node, and no hydrograph stands against the trigger's."""
    trigger, faults = draft.trigger, draft.faults
    assert trigger is not None
    assert trigger.at is not None
    name = quoted(trigger.at.node)
    if node == network.outlet:
        faults.add("trigger.at.node", f"node {name} is the outlet, with no river below it")
        return
    replaced = [
        item
        for item in draft.hydrographs
        if item is not None and item.mode == "replace"
        and getattr(item.at, "node", None) == trigger.at.node
    ]  # fmt: skip
    above = int(network.upstream_pointer[node + 1] - network.upstream_pointer[node])
    if isinstance(trigger.request, LandslideDamTrigger):
        if draft.routing is not None and draft.routing.method != "muskingum_cunge":
            faults.add(
                "routing.method",
                f"{quoted(draft.routing.method)} does not know a dam that comes and goes",
                'Write method = "muskingum_cunge" for a landslide dam.',
            )
        names = [network.reach_id[r] for r in np.flatnonzero(network.reach_to == node)]
        for pool in draft.reservoirs:
            if pool is not None and pool.reach in names:
                faults.add(
                    "trigger.at.node",
                    f"node {name} is the foot of the reservoir {quoted(pool.reach)}, whose outlets "
                    "rule what leaves it",
                    "Block a node below, or close the outlets with start and stop.",
                )
        if above > 1:
            faults.add(
                "trigger.at.node",
                f"node {name} is a confluence of {above} reaches; a lake up several rivers is not "
                "computed",
                "Block a node with one reach above it, or a headwater.",
            )
        elif above == 0 and replaced:
            faults.add(
                "trigger.at.node",
                f"the inflow of the headwater {name} is given by {replaced[0]._where}; what the "
                "dam holds back of it is not computed",
                "Block the node at the foot of a reach below it.",
            )
    elif replaced and isinstance(trigger.request, FloodTrigger) and (
        trigger.request.table is not None and trigger.request.mode == "replace"
        and trigger.request.peak is None and trigger.request.return_period is None
    ):  # fmt: skip
        faults.add(
            "trigger.table",
            f"the inflow of node {name} is already replaced by {replaced[0]._where}",
            'Write mode = "add" in one of them.',
        )

"""EPANET through its own Python package (owa-epanet): pipes between a reservoir and a demand.

EPANET moves water parcels along pipes without dispersion and has no storage zones, so what arrives
is the pulse that entered, however fine the quality step and the tolerance are. The pipe has the
river's cross-section and full discharge.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from ..tasks import Task
from .interface import OutOfTimeError, Package, Solution


def write_input(task: Task, step: float) -> str:
    """The river as an input file of EPANET with a node at each station."""
    river = task.river
    diameter = 2e3 * (river.cross_section_area / np.pi) ** 0.5  # mm
    places = [*task.stations, task.length]
    lengths = np.diff([0.0, *places])
    hours = round(task.duration / 3600.0)
    pulse = round(river.pulse_duration / 3600.0)
    inlet = 1e3 * river.mass / (river.discharge * river.pulse_duration)  # mg/L
    # A factor of zero would leave the reservoir at the concentration it had before.
    factors = [1.0] * pulse + [1e-12] * (hours + 1 - pulse)
    last = len(places)
    demands = [0.0] * (last - 1) + [3600.0 * river.discharge]
    text = [
        "[OPTIONS]\nUNITS CMH\nHEADLOSS D-W\nQUALITY chemical mg/L",
        f"TOLERANCE {1e-9 * inlet:.3e}",
        "[TIMES]",
        f"DURATION {hours}:00\nHYDRAULIC TIMESTEP 1:00\nPATTERN TIMESTEP 1:00",
        f"QUALITY TIMESTEP 0:{round(step) // 60:02d}:{round(step) % 60:02d}",
        "[REPORT]\nSTATUS NO\nSUMMARY NO\nMESSAGES NO",
        "[RESERVOIRS]\nN0 100000",
        "[JUNCTIONS]",
        *(f"N{i + 1} 0 {demand:.6f}" for i, demand in enumerate(demands)),
        "[PIPES]",
        *(
            f"P{i} N{i} N{i + 1} {length:.3f} {diameter:.6f} 0.1 0 OPEN"
            for i, length in enumerate(lengths)
        ),
        "[PATTERNS]",
        *(f"pulse {factor:g}" for factor in factors),
        "[SOURCES]",
        f"N0 CONCEN {inlet:.9f} pulse",
        "[END]",
    ]
    return "\n".join(text) + "\n"


def solve(task: Task, step: float, allowed: float) -> Solution:
    """One run with the given quality step [s]; results after every step of EPANET."""
    from epanet import toolkit

    times, values = [], []
    with tempfile.TemporaryDirectory(prefix="benchmark-epanet-") as room:
        file = Path(room) / "river.inp"
        file.write_text(write_input(task, step), encoding="ascii")
        project = toolkit.createproject()
        toolkit.open(project, str(file), str(Path(room) / "river.rpt"), "")
        try:
            nodes = [toolkit.getnodeindex(project, f"N{i + 1}") for i in range(len(task.stations))]
            started = perf_counter()
            toolkit.solveH(project)
            toolkit.openQ(project)
            toolkit.initQ(project, 0)
            while True:
                times.append(float(toolkit.runQ(project)))
                values.append([toolkit.getnodevalue(project, n, toolkit.QUALITY) for n in nodes])
                if perf_counter() - started > allowed:
                    raise OutOfTimeError
                if toolkit.stepQ(project) <= 0:
                    break
            toolkit.closeQ(project)
            seconds = perf_counter() - started
        finally:
            toolkit.close(project)
            toolkit.deleteproject(project)
    return Solution(np.array(times), 1e-3 * np.array(values).T, seconds, len(task.stations) + 1)


def _lacks(task: Task) -> str:
    return "storage zones" if task.river.exchange_coefficient else ""


EPANET = Package(
    name="EPANET (owa-epanet)",
    distribution="owa-epanet",
    setting="parcels in a pipe",
    inlet_type=3,
    solve=solve,
    begin={"T1": 60.0, "W1": 60.0, "W2": 60.0},
    lacks=_lacks,
    cost_power=0.0,
    unit="s",
    shortfall="has no dispersion",
)
